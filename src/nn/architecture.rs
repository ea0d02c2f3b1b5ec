//! A network as data: what it takes, its layers and what its answers are called. It travels as JSON in the network file.

use super::layers::{Add, Layer, Parameter};
use super::words::Vocabulary;
use crate::error::{Error, ErrorKind, Result};
use crate::options::Options;
use crate::shown::{Shown, quoted};
use serde::{Deserialize, Serialize};

/// The most layers a network may have, and the most values that one sample may need in all layers together (64 MB).
/// A file of a few bytes can ask for any size; these are far above what a page could show.
const MAX_LAYERS: usize = 256;
const MAX_VALUES: usize = 1 << 24;

/// A layer and its name, which names its parameters in the file: `conv1.weight`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NamedLayer {
    /// Unique in the network, without a full stop.
    pub name: String,
    /// What it does.
    #[serde(flatten)]
    pub layer: Layer,
}

impl NamedLayer {
    fn read(options: &Options) -> Result<Self> {
        let name = options.required("name", options.text("name")?)?.to_owned();
        let layer = Layer::read(options).map_err(|error| in_layer(&name, error))?;
        Ok(Self { name, layer })
    }
}

impl TryFrom<Options> for Architecture {
    type Error = Error;

    fn try_from(options: Options) -> Result<Self> {
        Self::read(&options)
    }
}

/// What happens to a picture's values, from 0 to 1, before the first layer: (x − mean) / std, channel by channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Preprocessing {
    /// Subtracted, one for each channel.
    pub mean: Vec<f32>,
    /// Divided by, one for each channel; above 0.
    pub std: Vec<f32>,
}

impl Preprocessing {
    /// Values are taken as they are. Zero padding is then the same as empty paper.
    pub fn none(channels: usize) -> Self {
        Self { mean: vec![0.0; channels], std: vec![1.0; channels] }
    }
}

/// A network without its weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Options")]
pub struct Architecture {
    /// Channels, height, width of a sample.
    pub input_shape: Vec<usize>,
    /// What the outputs stand for.
    pub labels: Vec<String>,
    /// What happens to the values before the first layer.
    pub preprocessing: Preprocessing,
    /// From input to logits.
    pub layers: Vec<NamedLayer>,
    /// The words that a network for sentences knows; see [`words`](super::words).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vocabulary: Option<Vocabulary>,
}

impl Architecture {
    /// A network for pictures of `input_shape` that are used as they are. Layers are named by kind and number among
    /// their kind: `conv2d1`, `pool2`.
    ///
    /// # Errors
    /// As [`validate`](Self::validate).
    pub fn new(input_shape: [usize; 3], labels: Vec<String>, layers: Vec<Layer>) -> Result<Self> {
        let mut layers: Vec<NamedLayer> =
            layers.into_iter().map(|layer| NamedLayer { name: String::new(), layer }).collect();
        for index in 0..layers.len() {
            let kind = layers[index].layer.kind();
            let number = layers[..=index].iter().filter(|layer| layer.layer.kind() == kind).count();
            layers[index].name = format!("{kind}_{number}");
        }
        let preprocessing = Preprocessing::none(input_shape[0]);
        let architecture = Self { input_shape: input_shape.to_vec(), labels, preprocessing, layers, vocabulary: None };
        architecture.validate()?;
        Ok(architecture)
    }

    /// Reads and checks the JSON of a network file.
    ///
    /// # Errors
    /// When it is not the JSON of an architecture, names an unknown layer or parameter, or breaks a rule.
    pub fn from_json(json: &str) -> Result<Self> {
        let rule = "it must be a JSON object";
        let unreadable = || Error::new(ErrorKind::Format, "architecture", "not readable", rule);
        Self::try_from(Options::from_json(json.as_bytes()).ok_or_else(unreadable)?)
    }

    /// The architecture that a network file's object describes, checked.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    pub(crate) fn read(options: &Options) -> Result<Self> {
        options.only(&["input_shape", "labels", "preprocessing", "layers", "vocabulary"])?;
        let preprocessing = options.required("preprocessing", options.object("preprocessing")?)?;
        preprocessing.only(&["mean", "std"])?;
        let numbers = |name| preprocessing.required(name, preprocessing.numbers(name)?);
        let layers = options.required("layers", options.objects("layers")?)?;
        let architecture = Self {
            input_shape: options.required("input_shape", options.wholes("input_shape")?)?,
            labels: options.required("labels", options.texts("labels")?)?,
            preprocessing: Preprocessing { mean: numbers("mean")?, std: numbers("std")? },
            layers: layers.iter().map(NamedLayer::read).collect::<Result<_>>()?,
            vocabulary: options.text("vocabulary")?.map(Vocabulary::from_text).transpose()?,
        };
        architecture.validate()?;
        Ok(architecture)
    }

    /// The JSON of a network file.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an architecture has only strings, numbers and lists")
    }

    /// Checks that every layer takes what the one before gives, that the last gives one value a label, and that no size is absurd.
    ///
    /// # Errors
    /// Names the layer and the rule it breaks.
    pub fn validate(&self) -> Result<()> {
        let broken =
            |parameter, value: String, rule: &'static str| Err(Error::new(ErrorKind::Format, parameter, value, rule));
        if self.input_shape.len() != 3 || self.input_shape.contains(&0) {
            return broken(
                "input_shape",
                self.input_shape.shown(),
                "it must be channels, height and width, none of them 0",
            );
        }
        let Preprocessing { mean, std } = &self.preprocessing;
        if mean.len() != self.input_shape[0] || !mean.iter().all(|mean| mean.is_finite()) {
            return broken("mean", mean.shown(), "it must have one finite value a channel");
        }
        if std.len() != self.input_shape[0] || !std.iter().all(|std| std.is_normal() && *std > 0.0) {
            return broken("std", std.shown(), "it must have one value above 0 a channel");
        }
        if self.layers.is_empty() || self.layers.len() > MAX_LAYERS {
            return broken("number of layers", self.layers.len().shown(), "a network has from 1 to 256");
        }
        for (index, NamedLayer { name, .. }) in self.layers.iter().enumerate() {
            let taken = self.layers[..index].iter().any(|other| other.name == *name);
            if name.is_empty() || name.contains('.') || taken {
                return broken("layer name", quoted(name), "it must be unique, not empty and without a full stop");
            }
        }
        if let Some(vocabulary) = &self.vocabulary {
            match self.layers.first().map(|first| &first.layer) {
                Some(Layer::Embedding(table)) if table.num_embeddings == vocabulary.tokens() => {}
                _ => {
                    let rule = "the first layer must be an embedding with a row for each word, and two more";
                    return broken("number of words", vocabulary.words().len().shown(), rule);
                }
            }
        }
        let shapes = self.shapes()?;
        let answers = shapes.last().expect("at least the input");
        if self.labels.is_empty() || answers[..] != [self.labels.len()] {
            let rule =
                ["the last layer's output is ", &answers.shown(), ", one value for each label is needed"].concat();
            return Err(Error::new(ErrorKind::Format, "number of labels", self.labels.len(), rule));
        }
        Ok(())
    }

    /// The shape of one sample before the first layer and after each.
    ///
    /// # Errors
    /// When a layer does not take what the one before gives, or the sizes are absurd.
    pub fn shapes(&self) -> Result<Vec<Vec<usize>>> {
        let mut shapes = vec![self.input_shape.clone()];
        let mut values = count(&self.input_shape).unwrap_or(usize::MAX);
        for (index, NamedLayer { name, layer }) in self.layers.iter().enumerate() {
            let input = shapes.last().expect("at least the input");
            if let Layer::Add(Add { from }) = layer {
                let refuse = |rule| Err(in_layer(name, Error::new(ErrorKind::Format, "from", quoted(from), rule)));
                match self.source(index) {
                    None => return refuse("it must name an earlier layer".to_owned()),
                    Some(source) if shapes[source + 1] != *input => {
                        let ([has, comes], rule) =
                            ([&shapes[source + 1], input].map(|shape| shape.shown()), "the same shape is needed");
                        return refuse(
                            ["its output is ", &has, ", but what comes in is ", &comes, ": ", rule].concat(),
                        );
                    }
                    Some(_) => {}
                }
            }
            let output = layer.operator().output_shape(input).map_err(|error| in_layer(name, error))?;
            values = values.saturating_add(count(&output).unwrap_or(usize::MAX));
            if values > MAX_VALUES {
                let rule = format!("all layers together may have at most {MAX_VALUES} values a sample");
                return Err(in_layer(name, Error::new(ErrorKind::Format, "output shape", output.as_slice(), rule)));
            }
            shapes.push(output);
        }
        Ok(shapes)
    }

    /// The number of the layer whose output layer `index` adds to what comes in, if it is an `add` that names an earlier one.
    pub(crate) fn source(&self, index: usize) -> Option<usize> {
        match &self.layers[index].layer {
            Layer::Add(Add { from }) => self.layers[..index].iter().position(|layer| layer.name == *from),
            _ => None,
        }
    }

    /// The last layer that takes the output of layer `index`.
    pub(crate) fn needed_until(&self, index: usize) -> usize {
        let name = &self.layers[index].name;
        let adds = |other: &NamedLayer| matches!(&other.layer, Layer::Add(Add { from }) if from == name);
        self.layers.iter().rposition(adds).unwrap_or(0).max(index + 1)
    }

    /// Whether a layer adds the output of the one with this name.
    pub(crate) fn adds(&self, name: &str) -> bool {
        self.layers.iter().any(|other| matches!(&other.layer, Layer::Add(Add { from }) if from == name))
    }

    /// Every parameter: the number of its layer, its name in the file (`conv1.weight`), and what it is.
    pub fn parameters(&self) -> impl Iterator<Item = (usize, String, Parameter)> {
        self.layers.iter().enumerate().flat_map(|(index, NamedLayer { name, layer })| {
            layer
                .operator()
                .parameters()
                .into_iter()
                .map(move |parameter| (index, [name.as_str(), ".", parameter.name].concat(), parameter))
        })
    }
}

/// The number of cells of a shape, if it does not overflow: not even without its axes of 0 cells, which ndarray refuses.
pub(crate) fn count(shape: &[usize]) -> Option<usize> {
    let of_others = shape.iter().filter(|n| **n != 0).try_fold(1usize, |product, n| product.checked_mul(*n));
    let of_others = of_others.filter(|cells| *cells <= isize::MAX as usize)?;
    Some(if shape.contains(&0) { 0 } else { of_others })
}

/// The same error, saying in which layer.
#[cold]
#[inline(never)]
pub(crate) fn in_layer(name: &str, error: Error) -> Error {
    let parameter = [error.parameter(), " of layer \"", name, "\""].concat();
    Error::new(error.kind(), parameter, error.value(), error.rule().to_owned())
}
