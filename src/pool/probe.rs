//! One output cell of a layer: the layer's own arithmetic on the cells of one window, at the cost of that window.

use super::Pool;
use super::method::{Gradient, Selected};
use super::shapes::{Shapes, reserve};
use crate::error::Result;
use crate::geometry::Plan;
use crate::kernel::visit;

/// A layer resolved for one plane, to be asked about its output cells.
pub(crate) struct Resolved<'a> {
    arithmetic: Box<dyn Gradient + 'a>,
    shapes: Shapes,
}

impl Pool {
    /// This layer for a plane with these spatial extents, number `plane` among all planes of its array (random methods
    /// number their draws over all of them).
    pub(crate) fn resolve(&self, spatial: &[usize], plane: u64) -> Result<Resolved<'_>> {
        let mut shapes = Shapes::new(&self.geometry, &[&[1, 1], spatial].concat())?;
        shapes.first_output = plane.wrapping_mul(shapes.plane_out as u64);
        Ok(Resolved { arithmetic: self.method.gradient(), shapes })
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

    /// How many input cells beyond its window, on each side, an output cell may depend on.
    pub(crate) fn reach(&self) -> usize {
        self.arithmetic.reach()
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
    pub(crate) fn probe<'p>(&'p self, plane: &'p [f32], place: &[usize], flat: usize) -> Result<Probe<'p>> {
        let window = self.shapes.of_window(place, flat);
        let extents = window.plan.input_shape();
        let (mut places, mut taps) = (reserve(window.plane_in, &extents)?, reserve(window.plane_in, &extents)?);
        visit(&self.shapes.plan.only(place), |_, read| {
            places.extend(read.iter().map(|tap| tap.at));
            taps.extend(read.iter().map(|tap| tap.tap));
        })?;
        let arithmetic = &*self.arithmetic;
        if self.reach() > 0 {
            let probe = Probe {
                arithmetic,
                shapes: self.shapes.clone(),
                places,
                taps,
                values: vec![],
                whole: Some((plane, flat)),
            };
            return probe.with_further_cells();
        }
        let mut values = reserve(window.plane_in, &extents)?;
        values.extend(places.iter().map(|&at| plane[at]));
        // A window without cells still stands over a plane, whose cells it does not read.
        values.resize(window.plane_in, 0.0);
        Ok(Probe { arithmetic, shapes: window, places, taps, values, whole: None })
    }
}

/// One output cell and the input cells that it is made of.
pub(crate) struct Probe<'p> {
    arithmetic: &'p dyn Gradient,
    shapes: Shapes,
    /// The cells read, by their places in the whole plane: the window's in row-major order, then those beyond it.
    places: Vec<usize>,
    /// Which taps of the window read the first of them.
    taps: Vec<usize>,
    /// Their values.
    values: Vec<f32>,
    /// For a method that looks beyond windows: the plane, and the output cell's number in it. For any other the plane
    /// that the arithmetic sees is the window's cells.
    whole: Option<(&'p [f32], usize)>,
}

impl Probe<'_> {
    /// The cells beyond the window that the value changes with.
    fn with_further_cells(mut self) -> Result<Self> {
        let slopes = self.arithmetic.backward(self.plane(), &self.one_hot()?, &self.shapes)?;
        // The window's cells are in ascending order.
        let further = |at: &usize| slopes[*at] != 0.0 && self.places.binary_search(at).is_err();
        let further = (0..slopes.len()).filter(further);
        let count = self.places.len() + further.clone().count();
        let (mut places, mut values) = (reserve(count, &[count])?, reserve(count, &[count])?);
        places.extend(self.places.iter().copied().chain(further));
        values.extend(places.iter().map(|&at| self.plane()[at]));
        (self.places, self.values) = (places, values);
        Ok(self)
    }

    /// The cells read, by their flat places in the plane: the window's in row-major order, then those beyond it.
    pub(crate) fn places(&self) -> &[usize] {
        &self.places
    }

    /// For each of the window's cells, the number of the tap that reads it.
    pub(crate) fn taps(&self) -> &[usize] {
        &self.taps
    }

    /// The values of the cells read.
    pub(crate) fn cells(&self) -> &[f32] {
        &self.values[..self.places.len()]
    }

    pub(crate) fn value(&self) -> Result<f32> {
        let values = self.arithmetic.forward(self.plane(), &self.shapes)?;
        Ok(values[self.output()])
    }

    /// Which of the cells read is the output's, for a method that picks one; `None` too where no cell is read.
    pub(crate) fn picked(&self) -> Result<Option<usize>> {
        let Some(selected) = self.arithmetic.select(self.plane(), &self.shapes) else { return Ok(None) };
        Ok(usize::try_from(selected?.1[self.output()]).ok())
    }

    /// ∂y/∂x for each cell read: the method's own backward of a gradient of 1 at this output cell alone.
    pub(crate) fn slopes(&self) -> Result<Vec<f32>> {
        let mut slopes = self.arithmetic.backward(self.plane(), &self.one_hot()?, &self.shapes)?;
        if self.whole.is_some() {
            return Ok(self.places.iter().map(|&at| slopes[at]).collect());
        }
        slopes.truncate(self.places.len());
        Ok(slopes)
    }

    /// The weight of each cell read, where weights are not the slopes.
    pub(crate) fn weights(&self) -> Result<Option<Vec<f32>>> {
        self.arithmetic.weights(self.plane(), &self.shapes).transpose()
    }

    fn one_hot(&self) -> Result<Vec<f32>> {
        let mut gradient = reserve(self.shapes.plane_out, &self.shapes.output)?;
        gradient.resize(self.shapes.plane_out, 0.0);
        gradient[self.output()] = 1.0;
        Ok(gradient)
    }

    /// The plane that the arithmetic sees.
    fn plane(&self) -> &[f32] {
        self.whole.map_or(&self.values, |(plane, _)| plane)
    }

    /// The output cell's number in that plane's output.
    fn output(&self) -> usize {
        self.whole.map_or(0, |(_, output)| output)
    }
}
