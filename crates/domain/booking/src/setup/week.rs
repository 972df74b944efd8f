//! Weeks and days of hours, as people write them.

use time::Weekday;

use super::{Fault, Why};
use crate::availability::{DayBlock, WeeklyBlock};

const DAY: u32 = 1_440;
const WEEK: u32 = 7 * DAY;

/// How many stretches a week may have.
const WEEKLY_MOST: usize = 50;
/// How many stretches a day may have.
const DAILY_MOST: usize = 10;

/// A stretch of a day in minutes of its wall clock; one that crosses midnight ends after minute 1440.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockForm {
    /// From this minute.
    pub from_minute: u32,
    /// Up to, not including, this one.
    pub to_minute: u32,
}

/// A stretch that comes back every week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeeklyBlockForm {
    /// ISO: 1 is Monday.
    pub weekday: u32,
    /// The stretch.
    pub block: BlockForm,
}

impl BlockForm {
    /// A block begins within its day, ends after it begins, and lasts a day at most.
    fn read(self) -> Option<DayBlock> {
        let sound = self.from_minute < DAY
            && self.from_minute < self.to_minute
            && self.to_minute - self.from_minute <= DAY;
        let block = DayBlock {
            from_minute: u16::try_from(self.from_minute).ok()?,
            to_minute: u16::try_from(self.to_minute).ok()?,
        };
        sound.then_some(block)
    }
}

/// A week of hours, from Monday on.
///
/// # Errors
/// Every fault: more than 50 blocks, a day that is none, a block that is none, and blocks that overlap,
/// Sunday night into Monday included.
pub fn weekly_blocks(path: &str, forms: &[WeeklyBlockForm]) -> Result<Vec<WeeklyBlock>, Vec<Fault>> {
    let mut faults = Vec::new();
    if forms.len() > WEEKLY_MOST {
        let most = WEEKLY_MOST;
        return Err(vec![Fault::at(path, Why::Count { least: 0, most })]);
    }
    let mut read: Vec<(u32, u32, usize, WeeklyBlock)> = Vec::new();
    for (index, form) in forms.iter().enumerate() {
        let at = format!("{path}[{index}]");
        let days_on = u8::try_from(form.weekday)
            .ok()
            .filter(|day| (1..=7).contains(day))
            .map(|day| day - 1);
        if days_on.is_none() {
            let why = Why::Range { least: 1, most: 7 };
            faults.push(Fault::at(format!("{at}.weekday"), why));
        }
        let block = form.block.read();
        if block.is_none() {
            faults.push(Fault::at(&at, Why::NotABlock));
        }
        if let Some((days_on, block)) = days_on.zip(block) {
            let weekday = Weekday::Monday.nth_next(days_on);
            let midnight = u32::from(days_on) * DAY;
            let (from, to) = (midnight + form.block.from_minute, midnight + form.block.to_minute);
            read.push((from, to, index, WeeklyBlock { weekday, block }));
        }
    }
    read.sort_unstable_by_key(|(from, to, index, _)| (*from, *to, *index));
    faults.extend(overlaps(path, &read, Some(WEEK)));
    if faults.is_empty() {
        Ok(read.into_iter().map(|(.., block)| block).collect())
    } else {
        Err(faults)
    }
}

/// The hours of one date, in order. None at all: closed, or off.
///
/// # Errors
/// Every fault: more than 10 blocks, a block that is none, and blocks that overlap.
pub fn day_blocks(path: &str, forms: &[BlockForm]) -> Result<Vec<DayBlock>, Vec<Fault>> {
    if forms.len() > DAILY_MOST {
        let most = DAILY_MOST;
        return Err(vec![Fault::at(path, Why::Count { least: 0, most })]);
    }
    let mut faults = Vec::new();
    let mut read: Vec<(u32, u32, usize, DayBlock)> = Vec::new();
    for (index, form) in forms.iter().enumerate() {
        match form.read() {
            Some(block) => read.push((form.from_minute, form.to_minute, index, block)),
            None => faults.push(Fault::at(format!("{path}[{index}]"), Why::NotABlock)),
        }
    }
    read.sort_unstable_by_key(|(from, to, index, _)| (*from, *to, *index));
    faults.extend(overlaps(path, &read, None));
    if faults.is_empty() {
        Ok(read.into_iter().map(|(.., block)| block).collect())
    } else {
        Err(faults)
    }
}

/// Blocks, sorted, that begin before an earlier one has ended; the last may reach round into the first.
fn overlaps<T>(path: &str, sorted: &[(u32, u32, usize, T)], round: Option<u32>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut until = 0;
    for (from, to, index, _) in sorted {
        if *from < until {
            faults.push(Fault::at(format!("{path}[{index}]"), Why::Overlap));
        }
        until = until.max(*to);
    }
    if let (Some(round), Some((first, .., index, _))) = (round, sorted.first())
        && *first + round < until
    {
        faults.push(Fault::at(format!("{path}[{index}]"), Why::Overlap));
    }
    faults
}

#[cfg(test)]
mod tests;
