//! Median and rank pooling: a window's cell by its place in their order.

use super::walk;
use crate::error::Result;
use crate::pool::method::{Arithmetic, Selected};
use crate::pool::shapes::Shapes;

pub(in crate::pool) enum Rank {
    /// The lower median.
    Median,
    /// This one from the largest, counted from 1.
    Largest(usize),
}

impl Arithmetic for Rank {
    fn select(&self, cells: &[f32], shapes: &Shapes) -> Option<Result<Selected>> {
        Some(self.select(cells, shapes))
    }
}

impl Rank {
    fn select(&self, cells: &[f32], shapes: &Shapes) -> Result<Selected> {
        if let &Self::Largest(rank) = self {
            walk::check_within("rank", rank, shapes)?;
        }
        let mut sorted = Vec::new();
        walk::select(cells, shapes, &mut |_, window| {
            let last = window.len() - 1;
            let from_smallest = match *self {
                Self::Median => last / 2,
                Self::Largest(rank) => last.saturating_sub(rank - 1),
            };
            sorted.clear();
            sorted.extend_from_slice(window);
            let (_, &mut value, _) = sorted.select_nth_unstable_by(from_smallest, f32::total_cmp);
            // By value, so that of equal cells the first is meant, and 0 and −0 are equal.
            window.iter().position(|&cell| cell == value).unwrap_or(from_smallest)
        })
    }
}
