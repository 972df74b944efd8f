//! What has to be true when a run is over, whatever happened in it. A pure function over a snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::books::{Movement, Snapshot};
use super::rows::{Attempt, Journal, Part, Refund};

mod money;
mod rendered;

/// Something that must never be otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Law {
    /// Every attempt is settled or in a person's hands.
    AttemptsEnd,
    /// Every refund is over or in a person's hands; those of cards may still be looked up each day.
    RefundsEnd,
    /// Nothing is asked for a visit that is over, and no hold outlives its deadline.
    NothingStaysOpen,
    /// What M-Pesa has taken and given back is in the ledger, to the cent, or a person knows of it.
    MpesaAgrees,
    /// The same of cards.
    CardsAgree,
    /// What lies in the drawer is what the ledger says.
    CashAgrees,
    /// A tip is owed to those who rendered the service, all of it and once.
    TipsAgree,
    /// Credit that left the house is in the ledger once.
    PayoutsAgree,
    /// What is paid is in the ledger once, and what is in the ledger was paid.
    BookedOnce,
    /// Every journal has lines, which add up to nothing.
    JournalsBalance,
    /// Nobody's deposit or credit is below nothing.
    NothingNegative,
    /// Money that was paid for a visit is held by a claim, owed as credit, or went back.
    PaidIsKept,
    /// No more is earned of a visit that nobody rendered and that is over than its fees.
    EarnedIsKept,
    /// What was kept of the payments of a visit that was rendered is revenue, all of it and once.
    RenderedIsEarned,
    /// A confirmed visit has its claims, and its deposit was paid.
    ConfirmedIsPaid,
    /// Nobody and nothing is taken twice at one time.
    NoOverlap,
    /// Whoever and whatever is taken for a visit is taken at its time, also after it was moved.
    ClaimsFollow,
    /// No prompt was pushed twice, and no payment had two prompts at once.
    PromptedOnce,
    /// Refunds are never more than what was paid, but for what a person was told that a customer has twice.
    RefundsWithinPaid,
    /// No job was given up.
    NoDeadJob,
    /// Everything that came was looked at.
    NothingWaits,
    /// Each message that is nobody's is kept, and was given to a business or put aside.
    LettersEnd,
    /// The api never answered with a failure of its own.
    ApiAnswers,
}

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What was broken.
    pub law: Law,
    /// By what.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.law, self.what)
    }
}

/// Everything that is not as it must be.
pub fn check(snapshot: &Snapshot) -> Vec<Finding> {
    let sides = Sides::of(snapshot);
    let mut findings = Findings(Vec::new());
    ends(snapshot, &mut findings);
    money::mpesa(snapshot, &sides, &mut findings);
    money::cards(snapshot, &sides, &mut findings);
    money::cash(snapshot, &mut findings);
    money::tips(snapshot, &mut findings);
    money::tips_owed(snapshot, &mut findings);
    money::payouts(snapshot, &sides, &mut findings);
    money::booked(snapshot, &sides, &mut findings);
    journals(snapshot, &mut findings);
    visits(snapshot, &sides, &mut findings);
    rendered::earned(snapshot, &sides, &mut findings);
    claims(snapshot, &mut findings);
    prompts(snapshot, &mut findings);
    refunds(snapshot, &mut findings);
    leftovers(snapshot, &mut findings);
    strangers(snapshot, &mut findings);
    findings.0
}

struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, law: Law, what: String) {
        self.0.push(Finding { law, what });
    }

    fn unless(&mut self, holds: bool, law: Law, what: impl FnOnce() -> String) {
        if !holds {
            self.add(law, what());
        }
    }
}

/// Ways from one side to the other.
pub(super) struct Sides<'a> {
    pub(super) attempts: BTreeMap<&'a str, &'a Attempt>,
    /// Attempts by the prompts that were pushed for them.
    pub(super) prompted: BTreeMap<&'a str, &'a Attempt>,
    journals: BTreeMap<&'a str, &'a Journal>,
    /// What the business holds of each payment, earned or not.
    pub(super) deposits: BTreeMap<&'a str, i64>,
    /// What of that is earned.
    pub(super) revenue: BTreeMap<&'a str, i64>,
    /// The balance of each customer's credit.
    credits: BTreeMap<&'a str, i64>,
}

impl<'a> Sides<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let rows = &snapshot.rows;
        let mut by_token = BTreeMap::new();
        for attempt in &rows.attempts {
            for token in &attempt.tokens {
                by_token.insert(token.as_str(), attempt);
            }
        }
        let mut prompted = BTreeMap::new();
        for pushes in &snapshot.providers.mpesa.pushes {
            if let Some(attempt) = by_token.get(pushes.token_sha256.as_str()) {
                for prompt in &pushes.prompts {
                    prompted.insert(prompt.as_str(), *attempt);
                }
            }
        }
        let (mut deposits, mut credits) = (BTreeMap::new(), BTreeMap::new());
        let mut revenue = BTreeMap::new();
        let entries = rows.journals.iter().flat_map(|journal| &journal.entries);
        // What was earned is held as well as what is not earned yet.
        let held = |account: &str| matches!(account, "customer_deposits" | "service_revenue");
        for entry in entries.filter(|entry| held(&entry.account)) {
            let (place, key) = match (&entry.payment_id, &entry.customer_id) {
                (Some(payment), _) => (&mut deposits, payment.as_str()),
                (None, customer) => (&mut credits, customer.as_deref().unwrap_or("nobody")),
            };
            *place.entry(key).or_insert(0) -= entry.amount_minor;
            if entry.account == "service_revenue" {
                *revenue.entry(key).or_insert(0) -= entry.amount_minor;
            }
        }
        Self {
            attempts: rows
                .attempts
                .iter()
                .map(|attempt| (attempt.id.as_str(), attempt))
                .collect(),
            prompted,
            journals: rows
                .journals
                .iter()
                .map(|journal| (journal.cause.as_str(), journal))
                .collect(),
            deposits,
            revenue,
            credits,
        }
    }

    /// The attempt whose prompt brought this money.
    pub(super) fn pushed(&self, movement: &Movement) -> Option<&'a Attempt> {
        let checkout = movement.checkout_request_id.as_deref();
        checkout.and_then(|id| self.prompted.get(id).copied())
    }

    /// What the books say that an attempt brought to an account.
    fn received(&self, attempt: &Attempt, account: &str) -> i64 {
        self.posted(&format!("received:{}", attempt.id), account)
    }

    /// What the books say that a refund took from an account, or brought back to it.
    fn taken_back(&self, refund: &Refund, account: &str) -> i64 {
        let causes = ["refunded", "charged-back", "won-back"];
        causes
            .iter()
            .map(|cause| self.posted(&format!("{cause}:{}", refund.id), account))
            .sum()
    }

    /// What a journal says of an account.
    pub(super) fn posted(&self, cause: &str, account: &str) -> i64 {
        let journal = self.journals.get(cause);
        let lines = journal.into_iter().flat_map(|journal| &journal.entries);
        lines
            .filter(|entry| entry.account == account)
            .map(|entry| entry.amount_minor)
            .sum()
    }
}

/// Whether a person has an attempt or was told to look at it.
fn with_a_person(attempt: &Attempt) -> bool {
    attempt.state == "in_review" || attempt.dispute.is_some()
}

/// Whether a dead letter tells of this that nobody has dealt with.
fn in_a_letter(snapshot: &Snapshot, what: &str) -> bool {
    let mut letters = snapshot.rows.letters.iter();
    letters.any(|letter| letter.state == "new" && letter.body.contains(what))
}

/// Whether it waits for a person in the list of what M-Pesa's statements say and the books do not know.
fn on_the_list(snapshot: &Snapshot, receipt: &str) -> bool {
    let mut lines = snapshot.rows.lines.iter();
    lines.any(|line| line.state == "open" && line.receipt == receipt)
}

/// Whether a refund counts as gone.
fn counts(refund: &Refund) -> bool {
    !["rejected", "cancelled"].contains(&refund.state.as_str())
}

/// Whether a refund takes of what was paid for a visit, and not of credit that became of it.
fn takes(refund: &Refund) -> bool {
    counts(refund) && refund.source == "payment"
}

/// Whether something of it is to come, or it was rendered.
fn is_live(state: &str) -> bool {
    ["confirmed", "checked_in", "in_progress", "completed"].contains(&state)
}

fn ends(snapshot: &Snapshot, findings: &mut Findings) {
    let rows = &snapshot.rows;
    for attempt in &rows.attempts {
        let over = ["paid", "failed", "cancelled", "in_review"].contains(&attempt.state.as_str());
        findings.unless(over, Law::AttemptsEnd, || {
            format!(
                "attempt {} by {} is {}",
                attempt.id, attempt.provider, attempt.state
            )
        });
    }
    for refund in &rows.refunds {
        let over = ["done", "rejected", "cancelled", "in_review"].contains(&refund.state.as_str());
        // Whoever decides at PesaPal may take a fortnight, which no run waits for.
        findings.unless(
            over || refund.way == "card" && refund.looked_up,
            Law::RefundsEnd,
            || format!("refund {} by {} is {}", refund.id, refund.way, refund.state),
        );
    }
    for part in &rows.parts {
        findings.unless(part.state != "held", Law::NothingStaysOpen, || {
            format!("appointment {} is held for ever", part.id)
        });
    }
    for payment in rows.payments.iter().filter(|payment| payment.state == "open") {
        let mut parts = rows.parts.iter().filter(|part| part.visit_id == payment.visit_id);
        findings.unless(
            parts.any(|part| is_live(&part.state)),
            Law::NothingStaysOpen,
            || {
                format!(
                    "payment {} is open although visit {} is over",
                    payment.id, payment.visit_id
                )
            },
        );
    }
}

fn journals(snapshot: &Snapshot, findings: &mut Findings) {
    for journal in &snapshot.rows.journals {
        let sum: i64 = journal.entries.iter().map(|entry| entry.amount_minor).sum();
        let lines = journal.entries.len();
        findings.unless(sum == 0 && lines >= 2, Law::JournalsBalance, || {
            format!(
                "journal {} for {} has {lines} lines, which add up to {sum}",
                journal.id, journal.cause
            )
        });
    }
}

fn visits(snapshot: &Snapshot, sides: &Sides<'_>, findings: &mut Findings) {
    let rows = &snapshot.rows;
    for (customer, credit) in &sides.credits {
        findings.unless(*credit >= 0, Law::NothingNegative, || {
            format!("customer {customer} has a credit of {credit}")
        });
    }
    for (payment, deposit) in &sides.deposits {
        findings.unless(*deposit >= 0, Law::NothingNegative, || {
            format!("payment {payment} has a deposit of {deposit}")
        });
    }
    let (mut kept, mut earned): (BTreeMap<&str, i64>, BTreeMap<&str, i64>) = Default::default();
    for payment in rows.payments.iter().filter(|payment| payment.purpose != "tip") {
        let on_deposit = sides
            .deposits
            .get(payment.id.as_str())
            .copied()
            .unwrap_or_default();
        let going = rows
            .refunds
            .iter()
            .filter(|refund| refund.payment_id == payment.id && takes(refund) && refund.state != "done");
        let going: i64 = going.map(|refund| refund.amount_minor).sum();
        // What was earned already went back at the cost of the business.
        let theirs = rows
            .refunds
            .iter()
            .filter(|refund| refund.payment_id == payment.id);
        let cost: i64 = theirs
            .map(|refund| sides.posted(&format!("refunded:{}", refund.id), "refunds"))
            .sum();
        *kept.entry(payment.visit_id.as_str()).or_default() += on_deposit - going - cost;
        let revenue = sides
            .revenue
            .get(payment.id.as_str())
            .copied()
            .unwrap_or_default();
        *earned.entry(payment.visit_id.as_str()).or_default() += revenue;
    }
    for (visit, earned) in earned {
        let parts = rows.parts.iter().filter(|part| part.visit_id == visit);
        let live = parts.clone().any(|part| is_live(&part.state));
        let fees: i64 = parts.map(|part| part.fee_minor).sum();
        findings.unless(live || earned <= fees, Law::EarnedIsKept, || {
            format!("visit {visit} is over with fees of {fees}, and {earned} is earned")
        });
    }
    for (visit, kept) in kept {
        let parts = rows.parts.iter().filter(|part| part.visit_id == visit);
        let live = parts.clone().any(|part| is_live(&part.state));
        let fees: i64 = parts.map(|part| part.fee_minor).sum();
        findings.unless(live || kept <= fees, Law::PaidIsKept, || {
            format!("visit {visit} is over with fees of {fees}, and {kept} is neither credit nor given back")
        });
    }
    for part in rows.parts.iter().filter(|part| part.state == "confirmed") {
        let claimed = rows
            .claims
            .iter()
            .any(|claim| claim.kind == "staff" && claim.appointment_id.as_ref() == Some(&part.id));
        findings.unless(claimed, Law::ConfirmedIsPaid, || {
            format!(
                "appointment {} is confirmed, and nobody's time is taken for it",
                part.id
            )
        });
        let mut theirs = rows
            .payments
            .iter()
            .filter(|payment| payment.visit_id == part.visit_id);
        let paid = part.deposit_minor == 0
            || theirs.any(|payment| {
                ["deposit", "full"].contains(&payment.purpose.as_str()) && payment.paid_minor > 0
            });
        findings.unless(paid, Law::ConfirmedIsPaid, || {
            format!(
                "appointment {} is confirmed, and no deposit was paid for it",
                part.id
            )
        });
    }
    let confirmed: BTreeSet<&str> = rows
        .parts
        .iter()
        .filter(|part| is_live(&part.state))
        .map(|part| part.id.as_str())
        .collect();
    for claim in rows.claims.iter().filter(|claim| claim.kind == "staff") {
        let theirs = claim.appointment_id.as_deref();
        findings.unless(
            theirs.is_none_or(|part| confirmed.contains(part)),
            Law::ConfirmedIsPaid,
            || {
                format!(
                    "time is taken for appointment {}, which is over",
                    theirs.unwrap_or_default()
                )
            },
        );
    }
}

fn claims(snapshot: &Snapshot, findings: &mut Findings) {
    let parts = snapshot.rows.parts.iter();
    let parts: BTreeMap<&str, &Part> = parts.map(|part| (part.id.as_str(), part)).collect();
    for claim in &snapshot.rows.claims {
        let part = claim.appointment_id.as_deref().and_then(|id| parts.get(id));
        let follows = part.is_none_or(|part| claim.starts < part.ends && part.starts < claim.ends);
        findings.unless(follows, Law::ClaimsFollow, || {
            let part = claim.appointment_id.as_deref().unwrap_or_default();
            format!(
                "{} is taken for appointment {part} at another time",
                claim.subject_id
            )
        });
    }
    let mut by_place: BTreeMap<(&str, i64), Vec<(i64, i64)>> = BTreeMap::new();
    for claim in &snapshot.rows.claims {
        by_place
            .entry((claim.subject_id.as_str(), claim.seat))
            .or_default()
            .push((claim.starts, claim.ends));
    }
    for ((subject, seat), mut times) in by_place {
        times.sort_unstable();
        for pair in times.windows(2) {
            findings.unless(pair[0].1 <= pair[1].0, Law::NoOverlap, || {
                format!("{subject}, seat {seat}, is taken twice at {}", pair[1].0)
            });
        }
    }
}

fn prompts(snapshot: &Snapshot, findings: &mut Findings) {
    for pushes in &snapshot.providers.mpesa.pushes {
        let asked = pushes.asked.saturating_sub(pushes.without_token);
        findings.unless(asked <= 1 && pushes.prompts.len() <= 1, Law::PromptedOnce, || {
            let (token, prompts) = (&pushes.token_sha256, pushes.prompts.len());
            format!("one address was pushed {asked} times and {prompts} prompts came of it ({token})")
        });
    }
    for prompt in &snapshot.providers.prompts {
        findings.unless(prompt.beside_same == 0, Law::PromptedOnce, || {
            let id = &prompt.checkout_request_id;
            format!("prompt {id} came while another one for the same payment was on the phone")
        });
    }
}

fn refunds(snapshot: &Snapshot, findings: &mut Findings) {
    for payment in &snapshot.rows.payments {
        let theirs = snapshot
            .rows
            .refunds
            .iter()
            .filter(|refund| refund.payment_id == payment.id);
        let back: i64 = theirs
            .filter(|refund| takes(refund))
            // What a bank takes back nobody can prevent; a person is told what the customer has twice by it, and what refunds
            // had given as credit is taken back as far as it is there.
            .map(|refund| {
                let twice = refund.given_twice_minor.unwrap_or_default();
                refund.amount_minor - twice - refund.taken_of_credit_minor.unwrap_or_default()
            })
            .sum();
        let (paid, credited) = (payment.paid_minor, payment.credited_minor);
        findings.unless(back + credited <= paid, Law::RefundsWithinPaid, || {
            format!(
                "payment {}: {back} given back and {credited} credited of {paid}",
                payment.id
            )
        });
    }
    for refund in snapshot
        .rows
        .refunds
        .iter()
        .filter(|refund| refund.source == "payment")
    {
        let said = refund.taken_of_credit_minor.unwrap_or_default();
        let booked = taken_of_credit(snapshot, &refund.id);
        findings.unless(said == booked, Law::RefundsWithinPaid, || {
            format!(
                "refund {} says that {said} of credit was taken back for it, and the books say {booked}",
                refund.id
            )
        });
    }
}

/// What of the credit that other refunds gave was taken back for one, by the journals that put it into suspense and took it
/// out again.
fn taken_of_credit(snapshot: &Snapshot, refund: &str) -> i64 {
    let causes = [format!("uncredited:{refund}:"), format!("set-free:{refund}:")];
    let about_it = |cause: &str| causes.iter().any(|begin| cause.starts_with(begin.as_str()));
    let journals = snapshot.rows.journals.iter();
    let entries = journals
        .filter(|journal| about_it(&journal.cause))
        .flat_map(|journal| &journal.entries);
    let in_suspense = entries.filter(|entry| entry.account == "suspense");
    -in_suspense.map(|entry| entry.amount_minor).sum::<i64>()
}

fn leftovers(snapshot: &Snapshot, findings: &mut Findings) {
    for dead in &snapshot.rows.dead {
        let error = dead.error.as_deref().unwrap_or("no error");
        findings.add(
            Law::NoDeadJob,
            format!("a job {} was given up: {error}", dead.kind),
        );
    }
    for waiting in snapshot.rows.waiting.iter().filter(|waiting| waiting.count > 0) {
        findings.add(
            Law::NothingWaits,
            format!("{} {} wait", waiting.count, waiting.what),
        );
    }
}

fn strangers(snapshot: &Snapshot, findings: &mut Findings) {
    let letters = &snapshot.rows.letters;
    for letter in letters.iter().filter(|letter| !letter.ours) {
        findings.unless(letter.state != "new", Law::LettersEnd, || {
            format!("letter {} is nobody's, and nobody decided on it", letter.id)
        });
    }
    for stranger in &snapshot.providers.strangers {
        let kept = letters.iter().any(|letter| letter.body.contains(stranger));
        findings.unless(kept, Law::LettersEnd, || {
            format!("message {stranger} was taken, and is nowhere")
        });
    }
}

#[cfg(test)]
mod tests;
