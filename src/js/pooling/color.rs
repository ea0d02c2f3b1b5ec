//! Colour maps.

use super::picture;
use crate::error::{Error, ErrorKind};
use crate::js::arguments::{broken, extent, float_array};
use crate::js::error::JsResult;
use crate::js::options::read;
use crate::options::Options;
use crate::render::{ColorMap, Rgba};
use crate::shown::Shown;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// `colorize`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub fn colorize(data: &JsValue, width: &JsValue, height: &JsValue, options: &JsValue) -> JsResult<JsValue> {
    let data = float_array("data", data)?.to_vec();
    let (width, height) = (extent("width", width)?, extent("height", height)?);
    let options = if options.is_undefined() { Options::default() } else { read(options)? };
    options.only(&["map", "min", "max"])?;
    if width.checked_mul(height) != Some(data.len()) {
        let rule = ["must be width × height = ", &width.shown(), " × ", &height.shown()].concat();
        return Err(Error::new(ErrorKind::Shape, "data.length", data.len(), rule).into());
    }
    let map = options.text("map")?.map_or(Ok(ColorMap::Deep), ColorMap::named)?;
    let finite = || data.iter().copied().filter(|value| value.is_finite());
    let min = options.number("min")?.map(|min| min as f32).or_else(|| finite().reduce(f32::min)).unwrap_or(0.0);
    let max = options.number("max")?.map(|max| max as f32).or_else(|| finite().reduce(f32::max)).unwrap_or(0.0);
    picture::to_js(&Rgba { width, height, pixels: crate::render::colorize(&data, map, min, max)? })
}

/// `colorMap`; see `surface.d.ts`.
#[wasm_bindgen(js_name = colorMap, skip_typescript)]
pub fn color_map(map: &JsValue) -> JsResult<Vec<u8>> {
    let name = map.as_string().ok_or_else(|| broken("map", map, "must be a text"))?;
    Ok(ColorMap::named(&name)?.table().iter().flat_map(|&[red, green, blue]| [red, green, blue, 255]).collect())
}
