//! Reading and writing files: feature maps, network files, and the data that networks learn from.

#[cfg(not(target_arch = "wasm32"))]
pub mod idx;
pub mod npy;
pub mod safetensors;
