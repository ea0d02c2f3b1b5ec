//! Looking inside a network: what it is made of, what decides one of its cells, and what changes when something small does.
//!
//! | question | answered by |
//! | --- | --- |
//! | what are its layers, and what do they cost? | [`Network::plan`] |
//! | what did every layer make of an input? | [`Network::look`] |
//! | which pixels decided this cell, and how much? | [`Look::trace`] |
//! | what is in this pooling window, and who won? | [`Look::window`] |
//! | what if the same weights had another pooling? | [`Network::with_pooling`] |
//! | how does a moved, noisy or covered input look? | [`Network::disturb`] |
//! | does a layer move along with its input? | [`Look::moved_along`] |
//! | how does a picture become an input, and back? | [`Network::picture`], [`Network::draw`] |

mod back;
mod disturb;
mod path;
mod picture;
mod plan;
mod shift;
mod swap;

pub use disturb::{Disturbance, Patch};
pub use path::{Path, Traced};
pub use plan::LayerPlan;

use super::architecture::NamedLayer;
use super::network::{Network, normalize};
use super::prepared::PreparedNetwork;
use crate::error::{Error, ErrorKind, Result};
use crate::inspect::{Inspector, OutputCell, Plane, position};
use crate::nn::layers::Layer;
use crate::pool::reserve;
use crate::shown::{Shown, quoted};

/// Everything that a network's layers gave for one input.
pub struct Look<'n> {
    network: &'n Network,
    shapes: Vec<Vec<usize>>,
    /// The input as the first layer reads it, then every layer's output, row-major.
    values: Vec<Vec<f32>>,
    probabilities: Vec<f32>,
}

impl Network {
    /// Runs the network on one input, row-major, values from 0 to 1, and keeps what every layer gave. `prepared` is this
    /// network, prepared.
    ///
    /// # Errors
    /// When the input has another number of values, or memory does not hold the layers.
    pub fn look(&self, prepared: &mut PreparedNetwork, image: &[f32]) -> Result<Look<'_>> {
        prepared.input(image.len())?.copy_from_slice(image);
        let mut input = copied(image)?;
        normalize(&self.architecture().preprocessing, &mut input);
        let mut values = vec![input];
        let mut full = Ok(());
        let probabilities = prepared.run_input(&mut |_, output| match copied(output) {
            Ok(output) => values.push(output),
            Err(error) => full = Err(error),
        })?;
        let probabilities = copied(probabilities)?;
        full?;
        Ok(Look { network: self, shapes: self.architecture().shapes()?, values, probabilities })
    }
}

impl Look<'_> {
    /// One for each label.
    pub fn probabilities(&self) -> &[f32] {
        &self.probabilities
    }

    /// The input as the first layer reads it, then every layer's output, row-major.
    pub fn values(&self) -> &[Vec<f32>] {
        &self.values
    }

    /// The window of cell `cell` (flat in the whole output) of pooling layer `layer`. Places are flat in the channel's plane.
    ///
    /// # Errors
    /// When there is no such cell, or the layer is no pooling layer.
    pub fn window(&self, layer: usize, cell: usize) -> Result<OutputCell> {
        let NamedLayer { name, layer: kind } = self.layer(layer, cell)?;
        let Layer::Pool(pool) = kind else {
            return Err(Error::new(ErrorKind::Parameter, "layer", quoted(name), "must be a pooling layer"));
        };
        let [_, height, width] = extents(&self.shapes[layer]);
        let at = position(cell, &self.shapes[layer + 1]);
        let plane = self.values[layer].chunks_exact(height * width).nth(at[0]).unwrap_or_default();
        let plane = Plane::new(plane, [height, width])?.numbered(at[0] as u64);
        Inspector::new(pool.pool(), plane)?.output_cell(&at[1..])
    }

    /// Layer `layer`, after checking that it is there and has a cell `cell`.
    fn layer(&self, layer: usize, cell: usize) -> Result<&NamedLayer> {
        let layers = &self.network.architecture().layers;
        let Some(named) = layers.get(layer) else {
            let rule = ["must be below the number of layers, ", &layers.len().shown()].concat();
            return Err(Error::new(ErrorKind::Parameter, "layer", layer, rule));
        };
        let cells = self.values[layer + 1].len();
        if cell >= cells {
            let rule = ["must be below the number of the layer's cells, ", &cells.shown()].concat();
            return Err(Error::new(ErrorKind::Parameter, "cell", cell, rule));
        }
        Ok(named)
    }
}

/// Channels, height and width; of a list of features, so many channels of one cell.
fn extents(shape: &[usize]) -> [usize; 3] {
    match shape {
        [channels, height, width] => [*channels, *height, *width],
        [features] => [*features, 1, 1],
        _ => [1, 1, 1],
    }
}

fn copied(values: &[f32]) -> Result<Vec<f32>> {
    let mut copy = reserve(values.len(), &[values.len()])?;
    copy.extend_from_slice(values);
    Ok(copy)
}
