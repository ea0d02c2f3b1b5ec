//! Random layers, each with its windows as a person would write them down: tap by tap.

use deep_end::{Geometry, Pool, Pooling, Window};
use ndarray::{ArrayD, Dimension, IxDyn};
use proptest::prelude::*;

/// What a tap falls on along one axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum At {
    Cell(usize),
    Padding,
    Beyond,
}

/// How one axis is laid out, in the definition's terms.
#[derive(Clone, Debug)]
pub struct Axis {
    pub extent: usize,
    kernel_size: usize,
    stride: usize,
    padding: [usize; 2],
    dilation: usize,
    regions: Vec<[usize; 2]>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Window { ceil_mode: bool },
    Adaptive,
    Global,
    Regions,
}

#[derive(Clone, Debug)]
pub struct Layout {
    kind: Kind,
    pub axes: Vec<Axis>,
}

impl Layout {
    pub fn spatial(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.extent).collect()
    }

    pub fn geometry(&self) -> Geometry {
        let pick = |value: fn(&Axis) -> usize| self.axes.iter().map(value).collect::<Vec<_>>();
        match self.kind {
            Kind::Window { ceil_mode } => Window::new(pick(|axis| axis.kernel_size))
                .stride(pick(|axis| axis.stride))
                .padding(self.axes.iter().map(|axis| axis.padding).collect::<Vec<_>>())
                .dilation(pick(|axis| axis.dilation))
                .ceil_mode(ceil_mode)
                .into(),
            Kind::Adaptive => Geometry::Adaptive { output_size: pick(|axis| axis.kernel_size) },
            Kind::Global => Geometry::Global,
            Kind::Regions => Geometry::Regions(self.axes.iter().map(|axis| axis.regions.clone()).collect()),
        }
    }

    /// The taps of one window along one axis of `extent` cells.
    fn taps(&self, axis: &Axis, output: usize, extent: usize) -> Vec<At> {
        let cells = |holds: &dyn Fn(usize) -> bool| (0..extent).filter(|&at| holds(at)).map(At::Cell).collect();
        match self.kind {
            Kind::Window { .. } => (0..axis.kernel_size)
                .map(|tap| {
                    let at = (output * axis.stride + tap * axis.dilation) as isize - axis.padding[0] as isize;
                    match at {
                        _ if at >= (extent + axis.padding[1]) as isize => Beyond,
                        _ if at < 0 || at >= extent as isize => Padding,
                        _ => Cell(at as usize),
                    }
                })
                .collect(),
            // A cell [at, at + 1) belongs to the region [output · n / m, (output + 1) · n / m) if they overlap.
            Kind::Adaptive => {
                let m = axis.kernel_size;
                cells(&|at| (at + 1) * m > output * extent && at * m < (output + 1) * extent)
            }
            Kind::Global => cells(&|_| true),
            Kind::Regions => {
                let [start, end] = axis.regions[output];
                cells(&|at| at >= start && at < end)
            }
        }
    }

    /// For each axis of an input with these extents, the taps of each of the `outputs` positions.
    pub fn windows(&self, spatial: &[usize], outputs: &[usize]) -> Vec<Vec<Vec<At>>> {
        let axis = |index: usize| {
            (0..outputs[index]).map(|output| self.taps(&self.axes[index], output, spatial[index])).collect()
        };
        (0..spatial.len()).map(axis).collect()
    }
}
use At::{Beyond, Cell, Padding};

/// All positions of an array with these extents, row-major.
pub fn positions(shape: &[usize]) -> Vec<Vec<usize>> {
    ndarray::indices(IxDyn(shape)).into_iter().map(|place| place.slice().to_vec()).collect()
}

/// The taps of a window of several axes, row-major: the flat place of a cell, padding, or beyond if that on any axis.
pub fn window(windows: &[Vec<Vec<At>>], spatial: &[usize], output: &[usize]) -> Vec<At> {
    let axes: Vec<&Vec<At>> = windows.iter().zip(output).map(|(axis, &at)| &axis[at]).collect();
    let tap = |tap: Vec<usize>| {
        let on_axes: Vec<At> = axes.iter().zip(&tap).map(|(axis, &tap)| axis[tap]).collect();
        let cells: Option<Vec<usize>> =
            on_axes.iter().map(|at| if let Cell(at) = at { Some(*at) } else { None }).collect();
        match cells {
            Some(cells) => Cell(cells.iter().zip(spatial).fold(0, |flat, (&at, &extent)| flat * extent + at)),
            None if on_axes.contains(&Beyond) => Beyond,
            None => Padding,
        }
    };
    positions(&axes.iter().map(|axis| axis.len()).collect::<Vec<_>>()).into_iter().map(tap).collect()
}

fn axis() -> impl Strategy<Value = Axis> {
    (1..6usize, 1..4usize, 1..4usize, 1..3usize).prop_flat_map(|(extent, kernel_size, stride, dilation)| {
        let below = 0..dilation * (kernel_size - 1) + 1;
        let region = (0..extent).prop_flat_map(move |start| (Just(start), start + 1..extent + 1));
        let region = region.prop_map(|(start, end)| [start, end]);
        ([below.clone(), below], prop::collection::vec(region, 1..4)).prop_map(move |(padding, regions)| Axis {
            extent,
            kernel_size,
            stride,
            padding,
            dilation,
            regions,
        })
    })
}

/// A layout of this many axes that fits inputs of its own extents.
pub fn layout(axes: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Layout> {
    let window = any::<bool>().prop_map(|ceil_mode| Kind::Window { ceil_mode });
    let kind = prop_oneof![5 => window, 1 => Just(Kind::Adaptive), 1 => Just(Kind::Global), 2 => Just(Kind::Regions)];
    (kind, prop::collection::vec(axis(), axes))
        .prop_map(|(kind, axes)| Layout { kind, axes })
        .prop_filter("fits its input", |layout| layout.geometry().plan(&layout.spatial()).is_ok())
}

/// Every method; gated and blur pooling only where windows slide.
pub fn methods(layout: &Layout, p: f64, seed: u64) -> Vec<Pooling> {
    let taps: usize = layout.axes.iter().map(|axis| axis.kernel_size).product();
    let weights = (0..taps).map(|tap| (tap as f32 - 1.0) / 4.0).collect();
    let sliding =
        [Pooling::Gated { weights }, Pooling::MaxBlur { filter_size: 3 }, Pooling::AverageBlur { filter_size: 4 }];
    let sliding = sliding.into_iter().filter(|_| matches!(layout.kind, Kind::Window { .. }));
    let methods = vec![
        Pooling::Max,
        Pooling::Min,
        Pooling::average(),
        Pooling::Average { count_include_pad: false, divisor_override: None },
        Pooling::Average { count_include_pad: true, divisor_override: Some(3) },
        Pooling::lp(p),
        Pooling::GeneralizedMean { norm_type: p },
        Pooling::LogSumExp { sharpness: 0.7 },
        Pooling::Soft,
        Pooling::Stochastic { seed },
        Pooling::StochasticMean,
        Pooling::Mixed { alpha: 0.3 },
        Pooling::Median,
        Pooling::Rank { rank: 1 },
        Pooling::TopK { k: 1 },
        Pooling::Subsample,
    ];
    let largest = largest_region(layout);
    let deeper = [Pooling::Rank { rank: largest }, Pooling::TopK { k: largest }];
    methods.into_iter().chain(deeper).chain(sliding).collect()
}

/// Whether the method looks beyond its windows.
pub fn blurs(method: &Pooling) -> bool {
    matches!(method, Pooling::MaxBlur { .. } | Pooling::AverageBlur { .. })
}

/// How many taps the layout's largest window has: smaller regions of the same layer have fewer.
fn largest_region(layout: &Layout) -> usize {
    let spatial = layout.spatial();
    let plan = layout.geometry().plan(&spatial).expect("fits its input");
    let windows = layout.windows(&spatial, &plan.output_shape());
    windows.iter().map(|axis| axis.iter().map(Vec::len).max().unwrap_or(1)).product()
}

pub fn power() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![1.0, 2.0, 3.0, 9.0, f64::INFINITY])
}

/// Ordinary numbers and ties.
pub fn ordinary() -> BoxedStrategy<f32> {
    prop_oneof![2 => -4.0..4.0f32, 1 => prop::sample::select(vec![-1.0, 0.0, 1.0, 2.0])].boxed()
}

/// The same with all that floats have besides.
pub fn any_cell() -> BoxedStrategy<f32> {
    let special = vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, 1e-40, 3e38];
    prop_oneof![4 => ordinary(), 1 => prop::sample::select(special)].boxed()
}

/// A layout and an array for it: two images of two channels, so that there are planes before and after.
pub fn case(cell: BoxedStrategy<f32>) -> impl Strategy<Value = (Layout, ArrayD<f32>)> {
    layout(1..=3).prop_flat_map(move |layout| {
        let shape = [&[2, 2], layout.spatial().as_slice()].concat();
        let values = prop::collection::vec(cell.clone(), shape.iter().product::<usize>());
        values.prop_map(move |values| (layout.clone(), ArrayD::from_shape_vec(IxDyn(&shape), values).unwrap()))
    })
}

pub fn pool(method: &Pooling, layout: &Layout) -> Pool {
    Pool::with_geometry(method.clone(), layout.geometry()).unwrap()
}

/// Equal, a NaN to a NaN.
pub fn same(a: f32, b: f32) -> bool {
    a == b || a.is_nan() && b.is_nan()
}
