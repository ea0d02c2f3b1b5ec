//! A training run on disk: everything that is needed to go on as if it had never stopped.

use super::architecture::Architecture;
use super::settings::Settings;
use super::tensor::Tensor;
use super::train::{Seen, Trainer, arrays_by_layer};
use crate::error::Result;
use crate::io::safetensors::{Named, Precision, TensorFile, write};
use serde::{Deserialize, Serialize};

const METADATA_KEY: &str = "deep_end_checkpoint";

#[derive(Serialize, Deserialize)]
struct Metadata {
    architecture: Architecture,
    settings: Settings,
    step: u64,
    seen: Seen,
    samples: Option<usize>,
}

impl Trainer {
    /// The run so far, as a safetensors file: weights and the optimiser's memory in f32, the rest as metadata. The random
    /// numbers need no state: they follow from seed, epoch and sample.
    ///
    /// # Errors
    /// When a weight is no longer finite.
    pub fn checkpoint(&self) -> Result<Vec<u8>> {
        let mut tensors = Vec::new();
        let arrays = self.parameters.iter().flatten().zip(self.memory.iter().flatten());
        for ((_, name, _), (parameter, memory)) in self.architecture.parameters().zip(arrays) {
            for (index, array) in memory.iter().enumerate() {
                tensors.push(Named { name: memory_name(&name, index), tensor: array.view().into(), channels: None });
            }
            tensors.push(Named { name, tensor: parameter.view().into(), channels: None });
        }
        let averaged = self.averaged.iter().flatten().flatten();
        for ((_, name, _), mean) in self.architecture.parameters().zip(averaged) {
            tensors.push(Named { name: mean_name(&name), tensor: mean.view().into(), channels: None });
        }
        let metadata = Metadata {
            architecture: self.architecture.clone(),
            settings: self.settings.clone(),
            step: self.step,
            seen: self.seen,
            samples: self.samples,
        };
        write(&tensors, Precision::F32, METADATA_KEY, &metadata)
    }

    /// Goes on from a [`checkpoint`](Self::checkpoint): every later weight is what it would have been without the stop.
    ///
    /// # Errors
    /// When the bytes are no checkpoint, or one that contradicts itself.
    pub fn resume(bytes: &[u8]) -> Result<Self> {
        let file = TensorFile::read(bytes, METADATA_KEY)?;
        let Metadata { architecture, settings, step, seen, samples } = file.metadata()?;
        architecture.validate()?;
        let count = settings.optimizer.memory();
        let (mut parameters, mut memory) = (Vec::new(), vec![Vec::new(); architecture.layers.len()]);
        let mut averaged = Vec::new();
        for (layer, name, parameter) in architecture.parameters() {
            parameters.push(file.tensor(&name, &parameter.shape, None)?);
            if settings.average > 0.0 {
                averaged.push(file.tensor(&mean_name(&name), &parameter.shape, None)?);
            }
            let arrays = (0..count).map(|index| file.tensor(&memory_name(&name, index), &parameter.shape, None));
            memory[layer].push(arrays.map(|array| array.map(Tensor::into_array)).collect::<Result<_>>()?);
        }
        let parameters = arrays_by_layer(&architecture, parameters)?;
        let averaged = match averaged.is_empty() {
            true => None,
            false => Some(arrays_by_layer(&architecture, averaged)?),
        };
        Self::from_parts(architecture, settings, (parameters, memory, averaged), (step, seen, samples))
    }
}

fn memory_name(parameter: &str, index: usize) -> String {
    format!("{parameter}.memory{index}")
}

fn mean_name(parameter: &str) -> String {
    format!("{parameter}.mean")
}
