//! Layers as PyTorch, ONNX, Keras (with TensorFlow's `tf.nn`) and Flax write them.
//!
//! A line of source is [read] into a [`Written`]: the parameters in the dialect's words, nothing evaluated. With an
//! input's extents it becomes a [`Pool`] of this crate, SAME padding in cells and all, and a [`Meaning`]: that layer
//! and the [`Rules`] in which the dialect departs from this crate. [`Dialect::write`] goes back to source, and says why
//! where a framework has no words for a layer. [`differences`] lists the output cells in which two lines differ.
//!
//! ```
//! use deep_end::dialect::{self, Dialect};
//! use deep_end::{Pool, Pooling, Window};
//! let layer = dialect::read("nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True)")?.layer(&[6, 6])?;
//! let source = Dialect::Flax.write(&layer, &[6, 6], Dialect::Flax.layout())?;
//! assert_eq!(source, "nn.max_pool(x, window_shape=(3, 3), strides=(2, 2), padding=((1, 2), (1, 2)))");
//! let dilated = Pool::new(Pooling::average(), Window::new([2]).dilation([2]))?;
//! let refused = Dialect::Keras.write(&dilated, &[8], Dialect::Keras.layout());
//! assert_eq!(refused.unwrap_err().to_string(), "dilation is [2]: Keras pools without dilation");
//! # Ok::<(), deep_end::Error>(())
//! ```
//!
//! Who does what:
//!
//! | | PyTorch | ONNX | Keras | Flax |
//! | --- | --- | --- | --- | --- |
//! | stride left out | the kernel's size | 1 | the pool's size | 1 |
//! | padding | in cells, both sides alike, at most half of the kernel | in cells, each side, below the kernel (ONNX Runtime); SAME_UPPER, SAME_LOWER | valid, same | in cells, each side; SAME, SAME_LOWER |
//! | dilation | maximum | yes | no | no |
//! | `ceil_mode` | yes | yes | no | no |
//! | a mean counts padding | unless told | if told | never | unless told |
//! | another divisor | 2-D, 3-D | no | no | no |
//! | Lp | powers of x, partial windows scaled up; no padding | norm of \|x\|, whole p | no | no |
//! | minimum | −max(−x) | Neg, MaxPool, Neg | −max(−x) | `nnx.min_pool` |
//! | adaptive | yes | no | since 3.13 | no |
//! | global | adaptive, to 1 | yes | yes | a window of the input's size |
//! | NaN under the maximum | wins | not specified | not specified: the backend's | wins |
//! | mean of no cells | never happens | 0 (ONNX Runtime) or NaN (reference) | never happens | NaN |
//! | layout | channels first | channels first | last; `data_format` | channels last |
//!
//! A last window that would begin in the padding after the input is dropped by PyTorch and ONNX alike, and neither
//! counts what hangs over in a mean's divisor; ONNX Runtime did until 1.31 (pytorch/pytorch#183528). Executed with
//! PyTorch 2.15, ONNX 1.23 under ONNX Runtime 1.32, Keras 3.15 on JAX 0.10 and Flax 0.12: `tests/dialect_vectors`.
//! SAME in ONNX is the standard's formula, which counts the dilation; ONNX Runtime leaves it out, so nothing is written
//! with `auto_pad`.
mod alike;
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

    /// `pool` as a line of this dialect, exact for inputs with these spatial extents: the framework's own layer, or,
    /// where that cannot say it, what one would write around it (`F.pad` before it, −max(−x)) with `x` as the input.
    /// In Flax's lines `nn` is `flax.linen`, `nnx` is `flax.nnx` and `jnp` is `jax.numpy`; in PyTorch's `nn` is
    /// `torch.nn` and `F` is `torch.nn.functional`.
    ///
    /// ```
    /// use deep_end::dialect::{Dialect, Layout};
    /// use deep_end::{Pool, Pooling, Window};
    /// // What Keras's "same" is on 8 × 8: a row and a column after the input, which ceil_mode hangs over.
    /// let layer = Pool::new(Pooling::Max, Window::new([3, 3]).stride([2, 2]).padding([[0, 1], [0, 1]]))?;
    /// let source = Dialect::PyTorch.write(&layer, &[8, 8], Layout::ChannelsFirst)?;
    /// assert_eq!(source, "nn.MaxPool2d(3, stride=2, ceil_mode=True)");
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the layer does not fit the extents; and when the dialect cannot say it: which parameter, and why.
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
