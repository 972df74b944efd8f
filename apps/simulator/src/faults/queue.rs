//! The rules that wait for their event, and how they are asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Fault, Target, Variant};

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
    /// For `error`, `empty5xx` and `html5xx`; for `code` in place of the usual one.
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
    /// For `shape`.
    #[serde(default)]
    pub variant: Option<Variant>,
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

/// How often faults of a kind struck a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Struck {
    pub(crate) target: Target,
    pub(crate) kind: &'static str,
    pub(crate) times: u64,
}

/// The rules that wait for their event.
#[derive(Debug, Default)]
pub(crate) struct FaultQueue {
    rules: Vec<FaultRule>,
    last_id: u64,
    struck: BTreeMap<(Target, &'static str), u64>,
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
        *self.struck.entry((target, fault.name())).or_default() += 1;
        Some(fault)
    }

    pub(crate) fn list(&self) -> &[FaultRule] {
        &self.rules
    }

    /// What struck so far, whether or not its rule is still there.
    pub(crate) fn struck(&self) -> Vec<Struck> {
        let struck = self.struck.iter();
        let struck = struck.map(|((target, kind), times)| Struck {
            target: *target,
            kind,
            times: *times,
        });
        struck.collect()
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
            status: request.status,
        },
        "html403" => Fault::Html403,
        "empty5xx" => Fault::Empty5xx {
            status: request.status.unwrap_or(503),
        },
        "html5xx" => Fault::Html5xx {
            status: request.status.unwrap_or(502),
        },
        "too_many" => Fault::TooMany,
        "shape" => Fault::Shape {
            variant: request.variant.ok_or_else(|| missing("variant"))?,
        },
        "answer_lost" => Fault::AnswerLost,
        other => return Err(FaultRefused::UnknownKind(other.to_owned())),
    };
    in_range(&fault)?;
    if makes_sense(&fault, request.target) {
        Ok(fault)
    } else {
        Err(FaultRefused::Senseless {
            kind: request.kind.clone(),
        })
    }
}

fn in_range(fault: &Fault) -> Result<(), FaultRefused> {
    match fault {
        Fault::Error { status, .. }
        | Fault::Code {
            status: Some(status), ..
        } if !(100..=599).contains(status) => {
            Err(FaultRefused::OutOfRange("status must be between 100 and 599"))
        }
        Fault::Empty5xx { status } | Fault::Html5xx { status } if !(500..=599).contains(status) => {
            Err(FaultRefused::OutOfRange("status must be between 500 and 599"))
        }
        Fault::Delay { .. }
        | Fault::Repeat { .. }
        | Fault::Reorder
        | Fault::Lose
        | Fault::Corrupt { .. }
        | Fault::Error { .. }
        | Fault::Code { .. }
        | Fault::Html403
        | Fault::Empty5xx { .. }
        | Fault::Html5xx { .. }
        | Fault::TooMany
        | Fault::Shape { .. }
        | Fault::AnswerLost => Ok(()),
    }
}

fn makes_sense(fault: &Fault, target: Target) -> bool {
    match fault {
        Fault::Reorder => target.is_delivery(),
        Fault::Html403 | Fault::Empty5xx { .. } | Fault::Html5xx { .. } | Fault::TooMany => {
            !target.is_delivery()
        }
        // The message of a customer, a payment by hand and a notice carry no code of the provider.
        Fault::Code { .. } => !matches!(
            target,
            Target::WhatsAppWebhook
                | Target::DarajaValidation
                | Target::DarajaConfirmation
                | Target::PesapalIpn
        ),
        Fault::Shape { variant } => variant.fits(target),
        Fault::Delay { .. }
        | Fault::Repeat { .. }
        | Fault::Lose
        | Fault::Corrupt { .. }
        | Fault::Error { .. }
        | Fault::AnswerLost => true,
    }
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
