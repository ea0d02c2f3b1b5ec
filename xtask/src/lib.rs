//! The commands of this repository, as modules: `main.rs` is their command line, the browser tests use the server.

pub mod answers;
pub mod bench;
pub mod build;
pub mod dist;
pub mod fuzz;
pub mod process;
pub mod serve;
pub mod setup;
pub mod test;
pub mod tidy;
pub mod workspace;
