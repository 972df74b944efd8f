//! The staff domain's ports.

use async_trait::async_trait;
use diesel::prelude::*;
use ratiba_kernel::{Outage, PhoneNumber, TenantId};
use ratiba_staff::employment::{Employment, EmploymentForm};
use ratiba_staff::member::{Member, StaffId, StaffName, Standing, Weight};
use ratiba_staff::ports::{Change, RecordError, StaffDirectory};
use ratiba_staff::schedule::{Block, WeeklyHours};
use time::{Date, Weekday};
use uuid::Uuid;

use crate::database::{Database, TenantTx, TxError};
use crate::schema::{staff, staff_hours};

/// [`StaffDirectory`] on PostgreSQL. Cheap to clone.
#[derive(Clone)]
pub struct PgStaffDirectory {
    database: Database,
}

impl PgStaffDirectory {
    /// The directory in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl StaffDirectory for PgStaffDirectory {
    async fn find(&self, tenant: TenantId, member: StaffId) -> Result<Option<Member>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let rows = staff::table
                    .filter(
                        staff::tenant_id
                            .eq(tx.tenant_uuid())
                            .and(staff::id.eq(member.as_uuid())),
                    )
                    .select(StaffRow::as_select())
                    .load(tx.conn())?;
                Ok::<_, TxError<Outage>>(members_of(tx, rows)?.into_iter().next())
            })
            .await
    }

    async fn active(&self, tenant: TenantId) -> Result<Vec<Member>, Outage> {
        self.database
            .tenant(tenant, |tx| {
                let rows = staff::table
                    .filter(staff::tenant_id.eq(tx.tenant_uuid()).and(staff::active))
                    .order(staff::id)
                    .select(StaffRow::as_select())
                    .load(tx.conn())?;
                members_of::<Outage>(tx, rows)
            })
            .await
    }

    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError> {
        self.database
            .tenant(tenant, move |tx| {
                write_at_version(tx, &change.member)?;
                write_hours(tx, &change.member)
            })
            .await
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = staff)]
struct StaffRow {
    id: Uuid,
    name: String,
    phone: Option<String>,
    weight: i32,
    active: bool,
    version: i32,
    kra_pin: Option<String>,
    nssf_number: Option<String>,
    shif_number: Option<String>,
    hire_date: Option<Date>,
    employment_type: Option<String>,
    base_pay_kes_minor: Option<i64>,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = staff, treat_none_as_null = true)]
struct StaffColumns<'m> {
    name: &'m str,
    phone: Option<String>,
    weight: i32,
    active: bool,
    version: i32,
    kra_pin: Option<&'m str>,
    nssf_number: Option<&'m str>,
    shif_number: Option<&'m str>,
    hire_date: Option<Date>,
    employment_type: Option<&'static str>,
    base_pay_kes_minor: Option<i64>,
}

impl<'m> StaffColumns<'m> {
    fn of(member: &'m Member, version: i32) -> Self {
        let employment = &member.employment;
        Self {
            name: member.name.as_str(),
            phone: member.phone.as_ref().map(PhoneNumber::e164),
            weight: i32::from(member.weight.value()),
            active: match member.standing {
                Standing::Active => true,
                Standing::Left => false,
            },
            version,
            kra_pin: employment.kra_pin.as_ref().map(|pin| pin.reveal()),
            nssf_number: employment.nssf_number.as_ref().map(|number| number.reveal()),
            shif_number: employment.shif_number.as_ref().map(|number| number.reveal()),
            hire_date: employment.hire_date,
            employment_type: employment.employment_type.map(|terms| terms.as_str()),
            base_pay_kes_minor: employment.base_pay.map(|pay| pay.amount_minor()),
        }
    }
}

fn write_at_version(tx: &mut TenantTx<'_>, member: &Member) -> Result<(), TxError<RecordError>> {
    let (tenant, id) = (tx.tenant_uuid(), member.id.as_uuid());
    let next = member.version.saturating_add(1);
    let columns = StaffColumns::of(member, next);
    let written = if member.version == 0 {
        diesel::insert_into(staff::table)
            .values((staff::tenant_id.eq(tenant), staff::id.eq(id), columns))
            .on_conflict_do_nothing()
            .execute(tx.conn())?
    } else {
        diesel::update(staff::table)
            .filter(staff::tenant_id.eq(tenant).and(staff::id.eq(id)))
            .filter(staff::version.eq(member.version))
            .set(columns)
            .execute(tx.conn())?
    };
    if written == 1 {
        Ok(())
    } else {
        Err(TxError::Refused(RecordError::Stale))
    }
}

/// Puts the member's blocks in place of the ones before.
fn write_hours(tx: &mut TenantTx<'_>, member: &Member) -> Result<(), TxError<RecordError>> {
    let (tenant, id) = (tx.tenant_uuid(), member.id.as_uuid());
    let before = staff_hours::table
        .filter(staff_hours::tenant_id.eq(tenant))
        .filter(staff_hours::staff_id.eq(id));
    diesel::delete(before).execute(tx.conn())?;
    let impossible = |error| TxError::impossible("staff_hours", id, error);
    let rows = member
        .hours
        .blocks()
        .iter()
        .map(|block| {
            Ok((
                staff_hours::tenant_id.eq(tenant),
                staff_hours::id.eq(tx.new_id()),
                staff_hours::staff_id.eq(id),
                staff_hours::weekday.eq(i16::from(block.weekday().number_from_monday())),
                staff_hours::from_minute.eq(i16::try_from(block.from_minute()).map_err(impossible)?),
                staff_hours::to_minute.eq(i16::try_from(block.to_minute()).map_err(impossible)?),
            ))
        })
        .collect::<Result<Vec<_>, TxError<RecordError>>>()?;
    diesel::insert_into(staff_hours::table)
        .values(rows)
        .execute(tx.conn())?;
    Ok(())
}

fn members_of<E>(tx: &mut TenantTx<'_>, rows: Vec<StaffRow>) -> Result<Vec<Member>, TxError<E>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let hours = staff_hours::table
        .filter(staff_hours::tenant_id.eq(tx.tenant_uuid()))
        .filter(staff_hours::staff_id.eq_any(&ids))
        .select((
            staff_hours::id,
            staff_hours::staff_id,
            staff_hours::weekday,
            staff_hours::from_minute,
            staff_hours::to_minute,
        ))
        .load::<(Uuid, Uuid, i16, i16, i16)>(tx.conn())?;
    rows.into_iter()
        .map(|row| {
            let own = hours.iter().filter(|(_, staff, ..)| *staff == row.id);
            let blocks = own.map(block_of).collect::<Result<_, _>>()?;
            let hours = WeeklyHours::new(blocks)
                .map_err(|error| TxError::impossible("staff_hours", row.id, error))?;
            member_of(row, hours)
        })
        .collect()
}

fn block_of<E>((id, _, weekday, from, to): &(Uuid, Uuid, i16, i16, i16)) -> Result<Block, TxError<E>> {
    let impossible = |what: &dyn std::fmt::Display| TxError::impossible("staff_hours", id, what);
    let days = u8::try_from(*weekday - 1).map_err(|error| impossible(&error))?;
    let from = u16::try_from(*from).map_err(|error| impossible(&error))?;
    let to = u16::try_from(*to).map_err(|error| impossible(&error))?;
    Block::new(Weekday::Monday.nth_next(days), from, to).map_err(|error| impossible(&error))
}

fn member_of<E>(row: StaffRow, hours: WeeklyHours) -> Result<Member, TxError<E>> {
    let id = row.id;
    let impossible = |what: &dyn std::fmt::Display| TxError::impossible("staff", id, what);
    let form = EmploymentForm {
        kra_pin: row.kra_pin,
        nssf_number: row.nssf_number,
        shif_number: row.shif_number,
        hire_date: row.hire_date,
        employment_type: row.employment_type,
        base_pay_kes_minor: row.base_pay_kes_minor,
    };
    // The faults name attributes and never repeat their values.
    let employment = Employment::parse(&form).map_err(|faults| impossible(&format!("{faults:?}")))?;
    let phone = row.phone.as_deref().map(PhoneNumber::parse).transpose();
    let weight = u16::try_from(row.weight).map_err(|error| impossible(&error))?;
    Ok(Member {
        id: StaffId::from_uuid(id),
        name: StaffName::parse(&row.name).map_err(|error| impossible(&error))?,
        phone: phone.map_err(|error| impossible(&error))?,
        weight: Weight::new(weight).map_err(|error| impossible(&error))?,
        standing: if row.active {
            Standing::Active
        } else {
            Standing::Left
        },
        hours,
        employment,
        version: row.version,
    })
}
