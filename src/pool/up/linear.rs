//! Linear upsampling, one axis after another: linear in 1-D, bilinear in 2-D, trilinear in 3-D.

use super::Resize;
use crate::error::Result;
use crate::kernel::{AxisMap, Way, resample_planes};
use crate::pool::shapes::reserve;
use crate::pool::{ONE_VALUE_EACH, cells};
use ndarray::{ArrayD, ArrayViewD, IxDyn};

/// Resizes `x`, shaped (N, C, spatial…), to maps of `output_size` by interpolating between neighbours along every axis
/// (PyTorch's `interpolate` with `mode="linear"`, `"bilinear"` or `"trilinear"` and a `size`).
///
/// Cell i of m along an axis lies at s among n cells, and is (1 − f) · x⌊s⌋ + f · x⌊s⌋₊₁ with f = s − ⌊s⌋:
///
/// - without `align_corners`, cells are squares and the maps' edges meet: s = (i + ½) · n/m − ½, at least 0, and the last
///   cell goes on to the edge (ONNX's `half_pixel`);
/// - with it, cells are points and the first and last ones meet: s = i · (n − 1)/(m − 1), or 0 where m is 1.
///
/// s is computed in integers and sums in doubles, so results differ from PyTorch's by its rounding. A cell with the
/// weight 0 takes no part, be it infinite or a NaN; PyTorch multiplies it. A smaller output skips cells.
///
/// ```
/// use deep_end::pool::upsample_linear;
/// use ndarray::array;
/// let x = array![[[0.0, 4.0]]].into_dyn();
/// // s = −¼ (held to 0), ¼, ¾, 1¼ (beyond the last cell).
/// assert_eq!(upsample_linear(x.view(), &[4], false)?, array![[[0.0, 1.0, 3.0, 4.0]]].into_dyn());
/// // s = 0, ¼, ½, ¾, 1.
/// assert_eq!(upsample_linear(x.view(), &[5], true)?, array![[[0.0, 1.0, 2.0, 3.0, 4.0]]].into_dyn());
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When `x` has not N, C and one to three spatial axes, `output_size` has another number of axes or a 0, or the result
/// does not fit into memory.
pub fn upsample_linear(x: ArrayViewD<f32>, output_size: &[usize], align_corners: bool) -> Result<ArrayD<f32>> {
    let (values, shape) = upsample_linear_flat(cells(&x.as_standard_layout()), x.shape(), output_size, align_corners)?;
    Ok(ArrayD::from_shape_vec(IxDyn(&shape), values).expect(ONE_VALUE_EACH))
}

/// The gradient of the loss by `x`, whose maps were of `input_size`, given the gradient by [`upsample_linear`]'s output:
/// the transpose, each output cell's gradient going to its neighbours by their weights.
///
/// # Errors
/// As [`upsample_linear`], `input_size` being the size to go to.
pub fn upsample_linear_backward(
    grad_output: ArrayViewD<f32>,
    input_size: &[usize],
    align_corners: bool,
) -> Result<ArrayD<f32>> {
    let resize = Resize::new("grad_output", grad_output.shape(), "input_size", input_size)?;
    let axes = axes(input_size, &grad_output.shape()[2..], align_corners)?;
    let values = resize_planes(cells(&grad_output.as_standard_layout()), &resize, &axes, Way::Back)?;
    Ok(ArrayD::from_shape_vec(IxDyn(&resize.output), values).expect(ONE_VALUE_EACH))
}

/// [`upsample_linear`] of row-major cells; the output's values and shape.
pub(crate) fn upsample_linear_flat(
    cells: &[f32],
    shape: &[usize],
    output_size: &[usize],
    align_corners: bool,
) -> Result<(Vec<f32>, Vec<usize>)> {
    let resize = Resize::new("x", shape, "output_size", output_size)?;
    let axes = axes(&shape[2..], output_size, align_corners)?;
    let values = resize_planes(cells, &resize, &axes, Way::Forward)?;
    Ok((values, resize.output))
}

/// The cells along one axis, and their weights, that cell `index` of `to` is made of among `from` cells.
pub(crate) fn linear_neighbours(index: usize, from: usize, to: usize, align_corners: bool) -> Vec<(usize, f64)> {
    let (low, part) = blend(index, from, to, align_corners);
    [(low, 1.0 - part), (low + 1, part)].into_iter().filter(|&(_, weight)| weight > 0.0).collect()
}

fn axes(from: &[usize], to: &[usize], align_corners: bool) -> Result<Vec<AxisMap>> {
    let axis = |(&from, &to): (&usize, &usize)| {
        AxisMap::new(from, to, 2, |index| {
            let (low, part) = blend(index, from, to, align_corners);
            [(low, 1.0 - part), (low + 1, part)].into_iter().filter(|&(_, weight)| weight > 0.0)
        })
    };
    from.iter().zip(to).map(axis).collect()
}

/// Where cell `index` of `to` lies among `from` cells: that cell after resizing is (1 − part) of the cell at `low`, and
/// `part` of the next one. `part` is below 1, and 0 at the last cell.
fn blend(index: usize, from: usize, to: usize, align_corners: bool) -> (usize, f64) {
    let (index, from, to) = (index as u128, from as u128, to as u128);
    let (numerator, denominator) = if align_corners {
        (index * (from - 1), (to - 1).max(1))
    } else {
        (((2 * index + 1) * from).saturating_sub(to), 2 * to)
    };
    let (low, rest) = (numerator / denominator, numerator % denominator);
    let part = if low + 1 < from { rest as f64 / denominator as f64 } else { 0.0 };
    (low as usize, part)
}

/// Every map, one axis after another.
fn resize_planes(cells: &[f32], resize: &Resize, axes: &[AxisMap], way: Way) -> Result<Vec<f32>> {
    let mut values = reserve(resize.count, &resize.output)?;
    values.resize(resize.count, 0.0);
    resample_planes(cells, resize.from, axes, way, &mut values)?;
    Ok(values)
}
