//! A geometry resolved for a whole array.

use super::part::Part;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{AxisPlan, Geometry, Plan, Window};
use crate::shown::Shown;
use std::sync::Arc;

/// The plan of one plane, and how many planes and cells there are.
#[derive(Clone)]
pub struct Shapes {
    pub(super) plan: Plan,
    /// The number of the first output cell among those that random methods number.
    pub(super) first_output: u64,
    /// The window that slides, if one does, and over which spatial extents.
    pub(super) window: Option<(Window, Vec<usize>)>,
    /// Which of the layer's output cells these are, where not all.
    pub(super) part: Option<Arc<Part>>,
    /// N, C, output extents…
    pub(super) output: Vec<usize>,
    /// N × C.
    pub(super) planes: usize,
    /// Cells in one input plane.
    pub(super) plane_in: usize,
    /// Cells in one output plane.
    pub(super) plane_out: usize,
    /// How many taps the largest of the layer's windows has, at most what a machine word holds.
    pub(super) most_taps: usize,
}

impl Shapes {
    /// The same for a flat list of cells, which must be as many as `shape` has.
    pub(super) fn of_cells(geometry: &Geometry, shape: &[usize], cells: usize) -> Result<Self> {
        let shapes = Self::new(geometry, shape)?;
        shapes.check_cells(shape, cells)?;
        Ok(shapes)
    }

    /// Whether a list has the cells of an input of this shape, for which these shapes were made.
    pub(super) fn check_cells(&self, shape: &[usize], cells: usize) -> Result<()> {
        if self.planes * self.plane_in == cells {
            return Ok(());
        }
        let rule = ["must be the product of shape, ", &shape.shown()].concat();
        Err(Error::new(ErrorKind::Shape, "x.length", cells, rule))
    }

    pub(super) fn new(geometry: &Geometry, shape: &[usize]) -> Result<Self> {
        let Some((batch, spatial)) = shape.split_at_checked(2) else {
            let rule = "an input has the extents N, C and one to three spatial ones";
            return Err(Error::new(ErrorKind::Shape, "shape", shape, rule));
        };
        let window = match geometry {
            Geometry::Window(window) => Some((window.clone(), spatial.to_vec())),
            _ => None,
        };
        Self::of_plan(geometry.plan(spatial)?, window, shape, batch)
    }

    /// `shape` is the input's, and `batch` its N and C.
    pub(super) fn of_plan(
        plan: Plan,
        window: Option<(Window, Vec<usize>)>,
        shape: &[usize],
        batch: &[usize],
    ) -> Result<Self> {
        let output = [batch, &plan.output_shape()].concat();
        product("shape", shape)?;
        product("shape", &output)?;
        let (planes, plane_in) = (product("shape", batch)?, product("shape", &plan.input_shape())?);
        let plane_out = product("shape", &plan.output_shape())?;
        let longest = |axis: &AxisPlan| axis.spans.iter().map(|span| span.taps()).max().unwrap_or(0);
        let most_taps = plan.axes().iter().map(longest).fold(1, usize::saturating_mul);
        Ok(Self { plan, first_output: 0, window, part: None, output, planes, plane_in, plane_out, most_taps })
    }

    /// One plane.
    #[cfg(test)]
    pub(super) fn of_plan_alone(plan: Plan) -> Self {
        let shape = [&[1, 1], plan.input_shape().as_slice()].concat();
        Self::of_plan(plan, None, &shape, &[1, 1]).unwrap()
    }

    /// The same layer where it makes one output cell, number `flat` of its plane at `place`, from that window's cells
    /// alone, gathered row-major.
    pub(super) fn of_window(&self, place: &[usize], flat: usize) -> Self {
        let plan = self.plan.only(place).gathered();
        Self {
            first_output: self.first_output.wrapping_add(flat as u64),
            output: [&[1, 1], plan.output_shape().as_slice()].concat(),
            planes: 1,
            plane_in: plan.input_shape().iter().product(),
            plane_out: 1,
            most_taps: self.most_taps,
            window: None,
            part: None,
            plan,
        }
    }

    /// The same layer of one plane alone, as far as what is the same for each concerns.
    pub(super) fn of_one_plane(&self) -> Self {
        Self { planes: 1, ..self.clone() }
    }

    /// Rows and columns, if windows are squares of four cells that lie side by side, and none reads padding.
    pub(super) fn squares(&self) -> Option<[&AxisPlan; 2]> {
        let axes = self.plan.axes();
        match axes {
            [rows, columns] => axes.iter().all(AxisPlan::is_pairs).then_some([rows, columns]),
            _ => None,
        }
    }

    /// Lets `pool` make its part of `values` of each plane of `cells`.
    pub(super) fn each_plane<T>(
        &self,
        cells: &[T],
        values: &mut [T],
        mut pool: impl FnMut(&[T], &mut [T]) -> Result<()>,
    ) -> Result<()> {
        let planes = cells.chunks_exact(self.plane_in).zip(values.chunks_exact_mut(self.plane_out));
        planes.into_iter().try_for_each(|(plane, values)| pool(plane, values))
    }

    /// The gradients that `spread` adds to each plane, first all 0: it is given the plane's cells and the gradient by each
    /// of its windows' values.
    pub(super) fn each_gradient(
        &self,
        cells: &[f32],
        grad_output: &[f32],
        mut spread: impl FnMut(&[f32], &[f32], &mut [f32]) -> Result<()>,
    ) -> Result<Vec<f32>> {
        let mut grad_input = self.zero_gradient()?;
        let planes = cells.chunks_exact(self.plane_in).zip(grad_output.chunks_exact(self.plane_out));
        for ((plane, gradients), target) in planes.zip(grad_input.chunks_exact_mut(self.plane_in)) {
            spread(plane, gradients, target)?;
        }
        Ok(grad_input)
    }

    /// Every window's gradient to the one cell that its value came from; 0 elsewhere.
    pub(super) fn scatter(&self, places: &[i32], grad_output: &[f32], grad_input: &mut [f32]) {
        grad_input.fill(0.0);
        let outputs = places.chunks_exact(self.plane_out).zip(grad_output.chunks_exact(self.plane_out));
        for (plane, (places, gradients)) in grad_input.chunks_exact_mut(self.plane_in).zip(outputs) {
            for (&place, gradient) in places.iter().zip(gradients) {
                if let Some(cell) = usize::try_from(place).ok().and_then(|place| plane.get_mut(place)) {
                    *cell += gradient;
                }
            }
        }
    }

    /// Whether a place in a plane fits the type of indices.
    pub(super) fn check_places(&self) -> Result<()> {
        if self.plane_in > i32::MAX as usize {
            let rule = "indices are 32-bit: a plane may have at most 2³¹ − 1 cells";
            return Err(Error::new(ErrorKind::Shape, "shape", self.plan.input_shape().as_slice(), rule));
        }
        Ok(())
    }

    /// How many cells the largest window reads, at most.
    pub(super) fn largest_window(&self) -> usize {
        let longest = |axis: &AxisPlan| axis.spans.iter().map(|span| span.len).max().unwrap_or(0);
        self.plan.axes().iter().map(longest).product()
    }

    /// An empty list with room for every output value.
    pub(super) fn reserve_output<T>(&self) -> Result<Vec<T>> {
        reserve(self.planes * self.plane_out, &self.output)
    }

    /// How many output values there are.
    pub(super) fn output_count(&self) -> usize {
        self.planes * self.plane_out
    }

    /// An error about memory that does not hold an output, or a part of one.
    pub(super) fn no_room(&self) -> Error {
        Error::new(ErrorKind::Memory, "shape", self.output.as_slice(), "the result does not fit into memory")
    }

    /// Makes a list as long as the output. What is in it already may stay.
    pub(super) fn fill_output<T: Copy>(&self, values: &mut Vec<T>, value: T) -> Result<()> {
        let more = self.output_count().saturating_sub(values.len());
        values.try_reserve_exact(more).map_err(|_| self.no_room())?;
        values.resize(self.output_count(), value);
        Ok(())
    }

    /// An output value for every window, each still 0.
    pub(super) fn zero_output<T: Copy + Default>(&self) -> Result<Vec<T>> {
        let mut values = Vec::new();
        self.fill_output(&mut values, T::default())?;
        Ok(values)
    }

    /// A gradient for every input value, each still 0.
    pub(super) fn zero_gradient(&self) -> Result<Vec<f32>> {
        let cells = self.planes * self.plane_in;
        let mut zeros = reserve(cells, &self.plan.input_shape())?;
        zeros.resize(cells, 0.0);
        Ok(zeros)
    }
}

/// An empty list with room for `count` values, or an error instead of an abort when memory does not hold them.
pub(crate) fn reserve<T>(count: usize, shape: &[usize]) -> Result<Vec<T>> {
    let mut values = Vec::new();
    let rule = "the result does not fit into memory";
    let reserved = values.try_reserve_exact(count);
    reserved.map_err(|_| Error::new(ErrorKind::Memory, "shape", shape, rule))?;
    Ok(values)
}

/// How many values an array of these extents has. Their bytes must be addressable: f64 is the widest cell that a method
/// works with. The extents beside a 0 must not overflow either, since ndarray has no such arrays.
pub(crate) fn product(parameter: &'static str, extents: &[usize]) -> Result<usize> {
    let mut beside = extents.iter().filter(|&&extent| extent != 0);
    let cells = beside.try_fold(1usize, |product, &extent| product.checked_mul(extent));
    let Some(cells) = cells.filter(|&cells| cells <= isize::MAX as usize / size_of::<f64>()) else {
        return Err(Error::new(ErrorKind::Shape, parameter, extents, "the number of values overflows"));
    };
    Ok(if extents.contains(&0) { 0 } else { cells })
}

/// A gradient by a layer's output has the output's shape.
pub(super) fn check_grad_output(grad_output: &[usize], output: &[usize]) -> Result<()> {
    if grad_output == output {
        return Ok(());
    }
    let rule = format!("must have the output's shape {}", output.shown());
    Err(Error::new(ErrorKind::Shape, "grad_output", grad_output, rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_maps_of_absurd_extents_are_an_error() {
        let adaptive = Geometry::Adaptive { output_size: vec![1024] };
        assert_eq!(Shapes::new(&adaptive, &[0, 3, 5]).unwrap().output, [0, 3, 1024]);
        let error = Shapes::new(&adaptive, &[0, 1 << (usize::BITS - 5), 1]).err().unwrap();
        assert_eq!((error.parameter(), error.rule()), ("shape", "the number of values overflows"));
    }
}
