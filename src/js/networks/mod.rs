//! Networks, and drawings for them.

#[cfg(feature = "inside")]
mod inside;
#[cfg(feature = "inside")]
mod sentence;

use super::arguments::{broken, float_array};
use super::error::JsResult;
use super::results::{list, set};
use super::source::Source;
use crate::nn;
use js_sys::{Array, Float32Array, Object, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// `Network`; see `surface.d.ts`. Its `load` is in `www/lib/networks.js`: fetching needs nothing of the core.
#[wasm_bindgen(skip_typescript)]
pub struct Network {
    #[cfg(feature = "inside")]
    network: nn::Network,
    prepared: nn::PreparedNetwork,
}

impl Network {
    fn of(network: nn::Network) -> JsResult<Self> {
        let prepared = network.prepare()?;
        Ok(Self {
            #[cfg(feature = "inside")]
            network,
            prepared,
        })
    }
}

#[wasm_bindgen]
impl Network {
    /// Reads a network file's bytes.
    #[wasm_bindgen(js_name = fromBytes, skip_typescript)]
    pub fn from_bytes(file: &JsValue) -> JsResult<Network> {
        let bytes = file.dyn_ref::<Uint8Array>().ok_or_else(|| broken("bytes", file, "must be a Uint8Array"))?;
        Self::of(nn::Network::from_bytes_to_run(&bytes.to_vec())?)
    }

    /// Channels, height and width of an input.
    #[wasm_bindgen(getter, js_name = inputShape, skip_typescript)]
    pub fn input_shape(&self) -> Array {
        list(self.prepared.input_shape())
    }

    /// What the outputs stand for.
    #[wasm_bindgen(getter, skip_typescript)]
    pub fn labels(&self) -> Array {
        self.prepared.labels().iter().map(|label| JsValue::from(label.as_str())).collect()
    }

    /// Runs the network on one input.
    #[wasm_bindgen(skip_typescript)]
    pub fn run(&mut self, image: &JsValue) -> JsResult<Object> {
        self.take(image)?;
        let layers = Array::new();
        let probabilities = self.prepared.run_input(&mut |step, output| {
            let object = Object::new();
            set(&object, "name", step.name.as_str().into());
            set(&object, "kind", step.kind.into());
            set(&object, "shape", list(step.shape()).into());
            set(&object, "data", Float32Array::from(output).into());
            layers.push(&object);
        })?;
        let result = Object::new();
        set(&result, "probabilities", Float32Array::from(probabilities).into());
        set(&result, "layers", layers.into());
        Ok(result)
    }

    /// The probabilities alone.
    #[wasm_bindgen(skip_typescript)]
    pub fn classify(&mut self, image: &JsValue) -> JsResult<Float32Array> {
        self.take(image)?;
        Ok(Float32Array::from(self.prepared.classify_input()?))
    }

    /// Copies an image to where the network reads it.
    fn take(&mut self, image: &JsValue) -> JsResult<()> {
        let image = float_array("image", image)?;
        image.copy_to(self.prepared.input(image.length() as usize)?);
        Ok(())
    }
}

/// `prepareDigit`; see `surface.d.ts`.
#[wasm_bindgen(js_name = prepareDigit, skip_typescript)]
pub fn prepare_digit(image: &JsValue) -> JsResult<Float32Array> {
    let Source { data, width, height } = Source::of(image)?;
    let digit = nn::digit::prepare_digit_flat(&data.to_vec(), width, height)?;
    Ok(Float32Array::from(digit.as_slice()))
}
