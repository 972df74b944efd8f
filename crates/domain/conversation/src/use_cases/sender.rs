//! Finds out who wrote.

use ratiba_kernel::{Outage, PhoneNumber, TenantId};

use crate::channel::{Channel, SenderKey};
use crate::inbound::{InboundMessage, Reading};
use crate::ports::{CustomerFile, ThreadBook, Who};
use crate::understanding::Language;

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

/// The language in which whoever has this number last wrote to the assistant; `None` if they never did.
pub(super) async fn language_of(
    book: &dyn ThreadBook,
    tenant: TenantId,
    phone: &PhoneNumber,
) -> Result<Option<Language>, Outage> {
    let who = Who::Sender {
        sender: SenderKey::parse(phone.digits()).map_err(Outage::new)?,
        phone: Some(phone.clone()),
    };
    let file = book.file(tenant, who, Channel::Whatsapp).await?;
    Ok(file.and_then(|file| file.customer.language))
}
