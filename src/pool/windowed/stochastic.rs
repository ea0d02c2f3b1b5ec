//! Stochastic pooling: a cell drawn in proportion to its size, and what that draw gives on average.

use super::walk::{self, FromSums, Picks, Target};
use crate::error::Result;
use crate::kernel::{Block, LANES, Lift, RowOfSums, clear_for};
use crate::pool::arithmetic::{Arithmetic, Gradient, Picked, Room};
use crate::pool::shapes::{Shapes, reserve};
use crate::random;
use std::array::from_fn;

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
    fn of_window(window: impl Iterator<Item = f32>) -> Self {
        let largest = window.fold(f32::NEG_INFINITY, |largest, cell| if cell > largest { cell } else { largest });
        match largest {
            f32::INFINITY => Self::Infinite,
            _ if largest > 0.0 => Self::Positive,
            _ => Self::Even,
        }
    }

    /// Not inlined: loops over a window's cells would each come once for every kind of odds.
    #[inline(never)]
    fn of(self, cell: f32) -> f64 {
        match self {
            Self::Even => 1.0,
            Self::Positive => positive(cell),
            Self::Infinite => f64::from(u8::from(cell == f32::INFINITY)),
        }
    }

    fn total(self, window: impl Iterator<Item = f32>) -> f64 {
        window.map(|cell| self.of(cell)).sum()
    }
}

/// A cell above 0 as it is, else 0. A NaN stays one.
fn positive(cell: f32) -> f64 {
    if cell <= 0.0 { 0.0 } else { f64::from(cell) }
}

impl Stochastic {
    fn pick(&self, cells: &[f32], shapes: &Shapes, picked: Picks, room: &mut Room) -> Result<()> {
        let Room { doubles, blocks, .. } = room;
        walk::pick(cells, shapes, picked, blocks, &mut |block, mut target| {
            clear_for(doubles, block.taps.len(), LANES)?;
            doubles.resize(block.taps.len() * LANES, 0.0);
            let number = shapes.numbers(target.first);
            let draw = |window: usize| uniform(self.seed, number(window));
            let sums = doubles.as_chunks_mut().0;
            for from in (0..block.count).step_by(LANES) {
                match block.count.checked_sub(LANES) {
                    // The last ones overlap those before.
                    Some(last) => choose(block, from.min(last), &draw, sums, &mut target),
                    None => {
                        for window in 0..block.count {
                            target.put(block, window, drawn_alone(block, window, draw(window)));
                        }
                    }
                }
            }
            Ok(())
        })
    }
}

/// Chooses for windows side by side, from one on: as if all odds were the cells themselves, or even where no cell is
/// positive; for a window of which neither is true by itself. `draw` gives each its number from 0 to 1, and `sums` has
/// room for one for each of a window's cells.
#[inline(always)]
fn choose(block: &Block, from: usize, draw: &impl Fn(usize) -> f64, sums: &mut [[f64; LANES]], target: &mut Target) {
    let (taps, mut at, mut total) = (block.taps.len(), from, [0.0; LANES]);
    for sum in &mut *sums {
        let cells = &block.cells[at..][..LANES];
        total = from_fn(|window| total[window] + positive(cells[window]));
        *sum = total;
        at += block.count;
    }
    let drawn: [f64; LANES] = from_fn(|window| draw(from + window));
    let ends: [f64; LANES] = from_fn(|window| drawn[window] * total[window]);
    let mut before = [0u64; LANES];
    for sum in &sums[..taps - 1] {
        before = from_fn(|window| before[window] + u64::from(sum[window] <= ends[window]));
    }
    for window in 0..LANES {
        let tap = if total[window] == 0.0 {
            ((drawn[window] * taps as f64) as usize).min(taps - 1)
        } else if total[window] < f64::INFINITY && ends[window] < total[window] {
            before[window] as usize
        } else {
            drawn_alone(block, from + window, drawn[window])
        };
        target.put(block, from + window, tap);
    }
}

/// In [0, 1), in steps of 2⁻⁵³. Not inlined: in lanes, its products of whole numbers take longer.
#[inline(never)]
fn uniform(seed: u64, number: u64) -> f64 {
    (random::at(seed, STREAM, number) >> 11) as i64 as f64 * (1.0 / (1u64 << 53) as f64)
}

/// Which of a window's cells is drawn by a number from 0 to 1; the last NaN if it has any.
#[inline(never)]
fn drawn_alone(block: &Block, window: usize, drawn: f64) -> usize {
    let cells = || block.window(window).enumerate();
    if let Some((last_nan, _)) = cells().filter(|(_, cell)| cell.is_nan()).last() {
        return last_nan;
    }
    let odds = Odds::of_window(block.window(window));
    let (drawn, mut below, mut found) = (drawn * odds.total(block.window(window)), 0.0, 0);
    for (tap, cell) in cells().filter(|&(_, cell)| odds.of(cell) > 0.0) {
        below += odds.of(cell);
        // The product can round up to the total: then it is the last cell that can be drawn at all.
        found = tap;
        if below > drawn {
            break;
        }
    }
    found
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
            let (odds, mean) = (Odds::of_window(window.cells.iter().copied()), mean_alone(window.cells));
            let scale = f64::from(grad_output[window.number]) / odds.total(window.cells.iter().copied());
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
    let (odds, any_nan) = (Odds::of_window(window.iter().copied()), window.iter().any(|cell| cell.is_nan()));
    let total = if any_nan { f64::NAN } else { odds.total(window.iter().copied()) };
    probabilities.extend(window.iter().map(|&cell| (odds.of(cell) / total) as f32));
    Ok(probabilities)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Pool, Pooling, Window};
    use proptest::prelude::*;

    proptest! {
        /// Of every kind of odds, and the same place whether a window has others beside it or not.
        #[test]
        fn side_by_side_windows_draw_what_each_draws_alone(
            cells in prop::collection::vec(prop_oneof![
                4 => -1.0..2.0f32, 2 => Just(0.0), 1 => Just(f32::INFINITY), 1 => Just(f32::NEG_INFINITY), 1 => Just(f32::NAN)
            ], 3..60),
            taps in 1..4usize, seed in any::<u64>(),
        ) {
            let windows = cells.len() / taps;
            let layer = Pool::new(Pooling::Stochastic { seed }, Window::new([taps])).unwrap();
            let (_, places, _) = layer.forward_with_indices_flat(&cells, &[1, 1, cells.len()]).unwrap();
            for window in 0..windows {
                let mut own = cells[window * taps..][..taps].to_vec();
                let block = Block { first: window, count: 1, taps: &[], stride: taps, cells: &mut own };
                let tap = drawn_alone(&block, 0, uniform(seed, window as u64));
                prop_assert_eq!(places[window], (window * taps + tap) as i32, "{:?}", block.cells);
            }
        }
    }
}
