//! What a book promises about appointments that change their time.

#![expect(clippy::unwrap_used, reason = "a broken promise ends the test")]

use super::builders::{AppointmentBuilder, NOW, appointment, decided, from_to, visit};
use super::contracts::{BookUnderTest, recorded, taking, ten_to_eleven, tenant};
use ratiba_kernel::Money;

use crate::appointment::{Appointment, Discount, DiscountAmount, DiscountSource, Placement, StaffChoice};
use crate::policy::Rounding;
use crate::ports::{ClaimChange, RecordError};

/// An appointment as the builder says that it should be from now on.
fn moved(from: &Appointment, to: &AppointmentBuilder) -> Appointment {
    let booking = to.booking(NOW);
    let placement = Placement {
        time: booking.time,
        team: booking.team,
        choice: StaffChoice::Requested,
        claims: booking.claims,
    };
    from.clone().reschedule(placement, NOW).unwrap()
}

async fn found<B: BookUnderTest>(book: &B, number: u64) -> Appointment {
    let id = appointment(number);
    book.port().appointment(tenant(), id).await.unwrap().unwrap()
}

pub(super) async fn a_move_is_read_back<B: BookUnderTest>(book: &B) {
    let before = recorded(book, &ten_to_eleven(1).in_resource(1)).await;
    let to = AppointmentBuilder::new(1, from_to((14, 0), (15, 0)))
        .by(2)
        .in_resource(2);
    let after = moved(&before, &to);
    let change = decided(NOW).with(after.clone(), ClaimChange::Take);
    book.port().record(tenant(), change).await.unwrap();
    assert_eq!(found(book, 1).await, after.at_next_version());
    // Old staff, room and time are free again, the new ones are not.
    recorded(book, &ten_to_eleven(2).in_resource(1)).await;
    let refused = book
        .port()
        .record(
            tenant(),
            taking(&AppointmentBuilder::new(3, from_to((14, 30), (15, 30))).by(2)),
        )
        .await;
    assert_eq!(refused, Err(RecordError::SlotTaken));
}

pub(super) async fn the_old_time_is_free_only_if_the_new_one_is_won<B: BookUnderTest>(book: &B) {
    let before = recorded(book, &ten_to_eleven(1)).await;
    recorded(book, &AppointmentBuilder::new(2, from_to((14, 0), (15, 0)))).await;
    let to = AppointmentBuilder::new(1, from_to((14, 30), (15, 30)));
    let change = decided(NOW).with(moved(&before, &to), ClaimChange::Take);
    let refused = book.port().record(tenant(), change).await;
    assert_eq!(refused, Err(RecordError::SlotTaken));
    assert_eq!(found(book, 1).await, before);
    let refused = book.port().record(tenant(), taking(&ten_to_eleven(3))).await;
    assert_eq!(refused, Err(RecordError::SlotTaken), "it keeps its old time");
    // A move by half its length meets only itself.
    let near = AppointmentBuilder::new(1, from_to((10, 30), (11, 30)));
    let change = decided(NOW).with(moved(&before, &near), ClaimChange::Take);
    book.port().record(tenant(), change).await.unwrap();
}

pub(super) async fn a_price_is_read_back<B: BookUnderTest>(book: &B) {
    let sources = [
        DiscountSource::Hand {
            by: "token:7".to_owned(),
        },
        DiscountSource::Promotion(ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(7))),
        DiscountSource::Package(ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(8))),
    ];
    let mut known = recorded(book, &ten_to_eleven(1)).await.confirm(NOW).unwrap();
    for (source, off) in sources.into_iter().zip([10_000, 20_050, 350_000]) {
        let discount = Discount {
            amount: DiscountAmount::Flat(Money::kes_minor(off)),
            rate: (off == 20_050).then_some(ratiba_kernel::BasisPoints::new(573)),
            reason: "a friend of the house".to_owned(),
            source,
        };
        let price = known
            .booking()
            .price
            .with_discount(Some(discount), Rounding::Exact)
            .unwrap();
        let cheaper = known.reprice(price).unwrap();
        let change = decided(NOW).with(cheaper.clone(), ClaimChange::Keep);
        book.port().record(tenant(), change).await.unwrap();
        known = found(book, 1).await;
        assert_eq!(known, cheaper.at_next_version());
    }
    let list = known
        .booking()
        .price
        .with_discount(None, Rounding::Exact)
        .unwrap();
    let change = decided(NOW).with(known.reprice(list).unwrap(), ClaimChange::Keep);
    book.port().record(tenant(), change).await.unwrap();
    assert_eq!(found(book, 1).await.booking().price.discount_source(), None);
}

pub(super) async fn visits_that_nobody_came_to_are_counted<B: BookUnderTest>(book: &B) {
    let (early, late) = (
        ten_to_eleven(1),
        AppointmentBuilder::new(1, from_to((11, 0), (12, 0))),
    );
    let second = Appointment::hold(
        appointment(2),
        late.booking(NOW),
        NOW + time::Duration::minutes(5),
    );
    let change = taking(&early).with(second, ClaimChange::Take);
    book.port().record(tenant(), change).await.unwrap();
    recorded(book, &AppointmentBuilder::new(3, from_to((14, 0), (15, 0)))).await;
    let whose = found(book, 1).await.booking().customer;
    let missed = async || book.port().no_shows(tenant(), whose).await.unwrap();
    assert_eq!(missed().await, 0);
    for (number, expected) in [(1, 1), (2, 1), (3, 2)] {
        let fee = Money::kes_minor(0);
        let marked = found(book, number)
            .await
            .confirm(NOW)
            .unwrap()
            .no_show(fee, NOW)
            .unwrap();
        let change = decided(NOW).with(marked, ClaimChange::Release);
        book.port().record(tenant(), change).await.unwrap();
        assert_eq!(missed().await, expected, "visits are counted, not their parts");
    }
    let stranger = ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(u128::MAX));
    assert_eq!(book.port().no_shows(tenant(), stranger).await.unwrap(), 0);
}

pub(super) async fn two_parts_may_change_places<B: BookUnderTest>(book: &B) {
    let (early, late) = (
        ten_to_eleven(1),
        AppointmentBuilder::new(1, from_to((11, 0), (12, 0))),
    );
    let second = Appointment::hold(
        appointment(2),
        late.booking(NOW),
        NOW + time::Duration::minutes(5),
    );
    let change = taking(&early).with(second, ClaimChange::Take);
    book.port().record(tenant(), change).await.unwrap();
    let change = decided(NOW)
        .with(moved(&found(book, 1).await, &late), ClaimChange::Take)
        .with(moved(&found(book, 2).await, &early), ClaimChange::Take);
    book.port().record(tenant(), change).await.unwrap();
    let both = book.port().visit(tenant(), visit(1)).await.unwrap().unwrap();
    let ids: Vec<_> = both.appointments.iter().map(Appointment::id).collect();
    assert_eq!(ids, [appointment(2), appointment(1)]);
}
