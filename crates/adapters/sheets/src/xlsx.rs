//! A spreadsheet of one sheet, as ECMA-376 has it: a few documents of XML in an archive.

use std::fmt::Write as _;

use ratiba_kernel::Outage;
use ratiba_payroll::sheet::Cell;

use crate::decimal;
use crate::zip::archive;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
const ROOT: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const PARTS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
/// Style 1 shows two decimals and parts thousands.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="4" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#;
/// The narrowest and the widest column, in characters.
const WIDTHS: (usize, usize) = (8, 60);

/// The rows as a spreadsheet. Amounts are numbers with two decimals; words are words, whatever they look like.
///
/// # Errors
/// [`Outage`] if the table is larger than the format holds.
pub fn xlsx(sheet: &str, rows: &[Vec<Cell>]) -> Result<Vec<u8>, Outage> {
    // The format takes 31 characters, and not all of them.
    let name: String = sheet
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
        .take(31)
        .collect();
    let workbook = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="{}" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        escaped(&name)
    );
    let files: [(&str, &[u8]); 6] = [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", PARTS.as_bytes()),
        ("xl/styles.xml", STYLES.as_bytes()),
        ("xl/worksheets/sheet1.xml", &worksheet(rows).into_bytes()),
    ];
    archive(&files).ok_or_else(|| Outage::new("a table is larger than a spreadsheet holds"))
}

// Writing into a text cannot fail.
fn worksheet(rows: &[Vec<Cell>]) -> String {
    let mut xml = String::from(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"#,
    );
    xml.push_str(&widths(rows));
    xml.push_str("<sheetData>");
    for (row, cells) in (1_u32..).zip(rows) {
        let _ = write!(xml, r#"<row r="{row}">"#);
        for (column, cell) in (0_u32..).zip(cells) {
            let place = format!("{}{row}", letters(column));
            let _ = match cell {
                Cell::Text(words) if words.is_empty() => Ok(()),
                Cell::Text(words) => write!(
                    xml,
                    r#"<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>"#,
                    escaped(words)
                ),
                Cell::Amount(minor) => write!(xml, r#"<c r="{place}" s="1"><v>{}</v></c>"#, decimal(*minor)),
                Cell::Count(count) => write!(xml, r#"<c r="{place}"><v>{count}</v></c>"#),
            };
        }
        xml.push_str("</row>");
    }
    xml.push_str("</sheetData></worksheet>");
    xml
}

/// Columns as wide as what stands in them, below the heads.
fn widths(rows: &[Vec<Cell>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    if columns == 0 {
        return String::new();
    }
    let mut xml = String::from("<cols>");
    for column in 0..columns {
        // A row of one or two cells is a head over the table and may run over.
        let cells = rows
            .iter()
            .filter(|row| row.len() > 2)
            .filter_map(|row| row.get(column));
        let longest = cells.map(length).max().unwrap_or(0);
        let width = longest.clamp(WIDTHS.0, WIDTHS.1) + 2;
        let number = column + 1;
        let _ = write!(
            xml,
            r#"<col min="{number}" max="{number}" width="{width}" customWidth="1"/>"#
        );
    }
    xml.push_str("</cols>");
    xml
}

fn length(cell: &Cell) -> usize {
    match cell {
        Cell::Text(words) => words.chars().count(),
        Cell::Amount(minor) => decimal(*minor).len() + 2,
        Cell::Count(count) => count.to_string().len(),
    }
}

/// The name of a column, from 0: `A` to `Z`, then `AA`.
fn letters(column: u32) -> String {
    let letter = |number: u32| char::from_u32(u32::from('A') + number % 26).unwrap_or('A');
    if column < 26 {
        letter(column).to_string()
    } else {
        format!("{}{}", letter(column / 26 - 1), letter(column))
    }
}

/// Words without what XML would take for its own, and without what it does not allow.
fn escaped(words: &str) -> String {
    let mut xml = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\n' | '\t' => xml.push(letter),
            hidden if hidden.is_control() || matches!(hidden, '\u{fffe}' | '\u{ffff}') => {}
            other => xml.push(other),
        }
    }
    xml
}
