//! Typed arrays on their way into the core's memory and out of it.

use crate::error::{Error, ErrorKind, Result};
use crate::js::arguments::describe;
use crate::pool::{Element, reserve};
use crate::shown::Shown;
use js_sys::{Float32Array, Int8Array, Int32Array, Uint8Array};
use std::cell::Cell;
use std::ops::Range;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

// `set` is one function for arrays of every type. js-sys has it as methods that must not throw, but an array may have
// been moved away between the look at its length and the copy.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["Float32Array", "prototype", "set"], js_name = call)]
    fn take_f32(target: &mut [f32], source: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["Float32Array", "prototype", "set"], js_name = call)]
    fn take_i8(target: &mut [i8], source: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["Float32Array", "prototype", "set"], js_name = call)]
    fn take_u8(target: &mut [u8], source: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["Float32Array", "prototype", "set"], js_name = call)]
    fn give_f32(target: &JsValue, source: &[f32]) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["Float32Array", "prototype", "set"], js_name = call)]
    fn give_i8(target: &JsValue, source: &[i8]) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["Float32Array", "prototype", "set"], js_name = call)]
    fn give_u8(target: &JsValue, source: &[u8]) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["Float32Array", "prototype", "set"], js_name = call)]
    fn give_i32(target: &JsValue, source: &[i32]) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["Float32Array", "prototype", "set"], js_name = call)]
    fn give_places(target: &JsValue, source: &[i32], from: u32) -> Result<(), JsValue>;

    /// Of arrays of every type.
    #[wasm_bindgen(catch, js_namespace = ["Uint8ClampedArray", "prototype", "subarray"], js_name = call)]
    pub(in crate::js) fn subarray(of: &JsValue, begin: u32, end: u32) -> Result<JsValue, JsValue>;

    /// Any value: some have properties of these names; undefined and what only looks like an array throw.
    pub(in crate::js) type Anything;
    #[wasm_bindgen(catch, method, getter)]
    pub(in crate::js) fn handle(this: &Anything) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, getter)]
    fn length(this: &Anything) -> Result<JsValue, JsValue>;

    // A new array costs about fifteen times a copy into a given one, whichever way it is made: its memory is touched for
    // the first time. js-sys has the constructors too, but there may not be the memory.
    #[wasm_bindgen(js_name = Float32Array)]
    type Floats;
    #[wasm_bindgen(js_name = Int8Array)]
    type Signed;
    #[wasm_bindgen(js_name = Uint8Array)]
    type Bytes;
    #[wasm_bindgen(js_name = Int32Array)]
    type Places;
    #[wasm_bindgen(catch, constructor, js_class = "Float32Array")]
    fn new(source: &[f32]) -> Result<Floats, JsValue>;
    #[wasm_bindgen(catch, constructor, js_class = "Int8Array")]
    fn new(source: &[i8]) -> Result<Signed, JsValue>;
    #[wasm_bindgen(catch, constructor, js_class = "Uint8Array")]
    fn new(source: &[u8]) -> Result<Bytes, JsValue>;
    #[wasm_bindgen(catch, constructor, js_class = "Int32Array")]
    fn new(source: &[i32]) -> Result<Places, JsValue>;
    #[wasm_bindgen(catch, constructor, js_class = "Int32Array")]
    fn zeros(length: u32) -> Result<Places, JsValue>;
}

/// A type of number that a class of typed arrays holds.
pub(in crate::js) trait Number: Copy + Default {
    /// What a value of another class is told.
    const RULE: &str;
    /// Whether the value is an array of this type.
    fn holds(value: &JsValue) -> bool;
    /// Copies numbers into an array.
    fn give(target: &JsValue, source: &[Self]) -> Result<(), JsValue>;
    /// A new array of these numbers.
    fn array(numbers: &[Self]) -> Result<JsValue, JsValue>;
}

/// A type of number that pooling takes.
pub(in crate::js) trait Cells: Number + Element {
    /// Copies an array's numbers in.
    fn take(target: &mut [Self], source: &JsValue) -> Result<(), JsValue>;
    /// The room for a call's input, its output and the places.
    fn rooms(staging: &mut Staging) -> (&mut Vec<Self>, &mut Vec<Self>, &mut Vec<i32>);
}

/// Room in the core's memory for the numbers of a call, so that repeated calls allocate nothing.
#[derive(Default)]
pub(in crate::js) struct Staging {
    floats: [Vec<f32>; 2],
    signed: [Vec<i8>; 2],
    bytes: [Vec<u8>; 2],
    pub places: Vec<i32>,
}

macro_rules! number {
    ($($type:ty: $class:ident, $give:ident, $new:ident;)*) => {$(
        impl Number for $type {
            const RULE: &str = concat!("must be of the class ", stringify!($class));

            fn holds(value: &JsValue) -> bool {
                value.is_instance_of::<$class>()
            }

            fn give(target: &JsValue, source: &[Self]) -> Result<(), JsValue> {
                $give(target, source)
            }

            fn array(numbers: &[Self]) -> Result<JsValue, JsValue> {
                $new::new(numbers).map(JsValue::from)
            }
        }
    )*};
}
number! {
    f32: Float32Array, give_f32, Floats;
    i8: Int8Array, give_i8, Signed;
    u8: Uint8Array, give_u8, Bytes;
    i32: Int32Array, give_i32, Places;
}

macro_rules! cells {
    ($($type:ty: $take:ident, $rooms:ident;)*) => {$(
        impl Cells for $type {
            fn take(target: &mut [Self], source: &JsValue) -> Result<(), JsValue> {
                $take(target, source)
            }

            fn rooms(staging: &mut Staging) -> (&mut Vec<Self>, &mut Vec<Self>, &mut Vec<i32>) {
                let [input, output] = &mut staging.$rooms;
                (input, output, &mut staging.places)
            }
        }
    )*};
}
cells! {
    f32: take_f32, floats;
    i8: take_i8, signed;
    u8: take_u8, bytes;
}

thread_local! {
    /// Between calls; a call inside another finds none and makes its own.
    static STAGING: Cell<Staging> = Cell::default();
}

/// Above so many floats, 64 MiB, the room is given back after the call.
const KEPT: usize = 1 << 24;

impl Staging {
    /// What is kept between calls.
    pub(in crate::js) fn unpack() -> Self {
        STAGING.take()
    }

    /// Keeps the room for the next call.
    pub(in crate::js) fn pack(mut self) {
        let [floats, more] = &mut self.floats;
        let bytes = self.bytes.iter().map(|bytes| bytes.len() / 4).fold(0, usize::max);
        if floats.len().max(more.len()).max(self.places.len()).max(bytes) > KEPT {
            self = Self::default();
        }
        STAGING.set(self);
    }
}

/// The first `count` numbers of a room, which is made larger if it must be. What they are is left over from other calls.
pub(in crate::js) fn room<'a, T: Number>(room: &'a mut Vec<T>, count: usize, shape: &[usize]) -> Result<&'a mut [T]> {
    if room.len() < count {
        // Given back first: growing it would copy numbers that nobody needs.
        *room = Vec::new();
        *room = reserve(count, shape)?;
        room.resize(count, T::default());
    }
    Ok(&mut room[..count])
}

/// Copies the numbers of an array that [`check`] was content with.
pub(in crate::js) fn read<T: Cells>(parameter: Names, value: &JsValue, target: &mut [T]) -> Result<()> {
    T::take(target, value).map_err(|_| moved(parameter, value))
}

/// Copies some of them.
pub(in crate::js) fn read_some<T: Cells>(
    parameter: Names,
    value: &JsValue,
    from: Range<usize>,
    target: &mut [T],
) -> Result<()> {
    let some = subarray(value, from.start as u32, from.end as u32);
    some.map_err(|_| moved(parameter, value)).and_then(|some| read(parameter, &some, target))
}

/// The numbers in an array: the one that was given, which [`check_given`] was content with, or a new one.
pub(in crate::js) fn written<T: Number>([name, length]: Names, value: &JsValue, source: &[T]) -> Result<JsValue> {
    if value.is_undefined() || value.is_null() {
        return T::array(source).map_err(|_| no_memory(length, source.len()));
    }
    T::give(value, source).map_err(|_| moved([name, length], value))?;
    Ok(value.clone())
}

/// The array for places that was given, or a new one.
pub(in crate::js) fn for_places([_, length]: Names, value: &JsValue, count: usize) -> Result<JsValue> {
    if !value.is_undefined() && !value.is_null() {
        return Ok(value.clone());
    }
    let made = u32::try_from(count).ok().and_then(|count| Places::zeros(count).ok());
    made.map(JsValue::from).ok_or_else(|| no_memory(length, count))
}

/// Some places, into an array from a number on.
pub(in crate::js) fn write_places(parameter: Names, value: &JsValue, from: usize, source: &[i32]) -> Result<()> {
    give_places(value, source, from as u32).map_err(|_| moved(parameter, value))
}

#[cold]
fn no_memory(length: &'static str, count: usize) -> Error {
    Error::new(ErrorKind::Memory, length, count, "there is no memory for a new array")
}

/// The name of a parameter, and that of its length.
pub(in crate::js) type Names = [&'static str; 2];

/// What the length of an array must be, in words that end with a shape.
pub(in crate::js) type Rule<'a> = (&'static str, &'a [usize]);

/// Whether the value is an array of the class and of `count` numbers.
pub(in crate::js) fn check<T: Number>([name, length]: Names, value: &JsValue, count: usize, rule: Rule) -> Result<()> {
    if !T::holds(value) {
        return Err(Error::new(ErrorKind::Parameter, name, describe(value), T::RULE));
    }
    match value.unchecked_ref::<Anything>().length().ok().and_then(|length| length.as_f64()) {
        Some(found) if found == count as f64 => Ok(()),
        Some(found) => Err(Error::new(ErrorKind::Shape, length, found, [rule.0, &rule.1.shown()].concat())),
        None => Err(moved([name, length], value)),
    }
}

/// As [`check`], but nothing may be given.
pub(in crate::js) fn check_given<T: Number>(parameter: Names, value: &JsValue, count: usize, rule: Rule) -> Result<()> {
    if value.is_undefined() || value.is_null() { Ok(()) } else { check::<T>(parameter, value, count, rule) }
}

#[cold]
fn moved([name, _]: Names, value: &JsValue) -> Error {
    let rule = "its numbers cannot be reached: moved away, or a view of the core's memory from before another call";
    Error::new(ErrorKind::Parameter, name, describe(value), rule)
}
