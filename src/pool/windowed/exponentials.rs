//! Sums of exponentials, kept relative to the largest exponent so that no cell is too large for them.

use crate::kernel::Fold;
use crate::kernel::powers::exp;

/// Of numbers up to this size, exponentials are far from f64's limits: also a great many of them, times any f32.
pub(super) const MODERATE: f64 = 500.0;

/// What is known of some cells x: their largest, m, and with weights e = exp(r·(x − m)) the sums of e and of e·x.
#[derive(Clone, Copy)]
pub(super) struct Sums {
    pub largest: f64,
    pub weights: f64,
    pub weighted: f64,
}

impl Sums {
    /// Σ e·x / Σ e.
    pub fn mean(self) -> f64 {
        if self.weights == 0.0 { 0.0 } else { self.weighted / self.weights }
    }

    /// Of one window's cells.
    pub fn of(window: &[f32], sharpness: f64) -> Self {
        let fold = Exponentials { sharpness };
        window.iter().map(|&cell| fold.lift(cell, 0)).fold(fold.empty(), |a, b| fold.merge(a, b))
    }

    /// The softmax of r·x at a cell. Among infinite cells the largest share it evenly.
    pub fn softmax(self, cell: f32, sharpness: f64) -> f64 {
        relative(f64::from(cell), self.largest, sharpness) / self.weights
    }
}

/// exp(r·(x − m)); 1 at x = m, infinite or not. A NaN on either side gives NaN.
fn relative(cell: f64, largest: f64, sharpness: f64) -> f64 {
    if cell == largest { 1.0 } else { exp(sharpness * (cell - largest)) }
}

/// Cells to [`Sums`] with r = `sharpness`.
pub(super) struct Exponentials {
    pub sharpness: f64,
}

impl Fold for Exponentials {
    type Input = f32;
    type Acc = Sums;

    fn empty(&self) -> Sums {
        Sums { largest: f64::NEG_INFINITY, weights: 0.0, weighted: 0.0 }
    }

    fn lift(&self, cell: f32, _at: usize) -> Sums {
        Sums { largest: f64::from(cell), weights: 1.0, weighted: f64::from(cell) }
    }

    fn merge(&self, a: Sums, b: Sums) -> Sums {
        let (large, small) = if a.largest >= b.largest { (a, b) } else { (b, a) };
        let scale = relative(small.largest, large.largest, self.sharpness);
        // A weight of 0 takes an infinite cell out, where 0 · ∞ would make a NaN of it.
        let weighted = if scale == 0.0 { 0.0 } else { scale * small.weighted };
        Sums {
            largest: large.largest,
            weights: large.weights + scale * small.weights,
            weighted: large.weighted + weighted,
        }
    }
}
