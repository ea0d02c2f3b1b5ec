//! Which pixels decide a cell, and by how much.

use super::back::Reading;
use super::{Look, extents};
use crate::error::Result;
use crate::kernel::product::zeros;

/// The way back from one cell to the input.
///
/// What a cell further back contributes is its value times the traced cell's slope by it ("gradient × input": A. Shrikumar,
/// P. Greenside, A. Shcherbina and A. Kundaje, *Not Just a Black Box*, 2016). Where all layers on the way are linear for
/// this input (convolution, ReLU, max and average pooling), the pixels' contributions add up to the traced value but for
/// what the biases add.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The traced cell's value.
    pub value: f32,
    /// What the pixels contribute, all together.
    pub explained: f32,
    /// What each pixel contributes: its channels' contributions added up, row-major.
    pub pixels: Vec<f32>,
    /// The input and every layer up to the traced cell's, which is the last.
    pub maps: Vec<Traced>,
}

/// One layer's cells on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Traced {
    /// The traced cell's slope by each of the cells.
    pub gradient: Vec<f32>,
    /// What each contributes: slope times value.
    pub contribution: Vec<f32>,
}

impl Look<'_> {
    /// Follows cell `cell` (flat) of layer `layer` (from 0) back to the input. The gradient is exact, the product of the
    /// layers' own at inference: that of a pooling layer is the winner's or the shares', a ReLU lets pass what is above 0.
    ///
    /// # Errors
    /// When there is no such layer or cell, or memory does not hold the gradients.
    pub fn trace(&self, layer: usize, cell: usize) -> Result<Path> {
        self.layer(layer, cell)?;
        let mut gradients = Vec::new();
        for values in &self.values[..layer + 2] {
            gradients.push(zeros(values.len())?);
        }
        gradients[layer + 1][cell] = 1.0;
        for index in (0..=layer).rev() {
            let (before, after) = gradients.split_at_mut(index + 1);
            self.reading(index).back(&after[0], &mut before[index])?;
            if let Some(source) = self.network.architecture().source(index) {
                before[source + 1].iter_mut().zip(&after[0]).for_each(|(to, grad)| *to += grad);
            }
        }
        let maps: Vec<Traced> = gradients.into_iter().zip(&self.values).map(traced).collect();
        let [_, height, width] = extents(&self.shapes[0]);
        let mut pixels = zeros(height * width)?;
        for plane in maps[0].contribution.chunks_exact(pixels.len()) {
            pixels.iter_mut().zip(plane).for_each(|(sum, part)| *sum += part);
        }
        Ok(Path { value: self.values[layer + 1][cell], explained: pixels.iter().sum(), pixels, maps })
    }

    fn reading(&self, index: usize) -> Reading<'_> {
        Reading {
            layer: &self.network.architecture().layers[index].layer,
            parameters: &self.network.by_layer()[index],
            input_shape: &self.shapes[index],
            input: &self.values[index],
            output_shape: &self.shapes[index + 1],
        }
    }
}

fn traced((gradient, values): (Vec<f32>, &Vec<f32>)) -> Traced {
    // A slope of 0 contributes nothing, whatever the value: 0 · ∞ would be a NaN.
    let part = |(slope, x): (&f32, &f32)| if *slope == 0.0 { 0.0 } else { slope * x };
    let contribution = gradient.iter().zip(values).map(part).collect();
    Traced { gradient, contribution }
}
