//! `cargo xtask evaluate`: the networks that ship, on test samples.

use super::cifar::read_cifar;
use super::digits::Pooling;
use super::sentences::{pairs, read_sentences};
use super::{Name, read_network, shipped, write_whole};
use crate::pack;
use anyhow::{Context, Result, ensure};
use clap::Args;
use deep_end::io::idx::{Part, read_mnist};
use deep_end::nn::{
    Network,
    dataset::{Dataset, Samples},
    digit::prepare_digit,
    evaluate::{Confusion, predictions},
    words::Sentences,
};
use ndarray::Axis;
use serde_json::json;
use std::{num::NonZeroUsize, path::PathBuf, time::Instant};
use xtask::{
    answers,
    workspace::{shown, target},
};

/// What `evaluate` takes.
#[derive(Args)]
pub struct EvaluateArgs {
    name: Name,
    /// The folder with its data: MNIST's four files, CIFAR-10's train.zip and test.zip, or the sentences; by default the
    /// few test samples that ship in www/data
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Test each COUNTth sample alone: CIFAR-10's come class by class
    #[arg(long, value_name = "COUNT", default_value = "1")]
    every: NonZeroUsize,
    /// Under which pooling it was trained
    #[arg(long, default_value = "max")]
    pooling: Pooling,
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

impl EvaluateArgs {
    pub fn run(self) -> Result<()> {
        let path = self.network.clone().unwrap_or_else(|| shipped(self.name.word(), self.pooling.0.word()));
        let network = read_network(&path)?;
        let all = self.samples(&network)?;
        let data = Thinned::new(&*all, self.every.get());
        let start = Instant::now();
        let answers = predictions(&network, &data)?;
        let pace = answers.len() as f64 / start.elapsed().as_secs_f64();
        println!("{}: {} weights, {pace:.0} samples a second", shown(&path), network.parameter_count());
        if self.wasm {
            let native: Vec<usize> = answers.iter().map(|answer| usize::from(*answer)).collect();
            let samples = target().join("evaluate/samples.f32");
            write_whole(&samples, &values(&data))?;
            answers::compare(&native, &answers::of_package(&path, &samples)?)?;
        }
        let confusion = Confusion::new(network.labels(), data.classes(), &answers)?;
        println!("{confusion}");
        let accuracy = 100.0 * confusion.accuracy();
        println!("test accuracy {accuracy:.2} %");
        let least = self.at_least.unwrap_or(0.0);
        ensure!(accuracy >= least, "the accuracy is below the {least} % asked for");
        Ok(())
    }

    /// What the network is tested on.
    fn samples(&self, network: &Network) -> Result<Box<dyn Samples>> {
        ensure!(
            matches!(self.name, Name::Digits) || !self.redrawn && self.examples.is_none(),
            "--redrawn and --examples belong to digits"
        );
        let folder = self.data.as_deref();
        match self.name {
            Name::Digits => {
                let data = folder.map_or_else(pack::digits, |folder| Ok(read_mnist(folder, Part::Test)?))?;
                if let Some(path) = &self.examples {
                    write_whole(path, examples(network, &data).as_bytes())?;
                }
                Ok(Box::new(if self.redrawn { redraw(&data)? } else { data }))
            }
            Name::Objects => Ok(Box::new(
                folder.map_or_else(pack::objects, |folder| read_cifar(folder, "test.zip", network.labels()))?,
            )),
            Name::Words => {
                let vocabulary = &network.architecture().vocabulary;
                let vocabulary =
                    vocabulary.as_ref().context("the network has no vocabulary: it is not for sentences")?;
                let test = folder.map_or_else(pack::sentences, |folder| Ok(read_sentences(folder)?.test))?;
                Ok(Box::new(Sentences::new(pairs(&test), vocabulary, network.input_shape()[2])))
            }
        }
    }
}

/// Some samples of others: the first, and then each `every`th.
struct Thinned<'a> {
    of: &'a dyn Samples,
    every: usize,
    classes: Vec<u8>,
}

impl<'a> Thinned<'a> {
    fn new(of: &'a dyn Samples, every: usize) -> Self {
        Self { of, every, classes: of.classes().iter().copied().step_by(every).collect() }
    }
}

impl Samples for Thinned<'_> {
    fn sample_shape(&self) -> [usize; 3] {
        self.of.sample_shape()
    }

    fn classes(&self) -> &[u8] {
        &self.classes
    }

    fn read(&self, index: usize, values: &mut [f32]) {
        self.of.read(index * self.every, values);
    }
}

/// Every sample's values one after the other, little-endian, for what runs the package.
fn values(data: &dyn Samples) -> Vec<u8> {
    let mut values = vec![0.0; data.sample_shape().iter().product()];
    let mut bytes = Vec::with_capacity(4 * values.len() * data.classes().len());
    for index in 0..data.classes().len() {
        data.read(index, &mut values);
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }
    bytes
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
