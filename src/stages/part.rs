//! A stage made some cells at a time: from afar, the part of it that is seen, one band after another. A part of a stage asks
//! for the cells that it reads, which may be a part of the stage before.

use super::Border;
use super::filter::{around, check_kernel, filter_part};
use super::unpool::Winners;
use super::up::{Blend, Up};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Geometry, Plan, Positions, Sample, Window};
use crate::inspect::WayUp;
use crate::pool::{Pool, PoolPart, gather_planes, length, product, reserve};
use crate::shown::Shown;

/// What makes maps, shaped (N, C, height, width), of maps, each cell from some of theirs.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// A pooling layer.
    Pool(Pool),
    /// [`filter`](super::filter).
    Filter {
        /// Its square of weights, row-major.
        kernel: Vec<f32>,
        /// What lies beyond the map's edges.
        border: Border,
    },
    /// [`relu`](super::relu).
    Relu,
    /// A way back up.
    Up(Up),
}

/// The runs of cells that are read along each axis.
type Runs = Vec<Vec<[usize; 2]>>;

impl Stage {
    /// How its windows lie on planes of these extents; `None` for a way up, which has none.
    ///
    /// # Errors
    /// When the layer's geometry does not fit, or a filter's kernel is none.
    pub fn plan(&self, spatial: &[usize]) -> Result<Option<Plan>> {
        let square = |side: usize| {
            let (window, around) = (Window::new([side, side]), side / 2);
            Geometry::from(window.stride([1, 1]).padding([[around, around]; 2])).plan(spatial)
        };
        match self {
            Self::Pool(pool) => pool.geometry().plan(spatial).map(Some),
            Self::Filter { kernel, .. } => check_kernel(kernel).and_then(|()| square(kernel.len().isqrt())).map(Some),
            Self::Relu => square(1).map(Some),
            Self::Up(_) => Ok(None),
        }
    }

    /// The extents of what it makes of planes of these.
    ///
    /// # Errors
    /// As [`plan`](Self::plan); and when a way up does not fit the extents.
    pub fn output_size(&self, spatial: &[usize]) -> Result<Vec<usize>> {
        match (self, self.plan(spatial)?) {
            (_, Some(plan)) => Ok(plan.output_shape()),
            (Self::Up(up), _) => up.check(spatial).map(|()| up.output_size.to_vec()),
            _ => Ok(spatial.to_vec()),
        }
    }

    /// This stage, ready to make the output cells at these rows and columns from inputs of this shape.
    ///
    /// ```
    /// use deep_end::geometry::Sample;
    /// use deep_end::stages::Stage;
    /// // Every second column of one row.
    /// let mut part = Stage::Relu.part(&[1, 1, 1, 5], [Sample::range([0, 1]), Sample { first: 0, every: 2, count: 3 }])?;
    /// let mut y = vec![0.0; 3];
    /// part.forward_into(&[1.0, 2.0, -3.0, 4.0, 5.0], &mut y)?;
    /// assert_eq!(y, [1.0, 0.0, 5.0]);
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the stage does not fit the shape, or has no such rows and columns.
    pub fn part(&self, shape: &[usize], samples: [Sample; 2]) -> Result<StagePart<'_>> {
        let output = self.output_size(four(shape)?)?;
        for (sample, &extent) in samples.iter().zip(&output) {
            sample.check(extent)?;
        }
        self.part_at(shape, samples.map(Positions::from))
    }

    /// The same for positions that are known to be the stage's.
    fn part_at(&self, shape: &[usize], positions: [Positions; 2]) -> Result<StagePart<'_>> {
        let (runs, cells) = self.reads(shape, &positions)?;
        let output_shape = [&shape[..2], &[positions[0].count(), positions[1].count()]].concat();
        let of = match self {
            Self::Pool(pool) => Of::Pool(Box::new(pool.part_at(shape, &positions)?)),
            Self::Filter { kernel, border } => Of::Filter { kernel, border: *border, positions },
            Self::Relu => Of::Relu,
            Self::Up(up) if up.way == WayUp::MaxUnpool => {
                Of::Winners(Box::new(Winners::new(up, shape, &positions, &runs)?), up)
            }
            Self::Up(up) => Of::Blend(Blend::new(up, &shape[2..], &positions, &runs)?),
        };
        let (gathered, pooled) = (Vec::new(), Vec::new());
        Ok(StagePart { of, runs, cells, shape: shape.to_vec(), output_shape, gathered, pooled })
    }

    /// The runs of cells that these positions depend on, and the work: how many cells of all planes are read, at most what a
    /// machine word holds.
    fn reads(&self, shape: &[usize], positions: &[Positions; 2]) -> Result<(Runs, usize)> {
        let planes = shape[0].saturating_mul(shape[1]);
        let area = |runs: &Runs| runs.iter().fold(planes, |cells, runs| cells.saturating_mul(length(runs)));
        let made = positions.iter().fold(planes, |cells, axis| cells.saturating_mul(axis.count()));
        Ok(match self {
            Self::Pool(pool) => {
                let runs = pool.part_runs(shape, positions)?;
                // Twice where it looks at positions around each window too.
                let cells = area(&runs).saturating_mul(1 + usize::from(pool.reach() > 0));
                (runs, cells)
            }
            Self::Filter { kernel, .. } => {
                check_kernel(kernel)?;
                let reach = kernel.len().isqrt() / 2;
                let runs = [0, 1].map(|axis| around(&positions[axis], shape[2 + axis], reach)).to_vec();
                (runs, made.saturating_mul(kernel.len()))
            }
            Self::Relu => (positions.iter().map(|axis| axis.runs().to_vec()).collect(), made),
            Self::Up(up) => {
                let runs: Runs = [0, 1]
                    .into_iter()
                    .map(|axis| up.runs(&shape[2..], axis, &positions[axis]))
                    .collect::<Result<_>>()?;
                let cells = area(&runs).max(made);
                if up.way != WayUp::MaxUnpool {
                    return Ok((runs, cells));
                }
                let windows: Vec<_> = runs.iter().map(|runs| Positions::of_runs(runs.clone())).collect();
                let whole = [&shape[..2], &up.output_size].concat();
                let pooled = up.layer(&shape[2..])?.part_runs(&whole, &windows)?;
                (runs, cells.saturating_add(area(&pooled)))
            }
        })
    }
}

/// Height and width.
fn four(shape: &[usize]) -> Result<&[usize]> {
    match shape {
        [_, _, spatial @ ..] if spatial.len() == 2 => Ok(spatial),
        _ => Err(Error::new(ErrorKind::Shape, "shape", shape, "a stage takes N, C, height and width")),
    }
}

/// Some of a stage's output cells, to be made for inputs of one shape.
pub struct StagePart<'s> {
    of: Of<'s>,
    runs: Runs,
    cells: usize,
    shape: Vec<usize>,
    output_shape: Vec<usize>,
    /// The cells that are read, and those of the maps that max-unpooling looks for winners in.
    gathered: Vec<f32>,
    pooled: Vec<f32>,
}

enum Of<'s> {
    Pool(Box<PoolPart>),
    Filter { kernel: &'s [f32], border: Border, positions: [Positions; 2] },
    Relu,
    Blend(Blend),
    Winners(Box<Winners>, &'s Up),
}

impl StagePart<'_> {
    /// N, C, and how many rows and columns are made.
    pub fn output_shape(&self) -> &[usize] {
        &self.output_shape
    }

    /// How many cells of all planes are read: what the work goes by.
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// Makes the output cells, from all cells of the input, into `out`. Of max-unpooling see [`take_pooled`](Self::take_pooled).
    ///
    /// # Errors
    /// When `x` or `out` has another number of values, or memory does not hold what is kept beside them.
    pub fn forward_into(&mut self, x: &[f32], out: &mut [f32]) -> Result<()> {
        self.take(x)?;
        self.make(out)
    }

    /// Takes from all cells of the input those that are read.
    ///
    /// # Errors
    /// When `x` has another number of values, or memory does not hold them.
    pub fn take(&mut self, x: &[f32]) -> Result<()> {
        check("x.length", x.len(), &self.shape)?;
        gather_planes(x, &self.shape[2..], &self.runs, &mut self.gathered)
    }

    /// The shape of the maps that a max-unpooling layer's values go back to: what was pooled. None for other stages.
    pub fn pooled_shape(&self) -> Option<Vec<usize>> {
        let Of::Winners(_, up) = &self.of else { return None };
        Some([&self.shape[..2], &up.output_size].concat())
    }

    /// Takes from all cells of the maps that were pooled those that max-unpooling looks for winners in.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub fn take_pooled(&mut self, x: &[f32]) -> Result<()> {
        let Some(shape) = self.pooled_shape() else { return Ok(()) };
        let Of::Winners(winners, _) = &self.of else { return Ok(()) };
        check("pooled.length", x.len(), &shape)?;
        gather_planes(x, &shape[2..], winners.runs(), &mut self.pooled)
    }

    /// Makes the output cells from those that were taken.
    ///
    /// # Errors
    /// When `out` has another number of values, or memory does not hold what is kept beside them.
    pub fn make(&mut self, out: &mut [f32]) -> Result<()> {
        check("out.length", out.len(), &self.output_shape)?;
        let cells = &self.gathered;
        match &mut self.of {
            Of::Pool(part) => part.ready().forward_into(cells, out),
            Of::Filter { kernel, border, positions } => {
                filter_part(cells, [self.shape[2], self.shape[3]], kernel, *border, positions, out)
            }
            Of::Relu => {
                out.iter_mut().zip(cells).for_each(|(value, &cell)| *value = if cell < 0.0 { 0.0 } else { cell });
                Ok(())
            }
            Of::Blend(blend) => blend.make(cells, out),
            Of::Winners(winners, _) => winners.make(cells, &self.pooled, out),
        }
    }
}

fn check(name: &'static str, values: usize, shape: &[usize]) -> Result<()> {
    if product("shape", shape)? == values {
        return Ok(());
    }
    let rule = ["must be the number of cells shaped ", &shape.shown()].concat();
    Err(Error::new(ErrorKind::Shape, name, values, rule))
}

/// Some of the last stage's cells of several that follow each other: each asks the one before for the cells that it reads,
/// and no others are made. They are what the whole stack would have there.
///
/// ```
/// use deep_end::geometry::Sample;
/// use deep_end::stages::{Border, Stage, StackPart};
/// // The right neighbour minus the left one, then what of it is above 0: the middle cell of five.
/// let across = vec![0.0, 0.0, 0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0];
/// let stages = [Stage::Filter { kernel: across, border: Border::Edge }, Stage::Relu];
/// let middle = [Sample::range([0, 1]), Sample::range([2, 3])];
/// let mut part = StackPart::new(&stages, &[1, 1, 1, 5], middle)?;
/// part.parts[0].take(&[1.0, 2.0, 0.0, 6.0, 9.0])?;
/// assert_eq!(part.make()?, [4.0]);
/// # Ok::<(), deep_end::Error>(())
/// ```
pub struct StackPart<'s> {
    /// Each stage's, the first one first: it has to [take](StagePart::take) its input's cells.
    pub parts: Vec<StagePart<'s>>,
}

impl<'s> StackPart<'s> {
    /// For the last stage's output cells at these rows and columns, and inputs of the first stage of this shape.
    ///
    /// # Errors
    /// When a stage does not fit what the one before makes, or the last has no such rows and columns.
    pub fn new(stages: &'s [Stage], shape: &[usize], samples: [Sample; 2]) -> Result<Self> {
        let shapes = shapes(stages, shape)?;
        for (sample, &extent) in samples.iter().zip(&shapes[stages.len()][2..]) {
            sample.check(extent)?;
        }
        let mut positions = samples.map(Positions::from);
        let mut parts = Vec::new();
        for (stage, shape) in stages.iter().zip(&shapes).rev() {
            let part = stage.part_at(shape, positions)?;
            positions = [0, 1].map(|axis| Positions::of_runs(part.runs[axis].clone()));
            parts.push(part);
        }
        parts.reverse();
        Ok(Self { parts })
    }

    /// How many cells all stages read.
    pub fn cells(&self) -> usize {
        self.parts.iter().fold(0, |cells, part| cells.saturating_add(part.cells))
    }

    /// Makes the last stage's cells from those that the first one took.
    ///
    /// # Errors
    /// When memory does not hold them.
    pub fn make(&mut self) -> Result<Vec<f32>> {
        let mut values = Vec::new();
        for (number, part) in self.parts.iter_mut().enumerate() {
            if number > 0 {
                part.gathered = std::mem::take(&mut values);
            }
            let count = product("shape", &part.output_shape)?;
            values = reserve(count, &part.output_shape)?;
            values.resize(count, 0.0);
            part.make(&mut values)?;
        }
        Ok(values)
    }

    /// Rows and columns, evenly spread over this part of the last stage's output: at most `most` of each, and so few that all
    /// stages together read no more than `most_cells`, or a single one. What a picture of the part needs at first.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn spread(
        stages: &[Stage],
        shape: &[usize],
        part: [[usize; 2]; 2],
        most: [usize; 2],
        most_cells: usize,
    ) -> Result<[Sample; 2]> {
        let shapes = shapes(stages, shape)?;
        let mut most = most;
        loop {
            let samples = [0, 1].map(|axis| Sample::spread(part[axis], most[axis]));
            let work = work(stages, &shapes, samples, most_cells)?;
            if work <= most_cells || most == [1, 1] {
                return Ok(samples);
            }
            // As much fewer on either axis, and fewer in any case.
            let share = most_cells as f64 / work as f64;
            most = most.map(|most| ((most as f64 * share.sqrt()) as usize).clamp(1, (most - 1).max(1)));
        }
    }
}

/// What each stage is applied to, and what the last one makes.
fn shapes(stages: &[Stage], shape: &[usize]) -> Result<Vec<Vec<usize>>> {
    four(shape)?;
    let mut shapes = vec![shape.to_vec()];
    for stage in stages {
        let before = &shapes[shapes.len() - 1];
        let next = [&before[..2], &stage.output_size(&before[2..])?].concat();
        shapes.push(next);
    }
    Ok(shapes)
}

/// How many cells all stages read, once it is more than `most` without those that were not asked yet.
fn work(stages: &[Stage], shapes: &[Vec<usize>], samples: [Sample; 2], most: usize) -> Result<usize> {
    let mut positions = samples.map(Positions::from);
    let mut work = 0usize;
    for (stage, shape) in stages.iter().zip(shapes).rev() {
        let (mut runs, cells) = stage.reads(shape, &positions)?;
        work = work.saturating_add(cells);
        if work > most {
            break;
        }
        positions = [0, 1].map(|axis| Positions::of_runs(std::mem::take(&mut runs[axis])));
    }
    Ok(work)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pooling;
    use crate::pool::{average_unpool, max_unpool, upsample_linear, upsample_nearest};
    use crate::stages::{filter, relu};
    use ndarray::{ArrayD, IxDyn};
    use proptest::prelude::*;

    fn bits(values: impl IntoIterator<Item = f32>) -> Vec<u32> {
        values.into_iter().map(f32::to_bits).collect()
    }

    /// The cells of every plane at these rows and columns.
    fn of_whole(whole: &ArrayD<f32>, [rows, columns]: [Sample; 2]) -> Vec<u32> {
        let mut cells = vec![];
        for plane in 0..whole.shape()[1] {
            for row in 0..rows.count {
                for column in 0..columns.count {
                    cells.push(whole[[0, plane, rows.position(row), columns.position(column)]].to_bits());
                }
            }
        }
        cells
    }

    fn sample(extent: usize, first: usize, every: usize) -> Sample {
        let first = first % extent;
        Sample { first, every, count: (extent - first).div_ceil(every) }
    }

    proptest! {
        #[test]
        fn a_part_of_a_filter_is_that_of_the_whole(
            edge: bool, first in 0usize..7, every in 1usize..4, across in 1usize..4,
            cells in proptest::collection::vec(-8i8..8, 2 * 7 * 9),
        ) {
            let x: Vec<f32> = cells.iter().map(|&cell| f32::from(cell)).collect();
            let shape = [1, 2, 7, 9];
            let (kernel, border) = (x[..25].to_vec(), if edge { Border::Edge } else { Border::Zero });
            let rows = Sample { first, every, count: (7 - first).div_ceil(every) };
            let columns = Sample { first, every: across, count: (9 - first).div_ceil(across) };
            let stages = [Stage::Filter { kernel: kernel.clone(), border }, Stage::Relu];
            let wholes = [filter(&x, &shape, &kernel, border).unwrap(), relu(&x).unwrap()];
            for (stage, whole) in stages.iter().zip(wholes) {
                let mut part = stage.part(&shape, [rows, columns]).unwrap();
                let mut y = vec![9.0; part.output_shape().iter().product()];
                part.forward_into(&x, &mut y).unwrap();
                let at = |number: usize| {
                    let (plane, rest) = (number / (rows.count * columns.count), number % (rows.count * columns.count));
                    whole[plane * 63 + rows.position(rest / columns.count) * 9 + columns.position(rest % columns.count)]
                };
                prop_assert_eq!(&y, &(0..y.len()).map(at).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_picture_reads_what_it_shows_and_no_more() {
        let shape = [1, 3, 3000, 4000];
        let pool = |kernel: usize, stride: usize| {
            let window = Window::new([kernel, kernel]).stride([stride, stride]).padding([[kernel / 2; 2]; 2]);
            Stage::Pool(Pool::new(Pooling::Stochastic { seed: 1 }, window).unwrap())
        };
        let edges = Stage::Filter { kernel: vec![1.0; 9], border: Border::Edge };
        let wide = pool(999, 1);
        for (stage, height, width) in
            [(pool(2, 2), 1501, 2001), (pool(31, 1), 3000, 4000), (wide, 3000, 4000), (edges, 3000, 4000)]
        {
            for part in [[[0, height], [0, width]], [[7, 57], [9, 79]], [[0, 1], [0, 1]]] {
                let samples =
                    StackPart::spread(std::slice::from_ref(&stage), &shape, part, [225, 300], 3_000_000).unwrap();
                let cells = stage.part(&shape, samples).unwrap().cells();
                let one = samples[0].count * samples[1].count == 1;
                assert!(cells <= 3_000_000 || one, "{stage:?} {part:?}: {cells}");
                assert!(samples[0].count <= 225 && samples[1].count <= 300, "{samples:?}");
                // Little is left of the budget where not all is seen.
                let all = samples[0].every == 1 || cells > 700_000 || samples[1].count > 140 || samples[0].count == 1;
                assert!(all, "{stage:?} {part:?}: {samples:?}, {cells}");
            }
        }
    }
    proptest! {
        #[test]
        fn a_part_of_a_way_up_is_that_of_the_whole(
            kernel in 1usize..4, stride in 1usize..4, padding in 0usize..2, dilation in 1usize..3, scale in 1usize..4,
            first in 0usize..20, every in 1usize..5, across in 1usize..4, seed: u64,
            cells in proptest::collection::vec(-4i8..4, 2 * 9 * 11),
        ) {
            // Ties, and zeros of either sign.
            let number = |&cell: &i8| if cell == -4 { -0.0 } else { f32::from(cell) };
            let x = ArrayD::from_shape_vec(IxDyn(&[1, 2, 9, 11]), cells.iter().map(number).collect()).unwrap();
            let dilation = if kernel > 1 { dilation } else { 1 };
            let window = Window::new([kernel, kernel]).stride([stride, stride + 1]).dilation([dilation, 1])
                .padding([[padding.min(kernel - 1), 0]; 2]);
            for method in [Pooling::Max, Pooling::Stochastic { seed }] {
                let layer = Pool::new(method, window.clone()).unwrap();
                let (y, indices) = layer.forward_with_indices(x.view()).unwrap();
                // As if another layer had changed it meanwhile.
                let y = y.mapv(|cell| cell / 3.0);
                let up = |way, output_size, pooled| Stage::Up(Up { way, output_size, pooled });
                let larger = [y.shape()[2] * scale, y.shape()[3] * scale];
                let stages = [
                    (up(WayUp::Nearest, larger, None), upsample_nearest(y.view(), &larger)),
                    (up(WayUp::Linear { align_corners: false }, larger, None), upsample_linear(y.view(), &larger, false)),
                    (up(WayUp::AverageUnpool, [9, 11], Some(layer.clone())), average_unpool(y.view(), layer.geometry(), &[9, 11])),
                    (up(WayUp::MaxUnpool, [9, 11], Some(layer.clone())), max_unpool(y.view(), indices.view(), &[9, 11])),
                ];
                for (stage, whole) in stages {
                    let whole = whole.unwrap();
                    prop_assert_eq!(&stage.output_size(&y.shape()[2..]).unwrap(), &whole.shape()[2..]);
                    let samples = [sample(whole.shape()[2], first, every), sample(whole.shape()[3], first, across)];
                    let mut part = stage.part(y.shape(), samples).unwrap();
                    part.take_pooled(x.as_slice().unwrap()).unwrap();
                    let mut out = vec![9.0; part.output_shape().iter().product()];
                    part.forward_into(y.as_slice().unwrap(), &mut out).unwrap();
                    prop_assert_eq!(bits(out), of_whole(&whole, samples), "{:?}", stage);
                }
            }
        }

        #[test]
        fn a_part_of_a_stack_is_that_of_the_whole(
            order in proptest::collection::vec(0usize..6, 1..5), first in 0usize..20, every in 1usize..5, across in 1usize..4,
            cells in proptest::collection::vec(-8i8..8, 2 * 13 * 15),
        ) {
            let x: Vec<f32> = cells.iter().map(|&cell| f32::from(cell)).collect();
            let window = |kernel: usize| Window::new([kernel, kernel]).padding([[kernel / 2, 0]; 2]);
            let pool = |method, kernel, stride: [usize; 2]| Stage::Pool(Pool::new(method, window(kernel).stride(stride)).unwrap());
            let mut shape = vec![1, 2, 13, 15];
            let (mut stages, mut whole) = (vec![], x.clone());
            for number in order {
                let larger = [2 * shape[2], 2 * shape[3]];
                let stage = match number {
                    0 => pool(Pooling::Max, 3, [1, 2]),
                    1 => pool(Pooling::Stochastic { seed: 5 }, 2, [1, 1]),
                    2 => pool(Pooling::AverageBlur { filter_size: 3 }, 2, [2, 2]),
                    3 => Stage::Filter { kernel: x[..9].to_vec(), border: Border::Edge },
                    4 => Stage::Relu,
                    _ => Stage::Up(Up { way: WayUp::Linear { align_corners: false }, output_size: larger, pooled: None }),
                };
                // A stack that has become too small for a window goes on without it.
                let Ok(all) = stage.output_size(&shape[2..]) else { continue };
                let mut part = stage.part(&shape, [Sample::range([0, all[0]]), Sample::range([0, all[1]])]).unwrap();
                let mut made = vec![0.0; part.output_shape().iter().product()];
                part.forward_into(&whole, &mut made).unwrap();
                (shape, whole) = (vec![1, 2, all[0], all[1]], made);
                stages.push(stage);
            }
            let samples = [sample(shape[2], first, every), sample(shape[3], first, across)];
            let mut part = StackPart::new(&stages, &[1, 2, 13, 15], samples).unwrap();
            part.parts[0].take(&x).unwrap();
            let whole = ArrayD::from_shape_vec(IxDyn(&shape), whole).unwrap();
            prop_assert_eq!(bits(part.make().unwrap()), of_whole(&whole, samples), "{:?}", stages);
        }
    }

    #[test]
    fn a_look_through_a_stack_reads_what_it_may() {
        let shape = [1, 3, 3000, 4000];
        let pool = |kernel, stride: usize| {
            Pool::new(Pooling::Max, Window::new([kernel, kernel]).stride([stride; 2]).padding([[kernel / 2; 2]; 2]))
                .unwrap()
        };
        let filter = Stage::Filter { kernel: vec![1.0; 9], border: Border::Edge };
        let (up, layer) = (|way, pooled| Stage::Up(Up { way, output_size: [3000, 4000], pooled }), pool(2, 2));
        let stacks = [
            vec![filter, Stage::Relu, Stage::Pool(pool(3, 2))],
            vec![Stage::Pool(pool(31, 1)), Stage::Pool(pool(31, 1))],
            vec![Stage::Pool(pool(999, 1)), Stage::Pool(pool(999, 1))],
            vec![Stage::Pool(pool(3, 3)), up(WayUp::Nearest, None)],
            vec![Stage::Pool(layer.clone()), up(WayUp::MaxUnpool, Some(layer.clone()))],
            vec![Stage::Pool(layer.clone()), up(WayUp::AverageUnpool, Some(layer))],
        ];
        for stages in stacks {
            let output = shapes(&stages, &shape).unwrap().pop().unwrap();
            let samples =
                StackPart::spread(&stages, &shape, [[0, output[2]], [0, output[3]]], [225, 300], 1_200_000).unwrap();
            let part = StackPart::new(&stages, &shape, samples).unwrap();
            let one = samples[0].count * samples[1].count == 1;
            assert!(part.cells() <= 1_200_000 || one, "{stages:?}: {}, {samples:?}", part.cells());
            assert!(part.cells() > 300_000, "{stages:?}: {samples:?}, {}", part.cells());
        }
    }

    #[test]
    fn a_way_up_that_does_not_fit_is_refused() {
        let layer = Pool::new(Pooling::Max, Window::new([2, 2])).unwrap();
        let message = |way, pooled| {
            let stage = Stage::Up(Up { way, output_size: [4, 7], pooled });
            stage.output_size(&[2, 2]).unwrap_err().to_string()
        };
        let rule =
            "output_size is [4, 7]: unpooling goes by the layer that made maps of y's shape from maps of this size";
        assert_eq!(message(WayUp::MaxUnpool, Some(layer)), rule);
        assert_eq!(message(WayUp::AverageUnpool, None), rule);
    }
}
