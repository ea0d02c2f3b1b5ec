//! Subsampling: the first cell of each window, nothing done about the others.

use crate::error::Result;
use crate::kernel::visit;
use crate::pool::arithmetic::{Arithmetic, Gradient, Picked, Room};
use crate::pool::shapes::Shapes;

pub(in crate::pool) struct Subsample;

impl Arithmetic for Subsample {
    fn picks(&self) -> bool {
        true
    }

    fn select(&self, cells: &[f32], shapes: &Shapes, picked: Picked<f32>, _: &mut Room) -> Result<()> {
        shapes.check_places()?;
        let first_cells = shapes.plan.first_cells();
        for (number, plane) in cells.chunks_exact(shapes.plane_in).enumerate() {
            let begin = number * shapes.plane_out;
            visit(&first_cells, |window, taps| {
                picked.values[begin + window] = taps.first().map_or(0.0, |tap| plane[tap.at]);
                picked.places[begin + window] = taps.first().map_or(-1, |tap| tap.at as i32);
            })?;
        }
        Ok(())
    }
}

impl Gradient for Subsample {}
