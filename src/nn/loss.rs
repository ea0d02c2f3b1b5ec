//! Softmax and cross-entropy from logits.

use crate::error::{Error, ErrorKind, Result};
use ndarray::{Array2, ArrayView2};

/// exp(xᵢ) / Σ exp(xⱼ) for every row; the row's maximum is subtracted first, so nothing overflows.
/// The same bits on every machine (`libm`).
pub fn softmax(logits: ArrayView2<f32>) -> Array2<f32> {
    let mut probabilities = logits.as_standard_layout().into_owned();
    softmax_rows(probabilities.as_slice_mut().expect("in standard layout"), logits.ncols());
    probabilities
}

/// The same in place, for rows of `classes` values one after the other.
pub(crate) fn softmax_rows(logits: &mut [f32], classes: usize) {
    for row in logits.chunks_exact_mut(classes.max(1)) {
        let max = row.iter().fold(f32::NEG_INFINITY, |max, x| max.max(*x));
        row.iter_mut().for_each(|x| *x = libm::expf(*x - max));
        let sum: f32 = row.iter().sum();
        row.iter_mut().for_each(|x| *x /= sum);
    }
}

/// What [`cross_entropy`] finds.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossEntropy {
    /// Mean over the batch of −log of the target's probability.
    pub loss: f32,
    /// The gradient of the loss for the logits.
    pub gradient: Array2<f32>,
    /// How many rows have their maximum at the target.
    pub correct: usize,
}

/// Cross-entropy of `logits` (batch × classes) and the right classes, the mean over the batch, as `torch.nn.CrossEntropyLoss`.
///
/// # Errors
/// When there is no row, not one target a row, or a target that is no class.
pub fn cross_entropy(logits: ArrayView2<f32>, targets: &[u8]) -> Result<CrossEntropy> {
    let (batch, classes) = logits.dim();
    if batch == 0 || targets.len() != batch {
        let rule = format!("there must be one for each of the {batch} rows of logits, and at least one row");
        return Err(Error::new(ErrorKind::Shape, "number of targets", targets.len(), rule));
    }
    if let Some(target) = targets.iter().find(|target| usize::from(**target) >= classes) {
        return Err(Error::new(ErrorKind::Parameter, "target", target, format!("there are {classes} classes")));
    }
    let mut gradient = softmax(logits);
    let (mut loss, mut correct) = (0.0f64, 0);
    for ((mut row, logits), target) in gradient.rows_mut().into_iter().zip(logits.rows()).zip(targets) {
        let target = usize::from(*target);
        correct += usize::from(argmax(logits.iter().copied()) == target);
        // From the logits, not from log(softmax): a probability that underflows has a finite loss.
        let max = logits.iter().fold(f32::NEG_INFINITY, |max, x| max.max(*x));
        let sum: f32 = logits.iter().map(|x| libm::expf(x - max)).sum();
        loss += f64::from(libm::logf(sum) + max - logits[target]);
        row[target] -= 1.0;
        row /= batch as f32;
    }
    Ok(CrossEntropy { loss: (loss / batch as f64) as f32, gradient, correct })
}

/// The position of the largest value; the first at a tie.
pub(crate) fn argmax(values: impl IntoIterator<Item = f32>) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (index, value) in values.into_iter().enumerate() {
        if value > best.1 {
            best = (index, value);
        }
    }
    best.0
}
