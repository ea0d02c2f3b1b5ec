//! SoftPool: Σ eˣ·x / Σ eˣ.

use super::exponentials::{Exponentials, MODERATE, Sums};
use super::walk::{self, FromSums};
use crate::error::Result;
use crate::kernel::powers::{Exponential, exp_each};
use crate::kernel::{Lift, RowOfSums, Scratch, reduce, visit};
use crate::pool::arithmetic::{Arithmetic, Gradient, Room};
use crate::pool::shapes::{Shapes, reserve};
use std::array::from_fn;

pub(in crate::pool) struct Soft;

/// The paper's weights are the softmax of x itself.
const SHARPNESS: f64 = 1.0;

/// Exponentials of cells of moderate size as they are; windows with others one by one.
impl Lift for Soft {
    fn lift(&self, cells: &[f32], out: &mut [f64]) {
        let (weights, weighted) = out.split_at_mut(cells.len());
        weights.iter_mut().zip(cells).for_each(|(weight, &cell)| *weight = f64::from(cell));
        exp_each(weights);
        for ((weight, weighted), &cell) in weights.iter_mut().zip(weighted).zip(cells) {
            let cell = f64::from(cell);
            *weight = if cell.abs() <= MODERATE { *weight } else { f64::NAN };
            *weighted = *weight * cell;
        }
    }

    fn sum_pairs(&self, above: &[f32], below: &[f32], sums: &mut [f64]) -> bool {
        let windows = sums.len() / 2;
        if windows < 2 || !are_moderate(above) || !are_moderate(below) {
            return false;
        }
        let (weights, weighted) = sums.split_at_mut(windows);
        let (above, below) = (above.as_chunks().0, below.as_chunks().0);
        // The last two may overlap those before.
        for from in [0, windows - 2] {
            squares(&above[from..], &below[from..], &mut weights[from..], &mut weighted[from..]);
        }
        true
    }
}

/// A NaN is not.
#[inline(never)]
fn are_moderate(cells: &[f32]) -> bool {
    cells.iter().fold(0, |any, cell| any | u32::from(cell.is_nan()) | u32::from(cell.abs() > MODERATE as f32)) == 0
}

/// Sums of weights and of weighted cells, for an even number of windows: without an odd one the loop in lanes is all there is.
#[inline(never)]
fn squares(above: &[[f32; 2]], below: &[[f32; 2]], weights: &mut [f64], weighted: &mut [f64]) {
    let even = weights.len() & !1;
    if even == 0 {
        return;
    }
    let sums = weights[..even].iter_mut().zip(&mut weighted[..even]);
    for ((weights, weighted), (&[a, b], &[c, d])) in sums.zip(above[..even].iter().zip(&below[..even])) {
        let cells = [a, c, b, d].map(f64::from);
        let each = cells.map(|cell| Exponential::of(cell).value());
        let sum = |[a, c, b, d]: [f64; 4]| (a + c) + (b + d);
        (*weights, *weighted) = (sum(each), sum(from_fn(|at| each[at] * cells[at])));
    }
}

impl FromSums for Soft {
    fn numbers(&self) -> usize {
        2
    }

    fn finish(&self, row: &mut RowOfSums, values: &mut [f32]) {
        let sums = row.of(0).iter().zip(row.of(1));
        values.iter_mut().zip(sums).for_each(|(value, (weights, weighted))| *value = (weighted / weights) as f32);
    }

    fn alone(&self, window: &[f32]) -> f64 {
        Sums::of(window, SHARPNESS).mean()
    }
}

impl Arithmetic for Soft {
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        walk::sums(self, cells, shapes, values, room)
    }
}

impl Gradient for Soft {
    fn weights(&self, cells: &[f32], shapes: &Shapes) -> Option<Result<Vec<f32>>> {
        Some(weights(cells, shapes))
    }

    /// ∂y/∂x = w · (1 + x − y), where w is x's weight; w alone where y is infinite.
    fn backward(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let mut scratch = Scratch::default();
        shapes.each_gradient(cells, grad_output, |plane, gradients, target| {
            let sums = reduce(&Exponentials { sharpness: SHARPNESS }, plane, &shapes.plan, &mut scratch)?;
            visit(&shapes.plan, |window, taps| {
                let mean = sums[window].mean();
                for tap in taps {
                    let weight = sums[window].softmax(plane[tap.at], SHARPNESS);
                    let excess =
                        if mean.is_infinite() || weight == 0.0 { 0.0 } else { f64::from(plane[tap.at]) - mean };
                    target[tap.at] += (f64::from(gradients[window]) * weight * (1.0 + excess)) as f32;
                }
            })
        })
    }
}

/// The softmax of one window's cells. They add up to 1, and are NaN where a cell is.
fn weights(window: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
    let (mut weights, mut scratch) = (reserve(window.len(), &shapes.output)?, Scratch::default());
    let sums = reduce(&Exponentials { sharpness: SHARPNESS }, window, &shapes.plan, &mut scratch)?[0];
    weights.extend(window.iter().map(|&cell| sums.softmax(cell, SHARPNESS) as f32));
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// To the bit, so that a part of a layer is the layer, whichever way it goes.
        #[test]
        fn pairs_at_once_are_rows_one_after_the_other(cells in prop::collection::vec(-501.0..501.0f32, 4..40)) {
            let wide = cells.len() / 4 * 2;
            let (above, below) = (&cells[..wide], &cells[wide..2 * wide]);
            let (mut a, mut b, mut sums) = (vec![0.0; 2 * wide], vec![0.0; 2 * wide], vec![0.0; wide]);
            Soft.lift(above, &mut a);
            Soft.lift(below, &mut b);
            let moderate = a.iter().chain(&b).all(|weight| !weight.is_nan());
            prop_assert_eq!(Soft.sum_pairs(above, below, &mut sums), moderate && wide > 2);
            for (window, sum) in sums.into_iter().enumerate().filter(|_| moderate && wide > 2) {
                let column = |at: usize| a[at] + b[at];
                prop_assert_eq!(sum.to_bits(), (column(2 * window) + column(2 * window + 1)).to_bits());
            }
        }
    }
}
