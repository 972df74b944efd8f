//! Whether the ledger and those who truly have the money say the same.

use std::collections::{BTreeMap, BTreeSet};

use super::super::books::{Movement, Reversal, Snapshot};
use super::super::rows::Attempt;
use super::{Findings, Law, Sides, counts, in_a_letter, on_the_list, with_a_person};

/// What came under some receipts that belong together, and what is booked for them.
#[derive(Default)]
struct Pot {
    came: i64,
    booked: i64,
    with_a_person: bool,
    receipts: Vec<String>,
}

/// What M-Pesa has and what the books say of it: for each receipt, and in all.
pub(super) fn mpesa(snapshot: &Snapshot, sides: &Sides<'_>, findings: &mut Findings) {
    let mut settled = true;
    for (name, pot) in pots(snapshot, sides) {
        let Pot {
            came,
            booked,
            with_a_person,
            receipts,
        } = pot;
        settled &= !with_a_person;
        findings.unless(came == booked || with_a_person, Law::MpesaAgrees, || {
            format!("{name}: {came} came and {booked} is booked; receipts {receipts:?}")
        });
    }
    receipts(snapshot, findings);
    settled &= went_back(snapshot, sides, findings);
    settled &= beside_payments(snapshot, sides, findings);
    let (holds, booked) = (
        snapshot.providers.mpesa.balance_cents,
        total(snapshot, "mpesa_clearing"),
    );
    // What is only half known shows above.
    findings.unless(!settled || holds == booked, Law::MpesaAgrees, || {
        format!("M-Pesa holds {holds} in all, and {booked} is booked")
    });
    let causes = ["received", "refunded", "stated", "never-moved"];
    only(snapshot, findings, "mpesa_clearing", &causes, Law::MpesaAgrees);
}

/// What came and what is booked, by the attempt that it belongs to, or by its receipt if it belongs to none.
fn pots(snapshot: &Snapshot, sides: &Sides<'_>) -> BTreeMap<String, Pot> {
    let (rows, book) = (&snapshot.rows, &snapshot.providers.mpesa);
    let mut pots: BTreeMap<String, Pot> = BTreeMap::new();
    let mut places: BTreeMap<&str, String> = BTreeMap::new();
    for movement in book.movements.iter().filter(|it| !back_by_portal(snapshot, it)) {
        let receipt = movement.receipt.as_str();
        let told = || {
            let mut attempts = rows.attempts.iter();
            attempts.find(|attempt| attempt.receipt.as_deref() == Some(receipt))
        };
        let known = sides.pushed(movement).or_else(told);
        let name = known.map_or_else(
            || format!("receipt {receipt}"),
            |attempt| format!("attempt {}", attempt.id),
        );
        let pot = pots.entry(name.clone()).or_default();
        pot.came += movement.amount * 100;
        pot.receipts.push(movement.receipt.clone());
        pot.with_a_person |= in_a_letter(snapshot, receipt) || on_the_list(snapshot, receipt);
        places.insert(receipt, name);
    }
    for attempt in rows.attempts.iter().filter(|attempt| attempt.provider == "mpesa") {
        let of_receipt = attempt.receipt.as_deref().and_then(|receipt| places.get(receipt));
        let name = of_receipt
            .cloned()
            .unwrap_or_else(|| format!("attempt {}", attempt.id));
        let pot = pots.entry(name).or_default();
        pot.booked += sides.received(attempt, "mpesa_clearing");
        pot.booked += sides.posted(&format!("never-moved:{}", attempt.id), "mpesa_clearing");
        pot.with_a_person |= with_a_person(attempt);
    }
    for line in rows.lines.iter().filter(|line| line.kind == "received") {
        if let Some(pot) = places
            .get(line.receipt.as_str())
            .and_then(|name| pots.get_mut(name))
        {
            pot.booked += sides.posted(&format!("stated:{}", line.id), "mpesa_clearing");
        }
    }
    pots
}

/// No receipt but one that M-Pesa gave out is anybody's.
fn receipts(snapshot: &Snapshot, findings: &mut Findings) {
    let movements = snapshot.providers.mpesa.movements.iter();
    let known: BTreeSet<&str> = movements.map(|movement| movement.receipt.as_str()).collect();
    let attempts = snapshot.rows.attempts.iter();
    for attempt in attempts.filter(|attempt| attempt.provider == "mpesa") {
        let receipt = attempt.receipt.as_deref().unwrap_or_default();
        findings.unless(
            receipt.is_empty() || known.contains(receipt),
            Law::MpesaAgrees,
            || format!("attempt {} has the receipt {receipt}, which is none", attempt.id),
        );
    }
}

/// Whether money came, and went back in the portal without ever being in the books.
fn back_by_portal(snapshot: &Snapshot, movement: &Movement) -> bool {
    let by = movement.reversed_by.as_deref();
    by.is_some_and(|receipt| said_of_letter(snapshot, receipt))
}

/// Whether a person said of a dead letter that its money went back under this receipt.
fn said_of_letter(snapshot: &Snapshot, receipt: &str) -> bool {
    let mut letters = snapshot.rows.letters.iter();
    letters.any(|letter| letter.state == "refunded" && letter.receipt.as_deref() == Some(receipt))
}

/// Reversals, beside the refunds that wanted them. False if a person has one.
fn went_back(snapshot: &Snapshot, sides: &Sides<'_>, findings: &mut Findings) -> bool {
    let (rows, book) = (&snapshot.rows, &snapshot.providers.mpesa);
    let mut settled = true;
    let unasked = |reversal: &&Reversal| !said_of_letter(snapshot, &reversal.receipt);
    for reversal in book.reversals.iter().filter(unasked) {
        let ours = rows.refunds.iter().filter(|refund| {
            refund.original_receipt.as_ref() == Some(&reversal.original_receipt) && counts(refund)
        });
        let of_refunds: i64 = ours
            .clone()
            .map(|refund| {
                sides.posted(&format!("refunded:{}", refund.id), "mpesa_clearing")
                    + sides.posted(&format!("never-moved:{}", refund.id), "mpesa_clearing")
            })
            .sum();
        let lines = rows.lines.iter().filter(|line| line.receipt == reversal.receipt);
        let of_lines: i64 = lines
            .map(|line| sides.posted(&format!("stated:{}", line.id), "mpesa_clearing"))
            .sum();
        let booked = of_refunds + of_lines;
        let with_a_person = ours.clone().any(|refund| refund.state == "in_review")
            || on_the_list(snapshot, &reversal.receipt);
        settled &= !with_a_person;
        let agrees = booked == -reversal.amount * 100 || with_a_person && booked == 0;
        findings.unless(agrees, Law::MpesaAgrees, || {
            format!(
                "reversal {} of {} took back {} and {booked} is booked",
                reversal.receipt, reversal.original_receipt, reversal.amount
            )
        });
    }
    let originals = book.reversals.iter();
    let taken_back: BTreeSet<&str> = originals
        .map(|reversal| reversal.original_receipt.as_str())
        .collect();
    for refund in &rows.refunds {
        let done = refund.way == "mpesa_reversal" && refund.state == "done";
        let original = refund.original_receipt.as_deref().unwrap_or_default();
        findings.unless(!done || taken_back.contains(original), Law::MpesaAgrees, || {
            format!(
                "refund {} is done, and M-Pesa never took {original} back",
                refund.id
            )
        });
    }
    settled
}

/// What M-Pesa kept, and what went to the bank: the statement tells of it. False if a person has some of it.
fn beside_payments(snapshot: &Snapshot, sides: &Sides<'_>, findings: &mut Findings) -> bool {
    let book = &snapshot.providers.mpesa;
    let charges = book
        .charges
        .iter()
        .map(|charge| ("charge", &charge.receipt, charge.cents));
    let withdrawals = book
        .withdrawals
        .iter()
        .map(|withdrawal| ("withdrawal", &withdrawal.receipt, withdrawal.amount * 100));
    let mut settled = true;
    for (kind, receipt, cents) in charges.chain(withdrawals) {
        let lines = snapshot.rows.lines.iter();
        let theirs = lines.filter(|line| line.kind == kind && line.receipt == *receipt);
        let open = theirs.clone().any(|line| line.state == "open");
        settled &= !open;
        let booked: i64 = theirs
            .map(|line| sides.posted(&format!("stated:{}", line.id), "mpesa_clearing"))
            .sum();
        findings.unless(open || booked == -cents, Law::MpesaAgrees, || {
            format!("{kind} {receipt} took {cents}, and {booked} is booked")
        });
    }
    settled
}

/// What the ledger says of an account.
fn total(snapshot: &Snapshot, account: &str) -> i64 {
    let entries = snapshot.rows.journals.iter().flat_map(|journal| &journal.entries);
    let theirs = entries.filter(|entry| entry.account == account);
    theirs.map(|entry| entry.amount_minor).sum()
}

/// An account moves for these causes alone.
fn only(snapshot: &Snapshot, findings: &mut Findings, account: &str, causes: &[&str], law: Law) {
    for journal in &snapshot.rows.journals {
        let touches = journal.entries.iter().any(|entry| entry.account == account);
        let cause = journal.cause.split(':').next().unwrap_or_default();
        findings.unless(!touches || causes.contains(&cause), law, || {
            format!("journal {} moves {account} for {}", journal.id, journal.cause)
        });
    }
}

pub(super) fn cards(snapshot: &Snapshot, sides: &Sides<'_>, findings: &mut Findings) {
    let cards = &snapshot.providers.cards;
    let (mut all, mut settled) = (0, true);
    for order in &cards.orders {
        let paid = match order.state.as_str() {
            "paid" | "reversed" => order.paid_cents.unwrap_or(order.amount_cents),
            _ => 0,
        };
        let asked = cards.refunds.iter().filter(|refund| {
            refund.state == "done" && Some(&refund.confirmation_code) == order.confirmation_code.as_ref()
        });
        let back: i64 = asked.map(|refund| refund.amount_cents).sum();
        // Nobody asked for it: the card's owner took it back.
        let back = if order.state == "reversed" && back == 0 {
            paid
        } else {
            back
        };
        let theirs = |attempt: &&Attempt| attempt.merchant_reference == order.merchant_reference;
        let Some(attempt) = snapshot.rows.attempts.iter().find(theirs) else {
            findings.add(
                Law::CardsAgree,
                format!("nobody knows of order {}", order.merchant_reference),
            );
            continue;
        };
        let refunds = snapshot.rows.refunds.iter();
        let refunds = refunds.filter(|refund| refund.attempt_id.as_ref() == Some(&attempt.id));
        let booked_back: i64 = refunds
            .clone()
            .map(|refund| sides.taken_back(refund, "card_clearing"))
            .sum();
        let booked = sides.received(attempt, "card_clearing") + booked_back;
        let with_a_person =
            with_a_person(attempt) || refunds.clone().any(|refund| refund.state == "in_review");
        all += paid - back;
        settled &= !with_a_person;
        findings.unless(paid - back == booked || with_a_person, Law::CardsAgree, || {
            let (reference, state) = (&order.merchant_reference, &attempt.state);
            format!("order {reference} ({state}): {paid} came, {back} went back, and {booked} is booked")
        });
    }
    let orders: BTreeSet<&str> = snapshot
        .providers
        .cards
        .orders
        .iter()
        .map(|order| order.merchant_reference.as_str())
        .collect();
    for attempt in snapshot
        .rows
        .attempts
        .iter()
        .filter(|attempt| attempt.provider == "pesapal")
    {
        let paid = attempt.state == "paid";
        findings.unless(
            !paid || orders.contains(attempt.merchant_reference.as_str()),
            Law::CardsAgree,
            || format!("attempt {} was paid and PesaPal has no order for it", attempt.id),
        );
    }
    let booked = total(snapshot, "card_clearing");
    findings.unless(!settled || all == booked, Law::CardsAgree, || {
        format!("PesaPal holds {all} in all, and {booked} is booked")
    });
    only(
        snapshot,
        findings,
        "card_clearing",
        &["received", "refunded", "charged-back", "won-back"],
        Law::CardsAgree,
    );
}

/// The drawer holds what was put there, and every count found what was expected.
pub(super) fn cash(snapshot: &Snapshot, findings: &mut Findings) {
    let (holds, booked) = (snapshot.providers.drawer, total(snapshot, "cash_drawer"));
    findings.unless(holds == booked, Law::CashAgrees, || {
        format!("{holds} lies in the drawer, and {booked} is booked")
    });
    for count in &snapshot.rows.counts {
        let difference = count.difference_minor;
        findings.unless(difference == 0, Law::CashAgrees, || {
            format!(
                "session {} of the drawer was closed with {difference} more",
                count.id
            )
        });
    }
    let causes = [
        "received",
        "refunded",
        "paid-out",
        "till-float",
        "till-move",
        "till-count",
    ];
    only(snapshot, findings, "cash_drawer", &causes, Law::CashAgrees);
}

/// What came for a tip, less what went back, is shared out, and nothing of it stays where it came in.
pub(super) fn tips(snapshot: &Snapshot, findings: &mut Findings) {
    let rows = &snapshot.rows;
    let mut unshared: BTreeMap<&str, i64> = BTreeMap::new();
    let mut shared: BTreeMap<&str, i64> = BTreeMap::new();
    for journal in &rows.journals {
        let tip = journal.cause.strip_prefix("tip-shared:");
        let tip = tip.and_then(|cause| cause.split(':').next());
        for entry in journal
            .entries
            .iter()
            .filter(|entry| entry.account == "tips_payable")
        {
            match (&entry.payment_id, &entry.staff_id, tip) {
                (Some(payment), _, _) => *unshared.entry(payment).or_default() -= entry.amount_minor,
                (None, Some(_), Some(tip)) => *shared.entry(tip).or_default() -= entry.amount_minor,
                (None, _, _) => {}
            }
        }
    }
    for payment in rows.payments.iter().filter(|payment| payment.purpose == "tip") {
        let back = rows.refunds.iter().filter(|refund| {
            refund.payment_id == payment.id && refund.state == "done" && refund.source == "payment"
        });
        let back: i64 = back.map(|refund| refund.amount_minor).sum();
        let of =
            |amounts: &BTreeMap<&str, i64>| amounts.get(payment.id.as_str()).copied().unwrap_or_default();
        let (left, given, kept) = (of(&unshared), of(&shared), payment.paid_minor - back);
        findings.unless(left == 0 && given == kept, Law::TipsAgree, || {
            format!(
                "of tip {} {kept} was kept, {given} is shared out and {left} is not",
                payment.id
            )
        });
    }
}

/// Each therapist is owed what was shared out to them less what they got out of the drawer.
pub(super) fn tips_owed(snapshot: &Snapshot, findings: &mut Findings) {
    let mut paid: BTreeMap<&str, i64> = BTreeMap::new();
    let mut got: BTreeMap<&str, i64> = BTreeMap::new();
    for journal in &snapshot.rows.journals {
        let shares = journal.cause.starts_with("tip-shared:");
        let entries = journal.entries.iter();
        for entry in entries.filter(|entry| entry.account == "tips_payable" && !shares) {
            if let Some(staff) = &entry.staff_id {
                *paid.entry(staff).or_default() += entry.amount_minor;
            }
        }
    }
    for payout in &snapshot.rows.tip_payouts {
        *got.entry(&payout.staff_id).or_default() += payout.amount_minor;
    }
    let everybody: BTreeSet<&str> = paid.keys().chain(got.keys()).copied().collect();
    for staff in everybody {
        let of = |amounts: &BTreeMap<&str, i64>| amounts.get(staff).copied().unwrap_or_default();
        let (paid, got) = (of(&paid), of(&got));
        findings.unless(paid == got, Law::TipsAgree, || {
            format!("{staff} got {got} of tips, and {paid} is booked")
        });
    }
}

/// Each payout of credit takes its amount from the customer's credit once: at once, or by a refund that sets it aside.
pub(super) fn payouts(snapshot: &Snapshot, sides: &Sides<'_>, findings: &mut Findings) {
    for payout in &snapshot.rows.payouts {
        let taken = match &payout.refund_id {
            None => sides.posted(&format!("paid-out:{}", payout.id), "customer_deposits"),
            Some(refund) => sides.posted(&format!("set-aside:{refund}"), "customer_deposits"),
        };
        let amount = payout.amount_minor;
        findings.unless(taken == amount, Law::PayoutsAgree, || {
            format!(
                "payout {} by {} is over {amount}, and took {taken}",
                payout.id, payout.way
            )
        });
    }
    for journal in &snapshot.rows.journals {
        if let Some(id) = journal.cause.strip_prefix("paid-out:") {
            let known = snapshot.rows.payouts.iter().any(|payout| payout.id == id);
            findings.unless(known, Law::PayoutsAgree, || {
                format!("journal {} pays out for no payout", journal.id)
            });
        }
    }
}

pub(super) fn booked(snapshot: &Snapshot, sides: &Sides<'_>, findings: &mut Findings) {
    for attempt in &snapshot.rows.attempts {
        let account = match attempt.provider.as_str() {
            "mpesa" => "mpesa_clearing",
            "pesapal" => "card_clearing",
            "cash" => "cash_drawer",
            _ => "customer_deposits",
        };
        let booked = sides.received(attempt, account);
        let expected = if attempt.state == "paid" {
            attempt.amount_minor
        } else {
            0
        };
        // Credit that is spent moves within one account.
        let agrees = booked == expected || account == "customer_deposits";
        findings.unless(agrees, Law::BookedOnce, || {
            format!(
                "attempt {} is {} over {expected}, and {booked} is booked",
                attempt.id, attempt.state
            )
        });
    }
    for journal in &snapshot.rows.journals {
        if let Some(attempt) = journal.cause.strip_prefix("received:") {
            findings.unless(sides.attempts.contains_key(attempt), Law::BookedOnce, || {
                format!("journal {} is about no attempt", journal.id)
            });
        }
    }
    for refund in &snapshot.rows.refunds {
        let posted = sides
            .journals
            .contains_key(format!("refunded:{}", refund.id).as_str());
        findings.unless(posted == (refund.state == "done"), Law::BookedOnce, || {
            let is = if posted { "is" } else { "is not" };
            format!("refund {} is {} and {is} booked", refund.id, refund.state)
        });
    }
}
