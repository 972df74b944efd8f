//! What people of the business change about the assistant itself: what it was told, and whom it serves while it is on trial.

use ratiba_conversation::cohort::NotInvited;
use ratiba_conversation::desk::Refusal;
use ratiba_conversation::inbound::InboundId;
use ratiba_conversation::knowledge::{Category, Content, SNIPPETS_MOST, Snippet, SnippetId};
use ratiba_conversation::ports::{KnowledgeRefused, KnowledgeStep};
use ratiba_conversation::texts::Tongue;
use ratiba_conversation::use_cases::WorkCohortError;
use ratiba_kernel::{Id, Outage, PhoneNumber, TenantId};

use super::BackOfficeBridge;
use super::acts::Answer;

impl BackOfficeBridge {
    pub(super) async fn can_add_faq(&self, tenant: TenantId) -> Answer {
        let known = self.knowledge.snippets(tenant).await?.len();
        Ok(if known < SNIPPETS_MOST {
            Ok(())
        } else {
            Err(Refusal::TooManyFaqs)
        })
    }

    pub(super) async fn can_remove_faq(&self, tenant: TenantId, id: SnippetId, version: i32) -> Answer {
        let found = self.knowledge.snippet(tenant, id).await?;
        Ok(match found {
            Some(snippet) if snippet.version == version => Ok(()),
            Some(_) => Err(Refusal::Changed),
            None => Err(Refusal::Same),
        })
    }

    /// Under the id of the question's message: the same yes adds it once.
    pub(super) async fn faq_added(
        &self,
        tenant: TenantId,
        key: InboundId,
        (title, body, tongue): (&str, &str, Tongue),
    ) -> Answer {
        let snippet = Snippet {
            id: Id::from_uuid(key.as_uuid()),
            content: Content::new(Category::General, tongue, title, body).map_err(Outage::new)?,
            version: 0,
        };
        match self.knowledge.keep(tenant, KnowledgeStep::Add(snippet)).await {
            // Somebody who was heard before added it, under this key.
            Ok(_) | Err(KnowledgeRefused::Stale) => Ok(Ok(())),
            Err(KnowledgeRefused::TooMany) => Ok(Err(Refusal::TooManyFaqs)),
            Err(KnowledgeRefused::Unknown) => Ok(Err(Refusal::Changed)),
            Err(KnowledgeRefused::Unavailable(outage)) => Err(outage),
        }
    }

    pub(super) async fn faq_removed(&self, tenant: TenantId, id: SnippetId, version: i32) -> Answer {
        match self
            .knowledge
            .keep(tenant, KnowledgeStep::Remove { id, version })
            .await
        {
            // What is not there any more need not be removed: the same yes may have been heard before.
            Ok(_) | Err(KnowledgeRefused::Unknown) => Ok(Ok(())),
            Err(KnowledgeRefused::Stale | KnowledgeRefused::TooMany) => Ok(Err(Refusal::Changed)),
            Err(KnowledgeRefused::Unavailable(outage)) => Err(outage),
        }
    }

    pub(super) async fn can_invite(&self, tenant: TenantId, phone: &PhoneNumber) -> Answer {
        if !phone.is_kenyan_mobile() {
            return Ok(Err(Refusal::NotInvited(NotInvited::NotKenyan)));
        }
        let cohort = self.cohort.list(tenant).await?;
        let known = cohort
            .members
            .iter()
            .find(|member| member.customer.phone.as_ref() == Some(phone));
        let holds_a_place = known.is_some_and(|member| member.invitation.standing.holds_a_place());
        Ok(if holds_a_place {
            Err(Refusal::Same)
        } else if cohort.taken() >= usize::from(cohort.places) {
            Err(Refusal::NotInvited(NotInvited::Full {
                places: cohort.places,
            }))
        } else {
            Ok(())
        })
    }

    pub(super) async fn invited(&self, tenant: TenantId, by: &PhoneNumber, phone: &PhoneNumber) -> Answer {
        let by = format!("admin:{}", by.e164());
        match self.cohort.invite(tenant, phone, None, &by).await {
            Ok(_invited) => Ok(Ok(())),
            Err(WorkCohortError::Refused(why)) => Ok(Err(Refusal::NotInvited(why))),
            Err(WorkCohortError::Unavailable(outage)) => Err(outage),
        }
    }
}
