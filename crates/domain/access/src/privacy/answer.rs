//! Taking down what customers ask, and answering it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratiba_kernel::{Clock, Id, IdSource, Outage, TenantId};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::{AnswerError, DataRequest, DataRequestId, Ending, PrivacyBook, Proof, Reason, Taken, Wish};
use crate::audit::Hash;

/// Requests that one look shows.
pub const REQUESTS_SHOWN: u16 = 200;

/// What was handed over, this once: its hash alone is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedOver {
    /// The request, done.
    pub request: DataRequest,
    /// Everything that is kept of the customer, as JSON.
    pub document: String,
}

/// Takes requests down and answers them.
#[derive(Clone)]
pub struct AnswerRequests {
    /// Where they are.
    pub book: Arc<dyn PrivacyBook>,
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Arc<dyn IdSource>,
}

impl AnswerRequests {
    /// Takes a wish down in somebody's name; the same one that is open already stays as it is. `None` if the business has
    /// no such customer.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn take(
        &self,
        tenant: TenantId,
        customer: Uuid,
        wish: Wish,
        taken_by: &str,
    ) -> Result<Option<DataRequest>, Outage> {
        let asked_at = self.clock.now();
        let request = DataRequest {
            id: Id::from_uuid(self.ids.next()),
            customer,
            wish,
            asked_at,
            due_at: wish.due(asked_at),
            taken_by: taken_by.to_owned(),
            ended: None,
        };
        match self.book.take(tenant, request.clone()).await? {
            Taken::New => Ok(Some(request)),
            Taken::Already(id) => self.book.find(tenant, id).await,
            Taken::UnknownCustomer => Ok(None),
        }
    }

    /// Answers an export or a copy with everything that is kept, and ends the request with the document's hash.
    ///
    /// # Errors
    /// [`AnswerError`]; the request is open as before.
    pub async fn hand_over(&self, tenant: TenantId, id: DataRequestId) -> Result<HandedOver, AnswerError> {
        let request = self.open(tenant, id).await?;
        match request.wish {
            Wish::Export | Wish::Copy => {}
            Wish::Correction | Wish::Erasure => return Err(AnswerError::AnotherWish(Wish::Export)),
        }
        let collected = self.book.collect(tenant, request.customer).await?;
        let collected = collected.ok_or(AnswerError::Unknown)?;
        let now = self.clock.now();
        let document = json!({
            "customer_id": request.customer,
            "made_at": now.format(&Rfc3339).map_err(Outage::new)?,
            "kept": collected.0,
        });
        let document = format!("{document:#}");
        let proof = Proof {
            document: Some(Hash(Sha256::digest(document.as_bytes()).into())),
            rows: collected.rows(),
        };
        let request = self.book.end(tenant, id, now, Ending::Done(proof)).await?;
        Ok(HandedOver { request, document })
    }

    /// Forgets the customer of an erasure.
    ///
    /// # Errors
    /// [`AnswerError`]; everything is as before.
    pub async fn erase(&self, tenant: TenantId, id: DataRequestId) -> Result<DataRequest, AnswerError> {
        self.book.erase(tenant, id, self.clock.now()).await
    }

    /// Ends a correction that was made where the customer is kept.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub async fn corrected(&self, tenant: TenantId, id: DataRequestId) -> Result<DataRequest, AnswerError> {
        let request = self.open(tenant, id).await?;
        if request.wish != Wish::Correction {
            return Err(AnswerError::AnotherWish(Wish::Correction));
        }
        let proof = Proof {
            document: None,
            rows: BTreeMap::from([("customers".to_owned(), 1)]),
        };
        self.book
            .end(tenant, id, self.clock.now(), Ending::Done(proof))
            .await
    }

    /// Refuses a request.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub async fn refuse(
        &self,
        tenant: TenantId,
        id: DataRequestId,
        reason: Reason,
    ) -> Result<DataRequest, AnswerError> {
        let ending = Ending::Refused(reason);
        self.book.end(tenant, id, self.clock.now(), ending).await
    }

    /// The open ones by due date, and those that ended.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn list(&self, tenant: TenantId) -> Result<Vec<DataRequest>, Outage> {
        self.book.list(tenant, REQUESTS_SHOWN).await
    }

    async fn open(&self, tenant: TenantId, id: DataRequestId) -> Result<DataRequest, AnswerError> {
        let request = self.book.find(tenant, id).await?.ok_or(AnswerError::Unknown)?;
        if request.ended.is_some() {
            return Err(AnswerError::Ended);
        }
        Ok(request)
    }
}
