//! Any axis but the innermost: merges whole slabs, each what the axes below made of one position.

mod groups;

use super::runs::Runs;
use super::{Kind, even, room_for};
use crate::error::Result;
use crate::geometry::{AxisPlan, Span};
use crate::kernel::rows::{merge_all, merge_onto};
use crate::kernel::terms::terms;
use crate::kernel::{Fold, clear_for};
use groups::Groups;
use std::ops::Range;

/// From this many taps on for each position that a window moves, windows share runs of slabs.
const SHARED_FROM: usize = 6;

/// Makes the slab of a position, in the memory given, with room for what is temporary.
pub(super) type Make<'m, A> = dyn FnMut(usize, &mut [A], &mut [A]) + 'm;

pub(super) struct Columns<'a, F: Fold> {
    axis: &'a AxisPlan,
    inner: usize,
    course: Course,
    /// Whether windows are [finished](Fold::finish) here.
    finish: bool,
    slabs: &'a mut [F::Acc],
    held: &'a mut [Option<usize>],
}

/// Room for slabs.
pub(super) struct Slabs<A> {
    cells: Vec<A>,
    /// Which position each slab is of, where they take turns.
    held: Vec<Option<usize>>,
}

impl<A> Default for Slabs<A> {
    fn default() -> Self {
        Self { cells: Vec::new(), held: Vec::new() }
    }
}

/// How the windows of an axis are gone through.
enum Course {
    /// All slabs at once, then one window after the other; a window needs so many temporary slabs.
    Whole { depth: usize },
    /// A window after the other, over the slabs that it needs: as many as one window spans.
    Sliding,
    /// Some windows at a time, for merges whose grouping does not matter.
    Groups(Groups),
    /// Runs of 1, 3, 9, … slabs at every position, each level with its own slabs that take turns.
    Runs(Runs),
}

impl<'a, F: Fold> Columns<'a, F> {
    pub fn new(fold: &F, axis: &'a AxisPlan, inner: usize, slabs: &'a mut Slabs<F::Acc>) -> Result<Self> {
        let (course, count) = course(axis, inner, Kind::of(fold));
        let Slabs { cells, held } = slabs;
        let cells_of_each = match &course {
            Course::Groups(groups) => groups.distance(),
            Course::Runs(runs) => runs.pitch(),
            _ => inner,
        };
        room_for(cells, count, cells_of_each, fold.empty())?;
        let turns = if matches!(course, Course::Sliding) { count } else { 0 };
        clear_for(held, turns, 1)?;
        held.resize(turns, None);
        Ok(Self { axis, inner, course, finish: false, slabs: cells, held })
    }

    /// Finishes windows in the pass that makes them, if that is possible here. Whether it is.
    pub fn finish(&mut self, fold: &F) -> bool {
        self.finish = match self.course {
            Course::Groups(_) => true,
            Course::Runs(_) => fold.strips().is_some(),
            _ => false,
        };
        self.finish
    }

    pub fn extent(&self) -> usize {
        self.axis.extent
    }

    /// How many temporary cells a reduction needs.
    pub fn temporary(&self) -> usize {
        match self.course {
            Course::Whole { depth } => depth.saturating_mul(self.inner),
            _ => 0,
        }
    }

    pub fn reduce(
        &mut self,
        fold: &F,
        out: &mut [F::Acc],
        temporary: &mut [F::Acc],
        make: &mut Make<F::Acc>,
        done: &mut dyn FnMut(usize, &mut [F::Acc]),
    ) {
        if let (Course::Groups(groups), true) = (&self.course, F::SIDE_BY_SIDE && F::IDEMPOTENT) {
            let make = &mut |position: usize, slab: &mut [F::Acc]| make(position, slab, temporary);
            return groups.reduce(fold, self.finish, self.slabs, out, make, done);
        }
        let out = out.chunks_exact_mut(self.inner).enumerate();
        match &mut self.course {
            Course::Whole { .. } => {
                for (position, slab) in self.slabs.chunks_exact_mut(self.inner).enumerate() {
                    make(position, slab, temporary);
                }
                for ((number, out), span) in out.zip(&self.axis.spans) {
                    window(fold, self.axis, span, self.slabs, out, temporary);
                    done(number, out);
                }
            }
            // What no window of this fold takes is not compiled for it.
            _ if !F::SIDE_BY_SIDE => {}
            Course::Groups(_) => {}
            Course::Sliding => self.sliding(fold, out, temporary, make, done),
            Course::Runs(runs) => runs.reduce((fold, self.finish), self.slabs, out, temporary, make, done),
        }
    }

    fn sliding<'o>(
        &mut self,
        fold: &F,
        out: impl Iterator<Item = (usize, &'o mut [F::Acc])>,
        temporary: &mut [F::Acc],
        make: &mut Make<F::Acc>,
        done: &mut dyn FnMut(usize, &mut [F::Acc]),
    ) where
        F::Acc: 'o,
    {
        self.held.fill(None);
        let (inner, count, step) = (self.inner, self.held.len(), self.axis.step);
        for ((number, out), span) in out.zip(&self.axis.spans) {
            // A division for each tap would cost as much as merging a short row.
            let turns = std::iter::successors(Some(span.start % count), |turn| {
                let next = turn + step;
                Some(if next < count { next } else { next - count })
            });
            for (position, turn) in span.positions(step).zip(turns.clone()) {
                if self.held[turn] != Some(position) {
                    make(position, &mut self.slabs[turn * inner..][..inner], temporary);
                    self.held[turn] = Some(position);
                }
            }
            let slabs = &*self.slabs;
            merge_all(fold, out, turns.take(span.len).map(|turn| &slabs[turn * inner..][..inner]));
            done(number, out);
        }
    }
}

/// How to go through an axis, and how many slabs that takes.
#[inline(never)]
fn course(axis: &AxisPlan, inner: usize, kind: Kind) -> (Course, usize) {
    let whole = || {
        let longest = axis.spans.iter().map(|span| span.len).max().unwrap_or(0);
        (Course::Whole { depth: longest.max(1).ilog(3) as usize + 2 }, axis.extent)
    };
    let Some(even) = even(axis).filter(|_| kind.side_by_side) else { return whole() };
    let grouped = kind.idempotent && axis.step == 1 && even.stride == 1 && even.taps >= groups::FEWEST_TAPS;
    // Five are merged as seven are, strip by strip.
    let shares_from = if kind.idempotent || even.stride > 1 { SHARED_FROM } else { SHARED_FROM - 1 };
    if even.taps < shares_from && !grouped {
        return (Course::Sliding, (even.taps - 1) * axis.step + 1);
    }
    if axis.spans.len() * even.stride < even.taps || even.taps < shares_from * even.stride && !grouped {
        return whole();
    }
    if kind.idempotent && axis.step == 1 {
        let groups = Groups::new(even, axis.extent, inner);
        let count = groups.slabs();
        return (Course::Groups(groups), count);
    }
    let runs = Runs::new(axis, even, inner, kind.bytes);
    let count = runs.count();
    (Course::Runs(runs), count)
}

/// One window over slabs that are all there.
fn window<F: Fold>(
    fold: &F,
    axis: &AxisPlan,
    span: &Span,
    slabs: &[F::Acc],
    out: &mut [F::Acc],
    temporary: &mut [F::Acc],
) {
    let present = span.before..span.before + span.len;
    let slab = |tap: usize| &slabs[(span.start + (tap - span.before) * axis.step) * out_len(slabs, axis)..];
    let mut any = false;
    for term in terms(span.taps()) {
        if term.1 >= present.end {
            break;
        }
        any |= run(fold, term, &present, &slab, any, out, temporary);
    }
    if !any {
        out.fill(fold.empty());
    }
}

fn out_len<A>(slabs: &[A], axis: &AxisPlan) -> usize {
    slabs.len() / axis.extent
}

/// Merges what is present of a run, onto `out` if `onto`; says whether there is anything.
fn run<'s, F: Fold>(
    fold: &F,
    (size, begin): (usize, usize),
    present: &Range<usize>,
    slab: &impl Fn(usize) -> &'s [F::Acc],
    onto: bool,
    out: &mut [F::Acc],
    temporary: &mut [F::Acc],
) -> bool
where
    F::Acc: 's,
{
    if begin + size <= present.start || begin >= present.end {
        return false;
    }
    if size == 1 {
        if onto {
            merge_onto(fold, out, slab(begin));
        } else {
            out.copy_from_slice(&slab(begin)[..out.len()]);
        }
        return true;
    }
    let (own, rest) = if onto { temporary.split_at_mut(out.len()) } else { (&mut [][..], temporary) };
    let mut any = false;
    for third in 0..3 {
        let term = (size / 3, begin + third * (size / 3));
        let target = if onto { &mut *own } else { &mut *out };
        any |= run(fold, term, present, slab, any, target, rest);
    }
    if onto && any {
        merge_onto(fold, out, own);
    }
    any
}
