//! Methods that look at all cells of a window at once.

use crate::error::{Error, ErrorKind, Result};
use crate::kernel::{Tap, visit};
use crate::pool::arithmetic::Picked;
use crate::pool::shapes::{Shapes, reserve};

/// A window of some plane.
pub(super) struct Seen<'a> {
    /// Its number among the windows of all planes, which is its output cell's flat position.
    pub number: usize,
    /// Where its plane begins.
    pub plane: usize,
    /// Which cells of the plane it reads.
    pub taps: &'a [Tap],
    /// Their values.
    pub cells: &'a [f32],
}

impl Seen<'_> {
    /// The flat positions of the window's cells, and the cells.
    pub fn places(&self) -> impl Iterator<Item = (usize, f32)> + Clone {
        self.taps.iter().map(|tap| self.plane + tap.at).zip(self.cells.iter().copied())
    }
}

/// Calls `see` for each window of each plane, row-major.
pub(super) fn windows(cells: &[f32], shapes: &Shapes, see: &mut dyn FnMut(Seen)) -> Result<()> {
    // No planes need no room, however large they would be.
    if cells.is_empty() {
        return Ok(());
    }
    let mut gathered: Vec<f32> = reserve(shapes.largest_window(), &shapes.plan.input_shape())?;
    for (number, plane) in cells.chunks_exact(shapes.plane_in).enumerate() {
        let (first, begin) = (number * shapes.plane_out, number * shapes.plane_in);
        visit(&shapes.plan, |window, taps| {
            gathered.clear();
            gathered.extend(taps.iter().map(|tap| plane[tap.at]));
            see(Seen { number: first + window, plane: begin, taps, cells: &gathered });
        })?;
    }
    Ok(())
}

/// The cells that `pick` chooses: it is given a window that has cells, none of them a NaN, and gives the position of one.
pub(super) fn select(
    cells: &[f32],
    shapes: &Shapes,
    out: Picked<f32>,
    pick: &mut dyn FnMut(&Seen) -> usize,
) -> Result<()> {
    shapes.check_places()?;
    windows(cells, shapes, &mut |window| {
        let picked = match window.cells.iter().rposition(|cell| cell.is_nan()) {
            _ if window.cells.is_empty() => None,
            None => Some(pick(&window)),
            last_nan => last_nan,
        };
        out.values[window.number] = picked.map_or(0.0, |at| window.cells[at]);
        out.places[window.number] = picked.map_or(-1, |at| window.taps[at].at as i32);
    })
}

/// Checks a count of cells against the largest window: a sliding one has been, a region is known only now.
pub(super) fn check_within(parameter: &'static str, count: usize, shapes: &Shapes) -> Result<()> {
    let most = shapes.most_taps;
    if count <= most {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Shape, parameter, count, format!("must not exceed the largest window's {most} cells")))
}
