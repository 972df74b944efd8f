//! The statement of a frozen document: what its owner is told, line by line, in English or Swahili.
//!
//! Everything on it comes from the document, names and zone too, so that it says the same whenever it is drawn up. Lines are numbered from 1: whoever disputes one names its number.

use ratiba_kernel::Money;
use time::Date;

use crate::Month;
use crate::explain::{Language, rule_in_short};
use crate::hours::HoursWorked;
use crate::period::{FrozenDocument, PeriodKind};
use crate::terms::Terms;

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The business as customers know it.
    pub business: String,
    /// Whose it is.
    pub name: String,
    /// Of which month.
    pub month: Month,
    /// Whether it corrects another one: then all figures are differences.
    pub is_amendment: bool,
    /// The lines, in the order of the document.
    pub lines: Vec<StatementLine>,
    /// All commission.
    pub commission: Money,
    /// What a guarantee topped up.
    pub top_up: Money,
    /// What of an earlier clawback is taken here, below nothing, or is carried on.
    pub carried: Money,
    /// All tips.
    pub tip: Money,
    /// All of it together: what is paid.
    pub total: Money,
    /// How many services.
    pub services: i64,
    /// How many hours.
    pub hours: HoursWorked,
    /// The local day on which it was frozen.
    pub frozen_on: Date,
    /// The fingerprint of what went into it, in hexadecimal.
    pub hash: String,
    /// In which language it is.
    pub language: Language,
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
    /// What the rule gives, in a few words.
    pub rule: String,
    /// The commission.
    pub commission: Money,
    /// The tip.
    pub tip: Money,
}

/// The document does not say one thing about its money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the figures of the document cannot be added")]
pub struct NotAddable;

/// Draws a statement up, in the names and the zone that were frozen with it; in today's only if it has none.
///
/// # Errors
/// [`NotAddable`].
pub fn draw(document: &FrozenDocument, today: &Terms, language: Language) -> Result<Statement, NotAddable> {
    let period = document.period();
    let Terms {
        business, name, zone, ..
    } = period.terms.as_ref().unwrap_or(today);
    let lines = (1_u32..)
        .zip(document.lines())
        .map(|(number, line)| StatementLine {
            number,
            day: zone.date(line.reason.ended_at),
            service: line.reason.service_name.clone(),
            base: line.base,
            rule: rule_in_short(line, language),
            commission: line.commission,
            tip: line.tip,
        });
    Ok(Statement {
        business: business.clone(),
        name: name.clone(),
        month: period.month,
        is_amendment: match period.kind {
            PeriodKind::Close => false,
            PeriodKind::Amendment { .. } => true,
        },
        lines: lines.collect(),
        commission: period.commission,
        top_up: period.top_up,
        carried: period.carried,
        tip: period.tip,
        total: period
            .pay()
            .and_then(|pay| pay.checked_add(period.tip))
            .map_err(|_| NotAddable)?,
        services: period.services_rendered,
        hours: period.hours,
        frozen_on: zone.date(period.frozen_at),
        hash: period.content_hash.to_string(),
        language,
    })
}

/// A word of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementWord {
    /// Over the statement of a close.
    Title,
    /// Over the statement of an amendment.
    Amendment,
    /// Before the name.
    Name,
    /// Before the month.
    Period,
    /// Before the day on which it was frozen.
    Frozen,
    /// Over the numbers of lines.
    Number,
    /// Over days.
    Date,
    /// Over the lines.
    Lines,
    /// Over services.
    Service,
    /// Over bases.
    Base,
    /// Over rules.
    Rule,
    /// Over commission.
    Commission,
    /// Over tips.
    Tip,
    /// Over what a guarantee topped up.
    TopUp,
    /// Over what of an earlier correction is taken or carried on.
    Carried,
    /// Before the sum of all.
    Total,
    /// Before what is paid all together, below the sums of columns.
    GrandTotal,
    /// Before the number of services.
    Services,
    /// Before the hours.
    Hours,
    /// Before the fingerprint.
    Fingerprint,
    /// Before the number of a page.
    Page,
    /// How to dispute a line.
    HowToDispute,
    /// The beginning of the file's name.
    FileName,
}

impl StatementWord {
    /// Every word.
    pub const ALL: [Self; 23] = [
        Self::Title,
        Self::Amendment,
        Self::Name,
        Self::Period,
        Self::Frozen,
        Self::Number,
        Self::Date,
        Self::Lines,
        Self::Service,
        Self::Base,
        Self::Rule,
        Self::Commission,
        Self::Tip,
        Self::TopUp,
        Self::Carried,
        Self::Total,
        Self::GrandTotal,
        Self::Services,
        Self::Hours,
        Self::Fingerprint,
        Self::Page,
        Self::HowToDispute,
        Self::FileName,
    ];

    /// In a language.
    #[must_use]
    pub const fn word(self, language: Language) -> &'static str {
        let (english, swahili) = match self {
            Self::Title => ("Commission statement", "Taarifa ya kamisheni"),
            Self::Amendment => (
                "Correction of a commission statement",
                "Marekebisho ya taarifa ya kamisheni",
            ),
            Self::Name => ("Name", "Jina"),
            Self::Period => ("Month", "Mwezi"),
            Self::Frozen => ("Closed on", "Ilifungwa tarehe"),
            Self::Number => ("No.", "Na."),
            Self::Date => ("Date", "Tarehe"),
            Self::Lines => (
                "Lines: number, date, service; commission",
                "Mistari: namba, tarehe, huduma; kamisheni",
            ),
            Self::Service => ("Service", "Huduma"),
            Self::Base => ("Base", "Msingi"),
            Self::Rule => ("Rule", "Kanuni"),
            Self::Commission => ("Commission", "Kamisheni"),
            Self::Tip => ("Tip", "Bakshishi"),
            Self::TopUp => ("Guarantee", "Nyongeza ya dhamana"),
            Self::Carried => ("Carried from corrections", "Salio la marekebisho"),
            Self::Total => ("Total", "Jumla"),
            Self::GrandTotal => ("Grand total", "Jumla kuu"),
            Self::Services => ("Services", "Huduma zote"),
            Self::Hours => ("Hours", "Saa"),
            Self::Fingerprint => ("Fingerprint", "Alama ya hati"),
            Self::Page => ("Page", "Ukurasa"),
            Self::HowToDispute => (
                "If a line is wrong, write /dispute and its number on WhatsApp, or tell your manager.",
                "Kama mstari si sahihi, andika /dispute na namba yake kwenye WhatsApp, au mwambie msimamizi.",
            ),
            Self::FileName => ("commission", "kamisheni"),
        };
        match language {
            Language::English => english,
            Language::Swahili => swahili,
        }
    }
}

#[cfg(test)]
mod tests;
