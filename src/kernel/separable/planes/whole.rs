//! Windows that have all of their plane. Rows lie one after the other, whatever plane they are of: each is merged to a number,
//! and so are the numbers that come of it along the next axis, until there is one for each plane.

use crate::error::Result;
use crate::geometry::{AxisPlan, Even};
use crate::kernel::Fold;
use crate::kernel::lanes::LANES;
use crate::kernel::separable::room_for;
use crate::kernel::separable::row::{Apart, LONGEST};

/// Whether there is one window along each of these axes, and it has all cells and nothing else.
pub(super) fn are_whole(axes: &[AxisPlan]) -> bool {
    let whole = |axis: &AxisPlan| axis.even().is_some_and(|even| even.origin == 0 && even.taps == axis.extent);
    axes.iter().all(|axis| axis.spans.len() == 1 && axis.step == 1 && axis.extent <= LONGEST && whole(axis))
}

pub(super) struct Whole<'a, F: Fold<Input = f32, Acc = f32>> {
    fold: &'a F,
    merge: Apart<F>,
    axes: &'a [AxisPlan],
    /// How many cells a plane has, and how many planes are worked on together.
    plane: usize,
    some: usize,
    /// What each axis but the outermost is merged to.
    numbers: &'a mut Vec<f32>,
}

impl<'a, F: Fold<Input = f32, Acc = f32>> Whole<'a, F> {
    /// For planes of these axes that have so many cells together.
    ///
    /// # Errors
    /// When memory does not hold what is needed beside them.
    pub fn new(
        fold: &'a F,
        merge: Apart<F>,
        axes: &'a [AxisPlan],
        cells: usize,
        numbers: &'a mut Vec<f32>,
    ) -> Result<Self> {
        let plane: usize = axes.iter().map(|axis| axis.extent).product();
        let some = (super::MOST / plane).max(1).min(cells / plane);
        let mut left = plane * some;
        let count = axes[1..].iter().rev().map(|axis| {
            left /= axis.extent;
            left
        });
        room_for(numbers, count.sum(), 1, fold.empty())?;
        Ok(Self { fold, merge, axes, plane, some, numbers })
    }

    /// [`Planes::reduce`](super::Planes::reduce), in one go.
    pub fn reduce(&mut self, cells: &[f32], out: &mut [f32], foreign: &mut dyn FnMut(&mut [f32])) {
        let Self { fold, merge, axes, plane, some, numbers } = self;
        for (cells, out) in cells.chunks(*plane * *some).zip(out.chunks_mut(*some)) {
            let found = along(*fold, *merge, axes, cells, numbers, out, false);
            if fold.finishes() {
                out.iter_mut().for_each(|merged| *merged = fold.finish(*merged));
            }
            if found {
                out.chunks_exact_mut(1).for_each(&mut *foreign);
            }
        }
    }
}

/// Merges cells along these axes, the last one first; they may be [lifted](Fold::lift) already.
fn along<F: Fold<Input = f32, Acc = f32>>(
    fold: &F,
    merge: Apart<F>,
    axes: &[AxisPlan],
    cells: &[f32],
    numbers: &mut [f32],
    out: &mut [f32],
    lifted: bool,
) -> bool {
    let whole = |cells: usize| Even { origin: 0, stride: cells, taps: cells };
    let Some((axis, outer)) = axes.split_last() else { return false };
    // Where any order will do, a plane is one row, if there are enough of them to go side by side.
    if outer.is_empty() || F::IDEMPOTENT && out.len() >= LANES {
        return merge(fold, cells, whole(cells.len() / out.len()), out, lifted);
    }
    let (here, numbers) = numbers.split_at_mut(cells.len() / axis.extent);
    let foreign = merge(fold, cells, whole(axis.extent), here, lifted);
    along(fold, merge, outer, here, numbers, out, true) || foreign
}

#[cfg(test)]
mod tests {
    use super::are_whole;
    use crate::geometry::{Geometry, Window};
    use crate::kernel::separable::Planes;
    use crate::kernel::{Fold, Scratch, Sum, direct};
    use proptest::prelude::*;

    proptest! {
        /// To the bit: as its windows are by themselves, of planes that do not fit together too.
        #[test]
        fn whole_planes_round_as_direct(
            extents in prop::collection::vec(prop_oneof![1..30usize, Just(200usize)], 1..=3),
            planes in 1..90usize,
            seed in any::<u32>(),
            divisor in prop::sample::select(vec![1.0f32, 3.0]),
        ) {
            let plane: usize = extents.iter().product();
            prop_assume!(plane * planes < 200_000);
            let plan = Geometry::Global.plan(&extents).unwrap();
            let cell = |at: usize| (at as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) as f32 / 3.0e4;
            let cells: Vec<f32> = (0..plane * planes).map(cell).collect();
            let (sum, mut scratch, mut out) = (Sum::over(divisor), Scratch::default(), vec![9.0; planes]);
            // Twice: what one call leaves behind is nothing to the next.
            for _ in 0..2 {
                let mut folded = Planes::new(&sum, &plan, cells.len(), &mut scratch).unwrap();
                prop_assert!(folded.whole.is_some() && folded.in_one_go());
                folded.reduce(&cells, &mut out, &mut |_, _| (), &mut |_| ());
            }
            let wanted = cells.chunks(plane).map(|plane| sum.finish(direct::reduce(&sum, plane, &plan)[0]).to_bits());
            prop_assert_eq!(out.iter().map(|sum| sum.to_bits()).collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_window_with_padding_or_gaps_is_not_whole() {
        let whole = |window: Window, extents: &[usize]| are_whole(Geometry::from(window).plan(extents).unwrap().axes());
        assert!(whole(Window::new([3, 4]), &[3, 4]));
        assert!(!whole(Window::new([3, 4]), &[3, 5]));
        assert!(!whole(Window::new([3, 4]).stride([1, 1]), &[3, 5]));
        assert!(!whole(Window::new([2, 2]).dilation([2, 2]), &[3, 3]));
        assert!(!whole(Window::new([3, 3]).dilation([1, 2]).padding([[0, 0], [0, 2]]), &[3, 3]));
        assert!(!whole(Window::new([4, 4]).padding([[0, 0], [1, 0]]), &[4, 3]));
        assert!(!whole(Window::new([4, 4]).padding([[0, 0], [0, 1]]), &[4, 3]));
    }
}
