//! Stores what a verified webhook brought, before anybody interprets it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};

use crate::delivery::{Delivery, LEFTOVER_BYTES_MAX, Leftover, LeftoverReason};
use crate::ports::{LetterBox, Parcel};

/// Routes each row to its business and stores it; what nobody has the address of goes to the quarantine.
pub struct ReceiveDelivery {
    /// Where everything is stored.
    pub letters: Arc<dyn LetterBox>,
    /// The business's time.
    pub clock: Arc<dyn Clock>,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Messages stored now for the first time.
    pub messages: usize,
    /// Reports stored now for the first time.
    pub statuses: usize,
    /// Parts that a person must look at.
    pub quarantined: usize,
}

impl ReceiveDelivery {
    /// Stores the whole delivery. On an error the provider must be told to repeat it; what was stored already is then
    /// left out.
    ///
    /// # Errors
    /// [`Outage`] if a part could not be stored.
    #[tracing::instrument(name = "conversation.receive_delivery", skip_all)]
    pub async fn execute(&self, delivery: Delivery) -> Result<Received, Outage> {
        let (channel, now) = (delivery.channel, self.clock.now());
        let mut routes: BTreeMap<String, Option<TenantId>> = BTreeMap::new();
        let mut parcels: BTreeMap<TenantId, Parcel> = BTreeMap::new();
        let mut leftovers: Vec<Leftover> = delivery.leftovers;
        let addresses = delivery.messages.iter().map(|m| &m.external_id);
        let addresses = addresses.chain(delivery.statuses.iter().map(|s| &s.external_id));
        for external_id in addresses.cloned().collect::<BTreeSet<_>>() {
            let tenant = self.letters.route(channel, &external_id).await?;
            routes.insert(external_id, tenant);
        }
        let route = |external_id: &str| routes.get(external_id).copied().flatten();
        for message in delivery.messages {
            match route(&message.external_id) {
                Some(tenant) => parcels.entry(tenant).or_default().messages.push(message.row),
                None => leftovers.push(unknown_address(&message.external_id, &message.row.raw)),
            }
        }
        for status in delivery.statuses {
            match route(&status.external_id) {
                Some(tenant) => parcels.entry(tenant).or_default().statuses.push(status.row),
                None => leftovers.push(unknown_address(&status.external_id, &status.row.raw)),
            }
        }
        let mut received = Received::default();
        for (tenant, parcel) in parcels {
            let kept = self.letters.keep(tenant, channel, parcel, now).await?;
            received.messages += kept.messages;
            received.statuses += kept.statuses;
        }
        for mut leftover in leftovers {
            leftover.body.truncate(LEFTOVER_BYTES_MAX);
            let reason = leftover.reason.code();
            if self.letters.quarantine(None, channel, leftover, now).await? {
                received.quarantined += 1;
                tracing::warn!(reason, "a part of a webhook waits in the quarantine");
            } else {
                tracing::error!(
                    reason,
                    "the quarantine is full for this hour; a part of a webhook was dropped"
                );
            }
        }
        Ok(received)
    }
}

fn unknown_address(external_id: &str, raw: &serde_json::Value) -> Leftover {
    let whole = serde_json::json!({ "for": external_id, "raw": raw });
    Leftover {
        reason: LeftoverReason::UnknownAddress,
        body: whole.to_string().into_bytes(),
    }
}

#[cfg(test)]
mod tests;
