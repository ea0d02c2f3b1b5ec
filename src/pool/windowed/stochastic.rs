//! Stochastic pooling: a cell drawn in proportion to its size, and what that draw gives on average.

use super::walk;
use crate::error::Result;
use crate::pool::arithmetic::{Arithmetic, Gradient, Picked, Room};
use crate::pool::shapes::{Shapes, reserve};
use crate::random;

/// The numbers that draws come from. The axes of fractional regions have the streams before it, so that a layer may use
/// one seed for both.
const STREAM: u64 = 3;

/// The draw.
pub(in crate::pool) struct Stochastic {
    pub seed: u64,
}

/// The mean weighted by the draw's probabilities.
pub(in crate::pool) struct StochasticMean;

/// What the probabilities of a window's cells are in proportion to.
#[derive(Clone, Copy, PartialEq)]
enum Odds {
    /// Every cell the same: none is positive.
    Even,
    /// Cells above 0 as they are, others nothing.
    Positive,
    /// Only +∞ counts, each the same.
    Infinite,
}

impl Odds {
    fn of_window(window: &[f32]) -> Self {
        let largest = window.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        match largest {
            f32::INFINITY => Self::Infinite,
            _ if largest > 0.0 => Self::Positive,
            _ => Self::Even,
        }
    }

    fn of(self, cell: f32) -> f64 {
        match self {
            Self::Even => 1.0,
            Self::Positive => f64::from(cell.max(0.0)),
            Self::Infinite => f64::from(u8::from(cell == f32::INFINITY)),
        }
    }

    fn total(self, window: &[f32]) -> f64 {
        window.iter().map(|&cell| self.of(cell)).sum()
    }
}

impl Arithmetic for Stochastic {
    fn picks(&self) -> bool {
        true
    }

    fn select(&self, cells: &[f32], shapes: &Shapes, picked: Picked<f32>, _: &mut Room) -> Result<()> {
        walk::select(cells, shapes, picked, &mut |window| {
            let odds = Odds::of_window(window.cells);
            let bits = random::at(self.seed, STREAM, shapes.first_output + window.number as u64);
            // In [0, 1), in steps of 2⁻⁵³.
            let drawn = (bits >> 11) as f64 / (1u64 << 53) as f64 * odds.total(window.cells);
            let mut below = 0.0;
            let found = window.cells.iter().position(|&cell| {
                below += odds.of(cell);
                below > drawn
            });
            // The product can round up to the total: then it is the last cell that can be drawn at all.
            found.or_else(|| window.cells.iter().rposition(|&cell| odds.of(cell) > 0.0)).unwrap_or(0)
        })
    }
}

impl Gradient for Stochastic {
    fn weights(&self, cells: &[f32], shapes: &Shapes) -> Option<Result<Vec<f32>>> {
        Some(probabilities(cells, shapes))
    }
}

impl Arithmetic for StochasticMean {
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], _: &mut Room) -> Result<()> {
        walk::windows(cells, shapes, &mut |window| values[window.number] = mean(window.cells) as f32)
    }
}

impl Gradient for StochasticMean {
    fn weights(&self, cells: &[f32], shapes: &Shapes) -> Option<Result<Vec<f32>>> {
        Some(probabilities(cells, shapes))
    }

    /// ∂y/∂x = (2x − y) / Σx for cells above 0, 0 for others; where all are equally likely, their probability.
    fn backward(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let mut grad_input = shapes.zero_gradient()?;
        walk::windows(cells, shapes, &mut |window| {
            let (odds, mean) = (Odds::of_window(window.cells), mean(window.cells));
            let scale = f64::from(grad_output[window.number]) / odds.total(window.cells);
            for (place, cell) in window.places().filter(|&(_, cell)| odds.of(cell) != 0.0) {
                let slope = if odds == Odds::Positive { 2.0 * f64::from(cell) - mean } else { 1.0 };
                grad_input[place] += (scale * slope) as f32;
            }
        })?;
        Ok(grad_input)
    }
}

/// Σ odds · x / Σ odds. A cell that cannot be drawn is left out: 0 · −∞ would be a NaN.
fn mean(window: &[f32]) -> f64 {
    if window.iter().any(|cell| cell.is_nan()) {
        return f64::NAN;
    }
    let odds = Odds::of_window(window);
    let drawable = window.iter().filter(|&&cell| odds.of(cell) != 0.0);
    let sum: f64 = drawable.map(|&cell| odds.of(cell) * f64::from(cell)).sum();
    if window.is_empty() { 0.0 } else { sum / odds.total(window) }
}

/// How likely one window's cells are drawn; NaN in a window with a NaN, where nothing is drawn.
fn probabilities(window: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
    let mut probabilities = reserve(window.len(), &shapes.output)?;
    let (odds, any_nan) = (Odds::of_window(window), window.iter().any(|cell| cell.is_nan()));
    let total = if any_nan { f64::NAN } else { odds.total(window) };
    probabilities.extend(window.iter().map(|&cell| (odds.of(cell) / total) as f32));
    Ok(probabilities)
}
