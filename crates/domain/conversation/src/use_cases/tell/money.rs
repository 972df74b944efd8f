//! What is told of money that moves outside of the chat: pages for cards, refunds, credit, tips, parts that came by hand,
//! and what came while a person had the thread. Pure.

use std::fmt;

use ratiba_kernel::Money;
use time::OffsetDateTime;
use uuid::Uuid;

use super::notice::Said;
use crate::channel::Address;
use crate::customer::CustomerId;
use crate::desk::{
    BackBy, PayWay, PaymentRef, PaymentTrouble, RefundRef, StaffRef, VisitCard, VisitRef, VisitStanding,
};
use crate::outgoing::Purpose;
use crate::templates::TemplateName;
use crate::texts::{Placeholder, ReceiptWord, TextKey, Tongue, render};
use crate::thread::BriefLine;
use crate::wording::{Phrase, Voice, card_link, tip_failed, tip_offer};

/// Something that happened to money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoneyNews {
    /// A page for a card is open: its address.
    CardPage {
        /// For what.
        visit: VisitRef,
        /// How much it asks for.
        amount: Money,
        /// Where it is.
        page: PageLink,
    },
    /// What becomes of money that goes back.
    Refund {
        /// Of what.
        visit: VisitRef,
        /// Who gets it; nobody else is told.
        customer: CustomerId,
        /// Which refund.
        refund: RefundRef,
        /// How much.
        amount: Money,
        /// By what.
        by: BackBy,
        /// What became of it.
        step: RefundStep,
    },
    /// A customer's credit grew, or was spent on a visit.
    Credit {
        /// From, or for, what.
        visit: VisitRef,
        /// Whose it is; nobody else is told.
        customer: CustomerId,
        /// How much.
        amount: Money,
        /// Which of the two.
        step: CreditStep,
    },
    /// A tip came through the house: thanks.
    Tip {
        /// For what.
        visit: VisitRef,
        /// Whose visit it is; nobody else is told.
        customer: CustomerId,
        /// Which payment.
        payment: PaymentRef,
        /// How much.
        amount: Money,
        /// With what.
        by: BackBy,
        /// The provider's number of it, if it is known.
        number: Option<String>,
    },
    /// To somebody who renders services: their part of a tip came, or went back.
    TipFor {
        /// For what.
        visit: VisitRef,
        /// The tip's payment.
        payment: PaymentRef,
        /// Who gets it.
        staff: StaffRef,
        /// Where they are told.
        address: Address,
        /// How much of it is theirs, or was.
        amount: Money,
        /// What became of it.
        step: TipStep,
    },
    /// The prompt for a tip that was chosen in the chat brought nothing.
    TipFailed {
        /// For what.
        visit: VisitRef,
        /// Whose visit it is; nobody else is told.
        customer: CustomerId,
        /// The tip's payment: there is one for each time that one is chosen.
        payment: PaymentRef,
        /// How much was asked for.
        amount: Money,
        /// Why it was not paid.
        trouble: PaymentTrouble,
    },
    /// A visit was rendered and is paid: a tip may be given. Once for each visit.
    TipOffer {
        /// For what.
        visit: VisitRef,
        /// Whose visit it is; nobody else is told.
        customer: CustomerId,
    },
    /// A part of what is owed came by hand, which nobody had asked for in this way.
    Part {
        /// For what.
        visit: VisitRef,
        /// Whose visit it is; nobody else is told.
        customer: CustomerId,
        /// How much came.
        amount: Money,
        /// With what.
        by: BackBy,
        /// The provider's number of it, if it is known.
        number: Option<String>,
        /// What is left to pay.
        left: Money,
    },
    /// More came than was owed: to the owners. The rest is the customer's credit.
    Overpaid {
        /// For what.
        visit: VisitRef,
        /// How much too much.
        excess: Money,
        /// With what it came.
        by: BackBy,
        /// The provider's number of what brought it, if it is known.
        number: Option<String>,
    },
    /// A payment is settled: to the owners, where they should know.
    Paid {
        /// For what.
        visit: VisitRef,
        /// Which payment.
        payment: PaymentRef,
        /// How much was paid in all.
        amount: Money,
        /// The provider's number of what came last, if it is known.
        number: Option<String>,
    },
}

/// What became of money that was to go back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundStep {
    /// A provider was asked for it.
    UnderWay,
    /// It went back.
    Done {
        /// The provider's number of it, if there is one.
        number: Option<String>,
    },
    /// It will not go back that way.
    NotDone,
}

/// What became of somebody's part of a tip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TipStep {
    /// It came.
    Came,
    /// It, or some of it, went back to the customer by this refund.
    WentBack(RefundRef),
}

/// What became of a customer's credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditStep {
    /// It grew.
    Given,
    /// It was spent.
    Spent,
}

/// The address of a page on which somebody pays. `Debug` shows its length: who has the address sees the order.
#[derive(Clone, PartialEq, Eq)]
pub struct PageLink(String);

impl PageLink {
    /// An address.
    pub fn new(address: impl Into<String>) -> Self {
        Self(address.into())
    }

    /// The address, for the customer.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PageLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PageLink({} bytes)", self.0.len())
    }
}

impl MoneyNews {
    /// A word for logs and causes.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CardPage { .. } => "card_page",
            Self::Refund { .. } => "refund",
            Self::Credit { .. } => "credit",
            Self::Tip { .. } => "tip",
            Self::TipFor { .. } => "tip_for",
            Self::TipOffer { .. } => "tip_offer",
            Self::TipFailed { .. } => "tip_failed",
            Self::Part { .. } => "part",
            Self::Overpaid { .. } => "overpaid",
            Self::Paid { .. } => "paid",
        }
    }

    /// The visit that it is about.
    #[must_use]
    pub const fn visit(&self) -> VisitRef {
        match self {
            Self::CardPage { visit, .. }
            | Self::Refund { visit, .. }
            | Self::Credit { visit, .. }
            | Self::Tip { visit, .. }
            | Self::TipFor { visit, .. }
            | Self::TipOffer { visit, .. }
            | Self::TipFailed { visit, .. }
            | Self::Part { visit, .. }
            | Self::Overpaid { visit, .. }
            | Self::Paid { visit, .. } => *visit,
        }
    }

    /// Names each message of it: a step of a refund is told once, and a payment is settled once.
    pub(super) fn cause(&self, occasion: Uuid, place: usize) -> String {
        let name = self.name();
        match self {
            Self::CardPage { .. } | Self::Credit { .. } | Self::Part { .. } | Self::Overpaid { .. } => {
                format!("{name}:{occasion}:{place}")
            }
            Self::Refund { refund, step, .. } => {
                let step = match step {
                    RefundStep::UnderWay => "under_way",
                    RefundStep::Done { .. } => "done",
                    RefundStep::NotDone => "not_done",
                };
                format!("{name}:{step}:{refund}:{place}")
            }
            Self::TipFor {
                payment, staff, step, ..
            } => match step {
                TipStep::Came => format!("{name}:{payment}:{staff}:{place}"),
                TipStep::WentBack(refund) => format!("{name}:back:{refund}:{staff}:{place}"),
            },
            Self::TipOffer { visit, .. } => format!("{name}:{visit}:{place}"),
            Self::Paid { payment, .. } | Self::Tip { payment, .. } | Self::TipFailed { payment, .. } => {
                format!("{name}:{payment}:{place}")
            }
        }
    }

    /// Whether it would be wrong to say by now, or to this customer: money is told to whom it belongs.
    pub(super) fn is_stale(&self, card: &VisitCard, now: OffsetDateTime) -> bool {
        match self {
            Self::CardPage { .. } => {
                card.standing != VisitStanding::Held || card.deadline.is_none_or(|deadline| deadline <= now)
            }
            Self::Refund { customer, .. } | Self::Credit { customer, .. } | Self::Tip { customer, .. } => {
                *customer != card.customer
            }
            // What came for a visit that is over is told as credit.
            Self::Part { customer, .. } => *customer != card.customer || card.standing == VisitStanding::Gone,
            Self::TipOffer { customer, .. } | Self::TipFailed { customer, .. } => {
                *customer != card.customer || card.standing != VisitStanding::Rendered
            }
            Self::Paid { .. } | Self::Overpaid { .. } | Self::TipFor { .. } => false,
        }
    }

    /// Whether it is said to a customer who opted out.
    pub(super) const fn is_strictly_needed(&self) -> bool {
        match self {
            Self::CardPage { .. }
            | Self::Refund { .. }
            | Self::Credit { .. }
            | Self::Tip { .. }
            | Self::Part { .. } => true,
            Self::Paid { .. }
            | Self::Overpaid { .. }
            | Self::TipFor { .. }
            | Self::TipOffer { .. }
            | Self::TipFailed { .. } => false,
        }
    }

    /// What the customer is told.
    pub(super) fn to_customer(&self, card: &VisitCard, voice: &Voice<'_>) -> Vec<Said> {
        let values = voice
            .values_of(&card.slot)
            .with(Placeholder::Reference, card.reference.as_str());
        let said = |phrase: Phrase| Said {
            phrase,
            template: Some(TemplateName::BookingNotice),
            gist: None,
            document: None,
        };
        let (key, values) = match self {
            Self::CardPage { amount, page, .. } => {
                // A held visit has a deadline.
                let until = card.deadline.unwrap_or(card.slot.starts_at);
                return vec![Said {
                    // A template has no room for the whole address, and a part of it leads nowhere.
                    template: None,
                    ..said(card_link(*amount, page.as_str(), until, voice))
                }];
            }
            Self::Refund { amount, by, step, .. } => {
                let (key, number) = match step {
                    RefundStep::UnderWay => (TextKey::RefundUnderWay, None),
                    RefundStep::Done { number } => (TextKey::RefundDone, number.as_deref()),
                    RefundStep::NotDone => (TextKey::RefundNotDone, None),
                };
                let values = values.with(Placeholder::Way, way(*by, number, voice.tongue));
                (key, values.with(Placeholder::Amount, amount.to_string()))
            }
            Self::Credit { amount, step, .. } => {
                let key = match step {
                    CreditStep::Given => TextKey::CreditGiven,
                    CreditStep::Spent => TextKey::CreditSpent,
                };
                (key, values.with(Placeholder::Amount, amount.to_string()))
            }
            Self::Tip {
                amount, by, number, ..
            } => {
                let values = values.with(Placeholder::Way, way(*by, number.as_deref(), voice.tongue));
                (
                    TextKey::TipThanks,
                    values.with(Placeholder::Amount, amount.to_string()),
                )
            }
            Self::Part {
                amount,
                by,
                number,
                left,
                ..
            } => {
                let values = values
                    .with(Placeholder::Way, way(*by, number.as_deref(), voice.tongue))
                    .with(Placeholder::Amount, amount.to_string())
                    .with(Placeholder::Left, left.to_string())
                    .with(Placeholder::Reference, card.account.as_str());
                let (key, values) = match card.deadline.filter(|_| card.standing == VisitStanding::Held) {
                    Some(until) => (
                        TextKey::PartCameHeld,
                        values.with(Placeholder::Time, voice.when(until)),
                    ),
                    None => (TextKey::PartCame, values),
                };
                let asking = Phrase::plain(render(key, voice.tongue, &values))
                    .for_purpose(Purpose::AsksMoney)
                    .asking(PayWay::Prompt);
                return vec![said(asking)];
            }
            Self::TipOffer { .. } => {
                return vec![Said {
                    // Where only templates go nobody is asked for a tip.
                    template: None,
                    ..said(tip_offer(card, voice))
                }];
            }
            Self::TipFailed { amount, trouble, .. } => {
                return vec![Said {
                    template: None,
                    ..said(tip_failed(card, *amount, *trouble, voice))
                }];
            }
            Self::Paid { .. } | Self::Overpaid { .. } | Self::TipFor { .. } => return Vec::new(),
        };
        let text = render(key, voice.tongue, &values);
        vec![said(Phrase::plain(text).for_purpose(Purpose::Receipt))]
    }

    /// The line for the brief of a person who has the thread.
    pub(super) const fn brief_line(&self, now: OffsetDateTime) -> Option<BriefLine> {
        match self {
            Self::Paid {
                visit,
                payment,
                amount,
                ..
            } => Some(BriefLine::Paid {
                at: now,
                visit: *visit,
                payment: *payment,
                amount: *amount,
            }),
            Self::CardPage { .. }
            | Self::Overpaid { .. }
            | Self::Refund { .. }
            | Self::Credit { .. }
            | Self::Tip { .. }
            | Self::TipFor { .. }
            | Self::TipOffer { .. }
            | Self::TipFailed { .. }
            | Self::Part { .. } => None,
        }
    }

    /// Why the owners are told, and what to do; `None` where they need not know. `with_person` says that a person has
    /// the customer's thread.
    pub(super) fn to_owners(
        &self,
        with_person: bool,
        standing: Option<VisitStanding>,
        tongue: Tongue,
    ) -> Option<(String, &'static str)> {
        match self {
            Self::Paid { amount, number, .. } if with_person => {
                let paid = number
                    .as_ref()
                    .map_or_else(|| amount.to_string(), |number| format!("{amount} ({number})"));
                Some((why(&paid, tongue), next(standing, tongue)))
            }
            Self::Overpaid {
                excess, by, number, ..
            } => {
                let way = way(*by, number.as_deref(), tongue);
                Some(too_much(*excess, &way, tongue))
            }
            Self::Paid { .. }
            | Self::CardPage { .. }
            | Self::Refund { .. }
            | Self::Credit { .. }
            | Self::Tip { .. }
            | Self::TipFor { .. }
            | Self::TipOffer { .. }
            | Self::TipFailed { .. }
            | Self::Part { .. } => None,
        }
    }
}

fn way(by: BackBy, number: Option<&str>, tongue: Tongue) -> String {
    let word = match by {
        BackBy::Mpesa => ReceiptWord::Mpesa,
        BackBy::Card => ReceiptWord::Card,
        BackBy::Cash => ReceiptWord::Cash,
        BackBy::Elsewhere => ReceiptWord::Elsewhere,
    }
    .word(tongue);
    number.map_or_else(|| word.to_owned(), |number| format!("{word} {number}"))
}

fn too_much(excess: Money, way: &str, tongue: Tongue) -> (String, &'static str) {
    match tongue {
        Tongue::English => (
            format!("{excess} more was paid than is owed ({way}); it is the customer's credit now"),
            "nothing has to be done: it counts towards the next visit; if they want it back, pay the credit out at the desk",
        ),
        Tongue::Swahili => (
            format!("{excess} imelipwa zaidi ya inayodaiwa ({way}); sasa ni salio la mteja"),
            "hakuna lazima ya kufanya lolote: itahesabiwa kwenye miadi ijayo; akitaka irudi, mlipe salio hilo mapokezi",
        ),
    }
}

fn why(paid: &str, tongue: Tongue) -> String {
    match tongue {
        Tongue::English => format!("{paid} was paid while a person talks to the customer"),
        Tongue::Swahili => format!("{paid} imelipwa mtu akiwa anazungumza na mteja"),
    }
}

/// What it means for the visit, and for whoever reads it.
const fn next(standing: Option<VisitStanding>, tongue: Tongue) -> &'static str {
    match (standing, tongue) {
        (Some(VisitStanding::Held | VisitStanding::Confirmed | VisitStanding::Rendered), Tongue::English) => {
            "the booking stands; do not ask for this money again"
        }
        (Some(VisitStanding::Held | VisitStanding::Confirmed | VisitStanding::Rendered), Tongue::Swahili) => {
            "miadi iko imara; usiombe pesa hii tena"
        }
        (Some(VisitStanding::Gone) | None, Tongue::English) => {
            "the time is gone, and your rules give the money back; offer a new time"
        }
        (Some(VisitStanding::Gone) | None, Tongue::Swahili) => {
            "muda umepita, na kanuni zako zinarudisha pesa; mpe muda mwingine"
        }
    }
}
