//! Windows of three taps that lie apart, by a multiple of what windows lie apart. Two rows of windows are then as far from
//! each other as taps are, and have two of four lines in common.

use super::sinks::{Pair, Sink};
use super::{Across, Ahead, Axis, Columns, LINES, Present, Seen};
use crate::kernel::InLanes;
use crate::kernel::lanes::{LANES, Lanes, Mask};
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

/// Two rows of windows, four side by side at a time.
pub(super) struct Dilated<'f, L, const STRIDE: usize> {
    fold: &'f L,
    across: Axis,
    edges: [usize; 2],
    masks: Masks,
}

impl<'f, L: InLanes, const STRIDE: usize> Dilated<'f, L, STRIDE> {
    pub fn new(fold: &'f L, across: Axis, edges: [usize; 2], masks: Masks) -> Self {
        Self { fold, across, edges, masks }
    }

    /// What is seen of the columns before those that windows' last taps read, four at a time.
    pub fn before(&self, cells: &[f32]) -> Seen {
        let mut seen = Seen::nothing();
        let Axis { extent, .. } = self.across;
        let end = usize::try_from(self.across.at(0, TAPS - 1)).unwrap_or(0);
        for row in cells.chunks_exact(extent) {
            for four in (0..end).step_by(LANES).filter_map(|from| row[from.min(extent - LANES)..].first_chunk()) {
                let cells = Lanes::of(*four);
                seen.cells(&[cells]);
                seen.merged([cells; 2]);
            }
        }
        seen
    }

    /// Four windows, from lines that begin with the first one's first tap; with which taps have cells, where not all do.
    ///
    /// # Safety
    /// Each line must have what they read.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn merge(
        &self,
        lines: [*const f32; LINES],
        masks: Option<&[Present; TAPS]>,
        seen: &mut Seen,
    ) -> [L::Packed; 2] {
        // What the last tap reads is new; the others have been there before.
        let mut unnoted = Seen::nothing();
        let taps = from_fn(|tap| {
            let seen = if tap + 1 == TAPS { &mut *seen } else { &mut unnoted };
            let mut four = |from: usize| {
                // SAFETY: the caller's promise.
                let cells = lines.map(|line| unsafe { Lanes::load(line.add(tap * self.across.step).add(from)) });
                self.fold.down::<TAPS, 1>(cells, self.across.extent as i32, seen)
            };
            let columns = four(0);
            let columns = if STRIDE == 1 { columns } else { columns.with(four(LANES), Lanes::even) };
            let mask = masks.and_then(|masks| masks[tap]);
            mask.map_or(columns, |mask| columns.or_padding(mask, Lanes::splat(L::PADDING)))
        });
        self.fold.across::<TAPS, 1>(taps)
    }
}

impl<L: InLanes, const STRIDE: usize> Across<L> for Dilated<'_, L, STRIDE> {
    // SAFETY: as the trait says.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as the trait's")]
    unsafe fn across(
        &mut self,
        lines: [*const f32; LINES],
        pair: &mut Pair<L, impl Sink<L::Packed>>,
        seen: &mut Seen,
        _ahead: Ahead,
    ) {
        let Self { masks, edges: [left, right], .. } = &*self;
        let last = self.across.windows - LANES;
        let at = |window: usize| lines.map(|line| line.wrapping_add(window * STRIDE));
        // SAFETY: no more columns are read than the caller promises, and no more windows put.
        unsafe {
            for (window, masks) in (0..*left).step_by(LANES).zip(&masks.left) {
                pair.put(window, self.merge(at(window), Some(masks), seen), false);
            }
            let (mut window, mut noted) = (*left, *seen);
            while window < (*right).min(last) {
                pair.put(window, self.merge(at(window), None, &mut noted), true);
                window += LANES;
            }
            *seen = noted;
            // The last ones, be they at an edge or not.
            let windows = (*right..last).step_by(LANES).chain([last]);
            for (window, masks) in windows.zip(&masks.right) {
                pair.put(window, self.merge(at(window), Some(masks), seen), *right == self.across.windows);
            }
        }
    }
}
