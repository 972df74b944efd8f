//! Notices in memory, beside the book whose attempts they are about.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TokenHash};
use time::{Duration, OffsetDateTime};

use super::book::{DeadLetter, InMemoryBook, Shelf, UNROUTED_PER_HOUR_MAX};
use super::locked;
use crate::CallbackId;
use crate::ports::{
    CallbackOutcome, NOTICE_LETTERS_PER_HOUR_MAX, NOTICES_WAITING_MAX, NoticeAddress, NoticeAddresses,
    NoticeArrival, NoticeDoor, NoticeInbox, NoticeTaken, RouteKey, StoredNotice,
};
use crate::task::{Due, PaymentTask};
use crate::test_support::yield_once;

/// A notice as it is kept.
pub(super) struct Kept {
    tenant: TenantId,
    id: CallbackId,
    attempt: crate::attempt::AttemptId,
    tracking: String,
    body: Vec<u8>,
    outcome: Option<CallbackOutcome>,
}

#[async_trait]
impl NoticeInbox for InMemoryBook {
    async fn take_notice(&self, arrival: NoticeArrival) -> Result<NoticeTaken, Outage> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let reference = arrival.ids.as_ref().map(|ids| TokenHash::of(&ids.reference));
        let way = reference.and_then(|reference| shelf.routes.get(&RouteKey::MerchantReference(reference)));
        let way = way.cloned();
        let tenant = match arrival.door {
            NoticeDoor::Address(key) => {
                let mut own = shelf.addresses.iter().filter(|(_, address)| address.key == key);
                own.next().map(|(tenant, _)| *tenant)
            }
            NoticeDoor::Return => way.as_ref().map(|(tenant, _)| *tenant),
        };
        let Some(tenant) = tenant else {
            return Ok(bury(&mut shelf, None, "unknown_address", &arrival));
        };
        let way = way.filter(|(owner, _)| *owner == tenant);
        match (way, &arrival.ids) {
            (Some((_, route)), Some(ids)) if route.expires_at > arrival.at => {
                let of_order = |kept: &&Kept| kept.attempt == route.attempt && kept.outcome.is_none();
                if shelf.notices.iter().filter(of_order).count() >= NOTICES_WAITING_MAX {
                    return Ok(NoticeTaken::Waiting { tenant });
                }
                let kept = Kept {
                    tenant,
                    id: arrival.id,
                    attempt: route.attempt,
                    tracking: ids.tracking.clone(),
                    body: arrival.body,
                    outcome: None,
                };
                shelf.notices.push(kept);
                let task = PaymentTask::ApplyNotice { notice: arrival.id };
                shelf.tasks.push((tenant, Due { at: arrival.at, task }));
                Ok(NoticeTaken::Stored { tenant })
            }
            (Some(_), _) => Ok(bury(&mut shelf, Some(tenant), "expired_reference", &arrival)),
            (None, Some(_)) => Ok(bury(&mut shelf, Some(tenant), "unknown_reference", &arrival)),
            (None, None) => Ok(bury(&mut shelf, Some(tenant), "unreadable", &arrival)),
        }
    }

    async fn notice(&self, tenant: TenantId, notice: CallbackId) -> Result<Option<StoredNotice>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let mut own = shelf.notices.iter().filter(|kept| kept.tenant == tenant);
        let Some(found) = own.clone().find(|kept| kept.id == notice) else {
            return Ok(None);
        };
        let same = |kept: &&Kept| {
            kept.attempt == found.attempt && kept.tracking == found.tracking && kept.outcome.is_none()
        };
        let waiting = if found.outcome.is_none() {
            own.by_ref().filter(same).map(|kept| kept.id).collect()
        } else {
            Vec::new()
        };
        Ok(Some(StoredNotice {
            attempt: found.attempt,
            tracking: found.tracking.clone(),
            waiting,
        }))
    }

    async fn conclude_notices(
        &self,
        tenant: TenantId,
        notices: &[CallbackId],
        outcome: CallbackOutcome,
        at: OffsetDateTime,
    ) -> Result<(), Outage> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let mut copies = Vec::new();
        for kept in &mut shelf.notices {
            if kept.tenant == tenant && kept.outcome.is_none() && notices.contains(&kept.id) {
                kept.outcome = Some(outcome);
                copies.push(kept.body.clone());
            }
        }
        match outcome {
            CallbackOutcome::Applied => {}
            CallbackOutcome::Unreadable | CallbackOutcome::ForeignIds => {
                let letters = copies.into_iter().map(|body| DeadLetter {
                    tenant: Some(tenant),
                    reason: outcome.as_str().to_owned(),
                    body,
                    at,
                });
                shelf.dead_letters.extend(letters);
            }
        }
        Ok(())
    }
}

fn bury(shelf: &mut Shelf, tenant: Option<TenantId>, reason: &str, arrival: &NoticeArrival) -> NoticeTaken {
    let recent =
        |letter: &&DeadLetter| letter.tenant == tenant && letter.at > arrival.at - Duration::hours(1);
    let most = if tenant.is_some() {
        NOTICE_LETTERS_PER_HOUR_MAX
    } else {
        UNROUTED_PER_HOUR_MAX
    };
    let full = shelf.dead_letters.iter().filter(recent).count() >= most;
    if full || arrival.door == NoticeDoor::Return {
        return NoticeTaken::Dropped;
    }
    shelf.dead_letters.push(DeadLetter {
        tenant,
        reason: reason.to_owned(),
        body: arrival.body.clone(),
        at: arrival.at,
    });
    NoticeTaken::Unrouted { tenant }
}

#[async_trait]
impl NoticeAddresses for InMemoryBook {
    async fn registered(&self, tenant: TenantId, account: &TokenHash) -> Result<Option<String>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let mut own = shelf.addresses.iter().filter(|(owner, _)| *owner == tenant);
        let newest = own.rfind(|(_, address)| address.account == *account);
        Ok(newest.map(|(_, address)| address.provider_id.clone()))
    }

    async fn add(&self, tenant: TenantId, address: NoticeAddress) -> Result<(), Outage> {
        yield_once().await;
        locked(&self.shelf).addresses.push((tenant, address));
        yield_once().await;
        Ok(())
    }
}
