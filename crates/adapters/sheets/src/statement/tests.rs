use ratiba_commission::engine::{StaffFigure, compute};
use ratiba_commission::period::FrozenBy;
use ratiba_commission::resolve::RuleTable;
use ratiba_commission::rule::RuleScope;
use ratiba_commission::test_support::{
    category, kes, month, nairobi, percent, rule, settings, some_work, staff,
};
use ratiba_commission::tips::Tip;
use ratiba_kernel::{Id, Zone};
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

use super::*;

/// May of somebody with so many massages, an hour each; every third customer tipped.
fn document(services: u64) -> FrozenDocument {
    let first = datetime!(2026-05-01 06:00 UTC);
    let work: Vec<_> = (1..=services)
        .map(|number| {
            let start = first + Duration::hours(7 * i64::try_from(number).unwrap());
            let work = some_work(number).ending(start).at(350_000);
            if number % 3 == 0 {
                work.tipped(Tip::of(kes(200))).build()
            } else {
                work.build()
            }
        })
        .collect();
    let table = RuleTable::new(vec![rule(
        1,
        RuleScope::Category(category("massage")),
        percent(4_000),
    )])
    .unwrap();
    let figure: StaffFigure = compute(month("2026-05"), &work, &table, &settings(), &[staff(1)])
        .unwrap()
        .staff
        .remove(0);
    let nothing = Money::zero(figure.commission.currency());
    FrozenDocument::close(
        Id::from_uuid(Uuid::from_u128(1)),
        month("2026-05"),
        figure,
        nothing,
        named("Aria Aura Spa", "Wanjikũ Mũthoni"),
        datetime!(2026-05-31 23:00 UTC),
        FrozenBy::System,
    )
}

fn named(business: &str, name: &str) -> Terms {
    Terms {
        business: business.to_owned(),
        name: name.to_owned(),
        zone: nairobi(),
        guarantee: None,
    }
}

fn drawn(services: u64, language: Language) -> DrawnStatement {
    DrawnStatement::of(&document(services), &named("Another name", "Zawadi"), language).unwrap()
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02X}")).collect()
}

#[test]
fn a_long_statement_has_its_head_and_its_number_on_every_page() {
    let drawn = drawn(37, Language::Swahili);
    let file = String::from_utf8_lossy(&drawn.pdf()).into_owned();
    let pages = file.matches("/Type/Page/").count();
    assert!(pages > 2, "{pages}");
    for text in ["Aria Aura Spa", "Taarifa ya kamisheni 2026-05"] {
        assert_eq!(
            file.matches(&format!("<{}> Tj", hex(text))).count(),
            pages,
            "{text}"
        );
    }
    for page in 1..=pages {
        assert!(
            file.contains(&format!("<{}>", hex(&format!("Ukurasa {page}/{pages}")))),
            "{page}"
        );
    }
}

#[test]
fn every_line_and_the_sums_are_told_in_all_forms() {
    let drawn = drawn(3, Language::English);
    let csv = String::from_utf8(drawn.csv()).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[7], "No.,Date,Service,Base,Rule,Commission,Tip");
    assert_eq!(
        lines[8],
        "1,2026-05-01,Swedish massage 60,3500.00,40 %,1400.00,0.00"
    );
    assert_eq!(
        lines[10],
        "3,2026-05-02,Swedish massage 60,3500.00,40 %,1400.00,200.00"
    );
    assert_eq!(lines[11], "Total,KES,,,,4200.00,200.00");
    assert_eq!(lines[12], "Grand total,KES,,,,4400.00");
    let inside = String::from_utf8_lossy(&drawn.xlsx().unwrap()).into_owned();
    assert!(inside.contains("<v>4400.00</v>") && inside.contains(&drawn.statement.hash));
    let file = String::from_utf8_lossy(&drawn.pdf()).into_owned();
    assert!(file.contains(&hex("KES 4,400")), "commission and tips together");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    for language in [Language::English, Language::Swahili] {
        let (one, other) = (drawn(9, language), drawn(9, language));
        assert_eq!(one.pdf(), other.pdf());
        assert_eq!(one.csv(), other.csv());
        assert_eq!(one.xlsx(), other.xlsx());
    }
}

#[test]
fn who_is_called_something_else_by_now_has_the_same_bytes() {
    let document = document(9);
    for language in [Language::English, Language::Swahili] {
        let one = drawn(9, language);
        let later = Terms {
            zone: Zone::parse("America/New_York").unwrap(),
            ..named("Renamed Spa", "Renamed Person")
        };
        let other = DrawnStatement::of(&document, &later, language).unwrap();
        assert_eq!(one.statement.name, "Wanjikũ Mũthoni");
        assert_eq!(one.pdf(), other.pdf());
        assert_eq!(one.csv(), other.csv());
        assert_eq!(one.xlsx(), other.xlsx());
    }
}

#[test]
fn the_grand_total_has_what_is_topped_up_and_what_is_taken_back() {
    let drawn = drawn(3, Language::Swahili);
    let mut statement = drawn.statement.clone();
    (statement.top_up, statement.carried) = (kes(500), kes(-100));
    statement.total = kes(4_800);
    let csv = String::from_utf8(DrawnStatement { statement, ..drawn }.csv()).unwrap();
    let rows = [
        "Nyongeza ya dhamana,,,,,500.00,0.00",
        "Salio la marekebisho,,,,,-100.00,0.00",
        "Jumla,KES,,,,4600.00,200.00",
        "Jumla kuu,KES,,,,4800.00",
    ];
    assert!(csv.ends_with(&format!("{}\r\n", rows.join("\r\n"))), "{csv}");
}

#[test]
fn a_month_without_services_is_told_too() {
    let drawn = drawn(0, Language::English);
    let csv = String::from_utf8(drawn.csv()).unwrap();
    assert!(
        csv.ends_with("Total,KES,,,,0.00,0.00\r\nGrand total,KES,,,,0.00\r\n"),
        "{csv}"
    );
    assert_eq!(drawn.file_name("pdf"), "commission-2026-05.pdf");
}
