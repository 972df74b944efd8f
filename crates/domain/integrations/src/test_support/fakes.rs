//! The book in memory, and a courier who does as a test says.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{Id, IdSource, Outage, TenantId, test_support::SeededIds};
use time::OffsetDateTime;

use crate::delivery::{Delivery, DeliveryId, DeliveryState, Outcome};
use crate::endpoint::{Endpoint, EndpointId};
use crate::event::Message;
use crate::ports::{Courier, DeliveryQuery, HookBook, RecordError, Tried};
use crate::signing::Signed;
use crate::task::IntegrationTask;

/// What the fake holds.
#[derive(Default)]
struct Held {
    endpoints: Vec<(TenantId, Endpoint)>,
    deliveries: Vec<(TenantId, Delivery)>,
    queued: Vec<(TenantId, IntegrationTask, OffsetDateTime)>,
}

/// The book of endpoints in memory.
pub struct FakeHooks {
    held: Mutex<Held>,
    ids: SeededIds,
}

impl Default for FakeHooks {
    fn default() -> Self {
        Self {
            held: Mutex::default(),
            ids: SeededIds::lane(0xe2),
        }
    }
}

impl FakeHooks {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is queued for a tenant, and for when.
    #[must_use]
    pub fn waiting(&self, tenant: TenantId) -> Vec<(IntegrationTask, OffsetDateTime)> {
        let held = self.held();
        let own = held.queued.iter().filter(|(of, _, _)| *of == tenant);
        own.map(|(_, task, at)| (*task, *at)).collect()
    }

    /// Takes what is queued for a tenant and due at `now`, in the order of its time.
    #[must_use]
    pub fn take_due(&self, tenant: TenantId, now: OffsetDateTime) -> Vec<IntegrationTask> {
        let mut held = self.held();
        let (mut due, left): (Vec<_>, Vec<_>) = std::mem::take(&mut held.queued)
            .into_iter()
            .partition(|(of, _, at)| *of == tenant && *at <= now);
        held.queued = left;
        due.sort_by_key(|(_, _, at)| *at);
        due.into_iter().map(|(_, task, _)| task).collect()
    }
}

impl Held {
    fn queue(&mut self, tenant: TenantId, task: IntegrationTask, at: OffsetDateTime) {
        if !self
            .queued
            .iter()
            .any(|(of, other, _)| *of == tenant && *other == task)
        {
            self.queued.push((tenant, task, at));
        }
    }

    fn store(&mut self, tenant: TenantId, delivery: Delivery, at: OffsetDateTime) {
        let task = IntegrationTask::Deliver {
            delivery: delivery.id,
        };
        self.deliveries.push((tenant, delivery));
        self.queue(tenant, task, at);
    }

    fn delivery(&mut self, tenant: TenantId, id: DeliveryId) -> Option<&mut Delivery> {
        let mut all = self.deliveries.iter_mut();
        all.find(|(of, one)| *of == tenant && one.id == id)
            .map(|(_, one)| one)
    }

    fn endpoint(&mut self, tenant: TenantId, id: EndpointId) -> Option<&mut Endpoint> {
        let mut all = self.endpoints.iter_mut();
        all.find(|(of, one)| *of == tenant && one.id == id)
            .map(|(_, one)| one)
    }
}

#[async_trait]
impl HookBook for FakeHooks {
    async fn endpoints(&self, tenant: TenantId) -> Result<Vec<Endpoint>, Outage> {
        let held = self.held();
        let own = held.endpoints.iter().filter(|(of, _)| *of == tenant);
        Ok(own.map(|(_, one)| one.clone()).collect())
    }

    async fn endpoint(&self, tenant: TenantId, id: EndpointId) -> Result<Option<Endpoint>, Outage> {
        Ok(self.held().endpoint(tenant, id).cloned())
    }

    async fn add(
        &self,
        tenant: TenantId,
        endpoint: Endpoint,
        most: usize,
    ) -> Result<Option<Endpoint>, RecordError> {
        let mut held = self.held();
        let key = |one: &Endpoint| one.made_by.map(|by| by.key);
        let mut own = held.endpoints.iter().filter(|(of, _)| *of == tenant);
        if let Some((_, before)) = own.find(|(_, one)| key(one).is_some() && key(one) == key(&endpoint)) {
            return Ok(Some(before.clone()));
        }
        if held.endpoints.iter().filter(|(of, _)| *of == tenant).count() >= most {
            return Err(RecordError::TooMany);
        }
        held.endpoints.push((tenant, endpoint));
        Ok(None)
    }

    async fn save(&self, tenant: TenantId, endpoint: Endpoint) -> Result<(), RecordError> {
        let mut held = self.held();
        let found = held.endpoint(tenant, endpoint.id);
        let found = found.filter(|found| found.version == endpoint.version);
        let found = found.ok_or(RecordError::Stale)?;
        *found = Endpoint {
            version: endpoint.version + 1,
            ..endpoint
        };
        Ok(())
    }

    async fn remove(&self, tenant: TenantId, id: EndpointId, version: i32) -> Result<bool, RecordError> {
        let mut held = self.held();
        match held.endpoint(tenant, id) {
            None => return Ok(false),
            Some(found) if found.version != version => return Err(RecordError::Stale),
            Some(_) => {}
        }
        held.endpoints.retain(|(of, one)| *of != tenant || one.id != id);
        held.deliveries
            .retain(|(of, one)| *of != tenant || one.endpoint != id);
        Ok(true)
    }

    async fn publish(&self, tenant: TenantId, message: Message, at: OffsetDateTime) -> Result<usize, Outage> {
        let mut held = self.held();
        let has = |held: &Held, id| {
            let mut all = held.deliveries.iter();
            all.any(|(of, one)| *of == tenant && one.endpoint == id && one.message.event == message.event)
        };
        let own = held
            .endpoints
            .iter()
            .filter(|(of, one)| *of == tenant && one.hears(message.name));
        let to: Vec<_> = own.map(|(_, one)| one.id).filter(|id| !has(&held, *id)).collect();
        for endpoint in &to {
            let delivery = Delivery::new(Id::from_uuid(self.ids.next()), *endpoint, message.clone(), at);
            held.store(tenant, delivery, at);
        }
        Ok(to.len())
    }

    async fn publish_to(
        &self,
        tenant: TenantId,
        id: EndpointId,
        message: Message,
        at: OffsetDateTime,
    ) -> Result<Option<DeliveryId>, Outage> {
        let mut held = self.held();
        if held.endpoint(tenant, id).is_none() {
            return Ok(None);
        }
        let delivery = Delivery::new(Id::from_uuid(self.ids.next()), id, message, at);
        let made = delivery.id;
        held.store(tenant, delivery, at);
        Ok(Some(made))
    }

    async fn delivery(&self, tenant: TenantId, id: DeliveryId) -> Result<Option<Delivery>, Outage> {
        Ok(self.held().delivery(tenant, id).cloned())
    }

    async fn deliveries(&self, tenant: TenantId, query: DeliveryQuery) -> Result<Vec<Delivery>, Outage> {
        let held = self.held();
        let mut found: Vec<_> = held
            .deliveries
            .iter()
            .filter(|(of, one)| {
                *of == tenant
                    && query.endpoint.is_none_or(|wanted| one.endpoint == wanted)
                    && query.state.is_none_or(|wanted| one.state.word() == wanted)
                    && query.before.is_none_or(|before| one.id < before)
            })
            .map(|(_, one)| one.clone())
            .collect();
        found.sort_by_key(|one| std::cmp::Reverse(one.id));
        found.truncate(usize::from(query.most));
        Ok(found)
    }

    async fn settle(
        &self,
        tenant: TenantId,
        tried: Tried,
        now: OffsetDateTime,
    ) -> Result<Option<Endpoint>, Outage> {
        let Tried {
            delivery: id,
            version,
            url,
            outcome,
        } = tried;
        let mut held = self.held();
        let Some(delivery) = held.delivery(tenant, id) else {
            return Ok(None);
        };
        let endpoint = delivery.endpoint;
        if delivery.version == version {
            let after = delivery.clone().after(outcome, now);
            let next = after.state;
            *delivery = Delivery {
                version: version + 1,
                ..after
            };
            if let DeliveryState::Waiting { next_at } = next {
                held.queue(tenant, IntegrationTask::Ring { delivery: id }, next_at);
            }
            if let Some(endpoint) = held.endpoint(tenant, endpoint).filter(|found| found.url == url) {
                let after = endpoint.clone().after(outcome, now);
                let switched = i32::from(after.standing != endpoint.standing);
                *endpoint = Endpoint {
                    version: endpoint.version + switched,
                    ..after
                };
            }
        }
        Ok(held.endpoint(tenant, endpoint).cloned())
    }

    async fn park(&self, tenant: TenantId, id: DeliveryId, now: OffsetDateTime) -> Result<(), Outage> {
        let mut held = self.held();
        if let Some(delivery) = held.delivery(tenant, id)
            && let DeliveryState::Waiting { .. } = delivery.state
        {
            *delivery = delivery.clone().parked(now);
            delivery.version += 1;
        }
        Ok(())
    }

    async fn ring(&self, tenant: TenantId, id: DeliveryId, now: OffsetDateTime) -> Result<(), Outage> {
        let mut held = self.held();
        if let Some(delivery) = held.delivery(tenant, id)
            && let DeliveryState::Waiting { .. } = delivery.state
        {
            held.queue(tenant, IntegrationTask::Deliver { delivery: id }, now);
        }
        Ok(())
    }

    async fn replay(&self, tenant: TenantId, id: DeliveryId, now: OffsetDateTime) -> Result<bool, Outage> {
        let mut held = self.held();
        let Some(delivery) = held.delivery(tenant, id) else {
            return Ok(false);
        };
        let Some(again) = delivery.clone().replayed(now) else {
            return Ok(false);
        };
        *delivery = again;
        delivery.version += 1;
        held.queue(tenant, IntegrationTask::Deliver { delivery: id }, now);
        Ok(true)
    }

    async fn sweep(
        &self,
        tenant: TenantId,
        before: Option<OffsetDateTime>,
        ended: OffsetDateTime,
        now: OffsetDateTime,
        most: u16,
    ) -> Result<usize, Outage> {
        let mut held = self.held();
        let most = usize::from(most);
        held.deliveries.retain(|(of, one)| match one.state {
            DeliveryState::Waiting { .. } => true,
            DeliveryState::Delivered { at } | DeliveryState::Dead { at, .. } => *of != tenant || at >= ended,
        });
        let late: Vec<_> = held
            .deliveries
            .iter()
            .filter(|(of, one)| {
                *of == tenant && matches!(one.state, DeliveryState::Waiting { next_at } if before.is_some_and(|before| next_at < before))
            })
            .map(|(_, one)| one.id)
            .take(most)
            .collect();
        for delivery in &late {
            held.queue(tenant, IntegrationTask::Deliver { delivery: *delivery }, now);
        }
        Ok(late.len())
    }
}

/// Answers as a test says, and keeps what was sent.
#[derive(Default)]
pub struct ScriptedCourier {
    answers: Mutex<VecDeque<Outcome>>,
    sent: Mutex<Vec<(String, Signed, String)>>,
}

impl ScriptedCourier {
    /// What comes next; when nothing is left, everything is taken with 204.
    pub fn will(&self, outcome: Outcome) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.push_back(outcome);
    }

    /// What was sent: address, headers and body, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<(String, Signed, String)> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Courier for ScriptedCourier {
    fn refuses(&self, url: &str) -> Option<String> {
        let is_plain = url.starts_with("https://") && !url.contains("127.0.0.1");
        (!is_plain).then(|| "this address is refused".to_owned())
    }

    async fn carry(&self, url: &str, signed: &Signed, body: &str) -> Outcome {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push((url.to_owned(), signed.clone(), body.to_owned()));
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.pop_front().unwrap_or(Outcome::Arrived { status: 204 })
    }
}
