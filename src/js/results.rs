//! Plain objects and arrays, as results are handed back.

#[cfg(any(feature = "pooling", feature = "networks"))]
use js_sys::Array;
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// Sets a property of an object that was made here.
pub(super) fn set(object: &Object, key: &str, value: JsValue) {
    // Setting a property of a plain, extensible object that was made here cannot fail.
    let _ = Reflect::set(object, &key.into(), &value);
}

/// Extents as an array of numbers.
#[cfg(any(feature = "pooling", feature = "networks"))]
pub(super) fn list(extents: &[usize]) -> Array {
    extents.iter().map(|&extent| JsValue::from(extent as f64)).collect()
}
