//! How good a network is: its predictions, and who is taken for whom.

use super::dataset::{Samples, batch};
use super::loss::argmax;
use super::network::Network;
use crate::error::{Error, ErrorKind, Result};
use crate::shown::Shown;
use ndarray::Array2;
use std::fmt;

/// Samples run together; large enough to pack the weights seldom, small enough for the cache.
const BATCH: usize = 16;

/// The class that `network` finds most probable for each sample of `data`; the lowest at a tie.
///
/// # Errors
/// When the samples have another shape than the network takes.
pub fn predictions(network: &Network, data: &dyn Samples) -> Result<Vec<u8>> {
    let count = data.classes().len();
    let mut predictions = Vec::with_capacity(count);
    for first in (0..count).step_by(BATCH) {
        let probabilities = network.run_batch(batch(data, first..count.min(first + BATCH)).view())?;
        predictions.extend(probabilities.rows().into_iter().map(|row| argmax(row.iter().copied()) as u8));
    }
    Ok(predictions)
}

/// How well a network does on labelled pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The share of right answers, from 0 to 1.
    pub accuracy: f64,
    /// The mean of −log of the right class's probability. One that is 0 in `f32` counts as the smallest above it.
    pub loss: f64,
}

/// Runs `network` on every sample of `data`: the same bits on every machine.
///
/// # Errors
/// When the samples have another shape than the network takes, a class is none of its labels, or there is no sample.
pub fn score(network: &Network, data: &dyn Samples) -> Result<Score> {
    let shape = data.sample_shape();
    if network.input_shape() != shape {
        let rule = ["this network takes ", &network.input_shape().shown()].concat();
        return Err(Error::new(ErrorKind::Shape, "input shape", shape.as_slice(), rule));
    }
    if data.classes().is_empty() {
        return Err(Error::new(ErrorKind::Shape, "number of samples", 0, "there must be at least one"));
    }
    let mut prepared = network.prepare()?;
    let (mut right, mut loss) = (0_u32, 0.0);
    for (index, &class) in data.classes().iter().enumerate() {
        data.read(index, prepared.input(shape.iter().product())?);
        let probabilities = prepared.classify_input()?;
        let Some(probability) = probabilities.get(usize::from(class)) else {
            let rule = ["there are ", &network.labels().len().shown(), " labels"].concat();
            return Err(Error::new(ErrorKind::Parameter, "class", class, rule));
        };
        right += u32::from(argmax(probabilities.iter().copied()) == usize::from(class));
        loss -= libm::log(f64::from(probability.max(f32::from_bits(1))));
    }
    let count = data.classes().len() as f64;
    Ok(Score { accuracy: f64::from(right) / count, loss: loss / count })
}

/// How often each class (row) was taken for each (column).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    labels: Vec<String>,
    counts: Array2<u32>,
}

impl Confusion {
    /// Counts `predictions` against the right `classes`.
    ///
    /// # Errors
    /// When their numbers differ, or one is not below the number of `labels`.
    pub fn new(labels: &[String], classes: &[u8], predictions: &[u8]) -> Result<Self> {
        if classes.len() != predictions.len() {
            let rule = format!("there are {} right answers", classes.len());
            return Err(Error::new(ErrorKind::Shape, "number of predictions", predictions.len(), rule));
        }
        let mut counts = Array2::zeros((labels.len(), labels.len()));
        for (class, prediction) in classes.iter().zip(predictions) {
            let position = (usize::from(*class), usize::from(*prediction));
            let Some(count) = counts.get_mut(position) else {
                let rule = format!("there are {} labels", labels.len());
                return Err(Error::new(ErrorKind::Parameter, "class", class.max(prediction), rule));
            };
            *count += 1;
        }
        Ok(Self { labels: labels.to_vec(), counts })
    }

    /// The share of right answers, from 0 to 1.
    pub fn accuracy(&self) -> f64 {
        f64::from(self.counts.diag().sum()) / f64::from(self.counts.sum())
    }

    /// The counts, right class by answer.
    pub fn counts(&self) -> &Array2<u32> {
        &self.counts
    }
}

impl fmt::Display for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.labels.iter().map(|label| label.chars().count()).max().unwrap_or(0).max(6);
        write!(f, "{:>width$} │", "is\\as")?;
        self.labels.iter().try_for_each(|label| write!(f, " {label:>width$}"))?;
        for (label, row) in self.labels.iter().zip(self.counts.rows()) {
            write!(f, "\n{label:>width$} │")?;
            row.iter().try_for_each(|count| write!(f, " {count:>width$}"))?;
        }
        Ok(())
    }
}
