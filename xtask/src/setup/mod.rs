//! What the commands need on the machine. Each part installs what is missing, says so first, and names the command where it cannot.

mod apt;
mod browser;
mod compiler;
mod node;

pub use browser::Browser;
pub use compiler::{Compiler, CompilerArgs, CompilerChoice, WASM};
pub use node::{NpmTools, installed, node, npm};
