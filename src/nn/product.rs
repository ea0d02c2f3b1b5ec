//! The matrix product behind every forward pass: one order of addition, whatever the machine.
//!
//! Each output is `bias + w₀x₀ + w₁x₁ + …`, added from left to right in `f32` without fused multiply-add; the tiling
//! decides only which outputs are computed side by side. So natively, in wasm, alone or in a batch, the bits are the same.

/// Output channels computed side by side: two SIMD128 registers, over which the compiler vectorises.
const LANES: usize = 8;
/// Columns (output pixels, or samples) that share one load of the weights; LANES × COLUMNS sums fill half the registers.
pub(crate) const COLUMNS: usize = 4;

/// A weight matrix of `rows` × `depth`, packed so that the weights of `LANES` rows lie side by side.
pub(crate) struct PackedWeights {
    rows: usize,
    depth: usize,
    /// Block by block of `LANES` rows: `depth` groups of weights. Rows beyond the last are 0 and never read back.
    weights: Vec<[f32; LANES]>,
    bias: Vec<[f32; LANES]>,
}

impl PackedWeights {
    /// Packs `weights` (row-major, `rows` × `depth`) and `bias` (one a row, or none).
    pub fn new(weights: &[f32], bias: Option<&[f32]>, rows: usize, depth: usize) -> Self {
        let blocks = rows.div_ceil(LANES);
        let mut packed = vec![[0.0; LANES]; blocks * depth];
        let mut biases = vec![[0.0; LANES]; blocks];
        for row in 0..rows {
            let (block, lane) = (row / LANES, row % LANES);
            for (to, from) in packed[block * depth..][..depth].iter_mut().zip(&weights[row * depth..][..depth]) {
                to[lane] = *from;
            }
            biases[block][lane] = bias.map_or(0.0, |bias| bias[row]);
        }
        Self { rows, depth, weights: packed, bias: biases }
    }

    /// Multiplies with `columns` (`depth` groups of `COLUMNS` values) and hands every `(row, sums)` to `write`.
    pub fn multiply(&self, columns: &[[f32; COLUMNS]], mut write: impl FnMut(usize, [f32; COLUMNS])) {
        debug_assert_eq!(columns.len(), self.depth);
        for (block, bias) in self.bias.iter().enumerate() {
            let weights = &self.weights[block * self.depth..][..self.depth];
            let sums = multiply_block(weights, bias, columns);
            for (lane, row) in (block * LANES..self.rows).take(LANES).enumerate() {
                write(row, sums.map(|of_column| of_column[lane]));
            }
        }
    }
}

fn multiply_block(
    weights: &[[f32; LANES]],
    bias: &[f32; LANES],
    columns: &[[f32; COLUMNS]],
) -> [[f32; LANES]; COLUMNS] {
    let mut sums = [*bias; COLUMNS];
    for (weight, column) in weights.iter().zip(columns) {
        for (sum, x) in sums.iter_mut().zip(column) {
            for (sum, weight) in sum.iter_mut().zip(weight) {
                *sum += weight * x;
            }
        }
    }
    sums
}

/// The sum of `values` in `f32`, in one fixed order that vectorises: eight partial sums, then these from left to right.
pub(crate) fn sum(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    in_lanes(chunks.iter().copied(), rest.iter().copied())
}

/// The sum of the squares of the distances of `values` from `centre`, in the order of [`sum`].
pub(crate) fn square_distance(values: &[f32], centre: f32) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let square = |x: f32| (x - centre) * (x - centre);
    in_lanes(chunks.iter().map(|chunk| chunk.map(square)), rest.iter().map(|x| square(*x)))
}

/// The sum of the products of `a` and `b`, in the order of [`sum`].
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a_chunks, a_rest), (b_chunks, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let products = a_chunks.iter().zip(b_chunks).map(|(a, b)| std::array::from_fn(|lane| a[lane] * b[lane]));
    in_lanes(products, a_rest.iter().zip(b_rest).map(|(a, b)| a * b))
}

fn in_lanes(chunks: impl Iterator<Item = [f32; LANES]>, rest: impl Iterator<Item = f32>) -> f32 {
    let mut sums = [0.0f32; LANES];
    for chunk in chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += value;
        }
    }
    sums.into_iter().chain(rest).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sum_is_added_from_left_to_right() {
        let (rows, depth) = (11, 37);
        let value = |i: usize| ((i * 7919 % 1013) as f32 - 500.0) * 1.37e-3;
        let weights: Vec<f32> = (0..rows * depth).map(value).collect();
        let bias: Vec<f32> = (0..rows).map(|i| value(i + 5)).collect();
        let columns: Vec<[f32; COLUMNS]> =
            (0..depth).map(|k| std::array::from_fn(|c| value(k * 31 + c * 577))).collect();
        let mut seen = 0;
        PackedWeights::new(&weights, Some(&bias), rows, depth).multiply(&columns, |row, sums| {
            for (c, sum) in sums.iter().enumerate() {
                let naive = (0..depth).fold(bias[row], |sum, k| sum + weights[row * depth + k] * columns[k][c]);
                assert_eq!(sum.to_bits(), naive.to_bits(), "row {row} column {c}");
                seen += 1;
            }
        });
        assert_eq!(seen, rows * COLUMNS);
    }

    #[test]
    fn sums_of_any_length() {
        for len in [0, 1, 7, 8, 9, 63] {
            let values: Vec<f32> = (1..=len).map(|i| i as f32).collect();
            assert_eq!(sum(&values), (len * (len + 1) / 2) as f32);
            let squares = (len * (len + 1) * (2 * len + 1) / 6) as f32;
            assert_eq!(dot(&values, &values), squares);
            assert_eq!(square_distance(&values, 0.0), squares);
        }
    }
}
