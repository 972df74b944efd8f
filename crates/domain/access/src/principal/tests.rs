use super::*;

fn principal(role: Role, scopes: &[Scope]) -> Principal {
    let tenant = ratiba_kernel::test_support::tenant(1);
    Principal {
        tenant,
        role,
        scopes: scopes.iter().copied().collect(),
        staff: None,
        kind: ActorKind::Token,
        subject: uuid::Uuid::from_u128(1),
        name: "token:1".to_owned(),
    }
}

#[test]
fn a_scope_does_not_lift_a_role() {
    let therapist = principal(Role::Therapist, &Scope::ALL);
    assert_eq!(
        therapist.require(Scope::CommissionClose),
        Err(NotAllowed(Scope::CommissionClose))
    );
    assert_eq!(therapist.require(Scope::AppointmentsRender), Ok(()));
}

#[test]
fn a_role_does_not_replace_a_scope() {
    assert!(
        principal(Role::Owner, &[Scope::AppointmentsRead])
            .require(Scope::CommissionClose)
            .is_err()
    );
}

#[test]
fn a_therapist_sees_the_own_rows_only() {
    let own = uuid::Uuid::from_u128(7);
    let mut therapist = principal(Role::Therapist, &[]);
    assert!(
        !therapist.sees_staff(own),
        "a therapist's token without a person sees nobody"
    );
    therapist.staff = Some(Id::from_uuid(own));
    assert!(therapist.sees_staff(own) && !therapist.sees_staff(uuid::Uuid::from_u128(8)));
}

#[test]
fn the_front_desk_sees_everybodys_day_and_nobody_elses_pay() {
    let (own, other) = (uuid::Uuid::from_u128(7), uuid::Uuid::from_u128(8));
    let mut desk = principal(Role::Receptionist, &Scope::ALL);
    assert!(desk.sees_staff(other));
    assert!(!desk.sees_pay_of(other) && !desk.sees_rules_for_all());
    desk.staff = Some(Id::from_uuid(own));
    assert!(desk.sees_pay_of(own) && desk.sees_rules_for_all() && !desk.sees_pay_of(other));
    for role in [Role::Manager, Role::Owner] {
        let boss = principal(role, &[]);
        assert!(boss.sees_pay_of(other) && boss.sees_rules_for_all());
    }
}

#[test]
fn names_lead_back() {
    for scope in Scope::ALL {
        assert_eq!(Scope::parse(scope.name()), Some(scope));
    }
    for role in Role::ALL {
        assert_eq!(Role::parse(role.name()), Some(role));
    }
}
