//! Training as a WebAssembly module, for the benches alone: what a page loads does not reach it.
#![cfg(target_arch = "wasm32")]

use deep_end::nn::{
    Architecture,
    augment::Augmentation,
    dataset::Dataset,
    optimizer::{OneCycle, Optimizer},
    settings::Settings,
    train::Trainer,
};
use ndarray::Array4;
use wasm_bindgen::{JsError, prelude::wasm_bindgen};

/// A training run whose every step takes all samples.
#[wasm_bindgen]
pub struct Training {
    trainer: Trainer,
    data: Dataset,
}

#[wasm_bindgen]
impl Training {
    /// Draws the weights of an architecture, which is given as in a network file. SGD with Nesterov's momentum of 0.9.
    #[wasm_bindgen(constructor)]
    pub fn new(architecture: &str, pixels: Vec<u8>, labels: Vec<u8>, learning_rate: f32) -> Result<Training, JsError> {
        let architecture = Architecture::from_json(architecture)?;
        let [channels, height, width] = architecture.input_shape[..] else {
            return Err(JsError::new("a sample has three axes"));
        };
        let images = Array4::from_shape_vec((labels.len(), channels, height, width), pixels)?;
        let settings = Settings {
            seed: 1,
            // So many that the learning rate stays where it begins.
            epochs: u32::MAX,
            batch_size: labels.len(),
            optimizer: Optimizer::Sgd { momentum: 0.9, weight_decay: 0.0 },
            learning_rate: OneCycle { peak: learning_rate, warm_up: 0.0 },
            augmentation: Augmentation::default(),
            average: 0.0,
        };
        Ok(Self { trainer: Trainer::new(architecture, settings)?, data: Dataset::new(images, labels)? })
    }

    /// Learns from all samples once, and returns their mean loss before.
    pub fn step(&mut self) -> Result<f64, JsError> {
        Ok(self.trainer.step(&self.data)?.map_or(f64::NAN, |progress| progress.loss))
    }

    /// The network file as it is now, in `f32`.
    pub fn file(&self) -> Result<Vec<u8>, JsError> {
        Ok(self.trainer.network()?.to_bytes(deep_end::io::safetensors::Precision::F32)?)
    }
}
