//! Pooling of typed arrays.

use super::layer::OUT_INDICES;
use super::numbers::{self, Cells, Class, Names, Number, Staging};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::AxisPlan;
use crate::js::arguments::describe;
use crate::js::error::JsResult;
use crate::js::options::{read, read_beside};
use crate::js::results::{list, set};
use crate::pool::{ArrayPoolOptions, Pool, PreparedPool, product};
use js_sys::{Array, Object};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// A call's options.
struct Call {
    layer: Pool,
    shape: Vec<usize>,
    return_indices: bool,
    out: JsValue,
    out_indices: JsValue,
}

impl Call {
    fn read(options: &JsValue) -> JsResult<Self> {
        let mut outs = [("out", JsValue::UNDEFINED), ("outIndices", JsValue::UNDEFINED)];
        let options = ArrayPoolOptions::from(read_beside(options, &mut outs)?);
        let (layer, shape) = options.layer_and_shape()?;
        let [(_, out), (_, out_indices)] = outs;
        Ok(Self { layer, shape, return_indices: options.return_indices()?, out, out_indices })
    }
}

/// `pool`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub fn pool(x: &JsValue, options: &JsValue) -> JsResult<Object> {
    let Call { layer, shape, return_indices, out, out_indices } = Call::read(options)?;
    if !return_indices && !out_indices.is_undefined() && !out_indices.is_null() {
        let rule = "needs returnIndices";
        return Err(Error::new(ErrorKind::Parameter, "out_indices", describe(&out_indices), rule).into());
    }
    let mut layer = layer.prepare(&shape)?;
    let (data, indices) = pool_array(&mut layer, x, &out, return_indices.then_some(&out_indices))?;
    let pooled = Object::new();
    set(&pooled, "data", data);
    set(&pooled, "shape", list(layer.output_shape()).into());
    if return_indices {
        set(&pooled, "indices", indices);
    }
    Ok(pooled)
}

const X: Names = ["x", "x.length"];
const OUT: Names = ["out", "out.length"];
const OF_INPUT: &str = "must be the product of shape, ";
pub(super) const OF_OUTPUT: &str = "must be the number of the output's cells, shaped ";

/// Pools an array into an array; with the places where `out_indices` is given, be it as undefined.
pub(super) fn pool_array(
    layer: &mut PreparedPool,
    x: &JsValue,
    out: &JsValue,
    out_indices: Option<&JsValue>,
) -> JsResult<(JsValue, JsValue)> {
    let pool = if f32::holds(x) {
        pool_cells::<f32>
    } else if i8::holds(x) {
        pool_cells::<i8>
    } else if u8::holds(x) {
        pool_cells::<u8>
    } else {
        let rule = "must be a Float32Array, or for max and min an Int8Array or Uint8Array";
        return Err(Error::new(ErrorKind::Parameter, "x", describe(x), rule).into());
    };
    Ok(pool(layer, x, out, out_indices)?)
}

/// About so many bytes of input are pooled at a time: what is copied in or out stays in the processor's second memory meanwhile.
pub(super) const NEAR: usize = 1 << 19;

/// The arrays of a call.
struct Arrays<'a> {
    x: &'a JsValue,
    data: JsValue,
    /// Undefined where no places are asked for.
    indices: JsValue,
    /// How many numbers they have.
    cells: usize,
    count: usize,
    /// How many cells are pooled at a time.
    near: usize,
    /// Whether what is made waits until all cells are read, since it could be written over them.
    waits: bool,
}

impl<'a> Arrays<'a> {
    fn new(
        class: &Class,
        layer: &PreparedPool,
        x: &'a JsValue,
        out: &JsValue,
        out_indices: Option<&JsValue>,
    ) -> Result<Self> {
        let (from, to) = (layer.input_shape(), layer.output_shape());
        let (cells, count) = (product("shape", from)?, product("shape", to)?);
        class.check(X, x, cells, (OF_INPUT, from))?;
        let data = class.target(OUT, out, count, (OF_OUTPUT, to))?;
        let indices = match out_indices {
            Some(given) => numbers::target::<i32>(OUT_INDICES, given, count, (OF_OUTPUT, to))?,
            None => JsValue::UNDEFINED,
        };
        let near = NEAR / class.bytes;
        let mut waits = false;
        if cells > near {
            // Pieces would not tell that there is more behind them.
            numbers::some(X, x, cells..usize::MAX, 0)?;
            let arrays = [x, &data, &indices];
            waits = !numbers::apart(&arrays[..if out_indices.is_some() { 3 } else { 2 }]);
        }
        Ok(Self { x, data, indices, cells, count, near, waits })
    }
}

fn pool_cells<T: Cells>(
    layer: &mut PreparedPool,
    x: &JsValue,
    out: &JsValue,
    out_indices: Option<&JsValue>,
) -> Result<(JsValue, JsValue)> {
    let arrays = Arrays::new(T::CLASS, layer, x, out, out_indices)?;
    let Arrays { x, cells, count, waits, .. } = arrays;
    let mut staging = Staging::unpack();
    let (input, output, found) = T::rooms(&mut staging);
    layer.by_pieces(arrays.near, &mut |layer, some, values| {
        let input = numbers::room(input, some.len(), layer.input_shape())?;
        if some.len() == cells {
            numbers::read(X, x, input)?
        } else {
            numbers::read(X, &numbers::some(X, x, some, input.len())?, input)?
        }
        let (from, here) = if waits { (0, values.clone()) } else { (values.start, 0..values.len()) };
        let ready = if waits { count } else { values.len() };
        let output = numbers::room(output, ready, layer.output_shape())?;
        if out_indices.is_none() {
            layer.forward_into(input, &mut output[here])?;
        } else {
            let found = numbers::room(found, ready, layer.output_shape())?;
            layer.select_into(input, &mut output[here.clone()], &mut found[here])?;
            if values.end - from == ready {
                numbers::write(OUT_INDICES, &arrays.indices, from, found)?;
            }
        }
        if values.end - from < ready { Ok(()) } else { numbers::write(OUT, &arrays.data, from, output) }
    })?;
    staging.pack();
    Ok((arrays.data, arrays.indices))
}

/// `poolGeometry`; see `surface.d.ts`.
#[wasm_bindgen(js_name = poolGeometry, skip_typescript)]
pub fn pool_geometry(options: &JsValue) -> JsResult<JsValue> {
    let options = ArrayPoolOptions::from(read(options)?);
    let (layer, shape) = options.layer_and_shape()?;
    options.return_indices()?;
    let output = layer.output_shape(&shape)?;
    let plan = layer.geometry().plan(&shape[2..])?;
    let geometry = Object::new();
    set(&geometry, "shape", list(&output).into());
    set(&geometry, "axes", plan.axes().iter().map(axis_geometry).collect::<Array>().into());
    Ok(geometry.into())
}

fn axis_geometry(axis: &AxisPlan) -> Object {
    let spans = axis.spans.iter().map(|span| {
        let object = Object::new();
        set(&object, "start", (span.start as f64).into());
        set(&object, "length", (span.len as f64).into());
        object
    });
    let object = Object::new();
    for (key, value) in
        [("input", axis.extent), ("output", axis.spans.len()), ("overhang", axis.overhang), ("step", axis.step)]
    {
        set(&object, key, (value as f64).into());
    }
    set(&object, "padding", list(&axis.padding).into());
    set(&object, "unread", list(&axis.unread()).into());
    set(&object, "spans", spans.collect::<Array>().into());
    object
}
