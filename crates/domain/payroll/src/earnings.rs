//! Lines of earnings: what somebody is to be paid, gross, and by which key payroll knows the line for ever.

use std::collections::BTreeSet;
use std::fmt;

use ratiba_kernel::Money;

use crate::employee::{Company, StaffNumber};
use crate::{BatchId, DocumentId, PayMonth, StaffId};

/// What a line is for. Tips and what is clawed back are apart from commission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EarningCode {
    /// Commission, and corrections that add to it.
    Commission,
    /// Tips that the house holds for somebody.
    Tips,
    /// Commission that is taken back.
    Clawback,
}

impl EarningCode {
    /// Every code.
    pub const ALL: [Self; 3] = [Self::Commission, Self::Tips, Self::Clawback];

    /// The word in keys and rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commission => "COMMISSION",
            Self::Tips => "TIPS",
            Self::Clawback => "CLAWBACK",
        }
    }

    /// The code of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == word)
    }
}

/// What a line is known by: company, the month in which it was earned, employee, code and revision, which is the document's
/// place among those of the month. The same key never has another content, in whatever month it is paid.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineKey(String);

impl LineKey {
    /// The key of a line; revision 1 is the close of a month, each amendment is one more.
    #[must_use]
    pub fn new(
        company: &Company,
        earned_in: PayMonth,
        employee: &StaffNumber,
        code: EarningCode,
        revision: u32,
    ) -> Self {
        let (company, code) = (company.as_str(), code.as_str());
        Self(format!("{company}/{earned_in}/{employee}/{code}/r{revision}"))
    }

    /// A key as it was stored or answered.
    #[must_use]
    pub fn restore(text: String) -> Self {
        Self(text)
    }

    /// As payroll writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a frozen document of commission says that matters to payroll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earned {
    /// Which document.
    pub document: DocumentId,
    /// The document that it amends, if it is an amendment.
    pub amends: Option<DocumentId>,
    /// Whose.
    pub staff: StaffId,
    /// Their name at that time.
    pub name: String,
    /// The commission with what a guarantee topped up and what is carried of corrections; in an amendment the difference.
    pub commission: Money,
    /// The tips; in an amendment the difference.
    pub tip: Money,
    /// How many services.
    pub services: i64,
    /// The fingerprint of what went into it.
    pub basis_hash: [u8; 32],
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarningsLine {
    /// What it is known by.
    pub key: LineKey,
    /// Of which document.
    pub document: DocumentId,
    /// Whose.
    pub employee: StaffNumber,
    /// Their name, for the officer who reads the sheet.
    pub name: String,
    /// What for.
    pub code: EarningCode,
    /// How much, gross. Below nothing in a correction only.
    pub amount: Money,
    /// How many services it stands for.
    pub quantity: i64,
    /// The fingerprint of the document.
    pub basis_hash: [u8; 32],
    /// The line that it corrects.
    pub corrects: Option<LineKey>,
}

impl EarningsLine {
    /// In words, for whoever looks at payroll.
    #[must_use]
    pub fn memo(&self) -> String {
        format!("{} services", self.quantity)
    }

    /// The fingerprint as it is written.
    #[must_use]
    pub fn basis(&self) -> String {
        format!("sha256:{}", hex::encode(self.basis_hash))
    }
}

/// The lines of the documents of one person, a close and its amendments in their order.
///
/// A close has a line of commission, also of nothing; whatever else is nothing has no line. A line of a document and a
/// code is made once: what is in `before` is not made again.
#[must_use]
pub fn lines_of(
    company: &Company,
    earned_in: PayMonth,
    number: &StaffNumber,
    chain: &[Earned],
    before: &[EarningsLine],
) -> Vec<EarningsLine> {
    let mut known: Vec<EarningsLine> = Vec::new();
    let mut new = Vec::new();
    for (revision, earned) in (1_u32..).zip(chain) {
        for line in lines_of_one(company, earned_in, number, earned, revision, &known) {
            let is_it = |old: &&EarningsLine| (old.document, old.code) == (line.document, line.code);
            match before.iter().find(is_it) {
                Some(stored) => known.push(stored.clone()),
                None => {
                    new.push(line.clone());
                    known.push(line);
                }
            }
        }
    }
    new
}

fn lines_of_one(
    company: &Company,
    earned_in: PayMonth,
    number: &StaffNumber,
    earned: &Earned,
    revision: u32,
    known: &[EarningsLine],
) -> Vec<EarningsLine> {
    let is_close = earned.amends.is_none();
    let taken_back = earned.commission.amount_minor() < 0;
    let code = if taken_back {
        EarningCode::Clawback
    } else {
        EarningCode::Commission
    };
    let parts = [(code, earned.commission), (EarningCode::Tips, earned.tip)];
    let wanted = parts
        .into_iter()
        .filter(|(code, amount)| !amount.is_zero() || (is_close && *code == EarningCode::Commission));
    let line = |(code, amount): (EarningCode, Money)| EarningsLine {
        key: LineKey::new(company, earned_in, number, code, revision),
        document: earned.document,
        employee: number.clone(),
        name: earned.name.clone(),
        code,
        amount,
        quantity: earned.services,
        basis_hash: earned.basis_hash,
        corrects: (!is_close).then(|| corrected(known, code)).flatten(),
    };
    wanted.map(line).collect()
}

/// What a line of this code corrects: the last line that paid the same, else the close's commission.
fn corrected(known: &[EarningsLine], code: EarningCode) -> Option<LineKey> {
    let paid_by = match code {
        EarningCode::Tips => EarningCode::Tips,
        EarningCode::Commission | EarningCode::Clawback => EarningCode::Commission,
    };
    let same = known.iter().rev().find(|line| line.code == paid_by);
    same.or(known.first()).map(|line| line.key.clone())
}

/// Whether a batch takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It does.
    Real,
    /// Employees and codes are checked, and nothing is kept.
    DryRun,
}

/// How many lines, and what they come to. Travels with a batch and is compared with what the other side says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Lines.
    pub count: usize,
    /// Minor units.
    pub sum_minor: i64,
}

impl Totals {
    /// Of these amounts.
    pub fn of<'a>(amounts: impl IntoIterator<Item = &'a Money>) -> Self {
        amounts.into_iter().fold(Self::default(), |total, amount| Self {
            count: total.count.saturating_add(1),
            sum_minor: total.sum_minor.saturating_add(amount.amount_minor()),
        })
    }
}

/// Lines that go to payroll together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Which try.
    pub id: BatchId,
    /// For which company.
    pub company: Company,
    /// In which month they are paid.
    pub period: PayMonth,
    /// Whether it takes effect.
    pub mode: Mode,
    lines: Vec<EarningsLine>,
}

/// Why lines cannot go together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchRefused {
    /// Only a correction may be below nothing.
    #[error("the line {0} is below nothing and corrects no other")]
    Negative(LineKey),
    /// Two lines have one key.
    #[error("the key {0} stands twice in one batch")]
    Twice(LineKey),
}

impl Batch {
    /// Puts lines together.
    ///
    /// # Errors
    /// [`BatchRefused`], naming the line.
    pub fn new(
        id: BatchId,
        company: Company,
        period: PayMonth,
        mode: Mode,
        lines: Vec<EarningsLine>,
    ) -> Result<Self, BatchRefused> {
        let mut keys = BTreeSet::new();
        for line in &lines {
            if line.amount.amount_minor() < 0 && line.corrects.is_none() {
                return Err(BatchRefused::Negative(line.key.clone()));
            }
            if !keys.insert(&line.key) {
                return Err(BatchRefused::Twice(line.key.clone()));
            }
        }
        Ok(Self {
            id,
            company,
            period,
            mode,
            lines,
        })
    }

    /// The lines, in their order.
    #[must_use]
    pub fn lines(&self) -> &[EarningsLine] {
        &self.lines
    }

    /// What they come to.
    #[must_use]
    pub fn totals(&self) -> Totals {
        Totals::of(self.lines.iter().map(|line| &line.amount))
    }
}

#[cfg(test)]
mod tests;
