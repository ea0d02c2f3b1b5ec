//! Windows of three taps that lie apart, by a multiple of what windows lie apart. Two rows of windows are then as far from
//! each other as taps are, and have two of four lines in common.

use super::sinks::{Pair, Sink};
use super::{Across, Ahead, Axis, LINES, Present, Seen, two_rows};
use crate::kernel::lanes::{LANES, Lanes, Mask};
use crate::kernel::{InLanes, Sum};
use std::array::from_fn;
use std::ops::Range;

const TAPS: usize = 3;

/// How many blocks of windows there may be at either edge.
const AT_AN_EDGE: usize = 4;

/// Which taps of the windows at the edges have cells.
#[derive(Clone, Copy)]
pub(super) struct Masks {
    left: [[Present; TAPS]; AT_AN_EDGE],
    right: [[Present; TAPS]; AT_AN_EDGE],
}

impl Masks {
    /// With where the edges end and begin; `None` for windows that are not done here.
    pub fn new(down: Axis, across: Axis, inside: Range<usize>) -> Option<(Self, [usize; 2])> {
        let spread = |axis: Axis| axis.even.taps == TAPS && axis.step.is_multiple_of(axis.even.stride);
        let last = across.windows - LANES;
        let left = inside.start.next_multiple_of(LANES);
        let right = (0..last).step_by(LANES).find(|window| window + LANES > inside.end).unwrap_or(match inside.end {
            end if end < across.windows => last,
            _ => across.windows,
        });
        let blocks = (across.windows - right).div_ceil(LANES);
        if ![down, across].into_iter().all(spread) || left > last.min(AT_AN_EDGE * LANES) || blocks > AT_AN_EDGE {
            return None;
        }
        let masks = |from: usize| {
            from_fn(|block| {
                let window = (from + block * LANES).min(last);
                from_fn(|tap| {
                    let lanes = from_fn(|lane| across.cell(window + lane, tap).is_some());
                    lanes.contains(&false).then(|| Mask::of(lanes))
                })
            })
        };
        Some((Self { left: masks(0), right: masks(right) }, [left, right]))
    }
}

/// How many cells are read of a line from the first window's first tap on.
pub(super) fn read(across: Axis) -> usize {
    (across.windows - LANES) * across.even.stride + (TAPS - 1) * across.step + across.even.stride * LANES
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
    /// Which columns there are of those that windows read, from the first window's first tap on.
    columns: Range<usize>,
    /// What waits for each row of windows, from there on.
    pub room: &'w mut [f32],
}

/// How much waits.
pub(super) fn waiting(across: Axis) -> usize {
    2 * read(across)
}

impl<'f, 'w, L: InLanes, const STRIDE: usize> Waiting<'f, 'w, L, STRIDE> {
    /// In a room of padding.
    pub fn new(fold: &'f L, across: Axis, room: &'w mut [f32]) -> Self {
        let cell = |column: usize| usize::try_from(across.even.origin + column as isize);
        let there = |&column: &usize| cell(column).is_ok_and(|cell| cell < across.extent);
        let read = 0..read(across);
        let begin = read.clone().find(there).unwrap_or(read.end);
        let end = read.rev().find(there).map_or(begin, |last| last + 1);
        Self { fold, across, columns: begin..end, room }
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
pub(super) struct Sums<const STRIDE: usize> {
    pub across: Axis,
    pub edges: [usize; 2],
    pub masks: Masks,
}

impl<const STRIDE: usize> Sums<STRIDE> {
    /// Four windows, from lines that begin with the first one's first tap; with which taps have cells, where not all do.
    ///
    /// # Safety
    /// Each line must have what they read.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn merge(&self, lines: [*const f32; LINES], masks: Option<&[Present; TAPS]>) -> [Lanes; 2] {
        let lines = lines.map(|line| {
            let taps: [Lanes; TAPS] = from_fn(|tap| {
                let from = line.wrapping_add(tap * self.across.step);
                // SAFETY: the caller's promise.
                let four = |from: *const f32| unsafe { Lanes::load(from) };
                let cells = if STRIDE == 1 { four(from) } else { four(from).even(four(from.wrapping_add(LANES))) };
                let mask = masks.and_then(|masks| masks[tap]);
                mask.map_or(cells, |mask| cells.or_where_not(mask, Lanes::splat(Sum::PADDING)))
            });
            let [a, b, c] = taps;
            a + b + c
        });
        two_rows::<_, TAPS, 1>(lines, false, |a, b| a + b)
    }
}

impl<const STRIDE: usize> Across<Sum<f32>> for Sums<STRIDE> {
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
        let Self { masks, edges: [left, right], across } = &*self;
        let last = across.windows - LANES;
        let at = |window: usize| lines.map(|line| line.wrapping_add(window * STRIDE));
        // SAFETY: no more columns are read than the caller promises, and no more windows put.
        unsafe {
            for (window, masks) in (0..*left).step_by(LANES).zip(&masks.left) {
                pair.put(window, self.merge(at(window), Some(masks)), false);
            }
            let mut window = *left;
            while window < (*right).min(last) {
                pair.put(window, self.merge(at(window), None), true);
                window += LANES;
            }
            // The last ones, be they at an edge or not.
            let windows = (*right..last).step_by(LANES).chain([last]);
            for (window, masks) in windows.zip(&masks.right) {
                pair.put(window, self.merge(at(window), Some(masks)), *right == across.windows);
            }
        }
    }
}
