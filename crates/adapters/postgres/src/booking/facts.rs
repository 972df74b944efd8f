//! The facts of a stretch of days: the setup from memory, what is engaged from the database, in one round trip.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, SmallInt, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::availability::{EngagedAs, Engagement, Facts};
use ratiba_booking::catalogue::Minutes;
use ratiba_booking::engagement::{Claim, Subject};
use ratiba_booking::policy::BufferRule;
use ratiba_booking::ports::{FactsQuery, Outlook};
use ratiba_kernel::{Id, Outage, TenantId, TimeRange, Zone};
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use super::setup::{Cast, Setup, Setups};
use crate::database::{Database, TenantStatement, TxError};
use crate::kept::kept;

/// How often a search begins again because the setup changed under it.
const TRIES: u32 = 4;

/// The facts with nobody engaged, from memory where possible.
pub(super) async fn of_setup(
    database: &Database,
    setups: &Setups,
    tenant: TenantId,
    query: &FactsQuery,
) -> Result<Outlook, Outage> {
    let setup = setups.of(database, tenant, query.range(), None).await?;
    Ok(Outlook {
        facts: setup.facts(setup.cast(query)),
        setup: setup.version,
    })
}

/// All facts as they are now.
pub(super) async fn outlook(
    database: &Database,
    setups: &Setups,
    tenant: TenantId,
    query: &FactsQuery,
) -> Result<Outlook, Outage> {
    let mut over = None;
    for _try in 0..TRIES {
        let setup = setups.of(database, tenant, query.range(), over).await?;
        let cast = setup.cast(query);
        let question = Question::new(&setup.policy.zone, query, &cast);
        let busy = database
            .statement(tenant, move |statement| question.ask(statement))
            .await?;
        if busy.setup != setup.version.number() {
            over = Some(setup.version);
            continue;
        }
        return Ok(Outlook {
            facts: busy.facts(&setup, cast, query)?,
            setup: setup.version,
        });
    }
    Err(Outage::new("the setup keeps changing"))
}

/// What the database is asked about a query.
struct Question {
    subjects: Vec<Uuid>,
    range: TimeRange,
    /// Those whose turn it might be; nobody where there is nothing to choose.
    turns: Vec<Uuid>,
}

impl Question {
    fn new(zone: &Zone, query: &FactsQuery, cast: &Cast) -> Self {
        let choice = query.only().is_none();
        let range = query.range();
        // Load is reckoned by whole weeks.
        let weeks = weeks(zone, query.window);
        let whole = weeks.first().zip(weeks.last()).filter(|_| choice);
        let range = whole.map_or(range, |(first, last)| {
            let (start, end) = (first.start.min(range.start()), last.end.max(range.end()));
            TimeRange::new(start, end).unwrap_or(range)
        });
        Self {
            subjects: cast.subjects(),
            range,
            turns: if choice { cast.people() } else { Vec::new() },
        }
    }

    fn ask(&self, statement: &mut TenantStatement<'_>) -> Result<Busy, TxError<Outage>> {
        let tenant = statement.tenant_uuid();
        let query = sql_query("SELECT * FROM ratiba_busy($1, $2, $3, $4, $5)")
            .bind::<SqlUuid, _>(tenant)
            .bind::<Array<SqlUuid>, _>(&self.subjects)
            .bind::<Timestamptz, _>(self.range.start())
            .bind::<Timestamptz, _>(self.range.end())
            .bind::<Array<SqlUuid>, _>(&self.turns);
        Ok(kept(query).get_result(statement.conn())?)
    }
}

/// The answer of `ratiba_busy`: element n of each array is engagement n.
#[derive(QueryableByName)]
struct Busy {
    #[diesel(sql_type = BigInt)]
    setup: i64,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    subject: Option<Vec<Uuid>>,
    #[diesel(sql_type = Nullable<Array<SmallInt>>)]
    seat: Option<Vec<i16>>,
    #[diesel(sql_type = Nullable<Array<Timestamptz>>)]
    starts: Option<Vec<OffsetDateTime>>,
    #[diesel(sql_type = Nullable<Array<Timestamptz>>)]
    ends: Option<Vec<OffsetDateTime>>,
    #[diesel(sql_type = Nullable<Array<Integer>>)]
    before: Option<Vec<i32>>,
    #[diesel(sql_type = Nullable<Array<Integer>>)]
    after: Option<Vec<i32>>,
    #[diesel(sql_type = Nullable<Array<Bool>>)]
    shared: Option<Vec<bool>>,
    #[diesel(sql_type = Nullable<Array<Bool>>)]
    blocked: Option<Vec<bool>>,
    #[diesel(sql_type = Nullable<Array<Nullable<Timestamptz>>>)]
    held: Option<Vec<Option<OffsetDateTime>>>,
    #[diesel(sql_type = Nullable<Array<Integer>>)]
    load: Option<Vec<i32>>,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    booked: Option<Vec<Uuid>>,
    #[diesel(sql_type = Nullable<Array<Timestamptz>>)]
    booked_last: Option<Vec<OffsetDateTime>>,
}

impl Busy {
    fn facts(self, setup: &Setup, cast: Cast, query: &FactsQuery) -> Result<Facts, Outage> {
        let range = query.range();
        let weeks = weeks(&setup.policy.zone, query.window);
        let booked = self
            .booked
            .iter()
            .flatten()
            .zip(self.booked_last.iter().flatten());
        let booked: BTreeMap<Uuid, OffsetDateTime> = booked.map(|(id, at)| (*id, *at)).collect();
        let mut loads: BTreeMap<Uuid, BTreeMap<Date, u32>> = BTreeMap::new();
        let mut engagements = Vec::with_capacity(self.subject.as_ref().map_or(0, Vec::len));
        for row in self.rows(&cast) {
            let Row {
                subject,
                engagement,
                load,
            } = row.map_err(|what| Outage::new(format!("impossible row in engagements: {what}")))?;
            let start = engagement.claim.work().start();
            let week = weeks.iter().find(|week| week.start <= start && start < week.end);
            if let Some(week) = week.filter(|_| load > 0) {
                *loads.entry(subject).or_default().entry(week.monday).or_default() += load;
            }
            if engagement.claim.range.overlaps(&range) {
                engagements.push(engagement);
            }
        }
        let mut facts = setup.facts(cast);
        for member in &mut facts.staff {
            member.booked_last = booked.get(&member.id.as_uuid()).copied();
            member.load = loads.remove(&member.id.as_uuid()).unwrap_or_default();
        }
        facts.engagements = engagements;
        Ok(facts)
    }

    fn rows<'a>(&'a self, cast: &'a Cast) -> impl Iterator<Item = Result<Row, &'static str>> + 'a {
        let times = self.starts.iter().flatten().zip(self.ends.iter().flatten());
        let places = self.subject.iter().flatten().zip(self.seat.iter().flatten());
        let buffers = self.before.iter().flatten().zip(self.after.iter().flatten());
        let kinds = self.shared.iter().flatten().zip(self.blocked.iter().flatten());
        let counts = self.held.iter().flatten().zip(self.load.iter().flatten());
        let all = times.zip(places).zip(buffers).zip(kinds).zip(counts);
        all.map(|((((time, place), buffer), kind), count)| {
            let minutes = |count: i32| {
                u32::try_from(count)
                    .map(Minutes::new)
                    .map_err(|_| "a negative buffer")
            };
            let subject = if cast.is_resource(*place.0) {
                Subject::Resource {
                    id: Id::from_uuid(*place.0),
                    seat: u16::try_from(*place.1).map_err(|_| "a negative seat")?,
                }
            } else {
                Subject::Staff(Id::from_uuid(*place.0))
            };
            let claim = Claim {
                subject,
                range: TimeRange::new(*time.0, *time.1).map_err(|_| "an empty range")?,
                before: minutes(*buffer.0)?,
                after: minutes(*buffer.1)?,
                buffers: if *kind.0 {
                    BufferRule::Shared
                } else {
                    BufferRule::Stacked
                },
            };
            let engaged_as = match (*kind.1, *count.0) {
                (true, _) => EngagedAs::Blocked,
                (false, Some(until)) => EngagedAs::Held { until },
                (false, None) => EngagedAs::Booked,
            };
            Ok(Row {
                subject: *place.0,
                engagement: Engagement { claim, engaged_as },
                load: u32::try_from(*count.1).map_err(|_| "a negative load")?,
            })
        })
    }
}

struct Row {
    subject: Uuid,
    engagement: Engagement,
    /// Minutes.
    load: u32,
}

/// A local week.
struct Week {
    monday: Date,
    start: OffsetDateTime,
    end: OffsetDateTime,
}

/// The local weeks that touch a range. They are cut here and not in SQL: zones come from the bundled database alone.
fn weeks(zone: &Zone, range: TimeRange) -> Vec<Week> {
    let first = zone.date(range.start());
    let since_monday = i64::from(first.weekday().number_days_from_monday());
    let monday = first.checked_sub(Duration::days(since_monday)).unwrap_or(first);
    let last = zone.date(range.end());
    std::iter::successors(Some(monday), |monday| monday.checked_add(Duration::WEEK))
        .take_while(|monday| *monday <= last)
        .filter_map(|monday| {
            let next = monday.checked_add(Duration::WEEK)?;
            let (start, end) = (zone.day_start(monday), zone.day_start(next));
            Some(Week { monday, start, end })
        })
        .collect()
}
