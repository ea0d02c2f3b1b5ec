//! Merges of whole rows, cell by cell. These loops are what the compiler turns into SIMD: on WebAssembly each becomes
//! loads, one vector instruction a merge and a store. None is inlined: a visitor loads each of them once a fold. Each number
//! of rows is written out: as one loop over a list of rows, sums of long windows took up to 1.18 times as long.

use super::Fold;
use std::array::from_fn;

/// So many cells are merged at a turn of a loop: a turn itself costs as much as four.
const TURN: usize = 16;

#[inline(never)]
fn merge_2<F: Fold>(fold: &F, out: &mut [F::Acc], a: &[F::Acc], b: &[F::Acc]) {
    for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
        *out = fold.merge(a, b);
    }
}

#[inline(never)]
pub(super) fn merge_3<F: Fold>(fold: &F, out: &mut [F::Acc], rows: [&[F::Acc]; 3]) {
    let [(a, a_rest), (b, b_rest), (c, c_rest)] = turns(rows, out.len());
    let (out, rest) = out.as_chunks_mut::<TURN>();
    for (((out, a), b), c) in out.iter_mut().zip(a).zip(b).zip(c) {
        *out = from_fn(|at| fold.merge(fold.merge(a[at], b[at]), c[at]));
    }
    for (((out, &a), &b), &c) in rest.iter_mut().zip(a_rest).zip(b_rest).zip(c_rest) {
        *out = fold.merge(fold.merge(a, b), c);
    }
}

#[inline(never)]
fn merge_5<F: Fold>(fold: &F, out: &mut [F::Acc], rows: [&[F::Acc]; 5]) {
    let merge = |a, b, c, d, e| fold.merge(fold.merge(fold.merge(fold.merge(a, b), c), d), e);
    let [(a, a_rest), (b, b_rest), (c, c_rest), (d, d_rest), (e, e_rest)] = turns(rows, out.len());
    let (out, rest) = out.as_chunks_mut::<TURN>();
    for (((((out, a), b), c), d), e) in out.iter_mut().zip(a).zip(b).zip(c).zip(d).zip(e) {
        *out = from_fn(|at| merge(a[at], b[at], c[at], d[at], e[at]));
    }
    let rests = rest.iter_mut().zip(a_rest).zip(b_rest).zip(c_rest).zip(d_rest).zip(e_rest);
    for (((((out, &a), &b), &c), &d), &e) in rests {
        *out = merge(a, b, c, d, e);
    }
}

/// A row turn by turn, and what is left of it.
type Turns<'r, A> = (&'r [[A; TURN]], &'r [A]);

#[inline(always)]
fn turns<A, const ROWS: usize>(rows: [&[A]; ROWS], count: usize) -> [Turns<'_, A>; ROWS] {
    from_fn(|at| rows[at][..count].as_chunks())
}

#[inline(never)]
fn merge_4<F: Fold>(fold: &F, out: &mut [F::Acc], [a, b, c, d]: [&[F::Acc]; 4]) {
    for ((((out, &a), &b), &c), &d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *out = fold.merge(fold.merge(fold.merge(a, b), c), d);
    }
}

#[inline(never)]
pub(super) fn merge_onto<F: Fold>(fold: &F, out: &mut [F::Acc], b: &[F::Acc]) {
    for (out, &b) in out.iter_mut().zip(b) {
        *out = fold.merge(*out, b);
    }
}

/// Merges a row onto another, and that onto what comes before it, into `out`.
#[inline(never)]
pub(super) fn merge_through<F: Fold>(
    fold: &F,
    out: &mut [F::Acc],
    before: &[F::Acc],
    onto: &mut [F::Acc],
    b: &[F::Acc],
) {
    for (((out, &before), onto), &b) in out.iter_mut().zip(before).zip(onto).zip(b) {
        *onto = fold.merge(*onto, b);
        *out = fold.merge(before, *onto);
    }
}

#[inline(never)]
pub(super) fn merge_2_onto<F: Fold>(fold: &F, out: &mut [F::Acc], b: &[F::Acc], c: &[F::Acc]) {
    for ((out, &b), &c) in out.iter_mut().zip(b).zip(c) {
        *out = fold.merge(fold.merge(*out, b), c);
    }
}

/// Merges rows of equal length, the first before the others; as few passes as there can be. The rows are looked for here,
/// where the caller is known: windows of short rows are so small that a call for each row would show.
#[inline(always)]
pub(super) fn merge_all<'r, F: Fold>(fold: &F, out: &mut [F::Acc], rows: impl Iterator<Item = &'r [F::Acc]>)
where
    F::Acc: 'r,
{
    let mut some: [&[F::Acc]; 5] = [&[]; 5];
    let (mut count, mut onto) = (0, false);
    for row in rows {
        if count == some.len() {
            merge_some(fold, out, onto, &some);
            (count, onto) = (0, true);
        }
        some[count] = row;
        count += 1;
    }
    merge_some(fold, out, onto, &some[..count]);
}

/// Merges up to five rows, onto `out` if `onto`.
#[inline(never)]
fn merge_some<F: Fold>(fold: &F, out: &mut [F::Acc], onto: bool, rows: &[&[F::Acc]]) {
    if onto {
        return rows.chunks(2).for_each(|rows| match rows {
            [b, c] => merge_2_onto(fold, out, b, c),
            rows => rows.iter().for_each(|b| merge_onto(fold, out, b)),
        });
    }
    match *rows {
        [] => out.fill(fold.empty()),
        [a] => out.copy_from_slice(&a[..out.len()]),
        [a, b] => merge_2(fold, out, a, b),
        [a, b, c] => merge_3(fold, out, [a, b, c]),
        [a, b, c, d] => merge_4(fold, out, [a, b, c, d]),
        [a, b, c, d, e, ..] => merge_5(fold, out, [a, b, c, d, e]),
    }
}

/// Windows of two cells, side by side.
pub(super) fn pairs<F: Fold>(fold: &F, out: &mut [F::Acc], cells: &[F::Acc]) {
    for (out, [a, b]) in out.iter_mut().zip(cells.as_chunks::<2>().0) {
        *out = fold.merge(*a, *b);
    }
}

/// Windows of three cells, two apart.
pub(super) fn overlapping_triples<F: Fold>(fold: &F, out: &mut [F::Acc], cells: &[F::Acc]) {
    let last = out.len() - 1;
    let pairs = cells.as_chunks::<2>().0;
    for ((out, [a, b]), [c, _]) in out[..last].iter_mut().zip(pairs).zip(&pairs[1..]) {
        *out = fold.merge(fold.merge(*a, *b), *c);
    }
    // The last one may end with the row, and half a pair.
    out[last] = fold.merge(fold.merge(cells[2 * last], cells[2 * last + 1]), cells[2 * last + 2]);
}

/// Parts a row by position modulo `stride`: `phases` has room for `stride` rows of equal length.
pub(super) fn part<A: Copy>(cells: &[A], stride: usize, phases: &mut [A]) {
    let length = phases.len() / stride;
    for (phase, row) in phases.chunks_exact_mut(length).enumerate() {
        for (out, &cell) in row.iter_mut().zip(cells[phase.min(cells.len())..].iter().step_by(stride)) {
            *out = cell;
        }
    }
}

/// Two rows of cells in squares of four, and a value for each square: it goes to the square's first cell that no other is
/// better than, 0 to the others. Says whether there is a NaN among the cells, of which none is better than another.
pub(crate) fn to_the_best<const SMALLEST: bool>(cells: [&[f32]; 2], values: &[f32], out: [&mut [f32]; 2]) -> bool {
    let better = |b: f32, a: f32| if SMALLEST { b < a } else { b > a };
    let ([above, below], [out_above, out_below]) =
        (cells.map(|row| row.as_chunks::<2>().0), out.map(|row| row.as_chunks_mut::<2>().0));
    let mut nan = 0u32;
    let squares = above.iter().zip(below).zip(values).zip(out_above).zip(out_below);
    for ((((above, below), &value), out_above), out_below) in squares {
        let (second, fourth) = (better(above[1], above[0]), better(below[1], below[0]));
        let best_above = if second { above[1] } else { above[0] };
        let best_below = if fourth { below[1] } else { below[0] };
        let lower = better(best_below, best_above);
        let (upper_value, lower_value) = if lower { (0.0, value) } else { (value, 0.0) };
        *out_above = if second { [0.0, upper_value] } else { [upper_value, 0.0] };
        *out_below = if fourth { [0.0, lower_value] } else { [lower_value, 0.0] };
        nan |= u32::from(above[0].is_nan() | above[1].is_nan() | below[0].is_nan() | below[1].is_nan());
    }
    nan > 0
}
