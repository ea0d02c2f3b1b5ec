//! A layer made ready for inputs of one shape.

use super::arithmetic::{Back, Picked, Room};
use super::pieces::Band;
use super::shapes::Shapes;
use super::{Element, Pool};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Plan;
use crate::shown::Shown;

/// A [`Pool`] resolved for inputs of one shape, for calls that repeat: the geometry is worked out once, and what a call
/// needs beside input and output is kept for the next one.
///
/// ```
/// use deep_end::{Pool, Pooling, Window};
/// let layer = Pool::new(Pooling::Max, Window::new([2, 2]))?;
/// let mut ready = layer.prepare(&[1, 1, 2, 4])?;
/// let mut y = vec![0.0; 2];
/// ready.forward_into(&[1.0, 2.0, 5.0, 0.0, 3.0, 4.0, 1.0, 1.0], &mut y)?;
/// assert_eq!((ready.output_shape(), y), ([1, 1, 1, 2].as_slice(), vec![4.0, 5.0]));
/// # Ok::<(), deep_end::Error>(())
/// ```
pub struct PreparedPool {
    pub(super) layer: Pool,
    pub(super) shapes: Shapes,
    input_shape: Vec<usize>,
    room: Room,
    pub(super) band: Band,
}

impl Pool {
    /// This layer, ready for inputs of this shape (N, C, spatial…).
    ///
    /// # Errors
    /// As [`forward`](Self::forward), for everything that concerns shapes.
    pub fn prepare(&self, shape: &[usize]) -> Result<PreparedPool> {
        let shapes = Shapes::new(&self.geometry, shape)?;
        Ok(self.prepare_shapes(shapes, shape.to_vec()))
    }

    /// This layer, ready for inputs of `input_shape`, for which these shapes are.
    pub(super) fn prepare_shapes(&self, shapes: Shapes, input_shape: Vec<usize>) -> PreparedPool {
        PreparedPool { layer: self.clone(), shapes, input_shape, room: Room::default(), band: Band::default() }
    }

    /// This layer, ready for one plane with these windows. The method must not look beyond them, nor at their places.
    pub(crate) fn prepare_plan(&self, plan: Plan) -> Result<PreparedPool> {
        let input_shape = [&[1, 1], plan.input_shape().as_slice()].concat();
        let shapes = Shapes::of_plan(plan, None, &input_shape, &[1, 1])?;
        Ok(self.prepare_shapes(shapes, input_shape))
    }
}

impl PreparedPool {
    /// The layer.
    pub fn layer(&self) -> &Pool {
        &self.layer
    }

    /// The shape of its inputs.
    pub fn input_shape(&self) -> &[usize] {
        &self.input_shape
    }

    /// The shape of its outputs.
    pub fn output_shape(&self) -> &[usize] {
        &self.shapes.output
    }

    /// Pools row-major cells into `out`, which has one value for each cell of the output shape.
    ///
    /// # Errors
    /// When `x` or `out` has another number of values, memory does not hold what the method keeps beside them, or the
    /// method does not work on this element type.
    pub fn forward_into<T: Element>(&mut self, x: &[T], out: &mut [T]) -> Result<()> {
        self.check(x.len(), "out.length", out.len())?;
        T::forward(&self.layer.method, x, &self.shapes, out, &mut self.room)
    }

    /// The same with the places of the picked cells, as
    /// [`forward_with_indices`](Pool::forward_with_indices) gives them.
    ///
    /// # Errors
    /// As [`forward_into`](Self::forward_into); and when the method picks no cell, or a plane has more than 2³¹ − 1
    /// cells.
    pub fn select_into<T: Element>(&mut self, x: &[T], out: &mut [T], indices: &mut [i32]) -> Result<()> {
        self.check(x.len(), "out.length", out.len())?;
        self.check(x.len(), "indices.length", indices.len())?;
        self.shapes.check_places()?;
        let picked = Picked { values: out, places: &mut *indices };
        T::select(&self.layer.method, x, &self.shapes, picked, &mut self.room)?;
        self.band.move_places(indices);
        Ok(())
    }

    /// The gradient of the loss by `x` into `grad_input`, as [`backward`](Pool::backward) gives it, from `grad_output`, the
    /// gradient by each of the output's cells.
    ///
    /// # Errors
    /// As [`forward_into`](Self::forward_into), for all three lists.
    pub fn backward_into(&mut self, x: &[f32], grad_output: &[f32], grad_input: &mut [f32]) -> Result<()> {
        self.check(x.len(), "grad_output.length", grad_output.len())?;
        if grad_input.len() != x.len() {
            let rule = ["must be the number of the input's cells, shaped ", &self.input_shape.shown()].concat();
            return Err(Error::new(ErrorKind::Shape, "grad_input.length", grad_input.len(), rule));
        }
        let back = Back { cells: x, grad_output, grad_input };
        self.layer.method.gradient().backward_into(back, &self.shapes, &mut self.room)
    }

    /// An output's values, each still 0.
    pub(super) fn zero_output<T: Copy + Default>(&self) -> Result<Vec<T>> {
        self.shapes.zero_output()
    }

    pub(super) fn into_output_shape(self) -> Vec<usize> {
        self.shapes.output
    }

    /// Whether a list has as many cells as an input.
    pub(super) fn check_input(&self, cells: usize) -> Result<()> {
        self.shapes.check_cells(&self.input_shape, cells)
    }

    fn check(&self, cells: usize, of: &'static str, values: usize) -> Result<()> {
        self.check_input(cells)?;
        if values == self.shapes.output_count() {
            return Ok(());
        }
        let rule = ["must be the number of the output's cells, shaped ", &self.shapes.output.shown()].concat();
        Err(Error::new(ErrorKind::Shape, of, values, rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Pooling, Window};

    #[test]
    fn repeated_calls_of_other_inputs_do_not_see_each_other() {
        let layer = Pool::new(Pooling::Max, Window::new([3]).stride([1]).padding([[1, 1]])).unwrap();
        let mut ready = layer.prepare(&[1, 2, 3]).unwrap();
        let (mut y, mut at) = ([9.0f32; 6], [9; 6]);
        ready.select_into(&[5.0, 1.0, 2.0, f32::NAN, 0.0, 0.0], &mut y, &mut at).unwrap();
        assert_eq!(at, [0, 0, 2, 0, 0, 1]);
        ready.forward_into(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &mut y).unwrap();
        assert_eq!(y, [2.0, 3.0, 3.0, 5.0, 6.0, 6.0]);
        let mut bytes = [0u8; 6];
        ready.forward_into(&[1, 2, 3, 200, 5, 6], &mut bytes).unwrap();
        assert_eq!(bytes, [2, 3, 3, 200, 200, 6]);
    }

    #[test]
    fn gradients_go_over_what_was_there() {
        for method in [Pooling::Max, Pooling::average(), Pooling::Soft] {
            let layer = Pool::new(method, Window::new([2, 2]).stride([1, 1])).unwrap();
            let mut ready = layer.prepare(&[1, 1, 2, 3]).unwrap();
            let x = [5.0f32, 1.0, 2.0, 7.0, 0.0, 4.0];
            let wanted = layer.backward_flat(&x, &[1, 1, 2, 3], &[2.0, 6.0]).unwrap();
            for _ in 0..2 {
                let mut grad_input = [9.0; 6];
                ready.backward_into(&x, &[2.0, 6.0], &mut grad_input).unwrap();
                assert_eq!(grad_input, *wanted);
            }
        }
        let mut ready = Pool::new(Pooling::Max, Window::new([2])).unwrap().prepare(&[1, 1, 4]).unwrap();
        let named = |error: crate::Error| error.parameter().to_owned();
        assert_eq!(named(ready.backward_into(&[0.0; 4], &[0.0; 3], &mut [0.0; 4]).unwrap_err()), "grad_output.length");
        assert_eq!(named(ready.backward_into(&[0.0; 4], &[0.0; 2], &mut [0.0; 3]).unwrap_err()), "grad_input.length");
    }

    #[test]
    fn lists_of_another_length_are_named() {
        let mut ready = Pool::new(Pooling::average(), Window::new([2])).unwrap().prepare(&[1, 1, 4]).unwrap();
        let error = ready.forward_into(&[0.0; 3], &mut [0.0; 2]).unwrap_err();
        assert_eq!(error.to_string(), "x.length is 3: must be the product of shape, [1, 1, 4]");
        let error = ready.forward_into(&[0.0; 4], &mut [0.0; 3]).unwrap_err();
        assert_eq!(error.to_string(), "out.length is 3: must be the number of the output's cells, shaped [1, 1, 2]");
        assert_eq!(ready.select_into(&[0.0; 4], &mut [0.0; 2], &mut [0; 1]).unwrap_err().parameter(), "indices.length");
    }
}
