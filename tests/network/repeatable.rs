//! A run of training gives the same bits everywhere: natively here, in WebAssembly by `tests/npm/training.test.mjs`, both
//! against one file, which `DEEP_END_BLESS=1` writes anew.

use deep_end::nn::augment::Augmentation;
use deep_end::nn::dataset::Dataset;
use deep_end::nn::evaluate::score;
use deep_end::nn::optimizer::{OneCycle, Optimizer};
use deep_end::nn::recipes::{Downsampling, digits_with};
use deep_end::nn::settings::Settings;
use deep_end::nn::train::Trainer;
use ndarray::Array4;
use serde_json::{Map, Value, json};
use std::{env, fs};

const GOLDEN: &str = "tests/golden/training.json";

/// Ten digits, one of each class.
fn digits() -> Dataset {
    let text = fs::read_to_string("tests/network/digits-examples.json").unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let examples = file["examples"].as_array().unwrap();
    let pixels = examples.iter().flat_map(|example| example["pixels"].as_array().unwrap());
    let pixels = pixels.map(|pixel| pixel.as_u64().unwrap() as u8).collect();
    let images = Array4::from_shape_vec((examples.len(), 1, 28, 28), pixels).unwrap();
    Dataset::new(images, (0..examples.len() as u8).collect()).unwrap()
}

/// The loss before each step, and the score in the end.
fn run(downsampling: Downsampling, data: &Dataset) -> Value {
    let settings = Settings {
        seed: 5,
        epochs: 3,
        batch_size: 4,
        optimizer: Optimizer::Sgd { momentum: 0.9, weight_decay: 5e-4 },
        learning_rate: OneCycle { peak: 0.1, warm_up: 0.25 },
        augmentation: Augmentation::default(),
    };
    let mut trainer = Trainer::new(digits_with(downsampling).unwrap(), settings).unwrap();
    let losses: Vec<f64> = std::iter::from_fn(|| trainer.step(data).unwrap()).map(|progress| progress.loss).collect();
    let score = score(&trainer.network().unwrap().fold_batch_norm().unwrap(), data).unwrap();
    json!({ "losses": losses, "score": { "accuracy": score.accuracy, "loss": score.loss } })
}

#[test]
fn every_pooling_trains_to_the_bits_that_webassembly_has() {
    let data = digits();
    let runs = Downsampling::ALL.map(|downsampling| (downsampling.word().to_owned(), run(downsampling, &data)));
    let runs = serde_json::to_string_pretty(&Value::Object(Map::from_iter(runs))).unwrap() + "\n";
    if env::var_os("DEEP_END_BLESS").is_some_and(|value| value == "1") {
        fs::write(GOLDEN, &runs).unwrap();
    }
    // As text: serde_json reads numbers to within a bit.
    let golden = fs::read_to_string(GOLDEN).unwrap();
    assert_eq!(runs.lines().count(), golden.lines().count());
    for (line, (run, golden)) in runs.lines().zip(golden.lines()).enumerate() {
        assert_eq!(run, golden, "line {} of {GOLDEN}", line + 1);
    }
}

#[test]
fn a_score_is_about_pictures_that_fit() {
    let data = digits();
    let settings = || deep_end::nn::recipes::digits_settings(1, 1);
    let network = Trainer::new(digits_with(Downsampling::Max).unwrap(), settings()).unwrap().network().unwrap();
    let nothing = Dataset::new(Array4::zeros((0, 1, 28, 28)), vec![]).unwrap();
    let wide = Dataset::new(Array4::zeros((1, 1, 14, 56)), vec![0]).unwrap();
    let stranger = Dataset::new(Array4::zeros((1, 1, 28, 28)), vec![10]).unwrap();
    for (data, message) in [
        (nothing, "number of samples is 0: there must be at least one"),
        (wide, "input shape is [1, 14, 56]: this network takes [1, 28, 28]"),
        (stranger, "class is 10: there are 10 labels"),
    ] {
        assert_eq!(score(&network, &data).unwrap_err().to_string(), message);
    }
    let loss = score(&network, &data).unwrap().loss;
    let probabilities = network.run_batch(data.images().mapv(|x| f32::from(x) / 255.0).into_dyn().view()).unwrap();
    let expected: f64 = (0..10).map(|n| -f64::from(probabilities[[n, n]]).ln()).sum::<f64>() / 10.0;
    assert!((loss - expected).abs() < 1e-12, "{loss}, not {expected}");
}
