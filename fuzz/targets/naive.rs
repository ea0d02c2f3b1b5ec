//! The definition of a layer, window by window, with no word of the library's plans.

use super::same;
use deep_end::geometry::{AxisPlan, Plan, Sequence};
use deep_end::{Geometry, Pooling, Window};
use std::ops::Range;

/// A geometry as plain numbers. `Regions` is also what fractional max pooling makes.
#[derive(Clone, Debug)]
pub enum Laid {
    Window {
        kernel_size: Vec<usize>,
        stride: Vec<usize>,
        padding: Vec<[usize; 2]>,
        dilation: Vec<usize>,
        ceil_mode: bool,
    },
    Adaptive(Vec<usize>),
    Global,
    /// Known by its rules only: see [`Laid::drawn`].
    Fractional {
        output_size: Vec<usize>,
        random: bool,
        overlapping: bool,
        seed: u64,
    },
    Regions(Vec<Vec<[usize; 2]>>),
}

/// What a window has along one axis, or in all.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    /// The positions of its cells.
    pub cells: Vec<usize>,
    /// How many of its taps lie in the padded input.
    pub padded: usize,
}

impl Laid {
    /// Every window along one axis, tap by tap; the output positions are taken as given.
    fn axis(&self, axis: usize, extent: usize, outputs: usize) -> Vec<Reads> {
        let range = |range: Range<usize>| Reads { padded: range.len(), cells: range.collect() };
        let window = |output: usize, slide: Slide| {
            let [before, end, padded] = [slide.before, slide.before + extent as u128, slide.padded(extent)];
            let taps = (0..slide.kernel_size).map(|tap| output as u128 * slide.stride + tap * slide.dilation);
            let taps: Vec<u128> = taps.take_while(|&tap| tap < padded).collect();
            let inside = taps.iter().filter(|&&tap| tap >= before && tap < end);
            Reads { cells: inside.map(|tap| (tap - before) as usize).collect(), padded: taps.len() }
        };
        (0..outputs)
            .map(|output| match self {
                Self::Window { .. } => window(output, self.slide(axis)),
                Self::Adaptive(_) => range(output * extent / outputs..((output + 1) * extent).div_ceil(outputs)),
                Self::Global => range(0..extent),
                Self::Regions(regions) => range(regions[axis][output][0]..regions[axis][output][1]),
                Self::Fractional { .. } => unreachable!("its regions were taken from the plan"),
            })
            .collect()
    }

    /// The same for the library.
    pub fn geometry(&self) -> Geometry {
        match self.clone() {
            Self::Window { kernel_size, stride, padding, dilation, ceil_mode } => {
                let window = Window::new(kernel_size).stride(stride).padding(padding).dilation(dilation);
                window.ceil_mode(ceil_mode).into()
            }
            Self::Adaptive(output_size) => Geometry::Adaptive { output_size },
            Self::Global => Geometry::Global,
            Self::Fractional { output_size, random, overlapping, seed } => {
                let sequence = if random { Sequence::Random } else { Sequence::Pseudorandom };
                Geometry::Fractional { output_size, sequence, overlapping, seed }
            }
            Self::Regions(regions) => Geometry::Regions(regions),
        }
    }

    /// A window's numbers along one axis; those of the least window for what does not slide.
    fn slide(&self, axis: usize) -> Slide {
        let Self::Window { kernel_size, stride, padding, dilation, .. } = self else {
            return Slide { kernel_size: 1, stride: 1, before: 0, after: 0, dilation: 1 };
        };
        let [before, after] = padding[axis].map(|side| side as u128);
        let [kernel_size, stride, dilation] = [kernel_size, stride, dilation].map(|list| list[axis] as u128);
        Slide { kernel_size, stride, before, after, dilation }
    }

    /// Fractional regions are drawn, so they are the plan's; but they cover the axis, and their sizes differ by one.
    pub fn drawn(self, plan: &Plan) -> Self {
        let Self::Fractional { overlapping, .. } = self else { return self };
        let axis = |axis: &AxisPlan| {
            let (spans, shared) = (&axis.spans, usize::from(overlapping));
            let (size, rest) = (axis.extent / spans.len(), axis.extent % spans.len());
            assert_eq!(spans.first().map(|span| span.start), Some(0));
            for (at, span) in spans.iter().enumerate() {
                let next = spans.get(at + 1).map_or(axis.extent, |span| span.start);
                let own = next - span.start;
                assert!(own == size || own == size + usize::from(rest > 0), "{own} cells of {axis:?}");
                assert_eq!(span.start + span.len, axis.extent.min(next + shared), "{axis:?}");
            }
            spans.iter().map(|span| [span.start, span.start + span.len]).collect()
        };
        Self::Regions(plan.axes().iter().map(axis).collect())
    }

    /// Every window of a plane, row-major; cells flat in the plane.
    pub fn windows(&self, spatial: &[usize], output: &[usize]) -> Vec<Reads> {
        let mut windows = vec![Reads { cells: vec![0], padded: 1 }];
        for (axis, (&extent, &outputs)) in spatial.iter().zip(output).enumerate() {
            let along = self.axis(axis, extent, outputs);
            let both = |outer: &Reads, inner: &Reads| Reads {
                cells: outer
                    .cells
                    .iter()
                    .flat_map(|at| inner.cells.iter().map(move |cell| at * extent + cell))
                    .collect(),
                padded: outer.padded * inner.padded,
            };
            windows = windows.iter().flat_map(|outer| along.iter().map(move |inner| both(outer, inner))).collect();
        }
        windows
    }

    /// How many windows fit along an axis, by trying them one after the other (PyTorch's rule, ceil mode included).
    pub fn fitting(&self, axis: usize, extent: usize) -> usize {
        let ceil_mode = match self {
            Self::Window { ceil_mode, .. } => *ceil_mode,
            Self::Adaptive(output) => return output[axis],
            Self::Global => return 1,
            Self::Fractional { output_size, .. } => return output_size[axis],
            Self::Regions(regions) => return regions[axis].len(),
        };
        let slide = self.slide(axis);
        let (padded, reach) = (slide.padded(extent), slide.dilation * (slide.kernel_size - 1) + 1);
        let full = (0..).take_while(|output| output * slide.stride + reach <= padded).count();
        let rest = match full as u128 {
            0 => reach - padded < slide.stride,
            full => (full - 1) * slide.stride + reach < padded && full * slide.stride < slide.before + extent as u128,
        };
        full + usize::from(ceil_mode && rest)
    }
}

/// Wide enough for every sum and product of machine words.
struct Slide {
    kernel_size: u128,
    stride: u128,
    before: u128,
    after: u128,
    dilation: u128,
}

impl Slide {
    fn padded(&self, extent: usize) -> u128 {
        self.before + extent as u128 + self.after
    }
}

/// The largest cell by PyTorch's rule and where it is: the first of equals, the last NaN.
pub fn largest(plane: &[f32], window: &Reads) -> (f32, i32) {
    let first = (f32::NEG_INFINITY, -1);
    window.cells.iter().fold(first, |(value, index), &at| {
        let cell = plane[at];
        if cell.is_nan() || cell > value || index < 0 { (cell, at as i32) } else { (value, index) }
    })
}

/// The sum over the divisor, where float sums are to be trusted: no NaN, no infinity, nothing near f32's end.
pub fn check_mean(method: &Pooling, plane: &[f32], window: &Reads, value: f32) {
    let Pooling::Average { count_include_pad, divisor_override } = method else { return };
    let cells = || window.cells.iter().map(|&at| f64::from(plane[at]));
    if cells().any(f64::is_nan) {
        assert!(value.is_nan(), "{value} of a window with a NaN");
    }
    let magnitude: f64 = cells().map(f64::abs).sum();
    if magnitude.is_nan() || magnitude > f64::from(f32::MAX) / 2.0 {
        return;
    }
    let count = if *count_include_pad { window.padded } else { window.cells.len() };
    let divisor = divisor_override.map_or(count.max(1) as f64, f64::from);
    let mean = cells().sum::<f64>() / divisor;
    // As many roundings as cells (N. Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 4.2), one of
    // the divisor, one of the division; and what subnormals lose.
    let bound = (window.cells.len() + 2) as f64 * 2f64.powi(-24) * magnitude / divisor.abs() + 2e-45;
    assert!((f64::from(value) - mean).abs() <= bound, "{value} where the mean is {mean}");
}

/// A norm of any power is at least the largest magnitude.
pub fn check_norm(method: &Pooling, plane: &[f32], window: &Reads, value: f32) {
    // Of x^p an f64 keeps 2⁻⁵³, which the root makes 2⁻⁵³ / p: too much of smaller powers is lost to be checked.
    if !matches!(method, Pooling::Lp { norm_type } if *norm_type >= 1e-6) {
        return;
    }
    if window.cells.is_empty() {
        return assert!(same(value, 0.0), "{value} of no cells");
    }
    let magnitudes = || window.cells.iter().map(|&at| plane[at].abs());
    if magnitudes().any(f32::is_nan) {
        return assert!(value.is_nan(), "{value} of a window with a NaN");
    }
    let most = f64::from(magnitudes().fold(0.0, f32::max));
    // The root of the power rounds: relative to the result, and at its worst where powers are tiny and p is large.
    assert!(f64::from(value) >= most * (1.0 - 1e-6) - 2e-45, "{value} where a cell is {most}");
}

/// The smallest cell and where it is, as [`largest`].
pub fn smallest(plane: &[f32], window: &Reads) -> (f32, i32) {
    let first = (f32::INFINITY, -1);
    window.cells.iter().fold(first, |(value, index), &at| {
        let cell = plane[at];
        if cell.is_nan() || cell < value || index < 0 { (cell, at as i32) } else { (value, index) }
    })
}

/// Which cell a method that sorts or takes the first gives; a NaN is above all.
pub fn check_cell(method: &Pooling, plane: &[f32], window: &Reads, value: f32) {
    let mut sorted: Vec<f32> = window.cells.iter().map(|&at| plane[at]).collect();
    let Some(last) = sorted.len().checked_sub(1) else { return assert!(same(value, 0.0), "{value} of no cells") };
    if !matches!(method, Pooling::Subsample) {
        if sorted.iter().any(|cell| cell.is_nan()) {
            return assert!(value.is_nan(), "{value} of a window with a NaN");
        }
        sorted.sort_by(|a, b| b.partial_cmp(a).expect("none is a NaN"));
    }
    let expected = match method {
        Pooling::Median => sorted[sorted.len() / 2],
        Pooling::Rank { rank } => sorted[last.min(rank - 1)],
        _ => sorted[0],
    };
    // Zeros of both signs are equal to a sort.
    assert!(expected == value || same(expected, value), "{value} where {expected} is due of {sorted:?}");
}

/// The mean of the k largest, where float sums are to be trusted.
pub fn check_mean_of_largest(method: &Pooling, plane: &[f32], window: &Reads, value: f32) {
    let Pooling::TopK { k } = method else { return };
    let mut sorted: Vec<f64> = window.cells.iter().map(|&at| f64::from(plane[at])).collect();
    if sorted.iter().any(|cell| cell.is_nan()) {
        return assert!(value.is_nan(), "{value} of a window with a NaN");
    }
    sorted.sort_by(|a, b| b.partial_cmp(a).expect("none is a NaN"));
    sorted.truncate(*k);
    if sorted.iter().any(|cell| cell.is_infinite()) {
        return;
    }
    let (mean, magnitude) =
        (sorted.iter().sum::<f64>() / sorted.len().max(1) as f64, sorted.iter().map(|x| x.abs()).sum::<f64>());
    let bound = mean.abs() * 2f64.powi(-23) + magnitude * 1e-12 + 2e-45;
    assert!((f64::from(value) - mean).abs() <= bound, "{value} where the mean of {k} is {mean}");
}

/// Between the least and the largest of these cells, where none is infinite or so large that a sum may be.
pub fn check_between(cells: &[f32], value: f32) {
    let magnitude: f64 = cells.iter().map(|&cell| f64::from(cell).abs()).sum();
    if cells.is_empty() || magnitude.is_nan() || magnitude > f64::from(f32::MAX) / 2.0 {
        return;
    }
    let (least, most) =
        (cells.iter().copied().fold(f32::MAX, f32::min), cells.iter().copied().fold(f32::MIN, f32::max));
    // Sums of f32 round once a cell.
    let slack = least.abs().max(most.abs()) * (1e-5 + cells.len() as f32 * 6e-8) + 3e-45;
    assert!(value >= least - slack && value <= most + slack, "{value} of cells from {least} to {most}");
}
