//! Training and evaluation of the networks that ship.

use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand, ValueEnum};
use deep_end::io::{
    idx::{Part, read_mnist},
    safetensors::Precision,
};
use deep_end::nn::{
    Network,
    dataset::Dataset,
    digit::prepare_digit,
    evaluate::{Confusion, predictions},
    network::Origin,
    recipes,
    train::{Progress, Trainer},
};
use ndarray::Axis;
use serde_json::json;
use std::{
    fs,
    io::{IsTerminal, Write, stdout},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use xtask::{
    answers,
    workspace::{at, shown, target},
};

/// The commands about networks.
#[derive(Subcommand)]
pub enum Command {
    /// Train a network; it can be interrupted and resumed at every epoch
    Train(TrainArgs),
    /// Test the network that ships: its confusion matrix and its accuracy
    Evaluate(EvaluateArgs),
}

/// The networks that ship.
#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// Handwritten digits, from MNIST
    Digits,
}

/// What `train` takes.
#[derive(Args)]
pub struct TrainArgs {
    name: Name,
    /// The folder with MNIST's four files
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// What everything random follows from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often every image is seen
    #[arg(long, default_value_t = 30)]
    epochs: u32,
    /// Where to write the network; by default where it ships
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Go on where the last run stopped, with its seed and epochs
    #[arg(long, conflicts_with_all = ["seed", "epochs"])]
    resume: bool,
    /// Keep so many of the training images back, and measure on them after every epoch
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    hold_back: usize,
}

/// What `evaluate` takes.
#[derive(Args)]
pub struct EvaluateArgs {
    name: Name,
    /// The folder with MNIST's four files
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The network to test; by default the one that ships
    #[arg(long, value_name = "FILE")]
    network: Option<PathBuf>,
    /// Ask the npm package in dist/npm too: its answers must be the same
    #[arg(long)]
    wasm: bool,
    /// Test digits that have been drawn large, elsewhere on a canvas, and prepared again as the page does it
    #[arg(long, conflicts_with = "wasm")]
    redrawn: bool,
    /// Fail where the accuracy is lower
    #[arg(long, value_name = "PERCENT")]
    at_least: Option<f64>,
    /// Write the first test image of each class, for the tests
    #[arg(long, value_name = "FILE")]
    examples: Option<PathBuf>,
}

impl Command {
    /// Runs the command.
    pub fn run(self) -> Result<()> {
        match self {
            Self::Train(args) => args.run(),
            Self::Evaluate(args) => args.run(),
        }
    }
}

impl Name {
    fn word(self) -> &'static str {
        match self {
            Self::Digits => "digits",
        }
    }

    /// The file that ships.
    fn file(self) -> PathBuf {
        at(&format!("www/networks/{}.safetensors", self.word()))
    }

    fn checkpoint(self) -> PathBuf {
        target().join(format!("train/{}.checkpoint", self.word()))
    }
}

impl TrainArgs {
    fn run(self) -> Result<()> {
        let (data, held_back) = read_mnist(&self.data, Part::Train)?.split(self.hold_back)?;
        let mut trainer = self.trainer()?;
        let (seed, epochs) = (trainer.settings().seed, trainer.settings().epochs);
        println!("{} images, seed {seed}, {epochs} epochs", data.len());
        let mut clock = Clock { start: Instant::now(), done_before: None };
        while let Some(progress) = trainer.step(&data)? {
            if !progress.ends_epoch() {
                clock.say(&progress);
                continue;
            }
            write_whole(&self.name.checkpoint(), &trainer.checkpoint()?)?;
            let checked = match held_back.is_empty() {
                true => String::new(),
                false => format!(", held back {:.2} %", 100.0 * confusion(&trainer.network()?, &held_back)?.accuracy()),
            };
            clock.say(&progress);
            println!("{checked}");
        }
        self.write(&trainer)
    }

    fn trainer(&self) -> Result<Trainer> {
        let path = self.name.checkpoint();
        if self.resume {
            let bytes = fs::read(&path).with_context(|| format!("{} cannot be read", shown(&path)))?;
            return Ok(Trainer::resume(&bytes)?);
        }
        match self.name {
            Name::Digits => Ok(Trainer::new(recipes::digits()?, recipes::digits_settings(self.seed, self.epochs))?),
        }
    }

    /// Writes the finished network: batch norm folded, weights in f16, and how it came about.
    fn write(&self, trainer: &Trainer) -> Result<()> {
        let (seed, epochs) = (trainer.settings().seed, trainer.settings().epochs);
        let held_back = match self.hold_back {
            0 => String::new(),
            count => format!(" --hold-back {count}"),
        };
        let origin = Origin {
            command: format!(
                "cargo xtask train {} --data DIR --seed {seed} --epochs {epochs}{held_back}",
                self.name.word()
            ),
            data: "MNIST training images (LeCun, Cortes, Burges), CC BY-SA 3.0".into(),
            training: trainer.settings().clone(),
        };
        let network = trainer.network()?.fold_batch_norm()?.with_origin(origin);
        let bytes = network.to_bytes(Precision::F16)?;
        let path = self.out.clone().unwrap_or_else(|| self.name.file());
        write_whole(&path, &bytes)?;
        println!("{}: {} weights, {} bytes", shown(&path), network.parameter_count(), bytes.len());
        Ok(())
    }
}

/// Says how far a run is: on a terminal at every step, on one line, else at the end of every epoch.
struct Clock {
    start: Instant,
    /// The share that was done when the clock started: not 0 after `--resume`.
    done_before: Option<f64>,
}

impl Clock {
    fn say(&mut self, progress: &Progress) {
        let done_before = *self.done_before.get_or_insert(progress.done);
        if !progress.ends_epoch() && !stdout().is_terminal() {
            return;
        }
        let left = progress.time_left(done_before, self.start.elapsed()).unwrap_or(Duration::ZERO).as_secs();
        print!(
            "{}epoch {}, step {}/{}: loss {:.4}, accuracy {:.2} %, {}:{:02} left ",
            if stdout().is_terminal() { "\r" } else { "" },
            progress.epoch + 1,
            progress.step,
            progress.steps,
            progress.loss,
            100.0 * progress.accuracy,
            left / 60,
            left % 60
        );
        // A terminal that has gone away is no reason to stop training.
        let _ = stdout().flush();
    }
}

impl EvaluateArgs {
    fn run(self) -> Result<()> {
        let path = self.network.clone().unwrap_or_else(|| self.name.file());
        let bytes = fs::read(&path).with_context(|| format!("{} cannot be read", shown(&path)))?;
        let network = Network::from_bytes(&bytes).with_context(|| shown(&path))?;
        let mut data = read_mnist(&self.data, Part::Test)?;
        if let Some(path) = &self.examples {
            write_whole(path, examples(&network, &data).as_bytes())?;
        }
        if self.redrawn {
            data = redraw(&data)?;
        }
        let start = Instant::now();
        let answers = predictions(&network, &data)?;
        let pace = data.len() as f64 / start.elapsed().as_secs_f64();
        println!("{}: {} weights, {pace:.0} images a second", shown(&path), network.parameter_count());
        if self.wasm {
            let native: Vec<usize> = answers.iter().map(|answer| usize::from(*answer)).collect();
            answers::compare(&native, &answers::of_package(&path, &self.data)?)?;
        }
        let confusion = Confusion::new(network.labels(), data.labels(), &answers)?;
        println!("{confusion}");
        let accuracy = 100.0 * confusion.accuracy();
        println!("test accuracy {accuracy:.2} %");
        let least = self.at_least.unwrap_or(0.0);
        ensure!(accuracy >= least, "the accuracy is below the {least} % asked for");
        Ok(())
    }
}

/// The first image of each class, as JSON with its credit.
fn examples(network: &Network, data: &Dataset) -> String {
    let first = |(class, label): (usize, &String)| {
        let index = data.labels().iter().position(|other| usize::from(*other) == class)?;
        let pixels: Vec<u8> = data.images().index_axis(Axis(0), index).iter().copied().collect();
        Some(json!({ "label": label, "index": index, "pixels": pixels }))
    };
    let examples: Vec<_> = network.labels().iter().enumerate().filter_map(first).collect();
    let source = "MNIST test images (LeCun, Cortes, Burges), CC BY-SA 3.0: the first of each class";
    json!({ "source": source, "shape": data.image_shape(), "examples": examples }).to_string()
}

/// Every digit drawn 11 times as large with smooth edges, somewhere on a canvas, and prepared again.
fn redraw(data: &Dataset) -> Result<Dataset> {
    const CELL: usize = 11;
    const CANVAS: usize = 400;
    let mut images = data.images().clone();
    let [_, height, width] = data.image_shape();
    for (index, mut image) in images.outer_iter_mut().enumerate() {
        let (top, left) = (index * 7 % (CANVAS - CELL * height), index * 13 % (CANVAS - CELL * width));
        let mut canvas = vec![0; CANVAS * CANVAS * 4];
        for y in 0..CELL * (height - 1) {
            for x in 0..CELL * (width - 1) {
                let (row, column) = (y / CELL, x / CELL);
                let (down, right) = ((y % CELL) as f32 / CELL as f32, (x % CELL) as f32 / CELL as f32);
                let pixel = |row, column| f32::from(image[[0, row, column]]);
                let upper = pixel(row, column) * (1.0 - right) + pixel(row, column + 1) * right;
                let lower = pixel(row + 1, column) * (1.0 - right) + pixel(row + 1, column + 1) * right;
                canvas[((top + y) * CANVAS + left + x) * 4 + 3] = (upper * (1.0 - down) + lower * down).round() as u8;
            }
        }
        image.assign(&prepare_digit(&canvas, CANVAS, CANVAS)?.mapv(|value| (value * 255.0).round() as u8));
    }
    Ok(Dataset::new(images, data.labels().to_vec())?)
}

fn confusion(network: &Network, data: &Dataset) -> Result<Confusion> {
    Ok(Confusion::new(network.labels(), data.labels(), &predictions(network, data)?)?)
}

/// Writes a file so that it is either the old one or the new one, even if this stops halfway.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", shown(folder)))?;
    }
    let part = path.with_extension("part");
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    written.with_context(|| format!("{} cannot be written", shown(path)))
}
