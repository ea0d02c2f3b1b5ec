//! Small changes to an input.

use super::extents;
use crate::error::{Error, ErrorKind, Result};
use crate::kernel::product::zeros;
use crate::nn::network::Network;
use crate::random::Draws;
use crate::shown::Shown;

/// What is done to an input, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Disturbance {
    /// Moves the picture so many pixels down and to the right. What comes in at an edge is the edge's own cell.
    pub shift: [isize; 2],
    /// Adds to every value a number drawn evenly from −noise to noise; what leaves 0 to 1 is cut off.
    pub noise: f32,
    /// What the noise follows from.
    pub seed: u64,
    /// Covers a part.
    pub patch: Option<Patch>,
}

/// A square that covers a part of an input, in the colour that the network reads as 0. It may reach over the edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Its first row.
    pub row: isize,
    /// Its first column.
    pub column: isize,
    /// Rows and columns that it covers.
    pub size: usize,
}

/// The stream of SplitMix64 that noise is drawn from.
const NOISE: u64 = 7;

impl Network {
    /// An input of this network, disturbed.
    ///
    /// # Errors
    /// When the input has another number of values, the noise is not from 0 to 1, or memory does not hold the result.
    pub fn disturb(&self, image: &[f32], disturbance: &Disturbance) -> Result<Vec<f32>> {
        let [channels, height, width] = extents(self.input_shape());
        if image.len() != channels * height * width {
            let rule = ["must be the product of the network's input shape, ", &self.input_shape().shown()].concat();
            return Err(Error::new(ErrorKind::Shape, "image.length", image.len(), rule));
        }
        let Disturbance { shift, noise, seed, patch } = *disturbance;
        if !(0.0..=1.0).contains(&noise) {
            return Err(Error::new(ErrorKind::Parameter, "noise", noise, "must be from 0 to 1"));
        }
        let from = |at: usize, axis: usize, extent: usize| {
            (at as isize).saturating_sub(shift[axis]).max(0).min(extent as isize - 1) as usize
        };
        let mut moved = zeros(image.len())?;
        for (row, to) in moved.chunks_exact_mut(width).enumerate() {
            let first = (row / height * height + from(row % height, 0, height)) * width;
            to.iter_mut().enumerate().for_each(|(x, to)| *to = image[first + from(x, 1, width)]);
        }
        if noise > 0.0 {
            let mut draws = Draws::new(seed, NOISE);
            for value in &mut moved {
                let unit = (draws.next() >> 40) as f32 / (1 << 24) as f32;
                *value = (*value + noise * (2.0 * unit - 1.0)).clamp(0.0, 1.0);
            }
        }
        if let Some(Patch { row, column, size }) = patch {
            let covered = |first: isize, extent: usize| {
                let inside = |at: isize| at.max(0).min(extent as isize) as usize;
                inside(first)..inside(first.saturating_add_unsigned(size))
            };
            let (rows, columns) = (covered(row, height), covered(column, width));
            let means = &self.architecture().preprocessing.mean;
            for (plane, mean) in moved.chunks_exact_mut(height * width).zip(means) {
                for row in plane.chunks_exact_mut(width).skip(rows.start).take(rows.len()) {
                    row[columns.clone()].fill(*mean);
                }
            }
        }
        Ok(moved)
    }
}
