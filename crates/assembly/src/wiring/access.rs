//! People's sign-in and membership.

use std::sync::Arc;

use ratiba_access::feature::Features;
use ratiba_access::use_cases::{AuthenticateSession, ChangeMembers, SignInPeople, WorkInvitations};
use ratiba_kernel::Outage;
use ratiba_oidc::{OidcIssuer, OidcSettings};
use ratiba_postgres::features::PgFeatures;
use ratiba_postgres::people::PgPeople;
use ratiba_system::SystemChance;

use super::Ground;
use crate::access::{Access, Origin, Pages};
use crate::settings::SharedSettings;

impl Ground {
    pub(super) fn invitations(&self) -> WorkInvitations {
        WorkInvitations {
            book: Arc::new(PgPeople::new(self.database.clone())),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            secrets: Arc::new(SystemChance),
        }
    }

    pub(super) fn access(&self, settings: &SharedSettings) -> Result<Access, Outage> {
        let book = Arc::new(PgPeople::new(self.database.clone()));
        let sign_in = match &settings.oidc {
            Some(issuer) => Some(SignInPeople {
                issuer: Arc::new(OidcIssuer::new(issuer.clone(), self.clock.clone())?),
                book: book.clone(),
                clock: self.clock.clone(),
                ids: self.ids.clone(),
                secrets: Arc::new(SystemChance),
                seal: issuer.seal(),
            }),
            None => None,
        };
        let own =
            Origin::of(&settings.public_url).ok_or_else(|| Outage::new("public.base_url has no origin"))?;
        Ok(Access {
            sign_in,
            sessions: AuthenticateSession {
                book: book.clone(),
                clock: self.clock.clone(),
            },
            change_members: ChangeMembers {
                book: book.clone(),
                clock: self.clock.clone(),
            },
            features: Features {
                book: Arc::new(PgFeatures::new(self.database.clone())),
                clock: self.clock.clone(),
                off: settings.features_off.iter().copied().collect(),
            },
            invitations: self.invitations(),
            people: book.clone(),
            members: book,
            issuer: settings
                .oidc
                .as_ref()
                .map(OidcSettings::issuer)
                .map(str::to_owned),
            pages: Pages {
                own,
                others: settings.pages.clone(),
            },
        })
    }
}
