//! Tables as text: RFC 4180, and what spreadsheets make of it.
//!
//! Commas, semicolons or tabs; whichever the first line has most of. A byte-order mark and both kinds of line
//! ends are fine. The first line names the columns, in any order and in the words that people use.

use super::text::fold;
use super::{CELL_CHARACTERS_MAX, CONTENT_BYTES_MAX, Ignored, IgnoredBecause, ROWS_MAX, Source, Unreadable};

/// One line of a table; a quoted cell may span several lines of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The line on which it begins, counted from 1.
    pub line: u32,
    /// The cells, unquoted and without surrounding white space.
    pub cells: Vec<String>,
}

/// The records of a table, blank ones left out.
///
/// # Errors
/// [`Unreadable`] for a table that is too large or wrongly quoted.
pub fn records(text: &str) -> Result<Vec<Record>, Unreadable> {
    if text.len() > CONTENT_BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        delimiter: delimiter(text),
        line: 1,
        record: Record {
            line: 1,
            cells: Vec::new(),
        },
        records: Vec::new(),
    };
    reader.read(text)?;
    Ok(reader.records)
}

/// The delimiter that stands most often in the first line, outside of quotes; of equals the comma.
fn delimiter(text: &str) -> char {
    let mut quoted = false;
    let mut counts = [(',', 0_usize), (';', 0), ('\t', 0)];
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            _other if quoted => {}
            other => {
                for (candidate, count) in &mut counts {
                    if *candidate == other {
                        *count += 1;
                    }
                }
            }
        }
    }
    let mut best = counts[0];
    for candidate in counts {
        if candidate.1 > best.1 {
            best = candidate;
        }
    }
    best.0
}

struct Reader {
    delimiter: char,
    line: u32,
    record: Record,
    records: Vec<Record>,
}

impl Reader {
    fn read(&mut self, text: &str) -> Result<(), Unreadable> {
        let mut characters = text.chars().peekable();
        let mut cell = String::new();
        loop {
            let Some(character) = characters.next() else {
                if !cell.is_empty() || !self.record.cells.is_empty() {
                    self.end_cell(&mut cell);
                    self.end_record();
                }
                return Ok(());
            };
            match character {
                '"' if cell.trim().is_empty() => {
                    cell = self.quoted(&mut characters)?;
                    while characters.next_if(|c| matches!(c, ' ')).is_some() {}
                    let ends = |c: &char| *c == self.delimiter || matches!(c, '\n' | '\r');
                    if !characters.peek().is_none_or(ends) {
                        return Err(Unreadable::StrayQuote { line: self.line });
                    }
                }
                '\r' | '\n' => {
                    if character == '\r' {
                        characters.next_if_eq(&'\n');
                    }
                    self.end_cell(&mut cell);
                    self.end_record();
                    self.line = self.line.saturating_add(1);
                    self.record.line = self.line;
                }
                other if other == self.delimiter => self.end_cell(&mut cell),
                other => cell.push(other),
            }
        }
    }

    /// The inside of a quoted cell; a doubled quotation mark stands for one.
    fn quoted(
        &mut self,
        characters: &mut std::iter::Peekable<std::str::Chars<'_>>,
    ) -> Result<String, Unreadable> {
        let began = self.line;
        let mut cell = String::new();
        loop {
            match characters.next() {
                None => return Err(Unreadable::OpenQuote { line: began }),
                Some('"') => {
                    if characters.next_if_eq(&'"').is_none() {
                        return Ok(cell);
                    }
                    cell.push('"');
                }
                Some(other) => {
                    if other == '\n' {
                        self.line = self.line.saturating_add(1);
                    }
                    cell.push(other);
                }
            }
        }
    }

    fn end_cell(&mut self, cell: &mut String) {
        let text: String = cell.trim().chars().filter(|c| *c != '\0').collect();
        self.record.cells.push(text);
        cell.clear();
    }

    fn end_record(&mut self) {
        let cells = std::mem::take(&mut self.record.cells);
        if cells.iter().any(|cell| !cell.is_empty()) {
            self.records.push(Record {
                line: self.record.line,
                cells,
            });
        }
    }
}

/// A column that a table may have, with the words that people use for it, folded.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Our name for it.
    pub name: &'static str,
    /// Other words for it.
    pub words: &'static [&'static str],
    /// Whether a table without it makes no sense.
    pub needed: bool,
}

/// A row of a table, its cells by column.
#[derive(Clone, Debug)]
pub struct Row<'t> {
    /// Where it stands.
    pub source: Source,
    cells: Vec<(&'static str, &'t str)>,
    /// Whether it has more cells than the table has columns, or one that is too long.
    pub misshapen: bool,
}

impl Row<'_> {
    /// What stands in a column; empty if the column is missing.
    #[must_use]
    pub fn cell(&self, name: &str) -> &str {
        let found = self.cells.iter().find(|(column, _)| *column == name);
        found.map_or("", |(_, cell)| cell)
    }

    /// Whether the table has the column.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.cells.iter().any(|(column, _)| *column == name)
    }

    /// What stands in a column, unless it is empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        let cell = super::text::one_line(self.cell(name));
        (!cell.is_empty()).then_some(cell)
    }
}

/// The rows of a table whose first record names the columns, and the columns that mean nothing here.
///
/// # Errors
/// [`Unreadable`] without rows, with too many, without a needed column, or with one twice.
pub fn rows<'t>(
    records: &'t [Record],
    columns: &'static [Column],
) -> Result<(Vec<Row<'t>>, Vec<Ignored>), Unreadable> {
    let Some((head, body)) = records.split_first() else {
        return Err(Unreadable::Empty);
    };
    let mut places: Vec<Option<&'static str>> = Vec::with_capacity(head.cells.len());
    let mut ignored = Vec::new();
    for heading in &head.cells {
        let column = meant(heading, columns);
        if let Some(column) = column
            && places.contains(&Some(column))
        {
            return Err(Unreadable::ColumnTwice { column });
        }
        if column.is_none() && !heading.is_empty() {
            ignored.push(Ignored {
                source: Source::new(head.line, heading),
                because: IgnoredBecause::UnknownColumn,
            });
        }
        places.push(column);
    }
    let missing = columns
        .iter()
        .find(|column| column.needed && !places.contains(&Some(column.name)));
    if let Some(column) = missing {
        return Err(Unreadable::MissingColumn { column: column.name });
    }
    if body.is_empty() {
        return Err(Unreadable::Empty);
    }
    if body.len() > ROWS_MAX {
        return Err(Unreadable::TooManyRows);
    }
    let row = |record: &'t Record| {
        let named = places.iter().zip(&record.cells);
        let cells: Vec<(&'static str, &str)> = named
            .filter_map(|(column, cell)| Some(((*column)?, cell.as_str())))
            .collect();
        let too_long = |(_, cell): &(&str, &str)| cell.chars().count() > CELL_CHARACTERS_MAX;
        Row {
            source: Source::new(record.line, &record.cells.join(" | ")),
            misshapen: record.cells.len() > places.len() || cells.iter().any(too_long),
            cells,
        }
    };
    Ok((body.iter().map(row).collect(), ignored))
}

fn meant(heading: &str, columns: &[Column]) -> Option<&'static str> {
    let heading = fold(heading);
    let same = |column: &&Column| {
        column.name.replace('_', " ") == heading || column.words.contains(&heading.as_str())
    };
    columns.iter().find(same).map(|column| column.name)
}

#[cfg(test)]
mod tests;
