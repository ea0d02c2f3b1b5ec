//! The transpose of a sum over windows.

use super::even;
use crate::error::Result;
use crate::geometry::{AxisPlan, Even, Plan};
use crate::kernel::rows::merge_all;
use crate::kernel::{Passes, Sum, clear_for};

/// The transpose of a sum over windows: every cell receives the sum of the values of all windows that read it.
/// One axis after another, outermost first; `values` is row-major over the plan's output shape.
pub(crate) fn spread<'s>(values: &[f64], plan: &Plan, scratch: &'s mut Passes<f64>) -> Result<&'s [f64]> {
    clear_for(&mut scratch.front, values.len(), 1)?;
    scratch.front.extend_from_slice(values);
    let mut inner = values.len();
    for axis in plan.axes() {
        inner /= axis.spans.len();
        let slab = axis.spans.len() * inner;
        clear_for(&mut scratch.back, scratch.front.len() / slab * axis.extent, inner)?;
        for slab in scratch.front.chunks_exact(slab) {
            let begin = scratch.back.len();
            scratch.back.resize(begin + axis.extent * inner, 0.0);
            let target = &mut scratch.back[begin..];
            for (span, source) in axis.spans.iter().zip(slab.chunks_exact(inner)) {
                for at in span.positions(axis.step) {
                    for (cell, &value) in target[at * inner..][..inner].iter_mut().zip(source) {
                        *cell += value;
                    }
                }
            }
        }
        std::mem::swap(&mut scratch.front, &mut scratch.back);
    }
    Ok(&scratch.front)
}

/// [`spread`] in f32 and row by row, for windows at even distances along two axes: ready for any number of planes.
pub(crate) struct Spreader<'a> {
    down: (&'a AxisPlan, Even),
    across: (&'a AxisPlan, Even),
    /// The values of one row, with zeros around them.
    values: &'a mut [f32],
    /// How many of those come before.
    before: usize,
    /// A row of cells from the first window's first tap on, and its parts.
    cells: &'a mut [f32],
    parts: &'a mut [f32],
}

impl<'a> Spreader<'a> {
    /// `None` for other windows, and for so few large ones that they have little in common: here each cell asks every tap.
    pub fn new(plan: &'a Plan, scratch: &'a mut Passes<f32>) -> Result<Option<Self>> {
        let [rows, columns] = plan.axes() else { return Ok(None) };
        let (Some(down), Some(across)) = (even(rows), even(columns)) else { return Ok(None) };
        let few = |axis: &AxisPlan, even: Even| axis.spans.len() * even.stride < even.taps;
        if across.origin > 0 || across.stride > 1 && columns.step > 1 || few(rows, down) || few(columns, across) {
            return Ok(None);
        }
        let Passes { front, back } = scratch;
        // Cells that are a stride apart are read by the same taps of their windows, and make one part.
        let before = (across.taps.div_ceil(across.stride) - 1) * columns.step;
        let reach = columns.extent + across.origin.unsigned_abs();
        let part = reach.div_ceil(across.stride);
        let room = before + part.max(columns.spans.len());
        clear_for(front, room, 1)?;
        front.resize(room, 0.0);
        clear_for(back, part, 2 * across.stride)?;
        back.resize(part * 2 * across.stride, 0.0);
        let (parts, cells) = back.split_at_mut(part * across.stride);
        Ok(Some(Self { down: (rows, down), across: (columns, across), values: front, before, cells, parts }))
    }

    /// Gives every cell of a plane the sum of the values of all windows that read it.
    pub fn spread(&mut self, values: &[f32], cells: &mut [f32]) {
        let ((rows, down), (columns, _)) = (self.down, self.across);
        let windows = columns.spans.len();
        for (row, cells) in cells.chunks_exact_mut(columns.extent).enumerate() {
            // The windows that read the row: those that a tap of theirs leads to.
            let reader = |tap: usize| {
                let first = (row as isize - down.origin).checked_sub_unsigned(tap * rows.step)?;
                let first = usize::try_from(first).ok().filter(|first| first.is_multiple_of(down.stride))?;
                Some(first / down.stride).filter(|&window| window < rows.spans.len())
            };
            let readers = (0..down.taps).rev().filter_map(reader).map(|at| &values[at * windows..][..windows]);
            merge_all(&Sum::alone(), &mut self.values[self.before..][..windows], readers);
            self.across(cells);
        }
    }

    /// The same along a row.
    fn across(&mut self, cells: &mut [f32]) {
        let (columns, Even { origin, stride, taps }) = self.across;
        let (values, begin) = (&*self.values, origin.unsigned_abs());
        if stride == 1 {
            let count = cells.len();
            let taps = (0..taps).rev().map(|tap| &values[self.before + begin - tap * columns.step..][..count]);
            return merge_all(&Sum::alone(), cells, taps);
        }
        let length = self.parts.len() / stride;
        for (part, sums) in self.parts.chunks_exact_mut(length).enumerate() {
            let taps = (part..taps).step_by(stride).enumerate().rev();
            merge_all(&Sum::alone(), sums, taps.map(|(tap, _)| &values[self.before - tap..][..length]));
        }
        // Where no cell lies before the first window, a row of whole strides is written in its place.
        let direct = begin == 0 && cells.len().is_multiple_of(stride);
        let target = if direct { &mut *cells } else { &mut *self.cells };
        if stride == 2 {
            let (first, second) = self.parts.split_at(length);
            let pairs = target.as_chunks_mut::<2>().0.iter_mut();
            pairs.zip(first).zip(second).for_each(|((pair, first), second)| *pair = [*first, *second]);
        } else {
            for (part, sums) in self.parts.chunks_exact(length).enumerate() {
                target[part..].iter_mut().step_by(stride).zip(sums).for_each(|(cell, sum)| *cell = *sum);
            }
        }
        if !direct {
            cells.copy_from_slice(&self.cells[begin..][..cells.len()]);
        }
    }
}
