//! A network made ready to run again and again: weights packed once, memory reserved once.

use super::architecture::{Architecture, Preprocessing, in_layer};
use super::layers::Layer;
use super::layers::prepared::{Prepared, Then};
use super::loss::softmax_rows;
use super::network::{Network, normalize};
use super::tensor::TensorView;
use crate::error::{Error, ErrorKind, Result};
use crate::kernel::lanes::relu;
use crate::kernel::product::zeros;
use crate::shown::Shown;

/// A network that runs without packing weights or reserving memory again. It holds what it needs of a [`Network`].
pub struct PreparedNetwork {
    input_shape: Vec<usize>,
    labels: Vec<String>,
    preprocessing: Preprocessing,
    steps: Vec<Step>,
    /// The input, in the first of them, and what layers give. Two are enough, but for what a later layer adds.
    values: Vec<Vec<f32>>,
}

/// A layer of a [`PreparedNetwork`].
pub(crate) struct Step {
    pub name: String,
    pub kind: &'static str,
    work: Work,
    output_shape: Vec<usize>,
    /// Where its output goes among the values.
    to: usize,
    /// What it does besides, when nobody looks at the layers one by one, and how many of the next ones that saves.
    then: Then,
    saves: usize,
}

/// What a step does.
enum Work {
    Layer(Prepared),
    /// Adds these values to what comes in.
    Add(usize),
}

impl Step {
    /// Its output's shape.
    pub fn shape(&self) -> &[usize] {
        &self.output_shape
    }
}

/// Is shown a layer and its output.
type See<'a> = dyn FnMut(&Step, &[f32]) + 'a;

impl PreparedNetwork {
    pub(super) fn new(network: &Network) -> Result<Self> {
        let architecture = network.architecture();
        let Architecture { input_shape, labels, preprocessing, layers, .. } = architecture;
        let mut shape = input_shape.clone();
        let mut steps: Vec<Step> = Vec::with_capacity(layers.len());
        let mut sizes = vec![shape.iter().product::<usize>()];
        // Until which layer what lies at each place is needed.
        let mut needed = vec![0];
        let mut from = 0;
        for (index, (named, parameters)) in layers.iter().zip(network.by_layer()).enumerate() {
            let work = match architecture.source(index) {
                Some(source) => Work::Add(steps[source].to),
                None => {
                    let parameters: Vec<TensorView> = parameters.iter().map(|tensor| tensor.view()).collect();
                    let layer = named.layer.operator().prepare(&shape, &parameters);
                    let layer = layer.map_err(|error| in_layer(&named.name, error))?;
                    shape = layer.output_shape().to_vec();
                    Work::Layer(layer)
                }
            };
            let (then, saves) = then(architecture, index);
            // What the first of several reads must still be there when the last of them writes.
            let reads = match work {
                Work::Add(other) => [from, other],
                Work::Layer(_) => [from; 2],
            };
            reads.into_iter().for_each(|place| needed[place] = needed[place].max(index + saves));
            let to = needed.iter().position(|until| *until < index).unwrap_or(needed.len());
            sizes.resize(sizes.len().max(to + 1), 0);
            needed.resize(sizes.len(), 0);
            sizes[to] = sizes[to].max(shape.iter().product());
            needed[to] = architecture.needed_until(index);
            let (name, kind, output_shape) = (named.name.clone(), named.layer.kind(), shape.clone());
            steps.push(Step { name, kind, work, output_shape, to, then, saves });
            from = to;
        }
        Ok(Self {
            input_shape: input_shape.clone(),
            labels: labels.clone(),
            preprocessing: preprocessing.clone(),
            steps,
            values: sizes.into_iter().map(zeros).collect::<Result<_>>()?,
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
        let Self { steps, values, .. } = self;
        let (mut from, mut length) = (0, self.input_shape.iter().product());
        normalize(&self.preprocessing, &mut values[from][..length]);
        let mut index = 0;
        while index < steps.len() {
            let (then, saves) = match see {
                None => (steps[index].then, steps[index].saves),
                Some(_) => (Then::default(), 0),
            };
            let last = &steps[index + saves];
            let (to, outputs) = (last.to, last.output_shape.iter().product());
            let step = &mut steps[index];
            // What is written is taken out for as long, since other values are read beside it.
            let mut taken = std::mem::take(&mut values[to]);
            let (x, y) = (&values[from][..length], &mut taken[..outputs]);
            let done = match &mut step.work {
                Work::Layer(layer) => layer.run_with(x, y, then),
                Work::Add(other) => {
                    add(x, &values[*other], y, then.relu);
                    Ok(())
                }
            };
            values[to] = taken;
            done.map_err(|error| in_layer(&step.name, error))?;
            if let Some(see) = &mut see {
                see(step, &values[to][..outputs]);
            }
            (from, length) = (to, outputs);
            index += 1 + saves;
        }
        let logits = &mut values[from][..length];
        softmax_rows(logits, length);
        Ok(logits)
    }
}

/// The sums, and ReLU where it follows.
fn add(x: &[f32], other: &[f32], y: &mut [f32], activate: bool) {
    let sums = y.iter_mut().zip(x.iter().zip(other).map(|(x, other)| x + other));
    if activate { sums.for_each(|(y, sum)| *y = relu(sum)) } else { sums.for_each(|(y, sum)| *y = sum) }
}

/// What layer `index` can do for the ones after it, and for how many. A later layer must not miss what is left out.
fn then(architecture: &Architecture, index: usize) -> (Then, usize) {
    let kind = |index: usize| architecture.layers.get(index).map(|named| &named.layer);
    let missed = |index: usize| architecture.adds(&architecture.layers[index].name);
    let convolves = matches!(kind(index), Some(Layer::Conv2d(_)));
    if !(convolves || matches!(kind(index), Some(Layer::Add(_)))) || missed(index) {
        return (Then::default(), 0);
    }
    let relu = matches!(kind(index + 1), Some(Layer::Relu(_)));
    let next = index + 1 + usize::from(relu);
    let halve = match kind(next) {
        Some(Layer::Pool(pool)) => convolves && pool.halves() && !(relu && missed(next - 1)),
        _ => false,
    };
    (Then { relu, halve }, usize::from(relu) + usize::from(halve))
}
