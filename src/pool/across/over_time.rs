//! Max-over-time: a sequence of any length becomes one value a channel.

use super::check_sequences;
use crate::error::Result;
use crate::geometry::Geometry;
use crate::pool::shapes::check_grad_output;
use crate::pool::{ONE_VALUE_EACH, Pool, Pooling, cells};
use ndarray::{ArrayD, ArrayViewD, Axis, IxDyn};

/// The largest value of each sequence and the time step where it was: (N, C, T) becomes twice (N, C) (R. Collobert,
/// J. Weston, L. Bottou, M. Karlen, K. Kavukcuoglu and P. Kuksa, *Natural Language Processing (Almost) from Scratch*,
/// 2011; Y. Kim, *Convolutional Neural Networks for Sentence Classification*, 2014). It is global max pooling of one
/// axis, which then goes: NaN and ties as in [`Pooling::Max`].
///
/// ```
/// use deep_end::pool::{max_over_time, max_over_time_backward};
/// use ndarray::array;
/// let x = array![[[1.0, 5.0, 5.0, 2.0], [-1.0, -3.0, -2.0, -4.0]]].into_dyn(); // two channels, four steps
/// let (values, steps) = max_over_time(x.view())?;
/// assert_eq!(values, array![[5.0, -1.0]].into_dyn());
/// assert_eq!(steps, array![[1, 0]].into_dyn());
/// let gradient = max_over_time_backward(x.view(), array![[2.0, 3.0]].into_dyn().view())?;
/// assert_eq!(gradient, array![[[0.0, 2.0, 0.0, 0.0], [3.0, 0.0, 0.0, 0.0]]].into_dyn());
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When `x` is not shaped (N, C, T), T is 0 or above 2³¹ − 1, or the result does not fit into memory.
pub fn max_over_time(x: ArrayViewD<f32>) -> Result<(ArrayD<f32>, ArrayD<i32>)> {
    let (values, steps) = max_over_time_flat(cells(&x.as_standard_layout()), x.shape())?;
    let shape = IxDyn(&x.shape()[..2]);
    let values = ArrayD::from_shape_vec(shape.clone(), values).expect(ONE_VALUE_EACH);
    Ok((values, ArrayD::from_shape_vec(shape, steps).expect(ONE_VALUE_EACH)))
}

/// The gradient of the loss by `x`, given `grad_output`, the gradient by [`max_over_time`]'s values for that `x`: each
/// sequence's goes to the step that won.
///
/// # Errors
/// As [`max_over_time`]; and when `grad_output` has not the output's shape.
pub fn max_over_time_backward(x: ArrayViewD<f32>, grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
    check_sequences(x.shape())?;
    check_grad_output(grad_output.shape(), &x.shape()[..2])?;
    pool()?.backward(x, grad_output.insert_axis(Axis(2)))
}

/// [`max_over_time`] of row-major cells.
pub(crate) fn max_over_time_flat(cells: &[f32], shape: &[usize]) -> Result<(Vec<f32>, Vec<i32>)> {
    check_sequences(shape)?;
    let (values, steps, _) = pool()?.forward_with_indices_flat(cells, shape)?;
    Ok((values, steps))
}

fn pool() -> Result<Pool> {
    Pool::with_geometry(Pooling::Max, Geometry::Global)
}
