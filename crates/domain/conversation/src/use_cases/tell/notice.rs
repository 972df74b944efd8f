//! What can be told: the words for each notice, and where the dialogue stands afterwards. Pure.

use time::OffsetDateTime;
use uuid::Uuid;

use super::{DigestFigures, is_ahead};
use crate::desk::{PaymentStanding, PaymentTrouble, VisitCard, VisitRef, VisitStanding};
use crate::machine::{Draft, Meaning, Missing, Reply, Stage};
use crate::outgoing::{MessageId, Purpose};
use crate::templates::TemplateName;
use crate::texts::{Placeholder, TextKey, Values, format_date, render};
use crate::thread::Thread;
use crate::wording::{Choice, Phrase, Voice, phrase};

/// How long before a visit somebody is reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReminderLead {
    /// About a day.
    DayBefore,
    /// About two hours.
    Soon,
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
    /// The business cancelled a visit.
    VisitCancelled {
        /// Which.
        visit: VisitRef,
    },
    /// To the owners: a customer comes late.
    CustomerLate {
        /// To what.
        visit: VisitRef,
        /// By how much, if it was said.
        minutes: Option<u32>,
    },
    /// To the owners: a message to a customer did not go out, or nobody knows.
    MessageNotSent {
        /// Which.
        message: MessageId,
    },
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
            Self::HoldExpired { .. } => "hold_expired",
            Self::VisitLost { .. } => "visit_lost",
            Self::Reminder { .. } => "reminder",
            Self::VisitCancelled { .. } => "visit_cancelled",
            Self::CustomerLate { .. } => "customer_late",
            Self::MessageNotSent { .. } => "message_not_sent",
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
            | Self::HoldExpired { visit }
            | Self::VisitLost { visit }
            | Self::Reminder { visit, .. }
            | Self::VisitCancelled { visit }
            | Self::CustomerLate { visit, .. } => Some(*visit),
            Self::MessageNotSent { .. } | Self::Digest(_) => None,
        }
    }

    /// What names each message of it. A visit is confirmed once and reminded of once for each lead, however
    /// many events say so.
    pub(super) fn cause(&self, occasion: Uuid, place: usize) -> String {
        let name = self.name();
        match self {
            Self::VisitConfirmed { visit } | Self::HoldExpired { visit } | Self::VisitLost { visit } => {
                format!("{name}:{visit}:{place}")
            }
            Self::Reminder { visit, lead } => {
                let lead = match lead {
                    ReminderLead::DayBefore => "day",
                    ReminderLead::Soon => "soon",
                };
                format!("{name}:{lead}:{visit}:{place}")
            }
            Self::Digest(figures) => format!("{name}:{}:{place}", figures.day),
            Self::PaymentFailed { .. }
            | Self::PaymentChecking { .. }
            | Self::VisitCancelled { .. }
            | Self::CustomerLate { .. }
            | Self::MessageNotSent { .. } => format!("{name}:{occasion}:{place}"),
        }
    }

    /// Whether it would be wrong to say by now: the visit has moved on.
    pub(super) fn is_stale(
        &self,
        standing: VisitStanding,
        starts_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> bool {
        match self {
            Self::Reminder { .. } => standing != VisitStanding::Confirmed || starts_at <= now,
            Self::PaymentFailed { .. } | Self::PaymentChecking { .. } => standing != VisitStanding::Held,
            Self::HoldExpired { .. } => is_ahead(standing),
            Self::VisitConfirmed { .. } => {
                standing != VisitStanding::Confirmed && standing != VisitStanding::Rendered
            }
            Self::VisitLost { .. }
            | Self::VisitCancelled { .. }
            | Self::CustomerLate { .. }
            | Self::MessageNotSent { .. }
            | Self::Digest(_) => false,
        }
    }

    /// Whether it is said to a customer who opted out.
    pub(super) const fn is_strictly_needed(&self) -> bool {
        match self {
            Self::VisitConfirmed { .. }
            | Self::VisitLost { .. }
            | Self::Reminder { .. }
            | Self::VisitCancelled { .. } => true,
            Self::PaymentFailed { .. }
            | Self::PaymentChecking { .. }
            | Self::HoldExpired { .. }
            | Self::CustomerLate { .. }
            | Self::MessageNotSent { .. }
            | Self::Digest(_) => false,
        }
    }
}

/// One message of a notice.
pub(super) struct Said {
    pub(super) phrase: Phrase,
    pub(super) template: Option<TemplateName>,
}

/// What the customer is told.
pub(super) fn to_customer(
    notice: &Notice,
    card: &VisitCard,
    standing: &PaymentStanding,
    concerned: Option<&Thread>,
    voice: &Voice<'_>,
) -> Vec<Said> {
    let values = voice
        .values_of(&card.slot)
        .with(Placeholder::Reference, card.reference.as_str());
    let by = |phrase: Phrase, template: TemplateName| Said {
        phrase,
        template: Some(template),
    };
    match notice {
        Notice::VisitConfirmed { .. } => confirmed(standing, &values, voice),
        Notice::PaymentFailed { trouble, .. } => {
            let deadline = concerned.and_then(|thread| deadline_of(&thread.state.stage));
            let reply = Reply::PaymentFailed {
                trouble: *trouble,
                deadline: deadline.unwrap_or(card.slot.starts_at),
            };
            vec![by(phrase(&reply, voice), TemplateName::BookingNotice)]
        }
        Notice::PaymentChecking { .. } => {
            vec![by(
                phrase(&Reply::PaymentChecking, voice),
                TemplateName::BookingNotice,
            )]
        }
        Notice::HoldExpired { .. } => {
            let reply = Reply::HoldGone { slot: card.slot };
            vec![by(phrase(&reply, voice), TemplateName::BookingNotice)]
        }
        Notice::VisitLost { .. } => {
            let amount = match standing {
                PaymentStanding::Settled { amount, .. } => amount.to_string(),
                PaymentStanding::NothingAsked
                | PaymentStanding::Prompting
                | PaymentStanding::Checking
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
        Notice::CustomerLate { .. } | Notice::MessageNotSent { .. } | Notice::Digest(_) => Vec::new(),
    }
}

/// The confirmation; and the receipt apart, so that it can be kept and shown.
fn confirmed(standing: &PaymentStanding, values: &Values, voice: &Voice<'_>) -> Vec<Said> {
    let receipt = |key: TextKey, values: &Values, template: Option<TemplateName>| Said {
        phrase: Phrase::plain(render(key, voice.tongue, values)).for_purpose(Purpose::Receipt),
        template,
    };
    match standing {
        PaymentStanding::Settled {
            amount,
            receipt: number,
        } => {
            let paid = values
                .clone()
                .with(Placeholder::Amount, amount.to_string())
                .with(Placeholder::Receipt, number.as_str());
            vec![
                receipt(
                    TextKey::ConfirmedPaid,
                    &paid,
                    Some(TemplateName::BookingConfirmed),
                ),
                receipt(TextKey::Receipt, &paid, None),
            ]
        }
        PaymentStanding::NothingAsked
        | PaymentStanding::Prompting
        | PaymentStanding::Checking
        | PaymentStanding::Failed(_) => {
            vec![receipt(
                TextKey::ConfirmedUnpaid,
                values,
                Some(TemplateName::BookingConfirmed),
            )]
        }
    }
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

fn deadline_of(stage: &Stage) -> Option<OffsetDateTime> {
    match stage {
        Stage::Paying { owed, .. } => Some(owed.deadline),
        Stage::Cancelling { back, .. } => deadline_of(back),
        Stage::Open
        | Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::AskingPayer { .. }
        | Stage::Booked { .. } => None,
    }
}

/// Where the dialogue about this visit stands now; `None` where it stood.
pub(super) fn next_stage(notice: &Notice, stage: &Stage, card: &VisitCard) -> Option<Stage> {
    let booked = Stage::Booked {
        visit: card.id,
        slot: card.slot,
    };
    match (notice, stage) {
        (Notice::VisitConfirmed { .. }, Stage::Paying { .. }) => Some(booked),
        (Notice::VisitConfirmed { .. }, Stage::Cancelling { visit, slot, .. }) => Some(Stage::Cancelling {
            visit: *visit,
            slot: *slot,
            back: Box::new(booked),
        }),
        (Notice::HoldExpired { .. }, Stage::Paying { .. } | Stage::Cancelling { .. }) => {
            Some(Stage::Gathering {
                draft: Draft {
                    services: vec![card.slot.service],
                    staff: card.slot.staff,
                    ..Draft::default()
                },
                missing: Missing::When,
            })
        }
        (Notice::VisitLost { .. } | Notice::VisitCancelled { .. }, _any) => Some(Stage::Open),
        (_other_news, _any) => None,
    }
}

/// What the owners are told, and by which template where only those go.
pub(super) fn to_owner(notice: &Notice, voice: &Voice<'_>) -> Option<(Phrase, TemplateName)> {
    let brief = |reason: &str, known: &str, next: &str| {
        let values = Values::new()
            .with(Placeholder::Reason, reason)
            .with(Placeholder::Known, known)
            .with(Placeholder::List, "–")
            .with(Placeholder::NextStep, next);
        let text = render(TextKey::HandoffBrief, voice.tongue, &values);
        (
            Phrase::plain(text).for_purpose(Purpose::Alert),
            TemplateName::OwnerAlert,
        )
    };
    match notice {
        Notice::CustomerLate { visit, minutes } => {
            let late = minutes.map_or_else(|| "?".to_owned(), |minutes| minutes.to_string());
            Some(brief(&format!("late: {late} min"), &visit.to_string(), "–"))
        }
        Notice::MessageNotSent { message } => Some(brief("message not sent", &message.to_string(), "call")),
        Notice::Digest(figures) => Some((digest(figures, voice), TemplateName::OwnerDigest)),
        Notice::VisitConfirmed { .. }
        | Notice::PaymentFailed { .. }
        | Notice::PaymentChecking { .. }
        | Notice::HoldExpired { .. }
        | Notice::VisitLost { .. }
        | Notice::Reminder { .. }
        | Notice::VisitCancelled { .. } => None,
    }
}

fn digest(figures: &DigestFigures, voice: &Voice<'_>) -> Phrase {
    let takings: Vec<String> = figures
        .takings
        .iter()
        .map(|(tender, amount)| format!("{tender} {amount}"))
        .collect();
    let or_none = |lines: &[String], between: &str| {
        if lines.is_empty() {
            "–".to_owned()
        } else {
            lines.join(between)
        }
    };
    let values = Values::new()
        .with(Placeholder::Business, voice.profile.business_name.as_str())
        .with(Placeholder::Date, format_date(figures.day, voice.tongue))
        .with(Placeholder::Bookings, figures.bookings.to_string())
        .with(Placeholder::NoShows, figures.no_shows.to_string())
        .with(Placeholder::Takings, or_none(&takings, ", "))
        .with(Placeholder::OpenPayments, figures.open_payments.to_string())
        .with(Placeholder::Unrouted, figures.unrouted.to_string())
        .with(Placeholder::Handoffs, figures.handoffs.to_string())
        .with(Placeholder::DeadJobs, figures.dead_jobs.to_string())
        .with(Placeholder::Overdue, figures.overdue.to_string())
        .with(Placeholder::Commission, figures.commission.to_string())
        .with(Placeholder::List, or_none(&figures.today, "\n"));
    Phrase::plain(render(TextKey::OwnerDigest, voice.tongue, &values)).for_purpose(Purpose::Digest)
}
