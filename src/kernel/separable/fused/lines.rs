//! The lines of cells that two rows of small windows read, each with as many cells as are read.

use super::{Axis, LINES};
use crate::error::Result;
use crate::kernel::clear_for;
use std::array::from_fn;
use std::ops::Range;

pub(super) struct Lines<'a> {
    down: Axis,
    across: Axis,
    /// From which rows of windows on, two at a time read nothing but what is in the plane.
    whole: Range<usize>,
    /// A line of padding, and room for copies of those that the plane's memory ends in; each with a margin of padding.
    room: &'a mut [f32],
    slot: usize,
    margin: usize,
}

impl<'a> Lines<'a> {
    pub fn new(down: Axis, across: Axis, padding: f32, room: &'a mut Vec<f32>) -> Result<Self> {
        let Axis { extent: width, even, .. } = across;
        let (read, count) = (across.read() as isize, (even.taps + even.stride) as isize);
        let whole = |&row: &usize| {
            let begin = down.at(row, 0) * width as isize + even.origin;
            let end = begin + (count - 1) * width as isize + read;
            let first = down.at(row, 0);
            first >= 0 && first + count <= down.extent as isize && begin >= 0 && end <= (down.extent * width) as isize
        };
        let first = (0..down.windows - 1).find(whole).unwrap_or(down.windows);
        let whole = first..(first..down.windows - 1).rev().find(whole).map_or(first, |last| last + 1);
        let margin = even.origin.min(0).unsigned_abs();
        let end = (even.origin + read).max(width as isize) as usize;
        let slot = margin.saturating_add(end);
        clear_for(room, slot, LINES + 1)?;
        room.resize(slot * (LINES + 1), padding);
        Ok(Self { down, across, whole, room, slot, margin })
    }

    /// The lines of two rows of windows, from the first window's first tap on, which is at `place` in the plane.
    #[inline(always)]
    pub fn of<const TAPS: usize, const STRIDE: usize>(
        &mut self,
        cells: &[f32],
        row: usize,
        place: isize,
    ) -> [*const f32; LINES] {
        let count = TAPS + STRIDE;
        if !self.whole.contains(&row) {
            return self.at_an_end(cells, row, count);
        }
        let first = cells.as_ptr().wrapping_offset(place);
        from_fn(|line| first.wrapping_add(line.min(count - 1) * self.across.extent))
    }

    #[inline(never)]
    fn at_an_end(&mut self, cells: &[f32], row: usize, count: usize) -> [*const f32; LINES] {
        let Self { down, across, slot, margin, .. } = *self;
        let Axis { extent: width, even, .. } = across;
        let begin = |row: usize| (row * width).checked_add_signed(even.origin);
        let there = |row: usize| begin(row).filter(|begin| begin + across.read() <= cells.len());
        for line in 0..count {
            if let Some(row) = down.cell(row, line).filter(|&row| there(row).is_none()) {
                let copy = &mut self.room[(line + 1) * slot + margin..][..width];
                copy.copy_from_slice(&cells[row * width..][..width]);
            }
        }
        let own = |number: usize| self.room.as_ptr().wrapping_add(number * slot + margin).wrapping_offset(even.origin);
        from_fn(|line| match down.cell(row, line.min(count - 1)) {
            None => own(0),
            Some(row) => there(row).map_or(own(line.min(count - 1) + 1), |begin| cells.as_ptr().wrapping_add(begin)),
        })
    }
}
