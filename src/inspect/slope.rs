//! A slope measured by differences, beside the one that the backward pass gives.

use super::{Inspector, Plane, flat};
use crate::error::{Error, ErrorKind, Result};
use crate::pool::reserve;
use crate::shown::Shown;

/// How the sum of gradient times output changes with one input cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasuredSlope {
    /// What the backward pass gives.
    pub slope: f64,
    /// The difference quotient from the cell's value down.
    pub below: f64,
    /// The same from the cell's value up.
    pub above: f64,
    /// How far the cell was moved, to either side.
    pub step: f64,
    /// Whether the two quotients differ by more than a smooth function's would over so small a step: the value is at a
    /// kink or a jump, as where two cells tie for a maximum, or within a step of one. The backward pass then gives the
    /// slope of one side, or what lies between.
    pub kink: bool,
}

impl MeasuredSlope {
    /// The quotient over both sides, which the backward pass's slope is held against.
    pub fn measured(&self) -> f64 {
        f64::midpoint(self.below, self.above)
    }
}

/// The step, relative to the cell's value or to 1 if that is larger: f32 leaves about four digits of a difference over it.
const STEP: f32 = 1.0 / 256.0;

/// Quotients that differ by so much, relative to the larger or to 1, are of no smooth function: a method's second
/// derivative would have to be above 5.
const KINK: f64 = 0.02;

impl Inspector<'_> {
    /// Measures how L = Σ gradient · output changes with the input cell at this position, by moving it a little down and
    /// up; `grad_output` is a gradient for each output cell, row-major. Only windows that may read the cell are looked at.
    ///
    /// ```
    /// use deep_end::inspect::{Inspector, Plane};
    /// use deep_end::{Pool, Pooling, Window};
    /// let layer = Pool::new(Pooling::Max, Window::new([2]))?;
    /// let inspector = Inspector::new(&layer, Plane::new(vec![1.0, 4.0, 5.0, 5.0], [4])?)?;
    /// let winner = inspector.measured_slope(&[1], &[3.0, 1.0])?;
    /// assert_eq!((winner.slope, winner.measured(), winner.kink), (3.0, 3.0, false));
    /// // Two cells tie: downwards nothing changes, the other one holds the maximum; upwards it is this one's.
    /// let tie = inspector.measured_slope(&[2], &[3.0, 1.0])?;
    /// assert_eq!((tie.slope, tie.below, tie.above, tie.kink), (1.0, 0.0, 1.0, true));
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    ///
    /// # Errors
    /// When `input` is no position in the plane, its value is not finite, or there is not one gradient for each output
    /// cell; or when the plane does not fit into memory a second time.
    pub fn measured_slope(&self, input: &[usize], grad_output: &[f32]) -> Result<MeasuredSlope> {
        let place = flat("input", input, self.plane.shape())?;
        let outputs: usize = self.output_shape().iter().product();
        if grad_output.len() != outputs {
            let rule =
                ["must be the number of the plane's output cells, shaped ", &self.output_shape().shown()].concat();
            return Err(Error::new(ErrorKind::Shape, "grad_output.length", grad_output.len(), rule));
        }
        let value = self.plane.cells()[place];
        if !value.is_finite() {
            return Err(Error::new(ErrorKind::Parameter, "input", value, "a slope is measured at finite values"));
        }
        let (readers, mut slope) = (self.may_be_read_by(input), 0.0);
        for output in &readers {
            let probe = self.probe(output)?;
            if let Some(index) = probe.places().iter().position(|&at| at == place) {
                slope += f64::from(grad_output[self.output_place(output)?]) * f64::from(probe.slopes()?[index]);
            }
        }
        let step = STEP * value.abs().max(1.0);
        let mut cells = reserve(self.plane.cells().len(), self.plane.shape())?;
        cells.extend_from_slice(self.plane.cells());
        let plane = Plane { cells: cells.into(), shape: self.plane.shape.clone(), number: self.plane.number };
        let mut moved = Inspector::new(self.pool, plane)?;
        let mut sum = |value: f32| -> Result<f64> {
            moved.plane.cells.to_mut()[place] = value;
            let mut sum = 0.0;
            for output in &readers {
                let gradient = f64::from(grad_output[moved.output_place(output)?]);
                if gradient != 0.0 {
                    sum += gradient * f64::from(moved.probe(output)?.value()?);
                }
            }
            Ok(sum)
        };
        // The values on either side as f32 has them: the steps are what lies between.
        let (low, high) = (value - step, value + step);
        let (below, at, above) = (sum(low)?, sum(value)?, sum(high)?);
        let distance = |a: f32, b: f32| f64::from(b) - f64::from(a);
        let (below, above) = ((at - below) / distance(low, value), (above - at) / distance(value, high));
        let scale = below.abs().max(above.abs()).max(1.0);
        Ok(MeasuredSlope { slope, below, above, step: f64::from(step), kink: (above - below).abs() > KINK * scale })
    }
}
