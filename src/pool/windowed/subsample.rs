//! Subsampling: the first cell of each window, nothing done about the others.

use crate::error::Result;
use crate::kernel::visit;
use crate::pool::method::{Arithmetic, Gradient, Selected};
use crate::pool::shapes::Shapes;

pub(in crate::pool) struct Subsample;

impl Arithmetic for Subsample {
    fn select(&self, cells: &[f32], shapes: &Shapes) -> Option<Result<Selected>> {
        Some(select(cells, shapes))
    }
}

impl Gradient for Subsample {}

fn select(cells: &[f32], shapes: &Shapes) -> Result<Selected> {
    shapes.check_places()?;
    let (mut values, mut places) = (shapes.reserve_output()?, shapes.reserve_output()?);
    let first_cells = shapes.plan.first_cells();
    for plane in cells.chunks_exact(shapes.plane_in) {
        visit(&first_cells, |_, taps| {
            values.push(taps.first().map_or(0.0, |tap| plane[tap.at]));
            places.push(taps.first().map_or(-1, |tap| tap.at as i32));
        })?;
    }
    Ok((values, places))
}
