//! Methods by region that are more than a window method over one geometry: every feature map with regions of its own,
//! and several geometries at once.

mod fractional_max;
mod spatial_pyramid;

pub use fractional_max::FractionalMax;
pub use spatial_pyramid::SpatialPyramid;
