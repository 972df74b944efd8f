//! People, their sessions, and the members of businesses.
//!
//! Who may act where is read from the database at every request: a suspension works at once, whichever process it was
//! recorded by.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bytea, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_access::members::{
    Admitted, MEMBERS_MAX, Member, MemberChange, MemberStep, MemberStepError, NewMember, Standing,
};
use ratiba_access::ports::Card;
use ratiba_access::principal::StaffMember;
use ratiba_access::session::{IDLE, Membership, NewSession, Session};
use ratiba_access::sign_in::SignedIn;
use ratiba_access::{Identity, MemberBook, PeopleBook, PersonId, Profile, Role};
use ratiba_kernel::{Id, Outage, TenantId, TokenHash};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{Database, GlobalTx, TenantTx, TxError};
use crate::schema::{member_profiles, memberships, people, sessions, staff, tenant_settings};

/// [`PeopleBook`] and [`MemberBook`] on PostgreSQL.
#[derive(Clone)]
pub struct PgPeople {
    pub(crate) database: Database,
}

impl PgPeople {
    /// The people in this database.
    #[must_use]
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl PeopleBook for PgPeople {
    async fn sign_in(&self, who: SignedIn, fresh: PersonId, session: NewSession) -> Result<PersonId, Outage> {
        let profile = who.profile.clone();
        let begin = move |tx: &mut GlobalTx<'_>| begin_session(tx, &who, fresh, &session);
        let (person, tenants) = self.database.global(begin).await?;
        for tenant in tenants {
            let (name, email) = (profile.name().to_owned(), profile.email().map(str::to_owned));
            let rename = move |tx: &mut TenantTx<'_>| {
                let own = member_profiles::tenant_id
                    .eq(tx.tenant_uuid())
                    .and(member_profiles::person_id.eq(person));
                // An issuer that says nothing of a name or an address takes none away.
                if !name.is_empty() {
                    diesel::update(member_profiles::table.filter(own))
                        .set(member_profiles::name.eq(&name))
                        .execute(tx.conn())?;
                }
                if email.is_some() {
                    diesel::update(member_profiles::table.filter(own))
                        .set(member_profiles::email.eq(&email))
                        .execute(tx.conn())?;
                }
                Ok::<_, TxError<Outage>>(())
            };
            self.database.tenant(TenantId::from_uuid(tenant), rename).await?;
        }
        Ok(Id::from_uuid(person))
    }

    async fn know(&self, identity: Identity, fresh: PersonId) -> Result<PersonId, Outage> {
        let know = move |tx: &mut GlobalTx<'_>| know(tx, &identity, fresh).map(Id::from_uuid);
        self.database.global(know).await
    }

    async fn find_session(&self, hash: TokenHash) -> Result<Option<Session>, Outage> {
        let find = move |tx: &mut GlobalTx<'_>| {
            let rows = sql_query(
                "SELECT s.person_id, s.expires_at, s.seen_at, s.ended_at, m.tenant_id, m.role, m.staff_id
                 FROM sessions s
                 LEFT JOIN (memberships m JOIN tenants t ON t.id = m.tenant_id AND t.state = 'active')
                     ON m.person_id = s.person_id AND m.suspended_at IS NULL
                 WHERE s.token_hash = $1
                 ORDER BY m.tenant_id",
            )
            .bind::<Bytea, _>(hash.as_bytes().as_slice())
            .load::<SessionRow>(tx.conn())?;
            read_session(rows)
        };
        self.database.global_statement(find).await
    }

    async fn session_seen(&self, hash: TokenHash, at: OffsetDateTime) -> Result<(), Outage> {
        let note = move |tx: &mut GlobalTx<'_>| {
            let own = sessions::token_hash.eq(hash.as_bytes().as_slice());
            diesel::update(sessions::table.filter(own.and(sessions::seen_at.lt(at))))
                .set(sessions::seen_at.eq(at))
                .execute(tx.conn())?;
            Ok::<_, TxError<Outage>>(())
        };
        self.database.global_statement(note).await
    }

    async fn end_session(&self, hash: TokenHash, at: OffsetDateTime) -> Result<(), Outage> {
        let end = move |tx: &mut GlobalTx<'_>| {
            let own = sessions::token_hash.eq(hash.as_bytes().as_slice());
            diesel::update(sessions::table.filter(own.and(sessions::ended_at.is_null())))
                .set(sessions::ended_at.eq(at))
                .execute(tx.conn())?;
            Ok::<_, TxError<Outage>>(())
        };
        self.database.global_statement(end).await
    }

    async fn forget_sessions(&self, now: OffsetDateTime) -> Result<usize, Outage> {
        let forget = move |tx: &mut GlobalTx<'_>| {
            let over = sessions::ended_at
                .is_not_null()
                .or(sessions::expires_at.le(now))
                .or(sessions::seen_at.le(now - IDLE));
            Ok::<_, TxError<Outage>>(diesel::delete(sessions::table.filter(over)).execute(tx.conn())?)
        };
        self.database.global_statement(forget).await
    }

    async fn card(&self, tenant: TenantId, person: PersonId) -> Result<Option<Card>, Outage> {
        let find = move |tx: &mut TenantTx<'_>| {
            let own = member_profiles::tenant_id
                .eq(tx.tenant_uuid())
                .and(member_profiles::person_id.eq(person.as_uuid()));
            let profile = member_profiles::table
                .filter(own)
                .select((member_profiles::name, member_profiles::email))
                .first::<(String, Option<String>)>(tx.conn())
                .optional()?;
            let Some((name, email)) = profile else {
                return Ok(None);
            };
            let business_name = tenant_settings::table
                .filter(tenant_settings::tenant_id.eq(tx.tenant_uuid()))
                .select(tenant_settings::business_name)
                .first::<String>(tx.conn())?;
            Ok::<_, TxError<Outage>>(Some(Card {
                business_name,
                profile: Profile::of(Some(&name), email.as_deref()),
            }))
        };
        self.database.tenant(tenant, find).await
    }
}

/// Puts person and session on record; answers with the person and the businesses that they belong to.
fn begin_session(
    tx: &mut GlobalTx<'_>,
    who: &SignedIn,
    fresh: PersonId,
    session: &NewSession,
) -> Result<(Uuid, Vec<Uuid>), TxError<Outage>> {
    let person = know(tx, &who.identity, fresh)?;
    // Nobody needs the sessions of theirs that are over.
    let over = sessions::person_id
        .eq(person)
        .and(sessions::expires_at.le(session.created_at));
    diesel::delete(sessions::table.filter(over)).execute(tx.conn())?;
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(session.hash.as_bytes().as_slice()),
            sessions::person_id.eq(person),
            sessions::created_at.eq(session.created_at),
            sessions::seen_at.eq(session.created_at),
            sessions::expires_at.eq(session.expires_at),
        ))
        .execute(tx.conn())?;
    let tenants = memberships::table
        .filter(memberships::person_id.eq(person))
        .order(memberships::tenant_id)
        .select(memberships::tenant_id)
        .load::<Uuid>(tx.conn())?;
    Ok((person, tenants))
}

fn know(tx: &mut GlobalTx<'_>, identity: &Identity, fresh: PersonId) -> Result<Uuid, TxError<Outage>> {
    let (issuer, subject) = (identity.issuer(), identity.subject());
    diesel::insert_into(people::table)
        .values((
            people::id.eq(fresh.as_uuid()),
            people::issuer.eq(issuer),
            people::subject.eq(subject),
        ))
        .on_conflict((people::issuer, people::subject))
        .do_nothing()
        .execute(tx.conn())?;
    let known = people::issuer.eq(issuer).and(people::subject.eq(subject));
    Ok(people::table
        .filter(known)
        .select(people::id)
        .first::<Uuid>(tx.conn())?)
}

#[derive(QueryableByName)]
struct SessionRow {
    #[diesel(sql_type = SqlUuid)]
    person_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    expires_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    seen_at: OffsetDateTime,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ended_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    tenant_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    role: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    staff_id: Option<Uuid>,
}

/// One row for each membership that counts, or a single one without any.
fn read_session(rows: Vec<SessionRow>) -> Result<Option<Session>, TxError<Outage>> {
    let mut session: Option<Session> = None;
    for row in rows {
        let session = session.get_or_insert_with(|| Session {
            person: Id::from_uuid(row.person_id),
            expires_at: row.expires_at,
            seen_at: row.seen_at,
            ended_at: row.ended_at,
            memberships: Vec::new(),
        });
        if let (Some(tenant), Some(role)) = (row.tenant_id, row.role) {
            session.memberships.push(Membership {
                tenant: TenantId::from_uuid(tenant),
                role: role_of(row.person_id, &role)?,
                staff: row.staff_id.map(Id::from_uuid),
            });
        }
    }
    Ok(session)
}

fn role_of<E>(person: Uuid, name: &str) -> Result<Role, TxError<E>> {
    Role::parse(name).ok_or_else(|| TxError::impossible("memberships", person, "unknown role"))
}

#[async_trait]
impl MemberBook for PgPeople {
    async fn members(&self, tenant: TenantId) -> Result<Vec<Member>, Outage> {
        let list = move |tx: &mut TenantTx<'_>| {
            let tenant = tx.tenant_uuid();
            let rows = sql_query(
                "SELECT m.person_id, m.role, m.staff_id, m.suspended_at, m.joined_at, m.version, p.name, p.email
                 FROM memberships m
                 JOIN member_profiles p ON p.tenant_id = m.tenant_id AND p.person_id = m.person_id
                 WHERE m.tenant_id = $1
                 ORDER BY m.joined_at, m.person_id
                 LIMIT $2",
            )
            .bind::<SqlUuid, _>(tenant)
            .bind::<BigInt, _>(i64::try_from(MEMBERS_MAX).unwrap_or(i64::MAX))
            .load::<MemberRow>(tx.conn())?;
            rows.into_iter()
                .map(MemberRow::read)
                .collect::<Result<Vec<_>, TxError<Outage>>>()
        };
        self.database.tenant(tenant, list).await
    }

    async fn member(&self, tenant: TenantId, person: PersonId) -> Result<Option<Member>, Outage> {
        let find = move |tx: &mut TenantTx<'_>| {
            let row = sql_query(
                "SELECT m.person_id, m.role, m.staff_id, m.suspended_at, m.joined_at, m.version, p.name, p.email
                 FROM memberships m
                 JOIN member_profiles p ON p.tenant_id = m.tenant_id AND p.person_id = m.person_id
                 WHERE m.tenant_id = $1 AND m.person_id = $2",
            )
            .bind::<SqlUuid, _>(tx.tenant_uuid())
            .bind::<SqlUuid, _>(person.as_uuid())
            .get_result::<MemberRow>(tx.conn())
            .optional()?;
            row.map(MemberRow::read::<Outage>).transpose()
        };
        self.database.tenant(tenant, find).await
    }

    async fn admit(&self, tenant: TenantId, newcomer: NewMember) -> Result<Admitted, Outage> {
        self.database.tenant(tenant, move |tx| admit(tx, &newcomer)).await
    }

    async fn change(&self, tenant: TenantId, step: MemberStep) -> Result<(), MemberStepError> {
        self.database.tenant(tenant, move |tx| change(tx, step)).await
    }
}

/// Takes somebody in, within a transaction that records more.
pub(crate) fn admit<E>(tx: &mut TenantTx<'_>, newcomer: &NewMember) -> Result<Admitted, TxError<E>> {
    if !is_staff(tx, newcomer.staff)? {
        return Ok(Admitted::UnknownStaff);
    }
    let (tenant, person) = (tx.tenant_uuid(), newcomer.person.as_uuid());
    let added = diesel::insert_into(memberships::table)
        .values((
            memberships::tenant_id.eq(tenant),
            memberships::person_id.eq(person),
            memberships::role.eq(newcomer.role.name()),
            memberships::staff_id.eq(newcomer.staff.map(|staff| staff.as_uuid())),
            memberships::joined_at.eq(newcomer.joined_at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    if added == 0 {
        return Ok(Admitted::Already);
    }
    diesel::insert_into(member_profiles::table)
        .values((
            member_profiles::tenant_id.eq(tenant),
            member_profiles::person_id.eq(person),
            member_profiles::name.eq(newcomer.profile.name()),
            member_profiles::email.eq(newcomer.profile.email()),
        ))
        .execute(tx.conn())?;
    Ok(Admitted::New)
}

fn change(tx: &mut TenantTx<'_>, step: MemberStep) -> Result<(), TxError<MemberStepError>> {
    let (tenant, person) = (tx.tenant_uuid(), step.person.as_uuid());
    // Whoever changes members waits here for everybody else who changes owners, and sees what they left.
    let locked = sql_query(
        "SELECT m.person_id, m.role, m.staff_id, m.suspended_at, m.joined_at, m.version, '' AS name, NULL AS email
         FROM memberships m
         WHERE m.tenant_id = $1 AND (m.person_id = $2 OR m.role = 'owner')
         ORDER BY m.person_id
         FOR UPDATE",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(person)
    .load::<MemberRow>(tx.conn())?;
    let locked = locked
        .into_iter()
        .map(MemberRow::read)
        .collect::<Result<Vec<_>, TxError<MemberStepError>>>()?;
    let refuse = |why| Err(TxError::Refused(why));
    let Some(member) = locked.iter().find(|member| member.person == step.person) else {
        return refuse(MemberStepError::Unknown);
    };
    if member.version != step.seen {
        return refuse(MemberStepError::Stale);
    }
    let another = locked.iter().any(|other| {
        other.person != step.person && other.role == Role::Owner && other.standing == Standing::Active
    });
    if member.stops_owning(step.change) && !another {
        return refuse(MemberStepError::LastOwner);
    }
    let own = memberships::table.filter(
        memberships::tenant_id
            .eq(tenant)
            .and(memberships::person_id.eq(person)),
    );
    let next = memberships::version.eq(step.seen + 1);
    match step.change {
        MemberChange::Become { role, staff } => {
            if !is_staff(tx, staff)? {
                return refuse(MemberStepError::UnknownStaff);
            }
            let staff = staff.map(|staff| staff.as_uuid());
            diesel::update(own)
                .set((
                    next,
                    memberships::role.eq(role.name()),
                    memberships::staff_id.eq(staff),
                ))
                .execute(tx.conn())?
        }
        MemberChange::Suspend => {
            let since = match member.standing {
                Standing::Active => step.at,
                Standing::Suspended(since) => since,
            };
            diesel::update(own)
                .set((next, memberships::suspended_at.eq(since)))
                .execute(tx.conn())?
        }
        MemberChange::Resume => diesel::update(own)
            .set((next, memberships::suspended_at.eq(None::<OffsetDateTime>)))
            .execute(tx.conn())?,
        MemberChange::Remove => diesel::delete(own).execute(tx.conn())?,
    };
    sql_query(
        "UPDATE sessions SET ended_at = $2
         WHERE person_id = $1 AND ended_at IS NULL
             AND NOT EXISTS (SELECT FROM memberships WHERE person_id = $1 AND suspended_at IS NULL)",
    )
    .bind::<SqlUuid, _>(person)
    .bind::<Timestamptz, _>(step.at)
    .execute(tx.conn())?;
    Ok(())
}

/// Whether this is a staff member of the business; nobody is.
pub(crate) fn is_staff<E>(
    tx: &mut TenantTx<'_>,
    member: Option<Id<StaffMember>>,
) -> Result<bool, TxError<E>> {
    let Some(member) = member else {
        return Ok(true);
    };
    let own = staff::tenant_id
        .eq(tx.tenant_uuid())
        .and(staff::id.eq(member.as_uuid()));
    Ok(diesel::select(diesel::dsl::exists(staff::table.filter(own))).get_result(tx.conn())?)
}

#[derive(QueryableByName)]
struct MemberRow {
    #[diesel(sql_type = SqlUuid)]
    person_id: Uuid,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    staff_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    suspended_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Timestamptz)]
    joined_at: OffsetDateTime,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    email: Option<String>,
}

impl MemberRow {
    fn read<E>(self) -> Result<Member, TxError<E>> {
        Ok(Member {
            person: Id::from_uuid(self.person_id),
            role: role_of(self.person_id, &self.role)?,
            staff: self.staff_id.map(Id::from_uuid),
            standing: self.suspended_at.map_or(Standing::Active, Standing::Suspended),
            profile: Profile::of(Some(&self.name), self.email.as_deref()),
            joined_at: self.joined_at,
            version: self.version,
        })
    }
}
