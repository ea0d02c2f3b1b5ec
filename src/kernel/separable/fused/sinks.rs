//! Where the results of small windows go.

use super::{Small, along};
use crate::kernel::lanes::Lanes;
use crate::kernel::{Fold, InLanes, Results, Sum};

/// Where results go.
pub(crate) trait Sink<P> {
    /// For how many windows there is room.
    fn room(&self) -> usize;

    /// Takes those of four windows; `at` is the first one's place in the output, and `place` that of its first tap in the
    /// plane, be it in the padding. `by` is as for [`Results::finish`].
    ///
    /// # Safety
    /// There must be room for them.
    #[expect(unsafe_code, reason = "two checks for each block are as much as a tenth of its work")]
    unsafe fn four(&mut self, at: usize, place: isize, merged: P, by: Lanes);
}

/// How a fold reduces one plane, and says whether any cell is foreign.
pub(crate) type Run<F> = fn(&mut Small, &F, &[<F as Fold>::Input], &mut [<F as Fold>::Acc]) -> bool;

/// Reduces one plane into values.
pub(crate) fn values<L: InLanes<Packed = Lanes>>(small: &mut Small, fold: &L, cells: &[f32], out: &mut [f32]) -> bool {
    small.reduce(fold, cells, &mut Values { fold, out })
}

/// The same for sums.
pub(crate) fn sums(small: &mut Small, fold: &Sum<f32>, cells: &[f32], out: &mut [f32]) -> bool {
    if let Some(masks) = small.dilated {
        return small.apart(fold, masks, cells, &mut Values { fold, out });
    }
    along::reduce(small, fold, cells, out);
    false
}

struct Values<'v, L> {
    fold: &'v L,
    out: &'v mut [f32],
}

impl<L: InLanes<Packed = Lanes>> Sink<Lanes> for Values<'_, L> {
    fn room(&self) -> usize {
        self.out.len()
    }

    // SAFETY: as the trait says.
    #[expect(unsafe_code, reason = "as the trait's")]
    unsafe fn four(&mut self, at: usize, _place: isize, merged: Lanes, by: Lanes) {
        // SAFETY: the caller's promise is about this list.
        unsafe { self.fold.finish(merged, by).store(self.out.as_mut_ptr().add(at)) };
    }
}

/// Two rows of windows in the output.
pub(super) struct Pair<'s, L, S> {
    pub fold: &'s L,
    pub rows: [usize; 2],
    /// Where the first row begins, and how much further the second.
    pub at: usize,
    pub apart: usize,
    /// Where the first window's first tap lies in the plane.
    pub place: isize,
    pub stride: usize,
    /// What finishes windows that read no padding along each row.
    pub by: [Lanes; 2],
    pub sink: &'s mut S,
}

impl<L: Results, S: Sink<L::Packed>> Pair<'_, L, S> {
    /// Puts the results of four windows of either row; `inside` along the row.
    ///
    /// # Safety
    /// The sink must have room for them.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as the sink's")]
    pub unsafe fn put(&mut self, window: usize, [upper, lower]: [L::Packed; 2], inside: bool) {
        let (at, place) = (self.at + window, self.place + (window * self.stride) as isize);
        let by = if inside { self.by } else { self.rows.map(|row| self.fold.by(row, Some(window))) };
        // SAFETY: the caller's promise.
        unsafe {
            self.sink.four(at, place, upper, by[0]);
            self.sink.four(at + self.apart, place, lower, by[1]);
        }
    }
}
