//! A map in a few numbers, and two maps against each other.

use crate::error::{Error, ErrorKind, Result};
use crate::pool::reserve;

/// What a map's numbers come to. NaN and infinities are counted, and left out of everything else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    /// How many cells are finite.
    pub finite: usize,
    /// How many are not.
    pub others: usize,
    /// The least finite cell; 0 where there is none.
    pub min: f32,
    /// The greatest finite cell; 0 where there is none.
    pub max: f32,
    /// Their mean.
    pub mean: f64,
    /// The sum of their squares.
    pub energy: f64,
}

/// The numbers of a map, added up in f64 from the first cell to the last.
///
/// ```
/// let numbers = deep_end::inspect::statistics(&[1.0, -3.0, f32::NAN, 5.0]);
/// assert_eq!((numbers.finite, numbers.others, numbers.min, numbers.max), (3, 1, -3.0, 5.0));
/// assert_eq!((numbers.mean, numbers.energy), (1.0, 35.0));
/// ```
pub fn statistics(cells: &[f32]) -> Statistics {
    let (mut finite, mut sum, mut energy) = (0usize, 0.0, 0.0);
    let (mut min, mut max) = (f32::INFINITY, f32::NEG_INFINITY);
    for &cell in cells.iter().filter(|cell| cell.is_finite()) {
        let wide = f64::from(cell);
        finite += 1;
        sum += wide;
        energy += wide * wide;
        (min, max) = (min.min(cell), max.max(cell));
    }
    if finite == 0 {
        (min, max) = (0.0, 0.0);
    }
    let mean = if finite == 0 { 0.0 } else { sum / finite as f64 };
    Statistics { finite, others: cells.len() - finite, min, max, mean, energy }
}

/// Each cell of `a` minus that of `b`.
///
/// # Errors
/// When the two differ in length, or the result does not fit into memory.
pub fn difference(a: &[f32], b: &[f32]) -> Result<Vec<f32>> {
    if a.len() != b.len() {
        let rule = "must be the first map's number of cells";
        return Err(Error::new(ErrorKind::Shape, "b.length", b.len(), rule));
    }
    let mut cells = reserve(a.len(), &[a.len()])?;
    cells.extend(a.iter().zip(b).map(|(a, b)| a - b));
    Ok(cells)
}
