//! Training, evaluation and conversion of the networks that ship.

mod cifar;
mod convert;
mod digits;
mod evaluate;
mod objects;
mod sentences;
mod table;
mod train;
mod words;

pub use self::{cifar::read_cifar, sentences::read_sentences};
use anyhow::{Context, Result};
use clap::{Subcommand, ValueEnum};
use deep_end::nn::{
    Network,
    dataset::Samples,
    evaluate::{Confusion, predictions},
};
use std::{
    fs,
    path::{Path, PathBuf},
};
use xtask::workspace::{at, shown};

/// The commands about networks.
#[derive(Subcommand)]
pub enum Command {
    /// Train a network; it can be interrupted and resumed at every epoch
    #[command(subcommand)]
    Train(Train),
    /// Test a network that ships: its confusion matrix and its accuracy
    Evaluate(evaluate::EvaluateArgs),
    /// Write a network file again, its weights in another precision
    Convert(convert::ConvertArgs),
}

/// What can be trained.
#[derive(Subcommand)]
pub enum Train {
    /// Handwritten digits, from MNIST
    Digits(digits::DigitsArgs),
    /// Digits under every pooling with several seeds, and a table of their accuracy
    DigitsTable(table::TableArgs),
    /// Pictures of ten kinds of things, from CIFAR-10
    Objects(objects::ObjectsArgs),
    /// Whether a sentence praises, from rt-polarity
    Words(words::WordsArgs),
}

/// The networks that ship.
#[derive(Clone, Copy, ValueEnum)]
pub enum Name {
    /// Handwritten digits, from MNIST
    Digits,
    /// Pictures of ten kinds of things, from CIFAR-10
    Objects,
    /// Whether a sentence praises, from rt-polarity
    Words,
}

impl Command {
    /// Runs the command.
    pub fn run(self) -> Result<()> {
        match self {
            Self::Train(Train::Digits(args)) => args.run(),
            Self::Train(Train::DigitsTable(args)) => args.run(),
            Self::Train(Train::Objects(args)) => args.run(),
            Self::Train(Train::Words(args)) => args.run(),
            Self::Evaluate(args) => args.run(),
            Self::Convert(args) => args.run(),
        }
    }
}

impl Name {
    fn word(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::Objects => "objects",
            Self::Words => "words",
        }
    }
}

/// Where a network ships. `digits` and `words` with max pooling have their plain names.
fn shipped(name: &str, pooling: &str) -> PathBuf {
    let plain = pooling == "max" && name != "objects";
    let variant = if plain { String::new() } else { format!("-{pooling}") };
    at(&format!("www/networks/{name}{variant}.safetensors"))
}

fn read_network(path: &Path) -> Result<Network> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", shown(path)))?;
    Network::from_bytes(&bytes).with_context(|| shown(path))
}

fn confusion(network: &Network, data: &dyn Samples) -> Result<Confusion> {
    Ok(Confusion::new(network.labels(), data.classes(), &predictions(network, data)?)?)
}

/// Writes a file so that it is either the old one or the new one, even if this stops halfway.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", shown(folder)))?;
    }
    let part = path.with_extension("part");
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    written.with_context(|| format!("{} cannot be written", shown(path)))
}
