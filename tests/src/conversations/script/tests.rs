use super::*;

const SMALL: &str = "\
rule: Who greets is greeted.
begins: 2026-05-13T10:00:00+03:00
steps:
- note: \"in passing: twice\"
  from: Asha
  says: \"Niaje #1\"
  replies:
  - |-
    Hello!

    [Book] [Prices]
  then:
    thread: open, agent
- passes: 90m
- desk: POST /api/v1/payments/{payment}/refunds
  body: |-
    { \"way\": \"credit\" }
";

#[test]
fn what_is_written_is_what_was_read() {
    let read_once = read(SMALL).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(write(&read_once), SMALL);
    assert_eq!(read_once.steps[0].replies, ["Hello!\n\n[Book] [Prices]"]);
}

#[test]
fn what_is_not_known_is_a_fault_with_its_line() {
    let wrong = |from: &str, to: &str| {
        let text = SMALL.replacen(from, to, 1);
        read(&text).map_or_else(|fault| fault.to_string(), |_| panic!("{text}"))
    };
    for (from, to, line, what) in [
        ("begins:", "began:", "2:", "\"began\" is not known here"),
        ("  says:", "  shouts:", "6:", "\"shouts\" is not known here"),
        ("from: Asha", "from: Zed", "5:", "nobody is called \"Zed\""),
        (
            "    thread:",
            "    weather:",
            "13:",
            "\"weather\" is not known here",
        ),
        ("passes: 90m", "passes: soon", "14:", "a span"),
        (
            "passes: 90m",
            "passes: 90m\n  says: hello",
            "15:",
            "one thing happens in a step",
        ),
        (
            "passes: 90m",
            "note: nothing",
            "14:",
            "nothing happens in this step",
        ),
        ("rule: Who greets is greeted.\n", "", "1:", "a rule and steps"),
        ("passes: 90m", "passes: &a 90m", "14:", "no anchors"),
        ("from: Asha", "from: Asha\n  from: Brian", "6:", "twice"),
    ] {
        let fault = wrong(from, to);
        assert!(
            fault.starts_with(line) && fault.contains(what),
            "{from:?} to {to:?}: {fault}"
        );
    }
}
