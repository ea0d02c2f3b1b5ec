//! The two innermost axes at once, for the windows most in use: 2 × 2 or 3 × 3 cells, 1 or 2 apart. Each result is merged
//! from its cells in one go, four windows side by side, two rows of windows at a time, so that memory is gone through once
//! and nothing waits in between. Four columns of cells are read once and slide on to the windows beside.

mod lines;
mod sinks;

pub(crate) use sinks::{Places, Run, values};

use super::even;
use crate::error::Result;
use crate::geometry::{AxisPlan, Even};
use crate::kernel::InLanes;
use crate::kernel::lanes::{LANES, Lanes, Mask, Whole};
use lines::Lines;
use sinks::{Pair, Sink};
use std::array::from_fn;
use std::ops::Range;

/// Taps and stride, of both axes, of the windows that are done here.
const KINDS: [(usize, usize); 3] = [(2, 2), (3, 2), (3, 1)];

/// The most lines that two rows of windows read.
pub(crate) const LINES: usize = 5;

/// Four columns of what two rows of windows read, or of what it merges to down the columns.
pub(crate) trait Columns: Copy {
    /// A column each of these and those that follow.
    fn with(self, next: Self, pick: impl Fn(Lanes, Lanes) -> Lanes) -> Self;

    /// These where the mask has a column, padding elsewhere.
    fn or_padding(self, mask: Mask, padding: Lanes) -> Self;
}

impl<const COUNT: usize> Columns for [Lanes; COUNT] {
    #[inline(always)]
    fn with(self, next: Self, pick: impl Fn(Lanes, Lanes) -> Lanes) -> Self {
        from_fn(|line| pick(self[line], next[line]))
    }

    #[inline(always)]
    fn or_padding(self, mask: Mask, padding: Lanes) -> Self {
        self.map(|cells| cells.or_where_not(mask, padding))
    }
}

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
    fn nothing() -> Self {
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
    pub fn merged(&mut self, columns: [Lanes; 2]) {
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
}

impl Axis {
    fn new(plan: &AxisPlan) -> Option<Self> {
        let even = even(plan).filter(|_| plan.step == 1)?;
        Some(Self { extent: plan.extent, windows: plan.spans.len(), even })
    }

    fn kind(self) -> (usize, usize) {
        (self.even.taps, self.even.stride)
    }

    /// Where a window's tap lies, from the axis's first cell on.
    fn at(self, window: usize, tap: usize) -> isize {
        self.even.origin + (window * self.even.stride + tap) as isize
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

    /// How many cells are read of a line from the first window's first tap on: by the last four windows, or by those before
    /// them, which are always followed by more.
    fn read(self) -> usize {
        let (taps, stride) = self.kind();
        let last = self.windows - LANES;
        let before = (last.div_ceil(LANES) * LANES).saturating_sub(LANES);
        let more = |window: usize, more: usize| window * stride + (stride + more) * LANES;
        more(last, usize::from(taps > stride)).max(if last > 0 { more(before, 1) } else { 0 })
    }
}

/// Small windows over a plane.
pub(crate) struct Small<'a> {
    down: Axis,
    across: Axis,
    inside: Range<usize>,
    lines: Lines<'a>,
}

impl<'a> Small<'a> {
    /// `None` for other windows. `padding` is a cell that changes nothing.
    pub(crate) fn new(axes: &[AxisPlan], padding: f32, room: &'a mut Vec<f32>) -> Result<Option<Self>> {
        let [.., rows, columns] = axes else { return Ok(None) };
        let Some((down, across)) = Axis::new(rows).zip(Axis::new(columns)) else { return Ok(None) };
        let alike = down.kind() == across.kind() && KINDS.contains(&across.kind());
        let inside = across.inside();
        let little_padding = across.even.origin > -(LANES as isize) && inside.end + LANES >= across.windows;
        if !alike || !little_padding || inside.len() < LANES || down.windows < 2 {
            return Ok(None);
        }
        let lines = Lines::new(down, across, padding, room)?;
        Ok(Some(Self { down, across, inside, lines }))
    }

    /// Whether the four windows at either edge are not all inside.
    fn edges(&self) -> [bool; 2] {
        [self.inside.start > 0, self.inside.end < self.across.windows]
    }

    /// Reduces the windows of one plane, and says whether its [`Seen`] is to be feared.
    pub(crate) fn reduce<L: InLanes>(&mut self, fold: &L, cells: &[f32], sink: &mut impl Sink<L::Packed>) -> bool {
        match self.across.kind() {
            (2, _) => self.rows::<L, 2, 2>(fold, cells, sink),
            (_, 2) => self.rows::<L, 3, 2>(fold, cells, sink),
            _ => self.rows::<L, 3, 1>(fold, cells, sink),
        }
    }

    /// Two rows of windows at a time. The last two overlap those before if there is an odd number of them, as the last four
    /// windows of a row do.
    fn rows<L: InLanes, const TAPS: usize, const STRIDE: usize>(
        &mut self,
        fold: &L,
        cells: &[f32],
        sink: &mut impl Sink<L::Packed>,
    ) -> bool {
        let Self { down, across, .. } = *self;
        let (windows, width) = (across.windows, across.extent);
        assert!(sink.room() >= down.windows * windows, "a place for every window");
        assert!(cells.len() == down.extent * width, "a plane of cells");
        let mut seen = Seen::nothing();
        // Blocks look at the lines that are new to their windows.
        for row in (0..TAPS - STRIDE).filter_map(|tap| down.cell(0, tap)) {
            for &cell in &cells[row * width..][..width] {
                seen.cells(&[Lanes::splat(cell)]);
            }
        }
        let [at_left, at_right] = self.edges();
        let last = windows - LANES;
        let mut blocks = Blocks::<L, TAPS, STRIDE> {
            fold,
            width: width as i32,
            last,
            left: self.present(0),
            right: from_fn(|number| self.present(last * STRIDE + number * LANES)),
            inside: [!at_left, !at_right],
            seen,
        };
        for row in (0..down.windows).step_by(2).map(|row| row.min(down.windows - 2)) {
            // In a narrow plane, blocks at its edges and others have windows in common.
            let inside =
                |row: usize| windows >= 3 * LANES && [0, TAPS - 1].iter().all(|&tap| down.cell(row, tap).is_some());
            let inside = [inside(row), inside(row + 1)];
            let place = down.at(row, 0) * width as isize + across.even.origin;
            let pointers = self.lines.of::<TAPS, STRIDE>(cells, row, place);
            let mut pair = Pair { at: row * windows, windows, place, stride: STRIDE, inside, sink };
            // SAFETY: each line has what is read of it, and the sink has a place for every window.
            #[expect(unsafe_code, reason = "a check of bounds for each tap would cost as much as the results")]
            unsafe {
                blocks.across(pointers, &mut pair);
            }
            (row..).zip(inside).for_each(|(row, inside)| sink.complete(row, inside));
        }
        fold.has_foreign(blocks.seen)
    }

    /// Which of four columns from the first window's first tap on have cells.
    fn present(&self, from: usize) -> Present {
        let lanes = from_fn(|lane| self.across.cell(0, from + lane).is_some());
        lanes.contains(&false).then(|| Mask::of(lanes))
    }
}

/// Two rows of windows, four side by side at a time.
struct Blocks<'f, L, const TAPS: usize, const STRIDE: usize> {
    fold: &'f L,
    width: i32,
    /// The window that the last four begin with.
    last: usize,
    /// Which columns have cells of those that the first four windows begin with, and the last four have.
    left: Present,
    right: [Present; 3],
    /// Whether the first and the last four windows are.
    inside: [bool; 2],
    seen: Seen,
}

impl<L: InLanes, const TAPS: usize, const STRIDE: usize> Blocks<'_, L, TAPS, STRIDE> {
    /// # Safety
    /// From each pointer on there must be as many cells as [`Axis::read`] says, and in the sink a place for every window.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn across(&mut self, lines: [*const f32; LINES], pair: &mut Pair<impl Sink<L::Packed>>) {
        let Self { fold, width, last, left, right: [first, beside, next], inside, seen } = *self;
        let at = |window: usize| lines.map(|line| line.wrapping_add(window * STRIDE));
        let mut reader = Reader::<L, TAPS, STRIDE> { fold, width, lines, seen };
        // SAFETY: no more columns are read than the caller promises, and no more windows put.
        unsafe {
            let mut here = reader.columns(0, left);
            let (mut window, mut is_inside) = (0, inside[0]);
            while window < last {
                reader.lines = at(window);
                let (taps, next) = reader.slide(here, [None; 2], true);
                pair.put(window, fold.across::<TAPS, STRIDE>(taps), is_inside);
                (here, window, is_inside) = (next, window + LANES, true);
            }
            reader.lines = at(last);
            // They overlap those before, or have columns without cells.
            if window > last || first.is_some() {
                here = reader.columns(0, first);
            }
            let (taps, _) = reader.slide(here, [beside, next], false);
            pair.put(last, fold.across::<TAPS, STRIDE>(taps), inside[1]);
        }
        self.seen = reader.seen;
    }
}

/// Reads columns of the lines of two rows of windows, from four windows' first tap on.
struct Reader<'f, L, const TAPS: usize, const STRIDE: usize> {
    fold: &'f L,
    width: i32,
    lines: [*const f32; LINES],
    seen: Seen,
}

impl<L: InLanes, const TAPS: usize, const STRIDE: usize> Reader<'_, L, TAPS, STRIDE> {
    /// Four columns.
    ///
    /// # Safety
    /// Each line must have them.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn columns(&mut self, from: usize, present: Present) -> L::Columns {
        // SAFETY: the caller's promise.
        let cells = self.lines.map(|line| unsafe { Lanes::load(line.add(from)) });
        let columns = self.fold.down::<TAPS, STRIDE>(cells, self.width, &mut self.seen);
        present.map_or(columns, |mask| columns.or_padding(mask, Lanes::splat(L::PADDING)))
    }

    /// The columns of each tap of four windows, whose first columns are here, and those that the next four begin with; they
    /// are none if no `more` windows follow.
    ///
    /// # Safety
    /// Each line must have them.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn slide(
        &mut self,
        here: L::Columns,
        [beside, next]: [Present; 2],
        more: bool,
    ) -> ([L::Columns; 3], L::Columns) {
        // SAFETY: the caller's promise.
        unsafe {
            let beside = self.columns(LANES, beside);
            if STRIDE == 1 {
                return ([here, here.with(beside, Lanes::following), here.with(beside, Lanes::straddling)], beside);
            }
            let even = here.with(beside, Lanes::even);
            let next = if more || TAPS > STRIDE { self.columns(2 * LANES, next) } else { here };
            ([even, here.with(beside, Lanes::odd), even.with(next, Lanes::following)], next)
        }
    }
}
