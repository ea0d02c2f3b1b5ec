//! On x86-64, whose every processor has these.

use std::arch::x86_64::*;

pub type Register = __m128;
pub type Mask = __m128;
pub type Whole = __m128i;
pub type Doubles = __m128d;

// SAFETY: a register is sixteen bytes, whatever they are.
pub const NO_LANE: __m128 = unsafe { std::mem::transmute([0f32; 4]) };

/// Functions of nothing but these instructions.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident($($of:ident: $type:ty),*) -> $result:ty = $made:expr;)*) => {
        $($(#[$doc])* pub fn $name($($of: $type),*) -> $result {
            // SAFETY: every x86-64 processor has SSE2; what is read from memory is an array of four.
            unsafe { $made }
        })*
    };
}

functions! {
    splat(value: f32) -> __m128 = _mm_set1_ps(value);
    load(of: [f32; 4]) -> __m128 = _mm_loadu_ps(of.as_ptr());
    store(x: __m128) -> [f32; 4] = std::mem::transmute(x);
    add(a: __m128, b: __m128) -> __m128 = _mm_add_ps(a, b);
    subtract(a: __m128, b: __m128) -> __m128 = _mm_sub_ps(a, b);
    multiply(a: __m128, b: __m128) -> __m128 = _mm_mul_ps(a, b);
    divide(a: __m128, b: __m128) -> __m128 = _mm_div_ps(a, b);
    differing(a: __m128, b: __m128) -> __m128 = _mm_xor_ps(a, b);
    pmax(a: __m128, b: __m128) -> __m128 = _mm_max_ps(b, a);
    pmin(a: __m128, b: __m128) -> __m128 = _mm_min_ps(b, a);
    larger(a: __m128, b: __m128) -> __m128 = select(_mm_or_ps(_mm_cmplt_ps(a, b), is_nan(b)), b, a);
    relu(x: __m128) -> __m128 = _mm_andnot_ps(_mm_cmple_ps(x, NO_LANE), x);
    less(a: __m128, b: __m128) -> __m128 = _mm_cmplt_ps(a, b);
    whole(of: [i32; 4]) -> __m128i = _mm_loadu_si128(of.as_ptr().cast());
    whole_add(a: __m128i, b: __m128i) -> __m128i = _mm_add_epi32(a, b);
    whole_subtract(a: __m128i, b: __m128i) -> __m128i = _mm_sub_epi32(a, b);
    whole_least(a: __m128i, b: __m128i) -> __m128i = whole_select(_mm_castsi128_ps(_mm_cmplt_epi32(a, b)), a, b);
    whole_greatest(a: __m128i, b: __m128i) -> __m128i = whole_select(_mm_castsi128_ps(_mm_cmplt_epi32(a, b)), b, a);
    whole_equal(a: __m128i, b: __m128i) -> __m128 = _mm_castsi128_ps(_mm_cmpeq_epi32(a, b));
    whole_of_bits(x: __m128) -> __m128i = _mm_castps_si128(x);
    bits_of_whole(x: __m128i) -> __m128 = _mm_castsi128_ps(x);
    whole_select(mask: __m128, a: __m128i, b: __m128i) -> __m128i = _mm_castps_si128(select(mask, _mm_castsi128_ps(a), _mm_castsi128_ps(b)));
    doubles(of: [f64; 2]) -> __m128d = _mm_loadu_pd(of.as_ptr());
    doubles_values(x: __m128d) -> [f64; 2] = std::mem::transmute(x);
    doubles_add(a: __m128d, b: __m128d) -> __m128d = _mm_add_pd(a, b);
    doubles_multiply(a: __m128d, b: __m128d) -> __m128d = _mm_mul_pd(a, b);
    doubles_divide(a: __m128d, b: __m128d) -> __m128d = _mm_div_pd(a, b);
    doubles_root(x: __m128d) -> __m128d = _mm_sqrt_pd(x);
    doubles_without_sign(x: __m128d) -> __m128d = _mm_andnot_pd(_mm_set1_pd(-0.0), x);
    firsts(a: __m128d, b: __m128d) -> __m128d = _mm_unpacklo_pd(a, b);
    seconds(a: __m128d, b: __m128d) -> __m128d = _mm_unpackhi_pd(a, b);
    widen(of: [f32; 2]) -> __m128d = _mm_cvtps_pd(_mm_setr_ps(of[0], of[1], 0.0, 0.0));
    narrow(x: __m128d) -> __m128 = _mm_cvtpd_ps(x);
    is_nan(x: __m128) -> __m128 = _mm_cmpunord_ps(x, x);
    either(a: __m128, b: __m128) -> __m128 = _mm_or_ps(a, b);
    any(mask: __m128) -> bool = _mm_movemask_ps(mask) != 0;
    mask(of: [bool; 4]) -> __m128 = _mm_castsi128_ps(whole(of.map(|lane| -i32::from(lane))));
    select(mask: __m128, a: __m128, b: __m128) -> __m128 = _mm_or_ps(_mm_and_ps(mask, a), _mm_andnot_ps(mask, b));
    only(mask: __m128, a: __m128) -> __m128 = _mm_and_ps(mask, a);
    without(mask: __m128, a: __m128) -> __m128 = _mm_andnot_ps(mask, a);
    even(a: __m128, b: __m128) -> __m128 = _mm_shuffle_ps::<0b10_00_10_00>(a, b);
    odd(a: __m128, b: __m128) -> __m128 = _mm_shuffle_ps::<0b11_01_11_01>(a, b);
    outer(a: __m128, b: __m128) -> __m128 = _mm_shuffle_ps::<0b11_01_10_00>(a, b);
    /// The last of four numbers twice, and the first of others twice.
    middle(a: __m128, b: __m128) -> __m128 = _mm_shuffle_ps::<0b00_00_11_11>(a, b);
    following(a: __m128, b: __m128) -> __m128 = _mm_shuffle_ps::<0b10_00_10_01>(a, middle(a, b));
    straddling(a: __m128, b: __m128) -> __m128 = _mm_shuffle_ps::<0b01_00_11_10>(a, b);
    preceding(a: __m128, b: __m128) -> __m128 = _mm_shuffle_ps::<0b10_01_10_00>(middle(a, b), b);
    lower(a: __m128, b: __m128) -> __m128 = _mm_unpacklo_ps(a, b);
    upper(a: __m128, b: __m128) -> __m128 = _mm_unpackhi_ps(a, b);
}
