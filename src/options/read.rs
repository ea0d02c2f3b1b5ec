//! Options from whatever serde reads.
//!
//! Every kind of value is read the same way; what an option may be is decided where it is used.

use super::{Datum, Options};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// How deep values may be nested; what lies deeper is `Other`. Padding is a list of lists; a JavaScript object can
/// contain itself.
const DEPTH: usize = 8;

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Datum::deserialize(deserializer)? {
            Datum::Object(options) => Ok(options),
            _ => Err(D::Error::custom("options are an object")),
        }
    }
}

impl<'de> Deserialize<'de> for Datum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Any { depth: DEPTH }.deserialize(deserializer)
    }
}

/// A value that may contain so many levels of lists and objects.
#[derive(Clone, Copy)]
struct Any {
    depth: usize,
}

impl Any {
    fn deeper(self) -> Option<Self> {
        Some(Self { depth: self.depth.checked_sub(1)? })
    }
}

impl<'de> DeserializeSeed<'de> for Any {
    type Value = Datum;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Datum, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any {
    type Value = Datum;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("true or false, a number, a text, a list or an object")
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
        let Some(deeper) = self.deeper() else { return Ok(Datum::Other) };
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(deeper)? {
            items.push(item);
        }
        Ok(Datum::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Datum, A::Error> {
        let Some(deeper) = self.deeper() else { return Ok(Datum::Other) };
        let mut entries = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            entries.push((name, map.next_value_seed(deeper)?));
        }
        Ok(Datum::Object(Options(entries)))
    }
}
