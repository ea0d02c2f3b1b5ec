//! Layers made ready for one input shape.

use super::maps::{self, Held, freed, running};
use super::numbers::{self, Names, Staging};
use super::pool::{NEAR, OF_OUTPUT, pool_array};
use crate::error::{Error, ErrorKind, Result};
use crate::js::error::JsResult;
use crate::js::options::read;
use crate::js::results::{list, set};
use crate::pool::{ArrayPoolOptions, PreparedPool};
use crate::shown::Shown;
use js_sys::{Array, Object};
use std::cell::RefCell;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// `PoolLayer`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub struct PoolLayer(RefCell<Option<PreparedPool>>);

/// The parameter with the places.
pub(super) const OUT_INDICES: Names = ["out_indices", "out_indices.length"];

#[wasm_bindgen]
impl PoolLayer {
    /// Reads the options and plans the layer.
    #[wasm_bindgen(constructor, skip_typescript)]
    pub fn new(options: &JsValue) -> JsResult<PoolLayer> {
        let options = ArrayPoolOptions::from(read(options)?);
        let (layer, shape) = options.layer_and_shape()?;
        if options.return_indices()? {
            let rule = "belongs to pool; a layer has runWithIndices";
            return Err(Error::new(ErrorKind::Parameter, "return_indices", true, rule).into());
        }
        Ok(Self(RefCell::new(Some(layer.prepare(&shape)?))))
    }

    /// The input's extents.
    #[wasm_bindgen(getter, skip_typescript)]
    pub fn shape(&self) -> JsResult<Array> {
        self.with(|layer| Ok(list(layer.input_shape())))
    }

    /// The output's extents.
    #[wasm_bindgen(getter, js_name = outputShape, skip_typescript)]
    pub fn output_shape(&self) -> JsResult<Array> {
        self.with(|layer| Ok(list(layer.output_shape())))
    }

    /// Pools.
    #[wasm_bindgen(skip_typescript)]
    pub fn run(&self, x: &JsValue, out: &JsValue) -> JsResult<JsValue> {
        self.with(|layer| match maps::handle(x) {
            Some(handle) => pool_maps(layer, handle, out, None).map(|(out, _)| out),
            None => pool_array(layer, x, out, None).map(|(out, _)| out),
        })
    }

    /// Pools, and tells the place of every value.
    #[wasm_bindgen(js_name = runWithIndices, skip_typescript)]
    pub fn run_with_indices(&self, x: &JsValue, out: &JsValue, out_indices: &JsValue) -> JsResult<Object> {
        let (data, indices) = self.with(|layer| match maps::handle(x) {
            Some(handle) => pool_maps(layer, handle, out, Some(out_indices)),
            None => pool_array(layer, x, out, Some(out_indices)),
        })?;
        let picked = Object::new();
        set(&picked, "data", data);
        set(&picked, "indices", indices);
        Ok(picked)
    }

    /// Gives the layer's memory back; replaces wasm-bindgen's own, as `FeatureMaps` does.
    #[wasm_bindgen(skip_typescript)]
    pub fn free(&self) -> JsResult<()> {
        *self.0.try_borrow_mut().map_err(|_| running("PoolLayer"))? = None;
        Ok(())
    }

    fn with<T>(&self, run: impl FnOnce(&mut PreparedPool) -> JsResult<T>) -> JsResult<T> {
        let mut layer = self.0.try_borrow_mut().map_err(|_| running("PoolLayer"))?;
        run(layer.as_mut().ok_or_else(|| freed("PoolLayer"))?)
    }
}

/// Pools maps into maps; with the places where `out_indices` is given, be it as undefined.
fn pool_maps(
    layer: &mut PreparedPool,
    x: usize,
    out: &JsValue,
    out_indices: Option<&JsValue>,
) -> JsResult<(JsValue, JsValue)> {
    let made =
        if out.is_undefined() || out.is_null() { Some(Held::of(layer.output_shape().to_vec())?.kept()?) } else { None };
    let handle = match &made {
        Some(made) => made.handle(),
        None => maps::handle(out).ok_or_else(|| maps::no_maps("out", out))?,
    };
    let indices = maps::with_both(x, handle, |x, target| {
        check_shape("x.shape", &x.shape, layer.input_shape())?;
        check_shape("out.shape", &target.shape, layer.output_shape())?;
        let Some(places) = out_indices else {
            layer.forward_into(&x.values, &mut target.values)?;
            return Ok(JsValue::UNDEFINED);
        };
        let count = target.values.len();
        let indices = numbers::target::<i32>(OUT_INDICES, places, count, (OF_OUTPUT, &target.shape))?;
        let mut staging = Staging::unpack();
        // In the core's memory, bands of planes would gain nothing.
        let plane = x.shape[2..].iter().product();
        layer.by_pieces(usize::max(plane, NEAR / size_of::<f32>()), &mut |layer, cells, values| {
            let found = numbers::room(&mut staging.places, values.len(), &target.shape)?;
            layer.select_into(&x.values[cells], &mut target.values[values.clone()], found)?;
            numbers::write(OUT_INDICES, &indices, values.start, found)
        })?;
        staging.pack();
        Ok(indices)
    })?;
    Ok((made.map_or_else(|| out.clone(), JsValue::from), indices))
}

fn check_shape(name: &'static str, found: &[usize], wanted: &[usize]) -> Result<()> {
    if found == wanted {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Shape, name, found, ["must be the layer's, ", &wanted.shown()].concat()))
}
