//! Maxout: the largest of several channels, cell by cell.

use crate::error::{Error, ErrorKind, Result};
use crate::pool::shapes::{check_grad_output, product, reserve};
use crate::pool::{ONE_VALUE_EACH, cells};
use ndarray::{ArrayD, ArrayViewD, IxDyn};

/// Maxout (I. Goodfellow, D. Warde-Farley, M. Mirza, A. Courville and Y. Bengio, *Maxout Networks*, 2013): of each group
/// of `pieces` consecutive channels, the largest value in every cell. (N, C, …) becomes (N, C / pieces, …), with any
/// number of spatial axes; without one it is the paper's unit of a fully connected layer.
///
/// As in max pooling a NaN wins, the last one by index; at a tie the first piece wins.
///
/// ```
/// use deep_end::pool::Maxout;
/// use ndarray::array;
/// let maxout = Maxout::new(2)?;
/// let x = array![[1.0, 4.0, 3.0, 3.0]].into_dyn(); // N = 1, four channels: two groups
/// let (values, indices) = maxout.forward_with_indices(x.view())?;
/// assert_eq!(values, array![[4.0, 3.0]].into_dyn());
/// assert_eq!(indices, array![[1, 0]].into_dyn()); // within the group
/// let gradient = maxout.backward(x.view(), array![[5.0, 6.0]].into_dyn().view())?;
/// assert_eq!(gradient, array![[0.0, 5.0, 6.0, 0.0]].into_dyn());
/// # Ok::<(), deep_end::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maxout {
    pieces: usize,
}

impl Maxout {
    /// Groups of this many channels.
    ///
    /// # Errors
    /// When it is 0, or above what an index of 32 bits holds.
    pub fn new(pieces: usize) -> Result<Self> {
        let broken = |rule| Err(Error::new(ErrorKind::Parameter, "pieces", pieces, rule));
        match pieces {
            0 => broken("a group must have at least one channel"),
            _ if pieces > i32::MAX as usize => broken("indices are 32-bit: a group may have at most 2³¹ − 1 channels"),
            _ => Ok(Self { pieces }),
        }
    }

    /// The shape of the output, (N, C / pieces, …), for an input of this shape.
    ///
    /// # Errors
    /// When the shape has not N and C, or C is no multiple of `pieces`.
    pub fn output_shape(self, shape: &[usize]) -> Result<Vec<usize>> {
        let broken = |rule: String| Err(Error::new(ErrorKind::Shape, "shape", shape, rule));
        let &[samples, channels, ref spatial @ ..] = shape else {
            return broken("an input has the extents N, C and any number of spatial ones".into());
        };
        if channels % self.pieces != 0 {
            return broken(format!("the channels must be a multiple of pieces, {}", self.pieces));
        }
        if spatial.contains(&0) {
            return broken("every spatial extent must be at least 1".into());
        }
        product("shape", shape)?;
        product("shape", &shape[1..])?;
        Ok([&[samples, channels / self.pieces], spatial].concat())
    }

    /// The largest of each group's channels in every cell of `x`, shaped (N, C, …).
    ///
    /// # Errors
    /// As [`output_shape`](Self::output_shape); and when the result does not fit into memory.
    pub fn forward(self, x: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        self.forward_with_indices(x).map(|(values, _)| values)
    }

    /// The same, and which piece won: its number within the group, from 0.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub fn forward_with_indices(self, x: ArrayViewD<f32>) -> Result<(ArrayD<f32>, ArrayD<i32>)> {
        let (values, indices, shape) = self.forward_flat(cells(&x.as_standard_layout()), x.shape())?;
        let values = ArrayD::from_shape_vec(IxDyn(&shape), values).expect(ONE_VALUE_EACH);
        Ok((values, ArrayD::from_shape_vec(IxDyn(&shape), indices).expect(ONE_VALUE_EACH)))
    }

    /// The gradient of the loss by `x`, given `grad_output`, the gradient by the output for that `x`: it goes to the
    /// winning piece alone.
    ///
    /// # Errors
    /// As [`forward`](Self::forward); and when `grad_output` has not the output's shape.
    pub fn backward(self, x: ArrayViewD<f32>, grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        let (_, indices, output) = self.forward_flat(cells(&x.as_standard_layout()), x.shape())?;
        check_grad_output(grad_output.shape(), &output)?;
        let inner: usize = x.shape()[2..].iter().product();
        let mut grad_input: Vec<f32> = reserve(x.len(), x.shape())?;
        grad_input.resize(x.len(), 0.0);
        let grad_output = grad_output.as_standard_layout();
        for (number, (&piece, &gradient)) in indices.iter().zip(cells(&grad_output)).enumerate() {
            let (group, cell) = (number / inner, number % inner);
            grad_input[(group * self.pieces + piece as usize) * inner + cell] = gradient;
        }
        Ok(ArrayD::from_shape_vec(IxDyn(x.shape()), grad_input).expect(ONE_VALUE_EACH))
    }

    /// Values, winners and the output's shape, of row-major cells.
    pub(crate) fn forward_flat(self, cells: &[f32], shape: &[usize]) -> Result<(Vec<f32>, Vec<i32>, Vec<usize>)> {
        let output = self.output_shape(shape)?;
        let (count, inner) = (product("shape", &output)?, product("shape", &output[2..])?);
        let (mut values, mut indices) = (reserve(count, &output)?, reserve(count, &output)?);
        // With C = 0, a group may be longer than a machine word counts, but then there is none.
        for group in cells.chunks_exact(self.pieces.saturating_mul(inner)) {
            let (first, others) = group.split_at(inner);
            let begin = values.len();
            values.extend_from_slice(first);
            indices.resize(begin + inner, 0);
            for (piece, channel) in (1..).zip(others.chunks_exact(inner)) {
                let winners = values[begin..].iter_mut().zip(&mut indices[begin..]);
                for ((value, index), &cell) in winners.zip(channel) {
                    if cell > *value || cell.is_nan() {
                        (*value, *index) = (cell, piece);
                    }
                }
            }
        }
        Ok((values, indices, output))
    }
}
