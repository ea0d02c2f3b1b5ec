//! Max-unpooling: back up to the larger map, each value where its maximum came from (M. Zeiler and R. Fergus,
//! *Visualizing and Understanding Convolutional Networks*, 2014; PyTorch's `max_unpool`).

use crate::error::{Error, ErrorKind, Result};
use crate::pool::shapes::reserve;
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
    let (shape, plane) = check(x.shape(), &indices, output_size)?;
    let count = shape.iter().try_fold(1usize, |product, &extent| product.checked_mul(extent));
    let Some(count) = count else {
        return Err(Error::new(ErrorKind::Shape, "output_size", shape.as_slice(), "the number of values overflows"));
    };
    let mut values = reserve(count, &shape)?;
    values.resize(count, 0.0);
    let small: usize = x.shape()[2..].iter().product();
    for (number, (&value, &index)) in x.iter().zip(&indices).enumerate() {
        if index >= 0 {
            values[number / small * plane + index as usize] = value;
        }
    }
    Ok(ArrayD::from_shape_vec(IxDyn(&shape), values).expect("one value for each output cell"))
}

/// The gradient of the loss by `x`, given `grad_output`, the gradient by [`max_unpool`]'s output: each value's is that of
/// its cell, 0 for a value that was not placed. As in PyTorch, a value that a later one replaced in its cell receives
/// that cell's gradient too.
///
/// # Errors
/// As [`max_unpool`].
pub fn max_unpool_backward(grad_output: ArrayViewD<f32>, indices: ArrayViewD<i32>) -> Result<ArrayD<f32>> {
    let spatial = grad_output.shape().get(2..).unwrap_or_default();
    let (shape, plane) = check(indices.shape(), &indices, spatial)?;
    if grad_output.shape() != shape {
        let rule = format!("must have the output's shape {}", shape.shown());
        return Err(Error::new(ErrorKind::Shape, "grad_output", grad_output.shape(), rule));
    }
    let grad_output = grad_output.as_standard_layout();
    let gradients = grad_output.as_slice().expect("standard layout");
    let small: usize = indices.shape()[2..].iter().product();
    let of_cell = |(number, &index): (usize, &i32)| {
        if index < 0 { 0.0 } else { gradients[number / small * plane + index as usize] }
    };
    let mut values = reserve(indices.len(), indices.shape())?;
    values.extend(indices.iter().enumerate().map(of_cell));
    Ok(ArrayD::from_shape_vec(IxDyn(indices.shape()), values).expect("one value for each index"))
}

/// The output's shape and the cells in one of its planes.
fn check(shape: &[usize], indices: &ArrayViewD<i32>, output_size: &[usize]) -> Result<(Vec<usize>, usize)> {
    if indices.shape() != shape {
        let rule = format!("must have the shape of the values, {}", shape.shown());
        return Err(Error::new(ErrorKind::Shape, "indices", indices.shape(), rule));
    }
    if !(3..=5).contains(&shape.len()) || output_size.len() != shape.len() - 2 {
        let rule = format!(
            "must have one extent for each spatial axis of the input {}, of which there are one to three",
            shape.shown()
        );
        return Err(Error::new(ErrorKind::Shape, "output_size", output_size, rule));
    }
    let plane = output_size.iter().try_fold(1usize, |product, &extent| product.checked_mul(extent));
    let Some(plane) = plane else {
        let rule = "the number of values overflows";
        return Err(Error::new(ErrorKind::Shape, "output_size", output_size, rule));
    };
    if let Some(index) = indices.iter().find(|&&index| index < -1 || index >= 0 && index as usize >= plane) {
        let rule = format!("must lie in the output's plane of {plane} cells, or be −1");
        return Err(Error::new(ErrorKind::Shape, "indices", index, rule));
    }
    Ok(([&shape[..2], output_size].concat(), plane))
}
