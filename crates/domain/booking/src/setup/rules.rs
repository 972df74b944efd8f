//! Rules that make sense.

use ratiba_kernel::BasisPoints;

use super::{Fault, Why};
use crate::policy::{NoShowDeposit, PerChannel, Rules};

const RUNGS_MOST: usize = 10;

/// Everything in the rules that nobody can mean: no grid at all, holds of no time, shares above the whole.
/// Empty if they can be worked by. Paths are those of the document.
#[must_use]
pub fn rule_faults(rules: &Rules) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut within = |path: &str, value: u64, least: u64, most: u64| {
        if !(least..=most).contains(&value) {
            let bound = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
            let (least, most) = (bound(least), bound(most));
            faults.push(Fault::at(path, Why::Range { least, most }));
        }
    };
    let channels =
        |values: &PerChannel<u64>| [("chat", values.chat), ("web", values.web), ("desk", values.desk)];
    within("grid_step", u64::from(rules.grid_step.count()), 1, 1_440);
    let notice = PerChannel {
        chat: u64::from(rules.notice.chat.count()),
        web: u64::from(rules.notice.web.count()),
        desk: u64::from(rules.notice.desk.count()),
    };
    for (channel, minutes) in channels(&notice) {
        within(&format!("notice.{channel}"), minutes, 0, 43_200);
    }
    let horizon = PerChannel {
        chat: u64::from(rules.horizon_days.chat),
        web: u64::from(rules.horizon_days.web),
        desk: u64::from(rules.horizon_days.desk),
    };
    for (channel, days) in channels(&horizon) {
        within(&format!("horizon_days.{channel}"), days, 0, 730);
    }
    let minutes = [
        ("wait_between_parts", rules.wait_between_parts, 0, 240),
        ("hold.mobile_money", rules.hold.mobile_money, 1, 60),
        ("hold.card", rules.hold.card, 1, 240),
        (
            "cancellation.no_show_grace",
            rules.cancellation.no_show_grace,
            0,
            240,
        ),
        ("request_lasts", rules.request_lasts, 1, 1_440),
        ("cross_sell.tolerance", rules.cross_sell.tolerance, 0, 240),
        ("waitlist_offer", rules.waitlist_offer, 1, 1_440),
    ];
    for (path, value, least, most) in minutes {
        within(path, u64::from(value.count()), least, most);
    }
    within("price_floor", u64::from(rules.price_floor), 0, 1_000_000_000);
    let hours = u64::from(rules.cancellation.free_until_hours);
    within("cancellation.free_until_hours", hours, 0, 720);
    let shares = [
        ("cancellation.late_fee", rules.cancellation.late_fee),
        ("cancellation.no_show_fee", rules.cancellation.no_show_fee),
        ("discount_limits.therapist", rules.discount_limits.therapist),
        ("discount_limits.receptionist", rules.discount_limits.receptionist),
        ("discount_limits.manager", rules.discount_limits.manager),
    ];
    for (path, share) in shares {
        within(path, u64::from(share.value()), 0, 10_000);
    }
    faults.extend(ladder(&rules.deposit_after_no_shows));
    faults
}

/// Each rung is reached after the one before, and asks at least as much.
fn ladder(rungs: &[NoShowDeposit]) -> Vec<Fault> {
    let path = "deposit_after_no_shows";
    if rungs.len() > RUNGS_MOST {
        let most = RUNGS_MOST;
        return vec![Fault::at(path, Why::Count { least: 0, most })];
    }
    let mut faults = Vec::new();
    let mut below: Option<&NoShowDeposit> = None;
    for (index, rung) in rungs.iter().enumerate() {
        if !(1..=1_000).contains(&rung.no_shows) {
            let why = Why::Range {
                least: 1,
                most: 1_000,
            };
            faults.push(Fault::at(format!("{path}[{index}].no_shows"), why));
        }
        if !(BasisPoints::new(1)..=BasisPoints::WHOLE).contains(&rung.deposit) {
            let why = Why::Range {
                least: 1,
                most: 10_000,
            };
            faults.push(Fault::at(format!("{path}[{index}].deposit"), why));
        }
        if below.is_some_and(|below| rung.no_shows <= below.no_shows || rung.deposit < below.deposit) {
            faults.push(Fault::at(format!("{path}[{index}]"), Why::NotRising));
        }
        below = Some(rung);
    }
    faults
}

#[cfg(test)]
mod tests;
