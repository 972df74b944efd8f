//! Notices in memory, beside the book whose attempts they are about.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TokenHash};
use time::{Duration, OffsetDateTime};

use super::book::{DeadLetter, InMemoryBook, Shelf, UNROUTED_PER_HOUR_MAX};
use super::locked;
use crate::CallbackId;
use crate::attempt::{Attempt, AttemptId, StateName};
use crate::event::PaymentEvent;
use crate::ports::{
    CallbackOutcome, CardWatch, NOTICE_LETTERS_PER_HOUR_MAX, NoticeAddress, NoticeAddresses, NoticeArrival,
    NoticeDoor, NoticeInbox, NoticeRoom, NoticeTaken, NoticesBefore, RETURN_SPACING, RouteKey, StoredNotice,
};
use crate::task::{Due, PaymentTask};
use crate::test_support::yield_once;

/// A notice as it is kept.
pub(super) struct Kept {
    tenant: TenantId,
    id: CallbackId,
    attempt: AttemptId,
    tracking: String,
    body: Vec<u8>,
    by_return: bool,
    at: OffsetDateTime,
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
                let differs = |attempt: &Attempt| {
                    let known = attempt.progress().ids.as_ref();
                    attempt.id() == route.attempt
                        && known.is_some_and(|known| known.tracking() != ids.tracking)
                };
                let foreign = shelf
                    .records(tenant)
                    .flat_map(|record| &record.attempts)
                    .any(differs);
                if foreign {
                    let reason = CallbackOutcome::ForeignIds.as_str();
                    return Ok(bury(&mut shelf, Some(tenant), reason, &arrival));
                }
                match before(&shelf, route.attempt, &ids.tracking, arrival.at).room(arrival.door) {
                    NoticeRoom::Stored => {}
                    NoticeRoom::Waiting => return Ok(NoticeTaken::Waiting { tenant }),
                    NoticeRoom::None => return Ok(NoticeTaken::Dropped),
                }
                let kept = Kept {
                    by_return: arrival.door == NoticeDoor::Return,
                    at: arrival.at,
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
            CallbackOutcome::Unreadable | CallbackOutcome::ForeignIds | CallbackOutcome::OtherMoney => {
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

fn before(shelf: &Shelf, attempt: AttemptId, tracking: &str, now: OffsetDateTime) -> NoticesBefore {
    let mut before = NoticesBefore::default();
    for kept in shelf.notices.iter().filter(|kept| kept.attempt == attempt) {
        let age = now - kept.at;
        if kept.by_return {
            before.returned += i64::from(age < Duration::days(1));
            before.returned_just_now += i64::from(age < RETURN_SPACING);
        } else if age < Duration::hours(1) {
            before.by_address += 1;
            before.waiting += i64::from(kept.outcome.is_none() && kept.tracking == tracking);
        }
    }
    before
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
        let taken = |address: &NoticeAddress| !shelf.retired.contains(&address.provider_id);
        let newest = own.rfind(|(_, address)| address.account == *account && taken(address));
        Ok(newest.map(|(_, address)| address.provider_id.clone()))
    }

    async fn add(&self, tenant: TenantId, address: NoticeAddress) -> Result<(), Outage> {
        yield_once().await;
        locked(&self.shelf).addresses.push((tenant, address));
        yield_once().await;
        Ok(())
    }

    async fn retire(
        &self,
        _tenant: TenantId,
        _account: &TokenHash,
        provider_id: &str,
        _at: OffsetDateTime,
    ) -> Result<(), Outage> {
        yield_once().await;
        locked(&self.shelf).retired.insert(provider_id.to_owned());
        Ok(())
    }
}

#[async_trait]
impl CardWatch for InMemoryBook {
    async fn note_look(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
        step: u8,
        next: Option<Due>,
    ) -> Result<bool, Outage> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let own = shelf
            .payments
            .iter_mut()
            .filter(|((owner, _), _)| *owner == tenant);
        let mut attempts = own.flat_map(|(_, record)| &mut record.attempts);
        let Some(found) = attempts.find(|found| found.id() == attempt) else {
            return Ok(false);
        };
        if found.progress().queries > step {
            return Ok(false);
        }
        *found = found.clone().asked(step);
        shelf.tasks.extend(next.map(|due| (tenant, due)));
        Ok(true)
    }

    async fn tell_unpaid(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
        event: PaymentEvent,
        _at: OffsetDateTime,
    ) -> Result<bool, Outage> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let waits =
            |found: &Attempt| found.id() == attempt && found.state().name() == StateName::AwaitingCustomer;
        let unpaid = shelf
            .records(tenant)
            .flat_map(|record| &record.attempts)
            .any(waits);
        let told = unpaid && shelf.nudged.insert(attempt);
        if told {
            shelf.events.push((tenant, event));
        }
        Ok(told)
    }

    async fn plan(&self, tenant: TenantId, due: Due) -> Result<(), Outage> {
        yield_once().await;
        locked(&self.shelf).tasks.push((tenant, due));
        Ok(())
    }
}
