//! Eight pixels of each of two rows, reduced to the four of windows two by two: a SIMD128 register at a time in
//! WebAssembly, plainly elsewhere and as the twin, with the same bytes. The compiler does not find these by itself.

use super::PIXEL;

/// What is read of a row.
pub(super) type Eight = [u8; 8 * PIXEL];
/// What is made of it.
pub(super) type Four = [u8; 4 * PIXEL];

/// The largest byte of each window and channel; with the bits flipped (255) the smallest. Of `common`, the bits stay that all
/// pixels have too.
pub(super) fn extremes([a, b]: [&Eight; 2], flip: u8, common: &mut Four) -> Four {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return registers::extremes(a, b, flip, common);
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    {
        a.iter().chain(b).enumerate().for_each(|(at, byte)| common[at % common.len()] &= byte);
        plainly(a, b, |four| four.iter().fold(0, |most, byte| most.max(byte ^ flip)) ^ flip)
    }
}

/// The mean of each window and channel, halves rounded up.
pub(super) fn means([a, b]: [&Eight; 2]) -> Four {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return registers::means(a, b);
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    plainly(a, b, |four| (four.iter().map(|&byte| u16::from(byte)).sum::<u16>().wrapping_add(2) >> 2) as u8)
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn plainly(a: &Eight, b: &Eight, of: impl Fn([u8; 4]) -> u8) -> Four {
    std::array::from_fn(|at| {
        let first = at / PIXEL * 2 * PIXEL + at % PIXEL;
        of([a[first], a[first + PIXEL], b[first], b[first + PIXEL]])
    })
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod registers {
    use super::{Eight, Four};
    use std::arch::wasm32::*;

    /// A row's two registers.
    fn load(row: &Eight) -> [v128; 2] {
        // SAFETY: both are 32 bytes of which any are valid.
        #[allow(unsafe_code)]
        unsafe {
            std::mem::transmute_copy(row)
        }
    }

    fn load_four(four: &Four) -> v128 {
        // SAFETY: both are 16 bytes of which any are valid.
        #[allow(unsafe_code)]
        unsafe {
            std::mem::transmute(*four)
        }
    }

    fn store(four: v128) -> Four {
        // SAFETY: both are 16 bytes of which any are valid.
        #[allow(unsafe_code)]
        unsafe {
            std::mem::transmute(four)
        }
    }

    pub fn extremes(a: &Eight, b: &Eight, flip: u8, common: &mut Four) -> Four {
        let flip = u8x16_splat(flip);
        let ([a0, a1], [b0, b1]) = (load(a), load(b));
        let all = v128_and(v128_and(a0, a1), v128_and(b0, b1));
        *common = store(v128_and(all, load_four(common)));
        let largest = |a, b| u8x16_max(v128_xor(a, flip), v128_xor(b, flip));
        let (left, right) = (largest(a0, b0), largest(a1, b1));
        let (first, second) = (i32x4_shuffle::<0, 2, 4, 6>(left, right), i32x4_shuffle::<1, 3, 5, 7>(left, right));
        store(v128_xor(u8x16_max(first, second), flip))
    }

    pub fn means(a: &Eight, b: &Eight) -> Four {
        let ([a0, a1], [b0, b1]) = (load(a), load(b));
        let columns =
            |left, right| (i32x4_shuffle::<0, 2, 4, 6>(left, right), i32x4_shuffle::<1, 3, 5, 7>(left, right));
        let ((a, b), (c, d)) = (columns(a0, a1), columns(b0, b1));
        // The mean of two, halves rounded up, is one instruction; that of two such means is one too large where it was
        // rounded up itself and either of them was too.
        let (first, second) = (u8x16_avgr(a, b), u8x16_avgr(c, d));
        let either = v128_or(v128_xor(a, b), v128_xor(c, d));
        let too_large = v128_and(v128_and(either, v128_xor(first, second)), u8x16_splat(1));
        store(u8x16_sub(u8x16_avgr(first, second), too_large))
    }
}
