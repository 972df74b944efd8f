//! The promises of the book about new visits, moves and the setup that they were decided on.

#![expect(clippy::unwrap_used, reason = "a broken promise ends the test")]

use time::Duration;

use super::builders::{AppointmentBuilder, NOW, appointment, decided, from_to, visit};
use super::contracts::{BookUnderTest, recorded, taking, ten_to_eleven, tenant};
use crate::appointment::{Appointment, CancelledBy, ChangedBy, State, Version, What};
use crate::engagement::sorted;
use crate::event::{BookingEvent, BookingTask, Due};
use crate::ports::{Change, ClaimChange, RecordError, Wanted};
use crate::visit::HoldKey;

pub(super) async fn everything<B: BookUnderTest>(fresh: &impl AsyncFn() -> B) {
    a_visit_of_several_parts_is_recorded_whole_or_not_at_all(&fresh().await).await;
    a_used_key_is_told_before_a_taken_time(&fresh().await).await;
    nobody_unknown_is_booked(&fresh().await).await;
    what_was_decided_on_an_old_setup_is_refused(&fresh().await).await;
    a_pending_request_keeps_its_time(&fresh().await).await;
    a_move_frees_the_old_time_only_if_it_wins_the_new_one(&fresh().await).await;
    a_move_changes_everything_that_was_agreed(&fresh().await).await;
    parts_of_one_change_may_change_places(&fresh().await).await;
    a_move_ends_an_expired_hold_in_its_way(&fresh().await).await;
    a_stale_move_leaves_no_trace(&fresh().await).await;
    the_history_of_an_appointment_says_what_became_of_it_and_who_wanted_it(&fresh().await).await;
}

async fn the_history_of_an_appointment_says_what_became_of_it_and_who_wanted_it<B: BookUnderTest>(book: &B) {
    let history = async || book.port().history(tenant(), appointment(1)).await.unwrap();
    assert_eq!(history().await, []);
    let first = Change {
        by: ChangedBy::Customer,
        ..taking(&ten_to_eleven(1))
    };
    book.port().record(tenant(), first).await.unwrap();
    // What keeps its time, what takes another and what gives it up are written in ways of their own.
    let later = |minutes| NOW + Duration::minutes(minutes);
    let confirmed = find(book, 1).await.confirm(NOW).unwrap();
    let change = Change::at(NOW, ChangedBy::System);
    let change = change.with(confirmed, ClaimChange::Keep);
    book.port().record(tenant(), change).await.unwrap();
    let elsewhere = AppointmentBuilder::new(1, from_to((14, 0), (15, 0)));
    let there = moved(find(book, 1).await, &elsewhere);
    let change = Change::at(later(1), ChangedBy::person("admin:+254700000001"));
    let change = change.with(there, ClaimChange::Take);
    book.port().record(tenant(), change.clone()).await.unwrap();
    let stale = book.port().record(tenant(), change).await;
    assert_eq!(
        stale,
        Err(RecordError::Stale),
        "what is not recorded is not in it"
    );
    let zero = find(book, 1).await.booking().price.charged();
    let zero = ratiba_kernel::Money::zero(zero.currency());
    let cancelled = find(book, 1).await;
    let cancelled = cancelled.cancel(CancelledBy::Business, zero, later(2)).unwrap();
    let change = decided(later(2)).with(cancelled, ClaimChange::Release);
    book.port().record(tenant(), change).await.unwrap();
    let told = history().await;
    let shown: Vec<_> = told
        .iter()
        .map(|entry| {
            (
                entry.at,
                entry.by.clone(),
                entry.state.as_str(),
                entry.time.start(),
            )
        })
        .collect();
    let (ten, two) = (
        from_to((10, 0), (11, 0)).start(),
        from_to((14, 0), (15, 0)).start(),
    );
    let admin = ChangedBy::person("admin:+254700000001");
    assert_eq!(
        shown,
        [
            (NOW, Some(ChangedBy::Customer), "held", ten),
            (NOW, Some(ChangedBy::System), "confirmed", ten),
            (later(1), Some(admin), "confirmed", two),
            (later(2), Some(ChangedBy::System), "cancelled_by_business", two),
        ]
    );
    let what = |at: usize| told[at].what(at.checked_sub(1).map(|before| &told[before]));
    assert_eq!(
        [what(0), what(1), what(2), what(3)],
        [What::Booked, What::Became, What::Moved, What::Became]
    );
}

async fn find<B: BookUnderTest>(book: &B, number: u64) -> Appointment {
    let found = book.port().appointment(tenant(), appointment(number)).await;
    found.unwrap().unwrap()
}

/// The appointment as it was recorded, with what `other` books.
fn moved(recorded: Appointment, other: &AppointmentBuilder) -> Appointment {
    let mut booking = recorded.booking().clone();
    let wanted = other.booking(NOW);
    booking.time = wanted.time;
    booking.team = wanted.team;
    booking.claims = wanted.claims;
    let (id, state) = (recorded.id(), recorded.state().clone());
    let (actuals, version) = (recorded.actuals().clone(), recorded.version());
    Appointment::recorded(id, booking, state, actuals, version).unwrap()
}

async fn move_to<B: BookUnderTest>(
    book: &B,
    number: u64,
    to: &AppointmentBuilder,
) -> Result<(), RecordError> {
    let appointment = moved(find(book, number).await, to);
    let change = decided(NOW).with(appointment, ClaimChange::Take);
    book.port().record(tenant(), change).await
}

async fn a_visit_of_several_parts_is_recorded_whole_or_not_at_all<B: BookUnderTest>(book: &B) {
    let first = ten_to_eleven(1).in_resource(1).with_buffer_after(10);
    let mut second = AppointmentBuilder::new(2, from_to((11, 10), (12, 0)))
        .by(2)
        .held(NOW);
    let mut booking = second.booking().clone();
    booking.visit = visit(1);
    second = Appointment::hold(second.id(), booking, NOW + Duration::minutes(5));
    let event = BookingEvent::VisitConfirmed {
        visit: visit(1),
        customer: super::builders::customer(1),
    };
    let tasks = [5, 60].map(|minutes| Due {
        at: NOW + Duration::minutes(minutes),
        task: BookingTask::ExpireHold { visit: visit(1) },
    });
    let mut change = taking(&first)
        .with(second.clone(), ClaimChange::Take)
        .telling(event.clone());
    change.tasks = tasks.to_vec();
    // Somebody has the second part's staff member for a minute of it.
    let other = AppointmentBuilder::new(9, from_to((11, 59), (12, 30))).by(2);
    let in_the_way = recorded(book, &other).await;
    let refused = book.port().record(tenant(), change.clone()).await;
    assert_eq!(refused, Err(RecordError::SlotTaken));
    assert_eq!(book.port().visit(tenant(), visit(1)).await.unwrap(), None);
    assert_eq!(
        (book.events(tenant()).await, book.tasks(tenant()).await),
        (vec![], vec![])
    );
    let gone = in_the_way
        .cancel(CancelledBy::Business, first.booking(NOW).deposit, NOW)
        .unwrap();
    let release = decided(NOW).with(gone, ClaimChange::Release);
    book.port().record(tenant(), release).await.unwrap();
    book.port().record(tenant(), change).await.unwrap();
    let found = book.port().visit(tenant(), visit(1)).await.unwrap().unwrap();
    let parts = vec![first.held(NOW).at_next_version(), second.at_next_version()];
    assert_eq!(found.appointments, parts);
    assert_eq!(book.events(tenant()).await, vec![event]);
    assert_eq!(book.tasks(tenant()).await, tasks);
}

async fn a_used_key_is_told_before_a_taken_time<B: BookUnderTest>(book: &B) {
    recorded(book, &ten_to_eleven(1)).await;
    let mut change = taking(&ten_to_eleven(2));
    if let Some(head) = &mut change.head {
        head.hold_key = HoldKey::parse("key-1").ok();
    }
    let refused = book.port().record(tenant(), change.clone()).await;
    assert_eq!(refused, Err(RecordError::KeyUsed));
    // Nothing was claimed for it either where the time is free.
    let other = AppointmentBuilder::new(2, from_to((14, 0), (15, 0)));
    let change = Change {
        appointments: taking(&other).appointments,
        ..change
    };
    let refused = book.port().record(tenant(), change).await;
    assert_eq!(refused, Err(RecordError::KeyUsed));
    recorded(book, &AppointmentBuilder::new(3, from_to((14, 0), (15, 0)))).await;
}

async fn nobody_unknown_is_booked<B: BookUnderTest>(book: &B) {
    let builder = ten_to_eleven(1);
    let mut change = taking(&builder);
    let stranger = super::builders::customer(77);
    if let Some(head) = &mut change.head {
        head.customer = stranger;
    }
    let mut booking = builder.booking(NOW);
    booking.customer = stranger;
    let held = Appointment::hold(appointment(1), booking, NOW + Duration::minutes(5));
    change.appointments.clear();
    let change = change.with(held, ClaimChange::Take);
    let refused = book.port().record(tenant(), change).await;
    assert_eq!(refused, Err(RecordError::UnknownCustomer));
    recorded(book, &ten_to_eleven(2)).await;
}

async fn what_was_decided_on_an_old_setup_is_refused<B: BookUnderTest>(book: &B) {
    let setup = Some(book.setup(tenant()).await);
    let current = Change {
        setup,
        ..taking(&ten_to_eleven(1))
    };
    book.port().record(tenant(), current).await.unwrap();
    book.change_setup(tenant()).await;
    for buffers in [None, Some((5, 5))] {
        let builder = AppointmentBuilder::new(2, from_to((14, 0), (15, 0)));
        let builder = buffers.map_or(builder.clone(), |(before, after)| {
            builder.sharing_buffers(before, after)
        });
        let old = Change {
            setup,
            ..taking(&builder)
        };
        let refused = book.port().record(tenant(), old).await;
        assert_eq!(refused, Err(RecordError::SetupChanged));
    }
    assert_ne!(Some(book.setup(tenant()).await), setup);
    let anew = Change {
        setup: Some(book.setup(tenant()).await),
        ..taking(&AppointmentBuilder::new(2, from_to((14, 0), (15, 0))))
    };
    book.port().record(tenant(), anew).await.unwrap();
}

/// A24: the second of two pending requests for one time could not be made.
async fn a_pending_request_keeps_its_time<B: BookUnderTest>(book: &B) {
    for (number, outcome) in [(1, Ok(())), (2, Err(RecordError::SlotTaken))] {
        let builder = ten_to_eleven(number);
        let until = NOW + Duration::hours(24);
        let request = Appointment::request(appointment(number), builder.booking(NOW), until);
        let change = Change {
            head: Some(builder.head(NOW)),
            ..decided(NOW + Duration::hours(23))
        };
        let change = change.with(request, ClaimChange::Take);
        assert_eq!(book.port().record(tenant(), change).await, outcome);
    }
    assert_eq!(find(book, 1).await.state().word(), "requested");
}

async fn a_move_frees_the_old_time_only_if_it_wins_the_new_one<B: BookUnderTest>(book: &B) {
    let first = ten_to_eleven(1).in_resource(1);
    recorded(book, &first).await;
    recorded(book, &AppointmentBuilder::new(2, from_to((12, 0), (13, 0)))).await;
    let lost = AppointmentBuilder::new(1, from_to((12, 30), (13, 30))).in_resource(1);
    assert_eq!(move_to(book, 1, &lost).await, Err(RecordError::SlotTaken));
    assert_eq!(find(book, 1).await, first.held(NOW).at_next_version());
    let refused = book.port().record(tenant(), taking(&ten_to_eleven(3))).await;
    assert_eq!(refused, Err(RecordError::SlotTaken), "the old time is kept");

    // To a time that overlaps its own, and away from there.
    let later = AppointmentBuilder::new(1, from_to((10, 30), (11, 30))).in_resource(1);
    move_to(book, 1, &later).await.unwrap();
    recorded(
        book,
        &AppointmentBuilder::new(4, from_to((9, 30), (10, 30))).in_resource(1),
    )
    .await;
    let refused = book.port().record(tenant(), taking(&ten_to_eleven(5))).await;
    assert_eq!(refused, Err(RecordError::SlotTaken), "the new time is kept");
}

async fn a_move_changes_everything_that_was_agreed<B: BookUnderTest>(book: &B) {
    recorded(book, &ten_to_eleven(1)).await;
    let to = AppointmentBuilder::new(1, from_to((14, 0), (15, 30)))
        .by(2)
        .in_resource(2);
    let appointment = moved(find(book, 1).await, &to);
    let change = decided(NOW).with(appointment.clone(), ClaimChange::Take);
    book.port().record(tenant(), change).await.unwrap();
    let found = find(book, 1).await;
    assert_eq!(found, appointment.at_next_version());
    assert_eq!(found.version(), Version::NEW.next().next());
    assert_eq!(
        book.port()
            .visit(tenant(), visit(1))
            .await
            .unwrap()
            .unwrap()
            .appointments,
        [found]
    );
    let before = book
        .port()
        .between(tenant(), from_to((10, 0), (11, 0)), Wanted::first(50))
        .await;
    assert_eq!(before.unwrap(), vec![]);
}

async fn parts_of_one_change_may_change_places<B: BookUnderTest>(book: &B) {
    let (early, late) = (from_to((10, 0), (11, 0)), from_to((11, 0), (12, 0)));
    recorded(book, &AppointmentBuilder::new(1, early)).await;
    recorded(book, &AppointmentBuilder::new(2, late)).await;
    let change = decided(NOW)
        .with(
            moved(find(book, 1).await, &AppointmentBuilder::new(1, late)),
            ClaimChange::Take,
        )
        .with(
            moved(find(book, 2).await, &AppointmentBuilder::new(2, early)),
            ClaimChange::Take,
        );
    book.port().record(tenant(), change).await.unwrap();
    assert_eq!(find(book, 1).await.booking().time, late);
    assert_eq!(find(book, 2).await.booking().time, early);
    assert_eq!(
        find(book, 2).await.booking().claims,
        sorted(find(book, 2).await.booking().claims.clone())
    );
}

async fn a_move_ends_an_expired_hold_in_its_way<B: BookUnderTest>(book: &B) {
    recorded(book, &AppointmentBuilder::new(2, from_to((14, 0), (15, 0)))).await;
    let deadline = NOW + Duration::minutes(5);
    let held = recorded(book, &ten_to_eleven(1)).await;
    let confirmed = decided(NOW).with(held.confirm(NOW).unwrap(), ClaimChange::Keep);
    book.port().record(tenant(), confirmed).await.unwrap();
    let to = AppointmentBuilder::new(1, from_to((14, 30), (15, 30)));
    for (at, outcome) in [
        (deadline - Duration::SECOND, Err(RecordError::SlotTaken)),
        (deadline, Ok(())),
    ] {
        let change = decided(at).with(moved(find(book, 1).await, &to), ClaimChange::Take);
        assert_eq!(book.port().record(tenant(), change).await, outcome);
    }
    assert_eq!(find(book, 2).await.state(), &State::Expired { at: deadline });
    let told = BookingEvent::HoldExpired {
        visit: visit(2),
        customer: super::builders::customer(1),
    };
    assert_eq!(book.events(tenant()).await, vec![told]);
}

async fn a_stale_move_leaves_no_trace<B: BookUnderTest>(book: &B) {
    let held = recorded(book, &ten_to_eleven(1)).await;
    let confirmed = decided(NOW).with(held.clone().confirm(NOW).unwrap(), ClaimChange::Keep);
    book.port().record(tenant(), confirmed).await.unwrap();
    let to = AppointmentBuilder::new(1, from_to((14, 0), (15, 0)));
    let late = decided(NOW).with(moved(held, &to), ClaimChange::Take);
    assert_eq!(book.port().record(tenant(), late).await, Err(RecordError::Stale));
    recorded(book, &AppointmentBuilder::new(2, from_to((14, 0), (15, 0)))).await;
    let refused = book.port().record(tenant(), taking(&ten_to_eleven(3))).await;
    assert_eq!(refused, Err(RecordError::SlotTaken));
}
