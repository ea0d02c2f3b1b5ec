//! Top-k pooling: the mean of a window's k largest cells.

use super::order;
use super::walk::{self, Picks, Seen};
use crate::error::Result;
use crate::kernel::clear_for;
use crate::pool::arithmetic::{Arithmetic, Gradient, Room};
use crate::pool::shapes::Shapes;

pub(in crate::pool) struct TopK {
    pub k: usize,
}

impl Arithmetic for TopK {
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        walk::check_within("k", self.k, shapes)?;
        let Room { networks, keys, doubles: sums, blocks, .. } = room;
        walk::pick(cells, shapes, Picks { values, places: None }, blocks, &mut |block, target| {
            let (taps, count) = (block.taps.len(), block.count);
            let k = self.k.min(taps);
            clear_for(sums, count, 1)?;
            sums.resize(count, 0.0);
            // In the order of the cells, whatever a network makes of a NaN.
            for cells in block.rows().filter(|_| target.special()) {
                sums.iter_mut().zip(cells).for_each(|(sum, cell)| *sum = if cell.is_nan() { f64::NAN } else { *sum });
            }
            if networks.sort(block.cells, count, 0..k)?.is_some() {
                for cells in block.rows().take(k) {
                    sums.iter_mut().zip(cells).for_each(|(sum, &cell)| *sum += f64::from(cell));
                }
            } else {
                for (window, sum) in sums.iter_mut().enumerate() {
                    let last = block.tap(order::place_of_rank(block.window(window), k, keys)?)[window];
                    // Cells that equal the last of them are as many as are missing.
                    let (mut above, mut missing) = (0.0, k as f64);
                    for cell in block.window(window).filter(|&cell| cell > last) {
                        (above, missing) = (above + f64::from(cell), missing - 1.0);
                    }
                    *sum += above + missing * f64::from(last);
                }
            }
            target.values.iter_mut().zip(&*sums).for_each(|(value, sum)| *value = (sum / k as f64) as f32);
            Ok(())
        })
    }
}

impl Gradient for TopK {
    /// Each of the k largest receives the window's gradient over k.
    fn backward(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let mut grad_input = shapes.zero_gradient()?;
        self.windows(cells, shapes, &mut |window, key| {
            let share = (f64::from(grad_output[window.number]) / self.count(&window)) as f32;
            let largest = window.places().enumerate().filter(|&(at, (_, cell))| order::key(cell, at) <= key);
            largest.for_each(|(_, (place, _))| grad_input[place] += share);
        })?;
        Ok(grad_input)
    }
}

impl TopK {
    /// Calls `see` for each window with the key that those of its k largest cells do not exceed.
    fn windows(&self, cells: &[f32], shapes: &Shapes, see: &mut dyn FnMut(Seen, u64)) -> Result<()> {
        walk::check_within("k", self.k, shapes)?;
        shapes.check_places()?;
        let mut keys = Vec::new();
        walk::windows(cells, shapes, &mut |window| {
            let key = order::key_of_rank(window.cells, self.k, &mut keys).unwrap_or(0);
            see(window, key);
        })
    }

    /// How many cells the mean is of; 1 for a window without cells, whose sum is 0.
    fn count(&self, window: &Seen) -> f64 {
        self.k.min(window.cells.len()).max(1) as f64
    }
}
