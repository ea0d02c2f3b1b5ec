//! Inner products of two sets of planes, every plane of one with every plane of the other: what the gradient of a
//! convolution's weights is made of.
//!
//! Four cells of a row are multiplied at once, and each product of two planes has four sums, which the caller adds up in
//! the end. A tile of 2 × 4 planes keeps its sums in 8 registers, and takes 6 loads for 8 products.
#![expect(unsafe_code, reason = "loads without a check at each place, for what `product` gains by it")]

use super::lanes::{LANES, Lanes};

/// Planes computed side by side.
const TILE: [usize; 2] = [2, 4];

/// A set of planes: plane `k` begins at `values[offsets[k]]`, its rows `pitch` apart. Planes may overlap.
#[derive(Clone, Copy)]
pub(crate) struct Planes<'a> {
    pub values: &'a [f32],
    pub offsets: &'a [usize],
    pub pitch: usize,
}

impl Planes<'_> {
    /// Whether every plane has `rows` rows of `width` cells.
    fn hold(&self, rows: usize, width: usize) -> bool {
        let last = self.offsets.iter().max().map_or(0, |last| last + (rows - 1) * self.pitch);
        last + width <= self.values.len()
    }
}

/// Adds the products of planes `i` of `a` and `k` of `b`, of `rows` rows of `width` cells (whole lanes), to
/// `sums[i * b.offsets.len() + k]`.
pub(crate) fn add_inner(a: Planes, b: Planes, rows: usize, width: usize, sums: &mut [[f32; LANES]]) {
    if rows == 0 {
        return;
    }
    assert!(a.hold(rows, width) && b.hold(rows, width) && width.is_multiple_of(LANES));
    let depth = b.offsets.len();
    let [tall, wide] = TILE;
    for (first, sums) in sums.chunks_mut((tall * depth).max(1)).enumerate() {
        let of_a = &a.offsets[first * tall..];
        let mut at = 0;
        while at < depth {
            let of_b = &b.offsets[at..];
            // SAFETY: as asserted, every plane has all these cells.
            at += unsafe {
                match (of_a, of_b) {
                    ([a0, a1, ..], [b0, b1, b2, b3, ..]) => {
                        tile([*a0, *a1], [*b0, *b1, *b2, *b3], a, b, [rows, width], &mut sums[at..], depth);
                        wide
                    }
                    ([a0, a1, ..], [b0, ..]) => {
                        tile([*a0, *a1], [*b0], a, b, [rows, width], &mut sums[at..], depth);
                        1
                    }
                    ([a0, ..], [b0, ..]) => {
                        tile([*a0], [*b0], a, b, [rows, width], &mut sums[at..], depth);
                        1
                    }
                    _ => return,
                }
            };
        }
    }
}

/// The products of planes that begin at these offsets.
///
/// # Safety
/// Each of them has so many rows and cells.
#[inline]
unsafe fn tile<const A: usize, const B: usize>(
    of_a: [usize; A],
    of_b: [usize; B],
    a: Planes,
    b: Planes,
    [rows, width]: [usize; 2],
    sums: &mut [[f32; LANES]],
    depth: usize,
) {
    let mut tile = [[Lanes::splat(0.0); B]; A];
    for row in 0..rows {
        for at in (0..width).step_by(LANES) {
            // SAFETY: as the caller promises, these are cells of the planes.
            let load = |set: &Planes, from: usize| unsafe {
                Lanes::load(set.values.as_ptr().add(from + row * set.pitch + at))
            };
            let (x, y): ([Lanes; A], [Lanes; B]) = (of_a.map(|from| load(&a, from)), of_b.map(|from| load(&b, from)));
            // Loops: of nested functions over arrays, the compiler has been seen to call the inner one.
            for (sums, x) in tile.iter_mut().zip(x) {
                for (sum, y) in sums.iter_mut().zip(y) {
                    *sum = *sum + x * y;
                }
            }
        }
    }
    for (i, tile) in tile.iter().enumerate() {
        for (sum, lanes) in sums[i * depth..].iter_mut().zip(tile) {
            sum.iter_mut().zip(lanes.values()).for_each(|(sum, value)| *sum += value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::direct;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sums_are_those_of_every_pair(
            (planes, windows, rows, lanes) in (1..6usize, 1..10usize, 0..4usize, 1..4usize),
            values in prop::collection::vec(-1.0..1.0f32, 512),
        ) {
            let width = lanes * LANES;
            let (pitch_a, pitch_b) = (width + 1, width + 3);
            let of_a: Vec<usize> = (0..planes).map(|i| i * pitch_a * rows).collect();
            let of_b: Vec<usize> = (0..windows).map(|k| k * 5 % 7).collect();
            let set = |offsets, pitch| Planes { values: &values, offsets, pitch };
            let mut sums = vec![[1.0, 0.0, 0.0, 0.0]; planes * windows];
            add_inner(set(&of_a, pitch_a), set(&of_b, pitch_b), rows, width, &mut sums);
            for (index, sum) in sums.iter().enumerate() {
                let (a, b) = (&values[of_a[index / windows]..], &values[of_b[index % windows]..]);
                let expected = 1.0 + direct::inner((a, pitch_a), (b, pitch_b), [rows, width]);
                let sum: f32 = sum.iter().sum();
                prop_assert!((f64::from(sum) - expected).abs() < 1e-5, "{} is not {}", sum, expected);
            }
        }
    }
}
