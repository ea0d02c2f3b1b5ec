//! Lp pooling and the generalised mean: the norm (Σ|x|^p)^(1/p) of a window, and (1/n · Σ max(x, 0)^p)^(1/p).
//!
//! Sums of powers are kept in f64, whose range holds the powers up to 6 of every f32, subnormals and the largest alike
//! (10⁻⁴⁵ to 3·10³⁸, against 10⁻³⁰⁸ to 10³⁰⁸). Above that, they are kept relative to the window's largest cell.

use super::average::counts;
use super::max::{self, Max};
use super::walk::{self, FromSums, Squares};
use crate::error::Result;
use crate::kernel::powers::Power;
use crate::kernel::{
    Doubles, Fold, Lift, Passes, RowOfSums, Scratch, blocks, clear_for, narrow, narrow_all, reduce, spread, visit,
};
use crate::pool::arithmetic::{Arithmetic, Gradient, Room};
use crate::pool::shapes::{Shapes, reserve};

/// The largest power that f64 holds for every f32.
const PLAIN_POWERS: f64 = 6.0;

/// What both are: a root of a sum of powers.
#[derive(Clone, Copy)]
pub(in crate::pool) struct Norm {
    norm_type: f64,
    /// GeM: of cells below 0 nothing remains, and the sum is divided by the number of cells.
    mean: bool,
}

impl Norm {
    pub(in crate::pool) fn lp(norm_type: f64) -> Self {
        Self { norm_type, mean: false }
    }

    pub(in crate::pool) fn generalized_mean(norm_type: f64) -> Self {
        Self { norm_type, mean: true }
    }

    /// What takes part of a cell. A NaN stays one.
    #[inline(always)]
    fn magnitude(self, cell: f32) -> f64 {
        if self.mean && cell < 0.0 { 0.0 } else { f64::from(cell.abs()) }
    }

    /// What a sum is divided by, for each window.
    fn divisors(self, shapes: &Shapes) -> Result<Vec<f64>> {
        if self.mean {
            let mut counts = counts(shapes.plan.axes(), |span| span.len, Vec::new())?;
            counts.iter_mut().for_each(|count| *count = count.max(1.0));
            return Ok(counts);
        }
        let mut ones = reserve(shapes.plane_out, &shapes.output)?;
        ones.resize(shapes.plane_out, 1.0);
        Ok(ones)
    }
}

struct SumOfPowers(Norm);

impl Fold for SumOfPowers {
    type Input = f32;
    type Acc = f64;

    fn empty(&self) -> f64 {
        0.0
    }

    fn lift(&self, cell: f32, _at: usize) -> f64 {
        power(self.0.magnitude(cell), self.0.norm_type)
    }

    fn merge(&self, a: f64, b: f64) -> f64 {
        a + b
    }
}

/// The same for any p: the largest |x|, and Σ(|x| / largest)^p.
struct ScaledSum(Norm);

impl Fold for ScaledSum {
    type Input = f32;
    type Acc = (f64, f64);

    fn empty(&self) -> (f64, f64) {
        (0.0, 0.0)
    }

    fn lift(&self, cell: f32, _at: usize) -> (f64, f64) {
        (self.0.magnitude(cell), 1.0)
    }

    fn merge(&self, a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
        if a.0 == b.0 {
            return (a.0, a.1 + b.1);
        }
        let (large, small) = if a.0 > b.0 { (a, b) } else { (b, a) };
        // A NaN on either side makes the ratio a NaN, and with it the sum.
        (large.0, large.1 + small.1 * power(small.0 / large.0, self.0.norm_type))
    }
}

impl Lift for Norm {
    fn lift(&self, cells: &[f32], out: &mut [f64]) {
        let magnitudes = out.iter_mut().zip(cells).map(|(out, &cell)| (out, self.magnitude(cell)));
        match self.norm_type {
            2.0 => magnitudes.for_each(|(out, cell)| *out = cell * cell),
            _ => magnitudes.for_each(|(out, cell)| *out = cell),
        }
        if !matches!(self.norm_type, 1.0 | 2.0) {
            Power::new(self.norm_type).of_each(out);
        }
    }

    fn sum_pairs(&self, above: &[f32], below: &[f32], sums: &mut [f64], _room: &mut [f64]) -> bool {
        match self.norm_type {
            _ if self.mean => return false,
            1.0 => sum_pairs(above, below, sums, Doubles::without_sign),
            2.0 => sum_pairs(above, below, sums, |cells| cells * cells),
            // In the order of `cube`.
            3.0 => sum_pairs(above, below, sums, |cells| cells.without_sign() * (cells * cells)),
            _ => return false,
        }
        true
    }

    fn sum_three(&self, rows: [&[f32]; 3], sums: &mut [f64]) -> bool {
        match self.norm_type {
            _ if self.mean => return false,
            2.0 => sum_three(rows, sums, square),
            3.0 => sum_three(rows, sums, cube),
            _ => return false,
        }
        true
    }
}

fn square(cell: f32) -> f64 {
    f64::from(cell) * f64::from(cell)
}

/// In the order of [`Power::of_each`].
fn cube(cell: f32) -> f64 {
    f64::from(cell.abs()) * square(cell)
}

#[inline(always)]
fn sum_pairs(above: &[f32], below: &[f32], sums: &mut [f64], lift: impl Fn(Doubles) -> Doubles) {
    let (twos, last) = sums.as_chunks_mut::<2>();
    if let ([last], at) = (last, 4 * twos.len()) {
        let last_two = |row: &[f32]| [row[at], row[at + 1], 0.0, 0.0];
        [*last, _] = two(&lift, &last_two(above), &last_two(below)).values();
    }
    for (sums, (above, below)) in twos.iter_mut().zip(above.as_chunks().0.iter().zip(below.as_chunks().0)) {
        *sums = two(&lift, above, below).values();
    }
}

/// The sums of two windows of 2 × 2.
#[inline(always)]
fn two(lift: impl Fn(Doubles) -> Doubles, &[a, b, c, d]: &[f32; 4], &[e, f, g, h]: &[f32; 4]) -> Doubles {
    let column = |above, below| lift(Doubles::widened(above)) + lift(Doubles::widened(below));
    column([a, b], [e, f]).sums(column([c, d], [g, h]))
}

/// The L2 norms of windows of 2 × 2 that lie side by side: a processor extracts roots beside all else, so they are begun while
/// the next sums are made.
fn roots([above, below]: [&[f32]; 2], values: &mut [f32]) {
    let square = |cells| cells * cells;
    let rest = values.len() % 2;
    if let (Some(last), [.., a, b], [.., c, d]) = (values.last_mut().filter(|_| rest > 0), above, below) {
        let [sum, _] = two(square, &[*a, *b, 0.0, 0.0], &[*c, *d, 0.0, 0.0]).values();
        *last = sum.sqrt() as f32;
    }
    let fours = above.as_chunks().0.iter().zip(below.as_chunks().0);
    narrow_all(fours.map(|(above, below)| two(square, above, below).root()), values);
}

#[inline(always)]
fn sum_three([a, b, c]: [&[f32]; 3], sums: &mut [f64], lift: impl Fn(f32) -> f64) {
    for (((sum, &a), &b), &c) in sums.iter_mut().zip(a).zip(b).zip(c) {
        *sum = lift(a) + lift(b) + lift(c);
    }
}

impl FromSums for Norm {
    fn numbers(&self) -> usize {
        1
    }

    fn squares(&self) -> Option<Squares> {
        (self.norm_type == 2.0 && !self.mean).then_some(roots)
    }

    fn finish(&self, row: &mut RowOfSums, values: &mut [f32]) {
        if self.mean {
            row.divide();
        }
        if !matches!(self.norm_type, 1.0 | 2.0) {
            Power::new(1.0 / self.norm_type).of_each(row.sums_mut());
        }
        match self.norm_type {
            2.0 => narrow([row.of(0)], values, |[sum]| sum.root()),
            _ => narrow([row.of(0)], values, |[sum]| sum),
        }
    }
}

impl Arithmetic for Norm {
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        match self.norm_type {
            f64::INFINITY => self.forward_largest(cells, shapes, values, room),
            norm_type if norm_type <= PLAIN_POWERS => walk::sums(self, cells, shapes, values, room),
            _ => self.forward_scaled(cells, shapes, values, room),
        }
    }
}

impl Norm {
    fn forward_largest(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        let Room { values: magnitudes, floats, winners, .. } = room;
        clear_for(magnitudes, cells.len(), 1)?;
        magnitudes.extend(cells.iter().map(|&cell| self.magnitude(cell) as f32));
        // Nothing is below a magnitude but the −∞ of a window without cells.
        max::forward(magnitudes, shapes, values, floats, winners)?;
        values.iter_mut().filter(|value| **value < 0.0).for_each(|value| *value = 0.0);
        Ok(())
    }

    /// Block by block, relative to each window's largest |x|.
    fn forward_scaled(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        let (powers, roots) = (Power::new(self.norm_type), Power::new(1.0 / self.norm_type));
        let Room { blocks: block_room, doubles, .. } = room;
        values.fill(0.0);
        shapes.each_plane(cells, values, |plane, values| {
            blocks(plane, &shapes.plan, block_room, &mut |block| {
                clear_for(doubles, 3, block.count)?;
                doubles.resize(3 * block.count, 0.0);
                let (largest, rest) = doubles.split_at_mut(block.count);
                let (sums, ratios) = rest.split_at_mut(block.count);
                for cells in block.rows() {
                    for (largest, cell) in largest.iter_mut().zip(cells.iter().map(|&cell| self.magnitude(cell))) {
                        *largest = if cell > *largest { cell } else { *largest };
                    }
                }
                for cells in block.rows() {
                    let cells = cells.iter().map(|&cell| self.magnitude(cell));
                    for ((ratio, largest), cell) in ratios.iter_mut().zip(&*largest).zip(cells) {
                        // Zeros and infinite cells too, which have no ratio.
                        *ratio = if cell == *largest { 1.0 } else { cell / largest };
                    }
                    powers.of_each(ratios);
                    sums.iter_mut().zip(&*ratios).for_each(|(sum, power)| *sum += power);
                }
                let divisor = if self.mean { block.taps.len() as f64 } else { 1.0 };
                ratios.iter_mut().zip(&*sums).for_each(|(mean, sum)| *mean = sum / divisor);
                roots.of_each(ratios);
                let values = values[block.first..][..block.count].iter_mut();
                for (((value, largest), root), sum) in values.zip(&*largest).zip(&*ratios).zip(&*sums) {
                    // A NaN beside zeros is left in the sum.
                    *value = (if *largest == 0.0 { sum * 0.0 } else { largest * root }) as f32;
                }
                Ok(())
            })
        })
    }
}

impl Gradient for Norm {
    /// ∂y/∂x = sign(x) · (|x| / y)^(p−1), over n for a mean, where y is the result for x's window; 0 where the window
    /// is all zeros, and 0 at x = 0, where for p ≤ 1 no derivative exists. For p = ∞ it is sign(x) at the largest |x|
    /// alone.
    fn backward(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        if self.norm_type.is_infinite() {
            return self.backward_largest(cells, grad_output, shapes);
        }
        let divisors = self.divisors(shapes)?;
        shapes.each_gradient(cells, grad_output, |plane, gradients, target| {
            if self.norm_type <= PLAIN_POWERS {
                self.backward_plain(plane, gradients, shapes, &divisors, target)
            } else {
                self.backward_scaled(plane, gradients, shapes, &divisors, target)
            }
        })
    }
}

impl Norm {
    /// With y^(p−1) and |x|^(p−1) apart, so that windows are summed axis by axis.
    fn backward_plain(
        &self,
        plane: &[f32],
        gradients: &[f32],
        shapes: &Shapes,
        divisors: &[f64],
        target: &mut [f32],
    ) -> Result<()> {
        let (mut sums, mut spreading) = (Scratch::default(), Passes::default());
        let sums = reduce(&SumOfPowers(*self), plane, &shapes.plan, &mut sums)?;
        let mut shares = shapes.reserve_output()?;
        shares.extend(sums.iter().zip(divisors).zip(gradients).map(|((&sum, divisor), &gradient)| {
            let slope = power(root(sum / divisor, self.norm_type), self.norm_type - 1.0);
            if sum == 0.0 { 0.0 } else { f64::from(gradient) / (divisor * slope) }
        }));
        let spread = spread(&shares, &shapes.plan, &mut spreading)?;
        for (at, ((target, &cell), &share)) in target.iter_mut().zip(plane).zip(spread).enumerate() {
            let magnitude = self.magnitude(cell);
            let slope = f64::from(cell.signum()) * power(magnitude, self.norm_type - 1.0);
            // No share of an infinite slope is a NaN: right in a window, wrong for a cell that none reads.
            let flat = magnitude == 0.0 || share == 0.0 && !slope.is_finite() && !shapes.plan.reads(at);
            *target = if flat { 0.0 } else { (share * slope) as f32 };
        }
        Ok(())
    }

    /// Window by window, since only ratios to the largest |x|, m, stay in range. (|x| / y)^(p−1) as the ratio's power and
    /// that of y / m, which is s^(1/p) for s = Σ (|x| / m)^p over n: a large p would raise the rounding of |x| / y to its
    /// power.
    fn backward_scaled(
        &self,
        plane: &[f32],
        gradients: &[f32],
        shapes: &Shapes,
        divisors: &[f64],
        target: &mut [f32],
    ) -> Result<()> {
        let mut scratch = Scratch::default();
        let sums = reduce(&ScaledSum(*self), plane, &shapes.plan, &mut scratch)?;
        visit(&shapes.plan, |window, taps| {
            let ((largest, sum), divisor) = (sums[window], divisors[window]);
            let share = f64::from(gradients[window]) * libm::pow(sum / divisor, 1.0 / self.norm_type - 1.0) / divisor;
            for tap in taps {
                let magnitude = self.magnitude(plane[tap.at]);
                if magnitude != 0.0 {
                    let slope = f64::from(plane[tap.at].signum()) * power(magnitude / largest, self.norm_type - 1.0);
                    target[tap.at] += (share * slope) as f32;
                }
            }
        })
    }

    /// Max pooling's gradient by the magnitudes, and theirs by the cells.
    fn backward_largest(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let magnitudes = self.magnitudes(cells, shapes)?;
        let mut grad_input = Max.backward(&magnitudes, grad_output, shapes)?;
        for ((gradient, cell), &magnitude) in grad_input.iter_mut().zip(cells).zip(&magnitudes) {
            *gradient = if magnitude == 0.0 || *gradient == 0.0 { 0.0 } else { *gradient * cell.signum() };
        }
        Ok(grad_input)
    }

    fn magnitudes(&self, cells: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let mut magnitudes = reserve(cells.len(), &shapes.plan.input_shape())?;
        magnitudes.extend(cells.iter().map(|&cell| self.magnitude(cell) as f32));
        Ok(magnitudes)
    }
}

/// base^exponent for base ≥ 0; the common exponents without a library call.
fn power(base: f64, exponent: f64) -> f64 {
    match exponent {
        0.0 => 1.0,
        1.0 => base,
        2.0 => base * base,
        _ => libm::pow(base, exponent),
    }
}

fn root(sum: f64, norm_type: f64) -> f64 {
    match norm_type {
        1.0 => sum,
        2.0 => sum.sqrt(),
        _ => libm::pow(sum, 1.0 / norm_type),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Pool, Pooling, Window};
    use ndarray::array;
    use proptest::prelude::*;

    fn cells(count: usize) -> impl Strategy<Value = Vec<f32>> {
        prop::collection::vec(prop_oneof![9 => any::<f32>(), 1 => Just(f32::INFINITY)], count)
    }

    proptest! {
        /// To the bit, so that a part of a layer is the layer, whichever way it goes.
        #[test]
        fn rows_at_once_are_rows_one_after_the_other(cells in cells(36), p in prop::sample::select(vec![1.0, 2.0, 3.0]), windows in 1..7usize) {
            let (norm, mut lifted) = (Norm::lp(p), [0.0; 36]);
            norm.lift(&cells, &mut lifted);
            let (rows, row) = (|at: usize| &cells[12 * at..][..12], |at: usize| &lifted[12 * at..][..12]);
            let bits = |sum: f64| if sum.is_nan() { u64::MAX } else { sum.to_bits() };
            let mut sums = [0.0; 12];
            prop_assert_eq!(norm.sum_three([rows(0), rows(1), rows(2)], &mut sums), p > 1.0);
            for (at, sum) in sums.into_iter().enumerate().filter(|_| p > 1.0) {
                prop_assert_eq!(bits(sum), bits(row(0)[at] + row(1)[at] + row(2)[at]));
            }
            prop_assert!(norm.sum_pairs(rows(0), rows(1), &mut sums[..windows], &mut []));
            for (window, sum) in sums[..windows].iter().enumerate() {
                let column = |at: usize| row(0)[at] + row(1)[at];
                let wanted = column(2 * window) + column(2 * window + 1);
                prop_assert_eq!(bits(*sum), bits(wanted));
            }
            let (mut row, mut roots) = ([0.0; 6], [0.0; 6]);
            narrow([&sums[..windows]], &mut row[..windows], |[sum]| sum.root());
            super::roots([0, 1].map(|row| &rows(row)[..2 * windows]), &mut roots[..windows]);
            let bits = |values: [f32; 6]| values.map(|value| if value.is_nan() { u32::MAX } else { value.to_bits() });
            prop_assert!(p != 2.0 || bits(row) == bits(roots), "{:?} {:?}", row, roots);
        }
    }

    #[test]
    fn what_no_window_reads_has_no_gradient() {
        let pool = Pool::new(Pooling::lp(3.0), Window::new([1]).stride([2])).unwrap();
        let x = array![[[1.0, f32::NAN, -2.0, f32::INFINITY]]].into_dyn();
        let gradient = pool.backward(x.view(), array![[[1.0, 1.0]]].into_dyn().view()).unwrap();
        assert_eq!(gradient, array![[[1.0, 0.0, -1.0, 0.0]]].into_dyn());
    }
}
