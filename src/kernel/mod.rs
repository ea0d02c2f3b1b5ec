//! The hot loops. They know a [`Plan`](crate::geometry::Plan) and a [`Fold`], and nothing about what a method means.
//!
//! `separable` is what runs, by merges of whole `rows`, or of whole windows where those are small. `direct` is its plain
//! twin, written window by window, and exists to hold it equal to the bit: both reduce a window row by row (cells, then rows, then slices), and a run of taps in the
//! order of its `terms`, so even rounding is the same.
//!
//! `sums` adds up what a method makes of each cell, in f64; `blocks` has windows side by side, for what no merge can
//! express, and a `network` sorts them; `powers` are for both. `visit`, the plain walk over the cells of every window, is
//! their twin. `resample` is for sums whose terms have weights: filters and interpolation.
//!
//! `pixels` pools pictures as they come, four bytes a pixel.
//!
//! Networks have `product` and, for 3 × 3 convolutions, `winograd`; training has `inner`.

mod blocks;
#[cfg(test)]
mod direct;
pub(crate) mod inner;
pub(crate) mod lanes;
mod network;
pub(crate) mod pixels;
pub(crate) mod powers;
pub(crate) mod product;
mod resample;
mod rows;
mod separable;
mod sums;
mod terms;
#[cfg(test)]
mod testing;
mod visit;
pub(crate) mod winograd;

pub(crate) use blocks::{Block, BlockRoom, blocks};
pub(crate) use lanes::{Doubles, LANES, Lanes, narrow, narrow_all};
pub(crate) use network::Networks;
pub(crate) use resample::{AxisMap, Way, resample_each, resample_planes};
pub(crate) use rows::to_the_best;
#[cfg(test)]
pub(crate) use separable::tests::small_plan_or_dilated;
pub(crate) use separable::{
    Apart, Neighbours, OnePlane, Planes, Reducer, Scratch, Spreader, ToAll, ToTheLargest, WayBack, fused, largest,
    largest_apart, reduce, spread,
};
pub(crate) use sums::{Lift, RowOfSums, SumRoom, Sums};
pub(crate) use visit::{Chosen, Tap, gather, visit, visit_axes};

use crate::error::{Error, ErrorKind, Result};
use fused::{Run, Seen};
use separable::{Strips, Summed, strips, summed, sums_apart};
use std::ops::{Add, Div, Neg};

/// How cells are combined into a window's result: a merge, and a value that it leaves everything else as it is with.
pub(crate) trait Fold: Sized {
    /// Whether windows are reduced side by side where they can be. It is many times as fast, and as much to load.
    const SIDE_BY_SIDE: bool = false;
    /// Whether cells may be merged in any grouping that keeps their order, and more than once, as in a maximum.
    const IDEMPOTENT: bool = false;
    /// What the plane holds.
    type Input: Copy;
    /// What a window is reduced to.
    type Acc: Copy;
    /// The result of a window that reads no cell: merged with anything, it gives that.
    fn empty(&self) -> Self::Acc;
    /// A single cell's contribution; `at` is its flat position in the plane.
    fn lift(&self, cell: Self::Input, at: usize) -> Self::Acc;
    /// Combines two neighbours, `a` before `b` in row-major order.
    fn merge(&self, a: Self::Acc, b: Self::Acc) -> Self::Acc;

    /// The contributions of a row's cells, the first of which is at `at`; says whether any of them is foreign.
    fn lift_row(&self, row: &[Self::Input], at: usize, out: &mut [Self::Acc]) -> bool {
        let mut foreign = 0u32;
        for (index, (out, &cell)) in out.iter_mut().zip(row).enumerate() {
            *out = self.lift(cell, at + index);
            foreign |= u32::from(self.is_foreign(*out));
        }
        foreign > 0
    }

    /// A row whose cells are their own contributions.
    fn as_lifted<'r>(&self, _row: &'r [Self::Input]) -> Option<&'r [Self::Acc]> {
        None
    }

    /// A contribution that changes no other: what stands on padding.
    fn nothing(&self) -> Self::Acc {
        self.empty()
    }

    /// Whether the merge does not know what to do with this contribution, so that its plane has to be done another way.
    fn is_foreign(&self, _lifted: Self::Acc) -> bool {
        false
    }

    /// How small windows are reduced in one go, if they are; and a cell that changes nothing there, for padding.
    fn fused(&self) -> Option<(f32, Run<Self>)> {
        None
    }

    /// A cell that changes nothing between planes that lie side by side, if they may: results must not tell of places.
    fn beside(&self) -> Option<Self::Input> {
        None
    }

    /// How windows are merged that share no cell, if they are in a way of their own.
    fn apart(&self) -> Option<Apart<Self>> {
        None
    }

    /// How neighbours in a row are merged in registers, if they are.
    fn neighbours(&self) -> Option<Neighbours<Self>> {
        None
    }

    /// How windows of so many taps are summed up in registers along a row, if they are.
    fn summed(&self, _taps: usize) -> Option<Summed<Self>> {
        None
    }

    /// How runs of slabs are merged in registers, if they are.
    fn strips(&self) -> Option<Strips<Self>> {
        None
    }

    /// Whether there is anything to [`finish`](Self::finish).
    fn finishes(&self) -> bool {
        false
    }

    /// What becomes of each window's result at last.
    fn finish(&self, merged: Self::Acc) -> Self::Acc {
        merged
    }
}

/// A fold of four windows side by side, with the bits of the [`Fold`] that it belongs to.
pub(crate) trait InLanes {
    /// A cell that changes nothing.
    const PADDING: f32;
    /// Whether what two rows of windows have in common may be merged first.
    const GROUPED: bool;
    /// What four windows have of their cells.
    type Packed: Copy;

    /// Merges cells with those after them.
    fn merge(&self, a: Self::Packed, b: Self::Packed) -> Self::Packed;

    /// Takes note of cells.
    #[inline(always)]
    fn note(&self, _cells: &[Lanes], _seen: &mut Seen) {}

    /// What the windows of a row are finished by: four from one on, or any four that read no padding along it.
    fn by(&self, _row: usize, _from: Option<usize>) -> Lanes {
        Lanes::splat(1.0)
    }

    /// [`Fold::finish`].
    fn finish(&self, merged: Self::Packed, _by: Lanes) -> Self::Packed {
        merged
    }

    /// Whether a plane has to be done another way, after what was seen of it.
    fn has_foreign(&self, _seen: Seen) -> bool {
        false
    }
}

/// The sum of the cells over a divisor, in the cells' own type.
pub(crate) struct Sum<T> {
    pub divisor: T,
    /// Divisors for small windows of two axes, which are done in one go; the others are not divided by these.
    pub counts: Option<Counts>,
}

/// How many cells windows count along two axes, if they do not all count as many: a window's divisor is the product.
pub(crate) struct Counts {
    pub down: Vec<f64>,
    pub across: Vec<f64>,
    /// Of those that read no padding along a row.
    pub inside: f32,
}

impl<T: Number> Sum<T> {
    pub(crate) fn over(divisor: T) -> Self {
        Self { divisor, counts: None }
    }

    /// The sum alone.
    pub(crate) fn alone() -> Self {
        Self::over(T::from(1))
    }
}

/// A type that sums are made in.
pub(crate) trait Number:
    Copy + Default + PartialEq + From<u8> + Add<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// [`Fold::fused`] of their sum.
    const FUSED: Option<(f32, Run<Sum<Self>>)> = None;
    /// [`Fold::summed`] of it.
    const SUMMED: fn(usize) -> Option<Summed<Sum<Self>>> = |_| None;
    /// [`Fold::apart`] of it.
    const APART: Option<Apart<Sum<Self>>> = None;
    /// [`Fold::strips`] of it.
    const STRIPS: Option<Strips<Sum<Self>>> = None;
}

impl Number for f64 {}

impl Number for f32 {
    const FUSED: Option<(f32, Run<Sum<f32>>)> = Some((Sum::PADDING, fused::sums));
    const SUMMED: fn(usize) -> Option<Summed<Sum<f32>>> = summed;
    const APART: Option<Apart<Sum<f32>>> = Some(|_, cells, even, out, _| {
        sums_apart(cells, even, out);
        false
    });
    const STRIPS: Option<Strips<Sum<f32>>> = Some(strips);
}

impl InLanes for Sum<f32> {
    const PADDING: f32 = Sum::PADDING;
    const GROUPED: bool = false;
    type Packed = Lanes;

    #[inline(always)]
    fn merge(&self, a: Lanes, b: Lanes) -> Lanes {
        a + b
    }

    #[inline(always)]
    fn by(&self, row: usize, from: Option<usize>) -> Lanes {
        let Some(Counts { down, across, inside }) = &self.counts else { return Lanes::splat(self.divisor) };
        let four = |from: usize| Some(Lanes::of(across.get(from..)?.first_chunk()?.map(|count| count as f32)));
        let counts = from.and_then(four).unwrap_or(Lanes::splat(*inside)) * Lanes::splat(down[row] as f32);
        // A window without cells has the divisor 1: its sum is 0.
        counts.pmax(Lanes::splat(1.0))
    }

    fn finish(&self, sum: Lanes, by: Lanes) -> Lanes {
        sum / by
    }
}

impl Sum<f32> {
    /// A cell that changes nothing: 0 would make 0 of −0.
    pub(crate) const PADDING: f32 = -0.0;
}

impl<T: Number> Fold for Sum<T> {
    const SIDE_BY_SIDE: bool = true;
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

    fn lift_row(&self, row: &[T], _at: usize, out: &mut [T]) -> bool {
        out[..row.len()].copy_from_slice(row);
        false
    }

    fn as_lifted<'r>(&self, row: &'r [T]) -> Option<&'r [T]> {
        Some(row)
    }

    /// 0 would make 0 of −0.
    fn nothing(&self) -> T {
        -T::default()
    }

    fn fused(&self) -> Option<(f32, Run<Self>)> {
        T::FUSED
    }

    fn beside(&self) -> Option<T> {
        Some(self.nothing())
    }

    fn summed(&self, taps: usize) -> Option<Summed<Self>> {
        T::SUMMED(taps)
    }

    fn apart(&self) -> Option<Apart<Self>> {
        T::APART
    }

    fn strips(&self) -> Option<Strips<Self>> {
        T::STRIPS
    }

    fn finishes(&self) -> bool {
        self.divisor != T::from(1)
    }

    fn finish(&self, sum: T) -> T {
        sum / self.divisor
    }
}

/// Two buffers that passes along the axes alternate between; kept from plane to plane, so a layer allocates once.
pub(crate) struct Passes<T> {
    front: Vec<T>,
    back: Vec<T>,
}

impl<T> Default for Passes<T> {
    fn default() -> Self {
        Self { front: Vec::new(), back: Vec::new() }
    }
}

/// Empties a buffer and makes room for `count` × `inner` values, or reports that memory does not hold them.
pub(crate) fn clear_for<T>(buffer: &mut Vec<T>, count: usize, inner: usize) -> Result<()> {
    buffer.clear();
    let room = count.checked_mul(inner).filter(|&len| buffer.try_reserve(len).is_ok());
    room.map(drop).ok_or_else(|| no_room(count, inner))
}

#[cold]
#[inline(never)]
fn no_room(count: usize, inner: usize) -> Error {
    let rule = "the partial results of this layer do not fit into memory";
    Error::new(ErrorKind::Memory, "shape", format!("{count} × {inner}"), rule)
}
