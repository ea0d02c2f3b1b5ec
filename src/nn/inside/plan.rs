//! What a network is made of, layer by layer.

use super::extents;
use crate::error::Result;
use crate::nn::layers::Layer;
use crate::nn::network::Network;
use crate::options::Options;

/// One layer of a network, and what it costs.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerPlan {
    /// Its name.
    pub name: String,
    /// What kind of layer it is: `conv2d`, `relu`, `pool`, …
    pub kind: &'static str,
    /// Channels, height and width of its output, or just the number of features.
    pub shape: Vec<usize>,
    /// How many numbers were learned.
    pub parameters: usize,
    /// Multiplications, each with an addition, for one input. Padding counts as any other cell.
    pub multiply_adds: usize,
    /// For a pooling layer, how it is written in the network's file.
    pub pooling: Option<Options>,
}

impl Network {
    /// The layers, first to last.
    ///
    /// # Errors
    /// Never for a network that could be made.
    pub fn plan(&self) -> Result<Vec<LayerPlan>> {
        let architecture = self.architecture();
        let shapes = architecture.shapes()?;
        let layers = architecture.layers.iter().zip(self.by_layer()).zip(shapes.into_iter().skip(1));
        Ok(layers
            .map(|((named, parameters), shape)| {
                let outputs: usize = shape.iter().product();
                let weights = parameters.first().map_or(0, |weight| weight.values().len());
                let multiply_adds = match &named.layer {
                    Layer::Conv2d(conv) => outputs.saturating_mul(weights / conv.out_channels.max(1)),
                    Layer::Linear(_) => weights,
                    Layer::BatchNorm2d(_) => outputs,
                    _ => 0,
                };
                LayerPlan {
                    name: named.name.clone(),
                    kind: named.layer.kind(),
                    parameters: parameters.iter().map(|tensor| tensor.values().len()).sum(),
                    multiply_adds,
                    pooling: match &named.layer {
                        Layer::Pool(pool) => Some(pool.clone().into()),
                        _ => None,
                    },
                    shape,
                }
            })
            .collect())
    }

    /// How far apart two neighbouring cells of each layer are in pixels of the input, down and across, the input's first;
    /// `None` from the layer on whose cells have no place.
    pub(super) fn steps(&self, shapes: &[Vec<usize>]) -> Vec<Option<[f64; 2]>> {
        let mut step = Some([1.0; 2]);
        let mut steps = vec![step];
        for (index, named) in self.architecture().layers.iter().enumerate() {
            let [before, after] = [&shapes[index], &shapes[index + 1]].map(|shape| extents(shape));
            let wider = match &named.layer {
                Layer::Conv2d(conv) => Some(conv.stride.map(|stride| stride as f64)),
                Layer::Pool(pool) => pool.stride().or_else(|| {
                    let ratio = [1, 2].map(|axis| before[axis] as f64 / after[axis] as f64);
                    (after[1..] != [1, 1]).then_some(ratio)
                }),
                Layer::Flatten(_) | Layer::Linear(_) | Layer::Embedding(_) => None,
                _ => Some([1.0; 2]),
            };
            step = step.zip(wider).map(|(step, wider)| [step[0] * wider[0], step[1] * wider[1]]);
            steps.push(step);
        }
        steps
    }
}
