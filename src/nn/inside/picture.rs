//! A picture as a network's input.

use super::extents;
use crate::error::{Error, ErrorKind, Result};
use crate::kernel::product::zeros;
use crate::nn::network::Network;
use crate::render::Rgba;
use crate::shown::Shown;

impl Network {
    /// An RGBA picture (`width` × `height` pixels, four bytes each, not premultiplied) as this network's input: every cell is
    /// the mean of the part of the picture that it covers, in grey (Rec. 601) for one channel, else red, green and blue,
    /// from 0 to 1. Clear pixels are white paper.
    ///
    /// # Errors
    /// When the number of bytes is not 4 × `width` × `height`, the picture is empty, or the network takes neither one
    /// channel nor three.
    pub fn picture(&self, rgba: &[u8], width: usize, height: usize) -> Result<Vec<f32>> {
        let [channels, rows, columns] = extents(self.input_shape());
        if width.checked_mul(height).and_then(|pixels| pixels.checked_mul(4)) != Some(rgba.len()) || rgba.is_empty() {
            let rule = "must be 4 for each pixel, and there must be one";
            return Err(Error::new(ErrorKind::Shape, "image.data.length", rgba.len(), rule));
        }
        if channels != 1 && channels != 3 {
            let rule = "a picture goes into one channel or three";
            return Err(Error::new(ErrorKind::Shape, "input_shape", self.input_shape(), rule));
        }
        let mut input = zeros(channels * rows * columns)?;
        let pixels = rgba.as_chunks::<4>().0;
        for row in 0..rows {
            let of_rows = covered(row, rows, height);
            for column in 0..columns {
                let of_columns = covered(column, columns, width);
                let (mut sums, mut area) = ([0.0; 3], 0.0);
                for &(y, part_of_row) in &of_rows {
                    for &(x, part) in &of_columns {
                        let share = part_of_row * part;
                        area += share;
                        let [code @ .., alpha] = pixels[y * width + x].map(f64::from);
                        let clear = 255.0 - alpha;
                        sums.iter_mut()
                            .zip(code)
                            .for_each(|(sum, code)| *sum += share * (code * alpha / 255.0 + clear));
                    }
                }
                let [red, green, blue] = sums.map(|sum| sum / area / 255.0);
                let values =
                    if channels == 1 { [0.299 * red + 0.587 * green + 0.114 * blue; 3] } else { [red, green, blue] };
                for (channel, value) in values.into_iter().take(channels).enumerate() {
                    input[(channel * rows + row) * columns + column] = value as f32;
                }
            }
        }
        Ok(input)
    }

    /// An input of this network as a picture of its size: three channels as red, green and blue, else the first as grey,
    /// from 0 to 1.
    ///
    /// # Errors
    /// When the input has another number of values.
    pub fn draw(&self, input: &[f32]) -> Result<Rgba> {
        let [channels, height, width] = extents(self.input_shape());
        let plane = height * width;
        if input.len() != channels * plane {
            let rule = ["must be the product of the network's input shape, ", &self.input_shape().shown()].concat();
            return Err(Error::new(ErrorKind::Shape, "image.length", input.len(), rule));
        }
        let of_channel = |channel: usize| if channels == 3 { channel * plane } else { 0 };
        let code = |value: f32| (value * 255.0 + 0.5) as u8;
        let pixel = |at: usize| {
            let [red, green, blue] = [0, 1, 2].map(|channel| code(input[of_channel(channel) + at]));
            [red, green, blue, 255]
        };
        Ok(Rgba { width, height, pixels: (0..plane).flat_map(pixel).collect() })
    }
}

/// The pixels that cell `cell` of `cells` covers along an axis of `extent` pixels, and how much of each.
fn covered(cell: usize, cells: usize, extent: usize) -> Vec<(usize, f64)> {
    let edge = |cell: usize| cell as f64 * extent as f64 / cells as f64;
    let (start, end) = (edge(cell), edge(cell + 1));
    (start as usize..(end.ceil() as usize).min(extent))
        .map(|pixel| (pixel, end.min(pixel as f64 + 1.0) - start.max(pixel as f64)))
        .filter(|(_, part)| *part > 0.0)
        .collect()
}
