//! Nearest-neighbour upsampling.

use crate::support::{array, cell, distinct, gradients_are_slopes, same, shape};
use deep_end::pool::{upsample_nearest, upsample_nearest_backward};
use deep_end::{Pool, Pooling, Window};
use ndarray::{ArrayD, IxDyn};
use proptest::prelude::*;

/// An array, and extents to resize it to.
fn case() -> impl Strategy<Value = (ArrayD<f32>, Vec<usize>)> {
    shape().prop_flat_map(|shape| {
        let axes = shape.len() - 2;
        (array(shape, cell()), prop::collection::vec(1..9usize, axes))
    })
}

proptest! {
    #[test]
    fn a_cell_is_a_copy((x, size) in case()) {
        let y = upsample_nearest(x.view(), &size).unwrap();
        prop_assert_eq!(y.shape(), [&x.shape()[..2], size.as_slice()].concat());
        for (place, value) in y.indexed_iter() {
            let mut source = place.clone();
            for axis in 2..x.ndim() {
                // The last cell that begins at or before the output's: s/n ≤ i/m.
                let begins = |s: &usize| s * size[axis - 2] <= place[axis] * x.shape()[axis];
                source[axis] = (0..x.shape()[axis]).rev().find(begins).unwrap();
            }
            prop_assert_eq!(value.to_bits(), x[source].to_bits());
        }
    }

    #[test]
    fn subsampling_undoes_a_whole_factor((x, factors) in case()) {
        let size: Vec<usize> = x.shape()[2..].iter().zip(&factors).map(|(extent, factor)| extent * factor).collect();
        let y = upsample_nearest(x.view(), &size).unwrap();
        prop_assert!(same(&Pool::new(Pooling::Subsample, Window::new(factors)).unwrap().forward(y.view()).unwrap(), &x));
    }

    #[test]
    fn gradients_are_the_slopes(x in distinct(vec![1, 2, 3, 2]), size in [1..7usize, 1..7usize]) {
        let backward = |_: &ArrayD<f32>, g: &ArrayD<f32>| upsample_nearest_backward(g.view(), &[3, 2]).unwrap();
        gradients_are_slopes(&x, |x| upsample_nearest(x.view(), &size).unwrap(), backward)?;
    }

    #[test]
    fn gradients_in_other_numbers_of_axes_are_the_slopes(x in distinct(vec![2, 1, 4]), size in prop::array::uniform3(1..7usize)) {
        let backward = |shape: Vec<usize>| move |_: &ArrayD<f32>, g: &ArrayD<f32>| upsample_nearest_backward(g.view(), &shape).unwrap();
        gradients_are_slopes(&x, |x| upsample_nearest(x.view(), &size[..1]).unwrap(), backward(vec![4]))?;
        let x = x.to_shape(IxDyn(&[1, 1, 2, 2, 2])).unwrap().to_owned();
        gradients_are_slopes(&x, |x| upsample_nearest(x.view(), &size).unwrap(), backward(vec![2, 2, 2]))?;
    }
}

#[test]
fn positions_are_exact_where_floats_are_not() {
    // 2²⁴ + 1 is no f32: with a ratio in floats the last of these positions is one further.
    let extent = 16_777_217;
    let cells = (0..extent).map(|at| (at % 1000) as f32).collect();
    let x = ArrayD::from_shape_vec(IxDyn(&[1, 1, extent]), cells).unwrap();
    let y = upsample_nearest(x.view(), &[7]).unwrap();
    // ⌊i · 16,777,217 / 7⌋, by hand: 2,396,745 and two sevenths each.
    let expected = [0, 2_396_745, 4_793_490, 7_190_235, 9_586_981, 11_983_726, 14_380_471].map(|at| (at % 1000) as f32);
    assert_eq!(y.into_raw_vec_and_offset().0, expected);
}

#[test]
fn what_does_not_fit_is_refused() {
    let message =
        |x: &[usize], size: &[usize]| upsample_nearest(ArrayD::zeros(x).view(), size).unwrap_err().to_string();
    let rule = "must have one extent, at least 1, for each spatial axis of [1, 1, 2]";
    assert_eq!(message(&[1, 1, 2], &[4, 4]), format!("output_size is [4, 4]: {rule}"));
    assert_eq!(message(&[1, 1, 2], &[0]), format!("output_size is [0]: {rule}"));
    assert_eq!(message(&[1, 1, 0], &[2]), "x is [1, 1, 0]: every spatial extent must be at least 1");
    assert_eq!(message(&[2], &[2]), "x is [2]: must have N, C and one to three spatial extents");
    assert_eq!(
        message(&[1, 1, 2, 2], &[1 << 40, 1 << 40]),
        "output_size is [1, 1, 1099511627776, 1099511627776]: the number of values overflows"
    );
    let memory = upsample_nearest(ArrayD::zeros(vec![1, 1, 2]).view(), &[1 << 58]).unwrap_err();
    assert_eq!(memory.kind(), deep_end::error::ErrorKind::Memory);
    let error = upsample_nearest_backward(ArrayD::zeros(vec![1, 1, 4]).view(), &[2, 2]).unwrap_err();
    assert_eq!(error.parameter(), "input_size");
}
