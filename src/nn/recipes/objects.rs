//! `objects`, for CIFAR-10: a small residual network.

use super::Downsampling;
use crate::error::{Error, ErrorKind, Result};
use crate::nn::architecture::{Architecture, Preprocessing};
use crate::nn::augment::Augmentation;
use crate::nn::layers::{Add, BatchNorm2d, Conv2d, Flatten, Layer, Linear, PoolLayer, Relu};
use crate::nn::optimizer::{OneCycle, Optimizer};
use crate::nn::settings::Settings;
use crate::options::{Datum, Options};

/// CIFAR-10's classes, in its order.
const LABELS: [&str; 10] = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/// Mean and standard deviation of the training images' channels.
const MEAN: [f32; 3] = [0.4913, 0.4821, 0.4465];
const STD: [f32; 3] = [0.2452, 0.2428, 0.2606];

/// A convolution and a residual block at each of three sizes, 18, 36 and 60 channels wide, with downsampling between them,
/// then the mean of every channel: layer for layer what `training/objects.py` builds.
///
/// # Errors
/// When the downsampling leaves no room for a residual block: fractional and none.
pub fn objects(downsampling: Downsampling) -> Result<Architecture> {
    if matches!(downsampling, Downsampling::Fractional | Downsampling::None) {
        let rule = "objects halves its maps: by pooling windows of 2 × 2, or by strides";
        return Err(Error::new(ErrorKind::Parameter, "pooling", downsampling.word(), rule));
    }
    let mut layers = Vec::new();
    let mut blocks = 0;
    for (from, to) in [(3, 18), (18, 36), (36, 60)] {
        let pool = if from == 3 { None } else { downsampling.layer(0)? };
        let strided = from > 3 && pool.is_none();
        layers.extend(pool);
        let conv = |from, stride| {
            let conv = Conv2d { bias: false, stride: [stride; 2], ..Conv2d::new(from, to, [3, 3]) };
            [Layer::Conv2d(conv.padding([[1, 1], [1, 1]])), Layer::BatchNorm2d(BatchNorm2d::new(to))]
        };
        layers.extend(conv(from, if strided { 2 } else { 1 }));
        layers.push(Layer::Relu(Relu {}));
        layers.extend(conv(to, 1));
        layers.push(Layer::Relu(Relu {}));
        layers.extend(conv(to, 1));
        // The ReLU that the block began with: there are three in each stage.
        layers.push(Layer::Add(Add::new(format!("relu_{}", 3 * blocks + 1))));
        layers.push(Layer::Relu(Relu {}));
        blocks += 1;
    }
    let mean = [("method", "average".into()), ("global", Datum::Flag(true))];
    let mean = Options::of(mean.map(|(name, value)| (name.to_owned(), value)));
    layers.extend([
        Layer::Pool(PoolLayer::try_from(mean)?),
        Layer::Flatten(Flatten {}),
        Layer::Linear(Linear::new(60, LABELS.len())),
    ]);
    let architecture = Architecture::new([3, 32, 32], LABELS.map(String::from).to_vec(), layers)?;
    let preprocessing = Preprocessing { mean: MEAN.to_vec(), std: STD.to_vec() };
    Ok(Architecture { preprocessing, ..architecture })
}

/// How `objects` is trained: the numbers of `training/objects.py`.
pub fn objects_settings(seed: u64, epochs: u32) -> Settings {
    Settings {
        seed,
        epochs,
        batch_size: 256,
        optimizer: Optimizer::Sgd { momentum: 0.9, weight_decay: 5e-4 },
        learning_rate: OneCycle { peak: 0.4, warm_up: 0.2 },
        augmentation: Augmentation { crop: 4, flip: true, ..Augmentation::default() },
        average: 0.998,
    }
}
