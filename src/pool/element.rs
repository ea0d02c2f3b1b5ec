//! The types of number that a feature map may hold.

use super::Pooling;
use super::arithmetic::{Picked, Room};
use super::shapes::{Shapes, reserve};
use super::windowed::max;
use crate::error::{Error, ErrorKind, Result};

/// A type of cell: f32 for every method, u8 and i8 for max and min.
pub trait Element: Copy + Default + PartialOrd + sealed::Sealed {
    /// What padding holds under max: nothing is below it.
    const LOWEST: Self;

    /// Whether there are NaNs of this type.
    const HAS_NAN: bool;

    /// Whether this is a NaN, which wins every max.
    fn is_nan(self) -> bool;
}

pub(super) mod sealed {
    use super::{Picked, Pooling, Result, Room, Shapes};

    /// Which methods work on a type; sealed, so that no other type can claim to.
    pub trait Sealed: Sized {
        fn forward(
            method: &Pooling,
            cells: &[Self],
            shapes: &Shapes,
            values: &mut [Self],
            room: &mut Room,
        ) -> Result<()>;
        /// For a method that picks one of the cells: where it lies.
        fn select(
            method: &Pooling,
            cells: &[Self],
            shapes: &Shapes,
            picked: Picked<Self>,
            room: &mut Room,
        ) -> Result<()>;
    }
}

impl Element for f32 {
    const LOWEST: Self = f32::NEG_INFINITY;
    const HAS_NAN: bool = true;

    fn is_nan(self) -> bool {
        self.is_nan()
    }
}

impl sealed::Sealed for f32 {
    fn forward(method: &Pooling, cells: &[Self], shapes: &Shapes, values: &mut [Self], room: &mut Room) -> Result<()> {
        method.arithmetic().forward(cells, shapes, values, room)
    }

    fn select(method: &Pooling, cells: &[Self], shapes: &Shapes, picked: Picked<Self>, room: &mut Room) -> Result<()> {
        let arithmetic = method.arithmetic();
        if !arithmetic.picks() {
            let rule = [method.name(), " pooling picks no single cell, so it has no indices"].concat();
            return Err(Error::new(ErrorKind::Parameter, "return_indices", true, rule));
        }
        arithmetic.select(cells, shapes, picked, room)
    }
}

macro_rules! integer {
    ($($type:ty, $flip:expr;)*) => {$(
        impl Element for $type {
            const LOWEST: Self = <$type>::MIN;
            const HAS_NAN: bool = false;

            fn is_nan(self) -> bool {
                false
            }
        }

        impl Byte for $type {
            fn to_bits(self) -> u8 {
                self as u8
            }

            fn from_bits(bits: u8) -> Self {
                bits as Self
            }
        }

        impl sealed::Sealed for $type {
            fn forward(
                method: &Pooling,
                cells: &[Self],
                shapes: &Shapes,
                values: &mut [Self],
                room: &mut Room,
            ) -> Result<()> {
                let order = Order { of: stringify!($type), flip: $flip };
                order.forward(method, cells, shapes, values, room)
            }

            fn select(
                method: &Pooling,
                cells: &[Self],
                shapes: &Shapes,
                picked: Picked<Self>,
                room: &mut Room,
            ) -> Result<()> {
                let order = Order { of: stringify!($type), flip: $flip };
                order.select(method, cells, shapes, picked, room)
            }
        }
    )*};
}
integer!(u8, 0x00; i8, 0x80;);

/// A number of 8 bits.
trait Byte: Copy {
    fn to_bits(self) -> u8;
    fn from_bits(bits: u8) -> Self;
}

/// The order of a type's numbers: flipping bits makes it that of u8. The code is the same for every such type, so that it
/// is there once; it must not be inlined for that.
struct Order {
    of: &'static str,
    flip: u8,
}

impl Order {
    /// By way of the max of u8; for min its order is reversed.
    #[inline(never)]
    fn forward<T: Byte>(
        self,
        method: &Pooling,
        cells: &[T],
        shapes: &Shapes,
        values: &mut [T],
        room: &mut Room,
    ) -> Result<()> {
        let flip = match method {
            Pooling::Max => self.flip,
            Pooling::Min => !self.flip,
            _ => return refuse(method, self.of),
        };
        let mut bytes: Vec<u8> = reserve(cells.len(), &shapes.output)?;
        bytes.extend(cells.iter().map(|cell| cell.to_bits() ^ flip));
        let mut largest = shapes.zero_output()?;
        max::of_bytes(&bytes, shapes, &mut largest, &mut room.bytes)?;
        values.iter_mut().zip(largest).for_each(|(value, byte): (_, u8)| *value = T::from_bits(byte ^ flip));
        Ok(())
    }

    /// By way of f32, which holds every value of 8 bits: another copy of the search would weigh more than it gains. −∞ and
    /// ∞ come back as the type's lowest and highest value.
    #[inline(never)]
    fn select<T: Byte>(
        self,
        method: &Pooling,
        cells: &[T],
        shapes: &Shapes,
        picked: Picked<T>,
        room: &mut Room,
    ) -> Result<()> {
        if !matches!(method, Pooling::Max | Pooling::Min) {
            return refuse(method, self.of);
        }
        let mut floats = reserve(cells.len(), &shapes.output)?;
        floats.extend(cells.iter().map(|cell| f32::from(cell.to_bits() ^ self.flip)));
        let mut values = shapes.zero_output()?;
        let of_floats = Picked { values: &mut values, places: picked.places };
        <f32 as sealed::Sealed>::select(method, &floats, shapes, of_floats, room)?;
        let back = |(value, float): (&mut T, f32)| *value = T::from_bits(float as u8 ^ self.flip);
        picked.values.iter_mut().zip(values).for_each(back);
        Ok(())
    }
}

#[cold]
fn refuse<T>(method: &Pooling, of: &str) -> Result<T> {
    let rule = ["values of type ", of, " can only be compared: max and min pooling"].concat();
    Err(Error::new(ErrorKind::Parameter, "method", method.name(), rule))
}
