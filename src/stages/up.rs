//! Ways back up, some cells at a time: what each cell is made of along each axis.

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{AxisPlan, Positions};
use crate::inspect::WayUp;
use crate::kernel::{AxisMap, Way, resample_each};
use crate::pool::{Pool, linear_neighbours, reserve};

/// How maps go back up.
#[derive(Clone, Debug, PartialEq)]
pub struct Up {
    /// By which way.
    pub way: WayUp,
    /// The extents to go back to.
    pub output_size: [usize; 2],
    /// Unpooling goes by the layer that made maps of these extents smaller.
    pub pooled: Option<Pool>,
}

impl Up {
    /// The layer that unpooling goes by, which must make maps of these extents.
    pub(super) fn layer(&self, spatial: &[usize]) -> Result<&Pool> {
        let made =
            self.pooled.as_ref().map(|layer| Ok((layer, layer.geometry().plan(&self.output_size)?))).transpose()?;
        match made {
            Some((layer, plan)) if plan.output_shape() == spatial => Ok(layer),
            _ => {
                let rule = "unpooling goes by the layer that made maps of y's shape from maps of this size";
                Err(Error::new(ErrorKind::Shape, "output_size", self.output_size.as_slice(), rule))
            }
        }
    }

    /// Whether the way and the extents fit maps of these extents.
    pub(super) fn check(&self, spatial: &[usize]) -> Result<()> {
        if self.output_size.contains(&0) || spatial.contains(&0) {
            let rule = "must have extents of at least 1, as must the small map";
            return Err(Error::new(ErrorKind::Shape, "output_size", self.output_size.as_slice(), rule));
        }
        if matches!(self.way, WayUp::MaxUnpool | WayUp::AverageUnpool) {
            self.layer(spatial).map(|_| ())
        } else {
            Ok(())
        }
    }

    /// For each run of positions along an axis, the run of the small map's cells that it reads; one cell where it reads
    /// none.
    pub(super) fn runs(&self, spatial: &[usize], axis: usize, positions: &Positions) -> Result<Vec<[usize; 2]>> {
        let (from, to) = (spatial[axis], self.output_size[axis]);
        let ends = |[start, end]: [usize; 2]| match self.way {
            WayUp::Nearest => [nearest(start, from, to), nearest(end - 1, from, to) + 1],
            WayUp::Linear { align_corners } => {
                let reads = |at| linear_neighbours(at, from, to, align_corners);
                let cells = || reads(start).into_iter().chain(reads(end - 1)).map(|(at, _)| at);
                [cells().min().unwrap_or(0), cells().max().unwrap_or(0) + 1]
            }
            _ => [0; 2],
        };
        match self.way {
            WayUp::MaxUnpool | WayUp::AverageUnpool => {
                let plan = self.layer(spatial)?.geometry().plan(&self.output_size)?;
                let readers = Readers::new(&plan.axes()[axis])?;
                Ok(positions.runs().iter().map(|&run| readers.of(run)).collect())
            }
            _ => Ok(positions.runs().iter().map(|&run| ends(run)).collect()),
        }
    }
}

/// Cell number `at` of `to` is a copy of this one of `from`.
fn nearest(at: usize, from: usize, to: usize) -> usize {
    (at as u128 * from as u128 / to as u128) as usize
}

/// For each cell of an axis the first and the last window that may read it.
struct Readers(Vec<[usize; 2]>);

impl Readers {
    fn new(axis: &AxisPlan) -> Result<Self> {
        let mut readers = reserve(axis.extent, &[axis.extent])?;
        readers.resize(axis.extent, [usize::MAX, 0]);
        for (window, span) in axis.spans.iter().enumerate().filter(|(_, span)| span.len > 0) {
            for reader in &mut readers[span.start..=span.start + (span.len - 1) * axis.step] {
                *reader = [reader[0].min(window), window];
            }
        }
        Ok(Self(readers))
    }

    /// The windows that may read some of these cells; one window where there is none.
    fn of(&self, [start, end]: [usize; 2]) -> [usize; 2] {
        let cells = || self.0[start..end].iter().filter(|[first, _]| *first != usize::MAX);
        let first = cells().map(|[first, _]| *first).min().unwrap_or(0);
        [first, cells().map(|[_, last]| last + 1).max().unwrap_or(first + 1)]
    }
}

/// Copies, sums or blends of a small map's cells: what each output position is made of along each axis.
pub(super) struct Blend {
    copies: Option<[Vec<usize>; 2]>,
    axes: Vec<AxisMap>,
    /// How many windows read each position, along each axis.
    readers: Option<[Vec<f64>; 2]>,
    /// The extents of the cells that are read.
    extents: [usize; 2],
}

impl Blend {
    /// For these positions, of cells that lie in these runs side by side.
    pub(super) fn new(
        up: &Up,
        spatial: &[usize],
        positions: &[Positions; 2],
        runs: &[Vec<[usize; 2]>],
    ) -> Result<Self> {
        let extents = [0, 1].map(|axis| crate::pool::length(&runs[axis]));
        let mut blend = Self { copies: None, axes: Vec::new(), readers: None, extents };
        let (mut copies, mut readers) = ([vec![], vec![]], [vec![], vec![]]);
        for axis in [0, 1] {
            let (from, to) = (spatial[axis], up.output_size[axis]);
            let mut bases = Vec::new();
            runs[axis].iter().fold(0, |base, [start, end]| {
                bases.push(base);
                base + end - start
            });
            let each: Vec<_> = positions[axis].each().collect();
            // Where a cell of the small map lies among those that are read.
            let place = |run: usize, at: usize| at - runs[axis][run][0] + bases[run];
            match up.way {
                WayUp::Nearest => {
                    copies[axis] = each.iter().map(|&(at, run)| place(run, nearest(at, from, to))).collect()
                }
                WayUp::Linear { align_corners } => {
                    let terms = |index: usize| {
                        let (at, run) = each[index];
                        let moved = move |(cell, weight)| (place(run, cell), weight);
                        linear_neighbours(at, from, to, align_corners).into_iter().map(moved)
                    };
                    blend.axes.push(AxisMap::new(extents[axis], each.len(), 2, terms)?);
                }
                WayUp::AverageUnpool | WayUp::MaxUnpool => {
                    let plan = up.layer(spatial)?.geometry().plan(&up.output_size)?;
                    let plan = &plan.axes()[axis];
                    let coverage = plan.coverage()?;
                    readers[axis] = each.iter().map(|&(at, _)| coverage[at] as f64).collect();
                    let (each, runs) = (&each, &runs[axis]);
                    // In the order of the windows, as the whole map adds them up.
                    let terms = move |index: usize| {
                        let (at, run) = each[index];
                        let reads = move |window: &usize| {
                            let span = plan.spans[*window];
                            span.len > 0
                                && at >= span.start
                                && (at - span.start).is_multiple_of(plan.step)
                                && (at - span.start) / plan.step < span.len
                        };
                        (runs[run][0]..runs[run][1]).filter(reads).map(move |window| (place(run, window), 1.0))
                    };
                    let most = coverage.iter().copied().max().unwrap_or(0);
                    blend.axes.push(AxisMap::new(extents[axis], each.len(), most, terms)?);
                }
            }
        }
        match up.way {
            WayUp::Nearest => blend.copies = Some(copies),
            WayUp::AverageUnpool => blend.readers = Some(readers),
            _ => (),
        }
        Ok(blend)
    }

    /// Every plane's positions, from the cells that are read.
    pub(super) fn make(&self, cells: &[f32], out: &mut [f32]) -> Result<()> {
        let [tall, wide] = self.extents;
        if let Some([rows, columns]) = &self.copies {
            let planes = cells.chunks_exact(tall * wide).zip(out.chunks_exact_mut(rows.len() * columns.len()));
            for (plane, target) in planes {
                for (&row, target) in rows.iter().zip(target.chunks_exact_mut(columns.len())) {
                    let row = &plane[row * wide..][..wide];
                    target.iter_mut().zip(columns).for_each(|(value, &column)| *value = row[column]);
                }
            }
            return Ok(());
        }
        let Some([rows, columns]) = &self.readers else {
            return resample_each(cells, tall * wide, &self.axes, Way::Forward, out, |_, value| value);
        };
        let mean = |at: usize, sum: f64| sum / (rows[at / columns.len()] * columns[at % columns.len()]).max(1.0);
        resample_each(cells, tall * wide, &self.axes, Way::Forward, out, mean)
    }
}
