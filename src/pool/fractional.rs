//! Fractional pooling: windows of one size at pseudo-randomly uneven strides, so that a feature map shrinks by a
//! factor that is no whole number (B. Graham, *Fractional Max-Pooling*, 2014).

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Geometry;

/// A fractional layer: how large its windows are, and how many of them an axis has.
///
/// Where the windows lie follows from one sample in [0, 1) for each axis, by PyTorch's rule (`fractional_max_pool2d`):
/// with n cells, a kernel of k and m outputs, α = (n − k) / (m − 1), window i < m − 1 starts at ⌊(i + u)·α⌋ − ⌊u·α⌋,
/// and the last at n − k. Windows overlap or leave gaps as that falls.
///
/// ```
/// use deep_end::{Geometry, pool::Fractional};
/// // 10 cells, kernel 2, 4 outputs, u = 0.5: α = 8/3, and cells 2 and 7 are read by no window.
/// let geometry = Fractional::new([2], [4])?.geometry(&[10], &[0.5])?;
/// assert_eq!(geometry, Geometry::Regions(vec![vec![[0, 2], [3, 5], [5, 7], [8, 10]]]));
/// # Ok::<(), deep_end::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fractional {
    kernel_size: Vec<usize>,
    output_size: Vec<usize>,
}

impl Fractional {
    /// Windows of `kernel_size`, `output_size` of them along each axis, outermost first.
    ///
    /// # Errors
    /// When the two lists differ in length, or hold a 0.
    pub fn new(kernel_size: impl Into<Vec<usize>>, output_size: impl Into<Vec<usize>>) -> Result<Self> {
        let (kernel_size, output_size) = (kernel_size.into(), output_size.into());
        for (parameter, values) in [("kernel_size", &kernel_size), ("output_size", &output_size)] {
            if values.is_empty() || values.contains(&0) {
                let rule = "must have one value for each spatial axis, each at least 1";
                return Err(Error::new(ErrorKind::Parameter, parameter, values.as_slice(), rule));
            }
        }
        if kernel_size.len() != output_size.len() {
            let rule = format!("must have as many values as kernel_size, {}", kernel_size.len());
            return Err(Error::new(ErrorKind::Parameter, "output_size", output_size.as_slice(), rule));
        }
        Ok(Self { kernel_size, output_size })
    }

    /// The regions that these samples, one for each axis, give over an input with these spatial extents.
    ///
    /// # Errors
    /// When a sample is not in [0, 1), or the windows do not fit: kernel_size + output_size − 1 may not exceed the
    /// extent.
    pub fn geometry(&self, spatial: &[usize], samples: &[f32]) -> Result<Geometry> {
        let axes = self.kernel_size.len();
        if spatial.len() != axes || samples.len() != axes {
            let rule = format!("shape and random_samples must have {axes} values, one for each axis of the kernel");
            return Err(Error::new(ErrorKind::Shape, "random_samples", samples, rule));
        }
        if let Some(sample) = samples.iter().find(|sample| !(0.0..1.0).contains(*sample)) {
            return Err(Error::new(ErrorKind::Parameter, "random_samples", sample, "a sample lies in [0, 1)"));
        }
        let axis = |axis: usize| {
            let (kernel, outputs, extent) = (self.kernel_size[axis], self.output_size[axis], spatial[axis]);
            if kernel.checked_add(outputs - 1).is_none_or(|least| least > extent) {
                let rule = format!("kernel_size + output_size − 1 must not exceed the input's {extent} cells");
                return Err(Error::new(ErrorKind::Shape, "output_size", self.output_size.as_slice(), rule));
            }
            Ok(starts(extent - kernel, outputs, samples[axis]).map(|start| [start, start + kernel]).collect())
        };
        (0..axes).map(axis).collect::<Result<_>>().map(Geometry::Regions)
    }
}

/// In f32, as PyTorch computes for f32 inputs: the rounding is part of the rule. Above 2²⁴ cells it can overshoot, so
/// a start is held to the last one that fits.
fn starts(last: usize, outputs: usize, sample: f32) -> impl Iterator<Item = usize> {
    let alpha = if outputs > 1 { last as f32 / (outputs - 1) as f32 } else { 0.0 };
    let inner = move |index: usize| ((index as f32 + sample) * alpha) as usize - (sample * alpha) as usize;
    (0..outputs - 1).map(move |index| inner(index).min(last)).chain([last])
}
