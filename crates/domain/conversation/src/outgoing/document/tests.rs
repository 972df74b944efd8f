//! A document keeps the channel's limits, and comes back from its row as it was.

use super::*;
use crate::outgoing::Content;

fn a_document() -> Document {
    Document::pdf("risiti-BK7Q2M.pdf", "Risiti yako", b"%PDF-1.4\n\xE2\xE3".to_vec()).unwrap()
}

#[test]
fn a_document_comes_back_from_its_row_as_it_was() {
    let content = Content::Document(a_document());
    let row = serde_json::to_value(&content).unwrap();
    assert_eq!(row["kind"], "document");
    assert_eq!(serde_json::from_value::<Content>(row).unwrap(), content);
    assert_eq!(content.words(), "Risiti yako");
    assert_eq!(
        format!("{content:?}{:?}", a_document()),
        "Content(document)Document(11 bytes)"
    );
}

#[test]
fn what_the_channel_would_refuse_is_no_document() {
    let pdf = || b"%PDF-1.4".to_vec();
    let large = [pdf(), vec![0; DOCUMENT_BYTES_MAX]].concat();
    let no_document = Err(TooMuch::NoDocument {
        limit: DOCUMENT_BYTES_MAX,
    });
    for (name, caption, bytes, expected) in [
        ("a.pdf", "", pdf(), Err(TooMuch::Empty)),
        ("", "x", pdf(), Err(TooMuch::Empty)),
        ("../a.pdf", "x", pdf(), Err(TooMuch::Layout)),
        ("a\r\nX: y.pdf", "x", pdf(), Err(TooMuch::Layout)),
        ("a.pdf", "x", b"<html>".to_vec(), no_document.clone()),
        ("a.pdf", "x", large, no_document),
    ] {
        assert_eq!(Document::pdf(name, caption, bytes), expected, "{name:?}");
    }
    assert_eq!(
        Document::pdf("a.pdf", "x".repeat(1_025), pdf()),
        Err(TooMuch::TooLong { limit: 1_024 })
    );
}
