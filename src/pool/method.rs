//! What each method means, and the one place that leads from its name to its arithmetic.
//!
//! Rules that hold for every method, so that none has to repeat them:
//!
//! - Padding is no cell. It only counts in the divisor of [`Pooling::Average`], and only if asked.
//! - A window with a NaN gives NaN (but for [`Pooling::Subsample`], which sees one cell only). Where the method gives a place too, it is the last NaN's (PyTorch's max pooling).
//! - At a tie the first cell in row-major order is meant, by values and by gradients.
//! - A window without input cells (possible with padding and dilation) gives 0, except −∞ under max and +∞ under min;
//!   its place is −1. (Max-blur filters such a −∞ like any value.)
//! - Where cells have weights, one +∞ takes all weight from finite cells, −∞ has none beside them, and a part with the
//!   weight 0 is left out, so that 0 · ∞ is no NaN.
//! - Means of f32 are summed in f32, as PyTorch sums them: cells near f32's limit can overflow to ∞.
//! - A window of equal cells, none below 0, gives that value under every method but Lp and a mean with another divisor.

use super::arithmetic::{Arithmetic, Gradient};
use super::windowed::{
    average::{self, Average},
    blur::{self, Blur},
    gated::Gated,
    log_sum_exp::LogSumExp,
    lp::Norm,
    max::Max,
    min::Min,
    mixed::Mixed,
    rank::Rank,
    soft::Soft,
    stochastic::Stochastic,
    stochastic::StochasticMean,
    subsample::Subsample,
    top_k::TopK,
};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Geometry;

/// A pooling method: what becomes of the cells in one window.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Pooling {
    /// The largest cell (PyTorch's `max_pool`).
    Max,
    /// The smallest cell: −max(−x), to the bit.
    Min,
    /// The mean of the cells (PyTorch's `avg_pool`).
    Average {
        /// Whether the divisor counts padding cells. It never counts cells beyond the padded input.
        count_include_pad: bool,
        /// A divisor to use in place of any count; not 0.
        divisor_override: Option<i32>,
    },
    /// The norm (Σ|x|^p)^(1/p) of the cells. PyTorch's `lp_pool` takes powers of x, not of |x|, and scales a partial
    /// window up; this is the norm (ONNX's `LpPool`).
    Lp {
        /// The power p: at least 10⁻⁶, up to and including ∞ (the largest |x|).
        norm_type: f64,
    },
    /// The generalised mean (1/n · Σ max(x, 0)^p)^(1/p) of a window's n cells, GeM: the mean at p = 1, the maximum as p
    /// grows. Cells below 0 count as 0, as after the ReLU where the paper puts it; the gradient by them is 0, and so is
    /// that of a window without positive cells (F. Radenović, G. Tolias and O. Chum, *Fine-tuning CNN Image Retrieval
    /// with No Human Annotation*, 2018).
    ///
    /// ```
    /// use deep_end::{Pool, Pooling};
    /// use ndarray::array;
    /// // p = 3 of 1, 2, −5: ((1³ + 2³ + 0³) / 3)^(1/3) = 3^(1/3).
    /// let y = Pool::global(Pooling::GeneralizedMean { norm_type: 3.0 })?.forward(array![[[1.0f32, 2.0, -5.0]]].into_dyn().view())?;
    /// assert!((y[[0, 0, 0]] - 1.442_25).abs() < 1e-5);
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    GeneralizedMean {
        /// The power p: at least 10⁻⁶, up to and including ∞ (the largest cell, or 0).
        norm_type: f64,
    },
    /// The soft maximum (1/r) · ln(1/n · Σ exp(r·x)) of a window's n cells: between the mean (r → 0) and the maximum
    /// (r → ∞). The gradient is the softmax of r·x (P. Pinheiro and R. Collobert, *From Image-Level to Pixel-Level
    /// Labeling with Convolutional Networks*, 2015).
    ///
    /// ```
    /// use deep_end::{Pool, Pooling};
    /// use ndarray::array;
    /// // r = 1 of ln 1 and ln 3: ln((1 + 3) / 2) = ln 2.
    /// let y = Pool::global(Pooling::LogSumExp { sharpness: 1.0 })?.forward(array![[[0.0f32, 3f32.ln()]]].into_dyn().view())?;
    /// assert!((y[[0, 0, 0]] - 2f32.ln()).abs() < 1e-6);
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    LogSumExp {
        /// The paper's r: above 0, finite.
        sharpness: f64,
    },
    /// SoftPool: the mean of the cells weighted by their softmax, Σ eˣ·x / Σ eˣ (A. Stergiou, R. Poppe and G. Kalliatakis,
    /// *Refining Activation Downsampling with SoftPool*, 2021).
    ///
    /// ```
    /// use deep_end::{Pool, Pooling};
    /// use ndarray::array;
    /// // Cells 0 and ln 3 weigh 1 and 3 of 4: the result is ¾ · ln 3.
    /// let y = Pool::global(Pooling::Soft)?.forward(array![[[0.0f32, 3f32.ln()]]].into_dyn().view())?;
    /// assert!((y[[0, 0, 0]] - 0.75 * 3f32.ln()).abs() < 1e-6);
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    Soft,
    /// One cell of the window, drawn with probability x / Σx: stochastic pooling as it trains (M. Zeiler and R. Fergus,
    /// *Stochastic Pooling for Regularization of Deep Convolutional Neural Networks*, 2013). Cells below 0 count as 0;
    /// where none is positive, and among infinite ones, all are equally likely. The gradient goes to the drawn cell.
    ///
    /// Output cell i, numbered row-major over the whole output, uses number 3 · 2⁴⁸ + i of SplitMix64 (G. Steele, D. Lea
    /// and C. Flood, 2014) under the seed, so that a cell's draw does not depend on what else is computed: the
    /// upper 53 bits are a part of Σx, and the first cell in row-major order with which the sum exceeds it is drawn.
    ///
    /// ```
    /// use deep_end::{Pool, Pooling, Window};
    /// use ndarray::{Array, array};
    /// // Windows [0, 2]: whatever the seed, the cell of probability 2 / 2 is drawn.
    /// let layer = Pool::new(Pooling::Stochastic { seed: 7 }, Window::new([2]))?;
    /// let (y, places) = layer.forward_with_indices(array![[[0.0f32, 2.0, 2.0, 0.0]]].into_dyn().view())?;
    /// assert_eq!((y, places), (array![[[2.0, 2.0]]].into_dyn(), array![[[1, 2]]].into_dyn()));
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    Stochastic {
        /// Where the draws begin.
        seed: u64,
    },
    /// The mean of the cells weighted by their probability x / Σx: stochastic pooling as it is tested ("probabilistic
    /// weighting" in the same paper). The same rules for cells below 0; where none is positive it is the plain mean.
    ///
    /// ```
    /// use deep_end::{Pool, Pooling};
    /// use ndarray::array;
    /// // Cells 1 and 3 have the probabilities ¼ and ¾: ¼ · 1 + ¾ · 3 = 2.5.
    /// let y = Pool::global(Pooling::StochasticMean)?.forward(array![[[1.0f32, 3.0]]].into_dyn().view())?;
    /// assert_eq!(y, array![[[2.5]]].into_dyn());
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    StochasticMean,
    /// α · max + (1 − α) · mean of the cells (C.-Y. Lee, P. Gallagher and Z. Tu, *Generalizing Pooling Functions in
    /// Convolutional Neural Networks*, 2016: mixed max-average pooling).
    ///
    /// ```
    /// use deep_end::{Pool, Pooling};
    /// use ndarray::array;
    /// // A quarter of the maximum, 4, and three quarters of the mean, 2.
    /// let y = Pool::global(Pooling::Mixed { alpha: 0.25 })?.forward(array![[[0.0f32, 4.0, 2.0]]].into_dyn().view())?;
    /// assert_eq!(y, array![[[2.5]]].into_dyn());
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    Mixed {
        /// The maximum's part, 0 to 1.
        alpha: f64,
    },
    /// g · max + (1 − g) · mean of the cells, with the gate g = 1 / (1 + exp(−Σ w·x)): how much of either depends on
    /// the window itself (the same paper: gated max-average pooling). Needs a sliding window, whose taps the weights
    /// belong to; padding takes no part in the sum.
    ///
    /// ```
    /// use deep_end::{Pool, Pooling, Window};
    /// use ndarray::array;
    /// // Weights of 0 open the gate by half: the mean of the maximum, 4, and the mean, 3.
    /// let layer = Pool::new(Pooling::Gated { weights: vec![0.0, 0.0] }, Window::new([2]))?;
    /// assert_eq!(layer.forward(array![[[2.0f32, 4.0]]].into_dyn().view())?, array![[[3.5]]].into_dyn());
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    Gated {
        /// One finite weight for each tap of the window, row-major.
        weights: Vec<f32>,
    },
    /// The lower median: the ⌈n/2⌉-th smallest of n cells, so that the result is one of them (PyTorch's `median`). The
    /// gradient goes to that cell (J. Tukey, *Exploratory Data Analysis*, 1977: running medians).
    ///
    /// ```
    /// use deep_end::{Pool, Pooling};
    /// use ndarray::array;
    /// let median = Pool::global(Pooling::Median)?;
    /// // The second smallest of four.
    /// assert_eq!(median.forward(array![[[9.0f32, 1.0, 3.0, 2.0]]].into_dyn().view())?, array![[[2.0]]].into_dyn());
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    Median,
    /// The rank-th largest cell, counted from 1: rank 1 is the maximum. A window with fewer cells, at a border, gives
    /// its smallest; of several cells with that value the place is the first's (rank-order filters: G. Heygster, *Rank Filters in Digital Image Processing*, 1982).
    ///
    /// ```
    /// use deep_end::{Pool, Pooling};
    /// use ndarray::array;
    /// let second = Pool::global(Pooling::Rank { rank: 2 })?;
    /// assert_eq!(second.forward(array![[[9.0f32, 1.0, 3.0]]].into_dyn().view())?, array![[[3.0]]].into_dyn());
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    Rank {
        /// 1 up to the number of cells in the largest window.
        rank: usize,
    },
    /// The mean of the k largest cells; of all, where a window at a border has fewer (Z. Shi, Y. Ye and Y. Wu,
    /// *Rank-based pooling for deep convolutional neural networks*, 2016: rank-based average pooling).
    ///
    /// ```
    /// use deep_end::{Pool, Pooling};
    /// use ndarray::array;
    /// let two = Pool::global(Pooling::TopK { k: 2 })?;
    /// assert_eq!(two.forward(array![[[9.0f32, 1.0, 3.0]]].into_dyn().view())?, array![[[6.0]]].into_dyn());
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    TopK {
        /// 1 up to the number of cells in the largest window.
        k: usize,
    },
    /// Anti-aliased max pooling: the maximum at every position, stride 1, then a binomial filter at every stride-th, so
    /// that a shift of the input shifts the output more evenly (R. Zhang, *Making Convolutional Networks Shift-Invariant
    /// Again*, 2019: MaxBlurPool). The map of maxima is reflected at its ends, its last cell not repeated, as the paper
    /// pads it; an even filter has one more tap after a position than before. Needs a sliding window; the output has the shape of max pooling's.
    ///
    /// ```
    /// use deep_end::{Pool, Pooling, Window};
    /// use ndarray::array;
    /// // Maxima of pairs: 4, 4, 2. Filter ¼, ½, ¼ at positions 0 and 2: (4 + 2·4 + 4) / 4 and (4 + 2·2 + 4) / 4.
    /// let layer = Pool::new(Pooling::MaxBlur { filter_size: 3 }, Window::new([2]).stride([2]))?;
    /// let y = layer.forward(array![[[0.0f32, 4.0, 2.0, 2.0]]].into_dyn().view())?;
    /// assert_eq!(y, array![[[4.0, 3.0]]].into_dyn());
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    MaxBlur {
        /// The filter's taps along each axis, 1 to 32: row filter_size − 1 of Pascal's triangle over its sum.
        filter_size: usize,
    },
    /// Anti-aliased average pooling: as [`MaxBlur`](Self::MaxBlur), of means of the window's cells. With a kernel of 1
    /// it is the paper's BlurPool alone: the filter, then every stride-th cell.
    ///
    /// ```
    /// use deep_end::{Pool, Pooling, Window};
    /// use ndarray::array;
    /// // (2·4 + 2·0) / 4 with the cell before the first reflected, and (4 + 2·0 + 2) / 4.
    /// let layer = Pool::new(Pooling::AverageBlur { filter_size: 3 }, Window::new([1]).stride([2]))?;
    /// let y = layer.forward(array![[[0.0f32, 4.0, 0.0, 2.0]]].into_dyn().view())?;
    /// assert_eq!(y, array![[[2.0, 1.5]]].into_dyn());
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    AverageBlur {
        /// As [`MaxBlur`](Self::MaxBlur)'s.
        filter_size: usize,
    },
    /// The first cell of the window: with a kernel of 1, every stride-th cell, which is what a strided convolution
    /// keeps of an unstrided one.
    ///
    /// ```
    /// use deep_end::{Pool, Pooling, Window};
    /// use ndarray::array;
    /// let every_second = Pool::new(Pooling::Subsample, Window::new([1]).stride([2]))?;
    /// assert_eq!(every_second.forward(array![[[5.0f32, 6.0, 7.0]]].into_dyn().view())?, array![[[5.0, 7.0]]].into_dyn());
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    Subsample,
}

/// The one place that leads from a method to its arithmetic.
macro_rules! of_method {
    ($method:expr) => {
        match $method {
            Pooling::Max => Box::new(Max),
            Pooling::Min => Box::new(Min),
            &Pooling::Average { count_include_pad, divisor_override } => {
                Box::new(Average { count_include_pad, divisor_override })
            }
            &Pooling::Lp { norm_type } => Box::new(Norm::lp(norm_type)),
            &Pooling::GeneralizedMean { norm_type } => Box::new(Norm::generalized_mean(norm_type)),
            &Pooling::LogSumExp { sharpness } => Box::new(LogSumExp { sharpness }),
            Pooling::Soft => Box::new(Soft),
            &Pooling::Stochastic { seed } => Box::new(Stochastic { seed }),
            Pooling::StochasticMean => Box::new(StochasticMean),
            &Pooling::Mixed { alpha } => Box::new(Mixed { alpha }),
            Pooling::Gated { weights } => Box::new(Gated { weights }),
            Pooling::Median => Box::new(Rank::Median),
            &Pooling::Rank { rank } => Box::new(Rank::Largest(rank)),
            &Pooling::TopK { k } => Box::new(TopK { k }),
            &Pooling::MaxBlur { filter_size } => Box::new(Blur { of: Max, filter_size }),
            &Pooling::AverageBlur { filter_size } => Box::new(Blur { of: average::OF_CELLS, filter_size }),
            Pooling::Subsample => Box::new(Subsample),
        }
    };
}

impl Pooling {
    /// Average pooling with PyTorch's defaults: padding counts, no override.
    pub fn average() -> Self {
        Self::Average { count_include_pad: true, divisor_override: None }
    }

    /// Lp pooling.
    pub fn lp(norm_type: f64) -> Self {
        Self::Lp { norm_type }
    }

    /// The method's name in options and messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::Min => "min",
            Self::Average { .. } => "average",
            Self::Lp { .. } => "lp",
            Self::GeneralizedMean { .. } => "gem",
            Self::LogSumExp { .. } => "log-sum-exp",
            Self::Soft => "softpool",
            Self::Stochastic { .. } => "stochastic",
            Self::StochasticMean => "stochastic-mean",
            Self::Mixed { .. } => "mixed",
            Self::Gated { .. } => "gated",
            Self::Median => "median",
            Self::Rank { .. } => "rank",
            Self::TopK { .. } => "top-k",
            Self::MaxBlur { .. } => "max-blur",
            Self::AverageBlur { .. } => "average-blur",
            Self::Subsample => "subsample",
        }
    }

    /// Checks the rules that need no input.
    pub(super) fn validate(&self, geometry: &Geometry) -> Result<()> {
        let broken =
            |parameter, value: f64, rule: &'static str| Err(Error::new(ErrorKind::Parameter, parameter, value, rule));
        match self {
            Self::Average { divisor_override: Some(0), .. } => {
                broken("divisor_override", 0.0, "a divisor must not be 0")
            }
            &Self::Lp { norm_type } | &Self::GeneralizedMean { norm_type }
                if norm_type.is_nan() || norm_type < LEAST_POWER =>
            {
                broken(
                    "norm_type",
                    norm_type,
                    "a norm's power must be at least 0.000001: rounding leaves nothing of smaller ones",
                )
            }
            &Self::LogSumExp { sharpness } if !(sharpness > 0.0 && sharpness < f64::INFINITY) => {
                broken("sharpness", sharpness, "must be above 0 and finite")
            }
            &Self::Mixed { alpha } if !(0.0..=1.0).contains(&alpha) => {
                broken("alpha", alpha, "must be from 0 (the mean) to 1 (the maximum)")
            }
            Self::Gated { weights } => Gated { weights }.validate(geometry),
            &Self::Rank { rank } => within_window("rank", rank, geometry),
            &Self::TopK { k } => within_window("k", k, geometry),
            &Self::MaxBlur { filter_size } | &Self::AverageBlur { filter_size } => {
                blur::validate(filter_size, geometry)
            }
            _ => Ok(()),
        }
    }

    /// The method's arithmetic forward.
    pub(super) fn arithmetic(&self) -> Box<dyn Arithmetic + '_> {
        of_method!(self)
    }

    /// The method's arithmetic in both directions. Apart, so that what only pools carries no gradients along.
    pub(super) fn gradient(&self) -> Box<dyn Gradient + '_> {
        of_method!(self)
    }
}

#[cfg(test)]
impl Pooling {
    /// Every method, some with more than one choice.
    pub(super) fn every() -> Vec<Self> {
        vec![
            Self::Max,
            Self::Min,
            Self::average(),
            Self::Average { count_include_pad: false, divisor_override: None },
            Self::Average { count_include_pad: true, divisor_override: Some(-7) },
            Self::lp(2.0),
            Self::lp(3.0),
            Self::lp(8.0),
            Self::GeneralizedMean { norm_type: 3.0 },
            Self::LogSumExp { sharpness: 1.0 },
            Self::Soft,
            Self::Stochastic { seed: 5 },
            Self::StochasticMean,
            Self::Mixed { alpha: 0.25 },
            Self::Gated { weights: vec![0.5, -0.25, 0.125, 1.0, -1.0, 0.5] },
            Self::Median,
            Self::Rank { rank: 2 },
            Self::TopK { k: 2 },
            Self::MaxBlur { filter_size: 4 },
            Self::AverageBlur { filter_size: 3 },
            Self::Subsample,
        ]
    }
}

/// Of x raised to a power below this, rounding leaves fewer than ten of f64's sixteen digits, and soon none.
const LEAST_POWER: f64 = 1e-6;

/// A count of cells of the window: at least 1, and for a sliding window no more than it has taps. (How large regions
/// are is known with the input.)
fn within_window(parameter: &'static str, count: usize, geometry: &Geometry) -> Result<()> {
    if count == 0 {
        return Err(Error::new(ErrorKind::Parameter, parameter, count, "must be at least 1"));
    }
    match geometry {
        Geometry::Window(window) if window.taps().is_some_and(|taps| count > taps) => {
            Err(Error::new(ErrorKind::Parameter, parameter, count, "must not exceed the number of cells in the window"))
        }
        _ => Ok(()),
    }
}
