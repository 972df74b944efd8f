//! The people of the demo tenant, as the issuer of a laptop knows them.

use ratiba_access::members::NewMember;
use ratiba_access::{Identity, Profile, Role};
use ratiba_kernel::{Id, Outage};

use crate::Parts;
use crate::demo::{BEGINS_AT, DemoTenant};

/// The issuer's name of somebody, what the business calls them, what they are, and which staff member.
const PEOPLE: [(&str, &str, Role, Option<&str>); 4] = [
    ("owner", "Wairimu Kamau", Role::Owner, None),
    ("manager", "Brian Ouma", Role::Manager, None),
    ("receptionist", "Zawadi Mutua", Role::Receptionist, None),
    ("therapist", "Wanjiru Njoroge", Role::Therapist, Some("Wanjiru")),
];

/// Makes the four people of the demo members of the tenant, so that they can sign in. Where no issuer is set up, nobody
/// can, and nothing happens. Safe to repeat.
///
/// # Errors
/// [`Outage`].
pub async fn enter_demo_people(parts: &Parts, demo: &DemoTenant) -> Result<(), Outage> {
    let Some(issuer) = &parts.access.issuer else {
        return Ok(());
    };
    for (subject, name, role, staff) in PEOPLE {
        let identity = Identity::new(issuer, subject).ok_or_else(|| Outage::new("the issuer has no name"))?;
        let person = parts.access.people.know(identity, parts.ids.fresh()).await?;
        let staff = staff.and_then(|staff| demo.staff.iter().find(|(name, _)| name == staff));
        let newcomer = NewMember {
            person,
            role,
            staff: staff.map(|(_, id)| Id::from_uuid(*id)),
            profile: Profile::of(Some(name), None),
            joined_at: BEGINS_AT,
        };
        parts.access.members.admit(demo.tenant, newcomer).await?;
    }
    Ok(())
}
