//! Option objects, read into the tree of named values that files' options become too.

use super::arguments::describe;
use super::error::JsResult;
use crate::error::{Error, ErrorKind};
use crate::options::{Datum, Options};
use js_sys::{Array, Reflect, Symbol};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// How deep values may be nested; what lies deeper is none of the values that an option takes. An object can contain
/// itself.
const DEPTH: usize = 8;

/// How many items a list may have; a list of more, which an array's length can claim at will, is none of the values
/// that an option takes.
const ITEMS: u32 = 1 << 20;

#[wasm_bindgen]
extern "C" {
    /// js-sys has it too, but an object's getters may throw.
    #[wasm_bindgen(catch, js_namespace = Object)]
    fn entries(object: &JsValue) -> Result<Array, JsValue>;
}

/// Reads an option object.
pub(in crate::js) fn read(options: &JsValue) -> JsResult<Options> {
    read_beside(options, &mut [])
}

/// Reads an option object; the values of those names that `apart` has go there, unread: arrays of numbers are no options.
pub(in crate::js) fn read_beside(options: &JsValue, apart: &mut [(&str, JsValue)]) -> JsResult<Options> {
    let datum = if options.is_object() { object(options, DEPTH, apart) } else { Datum::Other };
    match datum {
        Datum::Object(options) => Ok(options),
        _ => {
            let rule = "must be an object of options that can be read";
            Err(Error::new(ErrorKind::Parameter, "options", describe(options), rule).into())
        }
    }
}

/// One value as an option of this name.
#[cfg(any(feature = "pooling", feature = "inside"))]
pub(super) fn named(name: &str, value: &JsValue) -> Options {
    Options::of([(name.to_owned(), datum(value, DEPTH))])
}

fn object(value: &JsValue, depth: usize, apart: &mut [(&str, JsValue)]) -> Datum {
    let iterable = Reflect::has(value, &Symbol::iterator()).unwrap_or(true);
    let (false, Ok(pairs)) = (iterable, entries(value)) else { return Datum::Other };
    let mut options = Vec::new();
    for pair in pairs.iter() {
        let pair: Array = pair.unchecked_into();
        let (name, value) = (pair.get(0).as_string().unwrap_or_default(), pair.get(1));
        match apart.iter_mut().find(|(known, _)| *known == name) {
            Some((_, place)) => *place = value,
            None => options.push((name, datum(&value, depth - 1))),
        }
    }
    Datum::Object(Options::of(options))
}

fn datum(value: &JsValue, depth: usize) -> Datum {
    if value.is_null() || value.is_undefined() {
        return Datum::Null;
    }
    if let Some(flag) = value.as_bool() {
        return Datum::Flag(flag);
    }
    if let Some(number) = value.as_f64() {
        return Datum::Number(number);
    }
    if let Some(text) = value.as_string() {
        return Datum::Text(text);
    }
    if depth == 0 || !value.is_object() {
        return Datum::Other;
    }
    if !Array::is_array(value) {
        return object(value, depth, &mut []);
    }
    let list: &Array = value.unchecked_ref();
    if list.length() > ITEMS {
        return Datum::Other;
    }
    let mut items = Vec::new();
    for at in 0..list.length() {
        let Ok(item) = Reflect::get_u32(list, at) else { return Datum::Other };
        items.push(datum(&item, depth - 1));
    }
    Datum::List(items)
}
