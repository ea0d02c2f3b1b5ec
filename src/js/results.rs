//! Plain objects and arrays, as results are handed back.

#[cfg(feature = "inside")]
use crate::options::Datum;
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

/// A value of an option object.
#[cfg(feature = "inside")]
pub(super) fn datum(value: &Datum) -> JsValue {
    match value {
        Datum::Null | Datum::Other => JsValue::NULL,
        Datum::Flag(flag) => (*flag).into(),
        Datum::Number(number) => (*number).into(),
        Datum::Text(text) => text.as_str().into(),
        Datum::List(items) => items.iter().map(datum).collect::<Array>().into(),
        Datum::Object(options) => {
            let object = Object::new();
            options.entries().iter().for_each(|(name, value)| set(&object, name, datum(value)));
            object.into()
        }
    }
}
