//! Tips that came through the house: each has them as the books shared them out.

use std::collections::BTreeMap;

use ratiba_commission::StaffId;
use ratiba_commission::split::Renderers;
use ratiba_commission::tips::Tip;
use ratiba_kernel::{Currency, Money};
use serde_json::Value;
use uuid::Uuid;

/// What of an appointment's tips those keep who rendered it: what the books shared out, and took back again, of each tip.
/// What lies on a tip unshared counts as the books are about to share it. Who got a share and is not among the renderers
/// now has it in the books alone. `None` if nothing is left.
///
/// # Errors
/// What is wrong with the row.
pub(super) fn tip_of(
    tips: &Value,
    currency: Currency,
    renderers: &Renderers,
) -> Result<Option<Tip>, &'static str> {
    const MALFORMED: &str = "malformed tips";
    let mut kept: BTreeMap<StaffId, Money> = BTreeMap::new();
    for tip in tips.as_array().ok_or(MALFORMED)? {
        let here = here_of(tip).ok_or(MALFORMED)?;
        let owed = owed_of(tip, currency).ok_or(MALFORMED)?;
        for (staff, part) in owed.into_iter().filter(|(staff, _)| here.contains(staff)) {
            let so_far = kept.entry(staff).or_insert(Money::zero(currency));
            *so_far = so_far.checked_add(part).map_err(|_| MALFORMED)?;
        }
    }
    let entered: Vec<(StaffId, Money)> = renderers
        .staff()
        .iter()
        .filter_map(|staff| kept.get(staff).map(|part| (*staff, *part)))
        // Cents that were taken back beyond a share are a matter of the books.
        .filter(|(_, part)| part.is_positive())
        .collect();
    let amount = Money::sum(currency, entered.iter().map(|(_, part)| *part)).map_err(|_| MALFORMED)?;
    Ok(amount.is_positive().then(|| Tip {
        entered,
        ..Tip::of(amount)
    }))
}

/// Whose shares of one tip count at the appointment; the others' count at other parts of its visit.
fn here_of(tip: &Value) -> Option<Vec<StaffId>> {
    let staff = tip.get("of")?.as_array()?.iter();
    let read = |staff: &Value| Some(StaffId::from_uuid(Uuid::parse_str(staff.as_str()?).ok()?));
    staff.map(read).collect()
}

/// What the books owe to whom of one tip, step by step; `None` if the row has not the form that is read.
fn owed_of(tip: &Value, currency: Currency) -> Option<Vec<(StaffId, Money)>> {
    let listed = |name: &str| {
        let lines = tip.get(name)?.as_array()?.iter();
        lines.map(line_of).collect::<Option<Vec<(StaffId, i64)>>>()
    };
    let mut owed: Vec<(StaffId, Money)> = listed("shared")?
        .into_iter()
        .map(|(staff, minor)| (staff, Money::new(minor, currency)))
        .collect();
    let unshared = Money::new(tip.get("unshared")?.as_i64()?, currency);
    if !unshared.is_zero() {
        let shares = listed("shares")?;
        let weights = shares.iter().map(|(_, minor)| u64::try_from(*minor).ok());
        let parts = unshared.split(&weights.collect::<Option<Vec<u64>>>()?).ok()?;
        owed.extend(shares.iter().map(|(staff, _)| *staff).zip(parts));
    }
    Some(owed)
}

fn line_of(line: &Value) -> Option<(StaffId, i64)> {
    let staff = line.get("staff").and_then(Value::as_str)?;
    let minor = line.get("minor").and_then(Value::as_i64)?;
    Some((StaffId::from_uuid(Uuid::parse_str(staff).ok()?), minor))
}
