//! Max-unpooling some cells at a time: the windows that read them are pooled again, and those whose winner is one of the
//! cells put their value there.

use super::up::Up;
use crate::error::Result;
use crate::geometry::Positions;
use crate::pool::{PoolPart, reserve};

/// The windows around some cells, ready to be asked for their winners.
pub(super) struct Winners {
    part: PoolPart,
    /// For each axis and each run of cells: the run, where its outputs begin, the windows around it among all of the part,
    /// and the cells that these read: where they begin in the plane and among those that are read.
    groups: [Vec<Group>; 2],
    /// How many cells a row of what is read, and a row of windows, and a row of outputs have.
    wide: [usize; 3],
    values: Vec<f32>,
    places: Vec<i32>,
}

struct Group {
    cells: [usize; 2],
    output: usize,
    windows: [usize; 2],
    read: [usize; 2],
}

impl Winners {
    /// For these positions; `windows` are the runs of windows around each run of them.
    pub(super) fn new(
        up: &Up,
        shape: &[usize],
        positions: &[Positions; 2],
        windows: &[Vec<[usize; 2]>],
    ) -> Result<Self> {
        let whole = [&shape[..2], &up.output_size].concat();
        let around: Vec<_> = windows.iter().map(|runs| Positions::of_runs(runs.clone())).collect();
        let part = up.layer(&shape[2..])?.part_at(&whole, &around)?;
        let groups = [0, 1].map(|axis| {
            let (mut output, mut window, mut read) = (0, 0, 0);
            let each = positions[axis].runs().iter().zip(&windows[axis]).zip(&part.runs()[axis]);
            let group = |((cells, windows), run): ((&[usize; 2], &[usize; 2]), &[usize; 2])| {
                let group = Group {
                    cells: *cells,
                    output,
                    windows: [window, window + windows[1] - windows[0]],
                    read: [run[0], read],
                };
                output += cells[1] - cells[0];
                window = group.windows[1];
                read += run[1] - run[0];
                group
            };
            each.map(group).collect()
        });
        let wide = [crate::pool::length(&part.runs()[1]), around[1].count(), positions[1].count()];
        Ok(Self { part, groups, wide, values: Vec::new(), places: Vec::new() })
    }

    /// The runs of the larger map's cells that are read.
    pub(super) fn runs(&self) -> &[Vec<[usize; 2]>] {
        self.part.runs()
    }

    /// Puts the small map's values at their winners, from the cells that are read of the larger one.
    pub(super) fn make(&mut self, y: &[f32], x: &[f32], out: &mut [f32]) -> Result<()> {
        if self.values.len() != y.len() {
            (self.values, self.places) = (reserve(y.len(), &[y.len()])?, reserve(y.len(), &[y.len()])?);
            self.values.resize(y.len(), 0.0);
            self.places.resize(y.len(), 0);
        }
        self.part.ready().select_into(x, &mut self.values, &mut self.places)?;
        let [wide, across, columns] = self.wide;
        let [down, sides] = &self.groups;
        let (rows, windows) = (out_rows(down), across * down.last().map_or(0, |group| group.windows[1]));
        out.fill(0.0);
        let planes = y.chunks_exact(windows.max(1)).zip(self.places.chunks_exact(windows.max(1)));
        for ((y, places), out) in planes.zip(out.chunks_exact_mut((rows * columns).max(1))) {
            for row in down {
                for window in row.windows[0]..row.windows[1] {
                    for column in sides {
                        let these = window * across + column.windows[0]..window * across + column.windows[1];
                        for (&value, &place) in y[these.clone()].iter().zip(&places[these]) {
                            let Ok(place) = usize::try_from(place) else { continue };
                            let Some(at) = row.output_of(place / wide) else { continue };
                            let Some(beside) = column.output_of(place % wide) else { continue };
                            out[at * columns + beside] = value;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

fn out_rows(down: &[Group]) -> usize {
    down.last().map_or(0, |group| group.output + group.cells[1] - group.cells[0])
}

impl Group {
    /// Where the output lies that a cell is, by its place among those that are read; none where it is no cell of the run.
    fn output_of(&self, place: usize) -> Option<usize> {
        let cell = place - self.read[1] + self.read[0];
        (self.cells[0]..self.cells[1]).contains(&cell).then(|| cell - self.cells[0] + self.output)
    }
}
