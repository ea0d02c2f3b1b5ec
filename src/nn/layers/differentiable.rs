//! What training needs of a layer. Apart from [`Operator`], so that what only runs networks carries nothing of it.

use super::Operator;
use crate::error::{Error, ErrorKind, Result};
use crate::nn::tensor::{Tensor, TensorView};
use crate::shown::Shown;
use ndarray::{ArrayD, ArrayViewD, CowArray, IxDyn};

/// A layer's forward pass in training, and its gradients. `x` and `grad_output` start with the batch axis.
pub trait Differentiable: Operator {
    /// The output for the batch `x`. Only batch norm gives another than at inference.
    fn forward_training(&self, x: ArrayViewD<f32>, parameters: &[ArrayD<f32>]) -> Result<ArrayD<f32>> {
        forward(self, x, parameters)
    }

    /// Adds the gradients of the parameters in a forward pass of training to `gradients`.
    fn grad_parameters(
        &self,
        _x: ArrayViewD<f32>,
        _parameters: &[ArrayD<f32>],
        _grad_output: ArrayViewD<f32>,
        _gradients: &mut [ArrayD<f32>],
    ) -> Result<()> {
        Ok(())
    }

    /// The gradient for `x` of a forward pass of training.
    fn grad_input(
        &self,
        x: ArrayViewD<f32>,
        parameters: &[ArrayD<f32>],
        grad_output: ArrayViewD<f32>,
    ) -> Result<ArrayD<f32>>;
}

/// The outputs for the batch `x`.
///
/// # Errors
/// When the layer does not take an `x` or parameters of these shapes.
pub fn forward<O: Operator + ?Sized>(
    operator: &O,
    x: ArrayViewD<f32>,
    parameters: &[ArrayD<f32>],
) -> Result<ArrayD<f32>> {
    let x = x.as_standard_layout();
    let parameters: Vec<_> = parameters.iter().map(|parameter| parameter.as_standard_layout()).collect();
    let parameters = parameters.iter().map(tensor).collect::<Result<Vec<_>>>()?;
    let Some((batch, sample)) = x.shape().split_first() else {
        let rule = "it must start with the batch axis";
        return Err(Error::new(ErrorKind::Shape, "input", x.shape(), rule));
    };
    let mut prepared = operator.prepare(sample, &parameters)?;
    let values = prepared.run_batch(*batch, tensor(&x)?.values())?;
    let shape = [&[*batch], prepared.output_shape()].concat();
    Ok(Tensor::new(shape, values)?.into_array())
}

/// An array in standard layout as a tensor.
pub(super) fn tensor<'a>(array: &'a CowArray<f32, IxDyn>) -> Result<TensorView<'a>> {
    TensorView::new(array.shape(), array.as_slice().expect("an array in standard layout is a slice"))
}

/// The shapes of arrays.
pub(super) fn shapes(arrays: &[ArrayD<f32>]) -> impl ExactSizeIterator<Item = &[usize]> {
    arrays.iter().map(|array| array.shape())
}

/// Refuses a `grad_output` that is not shaped like the output.
pub(super) fn check_grad_output(
    operator: &dyn Operator,
    x: &ArrayViewD<f32>,
    grad_output: &ArrayViewD<f32>,
) -> Result<()> {
    let sample = operator.output_shape(x.shape().get(1..).unwrap_or(&[]))?;
    if grad_output.shape().first() != x.shape().first() || grad_output.shape().get(1..) != Some(&sample[..]) {
        let rule = format!("it must have the output's shape, [{}, {}]", x.shape()[0], sample.shown());
        return Err(Error::new(ErrorKind::Shape, "grad_output", grad_output.shape(), rule));
    }
    Ok(())
}
