//! SoftPool: Σ eˣ·x / Σ eˣ.

use super::exponentials::{Exponentials, MODERATE, Sums};
use super::walk::{self, FromSums};
use crate::error::Result;
use crate::kernel::powers::{Reduced, exp_each};
use crate::kernel::{Lift, RowOfSums, Scratch, narrow, reduce, visit};
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

    fn sum_pairs(&self, above: &[f32], below: &[f32], sums: &mut [f64], room: &mut [f64]) -> bool {
        let windows = sums.len() / 2;
        let (weights, weighted) = sums.split_at_mut(windows);
        let Some(halves) = room.as_chunks_mut().0.first_chunk_mut() else { return false };
        if windows < 2 || !are_moderate(above, below) {
            return false;
        }
        let rows = [above.as_chunks().0, below.as_chunks().0];
        let mut done = 0;
        while done < windows {
            // Of an odd number, the last one is made with the one before.
            let from = done.min(windows - 2);
            done = from + squares(rows.map(|row| &row[from..]), [&mut weights[from..], &mut weighted[from..]], halves);
        }
        true
    }
}

/// A NaN is not: without their signs, numbers are in the order of their bits, and NaNs beyond them.
#[inline(never)]
fn are_moderate(above: &[f32], below: &[f32]) -> bool {
    let bits = |cell: f32| cell.abs().to_bits();
    let most = above.iter().zip(below).fold(0, |most, (&a, &b)| bits(a).max(bits(b)).max(most));
    most <= bits(MODERATE as f32)
}

/// How many windows have their exponentials half made before these are finished.
const HALVED: usize = 64;

/// Sums of weights and of weighted cells, for an even number of windows: without an odd one the loops in lanes are all there
/// is. Two loops, since exponentials in one go are too much for a processor to look beyond: it would wait for one step after
/// the other. Returns how many windows that were.
#[inline(never)]
fn squares(rows: [&[[f32; 2]]; 2], sums: [&mut [f64]; 2], halves: &mut [[f64; HALVED]; 8]) -> usize {
    let count = sums[0].len().min(HALVED) & !1;
    let ([above, below], [weights, weighted]) = (rows.map(|row| &row[..count]), sums.map(|sums| &mut sums[..count]));
    for at in 0..count {
        let ([a, b], [c, d]) = (above[at], below[at]);
        for (place, cell) in [a, c, b, d].into_iter().enumerate() {
            let Reduced { scale, r } = Reduced::of(f64::from(cell));
            (halves[place][at], halves[place + 4][at]) = (r, scale);
        }
    }
    for at in 0..count {
        let ([a, b], [c, d]) = (above[at], below[at]);
        let cells = [a, c, b, d].map(f64::from);
        let halves = |place: usize| Reduced { r: halves[place][at], scale: halves[place + 4][at] };
        let each: [f64; 4] = from_fn(|place| halves(place).exponential().value());
        let sum = |[a, c, b, d]: [f64; 4]| (a + c) + (b + d);
        (weights[at], weighted[at]) = (sum(each), sum(from_fn(|at| each[at] * cells[at])));
    }
    count
}

impl FromSums for Soft {
    fn numbers(&self) -> usize {
        2
    }

    fn finish(&self, row: &mut RowOfSums, values: &mut [f32]) {
        narrow([row.of(0), row.of(1)], values, |[weights, weighted]| weighted / weights);
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
        /// To the bit, so that a part of a layer is the layer, whichever way it goes. Cells may be left that no window reads.
        #[test]
        fn pairs_at_once_are_rows_one_after_the_other(
            cells in prop::collection::vec(-500.2..500.2f32, 4..12 * HALVED),
            unread in 0..3usize,
        ) {
            let wide = cells.len() / 4 * 2;
            let windows = (wide / 2).saturating_sub(unread);
            let (above, below) = (&cells[..wide], &cells[wide..2 * wide]);
            let (mut a, mut b, mut sums) = (vec![0.0; 2 * wide], vec![0.0; 2 * wide], vec![0.0; 2 * windows]);
            Soft.lift(above, &mut a);
            Soft.lift(below, &mut b);
            let at_once = windows > 1 && a.iter().chain(&b).all(|weight| !weight.is_nan());
            prop_assert_eq!(Soft.sum_pairs(above, below, &mut sums, &mut [9.0; 8 * HALVED]), at_once);
            for (at, sum) in sums.into_iter().enumerate().filter(|_| at_once) {
                let first = at / windows * wide + at % windows * 2;
                let column = |at: usize| a[at] + b[at];
                prop_assert_eq!(sum.to_bits(), (column(first) + column(first + 1)).to_bits());
            }
        }
    }
}
