//! The lines of cells that two rows of small windows read, each with as many cells as are read.

use super::{Axis, LINES};
use crate::error::Result;
use crate::kernel::clear_for;
use std::array::from_fn;
use std::ops::Range;

/// How many lines two rows of windows read, how many cells are read of each, and for how many numbers there has to be room
/// to wait.
#[derive(Clone, Copy)]
pub(super) struct Reads {
    pub count: usize,
    pub read: usize,
    pub waiting: usize,
}

pub(super) struct Lines<'a> {
    down: Axis,
    across: Axis,
    reads: Reads,
    /// From which rows of windows on, two at a time read nothing but what is in the plane.
    whole: Range<usize>,
    /// Which rows of the plane can be read where they lie: all but those that its memory begins or ends in.
    in_place: Range<usize>,
    /// A line of padding, and room for copies of those that the plane's memory ends in; each with a margin of padding.
    room: &'a mut [f32],
    slot: usize,
    margin: usize,
    /// Room for what waits of lines.
    waiting: &'a mut [f32],
}

impl<'a> Lines<'a> {
    pub fn new(down: Axis, across: Axis, reads: Reads, padding: f32, room: &'a mut Vec<f32>) -> Result<Self> {
        let Axis { extent: width, even, .. } = across;
        let Reads { count, read, waiting } = reads;
        let between = (count - 1) as isize;
        let whole = |&row: &usize| {
            let first = down.at(row, 0);
            let begin = first * width as isize + even.origin;
            let end = begin + between * width as isize + read as isize;
            first >= 0 && first + between < down.extent as isize && begin >= 0 && end <= (down.extent * width) as isize
        };
        let rows = down.windows - 1;
        let first = (0..rows).find(whole).unwrap_or(down.windows);
        let whole = first..(first..rows).rev().find(whole).map_or(first, |last| last + 1);
        let margin = even.origin.min(0).unsigned_abs();
        let before_last = (down.extent * width).checked_add_signed(-even.origin).and_then(|end| end.checked_sub(read));
        let in_place = margin.div_ceil(width)..before_last.map_or(0, |last| down.extent.min(last / width + 1));
        let end = (even.origin + read as isize).max(width as isize) as usize;
        let slot = margin.saturating_add(end);
        clear_for(room, slot.saturating_add(waiting), LINES + 1)?;
        room.resize(slot * (LINES + 1) + waiting, padding);
        let (room, waiting) = room.split_at_mut(slot * (LINES + 1));
        Ok(Self { down, across, reads, whole, in_place, room, slot, margin, waiting })
    }

    /// Room for what waits.
    pub fn waiting(&mut self) -> &mut [f32] {
        self.waiting
    }

    /// So many lines from a row of the plane on, if they can be read where they lie; the first one from the first window's first
    /// tap on.
    #[inline(always)]
    pub fn some(&self, cells: &[f32], row: isize, count: usize) -> Option<*const f32> {
        let Axis { extent: width, even, .. } = self.across;
        let row = usize::try_from(row).ok().filter(|&row| row + count <= self.down.extent)?;
        let begin = (row * width).checked_add_signed(even.origin)?;
        (begin + (count - 1) * width + self.reads.read <= cells.len()).then(|| cells[begin..].as_ptr())
    }

    /// The lines of two rows of windows, from the first window's first tap on, which is at `place` in the plane; so many, and
    /// the last one again.
    #[inline(always)]
    pub fn of(&mut self, cells: &[f32], row: usize, place: isize, count: usize) -> [*const f32; LINES] {
        if !self.whole.contains(&row) {
            return self.at_an_end(cells, row);
        }
        let first = cells.as_ptr().wrapping_offset(place);
        from_fn(|line| first.wrapping_add(line.min(count - 1) * self.across.extent))
    }

    #[inline(never)]
    fn at_an_end(&mut self, cells: &[f32], row: usize) -> [*const f32; LINES] {
        let (first, count) = (self.down.at(row, 0), self.reads.count);
        self.ends(cells, from_fn(|line| first + line.min(count - 1) as isize))
    }

    /// Lines that may lie above or below the plane, or where its memory ends.
    pub fn ends<const COUNT: usize>(&mut self, cells: &[f32], rows: [isize; COUNT]) -> [*const f32; COUNT] {
        let Self { down, across: Axis { extent: width, even, .. }, slot, margin, .. } = *self;
        let (mut all, blank) = (true, self.room.as_ptr().wrapping_add(margin).wrapping_offset(even.origin));
        let lines = rows.map(|row| match usize::try_from(row) {
            Ok(row) if row < down.extent => {
                all &= self.in_place.contains(&row);
                cells.as_ptr().wrapping_add(row * width).wrapping_offset(even.origin)
            }
            _ => blank,
        });
        if all {
            return lines;
        }
        let there = rows.map(|row| self.some(cells, row, 1));
        let rows = rows.map(|row| usize::try_from(row).ok().filter(|&row| row < down.extent));
        for (line, row) in rows.iter().enumerate().filter(|&(line, _)| there[line].is_none()) {
            if let Some(row) = row {
                let copy = &mut self.room[(line + 1) * slot + margin..][..width];
                copy.copy_from_slice(&cells[row * width..][..width]);
            }
        }
        let own = |number: usize| self.room.as_ptr().wrapping_add(number * slot + margin).wrapping_offset(even.origin);
        from_fn(|line| there[line].unwrap_or_else(|| own(rows[line].map_or(0, |_| line + 1))))
    }
}
