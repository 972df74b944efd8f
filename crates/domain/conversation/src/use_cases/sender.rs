//! Finds out who wrote.

use ratiba_kernel::{Outage, TenantId};

use crate::channel::SenderKey;
use crate::inbound::{InboundMessage, Reading};
use crate::ports::{CustomerFile, ThreadBook, Who};

/// The sender's file. A number in the reading that another customer has is taken out of it: the channel's own id says
/// who wrote, and two customers cannot share a number.
pub(super) async fn find(
    book: &dyn ThreadBook,
    tenant: TenantId,
    message: &InboundMessage,
    reading: &mut Reading,
) -> Result<Option<CustomerFile>, Outage> {
    let who = Who::Sender {
        sender: message.sender.clone(),
        phone: reading.phone.clone(),
    };
    let file = book.file(tenant, who, message.channel).await?;
    let new_number = match &file {
        Some(file) if file.customer.phone.is_none() => reading.phone.clone(),
        Some(_) | None => None,
    };
    if let (Some(file), Some(phone)) = (&file, new_number) {
        let sender = SenderKey::parse(phone.digits()).map_err(Outage::new)?;
        let who = Who::Sender {
            sender,
            phone: Some(phone),
        };
        let holder = book.file(tenant, who, message.channel).await?;
        if holder.is_some_and(|holder| holder.customer.id != file.customer.id) {
            reading.phone = None;
        }
    }
    Ok(file)
}
