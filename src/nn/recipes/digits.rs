//! `digits`, for MNIST and for digits that people draw.

use crate::error::Result;
use crate::nn::architecture::Architecture;
use crate::nn::augment::Augmentation;
use crate::nn::layers::{BatchNorm2d, Conv2d, Flatten, Layer, Linear, PoolLayer, Relu};
use crate::nn::optimizer::{OneCycle, Optimizer};
use crate::nn::settings::Settings;
use crate::options::{Datum, Options};

/// How a network's feature maps become smaller: a pooling, or what stands in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Downsampling {
    /// Max pooling of 2 × 2.
    Max,
    /// Average pooling of 2 × 2.
    Average,
    /// L2 pooling of 2 × 2.
    Lp,
    /// Stochastic pooling of 2 × 2: draws in training, their mean at inference (Zeiler and Fergus 2013).
    Stochastic,
    /// Fractional max pooling over overlapping pseudo-random regions (Graham 2014), drawn anew in each training step and
    /// fixed at inference. Regions of two cells each would leave nothing to draw, so maps become 13, 7 and 3 cells wide.
    Fractional,
    /// Max pooling with a binomial filter of three taps before every second cell is taken (Zhang 2019).
    Blur,
    /// Half of max and half of average pooling of 2 × 2.
    Mixed,
    /// No pooling: the convolution before it takes every second cell (Springenberg et al. 2015). The last one is not padded,
    /// so that the maps end as 3 × 3 here too.
    Strided,
    /// Neither pooling nor strides: convolutions without padding whose taps lie 1, 2, 3 and 7 cells apart (Yu and Koltun
    /// 2016) see as much of the digit, and end in 3 × 3 cells too.
    None,
}

impl Downsampling {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Max,
        Self::Average,
        Self::Lp,
        Self::Stochastic,
        Self::Fractional,
        Self::Blur,
        Self::Mixed,
        Self::Strided,
        Self::None,
    ];

    /// The word for it in commands and file names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::Average => "average",
            Self::Lp => "lp",
            Self::Stochastic => "stochastic",
            Self::Fractional => "fractional",
            Self::Blur => "blur",
            Self::Mixed => "mixed",
            Self::Strided => "strided",
            Self::None => "none",
        }
    }

    /// The pooling that halves maps; `cells` is what fractional pooling makes of them.
    pub(super) fn layer(self, cells: usize) -> Result<Option<Layer>> {
        let size = ("kernelSize", Datum::from(2));
        let options = match self {
            Self::Max => vec![size, ("method", "max".into())],
            Self::Average => vec![size, ("method", "average".into())],
            Self::Lp => vec![size, ("method", "lp".into()), ("normType", 2.into())],
            Self::Stochastic => vec![size, ("method", "stochastic-mean".into())],
            Self::Fractional => vec![
                ("method", "max".into()),
                ("outputSize", cells.into()),
                ("fractional", "pseudorandom".into()),
                ("overlapping", Datum::Flag(true)),
                ("seed", 1.into()),
            ],
            Self::Blur => vec![size, ("method", "max-blur".into()), ("filterSize", 3.into())],
            Self::Mixed => vec![size, ("method", "mixed".into()), ("alpha", Datum::Number(0.5))],
            Self::Strided | Self::None => return Ok(None),
        };
        let options = Options::of(options.into_iter().map(|(name, value)| (name.to_owned(), value)));
        Ok(Some(Layer::Pool(PoolLayer::try_from(options)?)))
    }
}

/// [`digits_with`] max pooling: the network that reads what people draw.
///
/// # Errors
/// Never: the sizes fit.
pub fn digits() -> Result<Architecture> {
    digits_with(Downsampling::Max)
}

/// Three times convolution and downsampling, 9,218 weights after batch norm is folded, whatever the downsampling.
///
/// # Errors
/// Never: the sizes fit.
pub fn digits_with(downsampling: Downsampling) -> Result<Architecture> {
    let mut layers = Vec::new();
    // Channels, the cells that fractional pooling leaves, and the distance of the taps where nothing makes the maps smaller.
    let stages = [(1, 8, Some(13), 1), (8, 16, None, 2), (16, 16, Some(7), 3), (16, 24, Some(3), 7)];
    for (from, to, cells, apart) in stages {
        let conv = Conv2d { bias: false, ..Conv2d::new(from, to, [3, 3]).padding([[1, 1], [1, 1]]) };
        let conv = match (downsampling, cells) {
            (Downsampling::Strided, Some(3)) => Conv2d { stride: [2, 2], padding: [[0; 2]; 2], ..conv },
            (Downsampling::Strided, Some(_)) => Conv2d { stride: [2, 2], ..conv },
            // One row and column of padding bring 28 cells to 27, 23, 17 and 3.
            (Downsampling::None, _) if apart == 1 => conv.padding([[0, 1], [0, 1]]),
            (Downsampling::None, _) => Conv2d { dilation: [apart; 2], ..conv.padding([[0; 2]; 2]) },
            _ => conv,
        };
        layers.extend([Layer::Conv2d(conv), Layer::BatchNorm2d(BatchNorm2d::new(to)), Layer::Relu(Relu {})]);
        if let Some(cells) = cells {
            layers.extend(downsampling.layer(cells)?);
        }
    }
    layers.extend([Layer::Flatten(Flatten {}), Layer::Linear(Linear::new(24 * 3 * 3, 10))]);
    Architecture::new([1, 28, 28], (0..10).map(|digit| digit.to_string()).collect(), layers)
}

/// How `digits` is trained; chosen on the last 5,000 of MNIST's training images.
pub fn digits_settings(seed: u64, epochs: u32) -> Settings {
    Settings {
        seed,
        epochs,
        batch_size: 128,
        optimizer: Optimizer::Sgd { momentum: 0.9, weight_decay: 5e-4 },
        learning_rate: OneCycle { peak: 0.2, warm_up: 0.25 },
        augmentation: Augmentation {
            shift: 2.0,
            rotation: 12.0,
            scale: 0.12,
            shear: 0.2,
            thickness: 0.5,
            ..Augmentation::default()
        },
        average: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_downsampling_has_the_same_weights_and_ends_in_the_same_maps() {
        for downsampling in Downsampling::ALL {
            let architecture = digits_with(downsampling).unwrap();
            let weights: usize = architecture.parameters().map(|(_, _, p)| p.shape.iter().product::<usize>()).sum();
            assert_eq!(weights, 9410, "{}", downsampling.word());
            let shapes = architecture.shapes().unwrap();
            assert_eq!(shapes[shapes.len() - 3], [24, 3, 3], "{}", downsampling.word());
        }
    }
}
