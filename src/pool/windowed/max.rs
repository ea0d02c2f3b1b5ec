//! Max pooling.
//!
//! PyTorch's rules (ATen `MaxPoolKernel.cpp`): a cell replaces the winner if it is greater, or is a NaN. So the first
//! of equal cells wins and the last of several NaNs; both survive merging in any grouping that keeps the order, which
//! is why the separable kernel gives the same winner as a walk over the window.

use crate::error::Result;
use crate::kernel::{Fold, Reducer, Scratch, reduce};
use crate::pool::Element;
use crate::pool::arithmetic::{Arithmetic, Gradient, Picked, Room};
use crate::pool::shapes::Shapes;
use std::{cell::Cell, marker::PhantomData};

pub(in crate::pool) struct Max;

impl Arithmetic for Max {
    fn picks(&self) -> bool {
        true
    }

    fn select(&self, cells: &[f32], shapes: &Shapes, picked: Picked<f32>, room: &mut Room) -> Result<()> {
        select(cells, shapes, picked, &mut room.winners)
    }

    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        forward(cells, shapes, values, &mut room.floats, &mut room.winners)
    }
}

impl Gradient for Max {}

/// The largest cell of those that are numbers, and whether a row had others. With them, the maximum would take three
/// instructions more: what few planes have any are done again, exactly.
struct Largest<T> {
    any_nan: Cell<bool>,
    of: PhantomData<T>,
}

impl<T: Element> Fold for Largest<T> {
    // Of bytes it would weigh more than it gains: rows of them are merged sixteen at a time either way.
    const SIDE_BY_SIDE: bool = T::HAS_NAN;
    const IDEMPOTENT: bool = true;
    type Input = T;
    type Acc = T;

    fn empty(&self) -> T {
        T::LOWEST
    }

    fn lift(&self, cell: T, _at: usize) -> T {
        cell
    }

    fn merge(&self, a: T, b: T) -> T {
        if b > a { b } else { a }
    }

    fn lift_row(&self, row: &[T], _at: usize, out: &mut [T]) {
        out.copy_from_slice(self.as_lifted(row).unwrap_or(row));
    }

    fn as_lifted<'r>(&self, row: &'r [T]) -> Option<&'r [T]> {
        let nans = row.iter().fold(0u32, |nans, cell| nans | u32::from(cell.is_nan()));
        self.any_nan.set(self.any_nan.get() | (nans > 0));
        Some(row)
    }
}

/// The same with the winner's place beside it.
struct PlaceOfLargest<T>(PhantomData<T>);

impl<T: Element> Fold for PlaceOfLargest<T> {
    const IDEMPOTENT: bool = true;
    type Input = T;
    type Acc = (T, i32);

    fn empty(&self) -> (T, i32) {
        (T::LOWEST, -1)
    }

    fn lift(&self, cell: T, at: usize) -> (T, i32) {
        // Whoever wants places has checked that they fit.
        (cell, at.min(i32::MAX as usize) as i32)
    }

    fn merge(&self, a: (T, i32), b: (T, i32)) -> (T, i32) {
        // A place below 0 is that of no cell.
        if b.0 > a.0 || b.0.is_nan() || a.1 < 0 { b } else { a }
    }
}

/// The maxima of any type of cell.
pub(in crate::pool) fn forward<T: Element>(
    cells: &[T],
    shapes: &Shapes,
    values: &mut [T],
    scratch: &mut Scratch<T>,
    winners: &mut Scratch<(T, i32)>,
) -> Result<()> {
    if cells.is_empty() {
        return Ok(());
    }
    let fold = Largest { any_nan: Cell::new(false), of: PhantomData };
    let mut reducer = Reducer::new(&fold, &shapes.plan, scratch)?;
    shapes.each_plane(cells, values, |plane, values| {
        reducer.reduce(plane, values, &mut |_, _| ());
        if T::HAS_NAN && fold.any_nan.replace(false) {
            let winners = reduce(&PlaceOfLargest(PhantomData), plane, &shapes.plan, winners)?;
            values.iter_mut().zip(winners).for_each(|(value, winner)| *value = winner.0);
        }
        Ok(())
    })
}

pub(super) fn select(
    cells: &[f32],
    shapes: &Shapes,
    picked: Picked<f32>,
    scratch: &mut Scratch<(f32, i32)>,
) -> Result<()> {
    shapes.check_places()?;
    let mut picked = picked.values.iter_mut().zip(picked.places);
    for plane in cells.chunks_exact(shapes.plane_in) {
        let winners = reduce(&PlaceOfLargest(PhantomData), plane, &shapes.plan, scratch)?;
        picked.by_ref().zip(winners).for_each(|((value, place), winner)| (*value, *place) = *winner);
    }
    Ok(())
}
