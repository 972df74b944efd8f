use proptest::prelude::*;
use ratiba_kernel::test_support::{EPOCH, tenant};

use super::*;
use crate::principal::ActorKind;

fn acting(role: Role) -> Principal {
    Principal {
        tenant: tenant(1),
        role,
        scopes: crate::Scope::ALL.into_iter().collect(),
        staff: None,
        kind: ActorKind::Person,
        subject: uuid::Uuid::from_u128(1),
        name: "person:1".to_owned(),
    }
}

fn member(role: Role, standing: Standing) -> Member {
    Member {
        person: Id::from_uuid(uuid::Uuid::from_u128(2)),
        role,
        staff: None,
        standing,
        profile: Profile::of(Some("Njeri"), None),
        joined_at: EPOCH,
        version: 1,
    }
}

fn role() -> impl Strategy<Value = Role> {
    prop::sample::select(Role::ALL.to_vec())
}

fn change() -> impl Strategy<Value = MemberChange> {
    prop_oneof![
        role().prop_map(|role| MemberChange::Become { role, staff: None }),
        Just(MemberChange::Suspend),
        Just(MemberChange::Resume),
        Just(MemberChange::Remove),
    ]
}

proptest! {
    #[test]
    fn nobody_reaches_above_their_own_role(by in role(), of in role(), change in change(), token in any::<bool>()) {
        let kind = if token { ActorKind::Token } else { ActorKind::Person };
        let by_whom = Principal { kind, ..acting(by) };
        let allowed = may_change(&by_whom, &member(of, Standing::Active), change).is_ok();
        let granted = match change {
            MemberChange::Become { role, .. } => role,
            MemberChange::Suspend | MemberChange::Resume | MemberChange::Remove => of,
        };
        let raised_by_token = token && granted > of;
        prop_assert_eq!(allowed, of <= by && granted <= by && !raised_by_token);
    }
}

#[test]
fn only_an_owner_who_can_act_counts_as_one() {
    let owner = member(Role::Owner, Standing::Active);
    assert!(owner.stops_owning(MemberChange::Suspend) && owner.stops_owning(MemberChange::Remove));
    let manager = MemberChange::Become {
        role: Role::Manager,
        staff: None,
    };
    assert!(owner.stops_owning(manager));
    let still = MemberChange::Become {
        role: Role::Owner,
        staff: None,
    };
    assert!(!owner.stops_owning(still) && !owner.stops_owning(MemberChange::Resume));
    let suspended = member(Role::Owner, Standing::Suspended(EPOCH));
    assert!(!suspended.stops_owning(MemberChange::Remove));
    assert!(!member(Role::Manager, Standing::Active).stops_owning(MemberChange::Remove));
}
