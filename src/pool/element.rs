//! The types of number that a feature map may hold.

use super::shapes::{Shapes, reserve};
use super::{Pooling, average, lp, max};
use crate::error::{Error, ErrorKind, Result};

/// A type of cell: f32 for every method, u8 and i8 for those that only compare.
pub trait Element: Copy + PartialOrd + sealed::Sealed {
    /// What padding holds under max: nothing is below it.
    const LOWEST: Self;

    /// Whether this is a NaN, which wins every max.
    fn is_nan(self) -> bool;
}

pub(super) mod sealed {
    use super::{Pooling, Result, Shapes};

    /// Which methods work on a type; sealed, so that no other type can claim to.
    pub trait Sealed: Sized {
        fn forward(method: Pooling, cells: &[Self], shapes: &Shapes) -> Result<Vec<Self>>;
        /// Max pooling with each winner's place.
        fn forward_with_indices(cells: &[Self], shapes: &Shapes) -> Result<(Vec<Self>, Vec<i32>)>;
    }
}

impl Element for f32 {
    const LOWEST: Self = f32::NEG_INFINITY;

    fn is_nan(self) -> bool {
        self.is_nan()
    }
}

impl sealed::Sealed for f32 {
    fn forward(method: Pooling, cells: &[Self], shapes: &Shapes) -> Result<Vec<Self>> {
        match method {
            Pooling::Max => max::forward(cells, shapes),
            Pooling::Average { count_include_pad, divisor_override } => {
                average::forward(cells, shapes, count_include_pad, divisor_override)
            }
            Pooling::Lp { norm_type } => lp::forward(cells, shapes, norm_type),
        }
    }

    fn forward_with_indices(cells: &[Self], shapes: &Shapes) -> Result<(Vec<Self>, Vec<i32>)> {
        max::forward_with_indices(cells, shapes)
    }
}

macro_rules! integer {
    ($($type:ty, $forward:expr;)*) => {$(
        impl Element for $type {
            const LOWEST: Self = <$type>::MIN;

            fn is_nan(self) -> bool {
                false
            }
        }

        impl sealed::Sealed for $type {
            fn forward(method: Pooling, cells: &[Self], shapes: &Shapes) -> Result<Vec<Self>> {
                match method {
                    Pooling::Max => $forward(cells, shapes),
                    _ => {
                        let rule = concat!("values of type ", stringify!($type), " can only be compared: max pooling");
                        Err(Error::new(ErrorKind::Parameter, "method", method.name(), rule))
                    }
                }
            }

            /// By way of f32, which holds every value of 8 bits: another copy of the search would weigh more than it
            /// gains. −∞ comes back as the type's lowest value.
            fn forward_with_indices(cells: &[Self], shapes: &Shapes) -> Result<(Vec<Self>, Vec<i32>)> {
                let mut floats = reserve(cells.len(), &shapes.output)?;
                floats.extend(cells.iter().copied().map(f32::from));
                let (values, indices) = max::forward_with_indices(&floats, shapes)?;
                Ok((values.iter().map(|&value| value as $type).collect(), indices))
            }
        }
    )*};
}
integer!(u8, max::forward; i8, signed;);

/// By way of u8: adding 128 keeps the order.
fn signed(cells: &[i8], shapes: &Shapes) -> Result<Vec<i8>> {
    let mut bytes: Vec<u8> = reserve(cells.len(), &shapes.output)?;
    bytes.extend(cells.iter().map(|&cell| cell as u8 ^ 0x80));
    Ok(max::forward(&bytes, shapes)?.into_iter().map(|byte| (byte ^ 0x80) as i8).collect())
}
