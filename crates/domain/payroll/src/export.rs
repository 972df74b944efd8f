//! The hand-over of a month: stored before anything is sent, and told what became of each line.

use std::collections::BTreeMap;

use ratiba_kernel::{Money, TenantId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::earnings::{Batch, BatchRefused, EarningsLine, LineKey, Mode, Totals};
use crate::employee::Company;
use crate::{BatchId, ExportId, PayMonth};

/// By which way a month goes to payroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A payroll officer uploads a sheet and confirms it.
    Sheet,
    /// Payroll's own system is asked.
    System,
}

impl Way {
    /// The word in rows and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sheet => "sheet",
            Self::System => "system",
        }
    }

    /// The way of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Sheet, Self::System]
            .into_iter()
            .find(|way| way.as_str() == word)
    }
}

/// Why a line is not part of somebody's pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Payroll does not know the employee.
    UnknownEmployee,
    /// The employee has left.
    InactiveEmployee,
    /// Payroll does not know what the line is for.
    UnknownEarningCode,
    /// Payroll has another line under the same key.
    Conflict,
    /// They work on invoice; the line was never sent.
    Contractor,
    /// Payroll said something else.
    Other,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::UnknownEmployee,
        Self::InactiveEmployee,
        Self::UnknownEarningCode,
        Self::Conflict,
        Self::Contractor,
        Self::Other,
    ];

    /// The word in rows and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownEmployee => "unknown_employee",
            Self::InactiveEmployee => "inactive_employee",
            Self::UnknownEarningCode => "unknown_earning_code",
            Self::Conflict => "conflict",
            Self::Contractor => "contractor",
            Self::Other => "other",
        }
    }

    /// The reason of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// What payroll says of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineResult {
    /// It is taken.
    Accepted,
    /// The same line was taken before.
    Duplicate,
    /// It is not taken: the next order makes the line anew.
    Rejected(Reason),
    /// It was not taken, and a later export has the line in its place.
    Superseded(Reason),
}

impl LineResult {
    /// The word in rows and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Rejected(_) => "rejected",
            Self::Superseded(_) => "superseded",
        }
    }

    /// Whether payroll has the line.
    #[must_use]
    pub const fn is_taken(self) -> bool {
        match self {
            Self::Accepted | Self::Duplicate => true,
            Self::Rejected(_) | Self::Superseded(_) => false,
        }
    }

    /// Why payroll does not have the line, if it does not.
    #[must_use]
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Accepted | Self::Duplicate => None,
            Self::Rejected(reason) | Self::Superseded(reason) => Some(reason),
        }
    }
}

/// Payroll's answer to a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Payroll's own id of the month, under which it keeps the lines; none for a dry run.
    pub vendor_period_id: Option<String>,
    /// What payroll counted of the lines that it took, duplicates among them.
    pub totals: Totals,
    /// Each line.
    pub results: BTreeMap<LineKey, LineResult>,
}

/// Why payroll does not do what it was asked for as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It cannot read it, or what it says breaks a rule of payroll's.
    #[error("it does not accept what it was sent")]
    NotAccepted,
    /// It has something else under the same name.
    #[error("it has something else under the same name")]
    Conflict,
    /// Where it was asked there is nothing, or it has moved: an address or a path of the settings is wrong.
    #[error("there is nothing at this address")]
    WrongAddress,
}

/// Why nothing of an export was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The month is being paid, or was.
    PeriodNotOpen,
    /// Payroll does not know us.
    Unauthorized,
    /// What payroll counted is not what was sent: a person must look.
    TotalsDiffer,
    /// The lines cannot go together.
    NotABatch,
    /// Payroll does not accept the batch as it is.
    NotAccepted,
    /// Payroll has another batch under the same name: a person must look.
    Conflict,
    /// There is no payroll at the address of the settings, or it has moved.
    WrongAddress,
    /// Payroll does not tell what an earlier try came to: a person must look.
    OutcomeUnknown,
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::NotAccepted => Self::NotAccepted,
            Rejection::Conflict => Self::Conflict,
            Rejection::WrongAddress => Self::WrongAddress,
        }
    }
}

impl Refused {
    /// Every refusal.
    pub const ALL: [Self; 8] = [
        Self::PeriodNotOpen,
        Self::Unauthorized,
        Self::TotalsDiffer,
        Self::NotABatch,
        Self::NotAccepted,
        Self::Conflict,
        Self::WrongAddress,
        Self::OutcomeUnknown,
    ];

    /// The word in rows and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PeriodNotOpen => "period_not_open",
            Self::Unauthorized => "unauthorized",
            Self::TotalsDiffer => "totals_differ",
            Self::NotABatch => "not_a_batch",
            Self::NotAccepted => "not_accepted",
            Self::Conflict => "conflict",
            Self::WrongAddress => "wrong_address",
            Self::OutcomeUnknown => "outcome_unknown",
        }
    }

    /// The refusal of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refused| refused.as_str() == word)
    }
}

/// How far an export has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportState {
    /// It is stored: its sheet waits for the officer, or its batch for the worker.
    Waiting,
    /// Payroll has every line, or has checked every line of a dry run.
    Done,
    /// Payroll has judged every line and has not taken all: what it did not take is made anew by the next order.
    Partly,
    /// Payroll has none of them.
    Refused(Refused),
    /// Nothing of it was taken, and another export has its documents.
    Replaced,
}

impl ExportState {
    /// The word in rows and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Partly => "partly",
            Self::Refused(_) => "refused",
            Self::Replaced => "replaced",
        }
    }

    /// The state of the words in a row.
    #[must_use]
    pub fn parse(word: &str, refused: Option<&str>) -> Option<Self> {
        match (word, refused) {
            ("waiting", None) => Some(Self::Waiting),
            ("done", None) => Some(Self::Done),
            ("partly", None) => Some(Self::Partly),
            ("replaced", None) => Some(Self::Replaced),
            ("refused", Some(why)) => Refused::parse(why).map(Self::Refused),
            _other => None,
        }
    }
}

/// A line with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportLine {
    /// The line.
    pub line: EarningsLine,
    /// What payroll said of it, once it did.
    pub result: Option<LineResult>,
}

/// What an officer says about a sheet that was uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The access that confirmed.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
    /// The SHA-256 of the file that was uploaded.
    pub file_hash: [u8; 32],
}

/// One hand-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Which.
    pub id: ExportId,
    /// In which month it was earned.
    pub month: PayMonth,
    /// In which month it is to be paid.
    pub pay_period: PayMonth,
    /// By which way.
    pub way: Way,
    /// Whether it takes effect.
    pub mode: Mode,
    /// The name of the business at payroll.
    pub company: Company,
    /// The try that is under way, or the last one.
    pub batch: BatchId,
    /// How far it has come.
    pub state: ExportState,
    /// The lines, in their order.
    pub lines: Vec<ExportLine>,
    /// Payroll's own id of the month, once it said so.
    pub vendor_period_id: Option<String>,
    /// What the officer said.
    pub confirmation: Option<Confirmation>,
    /// The access that ordered it.
    pub ordered_by: String,
    /// When.
    pub ordered_at: OffsetDateTime,
    /// Counts its changes, from 1.
    pub version: i32,
}

impl Export {
    /// The lines that payroll does not have, and that no other export has.
    #[must_use]
    pub fn open_lines(&self) -> Vec<EarningsLine> {
        self.open().map(|line| line.line.clone()).collect()
    }

    /// The same with what payroll said of them.
    pub fn open(&self) -> impl Iterator<Item = &ExportLine> {
        self.lines.iter().filter(|line| match line.result {
            None | Some(LineResult::Rejected(_)) => true,
            Some(LineResult::Accepted | LineResult::Duplicate | LineResult::Superseded(_)) => false,
        })
    }

    /// Whether payroll has any of its lines.
    #[must_use]
    pub fn has_taken_lines(&self) -> bool {
        self.lines
            .iter()
            .any(|line| line.result.is_some_and(LineResult::is_taken))
    }

    /// What all its lines come to.
    #[must_use]
    pub fn totals(&self) -> Totals {
        Totals::of(self.lines.iter().map(|line| &line.line.amount))
    }

    /// The lines that are still to go, as a batch, without those of the excluded.
    ///
    /// # Errors
    /// [`BatchRefused`].
    pub fn batch(&self, excluded: &BTreeMap<LineKey, LineResult>) -> Result<Batch, BatchRefused> {
        let mut lines = self.open_lines();
        lines.retain(|line| !excluded.contains_key(&line.key));
        Batch::new(
            self.batch,
            self.company.clone(),
            self.pay_period,
            self.mode,
            lines,
        )
    }

    /// What the taken ones among these results come to.
    #[must_use]
    pub fn taken(&self, results: &BTreeMap<LineKey, LineResult>) -> Totals {
        let amounts: Vec<&Money> = self
            .lines
            .iter()
            .filter(|line| {
                results
                    .get(&line.line.key)
                    .is_some_and(|result| result.is_taken())
            })
            .map(|line| &line.line.amount)
            .collect();
        Totals::of(amounts)
    }

    /// How far it has come with these results beside what is on record.
    #[must_use]
    pub fn state_after(&self, results: &BTreeMap<LineKey, LineResult>) -> ExportState {
        let taken = |line: &ExportLine| {
            let result = results.get(&line.line.key).copied().or(line.result);
            result.is_some_and(LineResult::is_taken)
        };
        if self.lines.iter().all(taken) {
            ExportState::Done
        } else {
            ExportState::Partly
        }
    }
}

/// Work of this domain's own, each part safe to run twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum PayrollTask {
    /// Hand an export over: [`crate::use_cases::SendExport`].
    Send {
        /// Which.
        export: ExportId,
    },
}

impl PayrollTask {
    /// The kind of its job.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Send { .. } => "payroll.send",
        }
    }

    /// Jobs of one export run one at a time.
    #[must_use]
    pub fn key(self, tenant: TenantId) -> String {
        match self {
            Self::Send { export } => format!("payroll:{tenant}:{export}"),
        }
    }
}
