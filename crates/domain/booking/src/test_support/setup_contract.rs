//! What every setup book, shelf and list of hits promises.

#![expect(clippy::unwrap_used, reason = "a contract that cannot be arranged fails")]

mod meeting;

use std::collections::BTreeSet;

use ratiba_kernel::{Money, TenantId, TimeRange};
use time::Weekday;
use time::macros::{date, datetime};

use super::builders::{
    AppointmentBuilder, NOW, a_service, appointment, decided, every_day, from_to, kind, policy, resource,
    service, staff, tenants, zone,
};
use crate::appointment::{CancelledBy, Version};
use crate::availability::{DayBlock, WeeklyBlock};
use crate::catalogue::{BookingWindow, Minutes, Offering, Resource, Service};
use crate::event::BookingEvent;
use crate::policy::PerChannel;
use crate::ports::{AppointmentBook, ClaimChange};
use crate::setup::{
    Hit, HitList, Holiday, Leave, OutOfService, Page, Recorded, SetupBook, SetupChange, SetupRefused,
    SetupShelf, SetupStep,
};

/// A setup beside a book of appointments. Both tenants of [`tenants`] are open, at the default rules in
/// Nairobi, with staff 1 to 3 who have no hours and can do nothing yet, and customers 1 and 2.
#[expect(async_fn_in_trait, reason = "for tests, which run it in place")]
pub trait SetupUnderTest {
    /// The book.
    fn book(&self) -> &dyn SetupBook;
    /// The shelf.
    fn shelf(&self) -> &dyn SetupShelf;
    /// The list of hits.
    fn list(&self) -> &dyn HitList;
    /// The book of appointments over the same tenants.
    fn appointments(&self) -> &dyn AppointmentBook;
    /// Booking's events so far, in order.
    async fn events(&self, tenant: TenantId) -> Vec<BookingEvent>;
}

/// All promises, each on a fresh setup.
///
/// # Panics
/// If one is broken.
pub async fn setup_contract<S: SetupUnderTest>(fresh: impl AsyncFn() -> S) {
    what_is_put_is_found(&fresh().await).await;
    skills_are_seen_from_both_sides(&fresh().await).await;
    an_older_version_is_refused(&fresh().await).await;
    a_date_that_has_hours_needs_their_version(&fresh().await).await;
    two_active_services_never_share_a_name(&fresh().await).await;
    lists_come_in_pages_by_id(&fresh().await).await;
    meeting::a_leave_lists_what_it_meets(&fresh().await).await;
    meeting::an_entry_ends_by_hand_or_by_itself(&fresh().await).await;
    meeting::a_leave_that_is_withdrawn_takes_its_entries_back(&fresh().await).await;
    meeting::what_another_change_still_keeps_off_stays_listed(&fresh().await).await;
    meeting::the_same_holds_of_two_outages(&fresh().await).await;
    meeting::every_kind_of_change_lists_its_bookings(&fresh().await).await;
    meeting::a_block_claims_time_or_names_what_is_in_the_way(&fresh().await).await;
    meeting::a_block_of_a_whole_room_takes_its_new_places(&fresh().await).await;
    the_holidays_of_a_year_leave_other_hours_alone(&fresh().await).await;
    meeting::sharing_buffers_rewrites_what_lies_ahead(&fresh().await).await;
    meeting::stacking_buffers_is_refused_where_two_would_clash(&fresh().await).await;
    meeting::amounts_with_cents_are_never_on_sale_where_they_cannot_be_moved(&fresh().await).await;
    meeting::the_zone_stays_while_anything_lies_ahead(&fresh().await).await;
    one_tenant_never_touches_anothers_setup(&fresh().await).await;
}

fn tenant() -> TenantId {
    tenants()[0]
}

const ALL: Page = Page {
    after: None,
    limit: 200,
};

async fn take<S: SetupUnderTest>(setup: &S, step: SetupStep) -> Result<Recorded, SetupRefused> {
    let change = SetupChange {
        at: NOW,
        by: "token:1".to_owned(),
        step,
    };
    setup.book().record(tenant(), change).await
}

fn first() -> Version {
    Version::NEW.next()
}

fn put_service(service: Service, version: Version) -> SetupStep {
    SetupStep::PutService { service, version }
}

fn put_hours(number: u64, version: Version) -> SetupStep {
    SetupStep::PutHours {
        staff: staff(number),
        weekly: every_day(9 * 60, 17 * 60),
        version,
    }
}

fn a_room(number: u64, capacity: u16) -> Resource {
    Resource {
        id: resource(number),
        kind: kind("room"),
        name: format!("Room {number}"),
        capacity,
        offering: Offering::Active,
    }
}

/// Service 1 by staff 1 and 2, who work every day from 09:00 to 17:00, and room 1 with two places.
async fn equipped<S: SetupUnderTest>(setup: &S) {
    take(setup, put_service(a_service(1, 60), Version::NEW))
        .await
        .unwrap();
    for number in 1..=2 {
        take(setup, put_hours(number, version_of(setup, number).await))
            .await
            .unwrap();
    }
    let room = SetupStep::PutResource {
        resource: a_room(1, 2),
        version: Version::NEW,
    };
    take(setup, room).await.unwrap();
}

async fn version_of<S: SetupUnderTest>(setup: &S, number: u64) -> Version {
    let person = setup.shelf().person(tenant(), staff(number)).await.unwrap();
    person.unwrap().version
}

/// Records an appointment, held for a day or confirmed.
async fn booked<S: SetupUnderTest>(setup: &S, number: u64, builder: AppointmentBuilder) {
    let held = builder.held(NOW);
    let mut change = decided(NOW).with(held, ClaimChange::Take);
    change.head = Some(builder.head(NOW));
    setup.appointments().record(tenant(), change).await.unwrap();
    let held = setup
        .appointments()
        .appointment(tenant(), appointment(number))
        .await
        .unwrap()
        .unwrap();
    let confirmed = held.confirm(NOW).unwrap();
    let change = decided(NOW).with(confirmed, ClaimChange::Keep);
    setup.appointments().record(tenant(), change).await.unwrap();
}

async fn cancelled<S: SetupUnderTest>(setup: &S, number: u64) {
    let found = setup
        .appointments()
        .appointment(tenant(), appointment(number))
        .await
        .unwrap()
        .unwrap();
    let gone = found
        .cancel(CancelledBy::Customer, Money::kes_minor(0), NOW)
        .unwrap();
    let change = decided(NOW).with(gone, ClaimChange::Release);
    setup.appointments().record(tenant(), change).await.unwrap();
}

fn ten_to_eleven(number: u64) -> AppointmentBuilder {
    AppointmentBuilder::new(number, from_to((10, 0), (11, 0)))
}

fn a_leave(number: u64, range: TimeRange) -> Leave {
    Leave {
        id: ratiba_kernel::Id::from_uuid(resource(900 + number).as_uuid()),
        staff: staff(1),
        range,
        reason: Some("training".to_owned()),
    }
}

async fn open_hits<S: SetupUnderTest>(setup: &S) -> Vec<Hit> {
    setup.list().hits(tenant(), ALL, false).await.unwrap()
}

async fn what_is_put_is_found<S: SetupUnderTest>(setup: &S) {
    let mut sold = a_service(1, 60);
    sold.aliases = vec!["rub".to_owned()];
    sold.window = BookingWindow {
        notice: PerChannel {
            chat: Some(Minutes::new(45)),
            ..PerChannel::default()
        },
        horizon_days: PerChannel {
            web: Some(14),
            ..PerChannel::default()
        },
    };
    let recorded = take(setup, put_service(sold.clone(), Version::NEW))
        .await
        .unwrap();
    assert_eq!(recorded.version, first());
    let found = setup.shelf().service(tenant(), sold.id).await.unwrap().unwrap();
    assert_eq!((found.value, found.version), (sold, first()));

    equipped_room_and_person(setup).await;

    let closed = Holiday {
        day: date!(2026 - 12 - 24),
        name: "Eve".to_owned(),
        blocks: vec![DayBlock {
            from_minute: 540,
            to_minute: 720,
        }],
    };
    let put = SetupStep::PutHoliday {
        holiday: closed.clone(),
        version: None,
    };
    take(setup, put).await.unwrap();
    let days = (date!(2026 - 12 - 01), date!(2026 - 12 - 31));
    let found = setup.shelf().holidays(tenant(), days).await.unwrap();
    assert_eq!(
        found.into_iter().map(|one| one.value).collect::<Vec<_>>(),
        std::slice::from_ref(&closed)
    );
    let remove = |version| SetupStep::RemoveHoliday {
        day: closed.day,
        version,
    };
    assert_eq!(
        take(setup, remove(first().next())).await.unwrap_err(),
        SetupRefused::Stale
    );
    take(setup, remove(first())).await.unwrap();
    assert_eq!(
        take(setup, remove(first())).await.unwrap_err(),
        SetupRefused::Unknown
    );
    assert_eq!(setup.shelf().holidays(tenant(), days).await.unwrap(), []);

    let hours = setup.shelf().opening_hours(tenant()).await.unwrap();
    assert_eq!(hours.value, None);
    let weekly = vec![WeeklyBlock {
        weekday: Weekday::Friday,
        block: DayBlock {
            from_minute: 1_320,
            to_minute: 1_560,
        },
    }];
    let put = SetupStep::PutOpeningHours {
        weekly: Some(weekly.clone()),
        version: hours.version,
    };
    let recorded = take(setup, put).await.unwrap();
    let hours = setup.shelf().opening_hours(tenant()).await.unwrap();
    assert_eq!((hours.value, hours.version), (Some(weekly), recorded.version));

    let known = setup.shelf().policy(tenant()).await.unwrap();
    let mut changed = known.value.clone();
    changed.rules.grid_step = Minutes::new(30);
    changed.zone = zone("Europe/Berlin");
    let put = SetupStep::PutPolicy {
        policy: changed.clone(),
        version: known.version,
    };
    take(setup, put).await.unwrap();
    assert_eq!(setup.shelf().policy(tenant()).await.unwrap().value, changed);
}

async fn equipped_room_and_person<S: SetupUnderTest>(setup: &S) {
    let room = a_room(1, 2);
    let put = SetupStep::PutResource {
        resource: room.clone(),
        version: Version::NEW,
    };
    take(setup, put).await.unwrap();
    let found = setup.shelf().resource(tenant(), room.id).await.unwrap().unwrap();
    assert_eq!((found.value, found.version), (room, first()));

    let outage = OutOfService {
        id: ratiba_kernel::Id::from_uuid(resource(800).as_uuid()),
        resource: resource(1),
        range: from_to((10, 0), (12, 0)),
        reason: None,
    };
    take(setup, SetupStep::AddOutage(outage.clone())).await.unwrap();
    let day = from_to((0, 0), (24, 0));
    let listed = setup
        .shelf()
        .outages(tenant(), resource(1), day, ALL)
        .await
        .unwrap();
    assert_eq!(listed, std::slice::from_ref(&outage));
    let remove = SetupStep::RemoveOutage {
        resource: resource(1),
        id: outage.id,
    };
    take(setup, remove.clone()).await.unwrap();
    assert_eq!(take(setup, remove).await.unwrap_err(), SetupRefused::Unknown);

    let version = version_of(setup, 1).await;
    let recorded = take(setup, put_hours(1, version)).await.unwrap();
    let person = setup.shelf().person(tenant(), staff(1)).await.unwrap().unwrap();
    assert_eq!(person.version, recorded.version);
    assert_eq!(person.value.weekly, every_day(9 * 60, 17 * 60));

    let leave = a_leave(1, from_to((13, 0), (40, 0)));
    take(setup, SetupStep::AddLeave(leave.clone())).await.unwrap();
    let listed = setup.shelf().leave(tenant(), staff(1), day, ALL).await.unwrap();
    assert_eq!(listed, [leave]);

    let off = SetupStep::PutOverride {
        staff: staff(1),
        day: date!(2026 - 05 - 14),
        blocks: Vec::new(),
        version: None,
    };
    take(setup, off).await.unwrap();
    let days = (date!(2026 - 05 - 01), date!(2026 - 05 - 31));
    let found = setup.shelf().overrides(tenant(), staff(1), days).await.unwrap();
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), [date!(2026 - 05 - 14)]);
    let remove = |version| SetupStep::RemoveOverride {
        staff: staff(1),
        day: date!(2026 - 05 - 14),
        version,
    };
    assert_eq!(
        take(setup, remove(first().next())).await.unwrap_err(),
        SetupRefused::Stale
    );
    take(setup, remove(first())).await.unwrap();
    assert_eq!(
        take(setup, remove(first())).await.unwrap_err(),
        SetupRefused::Unknown
    );
}

async fn skills_are_seen_from_both_sides<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    let skills = |services, version| SetupStep::PutSkills {
        staff: staff(3),
        services,
        version,
    };
    let version = version_of(setup, 3).await;
    take(setup, skills(BTreeSet::from([service(1)]), version))
        .await
        .unwrap();
    let sold = setup
        .shelf()
        .service(tenant(), service(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(sold.value.staff, BTreeSet::from([staff(1), staff(2), staff(3)]));
    let fewer = Service {
        staff: BTreeSet::from([staff(2)]),
        ..sold.value
    };
    take(setup, put_service(fewer, sold.version)).await.unwrap();
    let person = setup.shelf().person(tenant(), staff(3)).await.unwrap().unwrap();
    assert_eq!(person.value.services, BTreeSet::new());
    let unknown = take(setup, skills(BTreeSet::from([service(77)]), person.version)).await;
    assert!(matches!(unknown.unwrap_err(), SetupRefused::UnknownPart(..)));
    let stranger = Service {
        staff: BTreeSet::from([staff(77)]),
        ..a_service(2, 60)
    };
    let unknown = take(setup, put_service(stranger, Version::NEW)).await;
    assert!(matches!(unknown.unwrap_err(), SetupRefused::UnknownPart(..)));
    assert_eq!(
        setup.shelf().service(tenant(), service(2)).await.unwrap(),
        None,
        "nothing of it was written"
    );
}

async fn an_older_version_is_refused<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    let cheaper = Service {
        price: Money::kes_minor(100_000),
        ..a_service(1, 60)
    };
    take(setup, put_service(cheaper.clone(), first())).await.unwrap();
    let again = take(setup, put_service(cheaper, first())).await;
    assert_eq!(again.unwrap_err(), SetupRefused::Stale);
    let version = version_of(setup, 1).await;
    take(setup, put_hours(1, version)).await.unwrap();
    assert_eq!(
        take(setup, put_hours(1, version)).await.unwrap_err(),
        SetupRefused::Stale
    );
    let nobody = take(setup, put_hours(77, first())).await;
    assert_eq!(nobody.unwrap_err(), SetupRefused::Unknown);
    let offer = SetupStep::OfferResource {
        id: resource(1),
        offering: Offering::Retired,
        version: first(),
    };
    take(setup, offer.clone()).await.unwrap();
    assert_eq!(take(setup, offer).await.unwrap_err(), SetupRefused::Stale);
}

async fn a_date_that_has_hours_needs_their_version<S: SetupUnderTest>(setup: &S) {
    let day = date!(2026 - 12 - 24);
    let holiday = |version| SetupStep::PutHoliday {
        holiday: Holiday {
            day,
            name: "Christmas Eve".to_owned(),
            blocks: Vec::new(),
        },
        version,
    };
    let off = |version| SetupStep::PutOverride {
        staff: staff(1),
        day,
        blocks: Vec::new(),
        version,
    };
    for [unseen, seen] in [
        [holiday(None), holiday(Some(first()))],
        [off(None), off(Some(first()))],
    ] {
        let early = take(setup, seen.clone()).await;
        assert_eq!(early.unwrap_err(), SetupRefused::Stale, "there is none yet");
        take(setup, unseen.clone()).await.unwrap();
        let again = take(setup, unseen).await;
        assert_eq!(again.unwrap_err(), SetupRefused::VersionNeeded);
        take(setup, seen.clone()).await.unwrap();
        assert_eq!(take(setup, seen).await.unwrap_err(), SetupRefused::Stale);
    }
}

async fn two_active_services_never_share_a_name<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    let named_alike = Service {
        name: "SERVICE 1".to_owned(),
        ..a_service(2, 30)
    };
    let taken = take(setup, put_service(named_alike.clone(), Version::NEW)).await;
    assert_eq!(taken.unwrap_err(), SetupRefused::NameTaken);
    let offer = |offering, version| SetupStep::OfferService {
        id: service(1),
        offering,
        version,
    };
    let retired = take(setup, offer(Offering::Retired, first())).await.unwrap();
    take(setup, put_service(named_alike, Version::NEW)).await.unwrap();
    let back = take(setup, offer(Offering::Active, retired.version)).await;
    assert_eq!(back.unwrap_err(), SetupRefused::NameTaken);
}

async fn lists_come_in_pages_by_id<S: SetupUnderTest>(setup: &S) {
    for number in [3, 1, 2] {
        take(setup, put_service(a_service(number, 60), Version::NEW))
            .await
            .unwrap();
    }
    let retire = SetupStep::OfferService {
        id: service(2),
        offering: Offering::Retired,
        version: first(),
    };
    take(setup, retire).await.unwrap();
    let page = |after, limit| Page { after, limit };
    let ids = async |page, retired| {
        let found = setup.shelf().services(tenant(), page, retired).await.unwrap();
        found.into_iter().map(|one| one.value.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(page(None, 2), true).await, [service(1), service(2)]);
    assert_eq!(ids(page(Some(service(2).as_uuid()), 2), true).await, [service(3)]);
    assert_eq!(ids(ALL, false).await, [service(1), service(3)]);
    let people = setup
        .shelf()
        .people(tenant(), page(None, 2), false)
        .await
        .unwrap();
    assert_eq!(people.len(), 2);
}

async fn the_holidays_of_a_year_leave_other_hours_alone<S: SetupUnderTest>(setup: &S) {
    let half_day = Holiday {
        day: date!(2026 - 06 - 01),
        name: "Madaraka, open in the morning".to_owned(),
        blocks: vec![DayBlock {
            from_minute: 540,
            to_minute: 720,
        }],
    };
    let put = SetupStep::PutHoliday {
        holiday: half_day.clone(),
        version: None,
    };
    take(setup, put).await.unwrap();
    let closed = crate::setup::kenya::public_holidays(2026).unwrap().into_iter();
    let closed = closed.map(|holiday| Holiday {
        day: holiday.day,
        name: holiday.name.to_owned(),
        blocks: Vec::new(),
    });
    let step = SetupStep::AddHolidays(closed.collect());
    take(setup, step.clone()).await.unwrap();
    take(setup, step).await.unwrap();
    let days = (date!(2026 - 01 - 01), date!(2026 - 12 - 31));
    let found = setup.shelf().holidays(tenant(), days).await.unwrap();
    assert_eq!(found.len(), 10);
    assert!(found.iter().any(|one| one.value == half_day));
}

async fn one_tenant_never_touches_anothers_setup<S: SetupUnderTest>(setup: &S) {
    equipped(setup).await;
    booked(setup, 1, ten_to_eleven(1)).await;
    let other = tenants()[1];
    let change = |step| SetupChange {
        at: NOW,
        by: "token:9".to_owned(),
        step,
    };
    let foreign = setup
        .book()
        .record(other, change(put_service(a_service(1, 30), first())))
        .await;
    assert_eq!(foreign.unwrap_err(), SetupRefused::Unknown);
    let leave = setup
        .book()
        .record(
            other,
            change(SetupStep::AddLeave(a_leave(1, from_to((9, 0), (12, 0))))),
        )
        .await
        .unwrap();
    assert!(leave.hits.is_empty(), "the bookings are another tenant's");
    assert_eq!(setup.shelf().service(other, service(1)).await.unwrap(), None);
    assert_eq!(setup.list().hits(other, ALL, true).await.unwrap(), []);
    let closed = Holiday {
        day: datetime!(2026-05-13 00:00 UTC).date(),
        name: "Closed".to_owned(),
        blocks: Vec::new(),
    };
    let recorded = setup
        .book()
        .record(other, change(SetupStep::AddHolidays(vec![closed])))
        .await
        .unwrap();
    assert!(recorded.hits.is_empty());
    assert_eq!(setup.shelf().policy(tenant()).await.unwrap().value, policy());
}
