//! Option objects.

use super::error::JsResult;
use crate::error::{Error, ErrorKind};
use js_sys::Object;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

/// Reads an option object whose keys are all in `keys`. serde-wasm-bindgen looks up the fields that it knows and never
/// sees the others, so a misspelt key is found here.
pub(super) fn read<T: DeserializeOwned>(options: &JsValue, keys: &[&str]) -> JsResult<T> {
    let wrong = |value: String, rule: String| Error::new(ErrorKind::Parameter, "options", value, rule);
    let Some(object) = options.dyn_ref::<Object>() else {
        return Err(wrong(describe(options), "must be an object".into()).into());
    };
    for key in Object::keys(object).iter().filter_map(|key| key.as_string()) {
        if !keys.contains(&key.as_str()) {
            let rule = format!("there is no such option; there are {}", keys.join(", "));
            return Err(Error::new(ErrorKind::Parameter, key, "given", rule).into());
        }
    }
    Ok(serde_wasm_bindgen::from_value(options.clone())
        .map_err(|error| wrong("unreadable".into(), error.to_string()))?)
}

/// A value for a message: null and undefined by name, anything else by its class.
pub(super) fn describe(value: &JsValue) -> String {
    match value.dyn_ref::<Object>() {
        Some(object) => format!("of class {}", object.constructor().name()),
        None if value.is_null() => "null".to_owned(),
        None => value.js_typeof().as_string().unwrap_or_default(),
    }
}
