//! A two-dimensional convolution (cross-correlation, as every framework has it), with groups.
//!
//! The planes of a sample are copied into a frame of zeros once; after that a window is its first cell plus a fixed list
//! of offsets, and neither loop knows of padding, stride or dilation.

mod direct;
mod gradients;
mod winograd;

use super::prepared::{Kernel, Prepared};
use super::{Operator, Parameter, Role, batch_of, check_parameters, fits, misfit};
use crate::error::{Error, ErrorKind, Result};
use crate::nn::tensor::TensorView;
use crate::options::Options;
use crate::shown::Shown;
use direct::Direct;
use serde::Serialize;
use winograd::Winograd;

/// A convolution as `torch.nn.Conv2d`: `weight` is `out_channels` × `in_channels / groups` × kernel; padding is of zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Conv2d {
    /// Channels of a sample.
    pub in_channels: usize,
    /// Channels of an output.
    pub out_channels: usize,
    /// Height and width of the kernel.
    pub kernel_size: [usize; 2],
    /// Step between windows down and across.
    pub stride: [usize; 2],
    /// Rows of zeros above and below, columns of zeros left and right.
    pub padding: [[usize; 2]; 2],
    /// Step between the cells of a window.
    pub dilation: [usize; 2],
    /// Channels are split into so many groups that do not see each other.
    pub groups: usize,
    /// Whether there is a bias; a batch norm right after makes it superfluous.
    pub bias: bool,
}

/// The most values that a sample may have with its padding (256 MB): a stride can hide any padding from the output's size.
const MAX_PADDED: usize = 1 << 26;

/// The convolution resolved for one input size.
struct Frame {
    /// Height and width of the input, of the padded input and of the output.
    input: [usize; 2],
    padded: [usize; 2],
    output: [usize; 2],
    /// Where the cells of a window over one group's channels lie, from its first cell: channel, row, column.
    offsets: Vec<usize>,
}

impl Conv2d {
    /// A convolution with stride 1, without padding, with bias.
    pub fn new(in_channels: usize, out_channels: usize, kernel_size: [usize; 2]) -> Self {
        let (stride, padding, dilation) = ([1, 1], [[0; 2]; 2], [1, 1]);
        Self { in_channels, out_channels, kernel_size, stride, padding, dilation, groups: 1, bias: true }
    }

    /// As a network file describes it; what is left out is as in [`new`](Self::new).
    pub(super) fn read(options: &Options) -> Result<Self> {
        options.only(&[
            "in_channels",
            "out_channels",
            "kernel_size",
            "stride",
            "padding",
            "dilation",
            "groups",
            "bias",
        ])?;
        let channels = |name| options.required(name, options.whole(name)?);
        let kernel_size = options.required("kernel_size", options.axes("kernel_size")?)?;
        let plain = Self::new(channels("in_channels")?, channels("out_channels")?, kernel_size);
        Ok(Self {
            stride: options.axes("stride")?.unwrap_or(plain.stride),
            padding: options.sides("padding")?.unwrap_or(plain.padding),
            dilation: options.axes("dilation")?.unwrap_or(plain.dilation),
            groups: options.whole("groups")?.unwrap_or(plain.groups),
            bias: options.flag("bias")?.unwrap_or(plain.bias),
            ..plain
        })
    }

    /// The same convolution with so many zeros on every side.
    pub fn padding(self, padding: [[usize; 2]; 2]) -> Self {
        Self { padding, ..self }
    }

    fn check(&self) -> Result<()> {
        let rule = |parameter, value: String, rule: &'static str| {
            Err(Error::new(ErrorKind::Parameter, parameter, value, rule))
        };
        let axes = |parameter, value: [usize; 2]| rule(parameter, value.shown(), "every one must be at least 1");
        if self.kernel_size.contains(&0) {
            return axes("kernel_size", self.kernel_size);
        }
        if self.stride.contains(&0) {
            return axes("stride", self.stride);
        }
        if self.dilation.contains(&0) {
            return axes("dilation", self.dilation);
        }
        if self.in_channels == 0 || self.out_channels == 0 {
            let value = format!("{} to {}", self.in_channels, self.out_channels);
            return rule("channels", value, "a convolution needs at least one on either side");
        }
        let divides = |channels: usize| self.groups > 0 && channels.is_multiple_of(self.groups);
        if !divides(self.in_channels) || !divides(self.out_channels) {
            return rule("groups", self.groups.shown(), "it must divide in_channels and out_channels");
        }
        Ok(())
    }

    /// Padded and output size of an axis of `size` cells.
    fn axis(&self, axis: usize, size: usize) -> Result<(usize, usize)> {
        let overflow = || Error::new(ErrorKind::Shape, "input", size, "with its padding it must not overflow");
        let [before, after] = self.padding[axis];
        let padded = size.checked_add(before).and_then(|n| n.checked_add(after)).ok_or_else(overflow)?;
        let span = (self.kernel_size[axis] - 1).checked_mul(self.dilation[axis]).ok_or_else(overflow)?;
        match padded.checked_sub(span) {
            Some(room @ 1..) => Ok((padded, (room - 1) / self.stride[axis] + 1)),
            _ => {
                let rule = format!("the padded input has only {padded} cells on axis {axis}");
                Err(Error::new(ErrorKind::Shape, "kernel_size", self.kernel_size.as_slice(), rule))
            }
        }
    }

    fn frame(&self, height: usize, width: usize) -> Result<Frame> {
        let ((padded_height, output_height), (padded_width, output_width)) =
            (self.axis(0, height)?, self.axis(1, width)?);
        let padded = [padded_height, padded_width];
        let mut offsets = Vec::new();
        for channel in 0..self.in_channels / self.groups {
            for row in 0..self.kernel_size[0] {
                let first = (channel * padded_height + row * self.dilation[0]) * padded_width;
                offsets.extend((0..self.kernel_size[1]).map(|column| first + column * self.dilation[1]));
            }
        }
        Ok(Frame { input: [height, width], padded, output: [output_height, output_width], offsets })
    }

    /// Checks everything that the loops rely on; the batch size and the frame.
    fn resolve<'a>(
        &self,
        shape: &[usize],
        parameters: impl ExactSizeIterator<Item = &'a [usize]>,
    ) -> Result<(usize, Frame)> {
        let batch = batch_of(shape, "conv2d", &[self.in_channels, 0, 0])?;
        self.output_shape(&shape[1..])?;
        check_parameters(self, parameters)?;
        Ok((batch, self.frame(shape[2], shape[3])?))
    }
}

impl Frame {
    fn cells(&self, channels: usize) -> usize {
        channels * self.padded[0] * self.padded[1]
    }

    /// Values in the planes before they are padded.
    fn sample(&self, channels: usize) -> usize {
        channels * self.input[0] * self.input[1]
    }

    /// Copies planes into their frame, whose margins stay as they are.
    fn pad(&self, padding: [[usize; 2]; 2], planes: &[f32], padded: &mut [f32]) {
        for (row, start) in planes.chunks_exact(self.input[1].max(1)).zip(self.rows(padding)) {
            padded[start..][..row.len()].copy_from_slice(row);
        }
    }

    /// Where each row of the unpadded planes begins in the padded ones.
    fn rows(&self, padding: [[usize; 2]; 2]) -> impl Iterator<Item = usize> {
        let ([height, _], [padded_height, padded_width]) = (self.input, self.padded);
        let start =
            move |row| (row / height * padded_height + padding[0][0] + row % height) * padded_width + padding[1][0];
        (0..).map(start)
    }
}

impl Operator for Conv2d {
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        self.check()?;
        if !fits(input, &[self.in_channels, 0, 0]) {
            return Err(misfit("conv2d", input, &[self.in_channels, 0, 0]));
        }
        let ((padded_height, height), (padded_width, width)) = (self.axis(0, input[1])?, self.axis(1, input[2])?);
        let padded = padded_height.checked_mul(padded_width).and_then(|plane| plane.checked_mul(self.in_channels));
        if padded.is_none_or(|padded| padded > MAX_PADDED) {
            let rule = format!("a sample may have at most {MAX_PADDED} values with its padding");
            return Err(Error::new(ErrorKind::Memory, "padding", self.padding.as_slice(), rule));
        }
        Ok(vec![self.out_channels, height, width])
    }

    fn parameters(&self) -> Vec<Parameter> {
        let [height, width] = self.kernel_size;
        let depth = self.in_channels / self.groups.max(1);
        let fan_in = depth.saturating_mul(height).saturating_mul(width);
        let shape = vec![self.out_channels, depth, height, width];
        let mut parameters = vec![Parameter { name: "weight", shape, role: Role::Weight { fan_in, gain: 2 } }];
        if self.bias {
            parameters.push(Parameter { name: "bias", shape: vec![self.out_channels], role: Role::Shift });
        }
        parameters
    }

    fn prepare(&self, input: &[usize], parameters: &[TensorView]) -> Result<Prepared> {
        let output = self.output_shape(input)?;
        check_parameters(self, parameters.iter().map(|parameter| parameter.shape()))?;
        let frame = self.frame(input[1], input[2])?;
        let kernel: Box<dyn Kernel> = if Winograd::suits(self, frame.output) {
            Box::new(Winograd::new(self, &frame, parameters)?)
        } else {
            Box::new(Direct::new(self, frame, parameters)?)
        };
        Prepared::new(input, output, kernel)
    }
}
