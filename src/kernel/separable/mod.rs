//! Reduces one axis after another, so that a window of k × k cells costs 2k merges and not k²; and where neighbouring
//! windows overlap, they share their parts, so that it costs log k. Rows come first, then what lies above them, plane
//! by plane and row by row as they are needed: only a few rows wait at a time.

mod columns;
mod row;
mod spread;
#[cfg(test)]
mod tests;

pub(crate) use spread::spread;

use super::{Fold, clear_for};
use crate::error::Result;
use crate::geometry::{AxisPlan, Even, MAX_AXES, Plan};
use columns::Columns;
use row::Row;

/// What reducing needs beside its input and output; kept from plane to plane and from call to call.
pub(crate) struct Scratch<A> {
    out: Vec<A>,
    row: row::Rooms<A>,
    slabs: [columns::Slabs<A>; MAX_AXES - 1],
    temporary: Vec<A>,
}

impl<A> Default for Scratch<A> {
    fn default() -> Self {
        let (out, row, temporary) = (Vec::new(), row::Rooms::default(), Vec::new());
        Self { out, row, slabs: Default::default(), temporary }
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
    room_for(fold, &mut out, cells, 1)?;
    Reducer::new(fold, plan, scratch)?.reduce(plane, &mut out, &mut |_, _| ());
    scratch.out = out;
    Ok(&scratch.out)
}

/// A fold over the windows of a plan, ready for any number of planes.
pub(crate) struct Reducer<'a, F: Fold> {
    fold: &'a F,
    row: Row<'a, F>,
    /// The axes before the last, outermost first.
    columns: [Option<Columns<'a, F>>; MAX_AXES - 1],
    temporary: &'a mut Vec<F::Acc>,
}

impl<'a, F: Fold> Reducer<'a, F> {
    /// Makes all the room that is needed.
    ///
    /// # Errors
    /// When memory does not hold it.
    pub fn new(fold: &'a F, plan: &'a Plan, scratch: &'a mut Scratch<F::Acc>) -> Result<Self> {
        let (innermost, outer) = plan.axes().split_last().expect("a plan has at least one axis");
        let Scratch { row, slabs, temporary, .. } = scratch;
        let row = Row::new(fold, innermost, row)?;
        let mut columns = [const { None }; MAX_AXES - 1];
        let mut inner = innermost.spans.len();
        let mut most_temporary: usize = 0;
        for ((axis, slabs), place) in outer.iter().zip(slabs).zip(&mut columns).rev() {
            let columns = Columns::new(fold, axis, inner, slabs)?;
            most_temporary = most_temporary.saturating_add(columns.temporary());
            inner = inner.saturating_mul(axis.spans.len());
            *place = Some(columns);
        }
        room_for(fold, temporary, most_temporary, 1)?;
        Ok(Self { fold, row, columns, temporary })
    }

    /// Reduces one plane into `out`, and calls `done` with each finished part of it and its number: the windows at one
    /// position of the outermost axis, or all of them where there is just one axis.
    pub fn reduce(&mut self, plane: &[F::Input], out: &mut [F::Acc], done: &mut dyn FnMut(usize, &mut [F::Acc])) {
        let Self { fold, row, columns, temporary } = self;
        slabs(*fold, columns, row, (plane, 0), out, temporary, done);
    }
}

/// Reduces along the first of `axes` what the others, and then the row, make of each of its positions. `at` is where the
/// cells lie in the plane.
fn slabs<F: Fold>(
    fold: &F,
    axes: &mut [Option<Columns<F>>],
    row: &mut Row<F>,
    (cells, at): (&[F::Input], usize),
    out: &mut [F::Acc],
    temporary: &mut [F::Acc],
    done: &mut dyn FnMut(usize, &mut [F::Acc]),
) {
    let Some((Some(axis), inner)) = axes.split_first_mut() else {
        row.reduce(fold, cells, at, out);
        return done(0, out);
    };
    let slab = cells.len() / axis.extent();
    let mut make = |position: usize, out: &mut [F::Acc], temporary: &mut [F::Acc]| {
        let from = position * slab;
        slabs(fold, inner, row, (&cells[from..][..slab], at + from), out, temporary, &mut |_, _| ());
    };
    axis.reduce(fold, out, temporary, &mut make, done);
}

/// Makes a list exactly so long; what is in it stays where it need not grow.
fn room_for<F: Fold>(fold: &F, list: &mut Vec<F::Acc>, count: usize, inner: usize) -> Result<()> {
    if count.checked_mul(inner) != Some(list.len()) {
        clear_for(list, count, inner)?;
        list.resize(count * inner, fold.empty());
    }
    Ok(())
}

/// The axis's windows as even ones, if they are and hang over the input by no more than is worth laying out.
fn even<F: Fold>(axis: &AxisPlan) -> Option<Even> {
    if !F::SIDE_BY_SIDE {
        return None;
    }
    let even = axis.even()?;
    let before = even.origin.min(0).unsigned_abs();
    let room = 2 * axis.extent + 64;
    let end = reach(axis, even)?.checked_add_signed(even.origin)?;
    (before <= room && end <= axis.extent + room).then_some(even)
}

/// From the first tap of the first window to the last tap of the last.
fn reach(axis: &AxisPlan, even: Even) -> Option<usize> {
    let window = (even.taps - 1).checked_mul(axis.step)?.checked_add(1)?;
    (axis.spans.len() - 1).checked_mul(even.stride)?.checked_add(window)
}
