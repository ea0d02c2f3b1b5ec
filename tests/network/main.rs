//! Networks: gradients, properties, training, files, and the network that ships.

mod file;
mod gradients;
mod inference;
mod layers;
mod repeatable;
mod residual;
mod shipped;
mod training;
mod words;

use ndarray::{ArrayD, IxDyn};

/// Values from −1 to 1 without a pattern, the same every time; all different for up to 997 of them.
fn values(shape: &[usize], seed: usize) -> ArrayD<f32> {
    let count: usize = shape.iter().product();
    let value = |i: usize| ((i + seed) * 607 % 997) as f32 / 498.0 - 1.0;
    ArrayD::from_shape_vec(IxDyn(shape), (0..count).map(value).collect()).unwrap()
}
