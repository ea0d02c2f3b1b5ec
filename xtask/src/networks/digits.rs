//! `cargo xtask train digits`.

use super::{shipped, train, write_whole};
use anyhow::Result;
use clap::{Args, ValueEnum, builder::PossibleValue};
use deep_end::io::{
    idx::{Part, read_mnist},
    safetensors::Precision,
};
use deep_end::nn::{
    dataset::Samples,
    recipes::{Downsampling, digits_settings, digits_with},
    train::Trainer,
};
use std::path::PathBuf;
use xtask::workspace::{shown, target};

/// The training data's credit.
pub const CREDIT: &str = "MNIST training images (LeCun, Cortes, Burges), CC BY-SA 3.0";

/// A [`Downsampling`] on the command line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pooling(pub Downsampling);

impl ValueEnum for Pooling {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Pooling; Downsampling::ALL.len()] = {
            let mut all = [Pooling(Downsampling::Max); Downsampling::ALL.len()];
            let mut at = 0;
            while at < all.len() {
                all[at] = Pooling(Downsampling::ALL[at]);
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.word()))
    }
}

/// What `train digits` takes.
#[derive(Args)]
pub struct DigitsArgs {
    /// The folder with MNIST's four files
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// What makes the feature maps smaller
    #[arg(long, default_value = "max")]
    pooling: Pooling,
    /// What everything random follows from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often every image is seen
    #[arg(long, default_value_t = 30)]
    epochs: u32,
    /// Where to write the network; by default where it ships
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Go on where the last run of this pooling and seed stopped, with its epochs
    #[arg(long, conflicts_with = "epochs")]
    resume: bool,
    /// Keep so many of the training images back, and measure on them after every epoch
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    hold_back: usize,
}

impl DigitsArgs {
    pub fn run(self) -> Result<()> {
        let (data, held_back) = read_mnist(&self.data, Part::Train)?.split(self.hold_back)?;
        let word = self.pooling.0.word();
        let checkpoint = target().join(format!("train/digits-{word}-{}.checkpoint", self.seed));
        let mut trainer = match self.resume {
            true => train::resume(&checkpoint)?,
            false => Trainer::new(digits_with(self.pooling.0)?, digits_settings(self.seed, self.epochs))?,
        };
        let held_back: Option<&dyn Samples> = if held_back.is_empty() { None } else { Some(&held_back) };
        train::train(&mut trainer, &data, held_back, &checkpoint, None)?;
        let command = command(self.pooling, self.seed, trainer.settings().epochs, self.hold_back);
        let bytes = train::file(&trainer, Precision::F16, command, CREDIT)?;
        let path = self.out.unwrap_or_else(|| shipped("digits", word));
        write_whole(&path, &bytes)?;
        println!("{}: {} bytes", shown(&path), bytes.len());
        Ok(())
    }
}

/// The command that makes a network again.
pub fn command(pooling: Pooling, seed: u64, epochs: u32, hold_back: usize) -> String {
    let held_back = if hold_back == 0 { String::new() } else { format!(" --hold-back {hold_back}") };
    let word = pooling.0.word();
    format!("cargo xtask train digits --data DIR --pooling {word} --seed {seed} --epochs {epochs}{held_back}")
}
