//! Spatial pyramid pooling: feature maps of any size become vectors of one length.

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::MAX_AXES;
use crate::pool::shapes::{check_grad_output, product, reserve};
use crate::pool::{Element, ONE_VALUE_EACH, Pool, Pooling, cells};
use ndarray::{ArrayD, ArrayViewD, IxDyn};

/// A pyramid of pooled maps (K. He, X. Zhang, S. Ren and J. Sun, *Spatial Pyramid Pooling in Deep Convolutional Networks
/// for Visual Recognition*, 2014): each level n cuts every map into n regions an axis, and one vector takes them all, so
/// that a linear layer may follow maps of any size.
///
/// With d spatial axes, (N, C, spatial…) becomes (N, C · Σ nᵈ): level by level in the order given, each (C, n, …, n)
/// row-major.
///
/// The regions of a level are the adaptive ones ([`Geometry::Adaptive`](crate::Geometry::Adaptive)). The paper slides a
/// window of ⌈a/n⌉ by ⌊a/n⌋ over a cells, which gives the same regions for its own 13 cells in 1, 2 and 3, but leaves
/// cells unread elsewhere: of 10 cells in 4 regions, the last.
///
/// ```
/// use deep_end::{Pooling, pool::SpatialPyramid};
/// use ndarray::array;
/// let pyramid = SpatialPyramid::new(Pooling::Max, [1, 2])?;
/// let x = array![[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]].into_dyn();
/// // The whole map; then its quarters, which share the middle row and column.
/// assert_eq!(pyramid.forward(x.view())?, array![[9.0, 5.0, 6.0, 8.0, 9.0]].into_dyn());
/// # Ok::<(), deep_end::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SpatialPyramid {
    method: Pooling,
    levels: Vec<usize>,
}

impl SpatialPyramid {
    /// A pyramid of these levels, the paper's being \[6, 3, 2, 1\], \[4, 3, 2, 1\] and the like.
    ///
    /// # Errors
    /// When there is no level, one is 0, or a parameter of the method breaks its rule.
    pub fn new(method: Pooling, levels: impl Into<Vec<usize>>) -> Result<Self> {
        let levels = levels.into();
        if levels.is_empty() || levels.contains(&0) {
            let rule = "must have at least one level, each with at least one region an axis";
            return Err(Error::new(ErrorKind::Parameter, "levels", levels, rule));
        }
        let pyramid = Self { method, levels };
        pyramid.pools(1)?;
        Ok(pyramid)
    }

    /// The shape of the output, (N, C · Σ nᵈ), for an input of this shape (N, C, spatial…).
    ///
    /// # Errors
    /// As [`forward`](Self::forward), for everything that concerns shapes.
    pub fn output_shape(&self, shape: &[usize]) -> Result<Vec<usize>> {
        self.resolve(shape).map(|resolved| resolved.output)
    }

    /// Pools `x`, shaped (N, C, spatial…), into (N, C · Σ nᵈ). Element types are those of the method.
    ///
    /// # Errors
    /// As [`Pool::forward`].
    pub fn forward<T: Element>(&self, x: ArrayViewD<T>) -> Result<ArrayD<T>> {
        let (values, shape) = self.forward_flat(cells(&x.as_standard_layout()), x.shape())?;
        Ok(ArrayD::from_shape_vec(IxDyn(&shape), values).expect(ONE_VALUE_EACH))
    }

    /// The same, and for each value the flat position in its spatial plane that it came from.
    ///
    /// # Errors
    /// As [`Pool::forward_with_indices`].
    pub fn forward_with_indices<T: Element>(&self, x: ArrayViewD<T>) -> Result<(ArrayD<T>, ArrayD<i32>)> {
        let (values, indices, shape) = self.forward_with_indices_flat(cells(&x.as_standard_layout()), x.shape())?;
        let values = ArrayD::from_shape_vec(IxDyn(&shape), values).expect(ONE_VALUE_EACH);
        Ok((values, ArrayD::from_shape_vec(IxDyn(&shape), indices).expect(ONE_VALUE_EACH)))
    }

    /// The gradient of the loss by `x`, given `grad_output`, the gradient by the output for that `x`: the sum of the
    /// levels' gradients, in their order.
    ///
    /// # Errors
    /// As [`Pool::backward`].
    pub fn backward(&self, x: ArrayViewD<f32>, grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        let Resolved { levels, output } = self.resolve(x.shape())?;
        check_grad_output(grad_output.shape(), &output)?;
        let (x_standard, grad_output) = (x.as_standard_layout(), grad_output.as_standard_layout());
        let mut grad_input: Vec<f32> = reserve(x.len(), x.shape())?;
        grad_input.resize(x.len(), 0.0);
        let mut begin = 0;
        for level in levels {
            let mut of_level = reserve(output[0] * level.values, &output)?;
            // Without channels a sample has no values, and there is nothing to take apart.
            for sample in cells(&grad_output).chunks_exact(output[1].max(1)) {
                of_level.extend_from_slice(&sample[begin..begin + level.values]);
            }
            let gradients = level.pool.backward_flat(cells(&x_standard), x.shape(), &of_level)?;
            for (sum, gradient) in grad_input.iter_mut().zip(gradients) {
                *sum += gradient;
            }
            begin += level.values;
        }
        Ok(ArrayD::from_shape_vec(IxDyn(x.shape()), grad_input).expect(ONE_VALUE_EACH))
    }

    /// [`forward`](Self::forward) of row-major cells; the output's values and shape.
    pub(crate) fn forward_flat<T: Element>(&self, cells: &[T], shape: &[usize]) -> Result<(Vec<T>, Vec<usize>)> {
        let resolved = self.resolve(shape)?;
        let values = |level: &Level| level.pool.forward_flat(cells, shape).map(|(values, _)| values);
        let values = resolved.levels.iter().map(values).collect::<Result<Vec<_>>>()?;
        Ok((resolved.interleave(&values)?, resolved.output))
    }

    /// [`forward_with_indices`](Self::forward_with_indices) of row-major cells.
    pub(crate) fn forward_with_indices_flat<T: Element>(
        &self,
        cells: &[T],
        shape: &[usize],
    ) -> Result<(Vec<T>, Vec<i32>, Vec<usize>)> {
        let resolved = self.resolve(shape)?;
        let pooled = |level: &Level| level.pool.forward_with_indices_flat(cells, shape).map(|(v, i, _)| (v, i));
        let pooled = resolved.levels.iter().map(pooled).collect::<Result<Vec<_>>>()?;
        let (values, indices): (Vec<_>, Vec<_>) = pooled.into_iter().unzip();
        Ok((resolved.interleave(&values)?, resolved.interleave(&indices)?, resolved.output))
    }

    /// A layer for each level.
    fn pools(&self, axes: usize) -> Result<Vec<Pool>> {
        self.levels.iter().map(|&level| Pool::adaptive(self.method.clone(), vec![level; axes])).collect()
    }

    fn resolve(&self, shape: &[usize]) -> Result<Resolved> {
        let level = |pool: Pool| {
            let output = pool.output_shape(shape)?;
            Ok(Level { pool, values: product("shape", &output[1..])? })
        };
        // An input with none or too many spatial axes is refused by the layers, which name its shape.
        let pools = self.pools(shape.len().saturating_sub(2).clamp(1, MAX_AXES))?;
        let levels = pools.into_iter().map(level).collect::<Result<Vec<_>>>()?;
        let Some(values) = levels.iter().try_fold(0usize, |sum, level| sum.checked_add(level.values)) else {
            return Err(Error::new(
                ErrorKind::Shape,
                "levels",
                self.levels.as_slice(),
                "the number of values overflows",
            ));
        };
        let output = vec![shape[0], values];
        product("shape", &output)?;
        Ok(Resolved { levels, output })
    }
}

/// A pyramid for one shape of input.
struct Resolved {
    levels: Vec<Level>,
    /// N, C · Σ nᵈ.
    output: Vec<usize>,
}

struct Level {
    pool: Pool,
    /// How many of a sample's values are this level's.
    values: usize,
}

impl Resolved {
    /// From values level by level to values sample by sample.
    fn interleave<T: Copy>(&self, levels: &[Vec<T>]) -> Result<Vec<T>> {
        let mut values = reserve(self.output[0] * self.output[1], &self.output)?;
        // Samples without values may be more than can be counted in a lifetime.
        let samples = if self.output[1] == 0 { 0 } else { self.output[0] };
        for sample in 0..samples {
            for (level, all) in self.levels.iter().zip(levels) {
                values.extend_from_slice(&all[sample * level.values..][..level.values]);
            }
        }
        Ok(values)
    }
}
