//! Four `f32` side by side: a SIMD128 register in WebAssembly, an array elsewhere, with the same bits.
//!
//! Passes over whole rows need none of this, the compiler vectorises them. It is for what keeps several registers of
//! sums, which the compiler takes apart into single numbers.

use std::ops::{Add, Mul, Sub};

/// How many there are.
pub(crate) const LANES: usize = 4;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod register {
    use std::arch::wasm32::{f32x4, f32x4_add, f32x4_extract_lane, f32x4_mul, f32x4_splat, f32x4_sub, v128};

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
}

/// Four numbers.
#[derive(Clone, Copy)]
pub(crate) struct Lanes(register::Register);

impl Lanes {
    /// The same number four times.
    pub fn splat(value: f32) -> Self {
        Self(register::splat(value))
    }

    /// The numbers from `at` on.
    pub fn at(values: &[f32], at: usize) -> Self {
        let four = &values[at..at + LANES];
        Self(register::load([four[0], four[1], four[2], four[3]]))
    }

    pub fn values(self) -> [f32; LANES] {
        register::store(self.0)
    }
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
