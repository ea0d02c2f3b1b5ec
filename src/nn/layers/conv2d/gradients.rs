//! The convolution's gradients, as products of matrices of its windows.

use super::super::Differentiable;
use super::super::differentiable::{check_grad_output, shapes};
use super::{Conv2d, Frame};
use crate::error::Result;
use crate::nn::product::sum;
use ndarray::{Array1, ArrayD, ArrayView2, ArrayViewD, ArrayViewMut2, Dimension, IxDyn, linalg::general_mat_mul};

impl Frame {
    /// Copies planes out of their frame.
    fn unpad(&self, padding: [[usize; 2]; 2], padded: &[f32], planes: &mut [f32]) {
        for (row, start) in planes.chunks_exact_mut(self.input[1].max(1)).zip(self.rows(padding)) {
            row.copy_from_slice(&padded[start..][..row.len()]);
        }
    }
}

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
        let (rows, depth) = (self.out_channels / self.groups, frame.offsets.len());
        let (x, grad_output) = (x.as_standard_layout(), grad_output.as_standard_layout());
        let (x, grad_output) = (x.as_slice().unwrap_or(&[]), grad_output.as_slice().unwrap_or(&[]));
        let (sample, plane) = (frame.sample(self.in_channels), frame.output[0] * frame.output[1]);
        let mut padded = vec![0.0; frame.cells(self.in_channels)];
        let mut columns = vec![0.0; depth * plane];
        let mut grad_weight = vec![0.0; self.out_channels * depth];
        let mut grad_bias = vec![0.0; self.out_channels];
        for n in 0..batch {
            frame.pad(self.padding, &x[n * sample..][..sample], &mut padded);
            let grads = &grad_output[n * self.out_channels * plane..][..self.out_channels * plane];
            for group in 0..self.groups {
                unfold(
                    &padded[group * frame.cells(self.in_channels / self.groups)..],
                    &frame,
                    self.stride,
                    &mut columns,
                );
                let grad = matrix(&grads[group * rows * plane..], rows, plane);
                let of_group = &mut grad_weight[group * rows * depth..][..rows * depth];
                let columns = matrix(&columns, depth, plane);
                general_mat_mul(1.0, &grad, &columns.t(), 1.0, &mut matrix_mut(of_group, rows, depth));
            }
            for (total, grad) in grad_bias.iter_mut().zip(grads.chunks_exact(plane)) {
                *total += sum(grad);
            }
        }
        let shape = gradients[0].raw_dim();
        gradients[0] += &shaped(grad_weight, shape.slice());
        if self.bias {
            gradients[1] += &Array1::from(grad_bias).into_dyn();
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
        let (rows, depth) = (self.out_channels / self.groups, frame.offsets.len());
        let (weight, grad_output) = (parameters[0].as_standard_layout(), grad_output.as_standard_layout());
        let (weight, grad_output) = (weight.as_slice().unwrap_or(&[]), grad_output.as_slice().unwrap_or(&[]));
        let (sample, plane) = (frame.sample(self.in_channels), frame.output[0] * frame.output[1]);
        let mut grad_padded = vec![0.0; frame.cells(self.in_channels)];
        let mut grad_columns = vec![0.0; depth * plane];
        let mut grad_input = vec![0.0; batch * sample];
        for n in 0..batch {
            grad_padded.fill(0.0);
            for group in 0..self.groups {
                let grad = matrix(&grad_output[(n * self.out_channels + group * rows) * plane..], rows, plane);
                let weight = matrix(&weight[group * rows * depth..], rows, depth);
                general_mat_mul(1.0, &weight.t(), &grad, 0.0, &mut matrix_mut(&mut grad_columns, depth, plane));
                let first = group * frame.cells(self.in_channels / self.groups);
                fold(&grad_columns, &frame, self.stride, &mut grad_padded[first..]);
            }
            frame.unpad(self.padding, &grad_padded, &mut grad_input[n * sample..][..sample]);
        }
        Ok(shaped(grad_input, &[batch, self.in_channels, frame.input[0], frame.input[1]]))
    }
}

/// All windows of a plane as the columns of a matrix, one row a cell of the window.
fn unfold(planes: &[f32], frame: &Frame, stride: [usize; 2], columns: &mut [f32]) {
    let [height, width] = frame.output;
    for (offset, row) in frame.offsets.iter().zip(columns.chunks_exact_mut(height * width)) {
        for (y, to) in row.chunks_exact_mut(width).enumerate() {
            let from = &planes[offset + y * stride[0] * frame.padded[1]..];
            if stride[1] == 1 {
                to.copy_from_slice(&from[..width]);
            } else {
                to.iter_mut().zip(from.iter().step_by(stride[1])).for_each(|(to, from)| *to = *from);
            }
        }
    }
}

/// The transpose of [`unfold`]: adds every column back to where its cells came from.
fn fold(columns: &[f32], frame: &Frame, stride: [usize; 2], planes: &mut [f32]) {
    let [height, width] = frame.output;
    for (offset, row) in frame.offsets.iter().zip(columns.chunks_exact(height * width)) {
        for (y, from) in row.chunks_exact(width).enumerate() {
            let to = &mut planes[offset + y * stride[0] * frame.padded[1]..];
            if stride[1] == 1 {
                to[..width].iter_mut().zip(from).for_each(|(to, from)| *to += from);
            } else {
                to.iter_mut().step_by(stride[1]).zip(from).for_each(|(to, from)| *to += from);
            }
        }
    }
}

fn matrix(values: &[f32], rows: usize, columns: usize) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((rows, columns), &values[..rows * columns]).expect("exactly rows × columns values")
}

fn matrix_mut(values: &mut [f32], rows: usize, columns: usize) -> ArrayViewMut2<'_, f32> {
    ArrayViewMut2::from_shape((rows, columns), values).expect("exactly rows × columns values")
}

fn shaped(values: Vec<f32>, shape: &[usize]) -> ArrayD<f32> {
    ArrayD::from_shape_vec(IxDyn(shape), values).expect("as many values as the shape has cells")
}
