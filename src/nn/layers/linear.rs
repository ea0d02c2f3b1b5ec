//! A fully connected layer: y = x·Wᵀ + b.

use super::differentiable::{Differentiable, check_grad_output, shapes};
use super::prepared::{Kernel, Prepared};
use super::{Operator, Parameter, Role, check_parameters, fits, misfit};
use crate::error::Result;
use crate::kernel::product::zeros;
use crate::nn::tensor::TensorView;
use crate::options::Options;
use crate::pool::reserve;
use ndarray::{ArrayD, ArrayViewD, CowArray, IxDyn};
use serde::Serialize;

/// y = x·Wᵀ + b, as `torch.nn.Linear`: `weight` is `out_features` × `in_features`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Linear {
    /// Values in a sample.
    pub in_features: usize,
    /// Values in an output.
    pub out_features: usize,
}

impl Linear {
    /// A layer from `in_features` to `out_features` values.
    pub fn new(in_features: usize, out_features: usize) -> Self {
        Self { in_features, out_features }
    }

    /// As a network file describes it.
    pub(super) fn read(options: &Options) -> Result<Self> {
        options.only(&["in_features", "out_features"])?;
        let features = |name| options.required(name, options.whole(name)?);
        Ok(Self::new(features("in_features")?, features("out_features")?))
    }
}

impl Operator for Linear {
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        if fits(input, &[self.in_features]) {
            Ok(vec![self.out_features])
        } else {
            Err(misfit("linear", input, &[self.in_features]))
        }
    }

    fn parameters(&self) -> Vec<Parameter> {
        let role = Role::Weight { fan_in: self.in_features, gain: 1 };
        vec![
            Parameter { name: "weight", shape: vec![self.out_features, self.in_features], role },
            Parameter { name: "bias", shape: vec![self.out_features], role: Role::Shift },
        ]
    }

    fn prepare(&self, input: &[usize], parameters: &[TensorView]) -> Result<Prepared> {
        let output = self.output_shape(input)?;
        check_parameters(self, parameters.iter().map(|parameter| parameter.shape()))?;
        let (rows, depth) = (self.out_features, self.in_features);
        let (weight, bias) = (parameters[0].values(), parameters[1].values());
        let blocks = rows.div_ceil(LANES);
        let mut weights = reserve(blocks * depth, parameters[0].shape())?;
        weights.resize(blocks * depth, [0.0; LANES]);
        let mut start = reserve(blocks, parameters[1].shape())?;
        start.resize(blocks, [0.0; LANES]);
        for row in 0..rows {
            let (block, lane) = (row / LANES, row % LANES);
            start[block][lane] = bias[row];
            for (to, from) in weights[block * depth..].iter_mut().zip(&weight[row * depth..][..depth]) {
                to[lane] = *from;
            }
        }
        Prepared::new(input, output, Box::new(Packed { depth, weights, start }))
    }
}

/// Outputs computed side by side: enough sums that none has to wait for its last addition.
const LANES: usize = 16;

/// The weights of `LANES` outputs side by side, block by block: `depth` groups. What is beyond the last output is 0.
struct Packed {
    depth: usize,
    weights: Vec<[f32; LANES]>,
    start: Vec<[f32; LANES]>,
}

impl Kernel for Packed {
    fn run(&mut self, x: &[f32], y: &mut [f32]) -> Result<()> {
        for ((block, start), y) in self.start.iter().enumerate().zip(y.chunks_mut(LANES)) {
            let mut sums = *start;
            for (weights, x) in self.weights[block * self.depth..].iter().zip(x) {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += weight * x;
                }
            }
            y.copy_from_slice(&sums[..y.len()]);
        }
        Ok(())
    }
}

impl Differentiable for Linear {
    fn grad_parameters(
        &self,
        x: ArrayViewD<f32>,
        _: &[ArrayD<f32>],
        grad_output: ArrayViewD<f32>,
        gradients: &mut [ArrayD<f32>],
    ) -> Result<()> {
        check_grad_output(self, &x, &grad_output)?;
        check_parameters(self, shapes(gradients))?;
        let (x, grad_output) = (x.as_standard_layout(), grad_output.as_standard_layout());
        let mut weight = zeros(self.out_features * self.in_features)?;
        for (x, grads) in rows(&x).zip(rows(&grad_output)) {
            for (to, grad) in weight.chunks_exact_mut(self.in_features.max(1)).zip(grads) {
                add_times(to, *grad, x);
            }
        }
        for grads in rows(&grad_output) {
            gradients[1].iter_mut().zip(grads).for_each(|(to, grad)| *to += grad);
        }
        gradients[0].iter_mut().zip(weight).for_each(|(to, grad)| *to += grad);
        Ok(())
    }

    fn grad_input(
        &self,
        x: ArrayViewD<f32>,
        parameters: &[ArrayD<f32>],
        grad_output: ArrayViewD<f32>,
    ) -> Result<ArrayD<f32>> {
        check_grad_output(self, &x, &grad_output)?;
        check_parameters(self, shapes(parameters))?;
        let (weight, grad_output) = (parameters[0].as_standard_layout(), grad_output.as_standard_layout());
        let mut grad_input = zeros(x.len())?;
        for (to, grads) in grad_input.chunks_exact_mut(self.in_features.max(1)).zip(rows(&grad_output)) {
            for (weights, grad) in rows(&weight).zip(grads) {
                add_times(to, *grad, weights);
            }
        }
        Ok(ArrayD::from_shape_vec(x.raw_dim(), grad_input).expect("as many values as x"))
    }
}

/// Adds `values` times `factor`, cell by cell: in one order on every machine, as no product of a library would.
fn add_times(to: &mut [f32], factor: f32, values: &[f32]) {
    to.iter_mut().zip(values).for_each(|(to, value)| *to += factor * value);
}

/// The rows of a matrix in standard layout.
fn rows<'a>(matrix: &'a CowArray<f32, IxDyn>) -> impl Iterator<Item = &'a [f32]> {
    matrix.as_slice().expect("in standard layout").chunks_exact(matrix.shape()[1].max(1))
}
