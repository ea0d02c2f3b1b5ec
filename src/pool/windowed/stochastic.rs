//! Stochastic pooling: a cell drawn in proportion to its size, and what that draw gives on average.

use super::walk::{self, FromSums, Picks, Target};
use crate::error::Result;
use crate::kernel::{Lift, RowOfSums, clear_for};
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
            Self::Positive => positive(cell),
            Self::Infinite => f64::from(u8::from(cell == f32::INFINITY)),
        }
    }

    fn total(self, window: &[f32]) -> f64 {
        window.iter().map(|&cell| self.of(cell)).sum()
    }
}

/// A cell above 0 as it is, else 0. A NaN stays one.
fn positive(cell: f32) -> f64 {
    if cell <= 0.0 { 0.0 } else { f64::from(cell) }
}

impl Stochastic {
    /// Side by side as if all odds were the cells themselves; windows of which that is not true one by one.
    fn pick(&self, cells: &[f32], shapes: &Shapes, picked: Picks, room: &mut Room) -> Result<()> {
        let Room { doubles, counts: taps, cells: alone, blocks, .. } = room;
        walk::pick(cells, shapes, picked, blocks, &mut |block, target| {
            clear_for(doubles, 3, block.count)?;
            clear_for(taps, block.count, 1)?;
            doubles.resize(3 * block.count, 0.0);
            taps.resize(block.count, 0);
            let (totals, rest) = doubles.split_at_mut(block.count);
            let (drawn, below) = rest.split_at_mut(block.count);
            for cells in block.rows() {
                totals.iter_mut().zip(cells).for_each(|(total, &cell)| *total += positive(cell));
            }
            let number = shapes.numbers(target.first);
            for ((window, drawn), total) in drawn.iter_mut().enumerate().zip(&*totals) {
                *drawn = uniform(self.seed, number(window)) * total;
            }
            for cells in block.rows() {
                for (((below, tap), &cell), drawn) in below.iter_mut().zip(&mut *taps).zip(cells).zip(&*drawn) {
                    *below += positive(cell);
                    *tap += u64::from(*below <= *drawn);
                }
            }
            let Target { values, mut places, .. } = target;
            for (window, value) in values.iter_mut().enumerate() {
                let (total, mut tap) = (totals[window], taps[window] as usize);
                if !(total > 0.0 && total < f64::INFINITY && tap < block.taps.len()) {
                    clear_for(alone, block.taps.len(), 1)?;
                    alone.extend(block.window(window));
                    tap = drawn_alone(alone, self.seed, number(window));
                }
                *value = block.cells[tap * block.count + window];
                if let Some(places) = &mut places {
                    places[window] = block.place(window, tap);
                }
            }
            Ok(())
        })
    }
}

/// In [0, 1), in steps of 2⁻⁵³.
fn uniform(seed: u64, number: u64) -> f64 {
    (random::at(seed, STREAM, number) >> 11) as i64 as f64 * (1.0 / (1u64 << 53) as f64)
}

/// Which of a window's cells is drawn; the last NaN if it has any.
fn drawn_alone(window: &[f32], seed: u64, number: u64) -> usize {
    if let Some(last_nan) = window.iter().rposition(|cell| cell.is_nan()) {
        return last_nan;
    }
    let odds = Odds::of_window(window);
    let drawn = uniform(seed, number) * odds.total(window);
    let mut below = 0.0;
    let found = window.iter().position(|&cell| {
        below += odds.of(cell);
        below > drawn
    });
    // The product can round up to the total: then it is the last cell that can be drawn at all.
    found.or_else(|| window.iter().rposition(|&cell| odds.of(cell) > 0.0)).unwrap_or(0)
}

impl Arithmetic for Stochastic {
    fn picks(&self) -> bool {
        true
    }

    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        self.pick(cells, shapes, Picks { values, places: None }, room)
    }

    fn select(&self, cells: &[f32], shapes: &Shapes, picked: Picked<f32>, room: &mut Room) -> Result<()> {
        self.pick(cells, shapes, picked.into(), room)
    }
}

impl Gradient for Stochastic {
    fn weights(&self, cells: &[f32], shapes: &Shapes) -> Option<Result<Vec<f32>>> {
        Some(probabilities(cells, shapes))
    }
}

/// By this a cell that is not above 0 is scaled so far down, exactly, that beside the square of any that is it is nothing.
const FAR_BELOW: f64 = f64::from_bits((1023 - 700) << 52);

/// The cells above 0 and their squares, and what is far below.
impl Lift for StochasticMean {
    fn lift(&self, cells: &[f32], out: &mut [f64]) {
        let (odds, squares) = out.split_at_mut(cells.len());
        for ((odds, square), &cell) in odds.iter_mut().zip(squares).zip(cells) {
            let cell = f64::from(cell);
            // 0 · −∞ makes a NaN of what has to be left out.
            *odds = if cell > 0.0 { cell } else { cell * 0.0 };
            *square = cell * if cell > 0.0 { cell } else { FAR_BELOW };
        }
    }
}

impl FromSums for StochasticMean {
    fn numbers(&self) -> usize {
        2
    }

    fn finish(&self, row: &mut RowOfSums, values: &mut [f32]) {
        for (((value, odds), square), count) in values.iter_mut().zip(row.of(0)).zip(row.of(1)).zip(row.counts()) {
            // Odds that are not above 0 are 0, or NaN.
            let even = (square * (1.0 / FAR_BELOW) + odds, count);
            let (sum, total) = if *odds > 0.0 { (*square, *odds) } else { even };
            *value = (sum / total) as f32;
        }
    }

    fn alone(&self, window: &[f32]) -> f64 {
        mean_alone(window)
    }
}

impl Arithmetic for StochasticMean {
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        walk::sums(self, cells, shapes, values, room)
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
            let (odds, mean) = (Odds::of_window(window.cells), mean_alone(window.cells));
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
fn mean_alone(window: &[f32]) -> f64 {
    let odds = || window.iter().map(|&cell| positive(cell));
    let total: f64 = odds().sum();
    if total > 0.0 && total < f64::INFINITY {
        odds().map(|cell| cell * cell).sum::<f64>() / total
    } else if total == 0.0 && !window.is_empty() {
        window.iter().copied().map(f64::from).sum::<f64>() / window.len() as f64
    } else {
        // Infinite, NaN, or of nothing.
        total
    }
}

/// How likely one window's cells are drawn; NaN in a window with a NaN, where nothing is drawn.
fn probabilities(window: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
    let mut probabilities = reserve(window.len(), &shapes.output)?;
    let (odds, any_nan) = (Odds::of_window(window), window.iter().any(|cell| cell.is_nan()));
    let total = if any_nan { f64::NAN } else { odds.total(window) };
    probabilities.extend(window.iter().map(|&cell| (odds.of(cell) / total) as f32));
    Ok(probabilities)
}
