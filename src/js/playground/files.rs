//! Files in and out.

use super::stages::array;
use crate::error::{Error, ErrorKind};
use crate::io::npy;
use crate::js::arguments::{broken, extent};
use crate::js::error::JsResult;
use crate::js::options::named;
use crate::js::source::Source;
use crate::nn::tensor::TensorView;
use crate::pool::product;
use crate::render::Animation;
use crate::shown::Shown;
use js_sys::{Object, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// `readNpy`; see `surface.d.ts`.
#[wasm_bindgen(js_name = readNpy, skip_typescript)]
pub fn read_npy(bytes: &JsValue) -> JsResult<Object> {
    let file = bytes.dyn_ref::<Uint8Array>().ok_or_else(|| broken("bytes", bytes, "must be a Uint8Array"))?;
    let tensor = npy::read(&file.to_vec())?;
    Ok(array(tensor.values(), tensor.shape()))
}

/// `writeNpy`; see `surface.d.ts`.
#[wasm_bindgen(js_name = writeNpy, skip_typescript)]
pub fn write_npy(data: &JsValue, shape: &JsValue) -> JsResult<Uint8Array> {
    let options = named("shape", shape);
    let shape = options.required("shape", options.wholes("shape")?)?;
    let data = super::input::all(["data", "data.length"], data)?;
    if product("shape", &shape)? != data.len() {
        let rule = ["must be the product of shape, ", &shape.shown()].concat();
        return Err(Error::new(ErrorKind::Shape, "data.length", data.len(), rule).into());
    }
    Ok(Uint8Array::from(npy::write(TensorView::new(&shape, &data)?)?.as_slice()))
}

/// `GifWriter`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub struct GifWriter(RefCell<Option<Animation>>);

#[wasm_bindgen]
impl GifWriter {
    /// Begins an animation.
    #[wasm_bindgen(constructor, skip_typescript)]
    pub fn new(width: &JsValue, height: &JsValue) -> JsResult<GifWriter> {
        let animation = Animation::new(extent("width", width)?, extent("height", height)?)?;
        Ok(Self(RefCell::new(Some(animation))))
    }

    /// Adds a picture.
    #[wasm_bindgen(skip_typescript)]
    pub fn add(&self, image: &JsValue, milliseconds: &JsValue) -> JsResult<()> {
        let Source { data, width, height } = Source::of(image)?;
        let delay = extent("milliseconds", milliseconds)?;
        // Read first: what a page passes off as an array could call back.
        let pixels = data.to_vec();
        let mut animation = self.0.try_borrow_mut().map_err(|_| finished())?;
        Ok(animation.as_mut().ok_or_else(finished)?.add(pixels, [width, height], delay)?)
    }

    /// The file.
    #[wasm_bindgen(skip_typescript)]
    pub fn finish(&self) -> JsResult<Uint8Array> {
        let animation = self.0.try_borrow_mut().map_err(|_| finished())?.take();
        Ok(Uint8Array::from(animation.ok_or_else(finished)?.finish()?.as_slice()))
    }
}

#[cold]
fn finished() -> Error {
    Error::new(ErrorKind::Parameter, "GifWriter", "finished", "a finished animation takes no more pictures")
}
