//! Every method over every kind of layer and of cell, against its definition.

use crate::blur;
use crate::cells::{self, Cells};
use crate::definition::{Window, planes};
use crate::layers::{Layer, case, layer, sliding};
use crate::methods::{Expected, SplitMix64, picks, value};
use crate::{bits, holds};
use deep_end::{Pool, PoolOptions, Pooling};
use ndarray::ArrayD;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// The numbers that methods take, for any layer.
#[derive(Clone, Debug)]
pub struct Parameters {
    divisor: i32,
    power: f64,
    sharpness: f64,
    seed: u64,
    alpha: f64,
    weights: Vec<f32>,
    rank: Index,
    filter_size: usize,
}

pub fn parameters() -> impl Strategy<Value = Parameters> {
    let power = prop::sample::select(vec![0.01, 0.5, 1.0, 1.5, 2.0, 3.0, 6.0, 6.5, 9.0, 100.0, 1e300, f64::INFINITY]);
    let sharpness = prop::sample::select(vec![f64::from_bits(1), 1e-9, 1e-3, 0.1, 1.0, 5.0, 100.0, 1e9, f64::MAX]);
    let alpha = prop_oneof![1 => Just(0.0), 1 => Just(1.0), 2 => 0.0..1.0];
    let weights = prop::collection::vec(prop_oneof![1 => Just(0.0f32), 4 => -2.0..2.0f32], 27);
    let divisor = prop_oneof![3 => -5..6i32, 1 => any::<i32>()].prop_filter("not 0", |&divisor| divisor != 0);
    (divisor, power, sharpness, any::<u64>(), alpha, weights, any::<Index>(), 1..8usize).prop_map(
        |(divisor, power, sharpness, seed, alpha, weights, rank, filter_size)| Parameters {
            divisor,
            power,
            sharpness,
            seed,
            alpha,
            weights,
            rank,
            filter_size,
        },
    )
}

/// Every method that goes with a layer and makes its value of one window.
pub fn methods(layer: &Layer, windows: &[Window], with: &Parameters) -> Vec<Pooling> {
    let largest = layer.taps().unwrap_or_else(|| windows.iter().map(|window| window.cells.len()).max().unwrap());
    let rank = with.rank.index(largest) + 1;
    let average = |count_include_pad, divisor_override| Pooling::Average { count_include_pad, divisor_override };
    let mut methods = vec![
        Pooling::Max,
        Pooling::Min,
        average(true, None),
        average(false, None),
        average(true, Some(with.divisor)),
        Pooling::Lp { norm_type: with.power },
        Pooling::GeneralizedMean { norm_type: with.power },
        Pooling::LogSumExp { sharpness: with.sharpness },
        Pooling::Soft,
        Pooling::Stochastic { seed: with.seed },
        Pooling::StochasticMean,
        Pooling::Mixed { alpha: with.alpha },
        Pooling::Median,
        Pooling::Rank { rank },
        Pooling::TopK { k: rank },
        Pooling::Subsample,
    ];
    methods.extend(layer.taps().map(|taps| Pooling::Gated { weights: with.weights[..taps].to_vec() }));
    methods
}

/// Those, and the ones whose value is of several windows.
fn all_methods(layer: &Layer, windows: &[Window], with: &Parameters) -> Vec<Pooling> {
    let filter_size = with.filter_size;
    let blurs = [Pooling::MaxBlur { filter_size }, Pooling::AverageBlur { filter_size }];
    let mut methods = methods(layer, windows, with);
    methods.extend(blurs.into_iter().filter(|_| layer.taps().is_some()));
    methods
}

/// Each window's value and, for a method that picks a cell, its place; all of it the same a second time.
fn is_the_definition(
    method: &Pooling,
    layer: &Layer,
    windows: &[Window],
    x: &ArrayD<f32>,
    seed: u64,
) -> Result<(), TestCaseError> {
    let pool = Pool::with_geometry(method.clone(), layer.geometry()).unwrap();
    let ours = pool.forward(x.view()).unwrap();
    prop_assert_eq!(&ours.shape()[2..], layer.outputs());
    prop_assert_eq!(bits(&ours), bits(&pool.forward(x.view()).unwrap()));
    let indices = match pool.forward_with_indices(x.view()) {
        Ok((again, indices)) => {
            prop_assert!(picks(method), "{:?} picks no cell", method);
            prop_assert_eq!(bits(&ours), bits(&again));
            Some(indices.into_raw_vec_and_offset().0)
        }
        Err(error) => {
            prop_assert!(!picks(method), "{}", error);
            None
        }
    };
    let outputs = planes(x).flat_map(|plane| {
        let blurred = blur::values(method, layer, plane);
        windows
            .iter()
            .enumerate()
            .map(move |(number, window)| (plane, window, blurred.as_ref().map(|values| values[number])))
    });
    let mut count = 0;
    for (((plane, window, blurred), &ours), (number, draw)) in
        outputs.zip(&ours).zip(SplitMix64::of_draws(seed).enumerate())
    {
        let read: Vec<f32> = window.cells.iter().map(|place| plane[place.flat]).collect();
        let near = blurred.map(|(value, bound)| Expected::Near { value, bound });
        let expected = near.unwrap_or_else(|| value(method, window, plane, draw));
        prop_assert!(expected.allows(ours, &read), "{:?} of {:?}: {:?} for {:?}", method, read, ours, expected);
        if let Some(indices) = &indices {
            let place = window.cells.iter().position(|place| place.flat as i32 == indices[number]);
            let right = match &expected {
                Expected::Cell(numbers) => place.is_some_and(|place| numbers.contains(&place)),
                _ => indices[number] == -1,
            };
            prop_assert!(right, "{:?} of {:?}: place {} for {:?}", method, read, indices[number], expected);
            // The value is the cell at the place, whichever the draw was.
            prop_assert!(place.is_none_or(|place| read[place].to_bits() == ours.to_bits() || ours.is_nan()));
        }
        count += 1;
    }
    prop_assert_eq!(count, ours.len());
    Ok(())
}

fn every_method_is_its_definition(name: &str, cells: Cells) {
    holds(name, 400, (case(layer(), cells), parameters()), |((layer, x), parameters)| {
        let windows = layer.windows();
        let methods = all_methods(&layer, &windows, &parameters);
        for method in &methods {
            is_the_definition(method, &layer, &windows, &x, parameters.seed)?;
        }
        Ok(methods.len())
    });
}

macro_rules! of {
    ($($name:ident: $cells:expr;)*) => {$(
        #[test]
        fn $name() {
            every_method_is_its_definition(stringify!($name), $cells);
        }
    )*};
}
of! {
    values_of_ordinary_cells: cells::ordinary();
    values_of_cells_after_a_relu: cells::non_negative();
    values_of_negative_cells: cells::negative();
    values_of_ties: cells::ties();
    values_of_zeros: cells::zeros();
    values_with_nan: cells::with_nan();
    values_with_infinities: cells::with_infinities();
    values_of_infinities: cells::infinite();
    values_of_subnormal_cells: cells::subnormal();
    values_of_huge_cells: cells::huge();
    values_of_any_bits: cells::any_bits();
}

/// The names come from the message that lists them all.
#[test]
fn no_method_is_left_out() {
    let unknown: PoolOptions = serde_json::from_str(r#"{ "method": "", "kernelSize": 2 }"#).unwrap();
    let message = unknown.layer(1).unwrap_err().rule().replace("must be ", "").replace(" or ", ", ");
    let mut all: Vec<&str> = message.split(", ").collect();
    let mut runner = TestRunner::deterministic();
    let layer = sliding().new_tree(&mut runner).unwrap().current();
    let methods = all_methods(&layer, &layer.windows(), &parameters().new_tree(&mut runner).unwrap().current());
    let mut held: Vec<&str> = methods.iter().map(Pooling::name).collect();
    all.sort_unstable();
    held.sort_unstable();
    held.dedup();
    assert_eq!(held, all);
}
