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
    let mut before = Hash::NONE;
    let links = (1..=entries).map(|position| {
        let entry = entry(position);
        let entry_hash = entry.hash(tenant(1));
        before = link(before, position, entry_hash);
        Link {
            position,
            seq: entry.seq,
            entry_hash,
            hash: before,
            entry: Some(entry),
        }
    });
    links.collect()
}

fn findings(links: &[Link], waypoints: Vec<Head>) -> Vec<Finding> {
    let mut verification = Verification::new(tenant(1), waypoints);
    links.iter().for_each(|link| verification.see(link));
    verification.end().1
}

fn head_of(link: &Link) -> Head {
    Head {
        position: link.position,
        hash: link.hash,
    }
}

#[test]
fn a_chain_that_nobody_touched_is_sound() {
    let links = chain(5);
    let points = vec![head_of(&links[4]), head_of(&links[1]), Head::NONE];
    assert_eq!(findings(&links, points), []);
    assert_eq!(findings(&[], Vec::new()), []);
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
        assert_eq!(
            findings(&links, Vec::new()),
            [Finding::Changed { seq: 2 }],
            "change {number}"
        );
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
    assert_eq!(findings(&links, Vec::new()), [Finding::Removed { seq: 2 }]);
    let mut links = chain(3);
    links.remove(1);
    assert_eq!(
        findings(&links, Vec::new()),
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
        findings(&links, Vec::new()),
        [
            Finding::Reordered { position: 2 },
            Finding::Reordered { position: 3 }
        ]
    );
}

#[test]
fn a_chain_that_was_cut_or_written_anew_does_not_lead_where_it_led() {
    let links = chain(4);
    let point = head_of(&links[3]);
    assert_eq!(
        findings(&links[..2], vec![point]),
        [Finding::Rewritten { position: 4 }],
        "cut"
    );
    let mut before = Hash::NONE;
    let anew: Vec<Link> = chain(5)
        .into_iter()
        .map(|mut one| {
            let entry = one.entry.as_mut().unwrap();
            entry.actor = "customer".to_owned();
            one.entry_hash = entry.hash(tenant(1));
            before = link(before, one.position, one.entry_hash);
            one.hash = before;
            one
        })
        .collect();
    assert_eq!(findings(&anew, Vec::new()), [], "in itself it is sound");
    assert_eq!(findings(&anew, vec![point]), [Finding::Rewritten { position: 4 }]);
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
    assert_eq!(findings(&links, Vec::new()).len(), FINDINGS_MOST);
}
