//! How often each input cell is read.

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Geometry;
use crate::pool::{product, reserve};

/// How many windows read each cell of a plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The plane's extents.
    pub shape: Vec<usize>,
    /// For each cell, row-major: 0 in a dropped tail, a gap of a stride above the kernel, a hole of a dilation; above 1
    /// where windows overlap.
    pub counts: Vec<u32>,
    /// Cells that no window reads.
    pub unread: usize,
    /// Cells that one window reads.
    pub once: usize,
    /// Cells that more than one window reads.
    pub repeatedly: usize,
}

/// How often a layer with this geometry reads each cell of a plane with these spatial extents.
///
/// ```
/// use deep_end::{Window, inspect::coverage};
/// // Windows 0 to 2, 2 to 4, 4 to 6: they share two cells, and the last cell is dropped.
/// let coverage = coverage(&Window::new([3]).stride([2]).into(), &[8])?;
/// assert_eq!(coverage.counts, [1, 1, 2, 1, 2, 1, 1, 0]);
/// assert_eq!((coverage.unread, coverage.once, coverage.repeatedly), (1, 5, 2));
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When the geometry does not fit the extents, the map does not fit into memory, or a count does not fit 32 bits.
pub fn coverage(geometry: &Geometry, spatial: &[usize]) -> Result<Coverage> {
    let plan = geometry.plan(spatial)?;
    let cells = product("shape", spatial)?;
    let mut counts = vec![1u32];
    for axis in plan.axes() {
        let along = axis.coverage()?;
        let mut longer = reserve(counts.len().saturating_mul(axis.extent).min(cells), spatial)?;
        for &outer in &counts {
            for &inner in &along {
                let count = u32::try_from(inner).ok().and_then(|inner| outer.checked_mul(inner));
                longer.push(count.ok_or_else(|| {
                    let rule = "counts are 32-bit: a cell may be read by at most 2³² − 1 windows";
                    Error::new(ErrorKind::Shape, "output_size", plan.output_shape(), rule)
                })?);
            }
        }
        counts = longer;
    }
    let number = |of: fn(u32) -> bool| counts.iter().filter(|&&count| of(count)).count();
    let (unread, once, repeatedly) =
        (number(|count| count == 0), number(|count| count == 1), number(|count| count > 1));
    Ok(Coverage { shape: spatial.to_vec(), counts, unread, once, repeatedly })
}
