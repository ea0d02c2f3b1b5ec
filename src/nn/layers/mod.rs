//! The layers of a network. Each is its parameters' shapes and pure functions: forward ([`Operator`]), and the gradients
//! beside it ([`Differentiable`]). They are two traits so that what runs a network does not carry what trains one.
//!
//! The gradients take the layer's input again and recompute what they need of the forward pass, so a layer keeps no state:
//! one network can be shared by threads, and what has to be stored for training is the list of activations alone. There
//! are two of them because the first layer's input needs none.

mod add;
mod batch_norm;
mod conv2d;
mod differentiable;
mod dropout;
mod embedding;
mod linear;
mod pooling;
pub(crate) mod prepared;
mod shape;

pub use add::Add;
pub use batch_norm::BatchNorm2d;
pub use conv2d::Conv2d;
pub use differentiable::{Differentiable, forward};
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use linear::Linear;
pub use pooling::PoolLayer;
pub use prepared::Prepared;
pub use shape::{Flatten, Relu};

use super::tensor::TensorView;
use crate::error::{Error, ErrorKind, Result};
use crate::options::Options;
use crate::shown::{Shown, quoted};
use serde::Serialize;
use std::borrow::Cow;

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
    /// Rows, each for a token: learned by gradient, weight decay applies; starts normal, a row's length about 1.
    Table,
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

impl Parameter {
    /// The axis along which a weight's output channels lie, each with a scale of its own when stored in 8 bits; none where a
    /// parameter is no weight.
    pub(crate) fn channels(&self) -> Option<usize> {
        match self.role {
            Role::Weight { .. } => Some(0),
            Role::Table => Some(1),
            _ => None,
        }
    }
}

/// What every layer does at inference. Shapes are those of one sample.
pub trait Operator {
    /// The shape of the output for one sample of shape `input`; an error if the layer cannot take it.
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>>;

    /// The parameters, in the order in which the other functions take them.
    fn parameters(&self) -> Vec<Parameter> {
        Vec::new()
    }

    /// The layer ready to run on samples of shape `input`: weights packed, memory reserved.
    ///
    /// # Errors
    /// When the layer does not take such samples or parameters of these shapes, or memory does not hold what it needs.
    fn prepare(&self, input: &[usize], parameters: &[TensorView]) -> Result<Prepared>;
}

/// A layer as a network file describes it: `{"type": "conv2d", "inChannels": 1, …}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    /// The sum of what comes in and an earlier layer's output.
    Add(Add),
    /// Values left out at random in training.
    Dropout(Dropout),
    /// Each token's row of a table.
    Embedding(Embedding),
}

/// The words that name the kinds of layers.
const KINDS: &str = "conv2d, batchNorm2d, relu, pool, flatten, linear, add, dropout or embedding";

impl Layer {
    /// The layer that a network file's object describes; `name` and `type` are the network's, the rest the layer's.
    ///
    /// # Errors
    /// When the kind is unknown, or a parameter is missing, unknown, or not what it must be.
    pub fn read(options: &Options) -> Result<Self> {
        let kind = options.required("type", options.text("type")?)?;
        let own = options.without(&["name", "type"]);
        Ok(match kind {
            "conv2d" => Self::Conv2d(Conv2d::read(&own)?),
            "batchNorm2d" => Self::BatchNorm2d(BatchNorm2d::read(&own)?),
            "relu" => own.only(&[]).map(|()| Self::Relu(Relu {}))?,
            "pool" => Self::Pool(PoolLayer::try_from(own)?),
            "flatten" => own.only(&[]).map(|()| Self::Flatten(Flatten {}))?,
            "linear" => Self::Linear(Linear::read(&own)?),
            "add" => Self::Add(Add::read(&own)?),
            "dropout" => Self::Dropout(Dropout::read(&own)?),
            "embedding" => Self::Embedding(Embedding::read(&own)?),
            _ => {
                let rule = ["there is no such kind of layer; it must be ", KINDS].concat();
                return Err(Error::new(ErrorKind::Parameter, "type", quoted(kind), rule));
            }
        })
    }

    /// The word that names this kind of layer in a network file.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Conv2d(_) => "conv2d",
            Self::BatchNorm2d(_) => "batchNorm2d",
            Self::Relu(_) => "relu",
            Self::Pool(_) => "pool",
            Self::Flatten(_) => "flatten",
            Self::Linear(_) => "linear",
            Self::Add(_) => "add",
            Self::Dropout(_) => "dropout",
            Self::Embedding(_) => "embedding",
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
            Self::Add(layer) => layer,
            Self::Dropout(layer) => layer,
            Self::Embedding(layer) => layer,
        }
    }

    /// The layer in a training step whose draws follow from `seed`. A layer that draws is another pure function in every step:
    /// dropout leaves out other values, stochastic pooling, whose inference is the mean of its draws, picks other cells, and
    /// fractional regions lie elsewhere. Every other layer is itself.
    ///
    /// # Errors
    /// When the drawn layer breaks a rule, which no checked layer does.
    pub(crate) fn in_training(&self, seed: u64) -> Result<Cow<'_, Self>> {
        Ok(match self {
            Self::Dropout(layer) => Cow::Owned(Self::Dropout(Dropout { seed: Some(seed), ..*layer })),
            Self::Pool(layer) => {
                layer.in_training(seed)?.map_or(Cow::Borrowed(self), |drawn| Cow::Owned(Self::Pool(drawn)))
            }
            _ => Cow::Borrowed(self),
        })
    }

    /// What the layer does in training.
    pub fn differentiable(&self) -> &(dyn Differentiable + Sync) {
        match self {
            Self::Conv2d(layer) => layer,
            Self::BatchNorm2d(layer) => layer,
            Self::Relu(layer) => layer,
            Self::Pool(layer) => layer,
            Self::Flatten(layer) => layer,
            Self::Linear(layer) => layer,
            Self::Add(layer) => layer,
            Self::Dropout(layer) => layer,
            Self::Embedding(layer) => layer,
        }
    }
}

/// The batch size of an `x` of this shape, after checking that one sample of it has the shape `expected` names (0: any
/// size).
fn batch_of(shape: &[usize], layer: &'static str, expected: &[usize]) -> Result<usize> {
    match shape {
        [batch, sample @ ..] if fits(sample, expected) => Ok(*batch),
        _ => Err(misfit(layer, shape.get(1..).unwrap_or(&[]), expected)),
    }
}

/// Whether `shape` is `expected`, in which 0 stands for any size.
fn fits(shape: &[usize], expected: &[usize]) -> bool {
    shape.len() == expected.len() && shape.iter().zip(expected).all(|(have, want)| *want == 0 || have == want)
}

#[cold]
#[inline(never)]
fn misfit(layer: &'static str, shape: &[usize], expected: &[usize]) -> Error {
    let mut rule = [layer, " takes samples of shape ["].concat();
    for (axis, &size) in expected.iter().enumerate() {
        rule.push_str(if axis == 0 { "" } else { ", " });
        rule.push_str(&if size == 0 { "any".to_owned() } else { size.shown() });
    }
    rule.push(']');
    Error::new(ErrorKind::Shape, "input", shape, rule)
}

/// Refuses parameters whose number or shapes are not the layer's: every kernel relies on them.
fn check_parameters<'a>(operator: &dyn Operator, have: impl ExactSizeIterator<Item = &'a [usize]>) -> Result<()> {
    let want = operator.parameters();
    if have.len() != want.len() {
        let mut rule = ["this layer takes ", &want.len().shown(), ":"].concat();
        for parameter in &want {
            rule = [rule.as_str(), if rule.ends_with(':') { " " } else { ", " }, parameter.name].concat();
        }
        return Err(Error::new(ErrorKind::Shape, "number of parameters", have.len(), rule));
    }
    for (shape, parameter) in have.zip(want) {
        if shape != parameter.shape {
            let rule = ["this layer needs ", &parameter.shape.shown()].concat();
            return Err(Error::new(ErrorKind::Shape, parameter.name, shape, rule));
        }
    }
    Ok(())
}
