//! Small windows' maxima and minima, and their places, four windows side by side.

use crate::kernel::fused::{Columns, LINES, Seen, two_rows};
use crate::kernel::{InLanes, LANES, Lanes, Mask, Whole};
use std::array::from_fn;

/// [`Extreme`](super::Extreme), where negation would cost as much as a comparison.
pub(super) struct Best<const SMALLEST: bool>;

impl<const SMALLEST: bool> Best<SMALLEST> {
    pub fn of(a: Lanes, b: Lanes) -> Lanes {
        if SMALLEST { a.pmin(b) } else { a.pmax(b) }
    }
}

impl<const SMALLEST: bool> InLanes for Best<SMALLEST> {
    const PADDING: f32 = if SMALLEST { f32::INFINITY } else { f32::NEG_INFINITY };
    const DILATED: bool = true;
    /// Down first, which takes fewer merges. It finds the first column's zero and not the first row's, which has another sign
    /// if they are of both: then a column's result is −0, and the plane is done another way.
    type Columns = [Lanes; 2];
    type Packed = Lanes;

    #[inline(always)]
    fn down<const TAPS: usize, const STRIDE: usize>(
        &self,
        lines: [Lanes; LINES],
        _width: i32,
        seen: &mut Seen,
    ) -> [Lanes; 2] {
        let merged = two_rows::<_, TAPS, STRIDE>(lines, true, Self::of);
        seen.cells(&lines[TAPS - STRIDE..TAPS + STRIDE]);
        seen.merged(merged);
        merged
    }

    #[inline(always)]
    fn across<const TAPS: usize, const STRIDE: usize>(&self, [a, b, c]: [[Lanes; 2]; 3]) -> [Lanes; 2] {
        from_fn(|row| {
            let best = Self::of(a[row], b[row]);
            if TAPS == 2 { best } else { Self::of(best, c[row]) }
        })
    }

    fn has_foreign(&self, seen: Seen) -> bool {
        seen.any()
    }
}

/// The same with places. Of windows whose cells are all as bad as padding, it may be a place in the padding.
pub(super) struct Placed<const SMALLEST: bool>;

/// The best of columns, and how far before it the first line of both rows lies, a number that is not positive.
#[derive(Clone, Copy)]
pub(in crate::pool) struct PlacedColumns {
    best: [Lanes; 2],
    before: [Whole; 2],
}

impl Columns for PlacedColumns {
    #[inline(always)]
    fn with(self, next: Self, pick: impl Fn(Lanes, Lanes) -> Lanes) -> Self {
        let before = from_fn(|row| pick(self.before[row].lanes(), next.before[row].lanes()).bits());
        Self { best: self.best.with(next.best, pick), before }
    }

    #[inline(always)]
    fn or_padding(self, mask: Mask, padding: Lanes) -> Self {
        Self { best: self.best.or_padding(mask, padding), ..self }
    }
}

impl<const SMALLEST: bool> Placed<SMALLEST> {
    fn better(these: Lanes, others: Lanes) -> Mask {
        if SMALLEST { these.less(others) } else { others.less(these) }
    }
}

impl<const SMALLEST: bool> InLanes for Placed<SMALLEST> {
    const PADDING: f32 = Best::<SMALLEST>::PADDING;
    type Columns = PlacedColumns;
    type Packed = (Lanes, Whole);

    #[inline(always)]
    fn down<const TAPS: usize, const STRIDE: usize>(
        &self,
        lines: [Lanes; LINES],
        width: i32,
        seen: &mut Seen,
    ) -> PlacedColumns {
        let (mut best, mut before) = ([lines[0], lines[STRIDE]], [Whole::of([0; LANES]); 2]);
        for (row, (best, before)) in best.iter_mut().zip(&mut before).enumerate() {
            let first = row * STRIDE;
            *before = Whole::of([-width * first as i32; LANES]);
            for tap in 1..TAPS {
                let (line, down) = (lines[first + tap], Whole::of([-width * (first + tap) as i32; LANES]));
                *before = before.least(down.only(Self::better(line, *best)));
                *best = Best::<SMALLEST>::of(*best, line);
            }
        }
        let columns = PlacedColumns { best, before };
        seen.cells(&lines[TAPS - STRIDE..TAPS + STRIDE]);
        seen.merged(columns.best);
        columns
    }

    /// Of the columns whose result is the window's, the one whose line comes first, or else the first.
    #[inline(always)]
    fn across<const TAPS: usize, const STRIDE: usize>(&self, taps: [PlacedColumns; 3]) -> [(Lanes, Whole); 2] {
        let best = Best::<SMALLEST>.across::<TAPS, STRIDE>(taps.map(|tap| tap.best));
        from_fn(|row| {
            let mut column = Whole::of([0; LANES]);
            let places = taps[..TAPS].iter().map(|tap| {
                // −1 before the first, so that none is 0; as numbers without a sign, they descend from there.
                column = column + Whole::of([-1; LANES]);
                (tap.before[row] + column).only(tap.best[row].equal(best[row]))
            });
            let before = places.reduce(Whole::greatest_unsigned).unwrap_or(column);
            (best[row], before)
        })
    }

    fn has_foreign(&self, seen: Seen) -> bool {
        seen.any()
    }
}
