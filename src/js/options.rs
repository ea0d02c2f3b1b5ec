//! Option objects.

use super::error::JsResult;
use crate::error::{Error, ErrorKind};
use crate::options::Options;
use js_sys::Object;
use wasm_bindgen::{JsCast, JsValue};

/// Reads an option object.
pub(super) fn read(options: &JsValue) -> JsResult<Options> {
    let wrong = |rule: String| Error::new(ErrorKind::Parameter, "options", describe(options), rule);
    if !options.is_object() {
        return Err(wrong("must be an object".into()).into());
    }
    Ok(serde_wasm_bindgen::from_value(options.clone()).map_err(|error| wrong(error.to_string()))?)
}

/// A value for a message: null and undefined by name, anything else by its class.
pub(super) fn describe(value: &JsValue) -> String {
    match value.dyn_ref::<Object>() {
        Some(object) => ["of class ", &String::from(object.constructor().name())].concat(),
        None if value.is_null() => "null".to_owned(),
        None => value.js_typeof().as_string().unwrap_or_default(),
    }
}
