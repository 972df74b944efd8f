//! What is made to go wrong, and for which request.
//!
//! Rules wait in one queue. An event (a request to a provider, or a delivery by one) takes the first rule
//! that names its target and, if the rule says so, its phone; a rule is used up after `count` events.

use serde::{Deserialize, Serialize};

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Target {
    /// A send to the WhatsApp API.
    #[serde(rename = "whatsapp.send")]
    WhatsAppSend,
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
}

impl Target {
    /// True for what the provider sends by itself, false for what it is asked.
    pub(crate) fn is_delivery(self) -> bool {
        match self {
            Self::WhatsAppWebhook | Self::WhatsAppStatus | Self::DarajaCallback => true,
            Self::WhatsAppSend | Self::DarajaToken | Self::DarajaPush | Self::DarajaQuery => false,
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
    /// the callback, whatever happened to the money.
    Code {
        /// The provider's code, such as `131047`, `500.001.1001` or `1032`.
        code: String,
        /// Its text; the usual one if absent.
        message: Option<String>,
    },
    /// A page of HTML with status 403, as firewalls in front of providers answer.
    Html403,
    /// An empty answer with a status of the 5xx kind.
    Empty5xx {
        /// HTTP status, 503 if not said.
        status: u16,
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
            Self::AnswerLost => "answer_lost",
        }
    }
}

/// One rule of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FaultRule {
    /// Number of the rule, for lists and logs.
    pub id: u64,
    /// Where it strikes.
    pub target: Target,
    /// What goes wrong.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many more events it strikes.
    pub count: u32,
    /// Strikes events of this phone only.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// A rule as `POST /sim/faults` receives it: the kind and its parameters side by side.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRequest {
    /// Where it strikes.
    pub target: Target,
    /// Name of the kind, as in [`Fault`], in snake case.
    pub kind: String,
    /// How many events it strikes; 1 if not said.
    #[serde(default = "one")]
    pub count: u32,
    /// Strikes events of this phone only.
    #[serde(default, rename = "match")]
    pub phone: Option<String>,
    /// For `delay`.
    #[serde(default)]
    pub ms: Option<u64>,
    /// For `repeat`; 1 if not said.
    #[serde(default)]
    pub times: Option<u32>,
    /// For `error` and `empty5xx`.
    #[serde(default)]
    pub status: Option<u16>,
    /// For `error`; empty if not said. A JSON value that is not text is sent as JSON.
    #[serde(default)]
    pub body: Option<serde_json::Value>,
    /// For `code`; a number or text.
    #[serde(default)]
    pub code: Option<serde_json::Value>,
    /// For `code`.
    #[serde(default)]
    pub message: Option<String>,
    /// For `corrupt`; false if not said.
    #[serde(default)]
    pub signed: bool,
}

fn one() -> u32 {
    1
}

/// Why a rule was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultRefused {
    /// No fault has this name.
    #[error("there is no fault of kind {0:?}")]
    UnknownKind(String),
    /// The kind needs a parameter that is not there.
    #[error("a fault of kind {kind:?} needs {parameter:?}")]
    Missing {
        /// The kind.
        kind: String,
        /// What it needs.
        parameter: &'static str,
    },
    /// The kind has no meaning for that target.
    #[error("a fault of kind {kind:?} cannot strike this target")]
    Senseless {
        /// The kind.
        kind: String,
    },
    /// A status that HTTP does not have, or a count of nothing.
    #[error("{0}")]
    OutOfRange(&'static str),
}

/// The rules that wait for their event.
#[derive(Debug, Default)]
pub(crate) struct FaultQueue {
    rules: Vec<FaultRule>,
    last_id: u64,
}

impl FaultQueue {
    /// Takes a rule to the end of the queue and returns it as it is kept.
    pub(crate) fn add(&mut self, request: FaultRequest) -> Result<FaultRule, FaultRefused> {
        if request.count == 0 {
            return Err(FaultRefused::OutOfRange("count must be at least 1"));
        }
        let fault = understand(&request)?;
        self.last_id += 1;
        let rule = FaultRule {
            id: self.last_id,
            target: request.target,
            fault,
            count: request.count,
            // People write a number with its plus, the providers without.
            phone: request
                .phone
                .map(|phone| phone.trim_start_matches('+').to_owned()),
        };
        self.rules.push(rule.clone());
        Ok(rule)
    }

    /// The fault that strikes this event, if one does; it is used up by that.
    pub(crate) fn take(&mut self, target: Target, phone: &str) -> Option<Fault> {
        let fits = |rule: &FaultRule| {
            rule.target == target && rule.phone.as_deref().is_none_or(|wanted| wanted == phone)
        };
        let index = self.rules.iter().position(fits)?;
        let rule = self.rules.get_mut(index)?;
        let fault = rule.fault.clone();
        rule.count -= 1;
        if rule.count == 0 {
            self.rules.remove(index);
        }
        Some(fault)
    }

    pub(crate) fn list(&self) -> &[FaultRule] {
        &self.rules
    }

    /// Forgets one rule; false if there was none of that number.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|rule| rule.id != id);
        self.rules.len() != before
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }
}

fn understand(request: &FaultRequest) -> Result<Fault, FaultRefused> {
    let missing = |parameter| FaultRefused::Missing {
        kind: request.kind.clone(),
        parameter,
    };
    let fault = match request.kind.as_str() {
        "delay" => Fault::Delay {
            ms: request.ms.ok_or_else(|| missing("ms"))?,
        },
        "repeat" => Fault::Repeat {
            times: request.times.unwrap_or(1),
        },
        "reorder" => Fault::Reorder,
        "lose" => Fault::Lose,
        "corrupt" => Fault::Corrupt {
            signed: request.signed,
        },
        "error" => Fault::Error {
            status: request.status.ok_or_else(|| missing("status"))?,
            body: request.body.as_ref().map(plain).unwrap_or_default(),
        },
        "code" => Fault::Code {
            code: request.code.as_ref().map(plain).ok_or_else(|| missing("code"))?,
            message: request.message.clone(),
        },
        "html403" => Fault::Html403,
        "empty5xx" => Fault::Empty5xx {
            status: request.status.unwrap_or(503),
        },
        "answer_lost" => Fault::AnswerLost,
        other => return Err(FaultRefused::UnknownKind(other.to_owned())),
    };
    let sensible = match &fault {
        Fault::Reorder => request.target.is_delivery(),
        Fault::Html403 | Fault::Empty5xx { .. } => !request.target.is_delivery(),
        // The message of a customer carries no code of the provider.
        Fault::Code { .. } => request.target != Target::WhatsAppWebhook,
        Fault::Error { status, .. } if !(100..=599).contains(status) => {
            return Err(FaultRefused::OutOfRange("status must be between 100 and 599"));
        }
        Fault::Delay { .. }
        | Fault::Repeat { .. }
        | Fault::Lose
        | Fault::Corrupt { .. }
        | Fault::Error { .. }
        | Fault::AnswerLost => true,
    };
    match (&fault, sensible) {
        (Fault::Empty5xx { status }, _) if !(500..=599).contains(status) => {
            Err(FaultRefused::OutOfRange("status must be between 500 and 599"))
        }
        (_, true) => Ok(fault),
        (_, false) => Err(FaultRefused::Senseless {
            kind: request.kind.clone(),
        }),
    }
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
