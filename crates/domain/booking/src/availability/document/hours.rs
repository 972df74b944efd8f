//! Weekly hours and dated ones.

use std::collections::BTreeMap;

use serde_json::Value;
use time::{Date, Weekday};

use super::fault::Problem;
use super::json::member;
use super::reader::Reader;
use super::times::{BLOCK, block};
use crate::availability::{DayBlock, WeeklyBlock};

const BLOCKS_MOST: usize = 24;
const DATES_MOST: usize = 400;
const ALL_DAY: DayBlock = DayBlock {
    from_minute: 0,
    to_minute: 24 * 60,
};

const WEEK: [(Weekday, &str, &str); 7] = [
    (Weekday::Monday, "mon", "monday"),
    (Weekday::Tuesday, "tue", "tuesday"),
    (Weekday::Wednesday, "wed", "wednesday"),
    (Weekday::Thursday, "thu", "thursday"),
    (Weekday::Friday, "fri", "friday"),
    (Weekday::Saturday, "sat", "saturday"),
    (Weekday::Sunday, "sun", "sunday"),
];

/// How exactly a key names a day; the more exact one counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exactness {
    Daily,
    Range,
    Named,
}

fn weekday(name: &str) -> Option<Weekday> {
    let found = WEEK
        .iter()
        .find(|(_, short, long)| name == *short || name == *long);
    found.map(|(day, _, _)| *day)
}

/// The days that a key names: `mon`, `monday`, `mon-fri`, `sat-mon`, `daily`.
fn days(key: &str) -> Option<(Exactness, Vec<Weekday>)> {
    if key == "daily" {
        return Some((Exactness::Daily, WEEK.map(|(day, _, _)| day).to_vec()));
    }
    let Some((first, last)) = key.split_once('-') else {
        return Some((Exactness::Named, vec![weekday(key)?]));
    };
    let (first, last) = (weekday(first)?, weekday(last)?);
    let mut days = vec![first];
    let mut day = first;
    while day != last {
        day = day.next();
        days.push(day);
    }
    Some((Exactness::Range, days))
}

/// Around the clock, every day.
pub(super) fn around_the_clock() -> Vec<WeeklyBlock> {
    weekly_of(WEEK.iter().map(|(day, _, _)| (*day, vec![ALL_DAY])))
}

fn weekly_of(days: impl Iterator<Item = (Weekday, Vec<DayBlock>)>) -> Vec<WeeklyBlock> {
    let blocks = |(weekday, blocks): (Weekday, Vec<DayBlock>)| {
        blocks
            .into_iter()
            .map(move |block| WeeklyBlock { weekday, block })
    };
    days.flat_map(blocks).collect()
}

impl Reader {
    /// The blocks of a day: `"09:00-17:00"`, a list of such, or `"closed"`.
    pub(super) fn day_blocks(&mut self, path: &str, value: &Value) -> Option<Vec<DayBlock>> {
        match value {
            Value::String(text) if text == "closed" || text == "off" => Some(Vec::new()),
            Value::String(text) => match block(text) {
                Ok(block) => Some(vec![block]),
                Err(problem) => self.fault(path, problem),
            },
            Value::Array(_) => {
                let items = self.list(path, value, BLOCKS_MOST);
                let blocks = items.into_iter().filter_map(|(path, item)| {
                    let text = self.text(&path, item)?;
                    match block(text) {
                        Ok(block) => Some(block),
                        Err(problem) => self.fault(path, problem),
                    }
                });
                Some(blocks.collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
                self.must_be(path, format!("{BLOCK}, a list of such, or closed"))
            }
        }
    }

    /// The blocks of every week: those of a day for all days alike, or an object by days.
    pub(super) fn weekly(&mut self, path: &str, value: &Value) -> Option<Vec<WeeklyBlock>> {
        let Some(object) = value.as_object() else {
            let blocks = self.day_blocks(path, value)?;
            return Some(weekly_of(WEEK.iter().map(|(day, _, _)| (*day, blocks.clone()))));
        };
        let mut week: BTreeMap<u8, (Exactness, Vec<DayBlock>)> = BTreeMap::new();
        for (key, value) in object {
            let path = member(path, key);
            let Some((exactness, days)) = days(key) else {
                let known = "daily, mon to sun, monday to sunday, and ranges such as mon-fri";
                self.fault::<()>(path, Problem::Unknown(known.to_owned()));
                continue;
            };
            let blocks = self.day_blocks(&path, value).unwrap_or_default();
            let mut twice = Vec::new();
            for day in days {
                let name = day.to_string().to_lowercase();
                let day = day.number_days_from_monday();
                match week.get(&day) {
                    Some((other, _)) if *other == exactness => {
                        twice.push(name);
                    }
                    Some((other, _)) if *other > exactness => {}
                    Some(_) | None => {
                        week.insert(day, (exactness, blocks.clone()));
                    }
                }
            }
            if !twice.is_empty() {
                self.fault::<()>(path, Problem::DayTwice(twice.join(" and ")));
            }
        }
        let blocks_of = |(day, _, _): &(Weekday, &str, &str)| {
            let blocks = week.get(&day.number_days_from_monday());
            (*day, blocks.map(|(_, blocks)| blocks.clone()).unwrap_or_default())
        };
        Some(weekly_of(WEEK.iter().map(blocks_of)))
    }

    /// Hours of certain dates: `{"2026-06-01": "closed", "2026-12-24": "09:00-13:00"}`.
    pub(super) fn dated(&mut self, path: &str, value: &Value) -> Option<BTreeMap<Date, Vec<DayBlock>>> {
        let Some(object) = value.as_object() else {
            return self.must_be(path, "an object of dates and their hours");
        };
        if object.len() > DATES_MOST {
            return self.fault(path, Problem::TooMany(DATES_MOST));
        }
        let mut dated = BTreeMap::new();
        for (key, value) in object {
            let path = member(path, key);
            let date = self.date(&path, &Value::String(key.clone()));
            let blocks = self.day_blocks(&path, value);
            dated.extend(date.zip(blocks));
        }
        Some(dated)
    }
}
