//! SAME padding: as much as makes ⌈n / stride⌉ outputs of n cells.

use super::{Window, check_axes, check_spatial};
use crate::error::Result;

/// Which side gets the last cell when SAME padding does not halve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddCell {
    /// The side before the input: ONNX's `SAME_LOWER`.
    Before,
    /// The side after the input: ONNX's `SAME_UPPER`, and `same` in TensorFlow, Keras and JAX.
    After,
}

impl Window {
    /// The window with SAME padding for an input with these spatial extents: with n cells and effective kernel e,
    ///
    /// > out = ⌈n / stride⌉, padding in all = max((out − 1) × stride + e − n, 0),
    ///
    /// halved, an odd cell as told. (TensorFlow's `GetWindowedOutputSize`; ONNX's MaxPool, where it says `auto_pad`.)
    ///
    /// ```
    /// use deep_end::{Geometry, Window, geometry::OddCell};
    /// // 4 outputs of 8 cells span 3 × 2 + 3 = 9: one cell of padding.
    /// let window = Window::new([3]).stride([2]).same_padding(&[8], OddCell::After)?;
    /// assert_eq!(window, Window::new([3]).stride([2]).padding([[0, 1]]));
    /// assert_eq!(Geometry::from(window).plan(&[8])?.output_shape(), [4]);
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the window breaks a rule, or has not as many axes as the input.
    pub fn same_padding(mut self, spatial: &[usize], odd: OddCell) -> Result<Self> {
        self.padding = vec![[0, 0]; self.kernel_size.len()];
        self.validate()?;
        check_spatial(spatial)?;
        check_axes("kernel_size", &self.kernel_size, spatial)?;
        for (axis, &extent) in spatial.iter().enumerate() {
            let effective = self.effective_kernel(axis).expect("validated");
            let last = (extent.div_ceil(self.stride[axis]) - 1) * self.stride[axis];
            let total = (last + effective).saturating_sub(extent);
            let (half, rest) = (total / 2, total.div_ceil(2));
            self.padding[axis] = if odd == OddCell::Before { [rest, half] } else { [half, rest] };
        }
        Ok(self)
    }
}
