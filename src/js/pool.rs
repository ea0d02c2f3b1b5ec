//! Pooling of typed arrays.

use super::error::JsResult;
use super::options::{describe, read};
use crate::error::{Error, ErrorKind};
use crate::geometry::AxisPlan;
use crate::pool::{ArrayOptions, Element, Pool, PoolOptions};
use js_sys::{Array, Float32Array, Int8Array, Int32Array, Object, Reflect, Uint8Array};
use ndarray::{ArrayViewD, IxDyn};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// A layer, and the shape of its input.
struct Call {
    layer: Pool,
    shape: Vec<usize>,
    return_indices: bool,
}

impl Call {
    fn read(options: &JsValue) -> JsResult<Self> {
        let keys = [PoolOptions::KEYS.as_slice(), ArrayOptions::KEYS.as_slice()].concat();
        let array: ArrayOptions = read(options, &keys)?;
        let layer: PoolOptions = read(options, &keys)?;
        let (shape, return_indices) = (array.shape()?, array.return_indices()?);
        let axes = shape.len().saturating_sub(2);
        Ok(Self { layer: layer.layer(axes)?, shape, return_indices })
    }

    /// Pools `cells`; `array` makes the JavaScript array of the result.
    fn run<T: Element>(&self, cells: &[T], array: impl Fn(&[T]) -> JsValue) -> JsResult<JsValue> {
        let expected = self.shape.iter().try_fold(1usize, |product, &extent| product.checked_mul(extent));
        if expected != Some(cells.len()) {
            let rule = format!("must be the product of shape, {:?}", self.shape);
            return Err(Error::new(ErrorKind::Shape, "x.length", cells.len(), rule).into());
        }
        let x = ArrayViewD::from_shape(IxDyn(&self.shape), cells).expect("as many cells as the shape has");
        let (values, indices) = if self.return_indices {
            let (values, indices) = self.layer.forward_with_indices(x)?;
            (values, Some(indices))
        } else {
            (self.layer.forward(x)?, None)
        };
        let pooled = Object::new();
        let shape: Array = values.shape().iter().map(|&extent| JsValue::from(extent as f64)).collect();
        set(&pooled, "data", array(values.as_slice().expect("standard layout")));
        set(&pooled, "shape", shape.into());
        if let Some(indices) = indices {
            set(&pooled, "indices", Int32Array::from(indices.as_slice().expect("standard layout")).into());
        }
        Ok(pooled.into())
    }
}

fn set(object: &Object, key: &str, value: JsValue) {
    // Setting a property of a plain, extensible object that was made here cannot fail.
    let _ = Reflect::set(object, &key.into(), &value);
}

/// `pool`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub fn pool(x: &JsValue, options: &JsValue) -> JsResult<JsValue> {
    let call = Call::read(options)?;
    if let Some(x) = x.dyn_ref::<Float32Array>() {
        call.run(&x.to_vec(), |values| Float32Array::from(values).into())
    } else if let Some(x) = x.dyn_ref::<Int8Array>() {
        call.run(&x.to_vec(), |values| Int8Array::from(values).into())
    } else if let Some(x) = x.dyn_ref::<Uint8Array>() {
        call.run(&x.to_vec(), |values| Uint8Array::from(values).into())
    } else {
        let rule = "must be a Float32Array, or for max an Int8Array or Uint8Array";
        Err(Error::new(ErrorKind::Parameter, "x", describe(x), rule).into())
    }
}

#[derive(Serialize)]
struct Geometry {
    shape: Vec<usize>,
    axes: Vec<AxisGeometry>,
}

#[derive(Serialize)]
struct AxisGeometry {
    input: usize,
    output: usize,
    padding: [usize; 2],
    overhang: usize,
    unread: Vec<usize>,
    spans: Vec<SpanGeometry>,
    step: usize,
}

#[derive(Serialize)]
struct SpanGeometry {
    start: usize,
    length: usize,
}

impl From<&AxisPlan> for AxisGeometry {
    fn from(axis: &AxisPlan) -> Self {
        let spans = axis.spans.iter().map(|span| SpanGeometry { start: span.start, length: span.len });
        Self {
            input: axis.extent,
            output: axis.spans.len(),
            padding: axis.padding,
            overhang: axis.overhang,
            unread: axis.unread(),
            spans: spans.collect(),
            step: axis.step,
        }
    }
}

/// `poolGeometry`; see `surface.d.ts`.
#[wasm_bindgen(js_name = poolGeometry, skip_typescript)]
pub fn pool_geometry(options: &JsValue) -> JsResult<JsValue> {
    let Call { layer, shape, .. } = Call::read(options)?;
    let output = layer.output_shape(&shape)?;
    let plan = layer.geometry().plan(&shape[2..])?;
    let geometry = Geometry { shape: output, axes: plan.axes().iter().map(AxisGeometry::from).collect() };
    let plain = serde_wasm_bindgen::Serializer::json_compatible();
    Ok(geometry.serialize(&plain).expect("plain numbers and lists can be serialized"))
}
