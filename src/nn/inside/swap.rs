//! The same weights under another pooling.

use crate::error::Result;
use crate::nn::architecture::{Architecture, NamedLayer, in_layer};
use crate::nn::layers::{Layer, PoolLayer};
use crate::nn::network::Network;
use crate::options::Options;

/// What of a pooling layer is its geometry, and stays.
const GEOMETRY: [&str; 9] =
    ["kernelsize", "stride", "padding", "dilation", "ceilmode", "outputsize", "fractional", "overlapping", "global"];

impl Network {
    /// The same network with another method in every pooling layer but those that reduce a whole map: `method` names it,
    /// with its parameters (`{"method": "lp", "normType": 2}`); windows and weights stay.
    ///
    /// # Errors
    /// When the method does not go with a layer's windows, or what comes after them no longer fits.
    pub fn with_pooling(&self, method: &Options) -> Result<Network> {
        self.with_method(method, |pool| !pool.is_global())
    }

    /// The same network with another method in those pooling layers that reduce a whole map: the mean of each channel in
    /// networks for pictures, the maximum over time in those for sentences.
    ///
    /// # Errors
    /// When there is no such method.
    pub fn with_global_pooling(&self, method: &Options) -> Result<Network> {
        self.with_method(method, PoolLayer::is_global)
    }

    fn with_method(&self, method: &Options, chosen: impl Fn(&PoolLayer) -> bool) -> Result<Network> {
        let mut layers = self.architecture().layers.clone();
        for NamedLayer { name, layer } in &mut layers {
            if let Layer::Pool(pool) = layer
                && chosen(pool)
            {
                *pool = swapped(pool, method).map_err(|error| in_layer(name, error))?;
            }
        }
        let architecture = Architecture { layers, ..self.architecture().clone() };
        architecture.validate()?;
        let swapped = Network::of_parameters(architecture, self.by_layer().clone())?;
        Ok(match self.origin() {
            Some(origin) => swapped.with_origin(origin.clone()),
            None => swapped,
        })
    }
}

fn swapped(pool: &PoolLayer, method: &Options) -> Result<PoolLayer> {
    let written = Options::from(pool.clone());
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let named = |wanted: &str| written.entries().iter().any(|(name, _)| plain(name) == wanted);
    // The seed of fractional regions is theirs; any other is the method's.
    let seeded = named("fractional");
    let stays = |name: &str| GEOMETRY.contains(&name) || seeded && name == "seed";
    let kept = written.entries().iter().filter(|(name, _)| stays(&plain(name)));
    PoolLayer::try_from(Options::of(kept.chain(method.entries()).cloned()))
}
