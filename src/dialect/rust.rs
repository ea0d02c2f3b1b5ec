//! The source of a layer in Rust, with this crate.

use super::print::number;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Geometry, Sequence, Window};
use crate::pool::{Pool, Pooling};

/// `pool` as a line of Rust. Every geometry has one, and every method but gated pooling.
///
/// ```
/// use deep_end::dialect::{self, Dialect};
/// let layer = dialect::read("nn.AvgPool2d(3, stride=2, padding=(1, 0))")?.layer(&[8, 8])?;
/// assert_eq!(
///     dialect::rust(&layer)?,
///     "Pool::new(Pooling::average(), Window::new([3, 3]).stride([2, 2]).padding([[1, 1], [0, 0]]))?"
/// );
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When the method is written in code rather than in a line, or has a power with too many digits.
pub fn rust(pool: &Pool) -> Result<String> {
    let method = method(pool.method())?;
    Ok(match pool.geometry() {
        Geometry::Window(shape) => ["Pool::new(", &method, ", ", &window(shape), ")?"].concat(),
        Geometry::Adaptive { output_size } => ["Pool::adaptive(", &method, ", ", &list(output_size), ")?"].concat(),
        Geometry::Global => ["Pool::global(", &method, ")?"].concat(),
        Geometry::Fractional { output_size, sequence, overlapping, seed } => {
            let sequence = match sequence {
                Sequence::Random => "Random",
                Sequence::Pseudorandom => "Pseudorandom",
            };
            let overlapping = if *overlapping { "true" } else { "false" };
            let size = ["output_size: vec!", &list(output_size), ", sequence: Sequence::", sequence].concat();
            let rest = [", overlapping: ", overlapping, ", seed: ", &seed.to_string()].concat();
            ["Pool::with_geometry(", &method, ", Geometry::Fractional { ", &size, &rest, " })?"].concat()
        }
        Geometry::Regions(regions) => {
            let axes: Vec<_> = regions.iter().map(|axis| ["vec!", &pairs(axis)].concat()).collect();
            let regions = axes.join(", ");
            ["Pool::with_geometry(", &method, ", Geometry::Regions(vec![", &regions, "]))?"].concat()
        }
    })
}

fn method(method: &Pooling) -> Result<String> {
    Ok(match method {
        Pooling::Max => "Pooling::Max".to_owned(),
        Pooling::Min => "Pooling::Min".to_owned(),
        Pooling::Average { count_include_pad: true, divisor_override: None } => "Pooling::average()".to_owned(),
        Pooling::Average { count_include_pad, divisor_override } => {
            let count = if *count_include_pad { "true" } else { "false" };
            let divisor = match divisor_override {
                Some(divisor) => ["Some(", &divisor.to_string(), ")"].concat(),
                None => "None".to_owned(),
            };
            ["Pooling::Average { count_include_pad: ", count, ", divisor_override: ", &divisor, " }"].concat()
        }
        Pooling::Lp { norm_type } => ["Pooling::lp(", &float(*norm_type)?, ")"].concat(),
        Pooling::GeneralizedMean { norm_type } => {
            ["Pooling::GeneralizedMean { norm_type: ", &float(*norm_type)?, " }"].concat()
        }
        Pooling::LogSumExp { sharpness } => ["Pooling::LogSumExp { sharpness: ", &float(*sharpness)?, " }"].concat(),
        Pooling::Mixed { alpha } => ["Pooling::Mixed { alpha: ", &float(*alpha)?, " }"].concat(),
        Pooling::Soft => "Pooling::Soft".to_owned(),
        Pooling::Stochastic { seed } => ["Pooling::Stochastic { seed: ", &seed.to_string(), " }"].concat(),
        Pooling::StochasticMean => "Pooling::StochasticMean".to_owned(),
        Pooling::Median => "Pooling::Median".to_owned(),
        Pooling::Rank { rank } => ["Pooling::Rank { rank: ", &rank.to_string(), " }"].concat(),
        Pooling::TopK { k } => ["Pooling::TopK { k: ", &k.to_string(), " }"].concat(),
        Pooling::Subsample => "Pooling::Subsample".to_owned(),
        other => {
            let rule = "has more weights than go into one line";
            return Err(Error::new(ErrorKind::Parameter, "method", other.name(), rule));
        }
    })
}

/// A literal of type f64.
fn float(value: f64) -> Result<String> {
    if value < 0.0 {
        return Ok(["-", &float(-value)?].concat());
    }
    let text = number(value)?;
    Ok(match value {
        f64::INFINITY => "f64::INFINITY".to_owned(),
        _ if text.contains('.') => text,
        _ => [&text, ".0"].concat(),
    })
}

fn window(window: &Window) -> String {
    let mut text = ["Window::new(", &list(&window.kernel_size), ")"].concat();
    let mut add = |name: &str, value: String| text.push_str(&[".", name, "(", &value, ")"].concat());
    if window.stride != window.kernel_size {
        add("stride", list(&window.stride));
    }
    if window.padding.iter().any(|&pair| pair != [0, 0]) {
        add("padding", pairs(&window.padding));
    }
    if window.dilation.iter().any(|&step| step != 1) {
        add("dilation", list(&window.dilation));
    }
    if window.ceil_mode {
        add("ceil_mode", "true".to_owned());
    }
    text
}

fn list(values: &[usize]) -> String {
    ["[", &values.iter().map(usize::to_string).collect::<Vec<_>>().join(", "), "]"].concat()
}

fn pairs(pairs: &[[usize; 2]]) -> String {
    ["[", &pairs.iter().map(|pair| list(pair)).collect::<Vec<_>>().join(", "), "]"].concat()
}
