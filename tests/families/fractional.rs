//! Fractional regions, by the paper and by PyTorch.

use crate::support::{array, cell, distinct, gradients_are_slopes, same, spatial};
use deep_end::geometry::Sequence;
use deep_end::pool::FractionalMax;
use deep_end::{Geometry, Pool, Pooling};
use ndarray::{ArrayD, IxDyn, array};
use proptest::prelude::*;

fn sequence() -> impl Strategy<Value = Sequence> {
    prop::sample::select(vec![Sequence::Random, Sequence::Pseudorandom])
}

/// Extents of the output and the input of one to three axes.
fn sizes(most: usize) -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    let axis = (1..=most).prop_flat_map(|extent| (1..=extent, Just(extent)));
    prop::collection::vec(axis, 1..=3).prop_map(|axes| axes.into_iter().unzip())
}

/// The `[start, end)` of each region of each axis.
fn regions(
    output_size: &[usize],
    spatial: &[usize],
    sequence: Sequence,
    overlapping: bool,
    seed: u64,
) -> Vec<Vec<[usize; 2]>> {
    let geometry = Geometry::Fractional { output_size: output_size.to_vec(), sequence, overlapping, seed };
    let plan = geometry.plan(spatial).unwrap();
    let axes = plan.axes().iter();
    axes.map(|axis| axis.spans.iter().map(|span| [span.start, span.start + span.len]).collect()).collect()
}

proptest! {
    #[test]
    fn regions_tile_the_input_in_two_sizes((output, input) in sizes(40), sequence in sequence(), seed: u64) {
        let tiles = regions(&output, &input, sequence, false, seed);
        let shared = regions(&output, &input, sequence, true, seed);
        for (axis, (tiles, shared)) in tiles.iter().zip(&shared).enumerate() {
            let (count, extent) = (output[axis], input[axis]);
            prop_assert_eq!(tiles.len(), count);
            prop_assert_eq!((tiles[0][0], tiles[count - 1][1]), (0, extent));
            prop_assert!(tiles.windows(2).all(|pair| pair[0][1] == pair[1][0]));
            let sizes = [extent / count, extent.div_ceil(count)];
            prop_assert!(tiles.iter().all(|[start, end]| sizes.contains(&(end - start))), "{:?}", tiles);
            // The same regions, and the neighbour's first cell.
            let expected: Vec<_> = tiles.iter().map(|&[start, end]| [start, extent.min(end + 1)]).collect();
            prop_assert_eq!(shared, &expected);
        }
    }

    /// The mark of ⌈α(i + u)⌉: any d neighbours have ⌊αd⌋ or ⌈αd⌉ cells together. A random order has not.
    #[test]
    fn pseudorandom_sizes_are_evenly_spread((output, input) in sizes(40), seed: u64) {
        for (axis, tiles) in regions(&output, &input, Sequence::Pseudorandom, false, seed).iter().enumerate() {
            for d in 1..=tiles.len() {
                let cells = input[axis] * d;
                let both = [cells / output[axis], cells.div_ceil(output[axis])];
                prop_assert!(tiles.windows(d).all(|run| both.contains(&(run[d - 1][1] - run[0][0]))), "{:?}", tiles);
            }
        }
    }

    #[test]
    fn a_seed_is_a_sequence((output, input) in sizes(40), sequence in sequence(), seed: u64) {
        let draw = || regions(&output, &input, sequence, true, seed);
        prop_assert_eq!(draw(), draw());
    }

    #[test]
    fn max_is_the_greatest_of_a_region(
        (x, output, sequence) in sizes(6).prop_flat_map(|(output, input)| {
            (array([&[2, 1], input.as_slice()].concat(), -9.0..9.0f32), Just(output), sequence())
        }),
        overlapping: bool,
        seed: u64,
    ) {
        let geometry = Geometry::Fractional { output_size: output.clone(), sequence, overlapping, seed };
        let y = Pool::with_geometry(Pooling::Max, geometry).unwrap().forward(x.view()).unwrap();
        let regions = regions(&output, &x.shape()[2..], sequence, overlapping, seed);
        for (place, &value) in y.indexed_iter() {
            let inside = |cell: &IxDyn| {
                (0..2).all(|axis| cell[axis] == place[axis])
                    && (2..x.ndim()).all(|axis| {
                        let [start, end] = regions[axis - 2][place[axis]];
                        (start..end).contains(&cell[axis])
                    })
            };
            let cells = x.indexed_iter().filter(|(cell, _)| inside(cell)).map(|(_, &cell)| cell);
            prop_assert_eq!(value, cells.fold(f32::NEG_INFINITY, f32::max));
        }
    }

    #[test]
    fn as_many_outputs_as_cells_is_the_identity(x in spatial().prop_flat_map(|spatial| array([&[2, 1], spatial.as_slice()].concat(), cell())), sequence in sequence(), seed: u64) {
        let geometry = Geometry::Fractional { output_size: x.shape()[2..].to_vec(), sequence, overlapping: false, seed };
        let y = Pool::with_geometry(Pooling::Max, geometry).unwrap().forward(x.view()).unwrap();
        prop_assert!(same(&y, &x));
    }

    #[test]
    fn gradients_are_the_slopes(x in distinct(vec![1, 2, 4, 5]), sequence in sequence(), overlapping: bool, seed: u64) {
        for method in [Pooling::Max, Pooling::average(), Pooling::Soft] {
            let geometry = Geometry::Fractional { output_size: vec![3, 3], sequence, overlapping, seed };
            let pool = Pool::with_geometry(method, geometry).unwrap();
            let backward = |x: &ArrayD<f32>, g: &ArrayD<f32>| pool.backward(x.view(), g.view()).unwrap();
            gradients_are_slopes(&x, |x| pool.forward(x.view()).unwrap(), backward)?;
        }
    }
}

#[test]
fn axes_and_seeds_differ() {
    let draw = |sequence, seed| regions(&[7, 7], &[10, 10], sequence, false, seed);
    for sequence in [Sequence::Random, Sequence::Pseudorandom] {
        let draws: Vec<_> = (0..20).map(|seed| draw(sequence, seed)).collect();
        assert!(draws.iter().any(|axes| axes[0] != axes[1]), "{sequence:?}: both axes have one sequence");
        assert!(draws.iter().any(|axes| axes[0] != draws[0][0]), "{sequence:?}: every seed has one sequence");
    }
}

#[test]
fn more_regions_than_cells_are_refused() {
    let geometry = |output_size: &[usize]| Geometry::Fractional {
        output_size: output_size.to_vec(),
        sequence: Sequence::Random,
        overlapping: false,
        seed: 0,
    };
    let message = |output: &[usize], input: &[usize]| geometry(output).plan(input).unwrap_err().to_string();
    assert_eq!(
        message(&[2, 6], &[5, 5]),
        "output_size is 6: a fractional region has at least one cell, and this axis has 5"
    );
    assert_eq!(message(&[0], &[5]), "output_size is [0]: every extent must be at least 1");
    assert_eq!(
        message(&[2], &[5, 5]),
        "output_size is [2]: must have one value for each spatial axis of the input [5, 5]"
    );
}

/// PyTorch's rule, as its documentation has it, for one plane: the starts along each axis, from samples in its order.
fn starts(spatial: &[usize], kernel: &[usize], output: &[usize], samples: &[f32]) -> Vec<Vec<usize>> {
    let axes = spatial.len();
    let axis = |axis: usize| {
        let sample = samples[if axes == 2 { 1 - axis } else { axis }];
        let last = spatial[axis] - kernel[axis];
        let alpha = last as f32 / (output[axis] as f32 - 1.0);
        let inner = |i: usize| ((i as f32 + sample) * alpha).floor() as usize - (sample * alpha).floor() as usize;
        (0..output[axis] - 1).map(inner).chain([last]).collect()
    };
    (0..axes).map(axis).collect()
}

/// Kernel, output and input of one to three axes that fit, then N and C.
fn pytorch() -> impl Strategy<Value = (FractionalMax, [Vec<usize>; 2], ArrayD<f32>, ArrayD<f32>)> {
    let axis = (1..4usize, 1..4usize, 0..4usize);
    (prop::collection::vec(axis, 1..=3), 0..3usize, 1..3usize).prop_flat_map(|(axes, n, c)| {
        let kernel: Vec<usize> = axes.iter().map(|axis| axis.0).collect();
        let output: Vec<usize> = axes.iter().map(|axis| axis.1).collect();
        let spatial: Vec<usize> = axes.iter().map(|axis| axis.0 + axis.1 - 1 + axis.2).collect();
        let layer = FractionalMax::new(kernel.clone(), output.clone()).unwrap();
        let x = array([&[n, c], spatial.as_slice()].concat(), cell());
        (Just(layer), Just([kernel, output]), x, array(vec![n, c, axes.len()], 0.0..1.0f32))
    })
}

proptest! {
    #[test]
    fn every_plane_has_the_windows_of_its_samples((layer, [kernel, output], x, samples) in pytorch()) {
        let (values, indices) = layer.forward_with_indices(x.view(), samples.view()).unwrap();
        prop_assert_eq!(values.shape(), [&x.shape()[..2], output.as_slice()].concat());
        for (place, &value) in values.indexed_iter() {
            let spatial = &x.shape()[2..];
            let of_plane: Vec<f32> = (0..kernel.len()).map(|axis| samples[[place[0], place[1], axis]]).collect();
            let starts = starts(spatial, &kernel, &output, &of_plane);
            let mut winner = (f32::NEG_INFINITY, None);
            for tap in ndarray::indices(IxDyn(&kernel)) {
                let cell: Vec<usize> = (0..kernel.len()).map(|axis| starts[axis][place[axis + 2]] + tap[axis]).collect();
                let flat = cell.iter().zip(spatial).fold(0, |flat, (at, extent)| flat * extent + at);
                let x = x[IxDyn(&[&[place[0], place[1]], cell.as_slice()].concat())];
                if winner.1.is_none() || x > winner.0 || x.is_nan() {
                    winner = (x, Some(flat as i32));
                }
            }
            prop_assert_eq!(Some(indices[&place]), winner.1);
            prop_assert_eq!(value.to_bits(), winner.0.to_bits());
        }
    }

    #[test]
    fn pytorch_gradients_are_the_slopes(x in distinct(vec![2, 1, 4, 5]), seed: u64) {
        let layer = FractionalMax::new([2, 2], [3, 3]).unwrap();
        let samples = layer.random_samples(seed, x.shape()).unwrap();
        let backward = |x: &ArrayD<f32>, g: &ArrayD<f32>| layer.backward(x.view(), samples.view(), g.view()).unwrap();
        gradients_are_slopes(&x, |x| layer.forward(x.view(), samples.view()).unwrap(), backward)?;
    }
}

#[test]
fn samples_of_a_seed_are_uniform() {
    let layer = FractionalMax::new([2, 2], [3, 3]).unwrap();
    let samples = layer.random_samples(3, &[100, 50, 5, 5]).unwrap();
    assert_eq!(samples.shape(), [100, 50, 2]);
    assert_eq!(samples, layer.random_samples(3, &[100, 50, 9, 9]).unwrap());
    let mut counts = [0u32; 10];
    samples.iter().for_each(|sample| counts[(sample * 10.0) as usize] += 1);
    // Chi-squared with nine degrees of freedom: above 27.9 in one of a thousand.
    let squared: f64 = counts.iter().map(|&count| (f64::from(count) - 1e3).powi(2) / 1e3).sum();
    assert!(squared < 27.9, "{counts:?}");
}

#[test]
fn samples_and_sizes_that_do_not_fit_are_refused() {
    let message = |kernel: &[usize], output: &[usize]| FractionalMax::new(kernel, output).unwrap_err().to_string();
    let rule = "must have one value for each of one to three spatial axes, each at least 1";
    assert_eq!(message(&[2, 0], &[3, 3]), format!("kernel_size is [2, 0]: {rule}"));
    assert_eq!(message(&[2; 4], &[3; 4]), format!("kernel_size is [2, 2, 2, 2]: {rule}"));
    assert_eq!(message(&[2], &[3, 3]), "output_size is [3, 3]: must have as many values as kernel_size, 1");

    let layer = FractionalMax::new([2], [3]).unwrap();
    let message = |x: &[usize], samples: ArrayD<f32>| {
        layer.forward(ArrayD::zeros(x).view(), samples.view()).unwrap_err().to_string()
    };
    let half = array![[[0.5]]].into_dyn();
    let rule = "kernel_size + output_size − 1 must not exceed the input's 3 cells";
    assert_eq!(message(&[1, 1, 3], half.clone()), format!("output_size is [3]: {rule}"));
    assert_eq!(message(&[0, 1, 3], ArrayD::zeros(vec![0, 1, 1])), format!("output_size is [3]: {rule}"));
    assert_eq!(message(&[1, 1, 5], array![[[1.0]]].into_dyn()), "random_samples is 1: a sample lies in [0, 1)");
    assert_eq!(message(&[1, 1, 5], array![[[f32::NAN]]].into_dyn()), "random_samples is NaN: a sample lies in [0, 1)");
    let rule = "must have N, C and one sample for each axis of the kernel: [1, 2, 1]";
    assert_eq!(message(&[1, 2, 5], half.clone()), format!("random_samples.shape is [1, 1, 1]: {rule}"));
    let rule = "an input must have N, C and 1 spatial extents, one for each axis of the kernel";
    assert_eq!(message(&[1, 1, 5, 5], half.clone()), format!("shape is [5, 5]: {rule}"));
    assert_eq!(layer.random_samples(0, &[1, 1]).unwrap_err().to_string(), format!("shape is [1, 1]: {rule}"));
    let gradient = ArrayD::zeros(vec![1, 1, 2]);
    let error = layer.backward(ArrayD::zeros(vec![1, 1, 5]).view(), half.view(), gradient.view()).unwrap_err();
    assert_eq!(error.to_string(), "grad_output is [1, 1, 2]: must have the output's shape [1, 1, 3]");
}
