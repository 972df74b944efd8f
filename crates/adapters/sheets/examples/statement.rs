//! Writes the statement that `docs/images` shows, in English and Swahili, into a folder: `cargo run -p ratiba-sheets --example
//! statement -- FOLDER`.

#![expect(clippy::unwrap_used, reason = "a picture that cannot be made is not made")]

use ratiba_commission::engine::compute;
use ratiba_commission::explain::Language;
use ratiba_commission::period::{FrozenBy, FrozenDocument};
use ratiba_commission::resolve::RuleTable;
use ratiba_commission::rule::RuleScope;
use ratiba_commission::terms::Terms;
use ratiba_commission::test_support::{
    category, kes, month, nairobi, percent, rule, settings, some_work, staff,
};
use ratiba_commission::tips::Tip;
use ratiba_kernel::Id;
use ratiba_sheets::DrawnStatement;
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let work = (1..=21_u64).map(|number| {
        let first = datetime!(2026-05-02 07:00 UTC);
        let at = first + Duration::hours(31 * i64::try_from(number).unwrap());
        let work = some_work(number).ending(at).at(350_000);
        if number % 3 == 0 {
            work.tipped(Tip::of(kes(200))).build()
        } else {
            work.build()
        }
    });
    let work: Vec<_> = work.collect();
    let general = rule(1, RuleScope::Category(category("massage")), percent(4_000));
    let rules = RuleTable::new([general]).unwrap();
    let figures = compute(month("2026-05"), &work, &rules, &settings(), &[staff(1)]).unwrap();
    let terms = Terms {
        business: "Aria Aura Spa".to_owned(),
        name: "Wanjikũ Mũthoni".to_owned(),
        zone: nairobi(),
        guarantee: None,
    };
    let document = FrozenDocument::close(
        Id::from_uuid(Uuid::from_u128(1)),
        month("2026-05"),
        figures.staff[0].clone(),
        kes(0),
        terms.clone(),
        datetime!(2026-05-31 23:00 UTC),
        FrozenBy::System,
    );
    for (language, word) in [(Language::English, "en"), (Language::Swahili, "sw")] {
        let drawn = DrawnStatement::of(&document, &terms, language).unwrap();
        std::fs::write(format!("{folder}/commission-statement-{word}.pdf"), drawn.pdf()).unwrap();
    }
}
