//! The convolution as a product of its weights and the windows of one output row at a time.

use super::super::prepared::{Kernel, Then};
use super::{Conv2d, Frame};
use crate::error::Result;
use crate::kernel::lanes::LANES;
use crate::kernel::product::{Product, whole_lanes, zeros};
use crate::nn::tensor::TensorView;

/// Any convolution, made ready.
pub(super) struct Direct {
    conv: Conv2d,
    frame: Frame,
    /// One for each group.
    products: Vec<Product>,
    /// The sample with its padding. The margins are written once.
    padded: Vec<f32>,
    /// Where `stride` leaves gaps: the windows of an output row, one row a cell of the window.
    windows: Vec<f32>,
    /// Where those rows begin; without gaps a window's cells lie in the frame as they must.
    offsets: Vec<usize>,
    /// The sums of two output rows, each one row a channel.
    sums: Vec<f32>,
    pitch: usize,
}

impl Direct {
    pub fn new(conv: &Conv2d, frame: Frame, parameters: &[TensorView]) -> Result<Self> {
        let (rows, depth) = (conv.out_channels / conv.groups, frame.offsets.len());
        let (weight, bias) = (parameters[0].values(), parameters.get(1).map(|bias| bias.values()));
        let products = (0..conv.groups).map(|group| {
            let bias = bias.map(|bias| &bias[group * rows..][..rows]);
            Product::new(&weight[group * rows * depth..][..rows * depth], bias, rows, depth)
        });
        let products: Vec<Product> = products.collect::<Result<_>>()?;
        let pitch = whole_lanes(frame.output[1]);
        let gaps = conv.stride[1] > 1;
        Ok(Self {
            // What is read beyond an output row's last window is not kept, but it is read.
            padded: zeros(frame.cells(conv.in_channels) + LANES)?,
            windows: zeros(if gaps { depth * pitch } else { 0 })?,
            offsets: if gaps { (0..depth).map(|cell| cell * pitch).collect() } else { frame.offsets.clone() },
            sums: zeros(2 * products.first().map_or(0, Product::rows) * pitch)?,
            conv: *conv,
            frame,
            products,
            pitch,
        })
    }
}

impl Kernel for Direct {
    fn run(&mut self, x: &[f32], y: &mut [f32]) -> Result<()> {
        self.run_with(x, y, Then::default())
    }

    fn run_with(&mut self, x: &[f32], y: &mut [f32], then: Then) -> Result<()> {
        let Self { conv, frame, products, padded, windows, offsets, sums, pitch } = self;
        frame.pad(conv.padding, x, padded);
        let of_group = frame.cells(conv.in_channels / conv.groups);
        let rows = conv.out_channels / conv.groups;
        // Row by row, or two at a time where only their maxima are wanted.
        let together = if then.halve { 2 } else { 1 };
        let [height, width] = then.extents(frame.output);
        for (group, product) in products.iter().enumerate() {
            for row in 0..height {
                for (index, sums) in sums.chunks_exact_mut(product.rows() * *pitch).take(together).enumerate() {
                    let first = (row * together + index) * conv.stride[0] * frame.padded[1];
                    let mut cells = &padded[group * of_group + first..];
                    if conv.stride[1] > 1 {
                        gather(cells, &frame.offsets, conv.stride[1], frame.output[1], windows, *pitch);
                        cells = windows;
                    }
                    product.multiply(cells, offsets, *pitch, sums, *pitch);
                }
                let (sums, below) = sums.split_at_mut(product.rows() * *pitch);
                for channel in 0..rows {
                    let of_channel = channel * *pitch..(channel + 1) * *pitch;
                    let to = &mut y[((group * rows + channel) * height + row) * width..][..width];
                    then.write(&sums[of_channel.clone()], &below[of_channel], to);
                }
            }
        }
        Ok(())
    }
}

/// The windows of an output row as the columns of a matrix, one row a cell of the window.
pub(super) fn gather(cells: &[f32], offsets: &[usize], stride: usize, width: usize, windows: &mut [f32], pitch: usize) {
    for (offset, row) in offsets.iter().zip(windows.chunks_exact_mut(pitch)) {
        let from = cells[*offset..].iter().step_by(stride);
        row[..width].iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }
}
