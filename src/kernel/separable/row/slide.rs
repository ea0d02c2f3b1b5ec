//! Sums of the windows of a row, in registers that slide along it: what neighbours share is merged once, and no pass writes
//! what another reads. For the sizes that are most in use.

use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::{Fold, Sum};

/// How a fold merges the windows of a row, from its cells with their padding, and up to five cells more.
pub(crate) type Slide<F> = fn(&[<F as Fold>::Acc], &mut [<F as Fold>::Acc]);

/// How windows of so many taps are summed.
pub(crate) fn slide(taps: usize) -> Option<Slide<Sum<f32>>> {
    match taps {
        7 => Some(windows::<7>),
        15 => Some(windows::<15>),
        31 => Some(windows::<31>),
        _ => None,
    }
}

/// So many registers of cells are read before those that complete the first windows.
const fn before(taps: usize) -> usize {
    match taps {
        7 => 2,
        15 => 4,
        _ => 8,
    }
}

#[inline(never)]
fn windows<const TAPS: usize>(cells: &[f32], out: &mut [f32]) {
    let (first, cells) = cells.as_chunks::<LANES>().0.split_at(const { before(TAPS) });
    let none = Lanes::splat(0.0);
    let mut latest = Latest { cells: none, threes: [none; 3], nines: [none; 6] };
    for cells in first {
        latest.and::<TAPS>(Lanes::of(*cells));
    }
    let (whole, rest) = out.as_chunks_mut::<LANES>();
    for (out, cells) in whole.iter_mut().zip(cells) {
        *out = latest.and::<TAPS>(Lanes::of(*cells)).values();
    }
    if !rest.is_empty() {
        let values = latest.and::<TAPS>(Lanes::of(cells[whole.len()])).values();
        rest.copy_from_slice(&values[..rest.len()]);
    }
}

/// What was read and merged last of a row: cells, and runs of 3 and 9 from each of four positions on.
struct Latest {
    cells: Lanes,
    threes: [Lanes; 3],
    nines: [Lanes; 6],
}

impl Latest {
    /// Goes on by four cells, and merges the windows that they complete: the parts of each, as `terms` has them, end in what
    /// is latest.
    #[inline(always)]
    fn and<const TAPS: usize>(&mut self, next: Lanes) -> Lanes {
        let cells = std::mem::replace(&mut self.cells, next);
        let three = cells + cells.following(next) + cells.straddling(next);
        let [_, second, third] = self.threes;
        let threes @ [first, second, third] = [second, third, three];
        self.threes = threes;
        if TAPS == 7 {
            return second + second.preceding(third) + cells.straddling(next);
        }
        let nine = first + first.preceding(second) + second.straddling(third);
        let [_, nines @ ..] = self.nines;
        let [b, c, d, e, f] = nines;
        self.nines = [b, c, d, e, f, nine];
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
        for taps in [7, 15, 31] {
            for count in 1..40 {
                let cells: Vec<f32> = (0..count + taps + 2 * LANES).map(|i| (i * 7919 % 1013) as f32 / 3.0).collect();
                let wanted: Vec<f32> = (0..count)
                    .map(|window| merge_run(taps, 0..taps, &|tap| cells[window + tap], &|a, b| a + b).unwrap())
                    .collect();
                let mut ours = vec![0.0; count];
                slide(taps).unwrap()(&cells, &mut ours);
                assert_eq!(ours, wanted, "{count} windows of {taps}");
            }
        }
    }
}
