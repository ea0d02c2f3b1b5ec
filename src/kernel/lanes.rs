//! Four `f32` side by side: a SIMD128 register in WebAssembly, an array elsewhere, with the same bits.
//!
//! Most passes over whole rows need none of this, the compiler vectorises them. It is for what keeps several registers of
//! sums, which the compiler takes apart into single numbers, and for rows so short that the ends of its loops would cost
//! more than their middles.
#![expect(unsafe_code, reason = "four numbers are read and written in one piece")]

use std::ops::{Add, BitOr, Div, Mul, Sub};

/// How many there are.
pub(crate) const LANES: usize = 4;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod register {
    use std::arch::wasm32::*;

    pub type Register = v128;
    pub type Mask = v128;
    pub type Whole = v128;

    pub const NO_LANE: v128 = u32x4(0, 0, 0, 0);

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

    pub fn divide(a: v128, b: v128) -> v128 {
        f32x4_div(a, b)
    }

    pub fn pmax(a: v128, b: v128) -> v128 {
        f32x4_pmax(a, b)
    }

    pub fn pmin(a: v128, b: v128) -> v128 {
        f32x4_pmin(a, b)
    }

    pub fn larger(a: v128, b: v128) -> v128 {
        v128_bitselect(b, a, v128_or(f32x4_gt(b, a), f32x4_ne(b, b)))
    }

    pub fn relu(x: v128) -> v128 {
        v128_andnot(x, f32x4_le(x, f32x4_splat(0.0)))
    }

    pub fn less(a: v128, b: v128) -> v128 {
        f32x4_lt(a, b)
    }

    pub fn equal(a: v128, b: v128) -> v128 {
        f32x4_eq(a, b)
    }

    pub fn whole(values: [i32; 4]) -> v128 {
        let [a, b, c, d] = values;
        i32x4(a, b, c, d)
    }

    pub fn whole_add(a: v128, b: v128) -> v128 {
        i32x4_add(a, b)
    }

    pub fn whole_subtract(a: v128, b: v128) -> v128 {
        i32x4_sub(a, b)
    }

    pub fn whole_least(a: v128, b: v128) -> v128 {
        i32x4_min(a, b)
    }

    pub fn whole_of_mask(mask: v128) -> v128 {
        mask
    }

    pub fn whole_select(mask: v128, a: v128, b: v128) -> v128 {
        v128_bitselect(a, b, mask)
    }

    pub fn is_nan(x: v128) -> v128 {
        f32x4_ne(x, x)
    }

    pub fn either(a: v128, b: v128) -> v128 {
        v128_or(a, b)
    }

    pub fn any(mask: v128) -> bool {
        v128_any_true(mask)
    }

    pub fn mask(of: [bool; 4]) -> v128 {
        let [a, b, c, d] = of.map(|lane| -i32::from(lane));
        i32x4(a, b, c, d)
    }

    pub fn select(mask: v128, a: v128, b: v128) -> v128 {
        v128_bitselect(a, b, mask)
    }

    pub fn even(a: v128, b: v128) -> v128 {
        i32x4_shuffle::<0, 2, 4, 6>(a, b)
    }

    pub fn odd(a: v128, b: v128) -> v128 {
        i32x4_shuffle::<1, 3, 5, 7>(a, b)
    }

    pub fn following(a: v128, b: v128) -> v128 {
        i32x4_shuffle::<1, 2, 3, 4>(a, b)
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod register {
    use std::array::from_fn;

    pub type Register = [f32; 4];
    pub type Mask = [bool; 4];
    pub type Whole = [i32; 4];

    pub const NO_LANE: [bool; 4] = [false; 4];

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

    pub fn divide(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        from_fn(|lane| a[lane] / b[lane])
    }

    pub fn pmax(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        from_fn(|lane| if a[lane] < b[lane] { b[lane] } else { a[lane] })
    }

    pub fn pmin(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        from_fn(|lane| if b[lane] < a[lane] { b[lane] } else { a[lane] })
    }

    pub fn larger(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        from_fn(|lane| super::larger(a[lane], b[lane]))
    }

    pub fn relu(x: [f32; 4]) -> [f32; 4] {
        x.map(super::relu)
    }

    pub fn less(a: [f32; 4], b: [f32; 4]) -> [bool; 4] {
        from_fn(|lane| a[lane] < b[lane])
    }

    pub fn equal(a: [f32; 4], b: [f32; 4]) -> [bool; 4] {
        from_fn(|lane| a[lane] == b[lane])
    }

    pub fn whole(values: [i32; 4]) -> [i32; 4] {
        values
    }

    pub fn whole_add(a: [i32; 4], b: [i32; 4]) -> [i32; 4] {
        from_fn(|lane| a[lane].wrapping_add(b[lane]))
    }

    pub fn whole_subtract(a: [i32; 4], b: [i32; 4]) -> [i32; 4] {
        from_fn(|lane| a[lane].wrapping_sub(b[lane]))
    }

    pub fn whole_least(a: [i32; 4], b: [i32; 4]) -> [i32; 4] {
        from_fn(|lane| a[lane].min(b[lane]))
    }

    pub fn whole_of_mask(mask: [bool; 4]) -> [i32; 4] {
        mask.map(|lane| -i32::from(lane))
    }

    pub fn whole_select(mask: [bool; 4], a: [i32; 4], b: [i32; 4]) -> [i32; 4] {
        from_fn(|lane| if mask[lane] { a[lane] } else { b[lane] })
    }

    pub fn is_nan(x: [f32; 4]) -> [bool; 4] {
        x.map(f32::is_nan)
    }

    pub fn either(a: [bool; 4], b: [bool; 4]) -> [bool; 4] {
        from_fn(|lane| a[lane] | b[lane])
    }

    pub fn any(mask: [bool; 4]) -> bool {
        mask.contains(&true)
    }

    pub fn mask(of: [bool; 4]) -> [bool; 4] {
        of
    }

    pub fn select(mask: [bool; 4], a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        from_fn(|lane| if mask[lane] { a[lane] } else { b[lane] })
    }

    pub fn even(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        [a[0], a[2], b[0], b[2]]
    }

    pub fn odd(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        [a[1], a[3], b[1], b[3]]
    }

    pub fn following(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        [a[1], a[2], a[3], b[0]]
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

    pub fn of(values: [f32; LANES]) -> Self {
        Self(register::load(values))
    }

    pub fn values(self) -> [f32; LANES] {
        register::store(self.0)
    }

    /// The numbers from `from` on.
    ///
    /// # Safety
    /// There must be four of them to read.
    pub unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's promise; neither type has an alignment beyond f32's that this read relies on.
        Self(unsafe { from.cast::<register::Register>().read_unaligned() })
    }

    /// Writes the numbers from `to` on.
    ///
    /// # Safety
    /// There must be room for four of them.
    pub unsafe fn store(self, to: *mut f32) {
        // SAFETY: as for `load`.
        unsafe { to.cast::<register::Register>().write_unaligned(self.0) }
    }

    /// These where the mask has a lane, the others elsewhere.
    pub fn or_where_not(self, mask: Mask, other: Self) -> Self {
        Self(register::select(mask.0, self.0, other.0))
    }

    /// The larger of each two; the first of equals, and where one is a NaN.
    pub fn pmax(self, other: Self) -> Self {
        Self(register::pmax(self.0, other.0))
    }

    /// The smaller of each two; the first of equals, and where one is a NaN.
    pub fn pmin(self, other: Self) -> Self {
        Self(register::pmin(self.0, other.0))
    }

    pub fn less(self, other: Self) -> Mask {
        Mask(register::less(self.0, other.0))
    }

    pub fn equal(self, other: Self) -> Mask {
        Mask(register::equal(self.0, other.0))
    }

    /// [`larger`] of each two.
    pub fn larger(self, other: Self) -> Self {
        Self(register::larger(self.0, other.0))
    }

    /// [`relu`] of each.
    pub fn relu(self) -> Self {
        Self(register::relu(self.0))
    }

    pub fn is_nan(self) -> Mask {
        Mask(register::is_nan(self.0))
    }

    /// Of eight numbers, the first, third, fifth and seventh.
    pub fn even(self, next: Self) -> Self {
        Self(register::even(self.0, next.0))
    }

    /// Of eight numbers, the second, fourth, sixth and eighth.
    pub fn odd(self, next: Self) -> Self {
        Self(register::odd(self.0, next.0))
    }

    /// Of eight numbers, the second to the fifth.
    pub fn following(self, next: Self) -> Self {
        Self(register::following(self.0, next.0))
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

/// Four whole numbers.
#[derive(Clone, Copy)]
pub(crate) struct Whole(register::Whole);

impl Whole {
    pub fn of(values: [i32; LANES]) -> Self {
        Self(register::whole(values))
    }

    /// Writes the numbers from `to` on.
    ///
    /// # Safety
    /// There must be room for four of them.
    pub unsafe fn store(self, to: *mut i32) {
        // SAFETY: the caller's promise; neither type has an alignment beyond i32's that this write relies on.
        unsafe { to.cast::<register::Whole>().write_unaligned(self.0) }
    }

    /// These where the mask has a lane, the others elsewhere.
    pub fn or_where_not(self, mask: Mask, other: Self) -> Self {
        Self(register::whole_select(mask.0, self.0, other.0))
    }

    /// The smaller of each two.
    pub fn least(self, other: Self) -> Self {
        Self(register::whole_least(self.0, other.0))
    }
}

impl Sub for Whole {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(register::whole_subtract(self.0, other.0))
    }
}

impl Add for Whole {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(register::whole_add(self.0, other.0))
    }
}

/// Which of four lanes.
#[derive(Clone, Copy)]
pub(crate) struct Mask(register::Mask);

impl Mask {
    pub const NONE: Self = Self(register::NO_LANE);

    pub fn of(lanes: [bool; LANES]) -> Self {
        Self(register::mask(lanes))
    }

    pub fn any(self) -> bool {
        register::any(self.0)
    }

    /// −1 in each of the lanes, 0 in the others.
    pub fn whole(self) -> Whole {
        Whole(register::whole_of_mask(self.0))
    }
}

impl BitOr for Mask {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(register::either(self.0, other.0))
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

impl Div for Lanes {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        Self(register::divide(self.0, other.0))
    }
}
