//! From numbers to pixels: colour maps, normalisation, photographs, animations. Nothing here knows a page.

mod animation;
mod color_map;
mod photograph;

pub use animation::Animation;
pub use color_map::{ColorMap, colorize};
#[cfg(all(target_arch = "wasm32", feature = "pooling"))]
pub(crate) use photograph::check_bytes;
pub use photograph::{Photograph, Rgba, pool_photograph};
