//! Why an attempt failed, in classes that a customer's next step follows from. The provider's codes are
//! translated by its adapter; the code itself is kept beside the class.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::Duration;

/// Why an attempt brought no money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// The payer has not enough money, overdraft included.
    InsufficientFunds,
    /// The amount is below or above what the provider moves at once.
    AmountOutsideLimits,
    /// The payer's limit for the day would be passed.
    DailyLimit,
    /// The business's own account can take no more.
    ReceiverFull,
    /// The same amount from the same payer came moments ago, and the provider takes it for a mistake.
    RepeatedTooSoon,
    /// The provider was busy.
    SystemBusy,
    /// The payer has another session with the provider open.
    PayerBusy,
    /// The prompt ran out.
    Expired,
    /// The prompt could not be shown.
    PromptNotDelivered,
    /// The payer said no, or let the prompt run out on the handset.
    DeclinedByPayer,
    /// The handset did not answer.
    Unreachable,
    /// The PIN was wrong.
    WrongPin,
    /// The payer's PIN is blocked; the provider's customer service unblocks it.
    PinBlocked,
    /// The provider refuses the business's set-up. The operator must act.
    Misconfigured,
    /// The provider refused this number or this request as invalid.
    RequestRefused,
    /// The provider was not reached, so nothing was asked of the payer.
    ProviderUnavailable,
    /// The card was refused, or whatever else the payer tried on the provider's page.
    CardRefused,
}

/// What helps after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// The same again.
    TryAgain,
    /// The same again, after a while.
    TryAgainLater,
    /// Another number, a top-up, or cash.
    OtherNumberOrCash,
    /// Nothing: the time stays held until its deadline, and the customer may ask for a prompt.
    HoldKept,
    /// Open the SIM toolkit, unlock the phone, then try again.
    CheckHandset,
    /// A person of the business takes it from here.
    AskPerson,
}

/// Whether a new prompt makes sense, and from when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// From so long after the failure.
    After(Duration),
    /// Not by this way: it would fail again.
    Pointless,
}

impl FailureReason {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::InsufficientFunds,
        Self::AmountOutsideLimits,
        Self::DailyLimit,
        Self::ReceiverFull,
        Self::RepeatedTooSoon,
        Self::SystemBusy,
        Self::PayerBusy,
        Self::Expired,
        Self::PromptNotDelivered,
        Self::DeclinedByPayer,
        Self::Unreachable,
        Self::WrongPin,
        Self::PinBlocked,
        Self::Misconfigured,
        Self::RequestRefused,
        Self::ProviderUnavailable,
        Self::CardRefused,
    ];

    /// The word for it in rows and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InsufficientFunds => "insufficient_funds",
            Self::AmountOutsideLimits => "amount_outside_limits",
            Self::DailyLimit => "daily_limit",
            Self::ReceiverFull => "receiver_full",
            Self::RepeatedTooSoon => "repeated_too_soon",
            Self::SystemBusy => "system_busy",
            Self::PayerBusy => "payer_busy",
            Self::Expired => "expired",
            Self::PromptNotDelivered => "prompt_not_delivered",
            Self::DeclinedByPayer => "declined_by_payer",
            Self::Unreachable => "unreachable",
            Self::WrongPin => "wrong_pin",
            Self::PinBlocked => "pin_blocked",
            Self::Misconfigured => "misconfigured",
            Self::RequestRefused => "request_refused",
            Self::ProviderUnavailable => "provider_unavailable",
            Self::CardRefused => "card_refused",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// What to offer the customer.
    #[must_use]
    pub const fn next_step(self) -> NextStep {
        match self {
            Self::WrongPin | Self::Expired | Self::PromptNotDelivered => NextStep::TryAgain,
            Self::RepeatedTooSoon | Self::SystemBusy | Self::PayerBusy | Self::ProviderUnavailable => {
                NextStep::TryAgainLater
            }
            Self::InsufficientFunds
            | Self::DailyLimit
            | Self::PinBlocked
            | Self::RequestRefused
            | Self::CardRefused => NextStep::OtherNumberOrCash,
            Self::DeclinedByPayer => NextStep::HoldKept,
            Self::Unreachable => NextStep::CheckHandset,
            Self::AmountOutsideLimits | Self::ReceiverFull | Self::Misconfigured => NextStep::AskPerson,
        }
    }

    /// Whether a new prompt makes sense, and how long after this failure.
    ///
    /// A refusal of one payer's number is worth another try, since the customer may name another number.
    #[must_use]
    pub const fn retry(self) -> Retry {
        match self {
            Self::RepeatedTooSoon | Self::SystemBusy => Retry::After(Duration::seconds(120)),
            Self::PayerBusy => Retry::After(Duration::seconds(60)),
            Self::InsufficientFunds
            | Self::DailyLimit
            | Self::Expired
            | Self::PromptNotDelivered
            | Self::DeclinedByPayer
            | Self::Unreachable
            | Self::WrongPin
            | Self::PinBlocked
            | Self::RequestRefused
            | Self::ProviderUnavailable
            | Self::CardRefused => Retry::After(Duration::ZERO),
            Self::AmountOutsideLimits | Self::ReceiverFull | Self::Misconfigured => Retry::Pointless,
        }
    }

    /// Whether the cause lies with the business's own set-up, so that the operator should know.
    #[must_use]
    pub const fn is_ours_to_fix(self) -> bool {
        match self.next_step() {
            NextStep::AskPerson => true,
            NextStep::TryAgain
            | NextStep::TryAgainLater
            | NextStep::OtherNumberOrCash
            | NextStep::HoldKept
            | NextStep::CheckHandset => false,
        }
    }
}

/// The provider's own code for an outcome, kept for the people who must talk to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ProviderCode(String);

impl ProviderCode {
    /// Keeps the first 32 characters that a code may have: letters, digits, dots, dashes, underscores.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        Self(text.chars().filter(plain).take(32).collect())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for ProviderCode {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<ProviderCode> for String {
    fn from(code: ProviderCode) -> Self {
        code.0
    }
}

impl fmt::Display for ProviderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
