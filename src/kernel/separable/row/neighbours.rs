//! The best of four or sixteen neighbours at every position of a row, in registers that slide along it: each cell is read
//! once, and what neighbours share is merged once and waits nowhere.

use crate::kernel::Fold;
use crate::kernel::lanes::{LANES, Lanes, Mask};

/// How a fold merges four cells from each position on, or sixteen, of a row with so much padding before it, and as much after
/// it as the results need. Says whether any cell is [foreign](Fold::is_foreign).
pub(crate) type Neighbours<F> = fn(&F, &[<F as Fold>::Input], usize, bool, &mut [<F as Fold>::Acc]) -> bool;

/// So many registers of cells are read before the first result can be made, at the most.
const AHEAD: usize = 5;

/// For so many registers of results at either end of a row, there is padding among the cells.
const END: usize = AHEAD + 1;

/// A row of fewer cells is nothing but ends.
pub(super) const FEWEST: usize = (END + 1) * LANES;

/// The largest of four cells, or of sixteen; `sign` is −0 where it is of their negatives, and else 0.
pub(crate) fn largest(row: &[f32], before: usize, sixteen: bool, out: &mut [f32], sign: f32) -> bool {
    let (mut nan, signs) = (Mask::NONE, Lanes::splat(sign));
    let mut slide = |cells: &[[f32; LANES]], out: &mut [[f32; LANES]]| {
        nan = nan | if sixteen { slide::<5>(cells, out, signs) } else { slide::<2>(cells, out, signs) };
    };
    let inside = (row.len() - END * LANES) / LANES + 1;
    let (left, out) = out.split_at_mut(before);
    let (middle, right) = out.split_at_mut(inside * LANES);
    slide(row.as_chunks().0, middle.as_chunks_mut().0);
    let nothing = f32::NEG_INFINITY;
    let padding = f32::from_bits(nothing.to_bits() ^ sign.to_bits());
    let mut end = |at: usize, cells: &[f32]| {
        let (mut with_padding, mut out) = ([[padding; LANES]; END + AHEAD], [[nothing; LANES]; END]);
        with_padding.as_flattened_mut()[at..][..cells.len()].copy_from_slice(cells);
        slide(&with_padding, &mut out);
        out
    };
    let (first, last) = (end(END * LANES, &row[..AHEAD * LANES]), end(0, &row[inside * LANES..]));
    let (first, last) = (first.as_flattened(), last.as_flattened());
    let (far, near) = left.split_at_mut(before.saturating_sub(first.len()));
    far.fill(nothing);
    near.copy_from_slice(&first[first.len() - near.len()..]);
    let (near, far) = right.split_at_mut(right.len().min(last.len()));
    near.copy_from_slice(&last[..near.len()]);
    far.fill(nothing);
    nan.any()
}

/// The largest of four cells from each on, or with [`AHEAD`] registers of cells read first of sixteen. Which lanes have seen
/// a NaN.
#[inline(never)]
fn slide<const READ: usize>(cells: &[[f32; LANES]], out: &mut [[f32; LANES]], signs: Lanes) -> Mask {
    let none = Lanes::splat(f32::NEG_INFINITY);
    let (mut one, mut two, mut four, mut eight, mut seen) = (none, none, none, [none; 2], Mask::NONE);
    let mut next = |cells: &[f32; LANES]| {
        let cells = Lanes::of(*cells) ^ signs;
        seen = seen | cells.is_nan();
        let pairs = one.pmax(one.following(cells));
        let fours = two.pmax(two.straddling(pairs));
        (one, two) = (cells, pairs);
        if READ < AHEAD {
            return fours.values();
        }
        let eights = four.pmax(fours);
        let sixteens = eight[0].pmax(eights);
        (four, eight) = (fours, [eight[1], eights]);
        sixteens.values()
    };
    let (first, cells) = cells.split_at(READ);
    first.iter().for_each(|cells| _ = next(cells));
    let ((turns, rest), (out, out_rest)) = (cells.as_chunks::<4>(), out.as_chunks_mut::<4>());
    for (out, cells) in out.iter_mut().zip(turns) {
        for (out, cells) in out.iter_mut().zip(cells) {
            *out = next(cells);
        }
    }
    let behind = turns[out.len().min(turns.len())..].as_flattened().iter().chain(rest);
    for (out, cells) in out_rest.iter_mut().zip(behind) {
        *out = next(cells);
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Few values, so that some are equal, zeros of either sign among them: the first of equals has to be found.
        #[test]
        fn each_result_is_the_first_of_the_largest(
            row in prop::collection::vec(prop::sample::select(vec![-2.0f32, -1.0, -0.0, 0.0, 1.0, 2.0, f32::NEG_INFINITY]), FEWEST..100),
            (before, after, sixteen, negated) in (0..70usize, 0..70usize, any::<bool>(), any::<bool>()),
            nan in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let sign = if negated { -1.0 } else { 1.0 };
            let size = if sixteen { 16 } else { 4 };
            let padded: Vec<f32> = [vec![f32::NEG_INFINITY; before], row.iter().map(|cell| cell * sign).collect(), vec![f32::NEG_INFINITY; after]].concat();
            let first_largest = |cells: &[f32]| cells.iter().fold(cells[0], |best, &cell| if cell > best { cell } else { best });
            let wanted: Vec<u32> = padded.windows(size).map(|cells| first_largest(cells).to_bits()).collect();
            let mut out = vec![9.0; wanted.len()];
            let mut run = |row: &[f32]| largest(row, before, sixteen, &mut out, 0.0 * sign);
            prop_assert!(!run(&row));
            if let Some(at) = nan {
                let mut row = row.clone();
                *at.get_mut(&mut row) = f32::NAN;
                prop_assert!(run(&row));
            } else {
                prop_assert_eq!(out.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), wanted);
            }
        }
    }
}
