//! Small windows' maxima and minima, four windows side by side.

use crate::kernel::fused::Seen;
use crate::kernel::{InLanes, Lanes};

/// [`Extreme`](super::Extreme), where negation would cost as much as a comparison.
pub(super) struct Best<const SMALLEST: bool>;

impl<const SMALLEST: bool> InLanes for Best<SMALLEST> {
    const PADDING: f32 = if SMALLEST { f32::INFINITY } else { f32::NEG_INFINITY };
    const GROUPED: bool = true;
    type Packed = Lanes;

    #[inline(always)]
    fn merge(&self, a: Lanes, b: Lanes) -> Lanes {
        if SMALLEST { a.pmin(b) } else { a.pmax(b) }
    }

    #[inline(always)]
    fn note(&self, cells: &[Lanes], seen: &mut Seen) {
        seen.cells(cells);
    }

    fn has_foreign(&self, seen: Seen) -> bool {
        seen.any()
    }
}
