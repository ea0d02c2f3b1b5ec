//! Max pooling.
//!
//! PyTorch's rules (ATen `MaxPoolKernel.cpp`): a cell replaces the winner if it is greater, or is a NaN. So the first
//! of equal cells wins and the last of several NaNs; both survive merging in any grouping that keeps the order, which
//! is why the separable kernel gives the same winner as a walk over the window.

use crate::error::Result;
use crate::kernel::{Fold, Scratch, reduce};
use crate::pool::Element;
use crate::pool::method::{Arithmetic, Gradient, Picked, Room};
use crate::pool::shapes::Shapes;
use std::marker::PhantomData;

pub(in crate::pool) struct Max;

impl Arithmetic for Max {
    fn picks(&self) -> bool {
        true
    }

    fn select(&self, cells: &[f32], shapes: &Shapes, picked: Picked<f32>, room: &mut Room) -> Result<()> {
        select(cells, shapes, picked, &mut room.winners)
    }

    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        forward(cells, shapes, values, &mut room.floats)
    }
}

impl Gradient for Max {}

struct Largest<T>(PhantomData<T>);

impl<T: Element> Fold for Largest<T> {
    type Input = T;
    type Acc = T;

    fn empty(&self) -> T {
        T::LOWEST
    }

    fn lift(&self, cell: T, _at: usize) -> T {
        cell
    }

    fn merge(&self, a: T, b: T) -> T {
        if b > a || b.is_nan() { b } else { a }
    }
}

/// The same with the winner's place beside it.
struct PlaceOfLargest;

impl Fold for PlaceOfLargest {
    type Input = f32;
    type Acc = (f32, i32);

    fn empty(&self) -> (f32, i32) {
        (f32::LOWEST, -1)
    }

    fn lift(&self, cell: f32, at: usize) -> (f32, i32) {
        (cell, at as i32)
    }

    fn merge(&self, a: (f32, i32), b: (f32, i32)) -> (f32, i32) {
        if b.0 > a.0 || b.0.is_nan() { b } else { a }
    }
}

/// The maxima of any type of cell.
pub(in crate::pool) fn forward<T: Element>(
    cells: &[T],
    shapes: &Shapes,
    values: &mut [T],
    scratch: &mut Scratch<T>,
) -> Result<()> {
    shapes.each_plane(cells, values, |plane, values| {
        values.copy_from_slice(reduce(&Largest(PhantomData), plane, &shapes.plan, scratch)?);
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
        let winners = reduce(&PlaceOfLargest, plane, &shapes.plan, scratch)?;
        picked.by_ref().zip(winners).for_each(|((value, place), winner)| (*value, *place) = *winner);
    }
    Ok(())
}
