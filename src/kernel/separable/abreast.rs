//! Planes of short rows, several of them side by side as one plane of long rows: whatever a row costs beside its cells, it
//! then costs for all of them at once. Padding lies between them, so that no window has cells of two.

use super::row::Row;
use super::{Done, Innermost, Reducer, Scratch, even, reach, small};
use crate::error::Result;
use crate::geometry::{AxisPlan, Plan};
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::{Fold, clear_for};
use std::hint::black_box;

/// Up to which width of a plane, with what lies between two, rows are short: the copies of longer ones cost what they save.
const SHORT: usize = 96;

/// So many cells a row has at most that planes share.
const WIDEST: usize = 1024;

/// So many cells planes have together at most that lie side by side: they are to stay in a processor's near memory.
const MOST: usize = 1 << 15;

/// What is kept of planes side by side.
#[derive(Default)]
pub(super) struct Beside {
    axis: Option<AxisPlan>,
    cells: Vec<f32>,
    windows: Vec<f32>,
}

/// A fold over the windows of planes that lie one after the other.
pub(crate) struct Planes<'a, F: Fold<Input = f32, Acc = f32>> {
    reducer: Reducer<'a, F>,
    /// The cells of a plane, and its windows.
    plane: [usize; 2],
    abreast: Option<Abreast<'a>>,
}

/// Some planes side by side.
struct Abreast<'a> {
    count: usize,
    cells: Side<'a>,
    windows: Side<'a>,
}

/// The cells of planes side by side, or their windows.
struct Side<'a> {
    /// How many of a row are one plane's.
    own: usize,
    /// How far apart those of two planes begin.
    pitch: usize,
    /// How many a row has.
    row: usize,
    all: &'a mut [f32],
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
        if let Some(small) = small(fold, axes, blank)? {
            let (outer, inner) = axes.split_at(axes.len() - 2);
            let reducer = Reducer::of(fold, small, outer, inner, slabs, temporary)?;
            return Ok(Self { reducer, plane, abreast: None });
        }
        let (outer, inner) = axes.split_at(axes.len() - 1);
        let (axis, abreast) = match fold.beside() {
            Some(padding) => Abreast::new(&inner[0], plane, cells / plane[0], padding, beside)?,
            None => (&inner[0], None),
        };
        let row = Innermost::Row(Row::new(fold, axis, row)?);
        let reducer = Reducer::of(fold, row, outer, std::slice::from_ref(axis), slabs, temporary)?;
        Ok(Self { reducer, plane, abreast })
    }

    /// [`Reducer::in_one_go`].
    pub fn in_one_go(&self) -> bool {
        self.reducer.in_one_go()
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
        let Self { reducer, plane: [of_cells, of_windows], abreast } = self;
        let Some(Abreast { count, cells: side, windows }) = abreast else {
            for (plane, out) in cells.chunks_exact(*of_cells).zip(out.chunks_exact_mut(*of_windows)) {
                if reducer.reduce(plane, out, done) {
                    foreign(out);
                }
            }
            return;
        };
        let (count, none, Side { own, pitch, row, all }) = (*count, nothing(), windows);
        let planes = cells.len() / *of_cells;
        for first in (0..planes).step_by(count) {
            // The last are as many as all others, and some of them done twice.
            let first = first.min(planes - count);
            let out = &mut out[first * *of_windows..][..count * *of_windows];
            side.take(&cells[first * *of_cells..][..count * *of_cells], *of_cells);
            let found = reducer.reduce(side.all, all, &mut |position, part| {
                let some = part.len() / *row * *own;
                for (plane, out) in out.chunks_exact_mut(*of_windows).enumerate() {
                    let out = &mut out[position * some..][..some];
                    for (out, part) in out.chunks_exact_mut(*own).zip(part.chunks_exact(*row)) {
                        copy(&part[plane * *pitch..][..*own], out, none);
                    }
                    done(position, out);
                }
            });
            if found {
                out.chunks_exact_mut(*of_windows).for_each(&mut *foreign);
            }
        }
    }
}

impl<'a> Abreast<'a> {
    /// As many of all `planes` as are to lie side by side, if any are, and their innermost axis.
    fn new(
        axis: &'a AxisPlan,
        [cells, windows]: [usize; 2],
        planes: usize,
        padding: f32,
        beside: &'a mut Beside,
    ) -> Result<(&'a AxisPlan, Option<Self>)> {
        if planes < 2 || axis.extent > SHORT {
            return Ok((axis, None));
        }
        let (own, mut even) = (axis.spans.len(), even(axis));
        // Neither a plane's first window has a cell of the plane before, nor its last one of the plane after.
        let (pitch, stride) = match &mut even {
            Some(even) => {
                let Some(reach) = reach(axis, *even, own) else { return Ok((axis, None)) };
                let end = reach.saturating_add_signed(even.origin);
                let pitch = end.max(axis.extent + even.origin.min(0).unsigned_abs()).next_multiple_of(even.stride);
                if own == 1 {
                    even.stride = pitch;
                }
                (pitch, even.stride)
            }
            None => (axis.extent, 1),
        };
        let rows = cells / axis.extent;
        let most = (WIDEST / pitch).min(MOST / pitch / rows);
        if pitch > SHORT || most < 2 {
            return Ok((axis, None));
        }
        let count = planes.div_ceil(planes.div_ceil(most));
        let apart = if even.is_some() { pitch / stride } else { own };
        let mut spans = beside.axis.take().map(|axis| axis.spans).unwrap_or_default();
        clear_for(&mut spans, (count - 1) * apart + own, 1)?;
        let wide = &*beside.axis.insert(axis.abreast(even, count, pitch, spans));
        let side = |own, pitch, row, rows, all: &'a mut Vec<f32>| {
            clear_for(all, row, rows)?;
            all.resize(row * rows, padding);
            Ok(Side { own, pitch, row, all })
        };
        let cells = side(axis.extent, pitch, wide.extent, rows, &mut beside.cells)?;
        let windows = side(own, apart, wide.spans.len(), windows / own, &mut beside.windows)?;
        Ok((wide, Some(Self { count, cells, windows })))
    }
}

impl Side<'_> {
    /// Lays planes of so many cells side by side.
    fn take(&mut self, planes: &[f32], of_each: usize) {
        let (none, Self { own, pitch, row, all }) = (nothing(), self);
        let (own, pitch, row) = (*own, *pitch, *row);
        for (number, plane) in planes.chunks_exact(of_each).enumerate() {
            for (to, from) in all.chunks_exact_mut(row).zip(plane.chunks_exact(own)) {
                copy(from, &mut to[number * pitch..][..own], none);
            }
        }
    }
}

/// A 0 of which the compiler does not know that it is one.
fn nothing() -> f32 {
    black_box(0.0)
}

/// Copies a short row. A plain loop would become a call of what copies memory, and that costs as much as the row.
#[inline(always)]
fn copy(from: &[f32], to: &mut [f32], nothing: f32) {
    let four = |from: [f32; LANES]| (Lanes::of(from) ^ Lanes::splat(nothing)).values();
    let (fours, rest) = from.as_chunks();
    to.as_chunks_mut().0.iter_mut().zip(fours).for_each(|(to, from)| *to = four(*from));
    if rest.is_empty() {
        return;
    }
    match (from.last_chunk(), to.last_chunk_mut()) {
        (Some(from), Some(to)) => *to = four(*from),
        _ => {
            let one = |from: f32| f32::from_bits(from.to_bits() ^ nothing.to_bits());
            to.iter_mut().zip(from).for_each(|(to, from)| *to = one(*from));
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
