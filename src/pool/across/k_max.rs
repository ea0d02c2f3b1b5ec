//! k-max pooling: the k largest values of a sequence, in their order.

use super::check_sequences;
use crate::error::{Error, ErrorKind, Result};
use crate::pool::shapes::{check_grad_output, product, reserve};
use crate::pool::{ONE_VALUE_EACH, cells};
use ndarray::{ArrayD, ArrayViewD, IxDyn};
use std::cmp::Ordering;

/// The k largest values of each sequence, in the order in which they stand there: (N, C, T) becomes (N, C, k)
/// (N. Kalchbrenner, E. Grefenstette and P. Blunsom, *A Convolutional Neural Network for Modelling Sentences*, 2014).
///
/// Of equal values the first are taken, 0 and −0 being equal. A NaN counts as larger than any number; of more NaNs than
/// k, the first are taken.
///
/// ```
/// use deep_end::pool::KMax;
/// use ndarray::array;
/// let two = KMax::new(2)?;
/// let x = array![[[3.0, 1.0, 5.0, 3.0]]].into_dyn();
/// let (values, steps) = two.forward_with_indices(x.view())?;
/// assert_eq!(values, array![[[3.0, 5.0]]].into_dyn()); // not sorted: 3 comes before 5
/// assert_eq!(steps, array![[[0, 2]]].into_dyn());
/// let gradient = two.backward(x.view(), array![[[7.0, 8.0]]].into_dyn().view())?;
/// assert_eq!(gradient, array![[[7.0, 0.0, 8.0, 0.0]]].into_dyn());
/// # Ok::<(), deep_end::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KMax {
    k: usize,
}

impl KMax {
    /// A layer that keeps this many values of a sequence.
    ///
    /// # Errors
    /// When k is 0.
    pub fn new(k: usize) -> Result<Self> {
        if k == 0 {
            return Err(Error::new(ErrorKind::Parameter, "k", k, "must be at least 1"));
        }
        Ok(Self { k })
    }

    /// The k largest values of each sequence of `x`, shaped (N, C, T).
    ///
    /// # Errors
    /// When `x` has another number of axes, T is below k or above 2³¹ − 1, or the result does not fit into memory.
    pub fn forward(self, x: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        self.forward_with_indices(x).map(|(values, _)| values)
    }

    /// The same, and the time step of each value.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub fn forward_with_indices(self, x: ArrayViewD<f32>) -> Result<(ArrayD<f32>, ArrayD<i32>)> {
        let (values, steps) = self.forward_flat(cells(&x.as_standard_layout()), x.shape())?;
        let shape = [x.shape()[0], x.shape()[1], self.k];
        let values = ArrayD::from_shape_vec(IxDyn(&shape), values).expect(ONE_VALUE_EACH);
        Ok((values, ArrayD::from_shape_vec(IxDyn(&shape), steps).expect(ONE_VALUE_EACH)))
    }

    /// The gradient of the loss by `x`, given `grad_output`, the gradient by the output for that `x`: each value's goes
    /// to its time step.
    ///
    /// # Errors
    /// As [`forward`](Self::forward); and when `grad_output` has not the output's shape.
    pub fn backward(self, x: ArrayViewD<f32>, grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        let (_, steps) = self.forward_flat(cells(&x.as_standard_layout()), x.shape())?;
        check_grad_output(grad_output.shape(), &[x.shape()[0], x.shape()[1], self.k])?;
        let mut grad_input: Vec<f32> = reserve(x.len(), x.shape())?;
        grad_input.resize(x.len(), 0.0);
        let grad_output = grad_output.as_standard_layout();
        let kept = steps.chunks_exact(self.k).zip(cells(&grad_output).chunks_exact(self.k));
        for (row, (steps, gradients)) in grad_input.chunks_exact_mut(x.shape()[2]).zip(kept) {
            for (&step, &gradient) in steps.iter().zip(gradients) {
                row[step as usize] = gradient;
            }
        }
        Ok(ArrayD::from_shape_vec(IxDyn(x.shape()), grad_input).expect(ONE_VALUE_EACH))
    }

    /// Values and time steps, of row-major cells.
    pub(crate) fn forward_flat(self, cells: &[f32], shape: &[usize]) -> Result<(Vec<f32>, Vec<i32>)> {
        check_sequences(shape)?;
        let time = shape[2];
        if self.k > time {
            let rule = format!("must not exceed the input's {time} time steps");
            return Err(Error::new(ErrorKind::Shape, "k", self.k, rule));
        }
        let output = [shape[0], shape[1], self.k];
        let count = product("shape", &output)?;
        let (mut values, mut steps) = (reserve(count, &output)?, reserve(count, &output)?);
        let mut order: Vec<i32> = Vec::new();
        for row in cells.chunks_exact(time) {
            if order.try_reserve(time).is_err() {
                let rule = "the order of the time steps does not fit into memory";
                return Err(Error::new(ErrorKind::Memory, "shape", shape, rule));
            }
            order.clear();
            order.extend(0..time as i32);
            order.select_nth_unstable_by(self.k - 1, |&a, &b| {
                largest_first(row[a as usize], row[b as usize]).then(a.cmp(&b))
            });
            order[..self.k].sort_unstable();
            steps.extend_from_slice(&order[..self.k]);
            values.extend(order[..self.k].iter().map(|&step| row[step as usize]));
        }
        Ok((values, steps))
    }
}

/// Numbers descending, NaNs before them.
fn largest_first(a: f32, b: f32) -> Ordering {
    b.is_nan().cmp(&a.is_nan()).then(b.partial_cmp(&a).unwrap_or(Ordering::Equal))
}

/// The k of a layer inside a network with dynamic k-max pooling (section 3.4 of the paper): max(top, ⌈(L − l) / L · s⌉)
/// for layer l (`layer`, from 1) of L (`layers`), a sentence of s words (`length`), and the k of the topmost layer.
///
/// ```
/// use deep_end::pool::dynamic_k;
/// // The paper's example: top = 3, three layers, 18 words.
/// assert_eq!([dynamic_k(3, 1, 3, 18)?, dynamic_k(3, 2, 3, 18)?, dynamic_k(3, 3, 3, 18)?], [12, 6, 3]);
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When `top` is 0, or `layer` is not 1 up to `layers`.
pub fn dynamic_k(top: usize, layer: usize, layers: usize, length: usize) -> Result<usize> {
    if top == 0 {
        return Err(Error::new(ErrorKind::Parameter, "top", top, "must be at least 1"));
    }
    if layer == 0 || layer > layers {
        let rule = format!("must be from 1 up to the number of layers, {layers}");
        return Err(Error::new(ErrorKind::Parameter, "layer", layer, rule));
    }
    let share = ((layers - layer) as u128 * length as u128).div_ceil(layers as u128);
    // A part of the length, so a machine word holds it.
    Ok(top.max(share as usize))
}
