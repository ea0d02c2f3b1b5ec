//! Pooling as a layer of a network: no second pooling, only the crate's [`Pool`], written as [`PoolOptions`].

use super::{Mode, Operator};
use crate::error::{Error, ErrorKind, Result};
use crate::{Pool, PoolOptions};
use ndarray::{ArrayD, ArrayViewD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The spatial axes of a network's feature maps.
const AXES: usize = 2;

/// The largest extent that a network's pooling may name: the geometry is laid out cell by cell before its size is checked
/// with the network's, and a file of a few bytes can ask for any.
const MAX_EXTENT: f64 = 65_536.0;

/// A pooling layer of a network: `{"type": "pool", "method": "max", "kernelSize": 2}`. Every pooling that
/// [`PoolOptions`] can describe is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>", into = "Map<String, Value>")]
pub struct PoolLayer {
    pool: Pool,
    /// As it was written, to be written again.
    options: Map<String, Value>,
}

impl PoolLayer {
    /// Max pooling with square windows of `kernel_size` that do not overlap.
    ///
    /// # Errors
    /// When `kernel_size` is 0.
    pub fn max(kernel_size: usize) -> Result<Self> {
        let mut options = Map::new();
        options.insert("method".into(), json!("max"));
        options.insert("kernelSize".into(), json!(kernel_size));
        Self::try_from(options)
    }

    /// The pooling.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }
}

impl TryFrom<Map<String, Value>> for PoolLayer {
    type Error = crate::Error;

    fn try_from(options: Map<String, Value>) -> Result<Self> {
        for key in ["kernelSize", "stride", "padding", "dilation", "outputSize"] {
            if let Some(value) = options.get(key).filter(|value| largest(value) > MAX_EXTENT) {
                let rule = format!("no extent of a network's pooling may be over {MAX_EXTENT}");
                return Err(Error::new(ErrorKind::Format, key, value, rule));
            }
        }
        let parsed = serde_json::from_value::<PoolOptions>(Value::Object(options.clone()))
            .map_err(|error| Error::new(ErrorKind::Format, "pool", "not readable", error.to_string()))?;
        Ok(Self { pool: parsed.layer(AXES)?, options })
    }
}

/// The largest number in a value or its lists.
fn largest(value: &Value) -> f64 {
    match value {
        Value::Array(values) => values.iter().map(largest).fold(0.0, f64::max),
        value => value.as_f64().unwrap_or(0.0),
    }
}

impl From<PoolLayer> for Map<String, Value> {
    fn from(layer: PoolLayer) -> Self {
        layer.options
    }
}

impl Operator for PoolLayer {
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        let batch: Vec<usize> = std::iter::once(1).chain(input.iter().copied()).collect();
        Ok(self.pool.output_shape(&batch)?.split_off(1))
    }

    fn forward(&self, x: ArrayViewD<f32>, _: &[ArrayD<f32>], _: Mode) -> Result<ArrayD<f32>> {
        self.pool.forward(x)
    }

    fn grad_input(&self, x: ArrayViewD<f32>, _: &[ArrayD<f32>], grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        self.pool.backward(x, grad_output)
    }
}
