//! The ways back up, from a small map to a larger one.

mod average_unpool;
mod linear;
mod max_unpool;
mod nearest;

pub use average_unpool::{average_unpool, average_unpool_backward};
pub use linear::{upsample_linear, upsample_linear_backward};
pub use max_unpool::{max_unpool, max_unpool_backward};
pub use nearest::{upsample_nearest, upsample_nearest_backward};

pub(crate) use linear::linear_neighbours;
#[cfg(all(target_arch = "wasm32", feature = "playground"))]
pub(crate) use {
    average_unpool::average_unpool_flat, linear::upsample_linear_flat, max_unpool::max_unpool_flat,
    nearest::upsample_nearest_flat,
};

use super::shapes::product;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::MAX_AXES;
use crate::shown::Shown;

/// Arrays of maps whose spatial extents change, and nothing else.
struct Resize {
    /// N, C and the extents after.
    output: Vec<usize>,
    /// Cells of one map before.
    from: usize,
    /// Cells of one map after.
    to: usize,
    /// Cells of all maps after.
    count: usize,
}

impl Resize {
    /// From an array of `shape`, called `array`, to maps of `spatial`, called `parameter`.
    fn new(array: &'static str, shape: &[usize], parameter: &'static str, spatial: &[usize]) -> Result<Self> {
        let Some((batch, before)) =
            shape.split_at_checked(2).filter(|(_, spatial)| (1..=MAX_AXES).contains(&spatial.len()))
        else {
            return Err(Error::new(ErrorKind::Shape, array, shape, "must have N, C and one to three spatial extents"));
        };
        if before.contains(&0) {
            return Err(Error::new(ErrorKind::Shape, array, shape, "every spatial extent must be at least 1"));
        }
        if spatial.len() != before.len() || spatial.contains(&0) {
            let rule = format!("must have one extent, at least 1, for each spatial axis of {}", shape.shown());
            return Err(Error::new(ErrorKind::Shape, parameter, spatial, rule));
        }
        let output = [batch, spatial].concat();
        product(array, shape)?;
        let count = product(parameter, &output)?;
        Ok(Self { from: product(array, before)?, to: product(parameter, spatial)?, count, output })
    }
}
