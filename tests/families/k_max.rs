//! k-max pooling, and the k of dynamic k-max.

use crate::support::{array, cell, distinct, gradients_are_slopes, same};
use deep_end::pool::{KMax, dynamic_k, max_over_time};
use ndarray::{ArrayD, array};
use proptest::prelude::*;

fn case() -> impl Strategy<Value = (usize, ArrayD<f32>)> {
    (0..3usize, 0..3usize, 1..9usize).prop_flat_map(|(n, c, time)| (1..=time, array(vec![n, c, time], cell())))
}

/// Takes the largest that is left, k times.
fn largest(row: &[f32], k: usize) -> Vec<usize> {
    let mut left: Vec<usize> = (0..row.len()).collect();
    let mut taken = Vec::new();
    for _ in 0..k {
        let greatest = left.iter().map(|&at| row[at]).fold(f32::NEG_INFINITY, f32::max);
        let first_nan = left.iter().position(|&at| row[at].is_nan());
        let winner = first_nan.unwrap_or_else(|| left.iter().position(|&at| row[at] == greatest).unwrap());
        taken.push(left.remove(winner));
    }
    taken.sort();
    taken
}

proptest! {
    #[test]
    fn the_largest_values_keep_their_order((k, x) in case()) {
        let (values, steps) = KMax::new(k).unwrap().forward_with_indices(x.view()).unwrap();
        prop_assert_eq!(values.shape(), &[x.shape()[0], x.shape()[1], k]);
        let rows = x.rows().into_iter().zip(values.rows()).zip(steps.rows());
        for ((row, values), steps) in rows {
            let expected = largest(&row.to_vec(), k);
            prop_assert_eq!(steps.iter().map(|&step| step as usize).collect::<Vec<_>>(), expected.clone());
            prop_assert!(values.iter().zip(expected).all(|(value, at)| value.to_bits() == row[at].to_bits()));
        }
    }

    #[test]
    fn all_is_the_identity_and_one_is_max_over_time(x in array(vec![2, 2, 5], -3.0..3.0f32)) {
        prop_assert!(same(&KMax::new(5).unwrap().forward(x.view()).unwrap(), &x));
        let (one, step) = KMax::new(1).unwrap().forward_with_indices(x.view()).unwrap();
        let (max, at) = max_over_time(x.view()).unwrap();
        prop_assert_eq!(one.remove_axis(ndarray::Axis(2)), max);
        prop_assert_eq!(step.remove_axis(ndarray::Axis(2)), at);
    }

    #[test]
    fn gradients_are_the_slopes(x in distinct(vec![2, 2, 6]), k in 1..=6usize) {
        let layer = KMax::new(k).unwrap();
        let backward = |x: &ArrayD<f32>, g: &ArrayD<f32>| layer.backward(x.view(), g.view()).unwrap();
        gradients_are_slopes(&x, |x| layer.forward(x.view()).unwrap(), backward)?;
    }

    #[test]
    fn a_dynamic_k_is_the_least_that_is_enough(top in 1..20usize, layers in 1..8usize, below in 0..8usize, length in 0..60usize) {
        let layer = layers - below % layers;
        let k = dynamic_k(top, layer, layers, length).unwrap();
        let enough = |k: usize| k >= top && k * layers >= (layers - layer) * length;
        prop_assert!(enough(k) && !enough(k - 1), "{}", k);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    assert_eq!(KMax::new(0).unwrap_err().to_string(), "k is 0: must be at least 1");
    let three = KMax::new(3).unwrap();
    let message = |shape: &[usize]| three.forward(ArrayD::zeros(shape).view()).unwrap_err().to_string();
    assert_eq!(message(&[1, 1, 2]), "k is 3: must not exceed the input's 2 time steps");
    assert_eq!(message(&[1, 1, 0]), "shape is [1, 1, 0]: must have at least one time step");
    assert_eq!(message(&[1, 1, 4, 4]), "shape is [1, 1, 4, 4]: must have the extents N, C and T");
    let x = array![[[1.0, 2.0, 3.0, 4.0]]].into_dyn();
    let error = three.backward(x.view(), x.view()).unwrap_err();
    assert_eq!(error.to_string(), "grad_output is [1, 1, 4]: must have the output's shape [1, 1, 3]");
    let message = |top, layer, layers| dynamic_k(top, layer, layers, 5).unwrap_err().to_string();
    assert_eq!(message(0, 1, 1), "top is 0: must be at least 1");
    assert_eq!(message(1, 0, 3), "layer is 0: must be from 1 up to the number of layers, 3");
    assert_eq!(message(1, 4, 3), "layer is 4: must be from 1 up to the number of layers, 3");
}

#[test]
fn a_dynamic_k_holds_the_longest_sentence() {
    // ⌈(2⁶⁴ − 1) · 2/3⌉: the product needs more than 64 bits.
    assert_eq!(dynamic_k(1, 1, 3, usize::MAX).unwrap(), 12_297_829_382_473_034_410);
}
