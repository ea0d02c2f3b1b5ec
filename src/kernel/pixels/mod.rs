//! Pooling of pictures as they come: rows of pixels, four bytes each, side by side.
//!
//! A pixel is one cell of four channels that share their windows, so nothing is taken apart into planes and nothing
//! becomes a float. Both reductions merge whole rows first and then pixels of the one row that comes of it, so that a
//! picture passes through memory once: `extreme` merges bytes, `mean` sums them in integers, exactly.

mod extreme;
mod lanes;
mod mean;
#[cfg(test)]
mod tests;

pub(crate) use extreme::{Extreme, extreme};
pub(crate) use mean::{Channels, Counting, mean};

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{AxisPlan, Span};

/// Bytes of a pixel.
const PIXEL: usize = 4;

/// A picture's bytes and the windows over it.
#[derive(Clone, Copy)]
pub(crate) struct Picture<'a> {
    rows: &'a AxisPlan,
    columns: &'a AxisPlan,
    pixels: &'a [u8],
}

impl<'a> Picture<'a> {
    /// The plans of both axes, and as many pixels as they are of.
    pub fn new(rows: &'a AxisPlan, columns: &'a AxisPlan, pixels: &'a [u8]) -> Self {
        assert_eq!(pixels.len(), PIXEL * rows.extent * columns.extent, "a picture has four bytes for each cell");
        Self { rows, columns, pixels }
    }

    fn row(&self, at: usize) -> &'a [u8] {
        &self.pixels[at * self.row_len()..][..self.row_len()]
    }

    /// Bytes of an input row.
    fn row_len(&self) -> usize {
        PIXEL * self.columns.extent
    }

    /// Bytes of an output row.
    fn row_out(&self) -> usize {
        PIXEL * self.columns.spans.len()
    }
}

/// Neighbouring outputs with windows of the same length at even distances.
#[derive(Clone, Copy)]
struct Run {
    /// The first output.
    to: usize,
    /// How many outputs there are.
    count: usize,
    /// Where the first window starts, and how much further each other one.
    start: usize,
    stride: usize,
    /// How many cells each window has.
    len: usize,
}

/// An axis's outputs as runs, the longest that there are from left to right.
fn runs(axis: &AxisPlan) -> Result<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::new();
    for (to, span) in axis.spans.iter().enumerate() {
        if let Some(run) = runs.last_mut().filter(|run| run.len == span.len) {
            let stride = if run.count == 1 { span.start.saturating_sub(run.start) } else { run.stride };
            if stride > 0 && span.start == run.start + run.count * stride {
                (run.count, run.stride) = (run.count + 1, stride);
                continue;
            }
        }
        runs.try_reserve(1).map_err(|_| no_room(axis.spans.len()))?;
        runs.push(Run { to, count: 1, start: span.start, stride: 1, len: span.len });
    }
    Ok(runs)
}

/// An output row of windows two by two and side by side, what most networks pool by and worth a way of its own; `false`
/// where that is not what the windows are.
fn two_by_two(
    picture: Picture,
    span: &Span,
    runs: &[Run],
    out: &mut [u8],
    mut of: impl FnMut([&lanes::Eight; 2]) -> lanes::Four,
) -> bool {
    let [Run { start, len: 2, stride: 2, .. }] = *runs else { return false };
    if span.len != 2 || picture.columns.step != 1 {
        return false;
    }
    let [a, b] = [0, 1].map(|at| &picture.row(span.start + at * picture.rows.step)[PIXEL * start..]);
    let eights = a.as_chunks().0.iter().zip(b.as_chunks().0);
    let (fours, rest) = out.as_chunks_mut();
    fours.iter_mut().zip(eights).for_each(|(out, (a, b))| *out = of([a, b]));
    if !rest.is_empty() {
        let read = 2 * rest.len();
        let last = |row: &[u8]| {
            // White, so that nothing is less opaque for what is not there.
            let mut eight = [u8::MAX; 8 * PIXEL];
            eight[..read].copy_from_slice(&row[fours.len() * 8 * PIXEL..][..read]);
            eight
        };
        rest.copy_from_slice(&of([&last(a), &last(b)])[..rest.len()]);
    }
    true
}

/// A list of zeros.
fn zeros<T: Copy + Default>(count: usize) -> Result<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(count).map_err(|_| no_room(count))?;
    list.resize(count, T::default());
    Ok(list)
}

#[cold]
fn no_room(count: usize) -> Error {
    Error::new(ErrorKind::Memory, "image", count, "the rows that pooling works with do not fit into memory")
}
