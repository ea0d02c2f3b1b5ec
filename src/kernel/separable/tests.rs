//! `separable` against its plain twin.

use super::{Fold, Plan};
use crate::geometry::{Geometry, Window};
use crate::kernel::separable::{Scratch, Spreader, reduce, spread};
use crate::kernel::{Passes, Sum, direct, visit};
use proptest::prelude::*;

/// A fold whose result shows every cell, its position and the order of merging.
struct Trace;
impl Fold for Trace {
    const SIDE_BY_SIDE: bool = true;
    type Input = u8;
    type Acc = Option<(u64, usize)>;
    fn empty(&self) -> Self::Acc {
        None
    }
    fn lift(&self, cell: u8, at: usize) -> Self::Acc {
        Some((u64::from(cell) + 1, at))
    }
    fn merge(&self, a: Self::Acc, b: Self::Acc) -> Self::Acc {
        let merged = |a: (u64, usize), b: (u64, usize)| {
            (a.0.wrapping_mul(31) ^ b.0.rotate_left(7), a.1.wrapping_mul(3).wrapping_add(b.1))
        };
        a.zip(b).map(|(a, b)| merged(a, b)).or(a).or(b)
    }
}

/// The first of the largest cells, with its place.
struct First;
impl Fold for First {
    const SIDE_BY_SIDE: bool = true;
    const IDEMPOTENT: bool = true;
    type Input = u8;
    type Acc = (u8, usize);
    fn empty(&self) -> Self::Acc {
        (0, usize::MAX)
    }
    fn lift(&self, cell: u8, at: usize) -> Self::Acc {
        (cell, at)
    }
    fn merge(&self, a: Self::Acc, b: Self::Acc) -> Self::Acc {
        if b.0 > a.0 { b } else { a }
    }
}

/// Extent, kernel size, stride, padding, dilation.
type Axis = (usize, usize, usize, [usize; 2], usize);

fn axis() -> impl Strategy<Value = Axis> {
    // Long windows more often than not, since only they are made of runs.
    let kernel = prop_oneof![1..4usize, 4..30usize];
    // Now and then windows share no cell.
    let stride = prop_oneof![3 => 1..4usize, 1 => 4..30usize];
    (1..40usize, kernel, stride, 1..4usize).prop_flat_map(|(extent, kernel, stride, dilation)| {
        let below = 0..dilation * (kernel - 1) + 1;
        (Just(extent), Just(kernel), Just(stride), [below.clone(), below], Just(dilation))
    })
}

/// A random plan of one to three axes: sliding windows that fit, or adaptive regions.
fn plan() -> impl Strategy<Value = Plan> {
    (prop::collection::vec(axis(), 1..=3), any::<bool>(), any::<bool>()).prop_filter_map(
        "does not fit",
        |(axes, ceil, adaptive)| {
            let pick = |f: fn(&Axis) -> usize| axes.iter().map(f).collect::<Vec<_>>();
            let padding: Vec<_> = axes.iter().map(|axis| axis.3).collect();
            let window = Window::new(pick(|a| a.1))
                .stride(pick(|a| a.2))
                .padding(padding)
                .dilation(pick(|a| a.4))
                .ceil_mode(ceil);
            let regions = Geometry::Adaptive { output_size: pick(|a| a.1) };
            if adaptive { regions } else { window.into() }.plan(&pick(|a| a.0)).ok()
        },
    )
}

/// A plan whose innermost axes are reduced at once, and now and then another before them.
pub(crate) fn small_plan() -> impl Strategy<Value = Plan> {
    small_plan_apart(Just(1))
}

/// The same, or one whose taps lie apart.
pub(crate) fn small_plan_or_dilated() -> impl Strategy<Value = Plan> {
    small_plan_apart(prop_oneof![Just(1usize), 2..6usize])
}

fn small_plan_apart(apart: impl Strategy<Value = usize> + Clone) -> impl Strategy<Value = Plan> {
    let axes = (2..=3usize, [apart.clone(), apart]).prop_flat_map(move |(kernel, apart)| {
        let axis = |apart: usize| {
            let window = (kernel - 1) * apart + 1;
            (window..24 + 3 * apart, 0..window, 0..window)
        };
        (Just((kernel, apart)), axis(apart[0]), axis(apart[1]), 1..3usize)
    });
    (axes, any::<bool>(), prop::option::of(1..4usize)).prop_filter_map(
        "does not fit",
        |(((kernel, apart), a, b, stride), ceil, outer)| {
            let outer: Vec<usize> = outer.into_iter().collect();
            let with = |outer_value: usize, inner: [usize; 2]| -> Vec<usize> {
                outer.iter().map(|_| outer_value).chain(inner).collect()
            };
            let padding: Vec<[usize; 2]> = outer.iter().map(|_| [0, 0]).chain([[a.1, a.2], [b.1, b.2]]).collect();
            let window = Window::new(with(1, [kernel; 2]))
                .stride(with(1, [stride; 2]))
                .dilation(with(1, apart))
                .padding(padding)
                .ceil_mode(ceil);
            let extents: Vec<usize> = outer.iter().copied().chain([a.0, b.0]).collect();
            Geometry::from(window).plan(&extents).ok()
        },
    )
}

fn size(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// A gradient of global pooling costs as many additions as there are cells, not as many for each tap.
#[test]
fn few_large_windows_are_not_spread_tap_by_tap() {
    let spreads = |geometry: Geometry, extent: usize| {
        let plan = geometry.plan(&[extent, extent]).unwrap();
        Spreader::new(&plan, &mut Passes::default()).unwrap().is_some()
    };
    assert!(!spreads(Geometry::Global, 100));
    assert!(!spreads(Window::new([60, 60]).stride([1, 1]).into(), 100));
    assert!(spreads(Window::new([60, 60]).stride([60, 60]).into(), 120));
    assert!(spreads(Window::new([3, 3]).stride([1, 1]).into(), 100));
}

/// Every way in which four windows side by side can meet a row's ends.
#[test]
fn small_windows_of_every_width_and_padding() {
    for (kernel, stride, width, height) in [(2, 2), (3, 2), (3, 1)]
        .into_iter()
        .flat_map(|(k, s)| (k..22).flat_map(move |w| (k..6).map(move |h| (k, s, w, h))))
    {
        for padding in 0..kernel * kernel * 2 {
            let (ends, ceil) = ([padding % kernel, padding / kernel % kernel], padding >= kernel * kernel);
            let window = Window::new([kernel; 2]).stride([stride; 2]).padding([ends, ends]).ceil_mode(ceil);
            let Ok(plan) = Geometry::from(window.clone()).plan(&[height, width]) else { continue };
            let plane: Vec<f32> = (0..width * height).map(|i| (i * 7919 % 1013) as f32 / 3.0).collect();
            let ours = reduce(&Sum::alone(), &plane, &plan, &mut Scratch::default()).unwrap().to_vec();
            assert_eq!(ours, direct::reduce(&Sum::alone(), &plane, &plan), "{window:?} over {height} × {width}");
        }
    }
}

proptest! {
    #[test]
    fn separable_reads_the_cells_of_direct_in_its_order(plan in plan(), seed in any::<u8>()) {
        let plane: Vec<u8> = (0..size(&plan.input_shape())).map(|i| (i as u8).wrapping_mul(37).wrapping_add(seed)).collect();
        let mut scratch = Scratch::default();
        prop_assert_eq!(reduce(&Trace, &plane, &plan, &mut scratch).unwrap(), direct::reduce(&Trace, &plane, &plan));
    }

    /// Sums whose rounding depends on the order of the terms.
    #[test]
    fn merges_that_may_overlap_give_what_direct_gives(plan in plan(), seed in any::<u8>()) {
        let plane: Vec<u8> = (0..size(&plan.input_shape())).map(|i| 1 + (i as u8).wrapping_mul(37).wrapping_add(seed) % 7).collect();
        let mut scratch = Scratch::default();
        prop_assert_eq!(reduce(&First, &plane, &plan, &mut scratch).unwrap(), direct::reduce(&First, &plane, &plan));
    }

    /// To the bit, of nothing but −0 too.
    #[test]
    fn separable_sums_round_as_direct(
        plan in plan(),
        seed in any::<u32>(),
        divisor in prop::sample::select(vec![1.0f32, 3.0]),
        zeros in prop::bool::weighted(0.2),
    ) {
        let cell = |i: usize| if zeros { -0.0 } else { (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) as f32 / 3.0e4 };
        let plane: Vec<f32> = (0..size(&plan.input_shape())).map(cell).collect();
        let (sum, mut scratch) = (Sum::over(divisor), Scratch::default());
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let finished: Vec<f32> = direct::reduce(&sum, &plane, &plan).into_iter().map(|merged| sum.finish(merged)).collect();
        prop_assert_eq!(bits(reduce(&sum, &plane, &plan, &mut scratch).unwrap()), bits(&finished));
    }

    /// To the bit, −0 too; far apart, most windows read padding.
    #[test]
    fn sums_of_small_windows_round_as_direct(plan in prop_oneof![4 => small_plan_or_dilated(), 1 => small_plan_apart(17..24usize)], seed in any::<u32>(), divisor in prop::sample::select(vec![1.0f32, 3.0, 4.0])) {
        let cell = |i: usize| match (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) {
            zero if zero % 3 == 0 => -0.0,
            other => other as f32 / 3.0e4,
        };
        let plane: Vec<f32> = (0..size(&plan.input_shape())).map(cell).collect();
        let sum = Sum::over(divisor);
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let ours = bits(reduce(&sum, &plane, &plan, &mut Scratch::default()).unwrap());
        let finished: Vec<f32> = direct::reduce(&sum, &plane, &plan).into_iter().map(|merged| sum.finish(merged)).collect();
        prop_assert_eq!(ours, bits(&finished));
    }

    #[test]
    fn visit_reads_the_cells_of_direct(plan in plan()) {
        let values: Vec<f64> = (0..size(&plan.output_shape())).map(|i| (i * 7 % 11) as f64).collect();
        let mut cells = vec![0.0; size(&plan.input_shape())];
        visit(&plan, |window, taps| taps.iter().for_each(|tap| cells[tap.at] += values[window])).unwrap();
        prop_assert_eq!(cells, direct::spread(&values, &plan));
    }

    #[test]
    fn spread_is_direct_scatter(plan in prop_oneof![plan(), small_plan()]) {
        // Whole numbers, so that sums are exact in any order.
        let values: Vec<f64> = (0..size(&plan.output_shape())).map(|i| (i * 7 % 11) as f64).collect();
        let mut passes = Passes::default();
        let wanted = direct::spread(&values, &plan);
        prop_assert_eq!(spread(&values, &plan, &mut passes).unwrap(), &wanted);
        let mut passes = Passes::default();
        if let Some(mut spreader) = Spreader::new(&plan, &mut passes).unwrap() {
            let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
            // Twice: what one plane leaves behind is nothing to the next.
            for _ in 0..2 {
                let mut cells = vec![9.0; size(&plan.input_shape())];
                spreader.spread(&values, &mut cells);
                prop_assert_eq!(cells.iter().map(|&cell| f64::from(cell)).collect::<Vec<_>>(), wanted.clone());
            }
        }
    }
}
