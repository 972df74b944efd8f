//! Confirmations of money by hand, in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TokenHash};
use time::Duration;

use super::{DeadLetter, InMemoryBook, locked, yield_once};
use crate::CallbackId;
use crate::attempt::{AttemptId, Provider};
use crate::dead_letter::Told;
use crate::payment::PaymentRecord;
use crate::ports::{
    Arrival, CONFIRMATIONS_PER_HOUR_MAX, ConfirmationAddress, ConfirmationArrival, ConfirmationDoor,
    ConfirmationInbox, ConfirmationOutcome, MoneyFinder, StoredConfirmation, Taken,
};
use crate::reference::{AccountReference, Receipt};
use crate::task::{Due, PaymentTask};

/// Addresses, and what came to them.
#[derive(Default)]
pub(super) struct ByHand {
    doors: BTreeMap<TokenHash, ConfirmationDoor>,
    short_codes: Vec<(TenantId, String)>,
    stored: BTreeMap<(TenantId, CallbackId), StoredConfirmation>,
}

#[async_trait]
impl ConfirmationInbox for InMemoryBook {
    async fn add_confirmation_address(
        &self,
        tenant: TenantId,
        address: ConfirmationAddress,
    ) -> Result<(), Outage> {
        yield_once().await;
        let door = ConfirmationDoor {
            tenant,
            refuses_unknown: false,
        };
        let mut shelf = locked(&self.shelf);
        shelf.by_hand.doors.insert(address.key, door);
        shelf.by_hand.short_codes.push((tenant, address.short_code));
        Ok(())
    }

    async fn short_codes(&self, tenant: TenantId) -> Result<Vec<String>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let own = shelf
            .by_hand
            .short_codes
            .iter()
            .filter(|(owner, _)| *owner == tenant);
        Ok(own.map(|(_, short_code)| short_code.clone()).collect())
    }

    async fn refuse_unknown(&self, tenant: TenantId, refuse: bool) -> Result<(), Outage> {
        yield_once().await;
        for door in locked(&self.shelf).by_hand.doors.values_mut() {
            if door.tenant == tenant {
                door.refuses_unknown = refuse;
            }
        }
        Ok(())
    }

    async fn confirmation_door(&self, key: &TokenHash) -> Result<Option<ConfirmationDoor>, Outage> {
        yield_once().await;
        Ok(locked(&self.shelf).by_hand.doors.get(key).copied())
    }

    async fn take_confirmation(&self, mut arrival: ConfirmationArrival) -> Result<Taken, Outage> {
        yield_once().await;
        arrival.body.truncate(Arrival::BODY_BYTES_MAX);
        let mut shelf = locked(&self.shelf);
        let door = shelf.by_hand.doors.get(&arrival.key).copied();
        let Some(ConfirmationDoor { tenant, .. }) = door else {
            shelf.dead_letters.push(DeadLetter {
                tenant: None,
                reason: "unknown_address".to_owned(),
                body: arrival.body,
                at: arrival.at,
            });
            return Ok(Taken::Unrouted { tenant: None });
        };
        let mut own = shelf
            .by_hand
            .stored
            .iter()
            .filter(|((owner, _), _)| *owner == tenant);
        if let Some(((_, callback), _)) = own.clone().find(|(_, other)| other.body == arrival.body) {
            let callback = *callback;
            return Ok(Taken::Repeated { tenant, callback });
        }
        let recent = arrival.at - Duration::hours(1);
        if own
            .by_ref()
            .filter(|(_, other)| other.received_at > recent)
            .count()
            >= CONFIRMATIONS_PER_HOUR_MAX
        {
            return Ok(Taken::Dropped);
        }
        let stored = StoredConfirmation {
            body: arrival.body,
            received_at: arrival.at,
            outcome: None,
        };
        shelf.by_hand.stored.insert((tenant, arrival.id), stored);
        let task = PaymentTask::ApplyConfirmation {
            confirmation: arrival.id,
            step: 0,
        };
        shelf.tasks.push((tenant, Due { at: arrival.at, task }));
        let callback = arrival.id;
        Ok(Taken::Stored {
            tenant,
            callback,
            attempt: None,
        })
    }

    async fn confirmation(
        &self,
        tenant: TenantId,
        id: CallbackId,
    ) -> Result<Option<StoredConfirmation>, Outage> {
        yield_once().await;
        Ok(locked(&self.shelf).by_hand.stored.get(&(tenant, id)).cloned())
    }

    async fn look_again(&self, tenant: TenantId, due: Due) -> Result<(), Outage> {
        yield_once().await;
        locked(&self.shelf).tasks.push((tenant, due));
        Ok(())
    }

    async fn conclude_confirmation(
        &self,
        tenant: TenantId,
        id: CallbackId,
        outcome: ConfirmationOutcome,
        at: time::OffsetDateTime,
    ) -> Result<(), Outage> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let Some(stored) = shelf.by_hand.stored.get_mut(&(tenant, id)) else {
            return Ok(());
        };
        if stored.outcome.is_some() {
            return Ok(());
        }
        stored.outcome = Some(outcome);
        let body = stored.body.clone();
        if outcome != ConfirmationOutcome::Booked {
            shelf.dead_letters.push(DeadLetter {
                tenant: Some(tenant),
                reason: outcome.as_str().to_owned(),
                body,
                at,
            });
        }
        Ok(())
    }
}

#[async_trait]
impl MoneyFinder for InMemoryBook {
    async fn by_receipt(
        &self,
        tenant: TenantId,
        provider: Provider,
        receipt: &Receipt,
    ) -> Result<Option<(PaymentRecord, AttemptId)>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let found = shelf.records(tenant).find_map(|record| {
            let mut own = record.attempts.iter();
            let holder = own
                .find(|attempt| attempt.terms().provider == provider && attempt.receipt() == Some(receipt))?;
            Some((record.clone(), holder.id()))
        });
        Ok(found)
    }

    async fn went_back(
        &self,
        tenant: TenantId,
        _provider: Provider,
        receipt: &Receipt,
    ) -> Result<bool, Outage> {
        yield_once().await;
        Ok(locked(&self.shelf).went_back(tenant, receipt))
    }

    async fn without_receipt(
        &self,
        tenant: TenantId,
        _provider: Provider,
        told: &Told,
    ) -> Result<Option<(PaymentRecord, AttemptId)>, Outage> {
        yield_once().await;
        Ok(locked(&self.shelf).without_receipt(tenant, told))
    }

    async fn by_account(
        &self,
        tenant: TenantId,
        account: &AccountReference,
    ) -> Result<Option<PaymentRecord>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let found = shelf
            .records(tenant)
            .find(|record| record.payment.account_reference() == *account);
        Ok(found.cloned())
    }
}
