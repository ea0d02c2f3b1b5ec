//! What is trained, and how, from an option object.

use crate::error::{Error, ErrorKind, Result};
use crate::js::error::JsResult;
use crate::js::options;
use crate::nn::Architecture;
use crate::nn::augment::Augmentation;
use crate::nn::optimizer::{OneCycle, Optimizer};
use crate::nn::recipes::{self, Downsampling};
use crate::nn::settings::Settings;
use crate::options::Options;
use crate::shown::quoted;
use wasm_bindgen::JsValue;

/// Enough steps a second, and enough steps, that a few thousand pictures are learned while somebody watches.
const BATCH: usize = 32;
const LEARNING_RATE: f64 = 0.1;
const WARM_UP: f64 = 0.25;
const MOMENTUM: f32 = 0.9;
const WEIGHT_DECAY: f64 = 5e-4;

/// Reads the options of a training run.
pub(super) fn read(options: &JsValue) -> JsResult<(Architecture, Settings)> {
    let options = options::read(options)?;
    options.only(&[
        "pooling",
        "architecture",
        "epochs",
        "seed",
        "batch_size",
        "learning_rate",
        "warm_up",
        "weight_decay",
    ])?;
    let number = |name, value: f64| options.number(name).map(|given| given.unwrap_or(value) as f32);
    let epochs = options.required("epochs", options.whole("epochs")?)?;
    let settings = Settings {
        seed: options.whole("seed")?.unwrap_or(1) as u64,
        epochs: u32::try_from(epochs)
            .map_err(|_| Error::new(ErrorKind::Parameter, "epochs", epochs, "there are too many"))?,
        batch_size: options.whole("batch_size")?.unwrap_or(BATCH),
        optimizer: Optimizer::Sgd { momentum: MOMENTUM, weight_decay: number("weight_decay", WEIGHT_DECAY)? },
        learning_rate: OneCycle { peak: number("learning_rate", LEARNING_RATE)?, warm_up: number("warm_up", WARM_UP)? },
        augmentation: Augmentation::default(),
        average: 0.0,
    };
    Ok((architecture(&options)?, settings))
}

fn downsampling(word: &str) -> Result<Downsampling> {
    let found = Downsampling::ALL.into_iter().find(|downsampling| downsampling.word() == word);
    found.ok_or_else(|| {
        let words = Downsampling::ALL.map(Downsampling::word).join(", ");
        let rule = ["there is no such pooling; it must be one of ", &words].concat();
        Error::new(ErrorKind::Parameter, "pooling", quoted(word), rule)
    })
}

fn architecture(options: &Options) -> Result<Architecture> {
    match (options.text("pooling")?, options.object("architecture")?) {
        (Some(pooling), None) => recipes::digits_with(downsampling(pooling)?),
        (None, Some(architecture)) => Architecture::read(architecture),
        (None, None) => {
            Err(Error::new(ErrorKind::Parameter, "pooling", "missing", "must be given, or an architecture"))
        }
        (Some(pooling), Some(_)) => {
            let rule = "a given architecture has poolings of its own";
            Err(Error::new(ErrorKind::Parameter, "pooling", quoted(pooling), rule))
        }
    }
}
