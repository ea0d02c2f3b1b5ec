//! Average pooling: the sum of a window's cells over a divisor.

use super::shapes::{Shapes, reserve};
use crate::error::Result;
use crate::geometry::Span;
use crate::kernel::{Fold, Scratch, reduce, spread};

struct Sum;

impl Fold for Sum {
    type Input = f32;
    type Acc = f32;

    fn empty(&self) -> f32 {
        0.0
    }

    fn lift(&self, cell: f32, _at: usize) -> f32 {
        cell
    }

    fn merge(&self, a: f32, b: f32) -> f32 {
        a + b
    }
}

pub(super) fn forward(cells: &[f32], shapes: &Shapes, include_pad: bool, divisor: Option<i32>) -> Result<Vec<f32>> {
    let divisors = divisors(shapes, include_pad, divisor)?;
    let mut values = shapes.reserve_output()?;
    let mut scratch = Scratch::default();
    for plane in cells.chunks_exact(shapes.plane_in) {
        let sums = reduce(&Sum, plane, &shapes.plan, &mut scratch)?;
        values.extend(sums.iter().zip(&divisors).map(|(sum, divisor)| sum / divisor));
    }
    Ok(values)
}

/// Every cell of a window receives the window's gradient over its divisor.
pub(super) fn backward(grad: &[f32], shapes: &Shapes, include_pad: bool, divisor: Option<i32>) -> Result<Vec<f32>> {
    let divisors = divisors(shapes, include_pad, divisor)?;
    let mut grad_input = shapes.reserve_input()?;
    let mut shares = shapes.reserve_output()?;
    let mut scratch = Scratch::default();
    for plane in grad.chunks_exact(shapes.plane_out) {
        shares.clear();
        shares.extend(plane.iter().zip(&divisors).map(|(gradient, divisor)| f64::from(gradient / divisor)));
        grad_input.extend(spread(&shares, &shapes.plan, &mut scratch)?.iter().map(|&sum| sum as f32));
    }
    Ok(grad_input)
}

/// The divisor of each window: the product over the axes of how many cells count. As floats, since a window's cells,
/// padding included, can be more than a machine word holds. A window without cells has the divisor 1: its sum is 0.
fn divisors(shapes: &Shapes, include_pad: bool, divisor: Option<i32>) -> Result<Vec<f32>> {
    let mut divisors: Vec<f32> = reserve(shapes.plane_out, &shapes.output)?;
    if let Some(divisor) = divisor {
        divisors.resize(shapes.plane_out, divisor as f32);
        return Ok(divisors);
    }
    let count = |span: &Span| if include_pad { span.padded_len } else { span.len } as f64;
    let mut counts = vec![1.0f64];
    for axis in shapes.plan.axes() {
        counts = counts.iter().flat_map(|outer| axis.spans.iter().map(move |span| outer * count(span))).collect();
    }
    divisors.extend(counts.iter().map(|&count| count.max(1.0) as f32));
    Ok(divisors)
}
