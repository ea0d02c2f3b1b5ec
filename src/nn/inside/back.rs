//! One layer's part of a path: the gradient by its input from that by its output, at inference. Apart from
//! [`Differentiable`](crate::nn::layers::Differentiable), which works on batches with training's products: these few
//! loops, which skip what has no gradient, weigh a fraction of it.

use super::extents;
use crate::error::Result;
use crate::nn::layers::{Conv2d, Layer};
use crate::nn::tensor::{Tensor, TensorView};

/// A layer with its parameters and what it read.
pub(super) struct Reading<'a> {
    pub layer: &'a Layer,
    pub parameters: &'a [Tensor],
    pub input_shape: &'a [usize],
    pub input: &'a [f32],
    pub output_shape: &'a [usize],
}

impl Reading<'_> {
    /// Adds the gradient by the layer's input to `grad_input`.
    pub fn back(&self, grad_output: &[f32], grad_input: &mut [f32]) -> Result<()> {
        let pairs = grad_input.iter_mut().zip(grad_output);
        match self.layer {
            Layer::Conv2d(conv) => self.back_through_conv(conv, grad_output, grad_input),
            Layer::BatchNorm2d(norm) => {
                let parameters: Vec<TensorView> = self.parameters.iter().map(Tensor::view).collect();
                let scales = norm.scale_and_shift(&parameters)?;
                let plane = self.input.len() / scales.len().max(1);
                pairs.enumerate().for_each(|(at, (to, grad))| *to += scales[at / plane].0 * grad);
            }
            // Closed where the input is at most 0, as in PyTorch.
            Layer::Relu(_) => {
                pairs.zip(self.input).filter(|(_, x)| **x > 0.0 || x.is_nan()).for_each(|((to, grad), _)| *to += grad);
            }
            Layer::Pool(pool) => {
                let shape = [&[1], self.input_shape].concat();
                let gradient = pool.pool().backward_flat(self.input, &shape, grad_output)?;
                grad_input.iter_mut().zip(gradient).for_each(|(to, grad)| *to += grad);
            }
            // What an `add` takes from further back gets the same; the path sees to it.
            Layer::Flatten(_) | Layer::Add(_) | Layer::Dropout(_) => pairs.for_each(|(to, grad)| *to += grad),
            Layer::Linear(_) => {
                let rows = self.parameters[0].values().chunks_exact(self.input.len().max(1));
                for (weights, grad) in rows.zip(grad_output).filter(|(_, grad)| **grad != 0.0) {
                    grad_input.iter_mut().zip(weights).for_each(|(to, weight)| *to += weight * grad);
                }
            }
            // Numbers of words are names: nothing changes by a little more of one.
            Layer::Embedding(_) => {}
        }
        Ok(())
    }

    fn back_through_conv(&self, conv: &Conv2d, grad_output: &[f32], grad_input: &mut [f32]) {
        let [[_, height, width], [channels, rows, columns]] = [self.input_shape, self.output_shape].map(extents);
        let (depth, outputs) = (conv.in_channels / conv.groups, channels / conv.groups);
        let weights = self.parameters[0].values();
        // Where a window's cell lies along an axis, if it is no padding.
        let place = |axis: usize, output: usize, tap: usize, extent: usize| {
            let at = output * conv.stride[axis] + tap * conv.dilation[axis];
            at.checked_sub(conv.padding[axis][0]).filter(|at| *at < extent)
        };
        for (at, grad) in grad_output.iter().enumerate().filter(|(_, grad)| **grad != 0.0) {
            let (channel, row, column) = (at / columns / rows, at / columns % rows, at % columns);
            for input in 0..depth {
                let plane = (channel / outputs * depth + input) * height;
                for tap in 0..conv.kernel_size[0] {
                    let Some(y) = place(0, row, tap, height) else { continue };
                    let weights =
                        &weights[((channel * depth + input) * conv.kernel_size[0] + tap) * conv.kernel_size[1]..];
                    for (tap, weight) in weights[..conv.kernel_size[1]].iter().enumerate() {
                        if let Some(x) = place(1, column, tap, width) {
                            grad_input[(plane + y) * width + x] += weight * grad;
                        }
                    }
                }
            }
        }
    }
}
