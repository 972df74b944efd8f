//! The rules and the tenant's switches.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::Text;
use ratiba_commission::ports::{AddRuleError, CommissionRules, EndRule, EndRuleError, PutSettingsError};
use ratiba_commission::rule::{Rule, RuleScope, RuleType, RuleValue, Validity};
use ratiba_commission::settings::CommissionSettings;
use ratiba_commission::{Month, RuleId, ServiceCategory, StaffId};
use ratiba_kernel::{Currency, Outage, TenantId, Zone};
use serde_json::Value;
use time::Date;
use uuid::Uuid;

use super::PgCommission;
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::schema::{commission_period, commission_rules, tenant_settings};

#[async_trait]
impl CommissionRules for PgCommission {
    async fn settings(&self, tenant: TenantId) -> Result<CommissionSettings, Outage> {
        self.database.tenant(tenant, read_settings).await
    }

    async fn settings_at(&self, tenant: TenantId) -> Result<(CommissionSettings, i32), Outage> {
        self.database
            .tenant(tenant, |tx| {
                let tenant = tx.tenant_uuid();
                let version = tenant_settings::table
                    .filter(tenant_settings::tenant_id.eq(tenant))
                    .select(tenant_settings::commission_version)
                    .for_share()
                    .first::<i32>(tx.conn())?;
                Ok((read_settings(tx)?, version))
            })
            .await
    }

    async fn put_settings(
        &self,
        tenant: TenantId,
        settings: CommissionSettings,
        seen: i32,
    ) -> Result<i32, PutSettingsError> {
        self.database
            .tenant(tenant, move |tx| {
                let row = tenant_settings::table
                    .filter(tenant_settings::tenant_id.eq(tx.tenant_uuid()))
                    .filter(tenant_settings::commission_version.eq(seen));
                let put = diesel::update(row)
                    .set((
                        tenant_settings::commission.eq(settings.to_json()),
                        tenant_settings::commission_version.eq(seen + 1),
                    ))
                    .execute(tx.conn())?;
                match put {
                    0 => Err(TxError::Refused(PutSettingsError::Stale)),
                    _one => Ok(seen + 1),
                }
            })
            .await
    }

    async fn add(&self, tenant: TenantId, rule: Rule) -> Result<(), AddRuleError> {
        self.database
            .tenant(tenant, move |tx| insert_rule(tx, &rule))
            .await
    }

    async fn all(&self, tenant: TenantId) -> Result<Vec<Rule>, Outage> {
        self.database
            .tenant(tenant, |tx| {
                let currency = currency_of(tx)?;
                let rows = commission_rules::table
                    .filter(commission_rules::tenant_id.eq(tx.tenant_uuid()))
                    .order((commission_rules::valid_from, commission_rules::id))
                    .select(RULE_COLUMNS)
                    .load::<RuleRow>(tx.conn())?;
                rows.into_iter()
                    .map(|row| rule_of(row, currency))
                    .collect::<Result<Vec<_>, TxError<Outage>>>()
            })
            .await
    }

    async fn end(&self, tenant: TenantId, ending: EndRule) -> Result<(), EndRuleError> {
        self.database
            .tenant(tenant, move |tx| end_rule(tx, &ending))
            .await
    }

    async fn remove(&self, tenant: TenantId, rule: RuleId) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let row = commission_rules::table
                    .filter(commission_rules::tenant_id.eq(tx.tenant_uuid()))
                    .filter(commission_rules::id.eq(rule.as_uuid()));
                diesel::delete(row).execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }
}

type RuleRow = (
    Uuid,
    Option<Uuid>,
    Option<String>,
    String,
    Value,
    Date,
    Option<Date>,
);

const RULE_COLUMNS: (
    commission_rules::id,
    commission_rules::staff_id,
    commission_rules::service_category,
    commission_rules::rule_type,
    commission_rules::value,
    commission_rules::valid_from,
    commission_rules::valid_to,
) = (
    commission_rules::id,
    commission_rules::staff_id,
    commission_rules::service_category,
    commission_rules::rule_type,
    commission_rules::value,
    commission_rules::valid_from,
    commission_rules::valid_to,
);

fn read_settings(tx: &mut TenantTx<'_>) -> Result<CommissionSettings, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let (zone, currency, value) = tenant_settings::table
        .filter(tenant_settings::tenant_id.eq(tenant))
        .select((
            tenant_settings::zone,
            tenant_settings::currency,
            tenant_settings::commission,
        ))
        .first::<(String, String, Value)>(tx.conn())?;
    let impossible = |what: &dyn std::fmt::Display| TxError::impossible("tenant_settings", tenant, what);
    let zone = Zone::parse(&zone).map_err(|error| impossible(&error))?;
    let currency = Currency::parse(&currency).map_err(|error| impossible(&error))?;
    // The message of the error alone would not say which switch it is.
    CommissionSettings::parse(zone, currency, &value)
        .map_err(|error| impossible(&format!("{error}: {:?}", std::error::Error::source(&error))))
}

/// The one currency of a tenant's figures.
pub(super) fn currency_of<E>(tx: &mut TenantTx<'_>) -> Result<Currency, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let code = tenant_settings::table
        .filter(tenant_settings::tenant_id.eq(tenant))
        .select(tenant_settings::currency)
        .first::<String>(tx.conn())
        .optional()?;
    match code {
        // Without settings there are no rows whose currency could matter.
        None => Ok(Currency::Kes),
        Some(code) => {
            Currency::parse(&code).map_err(|error| TxError::impossible("tenant_settings", tenant, error))
        }
    }
}

fn rule_of<E>(row: RuleRow, currency: Currency) -> Result<Rule, TxError<E>> {
    let (id, staff, category, rule_type, value, from, to) = row;
    let impossible = |what: &dyn std::fmt::Display| TxError::impossible("commission_rules", id, what);
    let scope = match (staff, category) {
        (Some(staff), None) => RuleScope::Staff(StaffId::from_uuid(staff)),
        (None, Some(category)) => {
            RuleScope::Category(ServiceCategory::parse(&category).map_err(|error| impossible(&error))?)
        }
        (Some(_), Some(_)) | (None, None) => return Err(impossible(&"not for exactly one key")),
    };
    let rule_type = RuleType::parse(&rule_type).ok_or_else(|| impossible(&"unknown type"))?;
    Ok(Rule {
        id: RuleId::from_uuid(id),
        value: RuleValue::parse(rule_type, &scope, &value, currency).map_err(|error| impossible(&error))?,
        validity: Validity::new(from, to).map_err(|error| impossible(&error))?,
        scope,
    })
}

/// Whether a month that the day lies in or before is frozen. Until this transaction ends none is frozen beside it: whoever
/// freezes waits for the same lock (a trigger takes it).
fn is_frozen<E>(tx: &mut TenantTx<'_>, day: Date) -> Result<bool, TxError<E>> {
    let tenant = tx.tenant_uuid();
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(format!("commission:{tenant}:rules"))
        .execute(tx.conn())?;
    let last = commission_period::table
        .filter(commission_period::tenant_id.eq(tenant))
        .select(diesel::dsl::max(commission_period::period_start))
        .first::<Option<Date>>(tx.conn())?;
    Ok(last.and_then(Month::of).is_some_and(|month| day < month.end()))
}

fn end_rule(tx: &mut TenantTx<'_>, ending: &EndRule) -> Result<(), TxError<EndRuleError>> {
    if is_frozen(tx, ending.on)? {
        return Err(TxError::Refused(EndRuleError::Unknown));
    }
    let row = commission_rules::table
        .filter(commission_rules::tenant_id.eq(tx.tenant_uuid()))
        .filter(commission_rules::id.eq(ending.rule.as_uuid()))
        .filter(commission_rules::valid_from.lt(ending.on))
        .filter(
            commission_rules::valid_to
                .is_null()
                .or(commission_rules::valid_to.ge(ending.on)),
        );
    let ended = diesel::update(row)
        .set(commission_rules::valid_to.eq(ending.on))
        .execute(tx.conn())?;
    if ended == 0 {
        return Err(TxError::Refused(EndRuleError::Unknown));
    }
    match &ending.next {
        None => Ok(()),
        Some(next) => insert_rule(tx, next).map_err(|error| match error {
            TxError::Refused(refused) => TxError::Refused(EndRuleError::Next(refused)),
            TxError::Database(error) => TxError::Database(error),
            TxError::Impossible(what) => TxError::Impossible(what),
        }),
    }
}

fn insert_rule(tx: &mut TenantTx<'_>, rule: &Rule) -> Result<(), TxError<AddRuleError>> {
    let tenant = tx.tenant_uuid();
    let currency = currency_of(tx)?;
    let known = commission_rules::table
        .filter(
            commission_rules::tenant_id
                .eq(tenant)
                .and(commission_rules::id.eq(rule.id.as_uuid())),
        )
        .select(RULE_COLUMNS)
        .first::<RuleRow>(tx.conn())
        .optional()?;
    if let Some(row) = known {
        // The same rule again is the same rule; another one under its id stands in its own way.
        return if rule_of::<AddRuleError>(row, currency)? == *rule {
            Ok(())
        } else {
            Err(TxError::Refused(AddRuleError::Overlaps))
        };
    }
    if is_frozen(tx, rule.validity.from())? {
        return Err(TxError::Refused(AddRuleError::Overlaps));
    }
    let (staff, category) = match &rule.scope {
        RuleScope::Staff(staff) => (Some(staff.as_uuid()), None),
        RuleScope::Category(category) => (None, Some(category.as_str())),
    };
    let inserted = diesel::insert_into(commission_rules::table)
        .values((
            commission_rules::tenant_id.eq(tenant),
            commission_rules::id.eq(rule.id.as_uuid()),
            commission_rules::staff_id.eq(staff),
            commission_rules::service_category.eq(category),
            commission_rules::rule_type.eq(rule.value.rule_type().as_str()),
            commission_rules::value.eq(rule.value.to_json()),
            commission_rules::valid_from.eq(rule.validity.from()),
            commission_rules::valid_to.eq(rule.validity.to()),
        ))
        .execute(tx.conn());
    match inserted {
        Ok(_) => Ok(()),
        Err(error) => Err(match constraint_of(&error) {
            Some("commission_rules_one_per_staff" | "commission_rules_one_per_category") => {
                TxError::Refused(AddRuleError::Overlaps)
            }
            Some(_) | None if is_orphan(&error) => TxError::Refused(AddRuleError::UnknownStaff),
            Some(_) | None => TxError::Database(error),
        }),
    }
}

fn constraint_of(error: &DieselError) -> Option<&str> {
    if let DieselError::DatabaseError(_, information) = error {
        information.constraint_name()
    } else {
        None
    }
}

fn is_orphan(error: &DieselError) -> bool {
    matches!(
        error,
        DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)
    )
}
