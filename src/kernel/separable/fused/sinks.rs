//! Where the results of small windows go.

use super::{Small, along};
use crate::kernel::lanes::{Lanes, Whole};
use crate::kernel::{Fold, InLanes, Sum};
use std::marker::PhantomData;

/// Where results go.
pub(crate) trait Sink<P>: Copy {
    /// For how many windows there is room.
    fn room(self) -> usize;

    /// Takes those of four windows; `at` is the first one's place in the output.
    ///
    /// # Safety
    /// There must be room for them.
    #[expect(unsafe_code, reason = "two checks for each block are as much as a tenth of its work")]
    unsafe fn four(self, at: usize, results: P);
}

/// How a fold reduces one plane, and says whether any cell is foreign.
pub(crate) type Run<F> = fn(&mut Small, &F, &[<F as Fold>::Input], &mut [<F as Fold>::Acc]) -> bool;

/// Reduces one plane into values.
pub(crate) fn values<L: InLanes<Packed = Lanes>>(small: &mut Small, fold: &L, cells: &[f32], out: &mut [f32]) -> bool {
    match small {
        Small::Undilated(windows) => windows.reduce(fold, cells, List::new(out)),
        Small::Dilated(windows) => windows.reduce(fold, cells, List::new(out)),
    }
}

/// The same for sums.
pub(crate) fn sums(small: &mut Small, fold: &Sum<f32>, cells: &[f32], out: &mut [f32]) -> bool {
    match small {
        Small::Undilated(windows) => along::reduce(windows, fold, cells, List::new(out)),
        Small::Dilated(windows) => windows.reduce(fold, cells, List::new(out)),
    }
}

/// A list as it is written to. It is a pointer, so that it waits in a register beside those that are written.
#[derive(Clone, Copy)]
pub(super) struct List<'l, T> {
    to: *mut T,
    room: usize,
    of: PhantomData<&'l mut [T]>,
}

impl<'l, T> List<'l, T> {
    pub fn new(list: &'l mut [T]) -> Self {
        Self { to: list.as_mut_ptr(), room: list.len(), of: PhantomData }
    }
}

impl Sink<Lanes> for List<'_, f32> {
    fn room(self) -> usize {
        self.room
    }

    // SAFETY: as the trait says.
    #[expect(unsafe_code, reason = "as the trait's")]
    unsafe fn four(self, at: usize, results: Lanes) {
        // SAFETY: the caller's promise is about this list.
        unsafe { results.store(self.to.add(at)) };
    }
}

/// Takes values and places apart.
impl Sink<(Lanes, Whole)> for (List<'_, f32>, List<'_, i32>) {
    fn room(self) -> usize {
        self.0.room.min(self.1.room)
    }

    // SAFETY: as the trait says.
    #[expect(unsafe_code, reason = "as the trait's")]
    unsafe fn four(self, at: usize, (values, places): (Lanes, Whole)) {
        // SAFETY: the caller's promise is about both lists.
        unsafe {
            self.0.four(at, values);
            places.store(self.1.to.add(at));
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
    /// What finishes windows that read no padding along each row.
    pub by: [Lanes; 2],
    pub sink: S,
}

impl<L: InLanes, S: Sink<L::Packed>> Pair<'_, L, S> {
    /// Puts the results of four windows of either row; `inside` along the row.
    ///
    /// # Safety
    /// The sink must have room for them.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as the sink's")]
    pub unsafe fn put(&mut self, window: usize, [upper, lower]: [L::Packed; 2], inside: bool) {
        let at = self.at + window;
        let by = if inside { self.by } else { self.rows.map(|row| self.fold.by(row, Some(window))) };
        // SAFETY: the caller's promise.
        unsafe {
            self.sink.four(at, self.fold.finish(upper, by[0]));
            self.sink.four(at + self.apart, self.fold.finish(lower, by[1]));
        }
    }
}
