//! Somebody who runs the business: looks at everything that waits for a person, compares it with the providers' own
//! records, and decides. A pure function; who carries it out is beside it.

use serde_json::{Value, json};

use super::books::{Movement, Order, Snapshot};
use super::checker::Sides;
use super::dice::Dice;
use super::rows::{Attempt, Letter, Line, Payment, Refund};

/// What was seen, for the record.
const WHY: &str = "seen in the provider's own records";

/// Where numbers are known from that nobody can read.
const KNOWN: &str = "the provider's list of what moved";

/// Something that a person decides.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decision {
    /// In a few words, for counting.
    pub(super) what: &'static str,
    /// What is done at the provider first; its answer's receipt goes into the body, if there is one.
    pub(super) at_provider: Option<(String, Value)>,
    /// What the api is told.
    pub(super) path: String,
    pub(super) body: Value,
}

fn decision(what: &'static str, path: String, body: Value) -> Decision {
    Decision {
        what,
        at_provider: None,
        path,
        body,
    }
}

/// Everything that can be decided by what is known. What is still moving is left alone; it is decided when it is over.
pub(super) fn decisions(seen: &Snapshot, dice: &mut Dice) -> Vec<Decision> {
    let desk = Desk {
        seen,
        sides: Sides::of(seen),
    };
    let rows = &seen.rows;
    let mut decisions = Vec::new();
    for attempt in &rows.attempts {
        if attempt.state == "in_review" {
            decisions.push(desk.end(attempt));
        } else if attempt.dispute.is_some() && desk.is_cleared_up(attempt) {
            let path = format!("/api/v1/attempts/{}/settle-dispute", attempt.id);
            decisions.push(decision("settle a dispute", path, json!({ "reason": WHY })));
        }
    }
    let doubtful = rows.refunds.iter().filter(|refund| refund.state == "in_review");
    decisions.extend(doubtful.filter_map(|refund| desk.end_refund(refund, dice)));
    let letters = rows
        .letters
        .iter()
        .filter(|letter| letter.ours && letter.state == "new");
    decisions.extend(letters.filter_map(|letter| desk.answer(letter, dice)));
    // Nobody decides on the same money twice at once: what a letter tells of is decided with the letter.
    let in_a_letter = |line: &&Line| {
        let mut letters = rows.letters.iter();
        letters.any(|letter| letter.state == "new" && letter.body.contains(&line.receipt))
    };
    let lines = rows.lines.iter().filter(|line| line.state == "open");
    let lines = lines.filter(|line| !in_a_letter(line));
    decisions.extend(lines.filter_map(|line| desk.explain(line)));
    decisions
}

/// What is to be said of money in the books that no line of a statement tells of: `never_moved` if another amount moved
/// than is booked. Anything else is nobody's to explain away.
pub(super) fn absence(seen: &Snapshot, attempt: &str) -> Option<Decision> {
    let desk = Desk {
        seen,
        sides: Sides::of(seen),
    };
    let found = desk.sides.attempts.get(attempt)?;
    let moved = desk.moved(found)?;
    let path = format!("/api/v1/till/statements/absences/{attempt}/decide");
    let body = json!({ "verdict": "never_moved", "reason": WHY });
    (moved.amount * 100 != found.amount_minor).then(|| decision("say that an amount never moved", path, body))
}

struct Desk<'a> {
    seen: &'a Snapshot,
    sides: Sides<'a>,
}

impl<'a> Desk<'a> {
    /// The money that came by an attempt's own prompt.
    fn moved(&self, attempt: &Attempt) -> Option<&'a Movement> {
        let mut movements = self.seen.providers.mpesa.movements.iter();
        movements.find(|movement| {
            self.sides
                .pushed(movement)
                .is_some_and(|pushed| pushed.id == attempt.id)
        })
    }

    fn order(&self, attempt: &Attempt) -> Option<&'a Order> {
        let mut orders = self.seen.providers.cards.orders.iter();
        orders.find(|order| order.merchant_reference == attempt.merchant_reference)
    }

    /// Whether somebody said that what an attempt brought never moved, and it is out of the books again.
    fn is_declared(&self, attempt: &Attempt) -> bool {
        let mut absences = self.seen.rows.absences.iter();
        absences.any(|absence| absence.id == attempt.id)
    }

    /// Whether the books have the money of a receipt, under whatever name.
    fn is_booked(&self, receipt: &str) -> bool {
        let rows = &self.seen.rows;
        let by_attempt = rows
            .attempts
            .iter()
            .any(|attempt| attempt.state == "paid" && attempt.receipt.as_deref() == Some(receipt));
        let by_line = rows.lines.iter().any(|line| {
            line.receipt == receipt
                && line.kind == "received"
                && ["money", "other"].contains(&line.state.as_str())
        });
        by_attempt || by_line
    }

    /// An attempt in review ends as the provider's records say.
    fn end(&self, attempt: &Attempt) -> Decision {
        let path = format!("/api/v1/attempts/{}/resolve", attempt.id);
        let paid = |receipt: &str, cents: i64| json!({ "outcome": "paid", "receipt": receipt, "amount": kes(cents), "reason": WHY });
        let nothing = json!({ "outcome": "cancelled", "reason": WHY });
        let body = if attempt.provider == "pesapal" {
            let order = self.order(attempt).filter(|order| order.state == "paid");
            let code = order.and_then(|order| Some((order, order.confirmation_code.as_deref()?)));
            code.map_or(nothing, |(order, code)| {
                paid(code, order.paid_cents.unwrap_or(order.amount_cents))
            })
        } else {
            match self.moved(attempt) {
                Some(moved) if !self.is_booked(&moved.receipt) => paid(&moved.receipt, moved.amount * 100),
                Some(_) => nothing,
                None => json!({ "outcome": "failed", "failure": "expired", "reason": WHY }),
            }
        };
        decision("end an attempt in review", path, body)
    }

    /// Whether what is odd about an attempt has an explanation, and the books are right.
    fn is_cleared_up(&self, attempt: &Attempt) -> bool {
        let rows = &self.seen.rows;
        if attempt.provider == "pesapal" {
            let mut back = rows.refunds.iter().filter(|refund| {
                refund.attempt_id.as_ref() == Some(&attempt.id)
                    && ["card", "chargeback"].contains(&refund.way.as_str())
            });
            return match self.order(attempt).map(|order| order.state.as_str()) {
                Some("paid") => attempt.state == "paid",
                Some("reversed") => back.any(|refund| ["done", "rejected"].contains(&refund.state.as_str())),
                _ => attempt.state != "paid",
            };
        }
        let Some(moved) = self.moved(attempt) else {
            return attempt.state != "paid";
        };
        let same = attempt.state == "paid" && moved.amount * 100 == attempt.amount_minor;
        let own = attempt
            .receipt
            .as_deref()
            .is_none_or(|receipt| receipt == moved.receipt);
        same && own || self.is_declared(attempt) || self.is_booked(&moved.receipt)
    }

    /// A refund in review ends as the provider's records say; a chargeback as the bank decides.
    fn end_refund(&self, refund: &Refund, dice: &mut Dice) -> Option<Decision> {
        let original = refund.original_receipt.as_deref().unwrap_or_default();
        let done = json!({ "outcome": "done", "reason": WHY });
        let rejected = json!({ "outcome": "rejected", "reason": WHY });
        let (mut at_provider, mut what) = (None, "end a refund in review");
        let cards = &self.seen.providers.cards;
        let of_original = |order: &&Order| order.confirmation_code.as_deref() == Some(original);
        let order = cards.orders.iter().find(of_original);
        let body = match refund.way.as_str() {
            "mpesa_reversal" => {
                let mut reversals = self.seen.providers.mpesa.reversals.iter();
                let found = reversals.find(|reversal| reversal.original_receipt == original);
                let done_by_another = self.seen.rows.refunds.iter().any(|other| {
                    other.state == "done" && other.original_receipt.as_deref() == Some(original)
                });
                let found = found.filter(|_| !done_by_another);
                found.map_or(
                    rejected,
                    |reversal| json!({ "outcome": "done", "receipt": reversal.receipt, "reason": WHY }),
                )
            }
            "card" => {
                let mut asked = cards
                    .refunds
                    .iter()
                    .filter(|asked| asked.confirmation_code == original);
                if asked.clone().any(|asked| asked.state == "requested") {
                    return None;
                }
                let gone = order.is_some_and(|order| order.state == "reversed");
                if gone || asked.any(|asked| asked.state == "done") {
                    done
                } else {
                    rejected
                }
            }
            "chargeback" => {
                what = "end a chargeback";
                let order = order?;
                if order.state == "paid" {
                    // The bank had given it back, and the answer to saying so was lost.
                    rejected
                } else if dice.chance(50) {
                    let path = format!("/sim/cards/orders/{}/restore", order.order_tracking_id);
                    at_provider = Some((path, json!({})));
                    rejected
                } else {
                    done
                }
            }
            _ => return None,
        };
        Some(Decision {
            at_provider,
            ..decision(what, format!("/api/v1/refunds/{}/resolve", refund.id), body)
        })
    }

    /// What is done about a dead letter; nothing while the money it tells of may still find its own way.
    fn answer(&self, letter: &Letter, dice: &mut Dice) -> Option<Decision> {
        let path = |verb: &str| format!("/api/v1/dead-letters/{}/{verb}", letter.id);
        let dismiss = || {
            decision(
                "dismiss a letter",
                path("dismiss"),
                json!({ "reason": "it tells of nothing that is not known" }),
            )
        };
        let mut movements = self.seen.providers.mpesa.movements.iter();
        let Some(moved) = movements.find(|movement| letter.body.contains(&movement.receipt)) else {
            return Some(dismiss());
        };
        let receipt = moved.receipt.as_str();
        if self.is_booked(receipt) {
            return Some(dismiss());
        }
        if let Some(back) = &moved.reversed_by {
            let body = json!({ "receipt": back, "reason": WHY, "known_from": KNOWN });
            return Some(decision(
                "say that a letter's money went back",
                path("refund"),
                body,
            ));
        }
        let matched = |to: &str, id: &str| {
            let body = json!({ to: id, "receipt": receipt, "amount": kes(moved.amount * 100), "reason": WHY, "known_from": KNOWN });
            decision("match a letter", path("match"), body)
        };
        if let Some(pushed) = self.sides.pushed(moved) {
            let other_amount = pushed.state == "paid" && pushed.amount_minor != moved.amount * 100;
            if other_amount && self.is_declared(pushed) {
                // The statement's line is what puts the books right.
                return Some(dismiss());
            }
            let waits = is_live(pushed) || pushed.state == "in_review" || other_amount;
            return (!waits).then(|| matched("attempt_id", &pushed.id));
        }
        match self.payment_of(moved) {
            Some(payment) if dice.chance(70) => {
                (!self.may_move(payment)).then(|| matched("payment_id", &payment.id))
            }
            Some(_) | None => Some(Decision {
                at_provider: Some(("/sim/mpesa/reverse".to_owned(), json!({ "receipt": receipt }))),
                ..decision(
                    "give a letter's money back",
                    path("refund"),
                    json!({ "reason": WHY }),
                )
            }),
        }
    }

    /// What an open line of a statement is; nothing while what it is about may still find it by itself.
    fn explain(&self, line: &Line) -> Option<Decision> {
        let path = format!("/api/v1/till/statements/lines/{}/decide", line.id);
        let say = |verdict: &str| {
            let body = json!({ "verdict": verdict, "reason": WHY });
            decision("explain a statement's line", path.clone(), body)
        };
        let name = |verdict: &str, member: &str, id: &str| {
            let body = json!({ "verdict": verdict, member: id, "reason": WHY });
            decision("explain a statement's line", path.clone(), body)
        };
        let rows = &self.seen.rows;
        let mut movements = self.seen.providers.mpesa.movements.iter();
        let original = match line.kind.as_str() {
            "reversal" => line.linked_receipt.as_deref().unwrap_or_default(),
            _ => line.receipt.as_str(),
        };
        let moved = movements.find(|movement| movement.receipt == original);
        let back_by_portal = moved.is_some_and(|moved| {
            let letters = rows.letters.iter().filter(|letter| letter.state == "refunded");
            moved.reversed_by.is_some()
                && letters
                    .map(|letter| &letter.receipt)
                    .any(|receipt| *receipt == moved.reversed_by)
        });
        match line.kind.as_str() {
            "withdrawal" => Some(say("other")),
            "received" | "reversal" if back_by_portal => Some(say("ignore")),
            "reversal" => {
                let done = rows.refunds.iter().find(|refund| {
                    refund.state == "done" && refund.original_receipt.as_deref() == Some(original)
                });
                done.map(|refund| name("refund", "refund_id", &refund.id))
            }
            "charge" => {
                let alone = rows.lines.iter().any(|other| {
                    other.kind == "received"
                        && other.receipt == line.receipt
                        && ["other", "ignored"].contains(&other.state.as_str())
                });
                alone.then(|| say("fee"))
            }
            "received" => self.explain_money(moved?, &say, &name),
            _ => None,
        }
    }

    fn explain_money(
        &self,
        moved: &Movement,
        say: &dyn Fn(&str) -> Decision,
        name: &dyn Fn(&str, &str, &str) -> Decision,
    ) -> Option<Decision> {
        let cents = moved.amount * 100;
        if let Some(pushed) = self.sides.pushed(moved) {
            let nameless = pushed.receipt.is_none();
            return match pushed.state.as_str() {
                // What it should have brought was taken out of the books, and this is what it did bring.
                "paid" if self.is_declared(pushed) => Some(say("other")),
                "paid" if nameless && pushed.amount_minor != cents => None,
                "paid" if !nameless => Some(name("payment", "payment_id", &pushed.payment_id)),
                "in_review" => None,
                _ if pushed.amount_minor == cents => Some(name("attempt", "attempt_id", &pushed.id)),
                "failed" | "cancelled" => Some(name("payment", "payment_id", &pushed.payment_id)),
                _ => None,
            };
        }
        match self.payment_of(moved) {
            Some(payment) if self.may_move(payment) => None,
            Some(payment) => Some(name("payment", "payment_id", &payment.id)),
            None => Some(say("other")),
        }
    }

    /// The payment that somebody paid for by hand: the one whose reference they typed, else the last of their own.
    fn payment_of(&self, moved: &Movement) -> Option<&'a Payment> {
        let payments = &self.seen.rows.payments;
        let typed = moved.account_reference.as_str();
        let named = payments.iter().find(|payment| payment.account_reference == typed);
        let own = |payment: &&Payment| {
            let phone = payment.phone.as_deref().unwrap_or_default();
            phone.trim_start_matches('+') == moved.phone
        };
        named.or_else(|| payments.iter().rev().find(own))
    }

    /// Whether an attempt of a payment may still turn out to have brought money of M-Pesa's.
    fn may_move(&self, payment: &Payment) -> bool {
        let mut attempts = self.seen.rows.attempts.iter();
        attempts.any(|attempt| {
            attempt.payment_id == payment.id && (is_live(attempt) || attempt.state == "in_review")
        })
    }
}

fn is_live(attempt: &Attempt) -> bool {
    ["created", "sent", "awaiting_customer", "unknown"].contains(&attempt.state.as_str())
}

fn kes(minor: i64) -> Value {
    json!({ "amount_minor": minor, "currency": "KES" })
}

#[cfg(test)]
mod tests;
