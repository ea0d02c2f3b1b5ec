//! One output cell of a layer: the layer's own arithmetic on the cells of one window, at the cost of that window.

use super::Pool;
use super::arithmetic::{Gradient, Selected};
use super::shapes::{Shapes, reserve};
use crate::error::Result;
use crate::geometry::{Plan, Positions};
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
        self.arithmetic.values(cells, &self.shapes)
    }

    /// The same with the places of the picked cells; `None` for a method that picks none.
    pub(crate) fn select(&self, cells: &[f32]) -> Option<Result<Selected>> {
        self.arithmetic.selected(cells, &self.shapes)
    }

    /// The output cell at `place`, number `flat` of its plane.
    pub(crate) fn probe(&self, plane: &[f32], place: &[usize], flat: usize) -> Result<Probe<'_>> {
        let extents = self.shapes.plan.input_shape();
        let window = self.shapes.of_window(place, flat);
        let (mut places, mut taps) = (reserve(window.plane_in, &extents)?, reserve(window.plane_in, &extents)?);
        visit(&self.shapes.plan.only(place), |_, read| {
            places.extend(read.iter().map(|tap| tap.at));
            taps.extend(read.iter().map(|tap| tap.tap));
        })?;
        let arithmetic = &*self.arithmetic;
        if self.reach() > 0 && self.shapes.window.is_some() {
            let alone: Vec<_> = place.iter().map(|&at| Positions::of_runs(vec![[at, at + 1]])).collect();
            let (shapes, runs) = self.shapes.of_part(&alone, self.reach())?;
            let cells: Vec<_> = runs.iter().map(|runs| runs[0]).collect();
            let shapes = shapes.of_one_plane();
            let seen = flat_places(&cells, &extents)?;
            let probe = Probe { arithmetic, shapes, places, taps, seen: vec![], plane: of_places(plane, &seen)? };
            return probe.with_further_cells(&seen);
        }
        let mut gathered = of_places(plane, &places)?;
        // A window without cells still stands over a plane, whose cells it does not read.
        gathered.resize(window.plane_in, 0.0);
        let seen = (0..places.len()).collect();
        Ok(Probe { arithmetic, shapes: window, places, taps, seen, plane: gathered })
    }
}

/// The flat places of the cells in a box of a plane with these extents, row-major.
fn flat_places(cells: &[[usize; 2]], extents: &[usize]) -> Result<Vec<usize>> {
    let mut places = vec![0];
    for (&[start, end], &extent) in cells.iter().zip(extents) {
        let mut longer = reserve(places.len().saturating_mul(end - start), extents)?;
        longer.extend(places.iter().flat_map(|&place| (start..end).map(move |at| place * extent + at)));
        places = longer;
    }
    Ok(places)
}

fn of_places(plane: &[f32], places: &[usize]) -> Result<Vec<f32>> {
    let mut cells = reserve(places.len(), &[places.len()])?;
    cells.extend(places.iter().map(|&at| plane[at]));
    Ok(cells)
}

/// One output cell and the input cells that it is made of.
pub(crate) struct Probe<'p> {
    arithmetic: &'p dyn Gradient,
    shapes: Shapes,
    /// The cells read, by their places in the whole plane: the window's in row-major order, then those beyond it.
    places: Vec<usize>,
    /// Which taps of the window read the first of them.
    taps: Vec<usize>,
    /// Where each of them is in the plane that the arithmetic sees.
    seen: Vec<usize>,
    /// That plane: the window's cells, or for a method that looks beyond windows a box around them.
    plane: Vec<f32>,
}

impl Probe<'_> {
    /// The cells beyond the window that the value changes with; `box_places` are the places of the plane's cells.
    fn with_further_cells(mut self, box_places: &[usize]) -> Result<Self> {
        let slopes = self.gradient()?;
        let window = self.places.len();
        // Both in ascending order.
        let of_box = |place: &usize| box_places.binary_search(place).expect("a window lies in its surroundings");
        self.seen = self.places.iter().map(of_box).collect();
        for (at, place) in box_places.iter().enumerate() {
            if slopes[at] != 0.0 && self.places[..window].binary_search(place).is_err() {
                self.places.push(*place);
                self.seen.push(at);
            }
        }
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
    pub(crate) fn cells(&self) -> impl Iterator<Item = f32> {
        self.seen.iter().map(|&at| self.plane[at])
    }

    pub(crate) fn value(&self) -> Result<f32> {
        Ok(self.arithmetic.values(&self.plane, &self.shapes)?[0])
    }

    /// Which of the cells read is the output's, for a method that picks one; `None` too where no cell is read.
    pub(crate) fn picked(&self) -> Result<Option<usize>> {
        let Some(selected) = self.arithmetic.selected(&self.plane, &self.shapes) else { return Ok(None) };
        Ok(usize::try_from(selected?.1[0]).ok())
    }

    /// ∂y/∂x for each cell read: the method's own backward of a gradient of 1.
    pub(crate) fn slopes(&self) -> Result<Vec<f32>> {
        let slopes = self.gradient()?;
        Ok(self.seen.iter().map(|&at| slopes[at]).collect())
    }

    /// The weight of each cell read, where weights are not the slopes.
    pub(crate) fn weights(&self) -> Result<Option<Vec<f32>>> {
        self.arithmetic.weights(&self.plane, &self.shapes).transpose()
    }

    fn gradient(&self) -> Result<Vec<f32>> {
        self.arithmetic.backward(&self.plane, &[1.0], &self.shapes)
    }
}
