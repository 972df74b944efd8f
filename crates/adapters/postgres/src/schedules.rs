//! What is due by the wall clock of a zone: once per tick, once after a downtime, whoever looks.

use diesel::prelude::*;
use ratiba_kernel::{Outage, TenantId, Zone};
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time};
use uuid::Uuid;

use crate::database::{Database, TxError};
use crate::jobs::{NewJob, insert_jobs};
use crate::schema::schedules;

/// When something is due: a time of day, every day or on one day of each month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallClockRule {
    /// Local hour, 0 to 23.
    pub hour: u8,
    /// Local minute, 0 to 59.
    pub minute: u8,
    /// Day of the month, 1 to 28, or every day.
    pub day_of_month: Option<u8>,
}

impl WallClockRule {
    /// The first instant strictly after `after` at which it is due in `zone`; `None` if the rule names no
    /// time of day or the calendar ends.
    #[must_use]
    pub fn next_after(&self, zone: &Zone, after: OffsetDateTime) -> Option<OffsetDateTime> {
        let at = Time::from_hms(self.hour, self.minute, 0).ok()?;
        let mut day: Date = zone.date(after);
        // A month has at most 31 days; the first match lies within two of them.
        for _ in 0..64 {
            if self.day_of_month.is_none_or(|wanted| wanted == day.day()) {
                let instant = zone.instant(PrimitiveDateTime::new(day, at));
                if instant > after {
                    return Some(instant);
                }
            }
            day = day.next_day()?;
        }
        None
    }
}

/// One schedule as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleState {
    /// `reaper`, `digest` or `commission_close`.
    pub name: String,
    /// Whose; the instance's own have none.
    pub tenant: Option<TenantId>,
    /// When it is due next.
    pub next_run_at: OffsetDateTime,
    /// The tick that was handed to the queue last.
    pub last_tick_at: Option<OffsetDateTime>,
    /// The last tick whose job ended well.
    pub last_success_at: Option<OffsetDateTime>,
}

/// The schedules of the database.
#[derive(Clone)]
pub struct Schedules {
    database: Database,
}

impl Schedules {
    /// The schedules of this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Makes sure that a schedule exists; one that does is left as it is. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`], also for a rule that names no time of day.
    pub async fn ensure(
        &self,
        name: &'static str,
        tenant: Option<TenantId>,
        zone: &Zone,
        rule: WallClockRule,
        now: OffsetDateTime,
    ) -> Result<(), Outage> {
        let next = rule
            .next_after(zone, now)
            .ok_or_else(|| Outage::new("the rule names no time of day"))?;
        let zone = zone.name().to_owned();
        self.database
            .global(move |tx| {
                let id = tx.new_id();
                insert_schedule(tx.conn(), id, name, tenant, &zone, rule, next)?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }

    /// Hands every schedule that is due at `now` to the queue as one job `schedule.<name>` and sets it to
    /// its next time after `now`, in one transaction. Returns how many.
    ///
    /// Several workers never hand out one tick twice; after a downtime the missed ticks are one.
    ///
    /// # Errors
    /// [`Outage`]; nothing was handed out then.
    pub async fn hand_out_due(&self, now: OffsetDateTime) -> Result<usize, Outage> {
        self.database
            .global(move |tx| {
                let due = schedules::table
                    .filter(schedules::next_run_at.le(now))
                    .order(schedules::next_run_at)
                    .limit(200)
                    .for_update()
                    .skip_locked()
                    .select((
                        schedules::id,
                        schedules::name,
                        schedules::tenant_id,
                        schedules::zone,
                        (schedules::at_hour, schedules::at_minute, schedules::day_of_month),
                        schedules::next_run_at,
                    ))
                    .load::<DueRow>(tx.conn())?;
                let mut handed_out = 0;
                for (id, name, tenant, zone, rule, tick) in &due {
                    let next = rule_of(zone, *rule).and_then(|(zone, rule)| rule.next_after(&zone, now));
                    let Some(next) = next else {
                        // One broken row must not stop the others; it shows as overdue until somebody mends it.
                        tracing::error!(schedule.id = %id, name, "a schedule's rule cannot be read");
                        diesel::update(schedules::table.filter(schedules::id.eq(id)))
                            .set(schedules::next_run_at.eq(now + BROKEN_RULE_PAUSE))
                            .execute(tx.conn())?;
                        continue;
                    };
                    let payload = serde_json::json!({ "schedule_id": id, "tick": tick.unix_timestamp() });
                    let mut job = NewJob::new(format!("schedule.{name}"), payload, now)
                        .once(format!("schedule:{id}:{}", tick.unix_timestamp()));
                    if let Some(tenant) = tenant {
                        job = job.of_tenant(TenantId::from_uuid(*tenant));
                    }
                    let job_id = tx.new_id();
                    insert_jobs(tx.conn(), vec![(job_id, job)])?;
                    diesel::update(schedules::table.filter(schedules::id.eq(id)))
                        .set((schedules::next_run_at.eq(next), schedules::last_tick_at.eq(tick)))
                        .execute(tx.conn())?;
                    tx.note_enqueued();
                    handed_out += 1;
                }
                Ok::<_, TxError<Outage>>(handed_out)
            })
            .await
    }

    /// Records that a tick's job ended well. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn succeeded(&self, id: Uuid, tick: OffsetDateTime) -> Result<(), Outage> {
        self.database
            .global(move |tx| {
                diesel::update(schedules::table.filter(schedules::id.eq(id)))
                    .set(schedules::last_success_at.eq(tick))
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }

    /// All schedules, for the digest and the metrics.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn list(&self) -> Result<Vec<ScheduleState>, Outage> {
        self.database
            .global(move |tx| {
                let rows = schedules::table
                    .order((schedules::tenant_id, schedules::name))
                    .select((
                        schedules::name,
                        schedules::tenant_id,
                        schedules::next_run_at,
                        schedules::last_tick_at,
                        schedules::last_success_at,
                    ))
                    .load::<(
                        String,
                        Option<Uuid>,
                        OffsetDateTime,
                        Option<OffsetDateTime>,
                        Option<OffsetDateTime>,
                    )>(tx.conn())?;
                let states =
                    rows.into_iter()
                        .map(
                            |(name, tenant, next_run_at, last_tick_at, last_success_at)| ScheduleState {
                                name,
                                tenant: tenant.map(TenantId::from_uuid),
                                next_run_at,
                                last_tick_at,
                                last_success_at,
                            },
                        );
                Ok::<_, TxError<Outage>>(states.collect())
            })
            .await
    }
}

type DueRow = (
    Uuid,
    String,
    Option<Uuid>,
    String,
    (i16, i16, Option<i16>),
    OffsetDateTime,
);

/// How long a schedule whose rule cannot be read is left alone.
const BROKEN_RULE_PAUSE: Duration = Duration::HOUR;

fn rule_of(zone: &str, (hour, minute, day): (i16, i16, Option<i16>)) -> Option<(Zone, WallClockRule)> {
    let small = |value: i16| u8::try_from(value).ok();
    let day_of_month = match day {
        Some(day) => Some(small(day)?),
        None => None,
    };
    let rule = WallClockRule {
        hour: small(hour)?,
        minute: small(minute)?,
        day_of_month,
    };
    Some((Zone::parse(zone).ok()?, rule))
}

pub(crate) fn insert_schedule(
    conn: &mut PgConnection,
    id: Uuid,
    name: &str,
    tenant: Option<TenantId>,
    zone: &str,
    rule: WallClockRule,
    next: OffsetDateTime,
) -> QueryResult<()> {
    diesel::insert_into(schedules::table)
        .values((
            schedules::id.eq(id),
            schedules::name.eq(name),
            schedules::tenant_id.eq(tenant.map(|tenant| tenant.as_uuid())),
            schedules::zone.eq(zone),
            schedules::at_hour.eq(i16::from(rule.hour)),
            schedules::at_minute.eq(i16::from(rule.minute)),
            schedules::day_of_month.eq(rule.day_of_month.map(i16::from)),
            schedules::next_run_at.eq(next),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests;
