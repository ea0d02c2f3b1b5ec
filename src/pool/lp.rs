//! Lp pooling: the norm (Σ|x|^p)^(1/p) of a window.
//!
//! Sums of powers are kept in f64, whose range holds the powers up to 6 of every f32, subnormals and the largest alike
//! (10⁻⁴⁵ to 3·10³⁸, against 10⁻³⁰⁸ to 10³⁰⁸). Above that, each partial sum is kept relative to its largest term.
//! Powers come from `libm`, so that every machine computes the same.

use super::shapes::Shapes;
use crate::error::Result;
use crate::kernel::{Fold, Scratch, reduce, spread, visit};

/// The largest power that f64 holds for every f32.
const PLAIN_POWERS: f64 = 6.0;

struct SumOfPowers {
    norm_type: f64,
}

impl Fold for SumOfPowers {
    type Input = f32;
    type Acc = f64;

    fn empty(&self) -> f64 {
        0.0
    }

    fn lift(&self, cell: f32, _at: usize) -> f64 {
        power(f64::from(cell).abs(), self.norm_type)
    }

    fn merge(&self, a: f64, b: f64) -> f64 {
        a + b
    }
}

/// The same for any p: the largest |x|, and Σ(|x| / largest)^p.
struct ScaledSum {
    norm_type: f64,
}

impl Fold for ScaledSum {
    type Input = f32;
    type Acc = (f64, f64);

    fn empty(&self) -> (f64, f64) {
        (0.0, 0.0)
    }

    fn lift(&self, cell: f32, _at: usize) -> (f64, f64) {
        (f64::from(cell).abs(), 1.0)
    }

    fn merge(&self, a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
        if a.0 == b.0 {
            return (a.0, a.1 + b.1);
        }
        let (large, small) = if a.0 > b.0 { (a, b) } else { (b, a) };
        // A NaN on either side makes the ratio a NaN, and with it the sum.
        (large.0, large.1 + small.1 * power(small.0 / large.0, self.norm_type))
    }
}

/// The limit p → ∞: the largest |x|, with max pooling's rules, so that it can tell where it was.
struct LargestMagnitude;

impl Fold for LargestMagnitude {
    type Input = f32;
    type Acc = (f64, usize);

    fn empty(&self) -> (f64, usize) {
        (0.0, usize::MAX)
    }

    fn lift(&self, cell: f32, at: usize) -> (f64, usize) {
        (f64::from(cell).abs(), at)
    }

    fn merge(&self, a: (f64, usize), b: (f64, usize)) -> (f64, usize) {
        if b.0 > a.0 || b.0.is_nan() { b } else { a }
    }
}

pub(super) fn forward(cells: &[f32], shapes: &Shapes, norm_type: f64) -> Result<Vec<f32>> {
    let mut values = shapes.reserve_output()?;
    let (mut plain, mut scaled, mut largest) = (Scratch::default(), Scratch::default(), Scratch::default());
    for plane in cells.chunks_exact(shapes.plane_in) {
        if norm_type <= PLAIN_POWERS {
            let sums = reduce(&SumOfPowers { norm_type }, plane, &shapes.plan, &mut plain)?;
            values.extend(sums.iter().map(|&sum| root(sum, norm_type) as f32));
        } else if norm_type.is_finite() {
            let sums = reduce(&ScaledSum { norm_type }, plane, &shapes.plan, &mut scaled)?;
            values.extend(sums.iter().map(|&sum| norm(sum, norm_type) as f32));
        } else {
            let largest = reduce(&LargestMagnitude, plane, &shapes.plan, &mut largest)?;
            values.extend(largest.iter().map(|&(value, _)| value as f32));
        }
    }
    Ok(values)
}

/// ∂y/∂x = sign(x) · (|x| / y)^(p−1), where y is the norm of x's window; 0 where the window is all zeros, and 0 at
/// x = 0, where for p ≤ 1 no derivative exists. For p = ∞ it is sign(x) at the largest |x| alone.
pub(super) fn backward(cells: &[f32], grad_output: &[f32], shapes: &Shapes, norm_type: f64) -> Result<Vec<f32>> {
    let mut grad_input: Vec<f32> = shapes.reserve_input()?;
    for (plane, gradients) in cells.chunks_exact(shapes.plane_in).zip(grad_output.chunks_exact(shapes.plane_out)) {
        let begin = grad_input.len();
        grad_input.resize(begin + plane.len(), 0.0);
        let target = &mut grad_input[begin..];
        if norm_type <= PLAIN_POWERS {
            backward_plain(plane, gradients, shapes, norm_type, target)?;
        } else if norm_type.is_finite() {
            backward_scaled(plane, gradients, shapes, norm_type, target)?;
        } else {
            let mut scratch = Scratch::default();
            let largest = reduce(&LargestMagnitude, plane, &shapes.plan, &mut scratch)?;
            for (&(value, at), gradient) in largest.iter().zip(gradients).filter(|((value, _), _)| *value != 0.0) {
                target[at] += if value.is_nan() { value as f32 } else { gradient * plane[at].signum() };
            }
        }
    }
    Ok(grad_input)
}

/// With y^(p−1) and |x|^(p−1) apart, so that windows are summed axis by axis.
fn backward_plain(plane: &[f32], gradients: &[f32], shapes: &Shapes, norm_type: f64, target: &mut [f32]) -> Result<()> {
    let (mut sums, mut spreading) = (Scratch::default(), Scratch::default());
    let sums = reduce(&SumOfPowers { norm_type }, plane, &shapes.plan, &mut sums)?;
    let mut shares = shapes.reserve_output()?;
    shares.extend(sums.iter().zip(gradients).map(|(&sum, &gradient)| {
        let slope = power(root(sum, norm_type), norm_type - 1.0);
        if sum == 0.0 { 0.0 } else { f64::from(gradient) / slope }
    }));
    let spread = spread(&shares, &shapes.plan, &mut spreading)?;
    for ((target, &cell), share) in target.iter_mut().zip(plane).zip(spread) {
        let slope = f64::from(cell.signum()) * power(f64::from(cell).abs(), norm_type - 1.0);
        *target = if cell == 0.0 { 0.0 } else { (share * slope) as f32 };
    }
    Ok(())
}

/// Window by window, since only the ratio |x| / y stays in range.
fn backward_scaled(
    plane: &[f32],
    gradients: &[f32],
    shapes: &Shapes,
    norm_type: f64,
    target: &mut [f32],
) -> Result<()> {
    let mut scratch = Scratch::default();
    let sums = reduce(&ScaledSum { norm_type }, plane, &shapes.plan, &mut scratch)?;
    visit(&shapes.plan, |window, at| {
        let (cell, norm) = (f64::from(plane[at]), norm(sums[window], norm_type));
        if cell != 0.0 {
            let slope = cell.signum() * power(cell.abs() / norm, norm_type - 1.0);
            target[at] += (f64::from(gradients[window]) * slope) as f32;
        }
    });
    Ok(())
}

fn norm((largest, sum): (f64, f64), norm_type: f64) -> f64 {
    if largest == 0.0 && !sum.is_nan() { 0.0 } else { largest * root(sum, norm_type) }
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
