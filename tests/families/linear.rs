//! Linear, bilinear and trilinear upsampling.

use crate::support::{array, distinct, gradients_are_slopes, shape};
use deep_end::pool::{upsample_linear, upsample_linear_backward};
use ndarray::{ArrayD, IxDyn, array};
use proptest::prelude::*;

/// An array, extents to resize it to, and the rule for corners.
fn case() -> impl Strategy<Value = (ArrayD<f32>, Vec<usize>, bool)> {
    shape().prop_flat_map(|shape| {
        let axes = shape.len() - 2;
        (array(shape, -9.0..9.0f32), prop::collection::vec(1..9usize, axes), any::<bool>())
    })
}

/// Where output cell i of m lies among n cells, as PyTorch's documentation of `align_corners` has it.
fn source(i: usize, n: usize, m: usize, align_corners: bool) -> f64 {
    let (i, n, m) = (i as f64, n as f64, m as f64);
    match (align_corners, m == 1.0) {
        (true, true) => 0.0,
        (true, false) => i * (n - 1.0) / (m - 1.0),
        (false, _) => ((i + 0.5) * n / m - 0.5).max(0.0),
    }
}

proptest! {
    #[test]
    fn a_cell_is_blended_from_its_corners((x, size, align_corners) in case()) {
        let y = upsample_linear(x.view(), &size, align_corners).unwrap();
        prop_assert_eq!(y.shape(), [&x.shape()[..2], size.as_slice()].concat());
        let axes = size.len();
        for (place, &ours) in y.indexed_iter() {
            let mut expected = 0.0;
            for corner in 0..1u32 << axes {
                let (mut weight, mut cell) = (1.0, place.clone());
                for axis in 0..axes {
                    let extent = x.shape()[axis + 2];
                    let s = source(place[axis + 2], extent, size[axis], align_corners);
                    let upper = corner >> axis & 1 == 1;
                    weight *= if upper { s - s.floor() } else { 1.0 - (s - s.floor()) };
                    cell[axis + 2] = (s.floor() as usize + usize::from(upper)).min(extent - 1);
                }
                expected += weight * f64::from(x[cell]);
            }
            // One rounding to f32 of numbers below 9, and a position in doubles that may round across a whole number.
            prop_assert!((f64::from(ours) - expected).abs() < 1e-6, "{} against {}", ours, expected);
        }
    }

    #[test]
    fn values_stay_between_the_least_and_the_greatest((x, size, align_corners) in case()) {
        let y = upsample_linear(x.view(), &size, align_corners).unwrap();
        let least = x.iter().copied().fold(f32::INFINITY, f32::min);
        let greatest = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        prop_assert!(y.iter().all(|&value| (least..=greatest).contains(&value)));
    }

    #[test]
    fn the_same_size_is_the_identity_and_a_slope_stays_one((x, size, align_corners) in case()) {
        prop_assert_eq!(&upsample_linear(x.view(), &x.shape()[2..], align_corners).unwrap(), &x);
        // With aligned corners, a function that is linear along each axis is sampled exactly.
        let slope = |place: &IxDyn, of: &[usize]| -> f64 {
            (2..2 + of.len()).map(|axis| (axis as f64 - 0.5) * place[axis] as f64 / (of[axis - 2].max(2) - 1) as f64).sum()
        };
        prop_assume!(x.shape()[2..].iter().all(|&extent| extent > 1) && size.iter().all(|&extent| extent > 1));
        let from = ArrayD::from_shape_fn(x.shape(), |place| slope(&place, &x.shape()[2..]) as f32);
        for (place, &value) in upsample_linear(from.view(), &size, true).unwrap().indexed_iter() {
            prop_assert!((f64::from(value) - slope(&place, &size)).abs() < 1e-5);
        }
    }

    #[test]
    fn gradients_are_the_slopes(x in distinct(vec![2, 1, 3, 2]), size in [1..7usize, 1..7usize], align_corners: bool) {
        let backward = |_: &ArrayD<f32>, g: &ArrayD<f32>| upsample_linear_backward(g.view(), &[3, 2], align_corners).unwrap();
        gradients_are_slopes(&x, |x| upsample_linear(x.view(), &size, align_corners).unwrap(), backward)?;
    }

    #[test]
    fn gradients_in_other_numbers_of_axes_are_the_slopes(x in distinct(vec![2, 1, 4]), size in prop::array::uniform3(1..7usize), align_corners: bool) {
        let backward = |shape: Vec<usize>| {
            move |_: &ArrayD<f32>, g: &ArrayD<f32>| upsample_linear_backward(g.view(), &shape, align_corners).unwrap()
        };
        gradients_are_slopes(&x, |x| upsample_linear(x.view(), &size[..1], align_corners).unwrap(), backward(vec![4]))?;
        let x = x.to_shape(IxDyn(&[1, 1, 2, 2, 2])).unwrap().to_owned();
        gradients_are_slopes(&x, |x| upsample_linear(x.view(), &size, align_corners).unwrap(), backward(vec![2, 2, 2]))?;
    }
}

#[test]
fn a_cell_of_weight_zero_takes_no_part() {
    let x = array![[[1.0, f32::INFINITY, f32::NAN]]].into_dyn();
    let same = upsample_linear(x.view(), &[3], true).unwrap();
    assert_eq!((same[[0, 0, 0]], same[[0, 0, 1]], same[[0, 0, 2]].is_nan()), (1.0, f32::INFINITY, true));
    // The first of six lies before the first cell's centre.
    assert_eq!(upsample_linear(x.view(), &[6], false).unwrap()[[0, 0, 0]], 1.0);
}

#[test]
fn what_does_not_fit_is_refused() {
    let message = |x: &[usize], size: &[usize]| upsample_linear(ArrayD::zeros(x).view(), size, false).unwrap_err();
    let rule = "must have one extent, at least 1, for each spatial axis of [1, 1, 2]";
    assert_eq!(message(&[1, 1, 2], &[0]).to_string(), format!("output_size is [0]: {rule}"));
    assert_eq!(
        message(&[1, 1, 2, 2, 2, 2], &[2; 4]).to_string(),
        "x is [1, 1, 2, 2, 2, 2]: must have N, C and one to three spatial extents"
    );
    assert_eq!(message(&[1, 1, 2], &[1 << 58]).kind(), deep_end::error::ErrorKind::Memory);
    let error = upsample_linear_backward(ArrayD::zeros(vec![1, 1, 4]).view(), &[2, 2], true).unwrap_err();
    assert_eq!(error.parameter(), "input_size");
}
