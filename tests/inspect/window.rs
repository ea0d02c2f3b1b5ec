//! Output cells and their windows; input cells and their readers.

use crate::layers::{self, At, Layout, any_cell, blurs, case, methods, ordinary, pool, positions, power, same};
use deep_end::inspect::{Inspector, OutputCell, Plane, Tap, position};
use deep_end::{Pool, Pooling};
use ndarray::{ArrayD, IxDyn};
use proptest::prelude::*;

/// The plane whose cells are looked at: not the first, so that draws and planes are counted.
const PLANE: [usize; 2] = [1, 0];

fn at_plane(position: &[usize]) -> IxDyn {
    IxDyn(&[&PLANE, position].concat())
}

/// The gradient of a whole array by one output cell.
fn one_hot(pool: &Pool, x: &ArrayD<f32>, output: &[usize]) -> ArrayD<f32> {
    let mut gradient = ArrayD::zeros(pool.output_shape(x.shape()).unwrap());
    gradient[at_plane(output)] = 1.0;
    pool.backward(x.view(), gradient.view()).unwrap()
}

/// A case's windows and the spatial extents of its output.
fn windows(layout: &Layout) -> (Vec<Vec<Vec<At>>>, Vec<usize>) {
    let outputs = layout.geometry().plan(&layout.spatial()).unwrap().output_shape();
    (layout.windows(&layout.spatial(), &outputs), outputs)
}

/// Weights by their definitions, where they are not the slopes.
fn weights(method: &Pooling, cells: &[f32]) -> Option<Vec<f64>> {
    let cells: Vec<f64> = cells.iter().map(|&cell| f64::from(cell)).collect();
    let terms: Vec<f64> = match method {
        Pooling::Soft => cells.iter().map(|cell| cell.exp()).collect(),
        Pooling::Stochastic { .. } | Pooling::StochasticMean if cells.iter().all(|&cell| cell <= 0.0) => {
            vec![1.0; cells.len()]
        }
        Pooling::Stochastic { .. } | Pooling::StochasticMean => cells.iter().map(|cell| cell.max(0.0)).collect(),
        _ => return None,
    };
    let total: f64 = terms.iter().sum();
    Some(terms.iter().map(|term| term / total).collect())
}

fn cells_of(cell: &OutputCell) -> Vec<(usize, f32, f32, f32)> {
    let of_tap = |tap: &Tap| match *tap {
        Tap::Cell { at, value, slope, weight } => Some((at, value, slope, weight)),
        _ => None,
    };
    cell.taps.iter().chain(&cell.further).filter_map(of_tap).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn taps_fall_where_the_definition_has_them((layout, x) in case(ordinary())) {
        let layer = pool(&Pooling::Max, &layout);
        let inspector = Inspector::new(&layer, Plane::of(&x.view(), PLANE[0], PLANE[1]).unwrap()).unwrap();
        let (windows, outputs) = windows(&layout);
        for output in positions(&outputs) {
            let cell = inspector.output_cell(&output).unwrap();
            let expected = layers::window(&windows, &layout.spatial(), &output);
            let ours = |tap: &Tap| match *tap { Tap::Cell { at, .. } => At::Cell(at), Tap::Padding => At::Padding, Tap::Beyond => At::Beyond };
            prop_assert_eq!(cell.taps.iter().map(ours).collect::<Vec<_>>(), expected);
            // The same by origin and step.
            for (tap, at) in positions(&cell.kernel_size).iter().zip(&cell.taps) {
                let Tap::Cell { at, value, .. } = *at else { continue };
                let place = position(at, &layout.spatial());
                prop_assert_eq!(value, x[at_plane(&place)]);
                for axis in 0..place.len() {
                    prop_assert_eq!(place[axis] as isize, cell.origin[axis] + (tap[axis] * cell.step[axis]) as isize);
                }
            }
        }
    }

    #[test]
    fn an_output_cell_is_what_the_whole_layer_makes_of_it((layout, x) in case(any_cell()), p in power(), seed in any::<u64>()) {
        let (windows, outputs) = windows(&layout);
        for method in methods(&layout, p, seed) {
            let layer = pool(&method, &layout);
            let inspector = Inspector::new(&layer, Plane::of(&x.view(), PLANE[0], PLANE[1]).unwrap()).unwrap();
            let y = layer.forward(x.view()).unwrap();
            let indices = layer.forward_with_indices(x.view()).ok().map(|(_, indices)| indices);
            for output in positions(&outputs) {
                let cell = inspector.output_cell(&output).unwrap();
                prop_assert!(same(cell.value, y[at_plane(&output)]), "{:?}: {:?}", method, cell);
                let index = indices.as_ref().and_then(|indices| usize::try_from(indices[at_plane(&output)]).ok());
                prop_assert_eq!(cell.winner, index, "{:?}", method);
                let values = |at: usize| x[at_plane(&position(at, &layout.spatial()))];
                let read = layers::window(&windows, &layout.spatial(), &output).into_iter();
                let read: Vec<usize> = read.filter_map(|at| if let At::Cell(at) = at { Some(at) } else { None }).collect();
                let ties: Vec<usize> = read.iter().copied().filter(|&at| index.is_some_and(|index| same(values(at), values(index)))).collect();
                prop_assert_eq!(&cell.ties, &ties);
                // A whole backward pass adds 0 · NaN of other windows; where it did not, each slope is the same number.
                let whole = one_hot(&layer, &x, &output);
                let ours = cells_of(&cell);
                for (place, &whole) in positions(&layout.spatial()).iter().zip(whole.index_axis(ndarray::Axis(0), PLANE[0]).index_axis(ndarray::Axis(0), PLANE[1])) {
                    let share = ours.iter().find(|share| position(share.0, &layout.spatial()) == *place);
                    let slope = share.map_or(0.0, |share| share.2);
                    prop_assert!(slope == whole || whole.is_nan(), "{:?}: {} for {} at {:?} of {:?}", method, slope, whole, place, cell);
                }
            }
        }
    }

    #[test]
    fn weights_are_the_definitions((layout, x) in case(ordinary()), p in power(), seed in any::<u64>()) {
        for method in methods(&layout, p, seed) {
            let layer = pool(&method, &layout);
            let inspector = Inspector::new(&layer, Plane::of(&x.view(), PLANE[0], PLANE[1]).unwrap()).unwrap();
            for output in positions(inspector.output_shape()) {
                let cell = inspector.output_cell(&output).unwrap();
                let (cells, values): (Vec<_>, Vec<f32>) = cells_of(&cell).into_iter().map(|share| ((share.2, share.3), share.1)).unzip();
                match weights(&method, &values) {
                    None => prop_assert!(cells.iter().all(|(slope, weight)| slope == weight), "{:?}: {:?}", method, cell),
                    Some(expected) => {
                        for (&(_, weight), expected) in cells.iter().zip(&expected) {
                            prop_assert!((f64::from(weight) - expected).abs() <= 1e-6, "{:?}: {:?}", method, cell);
                        }
                        let mean: f64 = expected.iter().zip(&values).map(|(weight, &value)| weight * f64::from(value)).sum();
                        let drawn = matches!(method, Pooling::Stochastic { .. });
                        prop_assert!(drawn || (f64::from(cell.value) - mean).abs() <= 1e-5, "{:?}: {:?}", method, cell);
                    }
                }
            }
        }
    }

    #[test]
    fn readers_are_the_windows_that_hold_the_cell((layout, x) in case(ordinary()), p in power(), seed in any::<u64>()) {
        let (windows, outputs) = windows(&layout);
        for method in methods(&layout, p, seed) {
            let layer = pool(&method, &layout);
            let inspector = Inspector::new(&layer, Plane::of(&x.view(), PLANE[0], PLANE[1]).unwrap()).unwrap();
            let ones = ArrayD::ones(layer.output_shape(x.shape()).unwrap());
            let whole = layer.backward(x.view(), ones.view()).unwrap();
            for (at, place) in positions(&layout.spatial()).iter().enumerate() {
                let readers = inspector.readers(place).unwrap();
                let holds = |output: &Vec<usize>| layers::window(&windows, &layout.spatial(), output).contains(&At::Cell(at));
                let holds = |output: &Vec<usize>| holds(output) || blurs(&method) && one_hot(&layer, &x, output)[at_plane(place)] != 0.0;
                let expected: Vec<usize> = positions(&outputs).iter().enumerate().filter(|(_, output)| holds(output)).map(|(flat, _)| flat).collect();
                prop_assert_eq!(readers.iter().map(|reader| reader.output).collect::<Vec<_>>(), expected);
                for reader in &readers {
                    let cell = inspector.output_cell(&position(reader.output, &outputs)).unwrap();
                    let share = cells_of(&cell).into_iter().find(|share| share.0 == at).unwrap();
                    prop_assert_eq!((reader.value, reader.slope, reader.weight, reader.wins), (cell.value, share.2, share.3, cell.winner == Some(at)));
                }
                let (sum, magnitude) = readers.iter().fold((0.0, 0.0), |(sum, magnitude), reader| (sum + f64::from(reader.slope), magnitude + f64::from(reader.slope.abs())));
                let whole = f64::from(whole[at_plane(place)]);
                // At most 125 windows, each term rounded to f32, their sum in f32.
                prop_assert!((sum - whole).abs() <= 128.0 * 2f64.powi(-24) * magnitude, "{:?}: {} for {}", method, sum, whole);
            }
        }
    }
}

#[test]
fn a_map_is_the_same_however_its_array_lies_in_memory() {
    let x = ArrayD::from_shape_fn(IxDyn(&[2, 3, 4, 5]), |place| {
        (place[0] * 60 + place[1] * 20 + place[2] * 5 + place[3]) as f32
    });
    let turned = x.view().permuted_axes(IxDyn(&[0, 1, 3, 2]));
    let plane = Plane::of(&turned, 1, 2).unwrap();
    assert_eq!(
        (plane.shape(), &plane.cells()[..5]),
        ([5, 4].as_slice(), [100.0, 105.0, 110.0, 115.0, 101.0].as_slice())
    );
}
