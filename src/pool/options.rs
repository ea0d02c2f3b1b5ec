//! A layer written as plain data: the one way in for JavaScript objects, network files and anything else that serde
//! reads. Names are the API's, in camelCase.

use super::{Pool, Pooling};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Geometry, Window};
use serde::Deserialize;

/// A pooling layer as data. What is left out has PyTorch's default; a single number stands for every axis.
///
/// ```
/// use deep_end::{Pool, Pooling, PoolOptions, Window};
/// let options: PoolOptions = serde_json::from_str(r#"{ "method": "max", "kernelSize": 3, "stride": 2, "padding": 1 }"#)?;
/// let layer = options.layer(2)?; // two spatial axes
/// assert_eq!(layer, Pool::new(Pooling::Max, Window::new([3, 3]).stride([2, 2]).padding([[1, 1], [1, 1]]))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoolOptions {
    method: Option<Datum>,
    kernel_size: Option<Datum>,
    stride: Option<Datum>,
    padding: Option<Datum>,
    dilation: Option<Datum>,
    ceil_mode: Option<Datum>,
    count_include_pad: Option<Datum>,
    divisor_override: Option<Datum>,
    norm_type: Option<Datum>,
    output_size: Option<Datum>,
    global: Option<Datum>,
}

/// A value of whatever type was given. Types are checked by the parameter that reads it, so that the message can name
/// it: a derived reader would only say what it expected.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Datum {
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<Datum>),
    Other(serde::de::IgnoredAny),
}

impl std::fmt::Display for Datum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(list) => {
                let items: Vec<_> = list.iter().map(Datum::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Other(_) => write!(f, "an object"),
        }
    }
}

impl PoolOptions {
    /// Every key that the options may have.
    pub const KEYS: [&'static str; 11] = [
        "method",
        "kernelSize",
        "stride",
        "padding",
        "dilation",
        "ceilMode",
        "countIncludePad",
        "divisorOverride",
        "normType",
        "outputSize",
        "global",
    ];

    /// The layer, for inputs with `axes` spatial axes.
    ///
    /// # Errors
    /// Names the parameter that is missing, has the wrong type, breaks its rule, or does not belong to the method.
    pub fn layer(&self, axes: usize) -> Result<Pool> {
        Pool::with_geometry(self.pooling()?, self.geometry(axes)?)
    }

    fn pooling(&self) -> Result<Pooling> {
        let Some(method) = &self.method else { return Err(missing("method", "must be given: max, average or lp")) };
        let name = if let Datum::Text(name) = method { name.as_str() } else { "" };
        let pooling = match name {
            "max" => Pooling::Max,
            "average" => Pooling::Average {
                count_include_pad: flag("count_include_pad", &self.count_include_pad)?.unwrap_or(true),
                divisor_override: self.divisor()?,
            },
            "lp" => {
                let rule = "must be given for Lp pooling: the power of the norm, above 0";
                let norm_type = self.norm_type.as_ref().ok_or_else(|| missing("norm_type", rule))?;
                Pooling::Lp { norm_type: number("norm_type", norm_type)? }
            }
            _ => return Err(broken("method", method, "must be max, average or lp")),
        };
        let average_only = [
            ("count_include_pad", &self.count_include_pad, "average"),
            ("divisor_override", &self.divisor_override, "average"),
            ("norm_type", &self.norm_type, "lp"),
        ];
        for (parameter, value, owner) in average_only {
            if let (Some(value), true) = (value, owner != pooling.name()) {
                let rule = format!("belongs to the method {owner}, the method is {}", pooling.name());
                return Err(Error::new(ErrorKind::Parameter, parameter, value, rule));
            }
        }
        Ok(pooling)
    }

    fn divisor(&self) -> Result<Option<i32>> {
        let Some(value) = &self.divisor_override else { return Ok(None) };
        let divisor = number("divisor_override", value)?;
        if divisor.fract() == 0.0 && divisor.abs() <= f64::from(i32::MAX) {
            return Ok(Some(divisor as i32));
        }
        Err(broken("divisor_override", value, "must be a whole number of at most 32 bits"))
    }

    fn geometry(&self, axes: usize) -> Result<Geometry> {
        let global = flag("global", &self.global)?.unwrap_or(false);
        if global || self.output_size.is_some() {
            let what = if global { "global" } else { "output_size" };
            let window = [
                ("kernel_size", &self.kernel_size),
                ("stride", &self.stride),
                ("padding", &self.padding),
                ("dilation", &self.dilation),
                ("ceil_mode", &self.ceil_mode),
            ];
            let excluded = global.then_some(("output_size", &self.output_size));
            for (parameter, value) in window.iter().chain(&excluded) {
                if let Some(value) = value {
                    let rule = format!("does not go with {what}, which decides every region");
                    return Err(Error::new(ErrorKind::Parameter, *parameter, value, rule));
                }
            }
        }
        if global {
            return Ok(Geometry::Global);
        }
        if let Some(output_size) = &self.output_size {
            return Ok(Geometry::Adaptive { output_size: extents("output_size", output_size, axes)? });
        }
        let Some(kernel_size) = &self.kernel_size else {
            return Err(missing("kernel_size", "must be given, or output_size, or global"));
        };
        let mut window = Window::new(extents("kernel_size", kernel_size, axes)?);
        if let Some(stride) = &self.stride {
            window = window.stride(extents("stride", stride, axes)?);
        }
        if let Some(padding) = &self.padding {
            window = window.padding(pairs("padding", padding, axes)?);
        }
        if let Some(dilation) = &self.dilation {
            window = window.dilation(extents("dilation", dilation, axes)?);
        }
        Ok(window.ceil_mode(flag("ceil_mode", &self.ceil_mode)?.unwrap_or(false)).into())
    }
}

/// What a call with a flat list of numbers needs besides the layer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArrayOptions {
    shape: Option<Datum>,
    return_indices: Option<Datum>,
}

impl ArrayOptions {
    /// Every key that these options add to [`PoolOptions::KEYS`].
    pub const KEYS: [&'static str; 2] = ["shape", "returnIndices"];

    /// The input's shape: N, C, spatial extents.
    ///
    /// # Errors
    /// When it is missing, or is not a list of whole numbers.
    pub fn shape(&self) -> Result<Vec<usize>> {
        match &self.shape {
            Some(Datum::List(list)) => list.iter().map(|extent| whole("shape", extent)).collect(),
            Some(other) => Err(broken("shape", other, "must be a list: N, C and one to three spatial extents")),
            None => Err(missing("shape", "must be given: N, C and one to three spatial extents")),
        }
    }

    /// Whether the winners' places are asked for. Default: no.
    ///
    /// # Errors
    /// When it is neither true nor false.
    pub fn return_indices(&self) -> Result<bool> {
        Ok(flag("return_indices", &self.return_indices)?.unwrap_or(false))
    }
}

fn broken(parameter: &'static str, value: &Datum, rule: &'static str) -> Error {
    Error::new(ErrorKind::Parameter, parameter, value, rule)
}

fn missing(parameter: &'static str, rule: &'static str) -> Error {
    Error::new(ErrorKind::Parameter, parameter, "missing", rule)
}

fn flag(parameter: &'static str, value: &Option<Datum>) -> Result<Option<bool>> {
    match value {
        None => Ok(None),
        Some(Datum::Flag(flag)) => Ok(Some(*flag)),
        Some(other) => Err(broken(parameter, other, "must be true or false")),
    }
}

fn number(parameter: &'static str, value: &Datum) -> Result<f64> {
    if let Datum::Number(number) = value { Ok(*number) } else { Err(broken(parameter, value, "must be a number")) }
}

fn whole(parameter: &'static str, value: &Datum) -> Result<usize> {
    match value {
        // Above 2⁵³ a float no longer tells one whole number from the next.
        Datum::Number(number) if *number >= 0.0 && number.fract() == 0.0 && *number <= 9_007_199_254_740_992.0 => {
            usize::try_from(*number as u64).map_err(|_| broken(parameter, value, "is too large for this machine"))
        }
        _ => Err(broken(parameter, value, "must be a whole number, 0 or above")),
    }
}

/// One value for all axes, or a list with one for each.
fn extents(parameter: &'static str, value: &Datum, axes: usize) -> Result<Vec<usize>> {
    match value {
        Datum::List(list) => list.iter().map(|item| whole(parameter, item)).collect(),
        one => Ok(vec![whole(parameter, one)?; axes]),
    }
}

/// One value for all sides, a list with one for each axis, or a list with [before, after] for each axis.
fn pairs(parameter: &'static str, value: &Datum, axes: usize) -> Result<Vec<[usize; 2]>> {
    let pair = |item: &Datum| match item {
        Datum::List(sides) => match sides.as_slice() {
            [before, after] => Ok([whole(parameter, before)?, whole(parameter, after)?]),
            _ => Err(broken(parameter, value, "an axis has one number, or two: [before, after]")),
        },
        one => whole(parameter, one).map(|side| [side, side]),
    };
    match value {
        Datum::List(list) => list.iter().map(pair).collect(),
        one => Ok(vec![pair(one)?; axes]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(json: &str) -> String {
        let options: PoolOptions = serde_json::from_str(json).unwrap();
        options.layer(2).unwrap_err().to_string()
    }

    #[test]
    fn numbers_stand_for_every_axis_and_pairs_for_both_sides() {
        let read = |json: &str| serde_json::from_str::<PoolOptions>(json).unwrap().layer(2).unwrap();
        let window = Window::new([2, 3]).stride([1, 1]).padding([[0, 1], [2, 2]]).dilation([2, 2]);
        let options = r#"{"method":"lp","normType":2,"kernelSize":[2,3],"stride":1,"padding":[[0,1],2],"dilation":2}"#;
        assert_eq!(read(options), Pool::new(Pooling::lp(2.0), window).unwrap());
        assert_eq!(read(r#"{"method":"max","outputSize":7}"#), Pool::adaptive(Pooling::Max, [7, 7]).unwrap());
        assert_eq!(read(r#"{"method":"average","global":true}"#), Pool::global(Pooling::average()).unwrap());
    }

    #[test]
    fn messages_name_parameter_value_and_rule() {
        let expected = [
            (r#"{"kernelSize":2}"#, "method is missing: must be given: max, average or lp"),
            (r#"{"method":"mx","kernelSize":2}"#, r#"method is "mx": must be max, average or lp"#),
            (r#"{"method":"max"}"#, "kernel_size is missing: must be given, or output_size, or global"),
            (r#"{"method":"max","kernelSize":2.5}"#, "kernel_size is 2.5: must be a whole number, 0 or above"),
            (r#"{"method":"max","kernelSize":[2,-1]}"#, "kernel_size is -1: must be a whole number, 0 or above"),
            (r#"{"method":"max","kernelSize":"2"}"#, r#"kernel_size is "2": must be a whole number, 0 or above"#),
            (r#"{"method":"max","kernelSize":{}}"#, "kernel_size is an object: must be a whole number, 0 or above"),
            (r#"{"method":"max","kernelSize":2,"stride":0}"#, "stride is [0, 0]: every value must be at least 1"),
            (
                r#"{"method":"max","kernelSize":2,"padding":[1]}"#,
                "padding is [[1, 1]]: must have 2 pairs [before, after], one for each axis of the kernel",
            ),
            (
                r#"{"method":"max","kernelSize":2,"padding":[[1,2,3],1]}"#,
                "padding is [[1, 2, 3], 1]: an axis has one number, or two: [before, after]",
            ),
            (r#"{"method":"max","kernelSize":2,"ceilMode":1}"#, "ceil_mode is 1: must be true or false"),
            (
                r#"{"method":"max","kernelSize":2,"normType":2}"#,
                "norm_type is 2: belongs to the method lp, the method is max",
            ),
            (
                r#"{"method":"max","global":true,"stride":2}"#,
                "stride is 2: does not go with global, which decides every region",
            ),
            (
                r#"{"method":"average","kernelSize":2,"divisorOverride":0}"#,
                "divisor_override is 0: a divisor must not be 0",
            ),
            (r#"{"method":"lp","kernelSize":2,"normType":-1}"#, "norm_type is -1: a norm's power must be above 0"),
        ];
        for (json, text) in expected {
            assert_eq!(message(json), text, "{json}");
        }
    }

    #[test]
    fn every_key_is_listed() {
        for key in PoolOptions::KEYS {
            serde_json::from_str::<PoolOptions>(&format!("{{ {key:?}: 1 }}")).unwrap();
        }
        assert!(serde_json::from_str::<PoolOptions>(r#"{ "kernel": 1 }"#).is_err());
    }
}
