//! SoftPool: Σ eˣ·x / Σ eˣ.

use super::exponentials::Exponentials;
use crate::error::Result;
use crate::kernel::{Scratch, reduce, visit};
use crate::pool::arithmetic::{Arithmetic, Gradient, Room};
use crate::pool::shapes::{Shapes, reserve};

pub(in crate::pool) struct Soft;

/// The paper's weights are the softmax of x itself.
const SHARPNESS: f64 = 1.0;

impl Arithmetic for Soft {
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], _: &mut Room) -> Result<()> {
        let mut scratch = Scratch::default();
        shapes.each_plane(cells, values, |plane, values| {
            let sums = reduce(&Exponentials { sharpness: SHARPNESS }, plane, &shapes.plan, &mut scratch)?;
            values.iter_mut().zip(sums).for_each(|(value, sums)| *value = sums.mean() as f32);
            Ok(())
        })
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
