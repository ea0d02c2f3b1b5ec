//! The innermost axis: all windows of a row side by side.

mod apart;
mod neighbours;
mod slide;
mod sums;
mod uneven;

pub(super) use apart::LONGEST;
pub(crate) use apart::{Apart, largest_apart, sums_apart};
pub(crate) use neighbours::{Neighbours, largest};
pub(crate) use sums::{Summed, summed};

use super::{Kind, any_foreign, even, reach, room_for};
use crate::error::Result;
use crate::geometry::{AxisPlan, Even, Span};
use crate::kernel::Fold;
use crate::kernel::rows::{merge_all, overlapping_triples, pairs, part};
use crate::kernel::terms::{overlapping_terms, terms};

/// From this many taps on, windows share runs of 3, 9, 27, … or 4, 16, 64, … cells that are merged once.
const SHARED_FROM: usize = 6;

/// From so many taps on, windows are long.
const LONG: usize = 27;

/// So many windows of a row are worked on at a time, so that what they share stays in the processor's nearest memory.
const BLOCK: usize = 2048;

pub(super) struct Rooms<A> {
    /// A row with its padding; then runs of 3 cells at every position, then of 9, …; or of powers of 4.
    runs: Vec<A>,
    /// Rows parted by stride, or windows at every position of which strides choose.
    parts: Vec<A>,
    /// Which runs uneven windows are merged of.
    picks: Vec<usize>,
}

impl<A> Default for Rooms<A> {
    fn default() -> Self {
        Self { runs: Vec::new(), parts: Vec::new(), picks: Vec::new() }
    }
}

pub(super) struct Row<'a, F: Fold> {
    axis: &'a AxisPlan,
    layout: Layout,
    rooms: &'a mut Rooms<F::Acc>,
}

impl<'a, F: Fold> Row<'a, F> {
    const BASE: usize = base(F::IDEMPOTENT);

    pub fn new(fold: &F, axis: &'a AxisPlan, rooms: &'a mut Rooms<F::Acc>) -> Result<Self> {
        let layout = layout(axis, Kind::of(fold));
        room_for(&mut rooms.runs, 1 + layout.levels, layout.pitch, fold.empty())?;
        room_for(&mut rooms.parts, layout.parts, 1, fold.empty())?;
        uneven::pick(axis, &layout, F::IDEMPOTENT, &mut rooms.picks)?;
        Ok(Self { axis, layout, rooms })
    }

    /// Reduces the windows of one row, whose first cell lies at `at` in its plane, and says whether any cell is foreign.
    pub fn reduce(&mut self, fold: &F, cells: &[F::Input], at: usize, out: &mut [F::Acc]) -> bool {
        let Some((even, reach)) = self.layout.even.filter(|_| F::SIDE_BY_SIDE) else {
            return self.uneven(fold, cells, at, out);
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
        let Self { axis, layout: Layout { pitch, apart, .. }, rooms: Rooms { runs, parts, .. } } = self;
        // What of the row they read, and how much padding there is before it.
        let before = first.min(0).unsigned_abs().min(reach);
        let begin = (first.max(0) as usize).min(cells.len());
        let read = &cells[begin..cells.len().min(begin + reach - before)];
        if let (Some(merge), true) = (fold.apart(), *apart) {
            return merge(fold, read, even, out, false);
        }
        let (taps, stride, step) = (even.taps, even.stride, axis.step);
        let (padded, levels) = runs.split_at_mut(*pitch);
        let padded = &mut padded[..reach];
        // Windows at every position, of which strides choose.
        let every = if stride == 1 { &mut *out } else { &mut parts[..reach - (taps - 1) * step] };
        let runs = Runs { cells: &*padded, step, levels: &mut *levels, pitch: *pitch, made: 0 };
        if let Some(foreign) = in_registers(fold, (read, before), taps, runs, every) {
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
        let runs = Runs { cells, step, levels, pitch: *pitch, made: 0 };
        match (taps, stride, step) {
            (1, stride, _) => choose(cells, stride, out),
            (_, 1, _) => runs.side_by_side(fold, taps, out),
            (2, 2, 1) => pairs(fold, out, cells),
            (3, 2, 1) => overlapping_triples(fold, out, cells),
            (taps, stride, _) if taps >= SHARED_FROM => {
                runs.side_by_side(fold, taps, every);
                choose(parts, stride, out);
            }
            (taps, stride, _) => {
                let parts = &mut parts[..stride * reach.div_ceil(stride)];
                part(cells, stride, parts);
                let (length, count) = (parts.len() / stride, out.len());
                let tap = |tap: usize| &parts[tap * step % stride * length + tap * step / stride..][..count];
                merge_all(fold, out, (0..taps).map(tap));
            }
        }
        foreign
    }
}

/// Merges windows at every position of a row, with so much padding before it, if they or what they are made of are of a size
/// that is merged in registers. Says whether any cell may be foreign.
#[inline(always)]
fn in_registers<F: Fold>(
    fold: &F,
    (row, before): (&[F::Input], usize),
    taps: usize,
    runs: Runs<F::Acc>,
    out: &mut [F::Acc],
) -> Option<bool> {
    if runs.step > 1 {
        return None;
    }
    let (reach, pitch) = (runs.cells.len(), runs.pitch);
    let summed = |taps| fold.summed(taps).filter(|(_, fewest)| row.len() >= *fewest);
    if let Some((sums, _)) = summed(taps) {
        sums(row, before, out);
        return Some(false);
    }
    // Runs of nine are all that some windows are merged of.
    if let (Some((nines, _)), 0) = (summed(9), taps % 9) {
        nines(row, before, &mut runs.levels[pitch..][..reach + 1 - 9]);
        Runs { made: 2, ..runs }.side_by_side(fold, taps, out);
        return Some(false);
    }
    let run = neighbours::run(taps);
    let fits = taps >= neighbours::SHORTEST && row.len() >= neighbours::fewest(run);
    let merge = fold.neighbours().filter(|_| fits)?;
    if run == taps {
        return Some(merge(fold, row, before, run, out));
    }
    let count = reach + 1 - run;
    if taps <= 2 * run {
        let runs = &mut runs.levels[..count];
        let foreign = merge(fold, row, before, run, runs);
        let [first, second] = [&runs[..out.len()], &runs[taps - run..]];
        merge_all(fold, out, [first, second].into_iter());
        return Some(foreign);
    }
    let made = run.ilog(Row::<F>::BASE) as usize;
    let foreign = merge(fold, row, before, run, &mut runs.levels[(made - 1) * pitch..][..count]);
    Runs { made, ..runs }.side_by_side(fold, taps, out);
    Some(foreign)
}

/// How a row is gone through, and what that needs.
struct Layout {
    /// The windows, and how far so many of them reach, where they are done side by side.
    even: Option<(Even, usize)>,
    /// Whether windows share no cell, and all have their cells beside each other.
    apart: bool,
    /// How far apart rows begin in their room.
    pitch: usize,
    /// How many levels of runs there are.
    levels: usize,
    /// How much there is of [parts](Rooms::parts).
    parts: usize,
    /// Of how many runs at most an uneven window is [picked](Rooms::picks); 0 where each is merged by itself.
    terms: usize,
}

#[inline(never)]
fn layout(axis: &AxisPlan, kind: Kind) -> Layout {
    // Long windows that share no cell share no runs of them either. Up to here, runs at every position are still cheaper.
    let longest = if kind.idempotent { 1024 } else { 3 * LONG };
    let unshared = |even: &Even| axis.spans.len() == 1 || even.stride >= even.taps;
    let apart = |even: &Even| {
        let last = axis.spans.last().map_or(0, |span| span.len);
        let inside = even.origin >= 0 && last == even.taps;
        // Pairs are merged as whole rows are, parted by stride.
        let worth = axis.step == 1 && (3..=LONGEST).contains(&even.taps);
        kind.apart && worth && even.stride >= even.taps && inside
    };
    let worth = |even: &Even| apart(even) || axis.step > 1 || even.taps < longest || !unshared(even);
    let (count, base) = (axis.spans.len(), base(kind.idempotent));
    let even = even(axis)
        .filter(|even| kind.side_by_side && worth(even))
        .and_then(|even| Some((even, reach(axis, even, count.min(BLOCK))?)));
    if even.is_some_and(|(even, _)| apart(&even)) {
        return Layout { even, apart: true, pitch: 0, levels: 0, parts: 0, terms: 0 };
    }
    if let Some((Even { taps, stride, .. }, reach)) = even {
        let levels = if taps < neighbours::SHORTEST { 0 } else { taps.ilog(base) as usize };
        // Windows at every position are no more than the row that they lie in.
        let parts = if stride == 1 { 0 } else { stride * reach.div_ceil(stride) };
        let pitch = super::apart(reach, kind.bytes);
        return Layout { even, apart: false, pitch, levels, parts, terms: 0 };
    }
    let longest = axis.longest();
    let whole = |span: &Span| span.len > 0 && (kind.idempotent || span.len == span.taps());
    if kind.side_by_side && axis.step == 1 && axis.spans.iter().all(whole) && (kind.idempotent || longest < LONG) {
        let count_of = |span: &Span| uneven::runs_of(span.len, kind.idempotent).count();
        let terms = axis.spans.iter().map(count_of).max().unwrap_or(0);
        return Layout {
            even,
            apart: false,
            pitch: axis.extent + 1,
            levels: longest.ilog(base) as usize,
            parts: count,
            terms,
        };
    }
    Layout { even, apart: false, pitch: axis.extent, levels: 1, parts: 0, terms: 0 }
}

/// Runs are merged of so many of the level below: sums in the order of their terms, others in as few passes as there can be.
const fn base(idempotent: bool) -> usize {
    if idempotent { 4 } else { 3 }
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
    /// The same, with so many levels made.
    fn made<F: Fold<Acc = A>>(self, fold: &F, until: usize) -> Self {
        let (reach, base) = (self.cells.len(), Row::<F>::BASE);
        for level in self.made..until {
            let size = base.pow(level as u32);
            let (below, here) = self.levels.split_at_mut(level * self.pitch);
            let from = if level == 0 { self.cells } else { &below[(level - 1) * self.pitch..] };
            let length = reach - (base * size - 1) * self.step;
            let part = |part: usize| &from[part * size * self.step..][..length];
            merge_all(fold, &mut here[..length], (0..base).map(part));
        }
        self
    }

    /// Windows at every position.
    #[inline(never)]
    fn side_by_side<F: Fold<Acc = A>>(self, fold: &F, taps: usize, out: &mut [A]) {
        let (count, base) = (out.len(), Row::<F>::BASE);
        if taps < SHARED_FROM {
            return merge_all(fold, out, (0..taps).map(|tap| &self.cells[tap * self.step..][..count]));
        }
        let top = taps.ilog(base);
        // The longest runs of a sum that has one of them are merged with what follows them.
        let once = !F::IDEMPOTENT && taps < 2 * base.pow(top);
        let Self { cells, step, levels, pitch, .. } = self.made(fold, top as usize - usize::from(once));
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
