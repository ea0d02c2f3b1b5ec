//! Forward and backward through a network in training, for one part of a batch.

use super::architecture::{Architecture, in_layer};
use super::layers::Layer;
use super::loss::cross_entropy;
use super::random::Random;
use super::train::Parameters;
use crate::error::Result;
use ndarray::{ArrayD, Ix2};
use std::borrow::Cow;

/// A network as it is in one training step: every layer that draws has drawn.
pub(super) struct Pass<'a> {
    architecture: &'a Architecture,
    layers: Vec<Cow<'a, Layer>>,
    parameters: &'a Parameters,
}

/// What a pass gives; the gradients are those of the mean loss.
pub(super) struct Passed {
    pub gradients: Parameters,
    pub loss: f32,
    pub correct: usize,
}

impl<'a> Pass<'a> {
    pub fn new(architecture: &'a Architecture, parameters: &'a Parameters, mut random: Random) -> Result<Self> {
        let layers = architecture.layers.iter().map(|named| named.layer.in_training(random.word()));
        Ok(Self { architecture, layers: layers.collect::<Result<_>>()?, parameters })
    }

    /// Loss and gradients of the samples `x` (preprocessed, with their batch axis), whose classes are `targets`.
    pub fn run(&self, x: ArrayD<f32>, targets: &[u8]) -> Result<Passed> {
        let mut activations = self.forward(x)?;
        let logits = activations.pop().expect("at least the input");
        let logits = logits.into_dimensionality::<Ix2>().expect("the architecture ends in one value a label");
        let result = cross_entropy(logits.view(), targets)?;
        let gradients = self.backward(&activations, result.gradient.into_dyn())?;
        Ok(Passed { gradients, loss: result.loss, correct: result.correct })
    }

    /// The input and every layer's output.
    fn forward(&self, x: ArrayD<f32>) -> Result<Vec<ArrayD<f32>>> {
        let mut activations = vec![x];
        for (index, (layer, parameters)) in self.layers.iter().zip(self.parameters).enumerate() {
            let x = activations.last().expect("at least the input").view();
            let output = match self.architecture.source(index) {
                Some(source) => Ok(&x + &activations[source + 1]),
                None => layer.differentiable().forward_training(x, parameters),
            };
            activations.push(output.map_err(|error| in_layer(&self.architecture.layers[index].name, error))?);
        }
        Ok(activations)
    }

    /// The gradients by the parameters; `grad` is that by the last output, `activations` are what came before it.
    fn backward(&self, activations: &[ArrayD<f32>], grad: ArrayD<f32>) -> Result<Parameters> {
        let zeros = |layer: &Vec<ArrayD<f32>>| layer.iter().map(|array| ArrayD::zeros(array.raw_dim())).collect();
        let mut gradients: Parameters = self.parameters.iter().map(zeros).collect();
        // By the input and every layer's output, as far as they are known; an output that is read twice gets the sum.
        let mut grads: Vec<Option<ArrayD<f32>>> = vec![None; self.layers.len() + 1];
        grads[self.layers.len()] = Some(grad);
        for index in (0..self.layers.len()).rev() {
            let grad = grads[index + 1].take().expect("every output but the last is the next layer's input");
            let (x, parameters) = (activations[index].view(), &self.parameters[index]);
            let layer = self.layers[index].differentiable();
            let named = |error| in_layer(&self.architecture.layers[index].name, error);
            layer.grad_parameters(x.view(), parameters, grad.view(), &mut gradients[index]).map_err(named)?;
            if index > 0 {
                add_to(&mut grads[index], layer.grad_input(x, parameters, grad.view()).map_err(named)?);
            }
            if let Some(source) = self.architecture.source(index) {
                add_to(&mut grads[source + 1], grad);
            }
        }
        Ok(gradients)
    }
}

fn add_to(sum: &mut Option<ArrayD<f32>>, grad: ArrayD<f32>) {
    match sum {
        Some(sum) => *sum += &grad,
        None => *sum = Some(grad),
    }
}
