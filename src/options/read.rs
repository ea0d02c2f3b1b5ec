//! Options from whatever serde reads.
//!
//! Every kind of value is read the same way, and what an option may be is decided where it is used. The page has no use
//! for it: its options are JavaScript objects, and network files are read by `json`.

use super::{Datum, Options};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::fmt;

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
        struct Any;
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
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Datum::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Datum, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Datum::Object(Options(entries)))
            }
        }
        deserializer.deserialize_any(Any)
    }
}
