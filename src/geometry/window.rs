//! The sliding window: kernel, stride, padding, dilation, ceil mode.

use super::plan::{AxisPlan, Plan, Span, collect_spans};
use super::{MAX_AXES, check_axes};
use crate::error::{Error, ErrorKind, Result};

/// A window that slides over a padded input. Lists have one value per spatial axis, outermost first.
///
/// Output positions follow PyTorch's rule (`pooling_output_shape` in ATen's `Pool.h`): with n input cells, padding
/// b before and a after, and effective kernel e = dilation × (kernel_size − 1) + 1,
///
/// > out = ⌊(n + b + a − e) / stride⌋ + 1,
///
/// rounded up instead with `ceil_mode`, where a last window that would start at or beyond n + b (in the right padding)
/// is dropped again. A window larger than the padded input is an error, except that `ceil_mode` lets the one window
/// hang over by less than a stride, as PyTorch does.
///
/// Padding may be anything below the effective kernel on its side; PyTorch's own limit is half of it. A dilated window
/// that then sees no input cell has a value stated by each method.
///
/// ```
/// use deep_end::{Geometry, Window};
/// let window = Window::new([3, 3]).stride([2, 2]).padding([[1, 1], [1, 1]]).ceil_mode(true);
/// assert_eq!(Geometry::from(window).plan(&[6, 5])?.output_shape(), [4, 3]);
/// # Ok::<(), deep_end::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub(crate) kernel_size: Vec<usize>,
    pub(crate) stride: Vec<usize>,
    pub(crate) padding: Vec<[usize; 2]>,
    pub(crate) dilation: Vec<usize>,
    pub(crate) ceil_mode: bool,
}

impl Window {
    /// A window of this size that moves by its own size, without padding or dilation.
    pub fn new(kernel_size: impl Into<Vec<usize>>) -> Self {
        let kernel_size = kernel_size.into();
        let axes = kernel_size.len();
        Self {
            stride: kernel_size.clone(),
            padding: vec![[0, 0]; axes],
            dilation: vec![1; axes],
            kernel_size,
            ceil_mode: false,
        }
    }

    /// How far the window moves between output cells. Default: the kernel size.
    pub fn stride(mut self, stride: impl Into<Vec<usize>>) -> Self {
        self.stride = stride.into();
        self
    }

    /// Padding cells `[before, after]` each axis. Default: none.
    pub fn padding(mut self, padding: impl Into<Vec<[usize; 2]>>) -> Self {
        self.padding = padding.into();
        self
    }

    /// The distance between the window's cells. Default: 1.
    pub fn dilation(mut self, dilation: impl Into<Vec<usize>>) -> Self {
        self.dilation = dilation.into();
        self
    }

    /// Whether a last, partial window is kept. Default: no.
    pub fn ceil_mode(mut self, ceil_mode: bool) -> Self {
        self.ceil_mode = ceil_mode;
        self
    }

    /// The window's extents, in cells.
    pub fn kernel_size(&self) -> &[usize] {
        &self.kernel_size
    }

    /// How many taps the window has: the product of its extents, if a machine word holds it.
    pub(crate) fn taps(&self) -> Option<usize> {
        self.kernel_size.iter().try_fold(1usize, |product, &extent| product.checked_mul(extent))
    }

    pub(super) fn validate(&self) -> Result<()> {
        let axes = self.kernel_size.len();
        let broken =
            |parameter, value: &[usize], rule: String| Err(Error::new(ErrorKind::Parameter, parameter, value, rule));
        if axes == 0 || axes > MAX_AXES {
            return broken("kernel_size", &self.kernel_size, "a window has one, two or three axes".into());
        }
        for (parameter, values) in
            [("kernel_size", &self.kernel_size), ("stride", &self.stride), ("dilation", &self.dilation)]
        {
            if values.len() != axes {
                return broken(parameter, values, format!("must have {axes} values, one for each axis of the kernel"));
            }
            if values.contains(&0) {
                return broken(parameter, values, "every value must be at least 1".into());
            }
        }
        if self.padding.len() != axes {
            let rule = format!("must have {axes} pairs [before, after], one for each axis of the kernel");
            return Err(Error::new(ErrorKind::Parameter, "padding", self.padding.as_slice(), rule));
        }
        for axis in 0..axes {
            let Some(effective) = self.effective_kernel(axis) else {
                let rule = "the effective kernel, dilation × (kernel_size − 1) + 1, must fit a signed machine word";
                return broken("dilation", &self.dilation, rule.into());
            };
            if let Some(&side) = self.padding[axis].iter().find(|&&side| side >= effective) {
                let rule =
                    format!("must be below the effective kernel, dilation × (kernel_size − 1) + 1 = {effective}");
                return Err(Error::new(ErrorKind::Parameter, "padding", side, rule));
            }
        }
        Ok(())
    }

    /// dilation × (kernel_size − 1) + 1, the cells from the first tap to the last.
    pub(super) fn effective_kernel(&self, axis: usize) -> Option<usize> {
        let effective = self.dilation[axis].checked_mul(self.kernel_size[axis] - 1)?.checked_add(1)?;
        // A quarter of the word: kernel, two paddings below it and the input then add up without overflow.
        (effective <= isize::MAX as usize / 4).then_some(effective)
    }

    pub(super) fn plan(&self, spatial: &[usize]) -> Result<Plan> {
        check_axes("kernel_size", &self.kernel_size, spatial)?;
        spatial
            .iter()
            .enumerate()
            .map(|(axis, &extent)| self.plan_axis(axis, extent))
            .collect::<Result<_>>()
            .map(Plan::new)
    }

    fn plan_axis(&self, axis: usize, extent: usize) -> Result<AxisPlan> {
        let stride = self.stride[axis];
        let [before, after] = self.padding[axis];
        let effective = self.effective_kernel(axis).expect("validated");
        let count = self.output_extent(axis, extent + before + after, effective, extent + before)?;
        self.lay(axis, extent, stride, count)
    }

    /// The same window at every position instead of every stride-th: all positions in the padded input, and those up to
    /// the last that the plan has (which may hang over). With it, how far apart along each axis the plan's positions are.
    pub(crate) fn dense(&self, spatial: &[usize]) -> Result<(Plan, Vec<usize>)> {
        let axis = |(axis, &extent): (usize, &usize)| {
            let outputs = self.plan_axis(axis, extent)?.spans.len();
            let padded = extent + self.padding[axis][0] + self.padding[axis][1];
            let within = (padded + 1).saturating_sub(self.effective_kernel(axis).expect("validated"));
            self.lay(axis, extent, 1, within.max((outputs - 1) * self.stride[axis] + 1))
        };
        let axes = spatial.iter().enumerate().map(axis).collect::<Result<_>>()?;
        Ok((Plan::new(axes), self.stride.clone()))
    }

    /// `count` windows, `stride` apart.
    fn lay(&self, axis: usize, extent: usize, stride: usize, count: usize) -> Result<AxisPlan> {
        let (kernel_size, step) = (self.kernel_size[axis], self.dilation[axis]);
        let [before, after] = self.padding[axis];
        let (effective, padded) = (self.effective_kernel(axis).expect("validated"), extent + before + after);
        let span = |output: usize| {
            // Where tap 0 lies in the padded input; tap t is `step` × t further on.
            let origin = output * stride;
            let taps_below = |end: usize| kernel_size.min(end.saturating_sub(origin).div_ceil(step));
            let first = before.saturating_sub(origin).div_ceil(step).min(kernel_size);
            let last = taps_below(before + extent);
            let len = last.saturating_sub(first);
            let start = if len == 0 { 0 } else { origin + first * step - before };
            let padded_len = taps_below(padded);
            Span { start, len, padded_len, before: first, beyond: kernel_size - padded_len }
        };
        let spans = collect_spans("stride", count, span)?;
        let overhang = ((count - 1) * stride + effective).saturating_sub(padded);
        Ok(AxisPlan { extent, step, padding: [before, after], overhang, spans })
    }

    /// How many windows fit; `right_padding` is where the padding after the input begins.
    fn output_extent(&self, axis: usize, padded: usize, effective: usize, right_padding: usize) -> Result<usize> {
        let stride = self.stride[axis];
        let too_large = || {
            let rule = format!(
                "the effective kernel, dilation × (kernel_size − 1) + 1 = {effective}, must not exceed the padded input's {padded} cells"
            );
            Error::new(ErrorKind::Shape, "kernel_size", self.kernel_size[axis], rule)
        };
        if !self.ceil_mode {
            return Ok(padded.checked_sub(effective).ok_or_else(too_large)? / stride + 1);
        }
        let count = match padded.checked_sub(effective) {
            Some(room) => room.div_ceil(stride) + 1,
            None => usize::from(effective - padded < stride),
        };
        let count = if count > 0 && (count - 1) * stride >= right_padding { count - 1 } else { count };
        if count == 0 { Err(too_large()) } else { Ok(count) }
    }
}
