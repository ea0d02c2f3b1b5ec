//! How much a layer's answer depends on where the picture lies.

use super::{Inspector, Peak, Plane, WayUp};
use crate::error::{Error, ErrorKind, Result};
use crate::pool::{Pool, reserve};
use crate::shown::Shown;

/// How far the layer is from moving along when the map moves by `shift` cells on each axis: both the map's output and the
/// moved map's go back up to the map's size (nearest), the first is moved too, and the size of their difference is taken
/// relative to the first's, √(Σ(a − b)² / Σa²). 0 is a layer that moves along exactly, as every one does for shifts by
/// whole strides of a map that its windows tile; what it is in between shows how much the layer aliases. Maps move
/// around their ends: what leaves on one side comes in on the other.
///
/// After R. Zhang, *Making Convolutional Networks Shift-Invariant Again*, 2019 (shift-equivariance, his equation 3).
///
/// ```
/// use deep_end::inspect::{Plane, shift_change};
/// use deep_end::{Pool, Pooling, Window};
/// let layer = Pool::new(Pooling::Max, Window::new([2]))?;
/// let plane = Plane::new(vec![0.0, 0.0, 1.0, 1.0], [4])?;
/// // Pooled 0, 1; moved by one cell, the map 1, 0, 0, 1 is pooled to 1, 1.
/// assert_eq!(shift_change(&layer, &plane, &[2])?, 0.0);
/// assert_eq!(shift_change(&layer, &plane, &[1])?, 1.0);
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When the layer does not fit the map, there is not one shift for each axis, or the maps do not fit into memory.
pub fn shift_change(pool: &Pool, plane: &Plane, shift: &[isize]) -> Result<f64> {
    if shift.len() != plane.shape().len() {
        let rule = ["must have a number of cells for each axis of ", &plane.shape().shown()].concat();
        return Err(Error::new(ErrorKind::Shape, "shift", shift.len(), rule));
    }
    let still = rolled(&back_up(pool, plane)?, shift)?;
    let moved = back_up(pool, &rolled(plane, shift)?)?;
    let (mut difference, mut size) = (0.0, 0.0);
    for (&a, &b) in still.cells().iter().zip(moved.cells()) {
        let (a, b) = (f64::from(a), f64::from(b));
        difference += (a - b) * (a - b);
        size += a * a;
    }
    Ok(if difference == 0.0 { 0.0 } else { (difference / size).sqrt() })
}

fn back_up(pool: &Pool, plane: &Plane) -> Result<Plane<'static>> {
    Ok(Inspector::new(pool, plane.clone())?.reconstruct(WayUp::Nearest, Peak::Of(1.0))?.plane)
}

/// The map moved by so many cells on each axis, around its ends.
fn rolled(plane: &Plane, shift: &[isize]) -> Result<Plane<'static>> {
    let shape = plane.shape();
    let mut cells = reserve(plane.cells().len(), shape)?;
    cells.extend_from_slice(plane.cells());
    let mut inner = 1;
    for (&extent, &by) in shape.iter().zip(shift).rev() {
        // A run is this axis with all that lies inside it: turning it by whole inner parts moves the axis alone.
        let run = inner * extent;
        if run > 0 {
            let by = by.rem_euclid(extent as isize) as usize * inner;
            cells.chunks_exact_mut(run).for_each(|run| run.rotate_right(by));
        }
        inner = run;
    }
    Ok(plane.with_cells(cells, shape))
}
