//! Safetensors files with one JSON document in their metadata: networks and checkpoints.
//!
//! A file may come from anyone. Every length is compared with the bytes that are there before anything is allocated for
//! it, every shape with what the architecture asks for, and a value that is not finite is refused.

use crate::error::{Error, ErrorKind, Result};
use half::f16;
use ndarray::{ArrayD, ArrayViewD, IxDyn};
use safetensors::tensor::{Dtype, Metadata, TensorView, serialize};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::{HashMap, HashSet};

/// The longest header that is read: an architecture of the largest size allowed needs a tenth of it.
const MAX_HEADER: u64 = 1 << 20;
/// Bytes before the header: its length, little-endian.
const LENGTH: usize = 8;

/// How a weight is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Exactly as it is.
    F32,
    /// In half the bytes: 11 significant bits, up to 65,504.
    F16,
}

/// A file that was read: its tensors and its JSON document.
pub struct TensorFile<'a> {
    header: Metadata,
    document: String,
    data: &'a [u8],
}

fn broken(parameter: impl Into<std::borrow::Cow<'static, str>>, value: impl std::fmt::Display, rule: String) -> Error {
    Error::new(ErrorKind::Format, parameter, value, rule)
}

impl<'a> TensorFile<'a> {
    /// Reads the header; `key` names the JSON document among the metadata.
    ///
    /// # Errors
    /// When the bytes are not a whole safetensors file with such a document.
    pub fn read(bytes: &'a [u8], key: &'static str) -> Result<Self> {
        let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() else {
            return Err(broken(
                "file size",
                bytes.len(),
                "a safetensors file begins with 8 bytes, its header's length".into(),
            ));
        };
        let length = u64::from_le_bytes(*length);
        if length > MAX_HEADER || length > rest.len() as u64 {
            let rule = format!("at most {MAX_HEADER} is allowed, and {} bytes follow", rest.len());
            return Err(broken("safetensors header length", length, rule));
        }
        let (header, data) = rest.split_at(length as usize);
        // The crate's own `SafeTensors::deserialize` adds the offsets up without looking for an overflow.
        let header: Metadata = serde_json::from_slice(header)
            .map_err(|error| broken("safetensors header", "not readable", error.to_string()))?;
        if header.data_len() != data.len() {
            let rule =
                format!("the file has {} after its header: it is cut off, or not what its header says", data.len());
            return Err(broken("bytes of tensors", header.data_len(), rule));
        }
        let document = header.metadata().as_ref().and_then(|metadata| metadata.get(key)).cloned();
        let Some(document) = document else {
            return Err(broken(
                key,
                "absent",
                "the file's metadata must have it: it was not written by Deep End".into(),
            ));
        };
        Ok(Self { header, document, data })
    }

    /// The JSON document.
    ///
    /// # Errors
    /// When it is not what `T` describes.
    pub fn metadata<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.document).map_err(|error| broken("metadata", "not readable", error.to_string()))
    }

    /// Refuses tensors with other names.
    ///
    /// # Errors
    /// Names a tensor that is not among `names`.
    pub fn expect_only<'n>(&self, names: impl Iterator<Item = &'n str>) -> Result<()> {
        let names: HashSet<&str> = names.collect();
        match self.header.offset_keys().into_iter().find(|name| !names.contains(name.as_str())) {
            Some(name) => Err(broken("tensor", format!("{name:?}"), "the architecture has no such parameter".into())),
            None => Ok(()),
        }
    }

    /// The tensor `name`, f32 or f16, which must have this shape and only finite values.
    ///
    /// # Errors
    /// When it is missing or different.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<ArrayD<f32>> {
        let Some(info) = self.header.info(name) else {
            return Err(broken("tensor", format!("{name:?}"), "the architecture needs it, the file lacks it".into()));
        };
        if info.shape != shape {
            let rule = format!("the architecture asks for {shape:?}");
            return Err(broken(format!("shape of {name}"), format!("{:?}", info.shape), rule));
        }
        let (start, end) = info.data_offsets;
        let bytes = self.data.get(start..end).unwrap_or(&[]);
        let values: Vec<f32> = match info.dtype {
            Dtype::F32 => bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            Dtype::F16 => bytes.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect(),
            other => return Err(broken(format!("type of {name}"), other, "a network's tensors are F32 or F16".into())),
        };
        if let Some((index, value)) = values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
            return Err(broken(format!("{name}, value {index}"), value, "it must be finite".into()));
        }
        ArrayD::from_shape_vec(IxDyn(shape), values)
            .map_err(|error| broken(format!("shape of {name}"), format!("{shape:?}"), error.to_string()))
    }
}

/// A safetensors file of these tensors and one JSON document; the same input gives the same bytes.
///
/// # Errors
/// When a value is not finite, or becomes infinite in `precision`.
pub fn write<T: Serialize>(
    tensors: &[(String, ArrayViewD<f32>)],
    precision: Precision,
    key: &str,
    document: &T,
) -> Result<Vec<u8>> {
    let document =
        serde_json::to_string(document).map_err(|error| broken("metadata", "not writable", error.to_string()))?;
    let mut stored = Vec::with_capacity(tensors.len());
    for (name, values) in tensors {
        if let Some(value) = values.iter().find(|value| !stored_value(**value, precision).is_finite()) {
            return Err(broken(name.clone(), value, format!("it must be finite as {precision:?}")));
        }
        let bytes: Vec<u8> = match precision {
            Precision::F32 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Precision::F16 => values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect(),
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
