//! Pooling of arrays, resident maps and pictures; geometry; colours.

mod color;
mod layer;
mod maps;
mod numbers;
mod picture;
mod pool;
