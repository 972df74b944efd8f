//! What is heard from a provider whose customers pay by card on a page of its own.
//!
//! An order there is a page that can be opened again and again while it is unpaid, so a failed try is not the
//! end. A notice says only "look": what happened is always asked for.

use std::fmt;

use ratiba_kernel::Money;

use crate::failure::{FailureReason, ProviderCode};
use crate::reference::{ProviderIds, Receipt};

/// Where the customer pays. `Debug` shows its length only: who has the address can see the order.
#[derive(Clone, PartialEq, Eq)]
pub struct PageUrl(String);

/// A text that is no address to send a customer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an address that a customer can be sent to")]
pub struct MalformedUrl;

impl PageUrl {
    /// The longest address that is taken.
    pub const LENGTH_MAX: usize = 600;

    /// Reads an address.
    ///
    /// # Errors
    /// [`MalformedUrl`] unless it is http or https with a host, visible ASCII alone, and not too long.
    pub fn parse(text: &str) -> Result<Self, MalformedUrl> {
        let host = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .and_then(|rest| rest.split(['/', '?', '#']).next());
        let sound = text.len() <= Self::LENGTH_MAX && text.bytes().all(|b| b.is_ascii_graphic());
        if sound && host.is_some_and(|host| !host.is_empty() && !host.contains('@')) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MalformedUrl)
        }
    }

    /// Whether whoever opens it is sure whose page it is.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The address, for the customer.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PageUrl({} bytes)", self.0.len())
    }
}

/// The outcome of opening an order. There is no error beside it: what could not be learned is `Unknown`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenAnswer {
    /// The page is there, which is not yet a payment.
    Created {
        /// The provider's id of the order.
        ids: ProviderIds,
        /// Where the customer pays.
        page: PageUrl,
    },
    /// The order is there, but its page is none that a customer can be sent to: nobody will pay it.
    NoPage {
        /// The provider's id of the order, by which it is cancelled.
        ids: ProviderIds,
    },
    /// Certainly not opened: nothing can be paid.
    Rejected {
        /// Why, as a class.
        reason: FailureReason,
        /// The provider's code, if it gave one.
        code: Option<ProviderCode>,
    },
    /// No answer, or none that can be trusted. The page may be there; nobody was given its address.
    Unknown,
}

/// What the provider says about an order when it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardStatus {
    /// Nobody has paid, so far.
    Pending,
    /// Money was received.
    Paid(CardReport),
    /// The last try failed. Another may follow on the same page.
    Failed {
        /// What it is about.
        report: CardReport,
        /// What the provider says about it, if anything.
        code: Option<ProviderCode>,
    },
    /// Money was received, and went back: refunded, or charged back by the card's owner.
    Reversed(CardReport),
    /// The provider did not say.
    NoAnswer,
}

/// What a status tells about an order, to be compared with what was ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardReport {
    /// The provider's id of the order.
    pub ids: ProviderIds,
    /// Our reference of it, as the provider repeats it; `None` if it does not.
    pub reference: Option<String>,
    /// How much; `None` if it was not told in a currency and a shape that is known.
    pub amount: Option<Money>,
    /// The provider's number for the money; `None` if there is none, or none of the known shape.
    pub receipt: Option<Receipt>,
}

/// The outcome of cancelling an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelAnswer {
    /// The page takes no money any more.
    Cancelled,
    /// It was not cancelled: it is paid, or was cancelled before.
    Refused,
    /// The request was certainly not looked at: the page is as open as before, and it is to be asked again.
    NotMade,
    /// No answer: it may have been cancelled.
    Unknown,
}

/// The outcome of asking for money back. What was received is not done: a person of the business approves it at the
/// provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardRefundAnswer {
    /// The provider has the request.
    Received,
    /// The provider does not take it.
    Rejected {
        /// Why, in the provider's words.
        code: Option<ProviderCode>,
    },
    /// The request was certainly not looked at, and is to be made again.
    NotMade,
    /// No answer: the provider may have the request.
    Unknown,
}

#[cfg(test)]
mod tests;
