//! Max pooling.
//!
//! PyTorch's rules (ATen `MaxPoolKernel.cpp`): a cell replaces the winner if it is greater, or is a NaN. So the first
//! of equal cells wins and the last of several NaNs; both survive merging in any grouping that keeps the order, which
//! is why the separable kernel gives the same winner as a walk over the window.

use super::Element;
use super::shapes::{Shapes, reserve};
use crate::error::{Error, ErrorKind, Result};
use crate::kernel::{Fold, Scratch, reduce};
use std::marker::PhantomData;

struct Max<T>(PhantomData<T>);

impl<T: Element> Fold for Max<T> {
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
struct ArgMax;

impl Fold for ArgMax {
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

pub(super) fn forward<T: Element>(cells: &[T], shapes: &Shapes) -> Result<Vec<T>> {
    let mut values = shapes.reserve_output()?;
    let mut scratch = Scratch::default();
    for plane in cells.chunks_exact(shapes.plane_in) {
        values.extend_from_slice(reduce(&Max(PhantomData), plane, &shapes.plan, &mut scratch)?);
    }
    Ok(values)
}

pub(super) fn forward_with_indices(cells: &[f32], shapes: &Shapes) -> Result<(Vec<f32>, Vec<i32>)> {
    if shapes.plane_in > i32::MAX as usize {
        let rule = "indices are 32-bit: a plane may have at most 2³¹ − 1 cells";
        return Err(Error::new(ErrorKind::Shape, "shape", shapes.plan.input_shape().as_slice(), rule));
    }
    let (mut values, mut indices) = (shapes.reserve_output()?, shapes.reserve_output()?);
    let mut scratch = Scratch::default();
    for plane in cells.chunks_exact(shapes.plane_in) {
        for &(value, index) in reduce(&ArgMax, plane, &shapes.plan, &mut scratch)? {
            values.push(value);
            indices.push(index);
        }
    }
    Ok((values, indices))
}

/// The gradient goes to each window's winner alone.
pub(super) fn backward(cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
    let (_, indices) = forward_with_indices(cells, shapes)?;
    let mut grad_input: Vec<f32> = reserve(cells.len(), &shapes.plan.input_shape())?;
    grad_input.resize(cells.len(), 0.0);
    let outputs = indices.chunks_exact(shapes.plane_out).zip(grad_output.chunks_exact(shapes.plane_out));
    for (plane, (indices, gradients)) in grad_input.chunks_exact_mut(shapes.plane_in).zip(outputs) {
        for (&index, gradient) in indices.iter().zip(gradients) {
            if index >= 0 {
                plane[index as usize] += gradient;
            }
        }
    }
    Ok(grad_input)
}
