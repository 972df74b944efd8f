use ratiba_conversation::channel::SenderKey;
use ratiba_conversation::delivery::{InboundRow, StatusRow};
use ratiba_kernel::test_support::{EPOCH, tenant};
use serde_json::json;

use super::*;

fn message(provider_id: &str) -> InboundRow {
    InboundRow {
        provider_id: provider_id.to_owned(),
        sender: SenderKey::parse("254700000001").unwrap(),
        sent_at: EPOCH,
        raw: json!({}),
    }
}

fn report(provider_id: &str, status: &str) -> StatusRow {
    StatusRow {
        provider_id: provider_id.to_owned(),
        status: status.to_owned(),
        callback_data: None,
        occurred_at: EPOCH,
        raw: json!({}),
    }
}

fn parcel() -> Parcel {
    Parcel {
        messages: vec![message("a"), message("b")],
        statuses: vec![report("a", "sent"), report("a", "read")],
    }
}

fn left_of(stored: &Stored, number: u64, mut parcel: Parcel) -> (usize, usize) {
    stored.leave_out(tenant(number), Channel::Whatsapp, &mut parcel);
    (parcel.messages.len(), parcel.statuses.len())
}

#[test]
fn what_is_on_record_is_left_out_and_nothing_else() {
    let stored = Stored::default();
    assert_eq!(left_of(&stored, 1, parcel()), (2, 2));
    let first = Parcel {
        messages: vec![message("a")],
        statuses: vec![report("a", "sent")],
    };
    stored.remember(tenant(1), Channel::Whatsapp, &first);
    assert_eq!(left_of(&stored, 1, parcel()), (1, 1));
    assert_eq!(
        left_of(&stored, 2, parcel()),
        (2, 2),
        "an id counts for one business"
    );
}

#[test]
fn the_oldest_are_forgotten_first() {
    let stored = Stored::default();
    for number in 0..=STORED_MAX {
        let one = Parcel {
            messages: vec![message(&number.to_string())],
            statuses: Vec::new(),
        };
        // Told twice, it takes one place.
        stored.remember(tenant(1), Channel::Whatsapp, &one);
        stored.remember(tenant(1), Channel::Whatsapp, &one);
    }
    let ends = Parcel {
        messages: vec![message("0"), message("1"), message(&STORED_MAX.to_string())],
        statuses: Vec::new(),
    };
    assert_eq!(left_of(&stored, 1, ends), (1, 0));
}

#[test]
fn an_address_is_believed_for_seconds() {
    let (routes, now) = (Routes::default(), Instant::now());
    routes.keep(Channel::Whatsapp, "number", tenant(1), now);
    assert_eq!(routes.find(Channel::Whatsapp, "number", now), Some(tenant(1)));
    assert_eq!(routes.find(Channel::Whatsapp, "another", now), None);
    assert_eq!(routes.find(Channel::Whatsapp, "number", now + ROUTE_LIFE), None);
}
