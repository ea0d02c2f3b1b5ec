//! Linear upsampling, one axis after another: linear in 1-D, bilinear in 2-D, trilinear in 3-D.

use super::Resize;
use crate::error::{Error, ErrorKind, Result};
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
    let values = resample(cells(&grad_output.as_standard_layout()), &resize, &axes, Way::Back)?;
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
    let values = resample(cells, &resize, &axes, Way::Up)?;
    Ok((values, resize.output))
}

/// A cell after resizing: (1 − part) of the cell at `low`, `part` of the next one. `part` is below 1, and 0 at the last.
struct Blend {
    low: usize,
    part: f64,
}

/// One axis: how many cells it has before resizing, and what becomes of them.
struct Axis {
    extent: usize,
    blends: Vec<Blend>,
}

/// Which of the two linear maps.
#[derive(Clone, Copy)]
enum Way {
    /// From the axis's cells to its blends.
    Up,
    /// The transpose.
    Back,
}

fn axes(from: &[usize], to: &[usize], align_corners: bool) -> Result<Vec<Axis>> {
    let axis = |(&extent, &to): (&usize, &usize)| {
        let mut blends = reserve(to, &[to])?;
        blends.extend((0..to).map(|index| blend(index, extent, to, align_corners)));
        Ok(Axis { extent, blends })
    };
    from.iter().zip(to).map(axis).collect()
}

/// Where cell `index` of `to` lies among `from` cells.
fn blend(index: usize, from: usize, to: usize, align_corners: bool) -> Blend {
    let (index, from, to) = (index as u128, from as u128, to as u128);
    let (numerator, denominator) = if align_corners {
        (index * (from - 1), (to - 1).max(1))
    } else {
        (((2 * index + 1) * from).saturating_sub(to), 2 * to)
    };
    let (low, rest) = (numerator / denominator, numerator % denominator);
    let part = if low + 1 < from { rest as f64 / denominator as f64 } else { 0.0 };
    Blend { low: low as usize, part }
}

/// Every map, one axis after another, outermost first.
fn resample(cells: &[f32], resize: &Resize, axes: &[Axis], way: Way) -> Result<Vec<f32>> {
    let mut values = reserve(resize.count, &resize.output)?;
    let (mut front, mut back): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for plane in cells.chunks_exact(resize.from) {
        clear_for(&mut front, plane.len(), 1)?;
        front.extend(plane.iter().map(|&cell| f64::from(cell)));
        let mut inner = plane.len();
        for axis in axes {
            let (before, after) = match way {
                Way::Up => (axis.extent, axis.blends.len()),
                Way::Back => (axis.blends.len(), axis.extent),
            };
            inner /= before;
            let slabs = front.len() / (before * inner);
            clear_for(&mut back, slabs * inner, after)?;
            back.resize(slabs * inner * after, 0.0);
            for (from, to) in front.chunks_exact(before * inner).zip(back.chunks_exact_mut(after * inner)) {
                match way {
                    Way::Up => axis.blend(inner, from, to),
                    Way::Back => axis.share(inner, from, to),
                }
            }
            std::mem::swap(&mut front, &mut back);
        }
        values.extend(front.iter().map(|&value| value as f32));
    }
    Ok(values)
}

impl Axis {
    /// From runs of `inner` values, one for each cell, to runs for each blend; `to` is all zeros.
    fn blend(&self, inner: usize, from: &[f64], to: &mut [f64]) {
        for (&Blend { low, part }, to) in self.blends.iter().zip(to.chunks_exact_mut(inner)) {
            add(to, &from[low * inner..][..inner], 1.0 - part);
            if part > 0.0 {
                add(to, &from[(low + 1) * inner..][..inner], part);
            }
        }
    }

    /// The transpose: from runs for each blend to runs for each cell.
    fn share(&self, inner: usize, from: &[f64], to: &mut [f64]) {
        for (&Blend { low, part }, from) in self.blends.iter().zip(from.chunks_exact(inner)) {
            add(&mut to[low * inner..][..inner], from, 1.0 - part);
            if part > 0.0 {
                add(&mut to[(low + 1) * inner..][..inner], from, part);
            }
        }
    }
}

fn add(sums: &mut [f64], values: &[f64], weight: f64) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += weight * value;
    }
}

/// Empties a buffer and makes room for `count` × `inner` values. Between two axes there may be more of them than before
/// and after.
fn clear_for(buffer: &mut Vec<f64>, count: usize, inner: usize) -> Result<()> {
    buffer.clear();
    let room = count.checked_mul(inner).filter(|&len| buffer.try_reserve(len).is_ok());
    room.map(drop).ok_or_else(|| {
        let rule = "the values between two axes do not fit into memory";
        Error::new(ErrorKind::Memory, "output_size", inner, rule)
    })
}
