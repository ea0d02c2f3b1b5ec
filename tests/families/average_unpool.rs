//! Average-unpooling.

use crate::support::{array, distinct, geometry, gradients_are_slopes, windows};
use deep_end::geometry::Sequence;
use deep_end::pool::{average_unpool, average_unpool_backward};
use deep_end::{Geometry, Pool, Pooling, Window};
use ndarray::{ArrayD, Dimension, IxDyn, array};
use proptest::prelude::*;

/// A geometry, the spatial shape that it pools, and an array of what it makes.
fn case(cell: impl Strategy<Value = f32> + Clone) -> impl Strategy<Value = (Geometry, Vec<usize>, ArrayD<f32>)> {
    (geometry(), 0..3usize).prop_flat_map(move |((geometry, spatial), n)| {
        let output = geometry.plan(&spatial).unwrap().output_shape();
        let y = array([&[n, 2], output.as_slice()].concat(), cell.clone());
        (Just(geometry), Just(spatial), y)
    })
}

/// Windows without a gap or an overlap, padded or cut off at the borders, and regions that tile.
fn disjoint() -> impl Strategy<Value = (Geometry, Vec<usize>, ArrayD<f32>)> {
    let axis = (1..9usize, 1..4usize, 0..3usize, 0..3usize);
    (prop::collection::vec(axis, 1..=3), any::<bool>(), any::<bool>(), any::<u64>())
        .prop_filter_map("does not fit", |(axes, slides, ceil_mode, seed)| {
            let spatial: Vec<usize> = axes.iter().map(|axis| axis.0).collect();
            let kernel: Vec<usize> = axes.iter().map(|axis| axis.1).collect();
            let output_size = axes.iter().map(|axis| axis.1.min(axis.0)).collect();
            let padding: Vec<_> = axes.iter().map(|axis| [axis.2 % axis.1, axis.3 % axis.1]).collect();
            let geometry = if slides {
                Window::new(kernel).padding(padding).ceil_mode(ceil_mode).into()
            } else {
                Geometry::Fractional { output_size, sequence: Sequence::Random, overlapping: false, seed }
            };
            geometry.plan(&spatial).ok().map(|plan| (geometry, spatial, plan.output_shape()))
        })
        .prop_flat_map(|(geometry, spatial, output)| {
            let whole = (-100..100i8).prop_map(f32::from);
            (Just(geometry), Just(spatial), array([&[2, 1], output.as_slice()].concat(), whole))
        })
}

proptest! {
    #[test]
    fn a_cell_is_the_mean_of_its_readers((geometry, spatial, y) in case(-9.0..9.0f32)) {
        let up = average_unpool(y.view(), &geometry, &spatial).unwrap();
        prop_assert_eq!(up.shape(), [&y.shape()[..2], spatial.as_slice()].concat());
        let windows = windows(&geometry, &spatial);
        let plane = windows.len();
        let values: Vec<f32> = y.iter().copied().collect();
        for (place, &ours) in up.indexed_iter() {
            let number = place[0] * 2 + place[1];
            let cell: Vec<usize> = (2..up.ndim()).map(|axis| place[axis]).collect();
            let readers = windows.iter().enumerate().filter(|(_, window)| window.contains(&cell));
            let readers: Vec<f64> = readers.map(|(window, _)| f64::from(values[number * plane + window])).collect();
            let mean = readers.iter().sum::<f64>() / readers.len().max(1) as f64;
            // Sums are made in doubles and rounded once.
            prop_assert!((f64::from(ours) - mean).abs() <= 1e-6 * 9.0, "{} against {}", ours, mean);
        }
    }

    #[test]
    fn average_pooling_undoes_it_where_windows_are_disjoint((geometry, spatial, y) in disjoint()) {
        let average = Pooling::Average { count_include_pad: false, divisor_override: None };
        let up = average_unpool(y.view(), &geometry, &spatial).unwrap();
        prop_assert_eq!(Pool::with_geometry(average, geometry).unwrap().forward(up.view()).unwrap(), y);
    }

    #[test]
    fn the_same_value_everywhere_fills_what_is_read((geometry, spatial, y) in case(Just(0.3f32))) {
        let up = average_unpool(y.view(), &geometry, &spatial).unwrap();
        let windows = windows(&geometry, &spatial);
        for (place, &value) in up.indexed_iter() {
            let cell: Vec<usize> = (2..up.ndim()).map(|axis| place[axis]).collect();
            prop_assert_eq!(value, if windows.iter().any(|window| window.contains(&cell)) { 0.3 } else { 0.0 });
        }
    }

    #[test]
    fn gradients_are_the_slopes(((geometry, spatial), seed) in (geometry(), any::<u8>())) {
        let output = geometry.plan(&spatial).unwrap().output_shape();
        let y = ArrayD::from_shape_fn(IxDyn(&[&[2, 1], output.as_slice()].concat()), |place| {
            (place.as_array_view().sum() + usize::from(seed)) as f32 % 7.0 - 3.0
        });
        let backward = |_: &ArrayD<f32>, g: &ArrayD<f32>| average_unpool_backward(g.view(), &geometry).unwrap();
        gradients_are_slopes(&y, |y| average_unpool(y.view(), &geometry, &spatial).unwrap(), backward)?;
    }

    #[test]
    fn slopes_of_overlapping_windows(y in distinct(vec![1, 2, 3, 3])) {
        let geometry = Geometry::from(Window::new([3, 2]).stride([2, 1]).padding([[1, 1], [0, 0]]));
        let backward = |_: &ArrayD<f32>, g: &ArrayD<f32>| average_unpool_backward(g.view(), &geometry).unwrap();
        gradients_are_slopes(&y, |y| average_unpool(y.view(), &geometry, &[5, 4]).unwrap(), backward)?;
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let geometry = Geometry::from(Window::new([2]));
    let message = |y: &[usize], output: &[usize]| {
        average_unpool(ArrayD::zeros(y).view(), &geometry, output).unwrap_err().to_string()
    };
    let rule = "must have the spatial shape [3], which the geometry makes of [6]";
    assert_eq!(message(&[1, 1, 2], &[6]), format!("y is [1, 1, 2]: {rule}"));
    let rule = "must have one extent, at least 1, for each spatial axis of [1, 1, 2]";
    assert_eq!(message(&[1, 1, 2], &[4, 4]), format!("output_size is [4, 4]: {rule}"));
    assert_eq!(message(&[1, 1, 2], &[0]), format!("output_size is [0]: {rule}"));
    assert_eq!(message(&[1, 1], &[4]), "y is [1, 1]: must have N, C and one to three spatial extents");
    let huge = message(&[1, 1, 2], &[usize::MAX]);
    assert_eq!(huge, format!("output_size is [1, 1, {}]: the number of values overflows", usize::MAX));
    let back =
        |shape: &[usize]| average_unpool_backward(ArrayD::zeros(shape).view(), &geometry).unwrap_err().to_string();
    assert!(back(&[1, 1, 1]).starts_with("kernel_size is 2: "), "{}", back(&[1, 1, 1]));
    assert_eq!(back(&[1]), "shape is []: an input has one, two or three spatial axes");
}

#[test]
fn an_empty_batch_of_huge_maps_is_an_error_and_not_an_abort() {
    let y = ArrayD::<f32>::zeros(vec![0, 1, 1]);
    let error = average_unpool(y.view(), &Geometry::Global, &[1 << 58]).unwrap_err();
    assert_eq!(error.kind(), deep_end::error::ErrorKind::Memory);
    let few = average_unpool(array![[[2.0]]].into_dyn().view(), &Geometry::Global, &[3]).unwrap();
    assert_eq!(few, array![[[2.0, 2.0, 2.0]]].into_dyn());
}
