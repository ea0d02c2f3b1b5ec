//! A sentence as a network reads it, handed to JavaScript.

use crate::js::results::set;
use crate::nn::words::{Evidence, ReadWord, Reading};
use js_sys::{Array, Float32Array, Object};
use wasm_bindgen::JsValue;

/// `SentenceReading`; see `inside.d.ts`. `text` is what was read.
pub(super) fn to_js(text: &str, reading: &Reading) -> Object {
    let object = Object::new();
    set(&object, "probabilities", floats(&reading.probabilities));
    set(&object, "logits", floats(&reading.logits));
    set(&object, "rest", floats(&reading.rest));
    // JavaScript counts a text in UTF-16's units; words come in the order of the text.
    let (mut byte, mut unit) = (0, 0);
    let mut units = |to: usize| {
        unit += text[byte..to].chars().map(char::len_utf16).sum::<usize>();
        byte = to;
        JsValue::from(unit as f64)
    };
    let words = Array::new();
    for ReadWord { word, known, place, contributions } in &reading.words {
        let object = Object::new();
        set(&object, "start", units(word.start));
        set(&object, "end", units(word.end));
        set(&object, "known", (*known).into());
        set(&object, "place", place.map_or(JsValue::NULL, number));
        set(&object, "contributions", floats(contributions));
        words.push(&object);
    }
    set(&object, "words", words.into());
    set(&object, "filters", reading.filters.iter().map(filter).collect::<Array>().into());
    object
}

fn filter(evidence: &Evidence) -> Object {
    let object = Object::new();
    set(&object, "filter", number(evidence.filter));
    set(&object, "cells", floats(&evidence.cells));
    set(&object, "place", number(evidence.place));
    set(&object, "words", Array::of2(&number(evidence.words.start), &number(evidence.words.end)).into());
    set(&object, "value", evidence.value.into());
    set(&object, "contributions", floats(&evidence.contributions));
    object
}

fn floats(values: &[f32]) -> JsValue {
    Float32Array::from(values).into()
}

fn number(count: usize) -> JsValue {
    (count as f64).into()
}
