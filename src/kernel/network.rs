//! Sorting networks (K. Batcher's merge exchange, in D. Knuth, *The Art of Computer Programming*, volume 3, algorithm
//! 5.2.2M): the same comparisons whatever the cells are, so that many windows are sorted side by side. Comparisons that
//! reach none of the places asked for are left out.

use super::clear_for;
use crate::error::Result;
use std::ops::Range;

/// Beyond this many cells a window by itself is quicker, which need not compare all with all.
const MOST: usize = 128;

/// Networks by how many cells they sort; kept from block to block and from call to call.
#[derive(Default)]
pub(crate) struct Networks(Vec<Network>);

struct Network {
    cells: usize,
    places: Range<usize>,
    /// Which places are put in order, one pair after the other: the larger first.
    pairs: Vec<[u8; 2]>,
}

impl Networks {
    /// Sorts the columns of a table, `count` wide, so that these places have what they have in descending order. `None`
    /// where a network is not worth it. NaNs may land anywhere.
    pub fn sort(&mut self, cells: &mut [f32], count: usize, places: Range<usize>) -> Result<Option<()>> {
        let taps = cells.len() / count;
        if taps > MOST || count < 4 && taps > 16 {
            return Ok(None);
        }
        let known = self.0.iter().position(|network| network.cells == taps && network.places == places);
        let at = match known {
            Some(at) => at,
            None => {
                self.0.push(Network::new(taps, places)?);
                self.0.len() - 1
            }
        };
        for &[a, b] in &self.0[at].pairs {
            let (above, below) = cells.split_at_mut(usize::from(b) * count);
            put_in_order(&mut above[usize::from(a) * count..][..count], &mut below[..count]);
        }
        Ok(Some(()))
    }
}

/// Gives `a` the larger of each two.
#[inline(never)]
fn put_in_order(a: &mut [f32], b: &mut [f32]) {
    for (a, b) in a.iter_mut().zip(b) {
        (*a, *b) = (if *b > *a { *b } else { *a }, if *b > *a { *a } else { *b });
    }
}

impl Network {
    fn new(cells: usize, places: Range<usize>) -> Result<Self> {
        let mut pairs = Vec::new();
        let half = cells.next_power_of_two() / 2;
        // A generous bound: (log₂ cells)² / 4 comparisons a cell, rounded up.
        clear_for(&mut pairs, cells, (half.checked_ilog2().map_or(1, |log| log + 2)).pow(2) as usize)?;
        let mut size = half;
        while size > 0 {
            let (mut merged, mut parity, mut distance) = (half, 0, size);
            loop {
                let pair = |at: &usize| at & size == parity;
                pairs.extend((0..cells - distance).filter(pair).map(|at| [at as u8, (at + distance) as u8]));
                if merged == size {
                    break;
                }
                (distance, merged, parity) = (merged - size, merged / 2, size);
            }
            size /= 2;
        }
        let mut asked = [false; MOST];
        asked[places.clone()].fill(true);
        pairs.reverse();
        pairs.retain(|&[a, b]| {
            let reaches = asked[usize::from(a)] || asked[usize::from(b)];
            if reaches {
                (asked[usize::from(a)], asked[usize::from(b)]) = (true, true);
            }
            reaches
        });
        pairs.reverse();
        Ok(Self { cells, places, pairs })
    }
}

#[cfg(test)]
mod tests {
    use super::super::direct;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn columns_are_sorted(
            (count, taps, from, to) in (1..9usize, 1..70usize, 0..70usize, 0..70usize),
            seed in any::<u32>(),
            range in 2..1000u32,
        ) {
            let (from, to) = (from.min(to).min(taps - 1), from.max(to).min(taps - 1) + 1);
            let mut cells: Vec<f32> = (0..(count * taps) as u32).map(|i| {
                ((i.wrapping_mul(2_654_435_761) ^ seed).wrapping_mul(0x85eb_ca6b) >> 8) % range
            }).map(|cell| cell as f32).collect();
            let expected: Vec<Vec<f32>> = (0..count).map(|column| {
                direct::descending(cells[column..].iter().step_by(count).copied().collect())[from..to].to_vec()
            }).collect();
            let done = Networks::default().sort(&mut cells, count, from..to).unwrap();
            prop_assert_eq!(done.is_none(), count < 4 && taps > 16);
            for (column, expected) in expected.iter().enumerate().filter(|_| done.is_some()) {
                let ours: Vec<f32> = cells[column..].iter().step_by(count).copied().collect();
                prop_assert_eq!(&ours[from..to], &expected[..]);
            }
        }
    }

    #[test]
    fn only_what_is_asked_for_is_compared() {
        let pairs = |cells, places| Network::new(cells, places).unwrap().pairs.len();
        assert_eq!([pairs(1, 0..1), pairs(2, 0..2), pairs(4, 0..4), pairs(4, 0..1)], [0, 1, 5, 3]);
        assert!(pairs(9, 4..5) < pairs(9, 0..9));
    }
}
