//! Pooling layers: max, average and Lp over sliding windows, adaptive regions and whole feature maps, forward and
//! backward, in one, two and three spatial axes, with results that agree with PyTorch's.
//!
//! | module | what |
//! | --- | --- |
//! | [`pool`] | the methods: [`Pool`] is a [`Pooling`] over a [`Geometry`], applied to (N, C, spatial…) arrays |
//! | [`geometry`] | what each output cell reads: windows, padding, dilation, ceil mode, adaptive regions; integers only |
//! | [`inspect`] | what a layer does with single cells: windows, shares, readers, coverage, receptive fields, traces |
//! | [`nn`] | small networks: layers, running, training, preparing a drawn digit |
//! | [`io`] | files: feature maps as npy, networks as safetensors, MNIST's IDX |
//! | [`render`] | from numbers to pixels: colour maps, photographs |
//! | [`stages`] | what stands around pooling in a stack: filters, the rectifier, test patterns |
//! | [`dialect`] | layers as PyTorch, ONNX, Keras and Flax write them: reading, writing, where they differ |
//! | [`options`] | calls as plain data: what JavaScript objects and files say |
//! | [`error`] | the one error type: parameter, value, rule |

pub mod dialect;
pub mod error;
pub mod geometry;
pub mod inspect;
pub mod io;
mod kernel;
pub mod nn;
pub mod options;
pub mod pool;
mod random;
pub mod render;
mod shown;
pub mod stages;

pub use error::{Error, Result};
pub use geometry::{Geometry, Window};
pub use pool::{Element, Pool, PoolOptions, Pooling, PreparedPool};
pub use shown::Shown;

#[cfg(all(target_arch = "wasm32", any(feature = "pooling", feature = "networks", feature = "training")))]
mod js;

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
