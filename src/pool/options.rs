//! A layer written as plain data: the one way in for JavaScript objects, network files and anything else.

use super::{Pool, Pooling};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Geometry, Sequence, Window};
use crate::options::Options;
use crate::shown::quoted;
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
#[serde(transparent)]
pub struct PoolOptions(Options);

impl From<Options> for PoolOptions {
    fn from(options: Options) -> Self {
        Self(options)
    }
}

impl From<PoolOptions> for Options {
    fn from(options: PoolOptions) -> Self {
        options.0
    }
}

impl From<Options> for ArrayPoolOptions {
    fn from(options: Options) -> Self {
        Self(options.into())
    }
}

/// A pooling layer, and the shape of the flat list of numbers that it is applied to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct ArrayPoolOptions(PoolOptions);

/// The parameters of fractional regions besides the output size.
const FRACTIONAL: [&str; 2] = ["fractional", "overlapping"];
/// The parameters of a sliding window: they do not go with regions.
const WINDOW: [&str; 5] = ["kernel_size", "stride", "padding", "dilation", "ceil_mode"];
/// Of a method, and of fractional regions.
const SEED: &str = "seed";
/// The parameters of a method, and the methods that they belong to.
const OWNED: [(&str, &[&str]); 10] = [
    ("count_include_pad", &["average"]),
    ("divisor_override", &["average"]),
    ("norm_type", &["lp", "gem"]),
    ("sharpness", &["log-sum-exp"]),
    (SEED, &["stochastic"]),
    ("alpha", &["mixed"]),
    ("weights", &["gated"]),
    ("rank", &["rank"]),
    ("k", &["top-k"]),
    ("filter_size", &["max-blur", "average-blur"]),
];
const LAYER: [&str; 20] = [
    "method",
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "ceil_mode",
    "count_include_pad",
    "divisor_override",
    "norm_type",
    "sharpness",
    "seed",
    "alpha",
    "weights",
    "rank",
    "k",
    "filter_size",
    "output_size",
    "fractional",
    "overlapping",
    "global",
];

const METHODS: &str = "must be max, min, average, lp, gem, log-sum-exp, softpool, stochastic, stochastic-mean, mixed, \
                       gated, median, rank, top-k, max-blur, average-blur or subsample";

impl ArrayPoolOptions {
    /// The layer, and the shape it is for: N, C and one to three spatial extents.
    ///
    /// # Errors
    /// As [`PoolOptions::layer`]; and when the shape is missing or is not a list of whole numbers.
    pub fn layer_and_shape(&self) -> Result<(Pool, Vec<usize>)> {
        let options = &self.0.0;
        options.only(&[LAYER.as_slice(), &["shape", "return_indices"]].concat())?;
        let rule = "must be given: N, C and one to three spatial extents";
        let shape = options.wholes("shape")?.ok_or_else(|| missing("shape", rule))?;
        Ok((self.0.checked_layer(shape.len().saturating_sub(2))?, shape))
    }

    /// Whether the winners' places are asked for. Default: no.
    ///
    /// # Errors
    /// When it is neither true nor false.
    pub fn return_indices(&self) -> Result<bool> {
        Ok(self.0.0.flag("return_indices")?.unwrap_or(false))
    }
}

impl PoolOptions {
    /// The layer, for inputs with `axes` spatial axes.
    ///
    /// # Errors
    /// Names the parameter that is missing, unknown, has the wrong type, breaks its rule, or does not belong to the
    /// method.
    pub fn layer(&self, axes: usize) -> Result<Pool> {
        self.0.only(&LAYER)?;
        self.checked_layer(axes)
    }

    fn checked_layer(&self, axes: usize) -> Result<Pool> {
        Pool::with_geometry(self.pooling()?, self.geometry(axes)?)
    }

    fn pooling(&self) -> Result<Pooling> {
        let options = &self.0;
        let name = options.text("method")?.ok_or_else(|| missing("method", METHODS))?;
        let number = |parameter| options.number(parameter)?.ok_or_else(|| needed(parameter, name));
        let count = |parameter| options.whole(parameter)?.ok_or_else(|| needed(parameter, name));
        let pooling = match name {
            "max" => Pooling::Max,
            "min" => Pooling::Min,
            "average" => Pooling::Average {
                count_include_pad: options.flag("count_include_pad")?.unwrap_or(true),
                divisor_override: self.divisor()?,
            },
            "lp" => Pooling::Lp { norm_type: number("norm_type")? },
            "gem" => Pooling::GeneralizedMean { norm_type: number("norm_type")? },
            "log-sum-exp" => Pooling::LogSumExp { sharpness: number("sharpness")? },
            "softpool" => Pooling::Soft,
            "stochastic" => Pooling::Stochastic { seed: count("seed")? as u64 },
            "stochastic-mean" => Pooling::StochasticMean,
            "mixed" => Pooling::Mixed { alpha: number("alpha")? },
            "gated" => Pooling::Gated { weights: options.numbers("weights")?.ok_or_else(|| needed("weights", name))? },
            "median" => Pooling::Median,
            "rank" => Pooling::Rank { rank: count("rank")? },
            "top-k" => Pooling::TopK { k: count("k")? },
            "max-blur" => Pooling::MaxBlur { filter_size: count("filter_size")? },
            "average-blur" => Pooling::AverageBlur { filter_size: count("filter_size")? },
            "subsample" => Pooling::Subsample,
            _ => return Err(Error::new(ErrorKind::Parameter, "method", quoted(name), METHODS)),
        };
        for (parameter, owners) in OWNED {
            let of_regions = parameter == SEED && options.given("fractional").is_some();
            if let (Some(value), false) = (options.given(parameter), owners.contains(&name) || of_regions) {
                let rule = ["belongs to the method ", &owners.join(" or "), ", the method is ", name].concat();
                return Err(Error::new(ErrorKind::Parameter, parameter, value, rule));
            }
        }
        Ok(pooling)
    }

    /// Regions of this many output cells: adaptive, or fractional if a sequence is given.
    fn regions(&self, output_size: Vec<usize>) -> Result<Geometry> {
        let options = &self.0;
        let overlapping = options.flag("overlapping")?;
        let rule = "must be random or pseudorandom";
        let sequence = match options.text("fractional")? {
            Some("random") => Sequence::Random,
            Some("pseudorandom") => Sequence::Pseudorandom,
            Some(other) => return Err(Error::new(ErrorKind::Parameter, "fractional", quoted(other), rule)),
            None if overlapping.is_some() => {
                let rule = "belongs to fractional regions: fractional must be random or pseudorandom";
                return Err(Error::new(ErrorKind::Parameter, "overlapping", overlapping.unwrap_or(false), rule));
            }
            None => return Ok(Geometry::Adaptive { output_size }),
        };
        let rule = "must be given for fractional regions";
        let seed = options.whole(SEED)?.ok_or_else(|| missing(SEED, rule))? as u64;
        Ok(Geometry::Fractional { output_size, sequence, overlapping: overlapping.unwrap_or(false), seed })
    }

    fn divisor(&self) -> Result<Option<i32>> {
        let Some(divisor) = self.0.number("divisor_override")? else { return Ok(None) };
        if divisor.trunc() == divisor && divisor.abs() <= f64::from(i32::MAX) {
            return Ok(Some(divisor as i32));
        }
        Err(Error::new(ErrorKind::Parameter, "divisor_override", divisor, "must be a whole number of at most 32 bits"))
    }

    fn geometry(&self, axes: usize) -> Result<Geometry> {
        let options = &self.0;
        let exclude = |parameters: &[&'static str], by: &str| {
            let given = parameters.iter().find_map(|&parameter| Some((parameter, options.given(parameter)?)));
            given.map_or(Ok(()), |(parameter, value)| {
                let rule = ["does not go with ", by, ", which decides every region"].concat();
                Err(Error::new(ErrorKind::Parameter, parameter, value, rule))
            })
        };
        if options.flag("global")?.unwrap_or(false) {
            exclude(&WINDOW, "global")?;
            exclude(&["output_size", "fractional", "overlapping"], "global")?;
            return Ok(Geometry::Global);
        }
        if let Some(output_size) = options.extents("output_size", axes)? {
            exclude(&WINDOW, "output_size")?;
            return self.regions(output_size);
        }
        if let Some(parameter) = FRACTIONAL.into_iter().find(|parameter| options.given(parameter).is_some()) {
            let value = options.given(parameter).unwrap_or_default();
            return Err(Error::new(ErrorKind::Parameter, parameter, value, "needs output_size: how many regions"));
        }
        let rule = "must be given, or output_size, or global";
        let kernel_size = options.extents("kernel_size", axes)?.ok_or_else(|| missing("kernel_size", rule))?;
        let mut window = Window::new(kernel_size).ceil_mode(options.flag("ceil_mode")?.unwrap_or(false));
        if let Some(stride) = options.extents("stride", axes)? {
            window = window.stride(stride);
        }
        if let Some(padding) = options.pairs("padding", axes)? {
            window = window.padding(padding);
        }
        if let Some(dilation) = options.extents("dilation", axes)? {
            window = window.dilation(dilation);
        }
        Ok(window.into())
    }
}

#[cold]
fn needed(parameter: &'static str, method: &str) -> Error {
    let rule = ["must be given for the method ", method].concat();
    Error::new(ErrorKind::Parameter, parameter, "missing", rule)
}

fn missing(parameter: &'static str, rule: &'static str) -> Error {
    Error::new(ErrorKind::Parameter, parameter, "missing", rule)
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
        let fractional = r#"{"method":"stochastic","seed":3,"outputSize":4,"fractional":"random"}"#;
        let (output_size, sequence) = (vec![4, 4], Sequence::Random);
        let geometry = Geometry::Fractional { output_size, sequence, overlapping: false, seed: 3 };
        assert_eq!(read(fractional), Pool::with_geometry(Pooling::Stochastic { seed: 3 }, geometry).unwrap());
        assert_eq!(read(r#"{"method":"average","global":true}"#), Pool::global(Pooling::average()).unwrap());
    }

    #[test]
    fn messages_name_parameter_value_and_rule() {
        let expected = [
            (
                r#"{"kernelSize":2}"#,
                "method is missing: must be max, min, average, lp, gem, log-sum-exp, softpool, stochastic, \
                 stochastic-mean, mixed, gated, median, rank, top-k, max-blur, average-blur or subsample",
            ),
            (
                r#"{"method":"mx","kernelSize":2}"#,
                "method is \"mx\": must be max, min, average, lp, gem, log-sum-exp, softpool, stochastic, \
                 stochastic-mean, mixed, gated, median, rank, top-k, max-blur, average-blur or subsample",
            ),
            (r#"{"method":"max"}"#, "kernel_size is missing: must be given, or output_size, or global"),
            (r#"{"method":"max","kernelSize":2.5}"#, "kernel_size is 2.5: must be a whole number, 0 or above"),
            (r#"{"method":"max","kernelSize":[2,-1]}"#, "kernel_size is -1: must be a whole number, 0 or above"),
            (
                r#"{"method":"max","kernelSize":"2"}"#,
                r#"kernel_size is "2": must be a whole number, or a list with one for each axis"#,
            ),
            (
                r#"{"method":"max","kernelSize":{"a":[{}]}}"#,
                "kernel_size is an object: must be a whole number, or a list with one for each axis",
            ),
            (r#"{"method":["max"],"kernelSize":2}"#, r#"method is ["max"]: must be a text"#),
            (
                r#"{"method":"max","kernel":[2]}"#,
                "kernel is [2]: there is no such option; there are method, kernel_size, stride, padding, dilation, \
                 ceil_mode, count_include_pad, divisor_override, norm_type, sharpness, seed, alpha, weights, rank, k, \
                 filter_size, \
                 output_size, fractional, overlapping, global",
            ),
            (
                r#"{"method":"max","":2}"#,
                "\"\" is 2: there is no such option; there are method, kernel_size, stride, padding, dilation, \
                 ceil_mode, count_include_pad, divisor_override, norm_type, sharpness, seed, alpha, weights, rank, k, \
                 filter_size, output_size, fractional, overlapping, global",
            ),
            (r#"{"method":"max","kernelSize":2,"stride":0}"#, "stride is [0, 0]: every value must be at least 1"),
            (
                r#"{"method":"max","kernelSize":2,"padding":[1]}"#,
                "padding is [[1, 1]]: must have 2 pairs [before, after], one for each axis of the kernel",
            ),
            (
                r#"{"method":"max","kernelSize":2,"padding":[[1,2,3],1]}"#,
                "padding is [1, 2, 3]: an axis has one number, or two: [before, after]",
            ),
            (r#"{"method":"max","kernelSize":2,"ceilMode":1}"#, "ceil_mode is 1: must be true or false"),
            (
                r#"{"method":"max","kernelSize":2,"normType":2}"#,
                "norm_type is 2: belongs to the method lp or gem, the method is max",
            ),
            (
                r#"{"method":"max","kernelSize":2,"seed":1}"#,
                "seed is 1: belongs to the method stochastic, the method is max",
            ),
            (r#"{"method":"top-k","kernelSize":2}"#, "k is missing: must be given for the method top-k"),
            (
                r#"{"method":"rank","rank":5,"kernelSize":2}"#,
                "rank is 5: must not exceed the number of cells in the window",
            ),
            (
                r#"{"method":"gated","weights":[1,2],"kernelSize":2}"#,
                "weights is [1, 2]: must have one weight for each of the window's taps, the product of kernel_size",
            ),
            (r#"{"method":"max-blur","filterSize":33,"kernelSize":2}"#, "filter_size is 33: must be from 1 to 32"),
            (
                r#"{"method":"max","outputSize":2,"fractional":"random"}"#,
                "seed is missing: must be given for fractional regions",
            ),
            (
                r#"{"method":"max","outputSize":2,"fractional":"uneven","seed":1}"#,
                "fractional is \"uneven\": must be random or pseudorandom",
            ),
            (
                r#"{"method":"max","kernelSize":2,"overlapping":true}"#,
                "overlapping is true: needs output_size: how many regions",
            ),
            (
                r#"{"method":"max","global":true,"stride":2}"#,
                "stride is 2: does not go with global, which decides every region",
            ),
            (
                r#"{"method":"average","kernelSize":2,"divisorOverride":0}"#,
                "divisor_override is 0: a divisor must not be 0",
            ),
            (
                r#"{"method":"lp","kernelSize":2,"normType":-1}"#,
                "norm_type is -1: a norm's power must be at least 0.000001: rounding leaves nothing of smaller ones",
            ),
        ];
        for (json, text) in expected {
            assert_eq!(message(json), text, "{json}");
        }
    }

    #[test]
    fn arrays_need_a_shape_and_layers_take_none() {
        let read = |json: &str| serde_json::from_str::<ArrayPoolOptions>(json).unwrap().layer_and_shape();
        let (layer, shape) = read(r#"{"method":"max","global":true,"shape":[1,2,5],"returnIndices":null}"#).unwrap();
        assert_eq!((layer, shape), (Pool::global(Pooling::Max).unwrap(), vec![1, 2, 5]));
        let missing = read(r#"{"method":"max","global":true}"#).unwrap_err();
        assert_eq!(missing.to_string(), "shape is missing: must be given: N, C and one to three spatial extents");
        assert_eq!(
            read(r#"{"shape":[1,2,"5"]}"#).unwrap_err().to_string(),
            r#"shape is "5": must be a whole number, 0 or above"#
        );
    }

    #[test]
    fn a_key_given_twice_is_refused_in_either_spelling() {
        let twice = r#"{ "method": "max", "kernelSize": 1, "kernel_size": 2 }"#;
        assert_eq!(message(twice), "kernel_size is 2: the option is given twice");
    }
}
