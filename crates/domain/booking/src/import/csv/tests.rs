use proptest::prelude::*;

use super::{Column, records, rows};
use crate::import::{IgnoredBecause, ROWS_MAX, Unreadable};

fn cells(text: &str) -> Vec<Vec<String>> {
    records(text)
        .unwrap()
        .into_iter()
        .map(|record| record.cells)
        .collect()
}

#[test]
fn quotes_delimiters_marks_and_line_ends_are_read_as_rfc_4180_says() {
    let wanted = vec![
        vec!["name", "price"],
        vec!["Wax, \"full\"\nleg", "1,500"],
        vec!["Facial", ""],
    ];
    for text in [
        "name,price\r\n\"Wax, \"\"full\"\"\nleg\",\"1,500\"\r\nFacial,\r\n",
        "\u{feff}name;price\n\"Wax, \"\"full\"\"\nleg\";1,500\n\nFacial;",
        "name\tprice\r\"Wax, \"\"full\"\"\nleg\" \t 1,500\rFacial\t\r",
    ] {
        assert_eq!(cells(text), wanted, "{text:?}");
    }
}

#[test]
fn lines_are_counted_through_quoted_cells() {
    let read = records("a\n\"one\ntwo\"\nlast\n").unwrap();
    assert_eq!(
        read.iter().map(|record| record.line).collect::<Vec<_>>(),
        [1, 2, 4]
    );
}

#[test]
fn wrong_quoting_is_named_with_its_line() {
    assert_eq!(records("a\n\"open\nb"), Err(Unreadable::OpenQuote { line: 2 }));
    assert_eq!(records("a,b\n\"x\"y,1"), Err(Unreadable::StrayQuote { line: 2 }));
    assert_eq!(cells("size\n5\" heel"), [["size"], ["5\" heel"]]);
}

proptest! {
    #[test]
    fn what_is_written_by_the_rules_is_read_back(
        table in prop::collection::vec(prop::collection::vec("[a-z,;\t\"\n ]{0,6}", 3), 1..6)
    ) {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let lines: Vec<String> = table.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",")).collect();
        let trimmed: Vec<Vec<String>> = table
            .iter()
            .map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>())
            .filter(|row| row.iter().any(|cell| !cell.is_empty()))
            .collect();
        prop_assert_eq!(cells(&lines.join("\r\n")), trimmed);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,60}") {
        let _ = records(&text);
    }
}

static COLUMNS: [Column; 2] = [
    Column {
        name: "name",
        words: &["service"],
        needed: true,
    },
    Column {
        name: "price",
        words: &["price ksh"],
        needed: false,
    },
];

#[test]
fn columns_are_found_by_their_usual_names_in_any_order() {
    let read = records("Room,PRICE (KSh), Service \n1,2500,Facial,x\n2,,Wax").unwrap();
    let (rows, ignored) = rows(&read, &COLUMNS).unwrap();
    assert_eq!((rows[0].cell("name"), rows[0].cell("price")), ("Facial", "2500"));
    assert_eq!(
        (rows[1].text("name"), rows[1].text("price")),
        (Some("Wax".to_owned()), None)
    );
    assert_eq!((rows[0].misshapen, rows[1].misshapen), (true, false));
    assert_eq!(ignored.len(), 1);
    assert_eq!(
        (ignored[0].source.text.as_str(), ignored[0].because),
        ("Room", IgnoredBecause::UnknownColumn)
    );
}

#[test]
fn a_table_without_its_columns_or_past_its_bounds_is_refused() {
    let refused = |text: &str| rows(&records(text).unwrap(), &COLUMNS).map(|_| ()).unwrap_err();
    assert_eq!(refused("price\n1"), Unreadable::MissingColumn { column: "name" });
    assert_eq!(
        refused("name,service\na,b"),
        Unreadable::ColumnTwice { column: "name" }
    );
    assert_eq!(refused("name"), Unreadable::Empty);
    assert_eq!(refused(""), Unreadable::Empty);
    assert_eq!(
        refused(&("name\n".to_owned() + &"a\n".repeat(ROWS_MAX + 1))),
        Unreadable::TooManyRows
    );
    assert_eq!(records(&"x".repeat(256 * 1_024 + 1)), Err(Unreadable::TooLarge));
}
