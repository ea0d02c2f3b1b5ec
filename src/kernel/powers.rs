//! Exponentials, logarithms and powers in f64, without branches or tables, so that the compiler does two of them at a
//! time. Only + − × ÷ and whole numbers: the same bits on every machine. Against 50 digits they err by at most 1 unit in
//! the last place (eˣ), 1.1 (cube roots), 2 (eˣ − 1), 2.5 (logarithms) and 2 + p (xᵖ where that is from 10⁻²⁰ to 10²⁰⁰; the root of a sum of
//! powers divides that by p).
//!
//! The polynomials interpolate at the Chebyshev nodes of the reduced range, which leaves less than 2⁻⁵⁵ of the value.

use std::f64::consts::{LN_2, LOG2_E, SQRT_2};

/// 1.5 · 2⁵²: a number of moderate size added to it is rounded to a whole one, which then stands in its lowest bits.
const WHOLE: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts. The upper one has 32 bits, so that its product with an exponent is exact.
const LN_2_UPPER: f64 = 0.693_147_180_369_123_8;
const LN_2_LOWER: f64 = 1.908_214_929_270_587_7e-10;
/// The exponents of 2 between which [`scaled`] has powers.
const LEAST: f64 = -960.0;
const MOST: f64 = 1023.0;

/// (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2.
const EXPONENTIAL: [f64; 10] = [
    0.500_000_000_000_000_1,
    0.166_666_666_666_666_69,
    0.041_666_666_666_624_164,
    0.008_333_333_333_330_065,
    0.001_388_888_891_719_671_9,
    0.000_198_412_698_630_405_45,
    2.480_152_132_236_869_2e-5,
    2.755_726_848_031_002_4e-6,
    2.762_007_587_998_336_7e-7,
    2.510_037_583_256_123_4e-8,
];
/// (2 · artanh t − 2t) / t³ in t², for |t| ≤ (√2 − 1) / (√2 + 1).
const LOGARITHM: [f64; 7] = [
    0.666_666_666_666_667,
    0.399_999_999_998_995_05,
    0.285_714_286_259_757_64,
    0.222_222_111_347_497_34,
    0.181_828_891_285_655_08,
    0.153_317_214_907_386_42,
    0.146_164_510_424_341_67,
];

/// An exponential as s · (1 + p): s a power of two, p the rest.
#[derive(Clone, Copy)]
pub(crate) struct Exponential {
    scale: f64,
    rest: f64,
}

/// Half way to an exponential: s and r, of which it is s · eʳ.
#[derive(Clone, Copy)]
pub(crate) struct Reduced {
    pub scale: f64,
    pub r: f64,
}

impl Reduced {
    /// Of eˣ for |x| ≤ 700.
    #[inline(always)]
    pub fn of(x: f64) -> Self {
        let shifted = x * LOG2_E + WHOLE;
        let whole = shifted - WHOLE;
        Self::scaled(shifted, (x - whole * LN_2_UPPER) - whole * LN_2_LOWER)
    }

    /// 2ⁿ · eʳ, where n stands in the lowest bits of `shifted`.
    #[inline(always)]
    fn scaled(shifted: f64, r: f64) -> Self {
        Self { scale: f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52), r }
    }

    #[inline(always)]
    pub fn exponential(self) -> Exponential {
        let Self { scale, r } = self;
        Exponential { scale, rest: r + r * r * polynomial(&EXPONENTIAL, r) }
    }
}

impl Exponential {
    /// eˣ for |x| ≤ 700.
    #[inline(always)]
    pub fn of(x: f64) -> Self {
        Reduced::of(x).exponential()
    }

    #[inline(always)]
    pub fn value(self) -> f64 {
        self.scale + self.scale * self.rest
    }

    /// Less 1, of which a value near 1 would keep few digits.
    #[inline(always)]
    pub fn minus_1(self) -> f64 {
        self.scale * self.rest + (self.scale - 1.0)
    }
}

/// eˣ of any x, 0 where that is below 10⁻³⁰⁷.
pub(crate) fn exp(x: f64) -> f64 {
    let value = Exponential::of(x.clamp(-708.0, 709.0)).value();
    let bounded = if x < -708.0 { 0.0 } else { value };
    if x > 709.0 { f64::INFINITY } else { bounded }
}

/// Makes the last of an odd number of values beside another, and returns the others: a loop over an even number has no rest
/// that would be loaded as a loop of its own.
#[inline(always)]
fn in_twos<'v>(values: &'v mut [f64], make: &dyn Fn(&mut [f64])) -> &'v mut [f64] {
    let (twos, rest) = values.as_chunks_mut::<2>();
    if let [last] = rest {
        let mut two = [*last; 2];
        make(&mut two);
        *last = two[0];
    }
    twos.as_flattened_mut()
}

/// eˣ of each x, those beyond ±700 as if they were that. Not inlined, as the others are: a visitor loads the loop once.
#[inline(never)]
pub(crate) fn exp_each(values: &mut [f64]) {
    in_twos(values, &exp_each)
        .iter_mut()
        .for_each(|value| *value = Exponential::of(value.clamp(-700.0, 700.0)).value());
}

/// eˣ − 1 of any x.
pub(crate) fn exp_minus_1(x: f64) -> f64 {
    if x.abs() <= 700.0 { Exponential::of(x).minus_1() } else { exp(x) - 1.0 }
}

/// x as 2ⁿ · m with m near 1: n, and ln m. For normal numbers above 0.
#[inline(always)]
fn logarithm(x: f64) -> (f64, f64) {
    // Counted from the bits of √½, the exponent steps where m would pass √2. Raised, so that it is no negative one.
    const HALF_ROOT: u64 = (SQRT_2 / 2.0).to_bits();
    const RAISED: u64 = 1024;
    let above = x.to_bits().wrapping_sub(HALF_ROOT).wrapping_add(RAISED << 52);
    let exponent = f64::from_bits((above >> 52).wrapping_add(WHOLE.to_bits())) - (WHOLE + RAISED as f64);
    let m = f64::from_bits((above & 0x000f_ffff_ffff_ffff).wrapping_add(HALF_ROOT));
    let t = (m - 1.0) / (m + 1.0);
    let squared = t * t;
    (exponent, 2.0 * t + t * squared * polynomial(&LOGARITHM, squared))
}

/// ln(1 + x), for a 1 + x that is normal and above 0.
#[inline(always)]
pub(crate) fn ln_1_plus(x: f64) -> f64 {
    let above = 1.0 + x;
    // What the sum has rounded away, by the slope of the logarithm.
    ln(above, x - (above - 1.0))
}

/// ln(x + d), where d is too small beside x to be added.
#[inline(always)]
pub(crate) fn ln(x: f64, d: f64) -> f64 {
    let (exponent, rest) = logarithm(x);
    exponent * LN_2_UPPER + (rest + (exponent * LN_2_LOWER + d / x))
}

/// An exponent of powers, ready for many of them.
#[derive(Clone, Copy)]
pub(crate) struct Power {
    exponent: f64,
    /// The upper 42 bits, whose products with exponents of 2 are exact, and the lower ones.
    upper: f64,
    lower: f64,
}

impl Power {
    pub fn new(exponent: f64) -> Self {
        let upper = f64::from_bits(exponent.to_bits() & !0x7ff);
        Self { exponent, upper, lower: exponent - upper }
    }

    /// x to the power, for a normal x above 0. At 2⁻¹⁰²² and 2¹⁰²³ it stops.
    #[inline(always)]
    fn of_normal(self, x: f64) -> f64 {
        let (two, rest) = logarithm(x);
        let (upper, lower) = (self.upper * two, self.lower * two + self.exponent * rest * LOG2_E);
        let shifted = (upper + lower).clamp(LEAST, MOST) + WHOLE;
        // What is left of the logarithm, by its two parts: 2ⁿ is taken away exactly.
        let left = (upper - (shifted - WHOLE)) * LN_2 + (self.lower * two * LN_2 + self.exponent * rest);
        Reduced::scaled(shifted, left.clamp(-0.5, 0.5)).exponential().value()
    }

    /// x to the power, for x ≥ 0: 0, ∞ and NaN stay what they are.
    #[inline(always)]
    fn of(self, x: f64) -> f64 {
        let power = self.of_normal(x);
        if x > 0.0 && x < f64::INFINITY { power } else { x }
    }

    /// The power of each x ≥ 0. Small whole ones are products.
    #[inline(never)]
    pub fn of_each(self, values: &mut [f64]) {
        let values = in_twos(values, &|last| self.of_each(last));
        if self.exponent.fract() == 0.0 && self.exponent <= MOST_FACTORS {
            let (eights, rest) = values.as_chunks_mut::<8>();
            eights.iter_mut().for_each(|eight| *eight = product(*eight, self.exponent as u32));
            rest.iter_mut().for_each(|one| [*one] = product([*one], self.exponent as u32));
        } else if self.exponent == 1.0 / 3.0 {
            values.iter_mut().for_each(|value| *value = cube_root(*value));
        } else {
            values.iter_mut().for_each(|value| *value = self.of(*value));
        }
    }
}

/// The cube root, for x ≥ 0 that is normal or 0: ∞ and NaN stay what they are. By way of r = 1/∛x, and how far x·r³ is from
/// 1: no logarithm, and one division less.
#[inline(always)]
fn cube_root(x: f64) -> f64 {
    // The upper half of the bits is a logarithm, roughly: less a third of it, r errs by 3.5 % at the most.
    const OF_ONE: f64 = 1_430_188_458.0;
    let upper = f64::from_bits((x.to_bits() >> 32) | WHOLE.to_bits()) - WHOLE;
    let r = f64::from_bits(((OF_ONE - upper * (1.0 / 3.0)) + WHOLE).to_bits() << 32);
    // (1 − h)^(−1/3) and, of the root itself, (1 − h)^(−2/3).
    let h = 1.0 - x * r * r * r;
    let r = r * polynomial(&[1.0, 1.0 / 3.0, 2.0 / 9.0, 14.0 / 81.0], h);
    let root = x * r * r;
    let h = 1.0 - root * r;
    let exact = root + root * h * polynomial(&[2.0 / 3.0, 5.0 / 9.0, 40.0 / 81.0], h);
    if x < f64::INFINITY { exact } else { x }
}

/// x to a power, for x ≥ 0.
pub(crate) fn power(x: f64, exponent: f64) -> f64 {
    let mut power = [x];
    Power::new(exponent).of_each(&mut power);
    power[0]
}

/// The largest power that is a product: its error grows with each.
const MOST_FACTORS: f64 = 16.0;

/// Each x times itself, for so many factors, at least one.
#[inline(always)]
fn product<const N: usize>(mut x: [f64; N], factors: u32) -> [f64; N] {
    let mut product = [1.0; N];
    let mut left = factors;
    loop {
        if left % 2 == 1 {
            product.iter_mut().zip(x).for_each(|(product, x)| *product *= x);
        }
        left /= 2;
        if left == 0 {
            return product;
        }
        x.iter_mut().for_each(|x| *x *= *x);
    }
}

/// Even and odd powers apart: half as many steps have to wait for one before.
#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f64; N], x: f64) -> f64 {
    let (squared, mut sums) = (x * x, [0.0; 2]);
    for (at, &coefficient) in coefficients.iter().enumerate().rev() {
        let sum = &mut sums[at % 2];
        *sum = if at + 2 < N { *sum * squared + coefficient } else { coefficient };
    }
    sums[0] + x * sums[1]
}

#[cfg(test)]
mod tests {
    use super::super::direct::powers as direct;
    use super::*;
    use proptest::prelude::*;

    /// How many units in the last place lie between two numbers.
    fn units(ours: f64, theirs: f64) -> f64 {
        (ours - theirs).abs() / (f64::from_bits(theirs.abs().to_bits() + 1) - theirs.abs())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        /// `libm` errs by up to a unit of its own.
        #[test]
        fn exponentials_and_logarithms_are_those_of_libm(x in -700.0..700.0f64, size in -40.0..1.0f64, mean in 1e-200..1e200f64) {
            let small = x.signum() * libm::exp2(size);
            for x in [x, small] {
                prop_assert!(units(exp(x), direct::exp(x)) <= 2.0, "{}", x);
                prop_assert!(units(exp_minus_1(x), direct::exp_minus_1(x)) <= 3.0, "{}", x);
                let mut each = [x];
                exp_each(&mut each);
                prop_assert_eq!(each[0], exp(x));
            }
            prop_assert!(units(ln_1_plus(small.max(-0.5)), direct::ln_1_plus(small.max(-0.5))) <= 3.5, "{}", small);
            prop_assert!(units(ln_1_plus(mean), direct::ln_1_plus(mean)) <= 3.5, "{}", mean);
            prop_assert!(units(ln(mean, 0.0), direct::ln(mean)) <= 3.5, "{}", mean);
        }

        #[test]
        fn powers_are_those_of_libm(x in 1..0x7f80_0000u32, p in prop_oneof![1e-6..6.0f64, (1..17u32).prop_map(f64::from)]) {
            let x = f64::from(f32::from_bits(x));
            for (x, p) in [(x, p), (x, 1.0 / p), (1.0 / (1.0 + x), 50.0 * p)] {
                // A third of all digits is more than 1/3 as an f64.
                let expected = if p == 1.0 / 3.0 { direct::cube_root(x) } else { direct::power(x, p) };
                if (1e-20..1e200).contains(&expected) {
                    let mut rows = [x; 9];
                    Power::new(p).of_each(&mut rows);
                    prop_assert!(units(rows[0], expected) <= 4.0 + p, "{} {}: {} {}", x, p, rows[0], expected);
                    prop_assert_eq!(rows, [rows[0]; 9]);
                }
            }
            prop_assert!(units(power(x, 1.0 / 3.0), direct::cube_root(x)) <= 2.5, "{}", x);
        }
    }

    /// To 17 digits from 50: e, e⁻¹, e³⁰⁰, ln 1.25, 3^2.5.
    #[test]
    fn known_values() {
        let mut power = [3.0];
        Power::new(2.5).of_each(&mut power);
        let values = [exp(1.0), exp(-1.0), exp(300.0), ln_1_plus(0.25), power[0]];
        let expected: [f64; 5] = [
            2.718_281_828_459_045_5,
            0.367_879_441_171_442_33,
            1.942_426_395_241_255_9e130,
            0.223_143_551_314_209_7,
            15.588_457_268_119_896,
        ];
        for (value, expected) in values.into_iter().zip(expected) {
            assert!(units(value, expected) <= 2.0, "{value} {expected}");
        }
    }

    #[test]
    fn ends_are_what_they_have_to_be() {
        let nan = f64::NAN;
        assert_eq!([exp(-1e9), exp(f64::NEG_INFINITY), exp(800.0), exp_minus_1(-1e9)], [0.0, 0.0, f64::INFINITY, -1.0]);
        assert!(exp(nan).is_nan() && exp_minus_1(nan).is_nan());
        for p in [0.3, 1.0 / 3.0, 2.0, 7.5, 1e300, f64::MAX] {
            let mut values = [0.0, 1.0, f64::INFINITY, nan];
            Power::new(p).of_each(&mut values);
            assert_eq!(values[..3], [0.0, 1.0, f64::INFINITY]);
            assert!(values[3].is_nan());
        }
        let mut halves = [0.5];
        Power::new(1e300).of_each(&mut halves);
        assert!(halves[0] < 1e-280);
    }
}
