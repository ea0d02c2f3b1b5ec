//! Stochastic pooling: a cell drawn in proportion to its size, and what that draw gives on average.

use super::walk;
use crate::error::Result;
use crate::pool::method::{Arithmetic, Selected};
use crate::pool::shapes::Shapes;
use crate::random;

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
    fn select(&self, cells: &[f32], shapes: &Shapes) -> Option<Result<Selected>> {
        Some(walk::select(cells, shapes, &mut |number, window| {
            let odds = Odds::of_window(window);
            // In [0, 1), in steps of 2⁻⁵³.
            let drawn = (random::at(self.seed, 0, number) >> 11) as f64 / (1u64 << 53) as f64 * odds.total(window);
            let mut below = 0.0;
            let found = window.iter().position(|&cell| {
                below += odds.of(cell);
                below > drawn
            });
            // The product can round up to the total: then it is the last cell that can be drawn at all.
            found.or_else(|| window.iter().rposition(|&cell| odds.of(cell) > 0.0)).unwrap_or(0)
        }))
    }
}

impl Arithmetic for StochasticMean {
    fn forward(&self, cells: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let mut gathered = Vec::new();
        shapes.each_plane(cells, |_, plane, values| {
            walk::windows(plane, shapes, &mut gathered, |_, _, window| values.push(mean(window) as f32))
        })
    }

    /// ∂y/∂x = (2x − y) / Σx for cells above 0, 0 for others; where all are equally likely, their probability.
    fn backward(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let mut gathered = Vec::new();
        shapes.each_gradient(cells, grad_output, |_, plane, gradients, target| {
            walk::windows(plane, shapes, &mut gathered, |number, taps, window| {
                let (odds, mean) = (Odds::of_window(window), mean(window));
                let total = odds.total(window);
                for (tap, &cell) in taps.iter().zip(window).filter(|&(_, &cell)| odds.of(cell) != 0.0) {
                    let above = if odds == Odds::Positive { 2.0 * f64::from(cell) - mean } else { 1.0 };
                    target[tap.at] += (f64::from(gradients[number]) * above / total) as f32;
                }
            })
        })
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
