//! Where a gradient goes, and whether that is its slope.

use super::input::{cell, layer_and_shape, options, taken, with_cells, with_plane};
use crate::error::{Error, ErrorKind};
use crate::inspect::Inspector;
use crate::js::error::JsResult;
use crate::js::pooling::numbers::Names;
use crate::js::results::{list, set};
use js_sys::{Float32Array, Object};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

const GRAD_OUTPUT: Names = ["grad_output", "grad_output.length"];

/// `poolBackward`; see `surface.d.ts`.
#[wasm_bindgen(js_name = poolBackward, skip_typescript)]
pub fn pool_backward(x: &JsValue, grad_output: &JsValue, layer: &JsValue) -> JsResult<Object> {
    let (layer, shape) = layer_and_shape(layer)?;
    let grad_output = taken(GRAD_OUTPUT, grad_output, &layer.output_shape(&shape)?)?;
    let values = with_cells(x, &shape, |cells| layer.backward_flat(cells, &shape, &grad_output))?;
    let result = Object::new();
    set(&result, "data", Float32Array::from(values.as_slice()).into());
    set(&result, "shape", list(&shape).into());
    Ok(result)
}

/// `measureSlope`; see `surface.d.ts`.
#[wasm_bindgen(js_name = measureSlope, skip_typescript)]
pub fn measure_slope(x: &JsValue, grad_output: &JsValue, layer: &JsValue, which: &JsValue) -> JsResult<Object> {
    let (layer, shape) = layer_and_shape(layer)?;
    let which = options(which, &["plane", "cell"])?;
    let (at, output) = (cell(&which)?, layer.output_shape(&shape)?);
    let grad_output = taken(GRAD_OUTPUT, grad_output, &output)?;
    let plane = which.wholes("plane")?.unwrap_or_else(|| vec![0, 0]);
    let size: usize = output[2..].iter().product();
    let number = match plane.as_slice() {
        &[n, c] if n < shape[0] && c < shape[1] => n * shape[1] + c,
        _ => return Err(Error::new(ErrorKind::Parameter, "plane", plane, "must be [n, c], within N and C").into()),
    };
    let gradients = &grad_output[number * size..][..size];
    let found = with_plane(x, &shape, &which, |plane| Inspector::new(&layer, plane)?.measured_slope(&at, gradients))?;
    let result = Object::new();
    for (name, value) in [
        ("slope", found.slope),
        ("below", found.below),
        ("above", found.above),
        ("measured", found.measured()),
        ("step", found.step),
    ] {
        set(&result, name, value.into());
    }
    set(&result, "kink", found.kink.into());
    Ok(result)
}
