//! What feature maps may hold, each kind by itself, so that each is really met.

use proptest::prelude::*;

pub type Cells = BoxedStrategy<f32>;

/// The signs that ordinary numbers have, none of them special.
pub fn ordinary() -> Cells {
    (-10.0..10.0f32).boxed()
}

/// As after a ReLU: many zeros, none below.
pub fn non_negative() -> Cells {
    prop_oneof![3 => 0.0..10.0f32, 1 => Just(0.0)].boxed()
}

pub fn negative() -> Cells {
    ordinary().prop_map(|cell| -cell.abs().max(0.001)).boxed()
}

/// Few different values, so that most windows have ties; zeros of both signs are one.
pub fn ties() -> Cells {
    prop::sample::select(vec![-2.0, -1.0, -0.0, 0.0, 1.0, 2.0]).boxed()
}

pub fn zeros() -> Cells {
    prop::sample::select(vec![-0.0, 0.0]).boxed()
}

/// NaNs of both signs and with different payloads among numbers, ties and infinities.
pub fn with_nan() -> Cells {
    let nan = [0x7FC0_0000, 0xFFC0_0000, 0x7FC0_0001, 0xFFFF_FFFF].map(f32::from_bits);
    prop_oneof![1 => prop::sample::select(nan.to_vec()), 4 => ordinary(), 2 => ties(), 1 => infinite()].boxed()
}

/// Infinities of one sign or of both among numbers.
pub fn with_infinities() -> Cells {
    prop_oneof![1 => infinite(), 3 => ordinary()].boxed()
}

/// Mostly infinities, so that whole windows of them are met too.
pub fn infinite() -> Cells {
    prop::sample::select(vec![f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY, f32::INFINITY, 1.0]).boxed()
}

/// Below the smallest normal number, 2⁻¹²⁶.
pub fn subnormal() -> Cells {
    let magnitude = prop_oneof![3 => 0..1u32 << 23, 1 => 0..4u32];
    (magnitude, any::<bool>()).prop_map(|(bits, negative)| f32::from_bits(bits | u32::from(negative) << 31)).boxed()
}

/// Up to the largest number, so that sums and powers leave the range of f32.
pub fn huge() -> Cells {
    let magnitude = prop_oneof![3 => 1e37..f32::MAX, 1 => Just(f32::MAX)];
    (magnitude, any::<bool>()).prop_map(|(cell, negative)| if negative { -cell } else { cell }).boxed()
}

/// Any bits at all.
pub fn any_bits() -> Cells {
    any::<u32>().prop_map(f32::from_bits).boxed()
}
