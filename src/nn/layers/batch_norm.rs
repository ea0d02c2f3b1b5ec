//! Batch normalisation of feature maps (Ioffe and Szegedy 2015).

mod training;

use super::prepared::{Kernel, Prepared};
use super::{Operator, Parameter, Role, check_parameters, fits, misfit};
use crate::error::Result;
use crate::nn::tensor::TensorView;
use crate::options::Options;
use serde::Serialize;

/// y = (x − mean) / √(variance + eps) · weight + bias for every channel, as `torch.nn.BatchNorm2d`.
///
/// In training mean and variance are the batch's (the variance divided by n; by n − 1 for the running one); at inference
/// the running ones. Folded into the convolution before it when a network is finished.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchNorm2d {
    /// Channels of a sample.
    pub num_features: usize,
    /// Keeps the denominator from 0.
    pub eps: f32,
}

const EPS: f32 = 1e-5;

/// Where each parameter lies.
const WEIGHT: usize = 0;
const BIAS: usize = 1;
const RUNNING_MEAN: usize = 2;
const RUNNING_VAR: usize = 3;

impl BatchNorm2d {
    /// Normalises `num_features` channels, with PyTorch's eps of 10⁻⁵.
    pub fn new(num_features: usize) -> Self {
        Self { num_features, eps: EPS }
    }

    /// As a network file describes it.
    pub(super) fn read(options: &Options) -> Result<Self> {
        options.only(&["num_features", "eps"])?;
        let plain = Self::new(options.required("num_features", options.whole("num_features")?)?);
        Ok(Self { eps: options.number("eps")?.map_or(plain.eps, |eps| eps as f32), ..plain })
    }

    /// For every channel what x is multiplied by and what is then added, at inference.
    ///
    /// # Errors
    /// When the parameters are not this layer's.
    pub fn scale_and_shift(&self, parameters: &[TensorView]) -> Result<Vec<(f32, f32)>> {
        check_parameters(self, parameters.iter().map(|parameter| parameter.shape()))?;
        let value = |parameter: usize, channel: usize| parameters[parameter].values()[channel];
        Ok((0..self.num_features)
            .map(|channel| {
                let scale = value(WEIGHT, channel) / (value(RUNNING_VAR, channel) + self.eps).sqrt();
                (scale, value(BIAS, channel) - value(RUNNING_MEAN, channel) * scale)
            })
            .collect())
    }
}

impl Operator for BatchNorm2d {
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        let expected = [self.num_features, 0, 0];
        if fits(input, &expected) { Ok(input.to_vec()) } else { Err(misfit("batchNorm2d", input, &expected)) }
    }

    fn parameters(&self) -> Vec<Parameter> {
        [
            ("weight", Role::Scale),
            ("bias", Role::Shift),
            ("running_mean", Role::RunningMean),
            ("running_var", Role::RunningVariance),
        ]
        .map(|(name, role)| Parameter { name, shape: vec![self.num_features], role })
        .to_vec()
    }

    fn prepare(&self, input: &[usize], parameters: &[TensorView]) -> Result<Prepared> {
        let output = self.output_shape(input)?;
        let scales = self.scale_and_shift(parameters)?;
        Prepared::new(input, output, Box::new(Scales(scales)))
    }
}

struct Scales(Vec<(f32, f32)>);

impl Kernel for Scales {
    fn run(&mut self, x: &[f32], y: &mut [f32]) -> Result<()> {
        let plane = (x.len() / self.0.len().max(1)).max(1);
        for ((x, y), (scale, shift)) in x.chunks_exact(plane).zip(y.chunks_exact_mut(plane)).zip(&self.0) {
            y.iter_mut().zip(x).for_each(|(y, x)| *y = *x * scale + shift);
        }
        Ok(())
    }
}
