//! Gated max-average pooling: g · max + (1 − g) · mean, with g = σ(Σ w·x) for each window.

use super::average::OF_CELLS;
use super::max::Max;
use super::{mixed, walk};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Geometry;
use crate::kernel::powers::exp_each;
use crate::kernel::{BlockRoom, blocks};
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
    fn gates(&self, cells: &[f32], shapes: &Shapes, room: &mut BlockRoom, gates: &mut Vec<f64>) -> Result<()> {
        gates.clear();
        shapes.fill_output(gates, 0.0)?;
        for (plane, gates) in cells.chunks_exact(shapes.plane_in).zip(gates.chunks_exact_mut(shapes.plane_out)) {
            blocks(plane, &shapes.plan, room, &mut |block| {
                let sums = &mut gates[block.first..][..block.count];
                for (tap, cells) in block.taps.iter().zip(block.rows()) {
                    // Below 0 what the exponential takes.
                    let weight = -f64::from(self.weights[tap.tap]);
                    sums.iter_mut().zip(cells).for_each(|(sum, &cell)| *sum += weight * f64::from(cell));
                }
                Ok(())
            })?;
        }
        exp_each(gates);
        // Beyond any number a gate is shut, so that not even an infinite cell comes through.
        gates.iter_mut().for_each(|gate| *gate = if *gate > 1e300 { 0.0 } else { 1.0 / (1.0 + *gate) });
        Ok(())
    }
}

impl Arithmetic for Gated<'_> {
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        mixed::with_means(cells, shapes, values, room, &mut |values, means, room| {
            self.gates(cells, shapes, &mut room.blocks, &mut room.doubles)?;
            for ((value, &mean), &gate) in values.iter_mut().zip(means).zip(&room.doubles) {
                *value = mixed::blend(gate, *value, mean);
            }
            Ok(())
        })
    }
}

impl Gradient for Gated<'_> {
    /// By way of the maximum and the mean as they are mixed, and by way of the gate: (max − mean) · g · (1 − g) · w.
    fn backward(&self, cells: &[f32], grad_output: &[f32], shapes: &Shapes) -> Result<Vec<f32>> {
        let mut gates = Vec::new();
        self.gates(cells, shapes, &mut BlockRoom::default(), &mut gates)?;
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
