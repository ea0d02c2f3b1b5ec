//! Every layer against its definition, written down window by window as a person would read it.

use deep_end::{Geometry, Pool, Pooling, Window};
use ndarray::{ArrayD, IxDyn};
use proptest::prelude::*;

/// One axis of a window, in the definition's terms.
#[derive(Clone, Debug)]
struct Axis {
    extent: usize,
    kernel_size: usize,
    stride: usize,
    padding: [usize; 2],
    dilation: usize,
}

#[derive(Clone, Debug)]
struct Layer {
    axes: Vec<Axis>,
    ceil_mode: bool,
}

impl Layer {
    fn window(&self) -> Window {
        let pick = |value: fn(&Axis) -> usize| self.axes.iter().map(value).collect::<Vec<_>>();
        Window::new(pick(|axis| axis.kernel_size))
            .stride(pick(|axis| axis.stride))
            .padding(self.axes.iter().map(|axis| axis.padding).collect::<Vec<_>>())
            .dilation(pick(|axis| axis.dilation))
            .ceil_mode(self.ceil_mode)
    }

    fn spatial(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.extent).collect()
    }
}

impl Axis {
    /// How many windows fit, by trying them one after the other: all of a window lies in the padded input; with ceil
    /// mode the one after the last full window too, if it begins in the input or the padding before it. Where none
    /// fits, ceil mode keeps a first one that hangs over by less than a stride.
    fn outputs(&self, ceil_mode: bool) -> usize {
        let padded = self.padding[0] + self.extent + self.padding[1];
        let last_tap = self.dilation * (self.kernel_size - 1);
        let full = (0..).take_while(|output| output * self.stride + last_tap < padded).count();
        let reaches_end = |count: usize| count > 0 && (count - 1) * self.stride + last_tap + 1 == padded;
        if !ceil_mode || reaches_end(full) {
            return full;
        }
        if full == 0 {
            return usize::from(last_tap + 1 - padded < self.stride);
        }
        full + usize::from(full * self.stride < self.padding[0] + self.extent)
    }

    /// The taps of one window as positions in the input, which may lie outside it; those beyond the padded input are
    /// left out.
    fn taps(&self, output: usize) -> Vec<isize> {
        let position = |tap: usize| (output * self.stride + tap * self.dilation) as isize - self.padding[0] as isize;
        let end = (self.extent + self.padding[1]) as isize;
        (0..self.kernel_size).map(position).filter(|&at| at < end).collect()
    }
}

/// All windows, each as the positions of its taps in row-major order: the cell's place, or None for padding.
fn windows(layer: &Layer, output: &[usize]) -> Vec<Vec<Option<Vec<usize>>>> {
    let places = ndarray::indices(IxDyn(output));
    let window = |place: IxDyn| {
        let taps: Vec<Vec<isize>> = layer.axes.iter().enumerate().map(|(i, axis)| axis.taps(place[i])).collect();
        let start: Vec<Vec<isize>> = vec![vec![]];
        let all = taps.iter().fold(start, |prefixes, taps| {
            prefixes
                .iter()
                .flat_map(|prefix| taps.iter().map(move |&tap| [prefix.as_slice(), &[tap]].concat()))
                .collect()
        });
        let cell = |place: &Vec<isize>| {
            let inside = place.iter().zip(&layer.axes).all(|(&at, axis)| at >= 0 && at < axis.extent as isize);
            inside.then(|| place.iter().map(|&at| at as usize).collect())
        };
        all.iter().map(cell).collect()
    };
    places.into_iter().map(window).collect()
}

/// The mean (as a sum of doubles), the norm, the maximum and its place of one window of one plane.
struct Reduced {
    mean: f64,
    mean_without_padding: f64,
    norm: f64,
    /// The mean of the magnitudes: rounding is measured by it, not by a sum in which terms cancel.
    magnitude: f64,
    max: f32,
    index: i32,
}

fn reduce(plane: &ArrayD<f32>, window: &[Option<Vec<usize>>], p: f64) -> Reduced {
    let cells: Vec<(f32, usize)> = window
        .iter()
        .flatten()
        .map(|place| {
            let flat = place.iter().zip(plane.shape()).fold(0, |flat, (&at, &extent)| flat * extent + at);
            (plane[IxDyn(place)], flat)
        })
        .collect();
    let sum: f64 = cells.iter().map(|&(cell, _)| f64::from(cell)).sum();
    let last_nan = cells.iter().rev().find(|(cell, _)| cell.is_nan());
    let greatest = cells.iter().map(|&(cell, _)| cell).fold(f32::NEG_INFINITY, f32::max);
    let winner = last_nan.or_else(|| cells.iter().find(|&&(cell, _)| cell == greatest));
    let over = |count: usize| if count == 0 { 0.0 } else { sum / count as f64 };
    Reduced {
        mean: over(window.len()),
        mean_without_padding: over(cells.len()),
        norm: cells.iter().map(|&(cell, _)| f64::from(cell).abs().powf(p)).sum::<f64>().powf(1.0 / p),
        magnitude: cells.iter().map(|&(cell, _)| f64::from(cell).abs()).sum::<f64>() / cells.len().max(1) as f64,
        max: winner.map_or(f32::NEG_INFINITY, |&(cell, _)| cell),
        index: winner.map_or(-1, |&(_, flat)| flat as i32),
    }
}

fn axis() -> impl Strategy<Value = Axis> {
    (1..7usize, 1..4usize, 1..5usize, 1..4usize).prop_flat_map(|(extent, kernel_size, stride, dilation)| {
        let below = 0..dilation * (kernel_size - 1) + 1;
        [below.clone(), below].prop_map(move |padding| Axis { extent, kernel_size, stride, padding, dilation })
    })
}

fn layer() -> impl Strategy<Value = Layer> {
    (prop::collection::vec(axis(), 1..=3), any::<bool>()).prop_map(|(axes, ceil_mode)| Layer { axes, ceil_mode })
}

/// Ordinary numbers, many ties, and everything that floats have besides.
fn cell() -> impl Strategy<Value = f32> + Clone {
    let special = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, 1e-40, -1e-45, 3e38, -3e38];
    prop_oneof![6 => -10.0..10.0f32, 3 => whole_number(), 1 => prop::sample::select(special.to_vec())].boxed()
}

fn whole_number() -> impl Strategy<Value = f32> + Clone {
    prop::sample::select(vec![-2.0, -1.0, 0.0, 1.0, 2.0])
}

/// A layer and an input for it, from empty batches to two planes.
fn case(cell: impl Strategy<Value = f32> + Clone) -> impl Strategy<Value = (Layer, ArrayD<f32>)> {
    (layer(), 0..3usize, 1..3usize).prop_flat_map(move |(layer, n, c)| {
        let shape = [&[n, c], layer.spatial().as_slice()].concat();
        let values = prop::collection::vec(cell.clone(), shape.iter().product::<usize>());
        values.prop_map(move |values| (layer.clone(), ArrayD::from_shape_vec(IxDyn(&shape), values).unwrap()))
    })
}

/// Adding n floats one after the other errs by at most (n − 1) · 2⁻²⁴ · Σ|x| (N. Higham, *Accuracy and Stability of
/// Numerical Algorithms*, 2002, section 4.2); a window here has at most 27 cells. One more for the division.
fn close(ours: f32, theirs: f64, magnitude: f64) -> bool {
    (f64::from(ours) - theirs).abs() <= 27.0 * 2f64.powi(-24) * magnitude
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn output_size_is_the_number_of_windows_that_fit(layer in layer()) {
        let outputs: Vec<usize> = layer.axes.iter().map(|axis| axis.outputs(layer.ceil_mode)).collect();
        match Geometry::from(layer.window()).plan(&layer.spatial()) {
            Ok(plan) => prop_assert_eq!(plan.output_shape(), outputs),
            Err(error) => {
                prop_assert!(outputs.contains(&0), "{}", error);
                prop_assert_eq!(error.parameter(), "kernel_size");
            }
        }
    }

    #[test]
    fn max_and_its_indices_are_the_definitions((layer, x) in case(cell())) {
        let pool = Pool::new(Pooling::Max, layer.window()).unwrap();
        let Ok(values) = pool.forward(x.view()) else { return Ok(()) };
        let (again, indices) = pool.forward_with_indices(x.view()).unwrap();
        prop_assert_eq!(bits(&values), bits(&again));
        for (number, (plane, window)) in planes_and_windows(&layer, &x, values.shape()).enumerate() {
            let expected = reduce(&plane, &window, 2.0);
            let ours = values.iter().nth(number).unwrap();
            prop_assert!(ours.to_bits() == expected.max.to_bits() || ours.is_nan() && expected.max.is_nan());
            prop_assert_eq!(*indices.iter().nth(number).unwrap(), expected.index);
        }
    }

    #[test]
    fn means_and_norms_are_the_definitions((layer, x) in case(-10.0..10.0f32), p in prop::sample::select(vec![0.5, 1.0, 2.0, 3.0, 4.5, 9.0])) {
        let layer_of = |method| Pool::new(method, layer.window()).unwrap();
        let Ok(mean) = layer_of(Pooling::average()).forward(x.view()) else { return Ok(()) };
        let without = Pooling::Average { count_include_pad: false, divisor_override: None };
        let without = layer_of(without).forward(x.view()).unwrap();
        let norm = layer_of(Pooling::lp(p)).forward(x.view()).unwrap();
        for (number, (plane, window)) in planes_and_windows(&layer, &x, mean.shape()).enumerate() {
            let expected = reduce(&plane, &window, p);
            let ours = |array: &ArrayD<f32>| *array.iter().nth(number).unwrap();
            prop_assert!(close(ours(&mean), expected.mean, expected.magnitude), "{} {}", ours(&mean), expected.mean);
            prop_assert!(close(ours(&without), expected.mean_without_padding, expected.magnitude));
            prop_assert!(close(ours(&norm), expected.norm, expected.norm), "{} {}", ours(&norm), expected.norm);
        }
    }

    #[test]
    fn the_largest_norm_is_the_limit_of_norms((layer, x) in case(-10.0..10.0f32)) {
        let Ok(limit) = Pool::new(Pooling::lp(f64::INFINITY), layer.window()).unwrap().forward(x.view()) else { return Ok(()) };
        let near = Pool::new(Pooling::lp(100.0), layer.window()).unwrap().forward(x.view()).unwrap();
        // Of k cells: max ≤ norm ≤ k^(1/p) · max.
        for (&limit, &near) in limit.iter().zip(&near) {
            prop_assert!(near >= limit * 0.999_999 && near <= limit * 27f32.powf(0.01) * 1.000_001, "{} {}", near, limit);
        }
    }

    #[test]
    fn integers_pool_as_floats_do((layer, x) in case(whole_number())) {
        let pool = Pool::new(Pooling::Max, layer.window()).unwrap();
        let Ok(floats) = pool.forward(x.view()) else { return Ok(()) };
        let integers = pool.forward(x.mapv(|cell| cell as i8).view()).unwrap();
        prop_assert_eq!(integers.mapv(f32::from), floats.mapv(|cell| cell.max(-128.0)));
    }

    #[test]
    fn adaptive_to_the_same_size_is_the_identity_and_to_one_is_global((_, x) in case(cell())) {
        let (same, one) = (x.shape()[2..].to_vec(), vec![1; x.ndim() - 2]);
        prop_assert_eq!(bits(&Pool::adaptive(Pooling::Max, same).unwrap().forward(x.view()).unwrap()), bits(&x));
        for method in [Pooling::Max, Pooling::average(), Pooling::lp(2.0)] {
            let adaptive = Pool::adaptive(method.clone(), one.clone()).unwrap().forward(x.view()).unwrap();
            prop_assert_eq!(bits(&adaptive), bits(&Pool::global(method).unwrap().forward(x.view()).unwrap()));
        }
    }
}

fn bits(array: &ArrayD<f32>) -> Vec<u32> {
    array.iter().map(|value| value.to_bits()).collect()
}

/// For each output cell in order: its plane, and its window's taps.
fn planes_and_windows<'a>(
    layer: &'a Layer,
    x: &'a ArrayD<f32>,
    output: &'a [usize],
) -> impl Iterator<Item = (ArrayD<f32>, Vec<Option<Vec<usize>>>)> + 'a {
    let windows = windows(layer, &output[2..]);
    let planes = (0..x.shape()[0]).flat_map(|n| (0..x.shape()[1]).map(move |c| (n, c)));
    planes.flat_map(move |(n, c)| {
        let plane = x.index_axis(ndarray::Axis(0), n).index_axis_move(ndarray::Axis(0), c).to_owned();
        windows.clone().into_iter().map(move |window| (plane.clone(), window))
    })
}
