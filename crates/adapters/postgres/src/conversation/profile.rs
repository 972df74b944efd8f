//! What the business says about itself: conversation's part of its settings.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use ratiba_conversation::consent::CohortMode;
use ratiba_conversation::desk::{Admin, Profile};
use ratiba_conversation::personality::Personality;
use ratiba_conversation::ports::{BusinessProfile, PersonalityBook, PersonalityRefused};
use ratiba_conversation::retention::Retention;
use ratiba_conversation::thread::parse_language;
use ratiba_conversation::understanding::Language;
use ratiba_kernel::{Outage, PhoneNumber, TenantId, Zone};
use serde::Deserialize;
use serde_json::Value;

use super::PgConversation;
use crate::database::{TenantTx, TxError};
use crate::schema::tenant_settings;

/// `tenant_settings.conversation`. A new business serves invited customers only.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Conversation {
    cohort: Cohort,
    /// How many places the beta cohort has; ten if nothing is said. The record of the cohort reads it.
    #[serde(rename = "cohort_places")]
    _cohort_places: Option<u16>,
    retention: Retention,
    /// The WhatsApp Business Account of the number. Who asks WhatsApp about templates reads it.
    #[serde(rename = "whatsapp_account")]
    _whatsapp_account: Option<String>,
    location: Option<String>,
    owners: Vec<Owner>,
    owners_language: String,
    templates: Vec<Approved>,
}

impl Default for Conversation {
    fn default() -> Self {
        Self {
            cohort: Cohort::Invited,
            _cohort_places: None,
            retention: Retention::default(),
            _whatsapp_account: None,
            location: None,
            owners: Vec::new(),
            owners_language: "en".to_owned(),
            templates: Vec::new(),
        }
    }
}

/// An admin: a number, or a number with a name and a language of their own.
#[derive(Deserialize)]
#[serde(untagged)]
enum Owner {
    Number(PhoneNumber),
    Named(NamedOwner),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedOwner {
    phone: PhoneNumber,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    language: Option<String>,
}

impl Owner {
    /// Who has no language of their own is written to in that of all.
    fn read(self, language_of_all: Language) -> Admin {
        match self {
            Self::Number(phone) => Admin {
                phone,
                name: None,
                language: language_of_all,
            },
            Self::Named(owner) => Admin {
                phone: owner.phone,
                name: owner.name.filter(|name| !name.trim().is_empty()),
                language: owner
                    .language
                    .as_deref()
                    .and_then(parse_language)
                    .unwrap_or(language_of_all),
            },
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cohort {
    Invited,
    Open,
}

/// A template that was approved before there was a register. What the register says of it counts before this.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Approved {
    name: String,
    language: String,
}

/// What a business says about itself.
pub(super) struct Settings {
    profile: Profile,
    personality_version: i32,
    approved: Vec<Approved>,
}

impl PgConversation {
    /// Whether the settings name a template as approved.
    pub(super) async fn named_as_approved(
        &self,
        tenant: TenantId,
        name: &str,
        language: &str,
    ) -> Result<bool, Outage> {
        let settings = self.settings(tenant).await?;
        Ok(settings
            .approved
            .iter()
            .any(|template| template.name == name && template.language == language))
    }

    async fn settings(&self, tenant: TenantId) -> Result<Arc<Settings>, Outage> {
        self.profiles.ask(tenant, ()).await?
    }
}

/// What a business says about itself, as it is on record.
pub(super) fn read<E>(tx: &mut TenantTx<'_>) -> Result<Settings, TxError<E>> {
    let id = tx.tenant_uuid();
    let (business_name, zone, conversation, personality, personality_version) = tenant_settings::table
        .filter(tenant_settings::tenant_id.eq(id))
        .select((
            tenant_settings::business_name,
            tenant_settings::zone,
            tenant_settings::conversation,
            tenant_settings::personality,
            tenant_settings::personality_version,
        ))
        .first::<(String, String, Value, Value, i32)>(tx.conn())?;
    let wrong = |what: &dyn std::fmt::Display| TxError::impossible("tenant_settings", id, what);
    let conversation: Conversation = serde_json::from_value(conversation).map_err(|error| wrong(&error))?;
    let language = parse_language(&conversation.owners_language).unwrap_or(Language::English);
    let owners = conversation.owners.into_iter();
    Ok(Settings {
        profile: Profile {
            business_name,
            cohort: match conversation.cohort {
                Cohort::Invited => CohortMode::InvitedOnly,
                Cohort::Open => CohortMode::Everyone,
            },
            location: conversation.location,
            personality: serde_json::from_value(personality).map_err(|error| wrong(&error))?,
            zone: Zone::parse(&zone).map_err(|error| wrong(&error))?,
            owners: owners.map(|owner| owner.read(language)).collect(),
            owners_language: language,
            retention: conversation.retention,
        },
        personality_version,
        approved: conversation.templates,
    })
}

#[async_trait]
impl BusinessProfile for PgConversation {
    async fn profile(&self, tenant: TenantId) -> Result<Profile, Outage> {
        Ok(self.settings(tenant).await?.profile.clone())
    }
}

#[async_trait]
impl PersonalityBook for PgConversation {
    async fn personality(&self, tenant: TenantId) -> Result<(Personality, i32), Outage> {
        let settings = self.settings(tenant).await?;
        Ok((settings.profile.personality, settings.personality_version))
    }

    async fn set_personality(
        &self,
        tenant: TenantId,
        personality: Personality,
        version: i32,
    ) -> Result<i32, PersonalityRefused> {
        let set = move |tx: &mut TenantTx<'_>| {
            let document =
                serde_json::to_value(personality).map_err(|error| TxError::Impossible(error.to_string()))?;
            let next = version.saturating_add(1);
            let id = tx.tenant_uuid();
            let at_the_version = tenant_settings::table
                .filter(tenant_settings::tenant_id.eq(id))
                .filter(tenant_settings::personality_version.eq(version));
            let set = diesel::update(at_the_version)
                .set((
                    tenant_settings::personality.eq(document),
                    tenant_settings::personality_version.eq(next),
                ))
                .execute(tx.conn())?;
            if set == 1 {
                Ok(next)
            } else {
                Err(TxError::Refused(PersonalityRefused::Stale))
            }
        };
        self.database.tenant(tenant, set).await
    }
}
