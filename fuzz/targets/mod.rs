//! What the fuzz targets do with their bytes: plain functions that panic where a promise is broken. The libFuzzer
//! programs in `bin` call them with whatever they think of, the repository's `tests/fuzz_seeds.rs` with the kept seeds.

pub mod dialect;
pub mod families;
pub mod layer;
mod methods;
mod naive;
pub mod network;
pub mod npy;
pub mod options;

use arbitrary::{Result, Unstructured};
use deep_end::Error;
use ndarray::{ArrayD, IxDyn};

/// The most cells of an array that a target makes, and of windows' cells that it has read. What is larger is refused
/// here: it would be sound, and slow.
const MAX_CELLS: usize = 1 << 10;
const MAX_WORK: usize = 1 << 13;
/// And so many taps a window has along an axis.
const MAX_TAPS: usize = 1 << 16;

/// The number of cells, `usize::MAX` where it overflows.
fn cells(shape: &[usize]) -> usize {
    shape.iter().fold(1, |cells: usize, &extent| cells.saturating_mul(extent))
}

/// An error must name something and fit a line or two of a page.
fn check_message(error: &Error) {
    let text = error.to_string();
    assert!(!error.parameter().is_empty() && !error.rule().is_empty(), "{text}");
    assert!(text.chars().count() < 4000, "{} characters: {}…", text.len(), text.chars().take(200).collect::<String>());
}

/// An extent: mostly small, now and then 0 or absurd.
fn extent(u: &mut Unstructured) -> Result<usize> {
    const ABSURD: [usize; 8] = [
        1 << 16,
        u32::MAX as usize,
        1 << 53,
        usize::MAX / 8,
        isize::MAX as usize / 4,
        isize::MAX as usize,
        usize::MAX - 1,
        usize::MAX,
    ];
    Ok(match u.arbitrary::<u8>()? {
        small @ 0..0xe0 => 1 + usize::from(small) % 9,
        0xe0..0xf0 => 0,
        absurd => ABSURD[usize::from(absurd) % 8],
    })
}

/// A number that floats have trouble with as often as an ordinary one.
fn number(u: &mut Unstructured) -> f32 {
    const SPECIAL: [f32; 16] = [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        0.0,
        -0.0,
        1.0,
        -1.0,
        2.0,
        0.5,
        f32::MAX,
        f32::MIN,
        f32::MIN_POSITIVE,
        1e-45,
        -1e-40,
        1e20,
        16_777_216.0,
    ];
    match u.arbitrary::<u8>().unwrap_or(0) {
        special @ 0..0x40 => SPECIAL[usize::from(special) % SPECIAL.len()],
        0x40..0x60 => u.arbitrary::<u32>().map_or(0.0, f32::from_bits),
        small => f32::from(small) / 8.0 - 16.0,
    }
}

/// An array of this shape. A few numbers are drawn, and every cell is one of them: so there are ties.
fn array(u: &mut Unstructured, shape: &[usize]) -> Option<ArrayD<f32>> {
    if cells(shape) > MAX_CELLS {
        return None;
    }
    // Out of bytes, they are ordinary and differ: a short input has data too.
    let ordinary = |turn: u8| f32::from(turn) - 7.5;
    let palette: Vec<f32> = (0..16).map(|turn| if u.is_empty() { ordinary(turn) } else { number(u) }).collect();
    let mut turn = u.arbitrary::<u32>().unwrap_or(1);
    let values = (0..cells(shape)).map(|_| {
        // A step of a linear congruential generator (D. Knuth, The Art of Computer Programming 2, section 3.3.4).
        turn = turn.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        palette[(turn >> 28) as usize]
    });
    // No array where the extents beside a 0 overflow.
    ArrayD::from_shape_vec(IxDyn(shape), values.collect()).ok()
}

fn bits(array: &ArrayD<f32>) -> Vec<u32> {
    array.iter().map(|value| value.to_bits()).collect()
}

/// Equal to the bit, except that every NaN is as good as another.
fn same(a: f32, b: f32) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}
