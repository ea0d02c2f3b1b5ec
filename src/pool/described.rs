//! A layer back as plain data.

use super::{Pool, PoolOptions, Pooling};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Geometry, Sequence};
use crate::options::{Datum, Options};

impl PoolOptions {
    /// The options that make this layer: every parameter but those that have their defaults and padding and dilation that
    /// change nothing. One number stands for axes that have the same.
    ///
    /// ```
    /// use deep_end::{Pool, PoolOptions, dialect};
    /// let layer = dialect::read("nn.MaxPool2d(3, stride=2, padding=1)")?.layer(&[8, 8])?;
    /// let json = serde_json::to_string(&deep_end::options::Options::from(PoolOptions::of(&layer)?))?;
    /// assert_eq!(json, r#"{"method":"max","kernelSize":3,"stride":2,"padding":1}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When options have no words for it: regions that are listed one by one, two different seeds, one above 2⁵³.
    pub fn of(pool: &Pool) -> Result<Self> {
        let mut entries = vec![("method", Datum::from(pool.method().name()))];
        entries.extend(method(pool.method())?);
        entries.extend(geometry(pool.geometry())?);
        // A method that draws and regions that are drawn have one seed in options.
        let seeds: Vec<_> = entries.iter().filter(|(name, _)| *name == SEED).map(|(_, seed)| seed.clone()).collect();
        if let [first, second] = seeds.as_slice() {
            if first != second {
                let rule = "options have one seed for the method and its regions";
                return Err(Error::new(ErrorKind::Parameter, SEED, second, rule));
            }
            entries.pop();
        }
        Ok(Self::from(Options::of(entries.into_iter().map(|(name, value)| (name.to_owned(), value)))))
    }
}

type Entries = Vec<(&'static str, Datum)>;

const SEED: &str = "seed";

/// A seed as options have it: a number, which is exact up to 2⁵³.
fn seed(seed: u64) -> Result<(&'static str, Datum)> {
    if seed > 1 << 53 {
        return Err(Error::new(ErrorKind::Parameter, SEED, seed, "options have seeds up to 2⁵³"));
    }
    Ok((SEED, Datum::Number(seed as f64)))
}

fn method(method: &Pooling) -> Result<Entries> {
    Ok(match method {
        Pooling::Average { count_include_pad, divisor_override } => {
            let count = (!count_include_pad).then_some(("countIncludePad", Datum::Flag(false)));
            let divisor = divisor_override.map(|divisor| ("divisorOverride", Datum::Number(f64::from(divisor))));
            count.into_iter().chain(divisor).collect()
        }
        &Pooling::Lp { norm_type } | &Pooling::GeneralizedMean { norm_type } => {
            vec![("normType", Datum::Number(norm_type))]
        }
        &Pooling::LogSumExp { sharpness } => vec![("sharpness", Datum::Number(sharpness))],
        &Pooling::Stochastic { seed: drawn } => vec![seed(drawn)?],
        &Pooling::Mixed { alpha } => vec![("alpha", Datum::Number(alpha))],
        Pooling::Gated { weights } => {
            let weights = weights.iter().map(|&weight| Datum::Number(f64::from(weight)));
            vec![("weights", Datum::List(weights.collect()))]
        }
        &Pooling::Rank { rank } => vec![("rank", Datum::from(rank))],
        &Pooling::TopK { k } => vec![("k", Datum::from(k))],
        &Pooling::MaxBlur { filter_size } | &Pooling::AverageBlur { filter_size } => {
            vec![("filterSize", Datum::from(filter_size))]
        }
        Pooling::Max
        | Pooling::Min
        | Pooling::Soft
        | Pooling::StochasticMean
        | Pooling::Median
        | Pooling::Subsample => vec![],
    })
}

fn geometry(geometry: &Geometry) -> Result<Entries> {
    Ok(match geometry {
        Geometry::Window(window) => {
            let mut entries = vec![("kernelSize", extents(&window.kernel_size)), ("stride", extents(&window.stride))];
            if window.padding.iter().any(|&sides| sides != [0, 0]) {
                entries.push(("padding", sides(&window.padding)));
            }
            if window.dilation.iter().any(|&step| step != 1) {
                entries.push(("dilation", extents(&window.dilation)));
            }
            if window.ceil_mode {
                entries.push(("ceilMode", Datum::Flag(true)));
            }
            entries
        }
        Geometry::Adaptive { output_size } => vec![("outputSize", extents(output_size))],
        Geometry::Global => vec![("global", Datum::Flag(true))],
        &Geometry::Fractional { ref output_size, sequence, overlapping, seed: drawn } => {
            let sequence = match sequence {
                Sequence::Random => "random",
                Sequence::Pseudorandom => "pseudorandom",
            };
            let mut entries = vec![("outputSize", extents(output_size)), ("fractional", Datum::from(sequence))];
            if overlapping {
                entries.push(("overlapping", Datum::Flag(true)));
            }
            entries.push(seed(drawn)?);
            entries
        }
        Geometry::Regions(_) => {
            let rule = "options have no words for regions that are listed one by one";
            return Err(Error::new(ErrorKind::Parameter, "regions", "a list", rule));
        }
    })
}

fn extents(values: &[usize]) -> Datum {
    match values {
        [first, rest @ ..] if rest.iter().all(|value| value == first) => Datum::from(*first),
        _ => Datum::List(values.iter().map(|&value| Datum::from(value)).collect()),
    }
}

fn sides(pairs: &[[usize; 2]]) -> Datum {
    let all: Vec<usize> = pairs.iter().flatten().copied().collect();
    if all.iter().all(|side| *side == all[0]) {
        return Datum::from(all[0]);
    }
    let axis = |&[before, after]: &[usize; 2]| {
        if before == after { Datum::from(before) } else { Datum::List(vec![before.into(), after.into()]) }
    };
    Datum::List(pairs.iter().map(axis).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Window;

    #[test]
    fn options_of_a_layer_make_the_layer() {
        let window = Window::new([3, 2]).stride([1, 2]).padding([[0, 1], [1, 1]]).dilation([1, 2]).ceil_mode(true);
        let methods = [
            Pooling::Max,
            Pooling::Average { count_include_pad: false, divisor_override: Some(-3) },
            Pooling::lp(2.5),
            Pooling::GeneralizedMean { norm_type: f64::INFINITY },
            Pooling::LogSumExp { sharpness: 0.5 },
            Pooling::Soft,
            Pooling::Stochastic { seed: 1 << 53 },
            Pooling::Mixed { alpha: 0.25 },
            Pooling::Gated { weights: vec![0.1, 0.0, 0.0, 0.0, 0.0, -1.0] },
            Pooling::Rank { rank: 2 },
            Pooling::TopK { k: 3 },
            Pooling::MaxBlur { filter_size: 4 },
            Pooling::Subsample,
        ];
        let fractional = |seed| Geometry::Fractional {
            output_size: vec![2, 3],
            sequence: Sequence::Pseudorandom,
            overlapping: true,
            seed,
        };
        let geometries =
            [window.into(), Geometry::Global, Geometry::Adaptive { output_size: vec![4, 4] }, fractional(1 << 53)];
        for method in &methods {
            for geometry in &geometries {
                let Ok(layer) = Pool::with_geometry(method.clone(), geometry.clone()) else { continue };
                assert_eq!(PoolOptions::of(&layer).unwrap().layer(2).unwrap(), layer);
            }
        }
        let other = Pool::with_geometry(Pooling::Stochastic { seed: 1 }, fractional(2)).unwrap();
        assert_eq!(
            PoolOptions::of(&other).unwrap_err().to_string(),
            "seed is 2: options have one seed for the method and its regions"
        );
    }
}
