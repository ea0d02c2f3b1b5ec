//! How much of a map comes back from its pooled one.

use crate::error::{Error, ErrorKind, Result};

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
    // Logarithms apart, so that no peak is too large to be squared.
    Ok(if mean == 0.0 { f64::INFINITY } else { 20.0 * libm::log10(peak) - 10.0 * libm::log10(mean) })
}
