//! The sum of two layers' outputs: what makes a network residual (K. He et al., *Deep Residual Learning*, 2016).

use super::Operator;
use super::differentiable::{Differentiable, check_grad_output};
use super::prepared::Prepared;
use crate::error::{Error, ErrorKind, Result};
use crate::nn::tensor::TensorView;
use crate::options::Options;
use crate::shown::quoted;
use ndarray::{ArrayD, ArrayViewD};
use serde::Serialize;

/// Adds the output of an earlier layer to what comes in: `{"type": "add", "from": "relu_1"}`. Both have one shape.
///
/// It is the only layer with two inputs, so a network and a trainer add; what a layer alone can do is the gradient, which
/// for both inputs is that of the output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Add {
    /// The name of the earlier layer.
    pub from: String,
}

impl Add {
    /// Adds the output of the layer named `from`.
    pub fn new(from: impl Into<String>) -> Self {
        Self { from: from.into() }
    }

    /// As a network file describes it.
    pub(super) fn read(options: &Options) -> Result<Self> {
        options.only(&["from"])?;
        Ok(Self::new(options.required("from", options.text("from")?)?))
    }
}

impl Operator for Add {
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        Ok(input.to_vec())
    }

    fn prepare(&self, _: &[usize], _: &[TensorView]) -> Result<Prepared> {
        let rule = "its output is needed too, so only a whole network can run this layer";
        Err(Error::new(ErrorKind::Parameter, "from", quoted(&self.from), rule))
    }
}

impl Differentiable for Add {
    fn grad_input(&self, x: ArrayViewD<f32>, _: &[ArrayD<f32>], grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        check_grad_output(self, &x, &grad_output)?;
        Ok(grad_output.to_owned())
    }
}
