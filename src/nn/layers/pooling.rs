//! Pooling as a layer of a network: no second pooling, only the crate's [`Pool`], written as [`PoolOptions`].

use super::Operator;
use super::differentiable::Differentiable;
use super::prepared::{Kernel, Prepared};
use crate::error::{Error, ErrorKind, Result};
use crate::nn::tensor::TensorView;
use crate::options::Options;
use crate::shown::Shown;
use crate::{Geometry, Pool, PoolOptions, Pooling, PreparedPool};
use ndarray::{ArrayD, ArrayViewD};
use serde::{Deserialize, Serialize};

/// The spatial axes of a network's feature maps.
const AXES: usize = 2;

/// The largest extent that a network's pooling may name: the geometry is laid out cell by cell before its size is checked
/// with the network's, and a file of a few bytes can ask for any.
const MAX_EXTENT: f64 = 65_536.0;

/// A pooling layer of a network: `{"type": "pool", "method": "max", "kernelSize": 2}`. Every pooling that
/// [`PoolOptions`] can describe is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Options", into = "Options")]
pub struct PoolLayer {
    pool: Pool,
    /// As it was written, to be written again.
    options: Options,
}

impl PoolLayer {
    /// Max pooling with square windows of `kernel_size` that do not overlap.
    ///
    /// # Errors
    /// When `kernel_size` is 0.
    pub fn max(kernel_size: usize) -> Result<Self> {
        Self::try_from(Options::of([
            ("kernelSize".to_owned(), kernel_size.into()),
            ("method".to_owned(), "max".into()),
        ]))
    }

    /// The pooling.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// What it is in a training step whose draws follow from `seed`, if it draws.
    pub(super) fn in_training(&self, seed: u64) -> Result<Option<Self>> {
        let method = match self.pool.method() {
            Pooling::Stochastic { .. } | Pooling::StochasticMean => Pooling::Stochastic { seed },
            other => other.clone(),
        };
        let geometry = match self.pool.geometry() {
            Geometry::Fractional { output_size, sequence, overlapping, .. } => {
                let (output_size, sequence, overlapping) = (output_size.clone(), *sequence, *overlapping);
                Geometry::Fractional { output_size, sequence, overlapping, seed }
            }
            other => other.clone(),
        };
        if (&method, &geometry) == (self.pool.method(), self.pool.geometry()) {
            return Ok(None);
        }
        let pool = Pool::with_geometry(method, geometry)?;
        Ok(Some(Self { pool, options: self.options.clone() }))
    }

    /// Whether it is the maximum of 2 × 2 cells that do not overlap.
    pub(crate) fn halves(&self) -> bool {
        let Geometry::Window(window) = self.pool.geometry() else { return false };
        matches!(self.pool.method(), Pooling::Max)
            && (window.kernel_size(), &window.stride[..], &window.dilation[..]) == (&[2, 2], &[2, 2], &[1, 1])
            && window.padding == [[0; 2]; 2]
            && !window.ceil_mode
    }
}

impl TryFrom<Options> for PoolLayer {
    type Error = crate::Error;

    fn try_from(options: Options) -> Result<Self> {
        for name in ["kernel_size", "stride", "padding", "dilation", "output_size"] {
            if let Some(value) = options.given(name).filter(|_| options.largest(name) > MAX_EXTENT) {
                let rule = ["no extent of a network's pooling may be over ", &MAX_EXTENT.shown()].concat();
                return Err(Error::new(ErrorKind::Format, name, value, rule));
            }
        }
        let options = PoolOptions::from(options);
        Ok(Self { pool: options.layer(AXES)?, options: options.into() })
    }
}

impl From<PoolLayer> for Options {
    fn from(layer: PoolLayer) -> Self {
        layer.options
    }
}

impl Operator for PoolLayer {
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        Ok(self.pool.output_shape(&[&[1], input].concat())?.split_off(1))
    }

    fn prepare(&self, input: &[usize], _: &[TensorView]) -> Result<Prepared> {
        let pool = self.pool.prepare(&[&[1], input].concat())?;
        Prepared::new(input, pool.output_shape()[1..].to_vec(), Box::new(pool))
    }
}

impl Kernel for PreparedPool {
    fn run(&mut self, x: &[f32], y: &mut [f32]) -> Result<()> {
        self.forward_into(x, y)
    }
}

impl Differentiable for PoolLayer {
    fn grad_input(&self, x: ArrayViewD<f32>, _: &[ArrayD<f32>], grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        self.pool.backward(x, grad_output)
    }
}
