//! A document is read back as a reader would: by its trailer, its table and its objects.

use time::macros::datetime;

use super::*;

fn head() -> Head<'static> {
    Head {
        title: "Risiti yako BK7Q2M",
        author: "Spa (Nairobi) \\ Wanjikũ",
        language: "sw",
        made_at: datetime!(2026-05-13 14:00),
    }
}

fn printed(texts: &[&str]) -> Vec<Printed> {
    texts
        .iter()
        .map(|text| Printed {
            text: (*text).to_owned(),
            strong: text.starts_with("Total"),
        })
        .collect()
}

/// The objects, found by the table, in order.
fn objects(document: &[u8]) -> Vec<String> {
    // One character for each byte, so that places are the same in both.
    let letter = |byte: &u8| if byte.is_ascii() { char::from(*byte) } else { '?' };
    let text: String = document.iter().map(letter).collect();
    assert!(text.starts_with("%PDF-1.4\n") && text.ends_with("%%EOF\n"));
    let table: usize = text
        .rsplit("startxref\n")
        .next()
        .and_then(|rest| rest.lines().next())
        .and_then(|line| line.parse().ok())
        .unwrap();
    let mut lines = text[table..].split_inclusive('\n');
    assert_eq!(lines.next(), Some("xref\n"));
    let many: usize = lines
        .next()
        .unwrap()
        .trim()
        .strip_prefix("0 ")
        .unwrap()
        .parse()
        .unwrap();
    let entries: Vec<&str> = lines.take(many).collect();
    assert!(
        entries.iter().all(|entry| entry.len() == 20),
        "each is 20 bytes long"
    );
    let starts = entries
        .iter()
        .skip(1)
        .map(|entry| entry[..10].parse::<usize>().unwrap());
    starts
        .enumerate()
        .map(|(index, start)| {
            let (number, rest) = text[start..].split_once(" 0 obj\n").unwrap();
            assert_eq!(number, (index + 1).to_string());
            rest.split_once("\nendobj\n").unwrap().0.to_owned()
        })
        .collect()
}

/// The texts that are shown, in order.
fn shown(objects: &[String]) -> Vec<String> {
    let streams = objects.iter().filter_map(|object| object.split_once("stream\n"));
    streams
        .flat_map(|(head, stream)| {
            let content = stream.strip_suffix("endstream").unwrap();
            assert_eq!(head, format!("<</Length {}>>", content.len()));
            content
                .lines()
                .filter_map(|line| line.split_once('<').and_then(|(_, rest)| rest.split_once('>')))
                .map(|(hex, _)| {
                    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
                    (0..hex.len()).step_by(2).map(|at| char::from(byte(at))).collect()
                })
                .collect::<Vec<String>>()
        })
        .collect()
}

#[test]
fn a_reader_finds_every_object_and_every_amount() {
    let lines = printed(&["RISITI", "Massage (deep)   KES 4,000", "Total   KES 4,000"]);
    let document = document(&head(), &Repeated::default(), &lines);
    let objects = objects(&document);
    assert_eq!(objects.len(), 7);
    assert!(objects[0].contains("/Lang(sw)"));
    assert!(objects[1].contains("/Kids[6 0 R]/Count 1"));
    assert!(objects[5].contains("/Contents 7 0 R"));
    assert_eq!(
        shown(&objects),
        ["RISITI", "Massage (deep)   KES 4,000", "Total   KES 4,000"]
    );
    assert!(
        objects[6].contains("/F2 10 Tf <546F74616C"),
        "what is strong is bold"
    );
    assert!(objects[4].contains("/CreationDate(D:20260513140000)"));
}

#[test]
fn what_does_not_fit_on_a_page_goes_on_the_next() {
    let texts: Vec<String> = (0..100).map(|number| format!("line {number}")).collect();
    let lines = printed(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let document = document(&head(), &Repeated::default(), &lines);
    let objects = objects(&document);
    assert!(objects[1].contains("/Kids[6 0 R 8 0 R 10 0 R]/Count 3"));
    assert_eq!(shown(&objects), texts);
}

#[test]
fn a_document_of_nothing_has_a_page() {
    assert_eq!(objects(&document(&head(), &Repeated::default(), &[])).len(), 7);
}

#[test]
fn letters_beyond_the_encoding_become_the_nearest_ones() {
    assert_eq!(
        hex("Wanjikũ – 5€ (é)\n"),
        "<57616E6A696B75209620358020 28E9293F>".replace(' ', "")
    );
}
