//! Every window's cells, one by one.

use crate::geometry::{AxisPlan, Plan};

/// Calls `cell(window, position)` for every cell of every window: both row-major, flat in their plane.
pub(crate) fn visit(plan: &Plan, mut cell: impl FnMut(usize, usize)) {
    windows(plan.axes(), 0, &[0], &mut cell);
}

/// Goes through the windows along the first of `axes`. `cells` are the flat positions, in the axes before, of the
/// cells that all these windows share.
fn windows(axes: &[AxisPlan], window: usize, cells: &[usize], cell: &mut impl FnMut(usize, usize)) {
    let Some((axis, inner)) = axes.split_first() else {
        return cells.iter().for_each(|&at| cell(window, at));
    };
    for (index, span) in axis.spans.iter().enumerate() {
        let outer = cells.iter().flat_map(|&at| span.positions(axis.step).map(move |tap| at * axis.extent + tap));
        windows(inner, window * axis.spans.len() + index, &outer.collect::<Vec<_>>(), cell);
    }
}
