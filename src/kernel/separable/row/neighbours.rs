//! The best of some neighbours, up to thirty-two, at every position of a row, in registers that slide along it: each
//! cell is read once, and what neighbours share is merged once and waits nowhere.

use crate::kernel::Fold;
use crate::kernel::lanes::{LANES, Lanes, Mask};

/// How a fold merges a [run] of cells from each position on, of a row with so much padding before it, and as much after it
/// as the results need. Says whether any cell may be [foreign](Fold::is_foreign).
pub(crate) type Neighbours<F> = fn(&F, &[<F as Fold>::Input], usize, usize, &mut [<F as Fold>::Acc]) -> bool;

/// The shortest run.
pub(super) const SHORTEST: usize = 4;

/// How many cells are merged here for windows of so many taps, no fewer than the [`SHORTEST`] run: all of them, or half as
/// many at the least; of windows that are longer than two of these, the runs that longer runs are made of.
pub(super) fn run(taps: usize) -> usize {
    match taps {
        ..=8 | 15 | 31 => taps,
        9..=14 => 8,
        16..=30 => 16,
        32..=64 => 32,
        _ => 16,
    }
}

/// So many registers of cells are read before the first result of a run can be made.
const fn ahead(run: usize) -> usize {
    match run {
        4 => 2,
        5..=8 => 3,
        9..=16 => 5,
        _ => 9,
    }
}

/// A row of fewer cells is nothing but ends.
pub(super) fn fewest(run: usize) -> usize {
    ahead(run) * LANES
}

/// The largest of a run of cells; `sign` is −0 where it is of their negatives, and else 0.
pub(crate) fn largest(row: &[f32], before: usize, run: usize, out: &mut [f32], sign: f32) -> bool {
    let slide = match run {
        4 => slide::<4>,
        5 => slide::<5>,
        6 => slide::<6>,
        7 => slide::<7>,
        8 => slide::<8>,
        15 => slide::<15>,
        16 => slide::<16>,
        31 => slide::<31>,
        _ => slide::<32>,
    };
    // A sum with a NaN is one; with infinities of both signs too, which costs time and no more.
    slide(row, before, out, Lanes::splat(sign)).is_nan().any()
}

/// The largest of a run of cells from each on. Gives sums of all cells.
#[inline(never)]
fn slide<const RUN: usize>(row: &[f32], before: usize, out: &mut [f32], signs: Lanes) -> Lanes {
    let padding = Lanes::splat(f32::NEG_INFINITY);
    let mut latest = Latest { one: padding, two: padding, four: padding, eight: [padding; 2], sixteen: [padding; 4] };
    let mut next = |cells: Lanes| latest.and::<RUN>(cells);
    let (whole, rest) = row.as_chunks::<LANES>();
    let ahead = const { ahead(RUN) };
    let (first, cells) = whole.split_at(ahead);
    let mut sums = Lanes::splat(0.0);
    // Runs that begin before the row: those far from it have none of its cells.
    let near = before.min(ahead * LANES);
    let (left, out) = out.split_at_mut(before);
    let (far, left) = left.split_at_mut(before - near);
    far.fill(f32::NEG_INFINITY);
    let (part, left) = left.as_rchunks_mut::<LANES>();
    let lacking = ahead - left.len();
    for (number, cells) in first.iter().enumerate() {
        let cells = Lanes::of(*cells);
        sums = sums + cells;
        let values = next(cells ^ signs).values();
        match number.checked_sub(lacking) {
            Some(number) => left[number] = values,
            None => part.iter_mut().rev().zip(values.into_iter().rev()).for_each(|(out, value)| *out = value),
        }
    }
    let (turns, ends) = cells.as_chunks::<4>();
    let (middle, right) = out.split_at_mut(turns.as_flattened().len() * LANES);
    for (out, cells) in middle.as_chunks_mut::<LANES>().0.as_chunks_mut::<4>().0.iter_mut().zip(turns) {
        for (out, cells) in out.as_chunks_mut::<2>().0.iter_mut().zip(cells.as_chunks::<2>().0) {
            let [a, b] = cells.map(Lanes::of);
            sums = sums + (a + b);
            out[0] = next(a ^ signs).values();
            out[1] = next(b ^ signs).values();
        }
    }
    let mut last = [0.0; LANES];
    last.iter_mut().zip(rest).for_each(|(last, cell)| *last = *cell);
    sums = sums + Lanes::of(last);
    let inside = Mask::of(std::array::from_fn(|lane| lane < rest.len()));
    let (right, part) = right.as_chunks_mut::<LANES>();
    for number in 0..=right.len() {
        let cells = match ends.get(number) {
            Some(cells) => {
                sums = sums + Lanes::of(*cells);
                Lanes::of(*cells) ^ signs
            }
            None if number == ends.len() => (Lanes::of(last) ^ signs).or_where_not(inside, padding),
            None => padding,
        };
        let values = next(cells).values();
        match right.get_mut(number) {
            Some(out) => *out = values,
            None => part.iter_mut().zip(values).for_each(|(out, value)| *out = value),
        }
    }
    sums
}

/// The latest cells, and the latest runs of two, four, eight and sixteen.
struct Latest {
    one: Lanes,
    two: Lanes,
    four: Lanes,
    eight: [Lanes; 2],
    sixteen: [Lanes; 4],
}

impl Latest {
    /// With the cells that follow, the run that these complete.
    #[inline(always)]
    fn and<const RUN: usize>(&mut self, cells: Lanes) -> Lanes {
        let pairs = self.one.pmax(self.one.following(cells));
        let fours = self.two.pmax(self.two.straddling(pairs));
        let four = self.four;
        (self.one, self.two, self.four) = (cells, pairs, fours);
        let eights = four.pmax(fours);
        let [eight, next_eight] = self.eight;
        self.eight = [next_eight, eights];
        let sixteens = eight.pmax(eights);
        let [sixteen, next, after, last] = self.sixteen;
        self.sixteen = [next, after, last, sixteens];
        match RUN {
            4 => fours,
            5 => four.pmax(four.following(fours)),
            6 => four.pmax(four.straddling(fours)),
            7 => four.pmax(four.preceding(fours)),
            8 => eights,
            15 => eight.pmax(next_eight.preceding(eights)),
            16 => sixteens,
            31 => sixteen.pmax(last.preceding(sixteens)),
            _ => sixteen.pmax(sixteens),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Few values, so that some are equal, zeros of either sign among them: the first of equals has to be found.
        #[test]
        fn each_result_is_the_first_of_the_largest(
            row in prop::collection::vec(prop::sample::select(vec![-2.0f32, -1.0, -0.0, 0.0, 1.0, 2.0, f32::NEG_INFINITY]), 8..100),
            (before, after, run, negated) in (0..70usize, 0..70usize, prop::sample::select(vec![4, 5, 6, 7, 8, 15, 16, 31, 32]), any::<bool>()),
            nan in prop::option::of(any::<prop::sample::Index>()),
        ) {
            prop_assume!(row.len() >= fewest(run));
            let sign = if negated { -1.0 } else { 1.0 };
            let padded: Vec<f32> = [vec![f32::NEG_INFINITY; before], row.iter().map(|cell| cell * sign).collect(), vec![f32::NEG_INFINITY; after]].concat();
            let first_largest = |cells: &[f32]| cells.iter().fold(cells[0], |best, &cell| if cell > best { cell } else { best });
            let wanted: Vec<u32> = padded.windows(run).map(|cells| first_largest(cells).to_bits()).collect();
            let mut out = vec![9.0; wanted.len()];
            let mut largest = |row: &[f32]| super::largest(row, before, run, &mut out, 0.0 * sign);
            prop_assert!(!largest(&row));
            if let Some(at) = nan {
                let mut row = row.clone();
                *at.get_mut(&mut row) = f32::NAN;
                prop_assert!(largest(&row));
            } else {
                prop_assert_eq!(out.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), wanted);
            }
        }
    }
}
