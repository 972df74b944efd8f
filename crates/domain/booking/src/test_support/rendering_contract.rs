//! The promises of a book about what becomes of an appointment.

#![expect(clippy::unwrap_used, reason = "a broken promise ends the test")]

use ratiba_kernel::Money;
use time::{Duration, OffsetDateTime};

use super::builders::{AppointmentBuilder, NOW, appointment, at, decided, from_to, staff};
use super::contracts::{BookUnderTest, recorded, ten_to_eleven, tenant};
use crate::appointment::{Appointment, CancelledBy, Correction, StaffNotes, Tip};
use crate::ports::{Change, ClaimChange, OpenMonth, RecordError};

async fn keep<B: BookUnderTest>(book: &B, changed: Appointment, now: OffsetDateTime) -> Appointment {
    let id = changed.id();
    book.port()
        .record(tenant(), decided(now).with(changed, ClaimChange::Keep))
        .await
        .unwrap();
    book.port().appointment(tenant(), id).await.unwrap().unwrap()
}

async fn completed<B: BookUnderTest>(book: &B) -> Appointment {
    let confirmed = recorded(book, &ten_to_eleven(1)).await.confirm(NOW).unwrap();
    let confirmed = keep(book, confirmed, NOW).await;
    let started = keep(book, confirmed.start(at(10, 3), at(10, 4)).unwrap(), at(10, 4)).await;
    keep(book, started.finish(at(11, 7), at(11, 8)).unwrap(), at(11, 8)).await
}

pub(super) async fn a_rendering_is_kept<B: BookUnderTest>(book: &B) {
    let done = completed(book).await;
    let correction = Correction {
        start: Some(at(10, 1)),
        end: None,
        tip: Some(Tip::new(Money::kes_minor(50_050)).unwrap()),
        notes: Some(StaffNotes::new("likes it warm").unwrap()),
    };
    let corrected = done.correct(correction, at(12, 0)).unwrap();
    let found = keep(book, corrected.clone(), at(12, 0)).await;
    assert_eq!(found, corrected.at_next_version());
    assert_eq!(found.actuals().end, Some(at(11, 7)));
}

pub(super) async fn a_frozen_month_refuses<B: BookUnderTest>(book: &B) {
    let done = completed(book).await;
    let tip = |minor| Correction {
        tip: Some(Tip::new(Money::kes_minor(minor)).unwrap()),
        ..Correction::default()
    };
    let guarded = |appointment: &Appointment, minor, member| {
        let month = OpenMonth {
            staff: staff(member),
            at: appointment.counts_at(),
        };
        let corrected = appointment.clone().correct(tip(minor), at(12, 0)).unwrap();
        let change = decided(at(12, 0)).with(corrected, ClaimChange::Keep);
        Change {
            open_months: vec![month],
            ..change
        }
    };
    book.port()
        .record(tenant(), guarded(&done, 100, 1))
        .await
        .unwrap();
    book.freeze_may(tenant()).await;
    let done = book
        .port()
        .appointment(tenant(), appointment(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        book.port().record(tenant(), guarded(&done, 200, 1)).await,
        Err(RecordError::MonthFrozen)
    );
    let kept = book
        .port()
        .appointment(tenant(), appointment(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept, done);
    // Somebody else's month is open, and so is the next one; by the local clock, not by UTC's.
    book.port()
        .record(tenant(), guarded(&done, 300, 2))
        .await
        .unwrap();
    let last_moment = time::macros::datetime!(2026-05-31 20:59:59 UTC);
    for (instant, expected) in [
        (last_moment, Err(RecordError::MonthFrozen)),
        (last_moment + Duration::seconds(1), Ok(())),
    ] {
        let month = OpenMonth {
            staff: staff(1),
            at: instant,
        };
        let change = Change {
            open_months: vec![month],
            ..decided(at(12, 0))
        };
        assert_eq!(book.port().record(tenant(), change).await, expected, "{instant}");
    }
}

pub(super) async fn every_state_is_read_back<B: BookUnderTest>(book: &B) {
    let fee = Money::kes_minor(1_200);
    let hour = |number: u64| {
        let from = i64::try_from(number).unwrap();
        AppointmentBuilder::new(number, from_to((from, 0), (from + 1, 0)))
    };
    let request = |number: u64| {
        let booking = hour(number).booking(NOW);
        Appointment::request(appointment(number), booking, NOW + Duration::hours(24))
    };
    let confirmed = |number: u64| hour(number).held(NOW).confirm(NOW).unwrap();
    let elsewhere = |number: u64| {
        let booking = hour(number).booking(NOW);
        crate::appointment::Placement {
            time: booking.time,
            team: booking.team,
            choice: booking.choice,
            claims: booking.claims,
        }
    };
    let late = NOW + Duration::hours(3);
    let states = vec![
        request(12).counter_offer(elsewhere(12), late, NOW).unwrap(),
        request(1),
        hour(2).held(NOW),
        confirmed(3),
        confirmed(4).check_in(NOW).unwrap(),
        confirmed(5).start(NOW, NOW).unwrap(),
        confirmed(6)
            .start(NOW - Duration::HOUR, NOW)
            .unwrap()
            .finish(NOW, NOW)
            .unwrap(),
        hour(7).held(NOW).expire(NOW + Duration::hours(1)).unwrap(),
        request(8).decline(NOW).unwrap(),
        confirmed(9).cancel(CancelledBy::Customer, fee, NOW).unwrap(),
        confirmed(10).cancel(CancelledBy::Business, fee, NOW).unwrap(),
        confirmed(11).no_show(fee, NOW).unwrap(),
    ];
    for (number, state) in [12].into_iter().chain(1..).zip(states) {
        let head = hour(number).head(NOW);
        let claims = if state.state().keeps_its_time() {
            ClaimChange::Take
        } else {
            ClaimChange::Release
        };
        let change = Change {
            head: Some(head),
            ..decided(NOW)
        };
        book.port()
            .record(tenant(), change.with(state.clone(), claims))
            .await
            .unwrap();
        let found = book
            .port()
            .appointment(tenant(), appointment(number))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found, state.at_next_version());
    }
}
