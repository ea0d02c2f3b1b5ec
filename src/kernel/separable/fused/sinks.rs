//! Where the results of small windows go.

use super::{Small, along};
use crate::kernel::lanes::{LANES, Lanes, Mask, Whole};
use crate::kernel::{Fold, InLanes, Sum};
use std::array::from_fn;

/// Where results go.
pub(crate) trait Sink<P> {
    /// For how many windows there is room.
    fn room(&self) -> usize;

    /// Takes those of four windows; `at` is the first one's place in the output, and `place` that of its first tap in the
    /// plane, be it in the padding. `by` is as for [`InLanes::finish`].
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

/// Takes values and the places in the plane that they come from apart.
pub(crate) struct Places<'p> {
    values: &'p mut [f32],
    places: &'p mut [i32],
    /// How far apart the windows' first taps are.
    steps: Whole,
    padding: Lanes,
    /// Which lanes have seen a window that is no better than padding.
    none: Mask,
}

impl<'p> Places<'p> {
    pub(crate) fn new(small: &Small, values: &'p mut [f32], places: &'p mut [i32], padding: f32) -> Self {
        // How far a place lies before a window's first tap begins with −1.
        let steps = Whole::of(from_fn(|lane| (lane * small.across.even.stride) as i32 - 1));
        Self { values, places, steps, padding: Lanes::splat(padding), none: Mask::NONE }
    }

    /// Whether a window was no better than padding: then its place may be one in the padding.
    pub(crate) fn any_padding(&self) -> bool {
        self.none.any()
    }
}

impl Sink<(Lanes, Whole)> for Places<'_> {
    fn room(&self) -> usize {
        self.values.len().min(self.places.len())
    }

    // SAFETY: as the trait says.
    #[expect(unsafe_code, reason = "as the trait's")]
    unsafe fn four(&mut self, at: usize, place: isize, (values, before): (Lanes, Whole), _by: Lanes) {
        self.none = self.none | values.equal(self.padding);
        let places = Whole::of([place as i32; LANES]) + self.steps - before;
        // SAFETY: the caller's promise is about both lists.
        unsafe {
            values.store(self.values.as_mut_ptr().add(at));
            places.store(self.places.as_mut_ptr().add(at));
        }
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

impl<L: InLanes, S: Sink<L::Packed>> Pair<'_, L, S> {
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
