use time::Duration;
use time::macros::datetime;

use super::*;
use crate::test_support::builders::{a_menu, a_phone, nairobi};
use crate::understanding::understand;

const NOW: time::OffsetDateTime = datetime!(2026-05-12 05:00 UTC);

fn admin(text: &str) -> Said<'_> {
    hear(text, |command| command.is_for(true, false))
}

fn therapist(text: &str) -> Said<'_> {
    hear(text, |command| command.is_for(false, true))
}

#[test]
fn every_command_is_found_by_its_name_however_it_is_typed() {
    for command in Command::ALL {
        let name = command.name();
        assert_eq!(admin(&format!("/{name}")), Said::Slash(command, ""));
        assert_eq!(
            admin(&format!("  /{} now ", name.to_uppercase())),
            Said::Slash(command, "now")
        );
        let joined = name.replace('-', "_");
        assert_eq!(admin(&format!("/{joined}")), Said::Slash(command, ""));
    }
    assert_eq!(admin("/nonsense"), Said::NoSuchCommand);
    assert_eq!(admin("/"), Said::NoSuchCommand);
}

#[test]
fn the_help_of_each_command_begins_with_how_it_is_written() {
    for command in Command::ALL {
        for tongue in [crate::texts::Tongue::English, crate::texts::Tongue::Swahili] {
            let usage = command.usage().plain(tongue);
            assert!(usage.starts_with(&format!("/{}", command.name())), "{usage}");
        }
    }
}

#[test]
fn plain_words_of_an_admin_mean_commands_in_both_languages() {
    let cases = [
        ("what's on today", Command::Today),
        ("What's on tomorrow?", Command::Today),
        ("leo kuna nani", Command::Today),
        ("kesho kuna nani?", Command::Today),
        ("Nani anakuja leo", Command::Today),
        ("ratiba ya ijumaa", Command::Today),
        ("who is coming on friday", Command::Today),
        ("bookings for tomorrow", Command::Today),
        ("wateja wa leo", Command::Today),
        ("block Wanjiru tomorrow afternoon", Command::Block),
        ("zuia Wanjiru kesho mchana", Command::Block),
        ("mapato ya leo", Command::Takings),
        ("How much did we make today?", Command::Takings),
        ("tumepata pesa ngapi jana", Command::Takings),
        ("sales yesterday", Command::Takings),
        ("kamisheni ya Wanjiru", Command::Commission),
        ("Wanjiru's commission", Command::Commission),
        ("find Amina", Command::Find),
        ("tafuta Amina", Command::Find),
        ("cancel 2", Command::Cancel),
        ("ghairi namba 2", Command::Cancel),
        ("move 2 to friday 3pm", Command::Reschedule),
        ("hamisha 2 ijumaa saa tisa", Command::Reschedule),
        ("book 0712 345 678 massage friday 3pm", Command::Book),
        ("mwekee 0712345678 massage kesho saa tisa", Command::Book),
        ("change the price of massage to 4000", Command::UpdatePrice),
        ("badilisha bei ya massage iwe 4000", Command::UpdatePrice),
        ("ongeza huduma Hot stone, 4500, dakika 75", Command::AddService),
        ("any unrouted payments?", Command::Unrouted),
        ("help", Command::Help),
        ("msaada", Command::Help),
    ];
    for (text, command) in cases {
        assert!(
            matches!(admin(text), Said::Plain(found, _) if found == command),
            "{text}: {:?}",
            admin(text)
        );
    }
}

#[test]
fn what_an_admin_writes_as_a_customer_is_no_command() {
    for text in [
        "hello",
        "I want to book a massage tomorrow at 3pm",
        "nataka massage kesho saa nane",
        "book a haircut for tomorrow",
        "cancel my booking",
        "cancel",
        "ghairi miadi yangu",
        "move my booking to friday",
        "show my bookings for tomorrow",
        "is there parking?",
        "how much is a massage?",
        "massage bei gani",
        "yes",
        "kesho",
        "nina nani leo",
    ] {
        assert_eq!(admin(text), Said::Nothing, "{text}");
    }
}

#[test]
fn therapists_have_their_own_day_and_earnings_and_nothing_else() {
    for (text, command) in [
        ("my day", Command::MyDay),
        ("siku yangu", Command::MyDay),
        ("nina nani leo?", Command::MyDay),
        ("my earnings", Command::MyEarnings),
        ("how much have I earned this month?", Command::MyEarnings),
        ("mapato yangu", Command::MyEarnings),
        ("nimepata ngapi mwezi huu", Command::MyEarnings),
    ] {
        assert!(
            matches!(therapist(text), Said::Plain(found, _) if found == command),
            "{text}"
        );
    }
    for text in [
        "mapato ya leo",
        "what's on today",
        "kamisheni ya Wanjiru",
        "cancel 2",
        "find Amina",
    ] {
        assert_eq!(therapist(text), Said::Nothing, "{text}");
    }
}

#[test]
fn the_number_of_a_list_is_no_hour() {
    assert_eq!(leading_number("2 friday 3pm"), Some((2, "friday 3pm")));
    assert_eq!(leading_number(" #2. friday"), Some((2, "friday")));
    for text in ["3pm", "2:30", "friday 2", "", "0712345678"] {
        assert_eq!(leading_number(text), None, "{text}");
    }
}

#[test]
fn a_telephone_number_ends_where_the_rest_begins() {
    let phone = ratiba_kernel::PhoneNumber::parse("+254712345678").unwrap();
    for text in [
        "0712345678 2pm massage",
        "+254 712 345 678 2pm massage",
        "0712-345-678, 2pm massage",
    ] {
        assert_eq!(
            leading_phone(text),
            Some((phone.clone(), "2pm massage")),
            "{text}"
        );
    }
    assert_eq!(leading_phone("massage 2pm"), None);
    assert_eq!(leading_phone("071234 massage"), None);
}

#[test]
fn an_amount_stands_at_the_end() {
    for text in [
        "Swedish massage 60 4000",
        "Swedish massage 60 4,000",
        "Swedish massage 60 KES 4,000",
        "Swedish massage 60 to kes4000",
        "Swedish massage 60 iwe 4000/=",
        "Swedish massage 60: Ksh 4000.",
    ] {
        assert_eq!(split_amount(text), Some(("Swedish massage 60", 4_000)), "{text}");
    }
    for text in ["massage", "massage 3pm", ""] {
        assert_eq!(split_amount(text), None, "{text}");
    }
}

#[test]
fn a_stretch_is_whole_hours_a_part_of_the_day_or_whole_days() {
    let zone = nairobi();
    let read = |text: &str| {
        let when = understand(text, &a_menu().context(NOW, false)).when?;
        let range = stretch(when, &zone, NOW)?;
        Some((
            zone.local(range.start()).to_string(),
            zone.local(range.end()).to_string(),
        ))
    };
    let between = |start: &str, end: &str| Some((start.to_owned(), end.to_owned()));
    assert_eq!(
        read("Wanjiru kesho 2pm-4pm"),
        between("2026-05-13 14:00:00.0", "2026-05-13 16:00:00.0")
    );
    assert_eq!(
        read("Wanjiru kesho saa nane hadi saa kumi"),
        between("2026-05-13 14:00:00.0", "2026-05-13 16:00:00.0")
    );
    assert_eq!(
        read("Wanjiru tomorrow afternoon"),
        between("2026-05-13 12:00:00.0", "2026-05-13 17:00:00.0")
    );
    assert_eq!(
        read("Wanjiru friday"),
        between("2026-05-15 0:00:00.0", "2026-05-16 0:00:00.0")
    );
    assert_eq!(read("Wanjiru tomorrow at 2pm"), None, "until when is not said");
}

#[test]
fn a_question_is_over_after_ten_minutes() {
    let pending = Pending {
        key: crate::inbound::InboundId::from_uuid(uuid::Uuid::from_u128(1)),
        act: Act::Cancel {
            visit: crate::desk::VisitRef::from_uuid(uuid::Uuid::from_u128(2)),
            starts_at: NOW,
        },
        what: "…".to_owned(),
        asked_at: NOW,
    };
    assert!(!pending.is_over(NOW + PENDING_FOR - Duration::SECOND));
    assert!(pending.is_over(NOW + PENDING_FOR));
    assert!(!format!("{pending:?}").contains('…'));
    assert_eq!(
        parse_answer_token(&answer_token(pending.key, true)),
        Some((pending.key, true))
    );
    assert_eq!(
        parse_answer_token(&answer_token(pending.key, false)),
        Some((pending.key, false))
    );
    assert_eq!(parse_answer_token("r:nothing:yes"), None);
    assert_eq!(Slate::blank(a_phone(1)).visit(0), None);
}
