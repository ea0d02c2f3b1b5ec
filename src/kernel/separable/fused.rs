//! The two innermost axes at once, for the windows most in use: 2 × 2 or 3 × 3 cells, 1 or 2 apart. Each result is merged
//! from its cells in one go, four windows side by side, so that memory is gone through once and nothing waits in between.
//!
//! Taps on padding read what lies beside the row, and the lanes that they fill are masked.

mod sinks;

pub(crate) use sinks::{Places, Run, values};

use super::even;
use crate::error::Result;
use crate::geometry::{AxisPlan, Even};
use crate::kernel::lanes::{LANES, Lanes, Mask};
use crate::kernel::{InLanes, clear_for};
use sinks::{Pair, Sink};
use std::array::from_fn;
use std::ops::Range;

/// Taps and stride, of both axes, of the windows that are done here.
const KINDS: [(usize, usize); 3] = [(2, 2), (3, 2), (3, 1)];

/// The most lines that two rows of windows read.
const LINES: usize = 5;

/// The most cells of a line that windows side by side read.
const READ: usize = 3 * LANES;

/// For which of four windows a tap falls on a cell, if it does not for all.
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

    /// How many cells are read for as many windows as there are lanes; no more than [`READ`].
    fn read(self) -> usize {
        match self.kind() {
            (taps, 1) => taps - 1 + LANES,
            // Whole registers of them.
            (taps, _) => taps * LANES,
        }
    }
}

/// Small windows over a plane.
pub(crate) struct Small<'a> {
    down: Axis,
    across: Axis,
    inside: Range<usize>,
    /// From which rows of windows on, two at a time read nothing but what is in the plane.
    whole: Range<usize>,
    /// A row of padding, with a margin on either side.
    blank: &'a [f32],
    margin: usize,
}

impl<'a> Small<'a> {
    /// `None` for other windows. `padding` is a cell that changes nothing.
    pub(crate) fn new(axes: &[AxisPlan], padding: f32, blank: &'a mut Vec<f32>) -> Result<Option<Self>> {
        let [.., rows, columns] = axes else { return Ok(None) };
        let Some((down, across)) = Axis::new(rows).zip(Axis::new(columns)) else { return Ok(None) };
        let alike = down.kind() == across.kind() && KINDS.contains(&across.kind());
        let inside = across.inside();
        let narrow = inside.start <= LANES && inside.end + LANES >= across.windows;
        if !alike || !narrow || inside.len() < LANES || down.windows < 2 {
            return Ok(None);
        }
        let lines = across.even.taps + across.even.stride;
        let read = (across.windows - LANES) * across.even.stride + across.read();
        let whole = |&row: &usize| {
            let (first, width) = (down.at(row, 0), columns.extent as isize);
            let begin = first * width + across.even.origin;
            let end = begin + (lines as isize - 1) * width + read as isize;
            first >= 0
                && first + lines as isize <= rows.extent as isize
                && begin >= 0
                && end <= rows.extent as isize * width
        };
        let first = (0..down.windows - 1).find(whole).unwrap_or(down.windows);
        let whole = first..(first..down.windows - 1).rev().find(whole).map_or(first, |last| last + 1);
        let margin = READ + across.even.origin.unsigned_abs();
        clear_for(blank, columns.extent.saturating_add(2 * margin), 1)?;
        blank.resize(columns.extent + 2 * margin, padding);
        Ok(Some(Self { down, across, inside, whole, blank, margin }))
    }

    /// Whether the four windows at either edge are not all inside.
    fn edges(&self) -> [bool; 2] {
        [self.inside.start > 0, self.inside.end < self.across.windows]
    }
}

/// A row of the input: what it lies in, and where it begins there.
#[derive(Clone, Copy)]
struct Line<'l> {
    cells: &'l [f32],
    begin: usize,
}

impl Line<'_> {
    /// Whether so many cells from `from` on, which may lie before the row and end after it, are there to be read.
    fn has(self, from: isize, count: usize) -> bool {
        let begin = self.begin.checked_add_signed(from);
        begin.is_some_and(|begin| begin.checked_add(count).is_some_and(|end| end <= self.cells.len()))
    }

    fn pointer(self, from: isize) -> *const f32 {
        self.cells.as_ptr().wrapping_add(self.begin).wrapping_offset(from)
    }

    /// Copies the cells from `from` on, as far as there are any.
    fn copy(self, from: isize, to: &mut [f32; READ]) {
        let begin = self.begin as isize + from;
        let to = &mut to[begin.min(0).unsigned_abs().min(READ)..];
        let cells = &self.cells[(begin.max(0) as usize).min(self.cells.len())..];
        to.iter_mut().zip(cells).for_each(|(to, cell)| *to = *cell);
    }
}

impl Small<'_> {
    /// Reduces the windows of one plane, and says whether any cell is foreign.
    pub(crate) fn reduce<L: InLanes>(&self, fold: &L, cells: &[f32], sink: &mut impl Sink<L::Packed>) -> bool {
        match self.across.kind() {
            (2, _) => self.rows::<L, 2, 2>(fold, cells, sink),
            (_, 2) => self.rows::<L, 3, 2>(fold, cells, sink),
            _ => self.rows::<L, 3, 1>(fold, cells, sink),
        }
    }

    /// Two rows of windows at a time: what they share is merged once. The last two overlap those before if there is an odd
    /// number of them, as the last four windows of a row do.
    fn rows<L: InLanes, const TAPS: usize, const STRIDE: usize>(
        &self,
        fold: &L,
        cells: &[f32],
        sink: &mut impl Sink<L::Packed>,
    ) -> bool {
        let Self { down, across, ref inside, .. } = *self;
        let (windows, width) = (across.windows, across.extent);
        let lines = from_fn(|line| (line * width) as i32);
        let mut block = Block::<L, TAPS> { fold, lines, seen: Lanes::splat(0.0) };
        let last = windows - LANES;
        let edges = [0, last].map(|window| self.present(window));
        // What blocks do not look at: the lines above those that are new to the first windows, and where no block is at a left
        // edge the first columns.
        let above = (0..TAPS - STRIDE).filter_map(|tap| down.cell(0, tap)).map(|row| &cells[row * width..][..width]);
        block.seen = above.fold(block.seen, |seen, row| watch(fold, seen, row));
        let first = (0..TAPS - STRIDE).filter_map(|tap| across.cell(0, tap));
        for column in first.filter(|_| inside.start == 0) {
            for row in cells.chunks_exact(width) {
                block.seen = fold.watch(block.seen, Lanes::splat(row[column]));
            }
        }
        assert!(sink.room() >= down.windows * windows, "a place for every window");
        assert!(cells.len() == down.extent * width, "a plane of cells");
        for row in (0..down.windows).step_by(2).map(|row| row.min(down.windows - 2)) {
            let place = down.at(row, 0) * width as isize + across.even.origin;
            // In a narrow plane, blocks at its edges and others have windows in common.
            let wide = windows >= 3 * LANES;
            let (pointers, lines, inside) = if self.whole.contains(&row) {
                let first = cells.as_ptr().wrapping_offset(place);
                (from_fn(|line| first.wrapping_add(line.min(TAPS + STRIDE - 1) * width)), None, [wide; 2])
            } else {
                let lines = self.lines(cells, row, TAPS + STRIDE);
                let inside = |row: usize| wide && [0, TAPS - 1].iter().all(|&tap| down.cell(row, tap).is_some());
                (lines.0.map(|line| line.pointer(across.even.origin)), Some(lines), [inside(row), inside(row + 1)])
            };
            let mut pair = Pair { at: row * windows, windows, place, stride: STRIDE, inside, sink };
            self.across::<L, TAPS, STRIDE>(&mut block, pointers, lines.as_ref(), &edges, &mut pair);
            (row..).zip(inside).for_each(|(row, inside)| sink.complete(row, inside));
        }
        fold.has_foreign(block.seen)
    }

    /// Two rows of windows, over lines from where their first tap is; and what lines those are, where they may not have all
    /// that is read.
    #[inline(always)]
    #[expect(unsafe_code, reason = "a check of bounds for each tap would cost as much as the results")]
    fn across<L: InLanes, const TAPS: usize, const STRIDE: usize>(
        &self,
        block: &mut Block<L, TAPS>,
        pointers: [*const f32; LINES],
        lines: Option<&([Line; LINES], [Line; 2])>,
        [left, right]: &[[Present; TAPS]; 2],
        pair: &mut Pair<impl Sink<L::Packed>>,
    ) {
        let Self { across, ref inside, .. } = *self;
        let (last, read) = (across.windows - LANES, across.read());
        let have = |from: usize, to: usize| {
            let count = (to - from) * STRIDE + read;
            lines.is_none_or(|(_, ends)| ends.iter().all(|line| line.has(across.at(from, 0), count)))
        };
        let whole = have(0, last);
        let at = |window: usize| pointers.map(|pointer| pointer.wrapping_add(window * STRIDE));
        let edge = |block: &mut Block<L, TAPS>, window: usize, present: &[Present; TAPS]| {
            let (merged, here) = match lines {
                Some((lines, _)) if !whole => {
                    block.where_memory_ends::<STRIDE>(lines, across.at(window, 0), read, present)
                }
                // SAFETY: each line has the cells that all windows read: its ends were just asked, or the plane has them.
                _ => unsafe { block.at_an_edge::<STRIDE>(at(window), present) },
            };
            block.seen = block.fold.watch(block.seen, here);
            merged
        };
        let mut put = |window: usize, merged: [L::Packed; 2], inside: bool| {
            // SAFETY: there is a place for every window, as the caller has asked.
            unsafe { pair.put(window, merged, inside) };
        };
        let [at_left, at_right] = self.edges();
        if at_left {
            put(0, edge(block, 0, left), false);
        }
        // The blocks at the edges have windows of the inside too, which are not made again.
        let mut end = if at_right { last.saturating_sub(LANES) } else { inside.end - LANES };
        let start = if at_left { LANES.min(inside.end - LANES) } else { 0 };
        end = end.max(start);
        let mut fits = whole || have(start, end);
        if !fits {
            // After a plane's last line, more may be read than there is.
            put(end, edge(block, end, &self.present(end)), true);
            end = end.saturating_sub(LANES).max(start);
            fits = have(start, end);
            for window in (start..=end).step_by(LANES).filter(|_| !fits) {
                put(window, edge(block, window, &self.present(window)), true);
            }
        }
        if fits {
            let (mut window, mut seen) = (start, block.seen);
            loop {
                // SAFETY: each line has the cells that all of these windows read, as above.
                let (merged, here) = unsafe { block.merge::<STRIDE, false>(at(window), left) };
                seen = block.fold.watch(seen, here);
                put(window, merged, true);
                if window == end {
                    break;
                }
                window = (window + LANES).min(end);
            }
            block.seen = seen;
        }
        if at_right {
            put(last, edge(block, last, right), false);
        }
    }

    /// The lines that two rows of windows read, so many, and those rows of cells among them between which all others lie:
    /// a line of padding has a margin for whatever is read.
    fn lines<'l>(&'l self, cells: &'l [f32], row: usize, count: usize) -> ([Line<'l>; LINES], [Line<'l>; 2]) {
        let Axis { extent, .. } = self.down;
        let of = |row: usize| Line { cells, begin: row * self.across.extent };
        let [first, last] = [0, count - 1].map(|tap| self.down.at(row, tap));
        let ends = [first, last].map(|row| of((row.max(0) as usize).min(extent - 1)));
        let all = first >= 0 && last < extent as isize;
        let lines = from_fn(|line| {
            let line = line.min(count - 1);
            match self.down.cell(row, line) {
                _ if all => of(first as usize + line),
                Some(row) => of(row),
                None => Line { cells: self.blank, begin: self.margin },
            }
        });
        (lines, ends)
    }

    /// Which of four windows' taps fall on cells.
    fn present<const TAPS: usize>(&self, window: usize) -> [Present; TAPS] {
        from_fn(|tap| {
            let lanes = from_fn(|lane| self.across.cell(window + lane, tap).is_some());
            lanes.contains(&false).then(|| Mask::of(lanes))
        })
    }
}

fn watch<L: InLanes>(fold: &L, seen: Lanes, cells: &[f32]) -> Lanes {
    let (chunks, rest) = cells.as_chunks::<LANES>();
    let rest = rest.iter().map(|&cell| Lanes::splat(cell));
    chunks.iter().map(|chunk| Lanes::of(*chunk)).chain(rest).fold(seen, |seen, cells| fold.watch(seen, cells))
}

/// Two rows of four windows at a time.
struct Block<'f, L, const TAPS: usize> {
    fold: &'f L,
    /// How far each line lies from the first in the plane.
    lines: [i32; LINES],
    /// What [`InLanes::watch`] has taken note of: in the lines that the windows above do not read, of the columns that the
    /// windows before do not read, or at an edge of all.
    seen: Lanes,
}

impl<L: InLanes, const TAPS: usize> Block<'_, L, TAPS> {
    /// Windows whose taps may fall on padding.
    ///
    /// # Safety
    /// As for [`merge`](Self::merge).
    #[inline(never)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn at_an_edge<const STRIDE: usize>(
        &self,
        lines: [*const f32; LINES],
        present: &[Present; TAPS],
    ) -> ([L::Packed; 2], Lanes) {
        // SAFETY: the caller's promise.
        unsafe { self.merge::<STRIDE, true>(lines, present) }
    }

    /// The same where not all that is read need be there: what is missing is no cell of these windows.
    #[inline(never)]
    #[expect(unsafe_code, reason = "as for the rows")]
    fn where_memory_ends<const STRIDE: usize>(
        &self,
        lines: &[Line; LINES],
        from: isize,
        read: usize,
        present: &[Present; TAPS],
    ) -> ([L::Packed; 2], Lanes) {
        let mut copies = [[0.0; READ]; LINES];
        let pointers = if lines.iter().all(|line| line.has(from, read)) {
            lines.map(|line| line.pointer(from))
        } else {
            lines.iter().zip(&mut copies).for_each(|(line, copy)| line.copy(from, copy));
            copies.each_ref().map(|copy| copy.as_ptr())
        };
        // SAFETY: the lines have the cells that are read, or their copies have as many as are read at the most.
        unsafe { self.at_an_edge::<STRIDE>(pointers, present) }
    }

    /// Merges them, from lines that begin with the first one's first tap, and takes note of their cells.
    ///
    /// # Safety
    /// From each pointer on there must be as many cells as [`Axis::read`] says.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn merge<const STRIDE: usize, const EDGE: bool>(
        &self,
        lines: [*const f32; LINES],
        present: &[Present; TAPS],
    ) -> ([L::Packed; 2], Lanes) {
        let fold = self.fold;
        // What is seen here by itself first: a chain through all blocks would have each wait for the one before.
        let mut here = None;
        let mut across = |line: usize| {
            // SAFETY: four cells from there on are among those that the caller promises.
            let lanes = |from: usize| unsafe { Lanes::load(lines[line].add(from)) };
            let mut cells: [Lanes; TAPS] = if STRIDE == 1 {
                from_fn(lanes)
            } else {
                let (a, b) = (lanes(0), lanes(LANES));
                let even = a.even(b);
                from_fn(|tap| match tap {
                    0 => even,
                    1 => a.odd(b),
                    _ => even.following(lanes(2 * LANES)),
                })
            };
            if EDGE {
                let padding = Lanes::splat(L::PADDING);
                cells = from_fn(|tap| present[tap].map_or(cells[tap], |mask| cells[tap].or_where_not(mask, padding)));
            }
            let merged = fold.row(cells, self.lines[line]);
            // Looked at before they are merged, the compiler would not see minima in them.
            if line >= TAPS - STRIDE {
                for &cells in &cells[if EDGE { 0 } else { TAPS - STRIDE }..] {
                    here = Some(here.map_or(cells, |here| fold.watch(here, cells)));
                }
            }
            merged
        };
        let merge = |a, b| fold.merge(a, b);
        let merged = match (TAPS, STRIDE) {
            (2, _) => [merge(across(0), across(1)), merge(across(2), across(3))],
            (_, 2) => {
                let shared = across(2);
                [merge(merge(across(0), across(1)), shared), merge(merge(shared, across(3)), across(4))]
            }
            _ => {
                let [a, b, c, d] = [across(0), across(1), across(2), across(3)];
                // In another grouping the two rows share one more merge.
                let both = merge(b, c);
                [if L::IDEMPOTENT { merge(a, both) } else { merge(merge(a, b), c) }, merge(both, d)]
            }
        };
        (merged, here.unwrap_or(Lanes::splat(0.0)))
    }
}
