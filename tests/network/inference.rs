//! Running networks: every way to compute a convolution against its definition, and a prepared network against its layers.

use crate::training::small;
use crate::values;
use deep_end::nn::layers::{BatchNorm2d, Conv2d, Flatten, Layer, Linear, Operator, PoolLayer, Relu, forward};
use deep_end::nn::{Architecture, Network};
use ndarray::{Array1, Array4, ArrayD, Axis};
use proptest::prelude::*;
use serde_json::json;

/// The definition, in f64.
fn naive(conv: &Conv2d, x: &ArrayD<f32>, weight: &ArrayD<f32>, bias: &ArrayD<f32>) -> Array4<f64> {
    let shape = conv.output_shape(&x.shape()[1..]).unwrap();
    let depth = conv.in_channels / conv.groups;
    let rows = conv.out_channels / conv.groups;
    Array4::from_shape_fn((x.shape()[0], shape[0], shape[1], shape[2]), |(n, out, y, column)| {
        let mut sum = f64::from(bias[[out]]);
        for (channel, row, tap) in itertools(depth, conv.kernel_size) {
            let at = |axis: usize, output: usize, tap: usize| {
                (output * conv.stride[axis] + tap * conv.dilation[axis]).checked_sub(conv.padding[axis][0])
            };
            let (Some(row_at), Some(column_at)) = (at(0, y, row), at(1, column, tap)) else { continue };
            let cell = x.get([n, out / rows * depth + channel, row_at, column_at]).copied().unwrap_or(0.0);
            sum += f64::from(weight[[out, channel, row, tap]]) * f64::from(cell);
        }
        sum
    })
}

fn itertools(depth: usize, [height, width]: [usize; 2]) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..depth * height * width).map(move |i| (i / (height * width), i / width % height, i % width))
}

/// 3 × 3 of stride 1, for which there is Winograd, as often as everything else.
fn convolution() -> impl Strategy<Value = Conv2d> {
    let sides = || [[0..4usize, 0..4usize], [0..4usize, 0..4usize]];
    let plain = (1..12usize, 1..12usize, sides())
        .prop_map(|(from, to, padding)| Conv2d::new(from, to, [3, 3]).padding(padding));
    let any = (1..4usize, 1..4usize, [1..4usize, 1..4usize], [1..3usize, 1..3usize], [1..3usize, 1..3usize], sides())
        .prop_flat_map(|(from, to, kernel, stride, dilation, padding)| {
            (1..3usize).prop_map(move |groups| {
                let conv = Conv2d::new(from * groups, to * groups, kernel).padding(padding);
                Conv2d { stride, dilation, groups, ..conv }
            })
        });
    prop_oneof![plain, any]
}

proptest! {
    #[test]
    fn a_convolution_is_its_definition(conv in convolution(), height in 1..24usize, width in 1..24usize, seed in 0..500usize) {
        prop_assume!(conv.output_shape(&[conv.in_channels, height, width]).is_ok());
        let x = values(&[2, conv.in_channels, height, width], seed);
        let (weight, bias) = (values(&conv.parameters()[0].shape, 3), values(&[conv.out_channels], 8));
        let expected = naive(&conv, &x, &weight, &bias);
        let y = forward(&conv, x.view(), &[weight, bias]).unwrap();
        prop_assert_eq!(y.shape(), expected.shape());
        for (ours, theirs) in y.iter().zip(&expected) {
            prop_assert!((f64::from(*ours) - theirs).abs() < 1e-5 * (1.0 + 9.0 * conv.in_channels as f64), "{} is {}", ours, theirs);
        }
    }

    /// What is folded into a convolution changes no bit, for extents that halve and those that do not.
    #[test]
    fn a_prepared_network_is_its_layers(
        conv in convolution(), height in 3..15usize, width in 3..15usize, seed in 0..500usize, relu in any::<bool>(), pool in 0..4usize
    ) {
        prop_assume!(conv.output_shape(&[conv.in_channels, height, width]).is_ok_and(|shape| shape[1] > 1 && shape[2] > 1));
        let mut layers = vec![Layer::Conv2d(conv)];
        layers.extend(relu.then_some(Layer::Relu(Relu {})));
        let options = [
            json!({ "method": "max", "kernelSize": 2 }),
            json!({ "method": "max", "kernelSize": 2, "ceilMode": true }),
            json!({ "method": "average", "kernelSize": 2 }),
        ];
        layers.extend(options.get(pool).map(|options| Layer::Pool(serde_json::from_value(options.clone()).unwrap())));
        layers.push(Layer::BatchNorm2d(BatchNorm2d::new(conv.out_channels)));
        let mut shape = vec![conv.in_channels, height, width];
        for layer in &layers {
            shape = layer.operator().output_shape(&shape).unwrap();
        }
        layers.extend([Layer::Flatten(Flatten {}), Layer::Linear(Linear::new(shape.iter().product(), 5))]);
        let labels = ["a", "b", "c", "d", "e"].map(String::from).to_vec();
        let architecture = Architecture::new([conv.in_channels, height, width], labels, layers).unwrap();
        let parameters = architecture.parameters().map(|(_, _, parameter)| values(&parameter.shape, seed).abs() - 0.3 * f32::from(parameter.shape.len() == 4));
        check(&Network::new(architecture.clone(), parameters.collect()).unwrap(), seed)?;
    }
}

fn check(network: &Network, seed: usize) -> Result<(), TestCaseError> {
    let image = values(network.input_shape(), seed);
    let run = network.run(image.view()).unwrap();
    let mut x = image.clone().insert_axis(Axis(0));
    let mut all = network_parameters(network).into_iter();
    for (named, seen) in network.architecture().layers.iter().zip(&run.layers) {
        let operator = named.layer.operator();
        let parameters: Vec<_> = all.by_ref().take(operator.parameters().len()).collect();
        x = forward(operator, x.view(), &parameters).unwrap();
        prop_assert_eq!(bits(&x), bits(&seen.values), "{}", seen.name);
    }
    let mut prepared = network.prepare().unwrap();
    for _ in 0..2 {
        let probabilities = Array1::from(prepared.classify(image.as_slice().unwrap()).unwrap().to_vec());
        prop_assert_eq!(bits(&probabilities.into_dyn()), bits(&run.probabilities.clone().into_dyn()));
    }
    Ok(())
}

fn bits(x: &ArrayD<f32>) -> Vec<u32> {
    x.iter().map(|x| x.to_bits()).collect()
}

/// The parameters, by way of the file.
fn network_parameters(network: &Network) -> Vec<ArrayD<f32>> {
    let bytes = network.to_bytes(deep_end::io::safetensors::Precision::F32).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let names = network.architecture().parameters();
    names
        .map(|(_, name, parameter)| {
            let four = file.tensor(&name).unwrap().data().as_chunks::<4>().0;
            let values = four.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
            ArrayD::from_shape_vec(parameter.shape, values).unwrap()
        })
        .collect()
}

fn shipped() -> Network {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www/networks/digits.safetensors");
    Network::from_bytes(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_shipped_network_is_its_layers() {
    check(&shipped(), 3).unwrap();
}

#[test]
fn a_nan_reaches_the_probabilities() {
    let mut prepared = shipped().prepare().unwrap();
    let mut image = vec![0.5; 28 * 28];
    image[400] = f32::NAN;
    assert!(prepared.classify(&image).unwrap().iter().all(|p| p.is_nan()));
    image[400] = 0.5;
    assert!(prepared.classify(&image).unwrap().iter().all(|p| p.is_finite()), "nothing is left of the last image");
}

/// Weights are packed and memory is reserved when a network is prepared, not when it runs.
#[test]
fn a_prepared_network_reserves_nothing() {
    let pool = json!({ "method": "max", "kernelSize": 3, "stride": 2 });
    let layers = vec![
        Layer::Conv2d(Conv2d { stride: [2, 2], ..Conv2d::new(1, 3, [3, 3]) }),
        Layer::BatchNorm2d(BatchNorm2d::new(3)),
        Layer::Pool(serde_json::from_value::<PoolLayer>(pool).unwrap()),
        Layer::Flatten(Flatten {}),
        Layer::Linear(Linear::new(108, 2)),
    ];
    let general = Architecture::new([1, 28, 28], vec!["a".into(), "b".into()], layers).unwrap();
    let weights = general.parameters().map(|(_, _, parameter)| values(&parameter.shape, 1).abs());
    let general = Network::new(general.clone(), weights.collect()).unwrap();
    for network in [shipped(), general] {
        let image = values(network.input_shape(), 4);
        let mut prepared = network.prepare().unwrap();
        prepared.classify(image.as_slice().unwrap()).unwrap();
        let again = allocation_counter::measure(|| {
            prepared.classify(image.as_slice().unwrap()).unwrap();
        });
        assert_eq!(again.count_total, 0, "{} bytes", again.bytes_total);
    }
}

#[test]
fn an_image_of_another_size_is_refused() {
    let network = deep_end::nn::train::Trainer::new(small(), crate::training::settings(1, crate::training::SGD));
    let error = network.unwrap().network().unwrap().prepare().unwrap().classify(&[0.0; 63]).unwrap_err();
    assert_eq!(error.to_string(), "image.length is 63: must be the product of the network's input shape, [1, 8, 8]");
}
