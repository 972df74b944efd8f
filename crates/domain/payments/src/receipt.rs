//! What a customer is given as proof: what a visit cost, what was given for it by which tender, what went back, and
//! what is still owed. A pure value; the words are somebody else's.
//!
//! Every amount is exact and can be checked against the others: what was given is what was kept, what became credit
//! and what went back; what is charged is what was kept, what the business let the customer off, and what is still owed.

use std::fmt;

use ratiba_kernel::{Currency, Money, MoneyError};
use time::OffsetDateTime;

use crate::attempt::{Attempt, Provider, StateName};
use crate::credit::Spend;
use crate::payment::{PaymentId, PaymentRecord, PaymentState};
use crate::reference::Receipt;
use crate::refund::{Refund, RefundState, RefundWay, refundable, standing};
use crate::tip::TipRecord;

/// With what somebody pays, or is paid back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tender {
    /// M-Pesa.
    Mpesa,
    /// A card.
    Card,
    /// Cash.
    Cash,
    /// The customer's credit with the business.
    Credit,
    /// By a way that is not seen from here: before the business came here, or a bank transfer.
    Elsewhere,
}

impl Tender {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Mpesa, Self::Card, Self::Cash, Self::Credit, Self::Elsewhere];

    /// The word for it in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mpesa => "mpesa",
            Self::Card => "card",
            Self::Cash => "cash",
            Self::Credit => "credit",
            Self::Elsewhere => "elsewhere",
        }
    }

    /// What came through a provider.
    #[must_use]
    pub const fn of(provider: Provider) -> Self {
        match provider {
            Provider::Mpesa => Self::Mpesa,
            Provider::Pesapal => Self::Card,
            Provider::Cash => Self::Cash,
        }
    }

    /// What goes back in a way.
    #[must_use]
    pub const fn back(way: RefundWay) -> Self {
        match way {
            RefundWay::MpesaReversal => Self::Mpesa,
            RefundWay::Card | RefundWay::Chargeback => Self::Card,
            RefundWay::Cash => Self::Cash,
            RefundWay::Credit => Self::Credit,
            RefundWay::Outside => Self::Elsewhere,
        }
    }

    /// Whether its provider gives each payment a number, which a receipt waits for.
    const fn is_numbered(self) -> bool {
        match self {
            Self::Mpesa | Self::Card => true,
            Self::Cash | Self::Credit | Self::Elsewhere => false,
        }
    }
}

/// What a line is charged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A service.
    Service,
    /// A fee for a service that was cancelled or not come to.
    Fee,
}

/// One thing that is charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// For what.
    pub kind: LineKind,
    /// The service's name, in the language of the receipt.
    pub what: String,
    /// When it begins.
    pub at: OffsetDateTime,
    /// The list price; of a fee, the fee.
    pub list: Money,
    /// What is taken off it.
    pub discount: Money,
}

impl Line {
    /// What is charged: the list price less the discount.
    ///
    /// # Errors
    /// [`MoneyError`] if the currencies differ.
    pub fn charged(&self) -> Result<Money, MoneyError> {
        self.list.checked_sub(self.discount)
    }
}

/// Money that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// With what.
    pub tender: Tender,
    /// How much.
    pub amount: Money,
    /// The provider's number for it; `None` where it gives none, or did not tell it yet.
    pub number: Option<Receipt>,
    /// When it is known to have been given; `None` for what was paid before the business came here.
    pub at: Option<OffsetDateTime>,
}

/// What was given to the staff on top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipGiven {
    /// How much, without what went back of it.
    pub amount: Money,
    /// With what, and the provider's number for it; `None` for what was handed over without the house.
    pub through: Option<(Tender, Option<Receipt>)>,
}

impl TipGiven {
    /// What came of a tip through the house and is not given back, or on its way back; `None` if that is nothing.
    ///
    /// # Errors
    /// [`MoneyError`] if the currencies differ.
    pub fn of(tip: &TipRecord, refunds: &[Refund]) -> Result<Option<Self>, MoneyError> {
        let amount = refundable(&tip.record.payment, refunds)?;
        if !amount.is_positive() {
            return Ok(None);
        }
        let mut attempts = tip.record.attempts.iter().chain(&tip.along);
        let through = attempts.find(|attempt| brought(attempt)).map(|attempt| {
            let tender = Tender::of(attempt.terms().provider);
            (tender, attempt.receipt().cloned())
        });
        Ok(Some(Self { amount, through }))
    }
}

/// Money that went back, or is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// With what.
    pub tender: Tender,
    /// How much.
    pub amount: Money,
    /// The provider's number for it, if there is one.
    pub number: Option<Receipt>,
    /// The number of the transfer outside of this system, if it went there.
    pub reference: Option<String>,
    /// Since when it stands as it does.
    pub at: OffsetDateTime,
    /// Whether it has arrived; else it is on its way, or being looked into.
    pub done: bool,
}

/// What is known of the visit itself.
#[derive(Clone, PartialEq, Eq)]
pub struct About {
    /// The business, as customers know it.
    pub business: String,
    /// What the customer names the visit by.
    pub reference: String,
    /// When the receipt was drawn up.
    pub issued_at: OffsetDateTime,
    /// What is charged, in order of time.
    pub lines: Vec<Line>,
    /// What was given to the staff on top, the oldest first; never part of a price.
    pub tips: Vec<TipGiven>,
    /// What was paid before the business came here.
    pub elsewhere: Money,
    /// What went back because the business itself decided so: it is not asked for again.
    pub let_off: Money,
    /// What is still to be paid, as it is asked for.
    pub owed: Money,
}

impl fmt::Debug for About {
    /// Leaves out the names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("About")
            .field("reference", &self.reference)
            .field("lines", &self.lines.len())
            .field("owed", &self.owed)
            .finish_non_exhaustive()
    }
}

/// The receipt of a visit, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitReceipt {
    /// The visit.
    pub about: About,
    /// What was given, oldest first.
    pub given: Vec<Given>,
    /// What of that is the customer's credit now: it was more than was owed, or paid for what is over.
    pub to_credit: Money,
    /// What went back, or is on its way, oldest first.
    pub returned: Vec<Returned>,
    /// The payments that are settled, of which every number is known, and of which not all went back.
    pub settled: Vec<PaymentId>,
}

impl VisitReceipt {
    /// Draws it up from all payments of the visit, all credit that was spent on it, and all of its refunds.
    ///
    /// # Errors
    /// [`MoneyError`] if the currencies differ.
    pub fn draw_up(
        about: About,
        payments: &[PaymentRecord],
        spends: &[Spend],
        refunds: &[Refund],
    ) -> Result<Self, MoneyError> {
        let mut given: Vec<Given> = before(&about).into_iter().collect();
        for attempt in payments.iter().flat_map(|record| &record.attempts) {
            given.extend(paid(attempt)?);
        }
        given.extend(spends.iter().map(|spend| Given {
            tender: Tender::Credit,
            amount: spend.amount,
            number: None,
            at: Some(spend.at),
        }));
        given.sort_by_key(|given| given.at);
        let mut returned: Vec<Returned> = standing(refunds)?
            .into_iter()
            .map(|(refund, stands)| back(refund, stands))
            .collect();
        let currency = about.owed.currency();
        let mut kept = about.elsewhere;
        for record in payments {
            let payment = &record.payment;
            kept = kept.checked_add(payment.paid().checked_sub(payment.credited())?)?;
        }
        let received = Money::sum(currency, given.iter().map(|given| given.amount))?;
        let mut to_credit = received.checked_sub(kept)?;
        let came = credit_of_payments(payments, spends)?;
        count_credit_once(&mut given, came, &mut to_credit, &mut returned)?;
        Ok(Self {
            to_credit,
            returned,
            settled: settled(payments, refunds)?,
            about,
            given,
        })
    }

    /// The currency of all of it.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.about.owed.currency()
    }

    /// What is charged in all, without tips.
    ///
    /// # Errors
    /// [`MoneyError`] if the currencies differ.
    pub fn charged(&self) -> Result<Money, MoneyError> {
        self.about
            .lines
            .iter()
            .try_fold(Money::zero(self.currency()), |sum, line| {
                sum.checked_add(line.charged()?)
            })
    }

    /// All tips together, which are part of no other sum here.
    ///
    /// # Errors
    /// [`MoneyError`] if the currencies differ.
    pub fn tipped(&self) -> Result<Money, MoneyError> {
        Money::sum(self.currency(), self.about.tips.iter().map(|tip| tip.amount))
    }

    /// What was given in all.
    ///
    /// # Errors
    /// [`MoneyError`] if the currencies differ.
    pub fn received(&self) -> Result<Money, MoneyError> {
        Money::sum(self.currency(), self.given.iter().map(|given| given.amount))
    }

    /// What went back in all, or is on its way.
    ///
    /// # Errors
    /// [`MoneyError`] if the currencies differ.
    pub fn given_back(&self) -> Result<Money, MoneyError> {
        Money::sum(self.currency(), self.returned.iter().map(|back| back.amount))
    }

    /// What the business keeps of it: what was given, less what became credit and what went back.
    ///
    /// # Errors
    /// [`MoneyError`] if the currencies differ.
    pub fn kept(&self) -> Result<Money, MoneyError> {
        self.received()?
            .checked_sub(self.to_credit)?
            .checked_sub(self.given_back()?)
    }
}

/// Credit that came of this very visit and went into it again was given by nobody and is nobody's: it is left out on both
/// sides, so that what was given is money that truly came. What was spent before it came is other credit, and stands.
///
/// What was given comes oldest first, and so does what became credit of payments, `came`, each piece with when.
fn count_credit_once(
    given: &mut Vec<Given>,
    mut came: Vec<(OffsetDateTime, Money)>,
    to_credit: &mut Money,
    returned: &mut Vec<Returned>,
) -> Result<(), MoneyError> {
    for spent in given.iter_mut().filter(|given| given.tender == Tender::Credit) {
        let had_come = |at: OffsetDateTime| spent.at.is_some_and(|spent| at <= spent);
        // The newest first.
        for (_, piece) in came.iter_mut().rev().filter(|(at, _)| had_come(*at)) {
            let less = take_of_both(&mut spent.amount, piece)?;
            *to_credit = to_credit.checked_sub(less)?;
        }
        let back = returned.iter_mut().rev();
        for back in back.filter(|back| back.tender == Tender::Credit && had_come(back.at)) {
            take_of_both(&mut spent.amount, &mut back.amount)?;
        }
    }
    given.retain(|given| given.tender != Tender::Credit || given.amount.is_positive());
    returned.retain(|back| back.tender != Tender::Credit || back.amount.is_positive());
    Ok(())
}

/// Takes as much of both as both have; answers how much.
fn take_of_both(one: &mut Money, other: &mut Money) -> Result<Money, MoneyError> {
    let less = (*one).min(*other);
    *one = one.checked_sub(less)?;
    *other = other.checked_sub(less)?;
    Ok(less)
}

/// What became credit of payments, oldest first: what came last, as far as it was more than was owed, and all of what was
/// closed for credit. When only a part of a payment became credit is not on record, so that is not among it.
fn credit_of_payments(
    payments: &[PaymentRecord],
    spends: &[Spend],
) -> Result<Vec<(OffsetDateTime, Money)>, MoneyError> {
    let mut came = Vec::new();
    for record in payments {
        let payment = &record.payment;
        let mut arrived = Vec::new();
        for attempt in record.attempts.iter().filter(|attempt| brought(attempt)) {
            arrived.push((attempt.progress().state_at, attempt.for_payment()?));
        }
        let own = spends.iter().filter(|spend| spend.payment == payment.id());
        arrived.extend(own.map(|spend| (spend.at, spend.amount)));
        arrived.sort_by_key(|(at, _)| *at);
        let all = Money::sum(payment.currency(), arrived.iter().map(|(_, amount)| *amount))?;
        let mut excess = all.checked_sub(payment.paid())?;
        for (at, amount) in arrived.into_iter().rev() {
            if excess.is_positive() {
                let piece = amount.min(excess);
                came.push((at, piece));
                excess = excess.checked_sub(piece)?;
            }
        }
        match payment.state() {
            PaymentState::Credited => came.push((payment.state_at(), payment.credited())),
            PaymentState::Open | PaymentState::Settled | PaymentState::Cancelled => {}
        }
    }
    came.sort_by_key(|(at, _)| *at);
    Ok(came)
}

fn before(about: &About) -> Option<Given> {
    about.elsewhere.is_positive().then_some(Given {
        tender: Tender::Elsewhere,
        amount: about.elsewhere,
        number: None,
        at: None,
    })
}

/// What an attempt brought for its payment, if it brought anything; a tip that it took along stands elsewhere.
fn paid(attempt: &Attempt) -> Result<Option<Given>, MoneyError> {
    let amount = attempt.for_payment()?;
    Ok(brought(attempt).then(|| Given {
        tender: Tender::of(attempt.terms().provider),
        amount,
        number: attempt.receipt().cloned(),
        at: Some(attempt.progress().state_at),
    }))
}

/// Whether an attempt brought anything.
fn brought(attempt: &Attempt) -> bool {
    attempt.state().name() == StateName::Paid
}

fn back(refund: &Refund, amount: Money) -> Returned {
    let (number, done) = match refund.state() {
        RefundState::Done { receipt } => (receipt.clone(), true),
        RefundState::Requested
        | RefundState::Sent
        | RefundState::Unknown
        | RefundState::InReview { .. }
        | RefundState::Rejected { .. }
        | RefundState::Cancelled => (None, false),
    };
    Returned {
        tender: Tender::back(refund.terms().way),
        amount,
        number,
        reference: refund.terms().reference.clone(),
        at: refund.progress().state_at,
        done,
    }
}

fn settled(payments: &[PaymentRecord], refunds: &[Refund]) -> Result<Vec<PaymentId>, MoneyError> {
    let mut settled = Vec::new();
    for record in payments.iter().filter(|record| is_settled(record)) {
        let payment = &record.payment;
        let own = refunds
            .iter()
            .filter(|refund| refund.terms().payment == payment.id());
        if refundable(payment, &own.cloned().collect::<Vec<_>>())?.is_positive() {
            settled.push(payment.id());
        }
    }
    Ok(settled)
}

fn is_settled(record: &PaymentRecord) -> bool {
    let settled = match record.payment.state() {
        PaymentState::Settled => true,
        PaymentState::Open | PaymentState::Credited | PaymentState::Cancelled => false,
    };
    let mut came = record.attempts.iter().filter(|attempt| brought(attempt));
    settled
        && came
            .all(|attempt| attempt.receipt().is_some() || !Tender::of(attempt.terms().provider).is_numbered())
}

#[cfg(test)]
mod tests;
