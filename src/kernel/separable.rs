//! Reduces one axis after another, so that a window of k × k cells costs 2k merges instead of k².

use super::{Fold, Scratch, clear_for};
use crate::error::Result;
use crate::geometry::{AxisPlan, Plan};

/// Reduces every window of one plane. The result lies in the scratch, row-major over the plan's output shape.
pub(crate) fn reduce<'s, F: Fold>(
    fold: &F,
    plane: &[F::Input],
    plan: &Plan,
    scratch: &'s mut Scratch<F::Acc>,
) -> Result<&'s [F::Acc]> {
    let (innermost, outer) = plan.axes().split_last().expect("a plan has at least one axis");
    rows(fold, plane, innermost, &mut scratch.front)?;
    let mut inner = innermost.spans.len();
    for axis in outer.iter().rev() {
        columns(fold, &scratch.front, axis, inner, &mut scratch.back)?;
        std::mem::swap(&mut scratch.front, &mut scratch.back);
        inner *= axis.spans.len();
    }
    Ok(&scratch.front)
}

/// The innermost axis: from cells to partial results, one row after the other.
fn rows<F: Fold>(fold: &F, plane: &[F::Input], axis: &AxisPlan, out: &mut Vec<F::Acc>) -> Result<()> {
    clear_for(out, plane.len() / axis.extent, axis.spans.len())?;
    for (index, row) in plane.chunks_exact(axis.extent).enumerate() {
        let base = index * axis.extent;
        out.extend(axis.spans.iter().map(|span| {
            let taps = span.positions(axis.step).map(|at| fold.lift(row[at], base + at));
            taps.reduce(|a, b| fold.merge(a, b)).unwrap_or_else(|| fold.empty())
        }));
    }
    Ok(())
}

/// Any other axis: merges whole contiguous runs of `inner` partial results.
fn columns<F: Fold>(fold: &F, partial: &[F::Acc], axis: &AxisPlan, inner: usize, out: &mut Vec<F::Acc>) -> Result<()> {
    let slab = axis.extent * inner;
    clear_for(out, partial.len() / slab * axis.spans.len(), inner)?;
    for slab in partial.chunks_exact(slab) {
        for span in &axis.spans {
            let mut taps = span.positions(axis.step).map(|at| &slab[at * inner..][..inner]);
            let begin = out.len();
            match taps.next() {
                Some(first) => out.extend_from_slice(first),
                None => out.extend(std::iter::repeat_n(fold.empty(), inner)),
            }
            for tap in taps {
                for (a, &b) in out[begin..].iter_mut().zip(tap) {
                    *a = fold.merge(*a, b);
                }
            }
        }
    }
    Ok(())
}

/// The transpose of a sum over windows: every cell receives the sum of the values of all windows that read it.
/// One axis after another, outermost first; `values` is row-major over the plan's output shape.
pub(crate) fn spread<'s>(values: &[f64], plan: &Plan, scratch: &'s mut Scratch<f64>) -> Result<&'s [f64]> {
    clear_for(&mut scratch.front, values.len(), 1)?;
    scratch.front.extend_from_slice(values);
    let mut inner = values.len();
    for axis in plan.axes() {
        inner /= axis.spans.len();
        let slab = axis.spans.len() * inner;
        clear_for(&mut scratch.back, scratch.front.len() / slab * axis.extent, inner)?;
        for slab in scratch.front.chunks_exact(slab) {
            let begin = scratch.back.len();
            scratch.back.resize(begin + axis.extent * inner, 0.0);
            let target = &mut scratch.back[begin..];
            for (span, source) in axis.spans.iter().zip(slab.chunks_exact(inner)) {
                for at in span.positions(axis.step) {
                    for (cell, &value) in target[at * inner..][..inner].iter_mut().zip(source) {
                        *cell += value;
                    }
                }
            }
        }
        std::mem::swap(&mut scratch.front, &mut scratch.back);
    }
    Ok(&scratch.front)
}

#[cfg(test)]
mod tests {
    use super::super::{Sum, direct, visit};
    use super::*;
    use crate::geometry::{Geometry, Window};
    use proptest::prelude::*;

    /// A fold whose result shows every cell, its position and the order of merging.
    struct Trace;
    impl Fold for Trace {
        type Input = u8;
        type Acc = (u64, usize);
        fn empty(&self) -> Self::Acc {
            (u64::MAX, usize::MAX)
        }
        fn lift(&self, cell: u8, at: usize) -> Self::Acc {
            (u64::from(cell) + 1, at)
        }
        fn merge(&self, a: Self::Acc, b: Self::Acc) -> Self::Acc {
            (a.0.wrapping_mul(31) ^ b.0.rotate_left(7), a.1.wrapping_mul(3).wrapping_add(b.1))
        }
    }

    /// Extent, kernel size, stride, padding, dilation.
    type Axis = (usize, usize, usize, [usize; 2], usize);

    fn axis() -> impl Strategy<Value = Axis> {
        (1..8usize, 1..4usize, 1..4usize, 1..4usize).prop_flat_map(|(extent, kernel, stride, dilation)| {
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

    fn size(shape: &[usize]) -> usize {
        shape.iter().product()
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
        fn separable_sums_round_as_direct(plan in plan(), seed in any::<u32>()) {
            let cell = |i: usize| (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) as f32 / 3.0e4;
            let plane: Vec<f32> = (0..size(&plan.input_shape())).map(cell).collect();
            let mut scratch = Scratch::default();
            prop_assert_eq!(reduce(&Sum::NEW, &plane, &plan, &mut scratch).unwrap(), direct::reduce(&Sum::NEW, &plane, &plan));
        }

        #[test]
        fn visit_reads_the_cells_of_direct(plan in plan()) {
            let values: Vec<f64> = (0..size(&plan.output_shape())).map(|i| (i * 7 % 11) as f64).collect();
            let mut cells = vec![0.0; size(&plan.input_shape())];
            visit(&plan, |window, taps| taps.iter().for_each(|tap| cells[tap.at] += values[window])).unwrap();
            prop_assert_eq!(cells, direct::spread(&values, &plan));
        }

        #[test]
        fn spread_is_direct_scatter(plan in plan()) {
            // Whole numbers, so that sums are exact in any order.
            let values: Vec<f64> = (0..size(&plan.output_shape())).map(|i| (i * 7 % 11) as f64).collect();
            let mut scratch = Scratch::default();
            prop_assert_eq!(spread(&values, &plan, &mut scratch).unwrap(), direct::spread(&values, &plan));
        }
    }
}
