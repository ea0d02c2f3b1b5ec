//! Regions given one by one.

use super::check_axes;
use super::plan::{AxisPlan, Plan, Span, collect_spans};
use crate::error::{Error, ErrorKind, Result};

pub(super) fn validate(regions: &[Vec<[usize; 2]>]) -> Result<()> {
    let broken = |rule| Err(Error::new(ErrorKind::Parameter, "regions", regions, rule));
    if regions.is_empty() || regions.len() > super::MAX_AXES {
        return broken("an output has one, two or three spatial axes");
    }
    if regions.iter().any(Vec::is_empty) {
        return broken("every axis must have at least one region");
    }
    if regions.iter().flatten().any(|&[start, end]| start >= end) {
        return broken("a region is [start, end) with start below end");
    }
    Ok(())
}

pub(super) fn plan(regions: &[Vec<[usize; 2]>], spatial: &[usize]) -> Result<Plan> {
    check_axes("regions", &regions.iter().map(Vec::len).collect::<Vec<_>>(), spatial)?;
    let axis = |(regions, &extent): (&Vec<[usize; 2]>, &usize)| {
        if let Some(region) = regions.iter().find(|[_, end]| *end > extent) {
            let rule = format!("must end within the input's {extent} cells");
            return Err(Error::new(ErrorKind::Shape, "regions", region.as_slice(), rule));
        }
        let region = |index: usize| Span::region(regions[index][0], regions[index][1] - regions[index][0]);
        let spans = collect_spans("regions", regions.len(), region)?;
        Ok(AxisPlan { extent, step: 1, padding: [0, 0], overhang: 0, spans })
    };
    regions.iter().zip(spatial).map(axis).collect::<Result<_>>().map(Plan::new)
}
