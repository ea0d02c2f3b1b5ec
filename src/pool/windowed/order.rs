//! The cells of a window by their size.

use crate::error::Result;
use crate::kernel::clear_for;

/// A number for each cell of a window, smaller for larger cells: the bits of its value over its position, so that of
/// equal cells the earlier counts as larger. A NaN is larger than any number; 0 and −0 are equal.
pub(super) fn key(cell: f32, at: usize) -> u64 {
    u64::from(descending(cell)) << 32 | at as u64
}

/// The key of the `rank`-th largest cell, counted from 1; of the smallest where there are fewer. The `rank` largest cells
/// are those whose key does not exceed it. `None` for no cells.
pub(super) fn key_of_rank(window: &[f32], rank: usize, keys: &mut Vec<u64>) -> Option<u64> {
    keys.clear();
    keys.extend(window.iter().enumerate().map(|(at, &cell)| key(cell, at)));
    let last = keys.len().checked_sub(1)?;
    let (_, &mut key, _) = keys.select_nth_unstable((rank - 1).min(last));
    Some(key)
}

/// Where the first of the cells that equal the `rank`-th largest is, counted from 1; the smallest where there are fewer.
/// Bit by bit of their order, so that however many there are, all are compared at once. 0 for no cells.
pub(super) fn place_of_rank(window: impl Iterator<Item = f32>, rank: usize, keys: &mut Vec<u32>) -> Result<usize> {
    let window = window.map(descending);
    clear_for(keys, window.size_hint().0, 1)?;
    keys.extend(window);
    let rank = rank.min(keys.len());
    let mut key = 0;
    for bit in (0..u32::BITS).rev() {
        let most = key | ((1 << bit) - 1);
        let as_large = keys.iter().fold(0, |count, &key| count + u32::from(key <= most));
        if (as_large as usize) < rank {
            key |= 1 << bit;
        }
    }
    Ok(keys.iter().position(|&other| other == key).unwrap_or(0))
}

/// Whole numbers in the reverse order of the cells.
fn descending(cell: f32) -> u32 {
    if cell.is_nan() {
        return 0;
    }
    // Adding 0 makes 0 of −0. As bits, positive numbers ascend, and negative ones descend above them.
    let bits = (cell + 0.0).to_bits();
    if bits >> 31 == 0 { 0x7fff_ffff - bits } else { bits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cell() -> impl Strategy<Value = f32> {
        prop_oneof![any::<f32>(), (-2..3i8).prop_map(f32::from), Just(-0.0), Just(f32::NAN), Just(f32::INFINITY)]
    }

    proptest! {
        #[test]
        fn the_largest_are_those_of_a_stable_sort(window in prop::collection::vec(cell(), 1..40), rank in 1..45usize) {
            let mut sorted: Vec<usize> = (0..window.len()).collect();
            sorted.sort_by(|&a, &b| window[b].partial_cmp(&window[a]).unwrap_or_else(|| window[b].is_nan().cmp(&window[a].is_nan())));
            sorted.truncate(rank);
            let bound = key_of_rank(&window, rank, &mut Vec::new()).unwrap();
            let last = *sorted.last().unwrap();
            prop_assert_eq!(bound as u32 as usize, last);
            let place = place_of_rank(window.iter().copied(), rank, &mut Vec::new()).unwrap();
            let equal = |&cell: &f32| cell == window[last] || cell.is_nan() && window[last].is_nan();
            prop_assert_eq!(Some(place), window.iter().position(equal));
            sorted.sort_unstable();
            let ours: Vec<usize> = (0..window.len()).filter(|&at| key(window[at], at) <= bound).collect();
            prop_assert_eq!(ours, sorted);
        }
    }
}
