//! Pooling of typed arrays.

use super::arguments::{describe, read};
use super::error::JsResult;
use super::network::list;
use crate::error::{Error, ErrorKind};
use crate::geometry::AxisPlan;
use crate::pool::{ArrayPoolOptions, Element, Pool};
use js_sys::{Array, Float32Array, Int8Array, Int32Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// A layer, and the shape of its input.
struct Call {
    layer: Pool,
    shape: Vec<usize>,
    return_indices: bool,
}

impl Call {
    fn read(options: &JsValue) -> JsResult<Self> {
        let options = ArrayPoolOptions::from(read(options)?);
        let (layer, shape) = options.layer_and_shape()?;
        Ok(Self { layer, shape, return_indices: options.return_indices()? })
    }

    /// Pools `cells`; `array` makes the JavaScript array of the result.
    fn run<T: Element>(&self, cells: &[T], array: impl Fn(&[T]) -> JsValue) -> JsResult<JsValue> {
        let (values, indices, shape) = if self.return_indices {
            let (values, indices, shape) = self.layer.forward_with_indices_flat(cells, &self.shape)?;
            (values, Some(indices), shape)
        } else {
            let (values, shape) = self.layer.forward_flat(cells, &self.shape)?;
            (values, None, shape)
        };
        let pooled = Object::new();
        set(&pooled, "data", array(&values));
        set(&pooled, "shape", list(&shape).into());
        if let Some(indices) = indices {
            set(&pooled, "indices", Int32Array::from(indices.as_slice()).into());
        }
        Ok(pooled.into())
    }
}

pub(super) fn set(object: &Object, key: &str, value: JsValue) {
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
        let rule = "must be a Float32Array, or for max and min an Int8Array or Uint8Array";
        Err(Error::new(ErrorKind::Parameter, "x", describe(x), rule).into())
    }
}

/// `poolGeometry`; see `surface.d.ts`.
#[wasm_bindgen(js_name = poolGeometry, skip_typescript)]
pub fn pool_geometry(options: &JsValue) -> JsResult<JsValue> {
    let Call { layer, shape, .. } = Call::read(options)?;
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
