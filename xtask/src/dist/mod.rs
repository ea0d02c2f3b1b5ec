//! `dist`: the release, made from what `build` makes, and weighed.

mod budget;
mod minify;
mod npm;
mod offline;
mod site;

pub use budget::first_screen;

use anyhow::Result;

use crate::{
    build::build,
    setup::{Compiler, CompilerArgs, NpmTools},
    workspace::shown,
};

/// `cargo xtask dist`.
pub fn command(compiler: CompilerArgs) -> Result<()> {
    let compiler = Compiler::set_up(compiler)?;
    dist(compiler, &NpmTools::set_up()?)
}

/// Makes `dist/site` and `dist/npm`.
///
/// # Errors
/// Where a file is missing, one is in `www` of which nobody said whether it ships, or a budget is exceeded.
pub fn dist(compiler: Compiler, tools: &NpmTools) -> Result<()> {
    build(compiler)?;
    let site = site::make(tools)?;
    let package = npm::make(&site, tools)?;
    println!("Made {} and {}", shown(&site), shown(&package));
    budget::check(&site)
}
