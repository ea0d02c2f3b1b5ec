//! Traces through stacks of layers.

use crate::layers::{Layout, blurs, layout, methods, positions};
use deep_end::inspect::{Plane, ReceptiveField, Stack, position};
use deep_end::{Pool, Pooling, Window};
use ndarray::{ArrayD, IxDyn};
use proptest::prelude::*;

/// The gradients at every map by one output cell, by whole backward passes.
fn gradients(layers: &[Pool], x: &ArrayD<f32>, output: &[usize]) -> Vec<ArrayD<f32>> {
    let mut maps = vec![x.clone()];
    for layer in layers {
        maps.push(layer.forward(maps[maps.len() - 1].view()).unwrap());
    }
    let mut gradient = ArrayD::zeros(maps[layers.len()].raw_dim());
    gradient[IxDyn(&[&[0, 1], output].concat())] = 1.0;
    let mut gradients = vec![gradient];
    for (layer, input) in layers.iter().zip(&maps).rev() {
        gradients.push(layer.backward(input.view(), gradients[gradients.len() - 1].view()).unwrap());
    }
    gradients.reverse();
    gradients
}

/// One to three layers of random methods, and two planes for them.
fn stack() -> impl Strategy<Value = (Vec<(Layout, usize)>, ArrayD<f32>)> {
    (1..=2usize).prop_flat_map(|axes| {
        let layers = prop::collection::vec((layout(axes), 0..100usize), 1..=3);
        let shape = prop::collection::vec(3..9usize, axes);
        (layers, shape).prop_flat_map(|(layers, shape)| {
            let shape = [&[1, 2], shape.as_slice()].concat();
            let cells = prop::collection::vec(0.25..4.0f32, shape.iter().product::<usize>());
            (Just(layers), cells.prop_map(move |cells| ArrayD::from_shape_vec(IxDyn(&shape), cells).unwrap()))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_trace_is_the_whole_stacks_backward((layers, x) in stack(), seed in any::<u64>()) {
        let pick = |(layout, number): &(Layout, usize)| {
            let methods = methods(layout, 2.0, seed);
            Pool::with_geometry(methods[number % methods.len()].clone(), layout.geometry()).unwrap()
        };
        let layers: Vec<Pool> = layers.iter().map(pick).collect();
        let Ok(stack) = Stack::run(&layers, Plane::of(&x.view(), 0, 1).unwrap()) else { return Ok(()) };
        for output in positions(stack.output().shape()) {
            let whole = gradients(&layers, &x, &output);
            let traced = stack.trace(&output).unwrap();
            prop_assert_eq!(traced.len(), whole.len());
            let field = ReceptiveField::of(layers.iter().map(Pool::geometry), &x.shape()[2..]).unwrap().pixels(&output).unwrap();
            for (number, (traced, whole)) in traced.iter().zip(&whole).enumerate() {
                prop_assert!(traced.cells.is_sorted_by(|a, b| a.at < b.at));
                // Where slopes of both signs meet, rounding is relative to the largest and not to what remains.
                let largest = whole.iter().fold(0.0f32, |largest, slope| largest.max(slope.abs()));
                for (at, &slope) in whole.index_axis(ndarray::Axis(0), 0).index_axis(ndarray::Axis(0), 1).iter().enumerate() {
                    let ours = traced.cells.iter().find(|cell| cell.at == at).map_or(0.0, |cell| cell.slope);
                    // Through a window without cells, −∞ under a maximum, the whole pass multiplies 0 by ∞.
                    let close = (ours - f64::from(slope)).abs() <= 1e-5 * f64::from(largest);
                    prop_assert!(slope.is_nan() || ours == f64::from(slope) || close, "{} for {} in map {}: {:?}", ours, slope, number, layers);
                }
                for cell in &traced.cells {
                    let place = position(cell.at, &traced.shape);
                    prop_assert!(cell.slope != 0.0);
                    if number == 0 {
                        prop_assert_eq!(cell.value, x[IxDyn(&[&[0, 1], place.as_slice()].concat())]);
                        let blurred = layers.iter().any(|layer| blurs(layer.method()));
                        prop_assert!(blurred || place.iter().zip(&field).all(|(at, [start, end])| at >= start && at < end));
                    }
                }
            }
        }
    }
}

/// 5 × 5 windows of 9 × 9 each: more terms than are kept apart, so that sums are merged on the way.
#[test]
fn many_ways_to_one_pixel_add_up() {
    let layers = vec![Pool::new(Pooling::average(), Window::new([9, 9]).stride([1, 1])).unwrap(); 3];
    let x = ArrayD::from_shape_fn(IxDyn(&[1, 2, 25, 25]), |place| (place[2] * 25 + place[3]) as f32);
    let stack = Stack::run(&layers, Plane::of(&x.view(), 0, 1).unwrap()).unwrap();
    let pixels = stack.trace(&[0, 0]).unwrap().remove(0).cells;
    // The ways from pixel i along one axis are the coefficients of (1 + z + … + z⁸)³.
    let ways = |i: usize| {
        (0..9).flat_map(|a| (0..9).map(move |b| a + b)).filter(|sum| (0..9).any(|c| sum + c == i)).count() as f64
    };
    assert_eq!(pixels.len(), 625);
    for pixel in pixels {
        let expected = ways(pixel.at / 25) * ways(pixel.at % 25) / 729.0 / 729.0;
        assert!((pixel.slope - expected).abs() <= 1e-6 * expected, "{} for {expected}", pixel.slope);
    }
}

#[test]
fn a_stack_of_no_layers_is_its_input() {
    let stack = Stack::run(&[], Plane::new(vec![3.0, 4.0], [2]).unwrap()).unwrap();
    let maps = stack.trace(&[1]).unwrap();
    assert_eq!((maps.len(), maps[0].cells[0].at, maps[0].cells[0].value, maps[0].cells[0].slope), (1, 1, 4.0, 1.0));
}
