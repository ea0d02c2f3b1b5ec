//! Option objects.

use super::error::JsResult;
use crate::error::{Error, ErrorKind};
use crate::options::{Datum, Options};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// How deep values may be nested: padding is a list of lists. An object can contain itself.
const DEPTH: usize = 4;

/// Reads an option object.
pub(super) fn read(options: &JsValue) -> JsResult<Options> {
    match datum(options, DEPTH) {
        Datum::Object(options) => Ok(options),
        _ => Err(Error::new(ErrorKind::Parameter, "options", describe(options), "must be an object").into()),
    }
}

fn datum(value: &JsValue, depth: usize) -> Datum {
    if let Some(number) = value.as_f64() {
        Datum::Number(number)
    } else if let Some(flag) = value.as_bool() {
        Datum::Flag(flag)
    } else if let Some(text) = value.as_string() {
        Datum::Text(text)
    } else if value.is_null() || value.is_undefined() {
        Datum::Null
    } else if depth == 0 || !value.is_object() {
        Datum::Other
    } else if let Some(list) = value.dyn_ref::<Array>() {
        Datum::List(list.iter().map(|item| datum(&item, depth - 1)).collect())
    } else {
        let entry = |name: JsValue| {
            let value = Reflect::get(value, &name).unwrap_or_default();
            (name.as_string().unwrap_or_default(), datum(&value, depth - 1))
        };
        Datum::Object(Options::of(Object::keys(value.unchecked_ref::<Object>()).iter().map(entry)))
    }
}

/// A value for a message: null and undefined by name, anything else by its class.
pub(super) fn describe(value: &JsValue) -> String {
    match value.dyn_ref::<Object>() {
        Some(object) => ["of class ", &String::from(object.constructor().name())].concat(),
        None if value.is_null() => "null".to_owned(),
        None => value.js_typeof().as_string().unwrap_or_default(),
    }
}
