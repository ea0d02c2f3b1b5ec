//! Log-sum-exp pooling: (1/r) · ln(1/n · Σ exp(r·x)).

use super::exponentials::Exponentials;
use crate::error::Result;
use crate::kernel::{Scratch, reduce, visit};
use crate::pool::method::Arithmetic;
use crate::pool::shapes::Shapes;

pub(in crate::pool) struct LogSumExp {
    pub sharpness: f64,
}

impl Arithmetic for LogSumExp {
    fn forward(&self, cells: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let counts = shapes.counts(|span| span.len)?;
        let mut scratch = Scratch::default();
        shapes.each_plane(cells, |_, plane, values| {
            let sums = reduce(&Exponentials { sharpness: self.sharpness }, plane, &shapes.plan, &mut scratch)?;
            values.extend(sums.iter().zip(&counts).map(|(sums, &count)| {
                let above_largest = libm::log(sums.weights / count) / self.sharpness;
                if count == 0.0 { 0.0 } else { (sums.largest + above_largest) as f32 }
            }));
            Ok(())
        })
    }

    /// ∂y/∂x is the softmax of r·x.
    fn backward(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let mut scratch = Scratch::default();
        shapes.each_gradient(cells, grad_output, |_, plane, gradients, target| {
            let sums = reduce(&Exponentials { sharpness: self.sharpness }, plane, &shapes.plan, &mut scratch)?;
            visit(&shapes.plan, |window, taps| {
                for tap in taps {
                    let softmax = sums[window].softmax(plane[tap.at], self.sharpness);
                    target[tap.at] += (f64::from(gradients[window]) * softmax) as f32;
                }
            })
        })
    }
}
