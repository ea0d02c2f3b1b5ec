//! The plain twin of `separable`: window by window, each in full, nothing shared.

use super::Fold;
use crate::geometry::{AxisPlan, Plan, Span};

/// Reduces every window of one plane.
pub(super) fn reduce<F: Fold>(fold: &F, plane: &[F::Input], plan: &Plan) -> Vec<F::Acc> {
    windows(plan).iter().map(|window| axis(fold, plane, plan.axes(), window, 0)).collect()
}

/// Adds each window's value to every cell that it reads.
pub(super) fn spread(values: &[f64], plan: &Plan) -> Vec<f64> {
    let mut cells = vec![0.0; plan.input_shape().iter().product()];
    for (window, value) in windows(plan).iter().zip(values) {
        cells_of(plan.axes(), window, 0, &mut |at| cells[at] += value);
    }
    cells
}

/// Every window as its list of spans, row-major.
fn windows(plan: &Plan) -> Vec<Vec<Span>> {
    plan.axes().iter().fold(vec![vec![]], |windows, axis| {
        let extended = |window: &Vec<Span>| {
            let window = window.clone();
            axis.spans.iter().map(move |&span| [window.clone(), vec![span]].concat()).collect::<Vec<_>>()
        };
        windows.iter().flat_map(extended).collect()
    })
}

/// `base` is the flat position of the cells chosen so far, in the axes before these.
fn axis<F: Fold>(fold: &F, plane: &[F::Input], axes: &[AxisPlan], window: &[Span], base: usize) -> F::Acc {
    let Some((first, rest)) = axes.split_first() else { return fold.lift(plane[base], base) };
    let taps = window[0].positions(first.step).map(|at| base * first.extent + at);
    let parts = taps.map(|base| axis(fold, plane, rest, &window[1..], base));
    parts.reduce(|a, b| fold.merge(a, b)).unwrap_or_else(|| fold.empty())
}

fn cells_of(axes: &[AxisPlan], window: &[Span], base: usize, visit: &mut impl FnMut(usize)) {
    let Some((first, rest)) = axes.split_first() else { return visit(base) };
    for at in window[0].positions(first.step) {
        cells_of(rest, &window[1..], base * first.extent + at, visit);
    }
}
