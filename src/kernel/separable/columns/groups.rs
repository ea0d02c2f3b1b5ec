//! Windows down an axis, for merges whose grouping does not matter: four windows at a time, if they lie at every position.
//! What the four have in common is merged once, and each adds its own few slabs at either end.
//!
//! That common part moves by four slabs from group to group, and so is made of blocks of four: if they are many, of the end
//! of one row of blocks and the beginning of the next (M. van Herk 1992; J. Gil and M. Werman 1993). Where windows lie
//! further apart, each is a group by itself, and a block is as far as it moves.

use crate::geometry::Even;
use crate::kernel::Fold;
use crate::kernel::rows::{merge_all, merge_onto, merge_through};
use std::iter::once;

/// So many windows at a time.
const TOGETHER: usize = 4;

/// Windows of fewer taps may have nothing in common.
pub(super) const FEWEST_TAPS: usize = TOGETHER;

/// From so many blocks on, neighbouring groups share more of them than one at a time.
const MANY: usize = 4;

/// So many cells lie between slabs, beside those that make whole lines of the cache: where the slabs of a group all begin
/// at the same place of a page, they would push one another out.
const APART: usize = 16;

/// How the windows of an axis are grouped.
#[derive(Clone, Copy)]
pub(super) struct Groups {
    even: Even,
    extent: usize,
    /// The cells of a slab.
    inner: usize,
    /// How many windows make a group.
    windows: usize,
    /// How far groups lie apart.
    step: usize,
    /// So many slabs are the first window's and not all others'.
    lead: usize,
    /// So many blocks of slabs follow, which all windows have.
    blocks: usize,
}

impl Groups {
    /// For windows of [`FEWEST_TAPS`] or more.
    pub fn new(even: Even, extent: usize, inner: usize) -> Self {
        let windows = if even.stride == 1 { TOGETHER } else { 1 };
        let (step, lead) = (windows * even.stride, windows - 1);
        // A single block is as good as its slabs.
        let blocks = Some((even.taps - lead) / step).filter(|&blocks| blocks > 1).unwrap_or(0);
        Self { even, extent, inner, windows, step, lead, blocks }
    }

    /// How many cells lie between two slabs' first.
    pub fn distance(&self) -> usize {
        self.inner.div_ceil(APART).saturating_add(1).saturating_mul(APART)
    }

    /// The slabs that a group reads.
    fn rows(&self) -> usize {
        self.even.taps + self.lead
    }

    /// How many slabs there have to be.
    pub fn slabs(&self) -> usize {
        self.rows() + self.blocks + 2
    }

    /// Reduces all windows. `finishes` if their results are to be finished, by a fold that does.
    pub fn reduce<F: Fold>(
        &self,
        fold: &F,
        finishes: bool,
        slabs: &mut [F::Acc],
        out: &mut [F::Acc],
        make: &mut dyn FnMut(usize, &mut [F::Acc]),
        done: &mut dyn FnMut(usize, &mut [F::Acc]),
    ) {
        let (distance, inner) = (self.distance(), self.inner);
        let turns = |cells, count| Turns { cells, count, inner, distance, oldest: 0, turn: 0 };
        let (rows, rest) = slabs.split_at_mut(self.rows() * distance);
        let (ends, rest) = rest.split_at_mut(self.blocks * distance);
        let (beginning, common) = rest.split_at_mut(distance);
        let (rows, ends) = (turns(rows, self.rows()), turns(ends, self.blocks));
        let (beginning, common) = (&mut beginning[..inner], &mut common[..inner]);
        let mut on_its_way =
            OnItsWay { fold, groups: self, rows, made: 0, ends, of_blocks: 0, beginning, common, make };
        for (group, out) in out.chunks_mut(self.windows * inner).enumerate() {
            on_its_way.share(group);
            on_its_way.group(group * self.step, finishes, out);
            for (number, out) in (group * self.windows..).zip(out.chunks_exact_mut(inner)) {
                done(number, out);
            }
            on_its_way.rows.pass(self.step);
            on_its_way.ends.pass(1);
        }
    }
}

struct OnItsWay<'w, 'm, F: Fold> {
    fold: &'w F,
    groups: &'w Groups,
    rows: Turns<'w, F::Acc>,
    /// So many of those are made.
    made: usize,
    /// Blocks; if they are many, of a row of them each merged with all that follow. Where that is no longer needed, there
    /// are the next row's blocks as they are.
    ends: Turns<'w, F::Acc>,
    of_blocks: usize,
    /// What the next row of blocks begins with, merged.
    beginning: &'w mut [F::Acc],
    /// What all windows of a group have.
    common: &'w mut [F::Acc],
    make: &'w mut (dyn FnMut(usize, &mut [F::Acc]) + 'm),
}

impl<F: Fold> OnItsWay<'_, '_, F> {
    fn make_until(&mut self, end: usize) {
        while self.made < end {
            let out = self.rows.at_mut(self.made);
            match usize::try_from(self.groups.even.origin + self.made as isize) {
                Ok(cell) if cell < self.groups.extent => (self.make)(cell, out),
                _ => out.fill(self.fold.empty()),
            }
            self.made += 1;
        }
    }

    /// Merges what all windows of a group have in common.
    fn share(&mut self, group: usize) {
        let Groups { even: Even { taps, .. }, step, lead, blocks, .. } = *self.groups;
        while blocks > 0 && self.of_blocks < group + blocks {
            let begin = lead + self.of_blocks * step;
            self.make_until(begin + step);
            let rows = (begin..begin + step).map(|at| self.rows.at(at));
            merge_all(self.fold, self.ends.at_mut(self.of_blocks), rows);
            self.of_blocks += 1;
        }
        let first = group * step;
        self.make_until(first + taps);
        let (fold, rows, ends) = (self.fold, &self.rows, &mut self.ends);
        let others = (lead + blocks * step..taps).map(|at| rows.at(first + at));
        if blocks < MANY {
            let blocks = (group..group + blocks).map(|at| ends.at(at));
            return merge_all(fold, self.common, blocks.chain(others));
        }
        if group.is_multiple_of(blocks) {
            (group..group + blocks - 1).rev().for_each(|at| ends.with_next(fold, at));
            self.beginning.fill(fold.empty());
            self.common.copy_from_slice(ends.at(group));
        } else {
            merge_through(fold, self.common, ends.at(group), self.beginning, ends.at(group + blocks - 1));
        }
        others.for_each(|other| merge_onto(fold, self.common, other));
    }

    /// The windows of a group whose first tap is at `first`.
    fn group(&mut self, first: usize, finishes: bool, out: &mut [F::Acc]) {
        let Groups { even: Even { taps, .. }, inner, lead, .. } = *self.groups;
        let windows = out.len() / inner;
        self.make_until(first + taps + windows - 1);
        let (fold, rows, common) = (self.fold, &self.rows, &*self.common);
        if windows == TOGETHER {
            let [before, after] = [first, first + taps].map(|from| [0, 1, 2].map(|at| rows.at(from + at)));
            return match finishes {
                true => four::<F, true>(fold, out, before, common, after),
                false => four::<F, false>(fold, out, before, common, after),
            };
        }
        for (number, out) in out.chunks_exact_mut(inner).enumerate() {
            let [before, after] = [number..lead, taps..taps + number].map(|taps| taps.map(|at| rows.at(first + at)));
            merge_all(fold, out, before.chain(once(common)).chain(after));
            if finishes {
                out.iter_mut().for_each(|value| *value = fold.finish(*value));
            }
        }
    }
}

/// Slabs that take turns.
struct Turns<'t, A> {
    cells: &'t mut [A],
    count: usize,
    inner: usize,
    distance: usize,
    /// The number of the oldest that is still needed, and its turn.
    oldest: usize,
    turn: usize,
}

impl<A: Copy> Turns<'_, A> {
    fn place(&self, number: usize) -> usize {
        let turn = self.turn + number - self.oldest;
        (if turn < self.count { turn } else { turn - self.count }) * self.distance
    }

    fn at(&self, number: usize) -> &[A] {
        &self.cells[self.place(number)..][..self.inner]
    }

    fn at_mut(&mut self, number: usize) -> &mut [A] {
        let place = self.place(number);
        &mut self.cells[place..][..self.inner]
    }

    /// Merges one with the next, whose turn must be the next too.
    fn with_next<F: Fold<Acc = A>>(&mut self, fold: &F, number: usize) {
        let place = self.place(number);
        let (here, next) = self.cells[place..].split_at_mut(self.distance);
        merge_onto(fold, &mut here[..self.inner], &next[..self.inner]);
    }

    /// The oldest are no longer needed.
    fn pass(&mut self, oldest: usize) {
        self.oldest += oldest;
        self.turn += oldest;
        if self.turn >= self.count {
            self.turn -= self.count;
        }
    }
}

/// Four windows one after the other: what all have in `common`, the last of the three slabs `before` it and the first of
/// those `after` it.
fn four<F: Fold, const FINISHES: bool>(
    fold: &F,
    out: &mut [F::Acc],
    [a, b, c]: [&[F::Acc]; 3],
    common: &[F::Acc],
    [d, e, f]: [&[F::Acc]; 3],
) {
    let (upper, lower) = out.split_at_mut(out.len() / 2);
    let ((first, second), (third, fourth)) = (upper.split_at_mut(common.len()), lower.split_at_mut(common.len()));
    merge_four::<F, FINISHES>(fold, first, second, third, fourth, a, b, c, common, d, e, f);
}

#[inline(never)]
#[expect(
    clippy::too_many_arguments,
    reason = "of slices in a list, the compiler would not know that none overlaps another"
)]
fn merge_four<F: Fold, const FINISHES: bool>(
    fold: &F,
    first: &mut [F::Acc],
    second: &mut [F::Acc],
    third: &mut [F::Acc],
    fourth: &mut [F::Acc],
    a: &[F::Acc],
    b: &[F::Acc],
    c: &[F::Acc],
    common: &[F::Acc],
    d: &[F::Acc],
    e: &[F::Acc],
    f: &[F::Acc],
) {
    let outs = first.iter_mut().zip(second).zip(third).zip(fourth);
    let ends = a.iter().zip(b).zip(c).zip(d).zip(e).zip(f);
    for (((((first, second), third), fourth), &common), (((((&a, &b), &c), &d), &e), &f)) in outs.zip(common).zip(ends)
    {
        let merge = |a, b| fold.merge(a, b);
        let finish = |merged| if FINISHES { fold.finish(merged) } else { merged };
        let (from_b, until_e) = (merge(b, c), merge(d, e));
        *first = finish(merge(merge(a, from_b), common));
        *second = finish(merge(merge(from_b, common), d));
        *third = finish(merge(merge(c, common), until_e));
        *fourth = finish(merge(common, merge(until_e, f)));
    }
}
