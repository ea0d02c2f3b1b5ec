//! Maxout.

use crate::support::{array, cell, distinct, gradients_are_slopes, same};
use deep_end::pool::Maxout;
use deep_end::{Pool, Pooling, Window};
use ndarray::{ArrayD, IxDyn, array};
use proptest::prelude::*;

/// N, groups, pieces and none to three spatial extents.
fn case() -> impl Strategy<Value = (usize, ArrayD<f32>)> {
    (0..3usize, 0..3usize, 1..5usize, prop::collection::vec(1..4usize, 0..=3)).prop_flat_map(
        |(n, groups, pieces, spatial)| {
            let shape = [&[n, groups * pieces], spatial.as_slice()].concat();
            (Just(pieces), array(shape, cell()))
        },
    )
}

proptest! {
    #[test]
    fn the_largest_channel_of_a_group_wins_each_cell((pieces, x) in case()) {
        let (values, indices) = Maxout::new(pieces).unwrap().forward_with_indices(x.view()).unwrap();
        let mut shape = x.shape().to_vec();
        shape[1] /= pieces;
        prop_assert_eq!(values.shape(), shape.as_slice());
        for place in ndarray::indices(IxDyn(&shape)) {
            let group: Vec<f32> = (0..pieces)
                .map(|piece| {
                    let mut source = place.clone();
                    source[1] = place[1] * pieces + piece;
                    x[source]
                })
                .collect();
            let greatest = group.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let last_nan = group.iter().rposition(|cell| cell.is_nan());
            let winner = last_nan.unwrap_or_else(|| group.iter().position(|&cell| cell == greatest).unwrap());
            prop_assert_eq!(indices[&place], winner as i32);
            prop_assert!(values[&place].to_bits() == group[winner].to_bits());
        }
    }

    #[test]
    fn it_is_max_pooling_of_the_channels((pieces, x) in case()) {
        let maxout = Maxout::new(pieces).unwrap();
        let last = x.ndim() - 1;
        // The channels become the one spatial axis.
        let order: Vec<usize> = [0].into_iter().chain(2..=last).chain([1]).collect();
        let moved = x.clone().permuted_axes(order);
        let (rows, channels) = (moved.shape()[..last].iter().product::<usize>(), x.shape()[1]);
        prop_assume!(channels > 0);
        let rows = moved.as_standard_layout().to_shape(vec![rows, 1, channels]).unwrap().to_owned();
        let pooled = Pool::new(Pooling::Max, Window::new([pieces])).unwrap().forward(rows.view()).unwrap();
        let ours = maxout.forward(x.view()).unwrap();
        let order: Vec<usize> = [0].into_iter().chain(2..=last).chain([1]).collect();
        let ours = ours.permuted_axes(order).as_standard_layout().to_shape(pooled.shape()).unwrap().to_owned();
        prop_assert!(same(&ours, &pooled));
    }

    #[test]
    fn one_piece_is_the_identity((_, x) in case()) {
        prop_assert!(same(&Maxout::new(1).unwrap().forward(x.view()).unwrap(), &x));
    }

    #[test]
    fn gradients_are_the_slopes(x in distinct(vec![2, 6, 3]), pieces in prop::sample::select(vec![1, 2, 3, 6])) {
        let maxout = Maxout::new(pieces).unwrap();
        let backward = |x: &ArrayD<f32>, g: &ArrayD<f32>| maxout.backward(x.view(), g.view()).unwrap();
        gradients_are_slopes(&x, |x| maxout.forward(x.view()).unwrap(), backward)?;
    }
}

#[test]
fn a_tie_gives_its_gradient_to_the_first_piece_and_a_nan_to_the_last() {
    let gradient = |x: [f32; 4]| {
        let x = ArrayD::from_shape_vec(vec![1, 4], x.to_vec()).unwrap();
        Maxout::new(4).unwrap().backward(x.view(), array![[2.0]].into_dyn().view()).unwrap()
    };
    assert_eq!(gradient([1.0, 5.0, 5.0, 0.0]), array![[0.0, 2.0, 0.0, 0.0]].into_dyn());
    assert_eq!(gradient([f32::NAN, 5.0, f32::NAN, 9.0]), array![[0.0, 0.0, 2.0, 0.0]].into_dyn());
}

#[test]
fn what_does_not_fit_is_refused() {
    assert_eq!(Maxout::new(0).unwrap_err().to_string(), "pieces is 0: a group must have at least one channel");
    let two = Maxout::new(2).unwrap();
    let message = |shape: &[usize]| two.forward(ArrayD::zeros(shape).view()).unwrap_err().to_string();
    assert_eq!(message(&[1, 3, 2]), "shape is [1, 3, 2]: the channels must be a multiple of pieces, 2");
    assert_eq!(message(&[4]), "shape is [4]: an input has the extents N, C and any number of spatial ones");
    assert_eq!(message(&[1, 2, 0]), "shape is [1, 2, 0]: every spatial extent must be at least 1");
    let (x, gradient) = (ArrayD::zeros(vec![1, 4]), ArrayD::zeros(vec![1, 4]));
    let error = two.backward(x.view(), gradient.view()).unwrap_err();
    assert_eq!(error.to_string(), "grad_output is [1, 4]: must have the output's shape [1, 2]");
}
