//! The fingerprint of everything that went into one person's month.
//!
//! It covers inputs and no results: the work that the person rendered, their share of it, the amounts that
//! the winning rule looks at, and every rule that spoke for or against it. Names, other people's work, rules
//! that had nothing to say and the version of the engine are not in it, so that none of them looks like a
//! late input. The canonical form is fixed: fields in one order, each with its name and length, lines by end
//! and id.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::base::{BaseRecipe, BaseStart, DeductWhen, EarnOn, Kept, StepKind, Subtraction};
use crate::engine::Draft;
use crate::guarantee::Stretch;
use crate::resolve::Place;
use crate::rule::{Overridable, Rule, RuleScope, RuleValue};
use crate::settings::{CommissionSettings, NoShowBase};
use crate::split::Shares;
use crate::tiers::{Measure, MeasureScope, TierMethod};
use crate::work::Outcome;
use crate::{Month, RuleId, StaffId};

/// The SHA-256 of the canonical inputs of one person's month.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// A hash that was read from a row.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, for a row.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The mark of everything that a month of a whole business is made from. Equal marks are of equal figures; different ones
/// say nothing, since a mark may be of more than what figures look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputsMark([u8; 32]);

impl InputsMark {
    /// A mark that was taken, or read from a row.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, for a row.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The text is not a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 64 hexadecimal digits")]
pub struct NotAHash;

impl std::str::FromStr for ContentHash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAHash)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for ContentHash {
    /// In hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One hash over several, in the order given: of a month of all staff.
#[must_use]
pub fn hash_of_hashes(hashes: impl IntoIterator<Item = ContentHash>) -> ContentHash {
    let mut digest = Sha256::new();
    for hash in hashes {
        digest.update(hash.0);
    }
    ContentHash(digest.finalize().into())
}

/// A hash over a rule, its id included.
pub(crate) fn of_rule(rule: &Rule) -> ContentHash {
    let mut form = Form(Sha256::new());
    form.rule(rule);
    ContentHash(form.0.finalize().into())
}

pub(crate) fn of_inputs(
    staff: StaffId,
    month: Month,
    settings: &CommissionSettings,
    drafts: &[Draft<'_>],
) -> ContentHash {
    let mut form = Form(Sha256::new());
    form.number("form", 1);
    form.text("month", &month.to_string());
    form.text("zone", settings.zone.name());
    form.text("currency", settings.currency.code());
    form.text("staff", &staff.to_string());
    if let Some(guarantee) = settings.guarantees.get(&staff) {
        let per = match guarantee.per {
            Stretch::Day => "guaranteed_per_day",
            Stretch::Period => "guaranteed_per_period",
        };
        form.number(per, guarantee.amount_minor);
    }
    let mut rules: BTreeMap<RuleId, &Arc<Rule>> = BTreeMap::new();
    for draft in drafts {
        form.draft(draft, settings);
        for candidate in &draft.candidates {
            rules.insert(candidate.rule.id, &candidate.rule);
        }
    }
    for rule in rules.into_values() {
        form.rule(rule);
    }
    ContentHash(form.0.finalize().into())
}

/// Writes fields so that no two different inputs read the same: `name=length:value`.
struct Form(Sha256);

impl Form {
    fn text(&mut self, name: &str, value: &str) {
        self.0.update(name.as_bytes());
        self.0.update(format!("={}:", value.len()).as_bytes());
        self.0.update(value.as_bytes());
        self.0.update(b"\n");
    }

    fn number(&mut self, name: &str, value: i64) {
        self.text(name, &value.to_string());
    }

    fn instant(&mut self, name: &str, value: Option<OffsetDateTime>) {
        match value {
            Some(value) => self.text(name, &value.unix_timestamp_nanos().to_string()),
            None => self.text(name, ""),
        }
    }

    fn draft(&mut self, draft: &Draft<'_>, settings: &CommissionSettings) {
        let work = draft.work;
        self.text("appointment", &work.id.to_string());
        self.text("service", &work.service.to_string());
        self.instant("planned_start", Some(work.planned.start()));
        self.instant("planned_end", Some(work.planned.end()));
        self.instant("actual_start", work.actual_start);
        self.instant("actual_end", work.actual_end);
        match work.outcome {
            Outcome::Rendered => self.text("outcome", "rendered"),
            Outcome::NoShow { fee } => {
                self.text("outcome", "no_show");
                self.number("fee", fee.amount_minor());
                let base = match settings.no_show_base {
                    NoShowBase::None => "none",
                    NoShowBase::Fee => "fee",
                    NoShowBase::Price => "price",
                };
                self.text("no_show_base", base);
            }
        }
        // The steps to the base hold the amounts that the winning rule looks at, and no others: a balance that
        // is paid next month is no late input of a rule that does not start from what was paid.
        for step in &draft.base_steps {
            self.number(step_word(step.what), step.amount_minor);
        }
        self.number("kept", draft.kept.minor);
        self.number("of", draft.kept.of_minor);
        if let Some(paid) = draft.paid {
            self.number("paid_before", paid.before);
            self.number("paid_through", paid.through);
            self.number("due", paid.due);
        }
        // What a remainder goes to depends on one's place in the list and on the others' shares.
        self.number("place", i64::try_from(draft.place).unwrap_or(i64::MAX));
        match work.renderers.shares() {
            Shares::Equal => self.number(
                "equal",
                i64::try_from(work.renderers.staff().len()).unwrap_or(i64::MAX),
            ),
            Shares::FullToEach => self.text("full_to_each", ""),
            Shares::Points(points) => {
                for part in points {
                    self.number("share", i64::from(part.value()));
                }
            }
        }
        self.number("tip", draft.tip_minor);
        for candidate in &draft.candidates {
            let place = match candidate.place {
                Place::StaffForService => "staff_for_service",
                Place::StaffForCategory => "staff_for_category",
                Place::CategoryForService => "category_for_service",
                Place::Category => "category",
                Place::StaffGeneral => "staff_general",
            };
            self.text(place, &candidate.rule.id.to_string());
        }
    }

    /// A rule without its validity: that it holds on a day is said by the line that it speaks on, and
    /// ending a rule in the future must not look like a late input of the past.
    fn rule(&mut self, rule: &Rule) {
        self.text("rule", &rule.id.to_string());
        match &rule.scope {
            RuleScope::Staff(staff) => self.text("of_staff", &staff.to_string()),
            RuleScope::Category(category) => self.text("of_category", category.as_str()),
        }
        match &rule.value {
            RuleValue::Percentage { rates, .. } => {
                self.overridable("rate", rates, |rate| i64::from(rate.value()))
            }
            RuleValue::Fixed { amounts, .. } => {
                self.overridable("amount", amounts, |amount| amount.amount_minor())
            }
            RuleValue::Tiered { tiers, .. } => {
                let method = match tiers.method() {
                    TierMethod::Marginal => "marginal",
                    TierMethod::Retroactive => "retroactive",
                };
                let measure = match tiers.measure() {
                    Measure::Revenue => "revenue",
                    Measure::Count => "count",
                };
                let scope = match tiers.scope() {
                    MeasureScope::Rule => "rule",
                    MeasureScope::All => "all",
                };
                self.text(method, measure);
                self.text("measure_scope", scope);
                for tier in tiers.ladder() {
                    self.number("floor", tier.floor);
                    self.number("rate", i64::from(tier.rate.value()));
                }
            }
        }
        self.recipe(rule.value.base());
    }

    fn overridable<T>(&mut self, name: &str, values: &Overridable<T>, number_of: impl Fn(&T) -> i64) {
        if let Some(general) = &values.general {
            self.number(name, number_of(general));
        }
        for (service, value) in &values.services {
            self.text("for_service", &service.to_string());
            self.number(name, number_of(value));
        }
        for (category, value) in &values.categories {
            self.text("for_category", category.as_str());
            self.number(name, number_of(value));
        }
    }

    fn recipe(&mut self, recipe: &BaseRecipe) {
        let start = match recipe.start {
            BaseStart::ListPrice => "list_price",
            BaseStart::Charged => "charged",
            BaseStart::Paid => "paid",
        };
        self.text("start", start);
        for what in &recipe.subtract {
            let what = match what {
                Subtraction::Discount => "discount",
                Subtraction::Tax => "tax",
                Subtraction::ProductCost => "product_cost",
                Subtraction::PaymentFee => "payment_fee",
            };
            self.text("subtract", what);
        }
        match recipe.earn_on {
            EarnOn::Completion => {}
            EarnOn::Payment => self.text("earn_on", "payment"),
        }
        for deduction in &recipe.deduct {
            let when = match deduction.when {
                DeductWhen::Before => "deduct_before",
                DeductWhen::After => "deduct_after",
            };
            match deduction.kept {
                Kept::Part(rate) => self.text(when, &format!("{} basis points", rate.value())),
                Kept::Flat(minor) => self.text(when, &format!("{minor} flat")),
            }
        }
    }
}

const fn step_word(kind: StepKind) -> &'static str {
    match kind {
        StepKind::ListPrice => "list_price",
        StepKind::Charged => "charged",
        StepKind::Paid => "paid",
        StepKind::NoShowPrice => "no_show_price",
        StepKind::NoShowFee => "no_show_fee",
        StepKind::Discount => "discount",
        StepKind::DiscountInside => "discount_inside",
        StepKind::Tax => "tax",
        StepKind::ProductCost => "product_cost",
        StepKind::PaymentFee => "payment_fee",
        StepKind::Floor => "floor_at_zero",
        StepKind::Deduction => "deduction",
        StepKind::Refund => "refund",
        StepKind::EarnedBefore => "earned_before",
        StepKind::EarnedLater => "earned_later",
        StepKind::OthersShares => "others_shares",
        StepKind::Rounding => "rounding",
    }
}

#[cfg(test)]
mod tests;
