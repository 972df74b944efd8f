//! For the tests of everybody who plays a part in integrations.

mod contract;
mod fakes;

pub use contract::{HookStage, hook_book_contract};
pub use fakes::{FakeHooks, ScriptedCourier};

use std::collections::BTreeSet;

use ratiba_kernel::test_support::EPOCH;
use ratiba_kernel::{Fingerprint, Id, Sealed};

use crate::endpoint::{Endpoint, EndpointOrder, SecretOrder};
use crate::event::{EventName, Message};
use crate::safe::KeptSecret;

fn id<T>(lane: u64, number: u64) -> Id<T> {
    Id::from_uuid(number_of(lane, number))
}

fn number_of(lane: u64, number: u64) -> uuid::Uuid {
    uuid::Uuid::from_u64_pair((lane << 16) | 0x7000, 0x8000_0000_0000_0000 | number)
}

/// What an endpoint is to be that hears of bookings and cancellations.
#[must_use]
pub fn order() -> EndpointOrder {
    EndpointOrder {
        url: "https://hooks.example.com/ratiba".to_owned(),
        description: "The books".to_owned(),
        events: BTreeSet::from([EventName::AppointmentBooked, EventName::AppointmentCancelled]),
        is_on: true,
    }
}

/// An endpoint; equal numbers are equal endpoints.
#[must_use]
pub fn endpoint(number: u64) -> Endpoint {
    Endpoint::new(
        id(0xe0, number),
        order(),
        kept(7),
        secret_order(&format!("made {number}")),
        EPOCH,
    )
}

/// A secret as it is kept; equal numbers are equal secrets, and no key opens it.
#[must_use]
pub fn kept(number: u8) -> KeptSecret {
    KeptSecret::Sealed(Sealed {
        key: format!("k{number}"),
        nonce: [number; 12],
        ciphertext: vec![number; 48],
    })
}

/// An order for a secret under a key; equal keys are equal orders.
#[must_use]
pub fn secret_order(key: &str) -> SecretOrder {
    SecretOrder {
        key: Fingerprint::of(key),
        asked: Fingerprint::of("this"),
    }
}

/// A message about a booking; equal numbers are about the same.
#[must_use]
pub fn message(number: u64) -> Message {
    Message {
        event: id(0xe1, number),
        name: EventName::AppointmentBooked,
        occurred_at: EPOCH,
        body: format!(r#"{{"type":"appointment.booked","data":{{"number":{number}}}}}"#),
    }
}
