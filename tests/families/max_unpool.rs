//! Max-unpooling.

use crate::support::{array, distinct, gradients_are_slopes};
use deep_end::pool::{max_unpool, max_unpool_backward};
use deep_end::{Pool, Pooling, Window};
use ndarray::{ArrayD, array};
use proptest::prelude::*;

/// A kernel that is its own stride, an input larger than it, N and C.
fn case() -> impl Strategy<Value = (Pool, ArrayD<f32>)> {
    (prop::collection::vec((1..4usize, 0..5usize), 1..=3), 0..3usize).prop_flat_map(|(axes, n)| {
        let kernel: Vec<usize> = axes.iter().map(|axis| axis.0).collect();
        let spatial: Vec<usize> = axes.iter().map(|axis| axis.0 + axis.1).collect();
        let pool = Pool::new(Pooling::Max, Window::new(kernel)).unwrap();
        (Just(pool), array([&[n, 2], spatial.as_slice()].concat(), 0.1..9.0f32))
    })
}

proptest! {
    #[test]
    fn pooling_again_gives_the_same_maxima_in_the_same_places((pool, x) in case()) {
        let (values, indices) = pool.forward_with_indices(x.view()).unwrap();
        let up = max_unpool(values.view(), indices.view(), &x.shape()[2..]).unwrap();
        prop_assert_eq!(up.shape(), x.shape());
        // Each value where it was in x, nothing else.
        prop_assert_eq!(up.iter().filter(|&&cell| cell != 0.0).count(), values.len());
        prop_assert!(up.iter().zip(&x).all(|(&up, &x)| up == 0.0 || up == x));
        prop_assert_eq!(pool.forward_with_indices(up.view()).unwrap(), (values, indices));
    }

    #[test]
    fn gradients_are_the_slopes(x in distinct(vec![2, 2, 3]), places in prop::sample::subsequence((0..7i32).collect::<Vec<_>>(), 3)) {
        let indices = ArrayD::from_shape_fn(vec![2, 2, 3], |place| places[(place[2] + place[1]) % 3]);
        let backward = |_: &ArrayD<f32>, g: &ArrayD<f32>| max_unpool_backward(g.view(), indices.view()).unwrap();
        gradients_are_slopes(&x, |x| max_unpool(x.view(), indices.view(), &[7]).unwrap(), backward)?;
    }
}

#[test]
fn the_later_value_stays_and_a_place_below_zero_takes_none() {
    let (x, indices) = (array![[[5.0, 6.0, 7.0]]].into_dyn(), array![[[1, -1, 1]]].into_dyn());
    assert_eq!(max_unpool(x.view(), indices.view(), &[3]).unwrap(), array![[[0.0, 7.0, 0.0]]].into_dyn());
    let gradient = max_unpool_backward(array![[[2.0, 3.0, 4.0]]].into_dyn().view(), indices.view()).unwrap();
    assert_eq!(gradient, array![[[3.0, 0.0, 3.0]]].into_dyn());
}

#[test]
fn what_does_not_fit_is_refused() {
    let x = array![[[5.0, 6.0]]].into_dyn();
    let message =
        |indices: ArrayD<i32>, output: &[usize]| max_unpool(x.view(), indices.view(), output).unwrap_err().to_string();
    let rule = "must lie in the output's plane of 3 cells, or be −1";
    assert_eq!(message(array![[[0, 3]]].into_dyn(), &[3]), format!("indices is 3: {rule}"));
    assert_eq!(message(array![[[0, -2]]].into_dyn(), &[3]), format!("indices is -2: {rule}"));
    let rule = "must have the shape of the values, [1, 1, 2]";
    assert_eq!(message(array![[[0]]].into_dyn(), &[3]), format!("indices is [1, 1, 1]: {rule}"));
}
