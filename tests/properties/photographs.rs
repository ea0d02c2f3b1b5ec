//! Photographs against feature maps: each channel pooled as numbers, by itself and rounded. And rows of a picture against all.

use crate::holds;
use crate::layers::{Layer, layer};
use deep_end::render::{Photograph, pool_photograph};
use deep_end::{Pool, Pooling};
use ndarray::{ArrayD, IxDyn};
use proptest::prelude::*;

/// A layer of two axes, and a picture for it, which is opaque now and then.
fn case() -> impl Strategy<Value = (Layer, [usize; 2], Vec<u8>)> {
    let plane = layer().prop_filter("a picture has two axes", |layer| layer.extents().len() == 2);
    (plane, any::<bool>()).prop_flat_map(|(layer, opaque)| {
        let extents = [layer.extents()[0], layer.extents()[1]];
        let code = prop_oneof![3 => any::<u8>(), 1 => Just(255)];
        let alpha = if opaque { Just(255).boxed() } else { code.clone().boxed() };
        let pixel =
            (code.clone(), code.clone(), code, alpha).prop_map(|(red, green, blue, alpha)| [red, green, blue, alpha]);
        let pixels = prop::collection::vec(pixel, extents[0] * extents[1]);
        pixels.prop_map(move |pixels| (layer.clone(), extents, pixels.concat()))
    })
}

const CELLS: Pooling = Pooling::Average { count_include_pad: false, divisor_override: None };

#[test]
fn bytes_are_the_numbers_rounded() {
    let with_padding = Pooling::Average { count_include_pad: true, divisor_override: None };
    holds("photographs as feature maps", 1500, case(), |(layer, [height, width], pixels)| {
        let layer_of = |method: Pooling| Pool::with_geometry(method, layer.geometry()).unwrap();
        let of = |method: Pooling, channel: usize| {
            let plane = pixels[channel..].iter().step_by(4).map(|&code| f32::from(code)).collect();
            let plane = ArrayD::from_shape_vec(IxDyn(&[1, 1, height, width]), plane).unwrap();
            layer_of(method).forward(plane.view()).unwrap().into_raw_vec_and_offset().0
        };
        let alpha = of(CELLS, 3);
        let check = |method: Pooling, byte: &dyn Fn(f32) -> u8, numbers: Pooling| {
            let photograph = pool_photograph(&layer_of(method.clone()), width, height, &pixels).unwrap();
            for channel in 0..3 {
                let ours: Vec<u8> = photograph.pixels[channel..].iter().step_by(4).copied().collect();
                let expected: Vec<u8> = of(numbers.clone(), channel).into_iter().map(byte).collect();
                prop_assert_eq!(ours, expected, "{:?}, channel {}", method, channel);
            }
            let ours: Vec<u8> = photograph.pixels[3..].iter().step_by(4).copied().collect();
            prop_assert_eq!(
                ours,
                alpha.iter().map(|mean| (mean + 0.5) as u8).collect::<Vec<_>>(),
                "alpha of {:?}",
                method
            );
            Ok(())
        };
        for method in [Pooling::Max, Pooling::Min, CELLS, with_padding.clone()] {
            check(method.clone(), &|value| (value + 0.5) as u8, method)?;
        }
        // White is what the fullest window has, whatever the divisor: in whole numbers, since thirds are no floats.
        let fullest = layer.windows().iter().map(|window| window.cells.len()).max().unwrap().max(1) as u32;
        let sum = Pooling::Average { count_include_pad: false, divisor_override: Some(1) };
        for divisor in [1, 3, -2, 1000] {
            let by = Pooling::Average { count_include_pad: true, divisor_override: Some(divisor) };
            check(by, &|sum| ((2 * sum as u32 + fullest) / (2 * fullest)) as u8, sum.clone())?;
        }
        Ok(8)
    });
}

#[test]
fn rows_are_the_same_whichever_are_made_with_them() {
    let methods = || {
        vec![
            Pooling::Max,
            Pooling::Min,
            CELLS,
            Pooling::Average { count_include_pad: true, divisor_override: Some(3) },
            Pooling::lp(2.0),
            Pooling::lp(3.5),
            Pooling::GeneralizedMean { norm_type: 3.0 },
            Pooling::LogSumExp { sharpness: 2.0 },
            Pooling::Soft,
            Pooling::StochasticMean,
            Pooling::Mixed { alpha: 0.3 },
            Pooling::Median,
            Pooling::Rank { rank: 1 },
            Pooling::TopK { k: 1 },
            Pooling::Subsample,
            Pooling::Stochastic { seed: 5 },
        ]
    };
    holds("photographs in parts", 400, (case(), 1..5usize), |((layer, [height, width], pixels), count)| {
        for method in methods() {
            let pool = Pool::with_geometry(method.clone(), layer.geometry()).unwrap();
            let whole = pool_photograph(&pool, width, height, &pixels).unwrap();
            let mut photograph = Photograph::new(&pool, width, height).unwrap();
            let parts = photograph.parts(count);
            prop_assert_eq!(parts.len(), if method.name() == "stochastic" { 1 } else { count.min(whole.height) });
            let mut made = Vec::new();
            for part in parts {
                let read = photograph.reads(part.clone());
                let mut out = vec![0; 4 * whole.width * part.len()];
                photograph.pool_rows(part, &pixels[4 * width * read.start..4 * width * read.end], &mut out).unwrap();
                made.extend(out);
            }
            prop_assert_eq!(made, whole.pixels, "{:?}", method);
        }
        Ok(methods().len())
    });
}
