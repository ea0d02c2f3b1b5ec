//! Pooling: what each method means, one file a method, its forward beside its backward.
//!
//! | family | where | what |
//! | --- | --- | --- |
//! | windowed | `windowed/` | [`Pool`]: one of the methods of [`Pooling`] over a [`Geometry`] |
//! | by region | `regions/` | any `Pool` over adaptive, global or fractional regions; [`FractionalMax`], [`SpatialPyramid`] |
//! | across channels, along time | `across/` | [`Maxout`], [`max_over_time`], [`KMax`] |
//! | back up | `up/` | [`max_unpool`], [`average_unpool`], [`upsample_nearest`], [`upsample_linear`] |
//!
//! Arrays are shaped (N, C, spatial…) with one, two or three spatial axes. Everything that a method reads or writes per
//! window comes from the geometry's [`Plan`](crate::geometry::Plan); everything it does in a loop over cells is in
//! `kernel`.

mod across;
mod arithmetic;
mod described;
mod element;
mod method;
mod options;
mod part;
mod pieces;
mod prepared;
mod probe;
mod regions;
mod shapes;
mod up;
mod windowed;

pub use across::{KMax, Maxout, dynamic_k, max_over_time, max_over_time_backward};
pub use element::Element;
pub use method::Pooling;
pub use options::{ArrayPoolOptions, PoolOptions};
pub use part::PoolPart;
pub(crate) use part::{gather_planes, length};
pub use prepared::PreparedPool;
pub use regions::{FractionalMax, SpatialPyramid};
pub use up::{
    average_unpool, average_unpool_backward, max_unpool, max_unpool_backward, upsample_linear,
    upsample_linear_backward, upsample_nearest, upsample_nearest_backward,
};

pub(crate) use probe::{Probe, Resolved};
pub(crate) use shapes::{product, reserve};
pub(crate) use up::linear_neighbours;
#[cfg(all(target_arch = "wasm32", feature = "playground"))]
pub(crate) use up::{average_unpool_flat, max_unpool_flat, upsample_linear_flat, upsample_nearest_flat};

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Geometry, Window};
use crate::shown::Shown;
use ndarray::{ArrayD, ArrayViewD, CowArray, IxDyn};
use shapes::{Shapes, check_grad_output};

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
        geometry.validate()?;
        method.validate(&geometry)?;
        Ok(Self { method, geometry })
    }

    /// The method.
    pub fn method(&self) -> &Pooling {
        &self.method
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

    /// Pools `x`, shaped (N, C, spatial…), into (N, C, output extents…). f32 for every method; u8 and i8 for max
    /// and min.
    ///
    /// # Errors
    /// When the geometry does not fit the input's shape, the result does not fit into memory, or the method does not
    /// work on this element type.
    pub fn forward<T: Element>(&self, x: ArrayViewD<T>) -> Result<ArrayD<T>> {
        let (values, shape) = self.forward_flat(cells(&x.as_standard_layout()), x.shape())?;
        Ok(ArrayD::from_shape_vec(IxDyn(&shape), values).expect(ONE_VALUE_EACH))
    }

    /// Pools `x` and gives, for each output cell, the flat position in its spatial plane of the cell that it is
    /// (PyTorch's `return_indices`), −1 where the window reads no cell. For the methods that pick a cell: max, min,
    /// stochastic, median, rank and subsample.
    ///
    /// # Errors
    /// As [`forward`](Self::forward); and when the method picks no cell, or a plane has more than 2³¹ − 1 cells.
    pub fn forward_with_indices<T: Element>(&self, x: ArrayViewD<T>) -> Result<(ArrayD<T>, ArrayD<i32>)> {
        let (values, indices, shape) = self.forward_with_indices_flat(cells(&x.as_standard_layout()), x.shape())?;
        let values = ArrayD::from_shape_vec(IxDyn(&shape), values).expect(ONE_VALUE_EACH);
        Ok((values, ArrayD::from_shape_vec(IxDyn(&shape), indices).expect(ONE_VALUE_EACH)))
    }

    /// [`forward`](Self::forward) of row-major cells; the output's values and shape. What the page calls: ndarray's
    /// machinery would be a fifth of the bytes that a visitor loads.
    pub(crate) fn forward_flat<T: Element>(&self, cells: &[T], shape: &[usize]) -> Result<(Vec<T>, Vec<usize>)> {
        let mut ready = self.prepare(shape)?;
        ready.check_input(cells.len())?;
        let mut values = ready.zero_output()?;
        ready.forward_into(cells, &mut values)?;
        Ok((values, ready.into_output_shape()))
    }

    /// [`forward_with_indices`](Self::forward_with_indices) of row-major cells.
    pub(crate) fn forward_with_indices_flat<T: Element>(
        &self,
        cells: &[T],
        shape: &[usize],
    ) -> Result<(Vec<T>, Vec<i32>, Vec<usize>)> {
        let mut ready = self.prepare(shape)?;
        ready.check_input(cells.len())?;
        let (mut values, mut indices) = (ready.zero_output()?, ready.zero_output()?);
        ready.select_into(cells, &mut values, &mut indices)?;
        Ok((values, indices, ready.into_output_shape()))
    }

    /// The gradient of the loss by `x`, given `grad_output`, the gradient by this layer's output for that `x`.
    ///
    /// # Errors
    /// As [`forward`](Self::forward); and when `grad_output` has not the output's shape.
    pub fn backward(&self, x: ArrayViewD<f32>, grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        check_grad_output(grad_output.shape(), &self.output_shape(x.shape())?)?;
        let (standard, grad_output) = (x.as_standard_layout(), grad_output.as_standard_layout());
        let values = self.backward_flat(cells(&standard), x.shape(), cells(&grad_output))?;
        Ok(ArrayD::from_shape_vec(IxDyn(x.shape()), values).expect(ONE_VALUE_EACH))
    }

    /// [`backward`](Self::backward) of row-major cells.
    pub(crate) fn backward_flat(&self, cells: &[f32], shape: &[usize], grad_output: &[f32]) -> Result<Vec<f32>> {
        let shapes = Shapes::of_cells(&self.geometry, shape, cells.len())?;
        if grad_output.len() != shapes.output.iter().product::<usize>() {
            let rule = ["must be the number of the output's cells, shaped ", &shapes.output.shown()].concat();
            return Err(Error::new(ErrorKind::Shape, "grad_output.length", grad_output.len(), rule));
        }
        self.method.gradient().backward(cells, grad_output, &shapes)
    }
}

const ONE_VALUE_EACH: &str = "a layer makes one value for each cell of its shape";

/// The cells of an array in standard layout, row-major.
fn cells<'a, T>(x: &'a CowArray<T, IxDyn>) -> &'a [T] {
    x.as_slice().expect("an array in standard layout is a slice")
}
