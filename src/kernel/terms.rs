//! The order in which a run of taps is merged, the same for every kernel and its plain twin.
//!
//! Runs of 3, 9, 27, … taps are merged from thirds, and any other run from the largest of these that fit, left to
//! right: 7 taps are (3 + 3) + 1. So a run of k taps is log k merges deep, which keeps the rounding of sums small, and
//! neighbouring windows share what they are made of. Which taps exist does not change the order: padding is left out.

use std::ops::Range;

/// The parts of a run of so many taps, left to right: their sizes, powers of 3, and where they begin.
pub(super) fn terms(taps: usize) -> impl Iterator<Item = (usize, usize)> + Clone {
    let mut size = 1;
    while size <= taps / 3 {
        size *= 3;
    }
    let mut begin = 0;
    std::iter::from_fn(move || {
        while size > taps - begin {
            size /= 3;
        }
        let term = (size, begin);
        begin += size;
        (size > 0).then_some(term)
    })
}

/// The same for merges that may see a tap twice, as a maximum may: parts of one size, a power of 4, that overlap; four at
/// the most.
pub(super) fn overlapping_terms(taps: usize) -> impl Iterator<Item = (usize, usize)> + Clone {
    let size = 4usize.pow(taps.max(1).ilog(4));
    (0..taps.div_ceil(size)).map(move |part| (size, (part * size).min(taps - size)))
}

/// Merges those taps of a run that are `present`.
pub(super) fn merge_run<A: Copy>(
    taps: usize,
    present: Range<usize>,
    cell: &impl Fn(usize) -> A,
    merge: &impl Fn(A, A) -> A,
) -> Option<A> {
    let mut merged = None;
    for (size, begin) in terms(taps) {
        // Far from what is present there may be more terms than one cares to count.
        if begin >= present.end {
            break;
        }
        merged = join(merged, part(size, begin, &present, cell, merge), merge);
    }
    merged
}

fn part<A: Copy>(
    size: usize,
    begin: usize,
    present: &Range<usize>,
    cell: &impl Fn(usize) -> A,
    merge: &impl Fn(A, A) -> A,
) -> Option<A> {
    if begin + size <= present.start || begin >= present.end {
        return None;
    }
    if size == 1 {
        return Some(cell(begin));
    }
    let third = |number| part(size / 3, begin + number * (size / 3), present, cell, merge);
    join(join(third(0), third(1), merge), third(2), merge)
}

fn join<A>(a: Option<A>, b: Option<A>, merge: &impl Fn(A, A) -> A) -> Option<A> {
    match (a, b) {
        (Some(a), Some(b)) => Some(merge(a, b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_made_of_the_largest_powers_that_fit() {
        assert_eq!(terms(1).collect::<Vec<_>>(), [(1, 0)]);
        assert_eq!(terms(5).collect::<Vec<_>>(), [(3, 0), (1, 3), (1, 4)]);
        assert_eq!(terms(63).collect::<Vec<_>>(), [(27, 0), (27, 27), (9, 54)]);
        assert_eq!(overlapping_terms(63).collect::<Vec<_>>(), [(16, 0), (16, 16), (16, 32), (16, 47)]);
        assert_eq!(overlapping_terms(16).collect::<Vec<_>>(), [(16, 0)]);
        assert_eq!(overlapping_terms(2).collect::<Vec<_>>(), [(1, 0), (1, 1)]);
        assert_eq!(terms(usize::MAX).next(), Some((3usize.pow(40), 0)));
    }

    #[test]
    fn what_is_absent_is_left_out_and_the_rest_keeps_its_order() {
        let merge = |a: String, b: String| format!("({a}{b})");
        let run = |taps, present| {
            let text = std::cell::RefCell::new(vec![String::new()]);
            let keep = |value: String| {
                text.borrow_mut().push(value);
                text.borrow().len() - 1
            };
            let cell = |tap: usize| keep(tap.to_string());
            let merged = merge_run(taps, present, &cell, &|a: usize, b: usize| {
                let (a, b) = (text.borrow()[a].clone(), text.borrow()[b].clone());
                keep(merge(a, b))
            });
            merged.map(|at| text.borrow()[at].clone())
        };
        assert_eq!(run(7, 0..7).unwrap(), "((((01)2)((34)5))6)");
        assert_eq!(run(7, 1..6).unwrap(), "((12)((34)5))");
        assert_eq!(run(7, 2..2), None);
        assert_eq!(run(usize::MAX, 5..7).unwrap(), "(56)");
    }
}
