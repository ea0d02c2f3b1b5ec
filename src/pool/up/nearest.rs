//! Nearest-neighbour upsampling: every cell is a copy.

use super::Resize;
use crate::error::Result;
use crate::geometry::{Geometry, Plan};
use crate::kernel::{Passes, Scratch, Sum, reduce, spread};
use crate::pool::shapes::reserve;
use crate::pool::{ONE_VALUE_EACH, cells};
use ndarray::{ArrayD, ArrayViewD, IxDyn};

/// Resizes `x`, shaped (N, C, spatial…), to maps of `output_size`: cell i of m along an axis is a copy of cell ⌊i·n/m⌋ of
/// n (PyTorch's `interpolate` with `mode="nearest"` and a `size`; ONNX's `Resize`, nearest, asymmetric, floor). In
/// integers, where PyTorch multiplies by n/m as a float and may be a cell off. A smaller output skips cells.
///
/// ```
/// use deep_end::pool::upsample_nearest;
/// use ndarray::array;
/// let x = array![[[1.0, 2.0, 3.0]]].into_dyn();
/// // ⌊i · 3/5⌋: 0, 0.6, 1.2, 1.8, 2.4.
/// assert_eq!(upsample_nearest(x.view(), &[5])?, array![[[1.0, 1.0, 2.0, 2.0, 3.0]]].into_dyn());
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When `x` has not N, C and one to three spatial axes, `output_size` has another number of axes or a 0, or the result
/// does not fit into memory.
pub fn upsample_nearest(x: ArrayViewD<f32>, output_size: &[usize]) -> Result<ArrayD<f32>> {
    let (values, shape) = upsample_nearest_flat(cells(&x.as_standard_layout()), x.shape(), output_size)?;
    Ok(ArrayD::from_shape_vec(IxDyn(&shape), values).expect(ONE_VALUE_EACH))
}

/// The gradient of the loss by `x`, whose maps were of `input_size`, given the gradient by [`upsample_nearest`]'s
/// output: the sum over all copies of a cell.
///
/// # Errors
/// As [`upsample_nearest`], `input_size` being the size to go to.
pub fn upsample_nearest_backward(grad_output: ArrayViewD<f32>, input_size: &[usize]) -> Result<ArrayD<f32>> {
    let resize = Resize::new("grad_output", grad_output.shape(), "input_size", input_size)?;
    let mut values = reserve(resize.count, &resize.output)?;
    let plan = plan(input_size, &grad_output.shape()[2..])?;
    let (mut gradients, mut scratch) = (reserve(resize.from, grad_output.shape())?, Passes::default());
    for plane in cells(&grad_output.as_standard_layout()).chunks_exact(resize.from) {
        gradients.clear();
        gradients.extend(plane.iter().map(|&gradient| f64::from(gradient)));
        values.extend(spread(&gradients, &plan, &mut scratch)?.iter().map(|&sum| sum as f32));
    }
    Ok(ArrayD::from_shape_vec(IxDyn(&resize.output), values).expect(ONE_VALUE_EACH))
}

/// [`upsample_nearest`] of row-major cells; the output's values and shape.
pub(crate) fn upsample_nearest_flat(
    cells: &[f32],
    shape: &[usize],
    output_size: &[usize],
) -> Result<(Vec<f32>, Vec<usize>)> {
    let resize = Resize::new("x", shape, "output_size", output_size)?;
    let mut values = reserve(resize.count, &resize.output)?;
    let plan = plan(&shape[2..], output_size)?;
    let mut scratch = Scratch::default();
    for plane in cells.chunks_exact(resize.from) {
        values.extend_from_slice(reduce(&Sum::alone(), plane, &plan, &mut scratch)?);
    }
    Ok((values, resize.output))
}

/// Upsampling is a sum over regions of one cell each: what there is in kernels and transposes serves as it is.
fn plan(from: &[usize], to: &[usize]) -> Result<Plan> {
    let axis = |(&from, &to): (&usize, &usize)| {
        let mut regions = reserve(to, &[to])?;
        regions.extend((0..to).map(|index| {
            let source = (index as u128 * from as u128 / to as u128) as usize;
            [source, source + 1]
        }));
        Ok(regions)
    };
    Geometry::Regions(from.iter().zip(to).map(axis).collect::<Result<_>>()?).plan(from)
}
