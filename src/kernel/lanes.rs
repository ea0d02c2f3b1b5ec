//! Four `f32` side by side, or two `f64`: a register in WebAssembly (SIMD128) and on x86-64, an array elsewhere, with the same bits.
//!
//! Most passes over whole rows need none of this, the compiler vectorises them. It is for what keeps several registers of
//! sums, which the compiler takes apart into single numbers, and for rows so short that the ends of its loops would cost
//! more than their middles.
#![expect(unsafe_code, reason = "four numbers are read and written in one piece")]

#[cfg(any(test, not(any(target_feature = "simd128", target_arch = "x86_64"))))]
#[cfg_attr(test, allow(dead_code, reason = "tests look at what registers do"))]
mod plain;
#[cfg(target_feature = "simd128")]
mod simd128;
#[cfg(target_arch = "x86_64")]
mod sse2;

#[cfg(not(any(target_feature = "simd128", target_arch = "x86_64")))]
use plain as register;
#[cfg(target_feature = "simd128")]
use simd128 as register;
#[cfg(target_arch = "x86_64")]
use sse2 as register;
use std::ops::{Add, BitOr, BitXor, Div, Mul, Range, Sub};

/// How many there are.
pub(crate) const LANES: usize = 4;

/// Where to begin with four after four, so that the last ones are four: the first ones may overlap those after them.
pub(crate) struct Fours {
    at: usize,
    next: usize,
    end: usize,
}

impl Fours {
    pub fn of(all: Range<usize>) -> Self {
        let Range { start: at, end } = all;
        Self { at, next: at + (end - at + LANES - 1) % LANES + 1, end }
    }
}

impl Iterator for Fours {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        let Self { at, next, end } = *self;
        (self.at, self.next) = (next, next + LANES);
        (at < end).then_some(at)
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

    /// These where the mask has a lane, 0 elsewhere.
    pub fn only(self, mask: Mask) -> Self {
        Self(register::only(mask.0, self.0))
    }

    /// 0 where the mask has a lane, these elsewhere.
    pub fn without(self, mask: Mask) -> Self {
        Self(register::without(mask.0, self.0))
    }

    /// As whole numbers, bit by bit.
    pub fn bits(self) -> Whole {
        Whole(register::whole_of_bits(self.0))
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

    /// Of eight numbers, the first, third, sixth and eighth.
    pub fn outer(self, next: Self) -> Self {
        Self(register::outer(self.0, next.0))
    }

    /// Of eight numbers, the second to the fifth.
    pub fn following(self, next: Self) -> Self {
        Self(register::following(self.0, next.0))
    }

    /// Of eight numbers, the third to the sixth.
    pub fn straddling(self, next: Self) -> Self {
        Self(register::straddling(self.0, next.0))
    }

    /// Of eight numbers, the fourth to the seventh.
    pub fn preceding(self, next: Self) -> Self {
        Self(register::preceding(self.0, next.0))
    }

    /// The first two numbers, each before its like among the others.
    pub fn lower(self, other: Self) -> Self {
        Self(register::lower(self.0, other.0))
    }

    /// The last two numbers, each before its like among the others.
    pub fn upper(self, other: Self) -> Self {
        Self(register::upper(self.0, other.0))
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

    /// As numbers of the same bits.
    pub fn lanes(self) -> Lanes {
        Lanes(register::bits_of_whole(self.0))
    }

    /// These where the mask has a lane, 0 elsewhere.
    pub fn only(self, mask: Mask) -> Self {
        self.lanes().only(mask).bits()
    }

    /// The smaller of each two.
    pub fn least(self, other: Self) -> Self {
        Self(register::whole_least(self.0, other.0))
    }

    /// The larger of each two.
    pub fn greatest(self, other: Self) -> Self {
        Self(register::whole_greatest(self.0, other.0))
    }

    pub fn equal(self, other: Self) -> Mask {
        Mask(register::whole_equal(self.0, other.0))
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

/// Two `f64` side by side.
#[derive(Clone, Copy)]
pub(crate) struct Doubles(register::Doubles);

impl Doubles {
    pub fn of(values: [f64; 2]) -> Self {
        Self(register::doubles(values))
    }

    /// The numbers from `from` on.
    ///
    /// # Safety
    /// There must be two of them to read.
    pub unsafe fn load(from: *const f64) -> Self {
        // SAFETY: the caller's promise; neither type has an alignment beyond f64's that this read relies on.
        Self(unsafe { from.cast::<register::Doubles>().read_unaligned() })
    }

    /// Of two `f32`.
    pub fn widened(values: [f32; 2]) -> Self {
        Self(register::widen(values))
    }

    pub fn values(self) -> [f64; 2] {
        register::doubles_values(self.0)
    }

    /// The nearest `f32` to each, and two zeros.
    pub fn narrowed(self) -> Lanes {
        Lanes(register::narrow(self.0))
    }

    pub fn root(self) -> Self {
        Self(register::doubles_root(self.0))
    }

    pub fn without_sign(self) -> Self {
        Self(register::doubles_without_sign(self.0))
    }

    /// The sums of these and of two others.
    pub fn sums(self, others: Self) -> Self {
        Self(register::firsts(self.0, others.0)) + Self(register::seconds(self.0, others.0))
    }
}

impl Add for Doubles {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(register::doubles_add(self.0, other.0))
    }
}

impl Mul for Doubles {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self(register::doubles_multiply(self.0, other.0))
    }
}

impl Div for Doubles {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        Self(register::doubles_divide(self.0, other.0))
    }
}

/// What is made of numbers from each of some lists, as `f32`. The compiler would narrow them one by one, and so it would
/// where two twos are put together: each two's zeros are written over by the next.
#[inline(always)]
pub(crate) fn narrow<const N: usize>(from: [&[f64]; N], values: &mut [f32], make: impl Fn([Doubles; N]) -> Doubles) {
    let count = values.len();
    let from = from.map(|list| &list[..count]);
    let mut at = 0;
    while at + LANES <= count {
        // SAFETY: of four numbers in each list and as many values, two are made.
        unsafe {
            make(from.map(|list| Doubles::load(list.as_ptr().add(at)))).narrowed().store(values.as_mut_ptr().add(at))
        };
        at += 2;
    }
    for at in at..count {
        let [one, _] = make(from.map(|list| Doubles::of([list[at]; 2]))).values();
        values[at] = one as f32;
    }
}

/// Two numbers after two, as `f32`, as far as there are values for both.
#[inline(always)]
pub(crate) fn narrow_all(twos: impl Iterator<Item = Doubles>, values: &mut [f32]) {
    let mut at = 0;
    for two in twos {
        match values.get_mut(at..) {
            // SAFETY: there is room for four.
            Some(values) if values.len() >= LANES => unsafe { two.narrowed().store(values.as_mut_ptr()) },
            Some([one, other, ..]) => [*one, *other] = two.values().map(|value| value as f32),
            _ => return,
        }
        at += 2;
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

/// Bit by bit: against ±0, a change of sign.
impl BitXor for Lanes {
    type Output = Self;
    fn bitxor(self, other: Self) -> Self {
        Self(register::differing(self.0, other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::{Doubles, Fours, narrow, plain, register};
    use proptest::prelude::*;

    fn four() -> impl Strategy<Value = [f32; 4]> {
        let rare = prop::sample::select(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, 1e-40]);
        // Few numbers, so that some are equal.
        prop::array::uniform4(prop_oneof![3 => (-3..4i8).prop_map(f32::from), 1 => rare])
    }

    /// Of which bits a NaN is, nothing is said.
    fn bits(values: [f32; 4]) -> [u32; 4] {
        values.map(|value| if value.is_nan() { u32::MAX } else { value.to_bits() })
    }

    proptest! {
        #[test]
        fn registers_do_what_is_done_number_by_number(a in four(), b in four(), c in any::<[i32; 4]>(), d in any::<[i32; 4]>()) {
            macro_rules! same {
                ($($name:ident)*) => {$(
                    let ours = register::$name(register::load(a), register::load(b));
                    prop_assert_eq!(bits(register::store(ours)), bits(plain::$name(a, b)), "{}", stringify!($name));
                )*};
            }
            macro_rules! same_mask {
                ($($name:ident: $ours:expr, $plain:expr;)*) => {$(
                    let ours = register::select($ours, register::splat(1.0), register::splat(0.0));
                    prop_assert_eq!(register::store(ours), plain::select($plain, [1.0; 4], [0.0; 4]), "{}", stringify!($name));
                    prop_assert_eq!(register::any($ours), plain::any($plain), "{}", stringify!($name));
                )*};
            }
            same!(add subtract multiply divide differing pmax pmin larger even odd outer following straddling preceding lower upper);
            let (x, y) = (register::load(a), register::load(b));
            prop_assert_eq!(bits(register::store(register::relu(x))), bits(plain::relu(a)));
            let (less, plain_less) = (register::less(x, y), plain::less(a, b));
            prop_assert_eq!(bits(register::store(register::only(less, x))), bits(plain::only(plain_less, a)));
            prop_assert_eq!(bits(register::store(register::without(less, x))), bits(plain::without(plain_less, a)));
            same_mask! {
                less: register::less(x, y), plain::less(a, b);
                is_nan: register::is_nan(x), plain::is_nan(a);
                either: register::either(register::is_nan(x), register::less(x, y)), plain::either(plain::is_nan(a), plain::less(a, b));
                mask: register::mask(a.map(f32::is_nan)), a.map(f32::is_nan);
            }
            let [e, f] = [a, b].map(|[a, b, ..]| [f64::from(a) / 3.0, f64::from(b) / 3.0]);
            let long = |values: [f64; 2]| values.map(|value| if value.is_nan() { u64::MAX } else { value.to_bits() });
            let [u, v] = [e, f].map(register::doubles);
            macro_rules! same_doubles {
                ($($name:ident($($ours:ident $plain:ident)*))*) => {$(
                    let ours = register::doubles_values(register::$name($($ours),*));
                    prop_assert_eq!(long(ours), long(plain::$name($($plain),*)), "{}", stringify!($name));
                )*};
            }
            same_doubles! {
                doubles_add(u e v f) doubles_multiply(u e v f) doubles_divide(u e v f) doubles_root(u e)
                doubles_without_sign(u e) firsts(u e v f) seconds(u e v f)
            }
            prop_assert_eq!(bits(register::store(register::narrow(u))), bits(plain::narrow(e)));
            prop_assert_eq!(long(register::doubles_values(register::widen([a[0], a[1]]))), long(plain::widen([a[0], a[1]])));
            let whole = |of: register::Whole| {
                let mut to = [0; 4];
                // SAFETY: there is room for four.
                #[expect(unsafe_code, reason = "as for `Whole::store`")]
                unsafe { to.as_mut_ptr().cast::<register::Whole>().write_unaligned(of) };
                to
            };
            let (p, q) = (register::whole(c), register::whole(d));
            prop_assert_eq!(whole(register::whole_add(p, q)), plain::whole_add(c, d));
            prop_assert_eq!(whole(register::whole_subtract(p, q)), plain::whole_subtract(c, d));
            prop_assert_eq!(whole(register::whole_least(p, q)), plain::whole_least(c, d));
            prop_assert_eq!(whole(register::whole_greatest(p, q)), plain::whole_greatest(c, d));
            prop_assert_eq!(bits(register::store(register::bits_of_whole(p))), bits(plain::bits_of_whole(c)));
            prop_assert_eq!(whole(register::whole_of_bits(register::bits_of_whole(p))), c);
            same_mask! { whole_equal: register::whole_equal(p, register::whole([c[0], d[1], c[2], d[3]])), plain::whole_equal(c, [c[0], d[1], c[2], d[3]]); }
        }

        #[test]
        fn fours_end_with_the_last_ones_and_leave_none_out(begin in 0..9usize, count in 0..30usize) {
            let fours: Vec<_> = Fours::of(begin..begin + count).collect();
            prop_assert_eq!(fours.len(), count.div_ceil(4));
            prop_assert_eq!(fours.first().copied(), (count > 0).then_some(begin));
            prop_assert!(fours.iter().skip(1).rev().enumerate().all(|(after, &at)| at + 4 * (after + 1) == begin + count));
        }

        /// All of them, of lists of any length, and nothing beyond.
        #[test]
        fn numbers_are_narrowed_one_by_one(list in prop::collection::vec(-9.0..9.0f64, 0..12)) {
            let wanted: Vec<f32> = list.iter().map(|value| (value * 3.0 / value) as f32).chain([9.0; 4]).collect();
            let (tripled, mut values): (Vec<f64>, _) = (list.iter().map(|value| value * 3.0).collect(), vec![9.0; list.len() + 4]);
            narrow([&tripled, &list], &mut values[..list.len()], |[a, b]: [Doubles; 2]| a / b);
            prop_assert_eq!(values, wanted);
        }
    }
}
