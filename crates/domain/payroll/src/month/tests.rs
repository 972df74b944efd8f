use super::{NotAMonth, PayMonth};

#[test]
fn what_was_shown_is_read_back() {
    let month: PayMonth = "2026-05".parse().unwrap();
    assert_eq!(month.to_string(), "2026-05");
    assert_eq!(PayMonth::of(month.first_day()), month);
}

#[test]
fn anything_else_is_no_month() {
    for text in [
        "2026-13",
        "2026-00",
        "26-05",
        "2026-5",
        "2026/05",
        "2026-05-01",
        "",
    ] {
        assert_eq!(text.parse::<PayMonth>(), Err(NotAMonth), "{text}");
    }
}
