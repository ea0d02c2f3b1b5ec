//! The 3 × 3 convolution of stride 1 by Winograd's minimal filtering; see [`kernel::winograd`](crate::kernel::winograd).

use super::super::prepared::{Kernel, Then};
use super::{Conv2d, Frame};
use crate::error::Result;
use crate::kernel::lanes::LANES;
use crate::kernel::product::{Product, whole_lanes, zeros};
use crate::kernel::winograd::{
    CENTRE, Halves, PLACES, interleave, transform_input, transform_kernel, transform_output,
};
use crate::nn::tensor::TensorView;

/// Fewer channels are not worth the transforms.
const FEWEST_CHANNELS: usize = 3;
/// Tiles worked on at once, as long as they are whole rows of them: few enough for the cache, and enough to fill lanes.
const TILES: usize = 64;
/// The widest output: a row of tiles takes sixteen times its input.
const WIDEST: usize = 1024;

/// A 3 × 3 convolution, made ready.
pub(super) struct Winograd {
    conv: Conv2d,
    output: [usize; 2],
    input_width: usize,
    input_height: usize,
    /// Rows and columns of tiles.
    tiles: [usize; 2],
    /// One for each place of a tile: output by input channels.
    products: Vec<Product>,
    offsets: Vec<usize>,
    /// The padded sample, each row as its even and then its odd columns, `half` cells each. Margins are written once.
    frame: Vec<f32>,
    half: usize,
    /// Rows of tiles worked on at once.
    band: usize,
    /// Those tiles, transformed: place, channel, tile; `pitch` for a channel.
    transformed: Vec<f32>,
    sums: Vec<f32>,
    pitch: usize,
}

impl Winograd {
    /// Whether it computes this convolution, and well.
    pub fn suits(conv: &Conv2d, output: [usize; 2]) -> bool {
        let plain = (conv.kernel_size, conv.stride, conv.dilation, conv.groups) == ([3, 3], [1, 1], [1, 1], 1);
        plain && conv.in_channels >= FEWEST_CHANNELS && conv.out_channels >= FEWEST_CHANNELS && output[1] <= WIDEST
    }

    pub fn new(conv: &Conv2d, frame: &Frame, parameters: &[TensorView]) -> Result<Self> {
        let (rows, depth) = (conv.out_channels, conv.in_channels);
        let kernels = parameters[0].values().as_chunks::<9>().0;
        let transformed: Vec<[f32; PLACES]> = kernels.iter().map(transform_kernel).collect();
        let products = (0..PLACES).map(|place| {
            let weights: Vec<f32> = transformed.iter().map(|kernel| kernel[place]).collect();
            let bias = parameters.get(1).map(|bias| bias.values()).filter(|_| place == CENTRE);
            Product::new(&weights, bias, rows, depth)
        });
        let products: Vec<Product> = products.collect::<Result<_>>()?;
        let tiles = frame.output.map(|extent| extent.div_ceil(2));
        let band = (TILES / tiles[1]).clamp(1, tiles[0]);
        let half = whole_lanes(tiles[1]) + LANES;
        // A row of tiles is written in whole lanes; what is too much is overwritten by the next row, or never read.
        let pitch = whole_lanes(band * tiles[1] + LANES - 1);
        Ok(Self {
            conv: *conv,
            output: frame.output,
            input_height: frame.input[0],
            input_width: frame.input[1],
            tiles,
            offsets: (0..depth).map(|channel| channel * pitch).collect(),
            frame: zeros(depth * (2 * tiles[0] + 2) * 2 * half)?,
            half,
            band,
            transformed: zeros(PLACES * depth * pitch)?,
            sums: zeros(PLACES * products[0].rows() * pitch)?,
            pitch,
            products,
        })
    }

    /// Copies the sample into its frame.
    fn pad(&mut self, x: &[f32]) {
        let [[top, _], [left, _]] = self.conv.padding;
        let row = 2 * self.half;
        let height = 2 * self.tiles[0] + 2;
        for (plane, frame) in
            x.chunks_exact((self.input_height * self.input_width).max(1)).zip(self.frame.chunks_exact_mut(height * row))
        {
            for (cells, to) in plane.chunks_exact(self.input_width.max(1)).zip(frame[top * row..].chunks_exact_mut(row))
            {
                let (even, odd) = to.split_at_mut(self.half);
                split(cells, left, even, odd);
            }
        }
    }

    /// Transforms the tiles of `band` rows from row `first`.
    fn transform(&mut self, first: usize, band: usize) {
        let (row, depth) = (2 * self.half, self.conv.in_channels);
        let height = 2 * self.tiles[0] + 2;
        for (channel, plane) in self.frame.chunks_exact(height * row).enumerate() {
            for tile_row in 0..band {
                let rows = &plane[2 * (first + tile_row) * row..];
                let rows = [0, 1, 2, 3].map(|index| {
                    let (even, odd) = rows[index * row..][..row].split_at(self.half);
                    Halves { even, odd }
                });
                let out = &mut self.transformed[channel * self.pitch + tile_row * self.tiles[1]..];
                transform_input(rows, self.tiles[1], out, depth * self.pitch);
            }
        }
    }

    /// The products of the transformed tiles, of which there are `columns`.
    fn multiply(&mut self, columns: usize) {
        let places = self.transformed.chunks_exact(self.conv.in_channels * self.pitch);
        let sums = self.sums.chunks_exact_mut(self.products[0].rows() * self.pitch);
        for ((product, x), sums) in self.products.iter().zip(places).zip(sums) {
            product.multiply(x, &self.offsets, columns, sums, self.pitch);
        }
    }

    /// The output rows of the tiles of `band` rows from row `first`.
    fn write(&mut self, first: usize, band: usize, y: &mut [f32], then: Then) {
        let [height, width] = then.extents(self.output);
        let of_place = self.products[0].rows() * self.pitch;
        for (channel, plane) in y.chunks_exact_mut((height * width).max(1)).enumerate() {
            for tile_row in 0..band {
                let sums = &self.sums[channel * self.pitch + tile_row * self.tiles[1]..];
                let row = first + tile_row;
                // Of an odd height the last row of tiles fills one row, or halved none.
                let mut rows = plane.chunks_exact_mut(width).skip(if then.halve { row } else { 2 * row });
                let (Some(above), mut below) = (rows.next(), rows.next()) else { continue };
                transform_output(sums, of_place, self.tiles[1], |tile, [upper, lower]| {
                    if then.halve {
                        let [upper, lower] = [upper, lower].map(|[even, odd]| even.larger(odd));
                        put(then.activate(upper.larger(lower)).values(), above, tile);
                    } else {
                        put(interleave(upper.map(|lanes| then.activate(lanes))), above, 2 * tile);
                        if let Some(below) = &mut below {
                            put(interleave(lower.map(|lanes| then.activate(lanes))), below, 2 * tile);
                        }
                    }
                });
            }
        }
    }
}

/// Writes so many of `values` from `at` on as there is room for.
#[inline]
fn put<const N: usize>(values: [f32; N], to: &mut [f32], at: usize) {
    match to[at..].first_chunk_mut() {
        Some(to) => *to = values,
        None => to[at..].iter_mut().zip(values).for_each(|(to, value)| *to = value),
    }
}

impl Kernel for Winograd {
    fn run(&mut self, x: &[f32], y: &mut [f32]) -> Result<()> {
        self.run_with(x, y, Then::default())
    }

    fn run_with(&mut self, x: &[f32], y: &mut [f32], then: Then) -> Result<()> {
        self.pad(x);
        for first in (0..self.tiles[0]).step_by(self.band) {
            let band = self.band.min(self.tiles[0] - first);
            self.transform(first, band);
            self.multiply(whole_lanes(band * self.tiles[1]));
            self.write(first, band, y, then);
        }
        Ok(())
    }
}

/// A row's cells, the first of which is column `left`, to even and odd columns.
fn split(cells: &[f32], left: usize, even: &mut [f32], odd: &mut [f32]) {
    let (head, cells) = cells.split_at(left % 2);
    if let [first] = head {
        odd[left / 2] = *first;
    }
    let begin = left.div_ceil(2);
    let (pairs, last) = cells.as_chunks::<2>();
    for ((pair, even), odd) in pairs.iter().zip(&mut even[begin..]).zip(&mut odd[begin..]) {
        (*even, *odd) = (pair[0], pair[1]);
    }
    if let [last] = last {
        even[begin + pairs.len()] = *last;
    }
}
