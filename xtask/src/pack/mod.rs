//! `pack`: the samples that pages fetch, made small. `evaluate` without a data set takes those for testing from here too.

mod digits;
mod objects;
mod sentences;

use crate::networks::{Name, write_whole};
use anyhow::{Context, Result};
use clap::Args;
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use std::{
    fs,
    io::{Read, Write},
    path::PathBuf,
};
use xtask::workspace::{at, shown};

pub use self::{digits::digits, objects::objects, sentences::sentences};

/// What `pack` takes.
#[derive(Args)]
pub struct PackArgs {
    name: Name,
    /// The folder with the data, as for `evaluate`
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where to write them; by default where they ship
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl PackArgs {
    /// Runs the command.
    pub fn run(self) -> Result<()> {
        let (file, bytes) = match self.name {
            Name::Digits => (digits::FILE, squeezed(&digits::unpacked(&self.data)?)?),
            Name::Objects => (objects::FILE, squeezed(&objects::unpacked(&self.data)?)?),
            Name::Words => (sentences::FILE, sentences::text(&self.data)?.into_bytes()),
        };
        let path = self.out.unwrap_or_else(|| at(file));
        write_whole(&path, &bytes)?;
        println!("{}: {} bytes", shown(&path), bytes.len());
        Ok(())
    }
}

/// As one zlib stream, which every browser can unpack (`DecompressionStream`, RFC 1950).
fn squeezed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes)?;
    Ok(packer.finish()?)
}

/// What is in a file that ships.
fn shipped(file: &str) -> Result<Vec<u8>> {
    let path = at(file);
    let bytes = fs::read(&path).with_context(|| format!("{} cannot be read", shown(&path)))?;
    let mut unpacked = Vec::new();
    ZlibDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked).with_context(|| shown(&path))?;
    Ok(unpacked)
}
