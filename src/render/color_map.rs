//! Colour maps in which equal steps of value look like equal steps of colour.
//!
//! Each map is a curve through a few anchors in OKLab, walked at constant speed: OKLab's distances follow what people
//! see (B. Ottosson, *A perceptual color space for image processing*, 2020). Lightness rises all along a sequential
//! map, so it reads without colour vision and in print.

use crate::error::{Error, ErrorKind, Result};
use crate::kernel::powers::power;
use crate::shown::{number, quoted};
use std::sync::OnceLock;

/// How values become colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColorMap {
    /// Sequential: from the deep end, dark blue, over sea green to pale sand.
    Deep,
    /// Grey: the value is the pixel's code.
    Gray,
    /// Diverging, for signed values: blue below a light neutral middle, rust above.
    Tide,
}

/// A colour in OKLab: lightness (0 to 1), a (green to red), b (blue to yellow).
type Lab = [f64; 3];

const DEEP: [Lab; 5] = [
    [0.16, 0.005, -0.060],
    [0.37, -0.018, -0.129],
    [0.57, -0.071, -0.084],
    [0.77, -0.110, 0.004],
    [0.97, -0.016, 0.058],
];
const TIDE: [Lab; 5] =
    [[0.30, -0.015, -0.109], [0.62, -0.051, -0.109], [0.96, 0.000, 0.000], [0.66, 0.080, 0.102], [0.36, 0.098, 0.069]];

impl ColorMap {
    /// Every map, in the order in which a page lists them.
    pub const ALL: [ColorMap; 3] = [ColorMap::Deep, ColorMap::Gray, ColorMap::Tide];

    /// The map of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|map| map.name() == name);
        found.ok_or_else(|| Error::new(ErrorKind::Parameter, "map", quoted(name), "must be deep, gray or tide"))
    }

    /// The map's name in options and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deep => "deep",
            Self::Gray => "gray",
            Self::Tide => "tide",
        }
    }

    /// The map's 256 colours, sRGB.
    pub fn table(self) -> &'static [[u8; 3]; 256] {
        static TABLES: [OnceLock<[[u8; 3]; 256]>; 3] = [const { OnceLock::new() }; 3];
        TABLES[self as usize].get_or_init(|| match self {
            Self::Deep => walk(&DEEP, 0.0, 255.0),
            Self::Gray => std::array::from_fn(|code| [code as u8; 3]),
            // Each arm by itself, so that the neutral middle lies exactly in the middle.
            Self::Tide => {
                let (below, above) = (walk(&TIDE[..3], 0.0, 127.5), walk(&TIDE[2..], 127.5, 255.0));
                std::array::from_fn(|code| if code < 128 { below[code] } else { above[code] })
            }
        })
    }
}

/// Colours `values` with `map`: `min` and everything below it takes the first colour, `max` and everything above it
/// the last; where `min` = `max`, all take the first. A NaN is a transparent pixel. Returns RGBA.
///
/// # Errors
/// When `min` or `max` is not finite, or `min` is above `max`.
pub fn colorize(values: &[f32], map: ColorMap, min: f32, max: f32) -> Result<Vec<u8>> {
    for (parameter, value) in [("min", min), ("max", max)] {
        if !value.is_finite() {
            return Err(Error::new(ErrorKind::Parameter, parameter, value, "must be a finite number"));
        }
    }
    if min > max {
        return Err(Error::new(
            ErrorKind::Parameter,
            "min",
            min,
            format!("must not be above max, {}", number(f64::from(max))),
        ));
    }
    let table = map.table();
    // In f64, where max − min cannot overflow.
    let (low, range) = (f64::from(min), f64::from(max) - f64::from(min));
    let pixel = |&value: &f32| {
        if value.is_nan() {
            return [0; 4];
        }
        let position = if range > 0.0 { (f64::from(value) - low) / range } else { 0.0 };
        let [red, green, blue] = table[(position * 255.0 + 0.5).clamp(0.0, 255.0) as usize];
        [red, green, blue, 255]
    };
    Ok(values.iter().flat_map(pixel).collect())
}

/// Colours at equal OKLab distances along the curve through the anchors, which `first` and `last` code lie on.
fn walk(anchors: &[Lab], first: f64, last: f64) -> [[u8; 3]; 256] {
    const STEPS: usize = 2048;
    let curve: Vec<Lab> = (0..=STEPS).map(|step| point(anchors, step as f64 / STEPS as f64)).collect();
    let mut travelled = vec![0.0];
    for pair in curve.windows(2) {
        travelled.push(travelled[travelled.len() - 1] + distance(pair[0], pair[1]));
    }
    let total = travelled[STEPS];
    std::array::from_fn(|code| {
        let goal = total * ((code as f64 - first) / (last - first)).clamp(0.0, 1.0);
        srgb(curve[travelled.partition_point(|&length| length < goal).min(STEPS)])
    })
}

/// The point at `position` (0 to 1): straight in lightness between neighbours, a Catmull-Rom spline in a and b.
fn point(anchors: &[Lab], position: f64) -> Lab {
    let scaled = position * (anchors.len() - 1) as f64;
    let index = (scaled as usize).min(anchors.len() - 2);
    let t = scaled - index as f64;
    let at = |offset: isize| anchors[index.saturating_add_signed(offset).min(anchors.len() - 1)];
    let (before, from, to, after) = (at(-1), at(0), at(1), at(2));
    std::array::from_fn(|axis| {
        let [p0, p1, p2, p3] = [before[axis], from[axis], to[axis], after[axis]];
        if axis == 0 {
            return p1 + (p2 - p1) * t;
        }
        let (slope_from, slope_to) = ((p2 - p0) / 2.0, (p3 - p1) / 2.0);
        let (t2, t3) = (t * t, t * t * t);
        (2.0 * t3 - 3.0 * t2 + 1.0) * p1
            + (t3 - 2.0 * t2 + t) * slope_from
            + (3.0 * t2 - 2.0 * t3) * p2
            + (t3 - t2) * slope_to
    })
}

fn distance(a: Lab, b: Lab) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// OKLab to sRGB codes, with Ottosson's matrices and IEC 61966-2-1's transfer curve.
fn srgb([lightness, a, b]: Lab) -> [u8; 3] {
    let cube = |x: f64| x * x * x;
    let l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
    let m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
    let s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
    let linear = [
        4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
        -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
        -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
    ];
    linear.map(|channel| {
        let channel = channel.clamp(0.0, 1.0);
        let code = if channel <= 0.0031308 { 12.92 * channel } else { 1.055 * power(channel, 1.0 / 2.4) - 0.055 };
        (code * 255.0 + 0.5) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// sRGB codes back to OKLab, so that the tests judge what the eye gets.
    fn seen(code: [u8; 3]) -> Lab {
        let [r, g, b] = code.map(|channel| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        });
        let l = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b).cbrt();
        let m = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b).cbrt();
        let s = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b).cbrt();
        [
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
        ]
    }

    #[test]
    fn equal_steps_look_equal() {
        for (map, codes) in [(ColorMap::Deep, 0..256), (ColorMap::Tide, 0..128), (ColorMap::Tide, 128..256)] {
            let colors: Vec<_> = map.table()[codes.clone()].iter().map(|&code| seen(code)).collect();
            let steps: Vec<_> = colors.windows(16).step_by(5).map(|run| distance(run[0], run[15])).collect();
            let mean = steps.iter().sum::<f64>() / steps.len() as f64;
            for step in steps {
                let far = (step / mean - 1.0).abs();
                assert!(far < 0.1, "{} {codes:?}: a step of {step} where the mean is {mean}", map.name());
            }
        }
    }

    #[test]
    fn a_sequential_map_grows_lighter_throughout_and_a_diverging_one_peaks_neutral_in_the_middle() {
        for map in [ColorMap::Deep, ColorMap::Gray] {
            let lightness: Vec<_> = map.table().iter().map(|&code| seen(code)[0]).collect();
            assert!(lightness.windows(5).all(|run| run[4] > run[0]), "{}", map.name());
        }
        let tide: Vec<_> = ColorMap::Tide.table().iter().map(|&code| seen(code)).collect();
        let lightest = (0..256).max_by(|&a, &b| tide[a][0].total_cmp(&tide[b][0])).unwrap();
        assert!((120..136).contains(&lightest), "the lightest colour is number {lightest}");
        assert!(tide[lightest][1].hypot(tide[lightest][2]) < 0.02, "the middle is neutral");
    }

    #[test]
    fn values_map_to_the_ends_and_nan_to_nothing() {
        let values = [f32::NEG_INFINITY, -1.0, 0.0, 1.0, 7.0, f32::NAN];
        let pixels = colorize(&values, ColorMap::Gray, -1.0, 1.0).unwrap();
        let expected = [[0, 0, 0, 255], [0, 0, 0, 255], [128, 128, 128, 255], [255; 4], [255; 4], [0; 4]];
        assert_eq!(pixels, expected.concat());
        assert_eq!(colorize(&[3.0], ColorMap::Gray, 3.0, 3.0).unwrap(), [0, 0, 0, 255]);
        let error = colorize(&[], ColorMap::Deep, 2.0, 1.0).unwrap_err();
        assert_eq!(error.to_string(), "min is 2: must not be above max, 1");
    }
}
