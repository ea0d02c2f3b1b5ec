//! `cargo xtask train digits-table`: digits under every pooling, with several seeds each.

use super::digits::{CREDIT, Pooling, command};
use super::{confusion, read_network, train, write_whole};
use anyhow::Result;
use clap::Args;
use deep_end::io::{
    idx::{Part, read_mnist},
    safetensors::Precision,
};
use deep_end::nn::{
    dataset::Dataset,
    recipes::{Downsampling, digits_settings, digits_with},
    settings::Settings,
    train::Trainer,
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};
use xtask::workspace::shown;

/// What `train digits-table` takes.
#[derive(Args)]
pub struct TableArgs {
    /// The folder with MNIST's four files
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Seeds 1 to this one
    #[arg(long, default_value_t = 3)]
    seeds: u64,
    /// How often every image is seen in a run
    #[arg(long, default_value_t = 6)]
    epochs: u32,
    /// Runs side by side, each on a thread of its own
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Where the networks and the table go; runs that are finished there are not repeated
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// A run, and how many of the test images it reads.
struct Entry {
    pooling: Pooling,
    seed: u64,
    accuracy: f64,
}

impl TableArgs {
    pub fn run(self) -> Result<()> {
        let (data, test) = (read_mnist(&self.data, Part::Train)?, read_mnist(&self.data, Part::Test)?);
        // Seed by seed, so that a table that is interrupted has something of every pooling.
        let seeds = 1..=self.seeds;
        let runs: Vec<(Pooling, u64)> =
            seeds.flat_map(|seed| Downsampling::ALL.map(|pooling| (Pooling(pooling), seed))).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let take = || runs.get(next.fetch_add(1, Ordering::Relaxed));
            std::iter::from_fn(take).map(|(pooling, seed)| self.entry(*pooling, *seed, &data, &test)).collect()
        };
        let found = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.jobs.max(1)).map(|_| scope.spawn(work)).collect();
            let join = |thread: std::thread::ScopedJoinHandle<'_, Result<Vec<Entry>>>| {
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            threads.into_iter().map(join).collect::<Result<Vec<_>>>()
        })?;
        self.write(&found.into_iter().flatten().collect::<Vec<_>>())
    }

    /// A run's result, after training it where that has not been done.
    fn entry(&self, pooling: Pooling, seed: u64, data: &Dataset, test: &Dataset) -> Result<Entry> {
        let name = format!("digits-{}-{seed}", pooling.0.word());
        let path = self.out.join(format!("{name}.safetensors"));
        let settings = digits_settings(seed, self.epochs);
        let start = Instant::now();
        if !finished(&path, &settings) {
            let checkpoint = self.out.join(format!("{name}.checkpoint"));
            let begun = train::resume(&checkpoint).ok().filter(|trainer| *trainer.settings() == settings);
            let begun = begun.map_or_else(|| Trainer::new(digits_with(pooling.0)?, settings), Ok)?;
            let mut trainer = begun.on_one_thread();
            while let Some(progress) = trainer.step(data)? {
                if progress.ends_epoch() {
                    write_whole(&checkpoint, &trainer.checkpoint()?)?;
                }
            }
            let command = command(pooling, seed, self.epochs, 0);
            write_whole(&path, &train::file(&trainer, Precision::F16, command, CREDIT)?)?;
        }
        let accuracy = confusion(&read_network(&path)?, test)?.accuracy();
        println!("{name}: {:.2} % after {} s", 100.0 * accuracy, start.elapsed().as_secs());
        Ok(Entry { pooling, seed, accuracy })
    }

    /// Prints the table, and writes it and the single results.
    fn write(&self, entries: &[Entry]) -> Result<()> {
        let mut table = String::from("| pooling | mean | deviation | seeds |\n| --- | --: | --: | --- |\n");
        let mut results = Vec::new();
        for pooling in Downsampling::ALL {
            let mut own: Vec<&Entry> = entries.iter().filter(|entry| entry.pooling.0 == pooling).collect();
            own.sort_by_key(|entry| entry.seed);
            let percent: Vec<f64> = own.iter().map(|entry| 100.0 * entry.accuracy).collect();
            let (mean, deviation) = spread(&percent);
            let each: Vec<String> = percent.iter().map(|percent| format!("{percent:.2}")).collect();
            table += &format!("| {} | {mean:.2} % | {deviation:.2} | {} |\n", pooling.word(), each.join(", "));
            let seeds: Vec<_> =
                own.iter().map(|entry| json!({ "seed": entry.seed, "accuracy": entry.accuracy })).collect();
            results.push(json!({ "pooling": pooling.word(), "mean": mean, "deviation": deviation, "runs": seeds }));
        }
        println!("{table}");
        let document = json!({ "network": "digits", "epochs": self.epochs, "results": results });
        let path = self.out.join("digits-table.json");
        write_whole(&path, serde_json::to_string_pretty(&document)?.as_bytes())?;
        println!("{}", shown(&path));
        Ok(())
    }
}

/// Whether a file holds a network that was trained by these settings.
fn finished(path: &Path, settings: &Settings) -> bool {
    let network = read_network(path).ok();
    network.and_then(|network| network.origin()?.training.clone()).is_some_and(|training| training == *settings)
}

/// Mean, and standard deviation as one of n − 1.
fn spread(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0).max(1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_that_of_a_sample() {
        assert_eq!(spread(&[98.0, 99.0, 100.0]), (99.0, 1.0));
        assert_eq!(spread(&[99.0]), (99.0, 0.0));
    }
}
