//! Number by number: what the others are held equal to, and what runs where there are no others.

use std::array::from_fn;

pub type Register = [f32; 4];
pub type Mask = [bool; 4];
pub type Whole = [i32; 4];
pub type Doubles = [f64; 2];

pub const NO_LANE: Mask = [false; 4];

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

pub fn differing(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    from_fn(|lane| f32::from_bits(a[lane].to_bits() ^ b[lane].to_bits()))
}

pub fn pmax(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    from_fn(|lane| if a[lane] < b[lane] { b[lane] } else { a[lane] })
}

pub fn pmin(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    from_fn(|lane| if b[lane] < a[lane] { b[lane] } else { a[lane] })
}

pub fn larger(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    from_fn(|lane| crate::kernel::lanes::larger(a[lane], b[lane]))
}

pub fn relu(x: [f32; 4]) -> [f32; 4] {
    x.map(crate::kernel::lanes::relu)
}

pub fn less(a: [f32; 4], b: [f32; 4]) -> Mask {
    from_fn(|lane| a[lane] < b[lane])
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

pub fn whole_greatest(a: [i32; 4], b: [i32; 4]) -> [i32; 4] {
    from_fn(|lane| a[lane].max(b[lane]))
}

pub fn whole_equal(a: [i32; 4], b: [i32; 4]) -> Mask {
    from_fn(|lane| a[lane] == b[lane])
}

pub fn whole_of_bits(x: [f32; 4]) -> [i32; 4] {
    x.map(|x| x.to_bits() as i32)
}

pub fn bits_of_whole(x: [i32; 4]) -> [f32; 4] {
    x.map(|x| f32::from_bits(x as u32))
}

pub fn doubles(values: [f64; 2]) -> Doubles {
    values
}

pub fn doubles_values(x: Doubles) -> [f64; 2] {
    x
}

pub fn doubles_add(a: Doubles, b: Doubles) -> Doubles {
    from_fn(|lane| a[lane] + b[lane])
}

pub fn doubles_multiply(a: Doubles, b: Doubles) -> Doubles {
    from_fn(|lane| a[lane] * b[lane])
}

pub fn doubles_divide(a: Doubles, b: Doubles) -> Doubles {
    from_fn(|lane| a[lane] / b[lane])
}

pub fn doubles_root(x: Doubles) -> Doubles {
    x.map(f64::sqrt)
}

pub fn doubles_without_sign(x: Doubles) -> Doubles {
    x.map(f64::abs)
}

pub fn firsts(a: Doubles, b: Doubles) -> Doubles {
    [a[0], b[0]]
}

pub fn seconds(a: Doubles, b: Doubles) -> Doubles {
    [a[1], b[1]]
}

pub fn widen(values: [f32; 2]) -> Doubles {
    values.map(f64::from)
}

pub fn narrow([a, b]: Doubles) -> [f32; 4] {
    [a as f32, b as f32, 0.0, 0.0]
}

pub fn is_nan(x: [f32; 4]) -> Mask {
    x.map(f32::is_nan)
}

pub fn either(a: Mask, b: Mask) -> Mask {
    from_fn(|lane| a[lane] | b[lane])
}

pub fn any(mask: Mask) -> bool {
    mask.contains(&true)
}

pub fn mask(of: [bool; 4]) -> Mask {
    of
}

pub fn select(mask: Mask, a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    from_fn(|lane| if mask[lane] { a[lane] } else { b[lane] })
}

pub fn only(mask: Mask, a: [f32; 4]) -> [f32; 4] {
    select(mask, a, [0.0; 4])
}

pub fn without(mask: Mask, a: [f32; 4]) -> [f32; 4] {
    select(mask, [0.0; 4], a)
}

pub fn even(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [a[0], a[2], b[0], b[2]]
}

pub fn odd(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [a[1], a[3], b[1], b[3]]
}

pub fn outer(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [a[0], a[2], b[1], b[3]]
}

pub fn following(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [a[1], a[2], a[3], b[0]]
}

pub fn straddling(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [a[2], a[3], b[0], b[1]]
}

pub fn preceding(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [a[3], b[0], b[1], b[2]]
}

pub fn lower(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [a[0], b[0], a[1], b[1]]
}

pub fn upper(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [a[2], b[2], a[3], b[3]]
}
