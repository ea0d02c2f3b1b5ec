//! What follows from the definitions without computing them: bounds, limits, symmetries.

use crate::cells::{self, Cells};
use crate::definition::planes;
use crate::layers::{Layer, case, layer, sliding};
use crate::methods::{ROUNDING, picks, ranked};
use crate::values::{methods, parameters};
use crate::{bits, holds};
use deep_end::{Pool, Pooling, Window};
use ndarray::{ArrayD, Axis, IxDyn, Slice};
use proptest::prelude::*;

const MEAN: Pooling = Pooling::Average { count_include_pad: false, divisor_override: None };

fn of(method: Pooling, layer: &Layer, x: &ArrayD<f32>) -> ArrayD<f32> {
    Pool::with_geometry(method, layer.geometry()).unwrap().forward(x.view()).unwrap()
}

fn with_indices(method: Pooling, layer: &Layer, x: &ArrayD<f32>) -> (ArrayD<f32>, ArrayD<i32>) {
    Pool::with_geometry(method, layer.geometry()).unwrap().forward_with_indices(x.view()).unwrap()
}

/// The cells of every window that has some, in the output's order, with the window's number in the output.
fn windows(layer: &Layer, x: &ArrayD<f32>) -> Vec<(usize, Vec<f32>)> {
    let windows = layer.windows();
    let all = planes(x).flat_map(|plane| windows.iter().map(move |window| (plane, window)));
    let cells = all.map(|(plane, window)| window.cells.iter().map(|place| plane[place.flat]).collect::<Vec<_>>());
    cells.enumerate().filter(|(_, cells)| !cells.is_empty()).collect()
}

/// What summing n cells as f32s and dividing may cost (see `methods::mean`).
fn of_mean(cells: &[f32]) -> f64 {
    let largest = cells.iter().map(|cell| f64::from(cell.abs())).fold(0.0, f64::max);
    (cells.len() + 2) as f64 * ROUNDING * largest
}

fn extremes(cells: &[f32]) -> (f32, f32) {
    cells.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &cell| (low.min(cell), high.max(cell)))
}

/// Whether a method sums f32s; the rest round once, and rounding keeps the order of numbers.
fn sums_floats(method: &Pooling) -> bool {
    matches!(method, Pooling::Average { .. } | Pooling::Mixed { .. } | Pooling::Gated { .. })
}

/// Whether the divisor is the number of cells, so that the result is a mean of some kind.
fn is_mean(method: &Pooling) -> bool {
    !matches!(method, Pooling::Lp { .. }) && (*method == MEAN || !matches!(method, Pooling::Average { .. }))
}

fn is_between_smallest_and_largest(name: &str, cells: Cells, but: fn(&Pooling) -> bool) {
    holds(name, 300, (case(layer(), cells), parameters()), |((layer, x), parameters)| {
        let mut methods = methods(&layer, &layer.windows(), &parameters);
        methods.retain(|method| is_mean(method) && !but(method));
        for method in &methods {
            let y = of(method.clone(), &layer, &x);
            for (number, cells) in windows(&layer, &x) {
                let (y, (low, high)) = (y.as_slice().unwrap()[number], extremes(&cells));
                let slack = if sums_floats(method) { of_mean(&cells) } else { 0.0 };
                let inside = f64::from(low) - slack <= f64::from(y) && f64::from(y) <= f64::from(high) + slack;
                prop_assert!(inside, "{:?} of {:?}: {:?}", method, cells, y);
            }
        }
        Ok(methods.len())
    });
}

#[test]
fn means_lie_between_the_smallest_and_the_largest_cell() {
    is_between_smallest_and_largest("bounds, after a ReLU", cells::non_negative(), |_| false);
    is_between_smallest_and_largest("bounds, ties without signs", cells::ties().prop_map(f32::abs).boxed(), |_| false);
    // The generalised mean takes cells below 0 as 0.
    let gem: fn(&Pooling) -> bool = |method| matches!(method, Pooling::GeneralizedMean { .. });
    is_between_smallest_and_largest("bounds, any sign", cells::ordinary(), gem);
    is_between_smallest_and_largest("bounds, subnormal", cells::subnormal(), gem);
    is_between_smallest_and_largest("bounds, zeros", cells::zeros(), |_| false);
}

#[test]
fn equal_cells_give_their_value() {
    let cell = prop_oneof![0.0..10.0f32, Just(0.0), Just(f32::MAX / 300.0), Just(1e-40)];
    holds(
        "equal cells",
        500,
        (case(layer(), Just(0.0f32)), cell, parameters()),
        |((layer, zeros), cell, parameters)| {
            let x = zeros.mapv(|_| cell);
            let mut methods = methods(&layer, &layer.windows(), &parameters);
            methods.retain(is_mean);
            for method in &methods {
                let y = of(method.clone(), &layer, &x);
                for (number, cells) in windows(&layer, &x) {
                    let y = y.as_slice().unwrap()[number];
                    let slack = if sums_floats(method) { of_mean(&cells) } else { 0.0 };
                    prop_assert!(
                        (f64::from(y) - f64::from(cell)).abs() <= slack,
                        "{:?} of {:?}: {:?}",
                        method,
                        cells,
                        y
                    );
                }
            }
            Ok(methods.len())
        },
    );
}

#[test]
fn limits_that_are_reached_to_the_bit() {
    holds("limits to the bit", 600, case(layer(), cells::with_infinities()), |(layer, x)| {
        let windows = windows(&layer, &x);
        let at = |y: &ArrayD<f32>, number: usize| y.as_slice().unwrap()[number].to_bits();
        let (max, places) = with_indices(Pooling::Max, &layer, &x);
        let (min, min_places) = with_indices(Pooling::Min, &layer, &x);
        let (first, first_places) = with_indices(Pooling::Rank { rank: 1 }, &layer, &x);
        let largest = layer.taps().unwrap_or_else(|| windows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(1));
        let (last, last_places) = with_indices(Pooling::Rank { rank: largest }, &layer, &x);
        prop_assert_eq!(&places, &first_places);
        prop_assert_eq!(&min_places, &last_places);
        let mean = of(MEAN, &layer, &x);
        let mixed = [0.0, 1.0].map(|alpha| of(Pooling::Mixed { alpha }, &layer, &x));
        let gem = of(Pooling::GeneralizedMean { norm_type: f64::INFINITY }, &layer, &x);
        let norm = of(Pooling::lp(f64::INFINITY), &layer, &x);
        let magnitude = of(Pooling::Max, &layer, &x.mapv(f32::abs));
        let top = of(Pooling::TopK { k: 1 }, &layer, &x);
        for (number, cells) in windows {
            prop_assert_eq!(at(&first, number), at(&max, number));
            prop_assert_eq!(at(&last, number), at(&min, number));
            prop_assert_eq!(at(&mixed[1], number), at(&max, number), "mixed of {:?}", cells);
            let (mean, mixed) = (mean.as_slice().unwrap()[number], mixed[0].as_slice().unwrap()[number]);
            prop_assert!(mixed.to_bits() == mean.to_bits() || mixed.is_nan() && mean.is_nan());
            prop_assert_eq!(gem.as_slice().unwrap()[number], max.as_slice().unwrap()[number].max(0.0));
            prop_assert_eq!(at(&norm, number), at(&magnitude, number));
            prop_assert_eq!(at(&top, number), at(&max, number));
        }
        Ok(8)
    });
}

#[test]
fn limits_that_are_approached() {
    let powers = (prop::sample::select(vec![20.0, 1e3, 1e6]), prop::sample::select(vec![1e-3, 1e-6, 1e-12]));
    holds("limits approached", 600, (case(layer(), cells::non_negative()), powers), |((layer, x), (large, small))| {
        let of = |method| of(method, &layer, &x).into_raw_vec_and_offset().0;
        let soft_maximum = |sharpness| of(Pooling::LogSumExp { sharpness });
        let (max, gem_1, gem_large) = (
            of(Pooling::Max),
            of(Pooling::GeneralizedMean { norm_type: 1.0 }),
            of(Pooling::GeneralizedMean { norm_type: large }),
        );
        let (sharp, flat) = (soft_maximum(large), soft_maximum(small));
        let norm = of(Pooling::lp(large));
        let taps = windows(&layer, &x).iter().map(|(_, cells)| cells.len()).max().unwrap_or(1);
        let all = of(Pooling::TopK { k: layer.taps().unwrap_or(taps) });
        let half = layer.taps().map(|taps| of(Pooling::Gated { weights: vec![0.0; taps] }));
        let stochastic = of(Pooling::StochasticMean);
        for (number, cells) in windows(&layer, &x) {
            let n = cells.len() as f64;
            let mean = cells.iter().copied().map(f64::from).sum::<f64>() / n;
            let largest = f64::from(max[number]);
            let once = 2.0 * ROUNDING * largest + 1e-44;
            let is = |name: &str, y: f32, low: f64, high: f64| {
                let inside = low - once <= f64::from(y) && f64::from(y) <= high + once;
                prop_assert!(inside, "{} of {:?}: {} is not from {} to {}", name, cells, y, low, high);
                Ok(())
            };
            is("GeM of power 1", gem_1[number], mean, mean)?;
            // One cell's power is at least 1/n of the sum.
            is("GeM of a large power", gem_large[number], largest * n.powf(-1.0 / large), largest)?;
            is("norm of a large power", norm[number], largest, largest * n.powf(1.0 / large))?;
            is("sharp log-sum-exp", sharp[number], largest - n.ln() / large, largest)?;
            // Hoeffding's lemma: ln E[e^(r·X)] ≤ r · E[X] + r² · (range of X)² / 8.
            is("flat log-sum-exp", flat[number], mean, mean + small * largest * largest / 8.0)?;
            is("top k of all", all[number], mean, mean)?;
            // Σx² / Σx is the mean plus the variance over the mean.
            is("stochastic mean", stochastic[number], mean, largest)?;
            if let Some(half) = &half {
                let (middle, slack) = ((mean + largest) / 2.0, of_mean(&cells));
                is("gate half open", half[number], middle - slack, middle + slack)?;
            }
        }
        Ok(8)
    });
}

#[test]
fn the_sharper_the_larger() {
    holds("monotone in the power", 400, case(layer(), cells::non_negative()), |(layer, x)| {
        let gem = |norm_type| Pooling::GeneralizedMean { norm_type };
        let soft_maximum = |sharpness| Pooling::LogSumExp { sharpness };
        let powers = [0.01, 0.5, 1.0, 2.0, 7.0, 50.0, 1e4];
        let rows = [("GeM", powers.map(gem)), ("log-sum-exp", powers.map(soft_maximum))];
        let count = rows.len();
        for (name, methods) in rows {
            let values = methods.map(|method| of(method, &layer, &x));
            for pair in values.windows(2) {
                for (less, more) in pair[0].iter().zip(&pair[1]) {
                    // Both are rounded once, which keeps their order but for the last bit of f64.
                    prop_assert!(
                        f64::from(*less) <= f64::from(*more) * (1.0 + 2.0 * ROUNDING),
                        "{}: {} {}",
                        name,
                        less,
                        more
                    );
                }
            }
        }
        Ok(count)
    });
}

#[test]
fn the_order_of_cells_in_a_window_does_not_matter() {
    let inputs = (prop::collection::vec(cells::ordinary(), 1..60), any::<u64>(), parameters());
    let shuffled = inputs.prop_flat_map(|(cells, seed, parameters)| {
        (Just(cells.clone()), Just(cells).prop_shuffle(), Just(seed), Just(parameters))
    });
    holds("permutations", 600, shuffled, |(cells, shuffled, _, parameters)| {
        let layer = Layer::Global { extents: vec![cells.len()] };
        let array = |cells: &[f32]| ArrayD::from_shape_vec(IxDyn(&[1, 1, cells.len()]), cells.to_vec()).unwrap();
        let mut methods = methods(&layer, &layer.windows(), &parameters);
        methods.retain(|method| !matches!(method, Pooling::Subsample | Pooling::Stochastic { .. }));
        for method in &methods {
            let [one, other] = [&cells, &shuffled].map(|cells| of(method.clone(), &layer, &array(cells))[[0, 0, 0]]);
            let divisor = match method {
                Pooling::Average { divisor_override: Some(divisor), .. } => {
                    cells.len() as f64 / f64::from(*divisor).abs()
                }
                _ => 1.0,
            };
            // Two sums of f32s, each with its error; else one rounding of nearly the same number.
            let slack = match method {
                method if picks(method) => 0.0,
                method if sums_floats(method) => 2.0 * of_mean(&cells) * divisor,
                _ => 2.0 * ROUNDING * f64::from(one.abs()).max(f64::from(f32::MIN_POSITIVE)),
            };
            let same = one == other || (f64::from(one) - f64::from(other)).abs() <= slack;
            prop_assert!(same, "{:?}: {} and {}", method, one, other);
        }
        Ok(methods.len())
    });
}

/// Without padding a window knows nothing of where it is: leaving out the first `stride` cells of an axis leaves out its
/// first output.
#[test]
fn shifting_by_the_stride_shifts_the_output() {
    let unpadded = sliding().prop_map(|layer| match layer {
        Layer::Sliding { mut axes, .. } => {
            for axis in &mut axes {
                axis.padding = [0, 0];
                axis.extent += axis.stride + axis.dilation * (axis.kernel_size - 1);
            }
            Layer::Sliding { axes, ceil_mode: false }
        }
        regions => regions,
    });
    let inputs = (case(unpadded, cells::with_nan()), parameters(), any::<prop::sample::Index>());
    holds("shifts", 400, inputs, |((layer, x), parameters, which)| {
        let Layer::Sliding { axes, .. } = &layer else { unreachable!() };
        let which = which.index(axes.len());
        let shifted = x.slice_axis(Axis(2 + which), Slice::from(axes[which].stride..)).to_owned();
        let mut methods = methods(&layer, &layer.windows(), &parameters);
        // A draw goes with the output cell's number.
        methods.retain(|method| !matches!(method, Pooling::Stochastic { .. }));
        for method in &methods {
            let expected = of(method.clone(), &layer, &x);
            let expected = expected.slice_axis(Axis(2 + which), Slice::from(1..)).to_owned();
            let ours = of(method.clone(), &layer, &shifted.as_standard_layout().to_owned());
            let same = ours.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan());
            prop_assert!(same && ours.shape() == expected.shape(), "{:?}: {:?} and {:?}", method, ours, expected);
        }
        Ok(methods.len())
    });
}

#[test]
fn negation_swaps_the_ranks() {
    holds("negation", 600, case(layer(), cells::any_bits()), |(layer, x)| {
        let (min, places) = with_indices(Pooling::Min, &layer, &x);
        let (max, places_of_max) = with_indices(Pooling::Max, &layer, &x.mapv(|cell| -cell));
        prop_assert_eq!(places, places_of_max);
        for (min, max) in min.iter().zip(&max) {
            prop_assert!(min.to_bits() == (-max).to_bits() || min.is_nan() && max.is_nan(), "{} {}", min, max);
        }
        Ok(1)
    });
    let distinct = (1..40usize).prop_flat_map(|n| (Just((0..n as i8).collect::<Vec<_>>()).prop_shuffle(), 1..=n));
    holds("negation of ranks", 400, distinct, |(order, rank)| {
        let n = order.len();
        let x = ArrayD::from_shape_fn(IxDyn(&[1, 1, n]), |place| f32::from(order[place[2]]) - 7.5);
        let layer = Layer::Global { extents: vec![n] };
        let (value, place) = with_indices(Pooling::Rank { rank }, &layer, &x);
        let (other, other_place) = with_indices(Pooling::Rank { rank: n + 1 - rank }, &layer, &x.mapv(|cell| -cell));
        prop_assert_eq!((value, place), (other.mapv(|cell| -cell), other_place));
        // The lower median: as many below it as above, or one fewer.
        let (median, place) = with_indices(Pooling::Median, &layer, &x);
        let below = x.iter().filter(|&&cell| cell < median[[0, 0, 0]]).count();
        prop_assert_eq!(below, (n - 1) / 2);
        prop_assert_eq!(place[[0, 0, 0]] as usize, ranked(x.as_slice().unwrap(), n - below));
        Ok(2)
    });
}

/// 2 · y(x) = y(2 · x) for methods whose value has the cells' unit. Doubling is exact, so only powers may round anew.
#[test]
fn scaling_the_cells_scales_the_result() {
    holds("scaling", 400, (case(layer(), cells::ordinary()), parameters()), |((layer, x), parameters)| {
        let double = x.mapv(|cell| 2.0 * cell);
        let mut methods = methods(&layer, &layer.windows(), &parameters);
        methods.retain(|method| !matches!(method, Pooling::Soft | Pooling::LogSumExp { .. } | Pooling::Gated { .. }));
        for method in &methods {
            let (y, doubled) = (of(method.clone(), &layer, &x), of(method.clone(), &layer, &double));
            let powers = matches!(method, Pooling::Lp { .. } | Pooling::GeneralizedMean { .. });
            for (y, doubled) in y.iter().zip(&doubled) {
                let slack = if powers { 4.0 * ROUNDING * f64::from(doubled.abs()) + 1e-44 } else { 0.0 };
                let same = 2.0 * y == *doubled || (2.0 * f64::from(*y) - f64::from(*doubled)).abs() <= slack;
                prop_assert!(same, "{:?}: {} and {}", method, y, doubled);
            }
        }
        // Of exponentials the sharpness takes the scale.
        let sharp = of(Pooling::LogSumExp { sharpness: 1.5 }, &layer, &x);
        let flat = of(Pooling::LogSumExp { sharpness: 0.75 }, &layer, &double);
        prop_assert_eq!(bits(&sharp.mapv(|cell| 2.0 * cell)), bits(&flat));
        Ok(methods.len() + 1)
    });
}

/// y(x + 4) = y(x) + 4 for means of whole numbers, whose sums are exact.
#[test]
fn adding_to_the_cells_adds_to_the_result() {
    holds("translation", 400, (case(layer(), cells::ties()), parameters()), |((layer, x), parameters)| {
        let moved = x.mapv(|cell| cell + 4.0);
        let mut methods = methods(&layer, &layer.windows(), &parameters);
        let unmoved = |method: &Pooling| {
            matches!(
                method,
                Pooling::GeneralizedMean { .. }
                    | Pooling::StochasticMean
                    | Pooling::Stochastic { .. }
                    | Pooling::Gated { .. }
            )
        };
        methods.retain(|method| is_mean(method) && !unmoved(method));
        for method in &methods {
            let (y, of_moved) = (of(method.clone(), &layer, &x), of(method.clone(), &layer, &moved));
            for (number, cells) in windows(&layer, &x) {
                let (y, of_moved) = (y.as_slice().unwrap()[number], of_moved.as_slice().unwrap()[number]);
                // Both results are at most 6 and are rounded once, or three times where a part is of a rounded mean.
                let slack = 6.0 * 6.0 * ROUNDING;
                let same = (f64::from(y) + 4.0 - f64::from(of_moved)).abs() <= slack;
                prop_assert!(same, "{:?} of {:?}: {} and {}", method, cells, y, of_moved);
            }
        }
        Ok(methods.len())
    });
}

/// Every method of zeros is 0, and of [−4, −1, −3, −2] what its words say, worked by hand.
#[test]
fn zeros_and_negative_cells_have_stated_results() {
    let e = |x: f64| x.exp();
    let sum = e(-4.0) + e(-1.0) + e(-3.0) + e(-2.0);
    let soft = (-4.0 * e(-4.0) - e(-1.0) - 3.0 * e(-3.0) - 2.0 * e(-2.0)) / sum;
    // The gate's argument is −4 · 0.5 − 1 · 1 = −3.
    let gate = 1.0 / (1.0 + e(3.0));
    let stated = [
        (Pooling::Max, -1.0),
        (Pooling::Min, -4.0),
        (Pooling::average(), -2.5),
        (MEAN, -2.5),
        (Pooling::Average { count_include_pad: true, divisor_override: Some(-5) }, 2.0),
        (Pooling::lp(1.0), 10.0),
        (Pooling::lp(2.0), 30f64.sqrt()),
        (Pooling::lp(f64::INFINITY), 4.0),
        (Pooling::GeneralizedMean { norm_type: 3.0 }, 0.0),
        (Pooling::GeneralizedMean { norm_type: f64::INFINITY }, 0.0),
        (Pooling::LogSumExp { sharpness: 1.0 }, (sum / 4.0).ln()),
        (Pooling::Soft, soft),
        (Pooling::StochasticMean, -2.5),
        (Pooling::Mixed { alpha: 0.25 }, -0.25 - 0.75 * 2.5),
        (Pooling::Gated { weights: vec![0.5, 1.0, 0.0, 0.0] }, -gate - (1.0 - gate) * 2.5),
        (Pooling::Median, -3.0),
        (Pooling::Rank { rank: 2 }, -2.0),
        (Pooling::TopK { k: 2 }, -1.5),
        (Pooling::Subsample, -4.0),
    ];
    let negative = ArrayD::from_shape_vec(IxDyn(&[1, 1, 4]), vec![-4.0, -1.0, -3.0, -2.0]).unwrap();
    let pool = |method: &Pooling| Pool::new(method.clone(), Window::new([4])).unwrap();
    for (method, expected) in &stated {
        let ours = pool(method).forward(negative.view()).unwrap()[[0, 0, 0]];
        assert!(
            (f64::from(ours) - expected).abs() <= 4.0 * ROUNDING * expected.abs(),
            "{method:?}: {ours}, {expected}"
        );
    }
    let stochastic = Pooling::Stochastic { seed: 3 };
    for method in stated.iter().map(|(method, _)| method).chain([&stochastic]) {
        for zero in [0.0, -0.0] {
            let ours = pool(method).forward(negative.mapv(|_| zero).view()).unwrap()[[0, 0, 0]];
            assert!(ours == 0.0, "{method:?}: {ours}");
        }
    }
}

/// Means of large windows err by four units in the last place at most, and a large cell leaves nothing behind. With it in the
/// window, what each addition rounds adds up: a cell goes through sixteen of them at the most, and a division.
#[test]
fn means_of_large_windows_err_by_few_units() {
    const SIDE: usize = 140;
    const LARGE: [usize; 2] = [70, 20];
    fn random(at: [usize; 2]) -> f32 {
        ((at[0] * SIDE + at[1]) as u32).wrapping_mul(2_654_435_761).rotate_left(9) as f32 / 2f32.powi(32)
    }
    type Cell = fn([usize; 2]) -> f32;
    let kinds: [(&str, Cell); 5] = [
        ("random", random),
        ("all the same", |_| 0.1),
        ("a slope", |at| at[1] as f32 / 3.0),
        ("far from 0", |at| 1e6 + random(at)),
        ("a large cell", |at| if at == LARGE { 1e9 } else { random(at) }),
    ];
    for (kernel, (name, cell)) in [7, 15, 31, 63].into_iter().flat_map(|kernel| kinds.map(|kind| (kernel, kind))) {
        let x = ArrayD::from_shape_fn(IxDyn(&[1, 1, SIDE, SIDE]), |at| cell([at[2], at[3]]));
        let window = Window::new([kernel; 2]).stride([1; 2]).padding([[kernel / 2; 2]; 2]);
        let ours = Pool::new(MEAN, window).unwrap().forward(x.view()).unwrap();
        // Sums of the cells in the row's windows, exact enough in f64, row by row.
        let span = |at: usize| at.saturating_sub(kernel / 2)..(at + kernel / 2 + 1).min(SIDE);
        let along = |row: usize, at: usize| span(at).map(|column| f64::from(x[[0, 0, row, column]])).sum::<f64>();
        let rows: Vec<Vec<f64>> = (0..SIDE).map(|row| (0..SIDE).map(|at| along(row, at)).collect()).collect();
        for (at, &ours) in ours.indexed_iter() {
            let [down, across] = [span(at[2]), span(at[3])];
            let mean = down.clone().map(|row| rows[row][at[3]]).sum::<f64>() / (down.len() * across.len()) as f64;
            let unit = f64::from(f32::from_bits((mean as f32).to_bits() + 1)) - f64::from(mean as f32);
            let units = (f64::from(ours) - mean).abs() / unit;
            let large = name == "a large cell" && down.contains(&LARGE[0]) && across.contains(&LARGE[1]);
            let place = [at[2], at[3]];
            assert!(
                units <= if large { 8.5 } else { 4.0 },
                "{name}, {kernel} × {kernel}, {place:?}: {ours} for {mean}"
            );
        }
    }
}
