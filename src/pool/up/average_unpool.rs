//! Average-unpooling: every cell is the mean of the outputs that were made from it.

use super::Resize;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Geometry, Plan};
use crate::kernel::{Passes, Scratch, Sum, reduce, spread};
use crate::pool::shapes::{product, reserve};
use crate::pool::{ONE_VALUE_EACH, cells};
use crate::shown::Shown;
use ndarray::{ArrayD, ArrayViewD, IxDyn};

/// The map under a pooled one: each of its cells is the mean of the values of `y`, shaped (N, C, spatial…), whose
/// windows read that cell under `geometry`, and 0 where none does. `output_size` is the spatial shape that was pooled.
///
/// Where windows are disjoint, each value fills its window. That is the pseudoinverse of average pooling (R. Penrose, *A
/// Generalized Inverse for Matrices*, 1955): of all maps whose averages are `y`, the one of least norm. Where they
/// overlap, it is the transpose of a sum over windows, each cell over the number of its readers, as PyTorch's `Fold` is
/// normalised by its divisor.
///
/// ```
/// use deep_end::{Window, pool::average_unpool};
/// use ndarray::array;
/// // Windows of 3 by 2 over six cells read 0 1 2 and 2 3 4: cell 2 has both, cell 5 none.
/// let y = array![[[1.0, 4.0]]].into_dyn();
/// let up = average_unpool(y.view(), &Window::new([3]).stride([2]).into(), &[6])?;
/// assert_eq!(up, array![[[1.0, 1.0, 2.5, 4.0, 4.0, 0.0]]].into_dyn());
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When the geometry does not fit `output_size`, `y` is not what it makes of it, or the result does not fit into memory.
pub fn average_unpool(y: ArrayViewD<f32>, geometry: &Geometry, output_size: &[usize]) -> Result<ArrayD<f32>> {
    let (values, shape) = average_unpool_flat(cells(&y.as_standard_layout()), y.shape(), geometry, output_size)?;
    Ok(ArrayD::from_shape_vec(IxDyn(&shape), values).expect(ONE_VALUE_EACH))
}

/// The gradient of the loss by `y`, given the gradient by [`average_unpool`]'s output: each value of `y` receives the
/// sum over its window, a cell that k windows read counting by 1 / k.
///
/// # Errors
/// When the geometry does not fit `grad_output`, or the result does not fit into memory.
pub fn average_unpool_backward(grad_output: ArrayViewD<f32>, geometry: &Geometry) -> Result<ArrayD<f32>> {
    let standard = grad_output.as_standard_layout();
    let spatial = grad_output.shape().get(2..).unwrap_or_default();
    let plan = geometry.plan(spatial)?;
    let resize = Resize::new("grad_output", grad_output.shape(), "output_size", &plan.output_shape())?;
    let readers = readers(&plan)?;
    let mut values = reserve(resize.count, &resize.output)?;
    let mut shares = reserve(resize.from, spatial)?;
    let mut scratch = Scratch::default();
    for plane in cells(&standard).chunks_exact(resize.from) {
        shares.clear();
        shares.extend(plane.iter().zip(&readers).map(|(&gradient, readers)| f64::from(gradient) / readers));
        values.extend(reduce(&Sum::alone(), &shares, &plan, &mut scratch)?.iter().map(|&sum| sum as f32));
    }
    Ok(ArrayD::from_shape_vec(IxDyn(&resize.output), values).expect(ONE_VALUE_EACH))
}

/// [`average_unpool`] of row-major cells; the output's values and shape.
pub(crate) fn average_unpool_flat(
    cells: &[f32],
    shape: &[usize],
    geometry: &Geometry,
    output_size: &[usize],
) -> Result<(Vec<f32>, Vec<usize>)> {
    let resize = Resize::new("y", shape, "output_size", output_size)?;
    let plan = geometry.plan(output_size)?;
    if plan.output_shape() != shape[2..] {
        let rule = format!(
            "must have the spatial shape {}, which the geometry makes of {}",
            plan.output_shape().shown(),
            output_size.shown()
        );
        return Err(Error::new(ErrorKind::Shape, "y", shape, rule));
    }
    let mut values = reserve(resize.count, &resize.output)?;
    let readers = readers(&plan)?;
    let (mut sums, mut scratch) = (reserve(resize.from, shape)?, Passes::default());
    for plane in cells.chunks_exact(resize.from) {
        sums.clear();
        sums.extend(plane.iter().map(|&value| f64::from(value)));
        let sums = spread(&sums, &plan, &mut scratch)?;
        values.extend(sums.iter().zip(&readers).map(|(sum, readers)| (sum / readers) as f32));
    }
    Ok((values, resize.output))
}

/// How many windows read each cell of a plane, row-major: the product over the axes, since a window takes every
/// combination of its positions. 1 where it is none, for the sum there is 0.
fn readers(plan: &Plan) -> Result<Vec<f64>> {
    let shape = plan.input_shape();
    let mut readers = reserve(product("output_size", &shape)?, &shape)?;
    readers.push(1.0);
    for axis in plan.axes() {
        let coverage = axis.coverage()?;
        // From the last on, so that nothing is overwritten before it was read.
        let outer = readers.len();
        readers.resize(outer * coverage.len(), 0.0);
        for at in (0..outer).rev() {
            let before: f64 = readers[at];
            for (cell, &count) in readers[at * coverage.len()..].iter_mut().zip(&coverage) {
                *cell = before * count as f64;
            }
        }
    }
    readers.iter_mut().for_each(|count| *count = count.max(1.0));
    Ok(readers)
}
