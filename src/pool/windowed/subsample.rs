//! Subsampling: the first cell of each window, nothing done about the others.

use crate::error::Result;
use crate::kernel::visit_axes;
use crate::pool::arithmetic::{Arithmetic, Gradient, Picked, Room};
use crate::pool::shapes::Shapes;

pub(in crate::pool) struct Subsample;

impl Arithmetic for Subsample {
    fn picks(&self) -> bool {
        true
    }

    fn select(&self, cells: &[f32], shapes: &Shapes, picked: Picked<f32>, room: &mut Room) -> Result<()> {
        shapes.check_places()?;
        let Picked { values, places } = picked;
        first_cells(cells, shapes, room, &mut |window, cell, place| (values[window], places[window]) = (cell, place))
    }

    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        first_cells(cells, shapes, room, &mut |window, cell, _| values[window] = cell)
    }
}

/// Calls `see` for each window of each plane with its first cell and where that lies: 0 and −1 where it has none.
fn first_cells(cells: &[f32], shapes: &Shapes, room: &mut Room, see: &mut impl FnMut(usize, f32, i32)) -> Result<()> {
    let (axis, outer) = shapes.plan.axes().split_last().expect("a plan has at least one axis");
    let count = axis.spans.len();
    for (number, plane) in cells.chunks_exact(shapes.plane_in).enumerate() {
        visit_axes(outer, &mut room.chosen, &mut |line, rows| {
            let first = number * shapes.plane_out + line * count;
            let row = rows.first().map(|row| row.at * axis.extent);
            for (window, span) in axis.spans.iter().enumerate() {
                let at = row.filter(|_| span.len > 0).map(|row| row + span.start);
                see(first + window, at.map_or(0.0, |at| plane[at]), at.map_or(-1, |at| at as i32));
            }
            Ok(())
        })?;
    }
    Ok(())
}

impl Gradient for Subsample {}
