//! Receptive fields.

use crate::layers::{At, Layout, layout};
use deep_end::inspect::{ReceptiveField, Regular};
use deep_end::{Geometry, Window};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A stack of one to four layouts of one axis; whether each fits its input is seen when it gets one.
fn stack() -> impl Strategy<Value = (usize, Vec<Layout>)> {
    (1..16usize, prop::collection::vec(layout(1), 1..=4))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_field_holds_all_pixels_that_reach_the_cell((extent, layouts) in stack()) {
        let geometries: Vec<Geometry> = layouts.iter().map(Layout::geometry).collect();
        let Ok(ours) = ReceptiveField::of(&geometries, &[extent]) else { return Ok(()) };
        // For each position, the set of pixels by which it is reached.
        let mut sets: Vec<BTreeSet<usize>> = (0..extent).map(|at| BTreeSet::from([at])).collect();
        for (number, layout) in layouts.iter().enumerate() {
            let outputs = layout.geometry().plan(&[sets.len()]).unwrap().output_shape();
            let windows = layout.windows(&[sets.len()], &outputs).remove(0);
            let union = |taps: &Vec<At>| taps.iter().filter_map(|tap| if let At::Cell(at) = tap { Some(&sets[*at]) } else { None }).flatten().copied().collect();
            sets = windows.iter().map(union).collect();
            let boxes: Vec<[usize; 2]> = sets.iter().map(|set| set.first().map_or([0, 0], |first| [*first, set.last().unwrap() + 1])).collect();
            prop_assert_eq!(&ours.maps[number + 1][0].pixels, &boxes);
        }
        for (at, set) in sets.iter().enumerate() {
            let pixels = ours.pixels(&[at]).unwrap()[0];
            prop_assert!(set.iter().all(|pixel| (pixels[0]..pixels[1]).contains(pixel)));
        }
    }

    /// Without padding or ceil mode nothing is cut off, so that the recurrence and the boxes say the same.
    #[test]
    fn the_recurrence_is_exact_where_nothing_is_cut_off(layers in prop::collection::vec((1..4usize, 1..4usize, 1..3usize), 1..=4)) {
        let window = |&(kernel, stride, dilation): &(usize, usize, usize)| Window::new([kernel]).stride([stride]).dilation([dilation]).into();
        let geometries: Vec<Geometry> = layers.iter().map(window).collect();
        let Ok(field) = ReceptiveField::of(&geometries, &[60]) else { return Ok(()) };
        for map in &field.maps {
            let Regular { size, jump, start } = map[0].regular.unwrap();
            for (at, pixels) in map[0].pixels.iter().enumerate() {
                let first = start as usize + at * jump;
                prop_assert_eq!(pixels, &[first, first + size]);
            }
        }
    }
}

/// A. Araujo, W. Norris and J. Sim, *Computing Receptive Fields of Convolutional Neural Networks* (Distill, 2019), table
/// of networks: VGG-16 has a receptive field of 212, an effective stride of 32 and an effective padding of 90.
#[test]
fn vgg_16_sees_212_pixels() {
    let conv = Geometry::from(Window::new([3, 3]).stride([1, 1]).padding([[1, 1], [1, 1]]));
    let pool = Geometry::from(Window::new([2, 2]));
    let block = |convs: usize| std::iter::repeat_n(conv.clone(), convs).chain([pool.clone()]);
    let layers: Vec<Geometry> = [2, 2, 3, 3, 3].into_iter().flat_map(block).collect();
    let field = ReceptiveField::of(&layers, &[224, 224]).unwrap();
    let expected = Regular { size: 212, jump: 32, start: -90 };
    for axis in field.maps.last().unwrap() {
        assert_eq!((axis.regular, axis.pixels.len()), (Some(expected), 7));
    }
    assert_eq!(field.pixels(&[0, 6]).unwrap(), [[0, 122], [102, 224]]);
}

/// By hand: 5 cells shared out among 3 are 0–1, 1–3, 3–4; none of it is regular, and what follows neither.
#[test]
fn uneven_regions_have_no_recurrence_and_exact_boxes() {
    let layers = [Geometry::Adaptive { output_size: vec![3] }, Window::new([2]).stride([1]).into()];
    let field = ReceptiveField::of(&layers, &[5]).unwrap();
    assert_eq!((field.maps[1][0].regular, field.maps[2][0].regular), (None, None));
    assert_eq!(field.maps[1][0].pixels, [[0, 2], [1, 4], [3, 5]]);
    assert_eq!(field.maps[2][0].pixels, [[0, 4], [1, 5]]);
    // Shared out evenly they are a window of 2 that moves by 2; the whole is a window as large as the input.
    let layers = [Geometry::Adaptive { output_size: vec![3] }, Geometry::Global];
    let field = ReceptiveField::of(&layers, &[6]).unwrap();
    assert_eq!(field.maps[1][0].regular, Some(Regular { size: 2, jump: 2, start: 0 }));
    assert_eq!(field.maps[2][0].regular, Some(Regular { size: 6, jump: 6, start: 0 }));
}

/// By hand: pooling 5 pixels by 2 drops the last, so the padded window over both cells cannot see it, although the
/// recurrence's field of 6 pixels from −2 to 3, moved by 2, would reach it.
#[test]
fn a_dropped_pixel_is_not_seen_through_padding() {
    let layers = [Window::new([2]).into(), Window::new([3]).stride([1]).padding([[1, 1]]).into()];
    let field = ReceptiveField::of(&layers, &[5]).unwrap();
    assert_eq!(field.maps[2][0].regular, Some(Regular { size: 6, jump: 2, start: -2 }));
    assert_eq!(field.pixels(&[1]).unwrap(), [[0, 4]]);
}
