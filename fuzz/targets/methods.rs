//! Every pooling method as options name it. A new method is one more entry.

use super::number;
use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

/// A method, its parameters, and what always holds for it.
pub struct Method {
    pub name: &'static str,
    pub parameters: &'static [(&'static str, Kind)],
    pub holds: Holds,
    /// Whether it may refuse an input whose shape its geometry takes.
    pub refuses: bool,
}

/// What a parameter takes.
#[allow(dead_code, reason = "kinds for the methods to come")]
pub enum Kind {
    Flag,
    Number,
    Whole,
    Text(&'static [&'static str]),
    Numbers,
}

/// What is checked of each window's value against a walk over its cells.
#[allow(dead_code, reason = "checks for the methods to come")]
pub enum Holds {
    /// It is the largest cell, by PyTorch's rule, and the index says where it was.
    Largest,
    /// It is the sum over the divisor.
    Mean,
    /// It is no less than the largest magnitude.
    AtLeastLargestMagnitude,
    /// Of finite cells it is none below the least and none above the largest.
    Between,
    /// Only its shape.
    Shape,
}

pub const METHODS: [Method; 3] = [
    Method { name: "max", parameters: &[], holds: Holds::Largest, refuses: false },
    Method {
        name: "average",
        parameters: &[("countIncludePad", Kind::Flag), ("divisorOverride", Kind::Whole)],
        holds: Holds::Mean,
        refuses: false,
    },
    Method {
        name: "lp",
        parameters: &[("normType", Kind::Number)],
        holds: Holds::AtLeastLargestMagnitude,
        refuses: false,
    },
];

impl Method {
    pub fn choose(u: &mut Unstructured) -> Result<&'static Self> {
        let method = usize::from(u.arbitrary::<u8>()?);
        Ok(&METHODS[method % METHODS.len()])
    }

    /// Options with the method and a choice of its parameters.
    pub fn options(&self, u: &mut Unstructured) -> Result<Map<String, Value>> {
        let mut options = Map::from_iter([("method".to_owned(), json!(self.name))]);
        for (name, kind) in self.parameters {
            // One time in eight it is left out.
            if u.arbitrary::<u8>()? % 8 != 0 {
                options.insert((*name).to_owned(), kind.value(u)?);
            }
        }
        Ok(options)
    }
}

impl Kind {
    fn value(&self, u: &mut Unstructured) -> Result<Value> {
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
            Self::Text(texts) => json!(texts[usize::from(u.arbitrary::<u8>()?) % texts.len()]),
            Self::Numbers => json!((0..u.arbitrary::<u8>()? % 5).map(|_| number(u)).collect::<Vec<_>>()),
        })
    }
}
