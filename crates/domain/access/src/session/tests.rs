use ratiba_kernel::test_support::{EPOCH, tenant};

use super::*;

fn session(memberships: Vec<Membership>) -> Session {
    Session {
        person: Id::from_uuid(uuid::Uuid::from_u128(9)),
        expires_at: EPOCH + LASTS,
        seen_at: EPOCH,
        ended_at: None,
        memberships,
    }
}

fn membership(number: u8, role: Role) -> Membership {
    Membership {
        tenant: tenant(number.into()),
        role,
        staff: None,
    }
}

fn visitor(memberships: Vec<Membership>) -> Visitor {
    session(memberships).visitor(EPOCH).unwrap()
}

#[test]
fn a_session_ends_in_three_ways() {
    let fresh = session(Vec::new());
    assert!(fresh.clone().visitor(EPOCH + IDLE - Duration::SECOND).is_some());
    assert_eq!(fresh.clone().visitor(EPOCH + IDLE), None, "unused for too long");
    let used = Session {
        seen_at: EPOCH + LASTS - Duration::HOUR,
        ..fresh.clone()
    };
    assert!(used.clone().visitor(EPOCH + LASTS - Duration::SECOND).is_some());
    assert_eq!(used.visitor(EPOCH + LASTS), None, "however much it is used");
    let ended = Session {
        ended_at: Some(EPOCH),
        ..fresh
    };
    assert_eq!(ended.visitor(EPOCH), None, "signed out");
}

#[test]
fn the_only_business_need_not_be_named() {
    let who = visitor(vec![membership(1, Role::Manager)]);
    let principal = who.act(None).unwrap();
    assert_eq!((principal.tenant, principal.role), (tenant(1), Role::Manager));
    assert_eq!(principal.kind, ActorKind::Person);
    assert_eq!(who.act(Some(&tenant(1).to_string())), Ok(principal));
}

#[test]
fn one_of_several_must_be_named() {
    let who = visitor(vec![membership(1, Role::Owner), membership(2, Role::Therapist)]);
    assert_eq!(who.act(None), Err(NoTenant::Required));
    let second = who.act(Some(&tenant(2).to_string())).unwrap();
    assert_eq!((second.tenant, second.role), (tenant(2), Role::Therapist));
    assert!(
        second.require(Scope::SettingsWrite).is_err(),
        "what one is elsewhere does not count here"
    );
}

#[test]
fn a_business_of_others_is_nobodys() {
    let who = visitor(vec![membership(1, Role::Owner)]);
    for named in [tenant(2).to_string(), "nonsense".to_owned(), String::new()] {
        assert_eq!(who.act(Some(&named)), Err(NoTenant::Unknown), "{named}");
    }
    assert_eq!(visitor(Vec::new()).act(None), Err(NoTenant::Nowhere));
}

#[test]
fn a_persons_scopes_are_the_roles() {
    for role in Role::ALL {
        let principal = visitor(vec![membership(1, role)]).act(None).unwrap();
        for scope in Scope::ALL {
            assert_eq!(principal.require(scope).is_ok(), role.allows(scope), "{scope}");
        }
    }
}

#[test]
fn only_64_small_hexadecimal_digits_are_a_secret() {
    let secret = SessionSecret::from_bytes([0xab; 32]);
    assert_eq!(SessionSecret::parse(secret.reveal()), Some(secret.clone()));
    assert_eq!(format!("{secret:?}"), "SessionSecret(…)");
    for wrong in ["", "ab", &"AB".repeat(32), &"zz".repeat(32), &"a".repeat(65)] {
        assert_eq!(SessionSecret::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a_session_says_nothing_of_its_secret() {
    let secret = SessionSecret::from_bytes([7; 32]);
    let shown = format!("{secret:?} {:?}", NewSession::beginning(&secret, EPOCH));
    assert!(
        shown.starts_with("SessionSecret(…)") && !shown.contains(&secret.reveal()[..8]),
        "{shown}"
    );
}
