//! Pictures as they are given.

use super::arguments::{describe, extent};
use super::error::JsResult;
use crate::error::{Error, ErrorKind};
use js_sys::{Reflect, Uint8ClampedArray};
use wasm_bindgen::{JsCast, JsValue};

/// A picture as it is given. Read by name, not by class: Node has no `ImageData`.
pub(super) struct Source {
    pub data: Uint8ClampedArray,
    pub width: usize,
    pub height: usize,
}

impl Source {
    /// Reads a picture.
    pub(super) fn of(image: &JsValue) -> JsResult<Self> {
        let wrong = || Error::new(ErrorKind::Parameter, "image", describe(image), "must have data, width and height");
        let get = |key: &str| Reflect::get(image, &key.into()).map_err(|_| wrong());
        let data = get("data")?.dyn_into::<Uint8ClampedArray>().map_err(|data| {
            Error::new(ErrorKind::Parameter, "image.data", describe(&data), "must be a Uint8ClampedArray")
        })?;
        Ok(Self {
            data,
            width: extent("image.width", &get("width")?)?,
            height: extent("image.height", &get("height")?)?,
        })
    }
}
