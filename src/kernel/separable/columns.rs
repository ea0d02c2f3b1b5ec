//! Any axis but the innermost: merges whole slabs, each what the axes below made of one position.

use super::runs::Runs;
use super::{even, room_for};
use crate::error::Result;
use crate::geometry::{AxisPlan, Even, Span};
use crate::kernel::rows::{merge_all, merge_onto, merge_through};
use crate::kernel::terms::terms;
use crate::kernel::{Fold, clear_for};
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
    /// Every window is the merge of two: of the end of one block of slabs and of the beginning of the next (M. van Herk
    /// 1992; J. Gil and M. Werman 1993). For merges whose grouping does not matter. So many taps to a block.
    Blocks(Even),
    /// Runs of 1, 3, 9, … slabs at every position, each level with its own slabs that take turns.
    Runs(Runs),
}

impl<'a, F: Fold> Columns<'a, F> {
    pub fn new(fold: &F, axis: &'a AxisPlan, inner: usize, slabs: &'a mut Slabs<F::Acc>) -> Result<Self> {
        let (course, count) = course::<F>(axis, inner);
        let Slabs { cells, held } = slabs;
        match &course {
            Course::Runs(runs) => room_for(fold, cells, count, runs.pitch())?,
            _ => room_for(fold, cells, count, inner)?,
        }
        let turns = if matches!(course, Course::Sliding) { count } else { 0 };
        clear_for(held, turns, 1)?;
        held.resize(turns, None);
        Ok(Self { axis, inner, course, finish: false, slabs: cells, held })
    }

    /// Finishes windows as they are merged, if that is possible here. Whether it is.
    pub fn finish(&mut self, fold: &F) -> bool {
        self.finish = matches!(self.course, Course::Runs(_)) && fold.strips().is_some();
        self.finish
    }

    pub fn extent(&self) -> usize {
        self.axis.extent
    }

    /// How many temporary cells a reduction needs.
    pub fn temporary(&self) -> usize {
        match self.course {
            Course::Whole { depth } => depth.saturating_mul(self.inner),
            Course::Blocks(_) => self.inner,
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
            Course::Blocks(_) if !F::IDEMPOTENT => {}
            Course::Sliding => self.sliding(fold, out, temporary, make, done),
            Course::Blocks(even) => {
                let blocks = Blocks { even: *even, inner: self.inner, extent: self.axis.extent };
                blocks.reduce(fold, self.slabs, out, temporary, make, done);
            }
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
fn course<F: Fold>(axis: &AxisPlan, inner: usize) -> (Course, usize) {
    let whole = || {
        let longest = axis.spans.iter().map(|span| span.len).max().unwrap_or(0);
        (Course::Whole { depth: longest.max(1).ilog(3) as usize + 2 }, axis.extent)
    };
    let Some(even) = even(axis).filter(|_| F::SIDE_BY_SIDE) else { return whole() };
    let window = (even.taps - 1) * axis.step + 1;
    if even.taps < SHARED_FROM {
        return (Course::Sliding, window);
    }
    if axis.spans.len() * even.stride < even.taps || even.taps < SHARED_FROM * even.stride {
        return whole();
    }
    if F::IDEMPOTENT && axis.step == 1 {
        return (Course::Blocks(even), even.taps);
    }
    let runs = Runs::new::<F::Acc>(axis, even, inner);
    let count = runs.count();
    (Course::Runs(runs), count)
}

struct Blocks {
    even: Even,
    inner: usize,
    extent: usize,
}

impl Blocks {
    /// `slabs` holds a block, from each of its slabs to its end merged; where that is no longer needed, the next block's
    /// slabs as they are. The first temporary one is what the next block begins with, merged.
    fn reduce<'o, F: Fold>(
        &self,
        fold: &F,
        slabs: &mut [F::Acc],
        out: impl Iterator<Item = (usize, &'o mut [F::Acc])>,
        temporary: &mut [F::Acc],
        make: &mut Make<F::Acc>,
        done: &mut dyn FnMut(usize, &mut [F::Acc]),
    ) where
        F::Acc: 'o,
    {
        let Self { even: Even { origin, stride, taps }, inner, extent } = *self;
        let (beginning, rest) = temporary.split_at_mut(inner);
        let mut slab = |position: usize, slabs: &mut [F::Acc]| {
            let out = &mut slabs[position % taps * inner..][..inner];
            match usize::try_from(origin + position as isize) {
                Ok(cell) if cell < extent => make(cell, out, rest),
                _ => out.fill(fold.empty()),
            }
        };
        let (mut block, mut made) = (usize::MAX, 0);
        for (number, out) in out {
            let first = number * stride;
            if first / taps != block {
                block = first / taps;
                while made < (block + 1) * taps {
                    slab(made, slabs);
                    made += 1;
                }
                for at in (0..taps - 1).rev() {
                    let (here, next) = slabs[at * inner..][..2 * inner].split_at_mut(inner);
                    merge_onto(fold, here, next);
                }
                beginning.fill(fold.empty());
            }
            let end = first % taps * inner;
            if end == 0 {
                out.copy_from_slice(&slabs[..inner]);
            }
            // The slabs before the window's first are free for those that it adds.
            while made < first + taps {
                slab(made, slabs);
                let new = &slabs[made % taps * inner..][..inner];
                made += 1;
                if made < first + taps {
                    merge_onto(fold, beginning, new);
                } else {
                    merge_through(fold, out, &slabs[end..][..inner], beginning, new);
                }
            }
            done(number, out);
        }
    }
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
