//! PyTorch's fractional max pooling: windows of one size at uneven strides, in every feature map elsewhere.

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Geometry, MAX_AXES};
use crate::pool::shapes::{Shapes, check_grad_output, product, reserve};
use crate::pool::{ONE_VALUE_EACH, Pool, Pooling, cells};
use crate::random;
use crate::shown::Shown;
use ndarray::{ArrayD, ArrayViewD, IxDyn};

/// Max pooling over windows of one size whose starts are pseudo-random, so that a feature map shrinks by a factor that
/// is no whole number: PyTorch's `fractional_max_pool2d` and `3d`, and the same in 1-D (after B. Graham, *Fractional
/// Max-Pooling*, 2014). For the paper's own regions, which tile the input, see [`Geometry::Fractional`].
///
/// Where the windows of one feature map lie follows from one sample in [0, 1) for each axis. With n cells, a kernel of
/// k and m outputs, α = (n − k) / (m − 1), window i < m − 1 starts at ⌊(i + u)·α⌋ − ⌊u·α⌋, and the last at n − k.
/// Windows overlap or leave gaps as that falls. NaN, ties and indices are as in [`Pooling::Max`].
///
/// Samples are shaped (N, C, axes), as PyTorch's `_random_samples`, and in its order: in 2-D the width's comes before
/// the height's; in 3-D depth, height, width.
///
/// ```
/// use deep_end::pool::FractionalMax;
/// use ndarray::array;
/// // 10 cells, kernel 2, 4 outputs, u = 0.5: α = 8/3, windows start at 0, 3, 5, 8, and none reads cells 2 and 7.
/// let layer = FractionalMax::new([2], [4])?;
/// let x = array![[[0.0, 1.0, 99.0, 3.0, 4.0, 5.0, 6.0, 99.0, 8.0, 9.0]]].into_dyn();
/// let samples = array![[[0.5]]].into_dyn();
/// let (values, indices) = layer.forward_with_indices(x.view(), samples.view())?;
/// assert_eq!(values, array![[[1.0, 4.0, 6.0, 9.0]]].into_dyn());
/// assert_eq!(indices, array![[[1, 4, 6, 9]]].into_dyn());
/// // Or with samples of a seed.
/// let values = layer.forward(x.view(), layer.random_samples(7, x.shape())?.view())?;
/// assert_eq!(values.shape(), [1, 1, 4]);
/// # Ok::<(), deep_end::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FractionalMax {
    kernel_size: Vec<usize>,
    output_size: Vec<usize>,
}

impl FractionalMax {
    /// Windows of `kernel_size`, `output_size` of them along each axis, outermost first.
    ///
    /// # Errors
    /// When the two lists differ in length, hold a 0, or have not one to three values.
    pub fn new(kernel_size: impl Into<Vec<usize>>, output_size: impl Into<Vec<usize>>) -> Result<Self> {
        let (kernel_size, output_size) = (kernel_size.into(), output_size.into());
        for (parameter, values) in [("kernel_size", &kernel_size), ("output_size", &output_size)] {
            if values.is_empty() || values.len() > MAX_AXES || values.contains(&0) {
                let rule = "must have one value for each of one to three spatial axes, each at least 1";
                return Err(Error::new(ErrorKind::Parameter, parameter, values.as_slice(), rule));
            }
        }
        if kernel_size.len() != output_size.len() {
            let rule = format!("must have as many values as kernel_size, {}", kernel_size.len());
            return Err(Error::new(ErrorKind::Parameter, "output_size", output_size.as_slice(), rule));
        }
        Ok(Self { kernel_size, output_size })
    }

    /// Samples for an input of this shape (N, C, spatial…): (N, C, axes), uniform in [0, 1) in steps of 2⁻²⁴. Sample
    /// i, row-major, comes from number i of SplitMix64 (G. Steele, D. Lea and C. Flood, 2014) under the seed.
    ///
    /// # Errors
    /// When the shape has not N, C and this layer's axes, or the samples do not fit into memory.
    pub fn random_samples(&self, seed: u64, shape: &[usize]) -> Result<ArrayD<f32>> {
        let axes = self.kernel_size.len();
        if shape.len() != axes + 2 {
            let rule = format!("an input must have N, C and {axes} spatial extents, one for each axis of the kernel");
            return Err(Error::new(ErrorKind::Shape, "shape", shape, rule));
        }
        let shape = [shape[0], shape[1], axes];
        let count = product("shape", &shape)?;
        let mut samples = reserve(count, &shape)?;
        let unit = 1.0 / (1u32 << 24) as f32;
        samples.extend((0..count as u64).map(|index| (random::at(seed, 0, index) >> 40) as f32 * unit));
        Ok(ArrayD::from_shape_vec(IxDyn(&shape), samples).expect(ONE_VALUE_EACH))
    }

    /// The regions of one feature map with these spatial extents, from its samples, one for each axis.
    ///
    /// # Errors
    /// When a sample is not in [0, 1), or the windows do not fit: kernel_size + output_size − 1 may not exceed the
    /// extent.
    pub fn geometry(&self, spatial: &[usize], samples: &[f32]) -> Result<Geometry> {
        let axes = self.kernel_size.len();
        if spatial.len() != axes {
            let rule = format!("an input must have N, C and {axes} spatial extents, one for each axis of the kernel");
            return Err(Error::new(ErrorKind::Shape, "shape", spatial, rule));
        }
        if samples.len() != axes {
            let rule = format!("must have {axes} values, one for each axis of the kernel");
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
            let mut regions = reserve(outputs, &self.output_size)?;
            let sample = if axes == 2 { samples[1 - axis] } else { samples[axis] };
            regions.extend(starts(extent - kernel, outputs, sample).map(|start| [start, start + kernel]));
            Ok(regions)
        };
        (0..axes).map(axis).collect::<Result<_>>().map(Geometry::Regions)
    }

    /// Pools `x`, shaped (N, C, spatial…), into (N, C, output_size…), every feature map by its own samples.
    ///
    /// # Errors
    /// When the samples are not shaped (N, C, axes) or not in [0, 1), the windows do not fit the input, or the result
    /// not into memory.
    pub fn forward(&self, x: ArrayViewD<f32>, random_samples: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        self.forward_with_indices(x, random_samples).map(|(values, _)| values)
    }

    /// The same, and for each output cell the winner's flat position in its spatial plane.
    ///
    /// # Errors
    /// As [`forward`](Self::forward); and when a plane has more than 2³¹ − 1 cells.
    pub fn forward_with_indices(
        &self,
        x: ArrayViewD<f32>,
        random_samples: ArrayViewD<f32>,
    ) -> Result<(ArrayD<f32>, ArrayD<i32>)> {
        self.check_samples(x.shape(), random_samples.shape())?;
        let (standard, samples) = (x.as_standard_layout(), random_samples.as_standard_layout());
        let (values, indices, shape) = self.forward_flat(cells(&standard), x.shape(), cells(&samples))?;
        let values = ArrayD::from_shape_vec(IxDyn(&shape), values).expect(ONE_VALUE_EACH);
        Ok((values, ArrayD::from_shape_vec(IxDyn(&shape), indices).expect(ONE_VALUE_EACH)))
    }

    /// The gradient of the loss by `x`, given `grad_output`, the gradient by the output for that `x` and these samples:
    /// each window's goes to its winner.
    ///
    /// # Errors
    /// As [`forward_with_indices`](Self::forward_with_indices); and when `grad_output` has not the output's shape.
    pub fn backward(
        &self,
        x: ArrayViewD<f32>,
        random_samples: ArrayViewD<f32>,
        grad_output: ArrayViewD<f32>,
    ) -> Result<ArrayD<f32>> {
        self.check_samples(x.shape(), random_samples.shape())?;
        let (standard, samples) = (x.as_standard_layout(), random_samples.as_standard_layout());
        let (shapes, _, indices) = self.select(cells(&standard), x.shape(), cells(&samples))?;
        check_grad_output(grad_output.shape(), &shapes.output)?;
        let mut grad_input = shapes.zero_gradient()?;
        shapes.scatter(&indices, cells(&grad_output.as_standard_layout()), &mut grad_input);
        Ok(ArrayD::from_shape_vec(IxDyn(x.shape()), grad_input).expect(ONE_VALUE_EACH))
    }

    /// Values, winners and the output's shape, of row-major cells and samples.
    pub(crate) fn forward_flat(
        &self,
        cells: &[f32],
        shape: &[usize],
        samples: &[f32],
    ) -> Result<(Vec<f32>, Vec<i32>, Vec<usize>)> {
        self.select(cells, shape, samples).map(|(shapes, values, indices)| (values, indices, shapes.output))
    }

    fn select(&self, cells: &[f32], shape: &[usize], samples: &[f32]) -> Result<(Shapes, Vec<f32>, Vec<i32>)> {
        let (axes, spatial) = (self.kernel_size.len(), shape.get(2..).unwrap_or_default());
        // Wherever the windows of a plane lie, there are as many: one geometry tells every plane's shape.
        let shapes = Shapes::of_cells(&self.geometry(spatial, &vec![0.0; axes])?, shape, cells.len())?;
        let (mut values, mut indices) = (shapes.reserve_output()?, shapes.reserve_output()?);
        let plane_shape = [&[1, 1], spatial].concat();
        for (plane, samples) in cells.chunks_exact(shapes.plane_in).zip(samples.chunks_exact(axes)) {
            let pool = Pool::with_geometry(Pooling::Max, self.geometry(spatial, samples)?)?;
            let (of_plane, places, _) = pool.forward_with_indices_flat(plane, &plane_shape)?;
            values.extend(of_plane);
            indices.extend(places);
        }
        Ok((shapes, values, indices))
    }

    fn check_samples(&self, shape: &[usize], samples: &[usize]) -> Result<()> {
        let axes = self.kernel_size.len();
        let Some(batch) = shape.get(..2) else {
            let rule = "an input has the extents N, C and one to three spatial ones";
            return Err(Error::new(ErrorKind::Shape, "shape", shape, rule));
        };
        if samples == [batch[0], batch[1], axes] {
            return Ok(());
        }
        let rule =
            format!("must have N, C and one sample for each axis of the kernel: {}", [batch, &[axes]].concat().shown());
        Err(Error::new(ErrorKind::Shape, "random_samples.shape", samples, rule))
    }
}

/// In f32, as PyTorch computes for f32 inputs: the rounding is part of the rule. Above 2²⁴ cells it can overshoot, so
/// a start is held to the last one that fits.
fn starts(last: usize, outputs: usize, sample: f32) -> impl Iterator<Item = usize> {
    let alpha = if outputs > 1 { last as f32 / (outputs - 1) as f32 } else { 0.0 };
    let inner = move |index: usize| ((index as f32 + sample) * alpha) as usize - (sample * alpha) as usize;
    (0..outputs - 1).map(move |index| inner(index).min(last)).chain([last])
}
