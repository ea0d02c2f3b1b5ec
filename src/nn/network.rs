//! A network with its weights: running it, looking at every layer, reading and writing its file.

use super::architecture::{Architecture, NamedLayer, Preprocessing};
use super::layers::{Add, BatchNorm2d, Conv2d, Layer, Parameter};
use super::prepared::PreparedNetwork;
use super::settings::Settings;
use super::tensor::{Tensor, TensorView};
use crate::error::{Error, ErrorKind, Result};
use crate::io::safetensors::{Named, Precision, TensorFile, write};
use crate::shown::Shown;
use ndarray::{Array1, Array2, ArrayD, ArrayView, ArrayViewD};
use serde::{Deserialize, Serialize};

/// The key under which a network file keeps everything but the weights, as JSON.
const METADATA_KEY: &str = "deep_end_network";

/// Parameters by layer, each in the order of [`Operator::parameters`](super::layers::Operator::parameters).
pub(crate) type Parameters = Vec<Vec<Tensor>>;

/// Where a network's weights come from: enough to make them again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The command that made the file.
    pub command: String,
    /// The data it was trained on, and their terms.
    pub data: String,
    /// How it was trained, the seed among it; none where another trainer did it, which the command then names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Settings>,
}

/// What a network file's metadata holds.
#[derive(Serialize)]
struct Metadata<'a> {
    architecture: &'a Architecture,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'a Origin>,
}

/// The part of the metadata that running a network does not need.
#[derive(Deserialize)]
struct OriginMetadata {
    #[serde(default)]
    origin: Option<Origin>,
}

/// A network that can be run: an [`Architecture`] and its weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    architecture: Architecture,
    parameters: Parameters,
    origin: Option<Origin>,
}

/// What one layer gave for one input.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerOutput {
    /// The layer's name in the network.
    pub name: String,
    /// What kind of layer it is: `conv2d`, `relu`, `pool`, …
    pub kind: &'static str,
    /// Its values, shaped channels, height, width, or just features; without a batch axis.
    pub values: ArrayD<f32>,
}

/// What a network made of one input.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The softmax of the last layer, one value for each label.
    pub probabilities: Array1<f32>,
    /// Every layer's output, in order.
    pub layers: Vec<LayerOutput>,
}

impl Network {
    /// A network from its parts; `parameters` in the order of [`Architecture::parameters`].
    ///
    /// # Errors
    /// When a shape is not what the architecture asks for, or a value is not finite.
    pub fn new(architecture: Architecture, parameters: Vec<ArrayD<f32>>) -> Result<Self> {
        architecture.validate()?;
        Self::of_tensors(architecture, parameters.iter().map(|array| array.view().into()).collect())
    }

    fn of_tensors(architecture: Architecture, parameters: Vec<Tensor>) -> Result<Self> {
        let parameters = by_layer(&architecture, parameters)?;
        Ok(Self { architecture, parameters, origin: None })
    }

    /// A network from parameters that fit the architecture, which is valid.
    pub(super) fn of_parameters(architecture: Architecture, parameters: Parameters) -> Result<Self> {
        Self::of_tensors(architecture, parameters.into_iter().flatten().collect())
    }

    /// The same network, saying where it comes from.
    pub fn with_origin(self, origin: Origin) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// Reads a network file: safetensors, the architecture as JSON in its metadata.
    ///
    /// # Errors
    /// When the bytes are no such file, or anything in it does not fit the architecture; the error says what.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let file = TensorFile::read(bytes, METADATA_KEY)?;
        let OriginMetadata { origin } = file.metadata()?;
        Ok(Self { origin, ..Self::read(&file)? })
    }

    /// [`from_bytes`](Self::from_bytes) without how it was trained: what the page calls.
    #[cfg(all(target_arch = "wasm32", feature = "networks"))]
    pub(crate) fn from_bytes_to_run(bytes: &[u8]) -> Result<Self> {
        let file = TensorFile::read(bytes, METADATA_KEY)?;
        let network = Self::read(&file)?;
        // Where it comes from is looked at, not run.
        #[cfg(feature = "inside")]
        let network = match file.document()?.object("origin")? {
            None => network,
            Some(origin) => {
                let text = |name| Ok::<_, Error>(origin.text(name)?.unwrap_or_default().to_owned());
                network.with_origin(Origin { command: text("command")?, data: text("data")?, training: None })
            }
        };
        Ok(network)
    }

    fn read(file: &TensorFile) -> Result<Self> {
        let document = file.document()?;
        document.only(&["architecture", "origin"])?;
        let architecture = Architecture::read(document.required("architecture", document.object("architecture")?)?)?;
        let wanted: Vec<_> = architecture.parameters().collect();
        file.expect_only(wanted.iter().map(|(_, name, _)| name.as_str()))?;
        let tensor = |(_, name, parameter): &(usize, String, Parameter)| {
            file.tensor(name, &parameter.shape, parameter.channels())
        };
        let parameters = wanted.iter().map(tensor);
        Self::of_tensors(architecture, parameters.collect::<Result<_>>()?)
    }

    /// The network's file, with weights of this precision.
    ///
    /// # Errors
    /// When a weight is too large for the precision.
    pub fn to_bytes(&self, precision: Precision) -> Result<Vec<u8>> {
        let described = self.architecture.parameters().zip(self.parameters.iter().flatten());
        let named = |((_, name, parameter), tensor): ((usize, String, Parameter), &Tensor)| Named {
            name,
            tensor: tensor.clone(),
            channels: parameter.channels(),
        };
        let tensors: Vec<_> = described.map(named).collect();
        let metadata = Metadata { architecture: &self.architecture, origin: self.origin.as_ref() };
        write(&tensors, precision, METADATA_KEY, &metadata)
    }

    /// Channels, height and width of an input.
    pub fn input_shape(&self) -> &[usize] {
        &self.architecture.input_shape
    }

    /// What the outputs stand for.
    pub fn labels(&self) -> &[String] {
        &self.architecture.labels
    }

    /// The network without its weights.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Where the weights come from, if the file says so.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// How many numbers were learned.
    pub fn parameter_count(&self) -> usize {
        self.parameters.iter().flatten().map(|tensor| tensor.values().len()).sum()
    }

    /// Runs the network on one input, shaped as [`input_shape`](Self::input_shape), values from 0 to 1, and keeps what
    /// every layer gave. The same input gives the same bits on every machine.
    ///
    /// # Errors
    /// When the input has another shape.
    pub fn run(&self, input: ArrayViewD<f32>) -> Result<Run> {
        check_shape(&self.architecture, input.shape())?;
        let mut prepared = self.prepare()?;
        prepared.input(input.len())?.iter_mut().zip(&input).for_each(|(to, from)| *to = *from);
        let mut layers = Vec::with_capacity(self.architecture.layers.len());
        let probabilities = prepared.run_input(&mut |step, output| {
            let values = ArrayView::from_shape(step.shape(), output).expect("as many values as the shape says");
            layers.push(LayerOutput { name: step.name.clone(), kind: step.kind, values: values.to_owned() });
        })?;
        Ok(Run { probabilities: Array1::from(probabilities.to_vec()), layers })
    }

    /// The probabilities for a batch of inputs, one row an input: the same bits as one by one.
    ///
    /// # Errors
    /// When the inputs have another shape.
    pub fn run_batch(&self, inputs: ArrayViewD<f32>) -> Result<Array2<f32>> {
        check_shape(&self.architecture, inputs.shape().get(1..).unwrap_or_default())?;
        let mut prepared = self.prepare()?;
        let mut probabilities = Array2::zeros((inputs.shape()[0], self.labels().len()));
        for (input, mut row) in inputs.outer_iter().zip(probabilities.outer_iter_mut()) {
            prepared.input(input.len())?.iter_mut().zip(&input).for_each(|(to, from)| *to = *from);
            row.iter_mut().zip(prepared.classify_input()?).for_each(|(to, from)| *to = *from);
        }
        Ok(probabilities)
    }

    /// The network ready to run again and again: [`run`](Self::run) packs the weights and reserves memory every time.
    ///
    /// # Errors
    /// When memory does not hold what it needs.
    pub fn prepare(&self) -> Result<PreparedNetwork> {
        PreparedNetwork::new(self)
    }

    /// The weights, in the order of [`Architecture::parameters`].
    pub fn parameters(&self) -> Vec<ArrayD<f32>> {
        self.parameters.iter().flatten().map(|tensor| tensor.view().to_array()).collect()
    }

    pub(super) fn by_layer(&self) -> &Parameters {
        &self.parameters
    }

    /// The same network as it ships: every batch norm folded into the convolution right before it, where there is one that
    /// nothing else reads, and every dropout left out. The same function of the input up to rounding, with fewer layers and
    /// numbers. What added a layer's output that is gone adds that of the layer it went into.
    ///
    /// # Errors
    /// When a folded weight is not finite.
    pub fn fold_batch_norm(&self) -> Result<Self> {
        let mut layers: Vec<NamedLayer> = Vec::new();
        let mut parameters: Parameters = Vec::new();
        let mut gone: Vec<(&str, String)> = Vec::new();
        for (named, own) in self.architecture.layers.iter().zip(&self.parameters) {
            let read_elsewhere = layers.last().is_some_and(|last| self.architecture.adds(&last.name));
            match (&named.layer, layers.last_mut(), parameters.last_mut()) {
                (Layer::Dropout(_), Some(last), _) => gone.push((&named.name, last.name.clone())),
                (Layer::BatchNorm2d(norm), Some(NamedLayer { name, layer: Layer::Conv2d(conv) }), Some(of_conv))
                    if !read_elsewhere =>
                {
                    fold(norm, own, conv, of_conv)?;
                    gone.push((&named.name, name.clone()));
                }
                _ => {
                    layers.push(named.clone());
                    parameters.push(own.clone());
                }
            }
        }
        for NamedLayer { layer, .. } in &mut layers {
            if let Layer::Add(Add { from }) = layer
                && let Some((_, into)) = gone.iter().find(|(name, _)| name == from)
            {
                from.clone_from(into);
            }
        }
        let architecture = Architecture { layers, ..self.architecture.clone() };
        architecture.validate()?;
        let folded = Self::of_tensors(architecture, parameters.into_iter().flatten().collect())?;
        Ok(Self { origin: self.origin.clone(), ..folded })
    }
}

/// conv then norm: every output channel's weights times its scale, its bias times the scale plus the shift.
fn fold(norm: &BatchNorm2d, of_norm: &[Tensor], conv: &mut Conv2d, of_conv: &mut Vec<Tensor>) -> Result<()> {
    let of_norm: Vec<TensorView> = of_norm.iter().map(Tensor::view).collect();
    let scales = norm.scale_and_shift(&of_norm)?;
    if !conv.bias {
        conv.bias = true;
        of_conv.push(Tensor::new(vec![conv.out_channels], vec![0.0; conv.out_channels])?);
    }
    let [weight, bias] = of_conv.as_mut_slice() else { return Ok(()) };
    let of_channel = weight.values().len() / conv.out_channels;
    let channels = weight.values_mut().chunks_exact_mut(of_channel).zip(bias.values_mut());
    for ((weights, bias), (scale, shift)) in channels.zip(scales) {
        weights.iter_mut().for_each(|weight| *weight *= scale);
        *bias = *bias * scale + shift;
    }
    Ok(())
}

fn check_shape(architecture: &Architecture, sample: &[usize]) -> Result<()> {
    if sample != architecture.input_shape {
        let rule = ["this network takes ", &architecture.input_shape.shown()].concat();
        return Err(Error::new(ErrorKind::Shape, "input shape", sample, rule));
    }
    Ok(())
}

/// Checks the inputs' shape and applies (x − mean) / std.
pub(crate) fn preprocess(architecture: &Architecture, mut inputs: Tensor) -> Result<Tensor> {
    check_shape(architecture, inputs.shape().get(1..).unwrap_or_default())?;
    let cells: usize = architecture.input_shape.iter().product();
    for sample in inputs.values_mut().chunks_exact_mut(cells) {
        normalize(&architecture.preprocessing, sample);
    }
    Ok(inputs)
}

/// (x − mean) / std of one sample; left out where it changes nothing.
pub(super) fn normalize(preprocessing: &Preprocessing, sample: &mut [f32]) {
    let Preprocessing { mean, std } = preprocessing;
    let plane = sample.len() / mean.len();
    for (values, (&mean, &std)) in sample.chunks_exact_mut(plane).zip(mean.iter().zip(std)) {
        if (mean, std) != (0.0, 1.0) {
            values.iter_mut().for_each(|x| *x = (*x - mean) / std);
        }
    }
}

/// Checks number, shapes and values of `parameters`, and parts them by layer.
pub(crate) fn by_layer(architecture: &Architecture, parameters: Vec<Tensor>) -> Result<Parameters> {
    let wanted: Vec<_> = architecture.parameters().collect();
    if wanted.len() != parameters.len() {
        let rule = ["this architecture has ", &wanted.len().shown()].concat();
        return Err(Error::new(ErrorKind::Shape, "number of parameters", parameters.len(), rule));
    }
    let mut layers = vec![Vec::new(); architecture.layers.len()];
    for ((layer, name, parameter), tensor) in wanted.into_iter().zip(parameters) {
        if tensor.shape() != parameter.shape {
            let rule = ["the architecture asks for ", &parameter.shape.shown()].concat();
            return Err(Error::new(ErrorKind::Format, ["shape of ", &name].concat(), tensor.shape(), rule));
        }
        let values = tensor.values();
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            let parameter = [&name, ", value ", &index.shown()].concat();
            return Err(Error::new(ErrorKind::Format, parameter, values[index], "a weight must be finite"));
        }
        if parameter.name == "running_var" && values.iter().any(|variance| *variance < 0.0) {
            return Err(Error::new(ErrorKind::Format, name, "negative somewhere", "a variance must be at least 0"));
        }
        layers[layer].push(tensor);
    }
    Ok(layers)
}
