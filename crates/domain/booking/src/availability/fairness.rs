//! Whose turn it is: the largest deficit first.
//!
//! A staff member's target is the team's load of the week by weight; the deficit is the target less the own
//! load. Compared without division: target × all weights.

use std::cmp::Reverse;

use time::Date;

use super::facts::StaffFacts;

/// The Monday of a local day's week.
pub(super) fn monday(date: Date) -> Date {
    let days = i64::from(date.weekday().number_days_from_monday());
    date.checked_sub(time::Duration::days(days)).unwrap_or(date)
}

/// The team in the order of their turns in the week of `monday`, as positions in `team`; equal deficits go
/// to whoever was booked least recently, then to the smaller id.
pub(super) fn turns(team: &[&StaffFacts], monday: Date) -> Vec<usize> {
    let mut order: Vec<_> = team
        .iter()
        .zip(deficits(team, monday))
        .enumerate()
        .map(|(position, (member, deficit))| (Reverse(deficit), member.booked_last, member.id, position))
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, _, _, position)| position).collect()
}

/// Each one's deficit times the sum of all weights times the number of those who are not newcomers (or one,
/// if all are): whole numbers, whatever the weights.
pub(super) fn deficits(team: &[&StaffFacts], monday: Date) -> Vec<i128> {
    let load = |member: &StaffFacts| i128::from(member.load.get(&monday).copied().unwrap_or(0));
    let is_new = |member: &StaffFacts| {
        member.booked_last.is_none() || member.joined.is_some_and(|joined| joined >= monday)
    };
    let (mut known, mut sum_known) = (0_i128, 0_i128);
    for member in team.iter().filter(|member| !is_new(member)) {
        known += 1;
        sum_known += load(member);
    }
    let parts = known.max(1);
    // A newcomer is reckoned at the average of the others, or above it if that much is booked already.
    let scaled_load = |member: &StaffFacts| {
        let own = load(member) * parts;
        if is_new(member) { own.max(sum_known) } else { own }
    };
    let total: i128 = team.iter().map(|m| scaled_load(m)).sum();
    let weights: i128 = team.iter().map(|m| i128::from(m.weight)).sum();
    team.iter()
        .map(|m| total * i128::from(m.weight) - scaled_load(m) * weights)
        .collect()
}
