//! Stages that are not pooling.

use super::input::{options, taken, with_cells};
use crate::error::{Error, ErrorKind, Result};
use crate::js::arguments::describe;
use crate::js::error::JsResult;
use crate::js::options::read_beside;
use crate::js::pooling::numbers::{self, Names};
use crate::js::results::{list, set};
use crate::options::Options;
use crate::pool::{
    PoolOptions, average_unpool_flat, max_unpool_flat, product, upsample_linear_flat, upsample_nearest_flat,
};
use crate::shown::quoted;
use crate::stages::{self, Border, Pattern, PatternName};
use js_sys::{Float32Array, Int32Array, Object};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

const Y: Names = ["y", "y.length"];
const INDICES: Names = ["indices", "indices.length"];

/// Numbers and their shape.
pub(super) fn array(data: &[f32], shape: &[usize]) -> Object {
    let result = Object::new();
    set(&result, "data", Float32Array::from(data).into());
    set(&result, "shape", list(shape).into());
    result
}

fn shape_of(options: &Options) -> Result<Vec<usize>> {
    options.required("shape", options.wholes("shape")?)
}

/// `filter`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub fn filter(x: &JsValue, how: &JsValue) -> JsResult<Object> {
    let how = options(how, &["shape", "kernel", "border"])?;
    let (shape, kernel) = (shape_of(&how)?, how.required("kernel", how.numbers("kernel")?)?);
    let border = how.text("border")?.map_or(Ok(Border::Edge), Border::named)?;
    let values = with_cells(x, &shape, |cells| stages::filter(cells, &shape, &kernel, border))?;
    Ok(array(&values, &shape))
}

/// `relu`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub fn relu(x: &JsValue, how: &JsValue) -> JsResult<Object> {
    let shape = shape_of(&options(how, &["shape"])?)?;
    let values = with_cells(x, &shape, stages::relu)?;
    Ok(array(&values, &shape))
}

/// `unpool`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub fn unpool(y: &JsValue, how: &JsValue) -> JsResult<Object> {
    let mut apart = [("indices", JsValue::UNDEFINED)];
    let how = read_beside(how, &mut apart)?;
    how.only(&["way", "shape", "output_size", "layer", "align_corners"])?;
    let [(_, indices)] = apart;
    let (shape, output_size) = (shape_of(&how)?, how.required("output_size", how.wholes("output_size")?)?);
    let way = how.required("way", how.text("way")?)?;
    for (given, needed) in [(how.given("layer"), "average"), (how.given("align_corners"), "bilinear")] {
        if let (Some(value), false) = (given, way == needed) {
            let name = if needed == "average" { "layer" } else { "align_corners" };
            let rule = ["belongs to the way ", needed].concat();
            return Err(Error::new(ErrorKind::Parameter, name, value, rule).into());
        }
    }
    if shape.len() != output_size.len() + 2 {
        let rule = "must be the spatial extents to go back to, one for each of shape's";
        return Err(Error::new(ErrorKind::Shape, "output_size", output_size, rule).into());
    }
    if way != "max" && !indices.is_undefined() && !indices.is_null() {
        let rule = "belongs to the way max";
        return Err(Error::new(ErrorKind::Parameter, "indices", describe(&indices), rule).into());
    }
    let cells = taken(Y, y, &shape)?;
    let (values, shape) = match way {
        "max" => max_unpool_flat(&cells, &places(&indices, &shape)?, &shape, &output_size)?,
        "average" => {
            let layer = how.required("layer", how.object("layer")?)?;
            let layer = PoolOptions::from(layer.clone()).layer(output_size.len())?;
            average_unpool_flat(&cells, &shape, layer.geometry(), &output_size)?
        }
        "nearest" => upsample_nearest_flat(&cells, &shape, &output_size)?,
        "bilinear" => upsample_linear_flat(&cells, &shape, &output_size, how.flag("align_corners")?.unwrap_or(false))?,
        other => {
            let rule = "must be max, average, nearest or bilinear";
            return Err(Error::new(ErrorKind::Parameter, "way", quoted(other), rule).into());
        }
    };
    Ok(array(&values, &shape))
}

fn places(indices: &JsValue, shape: &[usize]) -> Result<Vec<i32>> {
    numbers::check::<i32>(
        INDICES,
        indices,
        product("shape", shape)?,
        ("must be the number of values, shaped ", shape),
    )?;
    Ok(indices.unchecked_ref::<Int32Array>().to_vec())
}

/// `pattern`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub fn pattern(how: &JsValue) -> JsResult<Object> {
    let how = options(how, &["name", "height", "width", "frequency", "seed"])?;
    let whole = |name| how.required(name, how.whole(name)?);
    let pattern = Pattern {
        name: PatternName::named(how.required("name", how.text("name")?)?)?,
        height: whole("height")?,
        width: whole("width")?,
        frequency: how.number("frequency")?.unwrap_or(1.0),
        seed: how.whole("seed")?.unwrap_or(0) as u64,
    };
    Ok(array(&pattern.cells()?, &[1, 1, pattern.height, pattern.width]))
}
