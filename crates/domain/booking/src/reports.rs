//! What owners ask of whole days: how full the team was, what was sold, and who did not come.

use std::collections::BTreeMap;

use ratiba_kernel::money::div_half_away_from_zero;
use ratiba_kernel::{BasisPoints, Money};
use time::{Date, Duration};

use crate::catalogue::{ServiceId, StaffId};

/// The time of one staff member in a day, or in a week that is named by its Monday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffTime {
    /// Whose.
    pub staff: StaffId,
    /// As they are called now.
    pub name: String,
    /// The day, or the Monday of the week.
    pub day: Date,
    /// Minutes in which they could be booked: their hours as far as the business is open, less leave.
    pub open_minutes: i64,
    /// Minutes that agreed appointments take of them, without buffers; also outside of their hours.
    pub booked_minutes: i64,
    /// Those of them whose appointments were rendered.
    pub rendered_minutes: i64,
}

impl StaffTime {
    /// What was booked as a part of what was open, rounded half away from zero; above the whole for who worked beyond
    /// their hours. `None` where nothing was open.
    #[must_use]
    pub fn share(&self) -> Option<BasisPoints> {
        if self.open_minutes <= 0 {
            return None;
        }
        let booked = i128::from(self.booked_minutes.max(0));
        let open = i128::from(self.open_minutes);
        let points = div_half_away_from_zero(booked * i128::from(BasisPoints::WHOLE.value()), open);
        Some(BasisPoints::new(u32::try_from(points).unwrap_or(u32::MAX)))
    }
}

/// The same by weeks: each named by its Monday, also where the asked days begin or end within it. The rows are sorted by
/// day, and so are the answers, by name within a week.
#[must_use]
pub fn by_week(days: Vec<StaffTime>) -> Vec<StaffTime> {
    let mut weeks: BTreeMap<(Date, String, StaffId), StaffTime> = BTreeMap::new();
    for row in days {
        let back = Duration::days(i64::from(row.day.weekday().number_days_from_monday()));
        let monday = row.day.saturating_sub(back);
        let week = weeks
            .entry((monday, row.name.clone(), row.staff))
            .or_insert_with(|| StaffTime {
                staff: row.staff,
                name: row.name.clone(),
                day: monday,
                open_minutes: 0,
                booked_minutes: 0,
                rendered_minutes: 0,
            });
        week.open_minutes = week.open_minutes.saturating_add(row.open_minutes);
        week.booked_minutes = week.booked_minutes.saturating_add(row.booked_minutes);
        week.rendered_minutes = week.rendered_minutes.saturating_add(row.rendered_minutes);
    }
    weeks.into_values().collect()
}

/// What was sold. Tips are no part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sold {
    /// Completed appointments; one of a team counts for each of them.
    pub appointments: i64,
    /// What was charged for them.
    pub charged: Money,
    /// What was taken off the list prices.
    pub discounts: Money,
}

/// What was sold of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldService {
    /// Which.
    pub service: ServiceId,
    /// As it is called now.
    pub name: String,
    /// How much.
    pub sold: Sold,
}

/// What somebody rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldStaff {
    /// Who.
    pub staff: StaffId,
    /// As they are called now.
    pub name: String,
    /// Their part: what a team rendered is split among them as its shares are on record, to the last cent.
    pub sold: Sold,
}

/// What was sold on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldDay {
    /// When it was completed, on the business's clock.
    pub day: Date,
    /// How much.
    pub sold: Sold,
}

/// What was sold, seen three ways; money adds up to the same in each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revenue {
    /// By service, the most money first.
    pub services: Vec<SoldService>,
    /// By who rendered it, the most money first.
    pub staff: Vec<SoldStaff>,
    /// By day, in order; days without are left out.
    pub days: Vec<SoldDay>,
}

/// Who did not come, of one staff member's appointments of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Whose; the first of a team.
    pub staff: StaffId,
    /// As they are called now.
    pub staff_name: String,
    /// Which service.
    pub service: ServiceId,
    /// As it is called now.
    pub service_name: String,
    /// Agreed appointments whose time has come, with those below.
    pub due: i64,
    /// Of them, those nobody came to.
    pub no_shows: i64,
    /// Of them, those that the customer cancelled so late that the rules ask a fee.
    pub late_cancellations: i64,
    /// What the rules ask for them.
    pub fees: Money,
    /// What of that the business has, by its books.
    pub fees_kept: Money,
}

#[cfg(test)]
mod tests {
    use ratiba_kernel::Id;
    use time::macros::date;
    use uuid::Uuid;

    use super::*;

    fn time_of(number: u128, day: Date, open: i64, booked: i64) -> StaffTime {
        StaffTime {
            staff: Id::from_uuid(Uuid::from_u128(number)),
            name: format!("Person {number}"),
            day,
            open_minutes: open,
            booked_minutes: booked,
            rendered_minutes: 0,
        }
    }

    #[test]
    fn a_share_is_of_what_was_open_and_there_is_none_of_nothing() {
        let day = date!(2026 - 05 - 12);
        let share = |open, booked| time_of(1, day, open, booked).share().map(BasisPoints::value);
        assert_eq!(share(480, 120), Some(2_500));
        assert_eq!(share(480, 600), Some(12_500), "overtime");
        assert_eq!(share(3, 2), Some(6_667));
        assert_eq!(share(0, 60), None);
    }

    #[test]
    fn weeks_begin_on_mondays_and_keep_people_apart() {
        let weeks = by_week(vec![
            time_of(1, date!(2026 - 05 - 10), 60, 30),
            time_of(1, date!(2026 - 05 - 11), 100, 10),
            time_of(2, date!(2026 - 05 - 12), 50, 50),
            time_of(1, date!(2026 - 05 - 17), 100, 20),
        ]);
        let told: Vec<_> = weeks
            .iter()
            .map(|week| {
                (
                    week.day,
                    week.name.as_str(),
                    week.open_minutes,
                    week.booked_minutes,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (date!(2026 - 05 - 04), "Person 1", 60, 30),
                (date!(2026 - 05 - 11), "Person 1", 200, 30),
                (date!(2026 - 05 - 11), "Person 2", 50, 50),
            ]
        );
    }
}
