//! A plain PDF document: lines of one size in Courier, on as many pages as they need.
//!
//! Written by hand, since a receipt or a statement needs nothing that a library would bring: the fonts are of the fourteen that every
//! reader has, and in a font of one width amounts stand in a column without being measured. The format is that of
//! ISO 32000-1 (PDF 1.4): numbered objects, a table of where each begins, and a trailer that says where that table is.

use std::fmt::Write as _;

use time::PrimitiveDateTime;

use crate::letters::{printable, win_ansi};

/// How many characters fit on a line.
pub const COLUMNS: usize = 54;
/// How many lines fit on a page.
const LINES_A_PAGE: usize = 36;
/// A5, in points of 1/72 inch.
const PAGE: (u32, u32) = (420, 595);
/// The left margin, and where the first line stands.
const FIRST_LINE: (u32, u32) = (48, 540);
/// Size of the letters, in points. A letter of Courier is 0.6 of its size wide.
const SIZE: u32 = 10;
/// From line to line.
const LEADING: u32 = 14;

/// What a document says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// What it is.
    pub title: &'a str,
    /// Whose it is.
    pub author: &'a str,
    /// As ISO 639 has it, such as `sw`.
    pub language: &'a str,
    /// By the business's clock.
    pub made_at: PrimitiveDateTime,
}

/// A line as it is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// What it says.
    pub text: String,
    /// Whether it stands out.
    pub strong: bool,
}

/// What stands on every page of a document that may be long.
#[derive(Clone, Debug, Default)]
pub struct Repeated<'a> {
    /// Over the lines.
    pub top: &'a [Printed],
    /// Below them, before the number of the page.
    pub page: Option<&'a str>,
}

impl Repeated<'_> {
    /// The lines, page by page.
    fn pages(&self, lines: &[Printed]) -> Vec<Vec<Printed>> {
        let foot = if self.page.is_some() { 2 } else { 0 };
        let room = LINES_A_PAGE.saturating_sub(self.top.len() + foot).max(1);
        let parts: Vec<&[Printed]> = if lines.is_empty() {
            vec![&[]]
        } else {
            lines.chunks(room).collect()
        };
        let count = parts.len();
        let page = |(index, part): (usize, &&[Printed])| {
            let mut page = self.top.to_vec();
            page.extend_from_slice(part);
            if let Some(word) = self.page {
                let empty = room.saturating_sub(part.len()) + 1;
                page.extend(std::iter::repeat_n(Printed::plain(""), empty));
                page.push(Printed::plain(&format!("{word} {}/{count}", index + 1)));
            }
            page
        };
        parts.iter().enumerate().map(page).collect()
    }
}

impl Printed {
    /// A line that does not stand out.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            strong: false,
        }
    }
}

/// The objects that come before the pages: catalogue, list of pages, two fonts, and what the document says of itself.
const BEFORE_PAGES: usize = 5;

/// The document. The same lines under the same head give the same bytes.
#[must_use]
pub fn document(head: &Head<'_>, repeated: &Repeated<'_>, lines: &[Printed]) -> Vec<u8> {
    let pages = repeated.pages(lines);
    let numbers: Vec<String> = (0..pages.len())
        .map(|page| format!("{} 0 R", page_number(page)))
        .collect();
    let font = |name: &str| {
        format!("<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>").into_bytes()
    };
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R/Lang({})>>", head.language).into_bytes(),
        format!(
            "<</Type/Pages/Kids[{}]/Count {}>>",
            numbers.join(" "),
            pages.len()
        )
        .into_bytes(),
        font("Courier"),
        font("Courier-Bold"),
        information(head),
    ];
    for (number, page) in pages.iter().enumerate() {
        let content = content(page);
        objects.push(
            format!(
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {} {}]/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>/Contents {} 0 R>>",
                PAGE.0,
                PAGE.1,
                page_number(number) + 1
            )
            .into_bytes(),
        );
        objects.push(format!("<</Length {}>>stream\n{content}endstream", content.len()).into_bytes());
    }
    bound(&objects)
}

const fn page_number(page: usize) -> usize {
    BEFORE_PAGES + 1 + 2 * page
}

fn information(head: &Head<'_>) -> Vec<u8> {
    let at = head.made_at;
    format!(
        "<</Title {}/Author {}/CreationDate(D:{:04}{:02}{:02}{:02}{:02}{:02})>>",
        hex(head.title),
        hex(head.author),
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
    .into_bytes()
}

/// The lines of one page. Texts are written in hexadecimal, so that none of their letters can end them.
fn content(lines: &[Printed]) -> String {
    let mut content = format!("BT\n{LEADING} TL\n{} {} Td\n", FIRST_LINE.0, FIRST_LINE.1);
    for line in lines {
        let font = if line.strong { "F2" } else { "F1" };
        // Writing into a text cannot fail.
        let _ = writeln!(content, "/{font} {SIZE} Tf {} Tj T*", hex(&line.text));
    }
    content.push_str("ET\n");
    content
}

/// Objects, numbered from 1, with the table that says where each begins.
fn bound(objects: &[Vec<u8>]) -> Vec<u8> {
    // The comment of four bytes above 127 tells programs that this is no text.
    let mut bytes = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut starts = Vec::with_capacity(objects.len());
    for (index, object) in objects.iter().enumerate() {
        starts.push(bytes.len());
        bytes.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
        bytes.extend_from_slice(object);
        bytes.extend_from_slice(b"\nendobj\n");
    }
    let table = bytes.len();
    let mut end = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for start in starts {
        let _ = writeln!(end, "{start:010} 00000 n ");
    }
    let _ = writeln!(
        end,
        "trailer\n<</Size {}/Root 1 0 R/Info 5 0 R>>\nstartxref\n{table}\n%%EOF",
        objects.len() + 1
    );
    bytes.extend_from_slice(end.as_bytes());
    bytes
}

/// A text as a string object: the bytes of its letters in the Windows encoding for western languages, or of the nearest ones.
fn hex(text: &str) -> String {
    let mut hex = String::with_capacity(2 + 2 * text.len());
    hex.push('<');
    for letter in printable(text).chars() {
        let _ = write!(hex, "{:02X}", win_ansi(letter));
    }
    hex.push('>');
    hex
}

#[cfg(test)]
mod tests;
