//! Some of a layer's output cells, from the input cells that these depend on: the same windows and the same draws as in
//! the whole, whatever the method.

use super::shapes::{Shapes, product, reserve};
use super::{Pool, PreparedPool};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Laid, Plan, Positions, Sample};
use std::sync::Arc;

/// Which output cells of a layer shapes are of.
pub(super) struct Part {
    /// On each axis.
    positions: Vec<Vec<usize>>,
    groups: Vec<Positions>,
    /// How many cells beyond their windows the method looks at.
    reach: usize,
    /// The whole output's spatial extents.
    whole: Vec<usize>,
}

/// How an axis of a plan lies among all positions of its window.
pub(super) struct DenseAxis {
    /// How many positions there are.
    pub extent: usize,
    /// How far apart two of the layer's positions are.
    stride: usize,
    /// Each of the plan's output positions in the whole, and its run.
    positions: Vec<(usize, usize)>,
    /// The first position of each run, and where it lies in the dense plan.
    groups: Vec<[usize; 2]>,
}

impl DenseAxis {
    /// Which of all positions the plan's output position number `index` is.
    pub(super) fn position(&self, index: usize) -> usize {
        self.positions[index].0 * self.stride
    }

    /// Where one of all positions, on which output position number `index` depends, lies in the dense plan.
    pub(super) fn place(&self, index: usize, position: usize) -> usize {
        let [first, base] = self.groups[self.positions[index].1];
        position - first + base
    }

    /// The positions up to `reach` away from those of output positions `start` to `end`, as `[start, end)`. A position
    /// mirrored at an end is no further away than it was beyond it.
    fn around(&self, [start, end]: [usize; 2], reach: usize) -> [usize; 2] {
        let (first, last) = (start * self.stride, (end - 1) * self.stride);
        [first.saturating_sub(reach), self.extent.min(last + reach + 1)]
    }
}

/// The runs of cells on each axis.
pub(super) type Runs = Vec<Vec<[usize; 2]>>;

impl Shapes {
    /// A window's number among all windows of the layer over its whole input, which random draws go by.
    fn number(&self, window: usize) -> u64 {
        let Some(Part { positions, whole, .. }) = self.part.as_deref() else {
            return self.first_output + window as u64;
        };
        let (mut rest, mut place, mut unit) = (window, 0, 1);
        for ((positions, &extent), &count) in positions.iter().zip(whole).zip(&self.output[2..]).rev() {
            place += positions[rest % count] * unit;
            (rest, unit) = (rest / count, unit * extent);
        }
        self.first_output + (rest * unit + place) as u64
    }

    /// The numbers of a window and of those after it in its row.
    pub(super) fn numbers(&self, window: usize) -> impl Fn(usize) -> u64 + use<'_> {
        let first = self.number(window);
        let columns = self.part.as_ref().and_then(|part| part.positions.last()).map(|columns| {
            let at = window % columns.len().max(1);
            &columns[at..]
        });
        // Positions of runs that overlap go back: what is added comes first.
        move |after| match columns {
            Some(columns) => first + columns[after] as u64 - columns[0] as u64,
            None => first + after as u64,
        }
    }

    /// The same input with the window at every position, and where this plan's positions are among them. `None` where no
    /// window slides.
    pub(super) fn dense(&self) -> Result<Option<(Self, Vec<DenseAxis>)>> {
        let Some((window, spatial)) = &self.window else { return Ok(None) };
        let (mut plan, stride) = window.dense(spatial)?;
        let positions = |axis: usize, extent| match &self.part {
            Some(part) => part.groups[axis].each().collect(),
            None => (0..extent).map(|at| (at, 0)).collect(),
        };
        let dense = |(axis, stride): (usize, usize)| {
            let extent = plan.axes()[axis].spans.len();
            DenseAxis { extent, stride, positions: positions(axis, extent), groups: vec![[0, 0]] }
        };
        let mut axes: Vec<DenseAxis> = stride.into_iter().enumerate().map(dense).collect();
        if let Some(part) = &self.part {
            let mut laid_out = Vec::new();
            for ((plan, axis), groups) in plan.axes().iter().zip(&mut axes).zip(&part.groups) {
                let mut laid = Laid::default();
                axis.groups.clear();
                for &group in groups.runs() {
                    let positions = axis.around(group, part.reach);
                    axis.groups.push([positions[0], laid.windows()]);
                    plan.laid_out(positions, plan.cells_of(positions), &mut laid);
                }
                laid_out.push(plan.with(&laid));
            }
            plan = Plan::new(laid_out);
        }
        let batch = [1, self.planes];
        let shapes = Self::of_plan(plan, None, &[&batch, self.plan.input_shape().as_slice()].concat(), &batch)?;
        Ok(Some((shapes, axes)))
    }

    /// For each axis the runs of cells on which these output cells depend, and their windows over them: the cells of their own
    /// windows, and of the windows at positions up to `reach` away.
    fn laid_out(&self, groups: &[Positions], reach: usize) -> Result<Vec<Laid>> {
        let dense = if reach > 0 { self.dense()? } else { None };
        let mut laid_out = Vec::new();
        for (axis, (plan, groups)) in self.plan.axes().iter().zip(groups).enumerate() {
            let mut laid = Laid::default();
            for &group in groups.runs() {
                let run = match &dense {
                    Some((dense, axes)) => dense.plan.axes()[axis].cells_of(axes[axis].around(group, reach)),
                    None => plan.cells_of(group),
                };
                plan.laid_out(group, run, &mut laid);
            }
            laid_out.push(laid);
        }
        Ok(laid_out)
    }

    /// The same layer where it makes these output cells alone, from the runs of cells on each axis that they depend on. All
    /// cells of the runs make up its input.
    pub(super) fn of_part(&self, groups: &[Positions], reach: usize) -> Result<(Self, Runs)> {
        let laid_out = self.laid_out(groups, reach)?;
        let positions = groups.iter().map(|groups| groups.each().map(|(at, _)| at).collect()).collect();
        let plan = Plan::new(self.plan.axes().iter().zip(&laid_out).map(|(axis, laid)| axis.with(laid)).collect());
        let shapes = Self {
            part: Some(Arc::new(Part { positions, groups: groups.to_vec(), reach, whole: self.plan.output_shape() })),
            output: [&self.output[..2], plan.output_shape().as_slice()].concat(),
            plane_in: product("shape", &plan.input_shape())?,
            plane_out: product("shape", &plan.output_shape())?,
            plan,
            ..self.clone()
        };
        Ok((shapes, laid_out.into_iter().map(|laid| laid.runs).collect()))
    }
}

/// A layer made ready to make some of its output cells, on each axis those of a [`Sample`]: what a large map looks like from
/// afar, the part of it that is seen, or one band of it after another. They are what the whole layer would have there.
///
/// ```
/// use deep_end::geometry::Sample;
/// use deep_end::{Pool, Pooling, Window};
/// let layer = Pool::new(Pooling::Max, Window::new([2]).stride([1]))?;
/// let x = [1.0, 5.0, 2.0, 0.0, 7.0, 3.0];
/// // Of the maxima 5, 5, 2, 7, 7 every third from the second on.
/// let mut part = layer.part(&[1, 1, 6], &[Sample { first: 1, every: 3, count: 2 }])?;
/// let mut y = vec![0.0; 2];
/// part.forward_into(&x, &mut y)?;
/// assert_eq!((y, part.cells()), (vec![5.0, 7.0], 4));
/// # Ok::<(), deep_end::Error>(())
/// ```
pub struct PoolPart {
    ready: PreparedPool,
    runs: Runs,
    /// The whole input's N × C, and its spatial extents.
    planes: usize,
    spatial: Vec<usize>,
    gathered: Vec<f32>,
}

impl Pool {
    /// This layer, ready to make these output cells for inputs of this shape (N, C, spatial…).
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare); and when a sample is empty, beyond the output, or not one for each axis.
    pub fn part(&self, shape: &[usize], samples: &[Sample]) -> Result<PoolPart> {
        let whole = Shapes::new(&self.geometry, shape)?;
        if samples.len() + 2 != shape.len() {
            let rule = "must be one for each spatial axis";

            return Err(Error::new(ErrorKind::Parameter, "samples.length", samples.len(), rule));
        }
        for (plan, sample) in whole.plan.axes().iter().zip(samples) {
            sample.check(plan.spans.len())?;
        }
        let groups: Vec<_> = samples.iter().map(|&sample| sample.into()).collect();
        self.part_of(&whole, shape, &groups)
    }

    /// The same for positions that are known to be the layer's, one list for each axis.
    pub(crate) fn part_at(&self, shape: &[usize], groups: &[Positions]) -> Result<PoolPart> {
        self.part_of(&Shapes::new(&self.geometry, shape)?, shape, groups)
    }

    fn part_of(&self, whole: &Shapes, shape: &[usize], groups: &[Positions]) -> Result<PoolPart> {
        let (shapes, runs) = whole.of_part(groups, self.method.gradient().reach())?;
        let (planes, input_shape) = (shapes.planes, [&shape[..2], &shapes.plan.input_shape()].concat());
        product("shape", &input_shape)?;
        let ready = self.prepare_shapes(shapes, input_shape);
        Ok(PoolPart { ready, runs, planes, spatial: shape[2..].to_vec(), gathered: Vec::new() })
    }

    /// The runs of cells on each axis that these output cells depend on.
    pub(crate) fn part_runs(&self, shape: &[usize], groups: &[Positions]) -> Result<Runs> {
        let laid_out = Shapes::new(&self.geometry, shape)?.laid_out(groups, self.reach())?;
        Ok(laid_out.into_iter().map(|laid| laid.runs).collect())
    }

    /// How many cells beyond their windows the method looks at.
    pub(crate) fn reach(&self) -> usize {
        self.method.gradient().reach()
    }
}

impl PoolPart {
    /// N, C, and how many output cells are made on each axis.
    pub fn output_shape(&self) -> &[usize] {
        self.ready.output_shape()
    }

    /// How many cells of all planes are read: what the work goes by. A cell that two windows far apart read counts twice.
    pub fn cells(&self) -> usize {
        self.ready.input_shape().iter().product()
    }

    /// Makes the output cells from all cells of the input, row-major, into `out`.
    ///
    /// # Errors
    /// When `x` or `out` has another number of values, or memory does not hold the cells that are read.
    pub fn forward_into(&mut self, x: &[f32], out: &mut [f32]) -> Result<()> {
        let plane = product("shape", &self.spatial)?;
        if x.len() != self.planes * plane {
            let rule = "must be the number of the whole input's cells";
            return Err(Error::new(ErrorKind::Shape, "x.length", x.len(), rule));
        }
        gather_planes(x, &self.spatial, &self.runs, &mut self.gathered)?;
        self.ready.forward_into(&self.gathered, out)
    }

    /// The runs of cells on each axis that are read.
    pub(crate) fn runs(&self) -> &[Vec<[usize; 2]>] {
        &self.runs
    }

    /// What makes the output cells from [the runs'](Self::runs) alone.
    pub(crate) fn ready(&mut self) -> &mut PreparedPool {
        &mut self.ready
    }
}

/// How many cells these runs have.
pub(crate) fn length(runs: &[[usize; 2]]) -> usize {
    runs.iter().fold(0, |length, [start, end]| (end - start).saturating_add(length))
}

/// The cells of every plane in these runs of each axis, row-major, in place of what `out` had.
pub(crate) fn gather_planes(x: &[f32], extents: &[usize], runs: &[Vec<[usize; 2]>], out: &mut Vec<f32>) -> Result<()> {
    let plane = product("shape", extents)?.max(1);
    let each: Vec<_> = runs.iter().map(|runs| length(runs)).collect();
    let count = product("shape", &[&[x.len() / plane], each.as_slice()].concat())?;
    out.clear();
    if out.capacity() < count {
        *out = reserve(count, &each)?;
    }
    for plane in x.chunks_exact(plane) {
        gather(plane, extents, runs, out);
    }
    Ok(())
}

/// The cells of a plane in these runs of each axis, row-major.
fn gather(plane: &[f32], extents: &[usize], runs: &[Vec<[usize; 2]>], out: &mut Vec<f32>) {
    let ([runs, inner @ ..], [_, rest @ ..]) = (runs, extents) else { return };
    for &[start, end] in runs {
        if inner.is_empty() {
            out.extend_from_slice(&plane[start..end]);
        } else {
            let size: usize = rest.iter().product();
            (start..end).for_each(|at| gather(&plane[at * size..][..size], rest, inner, out));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Sequence;
    use crate::{Geometry, Pooling, Window};
    use proptest::prelude::*;

    /// Every part against the same cells of the whole, to the bit.
    fn agrees(layer: &Pool, shape: &[usize], x: &[f32], samples: [Sample; 2]) {
        let (whole, extents) = layer.forward_flat(x, shape).unwrap();
        let mut part = layer.part(shape, &samples).unwrap();
        let mut y = vec![0.0; part.output_shape().iter().product()];
        part.forward_into(x, &mut y).unwrap();
        let [rows, columns] = samples;
        let mut wanted = vec![];
        for plane in whole.chunks_exact(extents[2] * extents[3]) {
            for row in 0..rows.count {
                wanted
                    .extend((0..columns.count).map(|at| plane[rows.position(row) * extents[3] + columns.position(at)]));
            }
        }
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&y), bits(&wanted), "{layer:?} {shape:?} {samples:?}: {y:?}, not {wanted:?}");
    }

    fn sample(extent: usize, first: usize, every: usize) -> Sample {
        let first = first % extent;
        Sample { first, every, count: (extent - first).div_ceil(every) }
    }

    proptest! {
        #[test]
        fn a_part_is_that_of_the_whole(
            stride in 1usize..4, padding in 0usize..2, dilation in 1usize..3, ceil: bool,
            first in 0usize..20, every in 1usize..5, across in 1usize..4,
            cells in proptest::collection::vec(-8i8..8, 2 * 11 * 13),
        ) {
            let x: Vec<f32> = cells.iter().map(|&cell| f32::from(cell)).collect();
            let window = Window::new([2, 3]).stride([stride, stride + 1]).padding([[padding, 0], [padding, padding]])
                .dilation([dilation, 1]).ceil_mode(ceil);
            for method in Pooling::every() {
                let layer = Pool::new(method, window.clone()).unwrap();
                let shape = layer.output_shape(&[1, 2, 11, 13]).unwrap();
                agrees(&layer, &[1, 2, 11, 13], &x, [sample(shape[2], first, every), sample(shape[3], first, across)]);
            }
        }

        #[test]
        fn a_part_of_regions_is_that_of_the_whole(
            first in 0usize..20, every in 1usize..4, seed: u64, overlapping: bool,
            cells in proptest::collection::vec(-8i8..8, 11 * 13),
        ) {
            let x: Vec<f32> = cells.iter().map(|&cell| f32::from(cell)).collect();
            let (output_size, sequence) = (vec![4, 5], Sequence::Random);
            let fractional = Geometry::Fractional { output_size: output_size.clone(), sequence, overlapping, seed };
            for geometry in [Geometry::Adaptive { output_size }, fractional] {
                for method in [Pooling::Max, Pooling::average(), Pooling::Stochastic { seed: 5 }, Pooling::Rank { rank: 4 }] {
                    let layer = Pool::with_geometry(method, geometry.clone()).unwrap();
                    agrees(&layer, &[1, 1, 11, 13], &x, [sample(4, first, every), sample(5, first, 1)]);
                }
            }
        }
    }

    #[test]
    fn what_is_no_part_is_refused() {
        let layer = Pool::new(Pooling::Max, Window::new([2, 2])).unwrap();
        let of = |samples: &[Sample]| layer.part(&[1, 1, 6, 6], samples).err().unwrap().to_string();
        let rule = "must be one or more of an axis's 3 output positions, at least 1 apart";
        assert_eq!(of(&[Sample::range([0, 3]), Sample::range([1, 4])]), format!("sample is [1, 1, 3]: {rule}"));
        assert_eq!(of(&[Sample::range([3, 3]), Sample::range([0, 3])]), format!("sample is [3, 1, 0]: {rule}"));
        assert_eq!(of(&[Sample::range([0, 3])]), "samples.length is 1: must be one for each spatial axis");
        let mut part = layer.part(&[1, 1, 6, 6], &[Sample::range([0, 3]); 2]).unwrap();
        let refused = part.forward_into(&[0.0; 30], &mut [0.0; 9]).unwrap_err();
        assert_eq!(refused.to_string(), "x.length is 30: must be the number of the whole input's cells");
    }
}
