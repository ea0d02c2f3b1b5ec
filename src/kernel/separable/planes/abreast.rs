//! Planes of short rows, several of them side by side as one plane of long rows: whatever a row costs beside its cells, it
//! then costs for all of them at once. Padding lies between them, so that no window has cells of two.

use crate::error::Result;
use crate::geometry::AxisPlan;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::separable::{Done, Reducer, even, reach};
use crate::kernel::{Fold, clear_for};
use std::hint::black_box;

/// Up to which width of a plane, with what lies between two, rows are short: the copies of longer ones cost what they save.
const SHORT: usize = 96;

/// So many cells a row has at most that planes share.
const WIDEST: usize = 1024;

/// What is kept of planes side by side.
#[derive(Default)]
pub(in crate::kernel::separable) struct Beside {
    axis: Option<AxisPlan>,
    cells: Vec<f32>,
    windows: Vec<f32>,
}

/// Some planes side by side.
pub(super) struct Abreast<'a> {
    pub count: usize,
    cells: Side<'a>,
    windows: Side<'a>,
}

/// The cells of planes side by side, or their windows.
struct Side<'a> {
    /// How many of a row are one plane's.
    own: usize,
    /// How far apart those of two planes begin.
    pitch: usize,
    /// How many a row has.
    row: usize,
    all: &'a mut [f32],
}

impl<'a> Abreast<'a> {
    /// As many of all `planes` as are to lie side by side, if any are, and their innermost axis.
    pub fn new(
        axis: &'a AxisPlan,
        [cells, windows]: [usize; 2],
        planes: usize,
        padding: f32,
        beside: &'a mut Beside,
    ) -> Result<(&'a AxisPlan, Option<Self>)> {
        if planes < 2 || axis.extent > SHORT {
            return Ok((axis, None));
        }
        let (own, mut even) = (axis.spans.len(), even(axis));
        // Neither a plane's first window has a cell of the plane before, nor its last one of the plane after.
        let (pitch, stride) = match &mut even {
            Some(even) => {
                let Some(reach) = reach(axis, *even, own) else { return Ok((axis, None)) };
                let end = reach.saturating_add_signed(even.origin);
                let pitch = end.max(axis.extent + even.origin.min(0).unsigned_abs()).next_multiple_of(even.stride);
                if own == 1 {
                    even.stride = pitch;
                }
                (pitch, even.stride)
            }
            None => (axis.extent, 1),
        };
        let rows = cells / axis.extent;
        let most = (WIDEST / pitch).min(super::MOST / pitch / rows);
        if pitch > SHORT || most < 2 {
            return Ok((axis, None));
        }
        let count = planes.div_ceil(planes.div_ceil(most));
        let apart = if even.is_some() { pitch / stride } else { own };
        let mut spans = beside.axis.take().map(|axis| axis.spans).unwrap_or_default();
        clear_for(&mut spans, (count - 1) * apart + own, 1)?;
        let wide = &*beside.axis.insert(axis.abreast(even, count, pitch, spans));
        let side = |own, pitch, row, rows, all: &'a mut Vec<f32>| {
            clear_for(all, row, rows)?;
            all.resize(row * rows, padding);
            Ok(Side { own, pitch, row, all })
        };
        let cells = side(axis.extent, pitch, wide.extent, rows, &mut beside.cells)?;
        let windows = side(own, apart, wide.spans.len(), windows / own, &mut beside.windows)?;
        Ok((wide, Some(Self { count, cells, windows })))
    }

    /// [`Planes::reduce`](super::Planes::reduce), of planes and windows of so many each.
    pub fn reduce<F: Fold<Input = f32, Acc = f32>>(
        &mut self,
        reducer: &mut Reducer<F>,
        (cells, of_cells): (&[f32], usize),
        (out, of_windows): (&mut [f32], usize),
        done: &mut Done<f32>,
        foreign: &mut dyn FnMut(&mut [f32]),
    ) {
        let Self { count, cells: side, windows } = self;
        let (count, none, Side { own, pitch, row, all }) = (*count, nothing(), windows);
        let planes = cells.len() / of_cells;
        for first in (0..planes).step_by(count) {
            // The last are as many as all others, and some of them done twice.
            let first = first.min(planes - count);
            let out = &mut out[first * of_windows..][..count * of_windows];
            side.take(&cells[first * of_cells..][..count * of_cells], of_cells);
            let found = reducer.reduce(side.all, all, &mut |position, part| {
                let some = part.len() / *row * *own;
                for (plane, out) in out.chunks_exact_mut(of_windows).enumerate() {
                    let out = &mut out[position * some..][..some];
                    for (out, part) in out.chunks_exact_mut(*own).zip(part.chunks_exact(*row)) {
                        copy(&part[plane * *pitch..][..*own], out, none);
                    }
                    done(position, out);
                }
            });
            if found {
                out.chunks_exact_mut(of_windows).for_each(&mut *foreign);
            }
        }
    }
}

impl Side<'_> {
    /// Lays planes of so many cells side by side.
    fn take(&mut self, planes: &[f32], of_each: usize) {
        let (none, Self { own, pitch, row, all }) = (nothing(), self);
        let (own, pitch, row) = (*own, *pitch, *row);
        for (number, plane) in planes.chunks_exact(of_each).enumerate() {
            for (to, from) in all.chunks_exact_mut(row).zip(plane.chunks_exact(own)) {
                copy(from, &mut to[number * pitch..][..own], none);
            }
        }
    }
}

/// A 0 of which the compiler does not know that it is one.
fn nothing() -> f32 {
    black_box(0.0)
}

/// Copies a short row. A plain loop would become a call of what copies memory, and that costs as much as the row.
#[inline(always)]
fn copy(from: &[f32], to: &mut [f32], nothing: f32) {
    let four = |from: [f32; LANES]| (Lanes::of(from) ^ Lanes::splat(nothing)).values();
    let (fours, rest) = from.as_chunks();
    to.as_chunks_mut().0.iter_mut().zip(fours).for_each(|(to, from)| *to = four(*from));
    if rest.is_empty() {
        return;
    }
    match (from.last_chunk(), to.last_chunk_mut()) {
        (Some(from), Some(to)) => *to = four(*from),
        _ => {
            let one = |from: f32| f32::from_bits(from.to_bits() ^ nothing.to_bits());
            to.iter_mut().zip(from).for_each(|(to, from)| *to = one(*from));
        }
    }
}
