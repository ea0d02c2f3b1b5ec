//! The innermost axis: all windows of a row side by side.

mod neighbours;
mod slide;
mod sums;

pub(crate) use neighbours::{Neighbours, largest};
pub(crate) use sums::{Summed, summed};

use super::{any_foreign, apart, even, reach, room_for};
use crate::error::Result;
use crate::geometry::{AxisPlan, Even};
use crate::kernel::Fold;
use crate::kernel::rows::{merge_all, overlapping_triples, pairs, part};
use crate::kernel::terms::{merge_run, overlapping_terms, terms};

/// From this many taps on, windows share runs of 3, 9, 27, … or 4, 16, 64, … cells that are merged once.
const SHARED_FROM: usize = 6;

/// So many windows of a row are worked on at a time, so that what they share stays in the processor's nearest memory.
const BLOCK: usize = 2048;

pub(super) struct Rooms<A> {
    /// A row with its padding; then runs of 3 cells at every position, then of 9, …; or of powers of 4.
    runs: Vec<A>,
    /// Rows parted by stride, or windows at every position of which strides choose.
    parts: Vec<A>,
}

impl<A> Default for Rooms<A> {
    fn default() -> Self {
        Self { runs: Vec::new(), parts: Vec::new() }
    }
}

pub(super) struct Row<'a, F: Fold> {
    axis: &'a AxisPlan,
    /// The windows, and how far so many of them reach.
    even: Option<(Even, usize)>,
    /// How far apart rows begin in their room.
    pitch: usize,
    rooms: &'a mut Rooms<F::Acc>,
}

impl<'a, F: Fold> Row<'a, F> {
    /// Runs are merged of so many of the level below: sums in the order of their terms, others in as few passes as there can be.
    const BASE: usize = if F::IDEMPOTENT { 4 } else { 3 };

    pub fn new(fold: &F, axis: &'a AxisPlan, rooms: &'a mut Rooms<F::Acc>) -> Result<Self> {
        // A run of one window alone is shared with nobody; a long one would need much room.
        let worth = |even: &Even| even.taps < 1024 || axis.spans.len() * even.stride >= even.taps;
        let windows = axis.spans.len().min(BLOCK);
        let even = even(axis)
            .filter(|even| F::SIDE_BY_SIDE && worth(even))
            .and_then(|even| Some((even, reach(axis, even, windows)?)));
        let Some((even, reach)) = even else {
            room_for(fold, &mut rooms.runs, axis.extent, 1)?;
            return Ok(Self { axis, even: None, pitch: 0, rooms });
        };
        let levels = if even.taps < neighbours::SHORTEST { 0 } else { even.taps.ilog(Self::BASE) as usize };
        let pitch = apart::<F::Acc>(reach);
        room_for(fold, &mut rooms.runs, 1 + levels, pitch)?;
        if even.stride > 1 {
            let dense = (windows - 1) * even.stride + 1;
            let parts = if Self::chooses(even) { dense } else { even.stride * reach.div_ceil(even.stride) };
            room_for(fold, &mut rooms.parts, parts, 1)?;
        }
        Ok(Self { axis, even: Some((even, reach)), pitch, rooms })
    }

    /// Whether it is cheaper to make windows at every position than to part the row.
    fn chooses(even: Even) -> bool {
        even.taps >= SHARED_FROM && even.taps > 3 * even.stride
    }

    /// Reduces the windows of one row, whose first cell lies at `at` in its plane, and says whether any cell is foreign.
    pub fn reduce(&mut self, fold: &F, cells: &[F::Input], at: usize, out: &mut [F::Acc]) -> bool {
        let Some((even, reach)) = self.even.filter(|_| F::SIDE_BY_SIDE) else {
            let padded = &mut *self.rooms.runs;
            let (lifted, foreign) = match fold.as_lifted(cells) {
                Some(lifted) => (lifted, any_foreign(fold, lifted)),
                None => {
                    let foreign = fold.lift_row(cells, at, padded);
                    (&*padded, foreign)
                }
            };
            one_by_one(fold, self.axis, lifted, out);
            return foreign;
        };
        let mut foreign = false;
        for (block, out) in out.chunks_mut(BLOCK).enumerate() {
            let first = even.origin + (block * BLOCK * even.stride) as isize;
            let reach = reach - (self.axis.spans.len().min(BLOCK) - out.len()) * even.stride;
            foreign |= self.block(fold, (cells, at), (first, reach), even, out);
        }
        foreign
    }

    /// Reduces some of the windows, whose taps lie from `first` on, `reach` far.
    fn block(
        &mut self,
        fold: &F,
        (cells, at): (&[F::Input], usize),
        (first, reach): (isize, usize),
        even: Even,
        out: &mut [F::Acc],
    ) -> bool {
        let Self { pitch, rooms: Rooms { runs, parts }, .. } = self;
        // What of the row they read, and how much padding there is before it.
        let before = first.min(0).unsigned_abs().min(reach);
        let begin = (first.max(0) as usize).min(cells.len());
        let read = &cells[begin..cells.len().min(begin + reach - before)];
        let (taps, stride, step) = (even.taps, even.stride, self.axis.step);
        let dense = stride == 1 || Self::chooses(even);
        if let Some((sums, _)) = fold.summed(taps).filter(|(_, cells)| dense && step == 1 && read.len() >= *cells) {
            let windows = if stride == 1 { &mut *out } else { &mut parts[..reach + 1 - taps] };
            sums(read, before, windows);
            if stride > 1 {
                choose(parts, stride, out);
            }
            return false;
        }
        let (padded, runs) = runs.split_at_mut(*pitch);
        let padded = &mut padded[..reach];
        let in_registers = fold.neighbours().filter(|_| dense && step == 1 && taps >= neighbours::SHORTEST);
        let run = neighbours::run(taps);
        if let (Some(merge), true) = (in_registers, read.len() >= neighbours::fewest(run)) {
            let windows = if stride == 1 { &mut *out } else { &mut parts[..reach + 1 - taps] };
            let foreign = if run == taps {
                merge(fold, read, before, run, windows)
            } else if taps <= 2 * run {
                let foreign = merge(fold, read, before, run, &mut runs[..reach + 1 - run]);
                let [first, second] = [&runs[..reach + 1 - taps], &runs[taps - run..reach + 1 - run]];
                merge_all(fold, windows, [first, second].into_iter());
                foreign
            } else {
                let made = run.ilog(Self::BASE) as usize;
                let foreign = merge(fold, read, before, run, &mut runs[(made - 1) * *pitch..][..reach + 1 - run]);
                Runs { cells: padded, step, levels: runs, pitch: *pitch, made }.side_by_side(fold, taps, windows);
                foreign
            };
            if stride > 1 {
                choose(parts, stride, out);
            }
            return foreign;
        }
        let (cells, foreign) = match fold.as_lifted(read).filter(|lifted| lifted.len() == reach) {
            Some(lifted) => (lifted, any_foreign(fold, lifted)),
            None => {
                padded[..before].fill(fold.nothing());
                let foreign = fold.lift_row(read, at + begin, &mut padded[before..][..read.len()]);
                padded[before + read.len()..].fill(fold.nothing());
                (&*padded, foreign)
            }
        };
        let runs = Runs { cells, step, levels: runs, pitch: *pitch, made: 0 };
        match (taps, stride, step) {
            (1, stride, _) => choose(cells, stride, out),
            (_, 1, _) => runs.side_by_side(fold, taps, out),
            (2, 2, 1) => pairs(fold, out, cells),
            (3, 2, 1) => overlapping_triples(fold, out, cells),
            (taps, stride, _) if dense => {
                let windows = &mut parts[..(out.len() - 1) * stride + 1];
                runs.side_by_side(fold, taps, windows);
                choose(windows, stride, out);
            }
            (taps, stride, _) => {
                let parts = &mut parts[..stride * reach.div_ceil(stride)];
                part(cells, stride, parts);
                let (length, count) = (parts.len() / stride, out.len());
                let tap = |tap: usize| &parts[tap * step % stride * length + tap * step / stride..][..count];
                merge_taps(fold, taps, &tap, out);
            }
        }
        foreign
    }
}

/// One window of so many.
fn choose<A: Copy>(windows: &[A], stride: usize, out: &mut [A]) {
    out.iter_mut().zip(windows.iter().step_by(stride)).for_each(|(out, window)| *out = *window);
}

/// What windows of a row share.
struct Runs<'r, A> {
    /// The row, with its padding.
    cells: &'r [A],
    step: usize,
    /// Runs at every position, the shortest first; and how far apart those of two lengths are.
    levels: &'r mut [A],
    pitch: usize,
    /// Up to which level they are made.
    made: usize,
}

impl<A: Copy> Runs<'_, A> {
    /// Windows at every position.
    #[inline(never)]
    fn side_by_side<F: Fold<Acc = A>>(self, fold: &F, taps: usize, out: &mut [A]) {
        let Self { cells, step, levels, pitch, made } = self;
        let count = out.len();
        if taps < SHARED_FROM {
            return merge_all(fold, out, (0..taps).map(|tap| &cells[tap * step..][..count]));
        }
        let (reach, base) = (cells.len(), Row::<F>::BASE);
        let top = taps.ilog(base);
        // The longest runs of a sum that has one of them are merged with what follows them.
        let once = !F::IDEMPOTENT && taps < 2 * base.pow(top);
        for level in made..top as usize - usize::from(once) {
            let size = base.pow(level as u32);
            let (below, here) = levels.split_at_mut(level * pitch);
            let from = if level == 0 { cells } else { &below[(level - 1) * pitch..] };
            let length = reach - (base * size - 1) * step;
            let part = |part: usize| &from[part * size * step..][..length];
            merge_all(fold, &mut here[..length], (0..base).map(part));
        }
        let run = |(size, begin): (usize, usize)| {
            let from = if size == 1 { cells } else { &levels[(size.ilog(base) as usize - 1) * pitch..] };
            &from[begin * step..][..count]
        };
        if F::IDEMPOTENT {
            merge_all(fold, out, overlapping_terms(taps).map(run));
        } else {
            let parts = |(size, begin): (usize, usize)| {
                let count = if once && size == base.pow(top) { base } else { 1 };
                (0..count).map(move |part| (size / count, begin + part * (size / count)))
            };
            merge_all(fold, out, terms(taps).flat_map(parts).map(run));
        }
    }
}

/// Windows whose taps are rows of their own.
fn merge_taps<'r, F: Fold>(fold: &F, taps: usize, tap: &impl Fn(usize) -> &'r [F::Acc], out: &mut [F::Acc])
where
    F::Acc: 'r,
{
    if taps < SHARED_FROM || F::IDEMPOTENT {
        return merge_all(fold, out, (0..taps).map(tap));
    }
    for (at, out) in out.iter_mut().enumerate() {
        let merge = |a, b| fold.merge(a, b);
        *out = merge_run(taps, 0..taps, &|number| tap(number)[at], &merge).unwrap_or_else(|| fold.empty());
    }
}

/// Windows that have nothing in common.
#[inline(never)]
fn one_by_one<F: Fold>(fold: &F, axis: &AxisPlan, cells: &[F::Acc], out: &mut [F::Acc]) {
    for (span, out) in axis.spans.iter().zip(out) {
        let cell = |tap: usize| cells[span.start + (tap - span.before) * axis.step];
        let (present, merge) = (span.before..span.before + span.len, |a, b| fold.merge(a, b));
        // Of so few, the order is from left to right.
        let merged = if span.taps() < SHARED_FROM {
            present.map(cell).reduce(merge)
        } else {
            merge_run(span.taps(), present, &cell, &merge)
        };
        *out = merged.unwrap_or_else(|| fold.empty());
    }
}
