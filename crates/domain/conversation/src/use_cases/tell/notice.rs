//! What can be told: the words for each notice, and where the dialogue stands afterwards. Pure.

use ratiba_kernel::Money;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{CommissionNews, DigestFigures, MoneyNews, PageLink, is_ahead};
use crate::channel::Address;
use crate::desk::{
    PayWay, PaymentRef, PaymentStanding, PaymentTrouble, Slot, StaffRef, VisitCard, VisitRef, VisitStanding,
};
use crate::machine::{Meaning, Moving, Reply, Stage};
use crate::outgoing::{Document, MessageId, Purpose};
use crate::paper::{Paper, Papers};
use crate::templates::TemplateName;
use crate::texts::{Placeholder, TextKey, Values, render};
use crate::wording::{Choice, Phrase, Voice, confirmed_paid, pay_by_card, phrase};

/// How long before a visit somebody is reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReminderLead {
    /// About a day.
    DayBefore,
    /// About two hours.
    Soon,
}

/// What the business's rules have done with the money of a visit: nobody has to decide on it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByTheRules {
    /// What is the customer's credit now.
    pub credit: Money,
    /// What goes back to where it came from.
    pub sent_back: Money,
    /// What stays with the visit: fees, and what was paid for the parts that take place.
    pub kept: Money,
    /// What was paid before the business came here; no rule gives that back, and a person decides.
    pub paid_elsewhere: Money,
}

impl ByTheRules {
    /// All of it became credit.
    #[must_use]
    pub const fn only_credit(credit: Money) -> Self {
        let nothing = Money::zero(credit.currency());
        Self {
            credit,
            sent_back: nothing,
            kept: nothing,
            paid_elsewhere: nothing,
        }
    }

    /// Whether there is any money to tell of.
    #[must_use]
    pub const fn is_anything(&self) -> bool {
        self.credit.is_positive()
            || self.sent_back.is_positive()
            || self.kept.is_positive()
            || self.paid_elsewhere.is_positive()
    }
}

/// Why a person must look at money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyMatter {
    /// It came for a visit whose time had been given up.
    PaidForLostVisit {
        /// What became of it.
        done: ByTheRules,
    },
    /// The amount, or what became of it, is in question.
    AmountInReview,
    /// What was reported about it does not agree.
    Disputed,
    /// A card's owner had the money taken back.
    ChargedBack,
    /// The visit, or a part of it, was cancelled after it was paid.
    CancelledAfterPayment {
        /// What became of the money.
        done: ByTheRules,
    },
    /// A customer who had paid did not come.
    MissedAfterPayment {
        /// What became of the money.
        done: ByTheRules,
    },
    /// A fee is owed that what was paid does not cover.
    FeeOwed,
    /// A visit stands again after what was paid for it became credit.
    CreditedMeanwhile,
    /// A visit stands again after a tip for it became credit.
    TipCreditedMeanwhile,
    /// It came for an attempt that had failed or had been given up.
    PaidAfterAll,
    /// It came by hand, and is less than is owed.
    PaidInPart,
    /// Money that was to go back to the customer did not, or nobody knows whether it did.
    RefundStuck,
    /// Money went back after it had become credit, and some of the credit is spent.
    GivenTwice {
        /// How much of the credit.
        spent: Money,
    },
}

/// Something that happened outside of the chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A visit is confirmed, paid or not: the confirmation, and the receipt if it was.
    VisitConfirmed {
        /// Which.
        visit: VisitRef,
    },
    /// A payment did not go through.
    PaymentFailed {
        /// For what.
        visit: VisitRef,
        /// Why.
        trouble: PaymentTrouble,
    },
    /// Nobody knows yet whether a payment went through.
    PaymentChecking {
        /// For what.
        visit: VisitRef,
    },
    /// A page on which a card can be paid waits for its customer.
    CardUnpaid {
        /// For what.
        visit: VisitRef,
        /// The page's address.
        page: PageLink,
    },
    /// A hold ran out without money.
    HoldExpired {
        /// Which.
        visit: VisitRef,
    },
    /// Money came after the time was lost.
    VisitLost {
        /// Which.
        visit: VisitRef,
    },
    /// A visit is near.
    Reminder {
        /// Which.
        visit: VisitRef,
        /// How near.
        lead: ReminderLead,
    },
    /// The business cancelled a visit, or a part of it.
    VisitCancelled {
        /// Which.
        visit: VisitRef,
        /// What was cancelled of it; all of it if nothing is said.
        part: Option<Slot>,
    },
    /// The business was asked, and has not answered yet.
    VisitRequested {
        /// For what.
        visit: VisitRef,
    },
    /// The business takes what was asked for; it waits for its deposit.
    RequestAccepted {
        /// Which.
        visit: VisitRef,
    },
    /// The business cannot take what was asked for.
    RequestDeclined {
        /// Which.
        visit: VisitRef,
    },
    /// The business offers another time than the one asked for.
    CounterOffered {
        /// The visit, at its new time.
        visit: VisitRef,
    },
    /// A time came free for somebody who waits for one.
    WaitlistOffered {
        /// The visit that keeps it.
        visit: VisitRef,
    },
    /// A visit has another time now.
    VisitMoved {
        /// Which.
        visit: VisitRef,
    },
    /// To the owners: a request waits for their answer.
    RequestWaits {
        /// Which.
        visit: VisitRef,
    },
    /// To the owners: the customer does not take the other time.
    CounterOfferPassed {
        /// Which.
        visit: VisitRef,
    },
    /// To the owners: a change of the schedule met bookings.
    BookingsHit {
        /// How many.
        count: u32,
    },
    /// To the owners: the drawer was opened with another amount than its last close left.
    FloatDiffered {
        /// What the last close left.
        carried: Money,
        /// What was counted into it.
        float: Money,
    },
    /// A payment is settled and its receipt complete: the receipt of the visit, once for each payment.
    Receipt {
        /// For what.
        visit: VisitRef,
        /// Which payment.
        payment: PaymentRef,
        /// What it says.
        papers: Box<Papers>,
    },
    /// Something happened to money.
    Money(MoneyNews),
    /// To the owners: a person must look at money.
    MoneyNeedsPerson {
        /// For what it was paid.
        visit: VisitRef,
        /// Why.
        what: MoneyMatter,
    },
    /// To the owners: a customer comes late.
    CustomerLate {
        /// To what.
        visit: VisitRef,
        /// When they were to come.
        starts_at: OffsetDateTime,
        /// By how much, if it was said.
        minutes: Option<u32>,
    },
    /// To somebody who renders a part of a visit: its customer comes late.
    LateFor {
        /// To what.
        visit: VisitRef,
        /// When they were to come.
        starts_at: OffsetDateTime,
        /// By how much, if it was said.
        minutes: Option<u32>,
        /// Who waits.
        staff: StaffRef,
        /// Their address.
        address: Address,
    },
    /// To the owners: a message to a customer did not go out, or nobody knows.
    MessageNotSent {
        /// Which.
        message: MessageId,
    },
    /// To the owners: messages need a template that cannot be sent.
    TemplateMissed {
        /// Its name and language.
        template: String,
    },
    /// To the owners: the channel's owner rejected templates.
    TemplatesRejected {
        /// The name and language of each.
        templates: Vec<String>,
    },
    /// Something happened to somebody's commission.
    Commission(Box<CommissionNews>),
    /// To the owners: the daily figures.
    Digest(DigestFigures),
}

impl Notice {
    /// A word for logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::VisitConfirmed { .. } => "visit_confirmed",
            Self::PaymentFailed { .. } => "payment_failed",
            Self::PaymentChecking { .. } => "payment_checking",
            Self::CardUnpaid { .. } => "card_unpaid",
            Self::HoldExpired { .. } => "hold_expired",
            Self::VisitLost { .. } => "visit_lost",
            Self::Reminder { .. } => "reminder",
            Self::VisitCancelled { .. } => "visit_cancelled",
            Self::VisitRequested { .. } => "visit_requested",
            Self::RequestAccepted { .. } => "request_accepted",
            Self::RequestDeclined { .. } => "request_declined",
            Self::CounterOffered { .. } => "counter_offered",
            Self::WaitlistOffered { .. } => "waitlist_offered",
            Self::VisitMoved { .. } => "visit_moved",
            Self::RequestWaits { .. } => "request_waits",
            Self::CounterOfferPassed { .. } => "counter_offer_passed",
            Self::BookingsHit { .. } => "bookings_hit",
            Self::FloatDiffered { .. } => "float_differed",
            Self::Receipt { .. } => "receipt",
            Self::Money(news) => news.name(),
            Self::MoneyNeedsPerson { .. } => "money_needs_person",
            Self::CustomerLate { .. } => "customer_late",
            Self::LateFor { .. } => "late_for",
            Self::MessageNotSent { .. } => "message_not_sent",
            Self::TemplateMissed { .. } => "template_missed",
            Self::TemplatesRejected { .. } => "templates_rejected",
            Self::Commission(news) => news.name(),
            Self::Digest(_) => "digest",
        }
    }

    /// The visit that it is about.
    #[must_use]
    pub const fn visit(&self) -> Option<VisitRef> {
        match self {
            Self::VisitConfirmed { visit }
            | Self::PaymentFailed { visit, .. }
            | Self::PaymentChecking { visit }
            | Self::CardUnpaid { visit, .. }
            | Self::HoldExpired { visit }
            | Self::VisitLost { visit }
            | Self::Reminder { visit, .. }
            | Self::VisitCancelled { visit, .. }
            | Self::VisitRequested { visit }
            | Self::RequestAccepted { visit }
            | Self::RequestDeclined { visit }
            | Self::CounterOffered { visit }
            | Self::WaitlistOffered { visit }
            | Self::VisitMoved { visit }
            | Self::RequestWaits { visit }
            | Self::CounterOfferPassed { visit }
            | Self::Receipt { visit, .. }
            | Self::MoneyNeedsPerson { visit, .. }
            | Self::CustomerLate { visit, .. }
            | Self::LateFor { visit, .. } => Some(*visit),
            Self::Money(news) => Some(news.visit()),
            Self::MessageNotSent { .. }
            | Self::TemplateMissed { .. }
            | Self::TemplatesRejected { .. }
            | Self::BookingsHit { .. }
            | Self::FloatDiffered { .. }
            | Self::Commission(_)
            | Self::Digest(_) => None,
        }
    }

    /// What names each message of it. A visit is confirmed once and reminded of once for each lead, however
    /// many events say so, and how late somebody comes to it is told once for each five minutes, however often they say so.
    pub(super) fn cause(&self, occasion: Uuid, place: usize) -> String {
        let name = self.name();
        match self {
            Self::VisitConfirmed { visit } | Self::HoldExpired { visit } | Self::VisitLost { visit } => {
                format!("{name}:{visit}:{place}")
            }
            Self::Receipt { visit, payment, .. } => format!("{name}:{visit}:{payment}:{place}"),
            Self::Money(news) => news.cause(occasion, place),
            Self::Commission(news) => news.cause(place),
            Self::Reminder { visit, lead } => {
                let lead = match lead {
                    ReminderLead::DayBefore => "day",
                    ReminderLead::Soon => "soon",
                };
                format!("{name}:{lead}:{visit}:{place}")
            }
            Self::CustomerLate {
                visit,
                starts_at,
                minutes,
            } => format!("{name}:{}:{place}", lateness(*visit, *starts_at, *minutes)),
            Self::LateFor {
                visit,
                starts_at,
                minutes,
                staff,
                ..
            } => format!(
                "{name}:{}:{staff}:{place}",
                lateness(*visit, *starts_at, *minutes)
            ),
            Self::Digest(figures) => format!("{name}:{}:{place}", figures.day),
            // Beside what else a person must look at on the same occasion.
            Self::MoneyNeedsPerson {
                what: MoneyMatter::TipCreditedMeanwhile,
                ..
            } => format!("{name}:tip:{occasion}:{place}"),
            Self::PaymentFailed { .. }
            | Self::PaymentChecking { .. }
            | Self::CardUnpaid { .. }
            | Self::VisitCancelled { .. }
            | Self::VisitRequested { .. }
            | Self::RequestAccepted { .. }
            | Self::RequestDeclined { .. }
            | Self::CounterOffered { .. }
            | Self::WaitlistOffered { .. }
            | Self::VisitMoved { .. }
            | Self::RequestWaits { .. }
            | Self::CounterOfferPassed { .. }
            | Self::BookingsHit { .. }
            | Self::FloatDiffered { .. }
            | Self::MoneyNeedsPerson { .. }
            | Self::TemplateMissed { .. }
            | Self::TemplatesRejected { .. }
            | Self::MessageNotSent { .. } => format!("{name}:{occasion}:{place}"),
        }
    }

    /// Whether it would be wrong to say by now: the visit has moved on.
    pub(super) fn is_stale(&self, card: &VisitCard, now: OffsetDateTime) -> bool {
        let standing = card.standing;
        match self {
            Self::Reminder { .. } => standing != VisitStanding::Confirmed || card.slot.starts_at <= now,
            Self::PaymentFailed { .. } | Self::PaymentChecking { .. } => standing != VisitStanding::Held,
            // What waits for a word that has been given, or whose time has run out, is not asked any more.
            Self::VisitRequested { .. }
            | Self::RequestAccepted { .. }
            | Self::CounterOffered { .. }
            | Self::WaitlistOffered { .. }
            | Self::RequestWaits { .. } => {
                standing != VisitStanding::Held || card.deadline.is_none_or(|deadline| deadline <= now)
            }
            Self::VisitMoved { .. } => standing != VisitStanding::Confirmed,
            // A balance is paid after the visit, too.
            Self::CardUnpaid { .. } => standing == VisitStanding::Gone,
            Self::HoldExpired { .. } => is_ahead(standing),
            // The receipt of a visit that is not confirmed yet comes after its confirmation.
            Self::Receipt { .. } => standing == VisitStanding::Held,
            Self::Money(news) => news.is_stale(card, now),
            Self::VisitConfirmed { .. } => {
                standing != VisitStanding::Confirmed && standing != VisitStanding::Rendered
            }
            Self::VisitLost { .. }
            | Self::VisitCancelled { .. }
            | Self::RequestDeclined { .. }
            | Self::CounterOfferPassed { .. }
            | Self::BookingsHit { .. }
            | Self::FloatDiffered { .. }
            | Self::MoneyNeedsPerson { .. }
            | Self::CustomerLate { .. }
            | Self::LateFor { .. }
            | Self::MessageNotSent { .. }
            | Self::TemplateMissed { .. }
            | Self::TemplatesRejected { .. }
            | Self::Commission(_)
            | Self::Digest(_) => false,
        }
    }

    /// Whether its words promise that a person helps.
    pub(super) const fn promises_person(&self) -> bool {
        match self {
            Self::PaymentFailed { trouble, .. } => trouble.is_ours(),
            Self::VisitConfirmed { .. }
            | Self::PaymentChecking { .. }
            | Self::CardUnpaid { .. }
            | Self::HoldExpired { .. }
            | Self::VisitLost { .. }
            | Self::Reminder { .. }
            | Self::Receipt { .. }
            | Self::Money(_)
            | Self::VisitRequested { .. }
            | Self::RequestAccepted { .. }
            | Self::RequestDeclined { .. }
            | Self::CounterOffered { .. }
            | Self::WaitlistOffered { .. }
            | Self::VisitMoved { .. }
            | Self::VisitCancelled { .. }
            | Self::RequestWaits { .. }
            | Self::CounterOfferPassed { .. }
            | Self::BookingsHit { .. }
            | Self::FloatDiffered { .. }
            | Self::MoneyNeedsPerson { .. }
            | Self::CustomerLate { .. }
            | Self::LateFor { .. }
            | Self::MessageNotSent { .. }
            | Self::TemplateMissed { .. }
            | Self::TemplatesRejected { .. }
            | Self::Commission(_)
            | Self::Digest(_) => false,
        }
    }

    /// Whether it is said to a customer who opted out.
    pub(super) const fn is_strictly_needed(&self) -> bool {
        match self {
            Self::Money(news) => news.is_strictly_needed(),
            Self::VisitConfirmed { .. }
            | Self::VisitLost { .. }
            | Self::Reminder { .. }
            | Self::Receipt { .. }
            | Self::RequestAccepted { .. }
            | Self::RequestDeclined { .. }
            | Self::CounterOffered { .. }
            | Self::VisitMoved { .. }
            | Self::VisitCancelled { .. } => true,
            Self::PaymentFailed { .. }
            | Self::VisitRequested { .. }
            | Self::WaitlistOffered { .. }
            | Self::RequestWaits { .. }
            | Self::CounterOfferPassed { .. }
            | Self::BookingsHit { .. }
            | Self::FloatDiffered { .. }
            | Self::PaymentChecking { .. }
            | Self::CardUnpaid { .. }
            | Self::HoldExpired { .. }
            | Self::MoneyNeedsPerson { .. }
            | Self::CustomerLate { .. }
            | Self::LateFor { .. }
            | Self::MessageNotSent { .. }
            | Self::TemplateMissed { .. }
            | Self::TemplatesRejected { .. }
            | Self::Commission(_)
            | Self::Digest(_) => false,
        }
    }
}

/// Which lateness it is: to which visit at which time, and by how many times five minutes.
fn lateness(visit: VisitRef, starts_at: OffsetDateTime, minutes: Option<u32>) -> String {
    let by = minutes.map_or_else(|| "some".to_owned(), |minutes| minutes.div_ceil(5).to_string());
    format!("{visit}:{}:{by}", starts_at.unix_timestamp())
}

/// What a failure means once the hold has run out while we were checking: only now the time is known to be unpaid.
/// Everything else means what it says.
pub(super) fn once_gone(notice: &Notice, card: &VisitCard, stage: Option<&Stage>) -> Notice {
    let awaits_the_end = match stage {
        Some(Stage::Paying { owed, .. }) => owed.visit == card.id,
        Some(Stage::Cancelling { visit, back, .. }) => {
            *visit == card.id && matches!(back.as_ref(), Stage::Paying { .. })
        }
        Some(Stage::Moving { moving, back }) => {
            moving.visit == card.id && matches!(back.as_ref(), Stage::Paying { .. })
        }
        Some(
            Stage::Open
            | Stage::Gathering { .. }
            | Stage::Choosing { .. }
            | Stage::Confirming { .. }
            | Stage::Adding { .. }
            | Stage::AskingPayer { .. }
            | Stage::Booked { .. }
            | Stage::MovingWhich { .. },
        )
        | None => false,
    };
    if let Notice::PaymentFailed { visit, .. } = notice
        && awaits_the_end
        && card.standing == VisitStanding::Gone
    {
        return Notice::HoldExpired { visit: *visit };
    }
    notice.clone()
}

/// What the end of a hold means by where the money stands: while nobody knows, the customer hears that we are still
/// checking, and must not pay again. `None` where the money came after all: that is told on its own.
pub(super) fn by_the_money(notice: Notice, standing: &PaymentStanding) -> Option<Notice> {
    match (notice, standing) {
        (Notice::HoldExpired { visit }, PaymentStanding::Prompting | PaymentStanding::Checking) => {
            Some(Notice::PaymentChecking { visit })
        }
        (Notice::HoldExpired { .. }, PaymentStanding::Settled { .. }) => None,
        (as_it_is, _any) => Some(as_it_is),
    }
}

/// One message of a notice.
pub(super) struct Said {
    pub(super) phrase: Phrase,
    /// What goes where only templates do; `None` where nothing may.
    pub(super) template: Option<TemplateName>,
    /// What the template says, where that is less than the words.
    pub(super) gist: Option<String>,
    /// What goes in place of the words.
    pub(super) document: Option<Document>,
}

/// What the customer is told.
pub(super) fn to_customer(
    notice: &Notice,
    card: &VisitCard,
    standing: &PaymentStanding,
    voice: &Voice<'_>,
) -> Vec<Said> {
    let values = voice
        .values_of(&card.slot)
        .with(Placeholder::Reference, card.reference.as_str());
    let by = |phrase: Phrase, template: TemplateName| Said {
        phrase,
        template: Some(template),
        gist: None,
        document: None,
    };
    match notice {
        Notice::VisitConfirmed { .. } => {
            vec![by(
                confirmation(standing, values, voice),
                TemplateName::BookingConfirmed,
            )]
        }
        Notice::Receipt { papers, .. } => receipt(papers.in_tongue(voice.tongue)),
        Notice::Money(news) => news.to_customer(card, voice),
        Notice::PaymentFailed { trouble, .. } => {
            let reply = Reply::PaymentFailed {
                trouble: *trouble,
                // A visit that is held has one.
                deadline: card.deadline.unwrap_or(card.slot.starts_at),
            };
            vec![by(phrase(&reply, voice), TemplateName::BookingNotice)]
        }
        Notice::PaymentChecking { .. } => {
            vec![by(
                phrase(&Reply::PaymentChecking, voice),
                TemplateName::BookingNotice,
            )]
        }
        Notice::CardUnpaid { page, .. } => vec![Said {
            // A template has no room for the whole address, and a part of it leads nowhere.
            template: None,
            ..by(card_unpaid(page, values, voice), TemplateName::BookingNotice)
        }],
        Notice::HoldExpired { .. } => {
            let reply = Reply::HoldGone {
                slot: card.slot.clone(),
                given_back: *standing == PaymentStanding::GivenBack,
            };
            vec![by(phrase(&reply, voice), TemplateName::BookingNotice)]
        }
        Notice::VisitLost { .. } => {
            let amount = match standing {
                PaymentStanding::Settled { amount, .. } => amount.to_string(),
                PaymentStanding::NothingAsked
                | PaymentStanding::Prompting
                | PaymentStanding::Checking
                | PaymentStanding::GivenBack
                | PaymentStanding::Failed(_) => card.slot.due_now.to_string(),
            };
            let text = render(
                TextKey::PaidTooLate,
                voice.tongue,
                &values.with(Placeholder::Amount, amount),
            );
            vec![by(
                Phrase::plain(text).for_purpose(Purpose::Receipt),
                TemplateName::BookingNotice,
            )]
        }
        Notice::Reminder { lead, .. } => vec![by(
            reminder(*lead, card.id, &values, voice),
            TemplateName::BookingReminder,
        )],
        Notice::VisitCancelled { .. } => {
            let text = render(TextKey::CancelDone, voice.tongue, &values);
            vec![by(
                Phrase::plain(text).for_purpose(Purpose::Receipt),
                TemplateName::BookingNotice,
            )]
        }
        Notice::VisitRequested { .. } => vec![by(
            kept_until(TextKey::RequestReceived, values, card, voice),
            TemplateName::BookingNotice,
        )],
        Notice::RequestDeclined { .. } => vec![by(
            Phrase::plain(render(
                TextKey::RequestDeclined,
                voice.tongue,
                &values.with(Placeholder::Business, voice.profile.business_name.as_str()),
            ))
            .for_purpose(Purpose::Receipt),
            TemplateName::BookingNotice,
        )],
        Notice::RequestAccepted { .. } => {
            let amount = card.slot.due_now.to_string();
            vec![by(
                offer(
                    TextKey::RequestAccepted,
                    values.with(Placeholder::Amount, amount),
                    card,
                    voice,
                )
                .asking(PayWay::Prompt),
                TemplateName::BookingNotice,
            )]
        }
        Notice::CounterOffered { .. } => vec![by(
            offer(TextKey::CounterOffer, values, card, voice),
            TemplateName::BookingNotice,
        )],
        Notice::WaitlistOffered { .. } => vec![by(
            offer(TextKey::WaitlistOffer, values, card, voice),
            TemplateName::BookingNotice,
        )],
        Notice::VisitMoved { .. } => vec![by(
            Phrase::plain(render(TextKey::MoveDone, voice.tongue, &values)).for_purpose(Purpose::Receipt),
            TemplateName::BookingNotice,
        )],
        Notice::RequestWaits { .. }
        | Notice::CounterOfferPassed { .. }
        | Notice::BookingsHit { .. }
        | Notice::FloatDiffered { .. }
        | Notice::MoneyNeedsPerson { .. }
        | Notice::CustomerLate { .. }
        | Notice::LateFor { .. }
        | Notice::MessageNotSent { .. }
        | Notice::TemplateMissed { .. }
        | Notice::TemplatesRejected { .. }
        | Notice::Commission(_)
        | Notice::Digest(_) => Vec::new(),
    }
}

/// A reminder of a page.
fn card_unpaid(page: &PageLink, values: Values, voice: &Voice<'_>) -> Phrase {
    let keys = (TextKey::CardUnpaid, TextKey::CardUnpaidButton);
    pay_by_card(keys, page.as_str(), values, voice)
}

/// A text that names the visit and until when its time is kept.
fn kept_until(key: TextKey, values: Values, card: &VisitCard, voice: &Voice<'_>) -> Phrase {
    // What waits has a deadline.
    let until = card.deadline.unwrap_or(card.slot.starts_at);
    let values = values
        .with(Placeholder::Business, voice.profile.business_name.as_str())
        .with(Placeholder::Time, voice.when(until));
    Phrase::plain(render(key, voice.tongue, &values)).for_purpose(Purpose::Receipt)
}

/// A time that is kept for the customer's word, with a yes and a no that say which.
fn offer(key: TextKey, values: Values, card: &VisitCard, voice: &Voice<'_>) -> Phrase {
    let choice = |meaning: Meaning, key: TextKey| Choice {
        meaning,
        title: render(key, voice.tongue, &Values::new()),
        description: None,
    };
    kept_until(key, values, card, voice).with_choices(vec![
        choice(Meaning::Accept(card.id), TextKey::ButtonYes),
        choice(Meaning::Pass(card.id), TextKey::ButtonNo),
    ])
}

fn confirmation(standing: &PaymentStanding, values: Values, voice: &Voice<'_>) -> Phrase {
    match standing {
        PaymentStanding::Settled { amount, receipt } => {
            confirmed_paid(values, *amount, receipt.as_deref(), voice)
        }
        PaymentStanding::NothingAsked
        | PaymentStanding::Prompting
        | PaymentStanding::Checking
        | PaymentStanding::GivenBack
        | PaymentStanding::Failed(_) => {
            Phrase::plain(render(TextKey::ConfirmedUnpaid, voice.tongue, &values))
                .for_purpose(Purpose::Receipt)
        }
    }
}

/// The receipt: in words, which reach the customer in any case, and as a document where the channel takes one now.
fn receipt(paper: &Paper) -> Vec<Said> {
    let words = Phrase::plain(paper.text.as_str()).for_purpose(Purpose::Receipt);
    let document = paper.document.clone().map(|document| Said {
        phrase: Phrase::plain(document.caption()).for_purpose(Purpose::Receipt),
        template: None,
        gist: None,
        document: Some(document),
    });
    let words = Said {
        phrase: words,
        template: Some(TemplateName::BookingNotice),
        gist: Some(paper.gist.clone()),
        document: None,
    };
    std::iter::once(words).chain(document).collect()
}

fn reminder(lead: ReminderLead, visit: VisitRef, values: &Values, voice: &Voice<'_>) -> Phrase {
    let key = match lead {
        ReminderLead::DayBefore => TextKey::ReminderDayBefore,
        ReminderLead::Soon => TextKey::ReminderSoon,
    };
    let choice = |meaning: Meaning, key: TextKey| Choice {
        meaning,
        title: render(key, voice.tongue, &Values::new()),
        description: None,
    };
    Phrase::plain(render(key, voice.tongue, values))
        .with_choices(vec![
            choice(Meaning::Coming(visit), TextKey::ButtonComing),
            choice(Meaning::Move(visit), TextKey::ButtonMove),
            choice(Meaning::CancelVisit(visit), TextKey::ButtonCancel),
        ])
        .for_purpose(Purpose::Reminder)
}

/// Whether a thread that is about nothing else may take the question of this notice, so that a plain yes answers it.
pub(super) fn asks(notice: &Notice, stage: &Stage) -> bool {
    let free = match stage {
        Stage::Open | Stage::Booked { .. } => true,
        Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Paying { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => false,
    };
    free && matches!(
        notice,
        Notice::RequestAccepted { .. }
            | Notice::CounterOffered { .. }
            | Notice::WaitlistOffered { .. }
            | Notice::Money(MoneyNews::TipOffer { .. })
    )
}

/// What was on the way before, knowing when this visit is now.
fn back_to(back: &Stage, card: &VisitCard) -> Box<Stage> {
    Box::new(match back {
        Stage::Booked { visit, .. } if *visit == card.id => Stage::Booked {
            visit: card.id,
            slot: card.slot.clone(),
        },
        Stage::Open
        | Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Paying { .. }
        | Stage::Booked { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => back.clone(),
    })
}

/// Where the dialogue about this visit stands now; `None` where it stood.
pub(super) fn next_stage(notice: &Notice, stage: &Stage, card: &VisitCard) -> Option<Stage> {
    let booked = Stage::Booked {
        visit: card.id,
        slot: card.slot.clone(),
    };
    match (notice, stage) {
        (Notice::VisitConfirmed { .. }, Stage::Paying { .. }) => Some(booked),
        // It was told what giving up costs before it was paid: that is looked up again.
        (Notice::VisitConfirmed { .. }, Stage::Cancelling { visit, slot, .. }) => Some(Stage::Cancelling {
            visit: *visit,
            slot: slot.clone(),
            told: None,
            told_back: None,
            instead: None,
            back: Box::new(booked),
        }),
        (Notice::VisitConfirmed { .. }, Stage::Moving { moving, .. }) => Some(Stage::Moving {
            moving: moving.clone(),
            back: Box::new(booked),
        }),
        (Notice::VisitMoved { .. }, Stage::Booked { .. }) => Some(booked),
        // The question is about another time by now: what giving that up costs is looked up again.
        (
            Notice::VisitMoved { .. },
            Stage::Cancelling {
                visit,
                slot,
                instead,
                back,
                ..
            },
        ) if slot.clone() != card.slot => Some(Stage::Cancelling {
            visit: *visit,
            slot: card.slot.clone(),
            told: None,
            told_back: None,
            instead: instead.clone(),
            back: back_to(back, card),
        }),
        (Notice::VisitMoved { .. }, Stage::Moving { moving, back }) if moving.slot != card.slot => {
            Some(Stage::Moving {
                moving: Box::new(Moving {
                    slot: card.slot.clone(),
                    ..moving.as_ref().clone()
                }),
                back: back_to(back, card),
            })
        }
        (
            Notice::HoldExpired { .. },
            Stage::Paying { .. } | Stage::Cancelling { .. } | Stage::Moving { .. },
        ) => Some(Stage::after_hold(&card.slot)),
        // Of what is left of it the dialogue goes on.
        (Notice::VisitCancelled { .. }, _any) if is_ahead(card.standing) => None,
        (Notice::VisitLost { .. } | Notice::VisitCancelled { .. }, _any) => Some(Stage::Open),
        (_other_news, _any) => None,
    }
}
