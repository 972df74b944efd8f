use std::collections::BTreeSet;

use super::*;

fn grant(number: u128) -> TokenGrant {
    TokenGrant {
        id: Id::from_uuid(Uuid::from_u128(number)),
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        role: Role::Owner,
        staff: None,
        scopes: BTreeSet::new(),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    }
}

#[test]
fn what_is_forgotten_while_it_is_looked_up_is_not_remembered() {
    let memory = Memory {
        time: REMEMBERED,
        seen: Mutex::default(),
    };
    let hash = TokenHash::of("one");
    let began = Instant::now(); // bookkeeping: by the machine's clock, as memory counts
    let forgotten = memory.forgotten();
    // The row was read; then the token is revoked here, and forgotten; then the look ends.
    memory.forget(grant(7).tenant, grant(7).id);
    memory.remember(&hash, began, forgotten, &grant(7));
    assert_eq!(memory.recall(&hash), None);
    memory.remember(&hash, began, memory.forgotten(), &grant(7));
    assert_eq!(memory.recall(&hash), Some(grant(7)));
    memory.forget(grant(7).tenant, grant(7).id);
    assert_eq!(memory.recall(&hash), None);
}
