//! Max-unpooling: back up to the larger map, each value where its maximum came from (M. Zeiler and R. Fergus,
//! *Visualizing and Understanding Convolutional Networks*, 2014; PyTorch's `max_unpool`).

use super::Resize;
use crate::error::{Error, ErrorKind, Result};
use crate::pool::shapes::{check_grad_output, reserve};
use crate::pool::{ONE_VALUE_EACH, cells};
use crate::shown::Shown;
use ndarray::{ArrayD, ArrayViewD, IxDyn};

/// Scatters `x`, shaped (N, C, spatial…), to `indices`, flat in each plane of `output_size`; zeros elsewhere. Where two
/// values meet in one cell, the later in row-major order stays. An index of −1, max pooling's for a window without
/// input cells, places nothing.
///
/// ```
/// use deep_end::pool::max_unpool;
/// use ndarray::array;
/// let up = max_unpool(array![[[4.0, 5.0]]].into_dyn().view(), array![[[3, 0]]].into_dyn().view(), &[4])?;
/// assert_eq!(up, array![[[5.0, 0.0, 0.0, 4.0]]].into_dyn());
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When the shapes of `x` and `indices` differ, the number of axes is not that of `output_size`, or an index lies
/// outside the output's plane.
pub fn max_unpool(x: ArrayViewD<f32>, indices: ArrayViewD<i32>, output_size: &[usize]) -> Result<ArrayD<f32>> {
    if indices.shape() != x.shape() {
        let rule = format!("must have the shape of the values, {}", x.shape().shown());
        return Err(Error::new(ErrorKind::Shape, "indices", indices.shape(), rule));
    }
    let (standard, indices) = (x.as_standard_layout(), indices.as_standard_layout());
    let places = indices.as_slice().expect("an array in standard layout is a slice");
    let (values, shape) = max_unpool_flat(cells(&standard), places, x.shape(), output_size)?;
    Ok(ArrayD::from_shape_vec(IxDyn(&shape), values).expect(ONE_VALUE_EACH))
}

/// The gradient of the loss by `x`, given `grad_output`, the gradient by [`max_unpool`]'s output: each value's is that of
/// its cell, 0 for a value that was not placed. As in PyTorch, a value that a later one replaced in its cell receives
/// that cell's gradient too.
///
/// # Errors
/// As [`max_unpool`].
pub fn max_unpool_backward(grad_output: ArrayViewD<f32>, indices: ArrayViewD<i32>) -> Result<ArrayD<f32>> {
    let spatial = grad_output.shape().get(2..).unwrap_or_default();
    let resize = Resize::new("indices", indices.shape(), "grad_output", spatial)?;
    check_grad_output(grad_output.shape(), &resize.output)?;
    let (standard, indices) = (grad_output.as_standard_layout(), indices.as_standard_layout());
    let places = indices.as_slice().expect("an array in standard layout is a slice");
    check_places(places, resize.to)?;
    let mut values = reserve(places.len(), indices.shape())?;
    for (plane, places) in cells(&standard).chunks_exact(resize.to).zip(places.chunks_exact(resize.from)) {
        values.extend(places.iter().map(|&place| if place < 0 { 0.0 } else { plane[place as usize] }));
    }
    Ok(ArrayD::from_shape_vec(IxDyn(indices.shape()), values).expect(ONE_VALUE_EACH))
}

/// [`max_unpool`] of row-major cells; the output's values and shape.
pub(crate) fn max_unpool_flat(
    cells: &[f32],
    places: &[i32],
    shape: &[usize],
    output_size: &[usize],
) -> Result<(Vec<f32>, Vec<usize>)> {
    let resize = Resize::new("x", shape, "output_size", output_size)?;
    check_places(places, resize.to)?;
    let mut values = reserve(resize.count, &resize.output)?;
    values.resize(resize.count, 0.0);
    let from = cells.chunks_exact(resize.from).zip(places.chunks_exact(resize.from));
    for (plane, (cells, places)) in values.chunks_exact_mut(resize.to).zip(from) {
        for (&value, &place) in cells.iter().zip(places) {
            if place >= 0 {
                plane[place as usize] = value;
            }
        }
    }
    Ok((values, resize.output))
}

fn check_places(places: &[i32], plane: usize) -> Result<()> {
    let outside = |place: i32| place < -1 || place >= 0 && place as usize >= plane;
    let Some(place) = places.iter().copied().find(|&place| outside(place)) else { return Ok(()) };
    let rule = format!("must lie in the output's plane of {plane} cells, or be −1");
    Err(Error::new(ErrorKind::Shape, "indices", place, rule))
}
