//! Sums of the windows of a row, for the sizes that are most in use.

use super::slide::{Latest, slide};
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::{Fold, Sum};

/// How a fold merges windows at every position of a row, with so much padding before it, and as much after it as they need;
/// and how many cells the row must have.
pub(crate) type Summed<F> = (fn(&[<F as Fold>::Input], usize, &mut [<F as Fold>::Acc]), usize);

/// How windows of so many taps are summed.
pub(crate) fn summed(taps: usize) -> Option<Summed<Sum<f32>>> {
    match taps {
        5 => Some((windows::<5>, LANES * ahead(5))),
        7 => Some((windows::<7>, LANES * ahead(7))),
        9 => Some((windows::<9>, LANES * ahead(9))),
        13 => Some((windows::<13>, LANES * ahead(13))),
        15 => Some((windows::<15>, LANES * ahead(15))),
        31 => Some((windows::<31>, LANES * ahead(31))),
        _ => None,
    }
}

const fn ahead(taps: usize) -> usize {
    match taps {
        5 => 1,
        7 => 2,
        9 => 3,
        13 | 15 => 4,
        _ => 8,
    }
}

#[inline(never)]
fn windows<const TAPS: usize>(row: &[f32], before: usize, out: &mut [f32]) {
    let none = Lanes::splat(Runs::<TAPS>::PADDING);
    slide(&mut Runs::<TAPS> { cells: none, threes: [none; 3], nines: [none; 6] }, row, before, out);
}

/// The latest cells, and the latest runs of 3 and 9 from each of four positions on.
struct Runs<const TAPS: usize> {
    cells: Lanes,
    threes: [Lanes; 3],
    nines: [Lanes; 6],
}

impl<const TAPS: usize> Latest for Runs<TAPS> {
    const AHEAD: usize = ahead(TAPS);
    /// 0 would make 0 of −0.
    const PADDING: f32 = -0.0;

    #[inline(always)]
    fn read<const COUNT: usize>(&mut self, cells: [Lanes; COUNT]) -> [Lanes; COUNT] {
        cells
    }

    /// The parts of each window, as `terms` has them, end in what is latest.
    #[inline(always)]
    fn and(&mut self, next: Lanes) -> Lanes {
        let cells = std::mem::replace(&mut self.cells, next);
        let three = cells + cells.following(next) + cells.straddling(next);
        if TAPS == 5 {
            return three + cells.preceding(next) + next;
        }
        let [_, second, third] = self.threes;
        let threes @ [first, second, third] = [second, third, three];
        self.threes = threes;
        if TAPS == 7 {
            return second + second.preceding(third) + cells.straddling(next);
        }
        let nine = first + first.preceding(second) + second.straddling(third);
        if TAPS == 9 {
            return nine;
        }
        let [_, nines @ ..] = self.nines;
        let [b, c, d, e, f] = nines;
        self.nines = [b, c, d, e, f, nine];
        if TAPS == 13 {
            return f + second.following(third) + cells;
        }
        if TAPS == 15 {
            return f + second.following(third) + third;
        }
        let long = b + d.following(e) + f.straddling(nine);
        long + second.preceding(third) + cells.straddling(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::terms::merge_run;

    #[test]
    fn windows_are_merged_in_the_order_of_their_terms() {
        for taps in [5, 7, 9, 13, 15, 31] {
            let (windows, fewest) = summed(taps).unwrap();
            for (length, before, after) in (fewest..fewest + 20)
                .flat_map(|length| (0..2 * taps).map(move |before| (length, before, 37 * before % taps)))
                .filter(|(length, before, after)| length + before + after >= taps)
            {
                let row: Vec<f32> = (0..length).map(|i| (i * 7919 % 1013) as f32 / 3.0).collect();
                let cells = [vec![-0.0; before], row.clone(), vec![-0.0; after]].concat();
                let wanted: Vec<u32> = (0..=cells.len() - taps)
                    .map(|from| merge_run(taps, 0..taps, &|tap| cells[from + tap], &|a, b| a + b).unwrap().to_bits())
                    .collect();
                let mut ours = vec![9.0; wanted.len()];
                windows(&row, before, &mut ours);
                let ours: Vec<u32> = ours.into_iter().map(f32::to_bits).collect();
                assert_eq!(ours, wanted, "{taps} taps on {before}, {length} and {after} cells");
            }
        }
    }
}
