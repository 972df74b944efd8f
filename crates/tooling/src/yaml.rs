//! The small part of YAML that files of the project use: texts, lists and mappings, each with its line.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the events are the parser's: of those that come new, none is ours"
)]

use std::fmt;

use saphyr_parser::{Event, Parser, Span};

/// Something in a file, and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Counted from 1.
    pub line: usize,
    /// What it is.
    pub value: Value,
}

/// What a node is. Every scalar is a text: nothing is a number or a truth by its looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A scalar of any style.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file; no name twice.
    Map(Vec<(Name, Node)>),
}

/// A name in a mapping, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Counted from 1.
    pub line: usize,
    /// As it is written.
    pub text: String,
}

/// What is wrong in a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Counted from 1.
    pub line: usize,
    /// In words.
    pub what: String,
}

impl Fault {
    /// This is wrong there.
    pub fn at(line: usize, what: impl Into<String>) -> Self {
        Self {
            line,
            what: what.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.what)
    }
}

/// Reads a file of one document.
///
/// # Errors
/// What is no YAML, or more of it than is used here: several documents, anchors, tags, names that are no texts.
pub fn read(text: &str) -> Result<Node, Fault> {
    let mut events = Vec::new();
    for event in Parser::new_from_str(text) {
        match event {
            Ok(event) => events.push(event),
            Err(error) => return Err(Fault::at(error.marker().line(), error.info())),
        }
    }
    let mut reader = Reader {
        events: events.into_iter(),
        line: 1,
    };
    loop {
        match reader.next()? {
            Event::StreamStart | Event::Nothing | Event::DocumentStart(_) => {}
            first => {
                let node = reader.node(first)?;
                return match (reader.next()?, reader.next()?) {
                    (Event::DocumentEnd, Event::StreamEnd) => Ok(node),
                    _more => Err(Fault::at(reader.line, "one document, and nothing after it")),
                };
            }
        }
    }
}

struct Reader<'a> {
    events: std::vec::IntoIter<(Event<'a>, Span)>,
    line: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Event<'a>, Fault> {
        let Some((event, span)) = self.events.next() else {
            return Err(Fault::at(self.line, "the file ends too early"));
        };
        self.line = span.start.line();
        Ok(event)
    }

    fn node(&mut self, first: Event<'a>) -> Result<Node, Fault> {
        let line = self.line;
        let plain = |anchor: usize, tagged: bool| {
            let refused = anchor != 0 || tagged;
            (!refused)
                .then_some(())
                .ok_or_else(|| Fault::at(line, "no anchors and no tags here"))
        };
        let value = match first {
            Event::Scalar(text, _style, anchor, tag) => {
                plain(anchor, tag.is_some())?;
                Value::Text(text.into_owned())
            }
            Event::SequenceStart(anchor, tag) => {
                plain(anchor, tag.is_some())?;
                self.list()?
            }
            Event::MappingStart(anchor, tag) => {
                plain(anchor, tag.is_some())?;
                self.map()?
            }
            Event::StreamEnd | Event::DocumentEnd => return Err(Fault::at(line, "the file is empty")),
            _alias_or_mark => return Err(Fault::at(line, "a text, a list or a mapping is wanted here")),
        };
        Ok(Node { line, value })
    }

    fn list(&mut self) -> Result<Value, Fault> {
        let mut nodes = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(Value::List(nodes)),
                first => nodes.push(self.node(first)?),
            }
        }
    }

    fn map(&mut self) -> Result<Value, Fault> {
        let mut entries: Vec<(Name, Node)> = Vec::new();
        loop {
            let text = match self.next()? {
                Event::MappingEnd => return Ok(Value::Map(entries)),
                Event::Scalar(text, ..) => text.into_owned(),
                _no_text => return Err(Fault::at(self.line, "a name is a text")),
            };
            let line = self.line;
            if entries.iter().any(|(name, _)| name.text == text) {
                return Err(Fault::at(line, format!("{text:?} stands here twice")));
            }
            let first = self.next()?;
            entries.push((Name { line, text }, self.node(first)?));
        }
    }
}

impl Node {
    /// The entries of a mapping, of which none has another name than these.
    ///
    /// # Errors
    /// It is no mapping, or has an entry that nobody asked for.
    pub fn map(&self, names: &[&str]) -> Result<&[(Name, Self)], Fault> {
        let Value::Map(entries) = &self.value else {
            return Err(Fault::at(
                self.line,
                format!("a mapping of {} is wanted here", names.join(", ")),
            ));
        };
        match entries
            .iter()
            .find(|(name, _)| !names.contains(&name.text.as_str()))
        {
            Some((name, _)) => Err(Fault::at(
                name.line,
                format!("{:?} is none of {}", name.text, names.join(", ")),
            )),
            None => Ok(entries),
        }
    }

    /// The nodes of a list.
    ///
    /// # Errors
    /// It is none.
    pub fn list(&self) -> Result<&[Self], Fault> {
        match &self.value {
            Value::List(nodes) => Ok(nodes),
            Value::Text(_) | Value::Map(_) => Err(Fault::at(self.line, "a list is wanted here")),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// It is none.
    pub fn text(&self) -> Result<&str, Fault> {
        match &self.value {
            Value::Text(text) => Ok(text),
            Value::List(_) | Value::Map(_) => Err(Fault::at(self.line, "a text is wanted here")),
        }
    }

    /// What a mapping says under this name, if it does.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Value::Map(entries) = &self.value else {
            return None;
        };
        entries
            .iter()
            .find(|(known, _)| known.text == name)
            .map(|(_, node)| node)
    }

    /// The text that a mapping has under this name.
    ///
    /// # Errors
    /// There is none, or it is no text.
    pub fn wanted(&self, name: &str) -> Result<&str, Fault> {
        match self.get(name) {
            Some(node) => node.text(),
            None => Err(Fault::at(self.line, format!("{name} is missing"))),
        }
    }
}
