//! The matrix product behind every forward pass of a network: one order of addition, whatever the machine.
//!
//! Each output is `start + w₀x₀ + w₁x₁ + …`, added from left to right in `f32` without fused multiply-add; the tiling
//! decides only which outputs are computed side by side. So natively, in wasm, alone or in a batch, the bits are the same.
//!
//! Columns (output pixels, tiles) lie side by side in memory and a weight is broadcast over them. A tile of 2 rows × 16
//! columns keeps its sums in 8 of the 16 registers that SIMD128 has on x86-64, and takes 6 loads for 8 products.
#![expect(unsafe_code, reason = "checking every column's place made it a quarter slower")]

use super::lanes::{LANES, Lanes};
use crate::error::Result;
use crate::pool::reserve;
use std::array::from_fn;

/// Rows and registers of columns computed side by side.
const ROWS: usize = 2;
const WIDE: usize = 4;

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
    depth: usize,
    /// Tile by tile: `depth` groups of weights. Rows beyond the last are 0.
    weights: Vec<[f32; ROWS]>,
    start: Vec<[f32; ROWS]>,
}

impl Product {
    /// Packs `weights` (row-major, `rows` × `depth`) and what each row starts at, if not at 0.
    pub fn new(weights: &[f32], start: Option<&[f32]>, rows: usize, depth: usize) -> Result<Self> {
        let tiles = rows.div_ceil(ROWS);
        let mut packed = reserve(tiles * depth, &[rows, depth])?;
        packed.resize(tiles * depth, [0.0; ROWS]);
        let mut starts = reserve(tiles, &[rows])?;
        starts.resize(tiles, [0.0; ROWS]);
        for row in 0..rows {
            let (tile, index) = (row / ROWS, row % ROWS);
            for (to, from) in packed[tile * depth..].iter_mut().zip(&weights[row * depth..][..depth]) {
                to[index] = *from;
            }
            starts[tile][index] = start.map_or(0.0, |start| start[row]);
        }
        Ok(Self { depth, weights: packed, start: starts })
    }

    /// How many rows [`multiply`](Self::multiply) writes: those of whole tiles.
    pub fn rows(&self) -> usize {
        self.start.len() * ROWS
    }

    /// Multiplies with the matrix whose row `k` begins at `x[offsets[k]]`, its first `columns` columns (whole lanes);
    /// row `r` of the result begins at `out[r * pitch]`.
    pub fn multiply(&self, x: &[f32], offsets: &[usize], columns: usize, out: &mut [f32], pitch: usize) {
        let reach = offsets.iter().max().map_or(0, |last| last + columns);
        assert!(reach <= x.len() && columns <= pitch && self.rows() * pitch <= out.len());
        assert!(columns.is_multiple_of(LANES));
        for (tile, (start, out)) in self.start.iter().zip(out.chunks_exact_mut((ROWS * pitch).max(1))).enumerate() {
            let weights = &self.weights[tile * self.depth..][..self.depth];
            let mut at = 0;
            while at < columns {
                let (x, out) = (&x[at..], &mut out[at..]);
                // SAFETY: `at` and so many lanes from there are within `columns`, and so, as asserted above, within each
                // row of `x` and of `out`.
                let width = unsafe {
                    match (columns - at) / LANES {
                        1 => sum::<1>(weights, start, x, offsets, out, pitch),
                        2 => sum::<2>(weights, start, x, offsets, out, pitch),
                        // Five are better parted in the middle.
                        3 | 5 => sum::<3>(weights, start, x, offsets, out, pitch),
                        _ => sum::<WIDE>(weights, start, x, offsets, out, pitch),
                    }
                };
                at += width * LANES;
            }
        }
    }
}

/// One tile, `WIDTH` registers wide; returns their number.
///
/// # Safety
/// From each of `offsets` on `x` has so many lanes, and so has `out` from the beginning of both rows.
#[inline]
unsafe fn sum<const WIDTH: usize>(
    weights: &[[f32; ROWS]],
    start: &[f32; ROWS],
    x: &[f32],
    offsets: &[usize],
    out: &mut [f32],
    pitch: usize,
) -> usize {
    let mut sums = start.map(|start| [Lanes::splat(start); WIDTH]);
    for (weights, &offset) in weights.iter().zip(offsets) {
        // SAFETY: as the caller promises.
        let x: [Lanes; WIDTH] = from_fn(|register| unsafe { Lanes::load(x.as_ptr().add(offset + register * LANES)) });
        for (sums, &weight) in sums.iter_mut().zip(weights) {
            let weight = Lanes::splat(weight);
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum = *sum + weight * x;
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        for (register, sum) in sums.iter().enumerate() {
            // SAFETY: as the caller promises.
            unsafe { sum.store(out.as_mut_ptr().add(row * pitch + register * LANES)) };
        }
    }
    WIDTH
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
