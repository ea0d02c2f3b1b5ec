//! Windows of a row side by side, for methods that look at all cells of a window at once: the cells of tap 0 of all of
//! them in one row, then those of tap 1, and so on. What a method then does tap by tap is a loop over whole rows, which
//! the compiler turns into SIMD.

use super::clear_for;
use super::visit::{Chosen, Tap, visit_axes};
use crate::error::Result;
use crate::geometry::{AxisPlan, Plan, Span};

/// What walking needs beside its input; kept from call to call.
#[derive(Default)]
pub(crate) struct BlockRoom {
    chosen: Chosen,
    runs: Vec<Run>,
    taps: Vec<Tap>,
    cells: Vec<f32>,
}

/// Windows of a row that have their taps in common and lie at even distances.
#[derive(Clone, Copy)]
struct Run {
    /// The number of the first in its row, and how many there are.
    first: usize,
    count: usize,
    span: Span,
    stride: usize,
}

/// Windows with equally many cells, at least one.
pub(crate) struct Block<'b> {
    /// The number of the first in its plane.
    pub first: usize,
    /// How many there are.
    pub count: usize,
    /// What the first one reads; further ones read as much further on.
    pub taps: &'b [Tap],
    pub stride: usize,
    /// The cells, tap by tap, for each tap of all windows.
    pub cells: &'b mut [f32],
}

impl Block<'_> {
    /// What each window has at one tap.
    pub fn tap(&self, tap: usize) -> &[f32] {
        &self.cells[tap * self.count..][..self.count]
    }

    /// The rows of cells, a tap each.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &[f32]> + ExactSizeIterator {
        self.cells.chunks_exact(self.count)
    }

    /// One window's cells.
    pub fn window(&self, number: usize) -> impl Iterator<Item = f32> {
        self.cells[number..].iter().step_by(self.count).copied()
    }

    /// Where in its plane a window's cell lies.
    pub fn place(&self, window: usize, tap: usize) -> i32 {
        (self.taps[tap].at + window * self.stride) as i32
    }
}

/// How many windows there are in a block: long loops, but all cells in a processor's nearest memory.
const MOST: usize = 128;
const NEAR: usize = 1 << 13;

/// Calls `see` with all windows of a plane that have cells, in order, block by block.
pub(crate) fn blocks(
    plane: &[f32],
    plan: &Plan,
    room: &mut BlockRoom,
    see: &mut dyn FnMut(&mut Block) -> Result<()>,
) -> Result<()> {
    let (axis, outer) = plan.axes().split_last().expect("a plan has at least one axis");
    let BlockRoom { chosen, runs, taps, cells } = room;
    clear_for(runs, axis.spans.len(), 1)?;
    cut(axis, runs);
    visit_axes(outer, chosen, &mut |number, rows| {
        for run in &*runs {
            let count = rows.len() * run.span.len;
            if count == 0 {
                continue;
            }
            let width = (NEAR / count).clamp(4, MOST);
            clear_for(taps, rows.len(), run.span.len)?;
            for from in (0..run.count).step_by(width) {
                let windows = width.min(run.count - from);
                clear_for(cells, count, windows)?;
                taps.clear();
                for row in rows {
                    let begin = row.at * axis.extent + run.span.start + from * run.stride;
                    for tap in 0..run.span.len {
                        let at = begin + tap * axis.step;
                        let kernel = row.tap.wrapping_mul(run.span.taps()).wrapping_add(run.span.before + tap);
                        taps.push(Tap { at, tap: kernel });
                        take(&plane[at..], run.stride, windows, cells);
                    }
                }
                let first = number * axis.spans.len() + run.first + from;
                see(&mut Block { first, count: windows, taps, stride: run.stride, cells })?;
            }
        }
        Ok(())
    })
}

/// Every stride-th cell, so many of them.
fn take(cells: &[f32], stride: usize, count: usize, taken: &mut Vec<f32>) {
    match stride {
        1 => taken.extend_from_slice(&cells[..count]),
        2 => {
            // The last one may end with the plane, and half a pair.
            taken.extend(cells.as_chunks::<2>().0[..count - 1].iter().map(|pair| pair[0]));
            taken.push(cells[2 * (count - 1)]);
        }
        _ => taken.extend(cells.iter().step_by(stride).take(count)),
    }
}

/// Cuts a row's windows into runs.
fn cut(axis: &AxisPlan, runs: &mut Vec<Run>) {
    for (number, &span) in axis.spans.iter().enumerate() {
        let last = runs.last_mut().filter(|run| {
            let of = |span: Span| (span.len, span.before, span.taps());
            of(run.span) == of(span)
        });
        if let Some(run) = last {
            let before = run.span.start + (run.count - 1) * run.stride;
            let stride = span.start.wrapping_sub(before);
            // A run of one has no distance yet. Regions may begin where the one before does.
            if run.count == 1 && (1..=axis.extent).contains(&stride) || run.count > 1 && stride == run.stride {
                (run.count, run.stride) = (run.count + 1, stride);
                continue;
            }
        }
        runs.push(Run { first: number, count: 1, span, stride: 1 });
    }
}

#[cfg(test)]
mod tests {
    use super::super::direct;
    use super::super::visit::{gather, visit};
    use super::*;
    use crate::kernel::testing::geometry;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn blocks_have_the_windows_of_a_visit((geometry, extents) in geometry()) {
            let plan = geometry.plan(&extents).unwrap();
            let plane: Vec<f32> = (0..extents.iter().product::<usize>()).map(|at| at as f32).collect();
            let mut expected = Vec::new();
            visit(&plan, |number, taps| {
                if !taps.is_empty() {
                    expected.push((number, taps.to_vec()));
                }
            }).unwrap();
            for (number, direct) in direct::cells(&plan).iter().enumerate() {
                let mut cells = Vec::new();
                gather(&plane, &plan, number, &mut cells).unwrap();
                prop_assert!(cells.iter().map(|&cell| cell as usize).eq(direct.iter().copied()));
            }
            let mut room = BlockRoom::default();
            for _ in 0..2 {
                let mut ours = Vec::new();
                blocks(&plane, &plan, &mut room, &mut |block| {
                    assert_eq!(block.rows().len(), block.taps.len());
                    for window in 0..block.count {
                        let tap = |(tap, cell): (usize, f32)| {
                            assert_eq!((cell as i32, cell), (block.place(window, tap), block.tap(tap)[window]));
                            Tap { at: cell as usize, tap: block.taps[tap].tap }
                        };
                        ours.push((block.first + window, block.window(window).enumerate().map(tap).collect::<Vec<_>>()));
                    }
                    Ok(())
                }).unwrap();
                prop_assert_eq!(&ours, &expected);
            }
        }
    }
}
