//! Single cells: what they are made of, and who reads them.

use super::input::{cell, layer_and_shape, options, place, with_plane};
use crate::inspect::{Inspector, OutputCell, Reader, Tap, coverage};
use crate::js::error::JsResult;
use crate::js::results::{list, set};
use js_sys::{Array, Object, Uint32Array};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// How many taps are handed out one by one, and how many terms a formula has, unless more are asked for.
const TAPS: usize = 1024;
const TERMS: usize = 12;

/// `explain`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub fn explain(x: &JsValue, layer: &JsValue, which: &JsValue) -> JsResult<Object> {
    let (layer, shape) = layer_and_shape(layer)?;
    let which = options(which, &["plane", "cell", "most_taps", "most_terms"])?;
    let (at, most) = (cell(&which)?, which.whole("most_taps")?.unwrap_or(TAPS));
    let terms = which.whole("most_terms")?.unwrap_or(TERMS);
    let found = with_plane(x, &shape, &which, |plane| Inspector::new(&layer, plane)?.output_cell(&at))?;
    let spatial = &shape[2..];
    let result = Object::new();
    set(&result, "value", f64::from(found.value).into());
    set(&result, "formula", found.formula(&layer, terms).into());
    set(&result, "kernelSize", list(&found.kernel_size).into());
    set(&result, "origin", found.origin.iter().map(|&at| JsValue::from(at as f64)).collect::<Array>().into());
    set(&result, "step", list(&found.step).into());
    set(&result, "count", (found.taps.len() as f64).into());
    set(
        &result,
        "taps",
        found.taps.iter().take(most).map(|tap| described(tap, &found, spatial)).collect::<Array>().into(),
    );
    let further = found.further.iter().take(most).map(|tap| described(tap, &found, spatial));
    set(&result, "further", further.collect::<Array>().into());
    set(&result, "winner", found.winner.map_or(JsValue::NULL, |at| place(at, spatial).into()));
    let ties = found.ties.iter().take(most).map(|&at| place(at, spatial));
    set(&result, "ties", ties.collect::<Array>().into());
    Ok(result)
}

fn described(tap: &Tap, cell: &OutputCell, spatial: &[usize]) -> Object {
    let object = Object::new();
    match *tap {
        Tap::Padding => set(&object, "kind", "padding".into()),
        Tap::Beyond => set(&object, "kind", "overhang".into()),
        Tap::Cell { at, value, slope, weight } => {
            set(&object, "kind", "cell".into());
            set(&object, "position", place(at, spatial).into());
            set(&object, "value", f64::from(value).into());
            set(&object, "slope", f64::from(slope).into());
            set(&object, "weight", f64::from(weight).into());
            set(&object, "wins", (cell.winner == Some(at)).into());
        }
    }
    object
}

/// `readers`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub fn readers(x: &JsValue, layer: &JsValue, which: &JsValue) -> JsResult<Array> {
    let (layer, shape) = layer_and_shape(layer)?;
    let which = options(which, &["plane", "cell"])?;
    let at = cell(&which)?;
    let (found, output) = with_plane(x, &shape, &which, |plane| {
        let inspector = Inspector::new(&layer, plane)?;
        Ok((inspector.readers(&at)?, inspector.output_shape().to_vec()))
    })?;
    let described = |reader: &Reader| {
        let object = Object::new();
        set(&object, "position", place(reader.output, &output).into());
        set(&object, "value", f64::from(reader.value).into());
        set(&object, "slope", f64::from(reader.slope).into());
        set(&object, "weight", f64::from(reader.weight).into());
        set(&object, "wins", reader.wins.into());
        object
    };
    Ok(found.iter().map(described).collect())
}

/// `coverage`; see `surface.d.ts`.
#[wasm_bindgen(js_name = coverage, skip_typescript)]
pub fn cover(layer: &JsValue) -> JsResult<Object> {
    let (layer, shape) = layer_and_shape(layer)?;
    let found = coverage(layer.geometry(), shape.get(2..).unwrap_or_default())?;
    let result = Object::new();
    set(&result, "shape", list(&found.shape).into());
    set(&result, "counts", Uint32Array::from(found.counts.as_slice()).into());
    for (name, count) in [("unread", found.unread), ("once", found.once), ("repeatedly", found.repeatedly)] {
        set(&result, name, (count as f64).into());
    }
    Ok(result)
}
