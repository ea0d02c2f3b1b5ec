//! Layers, maps and cells as they are asked about.

use crate::error::{Error, ErrorKind, Result};
use crate::inspect::{Plane, position};
use crate::js::error::JsResult;
use crate::js::options::read;
use crate::js::pooling::maps;
use crate::js::pooling::numbers::{self, Names};
use crate::js::results::list;
use crate::options::Options;
use crate::pool::{ArrayPoolOptions, Pool, product, reserve};
use crate::shown::Shown;
use js_sys::{Array, Float32Array};
use wasm_bindgen::{JsCast, JsValue};

const X: Names = ["x", "x.length"];
const OF_SHAPE: &str = "must be the product of shape, ";

/// A layer and the shape of what it is applied to.
pub(super) fn layer_and_shape(options: &JsValue) -> JsResult<(Pool, Vec<usize>)> {
    let options = ArrayPoolOptions::from(read(options)?);
    let (layer, shape) = options.layer_and_shape()?;
    options.return_indices()?;
    Ok((layer, shape))
}

/// An option object that need not be given.
pub(super) fn options(value: &JsValue, names: &[&str]) -> JsResult<Options> {
    let options = if value.is_undefined() || value.is_null() { Options::default() } else { read(value)? };
    options.only(names)?;
    Ok(options)
}

/// Runs on all cells of `x`, an array or maps inside the core, which must have this shape.
pub(super) fn with_cells<T>(x: &JsValue, shape: &[usize], run: impl FnOnce(&[f32]) -> Result<T>) -> Result<T> {
    match maps::handle(x) {
        Some(handle) => maps::with_shape(X[0], handle, shape, run),
        None => run(&taken(X, x, shape)?),
    }
}

/// An array's numbers.
pub(super) fn taken(names: Names, x: &JsValue, shape: &[usize]) -> Result<Vec<f32>> {
    let count = product("shape", shape)?;
    numbers::check::<f32>(names, x, count, (OF_SHAPE, shape))?;
    let mut cells = reserve(count, shape)?;
    cells.resize(count, 0.0);
    numbers::read(names, x, &mut cells)?;
    Ok(cells)
}

/// An array's numbers, however many.
pub(super) fn all(names: Names, x: &JsValue) -> Result<Vec<f32>> {
    let length = x.dyn_ref::<Float32Array>().map_or(0, Float32Array::length);
    taken(names, x, &[length as usize])
}

/// Runs on the plane [n, c] of `x`, shaped (N, C, spatial…): the one that `options` name, or the first. Of an array,
/// that plane alone is copied in.
pub(super) fn with_plane<T>(
    x: &JsValue,
    shape: &[usize],
    options: &Options,
    run: impl FnOnce(Plane) -> Result<T>,
) -> Result<T> {
    let Some((&[batch, channels], spatial)) = shape.split_first_chunk() else {
        let rule = "an input has the extents N, C and one to three spatial ones";
        return Err(Error::new(ErrorKind::Shape, "shape", shape, rule));
    };
    let (size, _) = (product("shape", spatial)?, product("shape", shape)?);
    let plane = options.wholes("plane")?.unwrap_or_else(|| vec![0, 0]);
    let &[n, c] = plane.as_slice() else {
        return Err(Error::new(ErrorKind::Parameter, "plane", plane, "must be [n, c]"));
    };
    if n >= batch || c >= channels {
        let rule = ["must lie in the array's planes ", &[batch, channels].shown()].concat();
        return Err(Error::new(ErrorKind::Parameter, "plane", plane, rule));
    }
    let number = n * channels + c;
    match maps::handle(x) {
        Some(handle) => maps::with_shape(X[0], handle, shape, |cells| {
            run(Plane::new(&cells[number * size..][..size], spatial)?.numbered(number as u64))
        }),
        None => {
            numbers::check::<f32>(X, x, product("shape", shape)?, (OF_SHAPE, shape))?;
            let x: &Float32Array = x.unchecked_ref();
            let plane = x.subarray((number * size) as u32, ((number + 1) * size) as u32);
            run(Plane::new(taken(X, &plane, &[size])?, spatial)?.numbered(number as u64))
        }
    }
}

/// The position of a cell, which must be given.
pub(super) fn cell(options: &Options) -> Result<Vec<usize>> {
    options.required("cell", options.wholes("cell")?)
}

/// The position of the cell at a flat place, as an array.
pub(super) fn place(at: usize, shape: &[usize]) -> Array {
    list(&position(at, shape))
}
