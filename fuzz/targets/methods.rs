//! Every pooling method as options name it. A new method is one more entry.

use super::number;
use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

/// The most weights that are written out.
const MAX_TAPS: usize = 64;

/// A method, its parameters, and what always holds for it.
pub struct Method {
    pub name: &'static str,
    pub parameters: &'static [(&'static str, Kind)],
    pub holds: Holds,
    /// Whether it may refuse an input whose shape its geometry takes.
    pub refuses: bool,
}

/// What a parameter takes.
pub enum Kind {
    Flag,
    Number,
    Whole,
    Seed,
    /// As many as the window has taps, or another number.
    Weights,
}

/// What is checked of each window's value against a walk over its cells.
#[derive(PartialEq)]
pub enum Holds {
    /// It is the largest cell, by PyTorch's rule, and the index says where it was.
    Largest,
    /// It is the smallest cell, by the same rule.
    Smallest,
    /// It is the sum over the divisor.
    Mean,
    /// It is no less than the largest magnitude.
    AtLeastLargestMagnitude,
    /// Of finite cells it is none below the least and none above the largest.
    Between,
    /// The same of the cells that are above 0, and 0 in place of the others.
    BetweenAtLeast0,
    /// It is a cell, and by sorting the cells, or taking the first, one knows which.
    Cell,
    /// It is the mean of the largest cells.
    MeanOfLargest,
    /// It looks beyond its window: of finite cells it is between the plane's, or 0 or −∞ where there is a window
    /// without cells.
    Blurred,
}

const fn plain(name: &'static str, holds: Holds) -> Method {
    Method { name, parameters: &[], holds, refuses: false }
}

const fn of(name: &'static str, parameters: &'static [(&'static str, Kind)], holds: Holds) -> Method {
    Method { name, parameters, holds, refuses: false }
}

const fn refusing(name: &'static str, parameters: &'static [(&'static str, Kind)], holds: Holds) -> Method {
    Method { name, parameters, holds, refuses: true }
}

pub const METHODS: [Method; 17] = [
    plain("max", Holds::Largest),
    plain("min", Holds::Smallest),
    of("average", &[("countIncludePad", Kind::Flag), ("divisorOverride", Kind::Whole)], Holds::Mean),
    of("lp", &[("normType", Kind::Number)], Holds::AtLeastLargestMagnitude),
    of("gem", &[("normType", Kind::Number)], Holds::BetweenAtLeast0),
    of("log-sum-exp", &[("sharpness", Kind::Number)], Holds::Between),
    plain("softpool", Holds::Between),
    of("stochastic", &[("seed", Kind::Seed)], Holds::Between),
    plain("stochastic-mean", Holds::Between),
    of("mixed", &[("alpha", Kind::Number)], Holds::Between),
    of("gated", &[("weights", Kind::Weights)], Holds::Between),
    plain("median", Holds::Cell),
    refusing("rank", &[("rank", Kind::Whole)], Holds::Cell),
    refusing("top-k", &[("k", Kind::Whole)], Holds::MeanOfLargest),
    refusing("max-blur", &[("filterSize", Kind::Whole)], Holds::Blurred),
    refusing("average-blur", &[("filterSize", Kind::Whole)], Holds::Blurred),
    plain("subsample", Holds::Cell),
];

impl Method {
    pub fn choose(u: &mut Unstructured) -> Result<&'static Self> {
        let method = usize::from(u.arbitrary::<u8>()?);
        Ok(&METHODS[method % METHODS.len()])
    }

    /// Options with the method and a choice of its parameters, for a window with this many taps.
    pub fn options(&self, u: &mut Unstructured, taps: usize) -> Result<Map<String, Value>> {
        let mut options = Map::from_iter([("method".to_owned(), json!(self.name))]);
        for (name, kind) in self.parameters {
            // One time in eight it is left out.
            if u.arbitrary::<u8>()? % 8 != 0 {
                options.insert((*name).to_owned(), kind.value(u, taps)?);
            }
        }
        Ok(options)
    }
}

impl Kind {
    fn value(&self, u: &mut Unstructured, taps: usize) -> Result<Value> {
        const NUMBERS: [f64; 12] = [0.0, 0.5, 1.0, 2.0, 3.0, 4.5, 6.0, 7.0, 100.0, -1.0, 1e-300, 1e300];
        Ok(match self {
            Self::Flag => json!(u.arbitrary::<bool>()?),
            Self::Number => match u.arbitrary::<u8>()? {
                known @ 0..0xc0 => json!(NUMBERS[usize::from(known) % NUMBERS.len()]),
                // JSON has neither NaN nor infinity: they become null, which is the same as leaving the option out.
                _ => json!(u.arbitrary::<f64>()?),
            },
            Self::Whole => match u.arbitrary::<u8>()? {
                small @ 0..0xf0 => json!(i32::from(small % 12) - 2),
                _ => json!(u.arbitrary::<i64>()?),
            },
            Self::Seed => json!(u.arbitrary::<u32>()?),
            Self::Weights => {
                let count = u.arbitrary::<u8>()?;
                let count = if count < 0xf0 && taps <= MAX_TAPS { taps } else { usize::from(count % 5) };
                json!((0..count).map(|_| number(u)).collect::<Vec<_>>())
            }
        })
    }
}
