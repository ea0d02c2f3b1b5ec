//! Windows that share no cell: four of them beside each other, column by column. What lies in a row comes to lie in four
//! registers, and is merged without a look at its neighbours.
#![expect(unsafe_code, reason = "as slices, each of them checked, planes of 7 × 7 took 1.3 times as long")]

use crate::geometry::Even;
use crate::kernel::Fold;
use crate::kernel::fused::Seen;
use crate::kernel::lanes::{Fours, LANES, Lanes};
use std::array::from_fn;
use std::marker::PhantomData;

/// How a fold merges windows that share no cell, the first of which begins where the cells do; cells may be
/// [lifted](Fold::lift) already. Says whether any may be [foreign](Fold::is_foreign).
pub(crate) type Apart<F> = fn(&F, &[<F as Fold>::Input], Even, &mut [<F as Fold>::Acc], bool) -> bool;

/// So many times can runs be merged from thirds that begin with nine cells.
const LEVELS: usize = 14;

/// Windows have no more cells.
pub(crate) const LONGEST: usize = 3usize.pow(2 + LEVELS as u32);

/// The sums of windows.
#[inline(never)]
pub(crate) fn sums_apart(cells: &[f32], even: Even, out: &mut [f32]) {
    match even.taps {
        3 => fours(cells, even, out, |rows| sum(rows.cells::<3>(0))),
        4 => fours(cells, even, out, |rows| sum(rows.cells::<4>(0))),
        5 => fours(cells, even, out, |rows| sum(rows.cells::<5>(0))),
        6 => fours(cells, even, out, |rows| sum(rows.cells::<6>(0))),
        7 => fours(cells, even, out, |rows| sum(rows.cells::<7>(0))),
        8 => fours(cells, even, out, |rows| sum(rows.cells::<8>(0))),
        14 => fours(cells, even, out, |rows| sum(rows.cells::<14>(0))),
        taps => {
            let mut terms = Terms::new(taps);
            fours(cells, even, out, |rows| terms.sum(rows));
        }
    }
}

/// The largest cell of each window; `sign` is −0 where it is of their negatives, which cells that are `lifted` are already, and
/// else 0. Says whether there may be a NaN, or a −0 among what was best before it was negated: then zeros of both signs may
/// be equal, and not the first have been found.
#[inline(never)]
pub(crate) fn largest_apart(cells: &[f32], even: Even, out: &mut [f32], sign: f32, lifted: bool) -> bool {
    let (back, signs, mut seen) = (Lanes::splat(sign), Lanes::splat(if lifted { 0.0 } else { sign }), Seen::nothing());
    fours(cells, even, out, |rows| {
        if even.taps < LANES {
            let mut best = Lanes::splat(f32::NEG_INFINITY);
            for at in 0..even.taps {
                let cells = column(rows.cells::<1>(at), 0);
                seen.cells(&[cells]);
                best = best.pmax(cells ^ signs);
            }
            return best;
        }
        // Each row by itself first, every fourth cell: what they have in common with those before, they may have twice.
        let mut best = [Lanes::splat(f32::NEG_INFINITY); LANES];
        for at in Fours::of(0..even.taps) {
            // SAFETY: `fours` has checked that a window has all of its cells, and four of them lie from here on.
            let cells = rows.from.map(|row| unsafe { Lanes::load(row.add(at)) });
            seen.cells(&cells);
            best = from_fn(|row| best[row].pmax(cells[row] ^ signs));
        }
        seen.merged(best.map(|best| best ^ back));
        let [a, b, c, d] = turned(best);
        a.pmax(b).pmax(c.pmax(d))
    });
    seen.any()
}

/// Four windows after the other.
#[inline(always)]
fn fours(cells: &[f32], Even { taps, stride, .. }: Even, out: &mut [f32], mut merged: impl FnMut(Four) -> Lanes) {
    let Some(last) = out.len().checked_sub(1) else { return };
    let end = last.checked_mul(stride).and_then(|last| last.checked_add(taps));
    assert!(end.is_some_and(|end| end <= cells.len()), "windows end before their cells do");
    // Of fewer than four, the last stands for those that are not there.
    let apart = from_fn(|window| window.min(last) * stride);
    for first in Fours::of(0..out.len()) {
        let from = cells.as_ptr().wrapping_add(first * stride);
        let from = apart.map(|apart| from.wrapping_add(apart));
        let merged = merged(Four { from, taps, cells: PhantomData }).values();
        match out[first..].first_chunk_mut() {
            Some(out) => *out = merged,
            None => return out.iter_mut().zip(merged).for_each(|(out, merged)| *out = merged),
        }
    }
}

/// Four windows of so many cells.
#[derive(Clone, Copy)]
struct Four<'c> {
    from: [*const f32; LANES],
    taps: usize,
    cells: PhantomData<&'c f32>,
}

impl<'c> Four<'c> {
    /// So many cells of each from one on.
    #[inline(always)]
    fn cells<const COUNT: usize>(self, at: usize) -> [&'c [f32; COUNT]; LANES] {
        assert!(COUNT <= self.taps && at <= self.taps - COUNT, "a window has no more cells");
        // SAFETY: `fours` has checked that from each place on there lie as many cells as a window has.
        self.from.map(|from| unsafe { &*from.add(at).cast() })
    }
}

/// The sums of four windows, in the order of their terms.
#[inline(always)]
fn sum<const CELLS: usize>(rows: [&[f32; CELLS]; LANES]) -> Lanes {
    let mut columns = [Lanes::splat(NONE); CELLS];
    let rest = CELLS % LANES;
    for at in (0..CELLS - rest).step_by(LANES) {
        columns[at..at + LANES].copy_from_slice(&turned(four(rows, at)));
    }
    if CELLS > LANES && rest > 1 {
        // Some of these were there before.
        columns[CELLS - rest..].copy_from_slice(&turned(four(rows, CELLS - LANES))[LANES - rest..]);
    } else {
        (CELLS - rest..CELLS).for_each(|at| columns[at] = column(rows, at));
    }
    let three = |at: usize| columns[at] + columns[at + 1] + columns[at + 2];
    let (mut sum, mut at) = match CELLS {
        9.. => (three(0) + three(3) + three(6), 9),
        3.. => (three(0), 3),
        _ => (columns[0], 1),
    };
    while at + 3 <= CELLS {
        sum = sum + three(at);
        at += 3;
    }
    while at < CELLS {
        sum = sum + columns[at];
        at += 1;
    }
    sum
}

/// The same cell of each row.
#[inline(always)]
fn column<const CELLS: usize>(rows: [&[f32; CELLS]; LANES], at: usize) -> Lanes {
    Lanes::of(rows.map(|row| row[at]))
}

/// Four cells of each row from one on. Put together of single cells, they would be loaded by halves.
#[inline(always)]
fn four<const CELLS: usize>(rows: [&[f32; CELLS]; LANES], at: usize) -> [Lanes; LANES] {
    assert!(at + LANES <= CELLS, "a row has no more cells");
    // SAFETY: it has four.
    rows.map(|row| unsafe { Lanes::load(row.as_ptr().add(at)) })
}

/// What was beside each other, one below the other.
#[inline(always)]
fn turned([a, b, c, d]: [Lanes; LANES]) -> [Lanes; LANES] {
    let [ac, bd] = [a.lower(c), b.lower(d)];
    let [last_of_ac, last_of_bd] = [a.upper(c), b.upper(d)];
    [ac.lower(bd), ac.upper(bd), last_of_ac.lower(last_of_bd), last_of_ac.upper(last_of_bd)]
}

/// Nothing, added to anything. 0 would make 0 of −0.
const NONE: f32 = -0.0;

/// The terms of a sum, of which those of nine cells and more are made of nines.
struct Terms {
    /// How many there are of 9, 27, 81, … cells; and of three, and of one.
    counts: [u8; LEVELS],
    levels: usize,
    nines: usize,
    threes: usize,
    ones: usize,
    /// Those of each length that wait for a third.
    waiting: [[Lanes; 2]; LEVELS],
}

impl Terms {
    fn new(taps: usize) -> Self {
        let (mut counts, mut levels, nines) = ([0; LEVELS], 0, taps / 9);
        let mut count = nines;
        while count > 0 {
            counts[levels] = (count % 3) as u8;
            (count, levels) = (count / 3, levels + 1);
        }
        let waiting = [[Lanes::splat(NONE); 2]; LEVELS];
        Self { counts, levels, nines, threes: taps % 9 / 3, ones: taps % 3, waiting }
    }

    #[inline(always)]
    fn sum(&mut self, rows: Four) -> Lanes {
        let mut at = 0;
        for number in 0..self.nines {
            let mut run = sum(rows.cells::<9>(at));
            at += 9;
            let (mut rest, mut level) = (number, 0);
            while rest % 3 == 2 {
                let [a, b] = self.waiting[level];
                run = a + b + run;
                (rest, level) = (rest / 3, level + 1);
            }
            self.waiting[level][rest % 3] = run;
        }
        let mut all = Lanes::splat(NONE);
        for level in (0..self.levels).rev() {
            for run in &self.waiting[level][..usize::from(self.counts[level])] {
                all = all + *run;
            }
        }
        for _ in 0..self.threes {
            all = all + sum(rows.cells::<3>(at));
            at += 3;
        }
        for _ in 0..self.ones {
            all = all + sum(rows.cells::<1>(at));
            at += 1;
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::terms::merge_run;
    use proptest::prelude::*;

    /// A window's size, how far apart two begin, and how many there are.
    fn windows() -> impl Strategy<Value = (usize, usize, usize)> {
        let taps =
            prop_oneof![3 => 1..50usize, 1 => prop::sample::select(vec![80, 81, 82, 107, 242, 243, 244, 730, 2200])];
        (taps, 0..20usize, 1..14usize).prop_map(|(taps, gap, count)| (taps, taps + gap, count))
    }

    fn merged((taps, stride, count): (usize, usize, usize), cells: &[f32], merge: fn(f32, f32) -> f32) -> Vec<u32> {
        let window = |number| merge_run(taps, 0..taps, &|tap| cells[number * stride + tap], &merge).unwrap().to_bits();
        (0..count).map(window).collect()
    }

    fn bits(values: &[f32]) -> Vec<u32> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    proptest! {
        /// To the bit, and no cell behind the last window is read: there is none.
        #[test]
        fn sums_are_merged_in_the_order_of_their_terms(windows in windows(), seed in any::<u32>(), zeros in prop::bool::weighted(0.2)) {
            let (taps, stride, count) = windows;
            let cell = |at: usize| (at as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) as f32 / 3.0e4;
            let cells: Vec<f32> = (0..(count - 1) * stride + taps).map(|at| if zeros { -0.0 } else { cell(at) }).collect();
            let mut out = vec![9.0; count];
            sums_apart(&cells, Even { origin: 0, stride, taps }, &mut out);
            prop_assert_eq!(bits(&out), merged(windows, &cells, |a, b| a + b));
        }

        /// Few values, so that some are equal: the first of equals is found, or said to be missed where some are −0.
        #[test]
        fn each_is_the_first_of_the_largest(
            windows in windows(),
            seed in any::<u64>(),
            negated in any::<bool>(),
            lifted in any::<bool>(),
            zero in prop::sample::select(vec![0.0f32, -0.0]),
            nan in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let (taps, stride, count) = windows;
            let (sign, worst) = if negated { (-1.0, f32::INFINITY) } else { (1.0, f32::NEG_INFINITY) };
            let cell = |at: u64| [-2.0 * sign, -sign, zero, 0.0, worst][(crate::random::at(seed, 0, at) % 5) as usize];
            let mut cells: Vec<f32> = (0..((count - 1) * stride + taps) as u64).map(cell).collect();
            let turned: Vec<f32> = cells.iter().map(|cell| cell * sign).collect();
            if lifted {
                cells.clone_from(&turned);
            }
            let wanted = merged(windows, &turned, |best, cell| if cell > best { cell } else { best });
            let (even, mut out) = (Even { origin: 0, stride, taps }, vec![9.0; count]);
            if largest_apart(&cells, even, &mut out, 0.0 * sign, lifted) {
                prop_assert!(zero.is_sign_negative());
            } else {
                prop_assert_eq!(bits(&out), wanted);
            }
            if let Some(at) = nan {
                cells[at.index(count) * stride + at.index(taps)] = f32::NAN;
                prop_assert!(largest_apart(&cells, even, &mut out, 0.0 * sign, lifted));
            }
        }
    }

    #[test]
    #[should_panic(expected = "windows end before their cells do")]
    fn no_window_ends_behind_its_cells() {
        sums_apart(&[1.0; 20], Even { origin: 0, stride: 7, taps: 7 }, &mut [0.0; 3]);
    }
}
