//! Gated max-average pooling: g · max + (1 − g) · mean, with g = σ(Σ w·x) for each window.

use super::average::OF_CELLS;
use super::max::Max;
use super::{mixed, walk};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Geometry;
use crate::kernel::Tap;
use crate::pool::arithmetic::{Arithmetic, Gradient, Room};
use crate::pool::shapes::Shapes;

pub(in crate::pool) struct Gated<'a> {
    pub weights: &'a [f32],
}

impl Gated<'_> {
    pub(in crate::pool) fn validate(&self, geometry: &Geometry) -> Result<()> {
        let broken = |rule: String| Err(Error::new(ErrorKind::Parameter, "weights", self.weights, rule));
        let Geometry::Window(window) = geometry else {
            return broken("gated pooling needs a sliding window: each weight belongs to one of its taps".into());
        };
        if window.taps() != Some(self.weights.len()) {
            let rule = "must have one weight for each of the window's taps, the product of kernel_size";
            return broken(rule.into());
        }
        match self.weights.iter().find(|weight| !weight.is_finite()) {
            Some(_) => broken("every weight must be finite".into()),
            None => Ok(()),
        }
    }

    /// The gate of each window: 1 / (1 + exp(−Σ w·x)).
    fn gates(&self, cells: &[f32], shapes: &Shapes) -> Result<Vec<f64>> {
        let mut gates = shapes.reserve_output()?;
        walk::windows(cells, shapes, &mut |window| {
            let term = |(tap, &x): (&Tap, &f32)| f64::from(self.weights[tap.tap]) * f64::from(x);
            let sum: f64 = window.taps.iter().zip(window.cells).map(term).sum();
            gates.push(1.0 / (1.0 + libm::exp(-sum)));
        })?;
        Ok(gates)
    }
}

impl Arithmetic for Gated<'_> {
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        let gates = self.gates(cells, shapes)?;
        Max.forward(cells, shapes, values, room)?;
        for ((value, mean), gate) in values.iter_mut().zip(OF_CELLS.values(cells, shapes)?).zip(gates) {
            *value = mixed::blend(gate, *value, mean);
        }
        Ok(())
    }
}

impl Gradient for Gated<'_> {
    /// By way of the maximum and the mean as they are mixed, and by way of the gate: (max − mean) · g · (1 − g) · w.
    fn backward(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let gates = self.gates(cells, shapes)?;
        let mut grad_input = mixed::backward(cells, grad_output, gates.iter().copied(), shapes)?;
        let (max, mean) = (Max.values(cells, shapes)?, OF_CELLS.values(cells, shapes)?);
        walk::windows(cells, shapes, &mut |window| {
            let (at, gate) = (window.number, gates[window.number]);
            let range = f64::from(max[at]) - f64::from(mean[at]);
            for tap in window.taps {
                let opening = gate * (1.0 - gate) * f64::from(self.weights[tap.tap]);
                // A gate that stands still has no part in it, even where the mean is too large for a number.
                if opening != 0.0 {
                    grad_input[window.plane + tap.at] += (f64::from(grad_output[at]) * range * opening) as f32;
                }
            }
        })?;
        Ok(grad_input)
    }
}
