//! Training: it learns, it is the same for the same seed, and it goes on after an interruption as if there had been none.

use deep_end::nn::architecture::Architecture;
use deep_end::nn::augment::Augmentation;
use deep_end::nn::dataset::Dataset;
use deep_end::nn::evaluate::{Confusion, predictions};
use deep_end::nn::layers::{BatchNorm2d, Conv2d, Flatten, Layer, Linear, PoolLayer, Relu};
use deep_end::nn::optimizer::{OneCycle, Optimizer};
use deep_end::nn::settings::Settings;
use deep_end::nn::train::{Progress, Trainer};
use deep_end::nn::{LayerOutput, Network};
use ndarray::{Array4, ArrayD};

pub const SGD: Optimizer = Optimizer::Sgd { momentum: 0.9, weight_decay: 1e-4 };
const ADAM: Optimizer = Optimizer::Adam { betas: [0.9, 0.99], weight_decay: 1e-4 };

/// Bars that stand (0), lie (1) or fall to the right (2), somewhere in 8 × 8 pixels.
pub fn bars() -> Dataset {
    let mut images = Array4::zeros((90, 1, 8, 8));
    for n in 0..90 {
        let place = 1 + n / 3 % 6;
        for i in 1..7 {
            let (y, x) = [(i, place), (place, i), (i, (i + place) % 8)][n % 3];
            images[[n, 0, y, x]] = 155 + n as u8;
        }
    }
    Dataset::new(images, (0..90).map(|n| n % 3).collect()).unwrap()
}

pub fn small() -> Architecture {
    let layers = vec![
        Layer::Conv2d(Conv2d { bias: false, ..Conv2d::new(1, 4, [3, 3]).padding([[1, 1], [1, 1]]) }),
        Layer::BatchNorm2d(BatchNorm2d::new(4)),
        Layer::Relu(Relu {}),
        Layer::Pool(PoolLayer::max(2).unwrap()),
        Layer::Flatten(Flatten {}),
        Layer::Linear(Linear::new(64, 3)),
    ];
    Architecture::new([1, 8, 8], ["stands", "lies", "falls"].map(String::from).to_vec(), layers).unwrap()
}

pub fn settings(seed: u64, optimizer: Optimizer) -> Settings {
    Settings {
        seed,
        epochs: 8,
        batch_size: 20,
        optimizer,
        learning_rate: OneCycle { peak: if optimizer == SGD { 0.05 } else { 0.02 }, warm_up: 0.3 },
        augmentation: Augmentation { shift: 0.5, rotation: 5.0, ..Augmentation::default() },
        average: 0.0,
    }
}

pub fn train(trainer: &mut Trainer, data: &Dataset) -> Vec<Progress> {
    std::iter::from_fn(|| trainer.step(data).unwrap()).collect()
}

#[test]
fn loss_falls_and_the_answers_become_right() {
    let data = bars();
    for optimizer in [SGD, ADAM] {
        let mut trainer = Trainer::new(small(), settings(1, optimizer)).unwrap();
        let progress = train(&mut trainer, &data);
        let epochs: Vec<_> = progress.iter().filter(|progress| progress.ends_epoch()).collect();
        assert_eq!((progress.len(), epochs.len()), (8 * 5, 8));
        assert_eq!(progress.last().unwrap().done, 1.0);
        assert!(epochs[7].loss < 0.3 * epochs[0].loss, "{optimizer:?}: from {} to {}", epochs[0].loss, epochs[7].loss);
        let network = trainer.network().unwrap();
        let answers = predictions(&network, &data).unwrap();
        let accuracy = Confusion::new(network.labels(), data.labels(), &answers).unwrap().accuracy();
        assert!(accuracy > 0.95, "{optimizer:?}: {accuracy}");
    }
}

#[test]
fn the_seed_decides_everything() {
    let data = bars();
    let trained = |seed| {
        let mut trainer = Trainer::new(small(), settings(seed, SGD)).unwrap();
        train(&mut trainer, &data);
        trainer
    };
    let first = trained(1);
    assert_eq!(first, trained(1));
    assert_ne!(first.network().unwrap(), trained(2).network().unwrap());
}

#[test]
fn a_resumed_run_ends_with_the_same_weights() {
    let data = bars();
    for optimizer in [SGD, ADAM] {
        let mut whole = Trainer::new(small(), settings(4, optimizer)).unwrap();
        let progress = train(&mut whole, &data);
        // At the end of an epoch, and within one.
        for stop in [10, 13] {
            let mut first = Trainer::new(small(), settings(4, optimizer)).unwrap();
            for _ in 0..stop {
                first.step(&data).unwrap();
            }
            let mut resumed = Trainer::resume(&first.checkpoint().unwrap()).unwrap();
            assert_eq!(train(&mut resumed, &data)[..], progress[stop..]);
            assert_eq!(resumed.network().unwrap(), whole.network().unwrap());
            let other = data.clone().split(1).unwrap().0;
            assert_eq!(resumed.step(&other).unwrap_err().parameter(), "number of samples");
        }
    }
}

#[test]
fn folding_batch_norm_keeps_the_function() {
    let data = bars();
    let mut trainer = Trainer::new(small(), settings(1, SGD)).unwrap();
    train(&mut trainer, &data);
    let network = trainer.network().unwrap();
    let folded = network.fold_batch_norm().unwrap();
    let kinds: Vec<_> = folded.architecture().layers.iter().map(|layer| layer.layer.kind()).collect();
    assert_eq!(kinds, ["conv2d", "relu", "pool", "flatten", "linear"]);
    let x = ArrayD::from_shape_fn(vec![1, 8, 8], |i| (i[1] * 8 + i[2]) as f32 / 64.0);
    let (before, after) = (network.run(x.view()).unwrap(), folded.run(x.view()).unwrap());
    let relu = |layers: &[LayerOutput]| layers.iter().find(|layer| layer.kind == "relu").unwrap().values.clone();
    for (before, after) in relu(&before.layers).iter().zip(&relu(&after.layers)) {
        assert!((before - after).abs() < 1e-5, "{before} became {after}");
    }
}

#[test]
fn a_run_shows_every_layer() {
    let network: Network = Trainer::new(small(), settings(1, SGD)).unwrap().network().unwrap();
    let run = network.run(ArrayD::ones(vec![1, 8, 8]).view()).unwrap();
    let shapes: Vec<_> = run.layers.iter().map(|layer| (layer.name.as_str(), layer.values.shape().to_vec())).collect();
    assert_eq!(shapes[0], ("conv2d_1", vec![4, 8, 8]));
    assert_eq!(shapes[3], ("pool_1", vec![4, 4, 4]));
    assert_eq!(shapes[5], ("linear_1", vec![3]));
    assert!((run.probabilities.sum() - 1.0).abs() < 1e-6);
    let error = network.run(ArrayD::ones(vec![8, 8]).view()).unwrap_err();
    assert_eq!(error.to_string(), "input shape is [8, 8]: this network takes [1, 8, 8]");
}

#[test]
fn preprocessing_is_applied_before_the_first_layer() {
    let mut architecture = small();
    architecture.preprocessing.mean = vec![0.5];
    architecture.preprocessing.std = vec![0.25];
    let normalised = Trainer::new(architecture, settings(1, SGD)).unwrap().network().unwrap();
    let plain = Trainer::new(small(), settings(1, SGD)).unwrap().network().unwrap();
    let x = ArrayD::from_elem(vec![1, 8, 8], 0.75);
    let by_hand = plain.run(ArrayD::ones(vec![1, 8, 8]).view()).unwrap();
    assert_eq!(normalised.run(x.view()).unwrap().layers, by_hand.layers);
}

#[test]
fn settings_that_break_a_rule_are_refused() {
    let refused = |change: fn(&mut Settings)| {
        let mut settings = settings(1, SGD);
        change(&mut settings);
        Trainer::new(small(), settings).unwrap_err().parameter().to_owned()
    };
    assert_eq!(refused(|settings| settings.epochs = 0), "epochs");
    assert_eq!(refused(|settings| settings.batch_size = 0), "batch_size");
    assert_eq!(refused(|settings| settings.learning_rate.peak = f32::NAN), "learning_rate");
    assert_eq!(refused(|settings| settings.learning_rate.warm_up = 1.0), "warm_up");
    assert_eq!(refused(|settings| settings.augmentation.shear = -1.0), "shear");
    assert_eq!(
        refused(|settings| settings.optimizer = Optimizer::Sgd { momentum: 1.0, weight_decay: 0.0 }),
        "momentum"
    );
    let empty = Dataset::new(Array4::zeros((0, 1, 8, 8)), vec![]).unwrap();
    assert!(Trainer::new(small(), settings(1, SGD)).unwrap().step(&empty).is_err());
    let colour = Dataset::new(Array4::zeros((2, 3, 8, 8)), vec![0, 1]).unwrap();
    assert_eq!(Trainer::new(small(), settings(1, SGD)).unwrap().step(&colour).unwrap_err().parameter(), "input shape");
}
