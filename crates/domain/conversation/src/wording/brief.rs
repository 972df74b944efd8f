//! The brief for the person who is called: what was said last, what is known, what was tried, what to do.
//!
//! Whatever the customer wrote is masked here: a brief travels to telephones of the business.

use time::OffsetDateTime;

use crate::customer::Customer;
use crate::desk::{Menu, ServiceRef};
use crate::machine::Stage;
use crate::outgoing::cut;
use crate::redact::redact;
use crate::texts::{Placeholder, TextKey, Tongue, Values, format_when, render};
use crate::thread::HandoffReason;
use crate::understanding::Language;

use super::alert::{OwnerNews, alert};

/// How many of the last words are shown.
pub const WORDS_SHOWN: usize = 5;
/// How much of each.
const WORDS_CHARACTERS: usize = 65;
/// How much of who they are and what they want.
const CUSTOMER_CHARACTERS: usize = 160;
/// How much of a colleague's name.
const NAME_CHARACTERS: usize = 20;

/// Who said something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The customer.
    Customer,
    /// The machine.
    Machine,
    /// Somebody of the business, as colleagues are shown them.
    Person(String),
}

/// Something that was said, in the words that were used.
#[derive(Clone, PartialEq, Eq)]
pub struct Utterance {
    /// When.
    pub at: OffsetDateTime,
    /// By whom.
    pub by: Speaker,
    /// The words, or what came in their place in brackets.
    pub words: String,
}

impl std::fmt::Debug for Utterance {
    /// Leaves out the words.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Utterance")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// What a person must know to go on.
#[derive(Clone, Copy, Debug)]
pub struct Brief<'a> {
    /// Why a person is wanted.
    pub reason: HandoffReason,
    /// Whose conversation it is.
    pub customer: &'a Customer,
    /// Where the dialogue stands.
    pub stage: &'a Stage,
    /// How many messages running were not understood.
    pub misunderstood: u8,
    /// What was said, oldest first.
    pub said: &'a [Utterance],
    /// The names of what is sold, and the zone; unknown where the desk may be what failed.
    pub menu: Option<&'a Menu>,
}

impl Brief<'_> {
    /// The call for a person.
    #[must_use]
    pub fn call(&self, tongue: Tongue) -> OwnerNews {
        let (reason, known) = (reason_word(self.reason, tongue), self.known(tongue));
        let body = render(TextKey::HandoffBrief, tongue, &self.values(tongue));
        alert(body, [reason, known.as_str(), next_step(self.reason, tongue)])
    }

    /// The same call again, after so many minutes.
    #[must_use]
    pub fn again(&self, minutes: i64, tongue: Tongue) -> OwnerNews {
        let values = Values::new().with(Placeholder::Minutes, minutes.to_string());
        let still = render(TextKey::HandoffStillWaits, tongue, &values);
        let call = self.call(tongue);
        let body = format!("{still}\n{}", call.phrase.body);
        let (reason, known) = (reason_word(self.reason, tongue), self.known(tongue));
        let waits = match tongue {
            Tongue::English => format!("still waits for a person: {reason}"),
            Tongue::Swahili => format!("bado anasubiri mtu: {reason}"),
        };
        alert(
            body,
            [waits.as_str(), known.as_str(), next_step(self.reason, tongue)],
        )
    }

    /// What somebody hears who takes the conversation over.
    #[must_use]
    pub fn yours(&self, tongue: Tongue) -> String {
        render(TextKey::HandoffYours, tongue, &self.values(tongue))
    }

    fn values(&self, tongue: Tongue) -> Values {
        Values::new()
            .with(Placeholder::Reason, reason_word(self.reason, tongue))
            .with(
                Placeholder::Customer,
                cut(&self.known(tongue), CUSTOMER_CHARACTERS),
            )
            .with(Placeholder::Tried, self.tried(tongue))
            .with(Placeholder::List, self.last_words(tongue))
            .with(Placeholder::NextStep, next_step(self.reason, tongue))
    }

    /// Name and number, what they want or have, and when.
    fn known(&self, tongue: Tongue) -> String {
        let (service, at) = subject(self.stage);
        let named = service.zip(self.menu).and_then(|(service, menu)| {
            let card = menu.service(service)?;
            Some(card.name_in(language_of(tongue)).to_owned())
        });
        let when = at
            .zip(self.menu)
            .map(|(at, menu)| format_when(at, &menu.zone, tongue));
        let parts = [Some(shown(self.customer)), named, when];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// How far the machine came.
    fn tried(&self, tongue: Tongue) -> String {
        let done = done_word(self.stage, tongue);
        match (self.misunderstood, tongue) {
            (0, _) => done.to_owned(),
            (count, Tongue::English) => format!("{done}; not understood {count} times"),
            (count, Tongue::Swahili) => format!("{done}; hakueleweka mara {count}"),
        }
    }

    fn last_words(&self, tongue: Tongue) -> String {
        let skipped = self.said.len().saturating_sub(WORDS_SHOWN);
        let lines = self.said.iter().skip(skipped).map(|said| {
            let words = redact(&said.words);
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            format!("{}: {}", speaker(&said.by, tongue), cut(&words, WORDS_CHARACTERS))
        });
        let lines = lines.collect::<Vec<_>>().join("\n");
        if lines.is_empty() { "–".to_owned() } else { lines }
    }
}

/// A customer's name and number, as people of the business are shown them.
#[must_use]
pub fn shown(customer: &Customer) -> String {
    let phone = customer.phone.as_ref().map(ratiba_kernel::PhoneNumber::e164);
    let known: Vec<&str> = [customer.name.as_deref(), phone.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    if known.is_empty() {
        "–".to_owned()
    } else {
        known.join(", ")
    }
}

fn speaker(by: &Speaker, tongue: Tongue) -> String {
    let word = match (by, tongue) {
        (Speaker::Customer, Tongue::English) => "Customer",
        (Speaker::Customer, Tongue::Swahili) => "Mteja",
        (Speaker::Machine, Tongue::English) => "Assistant",
        (Speaker::Machine, Tongue::Swahili) => "Msaidizi",
        (Speaker::Person(name), _) => return cut(name, NAME_CHARACTERS),
    };
    word.to_owned()
}

const fn language_of(tongue: Tongue) -> Language {
    match tongue {
        Tongue::English => Language::English,
        Tongue::Swahili => Language::Swahili,
    }
}

/// What the dialogue is about, and when that is, as far as it is known.
fn subject(stage: &Stage) -> (Option<ServiceRef>, Option<OffsetDateTime>) {
    match stage {
        Stage::Open => (None, None),
        Stage::Gathering { draft, .. } | Stage::Choosing { draft, .. } | Stage::MovingWhich { draft, .. } => {
            (draft.service(), None)
        }
        Stage::Confirming { slot, .. }
        | Stage::Adding { slot, .. }
        | Stage::AskingPayer { slot, .. }
        | Stage::Booked { slot, .. }
        | Stage::Cancelling { slot, .. } => (Some(slot.service), Some(slot.starts_at)),
        Stage::Paying { owed, .. } => (Some(owed.slot.service), Some(owed.slot.starts_at)),
        Stage::Moving { moving, .. } => (Some(moving.slot.service), Some(moving.slot.starts_at)),
    }
}

const fn done_word(stage: &Stage, tongue: Tongue) -> &'static str {
    match (stage, tongue) {
        (Stage::Open, Tongue::English) => "nothing is under way",
        (Stage::Open, Tongue::Swahili) => "hakuna kilichoanza",
        (Stage::Gathering { .. }, Tongue::English) => "asked for the service or the time",
        (Stage::Gathering { .. }, Tongue::Swahili) => "ameulizwa huduma au muda",
        (Stage::Choosing { .. }, Tongue::English) => "offered times",
        (Stage::Choosing { .. }, Tongue::Swahili) => "amepewa nafasi za kuchagua",
        (Stage::Confirming { .. }, Tongue::English) => "proposed a time, waits for a yes",
        (Stage::Confirming { .. }, Tongue::Swahili) => "amependekezewa muda, inasubiriwa ndiyo",
        (Stage::Adding { .. }, Tongue::English) => "offered something that goes with it",
        (Stage::Adding { .. }, Tongue::Swahili) => "amependekezewa huduma ya pamoja",
        (Stage::AskingPayer { .. }, Tongue::English) => "asked whose phone pays",
        (Stage::AskingPayer { .. }, Tongue::Swahili) => "ameulizwa namba ya kulipa",
        (Stage::Paying { .. }, Tongue::English) => "held the time and asked for money",
        (Stage::Paying { .. }, Tongue::Swahili) => "nafasi imeshikwa na malipo yameombwa",
        (Stage::Booked { .. }, Tongue::English) => "booked the visit",
        (Stage::Booked { .. }, Tongue::Swahili) => "miadi imewekwa",
        (Stage::Cancelling { .. }, Tongue::English) => "asked whether to cancel",
        (Stage::Cancelling { .. }, Tongue::Swahili) => "ameulizwa kama afute miadi",
        (Stage::MovingWhich { .. } | Stage::Moving { .. }, Tongue::English) => "was moving a visit",
        (Stage::MovingWhich { .. } | Stage::Moving { .. }, Tongue::Swahili) => "miadi ilikuwa inahamishwa",
    }
}

const fn reason_word(reason: HandoffReason, tongue: Tongue) -> &'static str {
    match (reason, tongue) {
        (HandoffReason::Asked, Tongue::English) => "asked for one",
        (HandoffReason::Asked, Tongue::Swahili) => "ameomba",
        (HandoffReason::NotUnderstood, Tongue::English) => "not understood three times",
        (HandoffReason::NotUnderstood, Tongue::Swahili) => "hakueleweka mara tatu",
        (HandoffReason::OutsideCohort, Tongue::English) => "not invited yet",
        (HandoffReason::OutsideCohort, Tongue::Swahili) => "bado hajaalikwa",
        (HandoffReason::Money, Tongue::English) => "a question about money",
        (HandoffReason::Money, Tongue::Swahili) => "swali la pesa",
        (HandoffReason::BeyondMachine, Tongue::English) => "wants what the assistant cannot do",
        (HandoffReason::BeyondMachine, Tongue::Swahili) => "anataka kisichowezekana kwa msaidizi",
        (HandoffReason::MachineFailed, Tongue::English) => "the assistant failed to answer",
        (HandoffReason::MachineFailed, Tongue::Swahili) => "msaidizi ameshindwa kujibu",
        (HandoffReason::Angry, Tongue::English) => "is angry",
        (HandoffReason::Angry, Tongue::Swahili) => "amekasirika",
        (HandoffReason::SecretPasted, Tongue::English) => "pasted the number of a card or an identity",
        (HandoffReason::SecretPasted, Tongue::Swahili) => "ametuma namba ya kadi au ya kitambulisho",
        (HandoffReason::Emergency, Tongue::English) => "URGENT: wrote of danger or a threat",
        (HandoffReason::Emergency, Tongue::Swahili) => "HARAKA: ameandika kuhusu hatari au tishio",
        (HandoffReason::TurnCount, Tongue::English) => "many messages and no end",
        (HandoffReason::TurnCount, Tongue::Swahili) => "ujumbe mwingi bila mwisho",
        (HandoffReason::CostCeiling, Tongue::English) => "the assistant may spend no more on it",
        (HandoffReason::CostCeiling, Tongue::Swahili) => "msaidizi amefikia kikomo cha gharama",
    }
}

const fn next_step(reason: HandoffReason, tongue: Tongue) -> &'static str {
    match (reason, tongue) {
        (HandoffReason::Money, Tongue::English) => "look at the payment, then answer",
        (HandoffReason::Money, Tongue::Swahili) => "angalia malipo, kisha mjibu",
        (HandoffReason::Emergency, Tongue::English) => "call them now",
        (HandoffReason::Emergency, Tongue::Swahili) => "mpigie sasa hivi",
        (HandoffReason::SecretPasted, Tongue::English) => "ask for nothing secret; answer what they want",
        (HandoffReason::SecretPasted, Tongue::Swahili) => "usiulize cha siri; mjibu anachotaka",
        (
            HandoffReason::Asked
            | HandoffReason::NotUnderstood
            | HandoffReason::OutsideCohort
            | HandoffReason::BeyondMachine
            | HandoffReason::MachineFailed
            | HandoffReason::Angry
            | HandoffReason::TurnCount
            | HandoffReason::CostCeiling,
            Tongue::English,
        ) => "answer in the chat or call",
        (
            HandoffReason::Asked
            | HandoffReason::NotUnderstood
            | HandoffReason::OutsideCohort
            | HandoffReason::BeyondMachine
            | HandoffReason::MachineFailed
            | HandoffReason::Angry
            | HandoffReason::TurnCount
            | HandoffReason::CostCeiling,
            Tongue::Swahili,
        ) => "mjibu kwenye chat au mpigie",
    }
}

#[cfg(test)]
mod tests;
