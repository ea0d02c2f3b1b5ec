//! Layers in other frameworks' words.

use super::input::{layer_and_shape, options};
use crate::dialect::{self, Dialect, Difference};
use crate::error::{Error, ErrorKind, Result};
use crate::js::arguments::broken;
use crate::js::error::JsResult;
use crate::js::options::named;
use crate::js::results::{list, set};
use crate::options::{Datum, Options};
use crate::pool::PoolOptions;
use crate::shown::quoted;
use js_sys::{Array, Object};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// How many cells that differ are handed out unless more are asked for.
const MOST: usize = 4096;

/// `readDialect`; see `surface.d.ts`.
#[wasm_bindgen(js_name = readDialect, skip_typescript)]
pub fn read_dialect(line: &JsValue, shape: &JsValue) -> JsResult<Object> {
    let text = line.as_string().ok_or_else(|| broken("line", line, "must be a text"))?;
    let written = dialect::read(&text)?;
    let layer = written.layer(&spatial(shape)?)?;
    let result = Object::new();
    set(&result, "dialect", written.dialect().name().into());
    set(&result, "options", object(&Options::from(PoolOptions::of(&layer)?)).into());
    Ok(result)
}

/// `writeDialects`; see `surface.d.ts`.
#[wasm_bindgen(js_name = writeDialects, skip_typescript)]
pub fn write_dialects(layer: &JsValue) -> JsResult<Array> {
    let (layer, shape) = layer_and_shape(layer)?;
    // Whether the layer fits the shape is not a matter of words.
    layer.output_shape(&shape)?;
    let framework = |dialect: Dialect| (dialect.name(), dialect.write(&layer, &shape[2..], dialect.layout()));
    let lines = Dialect::ALL.into_iter().map(framework).chain([("Rust", dialect::rust(&layer))]);
    Ok(lines.map(|(name, line)| written(name, line)).collect())
}

fn written(name: &str, line: Result<String>) -> Object {
    let object = Object::new();
    set(&object, "dialect", name.into());
    match line {
        Ok(line) => set(&object, "source", line.into()),
        Err(error) => set(&object, "refusal", error.text().into()),
    }
    object
}

/// `dialectDifferences`; see `surface.d.ts`.
#[wasm_bindgen(js_name = dialectDifferences, skip_typescript)]
pub fn dialect_differences(line: &JsValue, how: &JsValue) -> JsResult<Object> {
    let text = line.as_string().ok_or_else(|| broken("line", line, "must be a text"))?;
    let how = options(how, &["dialect", "shape", "most"])?;
    let other = named_dialect(how.required("dialect", how.text("dialect")?)?)?;
    let shape = how.required("shape", how.wholes("shape")?)?;
    let most = how.whole("most")?.unwrap_or(MOST);
    let here = dialect::read(&text)?;
    let there = here.carried_to(other)?;
    let names = [here.dialect().name(), other.name()];
    let found = dialect::differences(&here, &there, shape.get(2..).unwrap_or_default())?;
    let described = |Difference { at, reason }: Difference| {
        let object = Object::new();
        set(&object, "position", list(&at).into());
        set(&object, "reason", reason.text(names).into());
        object
    };
    let result = Object::new();
    set(
        &result,
        "shapes",
        found.output_shapes().iter().map(|shape| JsValue::from(list(shape))).collect::<Array>().into(),
    );
    set(&result, "count", (found.count() as f64).into());
    set(&result, "cells", found.cells().take(most).map(described).collect::<Array>().into());
    let by_value = found.by_value();
    set(&result, "byValue", by_value.iter().map(|reason| JsValue::from(reason.text(names))).collect::<Array>().into());
    Ok(result)
}

fn named_dialect(name: &str) -> Result<Dialect> {
    let rule = "must be PyTorch, ONNX, Keras or Flax";
    let found = Dialect::ALL.into_iter().find(|dialect| dialect.name() == name);
    found.ok_or_else(|| Error::new(ErrorKind::Parameter, "dialect", quoted(name), rule))
}

/// The spatial extents of a shape N, C, spatial….
fn spatial(shape: &JsValue) -> Result<Vec<usize>> {
    let options = named("shape", shape);
    let shape = options.required("shape", options.wholes("shape")?)?;
    match shape.get(2..) {
        Some(spatial @ [_, ..]) => Ok(spatial.to_vec()),
        _ => Err(Error::new(ErrorKind::Shape, "shape", shape, "must be N, C and one to three spatial extents")),
    }
}

fn object(options: &Options) -> Object {
    let object = Object::new();
    for (name, value) in options.entries() {
        set(&object, name, datum(value));
    }
    object
}

fn datum(value: &Datum) -> JsValue {
    match value {
        Datum::Null | Datum::Other => JsValue::NULL,
        Datum::Flag(flag) => (*flag).into(),
        Datum::Number(number) => (*number).into(),
        Datum::Text(text) => text.as_str().into(),
        Datum::List(items) => items.iter().map(datum).collect::<Array>().into(),
        Datum::Object(options) => object(options).into(),
    }
}
