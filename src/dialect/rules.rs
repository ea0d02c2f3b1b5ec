//! What a dialect answers, as data: a layer of this crate, and the rules in which the dialect departs from it.

use super::Dialect;
use crate::error::Result;
use crate::geometry::Plan;
use crate::pool::{Pool, Pooling};
use ndarray::{ArrayD, ArrayViewD, Dimension, Zip};

/// How a dialect answers where the geometry does not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What the maximum and the minimum of a window with a NaN are.
    pub nan: Nan,
    /// Whether Lp takes powers of x instead of |x|: with an odd p negative cells count against the others, and the
    /// root of a negative sum, or the power of a negative cell for a p that is not whole, is NaN. No matter for even p.
    pub lp_signed: bool,
    /// Whether Lp scales a partial window up by taps / cells, as it takes a mean of powers times the whole kernel.
    pub lp_scaled: bool,
    /// What the mean of a window without cells is, where padding does not count.
    pub empty_mean: EmptyMean,
}

/// A window with a NaN, under the maximum or the minimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nan {
    /// The result is NaN.
    Wins,
    /// It depends: on the runtime or backend, on the NaN's place in the window, on how many channels there are.
    Unspecified,
}

/// The mean of no cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyMean {
    /// 0.
    Zero,
    /// 0 / 0.
    Nan,
    /// ONNX Runtime gives 0, ONNX's reference evaluator NaN.
    Unspecified,
}

impl Rules {
    /// This crate's own.
    pub const OWN: Self = Self { nan: Nan::Wins, lp_signed: false, lp_scaled: false, empty_mean: EmptyMean::Zero };
}

impl Dialect {
    /// How this dialect answers: see the table in the [module's documentation](super).
    pub fn rules(self) -> Rules {
        match self {
            Self::PyTorch => Rules { lp_signed: true, lp_scaled: true, ..Rules::OWN },
            Self::Onnx => Rules { nan: Nan::Unspecified, empty_mean: EmptyMean::Unspecified, ..Rules::OWN },
            Self::Keras => Rules { nan: Nan::Unspecified, ..Rules::OWN },
            Self::Flax => Rules { empty_mean: EmptyMean::Nan, ..Rules::OWN },
        }
    }
}

/// A layer as its dialect answers it.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning {
    pool: Pool,
    rules: Rules,
}

impl Meaning {
    /// `pool` under these rules.
    pub fn new(pool: Pool, rules: Rules) -> Self {
        Self { pool, rules }
    }

    /// The layer.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The rules.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// Whether Lp's powers keep the sign of x.
    pub(super) fn is_signed(&self) -> bool {
        let Pooling::Lp { norm_type } = *self.pool.method() else { return false };
        self.rules.lp_signed && norm_type.is_finite() && norm_type % 2.0 != 0.0
    }

    /// Whether the result is one of the cells, up to its sign, so that a NaN may be passed over.
    pub(super) fn picks(&self) -> bool {
        match self.pool.method() {
            Pooling::Max | Pooling::Min => true,
            Pooling::Lp { norm_type } => norm_type.is_infinite(),
            _ => false,
        }
    }

    /// What Lp of this window is scaled by: (taps / cells that count)^(1/p) in a partial window, else 1.
    pub(super) fn scale(&self, plan: &Plan, at: &[usize]) -> f64 {
        match *self.pool.method() {
            Pooling::Lp { norm_type } if self.rules.lp_scaled && norm_type.is_finite() => {
                let share = plan.axes().iter().zip(at).map(|(axis, &at)| {
                    let span = axis.spans[at];
                    span.taps() as f64 / span.padded_len as f64
                });
                let share: f64 = share.product();
                if share == 1.0 { 1.0 } else { libm::pow(share, norm_type.recip()) }
            }
            _ => 1.0,
        }
    }

    /// The dialect's answer for `x`, shaped (N, C, spatial…) whatever the dialect's own layout. Where a rule says
    /// "unspecified" the answer is this crate's.
    ///
    /// ```
    /// use deep_end::dialect;
    /// use ndarray::array;
    /// // The last window sees 5 and 12 of three taps: PyTorch takes √((25 + 144) / 2 · 3), not 13.
    /// let layer = dialect::read("nn.LPPool1d(2, kernel_size=3, ceil_mode=True)")?.meaning(&[5])?;
    /// let y = layer.forward(array![[[0.0, 3.0, 4.0, 5.0, 12.0]]].into_dyn().view())?;
    /// assert_eq!(y, array![[[5.0, 15.921683]]].into_dyn());
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Pool::forward`].
    pub fn forward(&self, x: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        let mut y = self.pool.forward(x.view())?;
        let Pooling::Lp { norm_type } = *self.pool.method() else { return Ok(y) };
        if self.is_signed() {
            let norm_of = |part: &dyn Fn(f32) -> f32| self.pool.forward(x.map(|&cell| part(cell)).view());
            let above = norm_of(&|cell| if cell < 0.0 { 0.0 } else { cell })?;
            let below = norm_of(&|cell| if cell < 0.0 { cell } else { 0.0 })?;
            Zip::from(&mut y).and(&above).and(&below).for_each(|norm, &above, &below| {
                if below > 0.0 {
                    *norm = signed_root(above, below, norm_type);
                }
            });
        }
        if self.rules.lp_scaled {
            let plan = self.pool.geometry().plan(&x.shape()[2..])?;
            for (at, value) in y.indexed_iter_mut() {
                let scale = self.scale(&plan, &at.slice()[2..]);
                if scale != 1.0 {
                    *value = (f64::from(*value) * scale) as f32;
                }
            }
        }
        Ok(y)
    }
}

/// (Σ x^p)^(1/p) from the norms of the cells above and below 0, for a p that is not even.
fn signed_root(above: f32, below: f32, norm_type: f64) -> f32 {
    if above.is_nan() || norm_type.trunc() != norm_type {
        return f32::NAN;
    }
    let (above, below) = (f64::from(above), f64::from(below));
    if norm_type == 1.0 {
        return (above - below) as f32;
    }
    // libm's root of a negative sum is the NaN that PyTorch gives.
    libm::pow(libm::pow(above, norm_type) - libm::pow(below, norm_type), norm_type.recip()) as f32
}
