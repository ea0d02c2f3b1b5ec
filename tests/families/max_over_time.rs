//! Max over time.

use crate::support::{array, cell, distinct, gradients_are_slopes};
use deep_end::pool::{max_over_time, max_over_time_backward};
use ndarray::ArrayD;
use proptest::prelude::*;

proptest! {
    #[test]
    fn the_largest_step_wins_each_sequence(
        x in (0..3usize, 0..3usize, 1..9usize).prop_flat_map(|(n, c, time)| array(vec![n, c, time], cell()))
    ) {
        let (values, steps) = max_over_time(x.view()).unwrap();
        prop_assert_eq!(values.shape(), &x.shape()[..2]);
        for (row, (value, &step)) in x.rows().into_iter().zip(values.iter().zip(&steps)) {
            let row = row.to_vec();
            let greatest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let last_nan = row.iter().rposition(|cell| cell.is_nan());
            let winner = last_nan.unwrap_or_else(|| row.iter().position(|&cell| cell == greatest).unwrap());
            prop_assert_eq!(step as usize, winner);
            prop_assert_eq!(value.to_bits(), row[winner].to_bits());
        }
    }

    #[test]
    fn gradients_are_the_slopes(x in distinct(vec![2, 3, 5])) {
        let backward = |x: &ArrayD<f32>, g: &ArrayD<f32>| max_over_time_backward(x.view(), g.view()).unwrap();
        gradients_are_slopes(&x, |x| max_over_time(x.view()).unwrap().0, backward)?;
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let message = |shape: &[usize]| max_over_time(ArrayD::zeros(shape).view()).unwrap_err().to_string();
    assert_eq!(message(&[1, 1, 0]), "shape is [1, 1, 0]: must have at least one time step");
    assert_eq!(message(&[1, 1]), "shape is [1, 1]: must have the extents N, C and T");
    let (x, gradient) = (ArrayD::zeros(vec![1, 2, 3]), ArrayD::zeros(vec![1, 2, 1]));
    let error = max_over_time_backward(x.view(), gradient.view()).unwrap_err();
    assert_eq!(error.to_string(), "grad_output is [1, 2, 1]: must have the output's shape [1, 2]");
}
