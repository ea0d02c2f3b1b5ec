//! A network made ready to run again and again: weights packed once, memory reserved once.

use super::architecture::{Architecture, NamedLayer, Preprocessing, in_layer};
use super::layers::Layer;
use super::layers::prepared::{Prepared, Then};
use super::loss::softmax_rows;
use super::network::{Network, normalize};
use super::tensor::TensorView;
use crate::error::{Error, ErrorKind, Result};
use crate::kernel::product::zeros;
use crate::shown::Shown;

/// A network that runs without packing weights or reserving memory again. It holds what it needs of a [`Network`].
pub struct PreparedNetwork {
    input_shape: Vec<usize>,
    labels: Vec<String>,
    preprocessing: Preprocessing,
    steps: Vec<Step>,
    /// The input, and then in turn what each layer takes and gives.
    values: [Vec<f32>; 2],
}

/// A layer of a [`PreparedNetwork`].
pub(crate) struct Step {
    pub name: String,
    pub kind: &'static str,
    layer: Prepared,
    /// What it does besides, when nobody looks at the layers one by one, and how many of the next ones that saves.
    then: Then,
    saves: usize,
}

impl Step {
    /// Its output's shape.
    pub fn shape(&self) -> &[usize] {
        self.layer.output_shape()
    }
}

/// Is shown a layer and its output.
type See<'a> = dyn FnMut(&Step, &[f32]) + 'a;

impl PreparedNetwork {
    pub(super) fn new(network: &Network) -> Result<Self> {
        let Architecture { input_shape, labels, preprocessing, layers } = network.architecture();
        let mut shape = input_shape.clone();
        let mut steps: Vec<Step> = Vec::with_capacity(layers.len());
        let mut most = shape.iter().product();
        for (index, (named, parameters)) in layers.iter().zip(network.parameters()).enumerate() {
            let parameters: Vec<TensorView> = parameters.iter().map(|tensor| tensor.view()).collect();
            let prepared = named.layer.operator().prepare(&shape, &parameters);
            let layer = prepared.map_err(|error| in_layer(&named.name, error))?;
            let (then, saves) = then(&layers[index..]);
            shape = layer.output_shape().to_vec();
            most = layer.outputs().max(most);
            steps.push(Step { name: named.name.clone(), kind: named.layer.kind(), layer, then, saves });
        }
        Ok(Self {
            input_shape: input_shape.clone(),
            labels: labels.clone(),
            preprocessing: preprocessing.clone(),
            steps,
            values: [zeros(most)?, zeros(most)?],
        })
    }

    /// Channels, height and width of an input.
    pub fn input_shape(&self) -> &[usize] {
        &self.input_shape
    }

    /// What the outputs stand for.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The probabilities for one input, row-major, values from 0 to 1: one for each label, the same bits as
    /// [`Network::run`] gives.
    ///
    /// # Errors
    /// When the input has another number of values.
    pub fn classify(&mut self, image: &[f32]) -> Result<&[f32]> {
        self.input(image.len())?.copy_from_slice(image);
        self.classify_input()
    }

    /// Where the input's values go, of which there are to be `length`.
    pub(crate) fn input(&mut self, length: usize) -> Result<&mut [f32]> {
        let cells = self.input_shape.iter().product();
        if length != cells {
            let rule = ["must be the product of the network's input shape, ", &self.input_shape.shown()].concat();
            return Err(Error::new(ErrorKind::Shape, "image.length", length, rule));
        }
        Ok(&mut self.values[0][..cells])
    }

    /// [`classify`](Self::classify) of what [`input`](Self::input) holds.
    pub(crate) fn classify_input(&mut self) -> Result<&[f32]> {
        self.run(None)
    }

    /// The same, every layer by itself; `see` is shown what each gives.
    pub(crate) fn run_input(&mut self, see: &mut See) -> Result<&[f32]> {
        self.run(Some(see))
    }

    fn run(&mut self, mut see: Option<&mut See>) -> Result<&[f32]> {
        let [mut x, mut y] = self.values.each_mut().map(Vec::as_mut_slice);
        let mut length = self.input_shape.iter().product();
        normalize(&self.preprocessing, &mut x[..length]);
        let mut index = 0;
        while index < self.steps.len() {
            let (then, saves) = match see {
                None => (self.steps[index].then, self.steps[index].saves),
                Some(_) => (Then::default(), 0),
            };
            let outputs = self.steps[index + saves].layer.outputs();
            let step = &mut self.steps[index];
            let done = step.layer.run_with(&x[..length], &mut y[..outputs], then);
            done.map_err(|error| in_layer(&step.name, error))?;
            if let Some(see) = &mut see {
                see(step, &y[..outputs]);
            }
            std::mem::swap(&mut x, &mut y);
            length = outputs;
            index += 1 + saves;
        }
        softmax_rows(&mut x[..length], length);
        Ok(&x[..length])
    }
}

/// What the first of `layers` can do for the ones after it, and for how many.
fn then(layers: &[NamedLayer]) -> (Then, usize) {
    let kind = |index: usize| layers.get(index).map(|named: &NamedLayer| &named.layer);
    if !matches!(kind(0), Some(Layer::Conv2d(_))) {
        return (Then::default(), 0);
    }
    let relu = matches!(kind(1), Some(Layer::Relu(_)));
    let halve = match kind(1 + usize::from(relu)) {
        Some(Layer::Pool(pool)) => pool.halves(),
        _ => false,
    };
    (Then { relu, halve }, usize::from(relu) + usize::from(halve))
}
