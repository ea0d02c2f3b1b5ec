//! Regions whose sizes differ by one, so that an axis shrinks by a factor that is no whole number (B. Graham,
//! *Fractional Max-Pooling*, 2014).

use super::plan::{AxisPlan, Plan, Span, collect_spans};
use super::{Sequence, check_axes};
use crate::error::{Error, ErrorKind, Result};
use crate::random::Draws;

pub(super) fn plan(
    output_size: &[usize],
    sequence: Sequence,
    overlapping: bool,
    seed: u64,
    spatial: &[usize],
) -> Result<Plan> {
    check_axes("output_size", output_size, spatial)?;
    let axis = |(number, (&count, &extent)): (u64, (&usize, &usize))| {
        if count > extent {
            let rule = format!("a fractional region has at least one cell, and this axis has {extent}");
            return Err(Error::new(ErrorKind::Shape, "output_size", count, rule));
        }
        let bounds = bounds(extent, count, sequence, Draws::new(seed, number))?;
        let spans = collect_spans("output_size", count, |index| {
            let start = bounds[index];
            let end = if overlapping { extent.min(bounds[index + 1] + 1) } else { bounds[index + 1] };
            Span::region(start, end - start)
        })?;
        Ok(AxisPlan { extent, step: 1, padding: [0, 0], overhang: 0, spans })
    };
    (0..).zip(output_size.iter().zip(spatial)).map(axis).collect::<Result<_>>().map(Plan::new)
}

/// 0 = b₀ < b₁ < … < b_count = extent.
fn bounds(extent: usize, count: usize, sequence: Sequence, mut draws: Draws) -> Result<Vec<usize>> {
    let mut bounds: Vec<usize> = Vec::new();
    if bounds.try_reserve_exact(count + 1).is_err() {
        let rule = "this many output positions do not fit into memory";
        return Err(Error::new(ErrorKind::Memory, "output_size", count, rule));
    }
    match sequence {
        Sequence::Pseudorandom => {
            let sample = draws.next() >> 32;
            bounds.extend((0..=count).map(|index| pseudorandom(index, extent, count, sample)));
        }
        Sequence::Random => {
            bounds.push(0);
            // The sizes, the larger ones first; then shuffled (Fisher and Yates) and summed up, in place.
            let (size, larger) = (extent / count, extent % count);
            bounds.extend((0..count).map(|index| size + usize::from(index < larger)));
            for last in (2..=count).rev() {
                bounds.swap(last, 1 + draws.below(last as u64) as usize);
            }
            for index in 1..=count {
                bounds[index] += bounds[index - 1];
            }
        }
    }
    Ok(bounds)
}

/// ⌈α(index + u)⌉ − ⌈αu⌉ with α = extent / count and u = sample / 2³², exactly. The whole part of α is taken apart, so
/// that nothing overflows: count is the length of a list in memory, far below 2⁴⁷, and the remainder is below count.
fn pseudorandom(index: usize, extent: usize, count: usize, sample: u64) -> usize {
    let (index, count, sample) = (index as u128, count as u128, u128::from(sample));
    let (whole, rest) = (extent as u128 / count, extent as u128 % count);
    let ceiling =
        |index: u128| whole * index + (whole * count * sample + rest * ((index << 32) + sample)).div_ceil(count << 32);
    (ceiling(index) - ceiling(0)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HALF: u64 = 1 << 31;

    #[test]
    fn a_pseudorandom_sequence_by_hand() {
        let bounds = |sample| (0..=4).map(|index| pseudorandom(index, 10, 4, sample)).collect::<Vec<_>>();
        // α = 2.5, u = ½: ⌈1.25⌉ = 2, then 3.75, 6.25, 8.75, 11.25.
        assert_eq!(bounds(HALF), [0, 2, 5, 7, 10]);
        // u = 0: 0, 2.5, 5, 7.5, 10.
        assert_eq!(bounds(0), [0, 3, 5, 8, 10]);
    }

    #[test]
    fn the_largest_axis_does_not_overflow() {
        let extent = isize::MAX as usize;
        let bounds = |sample| (0..=3).map(|index| pseudorandom(index, extent, 3, sample)).collect::<Vec<_>>();
        // 2⁶³ − 1 = 3 · 3074457345618258602 + 1.
        let third = 3_074_457_345_618_258_602;
        assert_eq!(bounds(0), [0, third + 1, 2 * third + 1, extent]);
        assert_eq!(bounds((1 << 32) - 1).last(), Some(&extent));
    }

    #[test]
    fn every_order_of_random_sizes_is_equally_likely() {
        // Of 5 regions of 7 cells two are larger, in one of 10 orders; of 6 cells one, in one of 5. Chi-squared with nine
        // and with four degrees of freedom is above 27.9 and 18.5 in one of a thousand.
        for (extent, orders, tenths) in [(7, 10, 279), (6, 5, 185)] {
            let mut counts = std::collections::BTreeMap::new();
            for seed in 0..10_000 {
                *counts.entry(bounds(extent, 5, Sequence::Random, Draws::new(seed, 0)).unwrap()).or_insert(0u32) += 1;
            }
            assert_eq!(counts.len(), orders as usize);
            let expected = 10_000 / orders;
            let squared: u32 = counts.values().map(|&count| count.abs_diff(expected).pow(2)).sum();
            assert!(squared * 10 < tenths * expected, "{counts:?}");
        }
    }

    proptest! {
        #[test]
        fn pseudorandom_is_its_formula(count in 1..40usize, more in 0..100usize, sample in 0..1u64 << 32) {
            let extent = count + more;
            let ceiling = |index: u128| {
                (extent as u128 * ((index << 32) + u128::from(sample))).div_ceil((count as u128) << 32)
            };
            for index in 0..=count {
                let expected = (ceiling(index as u128) - ceiling(0)) as usize;
                prop_assert_eq!(pseudorandom(index, extent, count, sample), expected);
            }
        }
    }
}
