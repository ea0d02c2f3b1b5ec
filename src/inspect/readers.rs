//! Which output cells read an input cell.

use super::window::first_tap;
use super::{Inspector, flat};
use crate::error::Result;
use crate::geometry::Span;

/// An output cell that reads the input cell asked about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reader {
    /// Its flat place in the output plane.
    pub output: usize,
    /// Its value, y.
    pub value: f32,
    /// ∂y/∂x by the input cell's value x.
    pub slope: f32,
    /// The input cell's part in it, as [`Tap::Cell`](super::Tap::Cell) has it.
    pub weight: f32,
    /// Whether the method picked the input cell for it.
    pub wins: bool,
}

impl Inspector<'_> {
    /// All output cells that read the input cell at this position, in row-major order: none for a dropped tail or in a
    /// gap, several where windows overlap. Blur pooling's reach beyond their windows; there, those count that change with
    /// the cell. The slopes together are what [`Pool::backward`](crate::Pool::backward) of
    /// ones gives the cell.
    ///
    /// ```
    /// use deep_end::inspect::{Inspector, Plane};
    /// use deep_end::{Pool, Pooling, Window};
    /// let layer = Pool::new(Pooling::Max, Window::new([3]).stride([2]))?;
    /// let inspector = Inspector::new(&layer, Plane::new(vec![1.0, 0.0, 2.0, 0.0, 4.0, 0.0], [6])?)?;
    /// // Windows 0 to 2 and 2 to 4 share cell 2, which wins the first of them. No window reads cell 5.
    /// let readers: Vec<_> = inspector.readers(&[2])?.iter().map(|reader| (reader.output, reader.slope)).collect();
    /// assert_eq!(readers, [(0, 1.0), (1, 0.0)]);
    /// assert!(inspector.readers(&[5])?.is_empty());
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    ///
    /// # Errors
    /// When `input` is no position in the plane, or a window does not fit into memory.
    pub fn readers(&self, input: &[usize]) -> Result<Vec<Reader>> {
        let place = flat("input", input, self.plane.shape())?;
        let outputs = self.may_be_read_by(input);
        outputs.iter().map(|output| self.reader(output, place)).filter_map(Result::transpose).collect()
    }

    /// The output cells, row-major, that have the cell at this position in their windows, or may reach it.
    pub(super) fn may_be_read_by(&self, input: &[usize]) -> Vec<Vec<usize>> {
        let mut positions: Vec<Vec<usize>> = vec![vec![]];
        for (axis, &at) in input.iter().enumerate() {
            let outputs: Vec<usize> =
                (0..self.output_shape()[axis]).filter(|&output| self.may_read(axis, output, at)).collect();
            let longer = |position: &Vec<usize>| {
                let position = position.clone();
                outputs.iter().map(move |&at| [position.as_slice(), &[at]].concat())
            };
            positions = positions.iter().flat_map(longer).collect();
        }
        positions
    }

    /// Whether the window at `output` holds the position `at` of this axis, or a method that looks further may reach it.
    fn may_read(&self, axis: usize, output: usize, at: usize) -> bool {
        let (plan, reach) = (&self.layer.plan().axes()[axis], self.layer.reach());
        let span = plan.spans[output];
        if reach == 0 {
            return holds(span, plan.step, at);
        }
        let first = first_tap(self.pool.geometry(), axis, output, plan);
        let last = first + ((span.taps() - 1) * plan.step) as isize;
        at as isize + reach as isize >= first && at as isize - reach as isize <= last
    }

    /// How the output cell at this position reads the cell at `place`, if it does.
    fn reader(&self, output: &[usize], place: usize) -> Result<Option<Reader>> {
        let probe = self.probe(output)?;
        let Some(index) = probe.places().iter().position(|&at| at == place) else { return Ok(None) };
        let slope = probe.slopes()?[index];
        Ok(Some(Reader {
            output: self.output_place(output)?,
            value: probe.value()?,
            slope,
            weight: probe.weights()?.map_or(slope, |weights| weights[index]),
            wins: probe.picked()? == Some(index),
        }))
    }
}

/// Whether one of a span's positions, which are `step` apart, is `at`.
fn holds(span: Span, step: usize, at: usize) -> bool {
    at.checked_sub(span.start).is_some_and(|distance| distance % step == 0 && distance / step < span.len)
}
