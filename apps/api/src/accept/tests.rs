//! The form that is wanted most is chosen, by weight and by the most particular range.

use super::choose;

const OFFERED: [&str; 3] = ["application/json", "text/plain", "application/pdf"];

#[test]
fn the_form_that_is_wanted_most_is_chosen() {
    for (header, chosen) in [
        ("", Some(0)),
        ("*/*", Some(0)),
        ("application/pdf", Some(2)),
        ("APPLICATION/PDF", Some(2)),
        ("text/*", Some(1)),
        ("text/html, application/pdf;q=0.9, */*;q=0.1", Some(2)),
        ("application/json;q=0.2, text/plain;q=0.7", Some(1)),
        ("application/json;q=0.2,text/plain;q=0.2", Some(0)),
        ("text/plain;charset=utf-8;q=1.000", Some(1)),
        ("*/*;q=1, application/json;q=0", Some(1)),
        ("application/*;q=0.5, application/json;q=0", Some(2)),
        ("application/json;q=0", None),
        ("text/html", None),
        ("image/png, audio/*", None),
        ("nonsense", None),
        ("application/json;q=5", None),
        ("application/json;q=0.1234", None),
        ("application/json;q=0.x, text/plain;q=0.001", Some(1)),
    ] {
        assert_eq!(choose(header, &OFFERED), chosen, "{header}");
    }
}
