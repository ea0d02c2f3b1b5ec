//! Reading: eight bytes of length, a JSON header, and the tensors' bytes.
//!
//! The `safetensors` crate reads the same files (it is the oracle of the tests), but brings serde's derived readers, hash
//! maps and sorting into what a visitor loads. Here a tensor is F32, F16 or I8, and nothing is read twice.

use super::{Precision, broken, scale_name};
use crate::error::{Error, Result};
use crate::nn::architecture::count;
use crate::nn::tensor::Tensor;
use crate::options::{Datum, Options};
use crate::shown::{Shown, quoted};
use half::f16;
use serde::de::DeserializeOwned;

/// The longest header that is read: an architecture of the largest size allowed needs a tenth of it.
const MAX_HEADER: u64 = 1 << 20;
/// The most tensors: 256 layers with four parameters each, and three times as many again for what training keeps.
const MAX_TENSORS: usize = 256 * 4 * 4;
/// Bytes before the header: its length, little-endian.
const LENGTH: usize = 8;
/// The name in the header that is no tensor's.
const METADATA: &str = "__metadata__";

/// A file that was read: its tensors and its JSON document.
pub struct TensorFile<'a> {
    tensors: Vec<Entry>,
    document: String,
    data: &'a [u8],
}

/// What the header says of a tensor.
struct Entry {
    name: String,
    precision: Precision,
    shape: Vec<usize>,
    /// Where its bytes begin and end among the data.
    start: usize,
    end: usize,
}

impl<'a> TensorFile<'a> {
    /// Reads the header; `key` names the JSON document among the metadata.
    ///
    /// # Errors
    /// When the bytes are not a whole safetensors file of F32, F16 and I8 tensors with such a document.
    pub fn read(bytes: &'a [u8], key: &'static str) -> Result<Self> {
        let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() else {
            let rule = "a safetensors file begins with 8 bytes, its header's length";
            return Err(broken("file size", bytes.len(), rule));
        };
        let length = u64::from_le_bytes(*length);
        if length > MAX_HEADER || length > rest.len() as u64 {
            let rule = format!("at most {MAX_HEADER} is allowed, and {} bytes follow", rest.len());
            return Err(broken("safetensors header length", length, rule));
        }
        let (header, data) = rest.split_at(length as usize);
        let header = Options::from_json(header)
            .ok_or_else(|| broken("safetensors header", "not readable", "it must be a JSON object"))?;
        let (mut tensors, mut document) = (Vec::new(), None);
        for (name, value) in header.entries() {
            match value {
                Datum::Object(value) if name == METADATA => {
                    let found = value.entries().iter().find(|(name, _)| name == key).map(|(_, document)| document);
                    document = document.or(found);
                }
                Datum::Null if name == METADATA => {}
                Datum::Object(value) => tensors.push(Entry::read(name, value)?),
                _ => return Err(in_header(name, "entry", value, "it must be an object")),
            }
        }
        check_places(&tensors, data.len())?;
        let Some(Datum::Text(document)) = document else {
            let rule = "the file's metadata must have it: it was not written by Deep End";
            return Err(broken(key, "absent", rule));
        };
        Ok(Self { tensors, document: document.clone(), data })
    }

    /// The JSON document, whatever it describes.
    ///
    /// # Errors
    /// When it is not what `T` describes.
    pub fn metadata<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.document).map_err(|error| broken("metadata", "not readable", error.to_string()))
    }

    /// The JSON document as options.
    ///
    /// # Errors
    /// When it is no object.
    pub(crate) fn document(&self) -> Result<Options> {
        Options::from_json(self.document.as_bytes())
            .ok_or_else(|| broken("metadata", "not readable", "it must be a JSON object"))
    }

    /// Refuses tensors with other names, but for the scales of those that are in 8 bits.
    ///
    /// # Errors
    /// Names a tensor that is not among `names`.
    pub fn expect_only<'n>(&self, names: impl Iterator<Item = &'n str> + Clone) -> Result<()> {
        let scales = |name: &str| {
            let of = |tensor: &Entry| tensor.precision == Precision::I8 && scale_name(&tensor.name) == name;
            self.tensors.iter().any(of)
        };
        let unknown = |tensor: &&Entry| !names.clone().any(|name| name == tensor.name) && !scales(&tensor.name);
        match self.tensors.iter().find(unknown) {
            Some(tensor) => Err(broken("tensor", quoted(&tensor.name), "the architecture has no such parameter")),
            None => Ok(()),
        }
    }

    /// The tensor `name`, which must have this shape and only finite values. In 8 bits it may be where `channels` says which
    /// axis has a scale for each cell; the scales are another tensor.
    ///
    /// # Errors
    /// When it is missing or different.
    pub fn tensor(&self, name: &str, shape: &[usize], channels: Option<usize>) -> Result<Tensor> {
        let entry = self.entry(name, shape)?;
        let bytes = self.bytes(entry);
        let values = match (entry.precision, channels) {
            (Precision::I8, None) => {
                return Err(broken(["type of ", name].concat(), "I8", "only the weights of layers may be in 8 bits"));
            }
            (Precision::I8, Some(axis)) => {
                let scales = self.scales(name, shape[axis])?;
                let inner = shape[axis + 1..].iter().product::<usize>().max(1);
                let value = |(index, byte): (usize, &u8)| f32::from(*byte as i8) * scales[index / inner % scales.len()];
                bytes.iter().enumerate().map(value).collect()
            }
            (precision, _) => floats(bytes, precision),
        };
        check_finite(name, &values)?;
        Tensor::new(shape.to_vec(), values)
    }

    /// The scales of tensor `name`, one for each of its `channels`.
    fn scales(&self, name: &str, channels: usize) -> Result<Vec<f32>> {
        let name = scale_name(name);
        let entry = self.entry(&name, &[channels])?;
        if entry.precision == Precision::I8 {
            return Err(broken(["type of ", &name].concat(), "I8", "scales are F32 or F16"));
        }
        let scales = floats(self.bytes(entry), entry.precision);
        check_finite(&name, &scales)?;
        match scales.iter().position(|scale| *scale < 0.0) {
            Some(at) => {
                Err(broken([&name, ", value ", &at.shown()].concat(), scales[at], "a scale must be at least 0"))
            }
            None => Ok(scales),
        }
    }

    fn entry(&self, name: &str, shape: &[usize]) -> Result<&Entry> {
        let Some(entry) = self.tensors.iter().find(|tensor| tensor.name == name) else {
            return Err(broken("tensor", quoted(name), "the architecture needs it, the file lacks it"));
        };
        if entry.shape != shape {
            let rule = ["the architecture asks for ", &shape.shown()].concat();
            return Err(broken(["shape of ", name].concat(), entry.shape.as_slice(), rule));
        }
        Ok(entry)
    }

    fn bytes(&self, entry: &Entry) -> &'a [u8] {
        self.data.get(entry.start..entry.end).unwrap_or_default()
    }
}

fn floats(bytes: &[u8], precision: Precision) -> Vec<f32> {
    match precision {
        Precision::F16 => bytes.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect(),
        _ => bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
    }
}

fn check_finite(name: &str, values: &[f32]) -> Result<()> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(at) => Err(broken([name, ", value ", &at.shown()].concat(), values[at], "it must be finite")),
        None => Ok(()),
    }
}

impl Entry {
    fn read(name: &str, options: &Options) -> Result<Self> {
        let described = |error: Error| in_header(name, error.parameter(), error.value(), error.rule());
        let list = |key| {
            let list = options.wholes(key).and_then(|list| options.required(key, list));
            list.map_err(described)
        };
        options.only(&["dtype", "shape", "data_offsets"]).map_err(described)?;
        let (shape, offsets) = (list("shape")?, list("data_offsets")?);
        let dtype = options.text("dtype").map_err(described)?.unwrap_or("missing");
        let (precision, width) = match dtype {
            "F32" => (Precision::F32, 4),
            "F16" => (Precision::F16, 2),
            "I8" => (Precision::I8, 1),
            other => return Err(broken(["type of ", name].concat(), other, "a network's tensors are F32, F16 or I8")),
        };
        let [start, end] = offsets[..] else {
            return Err(in_header(name, "data_offsets", offsets.as_slice(), "they must be two: [begin, end]"));
        };
        let bytes = count(&shape).and_then(|cells| cells.checked_mul(width));
        if bytes.is_none() || end.checked_sub(start) != bytes {
            let rule = ["they must be as many bytes apart as the shape needs, ", &shape.shown()].concat();
            return Err(in_header(name, "data_offsets", offsets.as_slice(), &rule));
        }
        Ok(Self { name: name.to_owned(), precision, shape, start, end })
    }
}

/// An error about a part of what the header says of a tensor.
#[cold]
#[inline(never)]
fn in_header(name: &str, part: &str, value: impl Shown, rule: &str) -> Error {
    let parameter = [part, " of ", name, " in the safetensors header"].concat();
    broken(parameter, value, rule.to_owned())
}

/// Names differ, and together the tensors are all of the data, none upon another.
fn check_places(tensors: &[Entry], data: usize) -> Result<()> {
    if tensors.len() > MAX_TENSORS {
        return Err(broken("number of tensors", tensors.len(), format!("at most {MAX_TENSORS} are allowed")));
    }
    let mut total = 0usize;
    for (index, tensor) in tensors.iter().enumerate() {
        let Entry { name, start, end, .. } = tensor;
        for other in &tensors[..index] {
            if other.name == *name {
                return Err(broken("tensor", quoted(name), "the safetensors header has it twice"));
            }
            if *start < other.end && other.start < *end {
                return Err(in_header(name, "data_offsets", [*start, *end], "the bytes must be of no other tensor"));
            }
        }
        if *end > data {
            return Err(too_few(*end, data));
        }
        // No overflow: none of them is longer than the data, and none lies upon another.
        total += end - start;
    }
    if total == data { Ok(()) } else { Err(too_few(total, data)) }
}

#[cold]
fn too_few(tensors: usize, data: usize) -> Error {
    let rule = format!("the file has {data} after its header: it is cut off, or not what its header says");
    broken("bytes of tensors", tensors, rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use safetensors::SafeTensors;

    /// Tensors' widths of a value, numbers of values and begins, and how many bytes of data there are.
    fn file(tensors: &[(usize, usize, usize)], data: usize) -> Vec<u8> {
        let entry = |(index, (kind, cells, start)): (usize, &(usize, usize, usize))| {
            let (dtype, width) = [("I8", 1), ("F16", 2), ("F32", 4)][*kind];
            let end = start + cells * width;
            format!(r#","t{index}":{{"dtype":"{dtype}","shape":[{cells}],"data_offsets":[{start},{end}]}}"#)
        };
        let entries: String = tensors.iter().enumerate().map(entry).collect();
        let header = [r#"{"__metadata__":{"key":"{}"}"#, &entries, "}"].concat();
        [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; data]].concat()
    }

    proptest! {
        #[test]
        fn the_crate_and_this_take_the_same_layouts(
            tensors in prop::collection::vec((0..3usize, 0..3usize, 0..5usize), 0..4),
            data in 0..12usize,
        ) {
            let tensors: Vec<_> = tensors.into_iter().map(|(kind, cells, start)| (kind, cells, start * 2)).collect();
            let bytes = file(&tensors, data);
            let read = TensorFile::read(&bytes, "key");
            prop_assert_eq!(read.is_ok(), SafeTensors::deserialize(&bytes).is_ok(), "{:?}", read.err());
        }
    }
}
