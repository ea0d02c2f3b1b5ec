//! The core's error as a JavaScript `Error`.

use crate::error::{Error, ErrorKind};
use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// What a function of the surface returns: thrown when it is an error.
pub type JsResult<T> = Result<T, JsError>;

/// An error on its way out.
pub struct JsError(Error);

impl From<Error> for JsError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<JsError> for JsValue {
    fn from(JsError(error): JsError) -> Self {
        let thrown = js_sys::Error::new(&error.text());
        let kind = match error.kind() {
            ErrorKind::Parameter => "parameter",
            ErrorKind::Shape => "shape",
            ErrorKind::Format => "format",
            ErrorKind::Memory => "memory",
            ErrorKind::Io => "io",
        };
        // Setting a property of a plain, extensible object that was made here cannot fail.
        let _ = Reflect::set(&thrown, &"parameter".into(), &camel_case(error.parameter()).into());
        let _ = Reflect::set(&thrown, &"kind".into(), &kind.into());
        thrown.into()
    }
}

/// A parameter's name as JavaScript has it; a layer's, which stands in quotes behind it, as it is.
fn camel_case(name: &str) -> String {
    let (mut after_underscore, mut quoted) = (false, false);
    let mut camel = String::with_capacity(name.len());
    for letter in name.chars() {
        quoted |= letter == '"';
        match letter {
            '_' if !quoted => after_underscore = true,
            _ if std::mem::take(&mut after_underscore) => camel.push(letter.to_ascii_uppercase()),
            _ => camel.push(letter),
        }
    }
    camel
}
