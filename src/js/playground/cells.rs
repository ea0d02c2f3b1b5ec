//! Single cells: what they are made of, and who reads them.

use super::input::{cell, layer_and_shape, options, place, with_plane};
use crate::error::{Error, ErrorKind, Result};
use crate::inspect::{Inspector, OutputCell, Plane, Reader, Source, Tap, WayUp, coverage, up_cell};
use crate::js::error::JsResult;
use crate::js::results::{list, set};
use crate::shown::quoted;
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

/// The way up of this name.
pub(super) fn way_up(name: &str) -> Result<WayUp> {
    match name {
        "max" => Ok(WayUp::MaxUnpool),
        "average" => Ok(WayUp::AverageUnpool),
        "nearest" => Ok(WayUp::Nearest),
        "bilinear" => Ok(WayUp::Linear { align_corners: false }),
        _ => {
            let rule = "must be max, average, nearest or bilinear";
            Err(Error::new(ErrorKind::Parameter, "way", quoted(name), rule))
        }
    }
}

/// `explainUp`; see `surface.d.ts`.
#[wasm_bindgen(js_name = explainUp, skip_typescript)]
pub fn explain_up(y: &JsValue, how: &JsValue, x: &JsValue, layer: &JsValue) -> JsResult<Object> {
    let how = options(how, &["way", "shape", "output_size", "plane", "cell"])?;
    let shape = how.required("shape", how.wholes("shape")?)?;
    let output_size = how.required("output_size", how.wholes("output_size")?)?;
    let at = cell(&how)?;
    let way = way_up(how.required("way", how.text("way")?)?)?;
    let found = if matches!(way, WayUp::MaxUnpool | WayUp::AverageUnpool) {
        let (layer, whole) = layer_and_shape(layer)?;
        // The maps are borrowed one after the other: what is small is copied.
        let small = with_plane(y, &shape, &how, |plane| Plane::new(plane.cells().to_vec(), plane.shape()))?;
        with_plane(x, &whole, &how, |plane| {
            up_cell(way, &small, &output_size, &at, Some(&Inspector::new(&layer, plane)?))
        })?
    } else {
        with_plane(y, &shape, &how, |plane| up_cell(way, &plane, &output_size, &at, None))?
    };
    let source = |source: &Source| {
        let object = Object::new();
        set(&object, "position", place(source.at, &shape[2..]).into());
        set(&object, "value", f64::from(source.value).into());
        set(&object, "weight", source.weight.into());
        object
    };
    let result = Object::new();
    set(&result, "value", f64::from(found.value).into());
    set(&result, "formula", found.formula().into());
    set(&result, "sources", found.sources.iter().map(source).collect::<Array>().into());
    Ok(result)
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
