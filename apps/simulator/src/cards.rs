//! PesaPal's side of the story: tokens, addresses for notices, orders, and what was asked back.

use serde::Serialize;
use time::{Duration, OffsetDateTime};

/// How long a token is good for. Another one does not cancel it.
const TOKEN_LIFE: Duration = Duration::minutes(5);
/// The most one order may ask, in cents, unless it is configured otherwise.
const AMOUNT_MAX_CENTS: u64 = 100_000_000;

/// How an address wants its notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum NoticeMethod {
    Get,
    Post,
}

/// An address for notices.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) ipn_id: String,
    pub(crate) url: String,
    pub(crate) method: NoticeMethod,
    pub(crate) created_at: OffsetDateTime,
}

/// With what an order was paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Means {
    #[default]
    Card,
    Mobile,
}

/// What became of an order. Cancelling it is apart from this: an order keeps what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OrderState {
    /// Nobody tried to pay it.
    Untouched,
    /// The last try failed; the next one may not.
    Failed,
    Paid,
    /// Refunded or charged back.
    Reversed,
}

/// One order.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Order {
    pub(crate) order_tracking_id: String,
    pub(crate) merchant_reference: String,
    pub(crate) amount_cents: u64,
    pub(crate) currency: String,
    pub(crate) description: String,
    /// Addresses of the product; they may hold its secrets, so they are shown nowhere.
    #[serde(skip)]
    pub(crate) callback_url: String,
    #[serde(skip)]
    pub(crate) cancellation_url: Option<String>,
    pub(crate) ipn_id: String,
    pub(crate) phone: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    pub(crate) state: OrderState,
    pub(crate) cancelled: bool,
    pub(crate) means: Option<Means>,
    /// What was really paid.
    pub(crate) paid_cents: Option<u64>,
    /// The receipt.
    pub(crate) confirmation_code: Option<String>,
    /// How often its status was asked.
    pub(crate) looks: u32,
}

/// A request for a refund, which a person decides on.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RefundRequest {
    pub(crate) confirmation_code: String,
    pub(crate) amount_cents: u64,
    pub(crate) username: String,
    pub(crate) remarks: String,
    pub(crate) state: RefundState,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
}

/// How far a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RefundState {
    Requested,
    Done,
    Rejected,
}

/// What becomes of an order whose reference was used before; clients have seen both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReusedReference {
    /// It is refused.
    #[default]
    Refused,
    /// It is answered with the old order.
    Answered,
}

/// How PesaPal behaves where the real one does this or that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CardManners {
    pub(crate) reused_reference: ReusedReference,
    pub(crate) amount_max_cents: u64,
}

impl Default for CardManners {
    fn default() -> Self {
        Self {
            reused_reference: ReusedReference::default(),
            amount_max_cents: AMOUNT_MAX_CENTS,
        }
    }
}

/// Why something cannot be done to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OrderRefused {
    #[error("there is no such order")]
    Unknown,
    #[error("the order was paid already")]
    Paid,
    #[error("the order was not paid")]
    NotPaid,
    #[error("the order was cancelled")]
    Cancelled,
    #[error("more was asked back than was paid")]
    TooMuch,
    #[error("mobile money goes back in full only")]
    Part,
    #[error("there was a refund request for this payment already")]
    Twice,
}

/// Everything PesaPal keeps.
#[derive(Debug, Default)]
pub(crate) struct Cards {
    tokens: Vec<(String, OffsetDateTime)>,
    addresses: Vec<Address>,
    orders: Vec<Order>,
    refunds: Vec<RefundRequest>,
    pub(crate) manners: CardManners,
}

impl Cards {
    /// Puts a token beside those in force, and says until when.
    pub(crate) fn issue(&mut self, token: String, now: OffsetDateTime) -> OffsetDateTime {
        self.tokens.retain(|(_, until)| now < *until);
        let until = now + TOKEN_LIFE;
        self.tokens.push((token, until));
        until
    }

    pub(crate) fn admits(&self, token: &str, now: OffsetDateTime) -> bool {
        self.tokens
            .iter()
            .any(|(known, until)| known == token && now < *until)
    }

    pub(crate) fn register(&mut self, address: Address) {
        self.addresses.push(address);
    }

    pub(crate) fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    pub(crate) fn address(&self, ipn_id: &str) -> Option<&Address> {
        self.addresses.iter().find(|address| address.ipn_id == ipn_id)
    }

    pub(crate) fn add(&mut self, order: Order) {
        self.orders.push(order);
    }

    pub(crate) fn orders(&self) -> &[Order] {
        &self.orders
    }

    pub(crate) fn refunds(&self) -> &[RefundRequest] {
        &self.refunds
    }

    /// What was ever received, and what of it went back by refunds and chargebacks, in cents.
    pub(crate) fn received_cents(&self) -> (u64, u64) {
        let mut all = (0, 0);
        for order in &self.orders {
            let paid = order.paid_cents.unwrap_or_default();
            all.0 += paid;
            if order.state == OrderState::Reversed {
                all.1 += self.refunded_cents(order).unwrap_or(paid);
            }
        }
        all
    }

    /// How much of an order a refund gave back; `None` if none did.
    fn refunded_cents(&self, order: &Order) -> Option<u64> {
        let of_order = |refund: &&RefundRequest| {
            order.confirmation_code.as_ref() == Some(&refund.confirmation_code)
                && refund.state == RefundState::Done
        };
        self.refunds
            .iter()
            .find(of_order)
            .map(|refund| refund.amount_cents)
    }

    /// An order by its tracking id or by its merchant reference.
    pub(crate) fn order(&self, id: &str) -> Option<&Order> {
        self.orders
            .iter()
            .find(|order| order.order_tracking_id == id || order.merchant_reference == id)
    }

    /// Pays an order that is not cancelled, with another amount than it asks if that is said.
    pub(crate) fn pay(
        &mut self,
        id: &str,
        means: Means,
        cents: Option<u64>,
        confirmation_code: String,
    ) -> Result<Order, OrderRefused> {
        let order = self.payable(id)?;
        order.state = OrderState::Paid;
        order.means = Some(means);
        order.paid_cents = Some(cents.unwrap_or(order.amount_cents));
        order.confirmation_code = Some(confirmation_code);
        Ok(order.clone())
    }

    /// A try to pay fails; the order stays open.
    pub(crate) fn fail(&mut self, id: &str, means: Means) -> Result<Order, OrderRefused> {
        let order = self.payable(id)?;
        order.state = OrderState::Failed;
        order.means = Some(means);
        Ok(order.clone())
    }

    /// The money goes back, by a refund or by the customer's bank.
    pub(crate) fn reverse(&mut self, id: &str) -> Result<Order, OrderRefused> {
        let order = self.find(id)?;
        if order.state != OrderState::Paid {
            return Err(OrderRefused::NotPaid);
        }
        order.state = OrderState::Reversed;
        Ok(order.clone())
    }

    /// The bank of the card's owner gives back what it took; what was refunded stays with the customer.
    pub(crate) fn restore(&mut self, id: &str) -> Result<Order, OrderRefused> {
        let code = self.find(id)?.confirmation_code.clone();
        let refunded = |refund: &RefundRequest| {
            Some(&refund.confirmation_code) == code.as_ref() && refund.state == RefundState::Done
        };
        if self.refunds.iter().any(refunded) {
            return Err(OrderRefused::NotPaid);
        }
        let order = self.find(id)?;
        if order.state != OrderState::Reversed {
            return Err(OrderRefused::Paid);
        }
        order.state = OrderState::Paid;
        Ok(order.clone())
    }

    /// Cancels an order that is not paid, once.
    pub(crate) fn cancel(&mut self, id: &str) -> Result<(), OrderRefused> {
        self.payable(id)?.cancelled = true;
        Ok(())
    }

    /// The status of an order was asked.
    pub(crate) fn look(&mut self, id: &str) -> Option<Order> {
        let order = self.find(id).ok()?;
        order.looks += 1;
        Some(order.clone())
    }

    /// Takes a request for a refund, which moves nothing yet.
    pub(crate) fn ask_back(&mut self, request: RefundRequest) -> Result<(), OrderRefused> {
        let code = request.confirmation_code.as_str();
        let order = self.paid_with(code).ok_or(OrderRefused::Unknown)?;
        if order.state != OrderState::Paid {
            return Err(OrderRefused::NotPaid);
        }
        let paid = order.paid_cents.unwrap_or_default();
        if request.amount_cents == 0 || request.amount_cents > paid {
            return Err(OrderRefused::TooMuch);
        }
        if order.means == Some(Means::Mobile) && request.amount_cents < paid {
            return Err(OrderRefused::Part);
        }
        if self.refunds.iter().any(|refund| refund.confirmation_code == code) {
            return Err(OrderRefused::Twice);
        }
        self.refunds.push(request);
        Ok(())
    }

    /// A person decides on a request for a refund. Returns the order if the money went back.
    pub(crate) fn decide(
        &mut self,
        confirmation_code: &str,
        approve: bool,
    ) -> Result<Option<Order>, OrderRefused> {
        let id = self
            .paid_with(confirmation_code)
            .map(|order| order.order_tracking_id.clone())
            .ok_or(OrderRefused::Unknown)?;
        // What the card's bank has taken back meanwhile cannot go back once more.
        let gone = self.find(&id)?.state != OrderState::Paid;
        let waits = |refund: &&mut RefundRequest| {
            refund.confirmation_code == confirmation_code && refund.state == RefundState::Requested
        };
        let refund = self.refunds.iter_mut().find(waits).ok_or(OrderRefused::Unknown)?;
        if !approve || gone {
            refund.state = RefundState::Rejected;
            return Ok(None);
        }
        refund.state = RefundState::Done;
        self.reverse(&id).map(Some)
    }

    fn paid_with(&self, confirmation_code: &str) -> Option<&Order> {
        let has = |order: &&Order| order.confirmation_code.as_deref() == Some(confirmation_code);
        self.orders.iter().find(has)
    }

    fn payable(&mut self, id: &str) -> Result<&mut Order, OrderRefused> {
        let order = self.find(id)?;
        match order.state {
            OrderState::Paid | OrderState::Reversed => Err(OrderRefused::Paid),
            OrderState::Untouched | OrderState::Failed if order.cancelled => Err(OrderRefused::Cancelled),
            OrderState::Untouched | OrderState::Failed => Ok(order),
        }
    }

    fn find(&mut self, id: &str) -> Result<&mut Order, OrderRefused> {
        self.orders
            .iter_mut()
            .find(|order| order.order_tracking_id == id || order.merchant_reference == id)
            .ok_or(OrderRefused::Unknown)
    }
}
