use proptest::prelude::*;

use super::icalendar::{Calendar, Event, Status};
use super::*;
use crate::test_support::builders::*;
use crate::test_support::feeds::a_feed;

/// The lines of a calendar, unfolded as RFC 5545 says.
fn unfolded(document: &str) -> Vec<String> {
    let whole = document.replace("\r\n ", "");
    let mut lines: Vec<String> = whole.split("\r\n").map(str::to_owned).collect();
    assert_eq!(lines.pop().as_deref(), Some(""), "the last line ends too");
    lines
}

/// The text of a value.
fn unescaped(value: &str) -> String {
    let mut text = String::new();
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            assert!(!matches!(character, ';' | ','), "not escaped: {value:?}");
            text.push(character);
            continue;
        }
        text.push(match characters.next() {
            Some('n') => '\n',
            Some(escaped @ ('\\' | ';' | ',')) => escaped,
            other => panic!("{other:?} is no escape"),
        });
    }
    text
}

fn value<'a>(lines: &'a [String], name: &str) -> &'a str {
    let prefix = format!("{name}:");
    lines.iter().find_map(|line| line.strip_prefix(&prefix)).unwrap()
}

fn an_event(summary: &str) -> Event {
    Event {
        uid: "appointment-1@ratiba".to_owned(),
        time: from_to((10, 0), (11, 0)),
        status: Status::Confirmed,
        summary: summary.to_owned(),
        sequence: 3,
        revised_at: NOW,
        last_modified: Some(NOW),
    }
}

fn rendered(summary: &str) -> String {
    Calendar {
        name: "Aria Aura".to_owned(),
        events: vec![an_event(summary)],
    }
    .render()
}

#[test]
fn a_calendar_is_written_as_the_standard_says() {
    let expected = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Ratiba//Calendar feed//EN\r\nCALSCALE:GREGORIAN\r\n\
        X-WR-CALNAME:Aria Aura\r\nREFRESH-INTERVAL;VALUE=DURATION:PT15M\r\nX-PUBLISHED-TTL:PT15M\r\n\
        BEGIN:VEVENT\r\nUID:appointment-1@ratiba\r\nDTSTAMP:20260512T050000Z\r\nDTSTART:20260513T070000Z\r\n\
        DTEND:20260513T080000Z\r\nSEQUENCE:3\r\nSTATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nSUMMARY:Massage\\, 60\r\n\
        LAST-MODIFIED:20260512T050000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    assert_eq!(rendered("Massage, 60"), expected);
}

#[test]
fn an_empty_calendar_has_a_component_all_the_same() {
    let empty = Calendar {
        name: String::new(),
        events: Vec::new(),
    }
    .render();
    assert!(empty.contains("\r\nBEGIN:VTIMEZONE\r\n"), "{empty}");
    assert!(!rendered("x").contains("VTIMEZONE"));
}

#[test]
fn hostile_text_stays_text() {
    let hostile = "Amina\r\nEND:VEVENT\rBEGIN:VALARM\n\u{0}\u{7f}\u{85};,\\n \u{2028}";
    let lines = unfolded(&rendered(hostile));
    assert_eq!(
        lines.iter().filter(|line| line.starts_with("END:VEVENT")).count(),
        1
    );
    assert!(!lines.iter().any(|line| line.starts_with("BEGIN:VALARM")));
    let told = unescaped(value(&lines, "SUMMARY"));
    assert_eq!(told, "Amina\nEND:VEVENT\nBEGIN:VALARM\n   ;,\\n \u{2028}");
}

#[test]
fn a_cancelled_event_leaves_the_time_free() {
    let mut event = an_event("x");
    event.status = Status::Cancelled;
    let name = String::new();
    let lines = unfolded(
        &Calendar {
            name,
            events: vec![event],
        }
        .render(),
    );
    assert_eq!(
        (value(&lines, "STATUS"), value(&lines, "TRANSP")),
        ("CANCELLED", "TRANSPARENT")
    );
}

proptest! {
    #[test]
    fn whatever_the_text_lines_are_short_and_it_is_read_back(text in "(?s)[\\PC\\n,;:\\\\éßñ🦀]{0,200}") {
        let document = rendered(&text);
        for line in document.split("\r\n") {
            prop_assert!(line.len() <= 75, "{} octets", line.len());
            prop_assert!(!line.contains(['\r', '\n']));
        }
        let lines = unfolded(&document);
        prop_assert_eq!(unescaped(value(&lines, "SUMMARY")), text);
        prop_assert_eq!(lines.len(), 19);
    }
}

fn entry(kind: FeedEntryKind) -> FeedContent {
    FeedContent {
        title: "Aria Aura".to_owned(),
        entries: vec![FeedEntry {
            time: from_to((10, 0), (11, 0)),
            kind,
        }],
    }
}

fn an_appointment(certainty: Certainty) -> FeedContent {
    entry(FeedEntryKind::Appointment {
        id: appointment(1),
        service: "Swedish massage 60".to_owned(),
        staff: vec!["Wanjiru".to_owned(), "Otieno".to_owned()],
        customer: Some("Amina Hassan Ali".to_owned()),
        certainty,
        version: Version::read(4),
        changed_at: NOW,
    })
}

fn summary(feed: &CalendarFeed, content: &FeedContent) -> String {
    unescaped(value(&unfolded(&document(feed, content)), "SUMMARY"))
}

#[test]
fn a_customer_is_named_only_where_that_was_wanted_and_by_the_first_name() {
    let content = an_appointment(Certainty::Agreed);
    assert_eq!(
        summary(&a_feed(1), &content),
        "Swedish massage 60 (Wanjiru, Otieno)"
    );
    let named = CalendarFeed {
        names: NamesShown::Yes,
        ..a_feed(1)
    };
    assert_eq!(
        summary(&named, &content),
        "Swedish massage 60, Amina (Wanjiru, Otieno)"
    );
    let own = CalendarFeed {
        scope: FeedScope::Staff(staff(1)),
        ..named
    };
    assert_eq!(summary(&own, &content), "Swedish massage 60, Amina");
    assert!(!document(&own, &content).contains("Hassan"));
}

#[test]
fn the_standing_and_the_version_are_told() {
    for (certainty, word) in [
        (Certainty::Tentative, "TENTATIVE"),
        (Certainty::Agreed, "CONFIRMED"),
        (Certainty::Cancelled, "CANCELLED"),
    ] {
        let lines = unfolded(&document(&a_feed(1), &an_appointment(certainty)));
        assert_eq!((value(&lines, "STATUS"), value(&lines, "SEQUENCE")), (word, "4"));
        assert_eq!(
            value(&lines, "UID"),
            format!("appointment-{}@ratiba", appointment(1))
        );
    }
}

#[test]
fn blocks_and_leave_are_busy_and_say_no_reason() {
    let id = uuid::Uuid::nil();
    let of = "Wanjiru".to_owned();
    let block = entry(FeedEntryKind::Block { id, of: of.clone() });
    let leave = entry(FeedEntryKind::Leave { id, of });
    assert_eq!(summary(&a_feed(1), &block), "Blocked: Wanjiru");
    assert_eq!(summary(&a_feed(1), &leave), "Away: Wanjiru");
    let own = CalendarFeed {
        scope: FeedScope::Staff(staff(1)),
        ..a_feed(1)
    };
    assert_eq!(summary(&own, &leave), "Away");
}

#[test]
fn a_secret_is_sixty_four_digits_and_not_logged() {
    let secret = FeedSecret::from_bytes([0xab; 32]);
    assert_eq!(FeedSecret::parse(secret.reveal()), Ok(secret.clone()));
    assert!(!format!("{secret:?}").contains("ab"));
    for bad in ["", "ab", &"AB".repeat(32), &"g0".repeat(32), &"ab".repeat(33)] {
        assert_eq!(FeedSecret::parse(bad), Err(NotASecret));
    }
}
