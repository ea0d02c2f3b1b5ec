//! What gradients obey whatever the layer: they go where the value came from, and follow from the value's symmetries.

use crate::cells::{self, Cells};
use crate::definition::planes;
use crate::layers::{Layer, case, layer};
use crate::methods::{ROUNDING, picks};
use crate::values::{methods, parameters};
use crate::{bits, holds};
use deep_end::{Pool, Pooling};
use ndarray::ArrayD;
use proptest::prelude::*;

/// Gradients by the output: small whole numbers, whose sums are exact.
fn by_output(output: &[usize]) -> ArrayD<f32> {
    let count = output.iter().product::<usize>();
    ArrayD::from_shape_vec(output, (0..count).map(|number| (number * 3 % 7) as f32 - 3.0).collect()).unwrap()
}

fn pool(method: &Pooling, layer: &Layer) -> Pool {
    Pool::with_geometry(method.clone(), layer.geometry()).unwrap()
}

/// The sum of a plane's numbers, each as f64.
fn sums(array: &ArrayD<f32>, of: impl Fn(usize, f32) -> f64) -> Vec<f64> {
    let cells = array.shape()[2..].iter().product::<usize>();
    let plane = |(number, plane): (usize, &[f32])| {
        plane.iter().enumerate().map(|(at, &value)| of(number * cells + at, value)).sum()
    };
    planes(array).enumerate().map(plane).collect()
}

#[test]
fn a_picked_cell_gets_the_whole_gradient() {
    holds(
        "gradients of picked cells",
        600,
        (case(layer(), cells::with_nan()), parameters()),
        |((layer, x), parameters)| {
            let mut methods = methods(&layer, &layer.windows(), &parameters);
            methods.retain(picks);
            for method in &methods {
                let (values, places) = pool(method, &layer).forward_with_indices(x.view()).unwrap();
                let weights = by_output(values.shape());
                let ours = pool(method, &layer).backward(x.view(), weights.view()).unwrap();
                let (cells, windows) = (x.shape()[2..].iter().product::<usize>(), layer.windows().len());
                let mut expected = vec![0f32; x.len()];
                for (number, (&place, weight)) in places.iter().zip(&weights).enumerate() {
                    if place >= 0 {
                        expected[number / windows * cells + place as usize] += weight;
                    }
                }
                prop_assert_eq!(ours.as_slice().unwrap(), expected, "{:?}", method);
                let again = pool(method, &layer).backward(x.view(), weights.view()).unwrap();
                prop_assert_eq!(bits(&ours), bits(&again));
            }
            Ok(methods.len())
        },
    );
}

/// Moving all cells by a constant moves a mean by it, so its slopes add up to 1, for every window with cells.
#[test]
fn the_gradients_of_a_mean_add_up_to_one() {
    let kinds: [(&str, Cells); 4] = [
        ("slopes add up, any sign", cells::ordinary()),
        ("slopes add up, ties", cells::ties()),
        ("slopes add up, huge", cells::huge()),
        ("slopes add up, subnormal", cells::subnormal()),
    ];
    for (name, cells) in kinds {
        holds(name, 200, (case(layer(), cells), parameters()), |((layer, x), parameters)| {
            let windows = layer.windows();
            let mut methods = methods(&layer, &windows, &parameters);
            methods.retain(|method| match method {
                Pooling::Average { count_include_pad, divisor_override } => {
                    !count_include_pad && divisor_override.is_none()
                }
                Pooling::Soft => x.iter().all(|cell| cell.abs() < 1e30),
                Pooling::LogSumExp { .. } | Pooling::Mixed { .. } | Pooling::TopK { .. } => true,
                _ => false,
            });
            for method in &methods {
                let output = pool(method, &layer).output_shape(x.shape()).unwrap();
                let weights = by_output(&output);
                let ours = pool(method, &layer).backward(x.view(), weights.view()).unwrap();
                let of_window = |number: usize| f64::from(u8::from(!windows[number % windows.len()].cells.is_empty()));
                let expected = sums(&weights, |number, weight| f64::from(weight) * of_window(number));
                // Softmax weighs 1 + x − y, which may be as large as the cells and cancels in the sum.
                let largest = if *method == Pooling::Soft {
                    x.iter().fold(1.0, |largest, cell| cell.abs().max(largest))
                } else {
                    1.0
                };
                let reads: usize = windows.iter().map(|window| window.cells.len()).sum();
                let slack = 3.0 * reads as f64 * 4.0 * ROUNDING * f64::from(largest);
                for (ours, expected) in sums(&ours, |_, slope| f64::from(slope)).into_iter().zip(expected) {
                    prop_assert!((ours - expected).abs() <= slack, "{:?}: {} {}", method, ours, expected);
                }
            }
            Ok(methods.len())
        });
    }
}

/// Euler's theorem: where y(c · x) = c · y(x), the cells times their slopes add up to the value.
#[test]
fn cells_times_slopes_are_the_value() {
    let kinds: [(&str, Cells); 3] = [
        ("Euler, any sign", cells::ordinary()),
        ("Euler, after a ReLU", cells::non_negative()),
        ("Euler, ties", cells::ties()),
    ];
    for (name, cells) in kinds {
        holds(name, 250, (case(layer(), cells), parameters()), |((layer, x), parameters)| {
            let windows = layer.windows();
            let mut methods = methods(&layer, &windows, &parameters);
            let homogeneous = |method: &Pooling| match method {
                Pooling::Soft | Pooling::LogSumExp { .. } | Pooling::Gated { .. } => false,
                // Below 0.5 a norm of cells this different leaves the range of f32.
                &Pooling::Lp { norm_type } => norm_type >= 0.5,
                _ => true,
            };
            methods.retain(homogeneous);
            for method in &methods {
                let y = pool(method, &layer).forward(x.view()).unwrap();
                let weights = by_output(y.shape());
                let slopes = pool(method, &layer).backward(x.view(), weights.view()).unwrap();
                let flat = x.as_slice().unwrap();
                let ours = sums(&slopes, |at, slope| f64::from(slope) * f64::from(flat[at]));
                // A window without cells may be infinite; it has no slopes.
                let by: Vec<f32> = weights
                    .iter()
                    .enumerate()
                    .map(
                        |(number, &weight)| {
                            if windows[number % windows.len()].cells.is_empty() { 0.0 } else { weight }
                        },
                    )
                    .collect();
                let y = y.mapv(|y| if y.is_infinite() { 0.0 } else { y });
                let expected = sums(&y, |number, y| f64::from(y) * f64::from(by[number]));
                // One rounding for each read and what adding them up costs, of numbers up to Σ |weight · x · slope|.
                let reads: usize = windows.iter().map(|window| window.cells.len()).sum();
                let magnitude = sums(&y, |number, y| f64::from((y * by[number]).abs()));
                let spent = sums(&slopes, |at, slope| f64::from((slope * flat[at]).abs()));
                for (plane, (ours, expected)) in ours.into_iter().zip(expected).enumerate() {
                    let total = magnitude[plane] + spent[plane] + 10.0 * 3.0 * windows.len() as f64;
                    let slack = (reads as f64 + 8.0) * ROUNDING * total;
                    prop_assert!((ours - expected).abs() <= slack, "{:?}: {} {}", method, ours, expected);
                }
            }
            Ok(methods.len())
        });
    }
}

/// No finite cell makes a NaN, and no method whose slopes are bounded an infinite one.
#[test]
fn gradients_of_finite_cells_are_numbers() {
    let kinds: [(&str, Cells); 5] = [
        ("finite slopes, ordinary", cells::ordinary()),
        ("finite slopes, ties", cells::ties()),
        ("finite slopes, zeros", cells::zeros()),
        ("finite slopes, subnormal", cells::subnormal()),
        ("finite slopes, huge", cells::huge()),
    ];
    for (name, cells) in kinds {
        holds(name, 200, (case(layer(), cells), parameters()), |((layer, x), parameters)| {
            let methods = methods(&layer, &layer.windows(), &parameters);
            for method in &methods {
                let output = pool(method, &layer).output_shape(x.shape()).unwrap();
                let ours = pool(method, &layer).backward(x.view(), by_output(&output).view()).unwrap();
                let bounded = match method {
                    // Below 1 a power is as steep as one likes near 0.
                    &Pooling::Lp { norm_type } | &Pooling::GeneralizedMean { norm_type } => norm_type >= 1.0,
                    // max − mean, and x − y, are factors.
                    Pooling::Gated { .. } | Pooling::Soft => x.iter().all(|cell| cell.abs() < 1e30),
                    _ => true,
                };
                let sound = |slope: &f32| !slope.is_nan() && (slope.is_finite() || !bounded);
                prop_assert!(ours.iter().all(sound), "{:?} of {:?}: {:?}", method, x, ours);
            }
            Ok(methods.len())
        });
    }
}
