//! A fully connected layer: y = x·Wᵀ + b.

use super::differentiable::{Differentiable, check_grad_output, shapes};
use super::prepared::{Kernel, Prepared};
use super::{Operator, Parameter, Role, check_parameters, fits, misfit};
use crate::error::Result;
use crate::nn::tensor::TensorView;
use crate::options::Options;
use crate::pool::reserve;
use ndarray::{ArrayD, ArrayView2, ArrayViewD, ArrayViewMut2, Axis, linalg::general_mat_mul};
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
        let (x, grad_output) = (matrix(x), matrix(grad_output));
        general_mat_mul(1.0, &grad_output.t(), &x, 1.0, &mut matrix_mut(&mut gradients[0]));
        gradients[1] += &grad_output.sum_axis(Axis(0)).into_dyn();
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
        Ok(matrix(grad_output).dot(&matrix(parameters[0].view())).into_dyn())
    }
}

const TWO_AXES: &str = "the checks found two axes";

fn matrix(array: ArrayViewD<f32>) -> ArrayView2<f32> {
    array.into_dimensionality().expect(TWO_AXES)
}

fn matrix_mut(array: &mut ArrayD<f32>) -> ArrayViewMut2<'_, f32> {
    array.view_mut().into_dimensionality().expect(TWO_AXES)
}
