//! The way back through small windows: the values of all windows, each given to cells of its own, a plane in one go. It is
//! the transpose of [`fused`](super::fused): each window's value is parted among its rows, what a row got from the windows
//! that share it is added up, and that is parted among the row's cells. Two rows of windows are done at a time, from above
//! to below; of what they give, only the rows that further windows read too wait in memory.
//!
//! So what meets at a cell is added down the rows first and then along them, as [`spread`](super::spread) does.

use super::even;
use crate::error::Result;
use crate::geometry::{AxisPlan, Even, Plan};
use crate::kernel::lanes::{LANES, Lanes, Mask};
use crate::kernel::{Passes, clear_for};
use std::array::from_fn;

/// How a value is parted among what was merged.
pub(crate) trait Parting {
    /// Whether that depends on the cells.
    const LOOKS: bool;

    /// What stands for several of them in the next parting, and what is to be known of each in theirs.
    fn look<const TAPS: usize>(cells: [Lanes; TAPS]) -> (Lanes, [Mask; TAPS]);

    fn parts<const TAPS: usize>(values: Lanes, known: [Mask; TAPS]) -> [Lanes; TAPS];
}

/// Every cell has the value.
pub(crate) struct ToAll;

impl Parting for ToAll {
    const LOOKS: bool = false;

    fn look<const TAPS: usize>(cells: [Lanes; TAPS]) -> (Lanes, [Mask; TAPS]) {
        (cells[0], [Mask::NONE; TAPS])
    }

    fn parts<const TAPS: usize>(values: Lanes, _known: [Mask; TAPS]) -> [Lanes; TAPS] {
        [values; TAPS]
    }
}

/// The first of the largest cells has it, the others 0.
pub(crate) struct ToTheLargest;

impl Parting for ToTheLargest {
    const LOOKS: bool = true;

    /// Whether each is larger than all before it.
    #[inline(always)]
    fn look<const TAPS: usize>(cells: [Lanes; TAPS]) -> (Lanes, [Mask; TAPS]) {
        let (mut largest, mut larger) = (cells[0], [Mask::NONE; TAPS]);
        for tap in 1..TAPS {
            larger[tap] = largest.less(cells[tap]);
            largest = largest.pmax(cells[tap]);
        }
        (largest, larger)
    }

    /// From the last one on, each takes the value if it is larger than all before it.
    #[inline(always)]
    fn parts<const TAPS: usize>(values: Lanes, larger: [Mask; TAPS]) -> [Lanes; TAPS] {
        let (mut parts, mut left) = ([values; TAPS], values);
        for tap in (1..TAPS).rev() {
            parts[tap] = left.only(larger[tap]);
            left = left.without(larger[tap]);
        }
        parts[0] = left;
        parts
    }
}

/// Taps and stride, of both axes, of the windows that are done here.
const KINDS: [(usize, usize); 3] = [(2, 2), (3, 2), (3, 1)];

/// Rows of windows at a time.
const PAIR: usize = 2;

/// The most rows of cells that they read.
const LINES: usize = 5;

/// The most rows of cells that no further windows have.
const DONE: usize = 4;

/// The most cells of a row that are read at once.
const READ: usize = 2 * LANES + 1;

/// A plane on its way back.
pub(crate) struct OnePlane<'p> {
    /// What partings look at, if they do.
    pub cells: &'p [f32],
    /// What every cell gets, over whatever is in it.
    pub target: &'p mut [f32],
    /// Puts the values of a row of windows, by its number, where it is told to.
    pub fill: &'p mut dyn FnMut(usize, &mut [f32]),
}

/// Small windows over a plane, with room for their way back: ready for any number of planes.
pub(crate) struct WayBack<'a> {
    down: (&'a AxisPlan, Even),
    windows: usize,
    rows: Rows<'a>,
}

/// What two rows of windows need.
struct Rows<'a> {
    width: usize,
    /// Where the first window's first tap lies in a row of cells.
    origin: isize,
    /// So many windows, whole registers of them: the last may be none.
    wide: usize,
    /// The cells and the target of a row of padding.
    padding: &'a [f32],
    unread: &'a mut [f32],
    /// What the rows that further windows have too have got so far.
    got: &'a mut [f32],
    /// The values of the windows.
    values: &'a mut [f32],
}

impl<'a> WayBack<'a> {
    /// `None` for other windows.
    pub fn new(plan: &'a Plan, room: &'a mut Passes<f32>) -> Result<Option<Self>> {
        let [rows, columns] = plan.axes() else { return Ok(None) };
        let (Some(down), Some(across)) = (even(rows), even(columns)) else { return Ok(None) };
        let kind @ (taps, stride) = (across.taps, across.stride);
        let plain = rows.step == 1 && columns.step == 1 && down.origin <= 0 && across.origin <= 0;
        if !plain || kind != (down.taps, down.stride) || !KINDS.contains(&kind) {
            return Ok(None);
        }
        let (width, windows) = (columns.extent, columns.spans.len());
        let (wide, waiting) = (windows.next_multiple_of(LANES), taps - stride + PAIR);
        let Passes { front, back } = room;
        clear_for(front, width, 1)?;
        front.resize(width, f32::NEG_INFINITY);
        clear_for(back, wide.max(width), waiting + 1)?;
        back.resize(wide * waiting + width, 0.0);
        let (got, rest) = back.split_at_mut(wide * (taps - stride));
        let (values, unread) = rest.split_at_mut(wide * PAIR);
        let rows_of = Rows { width, origin: across.origin, wide, padding: front, unread, got, values };
        Ok(Some(Self { down: (rows, down), windows, rows: rows_of }))
    }

    /// Gives the windows' values to the cells of a plane. Says whether that is right: cells have to be finite.
    pub fn give<P: Parting>(&mut self, plane: OnePlane) -> bool {
        match (self.down.1.taps, self.down.1.stride) {
            (2, _) => self.pairs::<P, 2, 2>(plane),
            (_, 2) => self.pairs::<P, 3, 2>(plane),
            _ => self.pairs::<P, 3, 1>(plane),
        }
    }

    #[expect(unsafe_code, reason = "as for `Rows::block`")]
    fn pairs<P: Parting, const TAPS: usize, const STRIDE: usize>(&mut self, plane: OnePlane) -> bool {
        let Self { down: (down, Even { origin, .. }), windows, ref mut rows } = *self;
        let OnePlane { cells, target, fill } = plane;
        let width = rows.width;
        let target = &mut target[..down.extent * width];
        let mut sums = [Lanes::splat(0.0); LANES];
        rows.got.fill(0.0);
        let read = (down.spans.len() - 1) * STRIDE + TAPS;
        let end = read.checked_add_signed(origin).map_or(0, |end| end.min(down.extent));
        target[end * width..].fill(0.0);
        let (target, unread) = (target.as_mut_ptr(), rows.unread.as_mut_ptr());
        for first in (0..end + origin.unsigned_abs()).step_by(PAIR * STRIDE) {
            for (row, values) in (first / STRIDE..).zip(rows.values.chunks_exact_mut(rows.wide)) {
                match row < down.spans.len() {
                    true => fill(row, &mut values[..windows]),
                    false => values.fill(0.0),
                }
            }
            let row = |line: usize| (first + line).checked_add_signed(origin).filter(|&row| row < down.extent);
            let of_row = |line: usize| row(line).filter(|_| P::LOOKS).map(|row| &cells[row * width..][..width]);
            if P::LOOKS {
                let [begin, end] = [first, first + PAIR * STRIDE].map(|line| line.saturating_add_signed(origin));
                add(&mut sums, &cells[begin.min(down.extent) * width..end.min(down.extent) * width]);
            }
            let from = from_fn(|line| of_row(line).unwrap_or(rows.padding).as_ptr());
            let to = from_fn(|line| row(line).map_or(unread, |row| target.wrapping_add(row * width)));
            // SAFETY: each of these rows is as wide as all.
            unsafe { rows.pair::<P, TAPS, STRIDE>(from, to) };
        }
        // 0 times what is not finite is a NaN, and what it has been added to is not finite.
        let seen = sums.into_iter().fold(Mask::NONE, |seen, sum| seen | (sum * Lanes::splat(0.0)).is_nan());
        !seen.any()
    }
}

impl Rows<'_> {
    /// Parts the values of two rows of windows among their cells.
    ///
    /// # Safety
    /// The rows of cells, and those for what the rows that no further windows have get, must be of this width.
    #[expect(unsafe_code, reason = "as for `block`")]
    unsafe fn pair<P: Parting, const TAPS: usize, const STRIDE: usize>(
        &mut self,
        from: [*const f32; LINES],
        to: [*mut f32; DONE],
    ) {
        // The windows that four whole ones may begin with: all that they read and write is within the rows.
        let (before, read) = (self.origin.unsigned_abs(), LANES * STRIDE + TAPS - STRIDE);
        let begin = before.div_ceil(STRIDE).next_multiple_of(LANES).min(self.wide);
        let fitting = (self.width + before).checked_sub(read).map_or(0, |room| room / STRIDE + 1);
        let end = fitting.next_multiple_of(LANES).clamp(begin, self.wide);
        let mut left = [[Lanes::splat(0.0); TAPS]; DONE];
        for at in (0..begin).step_by(LANES) {
            // SAFETY: the caller's promise.
            unsafe { self.at_an_end::<P, TAPS, STRIDE>(at, &from, &to, &mut left) };
        }
        let mut kept = left;
        for at in (begin..end).step_by(LANES) {
            // SAFETY: what is read and written is within the rows.
            unsafe { self.block::<P, TAPS, STRIDE>(at, &from, &to, &mut kept) };
        }
        left = kept;
        for at in (end..self.wide).step_by(LANES) {
            // SAFETY: the caller's promise.
            unsafe { self.at_an_end::<P, TAPS, STRIDE>(at, &from, &to, &mut left) };
        }
        // What the last windows share with none that follow.
        let (end, count) = self.within(self.column(self.wide, STRIDE), self.width);
        for (left, to) in left.into_iter().zip(to).take(if count > 0 { PAIR * STRIDE } else { 0 }) {
            let rest = together::<TAPS, STRIDE>(left, [Lanes::splat(0.0); TAPS])[0].values();
            // SAFETY: the row is as wide.
            let row = unsafe { std::slice::from_raw_parts_mut(to.add(end), count) };
            row.fill(0.0);
            row.iter_mut().zip(rest).for_each(|(to, value)| *to = value);
        }
    }

    /// The same where not all that four windows read is within the rows: copies of their ends have room for it.
    ///
    /// # Safety
    /// As for [`pair`](Self::pair).
    #[inline(never)]
    #[expect(unsafe_code, reason = "as for `block`")]
    unsafe fn at_an_end<P: Parting, const TAPS: usize, const STRIDE: usize>(
        &mut self,
        at: usize,
        from: &[*const f32; LINES],
        to: &[*mut f32; DONE],
        left: &mut [[Lanes; TAPS]; DONE],
    ) {
        let column = self.column(at, STRIDE);
        let (mut cells, mut out) = ([[f32::NEG_INFINITY; READ]; LINES], [[0.0; READ]; DONE]);
        let (begin, count) = self.within(column, LANES * STRIDE + TAPS - STRIDE);
        let skipped = begin.wrapping_sub(column as usize);
        for (from, end) in from.iter().zip(&mut cells).take(if P::LOOKS { TAPS + STRIDE } else { 0 }) {
            // SAFETY: so many are within the row, and there is as much room for them.
            unsafe { copy(from.add(begin), end.as_mut_ptr().wrapping_add(skipped), count) };
        }
        let ends_from = cells.each_ref().map(|end| end.as_ptr().wrapping_offset(-column));
        let ends_to = out.each_mut().map(|end| end.as_mut_ptr().wrapping_offset(-column));
        // SAFETY: the copies have room for all that is read and written.
        unsafe { self.block::<P, TAPS, STRIDE>(at, &ends_from, &ends_to, left) };
        let (begin, count) = self.within(column, LANES * STRIDE);
        for (to, end) in to.iter().zip(&out).take(PAIR * STRIDE) {
            // SAFETY: as above.
            unsafe { copy(end.as_ptr().wrapping_add(skipped), to.add(begin), count) };
        }
    }

    /// Where a window's first tap is.
    fn column(&self, window: usize, stride: usize) -> isize {
        self.origin + (window * stride) as isize
    }

    /// Where so many cells from a column on begin, and how many there are.
    fn within(&self, column: isize, count: usize) -> (usize, usize) {
        let [begin, end] = [column, column + count as isize].map(|at| at.clamp(0, self.width as isize) as usize);
        (begin, end - begin)
    }

    /// Four windows of either row.
    ///
    /// # Safety
    /// From their first tap on, each row must have the cells that are read, and those that are written.
    #[inline(always)]
    #[expect(unsafe_code, reason = "checks of bounds would be half of it")]
    unsafe fn block<P: Parting, const TAPS: usize, const STRIDE: usize>(
        &mut self,
        at: usize,
        from: &[*const f32; LINES],
        to: &[*mut f32; DONE],
        left: &mut [[Lanes; TAPS]; DONE],
    ) {
        let (wide, shared, zero) = (self.wide, TAPS - STRIDE, Lanes::splat(0.0));
        let (got, values, column) = (self.got.as_mut_ptr(), self.values.as_ptr(), self.column(at, STRIDE));
        let mut seen = [(zero, [Mask::NONE; TAPS]); LINES];
        let mut sums = [zero; LINES];
        for line in 0..LINES {
            if P::LOOKS && line < TAPS + STRIDE {
                // SAFETY: the caller's promise.
                seen[line] = P::look(unsafe { taps::<TAPS, STRIDE>(from[line].wrapping_offset(column)) });
            }
            if line < shared {
                // SAFETY: there are as many rows of whole registers of windows, here and wherever else windows have numbers.
                sums[line] = unsafe { Lanes::load(got.add(line * wide + at)) };
            }
        }
        for row in 0..PAIR {
            let first = row * STRIDE;
            // SAFETY: as above.
            let values = unsafe { Lanes::load(values.add(row * wide + at)) };
            let parts = P::parts(values, P::look::<TAPS>(from_fn(|tap| seen[first + tap].0)).1);
            for tap in 0..TAPS {
                sums[first + tap] = if tap < shared { sums[first + tap] + parts[tap] } else { parts[tap] };
            }
        }
        for line in 0..shared {
            // SAFETY: as above.
            unsafe { sums[PAIR * STRIDE + line].store(got.add(line * wide + at)) };
        }
        for line in 0..PAIR * STRIDE {
            let here = P::parts(sums[line], seen[line].1);
            let cells = together::<TAPS, STRIDE>(std::mem::replace(&mut left[line], here), here);
            // SAFETY: the caller's promise.
            unsafe {
                cells[0].store(to[line].wrapping_offset(column));
                if STRIDE > 1 {
                    cells[1].store(to[line].wrapping_offset(column).wrapping_add(LANES));
                }
            }
        }
    }
}

/// What cells get of the taps that four windows have on them and those to their left, from left to right.
#[inline(always)]
fn together<const TAPS: usize, const STRIDE: usize>(left: [Lanes; TAPS], here: [Lanes; TAPS]) -> [Lanes; 2] {
    let last = TAPS - 1;
    if STRIDE == 1 {
        return [left[last].straddling(here[last]) + left[1].preceding(here[1]) + here[0]; 2];
    }
    let even = if TAPS > STRIDE { left[last].preceding(here[last]) + here[0] } else { here[0] };
    [even.lower(here[1]), even.upper(here[1])]
}

/// Adds cells up, in several sums so that none waits for another.
fn add(sums: &mut [Lanes; LANES], cells: &[f32]) {
    let (fours, rest) = cells.as_chunks::<LANES>();
    let (chunks, few) = fours.as_chunks::<LANES>();
    let mut some = |fours: &[[f32; LANES]]| {
        sums.iter_mut().zip(fours).for_each(|(sum, four)| *sum = *sum + Lanes::of(*four));
    };
    chunks.iter().for_each(|fours| some(fours));
    some(few);
    rest.iter().for_each(|&cell| some(&[[cell; LANES]]));
}

/// Copies fewer than sixteen cells: so few are not worth a call.
///
/// # Safety
/// So many must be there to be read, and to be written.
#[inline(always)]
#[expect(unsafe_code, reason = "as for `Rows::block`")]
unsafe fn copy(from: *const f32, to: *mut f32, count: usize) {
    let mut at = 0;
    macro_rules! pieces {
        ($($size:literal)*) => {$(
            if count & $size > 0 {
                // SAFETY: the caller's promise.
                unsafe { to.add(at).cast::<[f32; $size]>().write_unaligned(from.add(at).cast::<[f32; $size]>().read_unaligned()) };
                at += $size;
            }
        )*};
    }
    pieces!(8 4 2 1);
    debug_assert_eq!(at, count, "fewer than sixteen");
}

/// The cells of four windows of a row.
///
/// # Safety
/// There must be the cells.
#[inline(always)]
#[expect(unsafe_code, reason = "as for `Rows::block`")]
unsafe fn taps<const TAPS: usize, const STRIDE: usize>(from: *const f32) -> [Lanes; TAPS] {
    // SAFETY: the last that are read are those of the last window.
    let lanes = |at: usize| unsafe { Lanes::load(from.wrapping_add(at)) };
    if STRIDE == 1 {
        return from_fn(lanes);
    }
    let (a, b) = (lanes(0), lanes(LANES));
    from_fn(|tap| match tap {
        0 => a.even(b),
        1 => a.odd(b),
        _ => lanes(2).outer(lanes(LANES + 1)),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::small_plan;
    use super::*;
    use crate::kernel::direct;
    use proptest::prelude::*;

    proptest! {
        /// Whole numbers, so that sums are exact in any order. Twice: what one plane leaves behind is nothing to the next.
        #[test]
        fn all_cells_of_a_window_get_its_value(plan in small_plan()) {
            let (inputs, windows): (usize, usize) = (plan.input_shape().iter().product(), plan.output_shape().iter().product());
            let values: Vec<f64> = (0..windows).map(|at| (at * 7 % 11) as f64).collect();
            let (mut room, kind) = (Passes::default(), plan.axes().last().and_then(even));
            let Some(mut back) = WayBack::new(&plan, &mut room).unwrap() else {
                let small = kind.is_some_and(|kind| KINDS.contains(&(kind.taps, kind.stride)));
                prop_assert!(plan.axes().len() > 2 || !small || plan.output_shape().contains(&1));
                return Ok(());
            };
            let wanted: Vec<f32> = direct::spread(&values, &plan).iter().map(|&cell| cell as f32).collect();
            for _ in 0..2 {
                let mut cells = vec![9.0; inputs];
                let mut fill = |row: usize, to: &mut [f32]| {
                    let of_row = &values[row * to.len()..];
                    to.iter_mut().zip(of_row).for_each(|(to, &value)| *to = value as f32);
                };
                let plane = OnePlane { cells: &[], target: &mut cells, fill: &mut fill };
                prop_assert!(back.give::<ToAll>(plane));
                prop_assert_eq!(&cells, &wanted);
            }
        }
    }
}
