//! Sums of small windows whose taps lie side by side. The cells of a row come first, so a row is summed along once, whichever
//! rows of windows it belongs to, and waits for those below as sums. Some rows of windows are made at a time where they are
//! alike, else one.

use super::{AHEAD_UP_TO, Ahead, MARGIN_AHEAD, Small};
use crate::kernel::lanes::{LANES, Lanes, Mask};
use crate::kernel::{InLanes, Results, Sum};
use std::array::from_fn;

/// So many lines are read at a time.
const LINES: usize = 4;

/// So many rows of sums wait at most.
pub(super) const WAITING: usize = 2;

/// Reduces one plane into values.
pub(super) fn reduce(small: &mut Small, fold: &Sum<f32>, cells: &[f32], out: &mut [f32]) {
    match small.across.kind() {
        (2, _) => rows::<2, 2>(small, fold, cells, out),
        (_, 2) => rows::<3, 2>(small, fold, cells, out),
        _ => rows::<3, 1>(small, fold, cells, out),
    }
}

fn rows<const TAPS: usize, const STRIDE: usize>(small: &mut Small, fold: &Sum<f32>, cells: &[f32], out: &mut [f32]) {
    let Small { down, across, lines, .. } = small;
    let (windows, width) = (across.windows, across.extent);
    assert!(out.len() >= down.windows * windows, "a place for every window");
    assert!(cells.len() == down.extent * width, "a plane of cells");
    let last = windows - LANES;
    let present = |from: usize| Mask::of(from_fn(|lane| across.cell(0, from + lane).is_some()));
    let right = from_fn(|number| present(last * STRIDE + number * LANES));
    let way = Along::<TAPS, STRIDE> { fold, windows, last, left: present(0), right, waiting: lines.waiting() };
    // Rows above the first complete no window: what is made of them is written over.
    let (waiting, some) = (TAPS - STRIDE, LINES / STRIDE);
    let above = waiting.div_ceil(STRIDE);
    let mut step = 0;
    while step < above + down.windows {
        let row = step.saturating_sub(above);
        let by = [Some(0), None, Some(last)].map(|from| fold.by(row, from));
        let place = down.even.origin + (step * STRIDE + waiting) as isize - (above * STRIDE) as isize;
        let inside = step >= above && row + some <= down.windows && down.cell(row, 0).is_some();
        let to = out[row * windows..].as_mut_ptr();
        // SAFETY: each line has what is read of it, and there is a place for every window.
        #[expect(unsafe_code, reason = "a check of bounds for each tap would cost as much as the results")]
        unsafe {
            if let Some(from) = lines.some(cells, place, LINES).filter(|_| inside) {
                let next = Some((place as usize + LINES) * width).filter(|_| STRIDE == 2 && width <= AHEAD_UP_TO);
                let ahead = next.and_then(|next| cells.get(next..)?.get(..LINES * width + MARGIN_AHEAD));
                way.rows::<LINES>(|line| from.wrapping_add(line * width), to, by, ahead);
                step += some;
            } else {
                let lines: [_; STRIDE] = lines.ends(cells, from_fn(|line| place + line as isize));
                way.rows::<STRIDE>(|line| lines[line], to, by, None);
                step += 1;
            }
        }
    }
}

struct Along<'f, const TAPS: usize, const STRIDE: usize> {
    fold: &'f Sum<f32>,
    windows: usize,
    /// The window that the last four begin with.
    last: usize,
    /// Which columns have cells of those that the first four windows begin with, and the last four have.
    left: Mask,
    right: [Mask; 3],
    /// The sums along the lines before those that are read, as many as windows above have in common with these.
    waiting: [*mut f32; WAITING],
}

impl<const TAPS: usize, const STRIDE: usize> Along<'_, TAPS, STRIDE> {
    /// The rows of windows that some lines complete. They are finished by the same: the first four windows of each row, those
    /// that follow, and the last four.
    ///
    /// # Safety
    /// Each line must have what is read of it, and each row of windows a place to be written to.
    #[inline(never)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn rows<const COUNT: usize>(
        &self,
        line: impl Fn(usize) -> *const f32,
        to: *mut f32,
        [left, inside, right]: [Lanes; 3],
        ahead: Ahead,
    ) {
        let padding = Lanes::splat(Sum::PADDING);
        // SAFETY: the caller's promise. Windows before the last four begin within a row, and so far into what lies ahead,
        // which has as many lines as are read, and a margin.
        unsafe {
            let columns = |at: usize| -> [Lanes; COUNT] { from_fn(|number| Lanes::load(line(number).add(at))) };
            let masked = |at: usize, mask: Mask| columns(at).map(|cells| cells.or_where_not(mask, padding));
            let waiting = |window: usize| self.waiting.map(|row| Lanes::load(row.add(window)));
            // The last four windows overlap those before.
            let at_last = waiting(self.last);
            let (mut here, mut window, mut by) = (masked(0, self.left), 0, left);
            while window < self.last {
                if let Some(ahead) = ahead.filter(|_| COUNT > STRIDE) {
                    // As many cells as these windows are the first to read, in one go through memory and not line by line.
                    let near = ahead.as_ptr().add(COUNT * STRIDE * window);
                    let _ = (near.read_volatile(), near.add(16).read_volatile());
                }
                let beside = columns(window * STRIDE + LANES);
                let next = if STRIDE == 1 { beside } else { columns((window + LANES) * STRIDE) };
                self.four([here, beside, next], waiting(window), to, window, by);
                (here, window, by) = (next, window + LANES, inside);
            }
            let count = if TAPS > STRIDE { STRIDE + 1 } else { STRIDE };
            let end = from_fn(|number| {
                let number = number.min(count - 1);
                masked(self.last * STRIDE + number * LANES, self.right[number])
            });
            self.four(end, at_last, to, self.last, right);
        }
    }

    /// Four windows of each row, of the columns that they begin with and those beside.
    ///
    /// # Safety
    /// There must be a place for them.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn four<const COUNT: usize>(
        &self,
        [here, beside, next]: [[Lanes; COUNT]; 3],
        waiting: [Lanes; WAITING],
        to: *mut f32,
        window: usize,
        by: Lanes,
    ) {
        let sums: [Lanes; COUNT] = from_fn(|line| {
            let (here, beside) = (here[line], beside[line]);
            if STRIDE == 1 {
                return here + here.following(beside) + here.straddling(beside);
            }
            let even = here.even(beside);
            let pair = even + here.odd(beside);
            if TAPS == 2 { pair } else { pair + even.following(next[line]) }
        });
        let sum = |line: usize| if line < TAPS - STRIDE { waiting[line] } else { sums[line + STRIDE - TAPS] };
        // SAFETY: the caller's promise.
        unsafe {
            for row in 0..COUNT / STRIDE {
                let pair = sum(row * STRIDE) + sum(row * STRIDE + 1);
                let merged = if TAPS == 2 { pair } else { pair + sum(row * STRIDE + 2) };
                self.fold.finish(merged, by).store(to.add(row * self.windows + window));
            }
            for (line, row) in self.waiting[..TAPS - STRIDE].iter().enumerate() {
                sum(COUNT + line).store(row.add(window));
            }
        }
    }
}
