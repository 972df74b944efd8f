//! Whose turn it is: the largest deficit first.
//!
//! A staff member's target is the team's load of the week by weight; the deficit is the target less the own
//! load. Compared without division: target × all weights.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use time::Date;

use super::facts::StaffFacts;
use crate::catalogue::StaffId;

/// The Monday of a local day's week.
pub(super) fn monday(date: Date) -> Date {
    let days = i64::from(date.weekday().number_days_from_monday());
    date.checked_sub(time::Duration::days(days)).unwrap_or(date)
}

/// The team in the order of their turns in the week of `monday`, as positions in `team`; equal deficits go
/// to whoever was booked least recently, then to the smaller id.
pub(super) fn turns(team: &[&StaffFacts], monday: Date) -> Vec<usize> {
    let deficits = deficits(team, monday);
    let mut order: Vec<usize> = (0..team.len()).collect();
    order.sort_by_key(|position| {
        let member = team.get(*position);
        (
            Reverse(member.and_then(|m| deficits.get(&m.id).copied())),
            member.and_then(|m| m.booked_last),
            member.map(|m| m.id),
        )
    });
    order
}

/// Each one's deficit times the sum of all weights times the number of those who are not newcomers (or one,
/// if all are): whole numbers, whatever the weights.
pub(super) fn deficits(team: &[&StaffFacts], monday: Date) -> BTreeMap<StaffId, i128> {
    let load = |member: &StaffFacts| i128::from(member.load.get(&monday).copied().unwrap_or(0));
    let is_new = |member: &StaffFacts| {
        member.booked_last.is_none() || member.joined.is_some_and(|joined| joined >= monday)
    };
    let known: Vec<i128> = team.iter().filter(|m| !is_new(m)).map(|m| load(m)).collect();
    let parts = i128::try_from(known.len()).unwrap_or(1).max(1);
    let sum_known: i128 = known.iter().sum();
    // A newcomer is reckoned at the average of the others, or above it if that much is booked already.
    let scaled_load = |member: &StaffFacts| {
        let own = load(member) * parts;
        if is_new(member) { own.max(sum_known) } else { own }
    };
    let total: i128 = team.iter().map(|m| scaled_load(m)).sum();
    let weights: i128 = team.iter().map(|m| i128::from(m.weight)).sum();
    team.iter()
        .map(|m| (m.id, total * i128::from(m.weight) - scaled_load(m) * weights))
        .collect()
}
