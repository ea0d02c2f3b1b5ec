//! u8 and i8 under max and min, in integers from beginning to end.

use crate::holds;
use crate::layers::{case, layer};
use deep_end::{Element, Pool, Pooling};
use proptest::prelude::*;
use std::fmt::Debug;

/// The largest cell where `sign` is 1, the smallest where it is −1, and the first place that has it. A window without
/// cells has what padding holds: the type's lowest value under max, its highest under min.
fn pools_as_integers_do<T: Element + Into<i32> + TryFrom<i32, Error: Debug> + Debug>(name: &str, lowest: i32) {
    // Few different values, so that there are ties, and both ends of the type.
    let cell = prop::sample::select(vec![0, 1, 2, 127, 128, 254, 255]).prop_map(|cell: i16| f32::from(cell));
    holds(name, 1000, case(layer(), cell), |(layer, x)| {
        let x = x.mapv(|cell| T::try_from(cell as i32 + lowest).unwrap());
        for (method, sign, none) in [(Pooling::Max, 1, lowest), (Pooling::Min, -1, lowest + 255)] {
            let pool = Pool::with_geometry(method, layer.geometry()).unwrap();
            let (values, indices) = pool.forward_with_indices(x.view()).unwrap();
            let alone: Vec<i32> = pool.forward(x.view()).unwrap().iter().map(|&value| value.into()).collect();
            let cells_of_plane = x.shape()[2..].iter().product();
            let planes = x.as_slice().unwrap().chunks_exact(cells_of_plane);
            let expected: Vec<(i32, i32)> = planes
                .flat_map(|plane| layer.windows().into_iter().map(move |window| (plane, window)))
                .map(|(plane, window)| {
                    let cells = window.cells.iter().map(|place| (plane[place.flat].into(), place.flat as i32));
                    cells.min_by_key(|(cell, _)| -sign * cell).unwrap_or((none, -1))
                })
                .collect();
            let ours: Vec<(i32, i32)> = values.iter().map(|&value| value.into()).zip(indices.iter().copied()).collect();
            prop_assert_eq!(&ours, &expected);
            prop_assert_eq!(alone, expected.into_iter().map(|(value, _)| value).collect::<Vec<_>>());
        }
        Ok(2)
    });
}

#[test]
fn u8_under_max_and_min() {
    pools_as_integers_do::<u8>("u8 under max and min", 0);
}

#[test]
fn i8_under_max_and_min() {
    pools_as_integers_do::<i8>("i8 under max and min", -128);
}

#[test]
fn other_methods_refuse_integers() {
    let x = ndarray::array![[[1u8, 2]]].into_dyn();
    for method in
        [Pooling::average(), Pooling::lp(2.0), Pooling::Median, Pooling::Soft, Pooling::Stochastic { seed: 1 }]
    {
        let pool = Pool::global(method).unwrap();
        for error in [pool.forward(x.view()).unwrap_err(), pool.forward_with_indices(x.view()).unwrap_err()] {
            assert_eq!(error.parameter(), "method");
        }
    }
}
