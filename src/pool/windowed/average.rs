//! Average pooling: the sum of a window's cells over a divisor.

use crate::error::Result;
use crate::geometry::Span;
use crate::kernel::{Scratch, Sum, reduce, spread};
use crate::pool::method::{Arithmetic, Gradient, Room};
use crate::pool::shapes::{Shapes, reserve};

pub(in crate::pool) struct Average {
    pub count_include_pad: bool,
    pub divisor_override: Option<i32>,
}

/// The mean of a window's own cells.
pub(in crate::pool) const OF_CELLS: Average = Average { count_include_pad: false, divisor_override: None };

impl Arithmetic for Average {
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        let divisors = self.divisors(shapes)?;
        shapes.each_plane(cells, values, |plane, values| {
            let sums = reduce(&Sum::NEW, plane, &shapes.plan, &mut room.floats)?;
            values.iter_mut().zip(sums).zip(&divisors).for_each(|((value, sum), divisor)| *value = sum / divisor);
            Ok(())
        })
    }
}

impl Gradient for Average {
    /// Every cell of a window receives the window's gradient over its divisor.
    fn backward(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let divisors = self.divisors(shapes)?;
        let mut shares = shapes.reserve_output()?;
        let mut scratch = Scratch::default();
        shapes.each_gradient(cells, grad_output, |_, gradients, target| {
            shares.clear();
            shares.extend(gradients.iter().zip(&divisors).map(|(gradient, divisor)| f64::from(gradient / divisor)));
            let sums = spread(&shares, &shapes.plan, &mut scratch)?;
            target.iter_mut().zip(sums).for_each(|(target, &sum)| *target = sum as f32);
            Ok(())
        })
    }
}

impl Average {
    /// The divisor of each window: the product over the axes of how many cells count. As floats, since a window's
    /// cells, padding included, can be more than a machine word holds. A window without cells has the divisor 1: its
    /// sum is 0.
    fn divisors(&self, shapes: &Shapes) -> Result<Vec<f32>> {
        let mut divisors: Vec<f32> = reserve(shapes.plane_out, &shapes.output)?;
        if let Some(divisor) = self.divisor_override {
            divisors.resize(shapes.plane_out, divisor as f32);
            return Ok(divisors);
        }
        let counts = shapes.counts(if self.count_include_pad { |span| span.padded_len } else { |span| span.len })?;
        divisors.extend(counts.iter().map(|&count| count.max(1.0) as f32));
        Ok(divisors)
    }
}

impl Shapes {
    /// How much each window holds: the product over the axes of what `count` says of a span.
    pub(super) fn counts(&self, count: fn(&Span) -> usize) -> Result<Vec<f64>> {
        let (mut counts, mut outer) = (vec![1.0f64], Vec::new());
        for axis in self.plan.axes() {
            std::mem::swap(&mut counts, &mut outer);
            counts = reserve(outer.len() * axis.spans.len(), &self.output)?;
            for outer in &outer {
                counts.extend(axis.spans.iter().map(|span| outer * count(span) as f64));
            }
        }
        Ok(counts)
    }
}
