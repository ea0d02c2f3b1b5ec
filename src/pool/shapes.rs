//! A geometry resolved for a whole array.

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Geometry, Plan};
use crate::shown::Shown;

/// The plan of one plane, and how many planes and cells there are.
pub struct Shapes {
    pub(super) plan: Plan,
    /// N, C, output extents…
    pub(super) output: Vec<usize>,
    /// N × C.
    planes: usize,
    /// Cells in one input plane.
    pub(super) plane_in: usize,
    /// Cells in one output plane.
    pub(super) plane_out: usize,
}

impl Shapes {
    /// The same for a flat list of cells, which must be as many as `shape` has.
    pub(super) fn of_cells(geometry: &Geometry, shape: &[usize], cells: usize) -> Result<Self> {
        let shapes = Self::new(geometry, shape)?;
        if shapes.planes * shapes.plane_in != cells {
            let rule = format!("must be the product of shape, {}", shape.shown());
            return Err(Error::new(ErrorKind::Shape, "x.length", cells, rule));
        }
        Ok(shapes)
    }

    pub(super) fn new(geometry: &Geometry, shape: &[usize]) -> Result<Self> {
        let Some((batch, spatial)) = shape.split_at_checked(2) else {
            let rule = "an input has the extents N, C and one to three spatial ones";
            return Err(Error::new(ErrorKind::Shape, "shape", shape, rule));
        };
        let plan = geometry.plan(spatial)?;
        let output = [batch, &plan.output_shape()].concat();
        let product = |extents: &[usize]| {
            // Bytes, not cells, must stay addressable: f64 is the widest cell that a method works with.
            let cells = extents.iter().try_fold(1usize, |product, &extent| product.checked_mul(extent));
            cells.filter(|&cells| cells <= isize::MAX as usize / size_of::<f64>()).ok_or_else(|| {
                let rule = "the number of values overflows";
                Error::new(ErrorKind::Shape, "shape", extents, rule)
            })
        };
        product(shape)?;
        product(&output)?;
        let (planes, plane_in, plane_out) = (product(batch)?, product(spatial)?, product(&plan.output_shape())?);
        Ok(Self { plan, output, planes, plane_in, plane_out })
    }

    /// An empty list with room for every output value.
    pub(super) fn reserve_output<T>(&self) -> Result<Vec<T>> {
        reserve(self.planes * self.plane_out, &self.output)
    }

    /// An empty list with room for every input value.
    pub(super) fn reserve_input<T>(&self) -> Result<Vec<T>> {
        reserve(self.planes * self.plane_in, &self.plan.input_shape())
    }
}

/// An empty list with room for `count` values, or an error instead of an abort when memory does not hold them.
pub(super) fn reserve<T>(count: usize, shape: &[usize]) -> Result<Vec<T>> {
    let mut values = Vec::new();
    let rule = "the result does not fit into memory";
    let reserved = values.try_reserve_exact(count);
    reserved.map_err(|_| Error::new(ErrorKind::Memory, "shape", shape, rule))?;
    Ok(values)
}
