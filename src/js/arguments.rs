//! What a page hands in, checked before it is used. Functions of the surface take `JsValue`s and read them here: of a
//! typed argument, wasm-bindgen's glue takes the length and the letters of whatever it is given, and a wrong one ends in
//! memory that is not its own.

#[cfg(any(feature = "pooling", feature = "networks"))]
use super::error::JsResult;
use crate::error::{Error, ErrorKind};
#[cfg(any(feature = "pooling", feature = "networks"))]
use js_sys::Float32Array;
use js_sys::Reflect;
#[cfg(any(feature = "pooling", feature = "networks"))]
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;

/// A `Float32Array`.
#[cfg(any(feature = "pooling", feature = "networks"))]
pub(super) fn float_array<'a>(parameter: &'static str, value: &'a JsValue) -> JsResult<&'a Float32Array> {
    value.dyn_ref::<Float32Array>().ok_or_else(|| broken(parameter, value, "must be a Float32Array").into())
}

/// A picture's width or height.
#[cfg(any(feature = "pooling", feature = "networks"))]
pub(super) fn extent(parameter: &'static str, value: &JsValue) -> JsResult<usize> {
    let rule = "must be a whole number, 0 or above";
    let number = value.as_f64().ok_or_else(|| broken(parameter, value, rule))?;
    if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) {
        return Ok(number as usize);
    }
    Err(Error::new(ErrorKind::Parameter, parameter, number, rule).into())
}

/// An error about a value of the wrong kind.
#[cold]
pub(super) fn broken(parameter: &'static str, value: &JsValue, rule: &'static str) -> Error {
    Error::new(ErrorKind::Parameter, parameter, describe(value), rule)
}

/// A value for a message: null and undefined by name, an object by its class, if it has one.
pub(super) fn describe(value: &JsValue) -> String {
    if value.is_null() {
        return "null".to_owned();
    }
    let get = |object: &JsValue, key: &str| Reflect::get(object, &key.into()).ok();
    let class = get(value, "constructor").and_then(|class| get(&class, "name")?.as_string());
    match class {
        Some(class) if value.is_object() => ["of class ", &class].concat(),
        _ => value.js_typeof().as_string().unwrap_or_default(),
    }
}
