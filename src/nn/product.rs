//! Sums of products in `f32`, each in one fixed order of addition, whatever the machine.

/// Values added side by side: two SIMD128 registers, over which the compiler vectorises.
const LANES: usize = 8;

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
