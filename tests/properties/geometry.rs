//! Sizes of outputs, and whether the random layers meet what they are for.

use crate::definition::Window;
use crate::layers::{Axis, Layer, axis, case, layer};
use crate::{bits, cells, holds};
use deep_end::{Pool, Pooling};
use ndarray::ArrayD;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

#[test]
fn an_output_has_as_many_cells_as_windows_fit() {
    holds("output sizes", 2000, (prop::collection::vec(axis(), 1..=3), any::<bool>()), |(axes, ceil_mode)| {
        let layer = Layer::Sliding { axes, ceil_mode };
        match layer.geometry().plan(&layer.extents()) {
            Ok(plan) => prop_assert_eq!(plan.output_shape(), layer.outputs()),
            Err(error) => {
                prop_assert!(layer.outputs().contains(&0), "{}", error);
                prop_assert_eq!(error.parameter(), "kernel_size");
            }
        }
        Ok(1)
    });
}

#[test]
fn adaptive_to_the_same_size_is_the_identity_and_to_one_is_global() {
    holds("adaptive", 1000, case(layer(), cells::with_nan()), |(_, x)| {
        let (same, one) = (x.shape()[2..].to_vec(), vec![1; x.ndim() - 2]);
        prop_assert_eq!(bits(&Pool::adaptive(Pooling::Max, same).unwrap().forward(x.view()).unwrap()), bits(&x));
        let methods = [Pooling::Max, Pooling::average(), Pooling::lp(2.0), Pooling::Soft, Pooling::Median];
        for method in methods.clone() {
            let adaptive = Pool::adaptive(method.clone(), one.clone()).unwrap().forward(x.view()).unwrap();
            prop_assert_eq!(bits(&adaptive), bits(&Pool::global(method).unwrap().forward(x.view()).unwrap()));
        }
        Ok(methods.len())
    });
}

/// A corner of the space of layers, and whether a layer with its input is in it.
type Corner = (&'static str, fn(&Layer, &ArrayD<f32>, &[Window]) -> bool);

const CORNERS: [Corner; 13] = [
    ("N = 0", |_, x, _| x.shape()[0] == 0),
    ("C = 0", |_, x, _| x.shape()[1] == 0),
    ("several planes", |_, x, _| x.shape()[0] * x.shape()[1] > 1),
    ("one axis", |_, x, _| x.ndim() == 3),
    ("three axes", |_, x, _| x.ndim() == 5),
    ("an extent of 1", |layer, _, _| layer.extents().contains(&1)),
    ("a window larger than the input", |layer, _, _| any_axis(layer, |axis, _| effective(axis) > axis.extent)),
    ("a window larger than the padded input", |layer, _, _| {
        any_axis(layer, |axis, ceil_mode| {
            ceil_mode && effective(axis) > axis.padding[0] + axis.extent + axis.padding[1]
        })
    }),
    ("padding that differs before and after", |layer, _, _| {
        any_axis(layer, |axis, _| axis.padding[0] != axis.padding[1])
    }),
    ("a window without cells", |_, _, windows| windows.iter().any(|window| window.cells.is_empty())),
    ("a window that hangs over", |layer, _, windows| {
        layer.taps().is_some_and(|taps| windows.iter().any(|window| window.padded < taps))
    }),
    (
        "more regions than cells",
        |layer, _, _| matches!(layer, Layer::Adaptive { extents, output_size } if output_size.iter().zip(extents).any(|(size, extent)| size > extent)),
    ),
    ("the whole plane", |layer, _, _| matches!(layer, Layer::Global { .. })),
];

fn effective(axis: &Axis) -> usize {
    axis.dilation * (axis.kernel_size - 1) + 1
}

fn any_axis(layer: &Layer, is: impl Fn(&Axis, bool) -> bool) -> bool {
    matches!(layer, Layer::Sliding { axes, ceil_mode } if axes.iter().any(|axis| is(axis, *ceil_mode)))
}

/// 400 layers are what each test of a kind of cell draws. What is met at least ten times among these, whose seed is fixed,
/// hardly any other 400 miss.
#[test]
fn random_layers_meet_every_corner() {
    let (mut runner, strategy) = (TestRunner::deterministic(), case(layer(), cells::ordinary()));
    let cases: Vec<_> = (0..400).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
    for (corner, is_in) in CORNERS {
        let met = cases.iter().filter(|(layer, x)| is_in(layer, x, &layer.windows())).count();
        println!("{met:4} of 400: {corner}");
        assert!(met >= 10, "{met} of 400 layers have {corner}");
    }
}
