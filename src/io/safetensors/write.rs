//! Writing. The file's form is the `safetensors` crate's business; see `read` for why reading is not.

use super::{Precision, broken};
use crate::error::Result;
use crate::nn::tensor::Tensor;
use half::f16;
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde::Serialize;
use std::collections::HashMap;

/// A safetensors file of these tensors and one JSON document; the same input gives the same bytes.
///
/// # Errors
/// When a value is not finite, or becomes infinite in `precision`.
pub fn write<T: Serialize>(
    tensors: &[(String, Tensor)],
    precision: Precision,
    key: &str,
    document: &T,
) -> Result<Vec<u8>> {
    let document =
        serde_json::to_string(document).map_err(|error| broken("metadata", "not writable", error.to_string()))?;
    let mut stored = Vec::with_capacity(tensors.len());
    for (name, values) in tensors {
        if let Some(value) = values.values().iter().find(|value| !stored_value(**value, precision).is_finite()) {
            return Err(broken(name.clone(), *value, format!("it must be finite as {precision:?}")));
        }
        let bytes: Vec<u8> = match precision {
            Precision::F32 => values.values().iter().flat_map(|value| value.to_le_bytes()).collect(),
            Precision::F16 => values.values().iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect(),
        };
        stored.push((name, values.shape().to_vec(), bytes));
    }
    let dtype = match precision {
        Precision::F32 => Dtype::F32,
        Precision::F16 => Dtype::F16,
    };
    let views = stored.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(dtype, shape.clone(), bytes);
        view.map(|view| (*name, view)).map_err(|error| broken((*name).clone(), "not writable", error.to_string()))
    });
    // One key alone: the order of several would change from run to run.
    let metadata = HashMap::from([(key.to_owned(), document)]);
    serialize(views.collect::<Result<Vec<_>>>()?, Some(metadata))
        .map_err(|error| broken("safetensors file", "not writable", error.to_string()))
}

fn stored_value(value: f32, precision: Precision) -> f32 {
    match precision {
        Precision::F32 => value,
        Precision::F16 => f16::from_f32(value).to_f32(),
    }
}
