//! Values as messages show them.
//!
//! Not `Display` and `Debug`: the standard library's printing of floats and lists would be a tenth of the bytes that a
//! visitor loads.

/// What an error message can show as the value of a parameter.
pub trait Shown {
    /// The value as text.
    fn shown(&self) -> String;
}

impl Shown for str {
    fn shown(&self) -> String {
        self.to_owned()
    }
}

impl Shown for String {
    fn shown(&self) -> String {
        self.clone()
    }
}

impl Shown for bool {
    fn shown(&self) -> String {
        if *self { "true" } else { "false" }.to_owned()
    }
}

macro_rules! whole {
    ($($type:ty),*) => {$(
        impl Shown for $type {
            #[cold]
            fn shown(&self) -> String {
                self.to_string()
            }
        }
    )*};
}
whole!(usize, u64, i32, u8);

impl Shown for f64 {
    fn shown(&self) -> String {
        number(*self)
    }
}

impl Shown for f32 {
    fn shown(&self) -> String {
        number(f64::from(*self))
    }
}

/// `[1, 2]`.
impl<T: Shown> Shown for [T] {
    #[cold]
    #[inline(never)]
    fn shown(&self) -> String {
        let mut text = String::from("[");
        for (index, item) in self.iter().enumerate() {
            text.push_str(if index == 0 { "" } else { ", " });
            text.push_str(&item.shown());
        }
        text.push(']');
        text
    }
}

impl<T: Shown> Shown for Vec<T> {
    fn shown(&self) -> String {
        self.as_slice().shown()
    }
}

impl<T: Shown, const N: usize> Shown for [T; N] {
    fn shown(&self) -> String {
        self.as_slice().shown()
    }
}

impl<T: Shown + ?Sized> Shown for &T {
    fn shown(&self) -> String {
        (**self).shown()
    }
}

/// A name in quotes.
#[cold]
pub(crate) fn quoted(name: &str) -> String {
    ["\"", name, "\""].concat()
}

/// Whole numbers below 2⁶⁴ exactly; anything else with six significant digits, or as many more as show that it is not
/// whole.
#[cold]
#[inline(never)]
pub(crate) fn number(value: f64) -> String {
    let magnitude = value.abs();
    let text = if value.is_nan() {
        return "NaN".to_owned();
    } else if magnitude.is_infinite() {
        "inf".to_owned()
    } else if magnitude >= 18_446_744_073_709_551_616.0 {
        scientific(magnitude)
    } else if magnitude.trunc() == magnitude {
        (magnitude as u64).to_string()
    } else if magnitude < 1e-5 {
        scientific(magnitude)
    } else {
        decimal(magnitude)
    };
    if value < 0.0 { ["-", &text].concat() } else { text }
}

/// A number that is not whole, above 10⁻⁵.
fn decimal(magnitude: f64) -> String {
    let whole = magnitude.trunc();
    // Both parts are exact, so only the scaling of the fraction rounds.
    let fraction = magnitude - whole;
    let (mut digits, mut unit) = (0, 1.0);
    let mut significant = whole;
    while significant < 99_999.5 || (fraction * unit).round() < 1.0 || (fraction * unit).round() >= unit {
        (digits, unit) = (digits + 1, unit * 10.0);
        significant = magnitude * unit;
    }
    let fraction = ((fraction * unit).round() as u64).to_string();
    let zeros = "0".repeat(digits - fraction.len());
    [&(whole as u64).to_string(), ".", &zeros, fraction.trim_end_matches('0')].concat()
}

/// `1.5e-7`: a number too large or too small to be written out.
fn scientific(magnitude: f64) -> String {
    let (mut scaled, mut exponent) = (magnitude, 0i32);
    while scaled >= 9.999_995 {
        (scaled, exponent) = (scaled / 10.0, exponent + 1);
    }
    while scaled < 0.999_999_5 {
        (scaled, exponent) = (scaled * 10.0, exponent - 1);
    }
    let digits = ((scaled * 1e5).round() as u64).to_string();
    let (first, rest) = (digits.get(..1).unwrap_or_default(), digits.get(1..).unwrap_or_default());
    let rest = rest.trim_end_matches('0');
    [first, if rest.is_empty() { "" } else { "." }, rest, "e", &exponent.to_string()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers() {
        let expected = [
            (0.0, "0"),
            (-1.0, "-1"),
            (2.5, "2.5"),
            (-0.1, "-0.1"),
            (f64::from(0.1f32), "0.1"),
            (1.0 / 3.0, "0.333333"),
            (2.000_000_1, "2.0000001"),
            (0.999_999_999, "0.999999999"),
            (123_456.7, "123456.7"),
            (1_234_567.25, "1234567.3"),
            (4_503_599_627_370_495.5, "4503599627370495.5"),
            (9_007_199_254_740_993.0, "9007199254740992"),
            (18_446_744_073_709_549_568.0, "18446744073709549568"),
            (1e300, "1e300"),
            (f64::MAX, "1.79769e308"),
            (-1.5e-7, "-1.5e-7"),
            (5e-324, "4.94066e-324"),
            (0.000_01, "0.00001"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, text) in expected {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn lists() {
        assert_eq!([[1usize, 2], [3, 4]].shown(), "[[1, 2], [3, 4]]");
        assert_eq!(Vec::<usize>::new().shown(), "[]");
        assert_eq!(quoted("a"), "\"a\"");
    }

    proptest! {
        #[test]
        fn a_number_reads_back_as_nearly_itself(value in any::<f64>()) {
            let read: f64 = number(value).parse().unwrap();
            prop_assert!(value.is_nan() && read.is_nan() || (read - value).abs() <= 5.1e-6 * value.abs(), "{} for {value}", number(value));
            prop_assert_eq!(value.trunc() == value, read.trunc() == read || value.is_nan());
        }

        #[test]
        fn a_number_of_common_size_reads_back_as_nearly_itself(value in -1e7..1e7f64) {
            let read: f64 = number(value).parse().unwrap();
            prop_assert!((read - value).abs() <= 5.1e-6 * value.abs(), "{} for {value}", number(value));
            prop_assert_eq!(value.trunc() == value, read.trunc() == read, "{} for {}", number(value), value);
        }
    }
}
