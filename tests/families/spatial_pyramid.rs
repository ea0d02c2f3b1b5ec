//! Spatial pyramid pooling.

use crate::support::{array, cell, distinct, gradients_are_slopes, shape};
use deep_end::pool::SpatialPyramid;
use deep_end::{Pool, Pooling};
use ndarray::{ArrayD, Axis, Dimension, IxDyn, Slice, array};
use proptest::prelude::*;

fn levels() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1..5usize, 1..4)
}

/// The values of one region, by its bounds ⌊i·n/m⌋ and ⌈(i+1)·n/m⌉ on each axis.
fn region(x: &ArrayD<f32>, n: usize, c: usize, level: usize, place: &[usize]) -> Vec<f32> {
    let bounds = |axis: usize| {
        let (i, extent) = (place[axis], x.shape()[axis + 2]);
        Slice::from(i * extent / level..((i + 1) * extent).div_ceil(level))
    };
    let cut = x.slice_each_axis(|axis| match axis.axis.index() {
        0 => Slice::from(n..n + 1),
        1 => Slice::from(c..c + 1),
        axis => bounds(axis - 2),
    });
    cut.iter().copied().collect()
}

proptest! {
    #[test]
    fn the_vector_goes_level_by_level_channel_by_channel_region_by_region(
        x in shape().prop_flat_map(|shape| array(shape, -9.0..9.0f32)),
        levels in levels(),
    ) {
        let pyramid = SpatialPyramid::new(Pooling::Max, levels.clone()).unwrap();
        let axes = x.ndim() - 2;
        let vectors = pyramid.forward(x.view()).unwrap();
        prop_assert_eq!(vectors.shape(), pyramid.output_shape(x.shape()).unwrap());
        for n in 0..x.shape()[0] {
            let mut expected = Vec::new();
            for &level in &levels {
                for c in 0..x.shape()[1] {
                    for place in ndarray::indices(IxDyn(&vec![level; axes])) {
                        let cells = region(&x, n, c, level, place.as_array_view().as_slice().unwrap());
                        expected.push(cells.into_iter().fold(f32::NEG_INFINITY, f32::max));
                    }
                }
            }
            prop_assert_eq!(vectors.index_axis(Axis(0), n).iter().copied().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn indices_lead_to_the_values(x in shape().prop_flat_map(|shape| array(shape, cell())), levels in levels()) {
        let pyramid = SpatialPyramid::new(Pooling::Max, levels.clone()).unwrap();
        let (values, indices) = pyramid.forward_with_indices(x.view()).unwrap();
        let again = pyramid.forward(x.view()).unwrap();
        prop_assert_eq!(values.mapv(f32::to_bits), again.mapv(f32::to_bits));
        let (channels, axes) = (x.shape()[1], x.ndim() - 2);
        let plane: usize = x.shape()[2..].iter().product();
        let cells: Vec<f32> = x.iter().copied().collect();
        // Each value's channel, in the order of the vector.
        let owners: Vec<usize> = levels
            .iter()
            .flat_map(|level| (0..channels).flat_map(move |c| vec![c; level.pow(axes as u32)]))
            .collect();
        for (place, value) in values.indexed_iter() {
            let cell = (place[0] * channels + owners[place[1]]) * plane + indices[&place] as usize;
            prop_assert_eq!(value.to_bits(), cells[cell].to_bits());
        }
    }

    #[test]
    fn maps_of_any_size_give_vectors_of_one_length(heights in [1..9usize, 1..9usize], widths in [1..9usize, 1..9usize], levels in levels()) {
        let pyramid = SpatialPyramid::new(Pooling::average(), levels).unwrap();
        let length = |i: usize| pyramid.forward(ArrayD::<f32>::zeros(vec![1, 3, heights[i], widths[i]]).view()).unwrap().len();
        prop_assert_eq!(length(0), length(1));
    }

    #[test]
    fn gradients_are_the_slopes(x in distinct(vec![2, 2, 4, 3]), levels in levels()) {
        for method in [Pooling::Max, Pooling::average(), Pooling::lp(1.0)] {
            let pyramid = SpatialPyramid::new(method, levels.clone()).unwrap();
            // Away from 0, where a norm has its kink.
            let x = x.mapv(|cell| cell + 0.05);
            let backward = |x: &ArrayD<f32>, g: &ArrayD<f32>| pyramid.backward(x.view(), g.view()).unwrap();
            gradients_are_slopes(&x, |x| pyramid.forward(x.view()).unwrap(), backward)?;
        }
    }
}

#[test]
fn the_papers_windows_are_the_regions_where_it_uses_them() {
    // Figure 6 of the paper: 13 cells under levels 3, 2, 1 have windows of 5, 7, 13 by strides of 4, 6, 13.
    let x = ArrayD::from_shape_fn(IxDyn(&[1, 1, 13]), |place| (place[2] * 7 % 13) as f32);
    let windows = [(5, 4), (7, 6), (13, 13)].map(|(kernel, stride)| {
        let window = deep_end::Window::new([kernel]).stride([stride]);
        Pool::new(Pooling::average(), window).unwrap().forward(x.view()).unwrap()
    });
    let expected: Vec<f32> = windows.iter().flatten().copied().collect();
    let pyramid = SpatialPyramid::new(Pooling::average(), [3, 2, 1]).unwrap();
    assert_eq!(pyramid.forward(x.view()).unwrap().into_raw_vec_and_offset().0, expected);
}

#[test]
fn integers_have_pyramids_under_max() {
    let pyramid = SpatialPyramid::new(Pooling::Max, [1, 2]).unwrap();
    let x = array![[[-3i8, 5, -7, -9]]].into_dyn();
    assert_eq!(pyramid.forward(x.view()).unwrap(), array![[5i8, 5, -7]].into_dyn());
}

#[test]
fn what_does_not_fit_is_refused() {
    let message = |levels: &[usize]| SpatialPyramid::new(Pooling::Max, levels).unwrap_err().to_string();
    let rule = "must have at least one level, each with at least one region an axis";
    assert_eq!(message(&[]), format!("levels is []: {rule}"));
    assert_eq!(message(&[2, 0]), format!("levels is [2, 0]: {rule}"));
    let error = SpatialPyramid::new(Pooling::lp(0.0), [1]).unwrap_err();
    assert_eq!(error.parameter(), "norm_type");

    let pyramid = SpatialPyramid::new(Pooling::Max, [1, 2]).unwrap();
    let message = |shape: &[usize]| pyramid.output_shape(shape).unwrap_err().to_string();
    assert_eq!(message(&[1, 2]), "shape is []: an input has one, two or three spatial axes");
    assert_eq!(message(&[1, 2, 0]), "shape is [0]: every spatial extent must be at least 1");
    assert_eq!(message(&[1]), "shape is [1]: an input has the extents N, C and one to three spatial ones");
    assert_eq!(message(&[1, 1, 2, 2, 2, 2]), "shape is [2, 2, 2, 2]: an input has one, two or three spatial axes");
    assert_eq!(
        SpatialPyramid::new(Pooling::Max, [1 << 40]).unwrap().output_shape(&[1, 1, 2, 2]).unwrap_err().parameter(),
        "output_size"
    );
    let (x, gradient) = (ArrayD::zeros(vec![2, 1, 4]), ArrayD::zeros(vec![1, 6]));
    let error = pyramid.backward(x.view(), gradient.view()).unwrap_err();
    assert_eq!(error.to_string(), "grad_output is [1, 6]: must have the output's shape [2, 3]");
}
