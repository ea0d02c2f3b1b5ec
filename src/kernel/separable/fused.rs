//! The two innermost axes at once, for the windows most in use: 2 × 2 or 3 × 3 cells, 1 or 2 apart. Each result is merged
//! from its cells in one go, four windows side by side, two rows of windows at a time, so that memory is gone through once
//! and nothing waits in between. Four columns of cells are read once and slide on to the windows beside.

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
use crate::kernel::lanes::{LANES, Lanes, Mask, Whole};
use crate::kernel::{InLanes, Results, Sum};
use blocks::Blocks;
use dilated::{Sums, Waiting};
use lines::{Lines, Spacing};
use sinks::{Pair, Sink};
use std::mem::take;
use std::ops::Range;

/// Up to which width rows that the next windows need are fetched ahead, and how many cells more than these rows there must be.
const AHEAD_UP_TO: usize = 256;
const MARGIN_AHEAD: usize = 64;

/// The lines that are new to the next two rows of windows, where it is worth to have them fetched before they are needed.
type Ahead<'c> = Option<&'c [f32]>;

/// Taps and stride, of both axes, of the windows that are done here.
const KINDS: [(usize, usize); 3] = [(2, 2), (3, 2), (3, 1)];

/// The most lines that two rows of windows read.
pub(crate) const LINES: usize = 5;

/// Four columns of the lines that each of two rows of windows reads, merged.
pub(crate) type Columns = [Lanes; 2];

/// Merges the lines of two rows of windows, each in order; `grouped` where those that both have may be merged first.
#[inline(always)]
pub(crate) fn two_rows<A: Copy, const TAPS: usize, const STRIDE: usize>(
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

    /// The windows that read no padding.
    fn inside(self) -> Range<usize> {
        let begin = (0..self.windows).find(|&window| self.at(window, 0) >= 0).unwrap_or(self.windows);
        let fits = |&window: &usize| self.at(window, self.even.taps - 1) < self.extent as isize;
        begin..(begin..self.windows).rev().find(fits).map_or(begin, |last| last + 1)
    }
}

/// Small windows over a plane.
pub(crate) struct Small<'a> {
    down: Axis,
    across: Axis,
    /// Before which windows, and from which on, blocks are at an edge: not all of their windows read cells alone. Where taps lie
    /// apart, the first window that reads cells alone, and the first one after it that does not.
    edges: [usize; 2],
    lines: Lines<'a>,
}

impl<'a> Small<'a> {
    /// `None` for other windows. `padding` is a cell that changes nothing.
    pub(crate) fn new(axes: &[AxisPlan], padding: f32, room: &'a mut Vec<f32>) -> Result<Option<Self>> {
        let [.., rows, columns] = axes else { return Ok(None) };
        let Some((down, across)) = Axis::new(rows).zip(Axis::new(columns)) else { return Ok(None) };
        let inside = across.inside();
        if down.kind() != across.kind() || !KINDS.contains(&across.kind()) || across.windows < LANES {
            return Ok(None);
        }
        let (edges, spacing) = if [down, across].iter().all(|axis| axis.step == 1) {
            let last = across.windows - LANES;
            if inside.len() < LANES || across.even.origin <= -(LANES as isize) || inside.end < last {
                return Ok(None);
            }
            let left = if inside.start > 0 { LANES } else { 0 };
            let right = if inside.end < across.windows { last } else { across.windows };
            let count = across.even.taps + across.even.stride;
            let (read, waiting) = (blocks::read(across), along::waiting(across.windows));
            ([left, right], Spacing { pairing: 1, count, apart: 1, read, waiting })
        } else {
            if ![down, across].into_iter().all(dilated::fits) || dilated::columns(across).len() < LANES {
                return Ok(None);
            }
            let pairing = down.step / down.even.stride;
            let (read, waiting) = (dilated::read(across), dilated::waiting(across));
            ([inside.start, inside.end], Spacing { pairing, count: 4, apart: down.step, read, waiting })
        };
        if down.windows < 2 * spacing.pairing {
            return Ok(None);
        }
        let lines = Lines::new(down, across, spacing, padding, room)?;
        Ok(Some(Self { down, across, edges, lines }))
    }

    /// Whether the windows' taps lie apart.
    pub(crate) fn is_dilated(&self) -> bool {
        self.down.step > 1 || self.across.step > 1
    }

    /// Reduces the windows of one plane, and says whether its [`Seen`] is to be feared.
    pub(crate) fn reduce<L: InLanes>(&mut self, fold: &L, cells: &[f32], sink: impl Sink<Lanes>) -> bool {
        if self.is_dilated() {
            return match self.across.kind() {
                (_, 1) => self.dilated::<L, 1>(fold, cells, sink),
                _ => self.dilated::<L, 2>(fold, cells, sink),
            };
        }
        match self.across.kind() {
            (2, _) => self.beside::<L, 2, 2>(fold, cells, sink),
            (_, 2) => self.beside::<L, 3, 2>(fold, cells, sink),
            _ => self.beside::<L, 3, 1>(fold, cells, sink),
        }
    }

    fn beside<L: InLanes, const TAPS: usize, const STRIDE: usize>(
        &mut self,
        fold: &L,
        cells: &[f32],
        sink: impl Sink<Lanes>,
    ) -> bool {
        let mut blocks = Blocks::<L, TAPS, STRIDE>::new(fold, self.across, self.edges);
        self.rows::<L, TAPS, STRIDE>(fold, cells, sink, &mut blocks)
    }

    fn dilated<L: InLanes, const STRIDE: usize>(&mut self, fold: &L, cells: &[f32], sink: impl Sink<Lanes>) -> bool {
        let mut way = Waiting::<L, STRIDE>::new(fold, self.across, take(&mut self.lines.waiting));
        let foreign = self.rows::<L, 3, 1>(fold, cells, sink, &mut way);
        self.lines.waiting = way.room;
        foreign
    }

    /// Sums of windows whose taps lie apart.
    fn sums(&mut self, fold: &Sum<f32>, cells: &[f32], sink: impl Sink<Lanes>) -> bool {
        match self.across.kind() {
            (_, 1) => self.sums_apart::<1>(fold, cells, sink),
            _ => self.sums_apart::<2>(fold, cells, sink),
        }
    }

    fn sums_apart<const STRIDE: usize>(&mut self, fold: &Sum<f32>, cells: &[f32], sink: impl Sink<Lanes>) -> bool {
        let mut way = Sums::<STRIDE>::new(self.across, self.edges, take(&mut self.lines.waiting));
        let foreign = self.rows::<_, 3, 1>(fold, cells, sink, &mut way);
        self.lines.waiting = way.room;
        foreign
    }

    /// Two rows of windows at a time, whose lines are `STRIDE` of them apart.
    fn rows<L: Results<Packed = Lanes>, const TAPS: usize, const STRIDE: usize>(
        &mut self,
        fold: &L,
        cells: &[f32],
        sink: impl Sink<Lanes>,
        way: &mut impl Across<L>,
    ) -> bool {
        let mut seen = Seen::nothing();
        let Self { down, across, .. } = *self;
        let (windows, width, pairing) = (across.windows, across.extent, self.lines.pairing());
        assert!(sink.room() >= down.windows * windows, "a place for every window");
        assert!(cells.len() == down.extent * width, "a plane of cells");
        // Blocks look at the lines that are new to their windows.
        let above = (0..pairing).flat_map(|row| (0..TAPS - STRIDE).filter_map(move |tap| down.cell(row, tap)));
        for row in above {
            for &cell in &cells[row * width..][..width] {
                seen.cells(&[Lanes::splat(cell)]);
            }
        }
        for first in (0..down.windows).step_by(2 * pairing) {
            for row in first..down.windows.min(first + pairing) {
                // A row without another goes with one that was done before.
                let row = if row + pairing < down.windows { row } else { row - pairing };
                let rows = [row, row + pairing];
                let by = rows.map(|row| fold.by(row, None));
                let place = down.at(row, 0) * width as isize + across.even.origin;
                let lines = self.lines.of(cells, row, place, TAPS + STRIDE);
                let mut pair = Pair { fold, rows, at: row * windows, apart: pairing * windows, by, sink };
                let next = down.cell(rows[1] + 1, TAPS - STRIDE).filter(|_| width <= AHEAD_UP_TO);
                let ahead = next.and_then(|next| cells.get(next * width..)?.get(..2 * STRIDE * width + MARGIN_AHEAD));
                // SAFETY: each line has what is read of it, and the sink has a place for every window.
                #[expect(unsafe_code, reason = "a check of bounds for each tap would cost as much as the results")]
                unsafe {
                    way.across(lines, &mut pair, &mut seen, ahead);
                }
            }
        }
        fold.has_foreign(seen)
    }
}

/// A way along two rows of windows.
trait Across<L: Results<Packed = Lanes>> {
    /// # Safety
    /// From each pointer on there must be as many cells as the way reads, and in the sink a place for every window.
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn across(
        &mut self,
        lines: [*const f32; LINES],
        pair: &mut Pair<L, impl Sink<Lanes>>,
        seen: &mut Seen,
        ahead: Ahead,
    );
}
