//! Typed arrays on their way into the core's memory and out of it.

use crate::error::{Error, ErrorKind, Result};
use crate::js::arguments::describe;
use crate::pool::{Element, reserve};
use crate::shown::Shown;
use js_sys::{ArrayBuffer, Float32Array, Int8Array, Int32Array, Uint8Array};
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
    fn give_f32(target: &JsValue, source: &[f32], from: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["Float32Array", "prototype", "set"], js_name = call)]
    fn give_i8(target: &JsValue, source: &[i8], from: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["Float32Array", "prototype", "set"], js_name = call)]
    fn give_u8(target: &JsValue, source: &[u8], from: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["Float32Array", "prototype", "set"], js_name = call)]
    fn give_i32(target: &JsValue, source: &[i32], from: u32) -> Result<(), JsValue>;

    /// Of arrays of every type.
    #[wasm_bindgen(catch, js_namespace = ["Uint8ClampedArray", "prototype", "subarray"], js_name = call)]
    pub(in crate::js) fn subarray(of: &JsValue, begin: u32, end: u32) -> Result<JsValue, JsValue>;

    /// Any value: some have properties of these names; undefined and what only looks like an array throw.
    pub(in crate::js) type Anything;
    #[wasm_bindgen(catch, method, getter)]
    pub(in crate::js) fn handle(this: &Anything) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, getter)]
    fn length(this: &Anything) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, getter)]
    fn buffer(this: &Anything) -> Result<JsValue, JsValue>;

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
    fn zeros(length: u32) -> Result<Floats, JsValue>;
    #[wasm_bindgen(catch, constructor, js_class = "Int8Array")]
    fn zeros(length: u32) -> Result<Signed, JsValue>;
    #[wasm_bindgen(catch, constructor, js_class = "Uint8Array")]
    fn zeros(length: u32) -> Result<Bytes, JsValue>;
    #[wasm_bindgen(catch, constructor, js_class = "Int32Array")]
    fn zeros(length: u32) -> Result<Places, JsValue>;
}

/// A class of typed arrays. What is as a value here need not be there for each type of number.
pub(in crate::js) struct Class {
    /// What a value of another class is told.
    rule: &'static str,
    /// Of a number.
    pub bytes: usize,
    /// Whether a value is of the class.
    holds: fn(&JsValue) -> bool,
    /// A new array.
    zeros: fn(u32) -> Result<JsValue, JsValue>,
}

/// A type of number that a class of typed arrays holds.
pub(in crate::js) trait Number: Copy + Default + 'static {
    const CLASS: &Class;
    /// Whether the value is an array of this type.
    fn holds(value: &JsValue) -> bool {
        (Self::CLASS.holds)(value)
    }
    /// Copies numbers into an array, from one of its numbers on.
    fn give(target: &JsValue, source: &[Self], from: u32) -> Result<(), JsValue>;
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
            const CLASS: &Class = &Class {
                rule: concat!("must be of the class ", stringify!($class)),
                bytes: size_of::<$type>(),
                holds: |value| value.is_instance_of::<$class>(),
                zeros: |length| $new::zeros(length).map(JsValue::from),
            };

            fn give(target: &JsValue, source: &[Self], from: u32) -> Result<(), JsValue> {
                $give(target, source, from)
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

/// Some of them where they lie, which must be so many: an array may have become shorter, or may pretend about its length.
pub(super) fn some(parameter: Names, value: &JsValue, range: Range<usize>, count: usize) -> Result<JsValue> {
    let found = subarray(value, range.start as u32, range.end as u32).ok();
    found.filter(|found| length(found) == Some(count as f64)).ok_or_else(|| moved(parameter, value))
}

/// The array to write `count` numbers into: the one that is given, or a new one.
pub(in crate::js) fn target<T: Number>(parameter: Names, value: &JsValue, count: usize, rule: Rule) -> Result<JsValue> {
    T::CLASS.target(parameter, value, count, rule)
}

/// Copies numbers into [that array](target), from one of its numbers on.
pub(in crate::js) fn write<T: Number>(parameter: Names, value: &JsValue, from: usize, source: &[T]) -> Result<()> {
    T::give(value, source, from as u32).map_err(|_| moved(parameter, value))
}

/// Whether each of these arrays has memory of its own. Of memory that is shared there may be two objects.
pub(super) fn apart(arrays: &[&JsValue]) -> bool {
    let memory = |array: &&JsValue| array.unchecked_ref::<Anything>().buffer().unwrap_or_default();
    let apart = |(at, array)| {
        let own = memory(array);
        own.is_instance_of::<ArrayBuffer>() && arrays[..at].iter().all(|other| memory(other) != own)
    };
    arrays.iter().enumerate().all(apart)
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
pub(in crate::js) fn check<T: Number>(parameter: Names, value: &JsValue, count: usize, rule: Rule) -> Result<()> {
    T::CLASS.check(parameter, value, count, rule)
}

impl Class {
    /// As [`target`].
    pub(super) fn target(&self, parameter: Names, value: &JsValue, count: usize, rule: Rule) -> Result<JsValue> {
        if !value.is_undefined() && !value.is_null() {
            return self.check(parameter, value, count, rule).map(|()| value.clone());
        }
        let made = u32::try_from(count).ok().and_then(|count| (self.zeros)(count).ok());
        made.ok_or_else(|| no_memory(parameter[1], count))
    }

    /// As [`check`].
    pub(super) fn check(&self, [name, length]: Names, value: &JsValue, count: usize, rule: Rule) -> Result<()> {
        if !(self.holds)(value) {
            return Err(Error::new(ErrorKind::Parameter, name, describe(value), self.rule));
        }
        match self::length(value) {
            Some(found) if found == count as f64 => Ok(()),
            Some(found) => Err(Error::new(ErrorKind::Shape, length, found, [rule.0, &rule.1.shown()].concat())),
            None => Err(moved([name, length], value)),
        }
    }
}

/// The length of an array, as it says.
fn length(array: &JsValue) -> Option<f64> {
    array.unchecked_ref::<Anything>().length().ok()?.as_f64()
}

#[cold]
fn moved([name, _]: Names, value: &JsValue) -> Error {
    let rule = "its numbers cannot be reached: moved away, or a view of the core's memory from before another call";
    Error::new(ErrorKind::Parameter, name, describe(value), rule)
}
