//! Median and rank pooling: a window's cell by its place in their order.

use super::{order, walk};
use crate::error::Result;
use crate::pool::arithmetic::{Arithmetic, Gradient, Picked, Room};
use crate::pool::shapes::Shapes;

pub(in crate::pool) enum Rank {
    /// The lower median.
    Median,
    /// This one from the largest, counted from 1.
    Largest(usize),
}

impl Arithmetic for Rank {
    fn picks(&self) -> bool {
        true
    }

    fn select(&self, cells: &[f32], shapes: &Shapes, picked: Picked<f32>, _: &mut Room) -> Result<()> {
        if let &Self::Largest(rank) = self {
            walk::check_within("rank", rank, shapes)?;
        }
        let mut keys = Vec::new();
        walk::select(cells, shapes, picked, &mut |window| {
            let rank = match *self {
                // Of four cells the third from the largest is the second from the smallest.
                Self::Median => window.cells.len() / 2 + 1,
                Self::Largest(rank) => rank,
            };
            let key = order::key_of_rank(window.cells, rank, &mut keys);
            let value = key.map(|key| window.cells[key as u32 as usize]);
            // By value, so that of equal cells the first is meant.
            window.cells.iter().position(|&cell| Some(cell) == value).unwrap_or(0)
        })
    }
}

impl Gradient for Rank {}
