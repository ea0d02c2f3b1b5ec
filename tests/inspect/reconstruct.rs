//! Signal and noise.

use deep_end::inspect::{Peak, psnr};

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
