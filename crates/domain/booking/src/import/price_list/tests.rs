use proptest::prelude::*;
use ratiba_kernel::Currency;

use super::rows;
use crate::import::{Cell, Unreadable};

type Read = (String, Option<String>, Cell<i64>, Cell<u32>);

fn read(text: &str) -> Vec<Read> {
    let (rows, _) = rows(text, Currency::Kes).unwrap();
    rows.into_iter()
        .map(|row| (row.name, row.category, row.price, row.minutes))
        .collect()
}

fn one(line: &str) -> (String, Cell<i64>, Cell<u32>) {
    let mut all = read(line);
    assert_eq!(all.len(), 1, "{line}: {all:?}");
    let (name, _, price, minutes) = all.remove(0);
    (name, price, minutes)
}

#[test]
fn a_line_is_read_as_people_write_it() {
    for (line, name, shillings, minutes) in [
        (
            "Swedish massage 60min - 3,500/=",
            "Swedish massage",
            3_500,
            Some(60),
        ),
        ("Facial ..... KSh 2500 (1hr)", "Facial", 2_500, Some(60)),
        ("Masaji ya mgongo 45 dk 1500", "Masaji ya mgongo", 1_500, Some(45)),
        (
            "• Deep Tissue Massage @4500 only",
            "Deep Tissue Massage",
            4_500,
            None,
        ),
        ("✅ *Gel polish* – Ksh 1.5k", "Gel polish", 1_500, None),
        ("3. Pedicure: 1200/-", "Pedicure", 1_200, None),
        ("3️⃣ Manicure=800", "Manicure", 800, None),
        (
            "60min Hot stone massage KES 4,000.00",
            "Hot stone massage",
            4_000,
            Some(60),
        ),
        ("4 hand massage 90 mins 7000", "4 hand massage", 7_000, Some(90)),
        (
            "Full body scrub (1½ hrs) Kshs. 3,000 per session",
            "Full body scrub",
            3_000,
            Some(90),
        ),
        (
            "Kusuka nywele saa mbili 2,500 bob",
            "Kusuka nywele",
            2_500,
            Some(120),
        ),
        ("Eyebrow threading - 300", "Eyebrow threading", 300, None),
        ("Nail cut - 50", "Nail cut", 50, None),
        ("Swedish massage ~4000~ 3500", "Swedish massage", 3_500, None),
        ("- Shaving & beard trim 500 💈", "Shaving & beard trim", 500, None),
        ("B12 facial 3500/=", "B12 facial", 3_500, None),
        ("Blow-dry|||700", "Blow-dry", 700, None),
        ("Steam bath: 1hr 30 mins, 1,000/=", "Steam bath", 1_000, Some(90)),
    ] {
        let (read_name, price, length) = one(line);
        assert_eq!(read_name, name, "{line}");
        assert_eq!(price, Cell::Read(shillings * 100), "{line}");
        assert_eq!(length, minutes.map_or(Cell::Empty, Cell::Read), "{line}");
    }
}

#[test]
fn headings_become_categories() {
    let all = read(
        "*MASSAGES* 💆\nSwedish 3500\nDeep tissue 4000\n\nFacials:\nBasic 2000\n\nSignature Rituals\nQueen for a day 9000",
    );
    let categories: Vec<_> = all.iter().map(|row| (row.0.as_str(), row.1.as_deref())).collect();
    assert_eq!(
        categories,
        [
            ("Swedish", Some("MASSAGES")),
            ("Deep tissue", Some("MASSAGES")),
            ("Basic", Some("Facials")),
            ("Queen for a day", Some("Signature Rituals")),
        ]
    );
}

#[test]
fn several_prices_of_one_service_are_several_rows() {
    let wanted = [
        (
            "Swedish massage".to_owned(),
            None,
            Cell::Read(350_000),
            Cell::Read(60),
        ),
        (
            "Swedish massage".to_owned(),
            None,
            Cell::Read(450_000),
            Cell::Read(90),
        ),
    ];
    for text in [
        "Swedish massage 60min 3500 / 90min 4500",
        "Swedish massage: 60 mins - 3,500/=, 90 mins - 4,500/=",
        "Swedish massage\n60min 3500\n90min - Ksh 4500",
        "Swedish massage 3500/60min 4500/90min",
    ] {
        assert_eq!(read(text), wanted, "{text}");
    }
}

#[test]
fn a_service_without_a_price_is_a_row_without_one() {
    let all = read("Swedish massage 3500\nHot stone massage\nReflexology 45min\nFacial 2000");
    let prices: Vec<_> = all.iter().map(|row| (row.0.as_str(), &row.2)).collect();
    assert_eq!(
        prices,
        [
            ("Swedish massage", &Cell::Read(350_000)),
            ("Hot stone massage", &Cell::Empty),
            ("Reflexology", &Cell::Empty),
            ("Facial", &Cell::Read(200_000)),
        ]
    );
}

#[test]
fn a_range_or_a_doubtful_number_is_no_price() {
    for line in [
        "Braids 3000-5000",
        "Braids KSh 3,000 - 5,000",
        "Braids 3000 - 5000/=",
        "Braids Ksh 3.500",
        "Braids USD 30",
        "Braids Ksh 3000 or Ksh 4000",
    ] {
        let (name, price, _) = one(line);
        assert_eq!(name, "Braids", "{line}");
        assert!(matches!(price, Cell::Unreadable(_)), "{line}: {price:?}");
    }
}

#[test]
fn greetings_addresses_and_numbers_are_set_aside_and_kept() {
    let text = "Karibu Aria Aura Spa 🌸\nOur price list for 2026\nOpen Mon-Sat 9am - 7pm\nCall 0712 345 678\n@ariaaura\nwww.aria.co.ke\n\nFacial 2000";
    let (rows, ignored) = rows(text, Currency::Kes).unwrap();
    assert_eq!(rows.len(), 1);
    let lines: Vec<u32> = ignored.iter().map(|line| line.source.line).collect();
    assert_eq!(lines, [1, 2, 3, 4, 5, 6]);
    assert_eq!(ignored[3].source.text, "Call 0712 345 678");
}

#[test]
fn what_stands_in_brackets_describes_the_service() {
    let (rows, _) = rows("Bridal package (makeup, nails + hair) 15,000/=", Currency::Kes).unwrap();
    assert_eq!(rows[0].name, "Bridal package");
    assert_eq!(rows[0].description.as_deref(), Some("makeup, nails + hair"));
}

#[test]
fn a_text_without_services_or_past_its_bounds_is_refused() {
    assert_eq!(rows("Karibu!\n\n", Currency::Kes).unwrap_err(), Unreadable::Empty);
    assert_eq!(
        rows(&"a 100\n".repeat(501), Currency::Kes).unwrap_err(),
        Unreadable::TooManyRows
    );
    assert_eq!(
        rows(&"a".repeat(256 * 1_024 + 1), Currency::Kes).unwrap_err(),
        Unreadable::TooLarge
    );
}

proptest! {
    #[test]
    fn a_price_and_a_duration_are_found_in_any_dress(
        name in "[A-Z][a-z]{3,8} (massage|facial|wax)",
        shillings in 100i64..99_000,
        minutes in prop::sample::select(vec![15u32, 30, 45, 60, 75, 90, 120]),
        dress in 0usize..6,
    ) {
        let line = match dress {
            0 => format!("{name} {minutes}min - {shillings}/="),
            1 => format!("• {name} ({minutes} mins) Ksh {shillings}"),
            2 => format!("{name} ..... KES {shillings}.00 ({minutes} dk)"),
            3 => format!("*{name}* {minutes} min {shillings}"),
            4 => format!("💅 {name}: {shillings} bob, {minutes}'"),
            _ => format!("{minutes}min {name} @{shillings}"),
        };
        let (read, price, length) = one(&line);
        prop_assert_eq!(read, name, "{}", line);
        prop_assert_eq!(price, Cell::Read(shillings * 100), "{}", line);
        prop_assert_eq!(length, Cell::Read(minutes), "{}", line);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(\\PC|[0-9 kK/=.,()~*:\n-]){0,80}") {
        let _ = rows(&text, Currency::Kes);
    }
}
