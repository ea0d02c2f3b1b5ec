//! Log-sum-exp pooling: (1/r) · ln(1/n · Σ exp(r·x)).

use super::exponentials::Exponentials;
use crate::error::Result;
use crate::kernel::{Fold, Scratch, reduce, visit};
use crate::pool::arithmetic::{Arithmetic, Gradient, Room};
use crate::pool::shapes::Shapes;

pub(in crate::pool) struct LogSumExp {
    pub sharpness: f64,
}

impl Arithmetic for LogSumExp {
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], _: &mut Room) -> Result<()> {
        // Below 10⁻⁶⁰ every finite r·x is so small that the result is the mean to the last bit of f64, and 10⁻⁶⁰ keeps it
        // a normal number.
        let sharpness = self.sharpness.max(1e-60);
        let mut scratch = Scratch::default();
        shapes.each_plane(cells, values, |plane, values| {
            let windows = reduce(&Shortfalls { sharpness }, plane, &shapes.plan, &mut scratch)?;
            values.iter_mut().zip(windows).for_each(|(value, window)| *value = window.log_sum_exp(sharpness));
            Ok(())
        })
    }
}

impl Gradient for LogSumExp {
    /// ∂y/∂x is the softmax of r·x.
    fn backward(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let mut scratch = Scratch::default();
        shapes.each_gradient(cells, grad_output, |plane, gradients, target| {
            let sums = reduce(&Exponentials { sharpness: self.sharpness }, plane, &shapes.plan, &mut scratch)?;
            visit(&shapes.plan, |window, taps| {
                for tap in taps {
                    let softmax = sums[window].softmax(plane[tap.at], self.sharpness);
                    target[tap.at] += (f64::from(gradients[window]) * softmax) as f32;
                }
            })
        })
    }
}

/// What is known of n cells x: their largest, m, and by how much Σ exp(r·(x − m)) falls short of n. The sum itself would
/// round away what a small r leaves of the cells.
#[derive(Clone, Copy)]
struct Shortfall {
    largest: f64,
    cells: f64,
    missing: f64,
}

impl Shortfall {
    fn log_sum_exp(self, sharpness: f64) -> f32 {
        let below_largest = libm::log1p(-self.missing / self.cells) / sharpness;
        if self.cells == 0.0 { 0.0 } else { (self.largest + below_largest) as f32 }
    }
}

struct Shortfalls {
    sharpness: f64,
}

impl Fold for Shortfalls {
    type Input = f32;
    type Acc = Shortfall;

    fn empty(&self) -> Shortfall {
        Shortfall { largest: f64::NEG_INFINITY, cells: 0.0, missing: 0.0 }
    }

    fn lift(&self, cell: f32, _at: usize) -> Shortfall {
        Shortfall { largest: f64::from(cell), cells: 1.0, missing: 0.0 }
    }

    /// Relative to the other's largest cell every exponential is e times as large: n − e · (n − missing) fall short.
    fn merge(&self, a: Shortfall, b: Shortfall) -> Shortfall {
        let (large, small) = if a.largest >= b.largest { (a, b) } else { (b, a) };
        let equal = small.largest == large.largest; // Infinite ones too, which have no difference.
        let below_1 = if equal { 0.0 } else { -libm::expm1(self.sharpness * (small.largest - large.largest)) };
        Shortfall {
            largest: large.largest,
            cells: large.cells + small.cells,
            missing: large.missing + (below_1 * small.cells + (1.0 - below_1) * small.missing),
        }
    }
}
