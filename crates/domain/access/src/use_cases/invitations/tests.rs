//! Who may invite, and as what.

use ratiba_kernel::Fingerprint;
use ratiba_kernel::test_support::{ManualClock, SeededIds, block_on, tenant};

use super::*;
use crate::principal::Scope;
use crate::test_support::{InMemoryPeople, SeededSecrets, arrive, invitations_contract, staff_of_tenant_1};

fn world() -> (Arc<InMemoryPeople>, WorkInvitations) {
    let book = Arc::new(InMemoryPeople::default());
    let work = WorkInvitations {
        book: book.clone(),
        clock: Arc::new(ManualClock::default()),
        ids: Arc::new(SeededIds::default()),
        secrets: Arc::new(SeededSecrets::default()),
    };
    (book, work)
}

fn acting(role: Role, kind: ActorKind) -> Principal {
    Principal {
        tenant: tenant(1),
        role,
        scopes: Scope::ALL.into_iter().collect(),
        staff: None,
        kind,
        subject: uuid::Uuid::from_u128(1),
        name: "person:00000000-0000-0000-0000-000000000001".to_owned(),
    }
}

fn order(role: Role) -> InvitationOrder {
    InvitationOrder {
        phone: PhoneNumber::parse("0712345678").unwrap(),
        name: " Achieng ".to_owned(),
        role,
        staff: None,
    }
}

fn key(text: &str) -> OrderKey {
    OrderKey {
        key: text.to_owned(),
        print: Fingerprint::of(text),
    }
}

#[test]
fn nobody_invites_above_their_own_role() {
    for by in [Role::Manager, Role::Owner] {
        for to in [Role::Receptionist, Role::Manager, Role::Owner] {
            let (_, work) = world();
            let invited = block_on(work.invite(&acting(by, ActorKind::Person), key("one"), order(to)));
            assert_eq!(invited.is_ok(), to <= by, "{by:?} invites as {to:?}: {invited:?}");
        }
    }
}

#[test]
fn a_manager_touches_no_owners_invitation() {
    let (_, work) = world();
    let owner = acting(Role::Owner, ActorKind::Person);
    let invited = block_on(work.invite(&owner, key("one"), order(Role::Owner))).unwrap();
    let manager = acting(Role::Manager, ActorKind::Person);
    let above: InvitationError = AboveOwnRole::Granted(Role::Owner).into();
    assert_eq!(block_on(work.revoke(&manager, invited.id)), Err(above));
    let above: InvitationError = AboveOwnRole::Granted(Role::Owner).into();
    assert_eq!(block_on(work.resend(&manager, invited.id, 1)), Err(above));
}

#[test]
fn a_token_invites_nobody() {
    let (_, work) = world();
    let token = acting(Role::Owner, ActorKind::Token);
    let refused = block_on(work.invite(&token, key("one"), order(Role::Receptionist)));
    assert_eq!(refused, Err(InvitationError::NotAPerson));
}

#[test]
fn a_therapist_is_a_staff_member_and_everybody_has_a_name() {
    let (_, work) = world();
    let owner = acting(Role::Owner, ActorKind::Person);
    let refused = block_on(work.invite(&owner, key("one"), order(Role::Therapist)));
    assert_eq!(refused, Err(InvitationError::TherapistWithoutStaff));
    let therapist = InvitationOrder {
        staff: Some(staff_of_tenant_1()),
        ..order(Role::Therapist)
    };
    let invited = block_on(work.invite(&owner, key("one"), therapist)).unwrap();
    assert_eq!(invited.name, "Achieng");
    for name in ["  ", "a\nb", &"x".repeat(NAME_MAX + 1)] {
        let nameless = InvitationOrder {
            name: name.to_owned(),
            ..order(Role::Manager)
        };
        let refused = block_on(work.invite(&owner, key("two"), nameless));
        assert_eq!(refused, Err(InvitationError::BadName), "{name:?}");
    }
}

#[test]
fn the_text_of_a_secret_makes_a_member_and_nothing_else_does() {
    let (book, work) = world();
    let person = block_on(arrive(&*book, 1));
    let invited = block_on(work.by_operator(tenant(1), order(Role::Owner))).unwrap();
    let secret = block_on(work.secret(tenant(1), invited.id)).unwrap().unwrap();
    assert_eq!(format!("{secret:?}"), "InvitationSecret(…)");
    for wrong in ["", "nonsense", &secret.reveal().to_uppercase(), &"0".repeat(64)] {
        if wrong != secret.reveal() {
            assert_eq!(block_on(work.accept(person, wrong)), Ok(Accepted::Invalid));
        }
    }
    let joined = Accepted::Joined {
        tenant: tenant(1),
        role: Role::Owner,
        staff: None,
    };
    assert_eq!(block_on(work.accept(person, secret.reveal())), Ok(joined));
    assert_eq!(block_on(work.secret(tenant(1), invited.id)), Ok(None), "used up");
}

#[test]
fn the_fake_keeps_the_promises_of_the_port() {
    block_on(invitations_contract(async || InMemoryPeople::default()));
}
