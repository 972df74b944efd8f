//! Commission that was closed, as the people who earned it read it.

use std::fmt;

use ratiba_kernel::{Id, Money};
use serde::{Deserialize, Serialize};
use time::Date;

use super::StaffRef;

/// Marks ids of statements.
#[derive(Debug)]
pub enum StatementRow {}

/// One statement: a closed month of one person, or a correction of it.
pub type StatementRef = Id<StatementRow>;

/// Marks ids of disputes.
#[derive(Debug)]
pub enum DisputeRow {}

/// One dispute about a line of a statement.
pub type DisputeRef = Id<DisputeRow>;

/// A statement. In a correction all figures are differences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementCard {
    /// Which.
    pub id: StatementRef,
    /// Whose.
    pub staff: StaffRef,
    /// The first day of its month.
    pub month: Date,
    /// Whether it corrects another one.
    pub corrects: bool,
    /// How many services.
    pub services: i64,
    /// What the commission is computed on, all lines together.
    pub base: Money,
    /// The commission.
    pub commission: Money,
    /// What customers gave.
    pub tips: Money,
    /// What of earlier corrections is taken here (below nothing), or is carried on.
    pub deductions: Money,
    /// What a guarantee topped up.
    pub top_up: Money,
    /// What is paid: commission, tips, deductions and top-up.
    pub total: Money,
    /// The beginning of its fingerprint.
    pub hash: String,
    /// The lines, by number.
    pub lines: Vec<StatementLine>,
}

/// A line of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// From 1.
    pub number: u32,
    /// The local day on which the service ended.
    pub day: Date,
    /// What was rendered.
    pub service: String,
    /// What the commission is computed on.
    pub base: Money,
    /// The commission.
    pub commission: Money,
    /// The tip.
    pub tip: Money,
    /// Whether a dispute about it is open.
    pub disputed: bool,
}

/// A line that somebody disputes.
#[derive(Clone, PartialEq, Eq)]
pub struct DisputedLine {
    /// The dispute.
    pub dispute: DisputeRef,
    /// Whose line it is.
    pub name: String,
    /// The first day of the statement's month.
    pub month: Date,
    /// The line.
    pub line: StatementLine,
    /// Why, in their words.
    pub reason: String,
}

impl fmt::Debug for DisputedLine {
    /// Leaves out the name and the words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DisputedLine")
            .field("dispute", &self.dispute)
            .field("line", &self.line.number)
            .finish_non_exhaustive()
    }
}

/// A month of commission that waits for somebody to close it, as it comes to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitingMonth {
    /// Its first day.
    pub month: Date,
    /// How many people have a figure in it.
    pub people: u32,
    /// All commission.
    pub commission: Money,
    /// All tips.
    pub tips: Money,
    /// The fingerprint of what all of it is made from: a yes is to these figures and no others.
    pub fingerprint: [u8; 32],
}
