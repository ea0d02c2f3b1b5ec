//! Blur pooling: a method at every position, then a binomial filter at every stride-th, written from R. Zhang's paper.

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Geometry;
use crate::kernel::{AxisMap, Way, resample_planes};
use crate::pool::arithmetic::{Arithmetic, Gradient, Room};
use crate::pool::shapes::Shapes;

pub(in crate::pool) struct Blur<M> {
    pub of: M,
    pub filter_size: usize,
}

/// Far beyond any filter of the paper, and small enough that every weight is exact.
const LARGEST_FILTER: usize = 32;

pub(in crate::pool) fn validate(filter_size: usize, geometry: &Geometry) -> Result<()> {
    if !(1..=LARGEST_FILTER).contains(&filter_size) {
        return Err(Error::new(ErrorKind::Parameter, "filter_size", filter_size, "must be from 1 to 32"));
    }
    match geometry {
        Geometry::Window(_) => Ok(()),
        _ => {
            let rule = "blur pooling needs a sliding window: it filters before it takes every stride-th position";
            Err(Error::new(ErrorKind::Parameter, "filter_size", filter_size, rule))
        }
    }
}

impl<M: Arithmetic> Arithmetic for Blur<M> {
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], _: &mut Room) -> Result<()> {
        let (dense, filters) = self.dense(shapes)?;
        let pooled = self.of.values(cells, &dense)?;
        resample_planes(&pooled, dense.plane_out, &filters, Way::Forward, values)
    }
}

impl<M: Gradient> Gradient for Blur<M> {
    /// The filter's taps lie one position, and so one cell, apart. Reflecting at an end takes none of them further away.
    fn reach(&self) -> usize {
        self.filter_size
    }

    /// The filter's transpose, then the method's own gradient.
    fn backward(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let (dense, filters) = self.dense(shapes)?;
        let mut gradients = dense.zero_output()?;
        resample_planes(grad_output, shapes.plane_out, &filters, Way::Back, &mut gradients)?;
        self.of.backward(cells, &gradients, &dense)
    }
}

impl<M> Blur<M> {
    /// The window at every position, and the filter along each axis.
    fn dense(&self, shapes: &Shapes) -> Result<(Shapes, Vec<AxisMap>)> {
        let (dense, axes) = shapes.dense()?.expect("a blur's geometry was checked to be a window");
        let (weights, before) = (binomial(self.filter_size), (self.filter_size - 1) / 2);
        let mut filters = Vec::new();
        for ((outputs, positions), axis) in shapes.plan.axes().iter().zip(dense.plan.axes()).zip(&axes) {
            let terms = |output: usize| {
                let from = axis.position(output);
                let reflected = move |tap: usize| reflect((from + tap) as isize - before as isize, axis.extent);
                let place = move |tap: usize| axis.place(output, reflected(tap));
                weights.iter().enumerate().map(move |(tap, &weight)| (place(tap), weight))
            };
            filters.push(AxisMap::new(positions.spans.len(), outputs.spans.len(), self.filter_size, terms)?);
        }
        Ok((dense, filters))
    }
}

/// A row of Pascal's triangle over its sum, a power of two: every weight is exact.
fn binomial(taps: usize) -> Vec<f64> {
    let mut row = vec![1.0];
    while row.len() < taps {
        let shifted = std::iter::once(0.0).chain(row.iter().copied());
        row = shifted.zip(row.iter().copied().chain([0.0])).map(|(left, right)| (left + right) / 2.0).collect();
    }
    row
}

/// A position beyond the ends, mirrored at the first and last of `extent` positions, which are not repeated.
fn reflect(position: isize, extent: usize) -> usize {
    let period = 2 * (extent as isize - 1);
    let within = if period == 0 { 0 } else { position.rem_euclid(period) };
    within.min(period - within) as usize
}
