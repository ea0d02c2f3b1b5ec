//! Pooling of arrays, resident maps and pictures; geometry.

mod layer;
mod maps;
mod numbers;
mod picture;
mod pool;
