//! What integrations need from outside.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};
use time::OffsetDateTime;

use crate::delivery::{Delivery, DeliveryId, Outcome};
use crate::endpoint::{Endpoint, EndpointId};
use crate::event::Message;
use crate::signing::Signed;

/// Why a change of an endpoint was not recorded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// There are as many as there may be.
    #[error("there are as many endpoints as a business may have")]
    TooMany,
    /// It changed since it was read, or is gone.
    #[error("the endpoint changed since it was read")]
    Stale,
    /// The book does not answer.
    #[error("the book of endpoints is unavailable")]
    Unavailable(#[from] Outage),
}

/// Which deliveries are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryQuery {
    /// Only those of this endpoint.
    pub endpoint: Option<EndpointId>,
    /// Only those in a state of this word.
    pub state: Option<&'static str>,
    /// Those that are older than this one.
    pub before: Option<DeliveryId>,
    /// At most so many.
    pub most: u16,
}

/// Endpoints, and what goes to them.
#[async_trait]
pub trait HookBook: Send + Sync {
    /// All endpoints, the oldest first.
    async fn endpoints(&self, tenant: TenantId) -> Result<Vec<Endpoint>, Outage>;

    /// One endpoint; `None` if there is none.
    async fn endpoint(&self, tenant: TenantId, id: EndpointId) -> Result<Option<Endpoint>, Outage>;

    /// Puts a new endpoint on record, unless one was made under the same key: answers with that one then. Refuses with
    /// [`RecordError::TooMany`] when there are `most` already, also when several are added at the same moment.
    async fn add(
        &self,
        tenant: TenantId,
        endpoint: Endpoint,
        most: usize,
    ) -> Result<Option<Endpoint>, RecordError>;

    /// Records an endpoint at its next version. Refuses with [`RecordError::Stale`] if it is not at the version any more that
    /// `endpoint` carries.
    async fn save(&self, tenant: TenantId, endpoint: Endpoint) -> Result<(), RecordError>;

    /// Removes an endpoint with its deliveries, if it is at this version; false if there is none. Refuses with
    /// [`RecordError::Stale`] if it is at another.
    async fn remove(&self, tenant: TenantId, id: EndpointId, version: i32) -> Result<bool, RecordError>;

    /// Stores a message for every endpoint that hears of it, and queues the first try of each; answers for how many. An
    /// endpoint that has a message about the same event already is given no second one.
    async fn publish(&self, tenant: TenantId, message: Message, at: OffsetDateTime) -> Result<usize, Outage>;

    /// Stores a message for one endpoint, whatever it hears of, and queues its first try; `None` if there is no such
    /// endpoint.
    async fn publish_to(
        &self,
        tenant: TenantId,
        id: EndpointId,
        message: Message,
        at: OffsetDateTime,
    ) -> Result<Option<DeliveryId>, Outage>;

    /// One delivery; `None` if there is none.
    async fn delivery(&self, tenant: TenantId, id: DeliveryId) -> Result<Option<Delivery>, Outage>;

    /// Deliveries, the newest first.
    async fn deliveries(&self, tenant: TenantId, query: DeliveryQuery) -> Result<Vec<Delivery>, Outage>;

    /// Records how a try went, for the delivery ([`Delivery::after`]) and its endpoint ([`Endpoint::after`]), and queues the
    /// next try for when it is due. Nothing happens if the delivery is not as it was when it was read; and an endpoint that
    /// has another address by now learns nothing from the former one. An endpoint that is switched off is at another version
    /// then, so that nobody who read it before puts it on again without having seen that. Answers with the endpoint as it
    /// is now; `None` if it is gone.
    async fn settle(
        &self,
        tenant: TenantId,
        tried: Tried,
        now: OffsetDateTime,
    ) -> Result<Option<Endpoint>, Outage>;

    /// Gives a delivery up whose endpoint hears nothing; one that is not on its way stays as it is.
    async fn park(&self, tenant: TenantId, id: DeliveryId, now: OffsetDateTime) -> Result<(), Outage>;

    /// Queues a delivery that is on its way behind what else its endpoint is sent. Safe to repeat.
    async fn ring(&self, tenant: TenantId, id: DeliveryId, now: OffsetDateTime) -> Result<(), Outage>;

    /// Sends a delivery again from its first try ([`Delivery::replayed`]); false if there is none or it is on its way.
    async fn replay(&self, tenant: TenantId, id: DeliveryId, now: OffsetDateTime) -> Result<bool, Outage>;

    /// For the nightly sweep: queues again what should have gone out before `before`, if anything shall go out, and forgets
    /// deliveries that ended before `ended`; at most `most` are queued, and as many forgotten as a day brings. Answers how
    /// many were queued.
    async fn sweep(
        &self,
        tenant: TenantId,
        before: Option<OffsetDateTime>,
        ended: OffsetDateTime,
        now: OffsetDateTime,
        most: u16,
    ) -> Result<usize, Outage>;
}

/// A try that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Of which delivery.
    pub delivery: DeliveryId,
    /// The delivery's version when it was read.
    pub version: i32,
    /// To which address.
    pub url: String,
    /// How it went.
    pub outcome: Outcome,
}

/// Carries messages to other programs.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Why an address is refused, as far as its text tells; `None` if it may be tried.
    fn refuses(&self, url: &str) -> Option<String>;

    /// Sends a message once, and tells how it went. Whatever happens, nothing of the answer but its status is kept.
    async fn carry(&self, url: &str, signed: &Signed, body: &str) -> Outcome;
}

/// Chance, for secrets.
pub trait SecretSource: Send + Sync {
    /// 32 bytes that nobody can guess.
    fn secret(&self) -> [u8; 32];
}
