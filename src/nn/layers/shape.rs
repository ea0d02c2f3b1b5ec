//! The layers without parameters that work cell by cell: ReLU and flatten.

use super::Operator;
use super::differentiable::{Differentiable, check_grad_output};
use super::prepared::{Kernel, Prepared};
use crate::error::{Error, ErrorKind, Result};
use crate::kernel::lanes::relu;
use crate::nn::architecture::count;
use crate::nn::tensor::TensorView;
use ndarray::{ArrayD, ArrayViewD, IxDyn, Zip};
use serde::Serialize;

/// max(x, 0); a NaN stays NaN, and the gradient at 0 is 0, both as in PyTorch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Relu {}

impl Operator for Relu {
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        Ok(input.to_vec())
    }

    fn prepare(&self, input: &[usize], _: &[TensorView]) -> Result<Prepared> {
        Prepared::new(input, input.to_vec(), Box::new(*self))
    }
}

impl Kernel for Relu {
    fn run(&mut self, x: &[f32], y: &mut [f32]) -> Result<()> {
        y.iter_mut().zip(x).for_each(|(y, &x)| *y = relu(x));
        Ok(())
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

    fn prepare(&self, input: &[usize], _: &[TensorView]) -> Result<Prepared> {
        Prepared::new(input, self.output_shape(input)?, Box::new(*self))
    }
}

impl Kernel for Flatten {
    fn run(&mut self, x: &[f32], y: &mut [f32]) -> Result<()> {
        y.copy_from_slice(x);
        Ok(())
    }
}

impl Differentiable for Flatten {
    fn grad_input(&self, x: ArrayViewD<f32>, _: &[ArrayD<f32>], grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        check_grad_output(self, &x, &grad_output)?;
        let gradients = grad_output.as_standard_layout().into_owned().into_shape_with_order(IxDyn(x.shape()));
        Ok(gradients.expect("the checks found as many gradients as cells"))
    }
}
