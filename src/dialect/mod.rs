//! todo
mod arguments;
mod differences;
mod limits;
mod nodes;
mod operand;
mod operators;
mod print;
mod read;
mod rules;
mod rust;
mod source;
mod write;
mod written;

pub use differences::{Answer, Difference, Differences, Reads, Reason, ValueDifference, differences};
pub use rules::{EmptyMean, Meaning, Nan, Rules};
pub use rust::rust;
pub use written::Written;

use crate::error::Result;
use crate::pool::Pool;

/// A framework's way to write a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// PyTorch: `torch.nn` and `torch.nn.functional`.
    PyTorch,
    /// ONNX: nodes made by `onnx.helper.make_node`, or onnxscript's `op`.
    Onnx,
    /// Keras: `keras.layers` and `keras.ops`; and TensorFlow's `tf.nn`.
    Keras,
    /// Flax: `flax.linen`, and `flax.nnx`, which has the same functions.
    Flax,
}

/// Where an input's channels are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// (N, C, spatial…).
    ChannelsFirst,
    /// (N, spatial…, C).
    ChannelsLast,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 4] = [Self::PyTorch, Self::Onnx, Self::Keras, Self::Flax];

    /// The framework's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::PyTorch => "PyTorch",
            Self::Onnx => "ONNX",
            Self::Keras => "Keras",
            Self::Flax => "Flax",
        }
    }

    /// The layout that a layer has when its line does not say.
    pub fn layout(self) -> Layout {
        match self {
            Self::PyTorch | Self::Onnx => Layout::ChannelsFirst,
            Self::Keras | Self::Flax => Layout::ChannelsLast,
        }
    }

    /// Whether a stride that is not written is the kernel's size; else it is 1.
    fn stride_is_kernel(self) -> bool {
        matches!(self, Self::PyTorch | Self::Keras)
    }

    /// Whether a mean counts padding when the line does not say.
    fn counts_padding(self) -> bool {
        matches!(self, Self::PyTorch | Self::Flax)
    }

    /// Reads a layer from a line of this dialect.
    ///
    /// # Errors
    /// As [`read`]; and when the operator is not one of this dialect.
    pub fn read(self, source: &str) -> Result<Written> {
        read::read(source, Some(self))
    }

    /// todo
    ///
    /// # Errors
    /// todo
    pub fn write(self, pool: &Pool, spatial: &[usize], layout: Layout) -> Result<String> {
        write::write(self, pool, spatial, layout)
    }
}

/// Reads a layer from a line of any dialect: the operator's name tells which.
///
/// # Errors
/// When the line is not a call of a pooling layer, has an argument that the layer does not, or a value that the
/// framework refuses. The message names it, and says what there is.
pub fn read(source: &str) -> Result<Written> {
    read::read(source, None)
}
