//! Reduces one axis after another, so that a window of k × k cells costs 2k merges and not k²; and where neighbouring
//! windows overlap, they share their parts, so that it costs log k. Rows come first, then what lies above them, plane
//! by plane and row by row as they are needed: only a few rows wait at a time. Where windows are small, both innermost
//! axes are reduced at once (`fused`), and nothing waits.

mod back;
mod columns;
pub(crate) mod fused;
mod planes;
mod row;
mod runs;
mod spread;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use back::{OnePlane, ToAll, ToTheLargest, WayBack};
pub(crate) use planes::Planes;
pub(crate) use row::{Apart, Neighbours, Summed, largest, largest_apart, summed, sums_apart};
pub(crate) use runs::{Strips, strips};
pub(crate) use spread::{Spreader, spread};

use super::{Fold, clear_for};
use crate::error::Result;
use crate::geometry::{AxisPlan, Even, MAX_AXES, Plan};
use columns::Columns;
use fused::{Run, Small};
use row::Row;

/// What reducing needs beside its input and output; kept from plane to plane and from call to call.
pub(crate) struct Scratch<A> {
    out: Vec<A>,
    row: row::Rooms<A>,
    /// A row of padding.
    pub(crate) blank: Vec<f32>,
    slabs: [columns::Slabs<A>; MAX_AXES - 1],
    temporary: Vec<A>,
    beside: planes::Beside,
}

impl<A> Default for Scratch<A> {
    fn default() -> Self {
        let (row, slabs, beside) = (row::Rooms::default(), Default::default(), Default::default());
        Self { out: Vec::new(), row, blank: Vec::new(), slabs, temporary: Vec::new(), beside }
    }
}

/// Reduces every window of one plane. The result lies in the scratch, row-major over the plan's output shape.
pub(crate) fn reduce<'s, F: Fold>(
    fold: &F,
    plane: &[F::Input],
    plan: &Plan,
    scratch: &'s mut Scratch<F::Acc>,
) -> Result<&'s [F::Acc]> {
    let mut out = std::mem::take(&mut scratch.out);
    let cells = plan.output_shape().iter().product();
    room_for(&mut out, cells, 1, fold.empty())?;
    let _ = Reducer::new(fold, plan, scratch)?.reduce(plane, &mut out, &mut |_, _| ());
    scratch.out = out;
    Ok(&scratch.out)
}

/// A fold over the windows of a plan, ready for any number of planes.
pub(crate) struct Reducer<'a, F: Fold> {
    fold: &'a F,
    innermost: Innermost<'a, F>,
    /// The axes before those, outermost first.
    columns: [Option<Columns<'a, F>>; MAX_AXES - 1],
    temporary: &'a mut Vec<F::Acc>,
    /// Whether there is nothing left to [finish](Fold::finish) once windows are merged.
    finished: bool,
}

/// The innermost axis, or two where windows are small.
#[allow(
    clippy::large_enum_variant,
    reason = "there is one for a run, and a box would be made for each; it is larger on 64 bits"
)]
enum Innermost<'a, F: Fold> {
    Row(Row<'a, F>),
    Fused(Small<'a>, Run<F>),
}

/// The two innermost axes, if small windows are reduced over them in one go.
fn small<'a, F: Fold>(fold: &F, axes: &'a [AxisPlan], blank: &'a mut Vec<f32>) -> Result<Option<Innermost<'a, F>>> {
    match fold.fused() {
        // What is finished there would be merged with others where there are more axes.
        Some((padding, run)) if axes.len() == 2 || !fold.finishes() => {
            Ok(Small::new(axes, padding, blank)?.map(|small| Innermost::Fused(small, run)))
        }
        _ => Ok(None),
    }
}

/// Takes each part of an output that is complete: its number, and the windows.
pub(crate) type Done<'d, A> = dyn FnMut(usize, &mut [A]) + 'd;

impl<'a, F: Fold> Reducer<'a, F> {
    /// Makes all the room that is needed.
    ///
    /// # Errors
    /// When memory does not hold it.
    pub fn new(fold: &'a F, plan: &'a Plan, scratch: &'a mut Scratch<F::Acc>) -> Result<Self> {
        let Scratch { row, blank, slabs, temporary, .. } = scratch;
        let axes = plan.axes();
        if let Some(small) = small(fold, axes, blank)? {
            let (outer, inner) = axes.split_at(axes.len() - 2);
            return Self::of(fold, small, outer, inner, slabs, temporary);
        }
        let (outer, inner) = axes.split_at(axes.len() - 1);
        Self::of(fold, Innermost::Row(Row::new(fold, &inner[0], row)?), outer, inner, slabs, temporary)
    }

    /// What `innermost` makes of the `inner` axes, reduced along the `outer` ones.
    #[inline(never)]
    fn of(
        fold: &'a F,
        innermost: Innermost<'a, F>,
        outer: &'a [AxisPlan],
        inner: &[AxisPlan],
        slabs: &'a mut [columns::Slabs<F::Acc>],
        temporary: &'a mut Vec<F::Acc>,
    ) -> Result<Self> {
        let mut columns = [const { None }; MAX_AXES - 1];
        let mut inner = inner.iter().map(|axis| axis.spans.len()).fold(1, usize::saturating_mul);
        let mut most_temporary: usize = 0;
        for ((axis, slabs), place) in outer.iter().zip(slabs).zip(&mut columns).rev() {
            let columns = Columns::new(fold, axis, inner, slabs)?;
            most_temporary = most_temporary.saturating_add(columns.temporary());
            inner = inner.saturating_mul(axis.spans.len());
            *place = Some(columns);
        }
        room_for(temporary, most_temporary, 1, fold.empty())?;
        let finished = !fold.finishes() || columns[0].as_mut().is_some_and(|columns| columns.finish(fold));
        Ok(Self { fold, innermost, columns, temporary, finished })
    }

    /// Whether planes are reduced in one go: small windows of two axes, which are finished then.
    pub fn in_one_go(&self) -> bool {
        matches!(self.innermost, Innermost::Fused(..)) && self.columns[0].is_none()
    }

    /// Reduces one plane into `out`, and calls `done` with each complete part of it and its number: the windows at one
    /// position of the outermost axis, or all of them where there is just one axis; but not [in one go](Self::in_one_go).
    /// Says whether the plane had anything [foreign](Fold::is_foreign).
    pub fn reduce(&mut self, plane: &[F::Input], out: &mut [F::Acc], done: &mut Done<F::Acc>) -> bool {
        let Self { fold, innermost, columns, temporary, finished } = self;
        let mut foreign = false;
        let mut last = |number: usize, part: &mut [F::Acc]| {
            if !*finished {
                part.iter_mut().for_each(|value| *value = fold.finish(*value));
            }
            done(number, part);
        };
        match innermost {
            Innermost::Fused(small, run) if columns[0].is_none() => foreign = run(small, fold, plane, out),
            _ => slabs(*fold, columns, innermost, (plane, 0), out, temporary, &mut foreign, &mut last),
        }
        foreign
    }
}

/// Reduces along the first of `axes` what the others, and then the innermost, make of each of its positions. `at` is where
/// the cells lie in the plane.
#[expect(clippy::too_many_arguments, reason = "it calls itself, and each call has its own part of everything")]
fn slabs<F: Fold>(
    fold: &F,
    axes: &mut [Option<Columns<F>>],
    innermost: &mut Innermost<F>,
    (cells, at): (&[F::Input], usize),
    out: &mut [F::Acc],
    temporary: &mut [F::Acc],
    foreign: &mut bool,
    done: &mut dyn FnMut(usize, &mut [F::Acc]),
) {
    let Some((Some(axis), inner)) = axes.split_first_mut() else {
        match innermost {
            Innermost::Row(row) => {
                *foreign |= row.reduce(fold, cells, at, out);
                done(0, out);
            }
            Innermost::Fused(small, run) => *foreign |= run(small, fold, cells, out),
        }
        return;
    };
    let slab = cells.len() / axis.extent();
    let mut make = |position: usize, out: &mut [F::Acc], temporary: &mut [F::Acc]| {
        let from = position * slab;
        slabs(fold, inner, innermost, (&cells[from..][..slab], at + from), out, temporary, foreign, &mut |_, _| ());
    };
    axis.reduce(fold, out, temporary, &mut make, done);
}

/// Makes a list exactly so long; what is in it stays where it need not grow.
#[inline(never)]
fn room_for<A: Copy>(list: &mut Vec<A>, count: usize, inner: usize, empty: A) -> Result<()> {
    if count.checked_mul(inner) != Some(list.len()) {
        clear_for(list, count, inner)?;
        list.resize(count * inner, empty);
    }
    Ok(())
}

/// What of a fold decides how windows are gone through: the same for all folds that agree in it.
#[derive(Clone, Copy)]
struct Kind {
    /// [`Fold::SIDE_BY_SIDE`].
    side_by_side: bool,
    /// [`Fold::IDEMPOTENT`].
    idempotent: bool,
    /// The bytes of what cells are lifted to.
    bytes: usize,
    /// Whether there is [`Fold::apart`].
    apart: bool,
}

impl Kind {
    fn of<F: Fold>(fold: &F) -> Self {
        let (side_by_side, idempotent, apart) = (F::SIDE_BY_SIDE, F::IDEMPOTENT, fold.apart().is_some());
        Self { side_by_side, idempotent, bytes: size_of::<F::Acc>(), apart }
    }
}

/// How far apart rows begin that are written while others are read, in cells of so many bytes. A processor tells at first by the last bits of
/// addresses whether a read has to wait for a write; rows whose beginnings differ in more than those by little, it would hold
/// up all along.
fn apart(cells: usize, bytes: usize) -> usize {
    const PAGE: usize = 4096;
    const ENOUGH: usize = 512;
    let more = if cells.saturating_mul(bytes) % PAGE < ENOUGH { ENOUGH / bytes.max(1) } else { 0 };
    cells.saturating_add(more)
}

/// The axis's windows as even ones, if they are and hang over the input by no more than is worth laying out.
fn even(axis: &AxisPlan) -> Option<Even> {
    let even = axis.even()?;
    let before = even.origin.min(0).unsigned_abs();
    let room = 2 * axis.extent + 64;
    let end = reach(axis, even, axis.spans.len())?.checked_add_signed(even.origin)?;
    (before <= room && end <= axis.extent + room).then_some(even)
}

/// From the first tap of the first of so many windows to the last tap of the last.
fn reach(axis: &AxisPlan, even: Even, windows: usize) -> Option<usize> {
    let window = (even.taps - 1).checked_mul(axis.step)?.checked_add(1)?;
    (windows - 1).checked_mul(even.stride)?.checked_add(window)
}

/// Whether the fold's merge does not know one of these contributions.
fn any_foreign<F: Fold>(fold: &F, cells: &[F::Acc]) -> bool {
    cells.iter().fold(0u32, |any, &cell| any | u32::from(fold.is_foreign(cell))) > 0
}
