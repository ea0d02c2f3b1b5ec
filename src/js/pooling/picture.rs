//! Pooling of pictures.

use super::numbers::{self, Cells, Number, Staging, subarray};
use crate::error::{Error, ErrorKind, Result};
use crate::js::arguments::{describe, extent};
use crate::js::error::JsResult;
use crate::js::image::to_image;
use crate::js::options::{named, read, read_beside};
use crate::js::results::{list, set};
use crate::js::source::Source;
use crate::options::Options;
use crate::pool::PoolOptions;
use crate::render::{Photograph, check_bytes};
use crate::shown::Shown;
use js_sys::{Array, Object, Reflect, Uint8ClampedArray};
use std::ops::Range;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

// js-sys has this too, as a function that must not throw.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Uint8ClampedArray)]
    type Pixels;
    #[wasm_bindgen(catch, constructor, js_class = "Uint8ClampedArray")]
    fn new(length: u32) -> Result<Pixels, JsValue>;
}

/// `poolImage`; see `surface.d.ts`.
#[wasm_bindgen(js_name = poolImage, skip_typescript)]
pub fn pool_image(image: &JsValue, options: &JsValue, part: &JsValue) -> JsResult<JsValue> {
    let mut outs = [("out", JsValue::UNDEFINED)];
    let options = PoolOptions::from(read_beside(options, &mut outs)?);
    let [(_, out)] = outs;
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
    let (width, height) = (photograph.output()[1], rows.len());
    let pixels = match out.is_undefined() || out.is_null() {
        true => new_pixels(4 * width * height)?,
        false => given(&out, &source.data, width, height)?,
    };
    pool(&mut photograph, rows, &source, top, &pixels)?;
    to_image(&pixels, width, height)
}

/// The pixels to write into. In the image's own memory, rows would be written before others are made of them.
fn given(out: &JsValue, image: &JsValue, width: usize, height: usize) -> Result<Uint8ClampedArray> {
    let memory = |of| Reflect::get(of, &"buffer".into()).ok();
    let found = out.dyn_ref::<Uint8ClampedArray>().filter(|_| memory(out) != memory(image));
    let rule = "must be a Uint8ClampedArray outside the image's memory";
    let out = found.ok_or_else(|| Error::new(ErrorKind::Parameter, "out", describe(out), rule))?;
    check_bytes("out.length", out.length() as usize, width, height)?;
    Ok(out.clone())
}

/// Pools rows into these pixels, a part of them at a time.
fn pool(
    photograph: &mut Photograph,
    rows: Range<usize>,
    source: &Source,
    top: usize,
    result: &Uint8ClampedArray,
) -> Result<()> {
    let wide = 4 * photograph.output()[1];
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
        u8::give(result, output, begin as u32).map_err(|_| moved("out", result))?;
        from = part.end;
    }
    staging.pack();
    Ok(())
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
