//! From gradients to new weights, and how fast: SGD with momentum, Adam, and the one-cycle schedule.

use crate::error::{Error, ErrorKind, Result};
use crate::nn::layers::Role;
use ndarray::{ArrayD, Zip};
use serde::{Deserialize, Serialize};

/// How much of a batch's mean and variance goes into the running ones, PyTorch's `momentum` of batch norm.
const RUNNING_MOMENTUM: f32 = 0.1;

/// The rule by which a weight follows its gradient.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Optimizer {
    /// `torch.optim.SGD` with Nesterov's momentum and weight decay added to the gradient.
    Sgd {
        /// The share of the last step that is kept.
        momentum: f32,
        /// L2 penalty on weights (not on biases and batch norm).
        weight_decay: f32,
    },
    /// `torch.optim.AdamW` (Loshchilov and Hutter 2019), eps 10⁻⁸.
    Adam {
        /// Decay of the mean gradient and of the mean squared gradient.
        betas: [f32; 2],
        /// Decay of weights, apart from the gradient (not of biases and batch norm).
        weight_decay: f32,
    },
}

impl Optimizer {
    /// How many arrays of a parameter's size it remembers between steps.
    pub fn memory(&self) -> usize {
        match self {
            Self::Sgd { .. } => 1,
            Self::Adam { .. } => 2,
        }
    }

    pub(crate) fn validate(&self) -> Result<()> {
        let share = |name: &'static str, value: f32| {
            let rule = "it must be at least 0 and below 1";
            if (0.0..1.0).contains(&value) { Ok(()) } else { Err(Error::new(ErrorKind::Parameter, name, value, rule)) }
        };
        match *self {
            Self::Sgd { momentum, weight_decay } => {
                share("momentum", momentum)?;
                share("weight_decay", weight_decay)
            }
            Self::Adam { betas, weight_decay } => {
                share("betas", betas[0])?;
                share("betas", betas[1])?;
                share("weight_decay", weight_decay)
            }
        }
    }

    /// One step, the `step`-th counted from 1, of one parameter. `memory` holds what [`memory`](Self::memory) says, zeros at first.
    pub fn step(
        &self,
        role: Role,
        parameter: &mut ArrayD<f32>,
        gradient: &ArrayD<f32>,
        memory: &mut [ArrayD<f32>],
        learning_rate: f32,
        step: u64,
    ) {
        if matches!(role, Role::RunningMean | Role::RunningVariance) {
            return Zip::from(parameter).and(gradient).for_each(|running, batch| {
                *running += RUNNING_MOMENTUM * (batch - *running);
            });
        }
        let decays = matches!(role, Role::Weight { .. } | Role::Table);
        match (*self, memory) {
            (Self::Sgd { momentum, weight_decay }, [velocity, ..]) => {
                let decay = if decays { weight_decay } else { 0.0 };
                Zip::from(parameter).and(gradient).and(velocity).for_each(|weight, gradient, velocity| {
                    let gradient = gradient + decay * *weight;
                    *velocity = momentum * *velocity + gradient;
                    *weight -= learning_rate * (gradient + momentum * *velocity);
                });
            }
            (Self::Adam { betas: [beta1, beta2], weight_decay }, [mean, square, ..]) => {
                let decay = if decays { weight_decay } else { 0.0 };
                let bias = |beta: f32| 1.0 - libm::pow(f64::from(beta), step as f64) as f32;
                let (bias1, bias2) = (bias(beta1), bias(beta2));
                Zip::from(parameter).and(gradient).and(mean).and(square).for_each(|weight, gradient, mean, square| {
                    *mean += (1.0 - beta1) * (gradient - *mean);
                    *square += (1.0 - beta2) * (gradient * gradient - *square);
                    *weight -= learning_rate * decay * *weight;
                    *weight -= learning_rate / bias1 * *mean / ((*square / bias2).sqrt() + 1e-8);
                });
            }
            _ => unreachable!("memory has as many arrays as Optimizer::memory says"),
        }
    }
}

/// The learning rate over a whole run: up along half a cosine to `peak` during the first `warm_up` share of the steps, then
/// down along another to nearly 0 (one-cycle, Smith and Topin 2018; the form of `torch.optim.lr_scheduler.OneCycleLR`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OneCycle {
    /// The highest learning rate.
    pub peak: f32,
    /// The share of the steps spent on the way up.
    pub warm_up: f32,
}

impl OneCycle {
    /// The first learning rate is this part of the peak, and the last one the `END`-th.
    const START: f32 = 25.0;
    const END: f32 = 10_000.0;

    pub(crate) fn validate(&self) -> Result<()> {
        if !(self.peak.is_finite() && self.peak > 0.0) {
            return Err(Error::new(ErrorKind::Parameter, "learning_rate", self.peak, "it must be above 0"));
        }
        if !(0.0..1.0).contains(&self.warm_up) {
            return Err(Error::new(ErrorKind::Parameter, "warm_up", self.warm_up, "it must be at least 0 and below 1"));
        }
        Ok(())
    }

    /// The learning rate when `progress`, from 0 to 1, of the steps are done.
    pub fn at(&self, progress: f32) -> f32 {
        let between =
            |from: f32, to: f32, share: f32| to + (from - to) * 0.5 * (1.0 + libm::cosf(std::f32::consts::PI * share));
        if progress < self.warm_up {
            between(self.peak / Self::START, self.peak, progress / self.warm_up)
        } else {
            between(self.peak, self.peak / Self::END, (progress - self.warm_up) / (1.0 - self.warm_up))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHT: Role = Role::Weight { fan_in: 1, gain: 1 };

    /// Two steps with the gradients 0.5 and −0.25 from the weight 1, at the learning rate 0.1.
    fn two_steps(optimizer: Optimizer, role: Role) -> f32 {
        let mut weight = ArrayD::from_elem(vec![1], 1.0);
        let mut memory = vec![ArrayD::zeros(vec![1]); optimizer.memory()];
        for (step, gradient) in [0.5, -0.25].into_iter().enumerate() {
            let gradient = ArrayD::from_elem(vec![1], gradient);
            optimizer.step(role, &mut weight, &gradient, &mut memory, 0.1, step as u64 + 1);
        }
        weight[[0]]
    }

    #[test]
    fn sgd_by_hand() {
        // v = 0.5, w = 1 − 0.1·(0.5 + 0.9·0.5) = 0.905; v = 0.9·0.5 − 0.25 = 0.2, w = 0.905 − 0.1·(−0.25 + 0.18) = 0.912
        let sgd = Optimizer::Sgd { momentum: 0.9, weight_decay: 0.0 };
        assert!((two_steps(sgd, WEIGHT) - 0.912).abs() < 1e-6);
        // With decay 0.1 the gradients are 0.6 and −0.25 + 0.0886: v = 0.6, w = 0.886; v = 0.3786, w = 0.8680660
        let decaying = Optimizer::Sgd { momentum: 0.9, weight_decay: 0.1 };
        assert!((two_steps(decaying, WEIGHT) - 0.868_066).abs() < 1e-6);
        assert!((two_steps(decaying, Role::Shift) - 0.912).abs() < 1e-6);
    }

    #[test]
    fn adam_by_hand() {
        // Step 1 goes by the whole learning rate: w = 0.9. Step 2: m = 0.9·0.05 − 0.025 = 0.02, of 0.19;
        // s = 0.99·0.0025 + 0.000625 = 0.0031, of 0.0199; w = 0.9 − 0.1·0.105263/0.394688 = 0.8733301
        let adam = Optimizer::Adam { betas: [0.9, 0.99], weight_decay: 0.0 };
        assert!((two_steps(adam, WEIGHT) - 0.873_330).abs() < 1e-5);
    }

    #[test]
    fn running_statistics_follow_the_batch() {
        let sgd = Optimizer::Sgd { momentum: 0.9, weight_decay: 0.1 };
        // 1 → 0.9·1 + 0.1·0.5 = 0.95 → 0.9·0.95 − 0.1·0.25 = 0.83
        assert!((two_steps(sgd, Role::RunningVariance) - 0.83).abs() < 1e-6);
    }

    #[test]
    fn one_cycle_goes_up_and_down() {
        let schedule = OneCycle { peak: 1.0, warm_up: 0.25 };
        assert!((schedule.at(0.0) - 0.04).abs() < 1e-6);
        assert!((schedule.at(0.25) - 1.0).abs() < 1e-6);
        assert!((schedule.at(1.0) - 1e-4).abs() < 1e-6);
        let rates: Vec<f32> = (0..=100).map(|i| schedule.at(i as f32 / 100.0)).collect();
        assert!(rates[..=25].is_sorted() && rates[25..].iter().rev().is_sorted());
    }
}
