//! Pooling of arrays, resident maps and pictures; geometry.

mod layer;
pub(super) mod maps;
pub(super) mod numbers;
mod picture;
mod pool;
