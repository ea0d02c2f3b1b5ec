//! Winograd's minimal filtering F(2×2, 3×3): a 3 × 3 convolution of stride 1 with 16 multiplications for four outputs
//! instead of 36 (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2015).
//!
//! With d a tile of 4 × 4 inputs and g the kernel, the 2 × 2 outputs are Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A. The ⊙, summed over
//! input channels, is one matrix product for each of the 16 places of a tile. Four tiles of a row are worked on side by
//! side; for that the input's even and odd columns lie apart.
#![expect(unsafe_code, reason = "16 places for every four tiles are read and written without a check at each")]

use super::lanes::{LANES, Lanes};
use super::product::whole_lanes;

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
pub(crate) fn transform_input(rows: [Halves; 4], tiles: usize, out: &mut [f32], pitch: usize) {
    let lanes = whole_lanes(tiles);
    assert!(rows.iter().all(|row| lanes < row.even.len() && lanes < row.odd.len()));
    assert!(lanes == 0 || (PLACES - 1) * pitch + lanes <= out.len());
    let put = |out: &mut [f32], place: usize, at: usize, lanes: Lanes| {
        // SAFETY: the second assertion: `at` and the lanes from there are within `lanes`.
        unsafe { lanes.store(out.as_mut_ptr().add(place * pitch + at)) }
    };
    // Written out: of loops over rows and places the compiler makes loops through memory.
    for at in (0..tiles).step_by(LANES) {
        // SAFETY: the first assertion: `at` and the lanes from there and from the next are within `lanes + 1`.
        let [a, b, c, d] = rows.map(|row| unsafe { along(row, at) });
        for column in 0..4 {
            put(out, column, at, a[column] - c[column]);
            put(out, 4 + column, at, b[column] + c[column]);
            put(out, 8 + column, at, c[column] - b[column]);
            put(out, 12 + column, at, b[column] - d[column]);
        }
    }
}

/// Four tiles' row d as d B.
///
/// # Safety
/// Both halves have lanes from `at` on, and one cell more.
#[inline]
unsafe fn along(row: Halves, at: usize) -> [Lanes; 4] {
    // SAFETY: as the caller promises.
    let load = |half: &[f32], at: usize| unsafe { Lanes::load(half.as_ptr().add(at)) };
    let (even, odd) = (load(row.even, at), load(row.odd, at));
    let (next_even, next_odd) = (load(row.even, at + 1), load(row.odd, at + 1));
    [even - next_even, odd + next_even, next_even - odd, odd - next_odd]
}

/// Aᵀ m A for a row of tiles, place p of the first at `sums[p * pitch]`: shows `write` the outputs of four tiles at a
/// time, and the number of the first tile. The outputs are those above, of even and of odd columns, and those below.
pub(crate) fn transform_output(
    sums: &[f32],
    pitch: usize,
    tiles: usize,
    mut write: impl FnMut(usize, [[Lanes; 2]; 2]),
) {
    assert!(tiles == 0 || (PLACES - 1) * pitch + whole_lanes(tiles) <= sums.len());
    for tile in (0..tiles).step_by(LANES) {
        let down = |column: usize| {
            // SAFETY: the assertion: `tile` and the lanes from there are within the whole lanes of `tiles`.
            let place = |row: usize| unsafe { Lanes::load(sums.as_ptr().add((row * 4 + column) * pitch + tile)) };
            reduce(place(0), place(1), place(2), place(3))
        };
        let (a, b, c, d) = (down(0), down(1), down(2), down(3));
        write(tile, [0, 1].map(|row| reduce(a[row], b[row], c[row], d[row])));
    }
}

#[inline]
fn reduce(a: Lanes, b: Lanes, c: Lanes, d: Lanes) -> [Lanes; 2] {
    [a + b + c, b - c - d]
}

/// Even and odd columns as a row.
#[inline]
pub(crate) fn interleave(halves: [Lanes; 2]) -> [f32; 2 * LANES] {
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
            let mut output = [Vec::new(), Vec::new()];
            transform_output(&places, lanes, tiles, |tile, quads| {
                assert_eq!(output[0].len(), 2 * tile);
                output.iter_mut().zip(quads).for_each(|(row, halves)| row.extend(interleave(halves)));
            });
            let expected = direct::correlate(&cells, width, &kernel);
            for (ours, theirs) in output.iter().flat_map(|row| &row[..2 * tiles]).zip(expected) {
                prop_assert!((f64::from(*ours) - theirs).abs() < 5e-6, "{} is {}", ours, theirs);
            }
        }
    }
}
