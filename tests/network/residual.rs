//! Networks in which a layer adds an earlier one's output, and layers that draw in training.

use crate::training::{SGD, bars, settings, train};
use crate::values;
use deep_end::nn::augment::Augmentation;
use deep_end::nn::dataset::Dataset;
use deep_end::nn::layers::{
    Add, BatchNorm2d, Conv2d, Differentiable, Dropout, Flatten, Layer, Linear, PoolLayer, Relu, forward,
};
use deep_end::nn::optimizer::{OneCycle, Optimizer};
use deep_end::nn::settings::Settings;
use deep_end::nn::train::Trainer;
use deep_end::nn::{Architecture, Network};
use ndarray::{Array4, ArrayD, Axis};
use proptest::prelude::*;
use serde_json::json;

fn pool(options: serde_json::Value) -> Layer {
    Layer::Pool(serde_json::from_value::<PoolLayer>(options).unwrap())
}

fn conv(from: usize, to: usize) -> Layer {
    Layer::Conv2d(Conv2d::new(from, to, [3, 3]).padding([[1, 1], [1, 1]]))
}

/// Ends a network for 8 × 8 pixels whose maps have four channels of any size.
fn ended(mut layers: Vec<Layer>) -> Architecture {
    layers.extend([
        pool(json!({ "method": "average", "global": true })),
        Layer::Flatten(Flatten {}),
        Layer::Linear(Linear::new(4, 3)),
    ]);
    Architecture::new([1, 8, 8], ["a", "b", "c"].map(String::from).to_vec(), layers).unwrap()
}

fn add(from: &str) -> Layer {
    Layer::Add(Add::new(from))
}

/// A block after a convolution, another whose shortcut is added twice, and one that adds what comes in to itself.
fn blocks() -> Vec<Layer> {
    vec![
        conv(1, 4),
        Layer::Relu(Relu {}),
        conv(4, 4),
        Layer::Relu(Relu {}),
        conv(4, 4),
        add("relu_1"),
        Layer::Relu(Relu {}),
        pool(json!({ "method": "max", "kernelSize": 2 })),
        conv(4, 4),
        add("pool_1"),
        conv(4, 4),
        add("pool_1"),
        add("add_3"),
    ]
}

fn drawn(architecture: &Architecture) -> Vec<ArrayD<f32>> {
    let weight = |(index, (_, _, parameter)): (usize, (usize, String, deep_end::nn::layers::Parameter))| {
        values(&parameter.shape, 31 * index) * 0.4
    };
    architecture.parameters().enumerate().map(weight).collect()
}

/// Every layer's output, each by itself, sums by hand.
fn by_hand(architecture: &Architecture, parameters: &[ArrayD<f32>], image: &ArrayD<f32>) -> Vec<ArrayD<f32>> {
    let mut outputs: Vec<ArrayD<f32>> = Vec::new();
    let mut x = image.clone().insert_axis(Axis(0));
    let mut parameters = parameters.iter();
    for named in &architecture.layers {
        x = match &named.layer {
            Layer::Add(Add { from }) => {
                &x + &outputs[architecture.layers.iter().position(|other| other.name == *from).unwrap()]
            }
            layer => {
                let operator = layer.operator();
                let own: Vec<_> = parameters.by_ref().take(operator.parameters().len()).cloned().collect();
                forward(operator, x.view(), &own).unwrap()
            }
        };
        outputs.push(x.clone());
    }
    outputs
}

fn check(architecture: &Architecture) {
    let (parameters, image) = (drawn(architecture), values(&[1, 8, 8], 5));
    let network = Network::new(architecture.clone(), parameters.clone()).unwrap();
    let run = network.run(image.view()).unwrap();
    for (seen, expected) in run.layers.iter().zip(by_hand(architecture, &parameters, &image)) {
        assert_eq!(seen.values, expected.index_axis_move(Axis(0), 0), "{}", seen.name);
    }
    let mut prepared = network.prepare().unwrap();
    for _ in 0..2 {
        assert_eq!(prepared.classify(image.as_slice().unwrap()).unwrap(), run.probabilities.as_slice().unwrap());
    }
}

#[test]
fn a_residual_network_is_its_layers() {
    check(&ended(blocks()));
}

proptest! {
    /// Whatever is added wherever: nothing that a later layer needs is written over, with and without fused layers.
    #[test]
    fn any_layer_may_be_added_anywhere_later(kinds in prop::collection::vec((0..4usize, any::<prop::sample::Index>()), 1..14)) {
        let mut layers = vec![conv(1, 4)];
        let mut names = vec!["conv2d_1".to_owned()];
        for (kind, from) in kinds {
            let layer = match kind {
                0 => conv(4, 4),
                1 => Layer::Relu(Relu {}),
                2 => pool(json!({ "method": "max", "kernelSize": 3, "stride": 1, "padding": 1 })),
                _ => add(&names[from.index(names.len())]),
            };
            let number = 1 + layers.iter().filter(|other: &&Layer| other.kind() == layer.kind()).count();
            names.push(format!("{}_{number}", layer.kind()));
            layers.push(layer);
        }
        check(&ended(layers));
    }
}

/// So small that hardly any cell passes the bend of a ReLU or becomes another maximum.
const STEP: f32 = 1.0 / 4096.0;

/// The gradient that a first step of plain SGD took, and the loss before it.
fn gradient(architecture: &Architecture, data: &Dataset) -> (Vec<ArrayD<f32>>, Vec<ArrayD<f32>>) {
    let settings = Settings {
        seed: 3,
        epochs: 1000,
        batch_size: data.len(),
        optimizer: Optimizer::Sgd { momentum: 0.0, weight_decay: 0.0 },
        learning_rate: OneCycle { peak: 1.0, warm_up: 0.0 },
        augmentation: Augmentation::default(),
        average: 0.0,
    };
    let mut trainer = Trainer::new(architecture.clone(), settings).unwrap();
    let before = trainer.network().unwrap().parameters();
    trainer.step(data).unwrap();
    let after = trainer.network().unwrap().parameters();
    (before.iter().zip(&after).map(|(before, after)| before - after).collect(), before)
}

fn loss(network: &Network, data: &Dataset) -> f64 {
    let inputs = data.images().mapv(|byte| f32::from(byte) / 255.0).into_dyn();
    let probabilities = network.run_batch(inputs.view()).unwrap();
    let of = |(row, label): (ndarray::ArrayView1<f32>, &u8)| -f64::from(row[usize::from(*label)]).ln();
    probabilities.outer_iter().zip(data.labels()).map(of).sum::<f64>() / data.len() as f64
}

#[test]
fn gradients_go_both_ways_round_a_block() {
    let architecture = ended(blocks());
    let images = values(&[6, 1, 8, 8], 2).mapv(|x| ((x + 1.0) * 127.0) as u8);
    let data = Dataset::new(images.into_dimensionality().unwrap(), vec![0, 1, 2, 2, 1, 0]).unwrap();
    let (gradients, parameters) = gradient(&architecture, &data);
    let largest = gradients.iter().flatten().fold(0.0f32, |most, gradient| most.max(gradient.abs()));
    for (number, gradient) in gradients.iter().enumerate() {
        for index in (0..gradient.len()).step_by(7) {
            let at = |step: f32| {
                let mut parameters = parameters.clone();
                parameters[number].as_slice_mut().unwrap()[index] += step;
                loss(&Network::new(architecture.clone(), parameters).unwrap(), &data)
            };
            let numeric = (at(STEP) - at(-STEP)) / f64::from(2.0 * STEP);
            let analytic = f64::from(gradient.as_slice().unwrap()[index]);
            let error = (analytic - numeric).abs() / f64::from(largest);
            assert!(error < 0.01, "parameter {number}, value {index}: gradient {analytic}, difference {numeric}");
        }
    }
}

fn normalised() -> Vec<Layer> {
    let normalised = |from, to| [conv(from, to), Layer::BatchNorm2d(BatchNorm2d::new(4))];
    let mut layers = Vec::from(normalised(1, 4));
    layers.extend(normalised(4, 4));
    layers.extend([add("batchNorm2d_1"), Layer::Relu(Relu {}), Layer::Dropout(Dropout::new(0.5)), conv(4, 4)]);
    layers.extend([add("dropout_1"), conv(4, 4), Layer::BatchNorm2d(BatchNorm2d::new(4)), add("conv2d_4")]);
    layers
}

#[test]
fn what_is_folded_away_is_still_added() {
    let data = bars();
    let mut trainer = Trainer::new(ended(normalised()), settings(1, SGD)).unwrap();
    train(&mut trainer, &data);
    let network = trainer.network().unwrap();
    let folded = network.fold_batch_norm().unwrap();
    let layers: Vec<_> = folded.architecture().layers.iter().map(|named| named.name.as_str()).collect();
    // The last norm stays: what comes before it is added elsewhere.
    assert_eq!(layers[..5], ["conv2d_1", "conv2d_2", "add_1", "relu_1", "conv2d_3"]);
    assert_eq!(layers[5..9], ["add_2", "conv2d_4", "batchNorm2d_3", "add_3"]);
    let froms = folded.architecture().layers.iter().filter_map(|named| match &named.layer {
        Layer::Add(add) => Some(add.from.as_str()),
        _ => None,
    });
    assert_eq!(froms.collect::<Vec<_>>(), ["conv2d_1", "relu_1", "conv2d_4"]);
    let image = values(&[1, 8, 8], 3).abs();
    let (before, after) = (network.run(image.view()).unwrap(), folded.run(image.view()).unwrap());
    for (before, after) in before.probabilities.iter().zip(&after.probabilities) {
        assert!((before - after).abs() < 1e-5, "{before} became {after}");
    }
}

#[test]
fn layers_that_draw_go_on_after_a_stop_and_draw_anew_in_every_step() {
    let layers = vec![
        conv(1, 4),
        Layer::Relu(Relu {}),
        pool(json!({ "method": "stochastic-mean", "kernelSize": 2 })),
        pool(json!({ "method": "max", "outputSize": 3, "fractional": "pseudorandom", "overlapping": true, "seed": 5 })),
        Layer::Dropout(Dropout::new(0.2)),
    ];
    let (architecture, data) = (ended(layers), bars());
    let mut whole = Trainer::new(architecture.clone(), settings(4, SGD)).unwrap();
    let progress = train(&mut whole, &data);
    let mut first = Trainer::new(architecture.clone(), settings(4, SGD)).unwrap();
    for _ in 0..13 {
        first.step(&data).unwrap();
    }
    let mut resumed = Trainer::resume(&first.checkpoint().unwrap()).unwrap().on_one_thread();
    assert_eq!(train(&mut resumed, &data)[..], progress[13..]);
    assert_eq!(resumed.network().unwrap(), whole.network().unwrap());

    // The same weights and samples again, in another step: other draws, another loss. Without layers that draw, the same.
    let still = Settings {
        batch_size: 90,
        augmentation: Augmentation::default(),
        learning_rate: OneCycle { peak: 1e-30, warm_up: 0.0 },
        ..settings(4, SGD)
    };
    let losses = |architecture| {
        let mut trainer = Trainer::new(architecture, still.clone()).unwrap();
        [(); 2].map(|()| trainer.step(&data).unwrap().unwrap().loss)
    };
    let [one, two] = losses(architecture);
    assert!((one - two).abs() > 1e-4, "{one} twice");
    let [one, two] = losses(ended(vec![conv(1, 4), Layer::Relu(Relu {})]));
    assert!((one - two).abs() < 1e-6, "{one} and {two}");
}

#[test]
fn a_sum_that_makes_no_sense_is_refused() {
    let refused = |layers: Vec<Layer>| {
        let error = Architecture::new([1, 8, 8], vec!["a".into()], layers).unwrap_err();
        error.to_string()
    };
    let rule = "it must name an earlier layer";
    for from in ["conv2d_2", "add_1", "nothing"] {
        let message = refused(vec![conv(1, 4), add(from), conv(4, 4)]);
        assert_eq!(message, format!("from of layer \"add_1\" is \"{from}\": {rule}"));
    }
    let pooled = pool(json!({ "method": "max", "kernelSize": 2 }));
    assert_eq!(
        refused(vec![conv(1, 4), pooled, add("conv2d_1")]),
        "from of layer \"add_1\" is \"conv2d_1\": its output is [4, 8, 8], but what comes in is [4, 4, 4]: the same shape is needed"
    );
    let message = refused(vec![Layer::Dropout(Dropout::new(1.0))]);
    assert_eq!(message, "p of layer \"dropout_1\" is 1: it must be at least 0 and below 1");
    let alone = forward(&Add::new("conv2d_1"), Array4::<f32>::zeros((1, 1, 2, 2)).into_dyn().view(), &[]).unwrap_err();
    assert_eq!(alone.parameter(), "from");
    let x = ArrayD::zeros(vec![1, 1, 2, 2]);
    let grad = ArrayD::from_elem(vec![1, 1, 2, 2], 3.0);
    assert_eq!(Add::new("conv2d_1").grad_input(x.view(), &[], grad.view()).unwrap(), grad);
}
