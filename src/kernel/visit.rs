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

/// The taps chosen up to each axis; kept from window to window and from call to call.
#[derive(Default)]
pub(crate) struct Chosen(Vec<Vec<Tap>>);

/// Calls `window(number, cells)` for every window: windows and their cells in row-major order.
pub(crate) fn visit(plan: &Plan, mut window: impl FnMut(usize, &[Tap])) -> Result<()> {
    visit_axes(plan.axes(), &mut Chosen::default(), &mut |number, taps| {
        window(number, taps);
        Ok(())
    })
}

/// What is called with a window's number and taps.
pub(crate) type See<'s> = dyn FnMut(usize, &[Tap]) -> Result<()> + 's;

/// The same along these axes alone: a tap is then a position along them.
pub(crate) fn visit_axes(axes: &[AxisPlan], chosen: &mut Chosen, window: &mut See) -> Result<()> {
    let Chosen(lists) = chosen;
    lists.resize_with(axes.len() + 1, Vec::new);
    lists[0].clear();
    lists[0].push(Tap { at: 0, tap: 0 });
    windows(axes, 0, lists, window)
}

/// Goes through the windows along the first of `axes`; the first list has the taps in the axes before it.
fn windows(axes: &[AxisPlan], number: usize, lists: &mut [Vec<Tap>], window: &mut See) -> Result<()> {
    let Some((axis, inner)) = axes.split_first() else { return window(number, &lists[0]) };
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

/// The cells of one window by its number, row-major.
pub(crate) fn gather<T: Copy>(plane: &[T], plan: &Plan, number: usize, cells: &mut Vec<T>) -> Result<()> {
    let mut count = 1;
    let mut rest = number;
    for axis in plan.axes().iter().rev() {
        count *= axis.spans[rest % axis.spans.len()].len;
        rest /= axis.spans.len();
    }
    clear_for(cells, count, 1)?;
    gather_axes(plane, plan.axes(), number, plan.axes().iter().map(|axis| axis.spans.len()).product(), cells);
    Ok(())
}

/// `windows` is how many there are along these axes.
fn gather_axes<T: Copy>(plane: &[T], axes: &[AxisPlan], number: usize, windows: usize, cells: &mut Vec<T>) {
    let Some((axis, inner)) = axes.split_first() else { return cells.push(plane[0]) };
    let windows = windows / axis.spans.len();
    let slab = plane.len() / axis.extent;
    for at in axis.spans[number / windows].positions(axis.step) {
        gather_axes(&plane[at * slab..][..slab], inner, number % windows, windows, cells);
    }
}
