//! The networks that ship: how each is built and trained.

use super::architecture::Architecture;
use super::augment::Augmentation;
use super::layers::{BatchNorm2d, Conv2d, Flatten, Layer, Linear, PoolLayer, Relu};
use super::optimizer::{OneCycle, Optimizer};
use super::settings::Settings;
use crate::error::Result;

/// `digits`, for MNIST and for digits that people draw: three times convolution and max pooling, 9,200 weights.
///
/// # Errors
/// Never: the sizes fit.
pub fn digits() -> Result<Architecture> {
    let convolution = |from, to| {
        let conv = Conv2d { bias: false, ..Conv2d::new(from, to, [3, 3]).padding([[1, 1], [1, 1]]) };
        [Layer::Conv2d(conv), Layer::BatchNorm2d(BatchNorm2d::new(to)), Layer::Relu(Relu {})]
    };
    let pool = [Layer::Pool(PoolLayer::max(2)?)];
    let layers = convolution(1, 8)
        .into_iter()
        .chain(pool.clone())
        .chain(convolution(8, 16))
        .chain(convolution(16, 16))
        .chain(pool.clone())
        .chain(convolution(16, 24))
        .chain(pool.clone())
        .chain([Layer::Flatten(Flatten {}), Layer::Linear(Linear::new(24 * 3 * 3, 10))]);
    Architecture::new([1, 28, 28], (0..10).map(|digit| digit.to_string()).collect(), layers.collect())
}

/// How `digits` is trained; chosen on the last 5,000 of MNIST's training images.
pub fn digits_settings(seed: u64, epochs: u32) -> Settings {
    Settings {
        seed,
        epochs,
        batch_size: 128,
        optimizer: Optimizer::Sgd { momentum: 0.9, weight_decay: 5e-4 },
        learning_rate: OneCycle { peak: 0.2, warm_up: 0.25 },
        augmentation: Augmentation { shift: 2.0, rotation: 12.0, scale: 0.12, shear: 0.2, thickness: 0.5 },
    }
}
