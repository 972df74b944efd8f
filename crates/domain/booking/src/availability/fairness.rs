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
    let (loads, _) = reckoned(team, monday);
    let total: i128 = loads.iter().sum();
    let weights = weights(team);
    let all: i128 = weights.iter().sum();
    let both = loads.into_iter().zip(weights);
    both.map(|(load, weight)| total * weight - load * all).collect()
}

/// What deficits are multiplied by so that they are whole numbers: all weights, and those who are no newcomers.
pub(super) fn scale(team: &[&StaffFacts], monday: Date) -> i128 {
    let known = team.iter().filter(|member| !is_new(member, monday)).count();
    let known = i128::try_from(known).unwrap_or(1).max(1);
    (weights(team).iter().sum::<i128>() * known).max(1)
}

/// Each one's share of the work; the same for all where nobody should get any, so that the load still counts.
fn weights(team: &[&StaffFacts]) -> Vec<i128> {
    let equal = team.iter().all(|member| member.weight == 0);
    let weight = |member: &&StaffFacts| if equal { 1 } else { i128::from(member.weight) };
    team.iter().map(weight).collect()
}

/// Each one's load as it is reckoned with: a newcomer's is the average of the others, or what is booked
/// already if that is more. Times the number of those who are not newcomers (or one, if all are).
pub(super) fn reckoned(team: &[&StaffFacts], monday: Date) -> (Vec<i128>, i128) {
    let load = |member: &StaffFacts| i128::from(member.load.get(&monday).copied().unwrap_or(0));
    let (mut known, mut sum_known) = (0_i128, 0_i128);
    for member in team.iter().filter(|member| !is_new(member, monday)) {
        known += 1;
        sum_known += load(member);
    }
    let parts = known.max(1);
    let loads = team.iter().map(|member| {
        let own = load(member) * parts;
        if is_new(member, monday) {
            own.max(sum_known)
        } else {
            own
        }
    });
    (loads.collect(), parts)
}

/// Who never was booked, or joined in the week or later.
fn is_new(member: &StaffFacts, monday: Date) -> bool {
    member.booked_last.is_none() || member.joined.is_some_and(|joined| joined >= monday)
}
