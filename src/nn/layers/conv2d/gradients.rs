//! The convolution's gradients. That of the weights is made of inner products of planes; that of the input is a convolution
//! again, with the kernels turned round and the channels exchanged.

use super::super::Differentiable;
use super::super::differentiable::{check_grad_output, shapes};
use super::direct::gather;
use super::{Conv2d, Frame, Operator};
use crate::error::Result;
use crate::kernel::inner::{Planes, add_inner};
use crate::kernel::lanes::LANES;
use crate::kernel::product::{whole_lanes, zeros};
use crate::nn::product::sum;
use crate::nn::tensor::TensorView;
use ndarray::{ArrayD, ArrayViewD, IxDyn};
use std::array::from_fn;

impl Differentiable for Conv2d {
    fn grad_parameters(
        &self,
        x: ArrayViewD<f32>,
        _: &[ArrayD<f32>],
        grad_output: ArrayViewD<f32>,
        gradients: &mut [ArrayD<f32>],
    ) -> Result<()> {
        let (batch, frame) = self.resolve(x.shape(), shapes(gradients))?;
        check_grad_output(self, &x, &grad_output)?;
        let (x, grad_output) = (x.as_standard_layout(), grad_output.as_standard_layout());
        let (x, grad_output) = (x.as_slice().unwrap_or(&[]), grad_output.as_slice().unwrap_or(&[]));
        let (sample, plane) = (frame.sample(self.in_channels), frame.output[0] * frame.output[1]);
        let mut weights = WeightGradient::new(self, &frame)?;
        let mut grad_bias = zeros(self.out_channels)?;
        for n in 0..batch {
            let grads = &grad_output[n * self.out_channels * plane..][..self.out_channels * plane];
            weights.add(&x[n * sample..][..sample], grads);
            for (total, grad) in grad_bias.iter_mut().zip(grads.chunks_exact(plane)) {
                *total += sum(grad);
            }
        }
        gradients[0].iter_mut().zip(&weights.sums).for_each(|(to, sums)| *to += sums.iter().sum::<f32>());
        if self.bias {
            gradients[1].iter_mut().zip(grad_bias).for_each(|(to, grad)| *to += grad);
        }
        Ok(())
    }

    fn grad_input(
        &self,
        x: ArrayViewD<f32>,
        parameters: &[ArrayD<f32>],
        grad_output: ArrayViewD<f32>,
    ) -> Result<ArrayD<f32>> {
        let (batch, frame) = self.resolve(x.shape(), shapes(parameters))?;
        check_grad_output(self, &x, &grad_output)?;
        let grad_output = grad_output.as_standard_layout();
        let grad_output = grad_output.as_slice().unwrap_or(&[]);
        let (back, first) = self.back(&frame);
        let weight = self.turned(&parameters[0]);
        let spread: [usize; 2] = from_fn(|axis| (frame.output[axis] - 1) * self.stride[axis] + 1);
        let weight = TensorView::new(&weight.0, &weight.1)?;
        let mut prepared = back.prepare(&[self.out_channels, spread[0], spread[1]], &[weight])?;
        let width = prepared.output_shape()[2];
        let (sample, plane) = (frame.sample(self.in_channels), prepared.outputs() / self.in_channels);
        let of_output = self.out_channels * frame.output[0] * frame.output[1];
        let (mut spread_out, mut whole) =
            (zeros(self.out_channels * spread[0] * spread[1])?, zeros(prepared.outputs())?);
        let mut grad_input = zeros(batch * sample)?;
        for n in 0..batch {
            let grads = grad_output[n * of_output..][..of_output].chunks_exact(frame.output[1]);
            let rows = (0..self.out_channels).flat_map(|channel| {
                (0..frame.output[0]).map(move |row| (channel * spread[0] + row * self.stride[0]) * spread[1])
            });
            for (from, at) in grads.zip(rows) {
                let to = spread_out[at..].iter_mut().step_by(self.stride[1]);
                to.zip(from).for_each(|(to, from)| *to = *from);
            }
            prepared.run(&spread_out, &mut whole)?;
            let rows = (0..self.in_channels)
                .flat_map(|channel| (0..frame.input[0]).map(move |row| channel * plane + (first[0] + row) * width));
            let to = grad_input[n * sample..][..sample].chunks_exact_mut(frame.input[1].max(1));
            to.zip(rows).for_each(|(to, at)| to.copy_from_slice(&whole[at + first[1]..][..to.len()]));
        }
        Ok(shaped(grad_input, &[batch, self.in_channels, frame.input[0], frame.input[1]]))
    }
}

impl Conv2d {
    /// The convolution from the gradient by the outputs, its cells a stride apart, to that by the inputs; these begin at
    /// the cell `first` of what it gives.
    fn back(&self, frame: &Frame) -> (Self, [usize; 2]) {
        let mut first = [0; 2];
        let padding = from_fn(|axis| {
            let reach = (self.kernel_size[axis] - 1) * self.dilation[axis];
            // Where padding reaches beyond a kernel, some of its cells get a gradient too, which is then left out.
            first[axis] = self.padding[axis][0].saturating_sub(reach);
            let before = reach.saturating_sub(self.padding[axis][0]);
            let spread = (frame.output[axis] - 1) * self.stride[axis] + 1;
            let wanted = first[axis] + frame.input[axis] + reach;
            [before, wanted.saturating_sub(spread + before)]
        });
        let (in_channels, out_channels) = (self.out_channels, self.in_channels);
        (Self { in_channels, out_channels, stride: [1, 1], padding, bias: false, ..*self }, first)
    }

    /// Shape and values of [`back`](Self::back)'s weight.
    fn turned(&self, weight: &ArrayD<f32>) -> (Vec<usize>, Vec<f32>) {
        let (inputs, outputs) = (self.in_channels / self.groups, self.out_channels / self.groups);
        let [height, width] = self.kernel_size;
        let mut turned = ArrayD::zeros(vec![self.in_channels, outputs, height, width]);
        for (place, value) in weight.indexed_iter() {
            let [output, input] = [place[0], place[0] / outputs * inputs + place[1]];
            turned[IxDyn(&[input, output % outputs, height - 1 - place[2], width - 1 - place[3]])] = *value;
        }
        (turned.shape().to_vec(), turned.into_raw_vec_and_offset().0)
    }
}

/// What adds up the gradient of the weights.
struct WeightGradient<'a> {
    conv: &'a Conv2d,
    frame: &'a Frame,
    padded: Vec<f32>,
    /// As in the forward pass: where `stride` leaves gaps, the windows of an output row.
    windows: Vec<f32>,
    offsets: Vec<usize>,
    /// The gradient by the outputs, its rows filled up to whole lanes with zeros.
    grads: Vec<f32>,
    /// Where its planes begin.
    planes: Vec<usize>,
    pitch: usize,
    /// As many as weights, each in parts.
    sums: Vec<[f32; LANES]>,
}

impl<'a> WeightGradient<'a> {
    fn new(conv: &'a Conv2d, frame: &'a Frame) -> Result<Self> {
        let (depth, pitch) = (frame.offsets.len(), whole_lanes(frame.output[1]));
        let gaps = conv.stride[1] > 1;
        Ok(Self {
            conv,
            frame,
            padded: zeros(frame.cells(conv.in_channels) + LANES)?,
            windows: zeros(if gaps { depth * pitch } else { 0 })?,
            offsets: if gaps { (0..depth).map(|cell| cell * pitch).collect() } else { frame.offsets.clone() },
            grads: zeros(conv.out_channels * frame.output[0] * pitch)?,
            planes: (0..conv.out_channels / conv.groups).map(|channel| channel * frame.output[0] * pitch).collect(),
            pitch,
            sums: vec![[0.0; LANES]; conv.out_channels * depth],
        })
    }

    /// Adds what one sample gives.
    fn add(&mut self, x: &[f32], grads: &[f32]) {
        let Self { conv, frame, padded, windows, offsets, planes, pitch, sums, .. } = self;
        let [height, width] = frame.output;
        frame.pad(conv.padding, x, padded);
        for (to, from) in self.grads.chunks_exact_mut(*pitch).zip(grads.chunks_exact(width)) {
            to[..width].copy_from_slice(from);
        }
        let step = conv.stride[0] * frame.padded[1];
        let of_group = frame.cells(conv.in_channels / conv.groups);
        let sums = sums.chunks_exact_mut(planes.len() * offsets.len());
        for (group, (sums, grads)) in sums.zip(self.grads.chunks_exact(planes.len() * height * *pitch)).enumerate() {
            let cells = &padded[group * of_group..];
            let grads = |row: usize| Planes { values: &grads[row * *pitch..], offsets: planes, pitch: *pitch };
            if conv.stride[1] == 1 {
                let windows = Planes { values: cells, offsets, pitch: step };
                add_inner(grads(0), windows, height, *pitch, sums);
                continue;
            }
            for row in 0..height {
                gather(&cells[row * step..], &frame.offsets, conv.stride[1], width, windows, *pitch);
                let windows = Planes { values: windows, offsets, pitch: 0 };
                add_inner(grads(row), windows, 1, *pitch, sums);
            }
        }
    }
}

fn shaped(values: Vec<f32>, shape: &[usize]) -> ArrayD<f32> {
    ArrayD::from_shape_vec(IxDyn(shape), values).expect("as many values as the shape has cells")
}
