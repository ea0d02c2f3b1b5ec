//! Numbers kept inside the core.

use super::numbers::{self, Anything, Names};
use crate::error::{Error, ErrorKind, Result};
use crate::js::arguments::describe;
use crate::js::error::JsResult;
use crate::js::options::named;
use crate::js::results::list;
use crate::pool::{product, reserve};
#[cfg(feature = "playground")]
use crate::shown::Shown;
use js_sys::{Array, Float32Array};
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// What one `FeatureMaps` stands for.
pub(in crate::js) struct Held {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

thread_local! {
    // Handles are numbers, not addresses: whatever object a page passes off as one, it names maps that there are.
    static HELD: RefCell<Vec<Option<Held>>> = const { RefCell::new(Vec::new()) };
}

/// `FeatureMaps`; see `surface.d.ts`.
#[wasm_bindgen(skip_typescript)]
pub struct FeatureMaps {
    /// One more than the place in `HELD`; 0 once freed.
    handle: Cell<usize>,
}

const DATA: Names = ["data", "data.length"];
const OUT: Names = ["out", "out.length"];
const LENGTH: &str = "must be the product of shape, ";

#[wasm_bindgen]
impl FeatureMaps {
    /// Copies numbers in.
    #[wasm_bindgen(constructor, skip_typescript)]
    pub fn new(data: &JsValue, shape: &JsValue) -> JsResult<FeatureMaps> {
        let options = named("shape", shape);
        let shape = options.required("shape", options.wholes("shape")?)?;
        if !(3..=5).contains(&shape.len()) {
            let rule = "must be N, C and one to three spatial extents";
            return Err(Error::new(ErrorKind::Shape, "shape", shape.as_slice(), rule).into());
        }
        numbers::check::<f32>(DATA, data, product("shape", &shape)?, (LENGTH, &shape))?;
        let mut held = Held::of(shape)?;
        numbers::read(DATA, data, &mut held.values)?;
        Ok(held.kept()?)
    }

    /// What names these maps inside the core.
    #[wasm_bindgen(getter, skip_typescript)]
    pub fn handle(&self) -> usize {
        self.handle.get()
    }

    /// The extents.
    #[wasm_bindgen(getter, skip_typescript)]
    pub fn shape(&self) -> JsResult<Array> {
        self.with(|held| Ok(list(&held.shape)))
    }

    /// The numbers where they lie.
    #[wasm_bindgen(skip_typescript)]
    #[expect(unsafe_code, reason = "a view of memory outlives every borrow of it")]
    pub fn view(&self) -> JsResult<Float32Array> {
        // SAFETY: the pointer and length are those of a live list, which nobody borrows when JavaScript runs. When the
        // list is gone, the view shows other bytes of this memory, or none if the memory has grown; it is documented to
        // be good until the next call.
        self.with(|held| Ok(unsafe { Float32Array::view_mut_raw(held.values.as_mut_ptr(), held.values.len()) }))
    }

    /// A copy of the numbers.
    #[wasm_bindgen(skip_typescript)]
    pub fn read(&self, out: &JsValue) -> JsResult<JsValue> {
        self.with(|held| {
            let out = numbers::target::<f32>(OUT, out, held.values.len(), (LENGTH, &held.shape))?;
            numbers::write(OUT, &out, 0, &held.values)?;
            Ok(out)
        })
    }

    /// Replaces the numbers.
    #[wasm_bindgen(skip_typescript)]
    pub fn write(&self, data: &JsValue) -> JsResult<()> {
        self.with(|held| {
            numbers::check::<f32>(DATA, data, held.values.len(), (LENGTH, &held.shape))?;
            numbers::read(DATA, data, &mut held.values)
        })
    }

    /// Gives the numbers' memory back. wasm-bindgen's own `free`, which this one replaces, would leave an object behind
    /// whose every use is an error of its glue instead of ours.
    #[wasm_bindgen(skip_typescript)]
    pub fn free(&self) -> JsResult<()> {
        Ok(with_all(|all| {
            if let Some(held) = all.get_mut(self.handle.replace(0).wrapping_sub(1)) {
                *held = None;
            }
            Ok(())
        })?)
    }

    fn with<T>(&self, run: impl FnOnce(&mut Held) -> Result<T>) -> JsResult<T> {
        let at = self.handle.get().wrapping_sub(1);
        Ok(with_all(|all| run(all.get_mut(at).and_then(Option::as_mut).ok_or_else(|| freed("FeatureMaps"))?))?)
    }
}

impl Drop for FeatureMaps {
    fn drop(&mut self) {
        // What is found unused is dropped between calls, when nobody borrows the maps.
        let _ = self.free();
    }
}

/// Runs on all maps. JavaScript runs inside, where an array's length is a getter: what it calls may find them borrowed.
fn with_all<T>(run: impl FnOnce(&mut Vec<Option<Held>>) -> Result<T>) -> Result<T> {
    HELD.with(|all| match all.try_borrow_mut() {
        Ok(mut all) => run(&mut all),
        Err(_) => Err(running("FeatureMaps")),
    })
}

impl Held {
    /// Maps of zeros.
    pub(in crate::js) fn of(shape: Vec<usize>) -> Result<Self> {
        let count = product("shape", &shape)?;
        let mut values = reserve(count, &shape)?;
        values.resize(count, 0.0);
        Ok(Self { shape, values })
    }

    /// Keeps the maps for JavaScript.
    pub(in crate::js) fn kept(self) -> Result<FeatureMaps> {
        with_all(|all| {
            let at = all.iter().position(Option::is_none).unwrap_or(all.len());
            if at == all.len() {
                all.push(None);
            }
            all[at] = Some(self);
            Ok(FeatureMaps { handle: Cell::new(at + 1) })
        })
    }
}

/// The number of the maps that a value stands for: none for any other value, 0 for maps that are freed.
pub(in crate::js) fn handle(value: &JsValue) -> Option<usize> {
    let handle = value.unchecked_ref::<Anything>().handle().ok()?.as_f64()?;
    Some(handle as usize)
}

/// Runs on the numbers of the maps with this number, which must have this shape.
#[cfg(feature = "playground")]
pub(in crate::js) fn with_shape<T>(
    name: &'static str,
    handle: usize,
    shape: &[usize],
    run: impl FnOnce(&[f32]) -> Result<T>,
) -> Result<T> {
    with_all(|all| {
        let held = all.get(handle.wrapping_sub(1)).and_then(Option::as_ref).ok_or_else(|| freed(name))?;
        if held.shape != shape {
            let rule = ["must have the layer's shape, ", &shape.shown()].concat();
            return Err(Error::new(ErrorKind::Shape, name, held.shape.as_slice(), rule));
        }
        run(&held.values)
    })
}

/// Runs on two maps, that of `x` and that of `out`, by their numbers.
pub(in crate::js) fn with_both<T>(x: usize, out: usize, run: impl FnOnce(&Held, &mut Held) -> Result<T>) -> Result<T> {
    with_all(|all| {
        for (name, handle) in [("x", x), ("out", out)] {
            if !matches!(all.get(handle.wrapping_sub(1)), Some(Some(_))) {
                return Err(freed(name));
            }
        }
        match all.get_disjoint_mut([x - 1, out - 1]) {
            Ok([Some(x), Some(out)]) => run(x, out),
            _ => {
                let rule = "must be other maps: a layer cannot write over what it reads";
                Err(Error::new(ErrorKind::Parameter, "out", "x itself", rule))
            }
        }
    })
}

/// An error about a value that should be feature maps.
#[cold]
pub(in crate::js) fn no_maps(name: &'static str, value: &JsValue) -> Error {
    Error::new(ErrorKind::Parameter, name, describe(value), "must be FeatureMaps, as x is")
}

/// An error about something that was given back.
#[cold]
pub(in crate::js) fn freed(name: &'static str) -> Error {
    Error::new(ErrorKind::Parameter, name, "freed", "must not be used after free()")
}

/// An error about something that is at work further out.
#[cold]
pub(in crate::js) fn running(name: &'static str) -> Error {
    Error::new(ErrorKind::Parameter, name, "running", "must not be used from inside its own call")
}
