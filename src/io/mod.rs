//! Reading and writing files: network files, and the data that networks learn from.

#[cfg(not(target_arch = "wasm32"))]
pub mod idx;
pub mod safetensors;
