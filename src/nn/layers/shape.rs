//! The layers without parameters that work cell by cell: ReLU and flatten.

use super::{Mode, Operator, check_grad_output};
use crate::error::{Error, ErrorKind, Result};
use ndarray::{ArrayD, ArrayViewD, IxDyn, Zip};
use serde::{Deserialize, Serialize};

/// max(x, 0); a NaN stays NaN, and the gradient at 0 is 0, both as in PyTorch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Relu {}

impl Operator for Relu {
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        Ok(input.to_vec())
    }

    fn forward(&self, x: ArrayViewD<f32>, _: &[ArrayD<f32>], _: Mode) -> Result<ArrayD<f32>> {
        Ok(x.mapv(|x| if x <= 0.0 { 0.0 } else { x }))
    }

    fn grad_input(&self, x: ArrayViewD<f32>, _: &[ArrayD<f32>], grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        check_grad_output(self, &x, &grad_output)?;
        Ok(Zip::from(&x).and(&grad_output).map_collect(|x, grad| if *x <= 0.0 { 0.0 } else { *grad }))
    }
}

/// N, C, H, W becomes N, C·H·W, in row-major order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Flatten {}

impl Flatten {
    fn reshape(x: ArrayViewD<f32>, shape: &[usize]) -> Result<ArrayD<f32>> {
        x.as_standard_layout().into_owned().into_shape_with_order(IxDyn(shape)).map_err(|error| {
            Error::new(ErrorKind::Shape, "input", format!("{:?}", x.shape()), format!("cannot be flattened: {error}"))
        })
    }
}

impl Operator for Flatten {
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        let cells = input.iter().try_fold(1usize, |product, n| product.checked_mul(*n));
        cells.map(|cells| vec![cells]).ok_or_else(|| {
            Error::new(ErrorKind::Shape, "input", format!("{input:?}"), "its number of cells must not overflow")
        })
    }

    fn forward(&self, x: ArrayViewD<f32>, _: &[ArrayD<f32>], _: Mode) -> Result<ArrayD<f32>> {
        let cells = self.output_shape(x.shape().get(1..).unwrap_or(&[]))?;
        let batch = x.shape().first().copied().unwrap_or(1);
        Self::reshape(x, &[batch, cells[0]])
    }

    fn grad_input(&self, x: ArrayViewD<f32>, _: &[ArrayD<f32>], grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        check_grad_output(self, &x, &grad_output)?;
        Self::reshape(grad_output, x.shape())
    }
}
