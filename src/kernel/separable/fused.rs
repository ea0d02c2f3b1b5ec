//! The two innermost axes at once, for the windows most in use: 2 × 2 or 3 × 3 cells, 1 or 2 apart, or 3 × 3 dilated. Windows
//! are merged four side by side, two rows of them at a time, so that memory is gone through once.

mod along;
mod blocks;
mod dilated;
mod lines;
mod places;
mod sinks;

pub(crate) use sinks::{Run, sums, values};

use super::even;
use crate::error::Result;
use crate::geometry::{AxisPlan, Even};
use crate::kernel::InLanes;
use crate::kernel::lanes::{LANES, Lanes, Mask, Whole};
use blocks::Blocks;
use dilated::Dilated;
use lines::{Lines, Reads};
use sinks::{Pair, Sink};
use std::ops::Range;

/// Up to which width rows that the next windows need are fetched ahead, and how many cells more than these rows there must be.
const AHEAD_UP_TO: usize = 256;
const MARGIN_AHEAD: usize = 64;

/// The lines that are new to the next two rows of windows, where it is worth to have them fetched before they are needed.
type Ahead<'c> = Option<&'c [f32]>;

/// Taps and stride, of both axes, of the windows that are done here.
const KINDS: [(usize, usize); 3] = [(2, 2), (3, 2), (3, 1)];

/// The most lines that two rows of windows read.
const LINES: usize = 5;

/// Four columns of the lines that each of two rows of windows reads, merged.
type Columns = [Lanes; 2];

/// Merges the lines of two rows of windows, each in order; `grouped` where those that both have may be merged first.
#[inline(always)]
fn two_rows<A: Copy, const TAPS: usize, const STRIDE: usize>(
    [a, b, c, d, e]: [A; LINES],
    grouped: bool,
    merge: impl Fn(A, A) -> A,
) -> [A; 2] {
    match (TAPS, STRIDE) {
        (2, _) => [merge(a, b), merge(c, d)],
        (_, 2) => [merge(merge(a, b), c), merge(merge(c, d), e)],
        _ => {
            let both = merge(b, c);
            [if grouped { merge(a, both) } else { merge(merge(a, b), c) }, merge(both, d)]
        }
    }
}

/// What a first look at a plane takes note of, of everything that windows read; it may see what is not there, but not miss
/// what is.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    /// The sum of the cells: with a NaN among them it is one; with infinities of both signs too.
    sum: Lanes,
    /// The least of the columns' results as whole numbers, of which −0 is the very least.
    least: Whole,
}

impl Seen {
    pub fn nothing() -> Self {
        Self { sum: Lanes::splat(0.0), least: Whole::of([0; LANES]) }
    }

    /// Takes note of cells.
    #[inline(always)]
    pub fn cells(&mut self, cells: &[Lanes]) {
        // By themselves first: a chain through all blocks would have each wait for the one before.
        if let Some(sum) = cells.iter().copied().reduce(|sum, cells| sum + cells) {
            self.sum = self.sum + sum;
        }
    }

    /// Takes note of what columns were merged to.
    #[inline(always)]
    pub fn merged<const COUNT: usize>(&mut self, columns: [Lanes; COUNT]) {
        self.least = columns.into_iter().fold(self.least, |least, column| least.least(column.bits()));
    }

    /// Whether there was a NaN, or a column whose result was −0.
    pub fn any(self) -> bool {
        self.sum.is_nan().any() || self.least.equal(Whole::of([i32::MIN; LANES])).any()
    }
}

/// For which of four columns there are cells, if not for all.
type Present = Option<Mask>;

/// Windows along an axis.
#[derive(Clone, Copy)]
struct Axis {
    extent: usize,
    windows: usize,
    even: Even,
    step: usize,
}

impl Axis {
    fn new(plan: &AxisPlan) -> Option<Self> {
        let even = even(plan)?;
        Some(Self { extent: plan.extent, windows: plan.spans.len(), even, step: plan.step })
    }

    fn kind(self) -> (usize, usize) {
        (self.even.taps, self.even.stride)
    }

    /// Where a window's tap lies, from the axis's first cell on.
    fn at(self, window: usize, tap: usize) -> isize {
        self.even.origin + (window * self.even.stride + tap * self.step) as isize
    }

    /// The cell that a window's tap reads, if it does not fall on padding.
    fn cell(self, window: usize, tap: usize) -> Option<usize> {
        usize::try_from(self.at(window, tap)).ok().filter(|&cell| cell < self.extent)
    }

    /// The windows of which a tap reads a cell.
    fn reading(self, tap: usize) -> Range<usize> {
        let first = self.even.origin + (tap * self.step) as isize;
        let before = |place: isize| (place - first).max(0).unsigned_abs().div_ceil(self.even.stride).min(self.windows);
        before(0)..before(self.extent as isize)
    }

    /// The windows that read no padding.
    fn inside(self) -> Range<usize> {
        let begin = (0..self.windows).find(|&window| self.at(window, 0) >= 0).unwrap_or(self.windows);
        let fits = |&window: &usize| self.at(window, self.even.taps - 1) < self.extent as isize;
        begin..(begin..self.windows).rev().find(fits).map_or(begin, |last| last + 1)
    }
}

/// Small windows over a plane.
#[allow(
    clippy::large_enum_variant,
    reason = "there is one for a run, and a box would be made for each; it is larger on 64 bits"
)]
pub(crate) enum Small<'a> {
    Undilated(Undilated<'a>),
    Dilated(Dilated<'a>),
}

impl<'a> Small<'a> {
    /// `None` for other windows. `padding` is a cell that changes nothing.
    pub(crate) fn new(axes: &[AxisPlan], padding: f32, room: &'a mut Vec<f32>) -> Result<Option<Self>> {
        let [.., rows, columns] = axes else { return Ok(None) };
        let Some((down, across)) = Axis::new(rows).zip(Axis::new(columns)) else { return Ok(None) };
        if down.kind() != across.kind() || !KINDS.contains(&across.kind()) || across.windows < LANES {
            return Ok(None);
        }
        if down.step == 1 && across.step == 1 {
            return Ok(Undilated::new(down, across, padding, room)?.map(Self::Undilated));
        }
        Ok(Dilated::new(down, across, padding, room)?.map(Self::Dilated))
    }
}

/// Windows whose taps lie side by side.
pub(crate) struct Undilated<'a> {
    down: Axis,
    across: Axis,
    /// Before which windows, and from which on, blocks are at an edge: not all of their windows read cells alone.
    edges: [usize; 2],
    lines: Lines<'a>,
}

impl<'a> Undilated<'a> {
    fn new(down: Axis, across: Axis, padding: f32, room: &'a mut Vec<f32>) -> Result<Option<Self>> {
        let (inside, last) = (across.inside(), across.windows - LANES);
        let enough = inside.len() >= LANES && inside.end >= last && across.even.origin > -(LANES as isize);
        if !enough || down.windows < 2 {
            return Ok(None);
        }
        let left = if inside.start > 0 { LANES } else { 0 };
        let right = if inside.end < across.windows { last } else { across.windows };
        let count = across.even.taps + across.even.stride;
        let reads = Reads { count, read: blocks::read(across), waiting: along::waiting(across.windows) };
        let lines = Lines::new(down, across, reads, padding, room)?;
        Ok(Some(Self { down, across, edges: [left, right], lines }))
    }

    /// Reduces the windows of one plane, and says whether its [`Seen`] is to be feared.
    fn reduce<L: InLanes<Packed = Lanes>>(&mut self, fold: &L, cells: &[f32], sink: impl Sink<Lanes>) -> bool {
        match self.across.kind() {
            (2, _) => self.rows::<L, 2, 2>(fold, cells, sink),
            (_, 2) => self.rows::<L, 3, 2>(fold, cells, sink),
            _ => self.rows::<L, 3, 1>(fold, cells, sink),
        }
    }

    /// Two rows of windows at a time.
    fn rows<L: InLanes<Packed = Lanes>, const TAPS: usize, const STRIDE: usize>(
        &mut self,
        fold: &L,
        cells: &[f32],
        sink: impl Sink<Lanes>,
    ) -> bool {
        let blocks = Blocks::<L, TAPS, STRIDE>::new(fold, self.across, self.edges);
        let mut seen = Seen::nothing();
        let Self { down, across, .. } = *self;
        let (windows, width) = (across.windows, across.extent);
        assert!(sink.room() >= down.windows * windows, "a place for every window");
        assert!(cells.len() == down.extent * width, "a plane of cells");
        // Blocks look at the lines that are new to their windows.
        for cell in (0..TAPS - STRIDE).filter_map(|tap| down.cell(0, tap)) {
            for &cell in &cells[cell * width..][..width] {
                fold.note(&[Lanes::splat(cell)], &mut seen);
            }
        }
        for row in (0..down.windows).step_by(2) {
            // A row without another goes with the one before.
            let row = row.min(down.windows - 2);
            let rows = [row, row + 1];
            let by = rows.map(|row| fold.by(row, None));
            let place = down.at(row, 0) * width as isize + across.even.origin;
            let lines = self.lines.of(cells, row, place, TAPS + STRIDE);
            let mut pair = Pair { fold, rows, at: row * windows, apart: windows, by, sink };
            let next = down.cell(rows[1] + 1, TAPS - STRIDE).filter(|_| width <= AHEAD_UP_TO);
            let ahead = next.and_then(|next| cells.get(next * width..)?.get(..2 * STRIDE * width + MARGIN_AHEAD));
            // SAFETY: each line has what is read of it, and the sink has a place for every window.
            #[expect(unsafe_code, reason = "a check of bounds for each tap would cost as much as the results")]
            unsafe {
                blocks.across(lines, &mut pair, &mut seen, ahead);
            }
        }
        fold.has_foreign(seen)
    }
}
