//! In WebAssembly.

use std::arch::wasm32::*;

pub type Register = v128;
pub type Mask = v128;
pub type Whole = v128;
pub type Doubles = v128;

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

pub fn differing(a: v128, b: v128) -> v128 {
    v128_xor(a, b)
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

pub fn whole_greatest(a: v128, b: v128) -> v128 {
    i32x4_max(a, b)
}

pub fn whole_equal(a: v128, b: v128) -> v128 {
    i32x4_eq(a, b)
}

pub fn whole_of_bits(x: v128) -> v128 {
    x
}

pub fn bits_of_whole(x: v128) -> v128 {
    x
}

pub fn doubles([a, b]: [f64; 2]) -> v128 {
    f64x2(a, b)
}

pub fn doubles_values(x: v128) -> [f64; 2] {
    [f64x2_extract_lane::<0>(x), f64x2_extract_lane::<1>(x)]
}

pub fn doubles_add(a: v128, b: v128) -> v128 {
    f64x2_add(a, b)
}

pub fn doubles_multiply(a: v128, b: v128) -> v128 {
    f64x2_mul(a, b)
}

pub fn doubles_divide(a: v128, b: v128) -> v128 {
    f64x2_div(a, b)
}

pub fn doubles_root(x: v128) -> v128 {
    f64x2_sqrt(x)
}

pub fn doubles_without_sign(x: v128) -> v128 {
    f64x2_abs(x)
}

pub fn firsts(a: v128, b: v128) -> v128 {
    i64x2_shuffle::<0, 2>(a, b)
}

pub fn seconds(a: v128, b: v128) -> v128 {
    i64x2_shuffle::<1, 3>(a, b)
}

pub fn widen([a, b]: [f32; 2]) -> v128 {
    f64x2_promote_low_f32x4(f32x4(a, b, 0.0, 0.0))
}

pub fn narrow(x: v128) -> v128 {
    f32x4_demote_f64x2_zero(x)
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

pub fn only(mask: v128, a: v128) -> v128 {
    v128_and(a, mask)
}

pub fn without(mask: v128, a: v128) -> v128 {
    v128_andnot(a, mask)
}

pub fn even(a: v128, b: v128) -> v128 {
    i32x4_shuffle::<0, 2, 4, 6>(a, b)
}

pub fn odd(a: v128, b: v128) -> v128 {
    i32x4_shuffle::<1, 3, 5, 7>(a, b)
}

pub fn outer(a: v128, b: v128) -> v128 {
    i32x4_shuffle::<0, 2, 5, 7>(a, b)
}

pub fn following(a: v128, b: v128) -> v128 {
    i32x4_shuffle::<1, 2, 3, 4>(a, b)
}

pub fn straddling(a: v128, b: v128) -> v128 {
    i32x4_shuffle::<2, 3, 4, 5>(a, b)
}

pub fn preceding(a: v128, b: v128) -> v128 {
    i32x4_shuffle::<3, 4, 5, 6>(a, b)
}

pub fn lower(a: v128, b: v128) -> v128 {
    i32x4_shuffle::<0, 4, 1, 5>(a, b)
}

pub fn upper(a: v128, b: v128) -> v128 {
    i32x4_shuffle::<2, 6, 3, 7>(a, b)
}
