//! Regions that are a window after all.

use super::{AxisPlan, Geometry, Plan, Window};

impl Plan {
    /// The window without padding that reads what this plan reads, where there is one: regions of one size at even
    /// distances. Adaptive regions are that when the input is a multiple of the output, and now and then besides: 5
    /// cells into 2 are a window of 3 with stride 2.
    ///
    /// ```
    /// use deep_end::{Geometry, Window};
    /// let plan = Geometry::Adaptive { output_size: vec![2, 3] }.plan(&[5, 6])?;
    /// assert_eq!(plan.as_window(), Some(Window::new([3, 2]).stride([2, 2])));
    /// assert_eq!(Geometry::Adaptive { output_size: vec![4] }.plan(&[10])?.as_window(), None);
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    pub fn as_window(&self) -> Option<Window> {
        let (mut kernel_size, mut stride, mut dilation) = (Vec::new(), Vec::new(), Vec::new());
        for axis in self.axes() {
            let first = axis.spans.first()?;
            kernel_size.push(first.len);
            stride.push(match axis.spans.get(1) {
                Some(second) => second.start.checked_sub(first.start)?,
                None => one_step(axis, first.len),
            });
            dilation.push(axis.step);
        }
        let window = Window::new(kernel_size).stride(stride).dilation(dilation);
        let plan = Geometry::from(window.clone()).plan(&self.input_shape()).ok()?;
        let reads = |plan: &Plan| -> Vec<Vec<_>> {
            plan.axes().iter().map(|axis| axis.spans.iter().map(|span| (span.start, span.len)).collect()).collect()
        };
        (reads(&plan) == reads(self)).then_some(window)
    }
}

/// A stride that leaves the only window alone: its own size, as a window has it by default, unless a second would fit.
fn one_step(axis: &AxisPlan, kernel_size: usize) -> usize {
    if axis.extent < 2 * kernel_size { kernel_size } else { axis.extent }
}
