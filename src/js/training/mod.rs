//! Networks that learn.

mod options;

use super::arguments::{broken, describe};
use super::error::JsResult;
use super::results::set;
use crate::error::{Error, ErrorKind, Result};
use crate::io::safetensors::Precision;
use crate::nn::Network;
use crate::nn::dataset::Dataset;
use crate::nn::evaluate::score;
use crate::nn::network::Origin;
use crate::nn::train::Trainer;
use crate::shown::Shown;
use js_sys::{Object, Reflect, Uint8Array};
use ndarray::Array4;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// `Training`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub struct Training {
    trainer: Trainer,
    data: Dataset,
    /// Channels, height and width of a picture.
    shape: [usize; 3],
}

#[wasm_bindgen]
impl Training {
    /// Draws the first weights.
    #[wasm_bindgen(constructor, skip_typescript)]
    pub fn new(options: &JsValue, pictures: &JsValue) -> JsResult<Training> {
        let (architecture, settings) = options::read(options)?;
        let shape: [usize; 3] = architecture.input_shape.as_slice().try_into().map_err(|_| {
            let rule = "it must be channels, height and width";
            Error::new(ErrorKind::Format, "input_shape", architecture.input_shape.shown(), rule)
        })?;
        let data = dataset(pictures, shape)?;
        Ok(Self { trainer: Trainer::new(architecture, settings)?, data, shape })
    }

    /// Learns from the next batch.
    #[wasm_bindgen(skip_typescript)]
    pub fn step(&mut self) -> JsResult<JsValue> {
        let Some(progress) = self.trainer.step(&self.data)? else { return Ok(JsValue::NULL) };
        Ok(numbers(&[
            ("epoch", f64::from(progress.epoch)),
            ("step", progress.step as f64),
            ("steps", progress.steps as f64),
            ("done", progress.done),
            ("loss", progress.loss),
            ("accuracy", progress.accuracy),
        ]))
    }

    /// How well the network does as it is now.
    #[wasm_bindgen(skip_typescript)]
    pub fn score(&self, pictures: &JsValue) -> JsResult<JsValue> {
        let score = score(&self.network()?, &dataset(pictures, self.shape)?)?;
        Ok(numbers(&[("accuracy", score.accuracy), ("loss", score.loss)]))
    }

    /// The network's file, which says what `data` is, and how much of it was learned from.
    #[wasm_bindgen(skip_typescript)]
    pub fn file(&self, data: &JsValue) -> JsResult<Uint8Array> {
        let name = match data.as_string() {
            Some(name) => [&name, ", "].concat(),
            None if data.is_undefined() => String::new(),
            None => return Err(broken("data", data, "must be a string").into()),
        };
        let origin = Origin {
            command: "trained in a browser by Deep End".to_owned(),
            data: [&name, self.data.len().shown().as_str(), " pictures"].concat(),
            training: Some(self.trainer.settings().clone()),
        };
        let network = self.network()?.with_origin(origin);
        Ok(Uint8Array::from(network.to_bytes(Precision::F32)?.as_slice()))
    }
}

impl Training {
    /// The network as it is now.
    fn network(&self) -> Result<Network> {
        let network = self.trainer.network().and_then(|network| network.fold_batch_norm());
        network.map_err(|_| {
            let peak = self.trainer.settings().learning_rate.peak;
            Error::new(ErrorKind::Parameter, "learning_rate", peak, "it is too high: a weight is no longer finite")
        })
    }
}

/// Labelled pictures of this shape.
fn dataset(pictures: &JsValue, [channels, height, width]: [usize; 3]) -> JsResult<Dataset> {
    let bytes = |key: &'static str, parameter: &'static str| -> JsResult<Vec<u8>> {
        let value = Reflect::get(pictures, &key.into()).map_err(|_| {
            let rule = "must have pixels and labels";
            Error::new(ErrorKind::Parameter, "pictures", describe(pictures), rule)
        })?;
        let array = value.dyn_ref::<Uint8Array>().ok_or_else(|| broken(parameter, &value, "must be a Uint8Array"))?;
        Ok(array.to_vec())
    };
    let (pixels, labels) = (bytes("pixels", "pictures.pixels")?, bytes("labels", "pictures.labels")?);
    let (have, shape) = (pixels.len(), (labels.len(), channels, height, width));
    let images = Array4::from_shape_vec(shape, pixels).map_err(|_| {
        let rule = ["must be the number of labels times ", &[channels, height, width].shown()].concat();
        Error::new(ErrorKind::Shape, "pictures.pixels.length", have, rule)
    })?;
    Ok(Dataset::new(images, labels)?)
}

fn numbers(entries: &[(&str, f64)]) -> JsValue {
    let object = Object::new();
    for (key, value) in entries {
        set(&object, key, (*value).into());
    }
    object.into()
}
