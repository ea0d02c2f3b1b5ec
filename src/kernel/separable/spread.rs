//! The transpose of a sum over windows.

use crate::error::Result;
use crate::geometry::Plan;
use crate::kernel::{Passes, clear_for};

/// The transpose of a sum over windows: every cell receives the sum of the values of all windows that read it.
/// One axis after another, outermost first; `values` is row-major over the plan's output shape.
pub(crate) fn spread<'s>(values: &[f64], plan: &Plan, scratch: &'s mut Passes<f64>) -> Result<&'s [f64]> {
    clear_for(&mut scratch.front, values.len(), 1)?;
    scratch.front.extend_from_slice(values);
    let mut inner = values.len();
    for axis in plan.axes() {
        inner /= axis.spans.len();
        let slab = axis.spans.len() * inner;
        clear_for(&mut scratch.back, scratch.front.len() / slab * axis.extent, inner)?;
        for slab in scratch.front.chunks_exact(slab) {
            let begin = scratch.back.len();
            scratch.back.resize(begin + axis.extent * inner, 0.0);
            let target = &mut scratch.back[begin..];
            for (span, source) in axis.spans.iter().zip(slab.chunks_exact(inner)) {
                for at in span.positions(axis.step) {
                    for (cell, &value) in target[at * inner..][..inner].iter_mut().zip(source) {
                        *cell += value;
                    }
                }
            }
        }
        std::mem::swap(&mut scratch.front, &mut scratch.back);
    }
    Ok(&scratch.front)
}
