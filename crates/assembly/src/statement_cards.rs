//! Closed commission as the chat tells it.

use std::collections::BTreeSet;

use ratiba_commission::PeriodId;
use ratiba_commission::dispute::Dispute;
use ratiba_commission::explain::Language;
use ratiba_commission::period::FrozenDocument;
use ratiba_commission::statement::{self, Statement};
use ratiba_commission::terms::Terms;
use ratiba_conversation::desk::{DisputedLine, StatementCard, StatementLine};
use ratiba_kernel::{Id, Money, Outage, Zone};

/// How much of a fingerprint is told: enough to tell two documents apart.
const HASH_SHOWN: usize = 8;

/// A frozen document as its owner reads it; `open` are the disputes that nobody decided.
pub(crate) fn card_of(
    document: &FrozenDocument,
    zone: &Zone,
    open: &[Dispute],
) -> Result<StatementCard, Outage> {
    let period = document.period();
    let drawn = drawn(document, zone)?;
    let disputed = disputed_in(period.id, open);
    let bases = document.lines().iter().map(|line| line.base);
    Ok(StatementCard {
        id: Id::from_uuid(period.id.as_uuid()),
        staff: Id::from_uuid(period.staff.as_uuid()),
        month: period.month.first_day(),
        corrects: drawn.is_amendment,
        services: drawn.services,
        base: Money::sum(period.commission.currency(), bases).map_err(Outage::new)?,
        commission: drawn.commission,
        tips: drawn.tip,
        deductions: drawn.carried,
        top_up: drawn.top_up,
        total: drawn.total,
        hash: drawn.hash.chars().take(HASH_SHOWN).collect(),
        lines: lines_of(&drawn, &disputed),
    })
}

/// A disputed line; `None` where the document does not have it.
pub(crate) fn disputed_line(
    dispute: &Dispute,
    document: &FrozenDocument,
    name: String,
    zone: &Zone,
) -> Result<Option<DisputedLine>, Outage> {
    let lines = lines_of(&drawn(document, zone)?, &BTreeSet::new());
    let line = lines
        .into_iter()
        .find(|line| line.number == dispute.line.number());
    Ok(line.map(|line| DisputedLine {
        dispute: Id::from_uuid(dispute.id.as_uuid()),
        name,
        month: document.period().month.first_day(),
        line,
        reason: dispute.reason.as_str().to_owned(),
    }))
}

/// Names are not asked for: only days and figures are taken from it. `zone` is for documents of before, which
/// were frozen without theirs.
fn drawn(document: &FrozenDocument, zone: &Zone) -> Result<Statement, Outage> {
    let today = Terms {
        business: String::new(),
        name: String::new(),
        zone: zone.clone(),
        guarantee: None,
    };
    statement::draw(document, &today, Language::English).map_err(Outage::new)
}

fn disputed_in(period: PeriodId, open: &[Dispute]) -> BTreeSet<u32> {
    let about = open.iter().filter(|dispute| dispute.period == period);
    about.map(|dispute| dispute.line.number()).collect()
}

fn lines_of(drawn: &Statement, disputed: &BTreeSet<u32>) -> Vec<StatementLine> {
    let line = |line: &statement::StatementLine| StatementLine {
        number: line.number,
        day: line.day,
        service: line.service.clone(),
        base: line.base,
        commission: line.commission,
        tip: line.tip,
        disputed: disputed.contains(&line.number),
    };
    drawn.lines.iter().map(line).collect()
}
