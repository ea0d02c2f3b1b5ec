//! Windows of three taps that lie apart, by a multiple of what windows lie apart. Two rows of windows are then as far from
//! each other as taps are, and have two of four lines in common.

use super::sinks::{Pair, Sink};
use super::{Across, Ahead, Axis, LINES, Seen, two_rows};
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::{InLanes, Sum};
use std::array::from_fn;
use std::ops::Range;

const TAPS: usize = 3;

/// Whether windows along an axis have taps as they are here.
pub(super) fn fits(axis: Axis) -> bool {
    axis.even.taps == TAPS && axis.step.is_multiple_of(axis.even.stride)
}

/// How many cells are read of a line from the first window's first tap on.
pub(super) fn read(across: Axis) -> usize {
    (across.windows - LANES) * across.even.stride + (TAPS - 1) * across.step + across.even.stride * LANES
}

/// Which columns there are of those that windows read, from the first window's first tap on.
pub(super) fn columns(across: Axis) -> Range<usize> {
    let begin = across.even.origin.min(0).unsigned_abs();
    let end = usize::try_from(across.extent as isize - across.even.origin).unwrap_or(0);
    begin..read(across).min(end).max(begin)
}

/// Four after four, of which the first ones may overlap those after them, so that the last ones are four.
struct Fours {
    at: usize,
    next: usize,
}

impl Fours {
    fn of(begin: usize, end: usize) -> Self {
        Self { at: begin, next: begin + (end - begin - 1) % LANES + 1 }
    }

    #[inline(always)]
    fn pass(&mut self) {
        (self.at, self.next) = (self.next, self.next + LANES);
    }
}

/// So many columns go down at a time, so that the next ones are fetched while windows are merged of these.
const AT_A_TIME: usize = 64;

/// For folds that may go down first: columns are merged once, and what comes of it waits between padding, where each tap reads
/// it.
pub(super) struct Waiting<'f, 'w, L, const STRIDE: usize> {
    fold: &'f L,
    across: Axis,
    columns: Range<usize>,
    /// What waits for each row of windows, from the first window's first tap on.
    pub room: &'w mut [f32],
}

/// How much waits.
pub(super) fn waiting(across: Axis) -> usize {
    2 * read(across)
}

impl<'f, 'w, L: InLanes, const STRIDE: usize> Waiting<'f, 'w, L, STRIDE> {
    /// In a room of padding.
    pub fn new(fold: &'f L, across: Axis, room: &'w mut [f32]) -> Self {
        Self { fold, across, columns: columns(across), room }
    }
}

impl<L: InLanes, const STRIDE: usize> Across<L> for Waiting<'_, '_, L, STRIDE> {
    // SAFETY: as the trait says.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as the trait's")]
    unsafe fn across(
        &mut self,
        lines: [*const f32; LINES],
        pair: &mut Pair<L, impl Sink<Lanes>>,
        seen: &mut Seen,
        _ahead: Ahead,
    ) {
        let Self { fold, across: Axis { windows, step, .. }, ref columns, ref mut room } = *self;
        let (room, half) = (room.as_mut_ptr(), room.len() / 2);
        let rows = [room, room.wrapping_add(half)];
        let mut noted = *seen;
        // What the last four windows of all, or of some, read.
        let reach = (TAPS - 1) * step + STRIDE * LANES;
        let (mut column, mut window) = (Fours::of(columns.start, columns.end), Fours::of(0, windows));
        while window.at < windows {
            let until = columns.end.min(column.at + AT_A_TIME);
            while column.at < until {
                // SAFETY: no more columns are read than the caller promises.
                let cells = lines.map(|line| unsafe { Lanes::load(line.add(column.at)) });
                let merged = fold.down::<TAPS, 1>(cells, &mut noted);
                for (row, merged) in rows.into_iter().zip(merged) {
                    // SAFETY: as many wait as are read.
                    unsafe { merged.store(row.add(column.at)) };
                }
                column.pass();
            }
            let ready = match (column.at + STRIDE).checked_sub(reach) {
                _ if column.at >= columns.end => windows,
                Some(ready) => windows.min(ready / STRIDE),
                None => 0,
            };
            while window.at < ready {
                let taps = from_fn(|tap| {
                    rows.map(|row| {
                        // SAFETY: what windows read waits there, or is padding.
                        unsafe {
                            let from = row.add(window.at * STRIDE + tap * step);
                            let here = Lanes::load(from);
                            if STRIDE == 1 { here } else { here.even(Lanes::load(from.add(LANES))) }
                        }
                    })
                });
                // SAFETY: the caller's promise.
                unsafe { pair.put(window.at, fold.across::<TAPS>(taps), true) };
                window.pass();
            }
        }
        *seen = noted;
    }
}

/// Sums begin with the cells of a row: each tap's are read where they lie, and masked where there are none.
pub(super) struct Sums<'w, const STRIDE: usize> {
    across: Axis,
    /// The first window that reads no padding along the row, and the first one after it that does.
    edges: [usize; 2],
    columns: Range<usize>,
    /// Of the columns that windows read, from the first window's first tap on: 1 where there is one, 0 elsewhere.
    pub room: &'w mut [f32],
}

impl<'w, const STRIDE: usize> Sums<'w, STRIDE> {
    pub fn new(across: Axis, edges: [usize; 2], room: &'w mut [f32]) -> Self {
        let columns = columns(across);
        room.fill(0.0);
        room[columns.clone()].fill(1.0);
        Self { across, edges, columns, room }
    }

    /// Four windows, from the first window's first tap in each line on; some may read padding, unless they are `INSIDE`.
    ///
    /// # Safety
    /// Each line must have what they read.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn merge<const INSIDE: bool>(&self, lines: [*const f32; LINES], window: usize) -> [Lanes; 2] {
        let step = self.across.step;
        // SAFETY: the caller's promise; the room is as long as lines are.
        let four = |from: *const f32| unsafe { Lanes::load(from) };
        let tap_of = |line: *const f32, tap: usize| {
            let from = line.wrapping_add(window * STRIDE + tap * step);
            if STRIDE == 1 { four(from) } else { four(from).even(four(from.wrapping_add(LANES))) }
        };
        let mut sums = lines.map(|line| tap_of(line, 0));
        for tap in 0..TAPS {
            let mut cells = if tap == 0 { sums } else { lines.map(|line| tap_of(line, tap)) };
            // Of most taps all columns are there.
            let first = window * STRIDE + tap * step;
            if !INSIDE && (first < self.columns.start || first + (LANES - 1) * STRIDE >= self.columns.end) {
                let mask = Lanes::splat(0.0).less(tap_of(self.room.as_ptr(), tap));
                cells = cells.map(|cells| cells.or_where_not(mask, Lanes::splat(Sum::PADDING)));
            }
            sums = if tap == 0 { cells } else { from_fn(|line| sums[line] + cells[line]) };
        }
        two_rows::<_, TAPS, 1>(sums, false, |a, b| a + b)
    }
}

impl<const STRIDE: usize> Across<Sum<f32>> for Sums<'_, STRIDE> {
    // SAFETY: as the trait says.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as the trait's")]
    unsafe fn across(
        &mut self,
        lines: [*const f32; LINES],
        pair: &mut Pair<Sum<f32>, impl Sink<Lanes>>,
        _seen: &mut Seen,
        _ahead: Ahead,
    ) {
        let Self { edges: [begin, end], across: Axis { windows, .. }, .. } = *self;
        let mut window = Fours::of(0, windows);
        while window.at < windows {
            // SAFETY: no more columns are read than the caller promises, and no more windows put.
            unsafe {
                while window.at < windows && (window.at < begin || window.at + LANES > end) {
                    pair.put(window.at, self.merge::<false>(lines, window.at), false);
                    window.pass();
                }
                while window.at + LANES <= end {
                    pair.put(window.at, self.merge::<true>(lines, window.at), true);
                    window.pass();
                }
            }
        }
    }
}
