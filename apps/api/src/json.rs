//! Reading JSON so that it means one thing: a name that an object has twice is refused, where most readers would quietly
//! take one of the two.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::problem::{FieldFault, Kind, Problem};

/// How many names that are there twice are told at most: the answer stays small, whatever was sent.
const TWICE_MOST: usize = 20;

/// The value of a body.
///
/// Time and memory are bounded by the body's length: nothing is nested more than 128 deep, and a number that fits no
/// machine word is refused.
///
/// # Errors
/// [`Problem`] of kind `validation`: it is not JSON, or names something twice, and then what.
pub fn read(bytes: &[u8]) -> Result<Value, Problem> {
    let mut twice = Vec::new();
    let mut text = serde_json::Deserializer::from_slice(bytes);
    let once = Once {
        path: &mut String::new(),
        twice: &mut twice,
    };
    let value = once.deserialize(&mut text);
    let value = value
        .and_then(|value| text.end().map(|()| value))
        .map_err(|error| Problem::new(Kind::Validation, format!("the body is not JSON: {error}")))?;
    if twice.is_empty() {
        return Ok(value);
    }
    let fault = |field| FieldFault {
        field,
        message: "is given twice".to_owned(),
    };
    Err(Problem::fields(twice.into_iter().map(fault).collect()))
}

/// Reads a value, and notes by its path what an object names twice.
struct Once<'a> {
    path: &'a mut String,
    twice: &'a mut Vec<String>,
}

impl Once<'_> {
    /// Does something one step further down.
    fn within<T>(&mut self, name: &str, work: impl FnOnce(Once<'_>) -> T) -> T {
        let before = self.path.len();
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
        let done = work(Once {
            path: &mut *self.path,
            twice: &mut *self.twice,
        });
        self.path.truncate(before);
        done
    }
}

impl<'de> DeserializeSeed<'de> for Once<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Value, D::Error> {
        text.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, answer: bool) -> Result<Value, E> {
        Ok(Value::Bool(answer))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Number::from_f64(number)
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        while let Some(item) = self.within(&read.len().to_string(), |once| items.next_element_seed(once))? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let value = self.within(&name, |once| {
                if read.contains_key(&name) && once.twice.len() < TWICE_MOST {
                    once.twice.push(once.path.clone());
                }
                fields.next_value_seed(once)
            })?;
            read.insert(name, value);
        }
        Ok(Value::Object(read))
    }
}

#[cfg(test)]
mod tests;
