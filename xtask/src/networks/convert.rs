//! `cargo xtask convert`: a network file in another precision.

use super::{read_network, write_whole};
use anyhow::Result;
use clap::{Args, ValueEnum};
use deep_end::io::safetensors::Precision;
use std::path::PathBuf;
use xtask::workspace::shown;

/// What `convert` takes.
#[derive(Args)]
pub struct ConvertArgs {
    /// The network file to read
    file: PathBuf,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// How its weights are stored
    #[arg(long)]
    precision: Width,
}

#[derive(Clone, Copy, ValueEnum)]
enum Width {
    /// 8 bits and a scale for each output channel
    Int8,
    /// 16 bits
    F16,
}

impl ConvertArgs {
    pub fn run(self) -> Result<()> {
        let precision = match self.precision {
            Width::Int8 => Precision::I8,
            Width::F16 => Precision::F16,
        };
        let network = read_network(&self.file)?.fold_batch_norm()?;
        let bytes = network.to_bytes(precision)?;
        write_whole(&self.out, &bytes)?;
        println!("{}: {} weights, {} bytes", shown(&self.out), network.parameter_count(), bytes.len());
        Ok(())
    }
}
