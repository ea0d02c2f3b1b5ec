//! What an output cell is made of.

use super::Inspector;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{AxisPlan, Geometry, Span};
use crate::pool::{Probe, reserve};

/// An output cell and its window.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputCell {
    /// Its value.
    pub value: f32,
    /// The window's extents in taps, outermost axis first.
    pub kernel_size: Vec<usize>,
    /// Where the first tap lies on each axis, in input cells; below 0 in the padding.
    pub origin: Vec<isize>,
    /// The distance between two taps on each axis, in input cells.
    pub step: Vec<usize>,
    /// What each tap of the window falls on, row-major over `kernel_size`.
    pub taps: Vec<Tap>,
    /// Cells beyond the window by which the output changes too, all [`Tap::Cell`]: under blur pooling, whose filter reaches
    /// into the windows around. Elsewhere none.
    pub further: Vec<Tap>,
    /// For a method that picks a cell: the flat place of the one it picked. `None` where the window reads no cell.
    pub winner: Option<usize>,
    /// The flat places of the window's cells that equal the winner, itself among them, ascending; NaN equals NaN here.
    pub ties: Vec<usize>,
}

/// What one tap of a window falls on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tap {
    /// A cell of the input.
    Cell {
        /// Its flat place in the plane.
        at: usize,
        /// Its value, x.
        value: f32,
        /// ∂y/∂x: how much the output y changes with it.
        slope: f32,
        /// Its part in the mean that y is: the softmax under SoftPool, under stochastic pooling the probability of
        /// being drawn (NaN where a NaN in the window leaves nothing to draw). Elsewhere it is the slope.
        weight: f32,
    },
    /// Padding.
    Padding,
    /// Nothing: the tap hangs over the padded input's end (ceil mode).
    Beyond,
}

impl Inspector<'_> {
    /// What the output cell at this position is made of: its window, tap by tap, and each input cell's share.
    ///
    /// ```
    /// use deep_end::inspect::{Inspector, Plane, Tap};
    /// use deep_end::{Pool, Pooling, Window};
    /// let window = Window::new([3]).stride([2]).padding([[1, 0]]).ceil_mode(true);
    /// let plane = Plane::new(vec![5.0, 5.0, 1.0, 2.0, 4.0], [5])?;
    /// // The first window: padding, 5, 5. The first of the two wins and has the whole slope.
    /// let max = Pool::new(Pooling::Max, window.clone())?;
    /// let cell = Inspector::new(&max, plane.clone())?.output_cell(&[0])?;
    /// assert_eq!((cell.value, cell.origin[0], cell.winner, cell.ties), (5.0, -1, Some(0), vec![0, 1]));
    /// let share = |at, value, slope| Tap::Cell { at, value, slope, weight: slope };
    /// assert_eq!(cell.taps, [Tap::Padding, share(0, 5.0, 1.0), share(1, 5.0, 0.0)]);
    /// // The last window hangs over the end. Its mean counts the two cells that it holds.
    /// let mean = Pool::new(Pooling::average(), window)?;
    /// let cell = Inspector::new(&mean, plane)?.output_cell(&[2])?;
    /// assert_eq!((cell.value, cell.winner), (3.0, None));
    /// assert_eq!(cell.taps, [share(3, 2.0, 0.5), share(4, 4.0, 0.5), Tap::Beyond]);
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    ///
    /// # Errors
    /// When `output` is no position in the output, or the window does not fit into memory.
    pub fn output_cell(&self, output: &[usize]) -> Result<OutputCell> {
        let probe = self.probe(output)?;
        let (axes, mut origin, mut step) = (self.layer.plan().axes(), Vec::new(), Vec::new());
        let spans: Vec<Span> = axes.iter().zip(output).map(|(axis, &at)| axis.spans[at]).collect();
        for (axis, &at) in output.iter().enumerate() {
            origin.push(first_tap(self.pool.geometry(), axis, at, &axes[axis]));
            step.push(axes[axis].step);
        }
        let (value, winner) = (probe.value()?, probe.picked()?);
        let equal = |a: f32, b: f32| a == b || a.is_nan() && b.is_nan();
        let tie = |&(_, cell): &(_, f32)| winner.is_some() && equal(cell, value);
        let read = cells(&probe)?;
        let (of_window, further) = read.split_at(probe.taps().len());
        Ok(OutputCell {
            value,
            kernel_size: spans.iter().map(|span| span.taps()).collect(),
            origin,
            step,
            taps: taps(&spans, probe.taps(), of_window)?,
            further: further.to_vec(),
            winner: winner.map(|winner| probe.places()[winner]),
            ties: probe.places().iter().zip(probe.cells()).filter(tie).map(|(&at, _)| at).collect(),
        })
    }

    /// The output cell at this position, for its value and its slopes.
    pub(super) fn probe(&self, output: &[usize]) -> Result<Probe<'_>> {
        self.layer.probe(&self.plane.cells, output, self.output_place(output)?)
    }
}

/// The input position of a window's first tap. A sliding window's may lie before the input.
pub(super) fn first_tap(geometry: &Geometry, axis: usize, output: usize, plan: &AxisPlan) -> isize {
    match geometry {
        // Both below a quarter of the word, as the window's rules have it.
        Geometry::Window(window) => (output * window.stride[axis]) as isize - window.padding[axis][0] as isize,
        _ => plan.spans[output].start as isize,
    }
}

/// The cells read and their shares.
fn cells(probe: &Probe) -> Result<Vec<Tap>> {
    let (slopes, weights) = (probe.slopes()?, probe.weights()?);
    let weights = weights.as_ref().unwrap_or(&slopes);
    let mut cells = reserve(slopes.len(), &[slopes.len()])?;
    let shares = slopes.iter().zip(weights);
    cells.extend(
        probe.places().iter().zip(probe.cells()).zip(shares).map(|((&at, value), (&slope, &weight))| Tap::Cell {
            at,
            value,
            slope,
            weight,
        }),
    );
    Ok(cells)
}

/// What each tap falls on: a cell for the taps that read one, for the others what the spans say.
fn taps(spans: &[Span], reading: &[usize], cells: &[Tap]) -> Result<Vec<Tap>> {
    let kernel_size: Vec<usize> = spans.iter().map(|span| span.taps()).collect();
    let count = kernel_size.iter().try_fold(1usize, |product, &extent| product.checked_mul(extent));
    let Some(count) = count else {
        let rule = "the window's taps do not fit into memory";
        return Err(Error::new(ErrorKind::Memory, "kernel_size", kernel_size, rule));
    };
    let mut taps = vec![Tap::Padding];
    for span in spans {
        // Each tap so far becomes a run of this axis' taps; beyond on one axis is beyond on all.
        let outer = std::mem::replace(&mut taps, reserve(count, &kernel_size)?);
        for outer in outer {
            taps.extend((0..span.taps()).map(|tap| if tap >= span.padded_len { Tap::Beyond } else { outer }));
        }
    }
    reading.iter().zip(cells).for_each(|(&tap, &cell)| taps[tap] = cell);
    Ok(taps)
}
