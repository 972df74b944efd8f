//! The promises of [`AppointmentBook`], as tests that every book must pass.

#![expect(clippy::unwrap_used, reason = "a broken promise ends the test")]

use ratiba_kernel::TenantId;
use time::Duration;

use super::builders::{AppointmentBuilder, NOW, appointment, decided, from_to, staff, tenants, visit};
use super::{moving_contract, placing_contract, rendering_contract};
use crate::appointment::{Appointment, CancelledBy, State, Version};
use crate::event::{BookingEvent, BookingTask, Due};
use crate::policy::Reminder;
use crate::ports::{AppointmentBook, Change, ClaimChange, RecordError, SetupVersion, Wanted};
use crate::visit::HoldKey;

/// A book under test, and how to see what it wrote for others.
pub trait BookUnderTest {
    /// The book itself.
    fn port(&self) -> &dyn AppointmentBook;

    /// All events of a tenant, in order.
    fn events(&self, tenant: TenantId) -> impl Future<Output = Vec<BookingEvent>>;

    /// All tasks of a tenant; by when they are due.
    fn tasks(&self, tenant: TenantId) -> impl Future<Output = Vec<Due<BookingTask>>>;

    /// Freezes May 2026 of staff 1.
    fn freeze_may(&self, tenant: TenantId) -> impl Future<Output = ()>;

    /// The version of the setup in force.
    fn setup(&self, tenant: TenantId) -> impl Future<Output = SetupVersion>;

    /// Changes the setup in any way.
    fn change_setup(&self, tenant: TenantId) -> impl Future<Output = ()>;
}

/// Everything that a book promises. `fresh` makes an empty one that knows both of
/// [`tenants`](super::builders::tenants) and what they are said to have there.
///
/// # Panics
/// When a promise is broken.
pub async fn appointment_book_contract<B: BookUnderTest>(fresh: impl AsyncFn() -> B) {
    what_is_recorded_is_found(&fresh().await).await;
    events_and_tasks_are_recorded_with_the_change(&fresh().await).await;
    two_appointments_never_share_a_moment(&fresh().await).await;
    a_buffer_is_claimed_too(&fresh().await).await;
    of_shared_buffers_the_larger_must_fit(&fresh().await).await;
    touching_appointments_are_legal(&fresh().await).await;
    one_taken_claim_refuses_the_whole_visit(&fresh().await).await;
    a_released_claim_is_free(&fresh().await).await;
    a_stale_change_leaves_no_trace(&fresh().await).await;
    a_stale_head_leaves_no_trace(&fresh().await).await;
    a_change_is_recorded_once(&fresh().await).await;
    a_hold_key_names_one_visit(&fresh().await).await;
    what_was_ordered_with_a_key_is_remembered(&fresh().await).await;
    an_expired_hold_keeps_nobody_out(&fresh().await).await;
    a_hold_keeps_others_out_until_its_deadline(&fresh().await).await;
    an_expired_visit_takes_its_time_again_if_it_is_free(&fresh().await).await;
    reminders_and_loss_are_remembered(&fresh().await).await;
    tenants_are_apart(&fresh().await).await;
    a_visit_moves_on_with_each_of_its_parts(&fresh().await).await;
    appointments_between_are_sorted_and_overlap(&fresh().await).await;
    a_customers_upcoming_visits_are_those_that_stand_and_are_not_over(&fresh().await).await;
    moving_contract::everything(&fresh).await;
    placing_contract::a_move_is_read_back(&fresh().await).await;
    placing_contract::the_old_time_is_free_only_if_the_new_one_is_won(&fresh().await).await;
    placing_contract::two_parts_may_change_places(&fresh().await).await;
    placing_contract::a_price_is_read_back(&fresh().await).await;
    placing_contract::visits_that_nobody_came_to_are_counted(&fresh().await).await;
    rendering_contract::a_rendering_is_kept(&fresh().await).await;
    rendering_contract::a_frozen_month_refuses(&fresh().await).await;
    rendering_contract::every_state_is_read_back(&fresh().await).await;
}

pub(super) fn tenant() -> TenantId {
    tenants()[0]
}

pub(super) fn ten_to_eleven(number: u64) -> AppointmentBuilder {
    AppointmentBuilder::new(number, from_to((10, 0), (11, 0)))
}

pub(super) fn taking(builder: &AppointmentBuilder) -> Change {
    let change = Change {
        head: Some(builder.head(NOW)),
        ..decided(NOW)
    };
    change.with(builder.held(NOW), ClaimChange::Take)
}

pub(super) async fn recorded<B: BookUnderTest>(book: &B, builder: &AppointmentBuilder) -> Appointment {
    let (change, id) = (taking(builder), builder.held(NOW).id());
    book.port().record(tenant(), change).await.unwrap();
    book.port().appointment(tenant(), id).await.unwrap().unwrap()
}

async fn what_is_recorded_is_found<B: BookUnderTest>(book: &B) {
    let builder = ten_to_eleven(1).in_resource(1).with_buffer_after(10);
    let found = recorded(book, &builder).await;
    assert_eq!(found, builder.held(NOW).at_next_version());
    let of_visit = book.port().visit(tenant(), visit(1)).await.unwrap().unwrap();
    assert_eq!(of_visit.appointments, vec![found]);
    let head = builder.head(NOW);
    assert_eq!(
        of_visit.head,
        crate::visit::VisitHead {
            version: Version::NEW.next(),
            ..head
        }
    );
    assert_eq!(
        book.port().appointment(tenant(), appointment(2)).await.unwrap(),
        None
    );
    assert_eq!(book.port().visit(tenant(), visit(2)).await.unwrap(), None);
}

async fn events_and_tasks_are_recorded_with_the_change<B: BookUnderTest>(book: &B) {
    let event = BookingEvent::VisitConfirmed {
        visit: visit(1),
        customer: super::customer(1),
    };
    let task = Due {
        at: NOW + Duration::minutes(5),
        task: BookingTask::ExpireHold { visit: visit(1) },
    };
    let mut change = taking(&ten_to_eleven(1)).telling(event.clone());
    change.tasks.push(task.clone());
    book.port().record(tenant(), change).await.unwrap();
    assert_eq!(book.events(tenant()).await, vec![event]);
    assert_eq!(book.tasks(tenant()).await, vec![task]);
}

async fn two_appointments_never_share_a_moment<B: BookUnderTest>(book: &B) {
    recorded(book, &ten_to_eleven(1)).await;
    for (number, from, to) in [
        (2, (9, 30), (10, 1)),
        (3, (10, 59), (11, 30)),
        (4, (10, 0), (11, 0)),
    ] {
        let other = AppointmentBuilder::new(number, from_to(from, to));
        let event = BookingEvent::VisitConfirmed {
            visit: visit(number),
            customer: super::customer(1),
        };
        let refused = book.port().record(tenant(), taking(&other).telling(event)).await;
        assert_eq!(refused, Err(RecordError::SlotTaken), "{from:?}");
        assert_eq!(book.port().visit(tenant(), visit(number)).await.unwrap(), None);
    }
    assert_eq!(book.events(tenant()).await, vec![]);
}

async fn a_buffer_is_claimed_too<B: BookUnderTest>(book: &B) {
    recorded(book, &ten_to_eleven(1).with_buffer_after(10)).await;
    let too_soon = AppointmentBuilder::new(2, from_to((11, 0), (12, 0)));
    assert_eq!(
        book.port().record(tenant(), taking(&too_soon)).await,
        Err(RecordError::SlotTaken)
    );
    recorded(book, &AppointmentBuilder::new(3, from_to((11, 10), (12, 0)))).await;
}

async fn of_shared_buffers_the_larger_must_fit<B: BookUnderTest>(book: &B) {
    recorded(book, &ten_to_eleven(1).sharing_buffers(5, 10)).await;
    for (number, from, to) in [
        (2, (11, 14), (12, 0)),
        (3, (9, 0), (9, 45)),
        (4, (10, 30), (10, 40)),
    ] {
        let near = AppointmentBuilder::new(number, from_to(from, to)).sharing_buffers(15, 20);
        assert_eq!(
            book.port().record(tenant(), taking(&near)).await,
            Err(RecordError::SlotTaken),
            "{from:?}"
        );
    }
    recorded(
        book,
        &AppointmentBuilder::new(5, from_to((11, 15), (12, 0))).sharing_buffers(15, 20),
    )
    .await;
    recorded(
        book,
        &AppointmentBuilder::new(6, from_to((9, 0), (9, 40))).sharing_buffers(15, 20),
    )
    .await;
}

async fn touching_appointments_are_legal<B: BookUnderTest>(book: &B) {
    recorded(book, &ten_to_eleven(1)).await;
    recorded(book, &AppointmentBuilder::new(2, from_to((11, 0), (12, 0)))).await;
    recorded(book, &AppointmentBuilder::new(3, from_to((9, 0), (10, 0)))).await;
    recorded(book, &ten_to_eleven(4).by(2)).await;
}

async fn one_taken_claim_refuses_the_whole_visit<B: BookUnderTest>(book: &B) {
    recorded(book, &ten_to_eleven(1).in_resource(1)).await;
    let same_room = ten_to_eleven(2).by(2).in_resource(1);
    assert_eq!(
        book.port().record(tenant(), taking(&same_room)).await,
        Err(RecordError::SlotTaken)
    );
    // Nothing of it was kept: staff 2 is still free.
    recorded(book, &ten_to_eleven(3).by(2).in_resource(2)).await;
}

async fn a_released_claim_is_free<B: BookUnderTest>(book: &B) {
    let held = recorded(book, &ten_to_eleven(1)).await;
    let fee = held.booking().price.charged();
    let cancelled = held.cancel(CancelledBy::Customer, fee, NOW).unwrap();
    book.port()
        .record(tenant(), decided(NOW).with(cancelled, ClaimChange::Release))
        .await
        .unwrap();
    recorded(book, &ten_to_eleven(2)).await;
}

async fn a_stale_change_leaves_no_trace<B: BookUnderTest>(book: &B) {
    let held = recorded(book, &ten_to_eleven(1)).await;
    let confirmed = held.clone().confirm(NOW).unwrap();
    book.port()
        .record(tenant(), decided(NOW).with(confirmed, ClaimChange::Keep))
        .await
        .unwrap();
    let late = held
        .cancel(CancelledBy::Business, ratiba_kernel::Money::kes_minor(0), NOW)
        .unwrap();
    let event = BookingEvent::HoldExpired {
        visit: visit(1),
        customer: super::customer(1),
    };
    let change = decided(NOW).with(late, ClaimChange::Release).telling(event);
    assert_eq!(
        book.port().record(tenant(), change).await,
        Err(RecordError::Stale)
    );
    let kept = book
        .port()
        .appointment(tenant(), appointment(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.state(), &State::Confirmed { at: NOW });
    assert_eq!(book.events(tenant()).await, vec![]);
    assert_eq!(
        book.port().record(tenant(), taking(&ten_to_eleven(2))).await,
        Err(RecordError::SlotTaken)
    );
}

async fn a_stale_head_leaves_no_trace<B: BookUnderTest>(book: &B) {
    let builder = ten_to_eleven(1);
    let held = recorded(book, &builder).await;
    let change = Change {
        head: Some(builder.head(NOW)),
        ..decided(NOW)
    };
    let change = change.with(held.confirm(NOW).unwrap(), ClaimChange::Keep);
    assert_eq!(
        book.port().record(tenant(), change).await,
        Err(RecordError::Stale)
    );
    let kept = book
        .port()
        .appointment(tenant(), appointment(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.version(), Version::NEW.next());
}

async fn a_change_is_recorded_once<B: BookUnderTest>(book: &B) {
    let change = taking(&ten_to_eleven(1));
    book.port().record(tenant(), change.clone()).await.unwrap();
    assert_eq!(
        book.port().record(tenant(), change).await,
        Err(RecordError::Stale)
    );
}

async fn a_hold_key_names_one_visit<B: BookUnderTest>(book: &B) {
    let key = HoldKey::parse("key-1").unwrap();
    assert_eq!(book.port().visit_of_key(tenant(), &key).await.unwrap(), None);
    recorded(book, &ten_to_eleven(1)).await;
    let found = book.port().visit_of_key(tenant(), &key).await.unwrap().unwrap();
    assert_eq!(found.head.id, visit(1));
    let other = AppointmentBuilder::new(2, from_to((14, 0), (15, 0)));
    let mut change = taking(&other);
    change.head = Some(crate::visit::VisitHead {
        hold_key: Some(key.clone()),
        ..other.head(NOW)
    });
    assert_eq!(
        book.port().record(tenant(), change).await,
        Err(RecordError::KeyUsed)
    );
    assert_eq!(book.port().visit(tenant(), visit(2)).await.unwrap(), None);
    assert_eq!(book.port().visit_of_key(tenants()[1], &key).await.unwrap(), None);
}

async fn what_was_ordered_with_a_key_is_remembered<B: BookUnderTest>(book: &B) {
    let ordered = Some(ratiba_kernel::Fingerprint::of("an order"));
    let plain = taking(&ten_to_eleven(1));
    // One that an import enters goes another way.
    let mut told = taking(&AppointmentBuilder::new(2, from_to((14, 0), (15, 0))));
    if let Some(head) = &mut told.head {
        head.reminded.extend(Reminder::ALL);
    }
    for (number, mut change) in [(1, plain), (2, told)] {
        if let Some(head) = &mut change.head {
            head.ordered = ordered;
        }
        book.port().record(tenant(), change).await.unwrap();
        let found = book.port().visit(tenant(), visit(number)).await.unwrap().unwrap();
        assert_eq!(found.head.ordered, ordered);
    }
}

async fn an_expired_hold_keeps_nobody_out<B: BookUnderTest>(book: &B) {
    recorded(book, &ten_to_eleven(1).in_resource(1)).await;
    recorded(book, &AppointmentBuilder::new(9, from_to((14, 0), (15, 0)))).await;
    let later = NOW + Duration::minutes(5);
    let builder = ten_to_eleven(2);
    let change = Change {
        head: Some(builder.head(later)),
        ..decided(later)
    };
    let change = change.with(builder.held(later), ClaimChange::Take);
    book.port().record(tenant(), change).await.unwrap();
    let ended = book
        .port()
        .appointment(tenant(), appointment(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(ended.state(), &State::Expired { at: later });
    let expired = BookingEvent::HoldExpired {
        visit: visit(1),
        customer: super::customer(1),
    };
    assert_eq!(book.events(tenant()).await, vec![expired], "told once");
    // The room is free again as well, and the hold that was in nobody's way was left to its own task.
    recorded_at(book, &ten_to_eleven(3).by(2).in_resource(1), later).await;
    let other = book
        .port()
        .appointment(tenant(), appointment(9))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(other.state().word(), "held");
}

async fn recorded_at<B: BookUnderTest>(book: &B, builder: &AppointmentBuilder, now: time::OffsetDateTime) {
    let change = Change {
        head: Some(builder.head(now)),
        ..decided(now)
    };
    book.port()
        .record(tenant(), change.with(builder.held(now), ClaimChange::Take))
        .await
        .unwrap();
}

async fn a_hold_keeps_others_out_until_its_deadline<B: BookUnderTest>(book: &B) {
    recorded(book, &ten_to_eleven(1)).await;
    let a_moment_before = NOW + Duration::minutes(5) - Duration::seconds(1);
    let builder = ten_to_eleven(2);
    let change = Change {
        head: Some(builder.head(a_moment_before)),
        ..decided(a_moment_before)
    };
    let change = change.with(builder.held(a_moment_before), ClaimChange::Take);
    assert_eq!(
        book.port().record(tenant(), change).await,
        Err(RecordError::SlotTaken)
    );
}

async fn an_expired_visit_takes_its_time_again_if_it_is_free<B: BookUnderTest>(book: &B) {
    let later = NOW + Duration::minutes(5);
    let held = recorded(book, &ten_to_eleven(1).in_resource(1)).await;
    let expired = held.expire(later).unwrap();
    book.port()
        .record(tenant(), decided(later).with(expired, ClaimChange::Release))
        .await
        .unwrap();
    let expired = book
        .port()
        .appointment(tenant(), appointment(1))
        .await
        .unwrap()
        .unwrap();
    let again = decided(later).with(expired.clone().take_again(later).unwrap(), ClaimChange::Take);
    book.port().record(tenant(), again).await.unwrap();
    let found = book
        .port()
        .appointment(tenant(), appointment(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.state(), &State::Confirmed { at: later });
    assert_eq!(found.booking().claims, expired.booking().claims);
    assert_eq!(
        book.port().record(tenant(), taking(&ten_to_eleven(2))).await,
        Err(RecordError::SlotTaken)
    );

    // Another one runs out, and somebody else is faster.
    let builder = AppointmentBuilder::new(3, from_to((12, 0), (13, 0)));
    let expired = recorded(book, &builder).await.expire(later).unwrap();
    book.port()
        .record(tenant(), decided(later).with(expired, ClaimChange::Release))
        .await
        .unwrap();
    recorded_at(
        book,
        &AppointmentBuilder::new(4, from_to((12, 30), (13, 0))),
        later,
    )
    .await;
    let expired = book
        .port()
        .appointment(tenant(), appointment(3))
        .await
        .unwrap()
        .unwrap();
    let again = decided(later).with(expired.take_again(later).unwrap(), ClaimChange::Take);
    assert_eq!(
        book.port().record(tenant(), again).await,
        Err(RecordError::SlotTaken)
    );
}

async fn reminders_and_loss_are_remembered<B: BookUnderTest>(book: &B) {
    recorded(book, &ten_to_eleven(1)).await;
    let mut head = book.port().visit(tenant(), visit(1)).await.unwrap().unwrap().head;
    head.reminded.extend(Reminder::ALL);
    head.lost_at = Some(NOW);
    head.accepted_by = Some(CancelledBy::Customer);
    let change = Change {
        head: Some(head.clone()),
        ..decided(NOW)
    };
    book.port().record(tenant(), change).await.unwrap();
    let found = book.port().visit(tenant(), visit(1)).await.unwrap().unwrap().head;
    assert_eq!(
        found,
        crate::visit::VisitHead {
            version: head.version.next(),
            ..head
        }
    );
}

async fn tenants_are_apart<B: BookUnderTest>(book: &B) {
    let [ours, theirs] = tenants();
    book.port().record(ours, taking(&ten_to_eleven(1))).await.unwrap();
    assert_eq!(
        book.port().appointment(theirs, appointment(1)).await.unwrap(),
        None
    );
    assert_eq!(book.port().visit(theirs, visit(1)).await.unwrap(), None);
    assert_eq!(
        book.port()
            .between(theirs, from_to((0, 0), (24, 0)), Wanted::first(10))
            .await
            .unwrap(),
        vec![]
    );
    // Another tenant's staff member of the same id is somebody else, and so is the same key.
    book.port()
        .record(theirs, taking(&ten_to_eleven(1)))
        .await
        .unwrap();
    let held = book
        .port()
        .appointment(ours, appointment(1))
        .await
        .unwrap()
        .unwrap();
    let change = decided(NOW).with(held.confirm(NOW).unwrap(), ClaimChange::Keep);
    book.port().record(ours, change).await.unwrap();
    let other = book
        .port()
        .appointment(theirs, appointment(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(other.state().word(), "held");
}

async fn a_visit_moves_on_with_each_of_its_parts<B: BookUnderTest>(book: &B) {
    let early = NOW - time::Duration::HOUR;
    let parts = [
        ten_to_eleven(1),
        AppointmentBuilder::new(2, from_to((14, 0), (15, 0))).of_visit(1),
    ];
    let mut change = decided(early);
    change.head = Some(parts[0].head(early));
    for part in &parts {
        change = change.with(part.held(early), ClaimChange::Take);
    }
    book.port().record(tenant(), change).await.unwrap();
    let known = async || book.port().visit(tenant(), visit(1)).await.unwrap().unwrap();
    let new = known().await;
    assert_eq!(
        new.head.version,
        Version::NEW.next(),
        "made at once, its parts with it"
    );
    let confirmed = new.appointments[1].clone().confirm(NOW).unwrap();
    let change = decided(NOW).with(confirmed, ClaimChange::Keep);
    book.port().record(tenant(), change).await.unwrap();
    let moved_on = known().await;
    assert_eq!(moved_on.head.version, new.head.version.next());
    // A change of the head that was decided on the visit of before is too late.
    let mut late = decided(NOW);
    late.head = Some(new.head);
    assert_eq!(
        book.port().record(tenant(), late).await.unwrap_err(),
        RecordError::Stale
    );
    // Whoever takes the time of a part whose hold ran out moves the visit on as well.
    let next = AppointmentBuilder::new(3, from_to((10, 0), (11, 0)));
    book.port().record(tenant(), taking(&next)).await.unwrap();
    assert_eq!(known().await.head.version, moved_on.head.version.next());
}

async fn appointments_between_are_sorted_and_overlap<B: BookUnderTest>(book: &B) {
    let times = [
        (3, (12, 0), (13, 0)),
        (1, (9, 0), (10, 0)),
        (2, (10, 0), (11, 0)),
        (4, (13, 0), (14, 0)),
    ];
    for (number, from, to) in times {
        recorded(book, &AppointmentBuilder::new(number, from_to(from, to))).await;
    }
    let found = book
        .port()
        .between(tenant(), from_to((9, 30), (13, 0)), Wanted::first(10))
        .await
        .unwrap();
    let ids: Vec<_> = found.iter().map(Appointment::id).collect();
    assert_eq!(ids, vec![appointment(1), appointment(2), appointment(3)]);
    // Two that begin at once, page by page.
    recorded(
        book,
        &AppointmentBuilder::new(5, from_to((10, 0), (10, 30))).by(2),
    )
    .await;
    let mut wanted = Wanted::first(2);
    let mut pages = Vec::new();
    loop {
        let range = from_to((9, 30), (13, 0));
        let page = book.port().between(tenant(), range, wanted).await.unwrap();
        let Some(last) = page.last() else { break };
        wanted.after = Some((last.booking().time.start(), last.id()));
        pages.push(page.iter().map(Appointment::id).collect::<Vec<_>>());
    }
    assert_eq!(
        pages,
        [
            vec![appointment(1), appointment(2)],
            vec![appointment(5), appointment(3)]
        ]
    );
    let of_two = Wanted {
        staff: Some(staff(2)),
        ..Wanted::first(10)
    };
    let found = book
        .port()
        .between(tenant(), from_to((0, 0), (24, 0)), of_two)
        .await;
    let ids: Vec<_> = found.unwrap().iter().map(Appointment::id).collect();
    assert_eq!(ids, [appointment(5)]);
}

async fn a_customers_upcoming_visits_are_those_that_stand_and_are_not_over<B: BookUnderTest>(book: &B) {
    let past = recorded(book, &AppointmentBuilder::new(1, from_to((9, 0), (10, 0)))).await;
    let ahead = recorded(book, &AppointmentBuilder::new(2, from_to((12, 0), (13, 0)))).await;
    let gone = recorded(book, &AppointmentBuilder::new(3, from_to((14, 0), (15, 0)))).await;
    let nothing = ratiba_kernel::Money::zero(gone.booking().price.charged().currency());
    let cancelled = gone
        .cancel(crate::appointment::CancelledBy::Customer, nothing, NOW)
        .unwrap();
    book.port()
        .record(tenant(), decided(NOW).with(cancelled, ClaimChange::Release))
        .await
        .unwrap();
    let from = past.booking().time.end();
    let found = book
        .port()
        .upcoming(tenant(), ahead.booking().customer, from)
        .await
        .unwrap();
    let ids: Vec<_> = found.iter().map(|visit| visit.head.id).collect();
    assert_eq!(ids, vec![ahead.booking().visit]);
    let stranger = ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(u128::MAX));
    assert_eq!(
        book.port().upcoming(tenant(), stranger, from).await.unwrap(),
        Vec::new()
    );
}
