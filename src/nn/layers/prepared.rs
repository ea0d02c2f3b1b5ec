//! A layer made ready for samples of one shape: weights packed, memory at hand, so that running it allocates nothing.

use crate::error::{Error, ErrorKind, Result};
use crate::kernel::lanes::{Lanes, larger, relu};
use crate::nn::architecture::count;
use crate::pool::reserve;

/// What runs a layer. `x` and `y` hold one sample each, as many values as the shapes say that it was prepared for.
pub(crate) trait Kernel: Send {
    /// Writes the layer's output for `x` into `y`.
    fn run(&mut self, x: &[f32], y: &mut [f32]) -> Result<()>;

    /// The same with what comes after the layer; `y` is then as long as what is left. Convolutions alone can.
    fn run_with(&mut self, x: &[f32], y: &mut [f32], _: Then) -> Result<()> {
        self.run(x, y)
    }
}

/// What a convolution can do to its output while it writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Then {
    /// max(x, 0).
    pub relu: bool,
    /// The maximum of 2 × 2 cells, these side by side.
    pub halve: bool,
}

impl Then {
    /// Rows and columns of what is left of an output.
    pub fn extents(self, output: [usize; 2]) -> [usize; 2] {
        if self.halve { output.map(|extent| extent / 2) } else { output }
    }

    /// ReLU, where it follows.
    #[inline]
    pub fn activate(self, lanes: Lanes) -> Lanes {
        if self.relu { lanes.relu() } else { lanes }
    }

    /// Writes a row of outputs, or what halving makes of it and the row below.
    pub fn write(self, row: &[f32], below: &[f32], to: &mut [f32]) {
        if self.halve {
            let pairs = row.as_chunks::<2>().0.iter().zip(below.as_chunks::<2>().0);
            for (to, ([a, b], [c, d])) in to.iter_mut().zip(pairs) {
                *to = larger(larger(*a, *b), larger(*c, *d));
            }
        } else {
            to.copy_from_slice(&row[..to.len()]);
        }
        if self.relu {
            to.iter_mut().for_each(|x| *x = relu(*x));
        }
    }
}

/// A layer made ready for samples of one shape.
pub struct Prepared {
    inputs: usize,
    output_shape: Vec<usize>,
    outputs: usize,
    kernel: Box<dyn Kernel>,
}

impl Prepared {
    pub(crate) fn new(input: &[usize], output_shape: Vec<usize>, kernel: Box<dyn Kernel>) -> Result<Self> {
        let values = |shape: &[usize]| {
            let overflow = || Error::new(ErrorKind::Shape, "input", input, "its number of cells must not overflow");
            count(shape).ok_or_else(overflow)
        };
        Ok(Self { inputs: values(input)?, outputs: values(&output_shape)?, output_shape, kernel })
    }

    /// The shape of an output.
    pub fn output_shape(&self) -> &[usize] {
        &self.output_shape
    }

    /// Values of an output.
    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Writes the output for one sample, both row-major.
    ///
    /// # Errors
    /// When there are not as many values as the shapes say.
    pub fn run(&mut self, x: &[f32], y: &mut [f32]) -> Result<()> {
        let rule = "must be the product of the shape that the layer was prepared for";
        for (parameter, have, want) in [("x.length", x.len(), self.inputs), ("y.length", y.len(), self.outputs)] {
            if have != want {
                return Err(Error::new(ErrorKind::Shape, parameter, have, rule));
            }
        }
        self.kernel.run(x, y)
    }

    /// [`run`](Self::run) and what comes after; `y` has as many values as are then left.
    pub(crate) fn run_with(&mut self, x: &[f32], y: &mut [f32], then: Then) -> Result<()> {
        debug_assert_eq!(x.len(), self.inputs);
        self.kernel.run_with(x, y, then)
    }

    /// The outputs for a batch of samples one after the other.
    pub(crate) fn run_batch(&mut self, batch: usize, x: &[f32]) -> Result<Vec<f32>> {
        let cells = batch.saturating_mul(self.outputs);
        let mut y = reserve(cells, &self.output_shape)?;
        y.resize(cells, 0.0);
        for n in 0..batch {
            self.run(&x[n * self.inputs..][..self.inputs], &mut y[n * self.outputs..][..self.outputs])?;
        }
        Ok(y)
    }
}
