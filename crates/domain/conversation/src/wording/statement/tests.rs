//! Whatever a statement says fits into the channel's messages, and no line is out of reach.

use time::macros::{date, datetime};
use uuid::Uuid;

use super::*;
use crate::desk::StatementRef;
use crate::rail::parse_statement_token;
use crate::test_support::builders::a_statement;

const NOW: OffsetDateTime = datetime!(2026-06-01 05:00 UTC);

fn rows(content: &Content) -> &[Row] {
    match content {
        Content::List(list) => list.rows(),
        Content::Text(_)
        | Content::Buttons(_)
        | Content::Link(_)
        | Content::Template(_)
        | Content::Document(_) => panic!("a list"),
    }
}

#[test]
fn a_statement_tells_its_figures_and_its_fingerprint_in_both_languages() {
    let card = a_statement(2);
    assert_eq!(
        told(&card, "Aria Aura Spa", Tongue::English),
        "Aria Aura Spa: your commission for May 2026\n\nServices: 2\nBase: KES 7,000\nCommission: KES 1,400\nTips: KES \
         200\nDeductions: KES -100\nTop-up: KES 0\n*Total: KES 1,500*\n\nFingerprint: 9f86d081"
    );
    let swahili = told(&card, "Aria Aura Spa", Tongue::Swahili);
    assert!(
        swahili.contains("kamisheni yako ya Mei 2026") && swahili.contains("*Jumla: KES 1,500*"),
        "{swahili}"
    );
    let call = in_template(&card, Tongue::English).unwrap();
    assert_eq!(
        call.parameters(),
        [
            "May 2026",
            "2",
            "KES 7,000",
            "KES 1,400",
            "KES 200",
            "KES -100",
            "KES 0",
            "KES 1,500",
            "9f86d081"
        ]
    );
    assert_eq!(call.payloads().len(), 1);
}

#[test]
fn a_correction_says_what_changed_and_by_how_much() {
    let card = StatementCard {
        corrects: true,
        commission: Money::kes_minor(-70_000),
        services: -1,
        total: Money::kes_minor(20_000),
        ..a_statement(7)
    };
    let words = told(&card, "Aria Aura Spa", Tongue::English);
    assert!(words.starts_with(
        "Aria Aura Spa: a correction of your commission for May 2026. What changed:\n• Swedish massage"
    ));
    assert!(words.contains("…and 2 more."), "{words}");
    for difference in ["Services: -1", "Commission: KES -700", "*Total: +KES 200*"] {
        assert!(words.contains(difference), "{difference} in {words}");
    }
    let call = in_template(&card, Tongue::English).unwrap();
    assert!(call.parameters()[0].contains("a correction"), "{call:?}");
}

#[test]
fn the_longest_statement_fits_into_a_message_with_its_button() {
    let mut card = a_statement(40);
    card.corrects = true;
    for line in &mut card.lines {
        line.service = "x".repeat(60);
    }
    for tongue in [Tongue::English, Tongue::Swahili] {
        let words = told(&card, &"b".repeat(120), tongue);
        assert!(
            words.chars().count() <= BODY_CHARACTERS_MAX,
            "{} characters",
            words.chars().count()
        );
        assert!(matches!(content(&card, "Spa", tongue), Some(Content::Buttons(_))));
    }
}

#[test]
fn a_statement_without_lines_has_no_button() {
    let card = StatementCard {
        lines: Vec::new(),
        ..a_statement(0)
    };
    assert!(matches!(
        content(&card, "Spa", Tongue::English),
        Some(Content::Text(_))
    ));
    assert_eq!(lines(&card, 0, Tongue::English, NOW), None);
}

#[test]
fn every_line_can_be_reached_ten_rows_at_a_time() {
    for count in [1, 9, 10, 11, 19, 20, 31] {
        let card = a_statement(count);
        let (mut from, mut seen) = (0, Vec::new());
        loop {
            let list = lines(&card, from, Tongue::Swahili, NOW).unwrap();
            let mut next = None;
            for row in rows(&list) {
                match parse_statement_token(&row.token).unwrap() {
                    StatementTap::Line(tap) => {
                        assert_eq!((tap.statement, tap.shown_at), (card.id, NOW));
                        seen.push(tap.line);
                    }
                    StatementTap::Lines(tap) => next = Some(tap.from),
                }
            }
            match next {
                Some(more) => from = more,
                None => break,
            }
        }
        assert_eq!(seen, (1..=u32::try_from(count).unwrap()).collect::<Vec<_>>());
        assert_eq!(
            lines(&card, count, Tongue::English, NOW),
            None,
            "behind the last one"
        );
    }
}

#[test]
fn a_line_that_is_disputed_is_marked() {
    let mut card = a_statement(2);
    card.lines[1].disputed = true;
    let list = lines(&card, 0, Tongue::English, NOW).unwrap();
    let told: Vec<&str> = rows(&list)
        .iter()
        .filter_map(|row| row.description.as_deref())
        .collect();
    assert_eq!(
        told,
        [
            "13 May · KES 3,500 → KES 700",
            "disputed · 13 May · KES 3,500 → KES 700"
        ]
    );
    assert_eq!(card.lines[0].day, date!(2026 - 05 - 13));
    assert_ne!(card.id, StatementRef::from_uuid(Uuid::nil()));
}
