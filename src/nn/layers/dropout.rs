//! Dropout (N. Srivastava et al., *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*, 2014).

use super::Operator;
use super::differentiable::{Differentiable, check_grad_output};
use super::prepared::{Kernel, Prepared};
use crate::error::{Error, ErrorKind, Result};
use crate::nn::tensor::TensorView;
use crate::options::Options;
use crate::random;
use ndarray::{ArrayD, ArrayViewD};
use serde::Serialize;

/// In training each value becomes 0 with the probability `p`, and is divided by 1 − p otherwise, as `torch.nn.Dropout`; at
/// inference nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Dropout {
    /// The share of values that become 0: at least 0, below 1.
    pub p: f32,
    /// What the draws of one training step follow from; none at inference.
    #[serde(skip)]
    pub(super) seed: Option<u64>,
}

impl Dropout {
    /// Leaves out the share `p` of the values.
    pub fn new(p: f32) -> Self {
        Self { p, seed: None }
    }

    /// As a network file describes it.
    pub(super) fn read(options: &Options) -> Result<Self> {
        options.only(&["p"])?;
        Ok(Self::new(options.required("p", options.number("p")?)? as f32))
    }

    /// What value `index` of a batch is multiplied by: number `index` of SplitMix64's stream 0 decides.
    fn factor(&self, seed: u64, index: usize) -> f32 {
        let drawn = (random::at(seed, 0, index as u64) >> 40) as f32 / (1 << 24) as f32;
        if drawn < self.p { 0.0 } else { 1.0 / (1.0 - self.p) }
    }

    fn times(&self, mut values: ArrayD<f32>) -> ArrayD<f32> {
        if let Some(seed) = self.seed {
            values.iter_mut().enumerate().for_each(|(index, value)| *value *= self.factor(seed, index));
        }
        values
    }
}

impl Operator for Dropout {
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        if !(0.0..1.0).contains(&self.p) {
            return Err(Error::new(ErrorKind::Parameter, "p", self.p, "it must be at least 0 and below 1"));
        }
        Ok(input.to_vec())
    }

    fn prepare(&self, input: &[usize], _: &[TensorView]) -> Result<Prepared> {
        Prepared::new(input, self.output_shape(input)?, Box::new(*self))
    }
}

impl Kernel for Dropout {
    fn run(&mut self, x: &[f32], y: &mut [f32]) -> Result<()> {
        y.copy_from_slice(x);
        Ok(())
    }
}

impl Differentiable for Dropout {
    fn forward_training(&self, x: ArrayViewD<f32>, _: &[ArrayD<f32>]) -> Result<ArrayD<f32>> {
        self.output_shape(x.shape().get(1..).unwrap_or_default())?;
        Ok(self.times(x.as_standard_layout().into_owned()))
    }

    fn grad_input(&self, x: ArrayViewD<f32>, _: &[ArrayD<f32>], grad_output: ArrayViewD<f32>) -> Result<ArrayD<f32>> {
        check_grad_output(self, &x, &grad_output)?;
        Ok(self.times(grad_output.as_standard_layout().into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_left_out_and_the_rest_makes_up_for_it() {
        let x = ArrayD::from_elem(vec![4, 2500], 3.0);
        let dropped = Dropout { p: 0.25, seed: Some(7) };
        let y = dropped.forward_training(x.view(), &[]).unwrap();
        let kept = y.iter().filter(|y| **y != 0.0).count();
        assert!((7_350..7_650).contains(&kept), "{kept} of 10,000");
        assert!(y.iter().all(|y| *y == 0.0 || *y == 4.0));
        // The gradient goes where a value went, by the same factor.
        assert_eq!(dropped.grad_input(x.view(), &[], x.view()).unwrap(), y);
        assert_ne!(Dropout { p: 0.25, seed: Some(8) }.forward_training(x.view(), &[]).unwrap(), y);
        assert_eq!(Dropout::new(0.25).forward_training(x.view(), &[]).unwrap(), x);
    }
}
