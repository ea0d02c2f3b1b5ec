//! What holds for layers whatever the numbers.

use crate::values;
use deep_end::error::ErrorKind;
use deep_end::nn::layers::{BatchNorm2d, Conv2d, Differentiable, Linear, Operator, Relu, forward};
use deep_end::nn::loss::{cross_entropy, softmax};
use ndarray::{ArrayD, Axis, Slice, array, s};

#[test]
fn an_impulse_as_kernel_shifts_the_picture() {
    let x = values(&[1, 1, 6, 7], 0);
    for (dy, dx) in [(0, 0), (1, 1), (2, 0), (0, 2)] {
        let mut weight = ArrayD::zeros(vec![1, 1, 3, 3]);
        weight[[0, 0, dy, dx]] = 1.0;
        let conv = Conv2d { bias: false, ..Conv2d::new(1, 1, [3, 3]) };
        let y = forward(&conv, x.view(), &[weight]).unwrap();
        assert_eq!(y, x.slice(s![.., .., dy..dy + 4, dx..dx + 5]).into_dyn());
    }
}

#[test]
fn groups_are_convolutions_of_their_own() {
    let (x, weight, bias) = (values(&[2, 4, 5, 5], 0), values(&[6, 2, 3, 3], 7), values(&[6], 2));
    let whole = Conv2d { groups: 2, ..Conv2d::new(4, 6, [3, 3]) };
    let y = forward(&whole, x.view(), &[weight.clone(), bias.clone()]).unwrap();
    for group in 0..2 {
        let rows = Slice::from(3 * group..3 * group + 3);
        let parameters = [weight.slice_axis(Axis(0), rows).to_owned(), bias.slice_axis(Axis(0), rows).to_owned()];
        let channels = x.slice_axis(Axis(1), Slice::from(2 * group..2 * group + 2));
        let part = forward(&Conv2d::new(2, 3, [3, 3]), channels, &parameters).unwrap();
        assert_eq!(y.slice_axis(Axis(1), rows), part);
    }
}

#[test]
fn a_sample_has_the_same_bits_alone_and_in_a_batch() {
    let conv = Conv2d { stride: [1, 2], ..Conv2d::new(3, 10, [3, 3]) }.padding([[1, 0], [2, 1]]);
    let linear = Linear::new(30, 11);
    let cases: [(&dyn Operator, &[usize]); 2] = [(&conv, &[7, 3, 6, 9]), (&linear, &[7, 30])];
    for (layer, shape) in cases {
        let x = values(shape, 5);
        let parameters: Vec<_> = layer.parameters().iter().map(|parameter| values(&parameter.shape, 9)).collect();
        let together = forward(layer, x.view(), &parameters).unwrap();
        for n in 0..7 {
            let one = x.slice_axis(Axis(0), Slice::from(n..n + 1));
            let alone = forward(layer, one, &parameters).unwrap();
            assert_eq!(together.slice_axis(Axis(0), Slice::from(n..n + 1)), alone);
        }
    }
}

#[test]
fn batch_norm_gives_mean_0_and_variance_1() {
    let x = values(&[4, 2, 5, 5], 0) * 7.0 + 3.0;
    let parameters = [1.0, 0.0, 0.0, 1.0].map(|start| ArrayD::from_elem(vec![2], start));
    let y = BatchNorm2d::new(2).forward_training(x.view(), &parameters).unwrap();
    for channel in y.axis_iter(Axis(1)) {
        let mean = channel.mean().unwrap();
        let variance = channel.mapv(|y| (y - mean).powi(2)).mean().unwrap();
        assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-4, "mean {mean}, variance {variance}");
    }
}

#[test]
fn relu_keeps_nan_and_has_no_gradient_at_0() {
    let x = array![[-1.0, 0.0, 2.0, f32::NAN]].into_dyn();
    let y = forward(&Relu {}, x.view(), &[]).unwrap();
    assert_eq!(y.as_slice().unwrap()[..3], [0.0, 0.0, 2.0]);
    assert!(y[[0, 3]].is_nan());
    let grad = Relu {}.grad_input(x.view(), &[], ArrayD::ones(vec![1, 4]).view()).unwrap();
    assert_eq!(grad.as_slice().unwrap()[..3], [0.0, 0.0, 1.0]);
}

#[test]
fn softmax_of_huge_logits_is_finite() {
    let logits = array![[1000.0, 0.0, -1000.0], [88.0, 88.0, 88.0]];
    assert_eq!(softmax(logits.view()).row(0).to_vec(), [1.0, 0.0, 0.0]);
    let result = cross_entropy(logits.view(), &[2, 0]).unwrap();
    assert!((result.loss - (2000.0 + 3f32.ln()) / 2.0).abs() < 1e-3, "{}", result.loss);
}

#[test]
fn what_does_not_fit_is_an_error_that_names_it() {
    let refused = |conv: Conv2d, shape: &[usize]| {
        let parameters: Vec<_> = conv.parameters().iter().map(|p| ArrayD::zeros(p.shape.clone())).collect();
        forward(&conv, values(shape, 0).view(), &parameters).map(|_| ()).unwrap_err()
    };
    let conv = Conv2d::new(2, 4, [3, 3]);
    assert_eq!(refused(Conv2d { stride: [0, 1], ..conv }, &[1, 2, 5, 5]).parameter(), "stride");
    assert_eq!(refused(Conv2d { dilation: [1, 0], ..conv }, &[1, 2, 5, 5]).parameter(), "dilation");
    assert_eq!(refused(Conv2d { groups: 3, ..conv }, &[1, 2, 5, 5]).parameter(), "groups");
    assert_eq!(refused(Conv2d { groups: 0, ..conv }, &[1, 2, 5, 5]).parameter(), "groups");
    assert_eq!(refused(conv, &[1, 2, 2, 5]).parameter(), "kernel_size");
    assert_eq!(refused(conv, &[1, 3, 5, 5]).kind(), ErrorKind::Shape);
    assert_eq!(refused(conv, &[2, 5, 5]).kind(), ErrorKind::Shape);
    assert_eq!(refused(conv.padding([[usize::MAX, 1], [0, 0]]), &[1, 2, 5, 5]).kind(), ErrorKind::Shape);
    assert_eq!(forward(&conv, values(&[1, 2, 5, 5], 0).view(), &[]).unwrap_err().parameter(), "number of parameters");
    let wrong = [values(&[4, 2, 3, 2], 0), values(&[4], 0)];
    assert_eq!(forward(&conv, values(&[1, 2, 5, 5], 0).view(), &wrong).unwrap_err().parameter(), "weight");
    assert_eq!(cross_entropy(array![[0.0, 1.0]].view(), &[2]).unwrap_err().parameter(), "target");
    assert_eq!(cross_entropy(array![[0.0, 1.0]].view(), &[]).unwrap_err().parameter(), "number of targets");
}
