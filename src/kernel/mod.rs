//! The hot loops. They know a [`Plan`](crate::geometry::Plan) and a [`Fold`], and nothing about what a method means.
//!
//! `separable` is what runs. `direct` is its plain twin, written window by window, and exists to hold it equal to the
//! bit: both reduce a window row by row (cells left to right, then rows top to bottom, then slices), so even rounding
//! is the same. `visit` walks the cells of every window, for what no merge can express. `resample`
//! is for sums whose terms have weights: filters and interpolation.
//!
//! Networks have `product` and, for 3 × 3 convolutions, `winograd`.

#[cfg(test)]
mod direct;
pub(crate) mod lanes;
pub(crate) mod product;
mod resample;
mod separable;
mod visit;
pub(crate) mod winograd;

pub(crate) use resample::{AxisMap, Way, resample_planes};
pub(crate) use separable::{reduce, spread};
pub(crate) use visit::{Tap, visit};

use crate::error::{Error, ErrorKind, Result};
use std::{marker::PhantomData, ops::Add};

/// How cells are combined into a window's result: a value to start from, and an associative merge.
pub(crate) trait Fold {
    /// What the plane holds.
    type Input: Copy;
    /// What a window is reduced to.
    type Acc: Copy;
    /// The result of a window that reads no cell.
    fn empty(&self) -> Self::Acc;
    /// A single cell's contribution; `at` is its flat position in the plane.
    fn lift(&self, cell: Self::Input, at: usize) -> Self::Acc;
    /// Combines two neighbours, `a` before `b` in row-major order.
    fn merge(&self, a: Self::Acc, b: Self::Acc) -> Self::Acc;
}

/// The sum of the cells, in the cells' own type.
pub(crate) struct Sum<T>(PhantomData<T>);

impl<T> Sum<T> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

impl<T: Copy + Default + Add<Output = T>> Fold for Sum<T> {
    type Input = T;
    type Acc = T;

    fn empty(&self) -> T {
        T::default()
    }

    fn lift(&self, cell: T, _at: usize) -> T {
        cell
    }

    fn merge(&self, a: T, b: T) -> T {
        a + b
    }
}

/// Two buffers that the passes alternate between; kept from plane to plane, so a layer allocates once.
pub(crate) struct Scratch<T> {
    front: Vec<T>,
    back: Vec<T>,
}

impl<T> Default for Scratch<T> {
    fn default() -> Self {
        Self { front: Vec::new(), back: Vec::new() }
    }
}

/// Empties a buffer and makes room for `count` × `inner` values, or reports that memory does not hold them.
fn clear_for<T>(buffer: &mut Vec<T>, count: usize, inner: usize) -> Result<()> {
    buffer.clear();
    let room = count.checked_mul(inner).filter(|&len| buffer.try_reserve(len).is_ok());
    room.map(drop).ok_or_else(|| {
        let rule = "the partial results of this layer do not fit into memory";
        Error::new(ErrorKind::Memory, "shape", format!("{count} × {inner}"), rule)
    })
}
