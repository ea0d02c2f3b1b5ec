//! The best cells of small windows, and their places in the plane. The cells of a line are compared first and then the lines:
//! so the first of equals is found without a look at what was equal, and zeros of either sign are told apart.

use super::along::{self, Along};
use super::sinks::List;
use super::{Seen, Undilated};
use crate::kernel::InLanes;
use crate::kernel::lanes::{LANES, Lanes, Whole};

struct Placed;

impl InLanes for Placed {
    const PADDING: f32 = f32::NEG_INFINITY;
    const GROUPED: bool = true;
    /// The best cells of four windows, and their places; on padding, a place where there is no cell.
    type Packed = (Lanes, Whole);

    /// Later places are larger; those on padding are negative, or never better.
    #[inline(always)]
    fn merge(&self, (a, at_a): Self::Packed, (b, at_b): Self::Packed) -> Self::Packed {
        (a.pmax(b), at_a.greatest(at_b.only(a.less(b))))
    }

    #[inline(always)]
    fn note(&self, cells: &[Lanes], seen: &mut Seen) {
        seen.cells(cells);
    }

    fn has_foreign(&self, seen: Seen) -> bool {
        seen.any()
    }
}

impl Along for Placed {
    const LINES: usize = 2;

    #[inline(always)]
    fn line<const TAPS: usize, const STRIDE: usize>(
        &self,
        [here, beside, next]: [Lanes; 3],
        places: Whole,
    ) -> Self::Packed {
        let one = Whole::of([-1; LANES]);
        let [first, second, third] = if STRIDE == 1 {
            [here, here.following(beside), here.straddling(beside)]
        } else {
            let first = here.even(beside);
            [first, here.odd(beside), first.following(next)]
        };
        if TAPS == 2 {
            return (first.pmax(second), places - one.only(first.less(second)));
        }
        let after = second.pmax(third);
        let later = first.less(after);
        let two = one.only(second.less(third)).only(later);
        (first.pmax(after), places - one.only(later) - two)
    }
}

impl Undilated<'_> {
    /// The largest cells of a plane's windows, and their places. Says whether they are right: with a NaN they may not be, nor
    /// where nothing is larger than padding.
    pub(crate) fn places(&mut self, cells: &[f32], values: &mut [f32], places: &mut [i32]) -> bool {
        let foreign = along::reduce(self, &Placed, cells, (List::new(&mut *values), List::new(places)));
        !foreign && !self.any_padding(values)
    }

    /// Whether some window that reads padding found nothing better: its place may be there.
    fn any_padding(&self, values: &[f32]) -> bool {
        let Self { down, across, edges: [left, right], .. } = *self;
        let inside = down.inside();
        values.chunks_exact(across.windows).enumerate().any(|(row, values)| {
            let edges = if inside.contains(&row) { [left, right] } else { [0; 2] };
            // One by one: there are few.
            (0..edges[0]).chain(edges[1]..across.windows).any(|window| values[window] == f32::NEG_INFINITY)
        })
    }
}
