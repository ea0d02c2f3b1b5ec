//! Maps in numbers.

use super::input::{all, layer_and_shape, options, with_plane};
use crate::error::{Error, ErrorKind};
use crate::inspect::{self, Peak, psnr, shift_change};
use crate::js::error::JsResult;
use crate::js::pooling::numbers::Names;
use crate::js::results::set;
use crate::options::Options;
use js_sys::{Float32Array, Object};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

const A: Names = ["a", "a.length"];
const B: Names = ["b", "b.length"];

/// `statistics`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub fn statistics(a: &JsValue, b: &JsValue) -> JsResult<Object> {
    let a = all(A, a)?;
    let numbers = inspect::statistics(&a);
    let result = Object::new();
    for (name, value) in [
        ("finite", numbers.finite as f64),
        ("others", numbers.others as f64),
        ("min", f64::from(numbers.min)),
        ("max", f64::from(numbers.max)),
        ("mean", numbers.mean),
        ("energy", numbers.energy),
    ] {
        set(&result, name, value.into());
    }
    if !b.is_undefined() {
        let b = all(B, b)?;
        set(&result, "psnr", psnr(&b, &a, Peak::Range)?.into());
        set(&result, "energyKept", (numbers.energy / inspect::statistics(&b).energy).into());
    }
    Ok(result)
}

/// `difference`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub fn difference(a: &JsValue, b: &JsValue) -> JsResult<Float32Array> {
    Ok(Float32Array::from(inspect::difference(&all(A, a)?, &all(B, b)?)?.as_slice()))
}

/// `shiftChange`; see `surface.d.ts`.
#[wasm_bindgen(js_name = shiftChange, skip_typescript)]
pub fn change(x: &JsValue, layer: &JsValue, how: &JsValue) -> JsResult<f64> {
    let (layer, shape) = layer_and_shape(layer)?;
    let how = options(how, &["plane", "shift"])?;
    let shift = how.required("shift", shifts(&how)?)?;
    Ok(with_plane(x, &shape, &how, |plane| shift_change(&layer, &plane, &shift))?)
}

/// Whole numbers of either sign.
fn shifts(how: &Options) -> JsResult<Option<Vec<isize>>> {
    let Some(numbers) = how.numbers("shift")? else { return Ok(None) };
    if let Some(&wrong) = numbers.iter().find(|number| number.trunc() != **number || number.abs() > 1e6) {
        let rule = "must be whole numbers of cells, at most a million";
        return Err(Error::new(ErrorKind::Parameter, "shift", wrong, rule).into());
    }
    Ok(Some(numbers.iter().map(|&number| number as isize).collect()))
}
