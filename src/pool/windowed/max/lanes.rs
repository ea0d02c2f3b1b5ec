//! Small windows' maxima and minima, four windows side by side.

use crate::kernel::fused::{Columns, LINES, Seen, two_rows};
use crate::kernel::{InLanes, Lanes, Results};
use std::array::from_fn;

/// [`Extreme`](super::Extreme), where negation would cost as much as a comparison.
pub(super) struct Best<const SMALLEST: bool>;

impl<const SMALLEST: bool> Best<SMALLEST> {
    pub fn of(a: Lanes, b: Lanes) -> Lanes {
        if SMALLEST { a.pmin(b) } else { a.pmax(b) }
    }
}

impl<const SMALLEST: bool> Results for Best<SMALLEST> {
    type Packed = Lanes;

    fn has_foreign(&self, seen: Seen) -> bool {
        seen.any()
    }
}

/// Down first takes fewer merges. It finds the first column's zero and not the first row's, which has another sign if they are
/// of both: then a column's result is −0, and the plane is done another way.
impl<const SMALLEST: bool> InLanes for Best<SMALLEST> {
    const PADDING: f32 = if SMALLEST { f32::INFINITY } else { f32::NEG_INFINITY };

    #[inline(always)]
    fn down<const TAPS: usize, const STRIDE: usize>(&self, lines: [Lanes; LINES], seen: &mut Seen) -> Columns {
        let merged = two_rows::<_, TAPS, STRIDE>(lines, true, Self::of);
        seen.cells(&lines[TAPS - STRIDE..TAPS + STRIDE]);
        seen.merged(merged);
        merged
    }

    #[inline(always)]
    fn across<const TAPS: usize>(&self, [a, b, c]: [Columns; 3]) -> Columns {
        from_fn(|row| {
            let best = Self::of(a[row], b[row]);
            if TAPS == 2 { best } else { Self::of(best, c[row]) }
        })
    }
}
