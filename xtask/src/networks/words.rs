//! `cargo xtask train words`.

use super::digits::Pooling;
use super::sentences::{pairs, read_sentences};
use super::{shipped, train, write_whole};
use anyhow::Result;
use clap::Args;
use deep_end::io::safetensors::Precision;
use deep_end::nn::{
    dataset::Samples,
    recipes::{WORDS_LENGTH, words, words_settings},
    train::Trainer,
    words::{Sentences, Vocabulary},
};
use std::path::PathBuf;
use xtask::workspace::{shown, target};

/// The training data's credit.
const CREDIT: &str = "sentence polarity dataset v1.0 (Pang and Lee 2005), and UCI's Sentiment Labelled Sentences \
    (Kotzias et al. 2015), CC BY 4.0";

/// Words are known that occur twice at least, and no more than these.
const TIMES: usize = 2;
const MOST: usize = 4000;

/// What `train words` takes.
#[derive(Args)]
pub struct WordsArgs {
    /// The folder with rt-polarity and UCI's labelled sentences
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// What pools over time: max or average
    #[arg(long, default_value = "max")]
    pooling: Pooling,
    /// What everything random follows from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often every sentence is seen
    #[arg(long, default_value_t = 12)]
    epochs: u32,
    /// Where to write the network; by default where it ships
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Go on where the last run of this seed stopped, with its epochs
    #[arg(long, conflicts_with = "epochs")]
    resume: bool,
    /// Keep a second tenth of rt-polarity back, lines 9, 19, …, and measure on it after every epoch
    #[arg(long)]
    hold_back: bool,
}

impl WordsArgs {
    pub fn run(self) -> Result<()> {
        let mut all = read_sentences(&self.data)?;
        if !self.hold_back {
            all.train.append(&mut all.choose);
        }
        let vocabulary = Vocabulary::of(all.train.iter().map(|(text, _)| text.as_str()), TIMES, MOST)?;
        let samples = |sentences| Sentences::new(pairs(sentences), &vocabulary, WORDS_LENGTH);
        let (data, held_back) = (samples(&all.train), samples(&all.choose));
        let checkpoint = target().join(format!("train/words-{}-{}.checkpoint", self.pooling.0.word(), self.seed));
        let mut trainer = match self.resume {
            true => train::resume(&checkpoint)?,
            false => Trainer::new(words(vocabulary.clone(), self.pooling.0)?, words_settings(self.seed, self.epochs))?,
        };
        let held_back: Option<&dyn Samples> = if self.hold_back { Some(&held_back) } else { None };
        train::train(&mut trainer, &data, held_back, &checkpoint, None)?;
        let (epochs, flag) = (trainer.settings().epochs, if self.hold_back { " --hold-back" } else { "" });
        let pooling = self.pooling.0.word();
        let command = format!(
            "cargo xtask train words --data DIR --pooling {pooling} --seed {} --epochs {epochs}{flag}",
            self.seed
        );
        let bytes = train::file(&trainer, Precision::I8, command, CREDIT)?;
        let path = self.out.unwrap_or_else(|| shipped("words", pooling));
        write_whole(&path, &bytes)?;
        println!("{}: {} bytes", shown(&path), bytes.len());
        Ok(())
    }
}
