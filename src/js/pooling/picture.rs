//! Pooling of pictures.

use super::numbers::{self, Cells, Number, Staging};
use crate::error::{Error, ErrorKind, Result};
use crate::js::arguments::{describe, extent};
use crate::js::error::JsResult;
use crate::js::options::{named, read};
use crate::js::results::{list, set};
use crate::js::source::Source;
use crate::options::Options;
use crate::pool::PoolOptions;
use crate::render::{Photograph, Rgba, check_bytes};
use crate::shown::Shown;
use js_sys::{Array, Object, Reflect, Uint8ClampedArray};
use std::ops::Range;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::ImageData;

// js-sys has these too, as functions that must not throw.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["Uint8ClampedArray", "prototype", "subarray"], js_name = call)]
    fn subarray(of: &JsValue, begin: u32, end: u32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = Uint8ClampedArray)]
    type Pixels;
    #[wasm_bindgen(catch, constructor, js_class = "Uint8ClampedArray")]
    fn new(length: u32) -> Result<Pixels, JsValue>;
}

/// `poolImage`; see `surface.d.ts`.
#[wasm_bindgen(js_name = poolImage, skip_typescript)]
pub fn pool_image(image: &JsValue, options: &JsValue, part: &JsValue) -> JsResult<JsValue> {
    let options = PoolOptions::from(read(options)?);
    let part = named("part", part);
    let source = Source::of(image)?;
    check_bytes("image.data.length", source.data.length() as usize, source.width, source.height)?;
    let (top, height, rows) = match part.object("part")? {
        Some(part) => place(part)?,
        None => (0, source.height, None),
    };
    let mut photograph = Photograph::new(&options.layer(2)?, source.width, height)?;
    let rows = rows.unwrap_or(0..photograph.output()[0]);
    photograph.check_rows(&rows)?;
    let read = photograph.reads(rows.clone());
    if read.start < top || read.end - top > source.height {
        let rule =
            ["must reach from row ", &read.start.shown(), " of the whole picture up to ", &read.end.shown()].concat();
        let held = [top, top.saturating_add(source.height)];
        return Err(Error::new(ErrorKind::Shape, "image", held.as_slice(), rule).into());
    }
    let pixels = pool(&mut photograph, rows.clone(), &source, top)?;
    to_image(&pixels, photograph.output()[1], rows.len())
}

/// Pools rows, a part of them at a time.
fn pool(photograph: &mut Photograph, rows: Range<usize>, source: &Source, top: usize) -> Result<Uint8ClampedArray> {
    let wide = 4 * photograph.output()[1];
    let result = new_pixels(wide * rows.len())?;
    let mut staging = Staging::unpack();
    let (input, output, _) = u8::rooms(&mut staging);
    let mut from = rows.start;
    while from < rows.end {
        let part = from..photograph.part_from(from).end.min(rows.end);
        let read = photograph.reads(part.clone());
        let bytes = 4 * source.width;
        let input = numbers::room(input, bytes * read.len(), &[read.len(), source.width])?;
        let output = numbers::room(output, wide * part.len(), &[part.len(), wide])?;
        let (begin, end) = (bytes * (read.start - top), bytes * (read.end - top));
        let of_input = subarray(&source.data, begin as u32, end as u32).and_then(|pixels| u8::take(input, &pixels));
        of_input.map_err(|_| moved("image.data", &source.data))?;
        photograph.pool_rows(part.clone(), input, output)?;
        let begin = wide * (part.start - rows.start);
        let of_output = subarray(&result, begin as u32, (begin + output.len()) as u32);
        of_output.and_then(|pixels| u8::give(&pixels, output)).map_err(|_| moved("image", &result))?;
        from = part.end;
    }
    staging.pack();
    Ok(result)
}

/// Where an image lies in the whole picture: its first row, the picture's height, and which rows of the output are asked for.
fn place(part: &Options) -> Result<(usize, usize, Option<Range<usize>>)> {
    part.only(&["rows", "top", "height"])?;
    let whole = |name| part.required(name, part.whole(name)?);
    let rows = part.required("rows", part.wholes("rows")?)?;
    let &[start, end] = rows.as_slice() else {
        return Err(Error::new(ErrorKind::Parameter, "rows", rows.as_slice(), "must be [first, end]"));
    };
    Ok((whole("top")?, whole("height")?, Some(start..end)))
}

/// `imageParts`; see `surface.d.ts`.
#[wasm_bindgen(js_name = imageParts, skip_typescript)]
pub fn image_parts(options: &JsValue, width: &JsValue, height: &JsValue, count: &JsValue) -> JsResult<Array> {
    let options = PoolOptions::from(read(options)?);
    let photograph = Photograph::new(&options.layer(2)?, extent("width", width)?, extent("height", height)?)?;
    let parts = photograph.parts(extent("count", count)?);
    let described = |rows: Range<usize>| {
        let (object, reads) = (Object::new(), photograph.reads(rows.clone()));
        set(&object, "rows", list(&[rows.start, rows.end]).into());
        set(&object, "reads", list(&[reads.start, reads.end]).into());
        object
    };
    Ok(parts.into_iter().map(described).collect())
}

/// An `ImageData`, or an object of its form where there is none.
pub(super) fn to_js(picture: &Rgba) -> JsResult<JsValue> {
    // Of a slice, ImageData would keep a view of this module's memory; it must have pixels of its own.
    to_image(&Uint8ClampedArray::from(picture.pixels.as_slice()), picture.width, picture.height)
}

fn to_image(pixels: &Uint8ClampedArray, width: usize, height: usize) -> JsResult<JsValue> {
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

fn new_pixels(bytes: usize) -> Result<Uint8ClampedArray> {
    let rule = "there is no memory for the pooled picture";
    let made = u32::try_from(bytes).ok().and_then(|bytes| Pixels::new(bytes).ok());
    made.map(|pixels| JsValue::from(pixels).unchecked_into())
        .ok_or_else(|| Error::new(ErrorKind::Memory, "image", bytes, rule))
}

#[cold]
fn moved(name: &'static str, value: &JsValue) -> Error {
    Error::new(ErrorKind::Parameter, name, describe(value), "its bytes cannot be reached: moved away")
}
