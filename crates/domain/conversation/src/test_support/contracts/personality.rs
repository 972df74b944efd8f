//! The promises of where personalities are kept, once, for every implementation.

use ratiba_kernel::TenantId;

use crate::personality::{Personality, Tone};
use crate::ports::{PersonalityBook, PersonalityRefused};

/// Runs the whole contract for a business and another one.
///
/// # Panics
/// If a promise is broken.
pub async fn personality_contract(book: &impl PersonalityBook, tenant: TenantId, neighbour: TenantId) {
    let usual = (Personality::default(), 1);
    let brief = Personality {
        tone: Tone::Brief,
        ..Personality::default()
    };
    assert_eq!(book.personality(tenant).await, Ok(usual));
    assert_eq!(book.set_personality(tenant, brief, 1).await, Ok(2));
    assert_eq!(book.personality(tenant).await, Ok((brief, 2)));
    assert_eq!(
        book.set_personality(tenant, usual.0, 1).await,
        Err(PersonalityRefused::Stale)
    );
    assert_eq!(book.personality(tenant).await, Ok((brief, 2)));
    assert_eq!(book.personality(neighbour).await, Ok(usual));
    assert_eq!(book.set_personality(tenant, usual.0, 2).await, Ok(3));
}
