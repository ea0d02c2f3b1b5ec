//! Writing. The file's form is the `safetensors` crate's business; see `read` for why reading is not.

use super::{Precision, broken, scale_name};
use crate::error::Result;
use crate::nn::tensor::Tensor;
use half::f16;
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde::Serialize;
use std::collections::HashMap;

/// A tensor to be written.
pub struct Named {
    /// Its name in the file.
    pub name: String,
    /// Shape and values.
    pub tensor: Tensor,
    /// The axis along which its output channels lie, if it is a weight: each has a scale under [`Precision::I8`].
    pub channels: Option<usize>,
}

/// A tensor as it is stored.
struct Stored {
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

/// A safetensors file of these tensors and one JSON document; the same input gives the same bytes.
///
/// # Errors
/// When a value is not finite, or becomes infinite in `precision`.
pub fn write<T: Serialize>(tensors: &[Named], precision: Precision, key: &str, document: &T) -> Result<Vec<u8>> {
    let document =
        serde_json::to_string(document).map_err(|error| broken("metadata", "not writable", error.to_string()))?;
    let mut stored = Vec::with_capacity(tensors.len());
    for Named { name, tensor, channels } in tensors {
        let plain = |precision| plain(name, tensor, precision);
        match (precision, channels) {
            (Precision::I8, Some(axis)) => stored.extend(quantized(name, tensor, *axis)?),
            (Precision::I8, None) => stored.push(plain(Precision::F16)?),
            _ => stored.push(plain(precision)?),
        }
    }
    let views = stored.iter().map(|Stored { name, dtype, shape, bytes }| {
        let view = TensorView::new(*dtype, shape.clone(), bytes);
        view.map(|view| (name, view)).map_err(|error| broken(name.clone(), "not writable", error.to_string()))
    });
    // One key alone: the order of several would change from run to run.
    let metadata = HashMap::from([(key.to_owned(), document)]);
    serialize(views.collect::<Result<Vec<_>>>()?, Some(metadata))
        .map_err(|error| broken("safetensors file", "not writable", error.to_string()))
}

/// Each value by itself, as F32 or F16.
fn plain(name: &str, tensor: &Tensor, precision: Precision) -> Result<Stored> {
    let (name, shape, values) = (name.to_owned(), tensor.shape().to_vec(), tensor.values());
    let finite = |value: &f32| match precision {
        Precision::F16 => f16::from_f32(*value).is_finite(),
        _ => value.is_finite(),
    };
    if let Some(value) = values.iter().find(|value| !finite(value)) {
        return Err(broken(name, *value, format!("it must be finite as {precision:?}")));
    }
    Ok(match precision {
        Precision::F16 => {
            let bytes = values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect();
            Stored { name, dtype: Dtype::F16, shape, bytes }
        }
        _ => Stored { name, dtype: Dtype::F32, shape, bytes: values.iter().flat_map(|x| x.to_le_bytes()).collect() },
    })
}

/// The values of each channel along `axis` as whole numbers times a scale, its largest |value| / 127, rounded to the nearest.
fn quantized(name: &str, tensor: &Tensor, axis: usize) -> Result<[Stored; 2]> {
    if let Some(value) = tensor.values().iter().find(|value| !value.is_finite()) {
        return Err(broken(name.to_owned(), *value, "it must be finite as I8"));
    }
    let shape = tensor.shape();
    let (channels, inner) = (shape[axis], shape[axis + 1..].iter().product::<usize>().max(1));
    let mut scales = vec![0.0f32; channels];
    for (index, value) in tensor.values().iter().enumerate() {
        let scale = &mut scales[index / inner % channels];
        *scale = scale.max(value.abs() / LARGEST);
    }
    let whole = |(index, value): (usize, &f32)| {
        let scale = scales[index / inner % channels];
        // A channel of zeros has the scale 0, and so may one of numbers that f32 can hardly tell from 0.
        if scale == 0.0 { 0 } else { (value / scale).round_ties_even().clamp(-LARGEST, LARGEST) as i8 as u8 }
    };
    let bytes = tensor.values().iter().enumerate().map(whole).collect();
    let scale_bytes = scales.iter().flat_map(|scale| scale.to_le_bytes()).collect();
    Ok([
        Stored { name: name.to_owned(), dtype: Dtype::I8, shape: shape.to_vec(), bytes },
        Stored { name: scale_name(name), dtype: Dtype::F32, shape: vec![channels], bytes: scale_bytes },
    ])
}

/// The largest whole number that is used, on either side of 0.
const LARGEST: f32 = 127.0;
