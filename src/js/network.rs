//! Networks.

use super::arguments::{bytes, floats};
use super::error::JsResult;
use super::picture;
use super::pool::set;
use crate::error::{Error, ErrorKind};
use crate::nn;
use crate::nn::tensor::Tensor;
use crate::shown::Shown;
use js_sys::{Array, Float32Array, Object};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// `Network`; see `surface.d.ts`. Its `load` is in `www/lib/core.js`: fetching needs nothing of the core.
#[wasm_bindgen(skip_typescript)]
pub struct Network(nn::Network);

#[wasm_bindgen]
impl Network {
    /// Reads a network file's bytes.
    #[wasm_bindgen(js_name = fromBytes, skip_typescript)]
    pub fn from_bytes(file: &JsValue) -> JsResult<Network> {
        Ok(Self(nn::Network::from_bytes_to_run(&bytes("bytes", file)?)?))
    }

    /// Channels, height and width of an input.
    #[wasm_bindgen(getter, js_name = inputShape, skip_typescript)]
    pub fn input_shape(&self) -> Array {
        list(self.0.input_shape())
    }

    /// What the outputs stand for.
    #[wasm_bindgen(getter, skip_typescript)]
    pub fn labels(&self) -> Array {
        self.0.labels().iter().map(|label| JsValue::from(label.as_str())).collect()
    }

    /// Runs the network on one input.
    #[wasm_bindgen(skip_typescript)]
    pub fn run(&self, image: &JsValue) -> JsResult<Object> {
        let (shape, image) = (self.0.input_shape(), floats("image", image)?);
        let length = image.len();
        let input = Tensor::new([&[1], shape].concat(), image).map_err(|_| {
            let rule = ["must be the product of the network's input shape, ", &shape.shown()].concat();
            Error::new(ErrorKind::Shape, "image.length", length, rule)
        })?;
        let layers = Array::new();
        let probabilities = self.0.run_flat(input, &mut |named, output| {
            let (object, output) = (Object::new(), output.sample());
            set(&object, "name", named.name.as_str().into());
            set(&object, "kind", named.layer.kind().into());
            set(&object, "shape", list(output.shape()).into());
            set(&object, "data", Float32Array::from(output.values()).into());
            layers.push(&object);
        })?;
        let result = Object::new();
        set(&result, "probabilities", Float32Array::from(probabilities.values()).into());
        set(&result, "layers", layers.into());
        Ok(result)
    }
}

/// `prepareDigit`; see `surface.d.ts`.
#[wasm_bindgen(js_name = prepareDigit, skip_typescript)]
pub fn prepare_digit(image: &JsValue) -> JsResult<Float32Array> {
    let image = picture::from_js(image)?;
    let digit = nn::digit::prepare_digit_flat(&image.pixels, image.width, image.height)?;
    Ok(Float32Array::from(digit.as_slice()))
}

/// Extents as an array of numbers.
pub(super) fn list(extents: &[usize]) -> Array {
    extents.iter().map(|&extent| JsValue::from(extent as f64)).collect()
}
