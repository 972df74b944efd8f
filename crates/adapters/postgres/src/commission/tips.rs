//! Tips that came through the house: each has them as the books shared them out.

use std::collections::BTreeMap;

use ratiba_commission::StaffId;
use ratiba_commission::split::Renderers;
use ratiba_commission::tips::Tip;
use ratiba_kernel::{Currency, Money};
use serde_json::Value;
use uuid::Uuid;

/// What of an appointment's tips those keep who rendered it: of each tip what came and did not go back, by the shares that
/// were on record when it was given. Who got a share then and is not among the renderers now has it in the books alone.
/// `None` if nothing is left.
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
        let minor = |name: &str| tip.get(name).and_then(Value::as_i64).ok_or(MALFORMED);
        let left = minor("paid")?.checked_sub(minor("back")?).ok_or(MALFORMED)?;
        let shares = tip.get("shares").and_then(Value::as_array).ok_or(MALFORMED)?;
        let shares = shares
            .iter()
            .map(|share| share_of(share).ok_or(MALFORMED))
            .collect::<Result<Vec<_>, _>>()?;
        let weights: Vec<u64> = shares.iter().map(|(_, weight)| *weight).collect();
        let parts = Money::new(left, currency)
            .split(&weights)
            .map_err(|_| MALFORMED)?;
        for ((staff, _), part) in shares.into_iter().zip(parts) {
            let so_far = kept.entry(staff).or_insert(Money::zero(currency));
            *so_far = so_far.checked_add(part).map_err(|_| MALFORMED)?;
        }
    }
    let entered: Vec<(StaffId, Money)> = renderers
        .staff()
        .iter()
        .filter_map(|staff| kept.get(staff).map(|part| (*staff, *part)))
        .collect();
    let amount = Money::sum(currency, entered.iter().map(|(_, part)| *part)).map_err(|_| MALFORMED)?;
    Ok(amount.is_positive().then(|| Tip {
        entered,
        ..Tip::of(amount)
    }))
}

fn share_of(share: &Value) -> Option<(StaffId, u64)> {
    let staff = share.get("staff").and_then(Value::as_str)?;
    let weight = share.get("minor").and_then(Value::as_u64)?;
    Some((StaffId::from_uuid(Uuid::parse_str(staff).ok()?), weight))
}
