//! Inputs, and comparisons that every method needs.

use deep_end::{Geometry, Window};
use ndarray::{ArrayD, IxDyn};
use proptest::prelude::*;

/// Ordinary numbers, many ties, and everything that floats have besides.
pub fn cell() -> impl Strategy<Value = f32> + Clone {
    let special = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, 1e-40, -1e-45, 3e38, -3e38];
    let ties = prop::sample::select(vec![-2.0, -1.0, 0.0, 1.0, 2.0]);
    prop_oneof![6 => -10.0..10.0f32, 3 => ties, 1 => prop::sample::select(special.to_vec())].boxed()
}

/// An array of such cells.
pub fn array(shape: Vec<usize>, cell: impl Strategy<Value = f32>) -> impl Strategy<Value = ArrayD<f32>> {
    let values = prop::collection::vec(cell, shape.iter().product::<usize>());
    values.prop_map(move |values| ArrayD::from_shape_vec(IxDyn(&shape), values).unwrap())
}

/// Cells that lie 0.1 apart at least, so that a step of 0.01 makes none pass another.
pub fn distinct(shape: Vec<usize>) -> impl Strategy<Value = ArrayD<f32>> {
    let count = shape.iter().product::<usize>() as i32;
    let order = Just((-count / 2..count - count / 2).collect::<Vec<_>>()).prop_shuffle();
    order.prop_map(move |order| {
        let cells = order.iter().map(|&place| place as f32 * 0.1).collect();
        ArrayD::from_shape_vec(IxDyn(&shape), cells).unwrap()
    })
}

/// N, C and one to three spatial extents; batches may be empty.
pub fn shape() -> impl Strategy<Value = Vec<usize>> {
    (0..3usize, 1..3usize, spatial()).prop_map(|(n, c, spatial)| [&[n, c], spatial.as_slice()].concat())
}

/// One to three extents.
pub fn spatial() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1..6usize, 1..=3)
}

/// Every kind of geometry, with what fits it.
pub fn geometry() -> impl Strategy<Value = (Geometry, Vec<usize>)> {
    let axis = (1..7usize, 1..4usize, 1..5usize, 1..4usize, 0..3usize, 0..3usize);
    (prop::collection::vec(axis, 1..=3), any::<bool>(), 0..5u8, any::<u64>()).prop_filter_map(
        "does not fit",
        |(axes, flag, kind, seed)| {
            let spatial: Vec<usize> = axes.iter().map(|axis| axis.0).collect();
            let kernel: Vec<usize> = axes.iter().map(|axis| axis.1).collect();
            let fitting: Vec<usize> = axes.iter().map(|axis| axis.1.min(axis.0)).collect();
            let sequence = deep_end::geometry::Sequence::Random;
            let geometry = match kind {
                0 | 1 => {
                    let effective = |axis: &(usize, usize, usize, usize, usize, usize)| axis.3 * (axis.1 - 1) + 1;
                    let padding = axes.iter().map(|axis| [axis.4 % effective(axis), axis.5 % effective(axis)]);
                    Window::new(kernel)
                        .stride(axes.iter().map(|axis| axis.2).collect::<Vec<_>>())
                        .dilation(axes.iter().map(|axis| axis.3).collect::<Vec<_>>())
                        .padding(padding.collect::<Vec<_>>())
                        .ceil_mode(flag)
                        .into()
                }
                2 => Geometry::Adaptive { output_size: kernel },
                3 => Geometry::Fractional { output_size: fitting, sequence, overlapping: flag, seed },
                _ => Geometry::Global,
            };
            geometry.plan(&spatial).is_ok().then_some((geometry, spatial))
        },
    )
}

/// The positions in one plane that each output cell reads, row-major, from a geometry's spans.
pub fn windows(geometry: &Geometry, spatial: &[usize]) -> Vec<Vec<Vec<usize>>> {
    let plan = geometry.plan(spatial).unwrap();
    let reads = |axis: usize, at: usize| {
        let axis = &plan.axes()[axis];
        axis.spans[at].positions(axis.step).collect::<Vec<_>>()
    };
    let outputs = ndarray::indices(IxDyn(&plan.output_shape()));
    let window = |place: IxDyn| {
        (0..spatial.len()).fold(vec![vec![]], |cells, axis| {
            let extended = |cell: &Vec<usize>| {
                let cell = cell.clone();
                reads(axis, place[axis]).into_iter().map(move |at| [cell.as_slice(), &[at]].concat())
            };
            cells.iter().flat_map(extended).collect()
        })
    };
    outputs.into_iter().map(window).collect()
}

/// Weights for a loss, none of them 0.
pub fn weights(shape: &[usize]) -> ArrayD<f32> {
    let count = shape.iter().product::<usize>();
    let weights = (0..count).map(|i| (i * 5 % 11) as f32 - 5.5).collect();
    ArrayD::from_shape_vec(IxDyn(shape), weights).unwrap()
}

/// Holds `backward(x, grad_output)` to the slopes of Σ weights · forward(x).
pub fn gradients_are_slopes(
    x: &ArrayD<f32>,
    forward: impl Fn(&ArrayD<f32>) -> ArrayD<f32>,
    backward: impl Fn(&ArrayD<f32>, &ArrayD<f32>) -> ArrayD<f32>,
) -> Result<(), TestCaseError> {
    let weights = weights(forward(x).shape());
    let loss = |x: &ArrayD<f32>| -> f64 {
        forward(x).iter().zip(&weights).map(|(&y, &weight)| f64::from(y) * f64::from(weight)).sum()
    };
    let gradient = backward(x, &weights);
    prop_assert_eq!(gradient.shape(), x.shape());
    for (i, &ours) in gradient.iter().enumerate() {
        let moved = |step: f32| {
            let mut x = x.clone();
            *x.iter_mut().nth(i).unwrap() += step;
            loss(&x)
        };
        let slope = (moved(0.01) - moved(-0.01)) / 0.02;
        prop_assert!(
            (f64::from(ours) - slope).abs() < 0.01 * (1.0 + slope.abs()),
            "cell {}: {} against {}",
            i,
            ours,
            slope
        );
    }
    Ok(())
}

/// Equal to the bit; a NaN is as good as another.
pub fn same(ours: &ArrayD<f32>, theirs: &ArrayD<f32>) -> bool {
    let equal = |(a, b): (&f32, &f32)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
    ours.shape() == theirs.shape() && ours.iter().zip(theirs).all(equal)
}
