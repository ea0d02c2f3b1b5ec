//! Median and rank pooling: a window's cell by its place in their order.

use super::order;
use super::walk::{self, Picks, Target};
use crate::error::Result;
use crate::kernel::{Block, clear_for};
use crate::pool::arithmetic::{Arithmetic, Gradient, Picked, Room};
use crate::pool::shapes::Shapes;

pub(in crate::pool) enum Rank {
    /// The lower median.
    Median,
    /// This one from the largest, counted from 1.
    Largest(usize),
}

impl Rank {
    fn pick(&self, cells: &[f32], shapes: &Shapes, picked: Picks, room: &mut Room) -> Result<()> {
        if let &Self::Largest(rank) = self {
            walk::check_within("rank", rank, shapes)?;
        }
        let Room { networks, keys, cells: sorted, blocks, .. } = room;
        walk::pick(cells, shapes, picked, blocks, &mut |block, target| {
            let taps = block.taps.len();
            let rank = match *self {
                // Of four cells the third from the largest is the second from the smallest.
                Self::Median => taps / 2 + 1,
                Self::Largest(rank) => rank.min(taps),
            };
            clear_for(sorted, block.cells.len(), 1)?;
            sorted.extend_from_slice(block.cells);
            if networks.sort(sorted, block.count, rank - 1..rank)?.is_none() {
                for (window, value) in target.values.iter_mut().enumerate() {
                    *value = block.tap(order::place_of_rank(block.window(window), rank, keys)?)[window];
                }
            } else {
                target.values.copy_from_slice(&sorted[(rank - 1) * block.count..][..block.count]);
            }
            find(block, target);
            Ok(())
        })
    }
}

/// Puts the first of the cells that equal a value in its place, or the last NaN of the window, and says where it lies.
fn find(block: &Block, target: Target) {
    let special = target.special();
    let Target { values, places, .. } = target;
    if let Some(places) = places {
        for (tap, cells) in block.rows().enumerate().rev() {
            let windows = values.iter().zip(cells).zip(places.iter_mut());
            windows.for_each(|((value, cell), place)| *place = if cell == value { tap as i32 } else { *place });
        }
        for (tap, cells) in block.rows().enumerate().filter(|_| special) {
            let windows = cells.iter().zip(places.iter_mut());
            windows.for_each(|(cell, place)| *place = if cell.is_nan() { tap as i32 } else { *place });
        }
        for (window, place) in places.iter_mut().enumerate() {
            let tap = *place as usize;
            values[window] = block.tap(tap)[window];
            *place = block.place(window, tap);
        }
    } else if special {
        for cells in block.rows().rev() {
            values.iter_mut().zip(cells).for_each(|(value, cell)| *value = if cell == value { *cell } else { *value });
        }
        for cells in block.rows() {
            values.iter_mut().zip(cells).for_each(|(value, cell)| *value = if cell.is_nan() { *cell } else { *value });
        }
    }
}

impl Arithmetic for Rank {
    fn picks(&self) -> bool {
        true
    }

    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        self.pick(cells, shapes, Picks { values, places: None }, room)
    }

    fn select(&self, cells: &[f32], shapes: &Shapes, picked: Picked<f32>, room: &mut Room) -> Result<()> {
        self.pick(cells, shapes, picked.into(), room)
    }
}

impl Gradient for Rank {}
