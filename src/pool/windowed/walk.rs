//! Methods that look at all cells of a window at once.

use crate::error::{Error, ErrorKind, Result};
use crate::kernel::{Tap, visit};
use crate::pool::method::Selected;
use crate::pool::shapes::{Shapes, reserve};

/// Calls `window` for each window of one plane, with its number in the plane, its taps, and its cells.
pub(super) fn windows(
    plane: &[f32],
    shapes: &Shapes,
    cells: &mut Vec<f32>,
    mut window: impl FnMut(usize, &[Tap], &[f32]),
) -> Result<()> {
    if cells.capacity() == 0 {
        *cells = reserve(shapes.largest_window(), &shapes.plan.input_shape())?;
    }
    visit(&shapes.plan, |number, taps| {
        cells.clear();
        cells.extend(taps.iter().map(|tap| plane[tap.at]));
        window(number, taps, cells);
    })
}

/// The cells that `pick` chooses: it is given the window's number over all planes and its cells, at least one and none a
/// NaN, and gives the position of one.
pub(super) fn select(cells: &[f32], shapes: &Shapes, pick: &mut dyn FnMut(u64, &[f32]) -> usize) -> Result<Selected> {
    shapes.check_places()?;
    let (mut values, mut places, mut gathered) = (shapes.reserve_output()?, shapes.reserve_output()?, Vec::new());
    for (number, plane) in cells.chunks_exact(shapes.plane_in).enumerate() {
        let first = shapes.first_output + (number * shapes.plane_out) as u64;
        windows(plane, shapes, &mut gathered, |window, taps, cells| {
            let picked = match cells.iter().rposition(|cell| cell.is_nan()) {
                _ if cells.is_empty() => None,
                None => Some(pick(first + window as u64, cells)),
                last_nan => last_nan,
            };
            values.push(picked.map_or(0.0, |at| cells[at]));
            places.push(picked.map_or(-1, |at| taps[at].at as i32));
        })?;
    }
    Ok((values, places))
}

/// Checks a count of cells against the largest window: a sliding one has been, a region is known only now.
pub(super) fn check_within(parameter: &'static str, count: usize, shapes: &Shapes) -> Result<()> {
    let longest = |axis: &crate::geometry::AxisPlan| axis.spans.iter().map(|span| span.taps()).max().unwrap_or(0);
    let most = shapes.plan.axes().iter().map(longest).fold(1usize, usize::saturating_mul);
    if count <= most {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Shape, parameter, count, format!("must not exceed the largest window's {most} cells")))
}
