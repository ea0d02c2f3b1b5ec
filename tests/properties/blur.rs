//! Blur pooling, which looks beyond one window: a value for every position of the window, then a filter over those.

use crate::definition::Window;
use crate::layers::{Axis, Layer};
use crate::methods::{Expected, FINE, value};
use deep_end::Pooling;
use ndarray::{Dimension, IxDyn, indices};

/// The value of each output cell of one plane, and how far rounding may take it; `None` for other methods.
pub fn values(method: &Pooling, layer: &Layer, plane: &[f32]) -> Option<Vec<(f64, f64)>> {
    let (each, filter_size) = match *method {
        Pooling::MaxBlur { filter_size } => (Pooling::Max, filter_size),
        Pooling::AverageBlur { filter_size } => {
            (Pooling::Average { count_include_pad: false, divisor_override: None }, filter_size)
        }
        _ => return None,
    };
    let Layer::Sliding { axes, .. } = layer else { panic!("blurring needs a sliding window") };
    let slow = axes.iter().map(|axis| Axis { stride: 1, ..axis.clone() }).collect::<Vec<_>>();
    let outputs = layer.outputs();
    // All positions at which the window fits, and in ceil mode those up to the last output's.
    let positions =
        |(axis, (slow, outputs)): (&Axis, (&Axis, &usize))| slow.outputs(false).max((outputs - 1) * axis.stride + 1);
    let extents: Vec<usize> = axes.iter().zip(slow.iter().zip(&outputs)).map(positions).collect();
    let slow = Layer::Sliding { axes: slow, ceil_mode: false };
    let map: Vec<(f64, f64)> =
        indices(IxDyn(&extents)).into_iter().map(|at| of_window(&each, &slow.window(at.slice()), plane)).collect();
    let weights = binomials(filter_size);
    let blurred = |output: IxDyn| {
        let (mut sum, mut bound, mut magnitude) = (0.0, 0.0, 0.0);
        for tap in indices(IxDyn(&vec![filter_size; axes.len()])) {
            let mut place = 0;
            for (axis, &extent) in extents.iter().enumerate() {
                // An even filter reaches one further after than before, as the paper pads it.
                let at = (output[axis] * axes[axis].stride + tap[axis]) as isize - ((filter_size - 1) / 2) as isize;
                place = place * extent + reflect(at, extent);
            }
            let weight: f64 = tap.slice().iter().map(|&tap| weights[tap]).product();
            sum += weight * map[place].0;
            bound += weight * map[place].1;
            magnitude += weight * map[place].0.abs();
        }
        let Expected::Near { value, bound: rounding } = Expected::rounded(sum, 100.0 * FINE * magnitude) else {
            unreachable!()
        };
        (value, bound + rounding)
    };
    Some(indices(IxDyn(&outputs)).into_iter().map(blurred).collect())
}

fn of_window(method: &Pooling, window: &Window, plane: &[f32]) -> (f64, f64) {
    match value(method, window, plane, 0) {
        Expected::Cell(numbers) => (f64::from(plane[window.cells[numbers[0]].flat]), 0.0),
        Expected::Near { value, bound } => (value, bound),
    }
}

/// A row of Pascal's triangle, over its sum.
fn binomials(size: usize) -> Vec<f64> {
    let start = vec![1.0];
    (1..size).fold(start, |row, _| {
        let halves = |cell: usize| row.get(cell).copied().unwrap_or(0.0) / 2.0;
        (0..=row.len()).map(|at| halves(at) + at.checked_sub(1).map_or(0.0, halves)).collect()
    })
}

/// …, 2, 1, 0, 1, 2, …: back and forth between the ends.
fn reflect(at: isize, extent: usize) -> usize {
    if extent == 1 {
        return 0;
    }
    let period = 2 * (extent - 1);
    let at = at.rem_euclid(period as isize) as usize;
    at.min(period - at)
}
