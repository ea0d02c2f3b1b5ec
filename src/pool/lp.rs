//! Lp pooling: the norm (Σ|x|^p)^(1/p) of a window.
//!
//! Sums of powers are kept in f64, whose exponents hold the squares of every f32, subnormals and the largest alike.
//! Powers come from `libm`, so that every machine computes the same.

use super::shapes::Shapes;
use crate::error::Result;
use crate::kernel::{Fold, Scratch, reduce, spread};

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
    if norm_type == f64::INFINITY {
        let mut scratch = Scratch::default();
        for plane in cells.chunks_exact(shapes.plane_in) {
            let largest = reduce(&LargestMagnitude, plane, &shapes.plan, &mut scratch)?;
            values.extend(largest.iter().map(|&(value, _)| value as f32));
        }
    } else {
        let mut scratch = Scratch::default();
        for plane in cells.chunks_exact(shapes.plane_in) {
            let sums = reduce(&SumOfPowers { norm_type }, plane, &shapes.plan, &mut scratch)?;
            values.extend(sums.iter().map(|&sum| root(sum, norm_type) as f32));
        }
    }
    Ok(values)
}

/// ∂y/∂x = sign(x) · (|x| / y)^(p−1), where y is the norm of x's window; 0 where the window is all zeros, and 0 at
/// x = 0, where for p ≤ 1 no derivative exists.
pub(super) fn backward(cells: &[f32], grad_output: &[f32], shapes: &Shapes, norm_type: f64) -> Result<Vec<f32>> {
    let mut grad_input: Vec<f32> = shapes.reserve_input()?;
    let planes = cells.chunks_exact(shapes.plane_in).zip(grad_output.chunks_exact(shapes.plane_out));
    if norm_type == f64::INFINITY {
        let mut scratch = Scratch::default();
        for (plane, gradients) in planes {
            let begin = grad_input.len();
            grad_input.resize(begin + plane.len(), 0.0);
            for (&(value, at), gradient) in
                reduce(&LargestMagnitude, plane, &shapes.plan, &mut scratch)?.iter().zip(gradients)
            {
                if value != 0.0 {
                    grad_input[begin + at] += gradient * plane[at].signum();
                }
            }
        }
        return Ok(grad_input);
    }
    let (mut sums, mut spreading) = (Scratch::default(), Scratch::default());
    let mut shares = shapes.reserve_output()?;
    for (plane, gradients) in planes {
        let sums = reduce(&SumOfPowers { norm_type }, plane, &shapes.plan, &mut sums)?;
        let share = |(&sum, &gradient): (&f64, &f32)| {
            let slope = power(root(sum, norm_type), norm_type - 1.0);
            if sum == 0.0 { 0.0 } else { f64::from(gradient) / slope }
        };
        shares.clear();
        shares.extend(sums.iter().zip(gradients).map(share));
        let spread = spread(&shares, &shapes.plan, &mut spreading)?;
        let derivative = |(&cell, &share): (&f32, &f64)| {
            let slope = f64::from(cell.signum()) * power(f64::from(cell).abs(), norm_type - 1.0);
            if cell == 0.0 { 0.0 } else { (share * slope) as f32 }
        };
        grad_input.extend(plane.iter().zip(spread).map(derivative));
    }
    Ok(grad_input)
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
