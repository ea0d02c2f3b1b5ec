//! The header: eight bytes of magic and version, a length, and a Python dictionary as text.

use super::broken;
use crate::error::Result;
use crate::shown::{Shown, quoted};

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// The longest dictionary that is read: NumPy's own limit (`max_header_size` of `numpy.load`).
const MAX_LENGTH: usize = 10_000;
/// The data begins at a multiple of it, so that a file can be mapped into memory (`ARRAY_ALIGN` in NumPy).
const ALIGNMENT: usize = 64;
/// How much of a text a message quotes.
const EXCERPT: usize = 24;

/// What the dictionary says.
pub(super) struct Header<'a> {
    pub descr: &'a [u8],
    pub fortran_order: bool,
    pub shape: Vec<usize>,
}

/// The dictionary's text, and the data after it.
pub(super) fn split(bytes: &[u8]) -> Result<(&[u8], &[u8])> {
    let short = |rule| broken("npy file size", bytes.len(), rule);
    let Some((magic, rest)) = bytes.split_first_chunk::<6>() else {
        return Err(short("an npy file begins with 6 bytes of magic"));
    };
    if magic != MAGIC {
        return Err(broken("npy magic", magic.as_slice(), "it must be the byte 147 and NUMPY"));
    }
    let Some((version, rest)) = rest.split_first_chunk::<2>() else {
        return Err(short("it ends before the version"));
    };
    // 1.0 has two bytes of length; 2.0 has four, and 3.0 UTF-8 instead of Latin-1 for the names in structured types.
    let length = match version {
        [1, 0] => rest.split_first_chunk().map(|(length, rest)| (u16::from_le_bytes(*length) as usize, rest)),
        [2 | 3, 0] => rest.split_first_chunk().map(|(length, rest)| (u32::from_le_bytes(*length) as usize, rest)),
        _ => return Err(broken("npy version", *version, "it must be [1, 0], [2, 0] or [3, 0]")),
    };
    let Some((length, rest)) = length else {
        return Err(short("it ends before the header's length"));
    };
    let parts = rest.split_at_checked(length).filter(|_| length <= MAX_LENGTH);
    parts.ok_or_else(|| {
        let rule = ["at most ", &MAX_LENGTH.shown(), " is allowed, and ", &rest.len().shown(), " bytes follow"];
        broken("npy header length", length, rule.concat())
    })
}

/// A header of format 1.0, from its magic to the line's end.
pub(super) fn write(shape: &[usize]) -> Vec<u8> {
    let mut text = String::from("{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (index, extent) in shape.iter().enumerate() {
        text.push_str(if index == 0 { "" } else { ", " });
        text.push_str(&extent.shown());
    }
    // One value in parentheses is a tuple in Python only with a comma.
    text.push_str(if shape.len() == 1 { ",), }" } else { "), }" });
    let before = MAGIC.len() + 4;
    let length = (before + text.len() + 1).next_multiple_of(ALIGNMENT) - before;
    text.push_str(&" ".repeat(length - text.len() - 1));
    text.push('\n');
    // No overflow: at most 64 axes of 20 digits each.
    [&MAGIC[..], &[1, 0], &(length as u16).to_le_bytes(), text.as_bytes()].concat()
}

impl<'a> Header<'a> {
    /// Reads the dictionary: exactly the three keys, in any order and spacing, as any writer may have put them.
    pub(super) fn read(text: &'a [u8]) -> Result<Self> {
        let mut reader = Reader { rest: text };
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        reader.expect(b"{")?;
        while !reader.take(b"}") {
            let key = reader.text("a key in quotes")?;
            reader.expect(b":")?;
            let again = match key {
                b"descr" => descr.replace(reader.descr()?).is_some(),
                b"fortran_order" => fortran_order.replace(reader.flag()?).is_some(),
                b"shape" => shape.replace(reader.shape()?).is_some(),
                _ => {
                    let rule = "the keys are descr, fortran_order and shape";
                    return Err(broken("key of the npy header", excerpt(key), rule));
                }
            };
            if again {
                return Err(broken("key of the npy header", excerpt(key), "it is there twice"));
            }
            if !reader.take(b",") {
                reader.expect(b"}")?;
                break;
            }
        }
        reader.space();
        if !reader.rest.is_empty() {
            return Err(reader.unexpected("nothing but spaces after the dictionary"));
        }
        let missing = |key: &'static str| move || broken(key, "missing", "the npy header must have it");
        Ok(Self {
            descr: descr.ok_or_else(missing("descr"))?,
            fortran_order: fortran_order.ok_or_else(missing("fortran_order"))?,
            shape: shape.ok_or_else(missing("shape"))?,
        })
    }
}

/// What is still to be read of the dictionary.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn space(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    /// Goes past spaces, and past `word` if it comes next.
    fn take(&mut self, word: &[u8]) -> bool {
        self.space();
        let rest = self.rest.strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, word: &'static [u8; 1]) -> Result<()> {
        if self.take(word) { Ok(()) } else { Err(self.unexpected(&quoted(&excerpt(word)))) }
    }

    #[cold]
    fn unexpected(&self, expected: &str) -> crate::Error {
        let (parameter, rule) = ("rest of the npy header", ["there must be ", expected, " first"].concat());
        broken(parameter, excerpt(self.rest), rule)
    }

    /// A string literal without escapes: no key and no type has any.
    fn text(&mut self, what: &str) -> Result<&'a [u8]> {
        self.space();
        let inner = match self.rest.split_first() {
            Some((quote @ (b'\'' | b'"'), after)) => {
                let end = after.iter().position(|byte| byte == quote);
                end.map(|end| (&after[..end], &after[end + 1..]))
            }
            _ => None,
        };
        let Some((inner, rest)) = inner.filter(|(inner, _)| !inner.contains(&b'\\')) else {
            return Err(self.unexpected(what));
        };
        self.rest = rest;
        Ok(inner)
    }

    /// The name of the cells' type.
    fn descr(&mut self) -> Result<&'a [u8]> {
        self.space();
        if self.rest.starts_with(b"[") {
            return Err(broken("descr", excerpt(self.rest), "a structured type has no numbers that could be pooled"));
        }
        self.text("the type's name in quotes")
    }

    fn flag(&mut self) -> Result<bool> {
        if self.take(b"True") {
            Ok(true)
        } else if self.take(b"False") {
            Ok(false)
        } else {
            Err(broken("fortran_order", excerpt(self.rest), "must be True or False"))
        }
    }

    /// A tuple of whole numbers.
    fn shape(&mut self) -> Result<Vec<usize>> {
        self.space();
        let tuple = self.rest;
        let wrong = || broken("shape", excerpt(tuple), "must be a tuple of whole numbers, 0 or above");
        let mut shape = Vec::new();
        let mut comma = true;
        if !self.take(b"(") {
            return Err(wrong());
        }
        while !self.take(b")") {
            if !comma {
                return Err(wrong());
            }
            shape.push(self.whole().ok_or_else(wrong)?);
            comma = self.take(b",");
        }
        // (3) is the number 3 in Python.
        if shape.len() == 1 && !comma { Err(wrong()) } else { Ok(shape) }
    }

    /// A whole number that the machine can hold. Python 2 wrote some with an L behind them.
    fn whole(&mut self) -> Option<usize> {
        self.space();
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest.strip_prefix(b"L").unwrap_or(rest);
        let digit = |number: usize, digit: &u8| number.checked_mul(10)?.checked_add(usize::from(digit - b'0'));
        if digits == 0 { None } else { number.iter().try_fold(0, digit) }
    }
}

/// The beginning of a text, for a message.
#[cold]
pub(super) fn excerpt(text: &[u8]) -> String {
    let text = text.trim_ascii_end();
    if text.is_empty() {
        return "empty".to_owned();
    }
    let shown = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { char::REPLACEMENT_CHARACTER };
    let begin = text.iter().take(EXCERPT).map(shown);
    if text.len() > EXCERPT { begin.chain(['…']).collect() } else { begin.collect() }
}
