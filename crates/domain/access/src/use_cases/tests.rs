use ratiba_kernel::test_support::{ManualClock, SeededIds, block_on, tenant};
use time::Duration;

use super::*;
use crate::test_support::{InMemoryAccessBook, SeededSecrets};

struct World {
    clock: Arc<ManualClock>,
    mint: MintToken,
    authenticate: AuthenticateToken,
}

fn world() -> World {
    let clock = Arc::new(ManualClock::default());
    let book: Arc<dyn AccessBook> = Arc::new(InMemoryAccessBook::default());
    World {
        mint: MintToken {
            book: Arc::clone(&book),
            clock: clock.clone(),
            ids: Arc::new(SeededIds::default()),
            secrets: Arc::new(SeededSecrets::default()),
        },
        authenticate: AuthenticateToken {
            book,
            clock: clock.clone(),
        },
        clock,
    }
}

fn order(role: Role, scopes: &[Scope]) -> TokenOrder {
    TokenOrder {
        name: "desk".to_owned(),
        role,
        staff: None,
        scopes: scopes.iter().copied().collect(),
        expires_at: None,
    }
}

#[test]
fn a_minted_token_opens_its_tenant_and_no_other_text_does() {
    let world = world();
    let (_, token) = block_on(
        world
            .mint
            .execute(tenant(1), order(Role::Manager, &[Scope::CommissionClose])),
    )
    .unwrap();
    let principal = block_on(world.authenticate.execute(&token)).unwrap();
    assert_eq!((principal.tenant, principal.role), (tenant(1), Role::Manager));
    let other = PresentedToken::from_bytes([9; 32]);
    assert_eq!(
        block_on(world.authenticate.execute(&other)),
        Err(AuthenticateError::Invalid)
    );
}

#[test]
fn a_token_ends_at_its_expiry() {
    let world = world();
    let mut wanted = order(Role::Manager, &[]);
    wanted.expires_at = Some(world.clock.now() + Duration::hours(1));
    let (_, token) = block_on(world.mint.execute(tenant(1), wanted)).unwrap();
    world.clock.advance(Duration::hours(1));
    assert_eq!(
        block_on(world.authenticate.execute(&token)),
        Err(AuthenticateError::Invalid)
    );
}

#[test]
fn a_revoked_token_opens_nothing() {
    let world = world();
    let (id, token) = block_on(world.mint.execute(tenant(1), order(Role::Owner, &[]))).unwrap();
    assert_eq!(
        block_on(world.mint.book.revoke(tenant(2), id, world.clock.now())),
        Ok(false)
    );
    assert_eq!(
        block_on(world.mint.book.revoke(tenant(1), id, world.clock.now())),
        Ok(true)
    );
    assert_eq!(
        block_on(world.authenticate.execute(&token)),
        Err(AuthenticateError::Invalid)
    );
}

#[test]
fn a_scope_above_the_role_is_refused() {
    let refused = block_on(
        world()
            .mint
            .execute(tenant(1), order(Role::Therapist, &[Scope::CommissionClose])),
    );
    assert_eq!(
        refused.unwrap_err(),
        MintError::ScopeAboveRole(Scope::CommissionClose)
    );
}

#[test]
fn a_token_without_a_name_is_refused() {
    let mut nameless = order(Role::Owner, &[]);
    nameless.name = "  ".to_owned();
    assert_eq!(
        block_on(world().mint.execute(tenant(1), nameless)).unwrap_err(),
        MintError::BadName
    );
}

#[test]
fn the_fake_keeps_the_promises_of_the_port() {
    block_on(crate::test_support::access_book_contract(async || {
        InMemoryAccessBook::default()
    }));
}

fn person(role: Role) -> Principal {
    Principal {
        tenant: tenant(1),
        role,
        scopes: Scope::ALL.into_iter().collect(),
        staff: None,
        kind: ActorKind::Person,
        subject: uuid::Uuid::from_u128(1),
        name: "person:1".to_owned(),
    }
}

fn key(text: &str) -> OrderKey {
    OrderKey {
        key: text.to_owned(),
        print: ratiba_kernel::Fingerprint::of(text),
    }
}

#[test]
fn a_persons_token_is_told_once_and_is_never_more_than_they_are() {
    let world = world();
    let mint = |by: &Principal, role| {
        block_on(
            world
                .mint
                .by_person(by, key("one"), order(role, &[Scope::AppointmentsRead])),
        )
    };
    let (id, token) = mint(&person(Role::Manager), Role::Receptionist).unwrap();
    let principal = block_on(world.authenticate.execute(&token.unwrap())).unwrap();
    assert_eq!(principal.subject, id.as_uuid());
    assert_eq!(
        mint(&person(Role::Manager), Role::Receptionist),
        Ok((id, None)),
        "the same order"
    );
    assert_eq!(
        mint(&person(Role::Manager), Role::Owner),
        Err(AboveOwnRole::Granted(Role::Owner).into())
    );
    assert_eq!(mint(&principal, Role::Therapist), Err(MintError::NotAPerson));
}

#[test]
fn nobody_revokes_a_token_that_is_more_than_they_are() {
    let world = world();
    let mint = |role| {
        block_on(world.mint.execute(tenant(1), order(role, &[])))
            .unwrap()
            .0
    };
    let (owners, desks) = (mint(Role::Owner), mint(Role::Receptionist));
    let revoke = |by: Role, id| block_on(world.mint.revoke(&person(by), id));
    let above = AboveOwnRole::Token(Role::Owner);
    assert_eq!(revoke(Role::Manager, owners), Err(above.into()));
    assert_eq!(revoke(Role::Manager, desks), Ok(true));
    assert_eq!(revoke(Role::Owner, owners), Ok(true));
    let nobodys = TokenId::from_uuid(uuid::Uuid::from_u128(404));
    assert_eq!(revoke(Role::Owner, nobodys), Ok(false));
}

#[test]
fn a_tokens_use_is_noted_once_a_minute() {
    let world = world();
    let (id, token) = block_on(world.mint.execute(tenant(1), order(Role::Owner, &[]))).unwrap();
    let begin = world.clock.now();
    let used = || {
        block_on(world.authenticate.execute(&token)).unwrap();
        let record = block_on(world.mint.book.token(tenant(1), id)).unwrap();
        record.unwrap().grant.last_used_at
    };
    assert_eq!(used(), Some(begin));
    world.clock.advance(Duration::seconds(59));
    assert_eq!(used(), Some(begin));
    world.clock.advance(Duration::SECOND);
    assert_eq!(used(), Some(begin + Duration::MINUTE));
}
