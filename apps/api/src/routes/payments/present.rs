//! A payment as the API shows it.

use ratiba_kernel::{Money, Zone};
use ratiba_payments::attempt::{Attempt, AttemptState};
use ratiba_payments::payment::PaymentRecord;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::dto::{Amount, Moment};

/// A payment.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Payment")]
pub struct PaymentAnswer {
    /// Its id.
    id: Uuid,
    /// The visit that owes it.
    visit_id: Uuid,
    /// Whose visit it is.
    customer_id: Uuid,
    /// `deposit`, `full` or `balance`.
    purpose: &'static str,
    /// `open`, `settled`, `credited` (all of it waits as the customer's credit), or `cancelled` (the visit is over).
    state: &'static str,
    /// Since when.
    state_at: Moment,
    /// What is or was owed.
    #[schemars(with = "Amount")]
    due: Money,
    /// What of it was received.
    #[schemars(with = "Amount")]
    paid: Money,
    /// What of that became the customer's credit.
    #[schemars(with = "Amount")]
    credited: Money,
    /// What the customer sees on the prompt, or types when paying by hand.
    account_reference: String,
    /// When it was first asked for.
    created_at: Moment,
    /// What was tried, oldest first.
    attempts: Vec<AttemptAnswer>,
    /// Moves on with the payment and with each of its attempts.
    version: i32,
}

/// One try at collecting a payment.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PaymentAttempt")]
struct AttemptAnswer {
    /// Its id.
    id: Uuid,
    /// Through whom: `mpesa`, `pesapal` (a card) or `cash`.
    provider: &'static str,
    /// How much was asked or received.
    #[schemars(with = "Amount")]
    amount: Money,
    /// What of that is a tip, which is no part of this payment.
    #[schemars(with = "Option<Amount>")]
    tip: Option<Money>,
    /// `created`, `sent`, `awaiting_customer`, `unknown` (queries run), `in_review` (a person has it), `paid`, `failed` or
    /// `cancelled`.
    state: &'static str,
    /// Since when.
    state_at: Moment,
    /// Why it failed, or why a person must look.
    reason: Option<&'static str>,
    /// The provider's own code for a failure.
    provider_code: Option<String>,
    /// What a final state rests on.
    evidence: Option<&'static str>,
    /// Why a person should look although the state stands.
    dispute: Option<&'static str>,
    /// The provider's number for the money.
    receipt: Option<String>,
    /// Whose phone was asked.
    phone: Option<String>,
    /// Who of the business asked or took it.
    by: Option<String>,
    /// When it was made.
    created_at: Moment,
    /// When it went to the provider.
    sent_at: Option<Moment>,
    /// Who ended it when it was in review.
    resolution: Option<ResolutionAnswer>,
}

/// Who ended an attempt that was in review, and why.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AttemptResolution")]
struct ResolutionAnswer {
    /// Who.
    by: String,
    /// Why, in their own words.
    reason: String,
    /// When.
    at: Moment,
}

impl PaymentAnswer {
    /// A payment as the tenant's clock shows it.
    #[must_use]
    pub fn of(record: &PaymentRecord, zone: &Zone) -> Self {
        let payment = &record.payment;
        Self {
            id: payment.id().as_uuid(),
            visit_id: payment.visit().as_uuid(),
            customer_id: payment.customer().as_uuid(),
            purpose: payment.purpose().as_str(),
            state: payment.state().as_str(),
            state_at: Moment::of(zone, payment.state_at()),
            due: payment.due(),
            paid: payment.paid(),
            credited: payment.credited(),
            account_reference: payment.account_reference().as_str().to_owned(),
            created_at: Moment::of(zone, payment.created_at()),
            attempts: record
                .attempts
                .iter()
                .map(|attempt| AttemptAnswer::of(attempt, zone))
                .collect(),
            version: payment.version(),
        }
    }
}

impl AttemptAnswer {
    fn of(attempt: &Attempt, zone: &Zone) -> Self {
        let (terms, progress) = (attempt.terms(), attempt.progress());
        let mut answer = Self {
            id: terms.id.as_uuid(),
            provider: terms.provider.as_str(),
            amount: terms.amount,
            tip: attempt.tip().and_then(|tip| tip.amount().ok()),
            state: progress.state.name().as_str(),
            state_at: Moment::of(zone, progress.state_at),
            reason: None,
            provider_code: None,
            evidence: None,
            dispute: progress.dispute.map(|why| why.as_str()),
            receipt: None,
            phone: terms.payer.as_ref().map(ratiba_kernel::PhoneNumber::e164),
            by: terms.by.as_ref().map(ToString::to_string),
            created_at: Moment::of(zone, terms.created_at),
            sent_at: progress.sent_at.map(|at| Moment::of(zone, at)),
            resolution: progress.resolved.as_ref().map(|resolved| ResolutionAnswer {
                by: resolved.by.to_string(),
                reason: resolved.why.to_string(),
                at: Moment::of(zone, resolved.at),
            }),
        };
        match &progress.state {
            AttemptState::InReview { why } => answer.reason = Some(why.as_str()),
            AttemptState::Paid { evidence, receipt } => {
                answer.evidence = Some(evidence.as_str());
                answer.receipt = receipt.as_ref().map(|receipt| receipt.as_str().to_owned());
            }
            AttemptState::Failed {
                reason,
                code,
                evidence,
            } => {
                answer.reason = Some(reason.as_str());
                answer.provider_code = code.as_ref().map(|code| code.as_str().to_owned());
                answer.evidence = Some(evidence.as_str());
            }
            AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::Cancelled => {}
        }
        answer
    }
}
