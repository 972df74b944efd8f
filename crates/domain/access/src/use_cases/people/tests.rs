use ratiba_kernel::Id;
use ratiba_kernel::test_support::{EPOCH, ManualClock, SeededIds, block_on, tenant};
use time::Duration;

use super::*;
use crate::members::{MEMBERS_MAX, NewMember};
use crate::principal::{ActorKind, Role, Scope};
use crate::session::{IDLE, NoTenant};
use crate::sign_in::Refusal;
use crate::test_support::{
    InMemoryPeople, ScriptedIssuer, SeededSecrets, arrive, people_contract, signed_in,
};

struct World {
    clock: Arc<ManualClock>,
    book: Arc<InMemoryPeople>,
    sign_in: SignInPeople,
    authenticate: AuthenticateSession,
    members: ChangeMembers,
}

fn world() -> World {
    let clock = Arc::new(ManualClock::default());
    let book = Arc::new(InMemoryPeople::default());
    World {
        sign_in: SignInPeople {
            issuer: Arc::new(ScriptedIssuer),
            book: book.clone(),
            clock: clock.clone(),
            ids: Arc::new(SeededIds::default()),
            secrets: Arc::new(SeededSecrets::default()),
            seal: Seal::of("instance"),
        },
        authenticate: AuthenticateSession {
            book: book.clone(),
            clock: clock.clone(),
        },
        members: ChangeMembers {
            book: book.clone(),
            clock: clock.clone(),
        },
        clock,
        book,
    }
}

impl World {
    fn redeem(&self, code: &str) -> Result<(PersonId, SessionSecret), RedeemError> {
        let redirect_uri = "https://ratiba.example/auth/callback".to_owned();
        let begun = block_on(self.sign_in.begin(redirect_uri.clone(), &ReturnTo::default())).unwrap();
        let (secret, to) = self.sign_in.begun(&begun.kept).unwrap();
        assert_eq!(to, ReturnTo::default());
        let redemption = Redemption {
            redirect_uri,
            secret,
            code: code.to_owned(),
        };
        block_on(self.sign_in.complete(&redemption))
    }

    fn admit(&self, person: PersonId, role: Role) {
        let newcomer = NewMember {
            person,
            role,
            staff: None,
            profile: signed_in(1).profile,
            joined_at: EPOCH,
        };
        block_on(self.book.admit(tenant(1), newcomer)).unwrap();
    }
}

fn acting(role: Role, person: PersonId) -> Principal {
    Principal {
        tenant: tenant(1),
        role,
        scopes: Scope::ALL.into_iter().collect(),
        staff: None,
        kind: ActorKind::Person,
        subject: person.as_uuid(),
        name: format!("person:{person}"),
    }
}

#[test]
fn whoever_the_issuer_vouches_for_has_a_session() {
    let world = world();
    let (person, secret) = world.redeem("good").unwrap();
    let visitor = block_on(world.authenticate.execute(&secret)).unwrap();
    assert_eq!(visitor.person, person);
    assert_eq!(visitor.act(None), Err(NoTenant::Nowhere));
    let (again, other) = world.redeem("good").unwrap();
    assert_eq!(again, person);
    assert_ne!(other, secret, "each sign-in has a session of its own");
}

#[test]
fn without_the_issuers_word_there_is_no_session() {
    let refused = world().redeem("bad");
    assert_eq!(refused.unwrap_err(), RedeemError::Refused(Refusal::Code));
}

#[test]
fn a_page_that_only_listens_keeps_no_session() {
    let world = world();
    let (person, secret) = world.redeem("good").unwrap();
    world.clock.advance(IDLE - Duration::MINUTE);
    let looked = block_on(world.authenticate.look(&secret)).unwrap();
    assert_eq!(looked.person, person);
    world.clock.advance(Duration::MINUTE);
    let invalid = Err(AuthenticateError::Invalid);
    assert_eq!(block_on(world.authenticate.look(&secret)), invalid);
    assert_eq!(block_on(world.authenticate.execute(&secret)), invalid);
}

#[test]
fn use_keeps_a_session_and_signing_out_ends_it() {
    let world = world();
    let (_, secret) = world.redeem("good").unwrap();
    let valid = || block_on(world.authenticate.execute(&secret)).is_ok();
    for _use in 0..3 {
        world.clock.advance(IDLE - Duration::MINUTE);
        assert!(valid());
    }
    block_on(world.authenticate.end(secret.hash())).unwrap();
    assert!(!valid());
}

#[test]
fn a_suspension_counts_from_the_next_request_on() {
    let world = world();
    let (person, secret) = world.redeem("good").unwrap();
    let owner = arrive_as_owner(&world);
    world.admit(person, Role::Manager);
    let acts = || block_on(world.authenticate.execute(&secret)).unwrap().act(None);
    assert_eq!(acts().map(|principal| principal.role), Ok(Role::Manager));
    let by = acting(Role::Owner, owner);
    let member = block_on(world.members.execute(&by, person, 1, MemberChange::Suspend));
    assert_eq!(member.unwrap().map(|member| member.version), Some(2));
    let invalid = Err(AuthenticateError::Invalid);
    assert_eq!(
        block_on(world.authenticate.execute(&secret)),
        invalid,
        "they may act nowhere: the session is over"
    );
}

#[test]
fn a_closed_business_opens_to_nobody() {
    let world = world();
    let (person, secret) = world.redeem("good").unwrap();
    world.admit(person, Role::Owner);
    world.book.shut(tenant(1));
    let visitor = block_on(world.authenticate.execute(&secret)).unwrap();
    let named = tenant(1).to_string();
    assert_eq!(visitor.act(Some(&named)), Err(NoTenant::Unknown));
}

#[test]
fn a_manager_makes_nobody_an_owner_and_removes_none() {
    let world = world();
    let owner = arrive_as_owner(&world);
    let manager = block_on(arrive(&*world.book, 2));
    world.admit(manager, Role::Manager);
    let by = acting(Role::Manager, manager);
    let own = MemberChange::Become {
        role: Role::Owner,
        staff: None,
    };
    assert_eq!(
        block_on(world.members.execute(&by, manager, 1, own)),
        Err(AboveOwnRole::Granted(Role::Owner).into())
    );
    assert_eq!(
        block_on(world.members.execute(&by, owner, 1, MemberChange::Remove)),
        Err(AboveOwnRole::Member(Role::Owner).into())
    );
}

#[test]
fn what_changed_meanwhile_is_seen_first() {
    let world = world();
    let owner = arrive_as_owner(&world);
    let by = acting(Role::Owner, owner);
    assert_eq!(
        block_on(world.members.execute(&by, owner, 7, MemberChange::Resume)),
        Err(MemberStepError::Stale.into())
    );
    assert_eq!(
        block_on(world.members.execute(&by, owner, 1, MemberChange::Remove)),
        Err(MemberStepError::LastOwner.into())
    );
}

#[test]
fn a_member_who_is_past_the_end_of_the_list_is_changed_like_any_other() {
    let world = world();
    let owner = arrive_as_owner(&world);
    let colleague = |number: u128| Id::from_uuid(uuid::Uuid::from_u128(0xc011_0000 + number));
    let many = (0..).take(MEMBERS_MAX).map(colleague);
    many.for_each(|person| world.admit(person, Role::Receptionist));
    let late = block_on(arrive(&*world.book, 2));
    let newcomer = NewMember {
        joined_at: EPOCH + Duration::HOUR,
        person: late,
        role: Role::Receptionist,
        staff: None,
        profile: signed_in(2).profile,
    };
    block_on(world.book.admit(tenant(1), newcomer)).unwrap();
    let by = acting(Role::Owner, owner);
    let listed = block_on(world.members.list(&by)).unwrap();
    assert!(listed.iter().all(|member| member.person != late));
    let suspended = block_on(world.members.execute(&by, late, 1, MemberChange::Suspend)).unwrap();
    assert_eq!(suspended.map(|member| member.version), Some(2));
}

fn arrive_as_owner(world: &World) -> PersonId {
    let owner = block_on(arrive(&*world.book, 9));
    world.admit(owner, Role::Owner);
    owner
}

#[test]
fn the_fake_keeps_the_promises_of_the_ports() {
    block_on(people_contract(async || InMemoryPeople::default()));
}
