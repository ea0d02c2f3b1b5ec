//! The layers of a network. Each is its parameters' shapes and pure functions: forward, and the gradients beside it.
//!
//! The gradients take the layer's input again and recompute what they need of the forward pass, so a layer keeps no state:
//! one network can be shared by threads, and what has to be stored for training is the list of activations alone. There
//! are two of them because the first layer's input needs none.

mod batch_norm;
mod conv2d;
mod linear;
mod pooling;
mod shape;

pub use batch_norm::BatchNorm2d;
pub use conv2d::Conv2d;
pub use linear::Linear;
pub use pooling::PoolLayer;
pub use shape::{Flatten, Relu};

use crate::error::{Error, ErrorKind, Result};
use ndarray::{ArrayD, ArrayViewD};
use serde::{Deserialize, Serialize};

/// What a forward pass is for: batch norm uses the batch's own statistics in training, the learned ones at inference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Learned statistics; the same bits on every machine.
    Inference,
    /// The statistics of this batch.
    Training,
}

/// How a parameter starts, and how it is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Learned by gradient, weight decay applies; starts normal with variance `gain` / `fan_in` (He et al. 2015: gain 2 before a ReLU).
    Weight {
        /// Inputs that are added into one output.
        fan_in: usize,
        /// 2 before a ReLU, else 1.
        gain: u8,
    },
    /// Learned by gradient without weight decay; starts at 0.
    Shift,
    /// Learned by gradient without weight decay; starts at 1.
    Scale,
    /// A running mean of batch means; starts at 0. Its "gradient" is the batch's value.
    RunningMean,
    /// A running mean of batch variances; starts at 1. Its "gradient" is the batch's value.
    RunningVariance,
}

/// A parameter of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name within the layer, PyTorch's: `weight`, `bias`, `running_mean`, `running_var`.
    pub name: &'static str,
    /// Its shape, PyTorch's.
    pub shape: Vec<usize>,
    /// How it starts and is learned.
    pub role: Role,
}

/// What every layer can do. `x` and `grad_output` start with the batch axis; `output_shape` is without it.
pub trait Operator {
    /// The shape of the output for one sample of shape `input`; an error if the layer cannot take it.
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>>;

    /// The parameters, in the order in which the other functions take them.
    fn parameters(&self) -> Vec<Parameter> {
        Vec::new()
    }

    /// The output for the batch `x`.
    fn forward(&self, x: ArrayViewD<f32>, parameters: &[ArrayD<f32>], mode: Mode) -> Result<ArrayD<f32>>;

    /// Adds the gradients of the parameters in a training-mode forward pass to `gradients`.
    fn grad_parameters(
        &self,
        _x: ArrayViewD<f32>,
        _parameters: &[ArrayD<f32>],
        _grad_output: ArrayViewD<f32>,
        _gradients: &mut [ArrayD<f32>],
    ) -> Result<()> {
        Ok(())
    }

    /// The gradient for `x` of a training-mode forward pass.
    fn grad_input(
        &self,
        x: ArrayViewD<f32>,
        parameters: &[ArrayD<f32>],
        grad_output: ArrayViewD<f32>,
    ) -> Result<ArrayD<f32>>;
}

/// A layer as a network file describes it: `{"type": "conv2d", "inChannels": 1, …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Layer {
    /// A two-dimensional convolution.
    Conv2d(Conv2d),
    /// Batch normalisation of feature maps.
    #[serde(rename = "batchNorm2d")]
    BatchNorm2d(BatchNorm2d),
    /// max(x, 0).
    Relu(Relu),
    /// Any pooling of this crate.
    Pool(PoolLayer),
    /// All axes but the batch made one.
    Flatten(Flatten),
    /// A fully connected layer.
    Linear(Linear),
}

impl Layer {
    /// The word that names this kind of layer in a network file.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Conv2d(_) => "conv2d",
            Self::BatchNorm2d(_) => "batchNorm2d",
            Self::Relu(_) => "relu",
            Self::Pool(_) => "pool",
            Self::Flatten(_) => "flatten",
            Self::Linear(_) => "linear",
        }
    }

    /// What the layer does.
    pub fn operator(&self) -> &(dyn Operator + Sync) {
        match self {
            Self::Conv2d(layer) => layer,
            Self::BatchNorm2d(layer) => layer,
            Self::Relu(layer) => layer,
            Self::Pool(layer) => layer,
            Self::Flatten(layer) => layer,
            Self::Linear(layer) => layer,
        }
    }
}

/// The batch size of `x`, after checking that one sample of it has the shape `expected` names (0: any size).
fn batch_of(x: &ArrayViewD<f32>, layer: &'static str, expected: &[usize]) -> Result<usize> {
    match x.shape() {
        [batch, sample @ ..] if fits(sample, expected) => Ok(*batch),
        shape => Err(misfit(layer, shape.get(1..).unwrap_or(&[]), expected)),
    }
}

/// Whether `shape` is `expected`, in which 0 stands for any size.
fn fits(shape: &[usize], expected: &[usize]) -> bool {
    shape.len() == expected.len() && shape.iter().zip(expected).all(|(have, want)| *want == 0 || have == want)
}

fn misfit(layer: &'static str, shape: &[usize], expected: &[usize]) -> Error {
    let sizes: Vec<String> = expected.iter().map(|n| if *n == 0 { "any".into() } else { n.to_string() }).collect();
    let rule = format!("{layer} takes samples of shape [{}]", sizes.join(", "));
    Error::new(ErrorKind::Shape, "input", format!("{shape:?}"), rule)
}

/// Refuses parameters whose number or shapes are not the layer's: every kernel relies on them.
fn check_parameters(operator: &dyn Operator, have: &[ArrayD<f32>]) -> Result<()> {
    let want = operator.parameters();
    if have.len() != want.len() {
        let names: Vec<_> = want.iter().map(|parameter| parameter.name).collect();
        let rule = format!("this layer takes {}: {}", want.len(), names.join(", "));
        return Err(Error::new(ErrorKind::Shape, "number of parameters", have.len(), rule));
    }
    for (array, parameter) in have.iter().zip(want) {
        if array.shape() != parameter.shape {
            let rule = format!("this layer needs {:?}", parameter.shape);
            return Err(Error::new(ErrorKind::Shape, parameter.name, format!("{:?}", array.shape()), rule));
        }
    }
    Ok(())
}

/// Refuses a `grad_output` that is not shaped like the output.
fn check_grad_output(operator: &dyn Operator, x: &ArrayViewD<f32>, grad_output: &ArrayViewD<f32>) -> Result<()> {
    let sample = operator.output_shape(x.shape().get(1..).unwrap_or(&[]))?;
    if grad_output.shape().first() != x.shape().first() || grad_output.shape().get(1..) != Some(&sample[..]) {
        let rule = format!("it must have the output's shape, [{}, {sample:?}]", x.shape()[0]);
        return Err(Error::new(ErrorKind::Shape, "grad_output", format!("{:?}", grad_output.shape()), rule));
    }
    Ok(())
}
