//! Pooling layers.

pub mod error;
