//! Linear maps along the axes: every output position is a weighted sum of a few input positions. Filters that
//! subsample and interpolation are such maps; their gradients are the same maps turned round.

use super::{Passes, clear_for};
use crate::error::Result;

/// The map along one axis.
#[derive(Clone, Debug)]
pub(crate) struct AxisMap {
    /// How many input positions there are.
    extent: usize,
    /// Where each output position's terms end among all of them.
    ends: Vec<usize>,
    /// Input positions with their weights.
    terms: Vec<(usize, f64)>,
}

/// Which way to go through a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From input to output positions.
    Forward,
    /// The transpose: every output position's value goes to its input positions by their weights.
    Back,
}

impl AxisMap {
    /// The map to `count` output positions, from what `terms` says of each: positions below `extent` with weights, at
    /// most `most` of them.
    pub(crate) fn new<I: Iterator<Item = (usize, f64)>>(
        extent: usize,
        count: usize,
        most: usize,
        terms: impl Fn(usize) -> I,
    ) -> Result<Self> {
        let mut map = Self { extent, ends: Vec::new(), terms: Vec::new() };
        clear_for(&mut map.ends, count, 1)?;
        clear_for(&mut map.terms, count, most)?;
        for output in 0..count {
            map.terms.extend(terms(output));
            map.ends.push(map.terms.len());
        }
        Ok(map)
    }

    fn outputs(&self) -> impl Iterator<Item = &[(usize, f64)]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(&start, &end)| &self.terms[start..end])
    }

    /// How many positions there are before and after the map.
    fn extents(&self, way: Way) -> (usize, usize) {
        match way {
            Way::Forward => (self.extent, self.ends.len()),
            Way::Back => (self.ends.len(), self.extent),
        }
    }
}

/// Maps every plane of `cells`, which have `plane` cells each, to as many equal parts of `values`.
pub(crate) fn resample_planes(
    cells: &[f32],
    plane: usize,
    axes: &[AxisMap],
    way: Way,
    values: &mut [f32],
) -> Result<()> {
    resample_each(cells, plane, axes, way, values, |_, mapped| mapped)
}

/// The same; `last` has each value, and its place in its plane, before it is rounded.
pub(crate) fn resample_each(
    cells: &[f32],
    plane: usize,
    axes: &[AxisMap],
    way: Way,
    values: &mut [f32],
    last: impl Fn(usize, f64) -> f64,
) -> Result<()> {
    let mut scratch = Passes::default();
    let mut values = values.iter_mut();
    for plane in cells.chunks_exact(plane) {
        let mapped = resample(plane, axes, way, &mut scratch)?;
        mapped.iter().enumerate().zip(&mut values).for_each(|((at, &mapped), value)| *value = last(at, mapped) as f32);
    }
    Ok(())
}

/// Maps one plane along all its axes, outermost first. The result lies in the scratch.
fn resample<'s>(plane: &[f32], axes: &[AxisMap], way: Way, scratch: &'s mut Passes<f64>) -> Result<&'s [f64]> {
    let Passes { front, back } = scratch;
    clear_for(front, plane.len(), 1)?;
    front.extend(plane.iter().map(|&cell| f64::from(cell)));
    let mut inner = plane.len();
    for axis in axes {
        let (before, after) = axis.extents(way);
        inner /= before;
        let slabs = front.len() / (before * inner);
        clear_for(back, slabs * inner, after)?;
        back.resize(slabs * inner * after, 0.0);
        for (from, to) in front.chunks_exact(before * inner).zip(back.chunks_exact_mut(after * inner)) {
            for (output, terms) in axis.outputs().enumerate() {
                for &(input, weight) in terms {
                    let (source, target) = if way == Way::Forward { (input, output) } else { (output, input) };
                    let sums = to[target * inner..][..inner].iter_mut();
                    sums.zip(&from[source * inner..][..inner]).for_each(|(sum, value)| *sum += weight * value);
                }
            }
        }
        std::mem::swap(front, back);
    }
    Ok(front)
}

#[cfg(test)]
mod tests {
    use super::super::direct::{self, Terms};
    use super::*;
    use proptest::prelude::*;

    fn axis() -> impl Strategy<Value = Terms> {
        (1..5usize).prop_flat_map(|extent| {
            let term = (0..extent, (-3..4i8).prop_map(f64::from));
            (Just(extent), prop::collection::vec(prop::collection::vec(term, 0..4), 1..5))
        })
    }

    fn maps(axes: &[Terms]) -> Vec<AxisMap> {
        axes.iter()
            .map(|(extent, terms)| AxisMap::new(*extent, terms.len(), 3, |at| terms[at].iter().copied()).unwrap())
            .collect()
    }

    proptest! {
        /// Whole numbers, so that sums are exact in any order.
        #[test]
        fn resample_is_direct_both_ways(axes in prop::collection::vec(axis(), 1..=3), seed in any::<u32>()) {
            let plane = |cells: usize| -> Vec<f32> { (0..cells).map(|i| ((i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 27) as f32).collect() };
            let mut scratch = Passes::default();
            let inputs = plane(axes.iter().map(|axis| axis.0).product());
            prop_assert_eq!(resample(&inputs, &maps(&axes), Way::Forward, &mut scratch).unwrap(), direct::resample(&inputs, &axes, false));
            let outputs = plane(axes.iter().map(|axis| axis.1.len()).product());
            prop_assert_eq!(resample(&outputs, &maps(&axes), Way::Back, &mut scratch).unwrap(), direct::resample(&outputs, &axes, true));
        }
    }
}
