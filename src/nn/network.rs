//! A network with its weights: running it, looking at every layer, reading and writing its file.

use super::architecture::{Architecture, NamedLayer, in_layer};
use super::layers::{BatchNorm2d, Conv2d, Layer, Mode};
use super::loss::softmax;
use super::train::Settings;
use crate::error::{Error, ErrorKind, Result};
use crate::io::safetensors::{Precision, TensorFile, write};
use ndarray::{Array1, ArrayD, ArrayViewD, Axis, Ix2};
use serde::{Deserialize, Serialize};

/// The key under which a network file keeps everything but the weights, as JSON.
const METADATA_KEY: &str = "deep_end_network";

/// Parameters by layer, each in the order of [`Operator::parameters`](super::layers::Operator::parameters).
pub(crate) type Parameters = Vec<Vec<ArrayD<f32>>>;

/// Where a network's weights come from: enough to make them again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The command that made the file.
    pub command: String,
    /// The data it was trained on, and their terms.
    pub data: String,
    /// How it was trained, the seed among it.
    pub training: Settings,
}

/// What a network file's metadata holds.
#[derive(Serialize, Deserialize)]
struct Metadata {
    architecture: Architecture,
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
        let parameters = by_layer(&architecture, parameters)?;
        Ok(Self { architecture, parameters, origin: None })
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
        let Metadata { architecture, origin } = file.metadata()?;
        architecture.validate()?;
        let wanted: Vec<_> = architecture.parameters().collect();
        file.expect_only(wanted.iter().map(|(_, name, _)| name.as_str()))?;
        let parameters = wanted.iter().map(|(_, name, parameter)| file.tensor(name, &parameter.shape));
        let parameters = by_layer(&architecture, parameters.collect::<Result<_>>()?)?;
        Ok(Self { architecture, parameters, origin })
    }

    /// The network's file, with weights of this precision.
    ///
    /// # Errors
    /// When a weight is too large for the precision.
    pub fn to_bytes(&self, precision: Precision) -> Result<Vec<u8>> {
        let names = self.architecture.parameters().map(|(_, name, _)| name);
        let tensors: Vec<_> =
            names.zip(self.parameters.iter().flatten()).map(|(name, array)| (name, array.view())).collect();
        let metadata = Metadata { architecture: self.architecture.clone(), origin: self.origin.clone() };
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
        self.parameters.iter().flatten().map(ArrayD::len).sum()
    }

    /// Runs the network on one input, shaped as [`input_shape`](Self::input_shape), values from 0 to 1, and keeps what
    /// every layer gave. The same input gives the same bits on every machine.
    ///
    /// # Errors
    /// When the input has another shape.
    pub fn run(&self, input: ArrayViewD<f32>) -> Result<Run> {
        let mut layers = Vec::with_capacity(self.architecture.layers.len());
        let logits = self.forward(input.insert_axis(Axis(0)), |NamedLayer { name, layer }, values| {
            let values = values.index_axis(Axis(0), 0).to_owned();
            layers.push(LayerOutput { name: name.clone(), kind: layer.kind(), values });
        })?;
        Ok(Run { probabilities: probabilities(logits).index_axis_move(Axis(0), 0), layers })
    }

    /// The probabilities for a batch of inputs, one row an input: the same bits as one by one.
    ///
    /// # Errors
    /// When the inputs have another shape.
    pub fn run_batch(&self, inputs: ArrayViewD<f32>) -> Result<ndarray::Array2<f32>> {
        Ok(probabilities(self.forward(inputs, |_, _| ())?))
    }

    /// The last layer's output for a batch; `see` is shown every layer's.
    fn forward(&self, inputs: ArrayViewD<f32>, mut see: impl FnMut(&NamedLayer, &ArrayD<f32>)) -> Result<ArrayD<f32>> {
        let mut x = preprocess(&self.architecture, inputs)?;
        for (layer, parameters) in self.architecture.layers.iter().zip(&self.parameters) {
            let forward = layer.layer.operator().forward(x.view(), parameters, Mode::Inference);
            x = forward.map_err(|error| in_layer(&layer.name, error))?;
            see(layer, &x);
        }
        Ok(x)
    }

    /// The same network with every batch norm folded into the convolution right before it, where there is one: the same
    /// function of the input up to rounding, with fewer layers and numbers.
    ///
    /// # Errors
    /// When a folded weight is not finite.
    pub fn fold_batch_norm(&self) -> Result<Self> {
        let mut layers: Vec<NamedLayer> = Vec::new();
        let mut parameters: Vec<Vec<ArrayD<f32>>> = Vec::new();
        for (named, own) in self.architecture.layers.iter().zip(&self.parameters) {
            match (&named.layer, layers.last_mut().map(|last| &mut last.layer), parameters.last_mut()) {
                (Layer::BatchNorm2d(norm), Some(Layer::Conv2d(conv)), Some(of_conv)) => fold(norm, own, conv, of_conv)?,
                _ => {
                    layers.push(named.clone());
                    parameters.push(own.clone());
                }
            }
        }
        let architecture = Architecture { layers, ..self.architecture.clone() };
        let folded = Self::new(architecture, parameters.into_iter().flatten().collect())?;
        Ok(Self { origin: self.origin.clone(), ..folded })
    }
}

/// conv then norm: every output channel's weights times its scale, its bias times the scale plus the shift.
fn fold(norm: &BatchNorm2d, of_norm: &[ArrayD<f32>], conv: &mut Conv2d, of_conv: &mut Vec<ArrayD<f32>>) -> Result<()> {
    let scales = norm.scale_and_shift(of_norm)?;
    if !conv.bias {
        conv.bias = true;
        of_conv.push(ArrayD::zeros(vec![conv.out_channels]));
    }
    for (channel, (scale, shift)) in scales.into_iter().enumerate() {
        of_conv[0].index_axis_mut(Axis(0), channel).mapv_inplace(|weight| weight * scale);
        of_conv[1][[channel]] = of_conv[1][[channel]] * scale + shift;
    }
    Ok(())
}

/// Checks the inputs' shape and applies (x − mean) / std; left out where it changes nothing.
pub(crate) fn preprocess(architecture: &Architecture, inputs: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
    if inputs.shape().get(1..) != Some(&architecture.input_shape[..]) {
        let rule = format!("this network takes {:?}", architecture.input_shape);
        let shape = inputs.shape().get(1..).unwrap_or(&[]);
        return Err(Error::new(ErrorKind::Shape, "input shape", format!("{shape:?}"), rule));
    }
    let mut x = inputs.as_standard_layout().into_owned();
    let preprocessing = &architecture.preprocessing;
    for (channel, (mean, std)) in preprocessing.mean.iter().zip(&preprocessing.std).enumerate() {
        if (*mean, *std) != (0.0, 1.0) {
            x.index_axis_mut(Axis(1), channel).mapv_inplace(|x| (x - mean) / std);
        }
    }
    Ok(x)
}

fn probabilities(logits: ArrayD<f32>) -> ndarray::Array2<f32> {
    softmax(logits.into_dimensionality::<Ix2>().expect("the architecture ends in one value a label").view())
}

/// Checks number, shapes and values of `parameters`, and parts them by layer.
pub(crate) fn by_layer(architecture: &Architecture, parameters: Vec<ArrayD<f32>>) -> Result<Parameters> {
    let wanted: Vec<_> = architecture.parameters().collect();
    if wanted.len() != parameters.len() {
        let rule = format!("this architecture has {}", wanted.len());
        return Err(Error::new(ErrorKind::Shape, "number of parameters", parameters.len(), rule));
    }
    let mut layers = vec![Vec::new(); architecture.layers.len()];
    for ((layer, name, parameter), array) in wanted.into_iter().zip(parameters) {
        if array.shape() != parameter.shape {
            let rule = format!("the architecture asks for {:?}", parameter.shape);
            return Err(Error::new(
                ErrorKind::Format,
                format!("shape of {name}"),
                format!("{:?}", array.shape()),
                rule,
            ));
        }
        if let Some((index, value)) = array.iter().enumerate().find(|(_, value)| !value.is_finite()) {
            return Err(Error::new(
                ErrorKind::Format,
                format!("{name}, value {index}"),
                value,
                "a weight must be finite",
            ));
        }
        if parameter.name == "running_var" && array.iter().any(|variance| *variance < 0.0) {
            return Err(Error::new(ErrorKind::Format, name, "negative somewhere", "a variance must be at least 0"));
        }
        layers[layer].push(array);
    }
    Ok(layers)
}
