//! The JavaScript surface: the only place that names wasm-bindgen, js-sys and web-sys.
//!
//! Each function reads its arguments, calls the core and hands the result back; nothing is computed here. The
//! TypeScript side of the surface is written by hand in `surface.d.ts`, because generics and option objects are beyond
//! what wasm-bindgen derives, and the emitted whole is held to a golden file.

mod arguments;
mod color;
mod error;
mod layer;
mod maps;
mod network;
mod numbers;
mod options;
mod picture;
mod pool;

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const SURFACE: &str = include_str!("surface.d.ts");
