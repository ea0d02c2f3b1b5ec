//! The types of number that a file may hold, and their way to f32.

use super::broken;
use super::header::excerpt;
use crate::error::Result;
use crate::shown::{Shown, quoted};
use half::f16;

/// A type of number.
pub(super) struct Type {
    kind: Kind,
    big_endian: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Bool,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F16,
    F32,
    F64,
}

impl Type {
    /// The type that NumPy names so: `<f4` for little-endian, `>f4` for big-endian, `|u1` where a byte is all. A name
    /// without an order means the order of whatever machine wrote it, and is refused.
    pub(super) fn read(descr: &[u8]) -> Result<Self> {
        let [order, name @ ..] = descr else { return Err(unknown(descr)) };
        let kind = match name {
            b"b1" => Kind::Bool,
            b"i1" => Kind::I8,
            b"u1" => Kind::U8,
            b"i2" => Kind::I16,
            b"u2" => Kind::U16,
            b"i4" => Kind::I32,
            b"u4" => Kind::U32,
            b"i8" => Kind::I64,
            b"u8" => Kind::U64,
            b"f2" => Kind::F16,
            b"f4" => Kind::F32,
            b"f8" => Kind::F64,
            _ => return Err(unknown(descr)),
        };
        match order {
            b'<' => Ok(Self { kind, big_endian: false }),
            b'>' => Ok(Self { kind, big_endian: true }),
            b'|' if kind.width() == 1 => Ok(Self { kind, big_endian: false }),
            _ => Err(unknown(descr)),
        }
    }

    /// Bytes of a number.
    pub(super) fn width(&self) -> usize {
        self.kind.width()
    }

    /// Appends every number of `data`, for which `values` has room.
    ///
    /// # Errors
    /// When a boolean is neither 0 nor 1, or an f64 is beyond f32's range.
    pub(super) fn decode(&self, data: &[u8], values: &mut Vec<f32>) -> Result<()> {
        let big = self.big_endian;
        match self.kind {
            Kind::Bool => each(data, big, values, |[byte]| f32::from(byte)),
            Kind::I8 => each(data, big, values, |bytes| f32::from(i8::from_le_bytes(bytes))),
            Kind::U8 => each(data, big, values, |[byte]| f32::from(byte)),
            Kind::I16 => each(data, big, values, |bytes| f32::from(i16::from_le_bytes(bytes))),
            Kind::U16 => each(data, big, values, |bytes| f32::from(u16::from_le_bytes(bytes))),
            Kind::I32 => each(data, big, values, |bytes| i32::from_le_bytes(bytes) as f32),
            Kind::U32 => each(data, big, values, |bytes| u32::from_le_bytes(bytes) as f32),
            Kind::I64 => each(data, big, values, |bytes| i64::from_le_bytes(bytes) as f32),
            Kind::U64 => each(data, big, values, |bytes| u64::from_le_bytes(bytes) as f32),
            Kind::F16 => each(data, big, values, |bytes| f16::from_le_bytes(bytes).to_f32()),
            Kind::F32 => each(data, big, values, f32::from_le_bytes),
            Kind::F64 => each(data, big, values, |bytes| f64::from_le_bytes(bytes) as f32),
        }
        match self.kind {
            Kind::Bool => refuse(values, |at| values[at] > 1.0, |at| values[at].into(), "a boolean is 0 or 1"),
            Kind::F64 => {
                let double = |at: usize| {
                    let bytes = data.as_chunks().0[at];
                    if big { f64::from_be_bytes(bytes) } else { f64::from_le_bytes(bytes) }
                };
                let lost = |at: usize| values[at].is_infinite() && double(at).is_finite();
                refuse(values, lost, double, "it must be within the range of f32, below 3.40282e38")
            }
            _ => Ok(()),
        }
    }
}

impl Kind {
    fn width(self) -> usize {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 | Self::F16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }
}

/// Appends `value` of every W bytes, which it is given in little-endian order.
fn each<const W: usize>(data: &[u8], big_endian: bool, values: &mut Vec<f32>, value: fn([u8; W]) -> f32) {
    values.extend(data.as_chunks::<W>().0.iter().map(|bytes| {
        let mut bytes = *bytes;
        if big_endian {
            bytes.reverse();
        }
        value(bytes)
    }));
}

/// Names the first value that is `wrong`, as the file has it.
fn refuse(
    values: &[f32],
    wrong: impl Fn(usize) -> bool,
    given: impl Fn(usize) -> f64,
    rule: &'static str,
) -> Result<()> {
    match (0..values.len()).find(|&at| wrong(at)) {
        Some(at) => Err(broken(["value ", &at.shown(), " of the npy file"].concat(), given(at), rule)),
        None => Ok(()),
    }
}

#[cold]
fn unknown(descr: &[u8]) -> crate::Error {
    let rule = "must be < or >, little- or big-endian, and b1, i1, u1, i2, u2, i4, u4, i8, u8, f2, f4 or f8";
    broken("descr", quoted(&excerpt(descr)), rule)
}
