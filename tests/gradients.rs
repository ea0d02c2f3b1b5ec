//! Gradients against finite differences, and where a definition has to choose.

use deep_end::{Geometry, Pool, Pooling, Window};
use ndarray::{ArrayD, IxDyn, array};
use proptest::prelude::*;

fn methods() -> Vec<Pooling> {
    let without = Pooling::Average { count_include_pad: false, divisor_override: None };
    let divided = Pooling::Average { count_include_pad: true, divisor_override: Some(3) };
    let norms = [0.5, 1.0, 2.0, 3.0, 9.0, f64::INFINITY].map(Pooling::lp);
    [&[Pooling::Max, Pooling::average(), without, divided], norms.as_slice()].concat()
}

fn geometries() -> Vec<Geometry> {
    let window = Window::new([3, 2]).stride([2, 1]).padding([[1, 2], [1, 0]]).ceil_mode(true);
    let dilated = Window::new([2, 2]).stride([1, 1]).dilation([2, 3]);
    vec![window.into(), dilated.into(), Geometry::Adaptive { output_size: vec![3, 2] }, Geometry::Global]
}

/// Σ weights · forward(x), as a double.
fn loss(pool: &Pool, x: &ArrayD<f32>, weights: &ArrayD<f32>) -> f64 {
    let y = pool.forward(x.view()).unwrap();
    y.iter().zip(weights).map(|(&y, &weight)| f64::from(y) * f64::from(weight)).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Cells are distinct by 0.1 at least and away from 0, so that a step of 0.01 crosses no kink.
    #[test]
    fn gradients_are_the_slopes(order in Just((1..=40i8).collect::<Vec<_>>()).prop_shuffle(), signs in prop::collection::vec(any::<bool>(), 40)) {
        let cell = |i: usize| f32::from(order[i]) * 0.1 * if signs[i] { 1.0 } else { -1.0 };
        let x = ArrayD::from_shape_fn(IxDyn(&[1, 2, 4, 5]), |place| cell(place[1] * 20 + place[2] * 5 + place[3]));
        for (method, geometry) in methods().into_iter().flat_map(|method| geometries().into_iter().map(move |geometry| (method.clone(), geometry))) {
            let pool = Pool::with_geometry(method.clone(), geometry.clone()).unwrap();
            let output = pool.output_shape(x.shape()).unwrap();
            let weights = ArrayD::from_shape_fn(IxDyn(&output), |place| (place[2] * 3 + place[3] * 5 + place[1]) as f32 % 7.0 - 3.0);
            let gradient = pool.backward(x.view(), weights.view()).unwrap();
            for i in 0..x.len() {
                let moved = |step: f32| {
                    let mut x = x.clone();
                    *x.iter_mut().nth(i).unwrap() += step;
                    loss(&pool, &x, &weights)
                };
                let slope = (moved(0.01) - moved(-0.01)) / 0.02;
                let ours = f64::from(*gradient.iter().nth(i).unwrap());
                // The third derivative of the norms is large near 0 for p below 1.
                let tolerance = 0.02 * (1.0 + slope.abs());
                prop_assert!((ours - slope).abs() < tolerance, "{:?} {:?} cell {}: {} against {}", method, geometry, i, ours, slope);
            }
        }
    }
}

#[test]
fn a_tie_gives_its_gradient_to_the_first_cell_and_a_nan_to_the_last() {
    let pool = Pool::new(Pooling::Max, Window::new([2, 2])).unwrap();
    let one = array![[[[1.0]]]].into_dyn();
    let gradient = |x: ArrayD<f32>| pool.backward(x.view(), one.view()).unwrap();
    assert_eq!(gradient(array![[[[5.0, 5.0], [5.0, 1.0]]]].into_dyn()), array![[[[1.0, 0.0], [0.0, 0.0]]]].into_dyn());
    let nans = array![[[[f32::NAN, 5.0], [f32::NAN, 1.0]]]].into_dyn();
    assert_eq!(gradient(nans), array![[[[0.0, 0.0], [1.0, 0.0]]]].into_dyn());
}

#[test]
fn a_norm_of_zeros_has_no_gradient_and_one_of_tiny_or_huge_cells_an_exact_one() {
    let one = array![[[1.0]]].into_dyn();
    for p in [0.5, 1.0, 2.0, 3.0, 50.0, f64::INFINITY] {
        let pool = Pool::new(Pooling::lp(p), Window::new([2])).unwrap();
        let gradient = |x: [f32; 2]| {
            let x = ArrayD::from_shape_vec(IxDyn(&[1, 1, 2]), x.to_vec()).unwrap();
            pool.backward(x.view(), one.view()).unwrap().into_raw_vec_and_offset().0
        };
        assert_eq!(gradient([0.0, 0.0]), [0.0, 0.0], "p = {p}");
        for cell in [1e-40, -1e-40, 1e-20, 3e38] {
            // y = |x|, so ∂y/∂x = sign(x).
            let [first, second] = gradient([cell, 0.0])[..] else { unreachable!() };
            assert!((first - cell.signum()).abs() < 1e-6 && second == 0.0, "p = {p}, x = {cell}: {first}, {second}");
        }
    }
}

#[test]
fn a_gradient_of_another_shape_is_refused() {
    let pool = Pool::new(Pooling::Max, Window::new([2])).unwrap();
    let error = pool.backward(ArrayD::zeros(vec![1, 1, 4]).view(), ArrayD::zeros(vec![1, 1, 4]).view()).unwrap_err();
    assert_eq!(error.to_string(), "grad_output is [1, 1, 4]: must have the output's shape [1, 1, 2]");
}
