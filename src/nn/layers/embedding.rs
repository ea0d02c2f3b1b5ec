//! Numbers for words: each token's row of a table.

use super::differentiable::{Differentiable, check_grad_output, shapes};
use super::prepared::{Kernel, Prepared};
use super::{Operator, Parameter, Role, check_parameters, fits, misfit};
use crate::error::{Error, ErrorKind, Result};
use crate::nn::tensor::TensorView;
use crate::options::Options;
use crate::pool::reserve;
use ndarray::{ArrayD, ArrayViewD};
use serde::Serialize;

/// A row of the table for each token, as `torch.nn.Embedding`: `weight` is `num_embeddings` × `embedding_dim`.
///
/// A sample is one row of cells, [1, 1, length], each the number of a token. The output is [`embedding_dim`, 1, length]: a
/// convolution with a kernel of [1, k] then is the one-dimensional one, and global max pooling the maximum over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Embedding {
    /// Tokens that have a row.
    pub num_embeddings: usize,
    /// Numbers in a row.
    pub embedding_dim: usize,
}

impl Embedding {
    /// A table for `num_embeddings` tokens.
    pub fn new(num_embeddings: usize, embedding_dim: usize) -> Self {
        Self { num_embeddings, embedding_dim }
    }

    /// As a network file describes it.
    pub(super) fn read(options: &Options) -> Result<Self> {
        options.only(&["num_embeddings", "embedding_dim"])?;
        let number = |name| options.required(name, options.whole(name)?);
        Ok(Self::new(number("num_embeddings")?, number("embedding_dim")?))
    }

    /// The table's row for a cell.
    fn row(&self, token: f32) -> Result<usize> {
        if token >= 0.0 && token.trunc() == token && (token as usize) < self.num_embeddings {
            return Ok(token as usize);
        }
        let rule = format!("it must be a whole number below num_embeddings, {}", self.num_embeddings);
        Err(Error::new(ErrorKind::Parameter, "token", token, rule))
    }
}

impl Operator for Embedding {
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        if !fits(input, &[1, 1, 0]) {
            return Err(misfit("embedding", input, &[1, 1, 0]));
        }
        Ok(vec![self.embedding_dim, 1, input[2]])
    }

    fn parameters(&self) -> Vec<Parameter> {
        let shape = vec![self.num_embeddings, self.embedding_dim];
        vec![Parameter { name: "weight", shape, role: Role::Table }]
    }

    fn prepare(&self, input: &[usize], parameters: &[TensorView]) -> Result<Prepared> {
        let output = self.output_shape(input)?;
        check_parameters(self, parameters.iter().map(|parameter| parameter.shape()))?;
        let mut table = reserve(parameters[0].values().len(), parameters[0].shape())?;
        table.extend_from_slice(parameters[0].values());
        Prepared::new(input, output, Box::new(Table { layer: *self, table }))
    }
}

struct Table {
    layer: Embedding,
    table: Vec<f32>,
}

impl Kernel for Table {
    fn run(&mut self, x: &[f32], y: &mut [f32]) -> Result<()> {
        let dim = self.layer.embedding_dim;
        for (place, token) in x.iter().enumerate() {
            let row = &self.table[self.layer.row(*token)? * dim..][..dim];
            y.iter_mut().skip(place).step_by(x.len()).zip(row).for_each(|(y, value)| *y = *value);
        }
        Ok(())
    }
}

impl Differentiable for Embedding {
    fn grad_parameters(
        &self,
        x: ArrayViewD<f32>,
        _: &[ArrayD<f32>],
        grad_output: ArrayViewD<f32>,
        gradients: &mut [ArrayD<f32>],
    ) -> Result<()> {
        check_grad_output(self, &x, &grad_output)?;
        check_parameters(self, shapes(gradients))?;
        for (sample, grads) in x.outer_iter().zip(grad_output.outer_iter()) {
            for (place, token) in sample.iter().enumerate() {
                let row = self.row(*token)?;
                for dim in 0..self.embedding_dim {
                    gradients[0][[row, dim]] += grads[[dim, 0, place]];
                }
            }
        }
        Ok(())
    }

    /// Nothing: a token's number is a name, not a quantity.
    fn grad_input(&self, x: ArrayViewD<f32>, _: &[ArrayD<f32>], grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        check_grad_output(self, &x, &grad_output)?;
        Ok(ArrayD::zeros(x.raw_dim()))
    }
}
