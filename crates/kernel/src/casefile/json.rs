//! JSON text into a value, noticing what a plain reader overlooks: a member that is named twice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Number, Value};

/// The value, and where an object names a member for the second time; the last one is the one in the value.
///
/// # Errors
/// What the reader of JSON says; [`in_words`] says it for people.
pub fn parse(text: &str) -> Result<(Value, Vec<String>), serde_json::Error> {
    let mut twice = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let place = Place {
        path: String::new(),
        twice: &mut twice,
    };
    let value = place.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, twice))
}

/// What is wrong with a text that is not JSON, in words for people who do not know its grammar by heart.
#[must_use]
pub fn in_words(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    if error.classify() == Category::Eof {
        return if (line, column) == (1, 0) {
            "it is empty".to_owned()
        } else {
            format!("it ends in line {line}, before everything that was opened is closed")
        };
    }
    let told = error.to_string();
    let jargon = told.split(" at line ").next().unwrap_or_default();
    let words = WORDS.iter().find(|(known, _)| jargon.starts_with(known));
    let words = words.map_or(jargon, |(_, words)| words);
    format!("{words}, in line {line}, column {column}")
}

/// How the reader of JSON says what it does not like, and how people would.
const WORDS: [(&str, &str); 14] = [
    (
        "expected value",
        "a value is wanted: text in double quotes, a number, true, false, null, a list or an object",
    ),
    (
        "expected ident",
        "only true, false and null stand without double quotes",
    ),
    (
        "trailing comma",
        "there is a comma before the end of a list or an object",
    ),
    ("trailing characters", "something follows after its end"),
    (
        "key must be a string",
        "the name of a member is wanted, in double quotes",
    ),
    ("expected `:`", "a colon is wanted after the name of a member"),
    (
        "expected `,` or `}`",
        "a comma or the end of the object is wanted",
    ),
    ("expected `,` or `]`", "a comma or the end of the list is wanted"),
    (
        "control character",
        "a text goes over the end of its line, or has another control character",
    ),
    (
        "invalid escape",
        "after a backslash only one of \" \\ / b f n r t u may follow",
    ),
    ("invalid number", "a number is not written as JSON writes it"),
    ("number out of range", "a number is too large"),
    (
        "recursion limit exceeded",
        "lists and objects lie too deeply in one another",
    ),
    (
        "invalid unicode code point",
        "a character is written as a number that none has",
    ),
];

/// `parent.name`, or the name alone at the root.
#[must_use]
pub fn member(parent: &str, name: &str) -> String {
    if parent.is_empty() {
        name.to_owned()
    } else {
        format!("{parent}.{name}")
    }
}

struct Place<'t> {
    path: String,
    twice: &'t mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<Value, E> {
        Ok(Value::Bool(yes))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        let Some(number) = Number::from_f64(number) else {
            return Ok(Value::Null);
        };
        // 60.0 and 6e1 are the whole number that they are.
        let whole = number.to_string();
        let whole = whole
            .strip_suffix(".0")
            .and_then(|whole| whole.parse::<i64>().ok());
        Ok(Value::Number(whole.map_or(number, Number::from)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let place = Place {
                path: format!("{}[{}]", self.path, list.len()),
                twice: &mut *self.twice,
            };
            match items.next_element_seed(place)? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let path = member(&self.path, &name);
            if object.contains_key(&name) {
                self.twice.push(path.clone());
            }
            let place = Place {
                path,
                twice: &mut *self.twice,
            };
            let value = members.next_value_seed(place)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}
