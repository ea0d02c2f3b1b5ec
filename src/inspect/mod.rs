//! What a layer does with single cells: the questions that a figure asks.
//!
//! | question | answered by |
//! | --- | --- |
//! | what is this output cell made of? | [`Inspector::output_cell`] |
//! | which output cells read this input cell? | [`Inspector::readers`] |
//! | how often is each input cell read? | [`coverage`] |
//! | how much of a map comes back from its pooled one? | [`Inspector::reconstruct`], [`psnr`] |
//! | which pixels can a cell deep in a stack of layers see? | [`ReceptiveField`] |
//! | which pixels decide it, and how much? | [`Stack::trace`] |
//! | how is a cell computed, with its numbers? | [`OutputCell::formula`] |
//! | what is a cell made of that went back up? | [`up_cell`] |
//! | does the slope that the backward pass gives agree with what is measured? | [`Inspector::measured_slope`] |
//! | does the output move along when the map moves? | [`shift_change`] |
//! | what are a map's mean, range and energy? | [`statistics`] |
//!
//! All look at one [`Plane`] (n, c) of an (N, C, spatial…) array. Questions name a cell by its position on each axis;
//! answers name cells by their flat place in the plane, row-major, as `indices` do: [`position`] takes one apart.
//! Shares are the method's own: one window goes through the same forward and backward as a whole array, so no method
//! is defined twice.

mod coverage;
mod formula;
mod readers;
mod receptive_field;
mod reconstruct;
mod shift;
mod slope;
mod statistics;
mod trace;
mod up;
mod window;

pub use coverage::{Coverage, coverage};
pub use readers::Reader;
pub use receptive_field::{AxisField, ReceptiveField, Regular};
pub use reconstruct::{Peak, Reconstruction, WayUp, psnr};
pub use shift::shift_change;
pub use slope::MeasuredSlope;
pub use statistics::{Statistics, difference, statistics};
pub use trace::{Share, Stack, TracedMap};
pub use up::{Source, UpCell, up_cell};
pub use window::{OutputCell, Tap};

use crate::error::{Error, ErrorKind, Result};
use crate::pool::{Pool, Resolved, product, reserve};
use crate::shown::Shown;
use ndarray::{ArrayViewD, Axis};
use std::borrow::Cow;

/// One feature map.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane<'a> {
    cells: Cow<'a, [f32]>,
    shape: Vec<usize>,
    /// Which plane of its array it is, from 0: random methods number their draws over all of them.
    number: u64,
}

impl<'a> Plane<'a> {
    /// A map of these row-major cells with these spatial extents, the first of its array.
    ///
    /// # Errors
    /// When the number of cells is not the product of the extents.
    pub fn new(cells: impl Into<Cow<'a, [f32]>>, shape: impl Into<Vec<usize>>) -> Result<Self> {
        let (cells, shape) = (cells.into(), shape.into());
        if product("shape", &shape)? != cells.len() {
            let rule = format!("must be the product of shape, {}", shape.shown());
            return Err(Error::new(ErrorKind::Shape, "x.length", cells.len(), rule));
        }
        Ok(Self { cells, shape, number: 0 })
    }

    /// The map of image `n` and channel `c` of `x`, shaped (N, C, spatial…).
    ///
    /// # Errors
    /// When `x` has no such map, or a copy of it, needed where its cells do not lie row-major, does not fit into
    /// memory.
    pub fn of(x: &ArrayViewD<'a, f32>, n: usize, c: usize) -> Result<Self> {
        let Some((&[batch, channels], shape)) = x.shape().split_first_chunk() else {
            let rule = "an input has the extents N, C and one to three spatial ones";
            return Err(Error::new(ErrorKind::Shape, "shape", x.shape(), rule));
        };
        let (shape, number) = (shape.to_vec(), flat("plane", &[n, c], &[batch, channels])?);
        let map = x.clone().index_axis_move(Axis(0), n).index_axis_move(Axis(0), c);
        let cells = match map.to_slice() {
            Some(cells) => Cow::Borrowed(cells),
            None => {
                let mut copy = reserve(map.len(), &shape)?;
                copy.extend(map.iter());
                Cow::Owned(copy)
            }
        };
        Ok(Self { cells, shape, number: number as u64 })
    }

    /// The same map as number `number` of its array's planes, n · channels + c: what a random method draws depends on it.
    pub fn numbered(self, number: u64) -> Self {
        Self { number, ..self }
    }

    /// The cells, row-major.
    pub fn cells(&self) -> &[f32] {
        &self.cells
    }

    /// The spatial extents.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// What became of this plane of its array: as many cells as these extents have.
    fn with_cells(&self, cells: Vec<f32>, shape: &[usize]) -> Plane<'static> {
        Plane { cells: Cow::Owned(cells), shape: shape.to_vec(), number: self.number }
    }
}

/// A layer over one feature map, to be asked about its cells. Each answer costs what the windows that it is about cost,
/// whatever the size of the map.
///
/// ```
/// use deep_end::inspect::{Inspector, Plane};
/// use deep_end::{Pool, Pooling, Window};
/// let layer = Pool::new(Pooling::Max, Window::new([2]))?;
/// let inspector = Inspector::new(&layer, Plane::new(vec![1.0, 4.0, 2.0, 2.0], [4])?)?;
/// assert_eq!(inspector.output_shape(), [2]);
/// assert_eq!(inspector.output_cell(&[0])?.winner, Some(1));
/// let error = inspector.output_cell(&[2]).unwrap_err();
/// assert_eq!(error.to_string(), "output is [2]: must lie in the layer's output [2]");
/// # Ok::<(), deep_end::Error>(())
/// ```
pub struct Inspector<'a> {
    pool: &'a Pool,
    layer: Resolved<'a>,
    plane: Plane<'a>,
}

impl<'a> Inspector<'a> {
    /// Resolves `pool` for this map.
    ///
    /// # Errors
    /// When the layer's geometry does not fit the map.
    pub fn new(pool: &'a Pool, plane: Plane<'a>) -> Result<Self> {
        Ok(Self { pool, layer: pool.resolve(&plane.shape, plane.number)?, plane })
    }

    /// The map.
    pub fn plane(&self) -> &Plane<'a> {
        &self.plane
    }

    /// The output's spatial extents.
    pub fn output_shape(&self) -> &[usize] {
        self.layer.output_shape()
    }

    /// The layer's output, the whole map.
    ///
    /// # Errors
    /// When it does not fit into memory, or a parameter does not fit any of the windows.
    pub fn output(&self) -> Result<Plane<'static>> {
        Ok(self.plane.with_cells(self.layer.forward(&self.plane.cells)?, self.output_shape()))
    }

    /// The flat place of an output cell.
    fn output_place(&self, output: &[usize]) -> Result<usize> {
        flat("output", output, self.output_shape())
    }
}

/// The position on each axis of the cell at a flat place in a plane with these extents: `indices`, winners and readers
/// taken apart. Along the outermost axis a place beyond the plane lies beyond its extent.
///
/// ```
/// assert_eq!(deep_end::inspect::position(7, &[2, 5]), [1, 2]);
/// ```
pub fn position(mut place: usize, shape: &[usize]) -> Vec<usize> {
    let mut position = vec![0; shape.len()];
    for (axis, &extent) in shape.iter().enumerate().skip(1).rev() {
        position[axis] = place.checked_rem(extent).unwrap_or(0);
        place = place.checked_div(extent).unwrap_or(0);
    }
    if let Some(outermost) = position.first_mut() {
        *outermost = place;
    }
    position
}

/// The flat place of the cell at this position, or an error that names it as `parameter`.
fn flat(parameter: &'static str, position: &[usize], shape: &[usize]) -> Result<usize> {
    if position.len() != shape.len() || position.iter().zip(shape).any(|(at, extent)| at >= extent) {
        let of = match parameter {
            "output" => "the layer's output",
            "input" => "the layer's input",
            "cell" => "the map",
            _ => "the array's planes",
        };
        let rule = ["must lie in ", of, " ", &shape.shown()].concat();
        return Err(Error::new(ErrorKind::Parameter, parameter, position, rule));
    }
    Ok(position.iter().zip(shape).fold(0, |flat, (at, extent)| flat * extent + at))
}
