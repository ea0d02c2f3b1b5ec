//! Log-sum-exp pooling: (1/r) · ln(1/n · Σ exp(r·x)).

use super::exponentials::{Exponentials, MODERATE};
use super::walk::{self, FromSums};
use crate::error::Result;
use crate::kernel::powers::{Exponential, exp_minus_1, ln, ln_1_plus};
use crate::kernel::{Lift, RowOfSums, Scratch, reduce, visit};
use crate::pool::arithmetic::{Arithmetic, Gradient, Room};
use crate::pool::shapes::Shapes;

pub(in crate::pool) struct LogSumExp {
    pub sharpness: f64,
}

/// Below 10⁻⁶⁰ every finite r·x is so small that the result is the mean to the last bit of f64, and 10⁻⁶⁰ keeps it a
/// normal number.
const LEAST_SHARPNESS: f64 = 1e-60;

impl LogSumExp {
    fn sharpness(&self) -> f64 {
        self.sharpness.max(LEAST_SHARPNESS)
    }
}

/// Exponentials of moderate size as they are, and less 1: where their mean is near 1, it would round away what a small r
/// leaves of the cells. Windows with others one by one.
impl Lift for LogSumExp {
    fn lift(&self, cells: &[f32], out: &mut [f64]) {
        let (whole, less_1) = out.split_at_mut(cells.len());
        for ((whole, less_1), &cell) in whole.iter_mut().zip(less_1).zip(cells) {
            let exponent = self.sharpness() * f64::from(cell);
            let exponential = Exponential::of(exponent);
            *whole = if exponent.abs() <= MODERATE { exponential.value() } else { f64::NAN };
            *less_1 = exponential.minus_1();
        }
    }
}

impl FromSums for LogSumExp {
    fn numbers(&self) -> usize {
        2
    }

    fn finish(&self, row: &mut RowOfSums, values: &mut [f32]) {
        let unit = 1.0 / self.sharpness();
        for (((value, whole), less_1), count) in values.iter_mut().zip(row.of(0)).zip(row.of(1)).zip(row.counts()) {
            let share = 1.0 / count;
            let (whole, less_1) = (whole * share, less_1 * share);
            // What 1 + less_1 rounds away, by the slope of the logarithm.
            let sum = 1.0 + less_1;
            let (of, rest) = if sum > 0.5 { (sum, less_1 - (sum - 1.0)) } else { (whole, 0.0) };
            *value = (if whole > 0.0 { ln(of, rest) * unit } else { whole }) as f32;
        }
    }

    /// Relative to the largest, m, and by how much Σ exp(r·(x − m)) falls short of the number of cells.
    fn alone(&self, window: &[f32]) -> f64 {
        let nan = window.iter().any(|cell| cell.is_nan());
        let largest = f64::from(window.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        let below = |&cell: &f32| {
            let cell = f64::from(cell);
            // Infinite ones too, which have no difference.
            if cell == largest { 0.0 } else { exp_minus_1(self.sharpness() * (cell - largest)) }
        };
        let missing = window.iter().map(below).sum::<f64>() / window.len() as f64;
        match window {
            [] => 0.0,
            _ if nan => f64::NAN,
            _ => largest + ln_1_plus(missing) / self.sharpness(),
        }
    }
}

impl Arithmetic for LogSumExp {
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        walk::sums(self, cells, shapes, values, room)
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
