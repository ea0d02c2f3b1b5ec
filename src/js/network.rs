//! Networks.

use super::error::JsResult;
use super::picture;
use super::pool::set;
use crate::error::{Error, ErrorKind};
use crate::nn;
use js_sys::{Array, Float32Array, Function, Object, Promise, Reflect, Uint8Array};
use ndarray::{ArrayViewD, IxDyn};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// `Network`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub struct Network(nn::Network);

#[wasm_bindgen]
impl Network {
    /// Fetches a network file and reads it. `fetch` is the global one: pages, workers and Node have it alike.
    #[wasm_bindgen(skip_typescript)]
    pub async fn load(url: JsValue) -> Result<Network, JsValue> {
        let failed = |why: &JsValue| {
            let why = why.dyn_ref::<js_sys::Error>().map_or_else(String::new, |error| error.message().into());
            let url = url.as_string().unwrap_or_else(|| "the given address".to_owned());
            JsValue::from(super::error::JsError::from(Error::new(
                ErrorKind::Io,
                "url",
                url,
                format!("could not be fetched: {why}"),
            )))
        };
        let fetch: Function =
            Reflect::get(&js_sys::global(), &"fetch".into())?.dyn_into().map_err(|_| failed(&JsValue::NULL))?;
        let promise: Promise = fetch.call1(&JsValue::UNDEFINED, &url).map_err(|why| failed(&why))?.into();
        let response: Response = JsFuture::from(promise).await.map_err(|why| failed(&why))?.into();
        if !response.ok() {
            return Err(failed(&js_sys::Error::new(&format!("status {}", response.status())).into()));
        }
        let body = JsFuture::from(response.array_buffer()?).await.map_err(|why| failed(&why))?;
        Ok(Self::from_bytes(&Uint8Array::new(&body).to_vec())?)
    }

    /// Reads a network file's bytes.
    #[wasm_bindgen(js_name = fromBytes, skip_typescript)]
    pub fn from_bytes(bytes: &[u8]) -> JsResult<Network> {
        Ok(Self(nn::Network::from_bytes(bytes)?))
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
    pub fn run(&self, image: &[f32]) -> JsResult<Object> {
        let shape = self.0.input_shape();
        let input = ArrayViewD::from_shape(IxDyn(shape), image).ok().filter(|input| input.len() == image.len());
        let input = input.ok_or_else(|| {
            let rule = format!("must be the product of the network's input shape, {shape:?}");
            Error::new(ErrorKind::Shape, "image.length", image.len(), rule)
        })?;
        let run = self.0.run(input)?;
        let layers = run.layers.iter().map(|layer| {
            let object = Object::new();
            set(&object, "name", layer.name.as_str().into());
            set(&object, "kind", layer.kind.into());
            set(&object, "shape", list(layer.values.shape()).into());
            set(&object, "data", numbers(layer.values.iter().copied()).into());
            object
        });
        let result = Object::new();
        set(&result, "probabilities", numbers(run.probabilities.iter().copied()).into());
        set(&result, "layers", layers.collect::<Array>().into());
        Ok(result)
    }
}

/// `prepareDigit`; see `surface.d.ts`.
#[wasm_bindgen(js_name = prepareDigit, skip_typescript)]
pub fn prepare_digit(image: &JsValue) -> JsResult<Float32Array> {
    let image = picture::from_js(image)?;
    let digit = nn::digit::prepare_digit(&image.pixels, image.width, image.height)?;
    Ok(numbers(digit.iter().copied()))
}

fn list(extents: &[usize]) -> Array {
    extents.iter().map(|&extent| JsValue::from(extent as f64)).collect()
}

fn numbers(values: impl Iterator<Item = f32>) -> Float32Array {
    Float32Array::from(values.collect::<Vec<_>>().as_slice())
}
