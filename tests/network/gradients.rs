//! Every layer's gradients against finite differences of its forward pass.

use crate::values;
use deep_end::nn::layers::{
    BatchNorm2d, Conv2d, Differentiable, Embedding, Flatten, Linear, PoolLayer, Relu, Role, forward,
};
use deep_end::nn::loss::cross_entropy;
use ndarray::{Array2, ArrayD, Ix2};
use serde_json::json;

/// Half the distance of the two points of a difference: exact in f32, small beside the values.
const STEP: f32 = 1.0 / 128.0;

/// Σ output · grad_output, in f64: its derivatives are what the layer's gradients claim to be.
fn objective(
    layer: &dyn Differentiable,
    x: &ArrayD<f32>,
    parameters: &[ArrayD<f32>],
    grad_output: &ArrayD<f32>,
) -> f64 {
    let output = layer.forward_training(x.view(), parameters).unwrap();
    output.iter().zip(grad_output).map(|(y, grad)| f64::from(*y) * f64::from(*grad)).sum()
}

fn difference(mut at: impl FnMut(f32) -> f64) -> f64 {
    (at(STEP) - at(-STEP)) / (2.0 * f64::from(STEP))
}

fn close(what: &str, analytic: f32, numeric: f64) {
    let error = (f64::from(analytic) - numeric).abs();
    assert!(error <= 2e-3 * (1.0 + numeric.abs()), "{what}: gradient {analytic}, finite difference {numeric}");
}

fn check(layer: &dyn Differentiable, shape: &[usize]) {
    check_at(layer, values(shape, 1));
}

fn check_at(layer: &dyn Differentiable, x: ArrayD<f32>) {
    let described = layer.parameters();
    // Scales and variances must not be near 0.
    let parameters: Vec<ArrayD<f32>> =
        described.iter().enumerate().map(|(i, parameter)| values(&parameter.shape, 50 * i + 3) + 1.5).collect();
    let output_shape = layer.forward_training(x.view(), &parameters).unwrap();
    let grad_output = values(output_shape.shape(), 11);

    let grad_input = layer.grad_input(x.view(), &parameters, grad_output.view()).unwrap();
    for index in 0..x.len() {
        let numeric = difference(|step| {
            let mut x = x.clone();
            x.as_slice_mut().unwrap()[index] += step;
            objective(layer, &x, &parameters, &grad_output)
        });
        close(&format!("input {index}"), grad_input.as_slice().unwrap()[index], numeric);
    }
    let mut gradients: Vec<_> = parameters.iter().map(|array| ArrayD::zeros(array.raw_dim())).collect();
    layer.grad_parameters(x.view(), &parameters, grad_output.view(), &mut gradients).unwrap();
    for (number, parameter) in described.iter().enumerate() {
        if matches!(parameter.role, Role::RunningMean | Role::RunningVariance) {
            continue;
        }
        for index in 0..parameters[number].len() {
            let numeric = difference(|step| {
                let mut parameters = parameters.clone();
                parameters[number].as_slice_mut().unwrap()[index] += step;
                objective(layer, &x, &parameters, &grad_output)
            });
            close(&format!("{} {index}", parameter.name), gradients[number].as_slice().unwrap()[index], numeric);
        }
    }
}

#[test]
fn conv2d() {
    check(&Conv2d::new(2, 3, [3, 2]), &[2, 2, 5, 4]);
    check(&Conv2d::new(1, 9, [3, 3]).padding([[1, 1], [1, 1]]), &[1, 1, 4, 6]);
    let all = Conv2d { stride: [2, 1], dilation: [1, 2], groups: 2, bias: false, ..Conv2d::new(4, 6, [2, 3]) };
    check(&all.padding([[0, 2], [3, 1]]), &[2, 4, 3, 5]);
    // Padding beyond the kernel, and a stride that leaves the last column out.
    let wide = Conv2d { stride: [1, 2], ..Conv2d::new(1, 2, [2, 2]) };
    check(&wide.padding([[3, 0], [2, 1]]), &[1, 1, 3, 6]);
}

#[test]
fn linear() {
    check(&Linear::new(7, 9), &[5, 7]);
}

#[test]
fn embedding() {
    let layer = Embedding::new(5, 3);
    let x = ArrayD::from_shape_vec(vec![2, 1, 1, 4], vec![0.0, 4.0, 4.0, 1.0, 2.0, 0.0, 4.0, 0.0]).unwrap();
    let table = values(&[5, 3], 2);
    let grad_output = values(&[2, 3, 1, 4], 7);
    let mut gradients = [ArrayD::zeros(vec![5, 3])];
    layer.grad_parameters(x.view(), &[], grad_output.view(), &mut gradients).unwrap();
    for index in 0..15 {
        let numeric = difference(|step| {
            let mut table = table.clone();
            table.as_slice_mut().unwrap()[index] += step;
            objective(&layer, &x, &[table], &grad_output)
        });
        close(&format!("weight {index}"), gradients[0].as_slice().unwrap()[index], numeric);
    }
    assert!(
        layer
            .grad_input(x.view(), std::slice::from_ref(&table), grad_output.view())
            .unwrap()
            .iter()
            .all(|grad| *grad == 0.0)
    );
    for token in [5.0, -1.0, 0.5, f32::NAN, f32::INFINITY] {
        let error = forward(&layer, ArrayD::from_elem(vec![1, 1, 1, 2], token).view(), std::slice::from_ref(&table))
            .unwrap_err();
        assert_eq!((error.parameter(), error.rule()), ("token", "it must be a whole number below num_embeddings, 5"));
    }
}

#[test]
fn batch_norm() {
    check(&BatchNorm2d::new(3), &[4, 3, 3, 3]);
}

#[test]
fn relu_and_flatten() {
    check(&Relu {}, &[2, 3, 4, 4]);
    check(&Flatten {}, &[2, 3, 2, 2]);
}

#[test]
fn pooling() {
    for options in [
        json!({ "method": "max", "kernelSize": 2 }),
        json!({ "method": "average", "kernelSize": 3, "stride": 2, "padding": 1 }),
        json!({ "method": "lp", "normType": 2, "kernelSize": 2 }),
        json!({ "method": "average", "outputSize": [2, 3] }),
        json!({ "method": "max", "global": true }),
    ] {
        // So far apart that no step changes which cell is the largest.
        let x = values(&[2, 2, 5, 6], 1) * 10.0;
        check_at(&serde_json::from_value::<PoolLayer>(options).unwrap(), x);
    }
}

#[test]
fn cross_entropy_from_logits() {
    let logits = values(&[6, 5], 4).into_dimensionality::<Ix2>().unwrap() * 3.0;
    let targets = [0, 4, 2, 2, 1, 3];
    let result = cross_entropy(logits.view(), &targets).unwrap();
    for index in 0..logits.len() {
        let numeric = difference(|step| {
            let mut moved: Array2<f32> = logits.clone();
            moved.as_slice_mut().unwrap()[index] += step;
            f64::from(cross_entropy(moved.view(), &targets).unwrap().loss)
        });
        close(&format!("logit {index}"), result.gradient.as_slice().unwrap()[index], numeric);
    }
}
