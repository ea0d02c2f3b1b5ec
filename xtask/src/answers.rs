//! A network's answers, one an image, from the two runtimes that must agree.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::{
    process::output,
    setup::node,
    workspace::{at, shown},
};

/// The answers of the npm package in Node for `samples`, a file of values, little-endian in f32, one sample after the other:
/// the index of the most probable label of each.
///
/// # Errors
/// Where `dist/npm` has not been made, a file is not what its format says, or Node is missing.
pub fn of_package(network: &Path, samples: &Path) -> Result<Vec<usize>> {
    let entry = at("dist/npm/lib/networks.js");
    ensure!(entry.exists(), "{} is missing: `cargo xtask dist` makes it", shown(&entry));
    let mut command = node()?;
    command.arg(at("xtask/node/evaluate.mjs")).arg(network).arg(samples);
    serde_json::from_str(&output(&mut command)?).context("evaluate.mjs prints a list of numbers")
}

/// Prints how many of the answers are the same.
///
/// # Errors
/// Where one is not: with the first sample on which the two differ.
pub fn compare(native: &[usize], wasm: &[usize]) -> Result<()> {
    ensure!(native.len() == wasm.len(), "{} answers natively, but {} through wasm", native.len(), wasm.len());
    let identical = native.iter().zip(wasm).filter(|(native, wasm)| native == wasm).count();
    println!("{identical} of {} answers identical", native.len());
    match native.iter().zip(wasm).position(|(native, wasm)| native != wasm) {
        Some(at) => anyhow::bail!("sample {at} is {} natively, but {} through wasm", native[at], wasm[at]),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_other_answer_is_an_error() {
        assert!(compare(&[7, 2, 1], &[7, 2, 1]).is_ok());
        let error = compare(&[7, 2, 1], &[7, 3, 1]).unwrap_err().to_string();
        assert_eq!(error, "sample 1 is 2 natively, but 3 through wasm");
        assert!(compare(&[7], &[]).is_err());
    }
}
