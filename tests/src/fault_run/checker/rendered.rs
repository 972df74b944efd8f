//! Whether what was paid for visits that were rendered is in the books as revenue, once.

use std::collections::BTreeSet;

use super::super::books::Snapshot;
use super::super::rows::{Payment, Refund};
use super::{Findings, Law, Sides, takes};

/// Once nothing of a visit is to come and something of it was rendered, nothing lies on deposit but what goes back, and
/// what was earned, less what went back at the business's cost, is what was paid, less what the customer has again.
pub(super) fn earned(snapshot: &Snapshot, sides: &Sides<'_>, findings: &mut Findings) {
    let rows = &snapshot.rows;
    let to_come = ["requested", "held", "confirmed", "checked_in", "in_progress"];
    let rendered = rows.parts.iter().filter(|part| part.state == "completed");
    let visits: BTreeSet<&str> = rendered.map(|part| part.visit_id.as_str()).collect();
    for visit in visits {
        let mut parts = rows.parts.iter().filter(|part| part.visit_id == visit);
        if parts.any(|part| to_come.contains(&part.state.as_str())) {
            continue;
        }
        let theirs = rows.payments.iter();
        let theirs = theirs.filter(|payment| payment.visit_id == visit && payment.purpose != "tip");
        let standing: Vec<Standing> = theirs.map(|one| Standing::of(snapshot, sides, one)).collect();
        let sum = |of: fn(&Standing) -> i64| standing.iter().map(of).sum::<i64>();
        let (waits, goes) = (sum(|it| it.on_deposit), sum(|it| it.going_back));
        findings.unless((0..=goes).contains(&waits), Law::RenderedIsEarned, || {
            format!("visit {visit} was rendered, {waits} of it is not earned, and {goes} goes back")
        });
        let (is, due) = (
            sum(|it| it.earned - it.cost + it.on_deposit),
            sum(|it| it.paid - it.gone_back),
        );
        findings.unless(is == due, Law::RenderedIsEarned, || {
            format!("visit {visit} was rendered, {due} was kept of it, and {is} is in the books")
        });
    }
}

/// How the money of one payment stands.
struct Standing {
    paid: i64,
    on_deposit: i64,
    earned: i64,
    /// What went back of what was earned already.
    cost: i64,
    going_back: i64,
    /// As credit, too.
    gone_back: i64,
}

impl Standing {
    fn of(snapshot: &Snapshot, sides: &Sides<'_>, payment: &Payment) -> Self {
        let id = payment.id.as_str();
        let held = sides.deposits.get(id).copied().unwrap_or_default();
        let earned = sides.revenue.get(id).copied().unwrap_or_default();
        let refunds = snapshot.rows.refunds.iter();
        let back = refunds.filter(|refund| refund.payment_id == payment.id && takes(refund));
        let (done, going): (Vec<_>, Vec<_>) = back.partition(|refund| refund.state == "done");
        let cost = done.iter();
        let cost = cost.map(|refund| sides.posted(&format!("refunded:{}", refund.id), "refunds"));
        let stands =
            |refund: &&Refund| refund.amount_minor - refund.taken_of_credit_minor.unwrap_or_default();
        let gone: i64 = done.iter().map(&stands).sum();
        Self {
            paid: payment.paid_minor,
            on_deposit: held - earned,
            earned,
            cost: cost.sum(),
            going_back: going.iter().map(stands).sum(),
            gone_back: gone + payment.credited_minor,
        }
    }
}
