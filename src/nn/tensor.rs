//! Numbers with a shape, row-major: what inference works on. ndarray is at the surface and in training; in the module
//! that a visitor loads, its machinery would weigh more than every layer together.

use crate::error::{Error, ErrorKind, Result};
use crate::shown::Shown;
use ndarray::{ArrayD, ArrayView, ArrayViewD, IxDyn};

/// Row-major values and their shape, as many as it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    shape: Vec<usize>,
    values: Vec<f32>,
}

/// A borrowed [`Tensor`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TensorView<'a> {
    shape: &'a [usize],
    values: &'a [f32],
}

impl Tensor {
    /// Values and their shape.
    ///
    /// # Errors
    /// When the number of values is not the product of the shape.
    pub fn new(shape: Vec<usize>, values: Vec<f32>) -> Result<Self> {
        TensorView::new(&shape, &values)?;
        Ok(Self { shape, values })
    }

    /// The shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The values, row-major.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The values, to be changed.
    pub(crate) fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// All of it, borrowed.
    pub fn view(&self) -> TensorView<'_> {
        TensorView { shape: &self.shape, values: &self.values }
    }

    /// The same as an array.
    pub fn into_array(self) -> ArrayD<f32> {
        ArrayD::from_shape_vec(IxDyn(&self.shape), self.values).expect("a tensor has as many values as its shape says")
    }
}

impl<'a> TensorView<'a> {
    /// Values and their shape.
    ///
    /// # Errors
    /// When the number of values is not the product of the shape.
    pub fn new(shape: &'a [usize], values: &'a [f32]) -> Result<Self> {
        if super::architecture::count(shape) != Some(values.len()) {
            let rule = format!("must be the product of the shape, {}", shape.shown());
            return Err(Error::new(ErrorKind::Shape, "number of values", values.len(), rule));
        }
        Ok(Self { shape, values })
    }

    /// The shape.
    pub fn shape(&self) -> &'a [usize] {
        self.shape
    }

    /// The values, row-major.
    pub fn values(&self) -> &'a [f32] {
        self.values
    }

    /// The same as an array.
    pub fn to_array(self) -> ArrayD<f32> {
        let view = ArrayView::from_shape(IxDyn(self.shape), self.values);
        view.expect("a tensor has as many values as its shape says").to_owned()
    }
}

impl From<ArrayViewD<'_, f32>> for Tensor {
    fn from(array: ArrayViewD<f32>) -> Self {
        Self { shape: array.shape().to_vec(), values: array.iter().copied().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_of_any_layout_come_back_in_row_major_order() {
        let array = ndarray::array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].into_dyn();
        let turned = Tensor::from(array.t());
        assert_eq!((turned.shape(), turned.values()), (&[3, 2][..], &[1.0, 4.0, 2.0, 5.0, 3.0, 6.0][..]));
        assert_eq!(turned.view().to_array(), array.t());
        assert_eq!(turned.into_array(), array.t());
    }

    #[test]
    fn a_wrong_number_of_values_is_refused() {
        let error = Tensor::new(vec![2, 3], vec![0.0; 5]).unwrap_err();
        assert_eq!(error.to_string(), "number of values is 5: must be the product of the shape, [2, 3]");
        assert!(Tensor::new(vec![usize::MAX, 2], vec![]).is_err());
        // No cells, and yet no array: its strides would overflow.
        assert!(Tensor::new(vec![0, usize::MAX, 2], vec![]).is_err());
        assert_eq!(Tensor::new(vec![3, 0], vec![]).unwrap().into_array().shape(), [3, 0]);
    }
}
