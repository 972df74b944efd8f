//! What is done with endpoints and messages.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, OpenError, Outage, TenantId};
use time::OffsetDateTime;

use crate::delivery::{Delivery, DeliveryId, DeliveryState};
use crate::endpoint::{ENDPOINTS_MAX, Endpoint, EndpointId, EndpointOrder, SecretOrder, Standing};
use crate::event::{EventName, Message};
use crate::ports::{Courier, HookBook, RecordError, SecretSource, Tried};
use crate::safe::{Safe, SafeError};
use crate::signing::{SigningSecret, sign};

/// The longest description, in characters.
pub const DESCRIPTION_MAX: usize = 200;

/// Why an endpoint was not kept.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeepError {
    /// The address is none, or leads where nobody outside may have Ratiba call.
    #[error("{0}")]
    BadAddress(String),
    /// It hears of nothing.
    #[error("name at least one event")]
    NoEvents,
    /// What it is for is told too long.
    #[error("at most {DESCRIPTION_MAX} characters")]
    LongDescription,
    /// There is none.
    #[error("there is no such endpoint")]
    Unknown,
    /// There are as many as there may be.
    #[error("a business has at most {ENDPOINTS_MAX} endpoints")]
    TooMany,
    /// It changed since it was read.
    #[error("the endpoint changed since it was read")]
    Stale,
    /// Its last secret but one still counts: a third would leave whoever has that one without a word that they can check.
    #[error("the secret before counts until {0}: wait for that, or remove the endpoint and add another")]
    SecretFresh(OffsetDateTime),
    /// The key came with another order before.
    #[error("the key came with another order before")]
    KeyReused,
    /// No key is set up under which a secret could be kept.
    #[error("no key is set up under which secrets are kept")]
    NoKeys,
    /// The book does not answer, or a secret in it cannot be opened.
    #[error("the book of endpoints is unavailable")]
    Unavailable(#[from] Outage),
}

impl From<SafeError> for KeepError {
    fn from(error: SafeError) -> Self {
        match error {
            SafeError::NoKeys => Self::NoKeys,
            error @ (SafeError::Locked { .. } | SafeError::Unavailable(_)) => Self::Unavailable(error.into()),
        }
    }
}

impl From<RecordError> for KeepError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::TooMany => Self::TooMany,
            RecordError::Stale => Self::Stale,
            RecordError::Unavailable(outage) => Self::Unavailable(outage),
        }
    }
}

/// An endpoint, and its secret for whoever may hear it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The endpoint as it is on record.
    pub endpoint: Endpoint,
    /// Its secret; nothing if the time is over in which it is told again.
    pub secret: Option<SigningSecret>,
}

/// Adds, changes and removes endpoints.
#[derive(Clone)]
pub struct KeepEndpoint {
    /// Where they are on record.
    pub book: Arc<dyn HookBook>,
    /// Judges addresses.
    pub courier: Arc<dyn Courier>,
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Arc<dyn IdSource>,
    /// Chance.
    pub secrets: Arc<dyn SecretSource>,
    /// Keeps what chance gave.
    pub safe: Safe,
}

impl KeepEndpoint {
    /// Adds an endpoint. The same order makes one, however often it is sent. Its secret is for whoever sent the order, and
    /// for them again while [`Endpoint::tells_its_maker`].
    ///
    /// # Errors
    /// [`KeepError`]; nothing is on record then.
    pub async fn add(
        &self,
        tenant: TenantId,
        order: EndpointOrder,
        by: SecretOrder,
    ) -> Result<Told, KeepError> {
        self.judge(&order)?;
        let (id, now) = (self.ids.fresh(), self.clock.now());
        let secret = SigningSecret::from_bytes(self.secrets.secret());
        let kept = self.safe.seal(tenant, id, &secret)?;
        let endpoint = Endpoint::new(id, order, kept, by, now);
        match self.book.add(tenant, endpoint.clone(), ENDPOINTS_MAX).await? {
            None => Ok(Told {
                endpoint,
                secret: Some(secret),
            }),
            Some(before) if before.made_by == Some(by) && before.tells_its_maker(now) => {
                self.tell(tenant, before)
            }
            Some(before) if before.made_by == Some(by) => Ok(Told {
                endpoint: before,
                secret: None,
            }),
            Some(_of_another_order) => Err(KeepError::KeyReused),
        }
    }

    /// An endpoint with the secret that counts.
    fn tell(&self, tenant: TenantId, endpoint: Endpoint) -> Result<Told, KeepError> {
        let secret = self.safe.open(tenant, endpoint.id, &endpoint.secrets.now)?;
        Ok(Told {
            endpoint,
            secret: Some(secret),
        })
    }

    /// Changes an endpoint that is at `version`; answers with it as it is then.
    ///
    /// # Errors
    /// [`KeepError`]; it stays as it is then.
    pub async fn change(
        &self,
        tenant: TenantId,
        id: EndpointId,
        version: i32,
        change: impl FnOnce(&Endpoint) -> EndpointOrder,
    ) -> Result<Endpoint, KeepError> {
        let found = self.at_version(tenant, id, version).await?;
        let order = change(&found);
        self.judge(&order)?;
        self.record(tenant, found.changed(order)).await
    }

    /// Gives an endpoint another secret, which is in the answer; the one before counts beside it for a day, in which the same
    /// order is answered with the same secret, and every other one is refused.
    ///
    /// # Errors
    /// [`KeepError`]; it stays as it is then.
    pub async fn rotate(
        &self,
        tenant: TenantId,
        id: EndpointId,
        version: i32,
        by: SecretOrder,
    ) -> Result<Told, KeepError> {
        let now = self.clock.now();
        let found = self.book.endpoint(tenant, id).await?.ok_or(KeepError::Unknown)?;
        if found.former_at(now).is_some() {
            return self.tell(tenant, rotated_before(found, by, now)?);
        }
        if found.version != version {
            return Err(KeepError::Stale);
        }
        let secret = SigningSecret::from_bytes(self.secrets.secret());
        let kept = self.safe.seal(tenant, id, &secret)?;
        match self.record(tenant, found.rotated(kept, by, now)).await {
            // It may have been the same order, at the same moment.
            Err(KeepError::Stale) => {
                let found = self.book.endpoint(tenant, id).await?.ok_or(KeepError::Unknown)?;
                self.tell(tenant, rotated_before(found, by, now)?)
            }
            Ok(endpoint) => Ok(Told {
                endpoint,
                secret: Some(secret),
            }),
            Err(error) => Err(error),
        }
    }

    async fn at_version(
        &self,
        tenant: TenantId,
        id: EndpointId,
        version: i32,
    ) -> Result<Endpoint, KeepError> {
        let found = self.book.endpoint(tenant, id).await?.ok_or(KeepError::Unknown)?;
        if found.version == version {
            Ok(found)
        } else {
            Err(KeepError::Stale)
        }
    }

    async fn record(&self, tenant: TenantId, endpoint: Endpoint) -> Result<Endpoint, KeepError> {
        self.book.save(tenant, endpoint.clone()).await?;
        Ok(Endpoint {
            version: endpoint.version.saturating_add(1),
            ..endpoint
        })
    }

    fn judge(&self, order: &EndpointOrder) -> Result<(), KeepError> {
        if let Some(why) = self.courier.refuses(&order.url) {
            return Err(KeepError::BadAddress(why));
        }
        if order.events.is_empty() {
            return Err(KeepError::NoEvents);
        }
        if order.description.chars().count() > DESCRIPTION_MAX {
            return Err(KeepError::LongDescription);
        }
        Ok(())
    }
}

/// The answer to an order for another secret, of an endpoint that may have been given one already.
fn rotated_before(found: Endpoint, by: SecretOrder, now: OffsetDateTime) -> Result<Endpoint, KeepError> {
    let former = found.former_at(now).ok_or(KeepError::Stale)?;
    match former.replaced_by {
        Some(before) if before == by => Ok(found),
        Some(before) if before.key == by.key => Err(KeepError::KeyReused),
        Some(_) | None => Err(KeepError::SecretFresh(former.until)),
    }
}

/// Stores what is to be told.
#[derive(Clone)]
pub struct Publish {
    /// Where it is on record.
    pub book: Arc<dyn HookBook>,
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Arc<dyn IdSource>,
}

impl Publish {
    /// Stores a message for every endpoint that hears of it; answers for how many. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn execute(&self, tenant: TenantId, message: Message) -> Result<usize, Outage> {
        self.book.publish(tenant, message, self.clock.now()).await
    }

    /// Sends an endpoint something to try whether it hears; `None` if there is no such endpoint. `body_of` makes the body.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn test(
        &self,
        tenant: TenantId,
        id: EndpointId,
        body_of: impl FnOnce(crate::EventId, time::OffsetDateTime) -> String,
    ) -> Result<Option<DeliveryId>, Outage> {
        let (event, now) = (self.ids.fresh(), self.clock.now());
        let message = Message {
            event,
            name: EventName::EndpointTested,
            occurred_at: now,
            body: body_of(event, now),
        };
        self.book.publish_to(tenant, id, message, now).await
    }
}

/// What became of a delivery's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It was sent, or tried.
    Tried,
    /// Its endpoint hears nothing: it was given up without a try.
    Parked,
    /// There was nothing to do: it is over, or gone, or not due yet.
    Nothing,
}

/// Sends one delivery.
#[derive(Clone)]
pub struct Deliver {
    /// Where it is on record.
    pub book: Arc<dyn HookBook>,
    /// Carries it.
    pub courier: Arc<dyn Courier>,
    /// Opens the secrets that sign it.
    pub safe: Safe,
    /// Business time.
    pub clock: Arc<dyn Clock>,
}

impl Deliver {
    /// Sends a delivery that is due, once. A process that dies between the call and its record sends it once more: the other
    /// side knows it again by its id.
    ///
    /// # Errors
    /// [`Outage`] of the book; also if a secret that counts cannot be opened: nothing is sent then, and the delivery waits, for
    /// it is not the other side that failed. That the other side does not answer is no error.
    #[tracing::instrument(name = "integrations.deliver", skip_all, fields(delivery.id = %id))]
    pub async fn execute(&self, tenant: TenantId, id: DeliveryId) -> Result<Turn, Outage> {
        let now = self.clock.now();
        let Some(delivery) = self.book.delivery(tenant, id).await? else {
            return Ok(Turn::Nothing);
        };
        match delivery.state {
            DeliveryState::Waiting { next_at } if next_at <= now => {}
            DeliveryState::Waiting { .. } | DeliveryState::Delivered { .. } | DeliveryState::Dead { .. } => {
                return Ok(Turn::Nothing);
            }
        }
        let endpoint = self.book.endpoint(tenant, delivery.endpoint).await?;
        let Some(endpoint) = endpoint.filter(|endpoint| endpoint.standing == Standing::On) else {
            self.book.park(tenant, id, now).await?;
            return Ok(Turn::Parked);
        };
        self.carry(tenant, &delivery, &endpoint).await
    }

    async fn carry(
        &self,
        tenant: TenantId,
        delivery: &Delivery,
        endpoint: &Endpoint,
    ) -> Result<Turn, Outage> {
        let now = self.clock.now();
        let message = &delivery.message;
        let secrets = endpoint.secrets_at(now).into_iter();
        let secrets = secrets
            .map(|kept| self.safe.open(tenant, endpoint.id, kept))
            .collect::<Result<Vec<_>, _>>()?;
        let secrets: Vec<_> = secrets.iter().collect();
        let signed = sign(&secrets, message.event, now, &message.body);
        let outcome = self.courier.carry(&endpoint.url, &signed, &message.body).await;
        let at = self.clock.now();
        let tried = Tried {
            delivery: delivery.id,
            version: delivery.version,
            url: endpoint.url.clone(),
            outcome,
        };
        let after = self.book.settle(tenant, tried, at).await?;
        if let Some(Standing::SwitchedOff { because, .. }) = after.map(|after| after.standing) {
            tracing::warn!(endpoint.id = %endpoint.id, because = because.word(), "an endpoint was switched off");
        }
        Ok(Turn::Tried)
    }
}

/// How often an endpoint is looked at again that changes while it is sealed.
const LOOKS_MAX: u8 = 5;

/// What came of sealing secrets anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sealing {
    /// Of how many endpoints they are under the current key by it.
    pub done: usize,
    /// The endpoints whose secrets stay as they were, since one cannot be opened, and why.
    pub left: Vec<(EndpointId, OpenError)>,
}

/// Seals secrets that are in plain, or under an older key.
#[derive(Clone)]
pub struct SealSecrets {
    /// Where they are.
    pub book: Arc<dyn HookBook>,
    /// Seals them.
    pub safe: Safe,
}

impl SealSecrets {
    /// Seals what is not under the current key. Endpoints are at another version then, so that nobody who read one before writes
    /// the former secret back. One that cannot be opened holds up no other. Safe to repeat, and to break off.
    ///
    /// # Errors
    /// [`SafeError::NoKeys`], [`SafeError::Unavailable`]; what was done before stays done.
    pub async fn execute(&self, tenant: TenantId) -> Result<Sealing, SafeError> {
        let mut sealing = Sealing::default();
        for endpoint in self.book.endpoints(tenant).await? {
            match self.seal(tenant, endpoint).await {
                Ok(sealed) => sealing.done += usize::from(sealed),
                Err(SafeError::Locked { endpoint, why }) => sealing.left.push((endpoint, why)),
                Err(error @ (SafeError::NoKeys | SafeError::Unavailable(_))) => return Err(error),
            }
        }
        Ok(sealing)
    }

    /// Whether there was something to seal.
    async fn seal(&self, tenant: TenantId, mut endpoint: Endpoint) -> Result<bool, SafeError> {
        for _look in 0..LOOKS_MAX {
            let Some(anew) = self.safe.sealed_anew(tenant, &endpoint)? else {
                return Ok(false);
            };
            match self.book.save(tenant, anew).await {
                Ok(()) => return Ok(true),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                Err(RecordError::Stale | RecordError::TooMany) => {}
            }
            match self.book.endpoint(tenant, endpoint.id).await? {
                Some(found) => endpoint = found,
                None => return Ok(false),
            }
        }
        Err(Outage::new("an endpoint changes whenever its secret is being sealed").into())
    }
}

#[cfg(test)]
mod tests;
