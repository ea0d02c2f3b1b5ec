//! Every window's cells, for what no merge can express.

use super::clear_for;
use crate::error::Result;
use crate::geometry::{AxisPlan, Plan};

/// A cell that a window reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tap {
    /// Flat position in the plane.
    pub at: usize,
    /// Which of the window's taps reads it, row-major over the kernel, padding counted.
    pub tap: usize,
}

/// Calls `window(number, cells)` for every window: windows and their cells in row-major order.
pub(crate) fn visit(plan: &Plan, mut window: impl FnMut(usize, &[Tap])) -> Result<()> {
    // One list for each axis: the taps chosen up to it. Kept from window to window.
    let mut lists = vec![Vec::new(); plan.axes().len() + 1];
    lists[0].push(Tap { at: 0, tap: 0 });
    windows(plan.axes(), 0, &mut lists, &mut window)
}

/// Goes through the windows along the first of `axes`; the first list has the taps in the axes before it.
fn windows(
    axes: &[AxisPlan],
    number: usize,
    lists: &mut [Vec<Tap>],
    window: &mut dyn FnMut(usize, &[Tap]),
) -> Result<()> {
    let Some((axis, inner)) = axes.split_first() else {
        window(number, &lists[0]);
        return Ok(());
    };
    for (index, span) in axis.spans.iter().enumerate() {
        let (outer, rest) = lists.split_at_mut(1);
        clear_for(&mut rest[0], outer[0].len(), span.len)?;
        for from in &outer[0] {
            let cell = |(tap, at)| Tap {
                at: from.at * axis.extent + at,
                // Wrapping: a window of huge extents has more taps than a word counts, but never that many cells.
                tap: from.tap.wrapping_mul(span.taps()).wrapping_add(span.before + tap),
            };
            rest[0].extend(span.positions(axis.step).enumerate().map(cell));
        }
        windows(inner, number * axis.spans.len() + index, rest, window)?;
    }
    Ok(())
}
