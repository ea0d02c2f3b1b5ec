//! Planes that lie one after the other, by the way that is best for them: each by itself, several side by side, or, where one
//! window has all of a plane, as so many rows.

mod abreast;
mod whole;

pub(super) use abreast::Beside;

use super::row::Row;
use super::{Done, Innermost, Reducer, Scratch, small};
use crate::error::Result;
use crate::geometry::Plan;
use crate::kernel::Fold;
use abreast::Abreast;
use whole::Whole;

/// So many cells planes have together at most that are worked on together: they are to stay in a processor's near memory.
const MOST: usize = 1 << 15;

/// A fold over the windows of planes that lie one after the other.
pub(crate) struct Planes<'a, F: Fold<Input = f32, Acc = f32>> {
    /// The cells of a plane, and its windows.
    plane: [usize; 2],
    whole: Option<Whole<'a, F>>,
    /// What all others are reduced by.
    reducer: Option<Reducer<'a, F>>,
    abreast: Option<Abreast<'a>>,
}

impl<'a, F: Fold<Input = f32, Acc = f32>> Planes<'a, F> {
    /// For planes that have so many cells together.
    ///
    /// # Errors
    /// When memory does not hold what is needed beside them.
    #[inline(never)]
    pub fn new(fold: &'a F, plan: &'a Plan, cells: usize, scratch: &'a mut Scratch<f32>) -> Result<Self> {
        let axes = plan.axes();
        let plane = [axes.iter().map(|axis| axis.extent).product(), axes.iter().map(|axis| axis.spans.len()).product()];
        let Scratch { row, blank, slabs, temporary, beside, .. } = scratch;
        if let Some(merge) = fold.apart().filter(|_| whole::are_whole(axes)) {
            let whole = Whole::new(fold, merge, axes, cells, temporary)?;
            return Ok(Self { plane, whole: Some(whole), reducer: None, abreast: None });
        }
        if let Some(small) = small(fold, axes, blank)? {
            let (outer, inner) = axes.split_at(axes.len() - 2);
            let reducer = Reducer::of(fold, small, outer, inner, slabs, temporary)?;
            return Ok(Self { plane, whole: None, reducer: Some(reducer), abreast: None });
        }
        let (outer, inner) = axes.split_at(axes.len() - 1);
        let (axis, abreast) = match fold.beside() {
            Some(padding) => Abreast::new(&inner[0], plane, cells / plane[0], padding, beside)?,
            None => (&inner[0], None),
        };
        let row = Innermost::Row(Row::new(fold, axis, row)?);
        let reducer = Reducer::of(fold, row, outer, std::slice::from_ref(axis), slabs, temporary)?;
        Ok(Self { plane, whole: None, reducer: Some(reducer), abreast })
    }

    /// Whether planes are reduced in one go: their windows are finished then.
    pub fn in_one_go(&self) -> bool {
        self.reducer.as_ref().is_none_or(Reducer::in_one_go)
    }

    /// Reduces all planes into `out`, and calls `done` with each complete part of a plane as [`Reducer::reduce`] does. Calls
    /// `foreign` with the windows of each plane that may have had anything [foreign](Fold::is_foreign).
    pub fn reduce(
        &mut self,
        cells: &[f32],
        out: &mut [f32],
        done: &mut Done<f32>,
        foreign: &mut dyn FnMut(&mut [f32]),
    ) {
        let Self { plane: [of_cells, of_windows], whole, reducer, abreast } = self;
        if let Some(whole) = whole {
            return whole.reduce(cells, out, foreign);
        }
        let Some(reducer) = reducer else { return };
        if let Some(abreast) = abreast {
            return abreast.reduce(reducer, (cells, *of_cells), (out, *of_windows), done, foreign);
        }
        for (plane, out) in cells.chunks_exact(*of_cells).zip(out.chunks_exact_mut(*of_windows)) {
            if reducer.reduce(plane, out, done) {
                foreign(out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Geometry, Window};
    use crate::kernel::Sum;
    use proptest::prelude::*;

    /// The last of the best cells, of which NaNs are none.
    struct Last;
    impl Fold for Last {
        const SIDE_BY_SIDE: bool = true;
        const IDEMPOTENT: bool = true;
        type Input = f32;
        type Acc = f32;
        fn empty(&self) -> f32 {
            f32::NEG_INFINITY
        }
        fn lift(&self, cell: f32, _at: usize) -> f32 {
            cell
        }
        fn merge(&self, a: f32, b: f32) -> f32 {
            if b >= a { b } else { a }
        }
        fn is_foreign(&self, cell: f32) -> bool {
            cell.is_nan()
        }
        fn beside(&self) -> Option<f32> {
            Some(self.empty())
        }
    }

    /// Windows that slide over planes of one to three axes.
    fn plan() -> impl Strategy<Value = Plan> {
        let axis =
            (1..34usize, 1..18usize, 1..4usize, 1..4usize).prop_flat_map(|(extent, kernel, stride, dilation)| {
                let below = 0..dilation * (kernel - 1) + 1;
                (Just([extent, kernel, stride, dilation]), [below.clone(), below])
            });
        (prop::collection::vec(axis, 1..=3), any::<bool>()).prop_filter_map("does not fit", |(axes, ceil)| {
            let pick = |at: usize| axes.iter().map(|axis| axis.0[at]).collect::<Vec<_>>();
            let padding: Vec<_> = axes.iter().map(|axis| axis.1).collect();
            let window = Window::new(pick(1)).stride(pick(2)).dilation(pick(3)).padding(padding).ceil_mode(ceil);
            Geometry::from(window).plan(&pick(0)).ok()
        })
    }

    /// What is made of planes, which parts of it were complete, and which planes had anything foreign; with how many side by side.
    type Made = (Vec<u32>, Vec<(usize, Vec<u32>)>, Vec<Vec<u32>>, usize);

    fn made(fold: &impl Fold<Input = f32, Acc = f32>, plan: &Plan, cells: &[f32], at_a_time: usize) -> Made {
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let [of_each, windows] = [plan.input_shape(), plan.output_shape()].map(|shape| shape.iter().product::<usize>());
        let (mut scratch, mut out) = (Scratch::default(), vec![9.0; cells.len() / of_each * windows]);
        let (mut parts, mut foreign, mut beside) = (Vec::new(), Vec::new(), 1);
        let some = cells.chunks(at_a_time * of_each).zip(out.chunks_mut(at_a_time * windows));
        for (cells, out) in some {
            let mut planes = Planes::new(fold, plan, cells.len(), &mut scratch).unwrap();
            beside = planes.abreast.as_ref().map_or(1, |abreast| abreast.count);
            let done = &mut |number: usize, part: &mut [f32]| parts.push((number, bits(part)));
            planes.reduce(cells, out, done, &mut |windows| foreign.push(bits(windows)));
        }
        // Some are done twice, and a plane with nothing foreign may be beside one that has it.
        parts.sort();
        parts.dedup();
        (bits(&out), parts, foreign, beside)
    }

    proptest! {
        /// To the bit, complete parts too; the cells are few values, so that the order shows.
        #[test]
        fn planes_side_by_side_are_as_they_are_alone(
            plan in plan(),
            planes in 1..40usize,
            seed in any::<u64>(),
            nan in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let cells = planes * plan.input_shape().iter().product::<usize>();
            prop_assume!(cells < 60_000);
            let cell = |at: u64| [0.1f32, -0.0, 0.0, 1e8, -3.0, f32::NEG_INFINITY][(crate::random::at(seed, 0, at) % 6) as usize];
            let mut cells: Vec<f32> = (0..cells as u64).map(cell).collect();
            let finite: Vec<f32> = cells.iter().map(|cell| cell.max(-1e9)).collect();
            for divisor in [1.0, 7.0] {
                let [alone, together] = [1, planes].map(|planes| made(&Sum::over(divisor), &plan, &finite, planes));
                prop_assert_eq!((&together.0, &together.1), (&alone.0, &alone.1));
            }
            let [alone, together] = [1, planes].map(|planes| made(&Last, &plan, &cells, planes));
            prop_assert_eq!((&together.0, &together.1, &together.2), (&alone.0, &alone.1, &alone.2));
            if let Some(at) = nan {
                *at.get_mut(&mut cells) = f32::NAN;
                let [alone, together] = [1, planes].map(|planes| made(&Last, &plan, &cells, planes));
                prop_assert!(alone.2.len() <= 1 && together.2.len() >= alone.2.len());
            }
        }
    }

    #[test]
    fn short_rows_lie_side_by_side() {
        for (shape, kernel, planes, wanted) in [
            (&[13, 13][..], 5, 512, 64),
            (&[13, 13], 5, 1, 1),
            (&[13, 13], 5, 69, 35),
            (&[28, 28], 7, 3, 3),
            (&[112, 112], 7, 64, 1),
            (&[50], 9, 300, 18),
            (&[4000, 8], 5, 64, 1),
            (&[8, 14, 14], 5, 64, 16),
        ] {
            let window = Window::new(vec![kernel; shape.len()]).stride(vec![1; shape.len()]);
            let window = window.padding(vec![[kernel / 2; 2]; shape.len()]);
            let plan = Geometry::from(window).plan(shape).unwrap();
            let cells = vec![1.0; planes * shape.iter().product::<usize>()];
            assert_eq!(made(&Last, &plan, &cells, planes).3, wanted, "{planes} planes of {shape:?}");
        }
    }
}
