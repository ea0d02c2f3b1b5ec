//! Learning the weights, one batch a call, so that the same code trains from a command and from a page's worker.

use super::architecture::Architecture;
use super::dataset::Samples;
use super::layers::Role;
use super::network::{Network, by_layer, preprocess};
use super::pass::{Pass, Passed};
use super::random::{Purpose, Random};
use super::settings::Settings;
use super::tensor::Tensor;
use crate::error::{Error, ErrorKind, Result};
use ndarray::{ArrayD, IxDyn, Zip};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Every batch is split into so many parts, however many cores there are, so that the result does not depend on them.
/// Batch norm takes the statistics of a part, which regularises a little more (Hoffer et al. 2017, ghost batch norm).
const SHARDS: usize = 2;

/// Parameters by layer, each in the order of [`Operator::parameters`](super::layers::Operator::parameters).
pub(crate) type Parameters = Vec<Vec<ArrayD<f32>>>;

/// What the optimiser remembers, by layer and parameter.
pub(crate) type Memory = Vec<Vec<Vec<ArrayD<f32>>>>;

/// Where a training run stands after a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The epoch, counted from 0.
    pub epoch: u32,
    /// Steps done in this epoch.
    pub step: u64,
    /// Steps in an epoch.
    pub steps: u64,
    /// The share of the whole run that is done.
    pub done: f64,
    /// Mean loss over this epoch so far.
    pub loss: f64,
    /// Share of right answers over this epoch so far, on changed samples.
    pub accuracy: f64,
}

impl Progress {
    /// Whether the epoch is complete.
    pub fn ends_epoch(&self) -> bool {
        self.step == self.steps
    }

    /// How long the rest will take, if going from `done_before` to here took `elapsed`.
    pub fn time_left(&self, done_before: f64, elapsed: Duration) -> Option<Duration> {
        let pace = elapsed.as_secs_f64() / (self.done - done_before);
        Duration::try_from_secs_f64(pace * (1.0 - self.done)).ok()
    }
}

/// A training run: weights, what the optimiser remembers, and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Trainer {
    pub(crate) architecture: Architecture,
    pub(crate) settings: Settings,
    pub(crate) parameters: Parameters,
    /// What the optimiser remembers, by layer and parameter.
    pub(crate) memory: Memory,
    /// The running mean of the parameters, where the settings ask for one.
    pub(crate) averaged: Option<Parameters>,
    /// Steps done since the beginning.
    pub(crate) step: u64,
    pub(crate) seen: Seen,
    /// How many samples the data had at the first step: other data would be another run.
    pub(crate) samples: Option<usize>,
    /// The samples' order and the epoch it is for.
    order: (u32, Vec<u32>),
    /// Whether the parts of a batch have threads of their own.
    threads: bool,
}

/// Sums over the epoch so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Seen {
    samples: u64,
    correct: u64,
    loss: f64,
}

/// What one part of a batch gives; the gradients are those of its mean loss.
struct Shard {
    gradients: Parameters,
    seen: Seen,
}

impl Trainer {
    /// A run that has not begun: weights drawn as their [`Role`]s say.
    ///
    /// # Errors
    /// When the architecture or a setting breaks a rule.
    pub fn new(architecture: Architecture, settings: Settings) -> Result<Self> {
        architecture.validate()?;
        let parameters = architecture.parameters().enumerate().map(|(index, (_, _, parameter))| {
            let mut random = Random::new(settings.seed, Purpose::Initialize, index as u64);
            ArrayD::from_shape_simple_fn(IxDyn(&parameter.shape), || match parameter.role {
                Role::Weight { fan_in, gain } => random.normal() * (f32::from(gain) / fan_in as f32).sqrt(),
                Role::Table => random.normal() / (parameter.shape[1] as f32).sqrt(),
                Role::Shift | Role::RunningMean => 0.0,
                Role::Scale | Role::RunningVariance => 1.0,
            })
        });
        let parameters = arrays_by_layer(&architecture, parameters.map(|array| array.view().into()).collect())?;
        let zeros = |array: &ArrayD<f32>| vec![ArrayD::zeros(array.raw_dim()); settings.optimizer.memory()];
        let memory = parameters.iter().map(|layer| layer.iter().map(zeros).collect()).collect();
        let averaged = (settings.average > 0.0).then(|| parameters.clone());
        Self::from_parts(architecture, settings, (parameters, memory, averaged), (0, Seen::default(), None))
    }

    pub(crate) fn from_parts(
        architecture: Architecture,
        settings: Settings,
        (parameters, memory, averaged): (Parameters, Memory, Option<Parameters>),
        (step, seen, samples): (u64, Seen, Option<usize>),
    ) -> Result<Self> {
        settings.validate()?;
        let order = (0, Vec::new());
        Ok(Self { architecture, settings, parameters, memory, averaged, step, seen, samples, order, threads: true })
    }

    /// The same run on the caller's thread alone: for many runs side by side. Every weight is the same.
    pub fn on_one_thread(self) -> Self {
        Self { threads: false, ..self }
    }

    /// How it is trained.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The network as it is now, with averaged weights where the settings ask for them.
    ///
    /// # Errors
    /// When a weight is no longer finite: the learning rate was too high.
    pub fn network(&self) -> Result<Network> {
        let parameters = self.averaged.as_ref().unwrap_or(&self.parameters);
        Network::new(self.architecture.clone(), parameters.iter().flatten().cloned().collect())
    }

    /// Learns from the next batch of `data`, which must be the same at every call; `None` when the run is complete.
    ///
    /// # Errors
    /// When `data` are empty or do not fit the architecture, or the loss is no longer finite.
    pub fn step(&mut self, data: &dyn Samples) -> Result<Option<Progress>> {
        let count = data.classes().len();
        if count == 0 {
            return Err(Error::new(ErrorKind::Shape, "number of samples", 0, "there must be at least one"));
        }
        let samples = *self.samples.get_or_insert(count);
        if samples != count {
            let rule = format!("the run began with {samples}, and goes on only with the same data");
            return Err(Error::new(ErrorKind::Shape, "number of samples", count, rule));
        }
        let steps = count.div_ceil(self.settings.batch_size) as u64;
        let all = steps * u64::from(self.settings.epochs);
        if self.step >= all {
            return Ok(None);
        }
        let (epoch, step) = ((self.step / steps) as u32, self.step % steps);
        if step == 0 {
            self.seen = Seen::default();
        }
        self.put_in_order(epoch, count);
        let first = step as usize * self.settings.batch_size;
        let batch = &self.order.1[first..count.min(first + self.settings.batch_size)];
        let shards = self.shards(data, epoch, batch)?;
        let learning_rate = self.settings.learning_rate.at(self.step as f32 / all as f32);
        self.step += 1;
        self.learn(shards, learning_rate)?;
        let samples = self.seen.samples as f64;
        Ok(Some(Progress {
            epoch,
            step: step + 1,
            steps,
            done: self.step as f64 / all as f64,
            loss: self.seen.loss / samples,
            accuracy: self.seen.correct as f64 / samples,
        }))
    }

    fn put_in_order(&mut self, epoch: u32, samples: usize) {
        if self.order.1.len() != samples || self.order.0 != epoch {
            let mut order: Vec<u32> = (0..samples as u32).collect();
            Random::new(self.settings.seed, Purpose::Shuffle, u64::from(epoch)).shuffle(&mut order);
            self.order = (epoch, order);
        }
    }

    /// The parts of a batch, each on a thread of its own where there are threads.
    fn shards(&self, data: &dyn Samples, epoch: u32, batch: &[u32]) -> Result<Vec<Shard>> {
        let parts: Vec<&[u32]> = batch.chunks(batch.len().div_ceil(SHARDS)).collect();
        let shard = |index: usize| self.shard(data, epoch, index, parts[index]);
        #[cfg(target_arch = "wasm32")]
        return (0..parts.len()).map(shard).collect();
        #[cfg(not(target_arch = "wasm32"))]
        if !self.threads {
            return (0..parts.len()).map(shard).collect();
        }
        #[cfg(not(target_arch = "wasm32"))]
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..parts.len()).map(|index| scope.spawn(move || shard(index))).collect();
            let first = shard(0);
            let others =
                others.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            std::iter::once(first).chain(others).collect()
        })
    }

    /// Forward and backward over some samples, part `index` of the step's batch.
    fn shard(&self, data: &dyn Samples, epoch: u32, index: usize, samples: &[u32]) -> Result<Shard> {
        let x = preprocess(&self.architecture, self.samples(data, epoch, samples)?)?.into_array();
        let targets: Vec<u8> = samples.iter().map(|sample| data.classes()[*sample as usize]).collect();
        let place = self.step * SHARDS as u64 + index as u64;
        let random = Random::new(self.settings.seed, Purpose::Draw, place);
        let Passed { gradients, loss, correct } =
            Pass::new(&self.architecture, &self.parameters, random)?.run(x, &targets)?;
        let samples = samples.len() as u64;
        Ok(Shard { gradients, seen: Seen { samples, correct: correct as u64, loss: f64::from(loss) * samples as f64 } })
    }

    /// A batch of samples, each changed at random.
    fn samples(&self, data: &dyn Samples, epoch: u32, samples: &[u32]) -> Result<Tensor> {
        let size = data.sample_shape();
        let cells = size.iter().product::<usize>();
        let mut values = vec![0.0; samples.len() * cells];
        let mut image = vec![0.0; cells];
        for (sample, output) in samples.iter().zip(values.chunks_exact_mut(cells.max(1))) {
            data.read(*sample as usize, &mut image);
            let index = (u64::from(epoch) << 32) | u64::from(*sample);
            let mut random = Random::new(self.settings.seed, Purpose::Augment, index);
            self.settings.augmentation.apply(&image, size, &mut random, output)?;
        }
        Tensor::new(vec![samples.len(), size[0], size[1], size[2]], values)
    }

    /// Puts the parts together, in their order, and takes the optimiser's step.
    fn learn(&mut self, shards: Vec<Shard>, learning_rate: f32) -> Result<()> {
        let samples: u64 = shards.iter().map(|shard| shard.seen.samples).sum();
        let mut total: Option<Parameters> = None;
        for Shard { mut gradients, seen } in shards {
            let share = seen.samples as f32 / samples as f32;
            gradients.iter_mut().flatten().for_each(|gradient| *gradient *= share);
            self.seen.samples += seen.samples;
            self.seen.correct += seen.correct;
            self.seen.loss += seen.loss;
            match &mut total {
                None => total = Some(gradients),
                Some(total) => {
                    total.iter_mut().flatten().zip(gradients.iter().flatten()).for_each(|(sum, part)| *sum += part)
                }
            }
        }
        if !self.seen.loss.is_finite() {
            return Err(Error::new(
                ErrorKind::Parameter,
                "learning_rate",
                learning_rate,
                "the loss is no longer finite",
            ));
        }
        let roles = self.architecture.parameters().map(|(_, _, parameter)| parameter.role);
        let parameters = self.parameters.iter_mut().flatten().zip(self.memory.iter_mut().flatten());
        for ((role, (parameter, memory)), gradient) in roles.zip(parameters).zip(total.iter().flatten().flatten()) {
            self.settings.optimizer.step(role, parameter, gradient, memory, learning_rate, self.step);
        }
        let share = 1.0 - self.settings.average;
        for (mean, now) in self.averaged.iter_mut().flatten().flatten().zip(self.parameters.iter().flatten()) {
            Zip::from(mean).and(now).for_each(|mean, now| *mean += share * (now - *mean));
        }
        Ok(())
    }
}

/// [`by_layer`] as arrays.
pub(crate) fn arrays_by_layer(architecture: &Architecture, parameters: Vec<Tensor>) -> Result<Parameters> {
    let layers = by_layer(architecture, parameters)?;
    Ok(layers.into_iter().map(|layer| layer.into_iter().map(Tensor::into_array).collect()).collect())
}
