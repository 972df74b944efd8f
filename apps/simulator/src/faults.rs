//! What is made to go wrong, and for which request.
//!
//! Rules wait in one queue. An event (a request to a provider, or a delivery by one) takes the first rule
//! that names its target and, if the rule says so, its phone; a rule is used up after `count` events.

use serde::{Deserialize, Serialize};

mod queue;

pub(crate) use self::queue::FaultQueue;
pub use self::queue::{FaultRefused, FaultRequest, FaultRule};

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Target {
    /// A send to the WhatsApp API.
    #[serde(rename = "whatsapp.send")]
    WhatsAppSend,
    /// The upload of a file.
    #[serde(rename = "whatsapp.media")]
    WhatsAppMedia,
    /// The webhook of an inbound message.
    #[serde(rename = "whatsapp.webhook")]
    WhatsAppWebhook,
    /// The webhook of a message's status.
    #[serde(rename = "whatsapp.status")]
    WhatsAppStatus,
    /// A request for an access token.
    #[serde(rename = "daraja.token")]
    DarajaToken,
    /// An STK push.
    #[serde(rename = "daraja.push")]
    DarajaPush,
    /// An STK query.
    #[serde(rename = "daraja.query")]
    DarajaQuery,
    /// The callback of an STK push.
    #[serde(rename = "daraja.callback")]
    DarajaCallback,
    /// Naming the addresses of payments by hand.
    #[serde(rename = "daraja.register")]
    DarajaRegister,
    /// A request to reverse a payment.
    #[serde(rename = "daraja.reversal")]
    DarajaReversal,
    /// A request for the status of a transaction.
    #[serde(rename = "daraja.status")]
    DarajaStatus,
    /// The result of a reversal or of a question for a status, and the notice that it took too long.
    #[serde(rename = "daraja.result")]
    DarajaResult,
    /// The question whether a payment by hand may be made.
    #[serde(rename = "daraja.validation")]
    DarajaValidation,
    /// The confirmation of a payment by hand, or of a push if those are confirmed too.
    #[serde(rename = "daraja.confirmation")]
    DarajaConfirmation,
    /// A request for PesaPal's access token.
    #[serde(rename = "pesapal.token")]
    PesapalToken,
    /// Registering an address for notices, and listing them.
    #[serde(rename = "pesapal.register")]
    PesapalRegister,
    /// A new card order.
    #[serde(rename = "pesapal.submit")]
    PesapalSubmit,
    /// A question for the status of a card order.
    #[serde(rename = "pesapal.status")]
    PesapalStatus,
    /// A request to refund a card order.
    #[serde(rename = "pesapal.refund")]
    PesapalRefund,
    /// A request to cancel a card order.
    #[serde(rename = "pesapal.cancel")]
    PesapalCancel,
    /// The notice that a card order changed.
    #[serde(rename = "pesapal.ipn")]
    PesapalIpn,
    /// A batch of earnings for payroll.
    #[serde(rename = "payroll.push")]
    PayrollPush,
    /// Whatever payroll is asked for.
    #[serde(rename = "payroll.read")]
    PayrollRead,
}

impl Target {
    /// True for what the provider sends by itself, false for what it is asked.
    pub(crate) fn is_delivery(self) -> bool {
        match self {
            Self::WhatsAppWebhook
            | Self::WhatsAppStatus
            | Self::DarajaCallback
            | Self::DarajaResult
            | Self::DarajaValidation
            | Self::DarajaConfirmation
            | Self::PesapalIpn => true,
            Self::WhatsAppSend
            | Self::WhatsAppMedia
            | Self::DarajaToken
            | Self::DarajaPush
            | Self::DarajaQuery
            | Self::DarajaRegister
            | Self::DarajaReversal
            | Self::DarajaStatus
            | Self::PesapalToken
            | Self::PesapalRegister
            | Self::PesapalSubmit
            | Self::PesapalStatus
            | Self::PesapalRefund
            | Self::PesapalCancel
            | Self::PayrollPush
            | Self::PayrollRead => false,
        }
    }

    /// True for what Safaricom is asked.
    fn asks_daraja(self) -> bool {
        match self {
            Self::DarajaToken
            | Self::DarajaPush
            | Self::DarajaQuery
            | Self::DarajaRegister
            | Self::DarajaReversal
            | Self::DarajaStatus => true,
            Self::WhatsAppWebhook
            | Self::WhatsAppStatus
            | Self::WhatsAppSend
            | Self::WhatsAppMedia
            | Self::DarajaCallback
            | Self::DarajaResult
            | Self::DarajaValidation
            | Self::DarajaConfirmation
            | Self::PesapalIpn
            | Self::PesapalToken
            | Self::PesapalRegister
            | Self::PesapalSubmit
            | Self::PesapalStatus
            | Self::PesapalRefund
            | Self::PesapalCancel
            | Self::PayrollPush
            | Self::PayrollRead => false,
        }
    }

    /// True for what PesaPal is asked.
    fn asks_pesapal(self) -> bool {
        match self {
            Self::PesapalToken
            | Self::PesapalRegister
            | Self::PesapalSubmit
            | Self::PesapalStatus
            | Self::PesapalRefund
            | Self::PesapalCancel => true,
            Self::WhatsAppWebhook
            | Self::WhatsAppStatus
            | Self::WhatsAppSend
            | Self::WhatsAppMedia
            | Self::DarajaToken
            | Self::DarajaPush
            | Self::DarajaQuery
            | Self::DarajaRegister
            | Self::DarajaReversal
            | Self::DarajaStatus
            | Self::DarajaCallback
            | Self::DarajaResult
            | Self::DarajaValidation
            | Self::DarajaConfirmation
            | Self::PesapalIpn
            | Self::PayrollPush
            | Self::PayrollRead => false,
        }
    }
}

/// A documented or recorded oddity of a body that is otherwise right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// Numbers are written as text and digits in text as numbers, in the whole body.
    Numbers,
    /// Daraja answers HTTP 200 with an error object whose message is empty.
    EmptyMessage,
    /// A callback's `Balance` has a number.
    BalanceValue,
    /// A callback's `Balance` has the textual `{Amount=…}` value.
    BalanceText,
    /// A callback does not say who paid.
    NoPhone,
    /// A callback has the number with its middle starred out, as text.
    MaskedPhone,
    /// A confirmation has a digest in place of the number.
    HashedPhone,
    /// A callback's items come in another order, with one of an unknown name among them.
    Shuffled,
    /// A result's list has one entry and is that entry instead of a list.
    OneObject,
    /// A result's parameters have no values, except for the first.
    MissingValue,
    /// A confirmation comes without the account that the customer typed.
    NoReference,
    /// PesaPal's `error` is an object of nulls.
    NullError,
    /// PesaPal's `error` is absent.
    NoError,
    /// The order is paid just before it is cancelled, and the cancellation is acknowledged all the same.
    PaidMeanwhile,
}

impl Variant {
    /// True if bodies of this target have the oddity.
    pub(crate) fn fits(self, target: Target) -> bool {
        match self {
            Self::Numbers => {
                target.asks_daraja()
                    || target.asks_pesapal()
                    || matches!(
                        target,
                        Target::DarajaCallback | Target::DarajaResult | Target::DarajaConfirmation
                    )
            }
            Self::EmptyMessage => target.asks_daraja(),
            Self::BalanceValue | Self::BalanceText | Self::NoPhone | Self::MaskedPhone | Self::Shuffled => {
                target == Target::DarajaCallback
            }
            Self::HashedPhone | Self::NoReference => target == Target::DarajaConfirmation,
            Self::OneObject | Self::MissingValue => target == Target::DarajaResult,
            Self::NullError | Self::NoError => target.asks_pesapal(),
            Self::PaidMeanwhile => target == Target::PesapalCancel,
        }
    }
}

/// What goes wrong.
///
/// "Request" means something the provider is asked (send, token, push, query); "delivery" means something it
/// sends by itself (webhook, status, callback).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// A request is worked on at once and answered `ms` milliseconds later; a delivery leaves that much later.
    Delay {
        /// Milliseconds of real time.
        ms: u64,
    },
    /// A request takes effect, or a delivery is sent, `times` times more than it should.
    Repeat {
        /// How many times more.
        times: u32,
    },
    /// A delivery is held back until the next one of the same target has gone.
    Reorder,
    /// A request's connection is dropped before anything is done; a delivery never leaves and is not retried.
    Lose,
    /// The body is cut in half. The signature of a webhook covers the whole body, unless `signed`.
    Corrupt {
        /// Sign the damaged body, so that it verifies and still cannot be read.
        signed: bool,
    },
    /// A request is answered so and nothing is done; a delivery counts as answered so and does not leave now.
    Error {
        /// HTTP status of the answer.
        status: u16,
        /// Body of the answer, verbatim.
        body: String,
    },
    /// The provider refuses in its own words: an error of the request; a `failed` status; a `ResultCode` in
    /// the callback or result, whatever happened to the money. At a reversal a code without dots is what
    /// becomes of it: it is accepted, and fails so. At PesaPal's status a single digit is the `status_code`
    /// that is told, whatever the truth is.
    Code {
        /// The provider's code, such as `131047`, `500.001.1001` or `1032`.
        code: String,
        /// Its text; the usual one if absent.
        message: Option<String>,
        /// HTTP status; the usual one if absent. Gateways differ.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// A page of HTML with status 403, as firewalls in front of providers answer.
    Html403,
    /// An empty answer with a status of the 5xx kind.
    Empty5xx {
        /// HTTP status, 503 if not said.
        status: u16,
    },
    /// A page of HTML with a status of the 5xx kind, as content networks answer for what they cannot reach.
    Html5xx {
        /// HTTP status, 502 if not said.
        status: u16,
    },
    /// Status 429, and nothing is done.
    #[serde(rename = "too_many")]
    TooMany,
    /// All is as it should be, in a shape that is rarer but just as good.
    Shape {
        /// Which.
        variant: Variant,
    },
    /// The work is done and the answer never arrives.
    AnswerLost,
}

impl Fault {
    /// The kind, as the control API names it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Delay { .. } => "delay",
            Self::Repeat { .. } => "repeat",
            Self::Reorder => "reorder",
            Self::Lose => "lose",
            Self::Corrupt { .. } => "corrupt",
            Self::Error { .. } => "error",
            Self::Code { .. } => "code",
            Self::Html403 => "html403",
            Self::Empty5xx { .. } => "empty5xx",
            Self::Html5xx { .. } => "html5xx",
            Self::TooMany => "too_many",
            Self::Shape { .. } => "shape",
            Self::AnswerLost => "answer_lost",
        }
    }
}

#[cfg(test)]
mod tests;
