//! SoftPool: Σ eˣ·x / Σ eˣ.

use super::exponentials::{Exponentials, MODERATE, Sums};
use super::walk::{self, FromSums};
use crate::error::Result;
use crate::kernel::powers::Exponential;
use crate::kernel::{Lift, RowOfSums, Scratch, reduce, visit};
use crate::pool::arithmetic::{Arithmetic, Gradient, Room};
use crate::pool::shapes::{Shapes, reserve};

pub(in crate::pool) struct Soft;

/// The paper's weights are the softmax of x itself.
const SHARPNESS: f64 = 1.0;

/// Exponentials of cells of moderate size as they are; windows with others one by one.
impl Lift for Soft {
    fn lift(&self, cells: &[f32], out: &mut [f64]) {
        let (weights, weighted) = out.split_at_mut(cells.len());
        for ((weight, weighted), &cell) in weights.iter_mut().zip(weighted).zip(cells) {
            let cell = f64::from(cell);
            *weight = if cell.abs() <= MODERATE { Exponential::of(cell).value() } else { f64::NAN };
            *weighted = *weight * cell;
        }
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
