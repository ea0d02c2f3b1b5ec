//! Winograd's minimal filtering F(2×2, 3×3): a 3 × 3 convolution of stride 1 with 16 multiplications for four outputs
//! instead of 36 (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2015).
//!
//! With d a tile of 4 × 4 inputs and g the kernel, the 2 × 2 outputs are Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A. The ⊙, summed over
//! input channels, is one matrix product for each of the 16 places of a tile. Four tiles of a row are worked on side by
//! side; for that the input's even and odd columns lie apart.

use super::lanes::{LANES, Lanes};

/// Places of a tile.
pub(crate) const PLACES: usize = 16;
/// The place that adds once to each of the tile's outputs: where a bias belongs.
pub(crate) const CENTRE: usize = 5;

/// G g Gᵀ, row by row.
pub(crate) fn transform_kernel(kernel: &[f32; 9]) -> [f32; PLACES] {
    let along = |[a, b, c]: [f64; 3]| [a, (a + b + c) / 2.0, (a - b + c) / 2.0, c];
    let cell = |row: usize, column: usize| f64::from(kernel[row * 3 + column]);
    let rows = [0, 1, 2].map(|row| along([cell(row, 0), cell(row, 1), cell(row, 2)]));
    let columns = [0, 1, 2, 3].map(|column| along([rows[0][column], rows[1][column], rows[2][column]]));
    std::array::from_fn(|place| columns[place % 4][place / 4] as f32)
}

/// A row's cells, those of even columns and those of odd ones.
#[derive(Clone, Copy)]
pub(crate) struct Halves<'a> {
    pub even: &'a [f32],
    pub odd: &'a [f32],
}

/// Bᵀ d B for a row of tiles: place p of tile t goes to `out[p * pitch + t]`. Written in whole lanes.
pub(crate) fn transform_input([a, b, c, d]: [Halves; 4], tiles: usize, out: &mut [f32], pitch: usize) {
    // Written out: of loops over rows and places the compiler makes loops through memory.
    for at in (0..tiles).step_by(LANES) {
        let (a, b, c, d) = (along(a, at), along(b, at), along(c, at), along(d, at));
        let out = &mut out[at..];
        for column in 0..4 {
            put(out, column * pitch, a[column] - c[column]);
            put(out, (4 + column) * pitch, b[column] + c[column]);
            put(out, (8 + column) * pitch, c[column] - b[column]);
            put(out, (12 + column) * pitch, b[column] - d[column]);
        }
    }
}

/// Four tiles' row d as d B.
#[inline]
fn along(row: Halves, at: usize) -> [Lanes; 4] {
    let (even, odd) = (Lanes::at(row.even, at), Lanes::at(row.odd, at));
    let (next_even, next_odd) = (Lanes::at(row.even, at + 1), Lanes::at(row.odd, at + 1));
    [even - next_even, odd + next_even, next_even - odd, odd - next_odd]
}

#[inline]
fn put(out: &mut [f32], at: usize, lanes: Lanes) {
    out[at..at + LANES].copy_from_slice(&lanes.values());
}

/// Aᵀ m A for a row of tiles, place p of the first at `sums[p * pitch]`: two rows of outputs, which are whole lanes long.
pub(crate) fn transform_output(sums: &[f32], pitch: usize, rows: &mut [Vec<f32>; 2]) {
    let [above, below] = rows.each_mut().map(|row| row.as_chunks_mut::<{ 2 * LANES }>().0);
    for (tile, (above, below)) in above.iter_mut().zip(below).enumerate() {
        let sums = &sums[tile * LANES..];
        let down = |column: usize| {
            let place = |row: usize| Lanes::at(sums, (row * 4 + column) * pitch);
            reduce(place(0), place(1), place(2), place(3))
        };
        let (a, b, c, d) = (down(0), down(1), down(2), down(3));
        *above = interleave(reduce(a[0], b[0], c[0], d[0]));
        *below = interleave(reduce(a[1], b[1], c[1], d[1]));
    }
}

#[inline]
fn reduce(a: Lanes, b: Lanes, c: Lanes, d: Lanes) -> [Lanes; 2] {
    [a + b + c, b - c - d]
}

/// Even and odd columns as a row.
#[inline]
fn interleave(halves: [Lanes; 2]) -> [f32; 2 * LANES] {
    let [even, odd] = halves.map(Lanes::values);
    [even[0], odd[0], even[1], odd[1], even[2], odd[2], even[3], odd[3]]
}

#[cfg(test)]
mod tests {
    use super::super::direct;
    use super::*;
    use proptest::prelude::*;

    fn numbers(count: usize) -> impl Strategy<Value = Vec<f32>> {
        prop::collection::vec(-1.0..1.0f32, count)
    }

    proptest! {
        #[test]
        fn transforms_and_products_are_a_correlation(
            (tiles, cells) in (1..9usize).prop_flat_map(|tiles| (Just(tiles), numbers(4 * (2 * tiles + 2)))),
            kernel in numbers(9),
        ) {
            let (width, lanes) = (2 * tiles + 2, tiles.next_multiple_of(LANES));
            let half = |row: usize, odd: usize| {
                let mut half: Vec<f32> = cells[row * width..][..width].iter().skip(odd).step_by(2).copied().collect();
                half.resize(lanes + LANES, 0.0);
                half
            };
            let halves = [0, 1, 2, 3].map(|row| [half(row, 0), half(row, 1)]);
            let rows = halves.each_ref().map(|[even, odd]| Halves { even, odd });
            let mut places = vec![0.0; PLACES * lanes];
            transform_input(rows, tiles, &mut places, lanes);
            let weights = transform_kernel(kernel.as_slice().try_into().unwrap());
            for (place, weight) in places.chunks_exact_mut(lanes).zip(weights) {
                place.iter_mut().for_each(|x| *x *= weight);
            }
            let mut output = [vec![0.0; 2 * lanes], vec![0.0; 2 * lanes]];
            transform_output(&places, lanes, &mut output);
            let expected = direct::correlate(&cells, width, &kernel);
            for (ours, theirs) in output.iter().flat_map(|row| &row[..2 * tiles]).zip(expected) {
                prop_assert!((f64::from(*ours) - theirs).abs() < 5e-6, "{} is {}", ours, theirs);
            }
        }
    }
}
