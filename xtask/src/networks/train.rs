//! One training run: its checkpoint, what it says meanwhile, and the file it ends with.

use super::{confusion, write_whole};
use anyhow::{Context, Result};
use deep_end::io::safetensors::Precision;
use deep_end::nn::{
    dataset::Samples,
    network::Origin,
    settings::Settings,
    train::{Progress, Trainer},
};
use std::{
    fs,
    io::{IsTerminal, Write, stdout},
    path::Path,
    time::{Duration, Instant},
};
use xtask::workspace::shown;

/// The run that a checkpoint holds.
pub fn resume(checkpoint: &Path) -> Result<Trainer> {
    let bytes = fs::read(checkpoint).with_context(|| format!("{} cannot be read", shown(checkpoint)))?;
    Trainer::resume(&bytes).with_context(|| shown(checkpoint))
}

/// Trains with a checkpoint after every epoch, and says how far it is; to the end, or until `stop_after` epochs are done.
/// Whether the end was reached.
pub fn train(
    trainer: &mut Trainer,
    data: &dyn Samples,
    held_back: Option<&dyn Samples>,
    checkpoint: &Path,
    stop_after: Option<u32>,
) -> Result<bool> {
    let Settings { seed, epochs, .. } = trainer.settings();
    println!("{} samples, seed {seed}, {epochs} epochs", data.classes().len());
    let mut clock = Clock { start: Instant::now(), done_before: None };
    let mut done = 0;
    while let Some(progress) = trainer.step(data)? {
        if !progress.ends_epoch() {
            clock.say(&progress);
            continue;
        }
        write_whole(checkpoint, &trainer.checkpoint()?)?;
        let checked = match held_back {
            None => String::new(),
            Some(data) => format!(", held back {:.2} %", 100.0 * confusion(&trainer.network()?, data)?.accuracy()),
        };
        clock.say(&progress);
        println!("{checked}");
        done += 1;
        if stop_after == Some(done) && progress.done < 1.0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The finished network's file: batch norm folded, and how it came about.
pub fn file(trainer: &Trainer, precision: Precision, command: String, data: &str) -> Result<Vec<u8>> {
    let origin = Origin { command, data: data.to_owned(), training: Some(trainer.settings().clone()) };
    Ok(trainer.network()?.fold_batch_norm()?.with_origin(origin).to_bytes(precision)?)
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
