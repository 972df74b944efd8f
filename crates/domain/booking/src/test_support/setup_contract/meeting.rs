//! What becomes of the bookings that a change meets, and of the time that blocks and buffers claim.

use std::collections::BTreeSet;

use ratiba_kernel::{Money, TimeRange};
use time::Duration;
use time::macros::date;

use super::{
    ALL, SetupUnderTest, a_leave, booked, cancelled, equipped, first, open_hits, put_hours, put_service,
    take, ten_to_eleven, tenant, version_of,
};
use crate::appointment::Version;
use crate::catalogue::{Deposit, Offering, Resource, ServiceId};
use crate::event::BookingEvent;
use crate::policy::{BufferRule, Rounding};
use crate::ports::ClaimChange;
use crate::setup::{
    AmountsWithCents, Block, BlockSubject, Cause, Holiday, Leave, OutOfService, Recorded, Resolved,
    SetupRefused, SetupStep, Standing, Versioned,
};
use crate::test_support::builders::{
    AppointmentBuilder, NOW, a_service, appointment, at, decided, every_day, from_to, resource, staff, zone,
};

pub(super) async fn a_leave_lists_what_it_meets<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    booked(setup, 1, ten_to_eleven(1)).await;
    booked(setup, 2, AppointmentBuilder::new(2, from_to((11, 0), (12, 0)))).await;
    booked(setup, 3, ten_to_eleven(3).by(2)).await;
    // A hold that has run out by the time of the leave keeps nobody's time.
    let overdue = AppointmentBuilder::new(4, from_to((9, 0), (10, 0)));
    let early = NOW - Duration::hours(1);
    let mut change = decided(early).with(overdue.held(early), ClaimChange::Take);
    change.head = Some(overdue.head(early));
    setup.appointments().record(tenant(), change).await.unwrap();

    let leave = a_leave(1, from_to((9, 0), (11, 0)));
    let recorded = take(setup, SetupStep::AddLeave(leave.clone())).await.unwrap();
    assert_eq!(
        recorded.hits.keys().copied().collect::<Vec<_>>(),
        [appointment(1)]
    );
    let listed = open_hits(setup).await;
    assert_eq!(listed.len(), 1);
    let hit = &listed[0];
    assert_eq!(Some(&hit.id), recorded.hits.get(&appointment(1)));
    assert_eq!(
        (hit.cause, hit.appointment, hit.found_at, hit.found_by.as_str()),
        (Cause::Leave(leave.id), appointment(1), NOW, "token:1")
    );
    assert!(
        setup
            .events(tenant())
            .await
            .contains(&BookingEvent::BookingsHit { count: 1 })
    );
    let kept = setup
        .appointments()
        .appointment(tenant(), appointment(1))
        .await
        .unwrap();
    assert!(
        kept.unwrap().state().keeps_its_time(),
        "listed for a person, not lost"
    );
}

pub(super) async fn an_entry_ends_by_hand_or_by_itself<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    booked(setup, 1, ten_to_eleven(1)).await;
    booked(setup, 2, AppointmentBuilder::new(2, from_to((11, 0), (12, 0)))).await;
    let leave = a_leave(1, from_to((9, 0), (12, 0)));
    let recorded = take(setup, SetupStep::AddLeave(leave)).await.unwrap();
    cancelled(setup, 1).await;
    let open = open_hits(setup).await;
    assert_eq!(
        open.iter().map(|hit| hit.appointment).collect::<Vec<_>>(),
        [appointment(2)]
    );
    let id = recorded.hits[&appointment(2)];
    for (who, when) in [("token:2", NOW), ("token:3", NOW + Duration::HOUR)] {
        assert!(setup.list().resolve(tenant(), id, who, when).await.unwrap());
    }
    let nobody = ratiba_kernel::Id::from_uuid(resource(999).as_uuid());
    assert!(
        !setup
            .list()
            .resolve(tenant(), nobody, "token:2", NOW)
            .await
            .unwrap()
    );
    assert_eq!(open_hits(setup).await, []);
    let all = setup.list().hits(tenant(), ALL, true).await.unwrap();
    let ends: Vec<Option<Resolved>> = all.into_iter().map(|hit| hit.resolved).collect();
    let seen = Resolved::By {
        who: "token:2".to_owned(),
        at: NOW,
    };
    assert_eq!(ends.len(), 2);
    assert!(ends.contains(&Some(Resolved::Itself)) && ends.contains(&Some(seen)));
}

pub(super) async fn a_leave_that_is_withdrawn_takes_its_entries_back<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    booked(setup, 1, ten_to_eleven(1)).await;
    let leave = a_leave(1, from_to((9, 0), (12, 0)));
    let id = leave.id;
    take(setup, SetupStep::AddLeave(leave)).await.unwrap();
    assert_eq!(open_hits(setup).await.len(), 1);
    let withdraw = SetupStep::RemoveLeave { staff: staff(1), id };
    take(setup, withdraw).await.unwrap();
    assert_eq!(open_hits(setup).await, []);
}

pub(super) async fn what_another_change_still_keeps_off_stays_listed<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    booked(setup, 1, ten_to_eleven(1).in_resource(1)).await;
    booked(setup, 2, AppointmentBuilder::new(2, from_to((12, 0), (13, 0)))).await;
    let causes = async || {
        let open = open_hits(setup).await.into_iter();
        open.map(|hit| (hit.appointment, hit.cause)).collect::<Vec<_>>()
    };
    let withdrawn = |leave: &Leave| SetupStep::RemoveLeave {
        staff: staff(1),
        id: leave.id,
    };

    // Two leaves over the same booking: it is listed for the first, and stays listed when that one is withdrawn.
    let (all_day, morning) = (
        a_leave(1, from_to((9, 0), (15, 0))),
        a_leave(2, from_to((9, 0), (11, 0))),
    );
    take(setup, SetupStep::AddLeave(all_day.clone())).await.unwrap();
    let second = take(setup, SetupStep::AddLeave(morning.clone())).await.unwrap();
    assert_eq!(second.hits.len(), 0, "it did not fit before");
    let recorded = take(setup, withdrawn(&all_day)).await.unwrap();
    assert_eq!(
        recorded.hits.into_keys().collect::<Vec<_>>(),
        [appointment(1)],
        "the other one fits again"
    );
    assert_eq!(causes().await, [(appointment(1), Cause::Leave(morning.id))]);
    // Hours of one date, and weekly ones that leave the booking out beneath them.
    let day = date!(2026 - 05 - 13);
    let off = SetupStep::PutOverride {
        staff: staff(1),
        day,
        blocks: Vec::new(),
        version: None,
    };
    take(setup, withdrawn(&morning)).await.unwrap();
    assert_eq!(causes().await, []);
    take(setup, off).await.unwrap();
    let late = SetupStep::PutHours {
        staff: staff(1),
        weekly: every_day(12 * 60, 17 * 60),
        version: version_of(setup, 1).await,
    };
    assert_eq!(take(setup, late).await.unwrap().hits.len(), 0);
    take(
        setup,
        SetupStep::RemoveOverride {
            staff: staff(1),
            day,
            version: first(),
        },
    )
    .await
    .unwrap();
    assert_eq!(causes().await, [(appointment(1), Cause::Hours(staff(1)))]);
    // What has an entry already gets no second one.
    let closed = Holiday {
        day,
        name: "Closed".to_owned(),
        blocks: Vec::new(),
    };
    take(setup, SetupStep::AddHolidays(vec![closed])).await.unwrap();
    take(setup, put_hours(1, version_of(setup, 1).await))
        .await
        .unwrap();
    take(
        setup,
        SetupStep::RemoveHoliday {
            day,
            version: first(),
        },
    )
    .await
    .unwrap();
    assert_eq!(causes().await, [(appointment(1), Cause::Hours(staff(1)))]);
}

pub(super) async fn the_same_holds_of_two_outages<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    booked(setup, 1, ten_to_eleven(1).in_resource(1)).await;
    let outage = |number: u64| OutOfService {
        id: ratiba_kernel::Id::from_uuid(resource(800 + number).as_uuid()),
        resource: resource(1),
        range: from_to((9, 0), (12, 0)),
        reason: None,
    };
    let repaired = |number: u64| SetupStep::RemoveOutage {
        resource: resource(1),
        id: outage(number).id,
    };
    for number in [1, 2] {
        take(setup, SetupStep::AddOutage(outage(number))).await.unwrap();
    }
    take(setup, repaired(1)).await.unwrap();
    let open = open_hits(setup).await;
    let causes: Vec<Cause> = open.iter().map(|hit| hit.cause).collect();
    assert_eq!(causes, [Cause::Outage(outage(2).id)]);
    take(setup, repaired(2)).await.unwrap();
    assert_eq!(open_hits(setup).await, []);
}

pub(super) async fn every_kind_of_change_lists_its_bookings<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    booked(setup, 1, ten_to_eleven(1).in_resource(1)).await;
    let hit = async |step| {
        let recorded = take(setup, step).await.unwrap();
        recorded.hits.into_keys().collect::<Vec<_>>()
    };
    let off = SetupStep::PutOverride {
        staff: staff(1),
        day: date!(2026 - 05 - 13),
        blocks: Vec::new(),
        version: None,
    };
    assert_eq!(hit(off).await, [appointment(1)]);
    let back = SetupStep::RemoveOverride {
        staff: staff(1),
        day: date!(2026 - 05 - 13),
        version: first(),
    };
    assert_eq!(hit(back).await, []);
    let outage = OutOfService {
        id: ratiba_kernel::Id::from_uuid(resource(801).as_uuid()),
        resource: resource(1),
        range: from_to((10, 30), (10, 45)),
        reason: None,
    };
    assert_eq!(hit(SetupStep::AddOutage(outage)).await, [appointment(1)]);
    let closed = Holiday {
        day: date!(2026 - 05 - 13),
        name: "Closed".to_owned(),
        blocks: Vec::new(),
    };
    assert_eq!(hit(SetupStep::AddHolidays(vec![closed])).await, [appointment(1)]);
    assert_eq!(
        hit(SetupStep::RemoveHoliday {
            day: date!(2026 - 05 - 13),
            version: first()
        })
        .await,
        []
    );
    let opening = SetupStep::PutOpeningHours {
        weekly: Some(every_day(12 * 60, 20 * 60)),
        version: setup.shelf().opening_hours(tenant()).await.unwrap().version,
    };
    assert_eq!(hit(opening).await, [appointment(1)]);
    let anytime = SetupStep::PutOpeningHours {
        weekly: None,
        version: setup.shelf().opening_hours(tenant()).await.unwrap().version,
    };
    assert_eq!(hit(anytime).await, []);
    let hours = SetupStep::PutHours {
        staff: staff(1),
        weekly: Vec::new(),
        version: version_of(setup, 1).await,
    };
    assert_eq!(hit(hours).await, [appointment(1)]);
    assert_eq!(hit(put_hours(1, version_of(setup, 1).await)).await, []);
    let unlearnt = SetupStep::PutSkills {
        staff: staff(1),
        services: BTreeSet::new(),
        version: version_of(setup, 1).await,
    };
    assert_eq!(hit(unlearnt).await, [appointment(1)]);
    let left = SetupStep::PutStanding {
        staff: staff(1),
        standing: Standing::Left,
        version: version_of(setup, 1).await,
    };
    assert_eq!(hit(left).await, [appointment(1)]);
    let retired = SetupStep::OfferResource {
        id: resource(1),
        offering: Offering::Retired,
        version: first(),
    };
    // The outage took some of it already; retiring takes the rest.
    assert_eq!(hit(retired).await, [appointment(1)]);
}

fn a_block(number: u64, subject: BlockSubject, range: TimeRange) -> Block {
    Block {
        id: ratiba_kernel::Id::from_uuid(resource(700 + number).as_uuid()),
        subject,
        range,
        reason: Some("lunch".to_owned()),
    }
}

pub(super) async fn a_block_claims_time_or_names_what_is_in_the_way<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    booked(setup, 1, ten_to_eleven(1)).await;
    let mine = BlockSubject::Staff(staff(1));
    let free = a_block(1, mine, from_to((11, 0), (12, 0)));
    let met = a_block(2, mine, from_to((10, 30), (11, 0)));
    let refused = take(setup, SetupStep::AddBlocks(vec![free.clone(), met]))
        .await
        .unwrap_err();
    assert_eq!(
        refused,
        SetupRefused::InTheWay {
            appointments: vec![appointment(1)],
            blocks: 0
        }
    );
    let day = from_to((0, 0), (24, 0));
    assert_eq!(
        setup.shelf().blocks(tenant(), day, ALL).await.unwrap(),
        [],
        "all or none"
    );
    take(setup, SetupStep::AddBlocks(vec![free.clone()]))
        .await
        .unwrap();
    assert_eq!(
        setup.shelf().blocks(tenant(), day, ALL).await.unwrap(),
        std::slice::from_ref(&free)
    );
    let late = AppointmentBuilder::new(2, from_to((11, 30), (12, 30)));
    let mut change = decided(NOW).with(late.held(NOW), ClaimChange::Take);
    change.head = Some(late.head(NOW));
    let taken = setup.appointments().record(tenant(), change.clone()).await;
    assert_eq!(taken.unwrap_err(), crate::ports::RecordError::SlotTaken);
    let twice = a_block(3, mine, from_to((11, 30), (11, 45)));
    let refused = take(setup, SetupStep::AddBlocks(vec![twice])).await.unwrap_err();
    assert!(
        matches!(refused, SetupRefused::InTheWay { blocks: 1, .. }),
        "{refused:?}"
    );
    take(setup, SetupStep::RemoveBlock(free.id)).await.unwrap();
    assert_eq!(setup.shelf().blocks(tenant(), day, ALL).await.unwrap(), []);
    setup.appointments().record(tenant(), change).await.unwrap();

    // A block of a whole room takes every place of it, for days.
    let room = BlockSubject::Resource {
        id: resource(1),
        seat: None,
    };
    let days = TimeRange::new(at(0, 0), at(72, 0)).unwrap();
    take(setup, SetupStep::AddBlocks(vec![a_block(4, room, days)]))
        .await
        .unwrap();
    let inside = TimeRange::new(at(50, 0), at(51, 0)).unwrap();
    let seated = AppointmentBuilder::new(3, inside).in_resource(1);
    let mut change = decided(NOW).with(seated.held(NOW), ClaimChange::Take);
    change.head = Some(seated.head(NOW));
    let taken = setup.appointments().record(tenant(), change).await;
    assert_eq!(taken.unwrap_err(), crate::ports::RecordError::SlotTaken);
    let no_such_seat = BlockSubject::Resource {
        id: resource(1),
        seat: Some(2),
    };
    let step = SetupStep::AddBlocks(vec![a_block(5, no_such_seat, from_to((9, 0), (10, 0)))]);
    assert!(matches!(
        take(setup, step).await.unwrap_err(),
        SetupRefused::UnknownPart(..)
    ));
}

pub(super) async fn a_block_of_a_whole_room_takes_its_new_places<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    let whole = BlockSubject::Resource {
        id: resource(1),
        seat: None,
    };
    let with_places = async |capacity| {
        let known = setup.shelf().resource(tenant(), resource(1)).await.unwrap();
        let Versioned { value, version } = known.unwrap();
        let resource = Resource { capacity, ..value };
        take(setup, SetupStep::PutResource { resource, version }).await
    };
    let seated = async |number, seat, range: TimeRange| {
        let builder = AppointmentBuilder::new(number, range).by(2).in_seat(1, seat);
        let mut change = decided(NOW).with(builder.held(NOW), ClaimChange::Take);
        change.head = Some(builder.head(NOW));
        setup.appointments().record(tenant(), change).await
    };
    take(
        setup,
        SetupStep::AddBlocks(vec![a_block(1, whole, from_to((10, 0), (12, 0)))]),
    )
    .await
    .unwrap();
    with_places(4).await.unwrap();
    for seat in [2, 3] {
        let taken = seated(1, seat, from_to((10, 0), (11, 0))).await.unwrap_err();
        assert_eq!(taken, crate::ports::RecordError::SlotTaken, "place {seat}");
    }
    // Fewer places, and more again: what is blocked already is not in its own way.
    with_places(1).await.unwrap();
    with_places(4).await.unwrap();

    // A booking stands on a place that was taken away; the place does not come back under a block over it.
    seated(2, 3, from_to((14, 0), (15, 0))).await.unwrap();
    with_places(3).await.unwrap();
    take(
        setup,
        SetupStep::AddBlocks(vec![a_block(2, whole, from_to((14, 0), (16, 0)))]),
    )
    .await
    .unwrap();
    assert_eq!(
        with_places(4).await.unwrap_err(),
        SetupRefused::InTheWay {
            appointments: vec![appointment(2)],
            blocks: 0
        }
    );
    let kept = setup
        .shelf()
        .resource(tenant(), resource(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.value.capacity, 3, "all or nothing");
    let removed = a_block(1, whole, from_to((10, 0), (12, 0))).id;
    take(setup, SetupStep::RemoveBlock(removed)).await.unwrap();
    seated(3, 2, from_to((10, 0), (11, 0))).await.unwrap();
}

pub(super) async fn sharing_buffers_rewrites_what_lies_ahead<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    booked(setup, 1, ten_to_eleven(1).with_buffer_after(15)).await;
    switch(setup, BufferRule::Shared).await.unwrap();
    let found = setup
        .appointments()
        .appointment(tenant(), appointment(1))
        .await
        .unwrap()
        .unwrap();
    let held = setup.appointments();
    // Ten minutes are no longer enough beside a need of fifteen, and fifteen are; both rules agree on that.
    for (number, from, fits) in [(2, (11, 10), false), (3, (11, 15), true)] {
        let next = AppointmentBuilder::new(number, from_to(from, (12, 0))).sharing_buffers(10, 0);
        let mut change = decided(NOW).with(next.held(NOW), ClaimChange::Take);
        change.head = Some(next.head(NOW));
        assert_eq!(held.record(tenant(), change).await.is_ok(), fits, "{number}");
    }
    if let Some(claim) = found.booking().claims.first() {
        assert_eq!(claim.work(), from_to((10, 0), (11, 0)));
    }
}

async fn switch<S: SetupUnderTest>(setup: &S, rule: BufferRule) -> Result<Recorded, SetupRefused> {
    let known = setup.shelf().policy(tenant()).await.unwrap();
    let mut changed = known.value;
    changed.rules.buffers = rule;
    let put = SetupStep::PutPolicy {
        policy: changed,
        version: known.version,
    };
    take(setup, put).await
}

pub(super) async fn stacking_buffers_is_refused_where_two_would_clash<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    switch(setup, BufferRule::Shared).await.unwrap();
    booked(setup, 1, ten_to_eleven(1).sharing_buffers(0, 15)).await;
    let next = AppointmentBuilder::new(2, from_to((11, 15), (12, 0))).sharing_buffers(10, 0);
    booked(setup, 2, next).await;
    booked(setup, 3, ten_to_eleven(3).by(2).sharing_buffers(0, 15)).await;
    let refused = switch(setup, BufferRule::Stacked).await.unwrap_err();
    assert_eq!(
        refused,
        SetupRefused::InTheWay {
            appointments: vec![appointment(1), appointment(2)],
            blocks: 0
        }
    );
    assert_eq!(
        setup.shelf().policy(tenant()).await.unwrap().value.rules.buffers,
        BufferRule::Shared
    );
    cancelled(setup, 2).await;
    switch(setup, BufferRule::Stacked).await.unwrap();
    // The time kept free after the first is claimed now.
    let close = AppointmentBuilder::new(4, from_to((11, 10), (12, 0)));
    let mut change = decided(NOW).with(close.held(NOW), ClaimChange::Take);
    change.head = Some(close.head(NOW));
    let taken = setup.appointments().record(tenant(), change).await;
    assert_eq!(taken.unwrap_err(), crate::ports::RecordError::SlotTaken);
}

pub(super) async fn the_zone_stays_while_anything_lies_ahead<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    booked(setup, 1, ten_to_eleven(1)).await;
    let moved = async || {
        let known = setup.shelf().policy(tenant()).await.unwrap();
        let mut changed = known.value;
        changed.zone = zone("Asia/Kolkata");
        let put = SetupStep::PutPolicy {
            policy: changed,
            version: known.version,
        };
        take(setup, put).await
    };
    let refused = moved().await.unwrap_err();
    assert!(
        matches!(refused, SetupRefused::InTheWay { appointments, .. } if appointments == [appointment(1)])
    );
    cancelled(setup, 1).await;
    moved().await.unwrap();
    assert_eq!(
        setup.shelf().policy(tenant()).await.unwrap().value.zone,
        zone("Asia/Kolkata")
    );
}

pub(super) async fn amounts_with_cents_are_never_on_sale_where_they_cannot_be_moved<S: SetupUnderTest>(
    setup: &S,
) {
    equipped(setup).await;
    let known = setup.shelf().policy(tenant()).await.unwrap();
    let put_rounding = async |rounding| {
        let known = setup.shelf().policy(tenant()).await.unwrap();
        let mut policy = known.value;
        policy.rules.rounding = rounding;
        let version = known.version;
        take(setup, SetupStep::PutPolicy { policy, version }).await
    };
    assert_eq!(known.value.rules.rounding, Rounding::WholeUnits);
    put_rounding(Rounding::Exact).await.unwrap();
    let mut odd = a_service(2, 60);
    "Odd price".clone_into(&mut odd.name);
    odd.price = Money::kes_minor(350_050);
    odd.deposit = Deposit::None;
    let mut odd_deposit = a_service(3, 60);
    "Odd deposit".clone_into(&mut odd_deposit.name);
    odd_deposit.deposit = Deposit::Flat(Money::kes_minor(10_050));
    for service in [odd.clone(), odd_deposit.clone()] {
        take(setup, put_service(service, Version::NEW)).await.unwrap();
    }
    let with_cents = |services: &[ServiceId]| {
        SetupRefused::AmountsHaveCents(AmountsWithCents {
            services: services.to_vec(),
            ..AmountsWithCents::default()
        })
    };
    let refused = put_rounding(Rounding::WholeUnits).await.unwrap_err();
    assert_eq!(refused, with_cents(&[odd.id, odd_deposit.id]));
    let offer = |id, offering, version| SetupStep::OfferService {
        id,
        offering,
        version,
    };
    for id in [odd.id, odd_deposit.id] {
        take(setup, offer(id, Offering::Retired, first())).await.unwrap();
    }
    put_rounding(Rounding::WholeUnits).await.unwrap();
    // Retired under the old rule, and on sale again under the new one.
    for id in [odd.id, odd_deposit.id] {
        let back = take(setup, offer(id, Offering::Active, first().next())).await;
        assert_eq!(back.unwrap_err(), with_cents(&[id]));
    }
}
