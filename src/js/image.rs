//! Pictures as they are handed back.

use super::error::JsResult;
use super::results::set;
use crate::error::{Error, ErrorKind};
use crate::render::Rgba;
use crate::shown::Shown;
use js_sys::{Object, Reflect, Uint8ClampedArray};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::ImageData;

/// An `ImageData`, or an object of its form where there is none.
pub(super) fn to_js(picture: &Rgba) -> JsResult<JsValue> {
    // Of a slice, ImageData would keep a view of this module's memory; it must have pixels of its own.
    to_image(&Uint8ClampedArray::from(picture.pixels.as_slice()), picture.width, picture.height)
}

pub(super) fn to_image(pixels: &Uint8ClampedArray, width: usize, height: usize) -> JsResult<JsValue> {
    if Reflect::has(&js_sys::global(), &"ImageData".into()).unwrap_or(false) {
        let made = ImageData::new_with_js_u8_clamped_array_and_sh(pixels, width as u32, height as u32);
        return Ok(made
            .map_err(|refused| {
                let why = refused.dyn_ref::<js_sys::Error>().map_or_else(String::new, |why| why.message().into());
                let rule = ["the browser makes no picture of this size: ", &why].concat();
                Error::new(ErrorKind::Memory, "image", [&width.shown(), " × ", &height.shown()].concat(), rule)
            })?
            .into());
    }
    let object = Object::new();
    let entries: [(&str, JsValue); 3] =
        [("data", pixels.into()), ("width", (width as f64).into()), ("height", (height as f64).into())];
    for (key, value) in entries {
        set(&object, key, value);
    }
    Ok(object.into())
}
