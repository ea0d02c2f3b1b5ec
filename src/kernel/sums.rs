//! Sums over windows of what a method makes of each cell, in f64: squares, powers, exponentials. A row is lifted once for
//! all windows that share it, two or more numbers a cell if need be; then rows are added, and last the windows of a row,
//! side by side. Taps are added one after the other, first down the rows, then along them, wherever the window lies:
//! a window's sum depends on its own cells alone.

use super::clear_for;
use super::visit::{Chosen, Tap, visit_axes};
use crate::error::Result;
use crate::geometry::{AxisPlan, Even, Plan};

/// What summing needs beside its input; kept from call to call.
#[derive(Default)]
pub(crate) struct SumRoom {
    chosen: Chosen,
    lifted: Vec<f64>,
    /// Which row of the plane each lifted one is.
    held: Vec<usize>,
    column: Vec<f64>,
    sums: Vec<f64>,
    counts: Vec<f64>,
}

/// The windows at one position of the outer axes.
pub(crate) struct RowOfSums<'r> {
    /// The number of the first.
    pub first: usize,
    /// How many rows they read, and how many cells each of them reads of a row.
    rows: f64,
    cells: &'r [f64],
    /// The sums of each window, then for the next number that cells are lifted to.
    sums: &'r mut [f64],
}

impl RowOfSums<'_> {
    /// How many windows there are.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// How many cells each window has, at least 1: a sum of none is 0.
    pub fn counts(&self) -> impl Iterator<Item = f64> {
        self.cells.iter().map(|cells| (self.rows * cells).max(1.0))
    }

    /// The sums of one of the numbers that a cell is lifted to.
    #[inline]
    pub fn of(&self, number: usize) -> &[f64] {
        let count = self.cells.len();
        &self.sums[number * count..][..count]
    }

    /// The sums of the first number, to be worked on.
    pub fn sums_mut(&mut self) -> &mut [f64] {
        &mut self.sums[..self.cells.len()]
    }

    /// Makes means of them.
    pub fn divide(&mut self) {
        let cells = self.cells;
        self.sums.iter_mut().zip(cells).for_each(|(sum, cells)| *sum /= (self.rows * cells).max(1.0));
    }
}

/// What is summed.
pub(crate) trait Lift {
    /// Makes as many numbers of each cell as there is room for: all the first ones, then all the second ones.
    fn lift(&self, cells: &[f32], out: &mut [f64]);

    /// Sums windows of 2 × 2 that lie side by side at once, down the rows first, where that is quicker. Whether it did. There
    /// is room for some numbers beside them.
    fn sum_pairs(&self, _above: &[f32], _below: &[f32], _sums: &mut [f64], _room: &mut [f64]) -> bool {
        false
    }

    /// Adds what it makes of three rows' cells at once, where that is quicker. Whether it did.
    fn sum_three(&self, _rows: [&[f32]; 3], _sums: &mut [f64]) -> bool {
        false
    }
}

/// No row of a plane.
const NONE: usize = usize::MAX;
/// How much there is for [`Lift::sum_pairs`] for each number that a cell is lifted to.
const LEAST_ROOM: usize = 256;
/// Rows that no two windows share are kept beside each other if they fit a processor's nearest memory.
const NEAR: usize = 1 << 12;

/// Sums ready for any number of planes.
pub(crate) struct Sums<'a> {
    outer: &'a [AxisPlan],
    axis: &'a AxisPlan,
    /// How many numbers a cell is lifted to.
    numbers: usize,
    slots: usize,
    /// Whether most rows of windows are new to them, so that little is gained by keeping what was made of cells.
    fresh: bool,
    /// The windows of a row, and how much of it lies beside each other with its padding.
    even: Option<(Even, usize)>,
    room: &'a mut SumRoom,
}

impl<'a> Sums<'a> {
    /// # Errors
    /// When memory does not hold what is needed beside the input.
    pub fn new(plan: &'a Plan, numbers: usize, room: &'a mut SumRoom) -> Result<Self> {
        let (axis, outer) = plan.axes().split_last().expect("a plan has at least one axis");
        let (span, shared) = rows_at_once(outer);
        let slots = if shared || span.saturating_mul(numbers * axis.extent) <= NEAR { span } else { 1 };
        let fresh = outer.last().and_then(AxisPlan::even).is_some_and(|even| 2 * even.stride > even.taps);
        let even = axis.even().and_then(|even| Some((even, padded(axis, even)?)));
        fill(&mut room.lifted, slots, numbers * axis.extent, 0.0)?;
        fill(&mut room.held, slots, 1, NONE)?;
        // Adding −0 leaves every number as it is, even −0.
        fill(&mut room.column, numbers, even.map_or(axis.extent, |(_, padded)| padded).max(LEAST_ROOM), -0.0)?;
        fill(&mut room.sums, numbers, axis.spans.len(), 0.0)?;
        clear_for(&mut room.counts, axis.spans.len(), 1)?;
        room.counts.extend(axis.spans.iter().map(|span| span.len as f64));
        Ok(Self { outer, axis, numbers, slots, fresh, even, room })
    }

    /// Sums one plane's windows, and calls `done` with those of one row after the other.
    pub fn reduce(&mut self, plane: &[f32], lift: &dyn Lift, done: &mut dyn FnMut(&mut RowOfSums)) -> Result<()> {
        let Self { outer, axis, numbers, slots, fresh, even, ref mut room } = *self;
        let SumRoom { chosen, lifted, held, column, sums, counts } = &mut **room;
        held.fill(NONE);
        let (extent, wide) = (axis.extent, numbers * axis.extent);
        let mut lift_row = |row: usize, lifted: &mut [f64]| {
            let slot = row % slots;
            if held[slot] != row {
                lift.lift(&plane[row * extent..][..extent], &mut lifted[slot * wide..][..wide]);
                held[slot] = row;
            }
        };
        let (padded, before) = even.map_or((extent, 0), |(even, padded)| (padded, even.origin.min(0).unsigned_abs()));
        let windows = axis.spans.len();
        let pairs = even.map(|(even, _)| even).filter(|even| {
            let fits = before == 0 && even.origin as usize + 2 * windows <= extent;
            (even.taps, even.stride, axis.step) == (2, 2, 1) && fits
        });
        visit_axes(outer, chosen, &mut |number, rows| {
            let mut done = |sums: &mut [f64]| {
                done(&mut RowOfSums { first: number * windows, rows: rows.len() as f64, cells: counts, sums });
                Ok(())
            };
            if let (Some(even), [above, below]) = (pairs, rows) {
                let row = |tap: &Tap| &plane[tap.at * extent..][even.origin as usize..extent];
                if lift.sum_pairs(row(above), row(below), sums, column) {
                    return done(sums);
                }
            }
            let at_once = match rows {
                [a, b, c] if fresh => {
                    let rows = [a, b, c].map(|row| &plane[row.at * extent..][..extent]);
                    lift.sum_three(rows, &mut column[before..][..extent])
                }
                _ => false,
            };
            // As many at once as there are slots for: then none of them is in another's place.
            for (at, rows) in rows.chunks(slots.min(3)).enumerate().filter(|_| !at_once) {
                rows.iter().for_each(|row| lift_row(row.at, lifted));
                for number in 0..numbers {
                    let column = &mut column[number * padded + before..][..extent];
                    let row = |row: usize| &lifted[row % slots * wide + number * extent..][..extent];
                    add_rows(column, at > 0, &mut rows.iter().map(|tap| row(tap.at)));
                }
            }
            if rows.is_empty() {
                (0..numbers).for_each(|number| column[number * padded + before..][..extent].fill(0.0));
            }
            for number in 0..numbers {
                let (cells, sums) = (&column[number * padded..][..padded], &mut sums[number * windows..][..windows]);
                match even {
                    Some((even, _)) => along(&cells[even.origin.max(0) as usize..], even, axis.step, sums),
                    None => one_by_one(cells, axis, sums),
                }
            }
            done(sums)
        })
    }
}

/// How many rows there are from a window's first to its last, at most; and whether two windows share any.
fn rows_at_once(outer: &[AxisPlan]) -> (usize, bool) {
    let (mut span, mut shared, mut rows) = (1usize, false, 1usize);
    for axis in outer.iter().rev() {
        let reach = |len: usize| len.saturating_sub(1) * axis.step;
        let longest = axis.spans.iter().map(|span| reach(span.len)).max().unwrap_or(0);
        span += longest * rows;
        rows *= axis.extent;
        shared |= axis.spans.windows(2).any(|pair| pair[1].start <= pair[0].start + reach(pair[0].len));
    }
    (span.min(rows), shared)
}

/// How long a row is with its padding, from the first window's first tap to the last one's last; `None` where that is
/// not worth laying out.
fn padded(axis: &AxisPlan, even: Even) -> Option<usize> {
    let window = (even.taps - 1).checked_mul(axis.step)?.checked_add(1)?;
    let reach = (axis.spans.len() - 1).checked_mul(even.stride)?.checked_add(window)?;
    let before = even.origin.min(0).unsigned_abs();
    let end = reach.checked_add(even.origin.max(0) as usize)?.max(before.checked_add(axis.extent)?);
    (end <= 4 * axis.extent + 64).then_some(end)
}

/// Makes a list just so long, of one value.
fn fill<T: Copy>(list: &mut Vec<T>, count: usize, inner: usize, value: T) -> Result<()> {
    clear_for(list, count, inner)?;
    list.resize(count * inner, value);
    Ok(())
}

/// Adds rows, up to three at once: to what `out` has, or to nothing.
#[inline(never)]
fn add_rows(out: &mut [f64], onto: bool, rows: &mut dyn Iterator<Item = &[f64]>) {
    match (onto, rows.next(), rows.next(), rows.next()) {
        (false, Some(a), None, _) => out.copy_from_slice(&a[..out.len()]),
        (false, Some(a), Some(b), None) => {
            out.iter_mut().zip(a).zip(b).for_each(|((out, a), b)| *out = a + b);
        }
        (false, Some(a), Some(b), Some(c)) => {
            out.iter_mut().zip(a).zip(b).zip(c).for_each(|(((out, a), b), c)| *out = a + b + c);
        }
        (true, Some(a), None, _) => out.iter_mut().zip(a).for_each(|(out, a)| *out += a),
        (true, Some(a), Some(b), None) => {
            out.iter_mut().zip(a).zip(b).for_each(|((out, a), b)| *out = *out + a + b);
        }
        (true, Some(a), Some(b), Some(c)) => {
            out.iter_mut().zip(a).zip(b).zip(c).for_each(|(((out, a), b), c)| *out = *out + a + b + c);
        }
        (_, None, ..) => {}
    }
}

/// The windows of a row, of cells with their padding.
fn along(cells: &[f64], even: Even, step: usize, sums: &mut [f64]) {
    match (even.taps, even.stride, step) {
        (taps, 1, _) => {
            let count = sums.len();
            for first in (0..taps).step_by(3) {
                let taps = first..taps.min(first + 3);
                add_rows(sums, first > 0, &mut taps.map(|tap| &cells[tap * step..][..count]));
            }
        }
        (2, 2, 1) => {
            let pairs = cells.as_chunks::<2>().0;
            sums.iter_mut().zip(pairs).for_each(|(sum, [a, b])| *sum = a + b);
        }
        (3, 2, 1) => {
            let (pairs, shifted) = (cells.as_chunks::<2>().0, cells[2..].as_chunks::<2>().0);
            let last = sums.len() - 1;
            sums.iter_mut().zip(pairs).zip(shifted).for_each(|((sum, [a, b]), [c, _])| *sum = a + b + c);
            // The last one may end with the row, and half a pair.
            sums[last] = cells[2 * last] + cells[2 * last + 1] + cells[2 * last + 2];
        }
        (taps, stride, _) => {
            let reach = (taps - 1) * step + 1;
            for (window, sum) in sums.iter_mut().enumerate() {
                let cells = cells[window * stride..][..reach].iter().step_by(step);
                *sum = cells.copied().reduce(|a, b| a + b).unwrap_or(0.0);
            }
        }
    }
}

/// Windows that have nothing in common.
fn one_by_one(cells: &[f64], axis: &AxisPlan, sums: &mut [f64]) {
    for (span, sum) in axis.spans.iter().zip(sums) {
        *sum = span.positions(axis.step).map(|at| cells[at]).reduce(|a, b| a + b).unwrap_or(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::direct;
    use crate::kernel::testing::geometry;
    use proptest::prelude::*;

    struct Squares;

    impl Lift for Squares {
        fn lift(&self, cells: &[f32], out: &mut [f64]) {
            let (first, second) = out.split_at_mut(cells.len());
            for ((first, second), &cell) in first.iter_mut().zip(second).zip(cells) {
                (*first, *second) = (f64::from(cell), f64::from(cell) * f64::from(cell));
            }
        }
    }

    /// One number a cell, two rows at once where they can be.
    struct Cells;

    impl Lift for Cells {
        fn lift(&self, cells: &[f32], out: &mut [f64]) {
            out.iter_mut().zip(cells).for_each(|(out, &cell)| *out = f64::from(cell));
        }

        fn sum_pairs(&self, above: &[f32], below: &[f32], sums: &mut [f64], _room: &mut [f64]) -> bool {
            for (at, sum) in sums.iter_mut().enumerate() {
                *sum = f64::from(above[2 * at] + above[2 * at + 1] + below[2 * at] + below[2 * at + 1]);
            }
            true
        }
    }

    proptest! {
        /// Whole numbers, so that sums are exact in any order. Twice, since room is kept.
        #[test]
        fn sums_are_direct((geometry, extents) in geometry(), seed in any::<u32>()) {
            let plan = geometry.plan(&extents).unwrap();
            let cells: usize = extents.iter().product();
            let plane: Vec<f32> = (0..cells).map(|i| ((i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 27) as f32).collect();
            let direct: Vec<_> = direct::cells(&plan).iter().map(|cells| {
                let sum = |power: i32| cells.iter().map(|&at| f64::from(plane[at]).powi(power)).sum::<f64>() + 0.0;
                (sum(1), sum(2), (cells.len() as f64).max(1.0))
            }).collect();
            let mut room = SumRoom::default();
            for _ in 0..2 {
                let mut sums = Sums::new(&plan, 2, &mut room).unwrap();
                let mut ours = Vec::new();
                sums.reduce(&plane, &Squares, &mut |row| {
                    assert_eq!(row.first, ours.len());
                    ours.extend(row.of(0).iter().zip(row.of(1)).zip(row.counts()).map(|((a, b), count)| (*a, *b, count)));
                }).unwrap();
                prop_assert_eq!(&ours, &direct);
                let (mut sums, mut of_cells) = (Sums::new(&plan, 1, &mut room).unwrap(), Vec::new());
                sums.reduce(&plane, &Cells, &mut |row| of_cells.extend_from_slice(row.of(0))).unwrap();
                prop_assert!(of_cells.iter().eq(direct.iter().map(|(sum, ..)| sum)));
            }
        }
    }
}
