//! How a network is trained, as data: part of a network file's description of where it comes from.

use super::augment::Augmentation;
use super::optimizer::{OneCycle, Optimizer};
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// How to train.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// Everything random follows from it (see [`random`](super::random)).
    pub seed: u64,
    /// How often every sample is seen.
    pub epochs: u32,
    /// Samples in a step; the last step of an epoch takes what is left.
    pub batch_size: usize,
    /// How a weight follows its gradient.
    pub optimizer: Optimizer,
    /// How fast, over the whole run.
    pub learning_rate: OneCycle,
    /// Random changes to every sample.
    pub augmentation: Augmentation,
    /// What the running mean of the weights keeps in a step, at least 0 and below 1: the network that comes out has the
    /// averaged weights (B. Polyak and A. Juditsky 1992). 0: the last ones.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub average: f32,
}

/// Files from before there was such a setting lack it.
fn is_zero(value: &f32) -> bool {
    *value == 0.0
}

impl Settings {
    pub(super) fn validate(&self) -> Result<()> {
        if self.epochs == 0 {
            return Err(Error::new(ErrorKind::Parameter, "epochs", 0, "it must be at least 1"));
        }
        if self.batch_size == 0 {
            return Err(Error::new(ErrorKind::Parameter, "batch_size", 0, "it must be at least 1"));
        }
        if !(0.0..1.0).contains(&self.average) {
            return Err(Error::new(ErrorKind::Parameter, "average", self.average, "it must be at least 0 and below 1"));
        }
        self.optimizer.validate()?;
        self.learning_rate.validate()?;
        self.augmentation.validate()
    }
}
