//! `cargo xtask train objects`.

use super::cifar::read_cifar;
use super::digits::Pooling;
use super::{shipped, train, write_whole};
use anyhow::Result;
use clap::Args;
use deep_end::io::safetensors::Precision;
use deep_end::nn::{
    recipes::{objects, objects_settings},
    train::Trainer,
};
use std::path::PathBuf;
use xtask::workspace::{shown, target};

/// The training data's credit.
const CREDIT: &str =
    "CIFAR-10 training images (Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images)";

/// What `train objects` takes.
#[derive(Args)]
pub struct ObjectsArgs {
    /// The folder with CIFAR-10 as train.zip and test.zip
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// What makes the feature maps smaller; all but fractional and none
    #[arg(long, default_value = "max")]
    pooling: Pooling,
    /// What everything random follows from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often every image is seen
    #[arg(long, default_value_t = 151)]
    epochs: u32,
    /// Where to write the network; by default where it ships
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Go on where the last run of this pooling and seed stopped, with its epochs
    #[arg(long, conflicts_with = "epochs")]
    resume: bool,
    /// Stop after so many epochs of this call; --resume goes on
    #[arg(long, value_name = "COUNT")]
    stop_after: Option<u32>,
}

impl ObjectsArgs {
    pub fn run(self) -> Result<()> {
        let word = self.pooling.0.word();
        let architecture = objects(self.pooling.0)?;
        let data = read_cifar(&self.data, "train.zip", &architecture.labels)?;
        let checkpoint = target().join(format!("train/objects-{word}-{}.checkpoint", self.seed));
        let mut trainer = match self.resume {
            true => train::resume(&checkpoint)?,
            false => Trainer::new(architecture, objects_settings(self.seed, self.epochs))?,
        };
        if !train::train(&mut trainer, &data, None, &checkpoint, self.stop_after)? {
            println!("{} has the run so far", shown(&checkpoint));
            return Ok(());
        }
        let epochs = trainer.settings().epochs;
        let command =
            format!("cargo xtask train objects --data DIR --pooling {word} --seed {} --epochs {epochs}", self.seed);
        let bytes = train::file(&trainer, Precision::I8, command, CREDIT)?;
        let path = self.out.unwrap_or_else(|| shipped("objects", word));
        write_whole(&path, &bytes)?;
        println!("{}: {} bytes", shown(&path), bytes.len());
        Ok(())
    }
}
