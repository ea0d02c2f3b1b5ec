//! Windows of three taps that lie apart, by a multiple of what windows lie apart. Rows of windows as far apart as taps have
//! lines in common: they are gone through one after the other, two at a time. A line is merged along once, and what windows
//! have of it waits for the lines below. Along a row windows are told by which of their taps read cells, so that none has to
//! be masked.

use super::sinks::Sink;
use super::{Axis, Seen, two_rows};
use crate::error::Result;
use crate::geometry::Even;
use crate::kernel::lanes::{Fours, LANES, Lanes};
use crate::kernel::{InLanes, clear_for};
use std::array::from_fn;
use std::ops::Range;

const TAPS: usize = 3;

/// So many lines are read at a time, and so many wait.
const SOME: usize = 2;

/// What four windows have of the lines before.
type Block = [Lanes; SOME];

/// Windows of a row of which the same taps read cells.
#[derive(Clone, Copy, Default)]
struct Part {
    begin: usize,
    end: usize,
    /// Which taps these are.
    there: [bool; TAPS],
}

impl Part {
    fn len(&self) -> usize {
        self.end - self.begin
    }

    fn overlaps(&self, other: Self) -> bool {
        self.begin.max(other.begin) < self.end.min(other.end)
    }

    /// With windows beside it, if there are not four, whose taps lie within the line; `reading` are the windows of which each tap
    /// reads a cell.
    fn widened(self, reading: &[Range<usize>; TAPS]) -> Option<Self> {
        if self.len() >= LANES {
            return Some(self);
        }
        let taps = || reading.iter().zip(self.there).filter(|(_, there)| *there).map(|(windows, _)| windows);
        let (first, end) = (taps().map(|windows| windows.start).max()?, taps().map(|windows| windows.end).min()?);
        let begin = self.begin.min(end.checked_sub(LANES)?);
        (begin >= first).then_some(Self { begin, end: begin + LANES, ..self })
    }
}

/// The parts of a row.
fn parts(across: Axis, reading: &[Range<usize>; TAPS]) -> [Part; PARTS] {
    let mut end = 0;
    from_fn(|_| {
        let begin = end;
        let ends = reading.iter().flat_map(|windows| [windows.start, windows.end]);
        end = ends.filter(|&end| end > begin).min().unwrap_or(across.windows);
        Part { begin, end, there: from_fn(|tap| reading[tap].contains(&begin)) }
    })
}

/// Each of them four windows at least, and after those whose windows it has beside its own. There is no such order in short rows.
fn in_order(mut parts: [Part; PARTS], reading: &[Range<usize>; TAPS]) -> Option<[Part; PARTS]> {
    let mut ordered = [Part::default(); PARTS];
    for place in ordered.iter_mut().rev() {
        let mut left = parts.iter().enumerate().rev().filter(|(_, part)| part.len() > 0).peekable();
        if left.peek().is_none() {
            break;
        }
        let (number, part) = left
            .filter_map(|(number, part)| Some((number, part.widened(reading)?)))
            .find(|&(number, wide)| (0..PARTS).all(|other| other == number || !parts[other].overlaps(wide)))?;
        *place = part;
        parts[number] = Part::default();
    }
    Some(ordered)
}

/// Each tap begins to read cells, and ends to.
const PARTS: usize = 2 * TAPS + 1;

/// Dilated windows over a plane.
pub(crate) struct Dilated<'a> {
    down: Axis,
    across: Axis,
    /// All windows of a row; where parts overlap, the last one is right.
    parts: [Part; PARTS],
    /// As much padding as is read of a line, from the first window's first tap on.
    padding: &'a [f32],
    /// Room for the blocks of a row.
    waiting: &'a mut [f32],
}

impl<'a> Dilated<'a> {
    /// `None` for other windows.
    pub(super) fn new(down: Axis, across: Axis, padding: f32, room: &'a mut Vec<f32>) -> Result<Option<Self>> {
        let fits = |axis: Axis| axis.even.taps == TAPS && axis.step.is_multiple_of(axis.even.stride);
        if ![down, across].into_iter().all(fits) {
            return Ok(None);
        }
        let reading = from_fn(|tap| across.reading(tap));
        let Some(parts) = in_order(parts(across, &reading), &reading) else { return Ok(None) };
        let Axis { windows, even: Even { stride, .. }, .. } = across;
        let blocks: usize = parts.iter().map(|part| part.len().div_ceil(LANES)).sum();
        let (read, waiting) = ((windows - 1) * stride + (TAPS - 1) * across.step + 1, blocks * SOME * LANES);
        clear_for(room, read + waiting, 1)?;
        room.resize(read + waiting, padding);
        let (padding, waiting) = room.split_at_mut(read);
        Ok(Some(Self { down, across, parts, padding, waiting }))
    }

    /// Reduces the windows of one plane, and says whether its [`Seen`] is to be feared.
    pub(super) fn reduce<L: InLanes<Packed = Lanes>>(
        &mut self,
        fold: &L,
        cells: &[f32],
        sink: impl Sink<Lanes>,
    ) -> bool {
        match self.across.even.stride {
            1 => self.rows::<L, 1>(fold, cells, sink),
            _ => self.rows::<L, 2>(fold, cells, sink),
        }
    }

    fn rows<L: InLanes<Packed = Lanes>, const STRIDE: usize>(
        &mut self,
        fold: &L,
        cells: &[f32],
        sink: impl Sink<Lanes>,
    ) -> bool {
        let Self { down: down @ Axis { extent, windows, even, step }, across, .. } = *self;
        let width = across.extent;
        assert!(sink.room() >= windows * across.windows, "a place for every window");
        assert!(cells.len() == extent * width, "a plane of cells");
        assert!(even.stride == STRIDE && across.even.stride == STRIDE, "windows as far apart");
        // Windows take note of what their second tap reads.
        let unseen = |end: isize| end.clamp(0, width as isize) as usize;
        let (from, to) = (unseen(across.at(0, 1)), unseen(across.at(across.windows - 1, 1) + 1));
        let padding = self.padding.as_ptr().wrapping_offset(-across.even.origin);
        let (pairing, mut seen) = (step / STRIDE, Seen::nothing());
        let lines_of = |taps: [(usize, usize); SOME], seen: &mut Seen| {
            taps.map(|(row, tap)| {
                let Some(cell) = down.cell(row, tap) else { return padding };
                let line = &cells[cell * width..];
                for cell in (0..from).chain(to..width) {
                    fold.note(&[Lanes::splat(line[cell])], seen);
                }
                line.as_ptr()
            })
        };
        for first in 0..pairing.min(windows) {
            // SAFETY: lines are as long as the plane is wide, and the sink has a place for every window.
            #[expect(unsafe_code, reason = "a check of bounds for each tap would cost as much as the results")]
            unsafe {
                let lines = lines_of([(first, 0), (first, 1)], &mut seen);
                self.pass::<L, STRIDE, true>(fold, lines, [first; SOME], sink, &mut seen);
                for row in (first..windows).step_by(SOME * pairing) {
                    let next = row + pairing;
                    let lines = lines_of([(row, 2), (next, 2)], &mut seen);
                    // A row without another goes with itself.
                    let rows = [row, if next < windows { next } else { row }];
                    self.pass::<L, STRIDE, false>(fold, lines, rows, sink, &mut seen);
                }
            }
        }
        fold.has_foreign(seen)
    }

    /// Merges two lines along, and puts the two rows of windows that end with them, the lower one first; unless they are the
    /// `FIRST` lines, which end none.
    ///
    /// # Safety
    /// Each line must be as long as the plane is wide, or be padding, and the sink must have a place for the windows of these rows.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn pass<L: InLanes<Packed = Lanes>, const STRIDE: usize, const FIRST: bool>(
        &mut self,
        fold: &L,
        lines: [*const f32; SOME],
        rows: [usize; SOME],
        sink: impl Sink<Lanes>,
        seen: &mut Seen,
    ) {
        let Self { across, ref parts, padding, ref mut waiting, .. } = *self;
        let padding = padding.as_ptr().wrapping_offset(-across.even.origin);
        let taps = |line: *const f32| -> [_; TAPS] { from_fn(|tap| line.wrapping_offset(across.at(0, tap))) };
        let (padding, lines) = (taps(padding), lines.map(taps));
        let mut waiting = waiting.as_mut_ptr().cast::<Block>();
        let mut noted = *seen;
        let mut put = |window: usize, taps: [[Lanes; TAPS]; SOME], by: [Lanes; SOME]| {
            fold.note(&taps.map(|taps| taps[1]), &mut noted);
            let along = taps.map(|[a, b, c]| fold.merge(fold.merge(a, b), c));
            // SAFETY: the caller's promise; as many wait as there are windows in a row.
            unsafe {
                if !FIRST {
                    let ([a, b], [c, d]) = (waiting.read_unaligned(), along);
                    let merged = two_rows::<_, TAPS, 1>([a, b, c, d, d], L::GROUPED, |a, b| fold.merge(a, b));
                    for row in (0..SOME).rev() {
                        sink.four(rows[row] * across.windows + window, fold.finish(merged[row], by[row]));
                    }
                }
                waiting.write_unaligned(along);
                waiting = waiting.add(1);
            }
        };
        for &Part { begin, end, there } in parts.iter().filter(|part| part.len() > 0) {
            let by = rows.map(|row| fold.by(row, Some(begin).filter(|_| there.contains(&false))));
            let taps: [[_; TAPS]; SOME] =
                lines.map(|line| from_fn(|tap| if there[tap] { line[tap] } else { padding[tap] }));
            for window in Fours::of(begin..end) {
                // SAFETY: the line has all cells of these taps.
                let four = |tap: *const f32| unsafe {
                    let tap = tap.wrapping_add(window * STRIDE);
                    if STRIDE == 1 { Lanes::load(tap) } else { Lanes::load(tap).outer(Lanes::load(tap.add(LANES - 1))) }
                };
                put(window, taps.map(|taps| taps.map(four)), by);
            }
        }
        *seen = noted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Even;
    use proptest::prelude::*;

    proptest! {
        /// No line is read before its first cell or after its last, and what is written last of a window is of its own taps.
        #[test]
        fn parts_read_what_their_windows_do(
            (extent, step, stride) in (1..40usize, 1..20usize, 1..3usize),
            before in 0..40isize,
            windows in LANES..50,
        ) {
            let (step, even) = (step * stride, Even { origin: -before, stride, taps: TAPS });
            let across = Axis { extent, windows, even, step };
            let reading = from_fn(|tap| across.reading(tap));
            let Some(parts) = in_order(parts(across, &reading), &reading) else { return Ok(()) };
            let mut written = vec![None; windows];
            for Part { begin, end, there } in parts.into_iter().filter(|part| part.len() > 0) {
                prop_assert!(end - begin >= LANES);
                for tap in (0..TAPS).filter(|&tap| there[tap]) {
                    prop_assert!(across.at(begin, tap) >= 0 && across.at(end - 1, tap) < extent as isize);
                }
                written[begin..end].fill(Some(there));
            }
            for (window, there) in written.into_iter().enumerate() {
                let own = from_fn(|tap| across.cell(window, tap).is_some());
                prop_assert_eq!(there, Some(own), "window {}", window);
            }
        }
    }

    #[test]
    fn there_is_no_order_where_fewer_than_four_windows_read_cells_with_the_same_taps() {
        let has_order = |extent: usize, step: usize| {
            let across =
                Axis { extent, windows: extent, even: Even { origin: -(step as isize), stride: 1, taps: TAPS }, step };
            let reading = from_fn(|tap| across.reading(tap));
            in_order(parts(across, &reading), &reading).is_some()
        };
        let without: Vec<_> = (1..40).filter(|&step| !has_order(32, step)).collect();
        assert_eq!(without, [15, 29, 30, 31]);
    }
}
