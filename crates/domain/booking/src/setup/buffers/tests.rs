use super::*;
use crate::catalogue::Minutes;
use crate::engagement::Subject;
use crate::test_support::builders::{from_to, staff};

fn shared(number: u64, from: (i64, i64), to: (i64, i64), after: u32) -> Claim {
    let subject = Subject::Staff(staff(number));
    let (none, after) = (Minutes::NONE, Minutes::new(after));
    Claim::of_work(subject, from_to(from, to), none, after, BufferRule::Shared).unwrap()
}

#[test]
fn a_claim_keeps_its_work_under_either_rule() {
    let claim = shared(1, (10, 0), (11, 0), 15);
    let stacked = claim.under(BufferRule::Stacked).unwrap();
    assert_eq!(stacked.range, from_to((10, 0), (11, 15)));
    assert_eq!(stacked.under(BufferRule::Shared), Some(claim));
}

#[test]
fn only_claims_of_one_subject_that_overlap_clash() {
    let stacked = |claim: Claim| claim.under(BufferRule::Stacked).unwrap();
    let claims = [
        stacked(shared(1, (11, 10), (12, 0), 0)),
        stacked(shared(1, (10, 0), (11, 0), 15)),
        stacked(shared(2, (10, 0), (12, 0), 15)),
        stacked(shared(1, (12, 0), (13, 0), 0)),
    ];
    assert_eq!(clashes(&claims), [0, 1]);
}

#[test]
fn a_long_claim_clashes_with_all_that_lie_in_it() {
    let claims = [
        shared(1, (9, 0), (17, 0), 0),
        shared(1, (10, 0), (11, 0), 0),
        shared(1, (12, 0), (13, 0), 0),
    ];
    let stacked: Vec<Claim> = claims
        .iter()
        .filter_map(|c| c.under(BufferRule::Stacked))
        .collect();
    assert_eq!(clashes(&stacked), [0, 1, 2]);
}
