//! Windows at distances that differ: regions. Each is picked from the runs of a row at every position, those that it is merged
//! of; or is merged by itself, if it is so long that runs at every position would cost more.

use super::{Layout, Rooms, Row, Runs, base};
use crate::error::Result;
use crate::geometry::AxisPlan;
use crate::kernel::rows::merge_onto;
use crate::kernel::separable::any_foreign;
use crate::kernel::terms::{merge_run, overlapping_terms, terms};
use crate::kernel::{Fold, clear_for};

impl<F: Fold> Row<'_, F> {
    /// Reduces such windows of one row, whose first cell lies at `at` in its plane, and says whether any cell is foreign.
    pub(super) fn uneven(&mut self, fold: &F, cells: &[F::Input], at: usize, out: &mut [F::Acc]) -> bool {
        let Self { axis, layout: Layout { pitch, levels, .. }, rooms: Rooms { runs, parts, picks } } = self;
        if !F::SIDE_BY_SIDE || picks.is_empty() {
            let (padded, room) = runs.split_at_mut(*pitch);
            let (lifted, foreign) = match fold.as_lifted(cells) {
                Some(lifted) => (lifted, any_foreign(fold, lifted)),
                None => {
                    let foreign = fold.lift_row(cells, at, padded);
                    (&*padded, foreign)
                }
            };
            one_by_one(fold, axis, lifted, room, out);
            return foreign;
        }
        let (row, rest) = runs.split_at_mut(*pitch);
        row[axis.extent] = fold.nothing();
        let foreign = fold.lift_row(cells, at, row);
        Runs { cells: &row[..axis.extent], step: 1, levels: rest, pitch: *pitch, made: 0 }.made(fold, *levels);
        for (term, picks) in picks.chunks_exact(out.len()).enumerate() {
            let picked = if term == 0 { &mut *out } else { &mut *parts };
            picked.iter_mut().zip(picks).for_each(|(picked, &pick)| *picked = runs[pick]);
            if term > 0 {
                merge_onto(fold, out, parts);
            }
        }
        foreign
    }
}

/// Which runs each window is merged of, the first ones of all before the second ones; where there are no more, the cell
/// behind the row.
#[inline(never)]
pub(super) fn pick(axis: &AxisPlan, layout: &Layout, idempotent: bool, picks: &mut Vec<usize>) -> Result<()> {
    let (windows, base) = (axis.spans.len(), base(idempotent));
    clear_for(picks, layout.terms, windows)?;
    picks.resize(layout.terms * windows, axis.extent);
    if layout.terms == 0 {
        return Ok(());
    }
    for (window, span) in axis.spans.iter().enumerate() {
        let put = |(term, (size, begin)): (usize, (usize, usize))| {
            picks[term * windows + window] = size.ilog(base) as usize * layout.pitch + span.start + begin;
        };
        runs_of(span.len, idempotent).enumerate().for_each(put);
    }
    Ok(())
}

/// The runs that so many cells are merged of.
pub(super) fn runs_of(cells: usize, idempotent: bool) -> impl Iterator<Item = (usize, usize)> {
    let (overlapping, others) = if idempotent { (cells, 0) } else { (0, cells) };
    let some = (overlapping > 0).then(|| overlapping_terms(overlapping));
    some.into_iter().flatten().chain(terms(others))
}

/// Windows that have little in common. There is room for as much as a row again.
#[inline(never)]
fn one_by_one<F: Fold>(fold: &F, axis: &AxisPlan, cells: &[F::Acc], room: &mut [F::Acc], out: &mut [F::Acc]) {
    for (span, out) in axis.spans.iter().zip(out) {
        if F::SIDE_BY_SIDE && !F::IDEMPOTENT && axis.step == 1 && span.len == span.taps() {
            *out = alone(fold, &cells[span.start..][..span.len], room);
            continue;
        }
        let cell = |tap: usize| cells[span.start + (tap - span.before) * axis.step];
        let (present, merge) = (span.before..span.before + span.len, |a, b| fold.merge(a, b));
        *out = merge_run(span.taps(), present, &cell, &merge).unwrap_or_else(|| fold.empty());
    }
}

/// A window of cells that lie beside each other, in the order of its terms.
fn alone<F: Fold>(fold: &F, cells: &[F::Acc], room: &mut [F::Acc]) -> F::Acc {
    let merge = |[a, b, c]: [F::Acc; 3]| fold.merge(fold.merge(a, b), c);
    let term = |(size, begin): (usize, usize)| {
        if size == 1 {
            return cells[begin];
        }
        let mut count = size / 3;
        let thirds = cells[begin..][..size].as_chunks().0;
        room.iter_mut().zip(thirds).for_each(|(room, &third)| *room = merge(third));
        while count > 1 {
            count /= 3;
            for at in 0..count {
                room[at] = merge([room[3 * at], room[3 * at + 1], room[3 * at + 2]]);
            }
        }
        room[0]
    };
    terms(cells.len()).map(term).reduce(|a, b| fold.merge(a, b)).unwrap_or_else(|| fold.empty())
}
