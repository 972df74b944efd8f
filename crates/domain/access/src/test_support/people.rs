//! People, their sessions and memberships in memory, and what every book of them promises.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::test_support::{EPOCH, tenant};
use ratiba_kernel::{Id, Outage, TenantId, TokenHash};
use time::{Duration, OffsetDateTime};

use super::invitations::Invitations;
use crate::members::{
    Admitted, MEMBERS_MAX, Member, MemberChange, MemberStep, MemberStepError, NewMember, Standing,
};
use crate::person::{Identity, PersonId, Profile};
use crate::ports::{Card, IdentityIssuer, MemberBook, PeopleBook};
use crate::principal::{Role, StaffMember};
use crate::session::{IDLE, Membership, NewSession, Session, SessionSecret};
use crate::sign_in::{AuthorizationRequest, RedeemError, Redemption, Refusal, SignedIn};

/// A staff member of tenant 1 in every fresh book.
#[must_use]
pub fn staff_of_tenant_1() -> Id<StaffMember> {
    Id::from_uuid(uuid::Uuid::from_u128(0x57aff))
}

#[derive(Debug, Default)]
pub(super) struct Rows {
    people: BTreeMap<Identity, PersonId>,
    sessions: BTreeMap<TokenHash, (PersonId, Session)>,
    pub(super) members: BTreeMap<(TenantId, PersonId), Member>,
    /// Businesses that are closed for a while.
    pub(super) shut: Vec<TenantId>,
    pub(super) invitations: Invitations,
}

impl Rows {
    pub(super) fn take_in(&mut self, tenant: TenantId, newcomer: NewMember) -> Admitted {
        let key = (tenant, newcomer.person);
        if self.members.contains_key(&key) {
            return Admitted::Already;
        }
        let member = Member {
            person: newcomer.person,
            role: newcomer.role,
            staff: newcomer.staff,
            standing: Standing::Active,
            profile: newcomer.profile,
            joined_at: newcomer.joined_at,
            version: 1,
        };
        self.members.insert(key, member);
        Admitted::New
    }
}

/// People in memory. The tenants 1 and 2 exist, named `Business 1` and `Business 2`.
#[derive(Debug, Default)]
pub struct InMemoryPeople(Mutex<Rows>);

impl InMemoryPeople {
    pub(super) fn rows(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Suspends a whole business.
    pub fn shut(&self, tenant: TenantId) {
        self.rows().shut.push(tenant);
    }
}

#[async_trait]
impl PeopleBook for InMemoryPeople {
    async fn sign_in(&self, who: SignedIn, fresh: PersonId, session: NewSession) -> Result<PersonId, Outage> {
        let mut rows = self.rows();
        let person = *rows.people.entry(who.identity).or_insert(fresh);
        for member in rows.members.values_mut().filter(|member| member.person == person) {
            member.profile = who.profile.clone();
        }
        let begun = Session {
            person,
            expires_at: session.expires_at,
            seen_at: session.created_at,
            ended_at: None,
            memberships: Vec::new(),
        };
        rows.sessions.insert(session.hash, (person, begun));
        Ok(person)
    }

    async fn know(&self, identity: Identity, fresh: PersonId) -> Result<PersonId, Outage> {
        Ok(*self.rows().people.entry(identity).or_insert(fresh))
    }

    async fn find_session(&self, hash: TokenHash) -> Result<Option<Session>, Outage> {
        let rows = self.rows();
        Ok(rows.sessions.get(&hash).map(|(person, session)| {
            let counts = |(tenant, of): &(TenantId, PersonId), member: &Member| {
                of == person && member.standing == Standing::Active && !rows.shut.contains(tenant)
            };
            let memberships = rows.members.iter().filter(|(key, member)| counts(key, member));
            Session {
                memberships: memberships
                    .map(|((tenant, _), member)| Membership {
                        tenant: *tenant,
                        role: member.role,
                        staff: member.staff,
                    })
                    .collect(),
                ..session.clone()
            }
        }))
    }

    async fn session_seen(&self, hash: TokenHash, at: OffsetDateTime) -> Result<(), Outage> {
        if let Some((_, session)) = self.rows().sessions.get_mut(&hash) {
            session.seen_at = session.seen_at.max(at);
        }
        Ok(())
    }

    async fn end_session(&self, hash: TokenHash, at: OffsetDateTime) -> Result<(), Outage> {
        if let Some((_, session)) = self.rows().sessions.get_mut(&hash) {
            session.ended_at = session.ended_at.or(Some(at));
        }
        Ok(())
    }

    async fn forget_sessions(&self, now: OffsetDateTime) -> Result<usize, Outage> {
        let mut rows = self.rows();
        let before = rows.sessions.len();
        rows.sessions
            .retain(|_, (_, session)| session.clone().visitor(now).is_some());
        Ok(before - rows.sessions.len())
    }

    async fn card(&self, of: TenantId, person: PersonId) -> Result<Option<Card>, Outage> {
        let names = [(tenant(1), "Business 1"), (tenant(2), "Business 2")];
        let name = names.iter().find(|(id, _)| *id == of).map(|(_, name)| *name);
        Ok(self.rows().members.get(&(of, person)).map(|member| Card {
            business_name: name.unwrap_or_default().to_owned(),
            profile: member.profile.clone(),
        }))
    }
}

#[async_trait]
impl MemberBook for InMemoryPeople {
    async fn members(&self, tenant: TenantId) -> Result<Vec<Member>, Outage> {
        let rows = self.rows();
        let own = rows.members.iter().filter(|((of, _), _)| *of == tenant);
        let mut members: Vec<Member> = own.map(|(_, member)| member.clone()).collect();
        members.sort_by_key(|member| (member.joined_at, member.person));
        members.truncate(MEMBERS_MAX);
        Ok(members)
    }

    async fn member(&self, tenant: TenantId, person: PersonId) -> Result<Option<Member>, Outage> {
        Ok(self.rows().members.get(&(tenant, person)).cloned())
    }

    async fn admit(&self, tenant: TenantId, newcomer: NewMember) -> Result<Admitted, Outage> {
        if !is_staff(tenant, newcomer.staff) {
            return Ok(Admitted::UnknownStaff);
        }
        Ok(self.rows().take_in(tenant, newcomer))
    }

    async fn change(&self, tenant: TenantId, step: MemberStep) -> Result<(), MemberStepError> {
        let mut rows = self.rows();
        let key = (tenant, step.person);
        let member = rows.members.get(&key).ok_or(MemberStepError::Unknown)?;
        if member.version != step.seen {
            return Err(MemberStepError::Stale);
        }
        let another = rows.members.iter().any(|((of, person), other)| {
            *of == tenant
                && *person != step.person
                && other.role == Role::Owner
                && other.standing == Standing::Active
        });
        if member.stops_owning(step.change) && !another {
            return Err(MemberStepError::LastOwner);
        }
        if let MemberChange::Become { staff, .. } = step.change
            && !is_staff(tenant, staff)
        {
            return Err(MemberStepError::UnknownStaff);
        }
        if step.change == MemberChange::Remove {
            rows.members.remove(&key);
        } else if let Some(member) = rows.members.get_mut(&key) {
            member.version += 1;
            match (step.change, member.standing) {
                (MemberChange::Become { role, staff }, _) => {
                    member.role = role;
                    member.staff = staff;
                }
                (MemberChange::Suspend, Standing::Active) => member.standing = Standing::Suspended(step.at),
                (MemberChange::Resume, _) => member.standing = Standing::Active,
                (MemberChange::Suspend, Standing::Suspended(_)) | (MemberChange::Remove, _) => {}
            }
        }
        let acts = rows
            .members
            .iter()
            .any(|((_, person), member)| *person == step.person && member.standing == Standing::Active);
        if !acts {
            let own = rows
                .sessions
                .values_mut()
                .filter(|(person, _)| *person == step.person);
            for (_, session) in own {
                session.ended_at = session.ended_at.or(Some(step.at));
            }
        }
        Ok(())
    }
}

pub(super) fn is_staff(of: TenantId, staff: Option<Id<StaffMember>>) -> bool {
    staff.is_none_or(|staff| of == tenant(1) && staff == staff_of_tenant_1())
}

/// An issuer that takes one code, `good`, and vouches for the same person each time.
#[derive(Debug, Default)]
pub struct ScriptedIssuer;

#[async_trait]
impl IdentityIssuer for ScriptedIssuer {
    async fn sign_in_url(&self, request: &AuthorizationRequest) -> Result<String, Outage> {
        Ok(format!(
            "https://issuer.example/auth?state={}",
            request.secret.state()
        ))
    }

    async fn redeem(&self, redemption: &Redemption) -> Result<SignedIn, RedeemError> {
        if redemption.code == "good" {
            Ok(signed_in(1))
        } else {
            Err(Refusal::Code.into())
        }
    }
}

/// Somebody whom the issuer vouches for, told apart by a number.
///
/// # Panics
/// Never: the names are fixed.
#[must_use]
pub fn signed_in(number: u8) -> SignedIn {
    let identity = Identity::new("https://issuer.example", &format!("subject-{number}"));
    SignedIn {
        identity: identity.unwrap_or_else(|| unreachable!("it is short and visible")),
        profile: Profile::of(Some(&format!("Person {number}")), Some("person@example.org")),
    }
}

/// The secret of a session, told apart by a number.
#[must_use]
pub fn session_secret(number: u8) -> SessionSecret {
    SessionSecret::from_bytes([number; 32])
}

/// Puts a person on record with a session under the same number, and answers with their id.
///
/// # Panics
/// When the book does not answer.
pub async fn arrive(book: &impl PeopleBook, number: u8) -> PersonId {
    let session = NewSession::beginning(&session_secret(number), EPOCH);
    let fresh = Id::from_uuid(uuid::Uuid::from_u128(1_000 + u128::from(number)));
    let person = book.sign_in(signed_in(number), fresh, session).await;
    assert!(person.is_ok(), "{person:?}");
    person.unwrap_or(fresh)
}

pub(super) fn newcomer(person: PersonId, role: Role) -> NewMember {
    NewMember {
        person,
        role,
        staff: None,
        profile: Profile::of(Some("As invited"), None),
        joined_at: EPOCH,
    }
}

pub(super) fn step(person: PersonId, seen: i32, change: MemberChange) -> MemberStep {
    MemberStep {
        person,
        seen,
        change,
        at: EPOCH + Duration::HOUR,
    }
}

/// What every book of people promises. `fresh` gives an empty book in which the tenants 1 and 2 exist, named `Business 1`
/// and `Business 2`, and tenant 1 has the staff member [`staff_of_tenant_1`].
///
/// # Panics
/// When a promise is broken.
pub async fn people_contract<B: PeopleBook + MemberBook>(fresh: impl AsyncFn() -> B) {
    somebody_is_the_same_at_every_sign_in(&fresh().await).await;
    a_session_keeps_what_was_noted(&fresh().await).await;
    sessions_that_are_over_are_forgotten(&fresh().await).await;
    memberships_count_while_they_are_active(&fresh().await).await;
    who_may_act_nowhere_is_signed_out(&fresh().await).await;
    a_business_knows_the_name_of_the_last_sign_in(&fresh().await).await;
    nobody_is_taken_in_twice(&fresh().await).await;
    a_member_is_found_by_id_however_many_there_are(&fresh().await).await;
    a_change_is_decided_on_the_version_that_was_seen(&fresh().await).await;
    the_last_owner_stays(&fresh().await).await;
    a_staff_member_is_the_businesses_own(&fresh().await).await;
}

async fn somebody_is_the_same_at_every_sign_in(book: &impl PeopleBook) {
    let first = arrive(book, 1).await;
    let again = NewSession::beginning(&session_secret(11), EPOCH);
    let other = Id::from_uuid(uuid::Uuid::from_u128(77));
    assert_eq!(book.sign_in(signed_in(1), other, again).await, Ok(first));
    assert_ne!(arrive(book, 2).await, first);
    assert_eq!(book.know(signed_in(1).identity, other).await, Ok(first));
    let expected = book.know(signed_in(3).identity, other).await;
    assert_eq!(expected, Ok(other), "known before the first sign-in");
    assert_eq!(arrive(book, 3).await, other);
    for number in [1, 11] {
        let found = book.find_session(session_secret(number).hash()).await;
        assert_eq!(found.ok().flatten().map(|session| session.person), Some(first));
    }
    assert_eq!(book.find_session(session_secret(99).hash()).await, Ok(None));
}

async fn a_session_keeps_what_was_noted(book: &impl PeopleBook) {
    let person = arrive(book, 1).await;
    let hash = session_secret(1).hash();
    let (later, last) = (EPOCH + Duration::HOUR, EPOCH + Duration::hours(2));
    assert_eq!(book.session_seen(hash, later).await, Ok(()));
    assert_eq!(
        book.session_seen(hash, EPOCH).await,
        Ok(()),
        "time does not go back"
    );
    assert_eq!(book.end_session(hash, later).await, Ok(()));
    assert_eq!(book.end_session(hash, last).await, Ok(()), "safe to repeat");
    let kept = Session {
        person,
        expires_at: EPOCH + crate::session::LASTS,
        seen_at: later,
        ended_at: Some(later),
        memberships: Vec::new(),
    };
    assert_eq!(book.find_session(hash).await, Ok(Some(kept)));
    let unknown = session_secret(99).hash();
    assert_eq!(book.session_seen(unknown, later).await, Ok(()));
    assert_eq!(book.end_session(unknown, later).await, Ok(()));
}

async fn sessions_that_are_over_are_forgotten(book: &impl PeopleBook) {
    for number in [1, 2, 3, 4] {
        arrive(book, number).await;
    }
    let (used, now) = (EPOCH + IDLE, EPOCH + IDLE + Duration::MINUTE);
    assert_eq!(book.session_seen(session_secret(1).hash(), used).await, Ok(()));
    assert_eq!(book.session_seen(session_secret(2).hash(), used).await, Ok(()));
    assert_eq!(book.end_session(session_secret(2).hash(), used).await, Ok(()));
    assert_eq!(book.forget_sessions(EPOCH).await, Ok(1), "one was ended");
    assert_eq!(book.forget_sessions(now).await, Ok(2), "two are unused");
    let left = book.find_session(session_secret(1).hash()).await;
    assert!(left.is_ok_and(|left| left.is_some()));
    for number in [2, 3, 4] {
        let gone = book.find_session(session_secret(number).hash()).await;
        assert_eq!(gone, Ok(None), "{number}");
    }
    let old = EPOCH + crate::session::LASTS;
    assert_eq!(book.session_seen(session_secret(1).hash(), old).await, Ok(()));
    assert_eq!(
        book.forget_sessions(old).await,
        Ok(1),
        "too old, however much it was used"
    );
}

async fn who_may_act_nowhere_is_signed_out<B: PeopleBook + MemberBook>(book: &B) {
    let (person, other) = (arrive(book, 1).await, arrive(book, 2).await);
    for (number, person) in [(1, person), (2, person), (1, other)] {
        let admitted = book.admit(tenant(number), newcomer(person, Role::Manager)).await;
        assert_eq!(admitted, Ok(Admitted::New));
    }
    let ended = async |number| {
        let session = book.find_session(session_secret(number).hash()).await;
        session.ok().flatten().and_then(|session| session.ended_at)
    };
    let change = async |number, seen, change| {
        assert_eq!(
            book.change(tenant(number), step(person, seen, change)).await,
            Ok(())
        );
    };
    change(1, 1, MemberChange::Suspend).await;
    assert_eq!(ended(1).await, None, "another business counts");
    change(2, 1, MemberChange::Suspend).await;
    assert_eq!(ended(1).await, Some(EPOCH + Duration::HOUR));
    change(1, 2, MemberChange::Resume).await;
    assert_eq!(ended(1).await, Some(EPOCH + Duration::HOUR), "they sign in anew");
    let again = NewSession::beginning(&session_secret(11), EPOCH + Duration::HOUR);
    assert_eq!(book.sign_in(signed_in(1), person, again).await, Ok(person));
    change(1, 3, MemberChange::Remove).await;
    assert_eq!(ended(11).await, Some(EPOCH + Duration::HOUR));
    assert_eq!(ended(2).await, None, "nobody else's end");
}

async fn memberships_count_while_they_are_active<B: PeopleBook + MemberBook>(book: &B) {
    let person = arrive(book, 1).await;
    for number in [2, 1] {
        let admitted = book.admit(tenant(number), newcomer(person, Role::Manager)).await;
        assert_eq!(admitted, Ok(Admitted::New));
    }
    let counting = async || {
        let session = book.find_session(session_secret(1).hash()).await;
        let memberships = session.ok().flatten().map(|session| session.memberships);
        let memberships = memberships.unwrap_or_default();
        memberships.iter().map(|one| one.tenant).collect::<Vec<_>>()
    };
    assert_eq!(counting().await, [tenant(1), tenant(2)]);
    let suspend = step(person, 1, MemberChange::Suspend);
    assert_eq!(book.change(tenant(1), suspend).await, Ok(()));
    assert_eq!(counting().await, [tenant(2)]);
    assert_eq!(
        book.change(tenant(1), step(person, 2, MemberChange::Resume))
            .await,
        Ok(())
    );
    assert_eq!(
        book.change(tenant(2), step(person, 1, MemberChange::Remove))
            .await,
        Ok(())
    );
    assert_eq!(counting().await, [tenant(1)]);
}

async fn a_business_knows_the_name_of_the_last_sign_in<B: PeopleBook + MemberBook>(book: &B) {
    let person = arrive(book, 1).await;
    assert_eq!(book.card(tenant(1), person).await, Ok(None));
    let admitted = book.admit(tenant(1), newcomer(person, Role::Owner)).await;
    assert_eq!(admitted, Ok(Admitted::New));
    let named = async || book.card(tenant(1), person).await.ok().flatten();
    let invited = Card {
        business_name: "Business 1".to_owned(),
        profile: Profile::of(Some("As invited"), None),
    };
    assert_eq!(named().await, Some(invited.clone()));
    let again = NewSession::beginning(&session_secret(11), EPOCH);
    assert_eq!(book.sign_in(signed_in(1), person, again).await, Ok(person));
    let card = Card {
        profile: signed_in(1).profile,
        ..invited
    };
    assert_eq!(named().await, Some(card));
    assert_eq!(
        book.card(tenant(2), person).await,
        Ok(None),
        "others learn nothing"
    );
}

async fn nobody_is_taken_in_twice<B: PeopleBook + MemberBook>(book: &B) {
    let person = arrive(book, 1).await;
    let first = book.admit(tenant(1), newcomer(person, Role::Receptionist)).await;
    assert_eq!(first, Ok(Admitted::New));
    let again = book.admit(tenant(1), newcomer(person, Role::Owner)).await;
    assert_eq!(again, Ok(Admitted::Already));
    let members = book.members(tenant(1)).await.unwrap_or_default();
    let roles: Vec<Role> = members.iter().map(|member| member.role).collect();
    assert_eq!(roles, [Role::Receptionist]);
    assert_eq!(book.members(tenant(2)).await, Ok(Vec::new()));
}

async fn a_member_is_found_by_id_however_many_there_are<B: PeopleBook + MemberBook>(book: &B) {
    let mut last = None;
    for number in (0_u128..).take(MEMBERS_MAX + 1) {
        let identity = Identity::new("https://issuer.example", &format!("colleague-{number:04}"));
        let Some(identity) = identity else {
            unreachable!("it is short and visible")
        };
        let fresh = Id::from_uuid(uuid::Uuid::from_u128(0xc011_0000 + number));
        assert_eq!(book.know(identity, fresh).await, Ok(fresh));
        let admitted = book.admit(tenant(1), newcomer(fresh, Role::Receptionist)).await;
        assert_eq!(admitted, Ok(Admitted::New));
        last = Some(fresh);
    }
    let Some(last) = last else {
        unreachable!("there are more than one")
    };
    let listed = book.members(tenant(1)).await.unwrap_or_default();
    assert_eq!(listed.len(), MEMBERS_MAX);
    assert!(
        listed.iter().all(|member| member.person != last),
        "the list ends before"
    );
    let found = book.member(tenant(1), last).await.ok().flatten();
    assert_eq!(
        found.map(|member| (member.person, member.version)),
        Some((last, 1))
    );
    assert_eq!(
        book.member(tenant(2), last).await,
        Ok(None),
        "and is nobody elsewhere"
    );
}

async fn a_change_is_decided_on_the_version_that_was_seen<B: PeopleBook + MemberBook>(book: &B) {
    let person = arrive(book, 1).await;
    let admitted = book.admit(tenant(1), newcomer(person, Role::Receptionist)).await;
    assert_eq!(admitted, Ok(Admitted::New));
    let promote = MemberChange::Become {
        role: Role::Manager,
        staff: Some(staff_of_tenant_1()),
    };
    assert_eq!(book.change(tenant(1), step(person, 1, promote)).await, Ok(()));
    let late = step(person, 1, MemberChange::Remove);
    assert_eq!(book.change(tenant(1), late).await, Err(MemberStepError::Stale));
    let elsewhere = step(person, 2, MemberChange::Remove);
    assert_eq!(
        book.change(tenant(2), elsewhere).await,
        Err(MemberStepError::Unknown)
    );
    for (seen, at) in [(2, EPOCH + Duration::HOUR), (3, EPOCH + Duration::hours(2))] {
        let suspend = MemberStep {
            at,
            ..step(person, seen, MemberChange::Suspend)
        };
        assert_eq!(book.change(tenant(1), suspend).await, Ok(()), "safe to repeat");
    }
    let kept = Member {
        person,
        role: Role::Manager,
        staff: Some(staff_of_tenant_1()),
        standing: Standing::Suspended(EPOCH + Duration::HOUR),
        profile: Profile::of(Some("As invited"), None),
        joined_at: EPOCH,
        version: 4,
    };
    assert_eq!(book.members(tenant(1)).await, Ok(vec![kept]));
}

async fn the_last_owner_stays<B: PeopleBook + MemberBook>(book: &B) {
    let (one, two) = (arrive(book, 1).await, arrive(book, 2).await);
    for person in [one, two] {
        let admitted = book.admit(tenant(1), newcomer(person, Role::Owner)).await;
        assert_eq!(admitted, Ok(Admitted::New));
        // An owner elsewhere is none here.
        let admitted = book.admit(tenant(2), newcomer(person, Role::Owner)).await;
        assert_eq!(admitted, Ok(Admitted::New));
    }
    let demote = MemberChange::Become {
        role: Role::Manager,
        staff: None,
    };
    assert_eq!(book.change(tenant(1), step(one, 1, demote)).await, Ok(()));
    for change in [demote, MemberChange::Suspend, MemberChange::Remove] {
        let refused = book.change(tenant(1), step(two, 1, change)).await;
        assert_eq!(refused, Err(MemberStepError::LastOwner), "{change:?}");
    }
    assert_eq!(
        book.change(tenant(2), step(two, 1, MemberChange::Suspend)).await,
        Ok(())
    );
    let refused = book.change(tenant(2), step(one, 1, MemberChange::Remove)).await;
    assert_eq!(
        refused,
        Err(MemberStepError::LastOwner),
        "a suspended owner is none"
    );
}

async fn a_staff_member_is_the_businesses_own<B: PeopleBook + MemberBook>(book: &B) {
    let person = arrive(book, 1).await;
    let therapist = NewMember {
        staff: Some(staff_of_tenant_1()),
        ..newcomer(person, Role::Therapist)
    };
    let foreign = book.admit(tenant(2), therapist.clone()).await;
    assert_eq!(foreign, Ok(Admitted::UnknownStaff));
    assert_eq!(book.admit(tenant(1), therapist).await, Ok(Admitted::New));
    let nobody = MemberChange::Become {
        role: Role::Therapist,
        staff: Some(Id::from_uuid(uuid::Uuid::from_u128(404))),
    };
    let refused = book.change(tenant(1), step(person, 1, nobody)).await;
    assert_eq!(refused, Err(MemberStepError::UnknownStaff));
    let session = book.find_session(session_secret(1).hash()).await.ok().flatten();
    let staff: Vec<_> = session
        .into_iter()
        .flat_map(|session| session.memberships)
        .map(|membership| membership.staff)
        .collect();
    assert_eq!(staff, [Some(staff_of_tenant_1())]);
}
