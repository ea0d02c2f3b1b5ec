//! Options as plain data: what a JavaScript object, a network file or anything else that serde reads says about a
//! call. Values are checked by the parameter that reads them, so that every message names parameter, value and rule.

mod json;
mod read;

use crate::error::{Error, ErrorKind, Result};
use crate::shown::{Shown, quoted};
use serde::Serialize;

/// Named values. Names are the API's, in camelCase or snake_case; `null` is the same as leaving an option out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options(Vec<(String, Datum)>);

/// A value of whatever type was given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Datum {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<Datum>),
    Object(Options),
    /// Something that is none of these, or is nested too deep.
    Other,
}

impl Options {
    /// Options from names and values.
    pub(crate) fn of(entries: impl IntoIterator<Item = (String, Datum)>) -> Self {
        Self(entries.into_iter().collect())
    }

    /// Names and values, as they were given.
    pub(crate) fn entries(&self) -> &[(String, Datum)] {
        &self.0
    }

    /// The same without the options of these names.
    pub(crate) fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect())
    }

    /// Fails when there is an option that is not in `names` (snake_case): a misspelt one must not be ignored. Or when
    /// there is one twice: which was meant?
    ///
    /// # Errors
    /// Names the option, and those that there are.
    pub fn only(&self, names: &[&str]) -> Result<()> {
        let mut given = vec![false; names.len()];
        for (name, value) in &self.0 {
            let rule = match names.iter().position(|known| *known == snake_case(name)) {
                Some(at) if given[at] => "the option is given twice".to_owned(),
                Some(at) => {
                    given[at] = true;
                    continue;
                }
                None => ["there is no such option; there are ", &names.join(", ")].concat(),
            };
            // A name without letters would leave the message without its subject.
            let name = if name.is_empty() { quoted(name) } else { name.clone() };
            return Err(Error::new(ErrorKind::Parameter, name, value, rule));
        }
        Ok(())
    }

    fn get(&self, name: &str) -> Option<&Datum> {
        let found = self.0.iter().find(|(key, _)| snake_case(key) == name);
        found.map(|(_, value)| value).filter(|value| !matches!(value, Datum::Null))
    }

    /// The option's value as text for a message, if it is given.
    pub(crate) fn given(&self, name: &str) -> Option<String> {
        self.get(name).map(Shown::shown)
    }

    /// The largest number in the option's value or its lists; 0 where there is none.
    pub(crate) fn largest(&self, name: &str) -> f64 {
        self.get(name).map_or(0.0, Datum::largest)
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

    /// A whole number, if given.
    pub(crate) fn whole(&self, name: &'static str) -> Result<Option<usize>> {
        self.get(name).map(|value| whole(name, value)).transpose()
    }

    /// Two whole numbers, one for each axis of a picture, or one for both.
    pub(crate) fn axes(&self, name: &'static str) -> Result<Option<[usize; 2]>> {
        let extents = self.extents(name, 2)?;
        extents.map(|extents| extents.try_into().or_else(|_| self.refuse(name, TWO_AXES))).transpose()
    }

    /// [`pairs`](Self::pairs) for the two axes of a picture.
    pub(crate) fn sides(&self, name: &'static str) -> Result<Option<[[usize; 2]; 2]>> {
        let pairs = self.pairs(name, 2)?;
        pairs.map(|pairs| pairs.try_into().or_else(|_| self.refuse(name, TWO_AXES))).transpose()
    }

    /// A list, if given, each item read by `item`.
    fn list<T>(&self, name: &'static str, rule: &'static str, item: fn(&Datum) -> Option<T>) -> Result<Option<Vec<T>>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let items = if let Datum::List(list) = value { list.iter().map(item).collect() } else { None };
        items.map_or_else(|| broken(name, value, rule), |items| Ok(Some(items)))
    }

    /// A list of numbers, if given.
    pub(crate) fn numbers(&self, name: &'static str) -> Result<Option<Vec<f32>>> {
        self.list(name, "must be a list of numbers", |item| match item {
            Datum::Number(number) => Some(*number as f32),
            _ => None,
        })
    }

    /// A list of texts, if given.
    pub(crate) fn texts(&self, name: &'static str) -> Result<Option<Vec<String>>> {
        self.list(name, "must be a list of texts", |item| match item {
            Datum::Text(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// A list of objects, if given.
    pub(crate) fn objects(&self, name: &'static str) -> Result<Option<Vec<Options>>> {
        self.list(name, "must be a list of objects", |item| match item {
            Datum::Object(object) => Some(object.clone()),
            _ => None,
        })
    }

    /// An object, if given.
    pub(crate) fn object(&self, name: &'static str) -> Result<Option<&Options>> {
        match self.get(name) {
            None => Ok(None),
            Some(Datum::Object(object)) => Ok(Some(object)),
            Some(other) => broken(name, other, "must be an object"),
        }
    }

    /// What was read of option `name`, which must be given.
    pub(crate) fn required<T>(&self, name: &'static str, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| Error::new(ErrorKind::Parameter, name, "missing", "must be given"))
    }

    fn refuse<T>(&self, name: &'static str, rule: &'static str) -> Result<T> {
        broken(name, self.get(name).unwrap_or(&Datum::Null), rule)
    }
}

const TWO_AXES: &str = "there must be one for each of the two axes";

#[cold]
#[inline(never)]
fn broken<T>(name: &'static str, value: &Datum, rule: &'static str) -> Result<T> {
    Err(Error::new(ErrorKind::Parameter, name, value, rule))
}

fn whole(name: &'static str, value: &Datum) -> Result<usize> {
    match value {
        Datum::Number(number) if *number >= 0.0 && number.trunc() == *number && *number <= MAX_WHOLE => {
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

impl Datum {
    fn largest(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::List(list) => list.iter().map(Self::largest).fold(0.0, f64::max),
            _ => 0.0,
        }
    }
}

impl Shown for Datum {
    fn shown(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Flag(flag) => flag.shown(),
            Self::Number(number) => number.shown(),
            Self::Text(text) => quoted(text),
            Self::List(list) => list.shown(),
            Self::Object(_) => "an object".to_owned(),
            Self::Other => "none of these".to_owned(),
        }
    }
}

impl From<&str> for Datum {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<usize> for Datum {
    fn from(number: usize) -> Self {
        Self::Number(number as f64)
    }
}

impl Serialize for Options {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Serialize for Datum {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null | Self::Other => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            // Whole numbers as they are usually written: 2, not 2.0.
            Self::Number(number) if number.trunc() == *number && number.abs() < MAX_WHOLE => {
                serializer.serialize_i64(*number as i64)
            }
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => list.serialize(serializer),
            Self::Object(options) => options.serialize(serializer),
        }
    }
}

/// Above it a float no longer tells one whole number from the next: 2⁵³.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;
