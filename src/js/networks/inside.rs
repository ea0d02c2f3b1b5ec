//! What looks inside networks.

use super::{Network, sentence};
use crate::error::{Error, ErrorKind};
use crate::inspect::{OutputCell, Tap};
use crate::js::arguments::{broken, extent, float_array};
use crate::js::error::JsResult;
use crate::js::image;
use crate::js::options::{named, read};
use crate::js::results::{datum, list, set};
use crate::js::source::Source;
use crate::nn::inside::{Disturbance, LayerPlan, Patch, Path};
use crate::nn::words;
use crate::options::{Datum, Options};
use js_sys::{Array, Float32Array, Object};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
impl Network {
    /// The layers, first to last.
    #[wasm_bindgen(getter, skip_typescript)]
    pub fn layers(&self) -> JsResult<Array> {
        Ok(self.network.plan()?.iter().map(described).collect())
    }

    /// Where the file says that it comes from.
    #[wasm_bindgen(getter, skip_typescript)]
    pub fn origin(&self) -> JsValue {
        let Some(origin) = self.network.origin() else { return JsValue::NULL };
        let object = Object::new();
        set(&object, "command", origin.command.as_str().into());
        set(&object, "data", origin.data.as_str().into());
        object.into()
    }

    /// The same weights under another pooling.
    #[wasm_bindgen(js_name = withPooling, skip_typescript)]
    pub fn with_pooling(&self, options: &JsValue) -> JsResult<Network> {
        Network::of(self.network.with_pooling(&read(options)?)?)
    }

    /// The same weights under another pooling over whole maps.
    #[wasm_bindgen(js_name = withGlobalPooling, skip_typescript)]
    pub fn with_global_pooling(&self, options: &JsValue) -> JsResult<Network> {
        Network::of(self.network.with_global_pooling(&read(options)?)?)
    }

    /// A sentence as this network reads it.
    #[wasm_bindgen(js_name = readSentence, skip_typescript)]
    pub fn read_sentence(&mut self, text: &JsValue, options: &JsValue) -> JsResult<Object> {
        let text = text.as_string().ok_or_else(|| broken("text", text, "must be a string"))?;
        let lead = if options.is_undefined() { None } else { lead(&read(options)?)? };
        let reading = words::read(&self.network, &mut self.prepared, &text, lead.unwrap_or(0))?;
        Ok(sentence::to_js(&text, &reading))
    }

    /// A picture as this network's input.
    #[wasm_bindgen(skip_typescript)]
    pub fn picture(&self, image: &JsValue) -> JsResult<Float32Array> {
        let Source { data, width, height } = Source::of(image)?;
        Ok(Float32Array::from(self.network.picture(&data.to_vec(), width, height)?.as_slice()))
    }

    /// An input as a picture.
    #[wasm_bindgen(skip_typescript)]
    pub fn draw(&self, image: &JsValue) -> JsResult<JsValue> {
        image::to_js(&self.network.draw(&float_array("image", image)?.to_vec())?)
    }

    /// An input, moved, with noise, and partly covered.
    #[wasm_bindgen(skip_typescript)]
    pub fn disturb(&self, image: &JsValue, options: &JsValue) -> JsResult<Float32Array> {
        let image = float_array("image", image)?.to_vec();
        let disturbed = self.network.disturb(&image, &disturbance(&read(options)?)?)?;
        Ok(Float32Array::from(disturbed.as_slice()))
    }

    /// Follows a cell back to the pixels.
    #[wasm_bindgen(skip_typescript)]
    pub fn trace(&mut self, image: &JsValue, layer: &JsValue, cell: &JsValue) -> JsResult<Object> {
        let image = float_array("image", image)?.to_vec();
        let (layer, cell) = (extent("layer", layer)?, extent("cell", cell)?);
        let look = self.network.look(&mut self.prepared, &image)?;
        let Path { value, explained, pixels, maps } = look.trace(layer, cell)?;
        let floats = |values: &[f32]| JsValue::from(Float32Array::from(values));
        let object = Object::new();
        set(&object, "value", value.into());
        set(&object, "explained", explained.into());
        set(&object, "pixels", floats(&pixels));
        let maps = maps.iter().map(|map| {
            let object = Object::new();
            set(&object, "gradient", floats(&map.gradient));
            set(&object, "contribution", floats(&map.contribution));
            object
        });
        set(&object, "maps", maps.collect::<Array>().into());
        let pools = self.network.architecture().layers[layer].layer.kind() == "pool";
        let window = if pools { window(&look.window(layer, cell)?).into() } else { JsValue::NULL };
        set(&object, "window", window);
        Ok(object)
    }

    /// How the layers move along with the input.
    #[wasm_bindgen(js_name = movedAlong, skip_typescript)]
    pub fn moved_along(&mut self, image: &JsValue, shift: &JsValue) -> JsResult<Object> {
        let image = float_array("image", image)?.to_vec();
        let shift = pair(&named("shift", shift), "shift")?.unwrap_or_default();
        let moved = self.network.disturb(&image, &Disturbance { shift, ..Disturbance::default() })?;
        let before = self.network.look(&mut self.prepared, &image)?;
        let after = self.network.look(&mut self.prepared, &moved)?;
        let object = Object::new();
        set(&object, "probabilities", Float32Array::from(after.probabilities()).into());
        let layers = before.moved_along(&after, shift);
        set(&object, "layers", layers.into_iter().map(JsValue::from).map(nothing_is_null).collect::<Array>().into());
        Ok(object)
    }
}

fn nothing_is_null(value: JsValue) -> JsValue {
    if value.is_undefined() { JsValue::NULL } else { value }
}

fn described(layer: &LayerPlan) -> Object {
    let object = Object::new();
    set(&object, "name", layer.name.as_str().into());
    set(&object, "kind", layer.kind.into());
    set(&object, "shape", list(&layer.shape).into());
    set(&object, "parameters", (layer.parameters as f64).into());
    set(&object, "multiplyAdds", (layer.multiply_adds as f64).into());
    let pooling = layer.pooling.as_ref().map_or(JsValue::NULL, |options| datum(&Datum::Object(options.clone())));
    set(&object, "pooling", pooling);
    object
}

/// A window and its taps. Of a cell, the numbers; of others, what they fall on.
fn window(cell: &OutputCell) -> Object {
    let object = Object::new();
    set(&object, "kernelSize", list(&cell.kernel_size).into());
    set(&object, "origin", cell.origin.iter().map(|&at| JsValue::from(at as f64)).collect::<Array>().into());
    set(&object, "step", list(&cell.step).into());
    set(&object, "winner", cell.winner.map_or(JsValue::NULL, |at| (at as f64).into()));
    set(&object, "taps", cell.taps.iter().map(tap).collect::<Array>().into());
    set(&object, "further", cell.further.iter().map(tap).collect::<Array>().into());
    object
}

fn tap(tap: &Tap) -> Object {
    let object = Object::new();
    match tap {
        Tap::Cell { at, value, slope, weight } => {
            set(&object, "kind", "cell".into());
            set(&object, "at", (*at as f64).into());
            for (key, number) in [("value", value), ("slope", slope), ("weight", weight)] {
                set(&object, key, (*number).into());
            }
        }
        Tap::Padding => set(&object, "kind", "padding".into()),
        Tap::Beyond => set(&object, "kind", "beyond".into()),
    }
    object
}

fn disturbance(options: &Options) -> JsResult<Disturbance> {
    options.only(&["shift", "noise", "seed", "patch"])?;
    let patch = match options.object("patch")? {
        None => None,
        Some(patch) => {
            patch.only(&["place", "size"])?;
            let [row, column] = patch.required("place", pair(patch, "place")?)?;
            Some(Patch { row, column, size: patch.required("size", patch.whole("size")?)? })
        }
    };
    Ok(Disturbance {
        shift: pair(options, "shift")?.unwrap_or_default(),
        noise: options.number("noise")?.unwrap_or(0.0) as f32,
        seed: options.whole("seed")?.unwrap_or(0) as u64,
        patch,
    })
}

fn lead(options: &Options) -> JsResult<Option<usize>> {
    options.only(&["lead"])?;
    Ok(options.whole("lead")?)
}

/// Two whole numbers, down and to the right, which may be below 0.
fn pair(options: &Options, name: &'static str) -> JsResult<Option<[isize; 2]>> {
    let Some(numbers) = options.numbers(name)? else { return Ok(None) };
    let whole = |number: f32| (number.trunc() == number && number.abs() < 1e6).then_some(number as isize);
    match numbers.as_slice() {
        &[down, across] if whole(down).is_some() && whole(across).is_some() => {
            Ok(Some([down as isize, across as isize]))
        }
        _ => {
            let rule = "must be two whole numbers, rows down and columns to the right";
            Err(Error::new(ErrorKind::Parameter, name, numbers.as_slice(), rule).into())
        }
    }
}
