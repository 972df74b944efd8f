//! The facts of a stretch of days: the setup from memory, what is engaged from the database, in one round trip.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::availability::{EngagedAs, Engagement, Facts};
use ratiba_booking::catalogue::Minutes;
use ratiba_booking::engagement::{Claim, Subject};
use ratiba_booking::policy::BufferRule;
use ratiba_booking::ports::{FactsQuery, Outlook};
use ratiba_kernel::{Outage, TenantId, TimeRange, Zone};
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use super::setup::{Cast, Place, Setup, Setups};
use crate::database::{Database, TenantStatement, TxError};
use crate::kept::sql_query;

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
        Ok(query.get_result(statement.conn())?)
    }
}

/// The answer of `ratiba_busy`: element n of each array is engagement n.
#[derive(QueryableByName)]
struct Busy {
    #[diesel(sql_type = BigInt)]
    setup: i64,
    #[diesel(sql_type = Nullable<Array<Timestamptz>>)]
    starts: Option<Vec<OffsetDateTime>>,
    #[diesel(sql_type = Nullable<Array<Timestamptz>>)]
    ends: Option<Vec<OffsetDateTime>>,
    #[diesel(sql_type = Nullable<Array<Nullable<Timestamptz>>>)]
    held: Option<Vec<Option<OffsetDateTime>>>,
    #[diesel(sql_type = Nullable<Array<BigInt>>)]
    details: Option<Vec<i64>>,
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
        let mut loads: BTreeMap<Subject, BTreeMap<Date, u32>> = BTreeMap::new();
        let mut engagements = Vec::with_capacity(self.details.as_ref().map_or(0, Vec::len));
        for row in self.rows(&cast.places()) {
            let Row { engagement, load } = row
                .ok_or_else(|| Outage::new("impossible row in engagements: bad subject, buffer or range"))?;
            let start = engagement.claim.work().start();
            let week = weeks.iter().find(|week| week.start <= start && start < week.end);
            if let Some(week) = week.filter(|_| load > 0) {
                let of_subject = loads.entry(engagement.claim.subject).or_default();
                *of_subject.entry(week.monday).or_default() += load;
            }
            if engagement.claim.range.overlaps(&range) {
                engagements.push(engagement);
            }
        }
        let mut facts = setup.facts(cast);
        for member in &mut facts.staff {
            member.booked_last = booked.get(&member.id.as_uuid()).copied();
            member.load = loads.remove(&Subject::Staff(member.id)).unwrap_or_default();
        }
        facts.engagements = engagements;
        Ok(facts)
    }

    fn rows<'a>(&'a self, places: &'a [Place]) -> impl Iterator<Item = Option<Row>> + 'a {
        let times = self.starts.iter().flatten().zip(self.ends.iter().flatten());
        let rest = self.held.iter().flatten().zip(self.details.iter().flatten());
        times.zip(rest).map(|((start, end), (held, details))| {
            let bits = |from: u32, count: u32| u32::try_from(details >> from & ((1 << count) - 1)).ok();
            let place = usize::try_from(details >> 40).ok()?.checked_sub(1)?;
            let subject = match *places.get(place)? {
                Place::Staff(id) => Subject::Staff(id),
                Place::Resource(id) => Subject::Resource {
                    id,
                    seat: u16::try_from(bits(0, 6)?).ok()?,
                },
            };
            let claim = Claim {
                subject,
                range: TimeRange::new(*start, *end).ok()?,
                before: Minutes::new(bits(6, 8)?),
                after: Minutes::new(bits(14, 8)?),
                buffers: if bits(22, 1)? == 1 {
                    BufferRule::Shared
                } else {
                    BufferRule::Stacked
                },
            };
            let engaged_as = match (bits(23, 1)?, *held) {
                (0, Some(until)) => EngagedAs::Held { until },
                (0, None) => EngagedAs::Booked,
                (_blocked, _) => EngagedAs::Blocked,
            };
            let load = bits(24, 16)?;
            let engagement = Engagement { claim, engaged_as };
            Some(Row { engagement, load })
        })
    }
}

struct Row {
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
