//! The matrix product behind every forward pass of a network: one order of addition, whatever the machine.
//!
//! Each output is `start + w₀x₀ + w₁x₁ + …`, added from left to right in `f32` without fused multiply-add; the tiling
//! decides only which outputs are computed side by side. So natively, in wasm, alone or in a batch, the bits are the same.
//!
//! Columns (output pixels, tiles) lie side by side in memory and a weight is broadcast over them. A tile of 4 or 5 rows ×
//! 8 columns keeps its sums in 8 or 10 of the 16 registers that SIMD128 has on x86-64, beside two of columns.

use super::lanes::{LANES, Lanes};
use crate::error::Result;
use crate::pool::reserve;

/// Registers of columns computed side by side.
const WIDE: usize = 2;

/// The fewest columns, at least `columns`, that [`Product::multiply`] can work on.
pub(crate) fn whole_lanes(columns: usize) -> usize {
    columns.div_ceil(LANES) * LANES
}

/// `count` zeros, or an error where memory does not hold them.
pub(crate) fn zeros(count: usize) -> Result<Vec<f32>> {
    let mut values = reserve(count, &[count])?;
    values.resize(count, 0.0);
    Ok(values)
}

/// A weight matrix packed so that the weights of a tile's rows lie side by side.
#[derive(Clone)]
pub(crate) struct Product {
    /// Rows of a tile.
    tile: usize,
    depth: usize,
    /// Tile by tile: `depth` groups of weights. Rows beyond the last are 0.
    weights: Vec<f32>,
    start: Vec<f32>,
}

impl Product {
    /// Packs `weights` (row-major, `rows` × `depth`) and what each row starts at, if not at 0.
    pub fn new(weights: &[f32], start: Option<&[f32]>, rows: usize, depth: usize) -> Result<Self> {
        // Five where that leaves fewer rows empty.
        let tile = if rows.next_multiple_of(5) < rows.next_multiple_of(4) { 5 } else { 4 };
        let padded = rows.next_multiple_of(tile);
        let (mut packed, mut starts) = (zeros(padded * depth)?, zeros(padded)?);
        for row in 0..rows {
            let to = packed[row / tile * tile * depth..][..tile * depth].iter_mut().skip(row % tile).step_by(tile);
            to.zip(&weights[row * depth..][..depth]).for_each(|(to, from)| *to = *from);
            starts[row] = start.map_or(0.0, |start| start[row]);
        }
        Ok(Self { tile, depth, weights: packed, start: starts })
    }

    /// How many rows [`multiply`](Self::multiply) writes: those of whole tiles.
    pub fn rows(&self) -> usize {
        self.start.len()
    }

    /// Multiplies with the matrix whose row `k` begins at `x[offsets[k]]`, its first `columns` columns (whole lanes);
    /// row `r` of the result begins at `out[r * pitch]`.
    pub fn multiply(&self, x: &[f32], offsets: &[usize], columns: usize, out: &mut [f32], pitch: usize) {
        if self.tile == 5 {
            self.tiles::<5>(x, offsets, columns, out, pitch);
        } else {
            self.tiles::<4>(x, offsets, columns, out, pitch);
        }
    }

    fn tiles<const ROWS: usize>(&self, x: &[f32], offsets: &[usize], columns: usize, out: &mut [f32], pitch: usize) {
        let (weights, start) = (self.weights.as_chunks::<ROWS>().0, self.start.as_chunks::<ROWS>().0);
        for (tile, start) in start.iter().enumerate() {
            let weights = &weights[tile * self.depth..][..self.depth];
            let out = &mut out[tile * ROWS * pitch..];
            let mut at = 0;
            while at + WIDE * LANES <= columns {
                sum::<ROWS, WIDE>(weights, start, &x[at..], offsets, &mut out[at..], pitch);
                at += WIDE * LANES;
            }
            if at < columns {
                sum::<ROWS, 1>(weights, start, &x[at..], offsets, &mut out[at..], pitch);
            }
        }
    }
}

/// One tile, `WIDTH` registers wide.
#[inline]
fn sum<const ROWS: usize, const WIDTH: usize>(
    weights: &[[f32; ROWS]],
    start: &[f32; ROWS],
    x: &[f32],
    offsets: &[usize],
    out: &mut [f32],
    pitch: usize,
) {
    let mut sums = start.map(|start| [Lanes::splat(start); WIDTH]);
    for (weights, &offset) in weights.iter().zip(offsets) {
        let x = &x[offset..offset + WIDTH * LANES];
        let x: [Lanes; WIDTH] = std::array::from_fn(|register| Lanes::at(x, register * LANES));
        for (sums, &weight) in sums.iter_mut().zip(weights) {
            let weight = Lanes::splat(weight);
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum = *sum + weight * x;
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        let to = out[row * pitch..][..WIDTH * LANES].as_chunks_mut::<LANES>().0;
        to.iter_mut().zip(sums).for_each(|(to, sum)| *to = sum.values());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sum_is_added_from_left_to_right() {
        let value = |i: usize| ((i * 7919 % 1013) as f32 - 500.0) * 1.37e-3;
        for (rows, depth, columns) in [(11, 37, 20), (10, 5, 12), (4, 1, 8), (1, 9, 4), (8, 0, 8)] {
            let weights: Vec<f32> = (0..rows * depth).map(value).collect();
            let start: Vec<f32> = (0..rows).map(|i| value(i + 5)).collect();
            let x: Vec<f32> = (0..depth * 3 + columns).map(|i| value(i + 77)).collect();
            let offsets: Vec<usize> = (0..depth).map(|k| k * 3).collect();
            let product = Product::new(&weights, Some(&start), rows, depth).unwrap();
            let pitch = columns + 3;
            let mut out = vec![0.0; product.rows() * pitch];
            product.multiply(&x, &offsets, columns, &mut out, pitch);
            for row in 0..rows {
                for column in 0..columns {
                    let naive =
                        (0..depth).fold(start[row], |sum, k| sum + weights[row * depth + k] * x[offsets[k] + column]);
                    assert_eq!(out[row * pitch + column].to_bits(), naive.to_bits(), "row {row} column {column}");
                }
            }
        }
    }
}
