//! What a network makes of a sentence: what pooling over time found for each filter, and what each word adds to the answer.

use super::{PADDING, Vocabulary, Word, split};
use crate::Geometry;
use crate::error::{Error, ErrorKind, Result};
use crate::nn::layers::{Conv2d, Layer};
use crate::nn::network::Network;
use crate::nn::prepared::PreparedNetwork;
use crate::shown::quoted;
use std::ops::Range;

/// The longest sentence that is looked at, in bytes of UTF-8: whatever is pasted, an answer takes no longer than this.
pub const MOST_BYTES: usize = 10_000;

/// A sentence as a network reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// One for each label.
    pub probabilities: Vec<f32>,
    /// What the last layer gave for each label.
    pub logits: Vec<f32>,
    /// Every word of the sentence, in its order.
    pub words: Vec<ReadWord>,
    /// What each filter found, in their order.
    pub filters: Vec<Evidence>,
    /// For each label, what of its logit no word gave: biases, and the empty places.
    pub rest: Vec<f32>,
}

/// A word of a sentence, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadWord {
    /// Where it is written.
    pub word: Word,
    /// Whether the vocabulary has it. All that it lacks are one word to the network.
    pub known: bool,
    /// Its place among the tokens; none where it is beyond the last, and is not read.
    pub place: Option<usize>,
    /// What it adds to each label's logit: its numbers times the logit's slope by them, added up (gradient × input, as
    /// [`Path`](crate::nn::inside::Path) has it).
    pub contributions: Vec<f32>,
}

/// What one filter found in a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The filter: a channel of the convolution.
    pub filter: usize,
    /// Its answer at every place, after the ReLU.
    pub cells: Vec<f32>,
    /// Where it is largest; the first of equal cells, as max pooling has it.
    pub place: usize,
    /// The words under the window there, by their number in [`split`]; empty where it reads empty places alone.
    pub words: Range<usize>,
    /// What pooling over time made of the cells.
    pub value: f32,
    /// What it adds to each label's logit: the value times the linear layer's weight.
    pub contributions: Vec<f32>,
}

/// Reads a sentence, `lead` empty places before its first word. `prepared` is this network, prepared.
///
/// For networks as `words` is one: embedding, one convolution along the sentence, ReLU, pooling over the whole of it, linear;
/// dropouts are passed over. Words beyond the network's last place are not read, and say so by their `place`.
///
/// # Errors
/// When the network has no vocabulary, or other layers; when the text has no word, or is longer than [`MOST_BYTES`]; when
/// `lead` leaves no place for a word.
pub fn read(network: &Network, prepared: &mut PreparedNetwork, text: &str, lead: usize) -> Result<Reading> {
    let (vocabulary, conv) = known(network)?;
    let length = network.input_shape()[2];
    if text.len() > MOST_BYTES {
        return Err(Error::new(
            ErrorKind::Parameter,
            "text.length",
            text.len(),
            "must be at most 10000 bytes of UTF-8",
        ));
    }
    let written = split(text);
    if written.is_empty() {
        return Err(Error::new(ErrorKind::Parameter, "text", quoted(text), "must have a word at least"));
    }
    if lead >= length {
        let rule = "must leave a place for a word: it must be below the length that the network reads";
        return Err(Error::new(ErrorKind::Parameter, "lead", lead, rule));
    }
    let tokens: Vec<usize> = written.iter().map(|word| vocabulary.token(&text[word.start..word.end])).collect();
    let mut input = vec![PADDING as f32; length];
    input[lead..].iter_mut().zip(&tokens).for_each(|(cell, token)| *cell = *token as f32);

    let look = network.look(prepared, &input)?;
    // By kind: dropouts may lie between them.
    let layers = &network.architecture().layers;
    let of_kind = |kind| layers.iter().position(|named| named.layer.kind() == kind).map_or(0, |at| at + 1);
    let (relu, pool, last) = (of_kind("relu"), of_kind("pool"), layers.len());
    let labels = network.labels().len();
    let mut by_word = vec![Vec::with_capacity(labels); written.len()];
    let mut by_filter = vec![Vec::with_capacity(labels); conv.out_channels];
    let mut rest = Vec::with_capacity(labels);
    for label in 0..labels {
        let path = look.trace(last - 1, label)?;
        let mut left = path.value;
        for (at, parts) in by_word.iter_mut().enumerate() {
            let place = at + lead;
            let embedded = path.maps[1].contribution.iter().skip(place).step_by(length);
            let part = if place < length { embedded.sum() } else { 0.0 };
            left -= part;
            parts.push(part);
        }
        by_filter.iter_mut().zip(&path.maps[pool].contribution).for_each(|(parts, part)| parts.push(*part));
        rest.push(left);
    }
    let words = written.iter().zip(&tokens).zip(by_word).enumerate().map(|(at, ((word, token), contributions))| {
        let place = Some(at + lead).filter(|place| *place < length);
        ReadWord { word: *word, known: vocabulary.knows(*token), place, contributions }
    });
    let cells = look.values()[relu].chunks_exact(length).zip(&look.values()[pool]).zip(by_filter).enumerate();
    let filters = cells.map(|(filter, ((cells, value), contributions))| {
        let place = first_largest(cells);
        let words = under(conv, place, lead, written.len().min(length - lead));
        Evidence { filter, cells: cells.to_vec(), place, words, value: *value, contributions }
    });
    Ok(Reading {
        probabilities: look.probabilities().to_vec(),
        logits: look.values()[last].clone(),
        words: words.collect(),
        filters: filters.collect(),
        rest,
    })
}

fn first_largest(cells: &[f32]) -> usize {
    cells.iter().enumerate().fold(0, |best, (at, cell)| if *cell > cells[best] { at } else { best })
}

/// Which of `words` words, that begin at place `lead`, the convolution's window at `place` reads.
fn under(conv: &Conv2d, place: usize, lead: usize, words: usize) -> Range<usize> {
    let within = |end: usize| end.saturating_sub(conv.padding[1][0] + lead).min(words);
    within(place)..within(place + conv.kernel_size[1])
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
        ] if pool.pool().geometry() == &Geometry::Global && (conv.stride, conv.dilation) == ([1, 1], [1, 1]) => {
            Ok((vocabulary, conv))
        }
        _ => {
            let rule =
                "they must be embedding, convolution of stride 1, ReLU, pooling over all of it, flatten and linear";
            Err(Error::new(ErrorKind::Parameter, "layers", "others", rule))
        }
    }
}
