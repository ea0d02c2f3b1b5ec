//! Which words of a sentence decided: each filter's maximum over time is one span of words, and has a weight in the answer.

use super::{Vocabulary, split};
use crate::error::{Error, ErrorKind, Result};
use crate::nn::layers::{Conv2d, Layer};
use crate::nn::network::Network;
use crate::{Geometry, Pooling};
use ndarray::ArrayD;

/// What one filter found in a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The filter: a channel of the convolution.
    pub filter: usize,
    /// The words under the window that won, by their number in [`split`]; empty where it reads padding alone.
    pub words: std::ops::Range<usize>,
    /// The maximum.
    pub value: f32,
    /// What it adds to each label's logit: the maximum times the linear layer's weight.
    pub contributions: Vec<f32>,
}

/// The answer for a sentence, and what every filter gave to it.
///
/// For networks as `words` is one: embedding, one convolution along the sentence, ReLU, the global maximum, linear; dropouts
/// are passed over.
///
/// # Errors
/// When the network has no vocabulary, or other layers.
pub fn evidence(network: &Network, text: &str) -> Result<(Vec<f32>, Vec<Evidence>)> {
    let (vocabulary, conv) = known(network)?;
    let length = network.input_shape()[2];
    let tokens = vocabulary.encode(text, length).into_iter().map(|token| token as f32).collect();
    let input = ArrayD::from_shape_vec(network.input_shape(), tokens).expect("one token for each cell");
    let run = network.run(input.view())?;
    let of_kind = |kind| run.layers.iter().find(|layer| layer.kind == kind).map(|layer| &layer.values);
    let (Some(cells), Some(maxima)) = (of_kind("relu"), of_kind("pool")) else { return Err(other_layers()) };
    let parameters = network.parameters();
    let weight = &parameters[parameters.len() - 2];
    let written = split(text).len().min(length);
    let found = cells.outer_iter().zip(maxima).enumerate().map(|(filter, (cells, &value))| {
        // The first of equal cells, as max pooling has it.
        let at = cells.iter().position(|cell| *cell == value).unwrap_or(0);
        let first = at.saturating_sub(conv.padding[1][0]).min(written);
        let end = (at + conv.kernel_size[1]).saturating_sub(conv.padding[1][0]).clamp(first, written);
        let contributions = (0..network.labels().len()).map(|label| value * weight[[label, filter]]).collect();
        Evidence { filter, words: first..end, value, contributions }
    });
    Ok((run.probabilities.to_vec(), found.collect()))
}

fn known(network: &Network) -> Result<(&Vocabulary, &Conv2d)> {
    let architecture = network.architecture();
    let Some(vocabulary) = &architecture.vocabulary else {
        let rule = "the network must be one for sentences";
        return Err(Error::new(ErrorKind::Parameter, "vocabulary", "missing", rule));
    };
    let layers =
        architecture.layers.iter().map(|named| &named.layer).filter(|layer| !matches!(layer, Layer::Dropout(_)));
    let layers: Vec<&Layer> = layers.collect();
    match layers[..] {
        [
            Layer::Embedding(_),
            Layer::Conv2d(conv),
            Layer::Relu(_),
            Layer::Pool(pool),
            Layer::Flatten(_),
            Layer::Linear(_),
        ] if (pool.pool().geometry(), pool.pool().method()) == (&Geometry::Global, &Pooling::Max)
            && (conv.stride, conv.dilation) == ([1, 1], [1, 1]) =>
        {
            Ok((vocabulary, conv))
        }
        _ => Err(other_layers()),
    }
}

fn other_layers() -> Error {
    let rule = "they must be embedding, convolution of stride 1, ReLU, global max pooling, flatten and linear";
    Error::new(ErrorKind::Parameter, "layers", "others", rule)
}
