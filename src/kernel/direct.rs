//! The plain twins of the kernels: output by output, each in full, nothing shared. Only the order in which
//! a run is merged, `terms`, is the same function; it has tests of its own.

use super::Fold;
use super::terms::merge_run;
use crate::geometry::{AxisPlan, Plan, Span};

/// Reduces every window of one plane.
pub(super) fn reduce<F: Fold>(fold: &F, plane: &[F::Input], plan: &Plan) -> Vec<F::Acc> {
    windows(plan).iter().map(|window| axis(fold, plane, plan.axes(), window, 0)).collect()
}

/// The cells that each window of a plan reads, row-major: the plain twin of `blocks` and of the sums in `sums`.
pub(super) fn cells(plan: &Plan) -> Vec<Vec<usize>> {
    let of_window = |window: &Vec<Span>| {
        let mut cells = Vec::new();
        cells_of(plan.axes(), window, 0, &mut |at| cells.push(at));
        cells
    };
    windows(plan).iter().map(of_window).collect()
}

/// The plain twin of a `network`: a sort.
pub(super) fn descending(mut cells: Vec<f32>) -> Vec<f32> {
    cells.sort_by(|a, b| b.total_cmp(a));
    cells
}

/// The plain twins of `powers`.
pub(super) mod powers {
    pub use libm::{cbrt as cube_root, exp, expm1 as exp_minus_1, log as ln, log1p as ln_1_plus, pow as power};
}

/// Adds each window's value to every cell that it reads.
pub(super) fn spread(values: &[f64], plan: &Plan) -> Vec<f64> {
    let mut cells = vec![0.0; plan.input_shape().iter().product()];
    for (window, value) in windows(plan).iter().zip(values) {
        cells_of(plan.axes(), window, 0, &mut |at| cells[at] += value);
    }
    cells
}

/// An axis of a linear map: its extent, and each output position's terms, input positions with weights.
pub(super) type Terms = (usize, Vec<Vec<(usize, f64)>>);

/// Every output cell as the sum over all combinations of its terms along the axes; or the transpose.
pub(super) fn resample(plane: &[f32], axes: &[Terms], back: bool) -> Vec<f64> {
    // Input cell, output cell and weight of every combination.
    let mut combinations = vec![(0, 0, 1.0)];
    for (extent, outputs) in axes {
        let extended = |&(input, output, weight): &(usize, usize, f64)| {
            let terms = outputs.iter().enumerate().flat_map(|(at, terms)| terms.iter().map(move |term| (at, term)));
            terms
                .map(move |(at, term)| (input * extent + term.0, output * outputs.len() + at, weight * term.1))
                .collect::<Vec<_>>()
        };
        combinations = combinations.iter().flat_map(extended).collect();
    }
    let inputs = axes.iter().map(|axis| axis.0).product();
    let outputs = axes.iter().map(|axis| axis.1.len()).product();
    let mut sums = vec![0.0; if back { inputs } else { outputs }];
    for (input, output, weight) in combinations {
        let (from, to) = if back { (output, input) } else { (input, output) };
        sums[to] += weight * f64::from(plane[from]);
    }
    sums
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
    let span = window[0];
    let part = |tap: usize| {
        let at = span.start + (tap - span.before) * first.step;
        axis(fold, plane, rest, &window[1..], base * first.extent + at)
    };
    let present = span.before..span.before + span.len;
    merge_run(span.taps(), present, &part, &|a, b| fold.merge(a, b)).unwrap_or_else(|| fold.empty())
}

fn cells_of(axes: &[AxisPlan], window: &[Span], base: usize, visit: &mut impl FnMut(usize)) {
    let Some((first, rest)) = axes.split_first() else { return visit(base) };
    for at in window[0].positions(first.step) {
        cells_of(rest, &window[1..], base * first.extent + at, visit);
    }
}

/// The correlation of rows of `width` cells with a kernel of 3 × 3, in f64: the plain twin of `winograd`.
pub(super) fn correlate(cells: &[f32], width: usize, kernel: &[f32]) -> Vec<f64> {
    let mut sums = Vec::new();
    for row in 0..cells.len() / width - 2 {
        for column in 0..width - 2 {
            let term = |tap: usize| {
                let cell = cells[(row + tap / 3) * width + column + tap % 3];
                f64::from(kernel[tap]) * f64::from(cell)
            };
            sums.push((0..9).map(term).sum());
        }
    }
    sums
}

/// The inner product of two planes of `rows` rows of `width` cells; each is its cells from the first on, and how far
/// apart its rows are.
pub(super) fn inner((a, pitch_a): (&[f32], usize), (b, pitch_b): (&[f32], usize), [rows, width]: [usize; 2]) -> f64 {
    let cells = (0..rows).flat_map(|row| (0..width).map(move |at| (row, at)));
    cells.map(|(row, at)| f64::from(a[row * pitch_a + at]) * f64::from(b[row * pitch_b + at])).sum()
}
