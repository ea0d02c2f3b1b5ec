//! What stands around pooling layers in a stack of stages: test patterns that go in, filters and the rectifier between.
//!
//! All take and give row-major cells, shaped (N, C, height, width) where the shape matters.

mod filter;
mod part;
mod pattern;
mod unpool;
mod up;

pub use filter::{Border, filter};
pub use part::{StackPart, Stage, StagePart};
pub use pattern::{Pattern, PatternName};
pub use up::Up;

use crate::error::Result;
use crate::pool::reserve;

/// The rectifier, max(x, 0) of each cell. A NaN stays one.
///
/// ```
/// assert_eq!(deep_end::stages::relu(&[-1.0, 0.0, 2.0])?, [0.0, 0.0, 2.0]);
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When the result does not fit into memory.
pub fn relu(x: &[f32]) -> Result<Vec<f32>> {
    let mut cells = reserve(x.len(), &[x.len()])?;
    cells.extend(x.iter().map(|&cell| if cell < 0.0 { 0.0 } else { cell }));
    Ok(cells)
}
