//! Batch normalisation in training: with the batch's own statistics, and their gradients.

use super::super::differentiable::{Differentiable, check_grad_output, shapes};
use super::{BIAS, BatchNorm2d, RUNNING_MEAN, RUNNING_VAR, WEIGHT, check_parameters};
use crate::error::Result;
use crate::nn::layers::batch_of;
use crate::nn::product::{dot, square_distance, sum};
use ndarray::{ArrayD, ArrayViewD, CowArray, IxDyn};
use std::ops::Range;

impl BatchNorm2d {
    /// Mean and variance (divided by n) of a channel of the batch. Planes are added in f64: a batch has 10⁵ cells.
    fn statistics(&self, planes: &Planes, channel: usize) -> (f32, f32) {
        let mean = planes.mean(channel, sum);
        (mean, planes.mean(channel, |plane| square_distance(plane, mean)))
    }

    /// Everything that the gradients need of a channel of the batch.
    fn batch(&self, x: &Planes, grad_output: &Planes, channel: usize) -> Batch {
        let (mean, variance) = self.statistics(x, channel);
        let inverse = 1.0 / (variance + self.eps).sqrt();
        let planes = || (0..x.batch).map(|n| (x.plane(n, channel), grad_output.plane(n, channel)));
        let grad_sum = planes().map(|(_, grad)| f64::from(sum(grad))).sum::<f64>() as f32;
        let product = planes().map(|(x, grad)| f64::from(dot(x, grad))).sum::<f64>() as f32;
        Batch { mean, variance, inverse, grad_sum, grad_scale: (product - mean * grad_sum) * inverse }
    }

    fn check(&self, x: &ArrayViewD<f32>, parameters: &[ArrayD<f32>]) -> Result<()> {
        batch_of(x.shape(), "batchNorm2d", &[self.num_features, 0, 0])?;
        check_parameters(self, shapes(parameters))
    }
}

/// A channel of a batch: its statistics, 1/√(variance + eps), Σ grad and Σ grad·(x − mean)/√(variance + eps).
struct Batch {
    mean: f32,
    variance: f32,
    inverse: f32,
    grad_sum: f32,
    grad_scale: f32,
}

/// A contiguous N, C, H, W batch as planes.
struct Planes<'a> {
    values: &'a [f32],
    batch: usize,
    channels: usize,
    cells: usize,
}

impl<'a> Planes<'a> {
    fn new(array: &'a CowArray<f32, IxDyn>) -> Self {
        let shape = array.shape();
        let values = array.as_slice().expect("in standard layout");
        Self { values, batch: shape[0], channels: shape[1], cells: shape[2] * shape[3] }
    }

    fn range(&self, n: usize, channel: usize) -> Range<usize> {
        let plane = n * self.channels + channel;
        plane * self.cells..(plane + 1) * self.cells
    }

    fn plane(&self, n: usize, channel: usize) -> &'a [f32] {
        &self.values[self.range(n, channel)]
    }

    /// Cells of one channel in the whole batch.
    fn count(&self) -> f32 {
        (self.batch * self.cells) as f32
    }

    /// The mean over a channel of what `total` adds up for a plane.
    fn mean(&self, channel: usize, total: impl Fn(&[f32]) -> f32) -> f32 {
        let sum: f64 = (0..self.batch).map(|n| f64::from(total(self.plane(n, channel)))).sum();
        (sum / (self.batch * self.cells) as f64) as f32
    }
}

/// Every plane of a batch of N × C of them times its channel's scale, plus its shift.
fn apply(scales: &[(f32, f32)], shape: &[usize], values: &mut [f32]) {
    let cells = shape[2] * shape[3];
    for (plane, (scale, shift)) in values.chunks_exact_mut(cells.max(1)).zip(scales.iter().cycle()) {
        plane.iter_mut().for_each(|x| *x = *x * scale + shift);
    }
}

impl Differentiable for BatchNorm2d {
    fn forward_training(&self, x: ArrayViewD<f32>, parameters: &[ArrayD<f32>]) -> Result<ArrayD<f32>> {
        self.check(&x, parameters)?;
        let x = x.as_standard_layout();
        let planes = Planes::new(&x);
        let scale_and_shift = |channel| {
            let (mean, variance) = self.statistics(&planes, channel);
            let scale = parameters[WEIGHT][[channel]] / (variance + self.eps).sqrt();
            (scale, parameters[BIAS][[channel]] - mean * scale)
        };
        let scales: Vec<_> = (0..self.num_features).map(scale_and_shift).collect();
        let shape = x.shape().to_vec();
        let mut output = x.into_owned();
        apply(&scales, &shape, output.as_slice_mut().expect("in standard layout"));
        Ok(output)
    }

    fn grad_parameters(
        &self,
        x: ArrayViewD<f32>,
        _: &[ArrayD<f32>],
        grad_output: ArrayViewD<f32>,
        gradients: &mut [ArrayD<f32>],
    ) -> Result<()> {
        self.check(&x, gradients)?;
        check_grad_output(self, &x, &grad_output)?;
        let (x, grad_output) = (x.as_standard_layout(), grad_output.as_standard_layout());
        let (x, grad_output) = (Planes::new(&x), Planes::new(&grad_output));
        for channel in 0..self.num_features {
            let batch = self.batch(&x, &grad_output, channel);
            gradients[WEIGHT][[channel]] += batch.grad_scale;
            gradients[BIAS][[channel]] += batch.grad_sum;
            gradients[RUNNING_MEAN][[channel]] += batch.mean;
            gradients[RUNNING_VAR][[channel]] += batch.variance * x.count() / (x.count() - 1.0).max(1.0);
        }
        Ok(())
    }

    fn grad_input(
        &self,
        x: ArrayViewD<f32>,
        parameters: &[ArrayD<f32>],
        grad_output: ArrayViewD<f32>,
    ) -> Result<ArrayD<f32>> {
        self.check(&x, parameters)?;
        check_grad_output(self, &x, &grad_output)?;
        let (x, grad_output) = (x.as_standard_layout(), grad_output.as_standard_layout());
        let (xs, grads) = (Planes::new(&x), Planes::new(&grad_output));
        let mut grad_input = vec![0.0; xs.values.len()];
        for channel in 0..self.num_features {
            let Batch { mean, inverse, grad_sum, grad_scale, .. } = self.batch(&xs, &grads, channel);
            let scale = parameters[WEIGHT][[channel]] * inverse;
            let (from_mean, from_variance) = (grad_sum / xs.count(), grad_scale / xs.count() * inverse);
            for n in 0..xs.batch {
                let cells = xs.plane(n, channel).iter().zip(grads.plane(n, channel));
                for (to, (x, grad)) in grad_input[xs.range(n, channel)].iter_mut().zip(cells) {
                    *to = scale * (grad - from_mean - (x - mean) * from_variance);
                }
            }
        }
        Ok(ArrayD::from_shape_vec(x.raw_dim(), grad_input).expect("as many values as x"))
    }
}
