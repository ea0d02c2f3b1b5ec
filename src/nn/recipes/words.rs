//! `words`: whether a sentence praises.

use super::Downsampling;
use crate::error::{Error, ErrorKind, Result};
use crate::nn::architecture::Architecture;
use crate::nn::augment::Augmentation;
use crate::nn::layers::{Conv2d, Dropout, Embedding, Flatten, Layer, Linear, PoolLayer, Relu};
use crate::nn::optimizer::{OneCycle, Optimizer};
use crate::nn::settings::Settings;
use crate::nn::words::Vocabulary;
use crate::options::{Datum, Options};

/// Words of a sentence that are read.
pub const WORDS_LENGTH: usize = 56;

/// Numbers for a word, filters, and the words that each of these sees at once.
const DIM: usize = 24;
const FILTERS: usize = 64;
const SPAN: usize = 3;

/// Embedding, one convolution along the sentence, max-over-time pooling (after R. Collobert et al. 2011 and Y. Kim 2014), or
/// the mean over time in its place.
///
/// # Errors
/// When the pooling is another than max and average.
pub fn words(vocabulary: Vocabulary, over_time: Downsampling) -> Result<Architecture> {
    if !matches!(over_time, Downsampling::Max | Downsampling::Average) {
        let rule = "words pools over time: max or average";
        return Err(Error::new(ErrorKind::Parameter, "pooling", over_time.word(), rule));
    }
    let over_time = [("method", Datum::from(over_time.word())), ("global", Datum::Flag(true))];
    let over_time = Options::of(over_time.map(|(name, value)| (name.to_owned(), value)));
    let layers = vec![
        Layer::Embedding(Embedding::new(vocabulary.tokens(), DIM)),
        Layer::Dropout(Dropout::new(0.3)),
        Layer::Conv2d(Conv2d::new(DIM, FILTERS, [1, SPAN]).padding([[0, 0], [SPAN / 2, SPAN / 2]])),
        Layer::Relu(Relu {}),
        Layer::Pool(PoolLayer::try_from(over_time)?),
        Layer::Flatten(Flatten {}),
        Layer::Dropout(Dropout::new(0.5)),
        Layer::Linear(Linear::new(FILTERS, 2)),
    ];
    let labels = ["negative", "positive"].map(String::from).to_vec();
    let architecture = Architecture::new([1, 1, WORDS_LENGTH], labels, layers)?;
    Ok(Architecture { vocabulary: Some(vocabulary), ..architecture })
}

/// How `words` is trained; chosen on a tenth of rt-polarity that is not the one it is tested on.
pub fn words_settings(seed: u64, epochs: u32) -> Settings {
    Settings {
        seed,
        epochs,
        batch_size: 64,
        optimizer: Optimizer::Adam { betas: [0.9, 0.999], weight_decay: 0.3 },
        learning_rate: OneCycle { peak: 0.002, warm_up: 0.2 },
        augmentation: Augmentation::default(),
        average: 0.0,
    }
}
