//! `member`: somebody whom the issuer knows belongs to a business from now on. So the first owner comes in.

use anyhow::{Context as _, bail};
use ratiba_access::members::{Admitted, NewMember};
use ratiba_access::{Identity, Profile, Role};
use ratiba_assembly::Parts;
use ratiba_kernel::{Id, TenantId};
use serde_json::{Value, json};
use uuid::Uuid;

/// Who becomes what.
#[derive(Debug, PartialEq, Eq)]
pub struct NewMemberOrder {
    tenant: TenantId,
    role: Role,
    /// As the issuer's tokens name them.
    subject: String,
    name: String,
    staff: Option<Uuid>,
}

impl NewMemberOrder {
    /// Reads `TENANT ROLE SUBJECT NAME [STAFF]`; `None` if they make no order. A therapist has a staff member, since
    /// without one they would see nobody's day.
    pub(crate) fn parse(words: &[&str]) -> Option<Self> {
        let (words, staff) = match words {
            [tenant, role, subject, name] => ([tenant, role, subject, name], None),
            [tenant, role, subject, name, staff] => {
                ([tenant, role, subject, name], Some(staff.parse().ok()?))
            }
            _other => return None,
        };
        let [tenant, role, subject, name] = words;
        let role = Role::parse(role)?;
        if role == Role::Therapist && staff.is_none() {
            return None;
        }
        Some(Self {
            tenant: tenant.parse().ok()?,
            role,
            subject: (*subject).to_owned(),
            name: (*name).to_owned(),
            staff,
        })
    }

    pub(crate) async fn run(self, parts: &Parts) -> anyhow::Result<Value> {
        let access = &parts.access;
        let issuer = access
            .issuer
            .as_ref()
            .context("no issuer is set up (oidc.issuer)")?;
        let identity = Identity::new(issuer, &self.subject);
        let identity = identity.context("SUBJECT must be 1 to 255 visible ASCII characters")?;
        let person = access.people.know(identity, parts.ids.fresh()).await?;
        let newcomer = NewMember {
            person,
            role: self.role,
            staff: self.staff.map(Id::from_uuid),
            profile: Profile::of(Some(&self.name), None),
            joined_at: parts.clock.now(),
        };
        match access.members.admit(self.tenant, newcomer).await? {
            Admitted::New => Ok(json!({ "person": person, "tenant": self.tenant, "role": self.role.name() })),
            Admitted::Already => bail!("they belong to the business already, as person {person}"),
            Admitted::UnknownStaff => bail!("the business has no such staff member"),
        }
    }
}
