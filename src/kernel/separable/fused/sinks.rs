//! Where the results of small windows go.

use super::Small;
use crate::kernel::lanes::{LANES, Lanes, Mask, Whole};
use crate::kernel::separable::Done;
use crate::kernel::{Fold, InLanes};
use std::array::from_fn;

/// Where results go.
pub(crate) trait Sink<P> {
    /// For how many windows there is room.
    fn room(&self) -> usize;

    /// Takes those of four windows; `at` is the first one's place in the output, and `place` that of its first tap in the
    /// plane, be it in the padding. `inside` is as for [`InLanes::finish`].
    ///
    /// # Safety
    /// There must be room for them.
    #[expect(unsafe_code, reason = "two checks for each block are as much as a tenth of its work")]
    unsafe fn four(&mut self, at: usize, place: isize, merged: P, inside: bool);

    /// A row of windows is complete; `inside` as a row.
    fn complete(&mut self, _row: usize, _inside: bool) {}
}

/// How a fold reduces one plane: calls `done` with what it has not finished of each row of windows, and says whether any cell
/// is foreign.
pub(crate) type Run<F> =
    fn(&mut Small, &F, &[<F as Fold>::Input], &mut [<F as Fold>::Acc], &mut Done<<F as Fold>::Acc>) -> bool;

/// Reduces one plane into values.
pub(crate) fn values<L: InLanes<Packed = Lanes>>(
    small: &mut Small,
    fold: &L,
    cells: &[f32],
    out: &mut [f32],
    done: &mut Done<f32>,
) -> bool {
    let (windows, edges) = (small.across.windows, small.edges);
    small.reduce(fold, cells, &mut Values { fold, out, windows, edges, done })
}

struct Values<'v, 'd, L> {
    fold: &'v L,
    out: &'v mut [f32],
    windows: usize,
    edges: [usize; 2],
    done: &'v mut Done<'d, f32>,
}

impl<L: InLanes<Packed = Lanes>> Sink<Lanes> for Values<'_, '_, L> {
    fn room(&self) -> usize {
        self.out.len()
    }

    // SAFETY: as the trait says.
    #[expect(unsafe_code, reason = "as the trait's")]
    unsafe fn four(&mut self, at: usize, _place: isize, merged: Lanes, inside: bool) {
        // SAFETY: the caller's promise is about this list.
        unsafe { self.fold.finish(merged, inside).store(self.out.as_mut_ptr().add(at)) };
    }

    fn complete(&mut self, row: usize, inside: bool) {
        if self.fold.only_inside() && !(inside && self.edges == [0, self.windows]) {
            let out = &mut self.out[row * self.windows..][..self.windows];
            hand_out(out, row, self.edges, inside, self.done);
        }
    }
}

/// Hands out a row of windows: all of it, or those at the edges that are not inside.
#[inline(never)]
fn hand_out(out: &mut [f32], row: usize, [left, right]: [usize; 2], only_edges: bool, done: &mut Done<f32>) {
    if !only_edges {
        return done(row, 0, out);
    }
    for edge in [0..left, right..out.len()].into_iter().filter(|edge| !edge.is_empty()) {
        done(row, edge.start, &mut out[edge]);
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
    unsafe fn four(&mut self, at: usize, place: isize, (values, before): (Lanes, Whole), _inside: bool) {
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
pub(super) struct Pair<'s, S> {
    /// Where the first row begins, and how much further the second.
    pub at: usize,
    pub apart: usize,
    /// Where the first window's first tap lies in the plane.
    pub place: isize,
    pub stride: usize,
    /// Whether each row is inside.
    pub inside: [bool; 2],
    pub sink: &'s mut S,
}

impl<S> Pair<'_, S> {
    /// Puts the results of four windows of either row; `inside` along the row.
    ///
    /// # Safety
    /// The sink must have room for them.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as the sink's")]
    pub unsafe fn put<P>(&mut self, window: usize, [upper, lower]: [P; 2], inside: bool)
    where
        S: Sink<P>,
    {
        let (at, place) = (self.at + window, self.place + (window * self.stride) as isize);
        // SAFETY: the caller's promise.
        unsafe {
            self.sink.four(at, place, upper, inside & self.inside[0]);
            self.sink.four(at + self.apart, place, lower, inside & self.inside[1]);
        }
    }
}
