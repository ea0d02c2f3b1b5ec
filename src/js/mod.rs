//! The JavaScript surface: the only place that names wasm-bindgen, js-sys and web-sys.
//!
//! Each function reads its arguments, calls the core and hands the result back; nothing is computed here. The
//! TypeScript side of the surface is written by hand in each part's `surface.d.ts`, because generics and option objects
//! are beyond what wasm-bindgen derives, and the emitted whole is held to a golden file.
//!
//! A browser gets a module for each part of the surface: who pools does not load networks, and who runs networks does not
//! load what trains them. The playground's has pooling's part too. A feature selects a part, and one of the packages in
//! `web` each feature.

mod arguments;
#[cfg(any(feature = "pooling", feature = "inside"))]
mod color;
mod error;
#[cfg(any(feature = "pooling", feature = "inside"))]
mod image;
#[cfg(feature = "networks")]
mod networks;
#[cfg(any(feature = "pooling", feature = "training", feature = "inside"))]
mod options;
#[cfg(feature = "playground")]
mod playground;
#[cfg(feature = "pooling")]
mod pooling;
mod results;
#[cfg(any(feature = "pooling", feature = "networks"))]
mod source;
#[cfg(feature = "training")]
mod training;

use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(feature = "pooling")]
#[wasm_bindgen(typescript_custom_section)]
const POOLING: &str = include_str!("pooling/surface.d.ts");

#[cfg(feature = "networks")]
#[wasm_bindgen(typescript_custom_section)]
const NETWORKS: &str = include_str!("networks/surface.d.ts");

#[cfg(feature = "playground")]
#[wasm_bindgen(typescript_custom_section)]
const PLAYGROUND: &str = include_str!("playground/surface.d.ts");

#[cfg(feature = "training")]
#[wasm_bindgen(typescript_custom_section)]
const TRAINING: &str = include_str!("training/surface.d.ts");

#[cfg(feature = "inside")]
#[wasm_bindgen(typescript_custom_section)]
const INSIDE: &str = include_str!("networks/inside.d.ts");

#[cfg(any(feature = "pooling", feature = "inside"))]
#[wasm_bindgen(typescript_custom_section)]
const COLORS: &str = include_str!("color.d.ts");

#[wasm_bindgen(typescript_custom_section)]
const BOTH: &str = include_str!("surface.d.ts");
