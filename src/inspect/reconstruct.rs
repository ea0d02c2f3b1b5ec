//! How much of a map comes back from its pooled one.

use super::{Inspector, Plane};
use crate::error::{Error, ErrorKind, Result};
use crate::pool::{average_unpool, max_unpool, upsample_linear, upsample_nearest};
use ndarray::{ArrayViewD, IxDyn};

/// A way from the pooled map back to one of the input's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayUp {
    /// Each value to the cell that it came from, zeros elsewhere ([`max_unpool`]). For methods that pick a cell; under
    /// subsampling it fills every stride-th cell and leaves a "bed of nails".
    MaxUnpool,
    /// Each value to all cells of its window, their mean where windows overlap ([`average_unpool`]).
    AverageUnpool,
    /// Each cell the nearest value ([`upsample_nearest`]).
    Nearest,
    /// Each cell interpolated between the values around it ([`upsample_linear`]).
    Linear {
        /// Whether the corners of both maps meet.
        align_corners: bool,
    },
}

/// What came back from a pooled map.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconstruction {
    /// The map, of the original's extents.
    pub plane: Plane<'static>,
    /// How near it is to the original, in decibels: [`psnr`].
    pub psnr: f64,
}

impl Inspector<'_> {
    /// The map that the layer's output gives on one of the ways back up, and how near it comes to the original.
    ///
    /// ```
    /// use deep_end::inspect::{Inspector, Peak, Plane, WayUp};
    /// use deep_end::{Pool, Pooling, Window};
    /// let layer = Pool::new(Pooling::Max, Window::new([2]))?;
    /// let inspector = Inspector::new(&layer, Plane::new(vec![0.0, 10.0, 8.0, 8.0], [4])?)?;
    /// // The maxima 10 and 8, where they were: one cell is off by 8, so MSE = 64 / 4.
    /// let up = inspector.reconstruct(WayUp::MaxUnpool, Peak::Of(40.0))?;
    /// assert_eq!((up.plane.cells(), up.psnr), ([0.0, 10.0, 8.0, 0.0].as_slice(), 20.0));
    /// // Each twice: one cell is off by 10, so MSE = 100 / 4.
    /// let up = inspector.reconstruct(WayUp::Nearest, Peak::Of(50.0))?;
    /// assert_eq!((up.plane.cells(), up.psnr), ([10.0, 10.0, 8.0, 8.0].as_slice(), 20.0));
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the method picks no cell and the way is max-unpooling, the peak is not above 0 and finite, or the maps do
    /// not fit into memory.
    pub fn reconstruct(&self, way: WayUp, peak: Peak) -> Result<Reconstruction> {
        let up = match way {
            WayUp::MaxUnpool => {
                let (values, indices) = self.layer.select(self.plane.cells()).unwrap_or_else(|| self.picks_none())?;
                max_unpool(self.pooled(&values), self.pooled(&indices), self.plane.shape())?
            }
            WayUp::AverageUnpool => {
                average_unpool(self.pooled(&self.values()?), self.pool.geometry(), self.plane.shape())?
            }
            WayUp::Nearest => upsample_nearest(self.pooled(&self.values()?), self.plane.shape())?,
            WayUp::Linear { align_corners } => {
                upsample_linear(self.pooled(&self.values()?), self.plane.shape(), align_corners)?
            }
        };
        // The ways up make row-major arrays from their first cell on.
        let (cells, _) = up.into_raw_vec_and_offset();
        let psnr = psnr(self.plane.cells(), &cells, peak)?;
        Ok(Reconstruction { plane: self.plane.with_cells(cells, self.plane.shape()), psnr })
    }

    fn values(&self) -> Result<Vec<f32>> {
        self.layer.forward(self.plane.cells())
    }

    /// What was made of the one plane, as an array shaped (1, 1, output extents…).
    fn pooled<'v, T>(&self, values: &'v [T]) -> ArrayViewD<'v, T> {
        let shape = [&[1, 1], self.output_shape()].concat();
        ArrayViewD::from_shape(IxDyn(&shape), values).expect("a layer makes one value for each cell of its shape")
    }

    fn picks_none<T>(&self) -> Result<T> {
        let rule = [self.pool.method().name(), " pooling picks no cell that its values could go back to"].concat();
        Err(Error::new(ErrorKind::Parameter, "way_up", "max-unpool", rule))
    }
}

/// The largest signal that a peak signal-to-noise ratio is relative to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Peak {
    /// This value: 255 for bytes, 1 for fractions.
    Of(f64),
    /// The original's own range: its largest value minus its smallest.
    Range,
}

/// The peak signal-to-noise ratio of `approximation` in decibels, 10 · log₁₀(peak² / MSE), where MSE is the mean of
/// (original − approximation)², added up in f64 from the first cell to the last (ITU-T J.340). ∞ where no cell differs,
/// which no peak changes; NaN where a difference is NaN: a NaN on either side, or ∞ on both. A peak of 0, the range of
/// a constant original, gives −∞ where a cell differs.
///
/// ```
/// use deep_end::inspect::{Peak, psnr};
/// // MSE = (0² + 0² + 0² + 2²) / 4 = 1; the peak is 10: 10 · log₁₀ 100.
/// assert_eq!(psnr(&[0.0, 4.0, 6.0, 10.0], &[0.0, 4.0, 6.0, 8.0], Peak::Range)?, 20.0);
/// assert_eq!(psnr(&[1.0], &[1.0], Peak::Of(255.0))?, f64::INFINITY);
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When the two differ in length, have no cell, or the peak is not above 0 and finite.
pub fn psnr(original: &[f32], approximation: &[f32], peak: Peak) -> Result<f64> {
    if original.len() != approximation.len() || original.is_empty() {
        let rule = format!("must be the original's number of cells, {}, and not 0", original.len());
        return Err(Error::new(ErrorKind::Shape, "approximation.length", approximation.len(), rule));
    }
    let peak = match peak {
        Peak::Of(peak) if peak > 0.0 && peak < f64::INFINITY => peak,
        Peak::Of(peak) => return Err(Error::new(ErrorKind::Parameter, "peak", peak, "must be above 0 and finite")),
        Peak::Range => {
            let largest = original.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let smallest = original.iter().copied().fold(f32::INFINITY, f32::min);
            f64::from(largest) - f64::from(smallest)
        }
    };
    let squares = original.iter().zip(approximation).map(|(&a, &b)| {
        let difference = f64::from(a) - f64::from(b);
        difference * difference
    });
    let mean = squares.sum::<f64>() / original.len() as f64;
    // Of the ratio before it is squared, so that no peak is too large.
    Ok(if mean == 0.0 { f64::INFINITY } else { 20.0 * libm::log10(peak / mean.sqrt()) })
}
