use std::collections::BTreeSet;

use ratiba_kernel::PhoneNumber;
use ratiba_kernel::test_support::SeededIds;
use time::macros::datetime;

use super::{CustomersChange, Fault, NotReady, Outcome, Remark, Reviewed, from_csv, plan, review};
use crate::appointment::Version;
use crate::customers::{Customer, Language, Purpose, Stand};
use crate::test_support::builders::{NOW, customer, zone};

fn on_record(number: u64, phone: &str) -> Customer {
    Customer {
        id: customer(number),
        phone: PhoneNumber::parse(phone).ok(),
        name: None,
        language: None,
        opted_out_at: None,
        created_at: NOW,
        version: Version::read(1),
    }
}

fn reviewed(csv: &str, known: &[Customer]) -> Vec<Reviewed> {
    review(&from_csv(csv).unwrap().0, known, &zone("Africa/Nairobi"), NOW)
}

fn planned(rows: &[Reviewed]) -> Result<CustomersChange, NotReady> {
    plan(rows, &zone("Africa/Nairobi"), NOW, &SeededIds::lane(1))
}

#[test]
fn numbers_are_read_as_kenyans_write_them_and_merged() {
    let rows = reviewed(
        "Phone,Name,Language\n0712 345 678,Amina,sw\n+254712345678,,English\n254-712-345-678,Aminah Ali,\n0112345678,Otieno,Kiswahili",
        &[],
    );
    let outcomes: Vec<Outcome> = rows.iter().map(|row| row.outcome).collect();
    assert_eq!(
        outcomes,
        [
            Outcome::Creates,
            Outcome::MergedInto(1),
            Outcome::MergedInto(1),
            Outcome::Creates
        ]
    );
    assert_eq!(
        (&rows[0].merged, &rows[0].remarks),
        (&vec![2, 3], &BTreeSet::from([Remark::NamesDiffer]))
    );
    let entries = planned(&rows).unwrap().entries;
    assert_eq!(entries[0].customer.phone.e164(), "+254712345678");
    assert_eq!(entries[0].customer.language, Some(Language::Swahili));
    assert_eq!(entries[1].customer.phone.e164(), "+254112345678");
}

#[test]
fn advertising_needs_a_column_that_says_so() {
    let rows = reviewed(
        "phone,consent,consent date,wording,marketing\n0712345601,yes,2026-01-05,signed form A,\n0712345602,yes,05/01/2026,signed form A,yes\n0712345603,unknown,,,unknown\n0712345604,,,,",
        &[],
    );
    let entries = planned(&rows).unwrap().entries;
    let said: Vec<Vec<(Purpose, Stand)>> = entries
        .iter()
        .map(|entry| {
            entry
                .consents
                .iter()
                .map(|consent| (consent.purpose, consent.stand))
                .collect()
        })
        .collect();
    assert_eq!(
        said,
        [
            vec![(Purpose::Service, Stand::Given)],
            vec![
                (Purpose::Service, Stand::Given),
                (Purpose::Marketing, Stand::Given)
            ],
            vec![],
            vec![]
        ]
    );
    let first = &entries[0].consents[0];
    assert_eq!(
        (first.at, first.wording.as_str()),
        (datetime!(2026-01-04 21:00 UTC), "signed form A")
    );
}

#[test]
fn a_yes_needs_its_day_and_its_words_and_a_no_needs_nothing() {
    let rows = reviewed(
        "phone,consent,consent_date,consent_wording\n0712345601,given,,\n0712345602,given,2027-01-01,form\n0712345603,given,yesterday,form\n0712345604,withdrawn,,\n0712345605,perhaps,,",
        &[],
    );
    let faults: Vec<Vec<Fault>> = rows
        .iter()
        .map(|row| row.faults.iter().copied().collect())
        .collect();
    assert_eq!(
        faults,
        [
            vec![Fault::ConsentDate, Fault::ConsentWording],
            vec![Fault::ConsentDate],
            vec![Fault::ConsentDate],
            vec![],
            vec![Fault::Consent]
        ]
    );
    assert_eq!(planned(&rows).unwrap_err().rows.len(), 4);
}

#[test]
fn of_two_answers_of_one_number_the_no_counts() {
    let rows = reviewed(
        "phone,consent,marketing,consent_date,consent_wording\n0712345601,given,no,2026-01-01,form\n0712345601,withdrawn,yes,2026-01-01,form",
        &[],
    );
    let consents = planned(&rows).unwrap().entries.remove(0).consents;
    assert!(
        consents.iter().all(|consent| consent.stand == Stand::Withdrawn),
        "{consents:?}"
    );
}

#[test]
fn whoever_is_on_record_is_completed_and_an_opt_out_is_remarked_on() {
    let mut known = on_record(9, "0712345601");
    known.name = Some("Amina".to_owned());
    known.opted_out_at = Some(NOW);
    let rows = reviewed(
        "phone,name,language,consent,consent_date,consent_wording\n0712345601,Fatuma,sw,given,2026-01-01,form",
        &[known],
    );
    assert_eq!(rows[0].outcome, Outcome::Completes(customer(9)));
    assert_eq!(
        rows[0].remarks,
        BTreeSet::from([Remark::OptedOutStays, Remark::NameStays])
    );
    assert_eq!(rows[0].faults, BTreeSet::new());
}

#[test]
fn faults_of_number_name_and_language_are_named() {
    let long = "x".repeat(81);
    let rows = reviewed(
        &format!(
            "phone,name,language\n,A,\n12,B,\n0712345601,{long},\n0712345602,,klingon\n0712345603,C,en,more"
        ),
        &[],
    );
    let faults: Vec<&str> = rows
        .iter()
        .flat_map(|row| row.faults.iter().map(|fault| fault.word()))
        .collect();
    assert_eq!(
        faults,
        ["phone_missing", "phone", "name", "language", "misshapen"]
    );
}

#[test]
fn what_is_printed_for_developers_shows_nobody() {
    let (drafts, _) = from_csv("phone,name\n0712345678,Amina").unwrap();
    let shown = format!("{drafts:?} {:?}", reviewed("phone,name\n0712345678,Amina", &[]));
    assert!(!shown.contains("Amina") && !shown.contains("712345"), "{shown}");
}
