//! Pooling: what each method means, one file a method, its forward beside its backward.
//!
//! [`Pool`] is the whole public interface: a [`Pooling`] method over a [`Geometry`], applied to arrays shaped
//! (N, C, spatial…) with one, two or three spatial axes. Everything it reads or writes per window comes from the
//! geometry's [`Plan`](crate::geometry::Plan); everything it does in a loop over cells is in `kernel`.

mod average;
mod element;
mod fractional;
mod lp;
mod max;
mod options;
mod shapes;
mod unpool;

pub use element::Element;
pub use fractional::Fractional;
pub use options::{ArrayPoolOptions, PoolOptions};
pub use unpool::{max_unpool, max_unpool_backward};

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Geometry, Window};
use crate::shown::Shown;
use ndarray::{ArrayD, ArrayViewD, CowArray, IxDyn};
use shapes::Shapes;

/// A pooling method: what becomes of the cells in one window.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Pooling {
    /// The largest cell. A NaN wins, the last one by index; at a tie the first in row-major order wins
    /// (PyTorch's `max_pool`). Padding is −∞. A window without input cells is −∞, its index −1.
    Max,
    /// The mean of the cells (PyTorch's `avg_pool`). A window without input cells is 0.
    Average {
        /// Whether the divisor counts padding cells. It never counts cells beyond the padded input.
        count_include_pad: bool,
        /// A divisor to use in place of any count; not 0.
        divisor_override: Option<i32>,
    },
    /// The norm (Σ|x|^p)^(1/p) of the cells. Padding contributes 0; a window without input cells is 0. PyTorch's
    /// `lp_pool` takes powers of x, not of |x|, and scales a partial window up; this is the norm (ONNX's `LpPool`).
    Lp {
        /// The power p: above 0, up to and including ∞ (the largest |x|).
        norm_type: f64,
    },
}

impl Pooling {
    /// Average pooling with PyTorch's defaults: padding counts, no override.
    pub fn average() -> Self {
        Self::Average { count_include_pad: true, divisor_override: None }
    }

    /// Lp pooling.
    pub fn lp(norm_type: f64) -> Self {
        Self::Lp { norm_type }
    }

    /// The method's name in options and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::Average { .. } => "average",
            Self::Lp { .. } => "lp",
        }
    }

    fn validate(self) -> Result<()> {
        match self {
            Self::Average { divisor_override: Some(0), .. } => {
                Err(Error::new(ErrorKind::Parameter, "divisor_override", 0, "a divisor must not be 0"))
            }
            Self::Lp { norm_type } if norm_type.is_nan() || norm_type <= 0.0 => {
                Err(Error::new(ErrorKind::Parameter, "norm_type", norm_type, "a norm's power must be above 0"))
            }
            _ => Ok(()),
        }
    }
}

/// A pooling layer: a method over a geometry, its parameters checked.
///
/// ```
/// use deep_end::{Pool, Pooling, Window};
/// use ndarray::array;
///
/// let x = array![[[[1.0, 2.0, 5.0, 0.0], [3.0, 4.0, 1.0, 1.0]]]].into_dyn(); // N = 1, C = 1, 2 × 4
/// let max = Pool::new(Pooling::Max, Window::new([2, 2]))?;
/// assert_eq!(max.forward(x.view())?, array![[[[4.0, 5.0]]]].into_dyn());
/// let (_, indices) = max.forward_with_indices(x.view())?;
/// assert_eq!(indices, array![[[[5, 2]]]].into_dyn()); // flat in the 2 × 4 plane
/// let mean = Pool::global(Pooling::average())?;
/// assert_eq!(mean.forward(x.view())?, array![[[[2.125]]]].into_dyn());
/// # Ok::<(), deep_end::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    method: Pooling,
    geometry: Geometry,
}

impl Pool {
    /// A layer whose window slides over the input.
    ///
    /// # Errors
    /// When a parameter breaks a rule that holds for every input.
    pub fn new(method: Pooling, window: Window) -> Result<Self> {
        Self::with_geometry(method, window.into())
    }

    /// A layer with a fixed output size, whatever the input's (PyTorch's `adaptive_*_pool`).
    ///
    /// # Errors
    /// When `output_size` has not one to three extents, or one of them is 0.
    pub fn adaptive(method: Pooling, output_size: impl Into<Vec<usize>>) -> Result<Self> {
        Self::with_geometry(method, Geometry::Adaptive { output_size: output_size.into() })
    }

    /// A layer that reduces each feature map to one value.
    ///
    /// # Errors
    /// When a parameter of the method breaks its rule.
    pub fn global(method: Pooling) -> Result<Self> {
        Self::with_geometry(method, Geometry::Global)
    }

    /// A layer with any geometry.
    ///
    /// # Errors
    /// When a parameter breaks a rule that holds for every input.
    pub fn with_geometry(method: Pooling, geometry: Geometry) -> Result<Self> {
        method.validate()?;
        geometry.validate()?;
        Ok(Self { method, geometry })
    }

    /// The method.
    pub fn method(&self) -> Pooling {
        self.method
    }

    /// The geometry.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// The shape of the output for an input of this shape (N, C, spatial…).
    ///
    /// # Errors
    /// As [`forward`](Self::forward), for everything that concerns shapes.
    pub fn output_shape(&self, shape: &[usize]) -> Result<Vec<usize>> {
        Ok(Shapes::new(&self.geometry, shape)?.output)
    }

    /// Pools `x`, shaped (N, C, spatial…), into (N, C, output extents…). f32 for every method; u8 and i8 for max.
    ///
    /// # Errors
    /// When the geometry does not fit the input's shape, the result does not fit into memory, or the method does not
    /// work on this element type.
    pub fn forward<T: Element>(&self, x: ArrayViewD<T>) -> Result<ArrayD<T>> {
        let (values, shape) = self.forward_flat(cells(&x.as_standard_layout()), x.shape())?;
        Ok(ArrayD::from_shape_vec(IxDyn(&shape), values).expect(ONE_VALUE_EACH))
    }

    /// Pools `x` and gives, for each output cell, the winner's flat position in its spatial plane (PyTorch's
    /// `return_indices`), −1 where the window reads no cell.
    ///
    /// # Errors
    /// As [`forward`](Self::forward); and when the method is not max, or a plane has more than 2³¹ − 1 cells.
    pub fn forward_with_indices<T: Element>(&self, x: ArrayViewD<T>) -> Result<(ArrayD<T>, ArrayD<i32>)> {
        let (values, indices, shape) = self.forward_with_indices_flat(cells(&x.as_standard_layout()), x.shape())?;
        let values = ArrayD::from_shape_vec(IxDyn(&shape), values).expect(ONE_VALUE_EACH);
        Ok((values, ArrayD::from_shape_vec(IxDyn(&shape), indices).expect(ONE_VALUE_EACH)))
    }

    /// [`forward`](Self::forward) of row-major cells; the output's values and shape. What the page calls: ndarray's
    /// machinery would be a fifth of the bytes that a visitor loads.
    pub(crate) fn forward_flat<T: Element>(&self, cells: &[T], shape: &[usize]) -> Result<(Vec<T>, Vec<usize>)> {
        let shapes = Shapes::of_cells(&self.geometry, shape, cells.len())?;
        Ok((T::forward(self.method, cells, &shapes)?, shapes.output))
    }

    /// [`forward_with_indices`](Self::forward_with_indices) of row-major cells.
    pub(crate) fn forward_with_indices_flat<T: Element>(
        &self,
        cells: &[T],
        shape: &[usize],
    ) -> Result<(Vec<T>, Vec<i32>, Vec<usize>)> {
        if self.method != Pooling::Max {
            let rule = format!("only max pooling has indices, the method is {}", self.method.name());
            return Err(Error::new(ErrorKind::Parameter, "return_indices", true, rule));
        }
        let shapes = Shapes::of_cells(&self.geometry, shape, cells.len())?;
        let (values, indices) = T::forward_with_indices(cells, &shapes)?;
        Ok((values, indices, shapes.output))
    }

    /// The gradient of the loss by `x`, given `grad_output`, the gradient by this layer's output for that `x`.
    ///
    /// # Errors
    /// As [`forward`](Self::forward); and when `grad_output` has not the output's shape.
    pub fn backward(&self, x: ArrayViewD<f32>, grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        let shapes = Shapes::of_cells(&self.geometry, x.shape(), x.len())?;
        if grad_output.shape() != shapes.output {
            let rule = format!("must have the output's shape {}", shapes.output.shown());
            return Err(Error::new(ErrorKind::Shape, "grad_output", grad_output.shape(), rule));
        }
        let (standard, grad_output) = (x.as_standard_layout(), grad_output.as_standard_layout());
        let (cells, gradients) = (cells(&standard), cells(&grad_output));
        let values = match self.method {
            Pooling::Max => max::backward(cells, gradients, &shapes),
            Pooling::Average { count_include_pad, divisor_override } => {
                average::backward(gradients, &shapes, count_include_pad, divisor_override)
            }
            Pooling::Lp { norm_type } => lp::backward(cells, gradients, &shapes, norm_type),
        }?;
        Ok(ArrayD::from_shape_vec(IxDyn(x.shape()), values).expect(ONE_VALUE_EACH))
    }
}

const ONE_VALUE_EACH: &str = "a layer makes one value for each cell of its shape";

/// The cells of an array in standard layout, row-major.
fn cells<'a, T>(x: &'a CowArray<T, IxDyn>) -> &'a [T] {
    x.as_slice().expect("an array in standard layout is a slice")
}
