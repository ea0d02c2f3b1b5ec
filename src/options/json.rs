//! Options from JSON (RFC 8259): the headers and descriptions in network files.
//!
//! Not `serde_json`: it would add 4,600 brotli bytes to what a visitor loads. The tests hold the two equal.

use super::{Datum, Options};

/// How deep lists and objects may be nested; a network file needs five levels.
const DEPTH: usize = 32;

impl Options {
    /// The object that a JSON text is; `None` when it is no JSON, or another value.
    pub(crate) fn from_json(json: &[u8]) -> Option<Self> {
        let mut reader = Reader { rest: std::str::from_utf8(json).ok()? };
        let value = reader.value(DEPTH)?;
        reader.space();
        match value {
            Datum::Object(options) if reader.rest.is_empty() => Some(options),
            _ => None,
        }
    }
}

/// What is still to be read.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    /// The next byte, which must be an ASCII character for the rest to begin at a character again.
    fn skip(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Goes past `word` if it comes next.
    fn take(&mut self, word: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<Datum> {
        self.space();
        Some(match self.peek()? {
            b'n' => self.take("null").map(|()| Datum::Null)?,
            b't' => self.take("true").map(|()| Datum::Flag(true))?,
            b'f' => self.take("false").map(|()| Datum::Flag(false))?,
            b'"' => Datum::Text(self.text()?),
            b'[' => {
                let mut items = Vec::new();
                self.items(b']', depth, |reader, depth| reader.value(depth).map(|item| items.push(item)))?;
                Datum::List(items)
            }
            b'{' => {
                let mut entries = Vec::new();
                self.items(b'}', depth, |reader, depth| {
                    let name = reader.text()?;
                    reader.space();
                    reader.take(":")?;
                    reader.value(depth).map(|value| entries.push((name, value)))
                })?;
                Datum::Object(Options(entries))
            }
            _ => Datum::Number(self.number()?),
        })
    }

    /// What is between brackets, item by item, commas between.
    fn items(&mut self, end: u8, depth: usize, mut item: impl FnMut(&mut Self, usize) -> Option<()>) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        self.skip();
        self.space();
        if self.peek()? == end {
            self.skip();
            return Some(());
        }
        loop {
            self.space();
            item(self, depth)?;
            self.space();
            let next = self.peek()?;
            self.skip();
            match next {
                b',' => {}
                _ if next == end => return Some(()),
                _ => return None,
            }
        }
    }

    fn text(&mut self) -> Option<String> {
        self.take("\"")?;
        let mut text = String::new();
        loop {
            let plain = self.rest.bytes().position(|byte| byte == b'"' || byte == b'\\' || byte < 0x20)?;
            text.push_str(self.rest.get(..plain)?);
            self.rest = self.rest.get(plain..)?;
            match self.peek()? {
                b'"' => {
                    self.skip();
                    return Some(text);
                }
                b'\\' => text.push(self.escape()?),
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        self.skip();
        let letter = self.peek()?;
        // An escape is of ASCII letters; what is not fails here or, beyond the first byte, in `get`.
        self.rest = self.rest.get(1..)?;
        Some(match letter {
            b'"' | b'\\' | b'/' => letter as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => match self.hexadecimal()? {
                high @ 0xd800..0xdc00 => {
                    self.take("\\u")?;
                    let low = self.hexadecimal()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                    char::from_u32(0x10000 + ((high - 0xd800) << 10) + low)?
                }
                code => char::from_u32(code)?,
            },
            _ => return None,
        })
    }

    fn hexadecimal(&mut self) -> Option<u32> {
        let digits = self.rest.get(..4)?;
        self.rest = self.rest.get(4..)?;
        digits.chars().try_fold(0, |code, digit| Some(code * 16 + digit.to_digit(16)?))
    }

    /// Exact for up to 15 digits with an exponent of up to ±22: both are then exact floats, and only their product or
    /// quotient rounds (W. Clinger, *How to Read Floating Point Numbers Accurately*, 1990). Of more digits the last bits
    /// may differ from the nearest float.
    fn number(&mut self) -> Option<f64> {
        let negative = self.take("-").is_some();
        let begins_with_zero = self.peek()? == b'0';
        let (mut digits, mut exponent) = (0.0, 0i32);
        let whole = self.digits(&mut digits)?;
        if begins_with_zero && whole > 1 {
            return None;
        }
        if self.take(".").is_some() {
            exponent = -i32::try_from(self.digits(&mut digits)?).ok()?;
        }
        if self.take("e").or_else(|| self.take("E")).is_some() {
            let negative = self.take("-").is_some();
            if !negative {
                let _ = self.take("+");
            }
            let mut given = 0.0;
            self.digits(&mut given)?;
            // Saturates, like any cast of a float.
            let given = given as i32;
            exponent = exponent.saturating_add(if negative { -given } else { given });
        }
        let magnitude = scaled(digits, exponent);
        // JSON has no infinity: what is too large for a float is refused.
        magnitude.is_finite().then_some(if negative { -magnitude } else { magnitude })
    }

    /// Appends digits, at least one, to `number`; how many there were.
    fn digits(&mut self, number: &mut f64) -> Option<usize> {
        let begin = self.rest.len();
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            *number = *number * 10.0 + f64::from(digit - b'0');
            self.skip();
        }
        let count = begin - self.rest.len();
        (count > 0).then_some(count)
    }
}

/// digits × 10^exponent.
fn scaled(digits: f64, exponent: i32) -> f64 {
    let (mut digits, mut left) = (digits, exponent.unsigned_abs().min(1000));
    while left > 0 && digits != 0.0 {
        // 10²² is the largest power of ten that is a float.
        let step = left.min(22);
        let power = (0..step).fold(1.0, |power, _| power * 10.0);
        digits = if exponent < 0 { digits / power } else { digits * power };
        left -= step;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(json: &str) {
        let expected = serde_json::from_str::<Datum>(json).ok();
        let expected = expected.and_then(|datum| if let Datum::Object(options) = datum { Some(options) } else { None });
        assert_eq!(Options::from_json(json.as_bytes()), expected, "{json:?}");
    }

    #[test]
    fn as_serde_json_reads_it() {
        for value in [
            "null",
            "true",
            "false",
            "0",
            "-0",
            "12",
            "-1.5",
            "0.1307",
            "1e-5",
            "2E+3",
            "1.25e-7",
            "9007199254740993",
            "[]",
            "[ 1 , [2] ]",
            "{}",
            r#"{ "a" : {} }"#,
            r#""""#,
            r#""é\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#,
            "01",
            "-",
            "+1",
            ".5",
            "1.",
            "1e",
            "1e999",
            "nul",
            "tru e",
            "[1,]",
            "[,1]",
            "[1 2]",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{a:1}"#,
            "\"\u{1}\"",
            r#""\x""#,
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\udc00""#,
            r#""\u12""#,
            r#""\é""#,
            r#""\u00é""#,
            "\"",
            "[",
            "{",
            "NaN",
            "1 1",
            "1\u{a0}",
            "'a'",
            "",
        ] {
            same(&format!("{{\"value\": {value}}}"));
            same(&format!(" \n\t{{\"value\":{value}}}\r\n"));
            same(value);
        }
        assert!(Options::from_json(b"{\"a\": \"\xff\"}").is_none());
    }

    #[test]
    fn deep_nesting_is_refused() {
        let nested = |depth: usize| ["{\"a\":", &"[".repeat(depth), &"]".repeat(depth), "}"].concat();
        assert!(Options::from_json(nested(DEPTH - 1).as_bytes()).is_some());
        assert!(Options::from_json(nested(DEPTH).as_bytes()).is_none());
        assert!(Options::from_json(nested(1 << 20).as_bytes()).is_none());
    }

    proptest! {
        #[test]
        fn whatever_text_gives_what_serde_json_gives(text in r#"[{}\[\]",:0-9ae.\\ un-]{0,20}"#) {
            same(&text);
            same(&["{\"a\":", &text, "}"].concat());
        }

        #[test]
        fn every_f32_as_it_is_written_comes_back(bits in any::<u32>()) {
            let value = f32::from_bits(bits);
            prop_assume!(value.is_finite());
            let json = ["{\"a\":", &serde_json::to_string(&value).unwrap(), "}"].concat();
            prop_assert_eq!(Options::from_json(json.as_bytes()).unwrap().number("a").unwrap().unwrap() as f32, value);
        }
    }
}
