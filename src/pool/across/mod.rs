//! Methods that pool across channels or along time, where no window slides.

mod k_max;
mod maxout;
mod over_time;

pub use k_max::{KMax, dynamic_k};
pub use maxout::Maxout;
pub use over_time::{max_over_time, max_over_time_backward};

use crate::error::{Error, ErrorKind, Result};

/// Sequences are shaped (N, C, T).
fn check_sequences(shape: &[usize]) -> Result<()> {
    let rule = match *shape {
        [_, _, 0] => "must have at least one time step",
        [_, _, time] if time > i32::MAX as usize => "indices are 32-bit: there may be at most 2³¹ − 1 time steps",
        [_, _, _] => return Ok(()),
        _ => "must have the extents N, C and T",
    };
    Err(Error::new(ErrorKind::Shape, "shape", shape, rule))
}
