//! Values that say only what matters to a test.

use ratiba_kernel::test_support::EPOCH;
use ratiba_kernel::{Id, Money, PhoneNumber};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::attempt::{Attempt, AttemptTerms, Provider};
use crate::evidence::{CallbackReport, CallbackVerdict};
use crate::failure::{FailureReason, ProviderCode};
use crate::payment::{Payment, Purpose};
use crate::reference::{ProviderIds, Receipt, RequestKey};
use crate::use_cases::PaymentOrder;
use crate::{CustomerId, VisitId};

/// So many whole shillings.
#[must_use]
pub const fn shillings(whole: i64) -> Money {
    Money::kes_minor(whole * 100)
}

/// So many seconds after the instant that tests count from.
#[must_use]
pub fn second(number: i64) -> OffsetDateTime {
    EPOCH + Duration::seconds(number)
}

/// The customer's handset, unless a test says otherwise.
///
/// # Panics
/// Never.
#[must_use]
pub fn asha() -> PhoneNumber {
    phone("+254700000123")
}

/// A handset.
///
/// # Panics
/// If the text is not a phone number.
#[must_use]
pub fn phone(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap_or_else(|_| panic!("not a phone number: {text}"))
}

/// A key of a request; equal texts are equal requests.
///
/// # Panics
/// If the text cannot be a key.
#[must_use]
pub fn key(text: &str) -> RequestKey {
    RequestKey::parse(text).unwrap_or_else(|_| panic!("not a key: {text}"))
}

/// Provider's ids of attempt number `number`.
///
/// # Panics
/// Never.
#[must_use]
pub fn provider_ids(number: u32) -> ProviderIds {
    let tracking = format!("ws_CO_{number}");
    let request = format!("5e1a-{number}");
    ProviderIds::new(&tracking, Some(&request)).unwrap_or_else(|_| panic!("malformed ids"))
}

/// Receipt number `number`.
///
/// # Panics
/// Never.
#[must_use]
pub fn receipt(number: u32) -> Receipt {
    Receipt::parse(&format!("TEC{number:07}")).unwrap_or_else(|_| panic!("malformed receipt"))
}

/// A callback that tells of money, as it should.
#[must_use]
pub fn paid(ids: ProviderIds, amount: Money, receipt: Receipt) -> CallbackReport {
    CallbackReport {
        ids,
        verdict: CallbackVerdict::Paid {
            amount,
            receipt,
            payer: None,
            at: Some(EPOCH),
        },
    }
}

/// A callback that tells of a failure.
#[must_use]
pub fn failed(ids: ProviderIds, reason: FailureReason) -> CallbackReport {
    CallbackReport {
        ids,
        verdict: CallbackVerdict::Failed {
            reason,
            code: ProviderCode::new("1032"),
        },
    }
}

/// A callback with a code that nobody knows.
#[must_use]
pub fn unrecognised(ids: ProviderIds) -> CallbackReport {
    CallbackReport {
        ids,
        verdict: CallbackVerdict::Unrecognised {
            code: ProviderCode::new("29"),
        },
    }
}

/// A deposit of 1,500 shillings, owed from second 0.
#[must_use]
pub fn a_payment() -> Payment {
    let id = Uuid::from_u128;
    Payment::owe(
        Id::from_uuid(id(1)),
        Id::from_uuid(id(2)),
        Id::from_uuid(id(3)),
        Purpose::Deposit,
        shillings(1_500),
        second(0),
    )
}

/// An attempt number `number` at [`a_payment`], on record at second 0 and not sent.
#[must_use]
pub fn an_attempt(number: u32) -> Attempt {
    let payment = a_payment();
    Attempt::create(AttemptTerms {
        id: Id::from_uuid(Uuid::from_u128(1_000 + u128::from(number))),
        payment: payment.id(),
        key: key(&format!("attempt-{number}")),
        provider: Provider::Mpesa,
        amount: payment.due(),
        payer: Some(asha()),
        by: None,
        ordered: None,
        created_at: second(0),
    })
}

/// The handset of a visit's customer: each visit has one of its own, since a number takes one prompt at a time.
///
/// # Panics
/// Never.
#[must_use]
pub fn handset_of(visit: VisitId) -> PhoneNumber {
    let number = visit.as_uuid().as_u128() % 1_000_000;
    phone(&format!("+254701{number:06}"))
}

/// An order for a deposit of 1,500 shillings.
#[must_use]
pub fn an_order(key_text: &str, visit: VisitId, customer: CustomerId) -> PaymentOrder {
    PaymentOrder {
        key: key(key_text),
        visit,
        customer,
        purpose: Purpose::Deposit,
        amount: shillings(1_500),
        payer: handset_of(visit),
    }
}
