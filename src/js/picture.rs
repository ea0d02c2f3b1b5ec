//! Pooling of pictures.

use super::arguments::{describe, extent};
use super::error::JsResult;
use super::options::read;
use super::pool::set;
use crate::error::{Error, ErrorKind};
use crate::pool::PoolOptions;
use crate::render::{Rgba, pool_photograph};
use crate::shown::Shown;
use js_sys::{Object, Reflect, Uint8ClampedArray};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::ImageData;

/// `poolImage`; see `surface.d.ts`.
#[wasm_bindgen(js_name = poolImage, skip_typescript)]
pub fn pool_image(image: &JsValue, options: &JsValue) -> JsResult<JsValue> {
    let options = PoolOptions::from(read(options)?);
    let image = from_js(image)?;
    to_js(&pool_photograph(&options.layer(2)?, image.width, image.height, &image.pixels)?)
}

/// A picture's size and pixels. Read by name, not by class: Node has no `ImageData`.
pub(super) fn from_js(image: &JsValue) -> JsResult<Rgba> {
    let wrong = || Error::new(ErrorKind::Parameter, "image", describe(image), "must have data, width and height");
    let get = |key: &str| Reflect::get(image, &key.into()).map_err(|_| wrong());
    let data = get("data")?;
    let is_bytes = data.is_instance_of::<Uint8ClampedArray>();
    if !is_bytes {
        return Err(
            Error::new(ErrorKind::Parameter, "image.data", describe(&data), "must be a Uint8ClampedArray").into()
        );
    }
    let (width, height) = (extent("image.width", &get("width")?)?, extent("image.height", &get("height")?)?);
    Ok(Rgba { width, height, pixels: Uint8ClampedArray::from(data).to_vec() })
}

/// An `ImageData`, or an object of its form where there is none.
pub(super) fn to_js(picture: &Rgba) -> JsResult<JsValue> {
    let (width, height) = (picture.width, picture.height);
    if Reflect::has(&js_sys::global(), &"ImageData".into()).unwrap_or(false) {
        // Of a slice, ImageData would keep a view of this module's memory; it must have pixels of its own.
        let pixels = Uint8ClampedArray::from(picture.pixels.as_slice());
        let made = ImageData::new_with_js_u8_clamped_array_and_sh(&pixels, width as u32, height as u32);
        return Ok(made
            .map_err(|refused| {
                let why = refused.dyn_ref::<js_sys::Error>().map_or_else(String::new, |why| why.message().into());
                let rule = ["the browser makes no picture of this size: ", &why].concat();
                Error::new(ErrorKind::Memory, "image", [&width.shown(), " × ", &height.shown()].concat(), rule)
            })?
            .into());
    }
    let object = Object::new();
    let entries: [(&str, JsValue); 3] = [
        ("data", Uint8ClampedArray::from(picture.pixels.as_slice()).into()),
        ("width", (width as f64).into()),
        ("height", (height as f64).into()),
    ];
    for (key, value) in entries {
        set(&object, key, value);
    }
    Ok(object.into())
}
