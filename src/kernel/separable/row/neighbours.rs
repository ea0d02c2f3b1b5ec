//! The best of some neighbours, up to thirty-two, at every position of a row.

use super::slide::{Latest, slide};
use crate::kernel::Fold;
use crate::kernel::lanes::{LANES, Lanes};

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
    let largest = match run {
        4 => largest_of::<4>,
        5 => largest_of::<5>,
        6 => largest_of::<6>,
        7 => largest_of::<7>,
        8 => largest_of::<8>,
        15 => largest_of::<15>,
        16 => largest_of::<16>,
        31 => largest_of::<31>,
        _ => largest_of::<32>,
    };
    largest(row, before, out, sign)
}

#[inline(never)]
fn largest_of<const RUN: usize>(row: &[f32], before: usize, out: &mut [f32], sign: f32) -> bool {
    let none = Lanes::splat(f32::NEG_INFINITY);
    let (eight, sixteen, sums) = ([none; 2], [none; 4], Lanes::splat(0.0));
    let mut latest =
        Largest::<RUN> { one: none, two: none, four: none, eight, sixteen, signs: Lanes::splat(sign), sums };
    slide(&mut latest, row, before, out);
    // A sum with a NaN is one; with infinities of both signs too, which costs time and no more.
    latest.sums.is_nan().any()
}

/// The latest cells, and the latest runs of two, four, eight and sixteen.
struct Largest<const RUN: usize> {
    one: Lanes,
    two: Lanes,
    four: Lanes,
    eight: [Lanes; 2],
    sixteen: [Lanes; 4],
    /// What cells are turned by.
    signs: Lanes,
    /// All cells, summed up.
    sums: Lanes,
}

impl<const RUN: usize> Latest for Largest<RUN> {
    const AHEAD: usize = ahead(RUN);
    const PADDING: f32 = f32::NEG_INFINITY;

    #[inline(always)]
    fn read<const COUNT: usize>(&mut self, cells: [Lanes; COUNT]) -> [Lanes; COUNT] {
        // By themselves first: a chain through all of a row would have each wait for the one before.
        if let Some(sum) = cells.into_iter().reduce(|sum, cells| sum + cells) {
            self.sums = self.sums + sum;
        }
        cells.map(|cells| cells ^ self.signs)
    }

    #[inline(always)]
    fn and(&mut self, cells: Lanes) -> Lanes {
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
