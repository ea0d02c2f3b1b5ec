//! Options as plain data: what a JavaScript object, a network file or anything else that serde reads says about a
//! call. Values are checked by the parameter that reads them, so that every message names parameter, value and rule.

use crate::error::{Error, ErrorKind, Result};
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Named values. Names are the API's, in camelCase or snake_case; `null` is the same as leaving an option out.
#[derive(Clone, Debug, Default)]
pub struct Options(Vec<(String, Datum)>);

/// A value of whatever type was given.
#[derive(Clone, Debug)]
enum Datum {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<Datum>),
    Other,
}

impl Options {
    /// Fails when there is an option that is not in `names` (snake_case): a misspelt one must not be ignored.
    ///
    /// # Errors
    /// Names the option, and those that there are.
    pub fn only(&self, names: &[&str]) -> Result<()> {
        let Some((name, value)) = self.0.iter().find(|(name, _)| !names.contains(&snake_case(name).as_str())) else {
            return Ok(());
        };
        let rule = format!("there is no such option; there are {}", names.join(", "));
        Err(Error::new(ErrorKind::Parameter, name.clone(), value, rule))
    }

    fn get(&self, name: &str) -> Option<&Datum> {
        let found = self.0.iter().find(|(key, _)| snake_case(key) == name);
        found.map(|(_, value)| value).filter(|value| !matches!(value, Datum::Null))
    }

    /// The option's value as text for a message, if it is given.
    pub(crate) fn given(&self, name: &str) -> Option<String> {
        self.get(name).map(Datum::to_string)
    }

    /// A flag, if it is given.
    ///
    /// # Errors
    /// When it is neither true nor false.
    pub fn flag(&self, name: &'static str) -> Result<Option<bool>> {
        match self.get(name) {
            None => Ok(None),
            Some(Datum::Flag(flag)) => Ok(Some(*flag)),
            Some(other) => broken(name, other, "must be true or false"),
        }
    }

    /// A number, if it is given.
    ///
    /// # Errors
    /// When it is not a number.
    pub fn number(&self, name: &'static str) -> Result<Option<f64>> {
        match self.get(name) {
            None => Ok(None),
            Some(Datum::Number(number)) => Ok(Some(*number)),
            Some(other) => broken(name, other, "must be a number"),
        }
    }

    /// A text, if it is given.
    ///
    /// # Errors
    /// When it is not a text.
    pub fn text(&self, name: &'static str) -> Result<Option<&str>> {
        match self.get(name) {
            None => Ok(None),
            Some(Datum::Text(text)) => Ok(Some(text)),
            Some(other) => broken(name, other, "must be a text"),
        }
    }

    /// A list of whole numbers, if it is given.
    ///
    /// # Errors
    /// When it is not a list, or has anything else in it.
    pub fn wholes(&self, name: &'static str) -> Result<Option<Vec<usize>>> {
        match self.get(name) {
            None => Ok(None),
            Some(Datum::List(list)) => list.iter().map(|item| whole(name, item)).collect::<Result<_>>().map(Some),
            Some(other) => broken(name, other, "must be a list of whole numbers"),
        }
    }

    /// A whole number for each of `axes` axes, if given: one for all, or a list.
    ///
    /// # Errors
    /// When there is anything but whole numbers.
    pub fn extents(&self, name: &'static str, axes: usize) -> Result<Option<Vec<usize>>> {
        match self.get(name) {
            Some(value @ Datum::Number(_)) => Ok(Some(vec![whole(name, value)?; axes])),
            Some(Datum::List(_)) | None => self.wholes(name),
            Some(other) => broken(name, other, "must be a whole number, or a list with one for each axis"),
        }
    }

    /// A pair [before, after] for each of `axes` axes, if given: one number for all sides, or a list that has a number
    /// or a pair for each axis.
    ///
    /// # Errors
    /// When there is anything but whole numbers and pairs of them.
    pub fn pairs(&self, name: &'static str, axes: usize) -> Result<Option<Vec<[usize; 2]>>> {
        let pair = |item: &Datum| match item {
            Datum::List(sides) => match sides.as_slice() {
                [before, after] => Ok([whole(name, before)?, whole(name, after)?]),
                _ => broken(name, item, "an axis has one number, or two: [before, after]"),
            },
            one => whole(name, one).map(|side| [side, side]),
        };
        match self.get(name) {
            None => Ok(None),
            Some(Datum::List(list)) => list.iter().map(pair).collect::<Result<_>>().map(Some),
            Some(one) => Ok(Some(vec![pair(one)?; axes])),
        }
    }
}

fn broken<T>(name: &'static str, value: &Datum, rule: &'static str) -> Result<T> {
    Err(Error::new(ErrorKind::Parameter, name, value, rule))
}

fn whole(name: &'static str, value: &Datum) -> Result<usize> {
    match value {
        // Above 2⁵³ a float no longer tells one whole number from the next.
        Datum::Number(number) if *number >= 0.0 && number.trunc() == *number && *number <= 9_007_199_254_740_992.0 => {
            usize::try_from(*number as u64).or_else(|_| broken(name, value, "is too large for this machine"))
        }
        _ => broken(name, value, "must be a whole number, 0 or above"),
    }
}

/// `kernelSize` to `kernel_size`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 2);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::List(list) => {
                f.write_str("[")?;
                for (index, item) in list.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    item.fmt(f)?;
                }
                f.write_str("]")
            }
            Self::Other => f.write_str("an object"),
        }
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Options;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object of options")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Options, A::Error> {
                let mut entries: Vec<(String, Datum)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Datum>()? {
                    if entries.iter().any(|(other, _)| snake_case(other) == snake_case(&name)) {
                        return Err(A::Error::custom(format_args!("{name} is given twice")));
                    }
                    entries.push((name, value));
                }
                Ok(Options(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

impl<'de> Deserialize<'de> for Datum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Datum;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("true or false, a number, a text or a list")
            }

            fn visit_unit<E>(self) -> Result<Datum, E> {
                Ok(Datum::Null)
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Datum, E> {
                Ok(Datum::Flag(flag))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Datum, E> {
                Ok(Datum::Number(number))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Datum, E> {
                Ok(Datum::Number(number as f64))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Datum, E> {
                Ok(Datum::Number(number as f64))
            }

            fn visit_str<E>(self, text: &str) -> Result<Datum, E> {
                Ok(Datum::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Datum, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Datum::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Datum, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Datum::Other)
            }
        }
        deserializer.deserialize_any(Any)
    }
}
