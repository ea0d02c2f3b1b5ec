//! Four `f32` side by side: a SIMD128 register in WebAssembly, an array elsewhere, with the same bits.
//!
//! Passes over whole rows need none of this, the compiler vectorises them. It is for what keeps several registers of
//! sums, which the compiler takes apart into single numbers.
#![expect(unsafe_code, reason = "four numbers are read and written in one piece")]

use std::ops::{Add, Mul, Sub};

/// How many there are.
pub(crate) const LANES: usize = 4;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod register {
    use std::arch::wasm32::{
        f32x4, f32x4_add, f32x4_extract_lane, f32x4_gt, f32x4_le, f32x4_mul, f32x4_ne, f32x4_splat, f32x4_sub, v128,
        v128_andnot, v128_bitselect, v128_or,
    };

    pub type Register = v128;

    pub fn splat(value: f32) -> v128 {
        f32x4_splat(value)
    }

    pub fn load([a, b, c, d]: [f32; 4]) -> v128 {
        f32x4(a, b, c, d)
    }

    pub fn store(x: v128) -> [f32; 4] {
        [f32x4_extract_lane::<0>(x), f32x4_extract_lane::<1>(x), f32x4_extract_lane::<2>(x), f32x4_extract_lane::<3>(x)]
    }

    pub fn add(a: v128, b: v128) -> v128 {
        f32x4_add(a, b)
    }

    pub fn subtract(a: v128, b: v128) -> v128 {
        f32x4_sub(a, b)
    }

    pub fn multiply(a: v128, b: v128) -> v128 {
        f32x4_mul(a, b)
    }

    pub fn larger(a: v128, b: v128) -> v128 {
        v128_bitselect(b, a, v128_or(f32x4_gt(b, a), f32x4_ne(b, b)))
    }

    pub fn relu(x: v128) -> v128 {
        v128_andnot(x, f32x4_le(x, f32x4_splat(0.0)))
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod register {
    use std::array::from_fn;

    pub type Register = [f32; 4];

    pub fn splat(value: f32) -> [f32; 4] {
        [value; 4]
    }

    pub fn load(values: [f32; 4]) -> [f32; 4] {
        values
    }

    pub fn store(x: [f32; 4]) -> [f32; 4] {
        x
    }

    pub fn add(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        from_fn(|lane| a[lane] + b[lane])
    }

    pub fn subtract(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        from_fn(|lane| a[lane] - b[lane])
    }

    pub fn multiply(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        from_fn(|lane| a[lane] * b[lane])
    }

    pub fn larger(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        from_fn(|lane| super::larger(a[lane], b[lane]))
    }

    pub fn relu(x: [f32; 4]) -> [f32; 4] {
        x.map(super::relu)
    }
}

/// Four numbers.
#[derive(Clone, Copy)]
pub(crate) struct Lanes(register::Register);

impl Lanes {
    /// The same number four times.
    pub fn splat(value: f32) -> Self {
        Self(register::splat(value))
    }

    /// The numbers from `values` on.
    ///
    /// # Safety
    /// There are four of them.
    pub unsafe fn load(values: *const f32) -> Self {
        // SAFETY: as the caller promises; an array of numbers needs no alignment but theirs.
        Self(register::load(unsafe { *values.cast() }))
    }

    /// Writes the numbers to `to` on.
    ///
    /// # Safety
    /// There is room for four, and nothing else refers to it.
    pub unsafe fn store(self, to: *mut f32) {
        // SAFETY: as the caller promises; an array of numbers needs no alignment but theirs.
        unsafe { *to.cast() = self.values() }
    }

    pub fn values(self) -> [f32; LANES] {
        register::store(self.0)
    }

    /// [`larger`] of each pair.
    pub fn larger(self, other: Self) -> Self {
        Self(register::larger(self.0, other.0))
    }

    /// [`relu`] of each.
    pub fn relu(self) -> Self {
        Self(register::relu(self.0))
    }
}

/// The larger of two by the rules of max pooling: the first of equals, a NaN before all else.
pub(crate) fn larger(a: f32, b: f32) -> f32 {
    if b > a || b.is_nan() { b } else { a }
}

/// max(x, 0); a NaN stays.
pub(crate) fn relu(x: f32) -> f32 {
    if x <= 0.0 { 0.0 } else { x }
}

impl Add for Lanes {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(register::add(self.0, other.0))
    }
}

impl Sub for Lanes {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(register::subtract(self.0, other.0))
    }
}

impl Mul for Lanes {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self(register::multiply(self.0, other.0))
    }
}
