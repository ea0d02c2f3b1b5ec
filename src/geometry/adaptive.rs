//! Regions fitted to an output size, and the whole input as one region.

use super::plan::{AxisPlan, Plan, Span, collect_spans};
use super::{MAX_AXES, check_axes};
use crate::error::{Error, ErrorKind, Result};

pub(super) fn validate(output_size: &[usize]) -> Result<()> {
    let broken = |rule| Err(Error::new(ErrorKind::Parameter, "output_size", output_size, rule));
    if output_size.is_empty() || output_size.len() > MAX_AXES {
        return broken("an output has one, two or three spatial axes");
    }
    if output_size.contains(&0) {
        return broken("every extent must be at least 1");
    }
    Ok(())
}

pub(super) fn plan(output_size: &[usize], spatial: &[usize]) -> Result<Plan> {
    check_axes("output_size", output_size, spatial)?;
    let axis = |(&count, &extent): (&usize, &usize)| {
        let spans = collect_spans("output_size", count, |index| region(index, count, extent))?;
        Ok(AxisPlan { extent, step: 1, padding: [0, 0], overhang: 0, spans })
    };
    output_size.iter().zip(spatial).map(axis).collect::<Result<_>>().map(Plan::new)
}

/// Region `index` of `count`: ⌊index·extent/count⌋ up to ⌈(index+1)·extent/count⌉, PyTorch's rule. In integers of
/// twice the width: floats were wrong above 2²⁴ cells.
fn region(index: usize, count: usize, extent: usize) -> Span {
    let (index, count, extent) = (index as u128, count as u128, extent as u128);
    let start = index * extent / count;
    let end = ((index + 1) * extent).div_ceil(count);
    Span::region(start as usize, (end - start) as usize)
}
