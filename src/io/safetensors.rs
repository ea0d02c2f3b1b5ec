//! Safetensors files with one JSON document in their metadata: networks and checkpoints.
//!
//! A file may come from anyone. Every length is compared with the bytes that are there before anything is allocated for
//! it, every shape with what the architecture asks for, and a value that is not finite is refused.

mod read;
mod write;

pub use read::TensorFile;
pub use write::{Named, write};

use crate::error::{Error, ErrorKind};
use crate::shown::Shown;
use std::borrow::Cow;

/// How a weight is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Exactly as it is.
    F32,
    /// In half the bytes: 11 significant bits, up to 65,504.
    F16,
    /// A quarter of the bytes: a whole number from −127 to 127, times a scale that each output channel of a weight has for
    /// itself. What is no weight is stored as F16.
    I8,
}

/// The name of the tensor that has the scales of one in 8 bits.
fn scale_name(name: &str) -> String {
    [name, "_scale"].concat()
}

#[cold]
fn broken(parameter: impl Into<Cow<'static, str>>, value: impl Shown, rule: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Format, parameter, value, rule)
}
