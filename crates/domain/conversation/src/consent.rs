//! Consent: what was agreed to or withdrawn, who may be talked to, and what may be sent to whom.
//!
//! Records are append-only proof; the customer row carries the standing that they add up to. Consent is
//! checked when a message is sent, not only when it is decided.

use std::fmt;

use ratiba_kernel::Id;
use time::OffsetDateTime;

use crate::channel::Channel;
use crate::customer::{Customer, CustomerId};
use crate::outgoing::Purpose;

/// The identity of one consent record.
pub type ConsentId = Id<ConsentRecord>;

/// The version of our own texts that explain what is agreed to; raised whenever their meaning changes.
pub const WORDING_VERSION: &str = "2026-11";

/// What consent is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentPurpose {
    /// Talking about and serving bookings.
    Service,
    /// Offers and news.
    Marketing,
    /// Use of masked transcripts to measure and improve the machine.
    Evaluation,
}

impl ConsentPurpose {
    /// The name that rows use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Marketing => "marketing",
            Self::Evaluation => "evaluation",
        }
    }
}

/// Which way it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentAction {
    /// Agreed.
    Given,
    /// Withdrawn.
    Withdrawn,
}

impl ConsentAction {
    /// The name that rows use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// One thing that a customer agreed to or withdrew, word for word.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentRecord {
    /// Ours.
    pub id: ConsentId,
    /// Who.
    pub customer: CustomerId,
    /// What it is about.
    pub purpose: ConsentPurpose,
    /// Which way.
    pub action: ConsentAction,
    /// The customer's own words, which are the proof.
    pub wording: String,
    /// The version of our texts that they answer.
    pub wording_version: String,
    /// Where it was said.
    pub channel: Channel,
    /// When it was said.
    pub at: OffsetDateTime,
}

impl fmt::Debug for ConsentRecord {
    /// Leaves out the words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentRecord")
            .field("id", &self.id)
            .field("customer", &self.customer)
            .field("purpose", &self.purpose)
            .field("action", &self.action)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// The longest wording that is kept; who stops us with a novel has stopped us as well.
const WORDING_CHARACTERS_MAX: usize = 300;

impl ConsentRecord {
    /// What a customer said about being written to, in the words used.
    #[must_use]
    pub fn of_words(
        id: ConsentId,
        customer: CustomerId,
        action: ConsentAction,
        words: &str,
        channel: Channel,
        at: OffsetDateTime,
    ) -> Self {
        Self {
            id,
            customer,
            purpose: ConsentPurpose::Service,
            action,
            wording: words
                .chars()
                .filter(|c| !c.is_control())
                .take(WORDING_CHARACTERS_MAX)
                .collect(),
            wording_version: WORDING_VERSION.to_owned(),
            channel,
            at,
        }
    }
}

/// Whom the machine serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CohortMode {
    /// Only invited customers; everybody else is left to a person.
    InvitedOnly,
    /// Everybody who writes.
    Everyone,
}

/// Who answers a customer's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// The machine.
    Machine,
    /// A person: the customer is outside of the cohort.
    PersonOnly,
}

/// Who answers this customer.
#[must_use]
pub const fn admission(mode: CohortMode, customer: &Customer) -> Admission {
    match (mode, customer.in_cohort) {
        (CohortMode::InvitedOnly, false) => Admission::PersonOnly,
        (CohortMode::InvitedOnly, true) | (CohortMode::Everyone, true | false) => Admission::Machine,
    }
}

/// Why a message is not sent although it was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Withheld {
    /// The recipient opted out, and no booking strictly needs this message.
    #[error("the recipient opted out")]
    OptedOut,
}

/// Whether a message that was decided at `decided_at` may go to this customer now.
///
/// After an opt-out only what an existing booking strictly needs is sent: receipts and reminders, and
/// answers to what the customer wrote since. An answer that was still under way when the customer opted out
/// belongs to the dialogue that ended, and so does a request for money.
///
/// # Errors
/// [`Withheld::OptedOut`].
pub fn may_send(customer: &Customer, purpose: Purpose, decided_at: OffsetDateTime) -> Result<(), Withheld> {
    let Some(opted_out_at) = customer.opted_out_at else {
        return Ok(());
    };
    match purpose {
        Purpose::Receipt | Purpose::Reminder | Purpose::Digest | Purpose::Alert | Purpose::News => Ok(()),
        Purpose::Answer | Purpose::AsksMoney if decided_at >= opted_out_at => Ok(()),
        Purpose::Answer | Purpose::AsksMoney | Purpose::Offer | Purpose::Marketing => Err(Withheld::OptedOut),
    }
}

#[cfg(test)]
mod tests;
