//! The way back through small windows: the values of all windows, each given to cells of its own, a plane in one go. It is
//! the transpose of [`fused`](super::fused): each window's value is parted among its rows, what a row got from the windows
//! that share it is added up, and that is parted among the row's cells. Rows of windows come from above to below; of what
//! they give, only the rows that further windows read too wait in memory.
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

    /// What stands for several of them in the next parting.
    fn merged<const TAPS: usize>(cells: [Lanes; TAPS]) -> Lanes;

    fn parts<const TAPS: usize>(values: Lanes, cells: [Lanes; TAPS]) -> [Lanes; TAPS];
}

/// Every cell has the value.
pub(crate) struct ToAll;

impl Parting for ToAll {
    const LOOKS: bool = false;

    fn merged<const TAPS: usize>(cells: [Lanes; TAPS]) -> Lanes {
        cells[0]
    }

    fn parts<const TAPS: usize>(values: Lanes, _cells: [Lanes; TAPS]) -> [Lanes; TAPS] {
        [values; TAPS]
    }
}

/// The first of the largest cells has it, the others 0.
pub(crate) struct ToTheLargest;

impl Parting for ToTheLargest {
    const LOOKS: bool = true;

    #[inline(always)]
    fn merged<const TAPS: usize>(cells: [Lanes; TAPS]) -> Lanes {
        cells[1..].iter().fold(cells[0], |largest, &cells| largest.pmax(cells))
    }

    #[inline(always)]
    fn parts<const TAPS: usize>(values: Lanes, cells: [Lanes; TAPS]) -> [Lanes; TAPS] {
        let (mut parts, mut left, zero) = ([values; TAPS], values, Lanes::splat(0.0));
        let mut before = [cells[0]; TAPS];
        for tap in 1..TAPS - 1 {
            before[tap] = before[tap - 1].pmax(cells[tap]);
        }
        // From the last one on, each takes the value if it is larger than all before it.
        for tap in (1..TAPS).rev() {
            let larger = before[tap - 1].less(cells[tap]);
            parts[tap] = left.or_where_not(larger, zero);
            left = zero.or_where_not(larger, left);
        }
        parts[0] = left;
        parts
    }
}

/// How much further than the windows a row of cells is read: for four windows two apart, three registers.
const BEYOND: usize = LANES;

/// Taps and stride, of both axes, of the windows that are done here.
const KINDS: [(usize, usize); 3] = [(2, 2), (3, 2), (3, 1)];

/// Small windows over a plane, with room for their way back: ready for any number of planes.
pub(crate) struct WayBack<'a> {
    down: (&'a AxisPlan, Even),
    across: (&'a AxisPlan, Even),
    rows: Rows<'a>,
}

/// Rows that wait. They begin where the first window's first tap is, and end with some windows that there are not.
struct Rows<'a> {
    /// So many windows, whole registers of them.
    wide: usize,
    /// As many rows of cells as a window has.
    cells: &'a mut [f32],
    /// What stands for the cells of a row of each window, for those rows that the windows below have too.
    merged: &'a mut [f32],
    /// What such rows have got so far.
    got: &'a mut [f32],
    /// The values of a row of windows.
    values: &'a mut [f32],
    /// What goes to the cells of the rows that no further windows have.
    out: &'a mut [f32],
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
        let shared = taps - stride;
        let wide = (columns.spans.len() + shared).next_multiple_of(LANES);
        let length = (wide * stride + BEYOND).max(across.origin.unsigned_abs() + columns.extent);
        let Passes { front, back } = room;
        clear_for(front, length, taps)?;
        front.resize(length * taps, f32::NEG_INFINITY);
        let waiting = 2 * shared + 1 + stride * stride;
        clear_for(back, wide, waiting)?;
        back.resize(wide * waiting, 0.0);
        let (merged, rest) = back.split_at_mut(wide * shared);
        let (got, rest) = rest.split_at_mut(wide * shared);
        let (values, out) = rest.split_at_mut(wide);
        let rows_of = Rows { wide, cells: front, merged, got, values, out };
        Ok(Some(Self { down: (rows, down), across: (columns, across), rows: rows_of }))
    }

    /// Gives the windows' values to the cells of one plane, over whatever is in `target`. `fill` puts the values of a row of
    /// windows, by its number, where it is told to. Says whether that is right: cells times `sign` have to be finite.
    pub fn give<P: Parting>(
        &mut self,
        cells: &[f32],
        sign: f32,
        target: &mut [f32],
        fill: &mut dyn FnMut(usize, &mut [f32]),
    ) -> bool {
        match (self.across.1.taps, self.across.1.stride) {
            (2, _) => self.rows::<P, 2, 2>(cells, sign, target, fill),
            (_, 2) => self.rows::<P, 3, 2>(cells, sign, target, fill),
            _ => self.rows::<P, 3, 1>(cells, sign, target, fill),
        }
    }

    fn rows<P: Parting, const TAPS: usize, const STRIDE: usize>(
        &mut self,
        cells: &[f32],
        sign: f32,
        target: &mut [f32],
        fill: &mut dyn FnMut(usize, &mut [f32]),
    ) -> bool {
        let Self { down: (down, Even { origin, .. }), across: (across, Even { origin: left, .. }), ref mut rows } =
            *self;
        let (width, before, windows) = (across.extent, left.unsigned_abs(), across.spans.len());
        let cell = |line: usize| line.checked_add_signed(origin).filter(|&row| row < down.extent);
        let mut seen = Mask::NONE;
        let mut read = |rows: &mut Rows, line: usize| {
            let row = &mut rows.line_mut::<TAPS>(line)[before..][..width];
            match cell(line) {
                Some(at) => seen = copy(&cells[at * width..][..width], sign, row, seen),
                None => row.fill(f32::NEG_INFINITY),
            }
        };
        rows.got.fill(0.0);
        if P::LOOKS {
            for line in 0..TAPS - STRIDE {
                read(rows, line);
                rows.merge::<P, TAPS, STRIDE>(line);
            }
        }
        // Below the last windows, what they share is still to be given to the cells.
        let count = down.spans.len() + (TAPS - STRIDE).div_ceil(STRIDE);
        for row in 0..count {
            let first = row * STRIDE;
            if P::LOOKS {
                (first + TAPS - STRIDE..first + TAPS).for_each(|line| read(rows, line));
            }
            if row < down.spans.len() {
                fill(row, &mut rows.values[..windows]);
            } else {
                rows.values.fill(0.0);
            }
            rows.give::<P, TAPS, STRIDE>(first);
            for (line, out) in rows.out.chunks_exact(rows.wide * STRIDE).enumerate() {
                if let Some(at) = cell(first + line) {
                    let (read, unread) = target[at * width..][..width].split_at_mut(width.min(out.len() - before));
                    read.copy_from_slice(&out[before..][..read.len()]);
                    unread.fill(0.0);
                }
            }
        }
        let end = (count * STRIDE).checked_add_signed(origin).map_or(0, |end| end.min(down.extent));
        target[end * width..].fill(0.0);
        !seen.any()
    }
}

impl Rows<'_> {
    fn line_mut<const TAPS: usize>(&mut self, line: usize) -> &mut [f32] {
        let length = self.cells.len() / TAPS;
        &mut self.cells[line % TAPS * length..][..length]
    }

    /// What stands for the cells of a row that the first windows share with those below.
    #[expect(unsafe_code, reason = "as for `give`")]
    fn merge<P: Parting, const TAPS: usize, const STRIDE: usize>(&mut self, line: usize) {
        let from = self.begin::<TAPS, STRIDE>(line);
        for at in (0..self.wide).step_by(LANES) {
            // SAFETY: such a row of cells goes on so far, and there is a row for each that is shared.
            unsafe {
                let merged = P::merged(taps::<TAPS, STRIDE>(from.add(at * STRIDE)));
                merged.store(self.merged[line * self.wide + at..][..LANES].as_mut_ptr());
            }
        }
    }

    /// Where a row of cells begins, of at least [`BEYOND`] more than all windows have.
    fn begin<const TAPS: usize, const STRIDE: usize>(&self, line: usize) -> *const f32 {
        let length = self.cells.len() / TAPS;
        self.cells[line % TAPS * length..][..self.wide * STRIDE + BEYOND].as_ptr()
    }

    /// Parts the values of a row of windows; their first row of cells is number `first`.
    #[expect(unsafe_code, reason = "checks of bounds would be half of it")]
    fn give<P: Parting, const TAPS: usize, const STRIDE: usize>(&mut self, first: usize) {
        let (wide, shared, zero) = (self.wide, TAPS - STRIDE, Lanes::splat(0.0));
        let lines: [*const f32; TAPS] = from_fn(|line| self.begin::<TAPS, STRIDE>(first + line));
        let Self { merged: waiting, got, values, out, .. } = self;
        let (waiting, got) = (waiting[..wide * shared].as_mut_ptr(), got[..wide * shared].as_mut_ptr());
        let (values, out) = (values[..wide].as_ptr(), out[..wide * STRIDE * STRIDE].as_mut_ptr());
        let mut left = [[zero; TAPS]; STRIDE];
        for at in (0..wide).step_by(LANES) {
            let row = |line: usize| line * wide + at;
            // SAFETY: all rows are as long as was just asked, and `at` is at least a register before the end of `wide`.
            unsafe {
                let mut merged = [zero; TAPS];
                for line in (0..TAPS).filter(|_| P::LOOKS) {
                    merged[line] = match line < shared {
                        true => Lanes::load(waiting.add(row(line))),
                        false => P::merged(taps::<TAPS, STRIDE>(lines[line].add(at * STRIDE))),
                    };
                }
                let mut parts = P::parts(Lanes::load(values.add(at)), merged);
                for (line, part) in parts.iter_mut().enumerate().take(shared) {
                    *part = Lanes::load(got.add(row(line))) + *part;
                }
                for line in STRIDE..TAPS {
                    parts[line].store(got.add(row(line - STRIDE)));
                    if P::LOOKS {
                        merged[line].store(waiting.add(row(line - STRIDE)));
                    }
                }
                for line in 0..STRIDE {
                    let cells = if P::LOOKS { taps::<TAPS, STRIDE>(lines[line].add(at * STRIDE)) } else { merged };
                    let here = P::parts(parts[line], cells);
                    let left = std::mem::replace(&mut left[line], here);
                    let (last, to) = (TAPS - 1, out.add(STRIDE * row(line)));
                    // Windows from left to right, as far as they share cells.
                    if STRIDE == 1 {
                        (left[last].straddling(here[last]) + left[1].preceding(here[1]) + here[0]).store(to);
                    } else {
                        let even = if shared > 0 { left[last].preceding(here[last]) + here[0] } else { here[0] };
                        even.lower(here[1]).store(to);
                        even.upper(here[1]).store(to.add(LANES));
                    }
                }
            }
        }
    }
}

/// Copies cells times a sign. Which lanes have seen one that is not finite: 0 times it is a NaN.
fn copy(cells: &[f32], sign: f32, to: &mut [f32], mut seen: Mask) -> Mask {
    let (sign, zero) = (Lanes::splat(sign), Lanes::splat(0.0));
    let ((fours, rest), (to, to_rest)) = (cells.as_chunks::<LANES>(), to.as_chunks_mut::<LANES>());
    for (to, four) in to.iter_mut().zip(fours) {
        let cells = Lanes::of(*four) * sign;
        *to = cells.values();
        seen = seen | (cells * zero).is_nan();
    }
    for (to, cell) in to_rest.iter_mut().zip(rest) {
        let cell = Lanes::splat(*cell) * sign;
        [*to, ..] = cell.values();
        seen = seen | (cell * zero).is_nan();
    }
    seen
}

/// The cells of four windows of a row.
///
/// # Safety
/// There must be as many cells from there on as four windows have, and [`BEYOND`] more.
#[inline(always)]
#[expect(unsafe_code, reason = "as for `give`")]
unsafe fn taps<const TAPS: usize, const STRIDE: usize>(from: *const f32) -> [Lanes; TAPS] {
    // SAFETY: two registers beyond the first, or two cells.
    let lanes = |at: usize| unsafe { Lanes::load(from.add(at)) };
    let (a, b) = (lanes(0), lanes(if STRIDE == 1 { 1 } else { LANES }));
    let mut taps = if STRIDE == 1 { [a; TAPS] } else { [a.even(b); TAPS] };
    taps[1] = if STRIDE == 1 { b } else { a.odd(b) };
    if TAPS == 3 {
        taps[2] = if STRIDE == 1 { lanes(2) } else { taps[0].following(lanes(2 * LANES)) };
    }
    taps
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
                prop_assert!(back.give::<ToAll>(&[], 1.0, &mut cells, &mut fill));
                prop_assert_eq!(&cells, &wanted);
            }
        }
    }
}
