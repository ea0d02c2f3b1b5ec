//! Mixed max-average pooling: α · max + (1 − α) · mean.

use super::average::OF_CELLS;
use super::max::Max;
use crate::error::Result;
use crate::pool::arithmetic::{Arithmetic, Gradient, Room};
use crate::pool::shapes::{Shapes, reserve};

pub(in crate::pool) struct Mixed {
    pub alpha: f64,
}

impl Arithmetic for Mixed {
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        with_means(cells, shapes, values, room, &mut |values, means, _| {
            values.iter_mut().zip(means).for_each(|(value, &mean)| *value = blend(self.alpha, *value, mean));
            Ok(())
        })
    }
}

impl Gradient for Mixed {
    fn backward(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let gates = std::iter::repeat(self.alpha);
        backward(cells, grad_output, gates, shapes)
    }
}

/// Is given the maxima, which it replaces, and the means.
type Blend<'b> = dyn FnMut(&mut [f32], &[f32], &mut Room) -> Result<()> + 'b;

/// Calls `blend` with the maxima of all windows, in `values`, and their means.
pub(super) fn with_means(
    cells: &[f32],
    shapes: &Shapes,
    values: &mut [f32],
    room: &mut Room,
    blend: &mut Blend,
) -> Result<()> {
    Max.forward(cells, shapes, values, room)?;
    let mut means = std::mem::take(&mut room.values);
    let blended = shapes
        .fill_output(&mut means, 0.0)
        .and_then(|()| OF_CELLS.forward(cells, shapes, &mut means, room))
        .and_then(|()| blend(values, &means, room));
    room.values = means;
    blended
}

/// gate · max + (1 − gate) · mean. A part of 0 is left out, for 0 · ∞ would be a NaN; and a window without cells, whose
/// maximum is −∞ and whose mean is 0, is 0.
pub(super) fn blend(gate: f64, max: f32, mean: f32) -> f32 {
    let part = |weight: f64, value: f32| if weight == 0.0 { 0.0 } else { weight * f64::from(value) };
    if max == f32::NEG_INFINITY && mean == 0.0 { 0.0 } else { (part(gate, max) + part(1.0 - gate, mean)) as f32 }
}

/// The gradients by way of the maximum and of the mean, for one gate an output cell.
pub(super) fn backward(
    cells: &[f32],
    grad_output: &[f32],
    gates: impl Iterator<Item = f64> + Clone,
    shapes: &Shapes,
) -> Result<Vec<f32>> {
    let weighted = |part: fn(f64) -> f64| {
        let mut gradients = reserve(grad_output.len(), &shapes.output)?;
        let of_gate = |(&gradient, gate)| (part(gate) * f64::from(gradient)) as f32;
        gradients.extend(grad_output.iter().zip(gates.clone()).map(of_gate));
        Ok(gradients)
    };
    let mut grad_input = Max.backward(cells, &weighted(|gate| gate)?, shapes)?;
    let of_mean = OF_CELLS.backward(cells, &weighted(|gate| 1.0 - gate)?, shapes)?;
    grad_input.iter_mut().zip(of_mean).for_each(|(gradient, of_mean)| *gradient += of_mean);
    Ok(grad_input)
}
