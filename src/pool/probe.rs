//! One output cell of a layer: the layer's own arithmetic on the cells of one window, at the cost of that window.

use super::Pool;
use super::method::{Arithmetic, Selected};
use super::shapes::{Shapes, reserve};
use crate::error::Result;
use crate::geometry::Plan;
use crate::kernel::{Tap, visit};

/// A layer resolved for one plane, to be asked about its output cells.
pub(crate) struct Resolved<'a> {
    arithmetic: Box<dyn Arithmetic + 'a>,
    shapes: Shapes,
}

impl Pool {
    /// This layer for a plane with these spatial extents, number `plane` among all planes of its array (random methods
    /// number their draws over all of them).
    pub(crate) fn resolve(&self, spatial: &[usize], plane: u64) -> Result<Resolved<'_>> {
        let mut shapes = Shapes::new(&self.geometry, &[&[1, 1], spatial].concat())?;
        shapes.first_output = plane.wrapping_mul(shapes.plane_out as u64);
        Ok(Resolved { arithmetic: self.method.arithmetic(), shapes })
    }
}

impl Resolved<'_> {
    pub(crate) fn plan(&self) -> &Plan {
        &self.shapes.plan
    }

    /// The output's spatial extents.
    pub(crate) fn output_shape(&self) -> &[usize] {
        &self.shapes.output[2..]
    }

    /// All output values of the plane.
    pub(crate) fn forward(&self, cells: &[f32]) -> Result<Vec<f32>> {
        self.arithmetic.forward(cells, &self.shapes)
    }

    /// The same with the places of the picked cells; `None` for a method that picks none.
    pub(crate) fn select(&self, cells: &[f32]) -> Option<Result<Selected>> {
        self.arithmetic.select(cells, &self.shapes)
    }

    /// The output cell at `place`, number `flat` of its plane.
    pub(crate) fn probe(&self, cells: &[f32], place: &[usize], flat: usize) -> Result<Probe<'_>> {
        let shapes = self.shapes.of_window(place, flat);
        let extents = shapes.plan.input_shape();
        let (mut reads, mut gathered) = (reserve(shapes.plane_in, &extents)?, reserve(shapes.plane_in, &extents)?);
        visit(&self.shapes.plan.only(place), |_, taps| reads.extend_from_slice(taps))?;
        gathered.extend(reads.iter().map(|tap: &Tap| cells[tap.at]));
        // A window without cells still stands over a plane, whose cells it does not read.
        gathered.resize(shapes.plane_in, 0.0);
        Ok(Probe { arithmetic: &*self.arithmetic, shapes, reads, cells: gathered })
    }
}

/// One output cell and the input cells that it is made of.
pub(crate) struct Probe<'a> {
    arithmetic: &'a dyn Arithmetic,
    shapes: Shapes,
    /// The cells read, in row-major order, by their places in the whole plane.
    reads: Vec<Tap>,
    /// Their values, which are the plane that the arithmetic sees.
    cells: Vec<f32>,
}

impl Probe<'_> {
    pub(crate) fn reads(&self) -> &[Tap] {
        &self.reads
    }

    /// The values of the cells read.
    pub(crate) fn cells(&self) -> &[f32] {
        &self.cells[..self.reads.len()]
    }

    pub(crate) fn value(&self) -> Result<f32> {
        Ok(self.arithmetic.forward(&self.cells, &self.shapes)?[0])
    }

    /// Which of the cells read is the output's, for a method that picks one; `None` too where no cell is read.
    pub(crate) fn picked(&self) -> Result<Option<usize>> {
        let Some(selected) = self.arithmetic.select(&self.cells, &self.shapes) else { return Ok(None) };
        Ok(usize::try_from(selected?.1[0]).ok())
    }

    /// ∂y/∂x for each cell read: the method's own backward of a gradient of 1.
    pub(crate) fn slopes(&self) -> Result<Vec<f32>> {
        let mut slopes = self.arithmetic.backward(&self.cells, &[1.0], &self.shapes)?;
        slopes.truncate(self.reads.len());
        Ok(slopes)
    }

    /// The weight of each cell read, where weights are not the slopes.
    pub(crate) fn weights(&self) -> Result<Option<Vec<f32>>> {
        self.arithmetic.weights(&self.cells, &self.shapes).transpose()
    }
}
