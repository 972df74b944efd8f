//! Who writes: a number, the channel's own id, or both.

use std::fmt;

pub use ratiba_kernel::names::clean_name;
use ratiba_kernel::{Id, PhoneNumber};
use time::OffsetDateTime;

use crate::channel::{Address, SenderKey, Unreachable};
use crate::cohort::InvitationId;
use crate::inbound::Reading;
use crate::understanding::Language;

/// The identity of one customer of one business.
pub type CustomerId = Id<Customer>;

/// One customer.
#[derive(Clone, PartialEq, Eq)]
pub struct Customer {
    /// Ours.
    pub id: CustomerId,
    /// Missing for a sender who hides it.
    pub phone: Option<PhoneNumber>,
    /// The channel's own id; a sender who changes the number gets another.
    pub user_id: Option<SenderKey>,
    /// As the customer's profile shows it, without control characters.
    pub name: Option<String>,
    /// The language in which they are written to: the one that they asked for, or else keep to.
    pub language: Option<Language>,
    /// In the beta cohort: invited, and agreed.
    pub in_cohort: bool,
    /// The invitation to the beta cohort that waits for their answer.
    pub invitation: Option<InvitationId>,
    /// Since when nothing but the strictly needed may be sent.
    pub opted_out_at: Option<OffsetDateTime>,
    /// When we first heard of them.
    pub created_at: OffsetDateTime,
}

impl Customer {
    /// A customer whom we hear of for the first time.
    #[must_use]
    pub fn first_heard(id: CustomerId, reading: &Reading, sender: &SenderKey, at: OffsetDateTime) -> Self {
        let mut customer = Self {
            id,
            phone: None,
            user_id: None,
            name: None,
            language: None,
            in_cohort: false,
            invitation: None,
            opted_out_at: None,
            created_at: at,
        }
        .seen_again(reading);
        if customer.phone.is_none() && customer.user_id.is_none() {
            customer.user_id = Some(sender.clone());
        }
        customer
    }

    /// The customer with what a new message says about them: a number or an id that was missing, a new name.
    /// A number that is known is not replaced by a message.
    #[must_use]
    pub fn seen_again(mut self, reading: &Reading) -> Self {
        if reading.user_id.is_some() {
            self.user_id.clone_from(&reading.user_id);
        }
        if self.phone.is_none() {
            self.phone.clone_from(&reading.phone);
        }
        if let Some(name) = reading.profile_name.as_deref().and_then(clean_name) {
            self.name = Some(name);
        }
        self
    }

    /// Where to write to.
    ///
    /// # Errors
    /// [`Unreachable`] for a customer whose number and id were both erased.
    pub fn address(&self) -> Result<Address, Unreachable> {
        Address::new(self.phone.clone(), self.user_id.clone())
    }

    /// The first word of the name, for a greeting.
    #[must_use]
    pub fn first_name(&self) -> Option<&str> {
        self.name
            .as_deref()
            .and_then(|name| name.split_whitespace().next())
    }
}

impl fmt::Debug for Customer {
    /// Leaves out the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customer")
            .field("id", &self.id)
            .field("phone", &self.phone)
            .field("in_cohort", &self.in_cohort)
            .field("invitation", &self.invitation)
            .field("opted_out_at", &self.opted_out_at)
            .finish_non_exhaustive()
    }
}
