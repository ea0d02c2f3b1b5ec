//! From numbers to pixels: colour maps, normalisation, photographs. Nothing here knows a page.

mod color_map;
mod photograph;

pub use color_map::{ColorMap, colorize};
pub use photograph::{Rgba, pool_photograph};
