//! Seeded random numbers: ChaCha8 (`rand_chacha`), the same on every machine and in every browser.
//!
//! ChaCha is a function of key, stream and position. The seed is the key; every use has a stream of its own, numbered by
//! what it is for (say epoch and sample), so nothing depends on the order of the draws or on the number of threads, and a
//! resumed training run needs no state of the generator.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// What a stream is for, so that no two uses share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// First weights; the index is the parameter's number.
    Initialize,
    /// The order of the samples; the index is the epoch.
    Shuffle,
    /// Changes to one sample; the index is epoch × 2³² + sample.
    Augment,
    /// Layers that draw; the index is the step's, times the parts of a batch, plus the part's.
    Draw,
}

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Random(ChaCha8Rng);

impl Random {
    /// The stream `index` (below 2⁶⁰) of `purpose` under `seed`.
    pub fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(((purpose as u64) << 60) | (index & ((1 << 60) - 1)));
        Self(generator)
    }

    /// Any number of 64 bits.
    pub fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in [0, 1), in steps of 2⁻²⁴.
    pub fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 * (1.0 / (1 << 24) as f32)
    }

    /// Uniform in [−`limit`, `limit`).
    pub fn within(&mut self, limit: f32) -> f32 {
        (2.0 * self.unit() - 1.0) * limit
    }

    /// Normal with mean 0 and deviation 1 (Box and Muller 1958).
    pub fn normal(&mut self) -> f32 {
        let radius = libm::sqrtf(-2.0 * libm::logf(1.0 - self.unit()));
        radius * libm::cosf(std::f32::consts::TAU * self.unit())
    }

    /// A whole number below `bound`, which must be at least 1; every one equally likely to within 2⁻³².
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(bound)) >> 32) as u32
    }

    /// Puts `items` into random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u32 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_its_seed_purpose_and_index() {
        let draw = |seed, purpose, index| Random::new(seed, purpose, index).unit();
        let first = draw(1, Purpose::Shuffle, 2);
        assert_eq!(first, draw(1, Purpose::Shuffle, 2));
        assert_ne!(first, draw(2, Purpose::Shuffle, 2));
        assert_ne!(first, draw(1, Purpose::Augment, 2));
        assert_ne!(first, draw(1, Purpose::Shuffle, 3));
    }

    #[test]
    fn normal_numbers_have_mean_0_and_deviation_1() {
        let mut random = Random::new(3, Purpose::Initialize, 0);
        let draws: Vec<f64> = (0..20_000).map(|_| f64::from(random.normal())).collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "mean {mean}, variance {variance}");
    }

    #[test]
    fn shuffling_keeps_every_item() {
        let mut items: Vec<u32> = (0..1000).collect();
        Random::new(9, Purpose::Shuffle, 0).shuffle(&mut items);
        assert_ne!(items[..20], (0..20).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..1000).collect::<Vec<_>>());
    }
}
