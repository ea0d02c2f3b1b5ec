//! Small windows whose taps lie side by side, lines first and then down: sums, whose order that is, and the best cells with
//! their places. A line is merged along once, whichever rows of windows it belongs to, and what four windows have of it waits
//! for the lines below. Some rows of windows are made at a time where they are alike, else one.

use super::sinks::Sink;
use super::{AHEAD_UP_TO, Ahead, MARGIN_AHEAD, Seen, Undilated, two_rows};
use crate::kernel::lanes::{LANES, Lanes, Mask, Whole};
use crate::kernel::{InLanes, Sum};
use std::array::from_fn;
use std::mem::replace;

/// So many lines wait at most.
const WAITING: usize = 2;

/// How many numbers wait at most, for so many windows in a row.
pub(super) fn waiting(windows: usize) -> usize {
    // Some numbers and some places for each four windows, of which the last overlap those before.
    2 * LANES * WAITING * (windows.div_ceil(LANES) + 1)
}

/// A fold along lines first, and then down.
pub(super) trait Along: InLanes {
    /// So many lines are read at a time: 2 or 4.
    const LINES: usize;

    /// What four windows have of a line, of the columns that they begin with and those beside; their first taps lie at these
    /// places in the plane.
    fn line<const TAPS: usize, const STRIDE: usize>(&self, columns: [Lanes; 3], places: Whole) -> Self::Packed;
}

impl Along for Sum<f32> {
    const LINES: usize = 4;

    #[inline(always)]
    fn line<const TAPS: usize, const STRIDE: usize>(&self, [here, beside, next]: [Lanes; 3], _places: Whole) -> Lanes {
        if STRIDE == 1 {
            return here + here.following(beside) + here.straddling(beside);
        }
        let even = here.even(beside);
        let pair = even + here.odd(beside);
        if TAPS == 2 { pair } else { pair + even.following(next) }
    }
}

/// Reduces one plane. Says whether it has to be done another way.
pub(super) fn reduce<L: Along>(windows: &mut Undilated, fold: &L, cells: &[f32], sink: impl Sink<L::Packed>) -> bool {
    match windows.across.kind() {
        (2, _) => rows::<L, 2, 2>(windows, fold, cells, sink),
        (_, 2) => rows::<L, 3, 2>(windows, fold, cells, sink),
        _ => rows::<L, 3, 1>(windows, fold, cells, sink),
    }
}

fn rows<L: Along, const TAPS: usize, const STRIDE: usize>(
    windows: &mut Undilated,
    fold: &L,
    cells: &[f32],
    sink: impl Sink<L::Packed>,
) -> bool {
    let Undilated { down, across, lines, .. } = windows;
    let (windows, width) = (across.windows, across.extent);
    assert!(sink.room() >= down.windows * windows, "a place for every window");
    assert!(cells.len() == down.extent * width, "a plane of cells");
    let last = windows - LANES;
    let present = |from: usize| Mask::of(from_fn(|lane| across.cell(0, from + lane).is_some()));
    let right = from_fn(|number| present(last * STRIDE + number * LANES));
    const { assert!(size_of::<L::Packed>() <= 2 * size_of::<Lanes>(), "there is room for what waits") };
    let (left, waiting) = (present(0), lines.waiting().as_mut_ptr().cast());
    let way = Way::<L, _, TAPS, STRIDE> { fold, windows, width, last, left, right, waiting, sink };
    let mut seen = Seen::nothing();
    // Rows above the first complete no window: what is made of them is written over.
    let (waiting, some) = (TAPS - STRIDE, L::LINES / STRIDE);
    let above = waiting.div_ceil(STRIDE);
    let mut step = 0;
    while step < above + down.windows {
        let row = step.saturating_sub(above);
        let by = [Some(0), None, Some(last)].map(|from| fold.by(row, from));
        let line = down.even.origin + (step * STRIDE + waiting) as isize - (above * STRIDE) as isize;
        let place = line * width as isize + across.even.origin;
        let inside = step >= above && row + some <= down.windows && down.cell(row, 0).is_some();
        // SAFETY: each line has what is read of it, and there is a place for every window.
        #[expect(unsafe_code, reason = "a check of bounds for each tap would cost as much as the results")]
        unsafe {
            if let Some(from) = lines.some(cells, line, L::LINES).filter(|_| inside) {
                let next = Some((line as usize + L::LINES) * width).filter(|_| STRIDE == 2 && width <= AHEAD_UP_TO);
                let ahead = next.and_then(|next| cells.get(next..)?.get(..L::LINES * width + MARGIN_AHEAD));
                let line = |number| from.wrapping_add(number * width);
                match L::LINES {
                    2 => way.rows::<2>(line, place, row, by, ahead, &mut seen),
                    _ => way.rows::<4>(line, place, row, by, ahead, &mut seen),
                }
                step += some;
            } else {
                let lines: [_; STRIDE] = lines.ends(cells, from_fn(|number| line + number as isize));
                way.rows::<STRIDE>(|number| lines[number], place, row, by, None, &mut seen);
                step += 1;
            }
        }
    }
    fold.has_foreign(seen)
}

struct Way<'f, L: Along, S, const TAPS: usize, const STRIDE: usize> {
    fold: &'f L,
    windows: usize,
    width: usize,
    /// The window that the last four begin with.
    last: usize,
    /// Which columns have cells of those that the first four windows begin with, and the last four have.
    left: Mask,
    right: [Mask; 3],
    /// What windows have of the lines before those that are read, as many as windows above have in common with these.
    waiting: *mut [L::Packed; WAITING],
    sink: S,
}

impl<L: Along, S: Sink<L::Packed>, const TAPS: usize, const STRIDE: usize> Way<'_, L, S, TAPS, STRIDE> {
    /// How many registers of columns four windows of a line read.
    const COLUMNS: usize = if TAPS > STRIDE { STRIDE + 1 } else { STRIDE };

    /// The rows of windows that some lines complete, from this row on. They are finished by the same: the first four windows
    /// of each row, those that follow, and the last four. The first window's first tap in the first line is at `place` in the
    /// plane.
    ///
    /// # Safety
    /// Each line must have what is read of it, and each row of windows a place to be written to.
    #[inline(never)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn rows<const COUNT: usize>(
        &self,
        line: impl Fn(usize) -> *const f32,
        place: isize,
        row: usize,
        [left, inside, right]: [Lanes; 3],
        ahead: Ahead,
        seen: &mut Seen,
    ) {
        let (padding, mut noted) = (Lanes::splat(L::PADDING), *seen);
        let places = |window: usize| {
            let first = place as i32 + (window * STRIDE) as i32;
            Whole::of(from_fn(|lane| first + (lane * STRIDE) as i32))
        };
        let step = Whole::of([(LANES * STRIDE) as i32; LANES]);
        // SAFETY: the caller's promise. Windows before the last four begin within a row, and so far into what lies ahead,
        // which has as many lines as are read, and a margin.
        unsafe {
            let cells = |number: usize, window: usize, column: usize| {
                Lanes::load(line(number).wrapping_add(window * STRIDE).add(column * LANES))
            };
            let masked = |number, window, column, mask| cells(number, window, column).or_where_not(mask, padding);
            let mut here: [Lanes; COUNT] = from_fn(|number| masked(number, 0, 0, self.left));
            let (mut window, mut by, mut firsts) = (0, left, places(0));
            while window < self.last {
                if let Some(ahead) = ahead.filter(|_| COUNT > STRIDE) {
                    // As many cells as these windows are the first to read, in one go through memory and not line by line.
                    let near = ahead.as_ptr().add(COUNT * STRIDE * window);
                    let _ = (near.read_volatile(), near.add(16).read_volatile());
                }
                // Each line by itself, so that few numbers wait in registers.
                let lines = from_fn(|number| {
                    let beside = cells(number, window, 1);
                    let next = if STRIDE == 1 { beside } else { cells(number, window, 2) };
                    let columns = [replace(&mut here[number], next), beside, next];
                    self.fold.note(&columns[..STRIDE], &mut noted);
                    self.along(number, columns, firsts)
                });
                self.down::<COUNT>(lines, self.waiting.add(window / LANES), row * self.windows + window, by);
                (window, by, firsts) = (window + LANES, inside, firsts + step);
            }
            let lines = from_fn(|number| {
                let column = |column: usize| masked(number, self.last, column, self.right[column]);
                let columns = from_fn(|at| column(at.min(Self::COLUMNS - 1)));
                self.fold.note(&columns[..Self::COLUMNS], &mut noted);
                self.along(number, columns, places(self.last))
            });
            let waiting = self.waiting.add(self.last.div_ceil(LANES));
            self.down::<COUNT>(lines, waiting, row * self.windows + self.last, right);
        }
        *seen = noted;
    }

    /// What four windows have of a line, whose number it is among those that are read.
    #[inline(always)]
    fn along(&self, line: usize, columns: [Lanes; 3], firsts: Whole) -> L::Packed {
        self.fold.line::<TAPS, STRIDE>(columns, firsts + Whole::of([(line * self.width) as i32; LANES]))
    }

    /// Four windows of each row, of what they have of these lines and of those that wait, which these are then among; the
    /// first window has this number.
    ///
    /// # Safety
    /// There must be a place for the windows, and so many lines must wait.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn down<const COUNT: usize>(
        &self,
        lines: [L::Packed; COUNT],
        waiting: *mut [L::Packed; WAITING],
        at: usize,
        by: Lanes,
    ) {
        let fold = self.fold;
        let waiting = waiting.cast::<L::Packed>();
        // SAFETY: the caller's promise.
        unsafe {
            let above: [_; WAITING] =
                from_fn(|line| if line < TAPS - STRIDE { waiting.add(line).read_unaligned() } else { lines[0] });
            let line = |line: usize| {
                if line < TAPS - STRIDE { above[line] } else { lines[(line + STRIDE - TAPS).min(COUNT - 1)] }
            };
            for row in (0..COUNT / STRIDE).step_by(2) {
                let merged =
                    two_rows::<_, TAPS, STRIDE>(from_fn(|tap| line(row * STRIDE + tap)), L::GROUPED, |a, b| {
                        fold.merge(a, b)
                    });
                for (number, merged) in merged.into_iter().enumerate().take(COUNT / STRIDE - row) {
                    self.sink.four(at + (row + number) * self.windows, fold.finish(merged, by));
                }
            }
            for number in 0..TAPS - STRIDE {
                waiting.add(number).write_unaligned(line(COUNT + number));
            }
        }
    }
}
