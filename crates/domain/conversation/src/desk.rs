//! What the conversation asks of the business, in its own words: what is sold, what is free, what is held,
//! what is owed. Booking and payments play these parts; neither knows these words.

use std::fmt;
use std::sync::OnceLock;

use ratiba_kernel::{Id, Money, PhoneNumber, TimeRange, Zone};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time};

use crate::customer::CustomerId;
use crate::inbound::InboundId;
use crate::personality::Personality;
use crate::understanding::{Context, Language, Lexicon, LexiconEntry, OpeningHours};

mod moves;
mod office;
mod party;
mod promotions;
mod statements;
mod tips;

pub use moves::{FeeFrom, MoveAnswer, MoveOffer, MoveOrder, MoveRequest, Told, VisitTerms};
pub use office::{
    ActOrder, Canceller, DayMoney, DayState, DayVisit, Earnings, EarningsLine, FoundCustomer, Refusal,
    RuleFault, StrayLetter,
};
pub use party::{Coming, Complement, ComplementRequest, Each, PARTS_MAX, PEOPLE_MAX, Part, Party};
pub use promotions::{PromotionCard, TakenOff};
pub use statements::{DisputeRef, DisputedLine, StatementCard, StatementLine, StatementRef, WaitingMonth};
pub use tips::{TIP_UNITS_MAX, TIP_UNITS_MIN, TIP_UNITS_SHOWN, TipAnswer, TipOrder};

/// Names one service of the business.
pub type ServiceRef = Id<ServiceCard>;
/// Names one person who renders services.
pub type StaffRef = Id<StaffCard>;
/// Names one visit: what was booked and is paid together.
pub type VisitRef = Id<VisitCard>;
/// Names one payment.
pub type PaymentRef = Id<PaymentStanding>;

/// One service, as a customer may call and be told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceCard {
    /// The business's.
    pub id: ServiceRef,
    /// In English, or as the business calls it.
    pub name: String,
    /// In Swahili, where it has a name of its own.
    pub name_sw: Option<String>,
    /// Further names that customers use.
    pub aliases: Vec<String>,
    /// What it costs, tax included.
    pub price: Money,
    /// How long it lasts.
    pub minutes: u32,
    /// Who renders it.
    pub staff: Vec<StaffRef>,
}

impl ServiceCard {
    /// The name in the language of the conversation.
    #[must_use]
    pub fn name_in(&self, language: Language) -> &str {
        match language {
            Language::English => &self.name,
            Language::Swahili | Language::Mixed | Language::Sheng => {
                self.name_sw.as_deref().unwrap_or(&self.name)
            }
        }
    }
}

/// One person who renders services, as a customer may ask for and be told them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffCard {
    /// The business's.
    pub id: StaffRef,
    /// As customers know them.
    pub name: String,
    /// Their number, by which they are known when they write.
    pub phone: Option<ratiba_kernel::PhoneNumber>,
}

/// What the business sells, by whom and when: the facts that a message is read against.
#[derive(Clone, Debug)]
pub struct Menu {
    /// What is sold in the chat, in the order to be shown.
    pub services: Vec<ServiceCard>,
    /// Who renders it.
    pub staff: Vec<StaffCard>,
    /// When an appointment may start.
    pub opening: OpeningHours,
    /// Where all of it is local to.
    pub zone: Zone,
    /// The names as messages are searched for them: made when the first message is read.
    names: OnceLock<Lexicon>,
}

impl Menu {
    /// A menu. Whoever changes it before a message is read against it changes the names that are looked for as well.
    #[must_use]
    pub const fn new(
        services: Vec<ServiceCard>,
        staff: Vec<StaffCard>,
        opening: OpeningHours,
        zone: Zone,
    ) -> Self {
        Self {
            services,
            staff,
            opening,
            zone,
            names: OnceLock::new(),
        }
    }

    /// Everything by which a service is called here.
    pub(crate) fn service_names(&self) -> impl Iterator<Item = &str> {
        self.services.iter().flat_map(|service| {
            let names = std::iter::once(&service.name);
            let names = names.chain(&service.name_sw).chain(&service.aliases);
            names.map(String::as_str)
        })
    }

    /// The service of an id that a thread remembers; it may be sold no more.
    #[must_use]
    pub fn service(&self, id: ServiceRef) -> Option<&ServiceCard> {
        self.services.iter().find(|service| service.id == id)
    }

    /// The person of an id that a thread remembers.
    #[must_use]
    pub fn staff_member(&self, id: StaffRef) -> Option<&StaffCard> {
        self.staff.iter().find(|member| member.id == id)
    }

    /// Who works here and has this number. Nobody is told what somebody else earns: a number that two share is nobody's.
    #[must_use]
    pub fn member(&self, phone: &ratiba_kernel::PhoneNumber) -> Option<&StaffCard> {
        let mut found = self
            .staff
            .iter()
            .filter(|member| member.phone.as_ref() == Some(phone));
        let member = found.next()?;
        found.next().is_none().then_some(member)
    }

    /// The circumstances in which a message is read.
    #[must_use]
    pub fn context(&self, now: OffsetDateTime, question_open: bool) -> Context {
        Context {
            now,
            zone: self.zone.clone(),
            opening: self.opening.clone(),
            lexicon: self.names.get_or_init(|| self.lexicon()).clone(),
            question_open,
        }
    }

    fn lexicon(&self) -> Lexicon {
        let services = self.services.iter().map(|service| {
            let names = std::iter::once(&service.name)
                .chain(&service.name_sw)
                .chain(&service.aliases);
            LexiconEntry::new(service.id.as_uuid(), names)
        });
        let staff = self
            .staff
            .iter()
            .map(|member| LexiconEntry::new(member.id.as_uuid(), [&member.name]));
        Lexicon {
            services: services.collect(),
            staff: staff.collect(),
        }
    }
}

/// When the customer wants to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Wanted {
    /// At this instant.
    At(#[serde(with = "time::serde::rfc3339")] OffsetDateTime),
    /// With a start in one of these stretches, which are sorted and apart.
    Among(Vec<TimeRange>),
    /// At this time of day; the day is not said yet.
    TimeOfDay(Time),
}

impl Wanted {
    /// Whether the day of it, or the last of them, has passed. An hour without a day never has.
    #[must_use]
    pub fn is_over(&self, now: OffsetDateTime, zone: &Zone) -> bool {
        match self {
            Self::At(instant) => zone.date(*instant) < zone.date(now),
            Self::Among(ranges) => ranges.iter().all(|range| range.end() <= now),
            Self::TimeOfDay(_) => false,
        }
    }

    /// This wish, completed by what was wanted before: a time of day falls on the day that was named, if one was.
    #[must_use]
    pub fn after(self, before: Option<&Self>, zone: &Zone) -> Self {
        match (self, before) {
            (Self::TimeOfDay(time), Some(Self::At(instant))) => {
                Self::At(zone.instant(PrimitiveDateTime::new(zone.date(*instant), time)))
            }
            (Self::TimeOfDay(time), Some(Self::Among(ranges))) => {
                let days: std::collections::BTreeSet<_> =
                    ranges.iter().map(|range| zone.date(range.start())).collect();
                match (days.len(), days.first()) {
                    (1, Some(day)) => Self::At(zone.instant(PrimitiveDateTime::new(*day, time))),
                    _none_or_many => Self::TimeOfDay(time),
                }
            }
            (Self::Among(ranges), Some(Self::TimeOfDay(time))) => {
                // The hour was said first, the day comes now.
                let days: std::collections::BTreeSet<_> =
                    ranges.iter().map(|range| zone.date(range.start())).collect();
                match (days.len(), days.first()) {
                    (1, Some(day)) => Self::At(zone.instant(PrimitiveDateTime::new(*day, *time))),
                    _none_or_many => Self::Among(ranges),
                }
            }
            (wanted, _nothing_to_add) => wanted,
        }
    }
}

/// What the customer asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferRequest {
    /// For whom: what is asked in advance may depend on it.
    pub customer: CustomerId,
    /// What.
    pub service: ServiceRef,
    /// What right after it, in this order.
    pub also: Vec<ServiceRef>,
    /// By whom, if anybody was named.
    pub staff: Option<StaffRef>,
    /// When.
    pub wanted: Wanted,
    /// For how many.
    pub people: u32,
    /// What each of them gets: all of it, or one of the services, which are as many as they then.
    pub each: Each,
    /// How many slots to answer with at most.
    pub slots_max: usize,
}

/// One free time that can be held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// What.
    pub service: ServiceRef,
    /// By whom. The desk may have chosen.
    pub staff: Option<StaffRef>,
    /// From.
    #[serde(with = "time::serde::rfc3339")]
    pub starts_at: OffsetDateTime,
    /// To, without clean-up.
    #[serde(with = "time::serde::rfc3339")]
    pub ends_at: OffsetDateTime,
    /// What it costs in all.
    pub price: Money,
    /// What must be paid to hold it; zero where no money is asked.
    pub due_now: Money,
    /// For how many; the price is that of all of them.
    #[serde(default, skip_serializing_if = "Party::is_one")]
    pub party: Party,
    /// What comes right after it; the price is that of both, and the end is that of both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complement: Option<Complement>,
    /// What is rendered beside the first part: for each person, one after another, the services that they asked for in
    /// their order; or the part of each further person, where each has their own. Empty where one person comes for one service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rest: Vec<Part>,
}

/// Why the time that was wanted is not simply offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotFree {
    /// Nothing is wrong: the wish leaves room, and the customer chooses.
    Choose,
    /// Somebody else has it.
    Taken,
    /// The business is closed then.
    Closed,
    /// The person asked for is not there or not free then; somebody else may be.
    StaffAway {
        /// Who was asked for.
        staff: StaffRef,
    },
    /// It has passed.
    Past,
    /// It is too soon to prepare for.
    TooSoon {
        /// How much notice is needed.
        notice_minutes: u32,
    },
    /// It is further ahead than bookings are taken.
    TooFar {
        /// The last day for which they are taken.
        last_day: Date,
    },
    /// The service is not sold in the chat, or not by that person.
    NotOffered,
}

/// The desk's answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// The time that was wanted is free.
    Free(Slot),
    /// Other times, the nearest first; none if nothing near is free.
    Alternatives {
        /// Why.
        reason: NotFree,
        /// In the order to be shown.
        slots: Vec<Slot>,
    },
}

/// The order to hold a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldOrder {
    /// The message that ordered it: the same key again gives back the same visit and holds nothing twice.
    pub key: InboundId,
    /// For whom.
    pub customer: CustomerId,
    /// What. Its person is preferred where nobody was asked for.
    pub slot: Slot,
    /// Who was asked for by name; nobody else will do then.
    pub asked_for: Option<StaffRef>,
}

/// The desk's answer to an order.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, on its way to one decision"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldAnswer {
    /// It is held, or already confirmed where nothing is due.
    Held {
        /// The visit.
        visit: VisitRef,
        /// What is really held: the person may be another than the one proposed.
        slot: Slot,
        /// Until when it waits for the money; `None` where it is confirmed.
        deadline: Option<OffsetDateTime>,
        /// What must be paid now; zero where it is confirmed.
        due_now: Money,
    },
    /// Somebody was faster, or it is not sold any more.
    Taken {
        /// Other times, the nearest first.
        alternatives: Vec<Slot>,
    },
}

/// Where a visit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitStanding {
    /// Waits for money.
    Held,
    /// Will happen.
    Confirmed,
    /// Happens now or has happened.
    Rendered,
    /// Will not happen.
    Gone,
}

/// One visit, as a customer is told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitCard {
    /// The business's.
    pub id: VisitRef,
    /// Whose.
    pub customer: CustomerId,
    /// What, when, by whom, for how much.
    pub slot: Slot,
    /// Where it stands.
    pub standing: VisitStanding,
    /// Until when it waits for money; `None` where it does not.
    pub deadline: Option<OffsetDateTime>,
    /// What the customer is told to name it by; at most 12 characters.
    pub reference: String,
    /// What the customer types as the account when paying by hand what is asked for now, which is not always the
    /// reference: what is asked for later is paid under an account of its own. At most 12 characters.
    pub account: String,
}

/// The desk's answer to a cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelAnswer {
    /// It is cancelled, now or already before.
    Cancelled,
    /// By now it costs more, or gives less back, than the customer was told. Nothing is cancelled.
    CostsMore(VisitTerms),
    /// It cannot be cancelled in the chat: it has begun, is over, or money is in question.
    NotPossible,
}

/// The desk's answer to a customer who takes the time that was kept for their word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcceptAnswer {
    /// It is theirs once it is paid.
    Held {
        /// What and when, and what is due.
        slot: Slot,
        /// Until when it waits for the money.
        deadline: OffsetDateTime,
    },
    /// It is theirs.
    Confirmed {
        /// What and when.
        slot: Slot,
    },
    /// It is not kept any more.
    Gone,
}

/// The order to ask for money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentOrder {
    /// The message that ordered it: the same key again asks nothing twice.
    pub key: InboundId,
    /// For what.
    pub visit: VisitRef,
    /// For whom.
    pub customer: CustomerId,
    /// Whose phone is asked.
    pub payer: PhoneNumber,
    /// How much.
    pub amount: Money,
}

/// The desk's answer to the order to ask for money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskAnswer {
    /// The prompt is on its way.
    Asked {
        /// The payment.
        payment: PaymentRef,
        /// How much is asked; less than ordered where the customer's credit covers the rest.
        amount: Money,
    },
    /// This number cannot be asked; another may be.
    BadPayer,
    /// The visit does not wait for money any more: its hold ran out or was given up. Nobody was asked.
    HoldGone,
    /// It is paid already. Nobody was asked.
    Settled {
        /// How much.
        amount: Money,
        /// The provider's receipt, once it is known.
        receipt: Option<String>,
    },
    /// Money is being asked for already, or nobody knows yet what became of it: we are checking.
    Checking,
    /// This number was asked a moment ago, perhaps for something else; it takes one prompt at a time.
    NotYet {
        /// How long to wait, rounded up.
        minutes: u32,
    },
    /// It cannot be asked for in the chat at all; a person must help.
    NotPossible,
}

/// Why a payment did not go through, as what the customer can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentTrouble {
    /// Wrong PIN.
    WrongPin,
    /// Not enough money on the account.
    InsufficientFunds,
    /// The customer refused the prompt.
    Cancelled,
    /// The prompt was not answered in time or never reached the phone.
    Unreachable,
    /// A limit of the account or of the day.
    Limit,
    /// The provider refuses the same payment again within minutes, or another session is open.
    TooSoonAgain,
    /// The provider is busy.
    Busy,
    /// The PIN is blocked.
    PinBlocked,
    /// The provider does not take the number, or the request for it.
    NumberRefused,
    /// The card was not taken.
    CardRefused,
    /// It cannot work as things are set up; anything else that the customer cannot mend.
    OnOurSide,
}

impl PaymentTrouble {
    /// Whether only the business can mend it: the customer is promised a person, and one is called.
    #[must_use]
    pub const fn is_ours(self) -> bool {
        match self {
            Self::OnOurSide => true,
            Self::WrongPin
            | Self::InsufficientFunds
            | Self::Cancelled
            | Self::Unreachable
            | Self::Limit
            | Self::TooSoonAgain
            | Self::Busy
            | Self::PinBlocked
            | Self::NumberRefused
            | Self::CardRefused => false,
        }
    }
}

/// Where the payment of a visit stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentStanding {
    /// Nothing was asked for.
    NothingAsked,
    /// A prompt is out.
    Prompting,
    /// The provider gave no clear answer yet; we are finding out.
    Checking,
    /// The money is there.
    Settled {
        /// How much.
        amount: Money,
        /// The provider's receipt; `None` while the money is known of by other means only.
        receipt: Option<String>,
    },
    /// Money came, and none of it is left for the visit: it went back, is on its way or became credit.
    GivenBack,
    /// The last try failed.
    Failed(PaymentTrouble),
}

/// The order to try a payment again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResendOrder {
    /// The message that ordered it.
    pub key: InboundId,
    /// For what.
    pub visit: VisitRef,
    /// Whose phone is asked; `None` is the one asked before.
    pub payer: Option<PhoneNumber>,
}

/// The desk's answer to a second try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResendAnswer {
    /// A new prompt is on its way.
    Asked,
    /// The last prompt is still on the phone. None goes out beside it.
    StillOut,
    /// The last try has no final answer yet: we are checking.
    Checking,
    /// The last try failed too short a while ago.
    NotYet {
        /// How long to wait, rounded up.
        minutes: u32,
    },
    /// It is paid already.
    Settled {
        /// How much.
        amount: Money,
        /// The provider's receipt; `None` while the money is known of by other means only.
        receipt: Option<String>,
    },
    /// This number cannot be asked; another may be.
    BadPayer,
    /// It is owed, and was never asked for: the first order came too soon.
    NeverAsked,
    /// Nothing is owed any more: the hold ran out, or nothing was asked for.
    NothingDue,
}

/// By what a customer may pay in the chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PayWays {
    /// Whether cards are taken.
    pub cards: bool,
    /// Whether prompts are a trial that moves no money.
    pub prompt_trial: bool,
    /// Whether card pages are.
    pub card_trial: bool,
}

impl PayWays {
    /// Whether what is asked for in this way is a trial.
    #[must_use]
    pub const fn is_trial(self, way: PayWay) -> bool {
        match way {
            PayWay::Prompt => self.prompt_trial,
            PayWay::Card => self.card_trial,
        }
    }
}

/// One way to pay in the chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayWay {
    /// A prompt on a phone.
    Prompt,
    /// A page for cards.
    Card,
}

/// The order to open a page on which a visit is paid by card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardOrder {
    /// The message that ordered it: the same key again opens nothing twice.
    pub key: InboundId,
    /// For what.
    pub visit: VisitRef,
    /// For whom.
    pub customer: CustomerId,
    /// Their number, whom the provider may write to; not who is asked for money.
    pub contact: Option<PhoneNumber>,
}

/// The desk's answer to the order to open a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardAnswer {
    /// The page is being opened; its address follows as news of its own.
    Asked {
        /// How much it asks for.
        amount: Money,
        /// Until when the time is held by now.
        deadline: OffsetDateTime,
    },
    /// A prompt or a page is out, and may still be paid.
    StillOpen,
    /// What became of the last try is being found out.
    Checking,
    /// The visit does not wait for money any more.
    HoldGone,
    /// It is paid already.
    Settled {
        /// How much.
        amount: Money,
        /// The provider's receipt, once it is known.
        receipt: Option<String>,
    },
    /// The business takes no cards in the chat.
    NotOffered,
    /// It cannot be opened; a person must help.
    NotPossible,
}

/// With what money went back to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackBy {
    /// M-Pesa.
    Mpesa,
    /// The card.
    Card,
    /// Cash.
    Cash,
    /// A way that is not seen from here.
    Elsewhere,
}

/// Names one refund.
pub type RefundRef = Id<BackBy>;

/// What the business told us about itself for the chat.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    /// As customers know it.
    pub business_name: String,
    /// Whom the machine serves.
    pub cohort: crate::consent::CohortMode,
    /// Where it is, in words and perhaps a link.
    pub location: Option<String>,
    /// How it wants its assistant to sound.
    pub personality: Personality,
    /// The local zone.
    pub zone: Zone,
    /// The admins: to whom alerts and the digest go, and who may answer customers from their own numbers.
    pub owners: Vec<Admin>,
    /// The language in which people of the business are written to who have none of their own.
    pub owners_language: Language,
    /// How long the logs of threads are kept.
    pub retention: crate::retention::Retention,
}

/// Somebody who runs the business and is reached by a number.
#[derive(Clone, PartialEq, Eq)]
pub struct Admin {
    /// The number.
    pub phone: ratiba_kernel::PhoneNumber,
    /// As colleagues call them.
    pub name: Option<String>,
    /// The language in which they are written to.
    pub language: Language,
}

impl Admin {
    /// Where they are written to.
    #[must_use]
    pub fn address(&self) -> crate::channel::Address {
        crate::channel::Address::of_phone(self.phone.clone())
    }

    /// Them, as somebody who answers a customer.
    #[must_use]
    pub fn person(&self) -> crate::handoff::Person {
        crate::handoff::Person::Admin {
            phone: self.phone.clone(),
            name: self.name.clone(),
        }
    }
}

impl fmt::Debug for Admin {
    /// Leaves out the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Admin({:?})", self.phone)
    }
}

impl Profile {
    /// The admin who writes from this number.
    #[must_use]
    pub fn admin(&self, phone: &ratiba_kernel::PhoneNumber) -> Option<&Admin> {
        self.owners.iter().find(|admin| admin.phone == *phone)
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("cohort", &self.cohort)
            .field("zone", &self.zone)
            .field("owners", &self.owners)
            .finish_non_exhaustive()
    }
}
