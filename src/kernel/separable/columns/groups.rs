//! Windows down an axis, for merges whose grouping does not matter: four windows at a time, if they lie at every position.
//! What the four have in common is merged once, and each adds its own few slabs at either end.
//!
//! That common part moves by four slabs from group to group, and so is made of blocks of four: of the end of one row of
//! blocks and the beginning of the next (M. van Herk 1992; J. Gil and M. Werman 1993). Where windows lie further apart, each
//! is a group by itself, and a block is as far as it moves.

use super::Make;
use crate::geometry::Even;
use crate::kernel::Fold;
use crate::kernel::rows::{merge_all, merge_onto, merge_through};
use std::iter::once;

/// So many windows at a time.
const TOGETHER: usize = 4;

/// Windows of fewer taps may have nothing in common.
pub(super) const FEWEST_TAPS: usize = TOGETHER;

/// So many cells lie between slabs, beside those that make whole lines of the cache: where the slabs of a group all begin
/// at the same place of a page, they would push one another out.
const APART: usize = 16;

/// How the windows of an axis are grouped.
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
    /// For windows of four taps or more.
    pub fn new(even: Even, extent: usize, inner: usize) -> Self {
        let windows = if even.stride == 1 { TOGETHER } else { 1 };
        let (step, lead) = (windows * even.stride, windows - 1);
        // A single block is as good as its slabs.
        let blocks = Some((even.taps - lead) / step).filter(|&blocks| blocks > 1).unwrap_or(0);
        Self { even, extent, inner, windows, step, lead, blocks }
    }

    /// How many cells lie between two slabs' first.
    pub fn distance(&self) -> usize {
        self.inner.next_multiple_of(APART).saturating_add(APART)
    }

    /// The slabs that a group reads.
    fn rows(&self) -> usize {
        self.even.taps + self.lead
    }

    /// How many slabs there have to be.
    pub fn slabs(&self) -> usize {
        self.rows() + self.blocks + 3
    }

    pub fn reduce<F: Fold>(
        &self,
        fold: &F,
        slabs: &mut [F::Acc],
        out: &mut [F::Acc],
        temporary: &mut [F::Acc],
        make: &mut Make<F::Acc>,
        done: &mut dyn FnMut(usize, &mut [F::Acc]),
    ) {
        let Self { even: Even { origin, taps, .. }, extent, inner, windows, step, lead, blocks } = *self;
        let distance = self.distance();
        let (rows, rest) = slabs.split_at_mut(self.rows() * distance);
        let (ends, rest) = rest.split_at_mut(blocks * distance);
        let mut rows = Turns { cells: rows, count: self.rows(), inner, distance };
        // A row of blocks, from each to its end merged; where that is no longer needed, the next row's blocks as they are.
        let mut ends = Turns { cells: ends, count: blocks, inner, distance };
        let [beginning, middle, common] = {
            let (a, rest) = rest.split_at_mut(distance);
            let (b, c) = rest.split_at_mut(distance);
            [a, b, c].map(|slab| &mut slab[..inner])
        };
        let mut made = 0;
        let mut make_until = |rows: &mut Turns<F::Acc>, end: usize| {
            while made < end {
                let out = rows.at_mut(made);
                match usize::try_from(origin + made as isize) {
                    Ok(cell) if cell < extent => make(cell, out, temporary),
                    _ => out.fill(fold.empty()),
                }
                made += 1;
            }
        };
        let mut of_blocks = 0;
        for (group, out) in out.chunks_mut(windows * inner).enumerate() {
            let (first, last) = (group * step, group + blocks - usize::from(blocks > 0));
            while blocks > 0 && of_blocks <= last {
                let begin = lead + of_blocks * step;
                make_until(&mut rows, begin + step);
                merge_all(fold, ends.at_mut(of_blocks), (begin..begin + step).map(|at| rows.at(at)));
                of_blocks += 1;
            }
            make_until(&mut rows, first + taps + (out.len() / inner - 1) * (step / windows));
            let middle = if blocks == 0 {
                None
            } else if group % blocks == 0 {
                (group..last).rev().for_each(|at| ends.with_next(fold, at));
                beginning.fill(fold.empty());
                Some(ends.at(group))
            } else {
                merge_through(fold, middle, ends.at(group), beginning, ends.at(last));
                Some(&*middle)
            };
            let others = (lead + blocks * step..taps).map(|at| rows.at(first + at));
            let common = match middle {
                Some(middle) if others.len() == 0 => middle,
                middle => {
                    merge_all(fold, common, middle.into_iter().chain(others));
                    &*common
                }
            };
            if out.len() == TOGETHER * inner {
                let ([a, b, c], row) = ([0, 1, 2].map(|at| rows.at(first + at)), |at| rows.at(first + taps + at));
                four(fold, out, [a, b, c], common, [row(0), row(1), row(2)]);
            } else {
                for (number, out) in out.chunks_exact_mut(inner).enumerate() {
                    let [before, after] = [first + number..first + lead, first + taps..first + taps + number];
                    let [before, after] = [before, after].map(|range| range.map(|at| rows.at(at)));
                    merge_all(fold, out, before.chain(once(common)).chain(after));
                }
            }
            for (number, out) in (group * windows..).zip(out.chunks_exact_mut(inner)) {
                done(number, out);
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
}

impl<A: Copy> Turns<'_, A> {
    fn place(&self, number: usize) -> usize {
        number % self.count * self.distance
    }

    fn at(&self, number: usize) -> &[A] {
        &self.cells[self.place(number)..][..self.inner]
    }

    fn at_mut(&mut self, number: usize) -> &mut [A] {
        let place = self.place(number);
        &mut self.cells[place..][..self.inner]
    }

    /// Merges one with the next, which must not have had its turn before.
    fn with_next<F: Fold<Acc = A>>(&mut self, fold: &F, number: usize) {
        let place = self.place(number);
        let (here, next) = self.cells[place..].split_at_mut(self.distance);
        merge_onto(fold, &mut here[..self.inner], &next[..self.inner]);
    }
}

/// Four windows one after the other: what all have in `common`, the last of the three slabs `before` it and the first of
/// those `after` it.
fn four<F: Fold>(fold: &F, out: &mut [F::Acc], before: [&[F::Acc]; 3], common: &[F::Acc], after: [&[F::Acc]; 3]) {
    let (upper, lower) = out.split_at_mut(out.len() / 2);
    let ((first, second), (third, fourth)) = (upper.split_at_mut(common.len()), lower.split_at_mut(common.len()));
    merge_four(
        fold, first, second, third, fourth, before[0], before[1], before[2], common, after[0], after[1], after[2],
    );
}

#[inline(never)]
#[expect(
    clippy::too_many_arguments,
    reason = "of slices in a list, the compiler would not know that none overlaps another"
)]
fn merge_four<F: Fold>(
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
        let from_b = merge(b, c);
        let until_e = merge(d, e);
        *first = merge(merge(a, from_b), common);
        *second = merge(merge(from_b, common), d);
        *third = merge(merge(c, common), until_e);
        *fourth = merge(common, merge(until_e, f));
    }
}
