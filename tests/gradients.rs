//! Gradients against finite differences, and where a definition has to choose.

use deep_end::{Geometry, Pool, Pooling, Window};
use ndarray::{ArrayD, IxDyn, array};
use proptest::prelude::*;

/// Every method whose gradient is a slope. A stochastic value jumps where its probabilities change; that its gradient
/// goes to the drawn cell is tested with the other methods that pick one (tests/properties/backward.rs).
fn methods(geometry: &Geometry) -> Vec<Pooling> {
    let without = Pooling::Average { count_include_pad: false, divisor_override: None };
    let divided = Pooling::Average { count_include_pad: true, divisor_override: Some(3) };
    let norms = [0.5, 1.0, 2.0, 3.0, 9.0, f64::INFINITY];
    let mut methods = vec![
        Pooling::Max,
        Pooling::Min,
        Pooling::average(),
        without,
        divided,
        Pooling::Soft,
        Pooling::StochasticMean,
        Pooling::Median,
        Pooling::Rank { rank: 2 },
        Pooling::TopK { k: 1 },
        Pooling::TopK { k: 2 },
        Pooling::Subsample,
    ];
    methods.extend(norms.map(Pooling::lp));
    methods.extend(norms.map(|norm_type| Pooling::GeneralizedMean { norm_type }));
    methods.extend([1e-6, 0.3, 1.0, 5.0].map(|sharpness| Pooling::LogSumExp { sharpness }));
    methods.extend([0.0, 0.3, 1.0].map(|alpha| Pooling::Mixed { alpha }));
    if let Geometry::Window(window) = geometry {
        let taps: usize = window.kernel_size().iter().product();
        methods.extend([Pooling::MaxBlur { filter_size: 3 }, Pooling::AverageBlur { filter_size: 4 }]);
        methods.push(Pooling::Gated { weights: (0..taps).map(|tap| (tap * 5 % 7) as f32 / 8.0 - 0.375).collect() });
    }
    methods
}

/// Layers in one, two and three axes over 40 cells: padding that differs, dilation, ceil mode, regions that overlap.
fn geometries() -> Vec<(Vec<usize>, Geometry)> {
    let line = Window::new([3]).stride([2]).padding([[1, 2]]).ceil_mode(true);
    let dilated_line = Window::new([2]).stride([1]).dilation([3]).padding([[2, 1]]);
    let window = Window::new([3, 2]).stride([2, 1]).padding([[1, 2], [1, 0]]).ceil_mode(true);
    let dilated = Window::new([2, 2]).stride([1, 1]).dilation([2, 3]);
    let block = Window::new([2, 3, 2]).stride([1, 2, 2]).padding([[1, 0], [1, 2], [0, 1]]).ceil_mode(true);
    let dilated_block = Window::new([2, 2, 2]).stride([1, 1, 1]).dilation([1, 2, 3]);
    let regions = Geometry::Regions(vec![vec![[0, 2], [1, 4]], vec![[0, 3], [2, 4], [2, 5]]]);
    let (flat, plane, volume) = (vec![1, 2, 20], vec![1, 2, 4, 5], vec![2, 1, 2, 2, 5]);
    let (tall, adaptive) =
        (vec![1, 1, 2, 4, 5], |output_size: &[usize]| Geometry::Adaptive { output_size: output_size.to_vec() });
    vec![
        (flat.clone(), line.into()),
        (flat.clone(), dilated_line.into()),
        (flat.clone(), adaptive(&[7])),
        (flat, Geometry::Global),
        (plane.clone(), window.into()),
        (plane.clone(), dilated.into()),
        (plane.clone(), adaptive(&[3, 2])),
        (plane.clone(), Geometry::Global),
        (plane, regions),
        (tall.clone(), block.into()),
        (tall.clone(), dilated_block.into()),
        (tall, adaptive(&[1, 3, 2])),
        (volume, Geometry::Global),
    ]
}

/// By how much Σ weights · forward changes from one step below to one above, per unit; and Σ |weights · change|.
fn difference(pool: &Pool, x: &ArrayD<f32>, cell: usize, weights: &ArrayD<f32>, step: f32) -> (f64, f64) {
    let moved = |step: f32| {
        let mut x = x.clone();
        x.as_slice_mut().unwrap()[cell] += step;
        pool.forward(x.view()).unwrap()
    };
    let pairs = moved(step).into_iter().zip(moved(-step)).zip(weights);
    let changes = pairs.map(|((above, below), &weight)| f64::from(weight) * (f64::from(above) - f64::from(below)));
    let unit = 2.0 * f64::from(step);
    changes.fold((0.0, 0.0), |(sum, magnitude), change| (sum + change / unit, magnitude + change.abs() / unit))
}

/// Half a unit in the last place of an f32.
const ROUNDING: f64 = 1.0 / (1 << 24) as f64;
const STEP: f32 = 1.0 / 32.0;

/// The slope by Richardson's extrapolation of two central differences, whose errors are c · h² and more of h⁴: what
/// remains is a small part of their difference (a 28th for the root of 1/8, where it is largest here). To that come the
/// values' roundings, at most three each, and the gradient's own, one or two for each window that reads the cell.
fn slope(pool: &Pool, x: &ArrayD<f32>, cell: usize, weights: &ArrayD<f32>) -> (f64, f64) {
    let (near, magnitude) = difference(pool, x, cell, weights, STEP);
    let (far, _) = difference(pool, x, cell, weights, 2.0 * STEP);
    let values = pool.forward(x.view()).unwrap();
    let values: f64 = values.iter().zip(weights).map(|(&y, &weight)| f64::from(y * weight).abs()).sum();
    let of_values = 1.5 * 3.0 * ROUNDING * 1.1 * values / f64::from(STEP);
    (near + (near - far) / 3.0, of_values + 0.1 * (near - far).abs() + 24.0 * ROUNDING * magnitude)
}

/// Cells are multiples of 1/8 with different magnitudes and no zero, so that steps up to 1/16 cross no kink and sums are
/// exact.
#[test]
fn gradients_are_the_slopes() {
    let inputs = (Just((1..=40i8).collect::<Vec<_>>()).prop_shuffle(), prop::collection::vec(any::<bool>(), 40));
    let config = ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() };
    let checked = std::cell::Cell::new(0);
    let outcome = proptest::test_runner::TestRunner::new(config).run(&inputs, |(order, signs)| {
        let cells = order.iter().zip(signs).map(|(&cell, sign)| f32::from(cell) / if sign { 8.0 } else { -8.0 });
        let cells: Vec<f32> = cells.collect();
        for (shape, geometry) in geometries() {
            let x = ArrayD::from_shape_vec(IxDyn(&shape), cells[..shape.iter().product()].to_vec()).unwrap();
            for method in methods(&geometry) {
                let pool = Pool::with_geometry(method.clone(), geometry.clone()).unwrap();
                let output = pool.output_shape(&shape).unwrap();
                let outputs: usize = output.iter().product();
                let weights = (0..outputs).map(|number| (number * 5 % 7) as f32 - 3.0).collect();
                let weights = ArrayD::from_shape_vec(output, weights).unwrap();
                let gradient = pool.backward(x.view(), weights.view()).unwrap();
                for (cell, &ours) in gradient.iter().enumerate() {
                    let (slope, tolerance) = slope(&pool, &x, cell, &weights);
                    let same = (f64::from(ours) - slope).abs() <= tolerance;
                    prop_assert!(
                        same,
                        "{:?} {:?} of {:?}, cell {}: {} against {} ± {}",
                        method,
                        geometry,
                        x,
                        cell,
                        ours,
                        slope,
                        tolerance
                    );
                    checked.set(checked.get() + 1);
                }
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    println!("property cases: {:6} slopes", checked.get());
}

/// The gradient of the one window that a row of cells is, by its value.
fn gradient(method: &Pooling, cells: &[f32]) -> Vec<f32> {
    let x = ArrayD::from_shape_vec(IxDyn(&[1, 1, cells.len()]), cells.to_vec()).unwrap();
    let pool = Pool::new(method.clone(), Window::new([cells.len()])).unwrap();
    pool.backward(x.view(), array![[[1.0]]].into_dyn().view()).unwrap().into_raw_vec_and_offset().0
}

fn gem(norm_type: f64) -> Pooling {
    Pooling::GeneralizedMean { norm_type }
}

#[test]
fn a_tie_gives_its_gradient_to_the_first_cell() {
    let gated = Pooling::Gated { weights: vec![0.0; 3] };
    let third = 1.0 / 3.0;
    let cases: [(Pooling, &[f32], &[f32]); 16] = [
        (Pooling::Max, &[1.0, 5.0, 5.0], &[0.0, 1.0, 0.0]),
        (Pooling::Min, &[5.0, 1.0, 1.0], &[0.0, 1.0, 0.0]),
        (Pooling::Median, &[5.0, 2.0, 2.0], &[0.0, 1.0, 0.0]),
        (Pooling::Median, &[2.0, 2.0, 2.0, 2.0], &[1.0, 0.0, 0.0, 0.0]),
        (Pooling::Rank { rank: 2 }, &[1.0, 5.0, 5.0], &[0.0, 1.0, 0.0]),
        (Pooling::Rank { rank: 3 }, &[0.0, -0.0, 5.0], &[1.0, 0.0, 0.0]),
        (Pooling::TopK { k: 1 }, &[1.0, 5.0, 5.0], &[0.0, 1.0, 0.0]),
        (Pooling::TopK { k: 2 }, &[3.0, 5.0, 5.0, 5.0], &[0.0, 0.5, 0.5, 0.0]),
        (Pooling::TopK { k: 2 }, &[3.0, 3.0, 5.0, 3.0], &[0.5, 0.0, 0.5, 0.0]),
        (Pooling::lp(f64::INFINITY), &[1.0, -5.0, 5.0], &[0.0, -1.0, 0.0]),
        (gem(f64::INFINITY), &[1.0, 5.0, 5.0], &[0.0, 1.0, 0.0]),
        (Pooling::Mixed { alpha: 0.5 }, &[4.0, 4.0], &[0.75, 0.25]),
        (gated, &[1.0, 5.0, 5.0], &[0.5 * third, 0.5 + 0.5 * third, 0.5 * third]),
        (Pooling::Soft, &[2.0, 2.0, 2.0], &[third; 3]),
        (Pooling::LogSumExp { sharpness: 7.0 }, &[2.0, 2.0, 2.0], &[third; 3]),
        (Pooling::StochasticMean, &[2.0, 2.0, 2.0], &[third; 3]),
    ];
    for (method, cells, expected) in cases {
        let ours = gradient(&method, cells);
        let same = ours.iter().zip(expected).all(|(ours, expected)| (ours - expected).abs() < 1e-6);
        assert!(same, "{method:?} of {cells:?}: {ours:?}");
    }
}

#[test]
fn a_nan_gives_its_gradient_to_the_last_of_them() {
    let cells = [f32::NAN, 5.0, f32::NAN, 1.0];
    let seed = 1;
    for method in [Pooling::Max, Pooling::Min, Pooling::Median, Pooling::Rank { rank: 4 }, Pooling::Stochastic { seed }]
    {
        assert_eq!(gradient(&method, &cells), [0.0, 0.0, 1.0, 0.0], "{method:?}");
    }
    assert_eq!(gradient(&Pooling::Subsample, &cells), [1.0, 0.0, 0.0, 0.0]);
    // The mean's slope is the same whatever the cells are.
    assert_eq!(gradient(&Pooling::average(), &cells), [0.25; 4]);
}

/// Of zeros: a norm and a generalised mean have no slope, and 0 stands for it; the rest is the mean's, or one cell's.
#[test]
fn the_gradients_of_zeros_are_stated() {
    let none = [0.0; 4];
    for norm in [0.5, 1.0, 2.0, 3.0, 9.0, f64::INFINITY] {
        assert_eq!(gradient(&Pooling::lp(norm), &[0.0, -0.0, 0.0, 0.0]), none, "{norm}");
        assert_eq!(gradient(&gem(norm), &[0.0, -0.0, 0.0, 0.0]), none, "{norm}");
        assert_eq!(gradient(&gem(norm), &[-1.0, -2.0, 0.0, -1e-40]), none, "{norm}");
    }
    for method in [
        Pooling::average(),
        Pooling::Soft,
        Pooling::StochasticMean,
        Pooling::LogSumExp { sharpness: 2.0 },
        Pooling::TopK { k: 4 },
    ] {
        assert_eq!(gradient(&method, &[0.0; 4]), [0.25; 4], "{method:?}");
    }
    for method in [
        Pooling::Max,
        Pooling::Min,
        Pooling::Median,
        Pooling::Rank { rank: 3 },
        Pooling::TopK { k: 1 },
        Pooling::Subsample,
    ] {
        assert_eq!(gradient(&method, &[0.0; 4]), [1.0, 0.0, 0.0, 0.0], "{method:?}");
    }
    assert_eq!(gradient(&Pooling::Mixed { alpha: 0.5 }, &[0.0; 4]), [0.625, 0.125, 0.125, 0.125]);
}

#[test]
fn a_norm_of_tiny_or_huge_cells_has_an_exact_gradient() {
    for p in [0.5, 1.0, 2.0, 3.0, 50.0, f64::INFINITY] {
        for cell in [1e-40f32, -1e-40, 1e-20, 3e38] {
            // y = |x|, so ∂y/∂x = sign(x).
            let [first, second] = gradient(&Pooling::lp(p), &[cell, 0.0])[..] else { unreachable!() };
            assert!((first - cell.signum()).abs() < 1e-6 && second == 0.0, "p = {p}, x = {cell}: {first}, {second}");
            // y = max(x, 0) / 2^(1/p).
            let [first, second] = gradient(&gem(p), &[cell, 0.0])[..] else { unreachable!() };
            let expected = if cell > 0.0 { 2f64.powf(-1.0 / p) } else { 0.0 };
            assert!((f64::from(first) - expected).abs() < 1e-6 && second == 0.0, "GeM, p = {p}, x = {cell}: {first}");
        }
    }
}

#[test]
fn a_gradient_of_another_shape_is_refused() {
    let pool = Pool::new(Pooling::Max, Window::new([2])).unwrap();
    let error = pool.backward(ArrayD::zeros(vec![1, 1, 4]).view(), ArrayD::zeros(vec![1, 1, 4]).view()).unwrap_err();
    assert_eq!(error.to_string(), "grad_output is [1, 1, 4]: must have the output's shape [1, 1, 2]");
}
