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

    /// By whole rows of the gradient, whose ends of zeros are left out: most cells far back decide nothing.
    fn back_through_conv(&self, conv: &Conv2d, grad_output: &[f32], grad_input: &mut [f32]) {
        let [[_, height, width], [channels, rows, columns]] = [self.input_shape, self.output_shape].map(extents);
        let (depth, outputs) = (conv.in_channels / conv.groups, channels / conv.groups);
        let weights = self.parameters[0].values();
        let [tall, wide] = conv.kernel_size;
        for (at, grads) in grad_output.chunks_exact(columns.max(1)).enumerate() {
            let Some(first) = grads.iter().position(|grad| *grad != 0.0) else { continue };
            let last = grads.iter().rposition(|grad| *grad != 0.0).unwrap_or(first);
            let (channel, row) = (at / rows, at % rows);
            for input in 0..depth {
                let plane = (channel / outputs * depth + input) * height;
                for down in 0..tall {
                    let y = row * conv.stride[0] + down * conv.dilation[0];
                    let Some(y) = y.checked_sub(conv.padding[0][0]).filter(|y| *y < height) else { continue };
                    let line = &mut grad_input[(plane + y) * width..][..width];
                    let weights = &weights[((channel * depth + input) * tall + down) * wide..][..wide];
                    for (across, weight) in weights.iter().enumerate() {
                        add_row(
                            line,
                            &grads[..=last],
                            first,
                            *weight,
                            Step {
                                stride: conv.stride[1],
                                tap: across * conv.dilation[1],
                                padding: conv.padding[1][0],
                            },
                        );
                    }
                }
            }
        }
    }
}

/// Which cell of a row a tap reads for an output: `stride` times its place, plus `tap`, less `padding`.
struct Step {
    stride: usize,
    tap: usize,
    padding: usize,
}

/// Adds to each cell of a row its reader's gradient times the weight; gradients before `first` are 0.
fn add_row(line: &mut [f32], grads: &[f32], first: usize, weight: f32, Step { stride, tap, padding }: Step) {
    // From the first output whose tap is no padding to the last whose tap is in the row.
    let from = first.max(padding.saturating_sub(tap).div_ceil(stride));
    let to = grads.len().min((line.len() + padding).saturating_sub(tap).div_ceil(stride));
    if from >= to {
        return;
    }
    let line = &mut line[from * stride + tap - padding..];
    let grads = &grads[from..to];
    // Side by side, they are taken several at a time.
    if stride == 1 {
        line.iter_mut().zip(grads).for_each(|(to, grad)| *to += weight * grad);
    } else {
        line.iter_mut().step_by(stride).zip(grads).for_each(|(to, grad)| *to += weight * grad);
    }
}
