use time::macros::datetime;

use ratiba_conversation::desk::Part;

use super::*;

/// Refusals that each concern one member of the team.
fn of_members(all: &[Reason]) -> BTreeSet<Refusal> {
    let staff = Some(Id::from_uuid(uuid::Uuid::from_u128(1)));
    let refusals = all.iter().cloned().map(|reason| Refusal {
        reason,
        part: Some(0),
        staff,
    });
    refusals.collect()
}

const LIMITS: Limits = Limits {
    notice_minutes: 30,
    last_day: time::macros::date!(2026 - 07 - 11),
};

#[test]
fn what_concerns_only_the_person_named_is_not_told_as_closed() {
    let staff = StaffRef::from_uuid(uuid::Uuid::from_u128(1));
    for reason in [
        Reason::Closed,
        Reason::OnLeave,
        Reason::Booked,
        Reason::CannotDoService,
    ] {
        let told = not_free(&of_members(std::slice::from_ref(&reason)), Some(staff), LIMITS);
        assert_eq!(told, NotFree::StaffAway { staff }, "{reason:?}");
    }
    let mut all = of_members(&[Reason::Closed, Reason::OnLeave]);
    all.insert(Refusal {
        reason: Reason::Closed,
        part: Some(0),
        staff: None,
    });
    assert_eq!(not_free(&all, Some(staff), LIMITS), NotFree::Closed);
    assert_eq!(not_free(&all, None, LIMITS), NotFree::Closed);
    let past = of_members(&[Reason::Closed, Reason::InThePast]);
    assert_eq!(not_free(&past, Some(staff), LIMITS), NotFree::Past);
    let leave = of_members(&[Reason::OnLeave]);
    assert_eq!(not_free(&leave, None, LIMITS), NotFree::Taken);
}

#[test]
fn the_customer_is_told_the_reason_that_helps_most() {
    let last_day = LIMITS.last_day;
    let told = |all: &[Reason]| not_free(&of_members(all), None, LIMITS);
    assert_eq!(told(&[Reason::Closed, Reason::Booked]), NotFree::Taken);
    assert_eq!(
        told(&[Reason::Closed, Reason::Notice]),
        NotFree::TooSoon { notice_minutes: 30 }
    );
    assert_eq!(told(&[Reason::Closed, Reason::InThePast]), NotFree::Past);
    assert_eq!(told(&[Reason::Horizon]), NotFree::TooFar { last_day });
    assert_eq!(told(&[Reason::Closed]), NotFree::Closed);
    assert_eq!(told(&[]), NotFree::Choose);
}

#[test]
fn who_was_named_is_held_or_nobody_and_who_was_proposed_is_preferred() {
    let (named, proposed) = (
        Id::from_uuid(uuid::Uuid::from_u128(1)),
        Id::from_uuid(uuid::Uuid::from_u128(2)),
    );
    let booked = |id: StaffRef| Id::from_uuid(id.as_uuid());
    assert_eq!(
        wish_of(Some(named), Some(proposed)),
        StaffWish::Only(booked(named))
    );
    assert_eq!(
        wish_of(None, Some(proposed)),
        StaffWish::Offered(booked(proposed))
    );
    assert_eq!(wish_of(None, None), StaffWish::Any);
}

#[test]
fn each_person_of_a_group_gets_all_of_it_or_their_own() {
    fn id<T>(n: u128) -> Id<T> {
        Id::from_uuid(uuid::Uuid::from_u128(n))
    }
    let start = datetime!(2026-05-13 06:00 UTC);
    let slot = |each, rest: &[u128]| Slot {
        service: id(1),
        staff: Some(id(11)),
        starts_at: start,
        ends_at: start + time::Duration::HOUR,
        price: Money::kes_minor(100),
        due_now: Money::kes_minor(0),
        party: Party::of(2).with_each(each),
        complement: None,
        rest: rest
            .iter()
            .map(|service| Part {
                service: id(*service),
                staff: Some(id(10 + service)),
            })
            .collect(),
    };
    let told = |slot: &Slot| -> Vec<(u128, u8)> {
        let parts = parts_of(slot, None);
        parts
            .iter()
            .map(|part| (part.service.as_uuid().as_u128(), part.guest))
            .collect()
    };
    assert_eq!(told(&slot(Each::Own, &[2])), [(1, 0), (2, 1)]);
    assert_eq!(told(&slot(Each::Own, &[1])), [(1, 0), (1, 1)]);
    assert_eq!(
        told(&slot(Each::All, &[2, 1, 2])),
        [(1, 0), (2, 0), (1, 1), (2, 1)]
    );
}

#[test]
fn choices_are_spread_over_what_is_free() {
    let start = datetime!(2026-05-13 06:00 UTC);
    let slots: Vec<Slot> = (0..20)
        .map(|n| Slot {
            service: Id::from_uuid(uuid::Uuid::nil()),
            staff: None,
            starts_at: start + time::Duration::minutes(15 * n),
            ends_at: start + time::Duration::minutes(15 * n + 60),
            price: Money::kes_minor(100),
            due_now: Money::kes_minor(0),
            party: Party::default(),
            complement: None,
            rest: Vec::new(),
        })
        .collect();
    let chosen = spread(slots, 4);
    assert_eq!(chosen.len(), 4);
    assert_eq!(chosen[0].starts_at, start);
    assert!(chosen[3].starts_at >= start + time::Duration::hours(3));
    assert!(spread(Vec::new(), 4).is_empty());
}
