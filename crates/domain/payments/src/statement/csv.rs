//! Tables as text: RFC 4180 with a byte-order mark, quotes and both kinds of line ends.

/// One line of a table; a quoted cell may span several lines of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The line on which it begins, counted from 1.
    pub(super) line: u32,
    /// The cells, unquoted and without surrounding white space.
    pub(super) cells: Vec<String>,
}

/// A quotation mark that never ends; the line on which it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OpenQuote(pub(super) u32);

/// The records of a table, blank ones left out.
pub(super) fn records(text: &str) -> Result<Vec<Record>, OpenQuote> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut characters = text.chars().peekable();
    let (mut records, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut began, mut quote): (u32, u32, Option<u32>) = (1, 1, None);
    loop {
        let next = characters.next();
        if let Some(opened) = quote {
            match next {
                None => return Err(OpenQuote(opened)),
                Some('"') if characters.next_if_eq(&'"').is_some() => cell.push('"'),
                Some('"') => quote = None,
                Some(other) => {
                    line = line.saturating_add(u32::from(other == '\n'));
                    cell.push(other);
                }
            }
            continue;
        }
        match next {
            Some('"') if cell.trim().is_empty() => {
                cell.clear();
                quote = Some(line);
            }
            Some(',') => cells.push(taken(&mut cell)),
            Some('\r') if characters.peek() == Some(&'\n') => {}
            Some('\n' | '\r') | None => {
                cells.push(taken(&mut cell));
                let record = Record {
                    line: began,
                    cells: std::mem::take(&mut cells),
                };
                if record.cells.iter().any(|cell| !cell.is_empty()) {
                    records.push(record);
                }
                if next.is_none() {
                    return Ok(records);
                }
                line = line.saturating_add(1);
                began = line;
            }
            Some(other) => cell.push(other),
        }
    }
}

fn taken(cell: &mut String) -> String {
    let text = cell.trim().to_owned();
    cell.clear();
    text
}
