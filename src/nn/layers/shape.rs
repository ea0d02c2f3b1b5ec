//! The layers without parameters that work cell by cell: ReLU and flatten.

use super::Operator;
use super::differentiable::{Differentiable, check_grad_output};
use crate::error::{Error, ErrorKind, Result};
use crate::nn::architecture::count;
use crate::nn::tensor::{Tensor, TensorView};
use ndarray::{ArrayD, ArrayViewD, IxDyn, Zip};
use serde::Serialize;

/// max(x, 0); a NaN stays NaN, and the gradient at 0 is 0, both as in PyTorch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Relu {}

impl Operator for Relu {
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        Ok(input.to_vec())
    }

    fn forward(&self, x: TensorView, _: &[TensorView]) -> Result<Tensor> {
        let values = x.values().iter().map(|&x| if x <= 0.0 { 0.0 } else { x });
        Tensor::new(x.shape().to_vec(), values.collect())
    }
}

impl Differentiable for Relu {
    fn grad_input(&self, x: ArrayViewD<f32>, _: &[ArrayD<f32>], grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        check_grad_output(self, &x, &grad_output)?;
        Ok(Zip::from(&x).and(&grad_output).map_collect(|x, grad| if *x <= 0.0 { 0.0 } else { *grad }))
    }
}

/// N, C, H, W becomes N, C·H·W, in row-major order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Flatten {}

impl Operator for Flatten {
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        count(input)
            .map(|cells| vec![cells])
            .ok_or_else(|| Error::new(ErrorKind::Shape, "input", input, "its number of cells must not overflow"))
    }

    fn forward(&self, x: TensorView, _: &[TensorView]) -> Result<Tensor> {
        let cells = self.output_shape(x.shape().get(1..).unwrap_or(&[]))?;
        x.reshaped(vec![x.shape().first().copied().unwrap_or(1), cells[0]])
    }
}

impl Differentiable for Flatten {
    fn grad_input(&self, x: ArrayViewD<f32>, _: &[ArrayD<f32>], grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        check_grad_output(self, &x, &grad_output)?;
        let gradients = grad_output.as_standard_layout().into_owned().into_shape_with_order(IxDyn(x.shape()));
        Ok(gradients.expect("the checks found as many gradients as cells"))
    }
}
