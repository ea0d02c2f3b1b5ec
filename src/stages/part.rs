//! A stage made some cells at a time: from afar, the part of it that is seen, one band after another.

use super::Border;
use super::filter::{check_kernel, filter_part};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Geometry, Plan, Sample, Window};
use crate::pool::{Pool, PoolPart, product};
use crate::shown::Shown;

/// What makes maps, shaped (N, C, height, width), of maps, each cell from a window of them.
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
}

impl Stage {
    /// How its windows lie on planes of these extents.
    ///
    /// # Errors
    /// When the layer's geometry does not fit, or a filter's kernel is none.
    pub fn plan(&self, spatial: &[usize]) -> Result<Plan> {
        let square = |side: usize| {
            let (window, around) = (Window::new([side, side]), side / 2);
            Geometry::from(window.stride([1, 1]).padding([[around, around]; 2])).plan(spatial)
        };
        match self {
            Self::Pool(pool) => pool.geometry().plan(spatial),
            Self::Filter { kernel, .. } => check_kernel(kernel).and_then(|()| square(kernel.len().isqrt())),
            Self::Relu => square(1),
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
        let &[n, c, height, width] = shape else {
            return Err(Error::new(ErrorKind::Shape, "shape", shape, "a stage takes N, C, height and width"));
        };
        let (of, output_shape) = match self {
            Self::Pool(pool) => {
                let part = pool.part(shape, &samples)?;
                let output_shape = part.output_shape().to_vec();
                (Of::Pool(Box::new(part)), output_shape)
            }
            _ => {
                samples[0].check(height)?;
                samples[1].check(width)?;
                let reads = if let Self::Filter { kernel, .. } = self { kernel.len() } else { 1 };
                (Of::Each { stage: self, samples, reads }, vec![n, c, samples[0].count, samples[1].count])
            }
        };
        Ok(StagePart { of, shape: shape.to_vec(), output_shape })
    }

    /// Rows and columns, evenly spread over this part of the output: at most `most` of each, and so few that all planes
    /// together read no more than `most_cells`, or a single one. What a picture of the part needs at first.
    ///
    /// # Errors
    /// As [`part`](Self::part).
    pub fn spread(
        &self,
        shape: &[usize],
        part: [[usize; 2]; 2],
        most: [usize; 2],
        most_cells: usize,
    ) -> Result<[Sample; 2]> {
        let mut most = most;
        loop {
            let samples = [0, 1].map(|axis| Sample::spread(part[axis], most[axis]));
            let work = match self {
                Self::Pool(pool) => pool.part_work(shape, &samples)?,
                _ => self.part(shape, samples)?.cells(),
            };
            if work <= most_cells || most == [1, 1] {
                return Ok(samples);
            }
            // As much fewer on either axis, and fewer in any case.
            let share = most_cells as f64 / work as f64;
            most = most.map(|most| ((most as f64 * share.sqrt()) as usize).clamp(1, (most - 1).max(1)));
        }
    }
}

/// Some of a stage's output cells, to be made for inputs of one shape.
pub struct StagePart<'s> {
    of: Of<'s>,
    shape: Vec<usize>,
    output_shape: Vec<usize>,
}

enum Of<'s> {
    Pool(Box<PoolPart>),
    Each { stage: &'s Stage, samples: [Sample; 2], reads: usize },
}

impl StagePart<'_> {
    /// N, C, and how many rows and columns are made.
    pub fn output_shape(&self) -> &[usize] {
        &self.output_shape
    }

    /// How many cells of all planes are read: what the work goes by.
    pub fn cells(&self) -> usize {
        match &self.of {
            Of::Pool(part) => part.cells(),
            Of::Each { reads, .. } => {
                self.output_shape.iter().fold(*reads, |cells, &extent| cells.saturating_mul(extent))
            }
        }
    }

    /// Makes the output cells, from all cells of the input, into `out`.
    ///
    /// # Errors
    /// When `x` or `out` has another number of values, or memory does not hold what is kept beside them.
    pub fn forward_into(&mut self, x: &[f32], out: &mut [f32]) -> Result<()> {
        let Of::Each { stage, samples, .. } = &self.of else {
            let Of::Pool(part) = &mut self.of else { return Ok(()) };
            return part.forward_into(x, out);
        };
        for (name, values, shape) in [("x.length", x.len(), &self.shape), ("out.length", out.len(), &self.output_shape)]
        {
            if product("shape", shape)? != values {
                let rule = ["must be the number of cells shaped ", &shape.shown()].concat();
                return Err(Error::new(ErrorKind::Shape, name, values, rule));
            }
        }
        if let Stage::Filter { kernel, border } = stage {
            return filter_part(x, &self.shape, kernel, *border, *samples, out);
        }
        let (height, width, [rows, columns]) = (self.shape[2], self.shape[3], samples);
        for (plane, target) in x.chunks_exact(height * width).zip(out.chunks_exact_mut(rows.count * columns.count)) {
            for (at, target) in target.chunks_exact_mut(columns.count).enumerate() {
                let cells =
                    plane[rows.position(at) * width..][..width].iter().skip(columns.first).step_by(columns.every);
                target.iter_mut().zip(cells).for_each(|(value, &cell)| *value = if cell < 0.0 { 0.0 } else { cell });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pooling;
    use crate::stages::{filter, relu};
    use proptest::prelude::*;

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
                let samples = stage.spread(&shape, part, [225, 300], 3_000_000).unwrap();
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
}
