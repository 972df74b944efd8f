//! From what the machine says to the message that goes out: words from the catalogue, choices as buttons or a list,
//! several thoughts of one turn in one message.

pub mod alert;
pub mod brief;
mod inquiry;
mod pair;
mod phrase;
mod present;
pub mod rail;
pub mod statement;
mod tip;
mod visits;

use std::fmt;

use ratiba_kernel::{Currency, Zone};
use time::{Date, OffsetDateTime};

use crate::desk::{Coming, Each, Menu, PayWay, PayWays, Profile, ServiceRef, Slot, Wanted};
use crate::machine::Meaning;
use crate::outgoing::{BODY_CHARACTERS_MAX, Purpose, cut};
use crate::texts::{Placeholder, Tongue, Values, format_date, format_when};
use crate::understanding::Language;

pub use phrase::{card_link, confirmed_paid, pay_by_card, phrase};
pub use present::{Presented, present};
pub use tip::{tip_failed, tip_offer};

/// What must be known to put something into words.
#[derive(Clone, Copy, Debug)]
pub struct Voice<'a> {
    /// The language that is answered in.
    pub tongue: Tongue,
    /// The names of services and people, and the zone.
    pub menu: &'a Menu,
    /// The business about itself.
    pub profile: &'a Profile,
    /// By what money is paid.
    pub ways: PayWays,
}

/// One choice, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it means when it comes back.
    pub meaning: Meaning,
    /// What stands on it.
    pub title: String,
    /// What stands under it, where the channel has room.
    pub description: Option<String>,
}

/// A page that something leads to, as it is shown where the channel has buttons for that.
#[derive(Clone, PartialEq, Eq)]
pub struct Page {
    /// The words, without the address.
    pub body: String,
    /// What stands on the button.
    pub label: String,
    /// The address.
    pub url: String,
}

/// Something to say, in words.
#[derive(Clone, PartialEq, Eq)]
pub struct Phrase {
    /// The words.
    pub body: String,
    /// The choices, in the order shown.
    pub choices: Vec<Choice>,
    /// What opens the choices where they are a list.
    pub list_button: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The way in which it asks for money, or invites to pay.
    pub asks: Option<PayWay>,
    /// The page that the words name by its address.
    pub page: Option<Page>,
    /// What may never change in the words, where all of that is known; without it they are never put differently.
    pub facts: Option<Vec<String>>,
}

impl fmt::Debug for Phrase {
    /// Leaves out the words, which may name people and numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Phrase")
            .field("choices", &self.choices.len())
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

impl Phrase {
    /// Words without choices.
    #[must_use]
    pub fn plain(body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            choices: Vec::new(),
            list_button: String::new(),
            purpose: Purpose::Answer,
            asks: None,
            page: None,
            facts: None,
        }
    }

    /// …in which nothing but these values says more than how it is put.
    #[must_use]
    pub fn with_facts(mut self, values: &Values) -> Self {
        self.facts = Some(values.all().map(str::to_owned).collect());
        self
    }

    /// …which asks for money in this way.
    #[must_use]
    pub const fn asking(mut self, way: PayWay) -> Self {
        self.asks = Some(way);
        self
    }

    /// …which leads to a page.
    #[must_use]
    pub fn leading_to(mut self, page: Page) -> Self {
        self.page = Some(page);
        self
    }

    /// …saying that no real money moves, where it asks for money and that is so. Whatever is sent passes here once. The
    /// words are cut before the notice would be.
    #[must_use]
    pub fn with_trial_notice(mut self, voice: &Voice<'_>) -> Self {
        if let Some(notice) = self.trial_notice(voice) {
            let room = BODY_CHARACTERS_MAX.saturating_sub(notice.chars().count() + 2);
            let with_notice = |body: &str| format!("{}\n\n{notice}", cut(body, room));
            self.body = with_notice(&self.body);
            if let Some(page) = &mut self.page {
                page.body = with_notice(&page.body);
            }
        }
        self
    }

    /// What says so, if this asks for money and no real money moves.
    #[must_use]
    pub fn trial_notice(&self, voice: &Voice<'_>) -> Option<String> {
        self.asks.filter(|way| voice.ways.is_trial(*way)).map(|_trial| {
            crate::texts::render(crate::texts::TextKey::SandboxNotice, voice.tongue, &Values::new())
        })
    }

    /// …with these choices.
    #[must_use]
    pub fn with_choices(mut self, choices: Vec<Choice>) -> Self {
        self.choices = choices;
        self
    }

    /// …which a list button of these words opens.
    #[must_use]
    pub fn opened_by(mut self, button: impl Into<String>) -> Self {
        self.list_button = button.into();
        self
    }

    /// …for this purpose.
    #[must_use]
    pub const fn for_purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
        self
    }

    /// Several thoughts as one message: the words one below the other, the last choices, the gravest purpose.
    #[must_use]
    pub fn join(phrases: Vec<Self>) -> Option<Self> {
        phrases.into_iter().reduce(|mut joined, next| {
            joined.body = format!("{}\n\n{}", joined.body, next.body);
            if !next.choices.is_empty() {
                joined.choices = next.choices;
                joined.list_button = next.list_button;
            }
            joined.purpose = graver(joined.purpose, next.purpose);
            joined.asks = next.asks.or(joined.asks);
            joined.facts = joined.facts.zip(next.facts).map(|(mut facts, more)| {
                facts.extend(more);
                facts
            });
            // The address stands among the words of all of them.
            joined.page = None;
            joined
        })
    }
}

const fn graver(one: Purpose, other: Purpose) -> Purpose {
    match (one, other) {
        (Purpose::AsksMoney, _) | (_, Purpose::AsksMoney) => Purpose::AsksMoney,
        (Purpose::Receipt, _) | (_, Purpose::Receipt) => Purpose::Receipt,
        (kept, _) => kept,
    }
}

impl Voice<'_> {
    fn zone(&self) -> &Zone {
        &self.menu.zone
    }

    /// What things here are sold in; shillings where nothing is sold.
    fn currency(&self) -> Currency {
        let first = self.menu.services.first();
        first.map_or(Currency::Kes, |service| service.price.currency())
    }

    fn language(&self) -> Language {
        match self.tongue {
            Tongue::English => Language::English,
            Tongue::Swahili => Language::Swahili,
        }
    }

    /// What is booked: the service's name, for how many, and with what right after it.
    #[must_use]
    pub fn service_name(&self, slot: &Slot) -> String {
        use crate::texts::TextKey;
        let name = || self.names_of(&slot.services());
        let key = match (slot.party.is_one(), slot.party.each, slot.party.coming) {
            (true, _, _) => return name(),
            (false, Each::All, Coming::Together) => TextKey::GroupTogether,
            (false, Each::All, Coming::InTurn) => TextKey::GroupInTurn,
            (false, Each::Own, Coming::Together) => TextKey::GroupEach,
            (false, Each::Own, Coming::InTurn) => TextKey::GroupEachInTurn,
        };
        let name = match slot.party.each {
            Each::All => name(),
            Each::Own => self.names_by_person(slot),
        };
        self.for_party(key, name, slot)
    }

    /// What each person gets, with who renders it: `Swedish massage (Wanjiru) + Facial (Achieng)`.
    fn names_by_person(&self, slot: &Slot) -> String {
        let parts = slot.parts().map(|part| {
            let name = self.name_of(part.service);
            match part.staff.and_then(|staff| self.menu.staff_member(staff)) {
                Some(member) => format!("{name} ({})", member.name),
                None => name,
            }
        });
        // In which order they were named is kept nowhere: the same visit is told in the same way each time.
        let mut parts: Vec<String> = parts.collect();
        parts.sort_unstable();
        parts.join(" + ")
    }

    /// The names of services that are rendered one after another.
    #[must_use]
    pub fn names_of(&self, services: &[ServiceRef]) -> String {
        let names: Vec<String> = services.iter().map(|service| self.name_of(*service)).collect();
        names.join(" + ")
    }

    fn for_party(&self, key: crate::texts::TextKey, name: String, slot: &Slot) -> String {
        let values = Values::new()
            .with(Placeholder::Service, name)
            .with(Placeholder::People, slot.party.people.to_string());
        crate::texts::render(key, self.tongue, &values)
    }

    /// A service's name; one that is sold no more has none.
    fn name_of(&self, service: ServiceRef) -> String {
        self.menu.service(service).map_or_else(
            || "…".to_owned(),
            |service| service.name_in(self.language()).to_owned(),
        )
    }

    /// Everybody who renders it, or the team where nobody is decided.
    #[must_use]
    pub fn staff_name(&self, slot: &Slot) -> String {
        let team = slot.team();
        let members = team.iter().filter_map(|staff| self.menu.staff_member(*staff));
        let mut names: Vec<&str> = members.map(|member| member.name.as_str()).collect();
        if !slot.party.is_one() {
            // Who of them serves whom is nowhere said: the same people are named in the same way each time.
            names.sort_unstable();
        }
        match names.split_last() {
            None => crate::texts::render(crate::texts::TextKey::StaffToBeNamed, self.tongue, &Values::new()),
            Some((last, [])) => (*last).to_owned(),
            Some((last, others)) => {
                let and = match self.tongue {
                    Tongue::English => "and",
                    Tongue::Swahili => "na",
                };
                format!("{} {and} {last}", others.join(", "))
            }
        }
    }

    /// An instant on both clocks.
    #[must_use]
    pub fn when(&self, instant: OffsetDateTime) -> String {
        format_when(instant, self.zone(), self.tongue)
    }

    /// A local time of day on both clocks.
    #[must_use]
    pub fn time_of_day(&self, instant: OffsetDateTime) -> String {
        crate::texts::format_time(self.zone().local(instant).time(), self.tongue)
    }

    /// A local time of day on the clock of hands, such as `2:00 pm`, for titles that have no room for both.
    #[must_use]
    pub fn clock(&self, instant: OffsetDateTime) -> String {
        let both = crate::texts::format_time(self.zone().local(instant).time(), Tongue::English);
        both.split(" (").next().unwrap_or_default().to_owned()
    }

    /// What was wanted, as it is repeated.
    #[must_use]
    pub fn wanted(&self, wanted: &Wanted) -> String {
        match wanted {
            Wanted::At(instant) => self.when(*instant),
            Wanted::Among(ranges) => {
                let days: Vec<Date> = ranges
                    .iter()
                    .map(|range| self.zone().date(range.start()))
                    .collect();
                match (days.first(), days.last()) {
                    (Some(first), Some(last)) if first != last => format!(
                        "{} – {}",
                        format_date(*first, self.tongue),
                        format_date(*last, self.tongue)
                    ),
                    (Some(day), _) => format_date(*day, self.tongue),
                    (None, _) => String::new(),
                }
            }
            Wanted::TimeOfDay(time) => crate::texts::format_time(*time, self.tongue),
        }
    }

    /// The values that say what, when, with whom and for how much.
    #[must_use]
    pub fn values_of(&self, slot: &Slot) -> Values {
        Values::new()
            .with(Placeholder::Business, self.profile.business_name.as_str())
            .with(Placeholder::Service, self.service_name(slot))
            .with(Placeholder::When, self.when(slot.starts_at))
            .with(Placeholder::Staff, self.staff_name(slot))
            .with(Placeholder::Price, slot.price.to_string())
            .with(Placeholder::Deposit, slot.due_now.to_string())
    }
}

#[cfg(test)]
mod tests;
