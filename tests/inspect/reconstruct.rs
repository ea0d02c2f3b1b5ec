//! The ways back up, signal and noise.

use crate::layers::{case, methods, ordinary, pool, same};
use deep_end::inspect::{Inspector, Peak, Plane, WayUp, psnr};
use deep_end::pool::{average_unpool, max_unpool, upsample_linear, upsample_nearest};
use deep_end::{Pool, Pooling, Window};
use ndarray::{ArrayD, Axis};
use proptest::prelude::*;

const PLANE: [usize; 2] = [1, 0];

fn plane(x: &ArrayD<f32>) -> Vec<f32> {
    x.index_axis(Axis(0), PLANE[0]).index_axis(Axis(0), PLANE[1]).iter().copied().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// One plane, seeds and all, comes back as the whole array's does.
    #[test]
    fn a_map_comes_back_as_its_array_does((layout, x) in case(ordinary()), seed in any::<u64>()) {
        let spatial = layout.spatial();
        for method in methods(&layout, 2.0, seed) {
            let layer = pool(&method, &layout);
            let y = layer.forward(x.view()).unwrap();
            let picked = layer.forward_with_indices(x.view()).ok();
            let ways = [
                (WayUp::AverageUnpool, Some(average_unpool(y.view(), layer.geometry(), &spatial).unwrap())),
                (WayUp::Nearest, Some(upsample_nearest(y.view(), &spatial).unwrap())),
                (WayUp::Linear { align_corners: false }, Some(upsample_linear(y.view(), &spatial, false).unwrap())),
                (WayUp::Linear { align_corners: true }, Some(upsample_linear(y.view(), &spatial, true).unwrap())),
                (WayUp::MaxUnpool, picked.map(|(y, indices)| max_unpool(y.view(), indices.view(), &spatial).unwrap())),
            ];
            let inspector = Inspector::new(&layer, Plane::of(&x.view(), PLANE[0], PLANE[1]).unwrap()).unwrap();
            for (way, expected) in ways {
                let Some(expected) = expected else {
                    prop_assert!(inspector.reconstruct(way, Peak::Range).is_err_and(|error| error.parameter() == "way_up"));
                    continue;
                };
                let ours = inspector.reconstruct(way, Peak::Of(3.0)).unwrap();
                prop_assert_eq!(ours.plane.shape(), spatial.as_slice());
                prop_assert!(ours.plane.cells().iter().zip(plane(&expected)).all(|(&a, b)| same(a, b)), "{:?} {:?}", method, way);
                let squares: f64 = ours.plane.cells().iter().zip(plane(&x)).map(|(&a, b)| (f64::from(a) - f64::from(b)).powi(2)).sum();
                let decibels = 10.0 * (9.0 * plane(&x).len() as f64 / squares).log10();
                prop_assert!(ours.psnr == decibels || (ours.psnr - decibels).abs() < 1e-9, "{} for {}", ours.psnr, decibels);
            }
        }
    }
}

#[test]
fn a_method_that_picks_no_cell_says_so() {
    let mean = Pool::new(Pooling::average(), Window::new([2])).unwrap();
    let inspector = Inspector::new(&mean, Plane::new(vec![1.0, 2.0], [2]).unwrap()).unwrap();
    let error = inspector.reconstruct(WayUp::MaxUnpool, Peak::Range).unwrap_err();
    let expected = "way_up is max-unpool: average pooling picks no cell that its values could go back to";
    assert_eq!(error.to_string(), expected);
}

/// By hand: differences of 1 everywhere make an MSE of 1, and 10 · log₁₀ 255² = 48.1308 dB, as every textbook has it.
#[test]
fn one_grey_level_of_noise_is_48_decibels() {
    let (original, noisy) = (vec![7.0f32; 12], vec![8.0f32; 12]);
    assert!((psnr(&original, &noisy, Peak::Of(255.0)).unwrap() - 48.130_803_608_679_1).abs() < 1e-12);
    assert_eq!(psnr(&original, &noisy, Peak::Of(1.0)).unwrap(), 0.0);
    // A constant original has no range.
    assert_eq!(psnr(&original, &noisy, Peak::Range).unwrap(), f64::NEG_INFINITY);
    assert_eq!(psnr(&original, &original, Peak::Range).unwrap(), f64::INFINITY);
}

#[test]
fn a_nan_or_two_infinities_leave_no_number() {
    for cell in [f32::NAN, f32::INFINITY] {
        assert!(psnr(&[cell, 1.0], &[cell, 1.0], Peak::Of(1.0)).unwrap().is_nan());
    }
    assert!(psnr(&[1.0, 1.0], &[f32::NAN, 1.0], Peak::Of(1.0)).unwrap().is_nan());
    assert_eq!(psnr(&[1.0, 1.0], &[f32::INFINITY, 1.0], Peak::Of(1.0)).unwrap(), f64::NEG_INFINITY);
}
