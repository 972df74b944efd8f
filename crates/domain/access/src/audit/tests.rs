use ratiba_kernel::test_support::{EPOCH, tenant};
use time::Duration;

use super::*;

fn entry(seq: i64) -> AuditEntry {
    AuditEntry {
        seq,
        transaction: 700 + seq,
        at: EPOCH + Duration::minutes(seq),
        verb: "ratiba.payments.refund_added".to_owned(),
        subject_kind: "payment_refunds".to_owned(),
        subject: Some(Uuid::from_u128(7)),
        actor: "system".to_owned(),
        origin: None,
        role: "ratiba_app".to_owned(),
        before: None,
        after: Some("{\"amount_minor\": 500}".to_owned()),
        hidden: vec!["reason".to_owned()],
        customer: None,
        personal: None,
    }
}

fn chain(entries: i64) -> Vec<Link> {
    chain_of((1..=entries).map(entry).collect(), 0, KNOWN)
}

fn findings(links: &[Link]) -> Vec<Finding> {
    let mut verification = Verification::new(tenant(1));
    links.iter().for_each(|link| verification.see(link));
    verification.end().1
}

/// The chain of these entries, with what was known after the one at `position`.
fn chain_of(entries: Vec<AuditEntry>, position: i64, look: Look) -> Vec<Link> {
    let mut before = Hash::NONE;
    let links = (1..).zip(entries).map(|(at, entry)| {
        let entry_hash = entry.hash(tenant(1));
        before = link(before, at, entry_hash);
        Link {
            position: at,
            seq: entry.seq,
            entry_hash,
            hash: before,
            entry: Some(entry),
            contradicted: false,
            look: (at == position).then_some(look),
        }
    });
    links.collect()
}

#[test]
fn a_chain_that_nobody_touched_is_sound() {
    let links = chain(5);
    assert_eq!(findings(&links), []);
    assert_eq!(findings(&[]), []);
}

#[test]
fn each_part_of_an_entry_is_in_its_hash() {
    let changes: [fn(&mut AuditEntry); 14] = [
        |e| e.seq += 1,
        |e| e.transaction += 1,
        |e| e.at += Duration::microseconds(1),
        |e| e.verb.push('x'),
        |e| e.subject_kind.push('x'),
        |e| e.subject = None,
        |e| e.actor = "customer".to_owned(),
        |e| e.origin = Some(String::new()),
        |e| e.role = "ratiba_owner".to_owned(),
        |e| e.before = Some("{}".to_owned()),
        |e| e.after = None,
        |e| e.hidden.clear(),
        |e| e.customer = Some(Uuid::from_u128(1)),
        |e| e.personal = Some(Vec::new()),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut links = chain(3);
        change(links[1].entry.as_mut().unwrap());
        assert_eq!(findings(&links), [Finding::Changed { seq: 2 }], "change {number}");
    }
    assert_ne!(
        entry(1).hash(tenant(1)),
        entry(1).hash(tenant(2)),
        "and whose it is"
    );
}

#[test]
fn an_entry_that_is_gone_is_missed() {
    let mut links = chain(3);
    links[1].entry = None;
    assert_eq!(findings(&links), [Finding::Removed { seq: 2 }]);
    let mut links = chain(3);
    links.remove(1);
    assert_eq!(
        findings(&links),
        [Finding::LinkMissing { position: 2 }],
        "also with its link"
    );
}

#[test]
fn entries_that_changed_places_are_found() {
    let mut links = chain(4);
    let (second, third) = (links[1].clone(), links[2].clone());
    links[1] = Link {
        position: 2,
        hash: second.hash,
        ..third.clone()
    };
    links[2] = Link {
        position: 3,
        hash: third.hash,
        ..second
    };
    assert_eq!(
        findings(&links),
        [
            Finding::Reordered { position: 2 },
            Finding::Reordered { position: 3 }
        ]
    );
}

#[test]
fn a_chain_that_was_cut_or_written_anew_does_not_lead_where_it_led() {
    let mut cut = Verification::new(tenant(1));
    chain(2).iter().for_each(|link| cut.see(link));
    cut.ended_before(4);
    assert_eq!(cut.end().1, [Finding::Rewritten { position: 4 }]);
    let mut anew = chain(5);
    anew[3].contradicted = true;
    assert_eq!(findings(&anew), [Finding::Rewritten { position: 4 }]);
}

/// What was known after the third entry of [`entry`]: transaction 702 was still open.
const KNOWN: Look = Look {
    horizon: 702,
    ahead: 704,
    top: 3,
    at: EPOCH.saturating_add(Duration::minutes(20)),
};

#[test]
fn an_entry_that_claims_to_be_older_than_what_was_known_is_found_also_with_a_link_of_its_own() {
    let written = AuditEntry {
        at: KNOWN.at + Duration::SECOND,
        ..entry(4)
    };
    let found = |last: AuditEntry| {
        let first = (1..=3).map(entry).chain([last]).collect();
        findings(&chain_of(first, 3, KNOWN))
    };
    assert_eq!(found(written.clone()), []);
    let inserted = |seq| vec![Finding::Inserted { seq }];
    let early = AuditEntry {
        at: KNOWN.at - CLOCK_MAY_STEP - Duration::SECOND,
        ..written.clone()
    };
    assert_eq!(found(early.clone()), inserted(4), "by its time");
    let low = AuditEntry {
        seq: 2,
        ..written.clone()
    };
    assert_eq!(found(low), inserted(2), "by its number");
    let long_over = AuditEntry {
        transaction: 5,
        ..early.clone()
    };
    assert_eq!(found(long_over), inserted(4), "whatever transaction it names");
    let stepped = AuditEntry {
        at: KNOWN.at - CLOCK_MAY_STEP,
        ..written
    };
    assert_eq!(found(stepped), [], "clocks are put right");
    let open = AuditEntry {
        transaction: 702,
        seq: 2,
        ..early
    };
    assert_eq!(
        found(open),
        [],
        "its transaction was open: it may have been written then"
    );
}

#[test]
fn an_entry_of_a_transaction_that_was_open_is_measured_by_what_was_known_before_that() {
    let earlier = Look {
        horizon: 690,
        ahead: 700,
        top: 1,
        at: EPOCH,
    };
    let old = AuditEntry {
        transaction: 702,
        at: EPOCH - Duration::HOUR,
        ..entry(4)
    };
    let mut links = chain_of((1..=3).map(entry).chain([old]).collect(), 3, KNOWN);
    links[0].look = Some(earlier);
    assert_eq!(findings(&links), [Finding::Inserted { seq: 4 }]);
}

#[test]
fn a_finding_is_read_as_it_was_written() {
    let all = [
        Finding::Changed { seq: 1 },
        Finding::Removed { seq: 2 },
        Finding::Inserted { seq: 3 },
        Finding::Reordered { position: 4 },
        Finding::LinkMissing { position: 5 },
        Finding::Rewritten { position: 6 },
    ];
    for finding in all {
        assert_eq!(Finding::read(finding.word(), finding.place()), Some(finding));
    }
    assert_eq!(Finding::read("gone", 1), None);
}

#[test]
fn no_more_findings_are_told_than_somebody_reads() {
    let mut links = chain(150);
    links.iter_mut().for_each(|link| link.entry = None);
    assert_eq!(findings(&links).len(), FINDINGS_MOST);
}
