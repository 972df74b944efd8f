//! The one place that knows status codes: every failure leaves as RFC 9457 `application/problem+json`.
//!
//! `type` is stable and has a page in `docs/api/problems.md`; a test compares the two lists.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use ratiba_kernel::Outage;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// Every kind of problem that the API answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The body is not JSON, or not of the form that it should have.
    Validation,
    /// The body is larger than allowed.
    BodyTooLarge,
    /// There are more headers than anybody needs, or larger ones.
    HeadersTooLarge,
    /// The body did not arrive in time.
    TooSlow,
    /// The body's content type is not JSON.
    UnsupportedMediaType,
    /// None of the forms that there are is wanted.
    NotAcceptable,
    /// Neither a token nor a session, or one that is not valid.
    Unauthenticated,
    /// The signature of a webhook is missing or wrong.
    BadSignature,
    /// Whoever asks may not.
    Forbidden,
    /// The issuer did not vouch for anybody, or not for this browser.
    SignInFailed,
    /// Somebody belongs to several businesses and names none.
    TenantRequired,
    /// There is no such thing, or it is another tenant's.
    NotFound,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// The state does not allow this step.
    IllegalTransition,
    /// The thing changed since it was read; `If-Match` names an older version.
    Stale,
    /// Somebody else changed the thing at the same moment.
    Conflict,
    /// A change must name the version that it was decided on, in `If-Match`.
    PreconditionRequired,
    /// The figures of that time are frozen.
    PeriodFrozen,
    /// The month is still running.
    PeriodRunning,
    /// The values contradict each other or what happened.
    Unacceptable,
    /// The room is not ready for the treatment.
    NotReady,
    /// Somebody else has the time.
    SlotTaken,
    /// The time cannot be had, whoever asks.
    NotAvailable,
    /// A price is missing, or lower than any may be.
    PriceFloorViolation,
    /// An order needs a key of its own.
    IdempotencyKeyRequired,
    /// The key was used for another order.
    IdempotencyKeyReused,
    /// The role may not take that much off.
    DiscountLimit,
    /// Bookings stand in the way.
    BookingsInTheWay,
    /// There are as many as there may be.
    TooMany,
    /// An attempt at the payment is open or in doubt.
    PaymentInProgress,
    /// Somebody else has the conversation.
    ConversationTaken,
    /// The customer said that they do not want to be invited.
    NotInvitable,
    /// WhatsApp has not approved the template that this needs.
    TemplateNotApproved,
    /// The account of the business with WhatsApp is not known.
    NoChannelAccount,
    /// Nothing is owed for it any more.
    NothingOwed,
    /// The visit is not agreed yet, or its time is not held any more.
    NotAgreed,
    /// The last attempt ended a moment ago.
    TooSoon,
    /// The same attempt would fail again for the same reason.
    PointlessAttempt,
    /// The amount has cents, is nothing, above what the way to pay moves, or above what is owed.
    AmountNotPayable,
    /// The number is not a Kenyan mobile number, or there is none.
    NotAMobileNumber,
    /// The currency is not the business's.
    CurrencyMismatch,
    /// More than can still go back.
    RefundTooLarge,
    /// The money cannot go back that way, or the refund is not in a person's hands.
    RefundNotPossible,
    /// The customer has no credit, or less than was ordered.
    NotEnoughCredit,
    /// The drawer is open already.
    TillOpen,
    /// The drawer is closed.
    TillClosed,
    /// The drawer is opened with another amount than its last close left, and nobody says why.
    FloatUnexplained,
    /// A tip is not divided as was said.
    TipShares,
    /// A team does not share as was said.
    TeamShares,
    /// Something was built on money that is to be taken back.
    MoneyInUse,
    /// Money under that receipt is booked already.
    ReceiptBooked,
    /// The number of a transfer proves another refund or payout.
    TransferTaken,
    /// Nobody would own the business any more.
    LastOwner,
    /// The secret before the present one still counts.
    SecretFresh,
    /// Too many requests came from there, with that token, or in that business.
    TooManyRequests,
    /// The invitation opens nothing.
    InvitationInvalid,
    /// They belong to the business already.
    AlreadyMember,
    /// Nothing here sends mail.
    MailNotSetUp,
    /// No feature has that name.
    UnknownFeature,
    /// Something that this needs does not answer.
    Unavailable,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 60] = [
        Self::Validation,
        Self::BodyTooLarge,
        Self::HeadersTooLarge,
        Self::TooSlow,
        Self::UnsupportedMediaType,
        Self::NotAcceptable,
        Self::Unauthenticated,
        Self::BadSignature,
        Self::Forbidden,
        Self::SignInFailed,
        Self::TenantRequired,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::IllegalTransition,
        Self::Stale,
        Self::Conflict,
        Self::PreconditionRequired,
        Self::PeriodFrozen,
        Self::PeriodRunning,
        Self::Unacceptable,
        Self::NotReady,
        Self::SlotTaken,
        Self::NotAvailable,
        Self::PriceFloorViolation,
        Self::IdempotencyKeyRequired,
        Self::IdempotencyKeyReused,
        Self::DiscountLimit,
        Self::BookingsInTheWay,
        Self::TooMany,
        Self::PaymentInProgress,
        Self::ConversationTaken,
        Self::NotInvitable,
        Self::TemplateNotApproved,
        Self::NoChannelAccount,
        Self::NothingOwed,
        Self::NotAgreed,
        Self::TooSoon,
        Self::PointlessAttempt,
        Self::AmountNotPayable,
        Self::NotAMobileNumber,
        Self::CurrencyMismatch,
        Self::RefundTooLarge,
        Self::RefundNotPossible,
        Self::NotEnoughCredit,
        Self::TillOpen,
        Self::TillClosed,
        Self::FloatUnexplained,
        Self::TipShares,
        Self::TeamShares,
        Self::MoneyInUse,
        Self::ReceiptBooked,
        Self::TransferTaken,
        Self::LastOwner,
        Self::SecretFresh,
        Self::TooManyRequests,
        Self::InvitationInvalid,
        Self::AlreadyMember,
        Self::MailNotSetUp,
        Self::UnknownFeature,
        Self::Unavailable,
    ];

    /// The last part of the `type`.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Validation => "validation",
            Self::BodyTooLarge => "body-too-large",
            Self::HeadersTooLarge => "headers-too-large",
            Self::TooSlow => "too-slow",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::NotAcceptable => "not-acceptable",
            Self::Unauthenticated => "unauthenticated",
            Self::BadSignature => "bad-signature",
            Self::TenantRequired => "tenant-required",
            Self::SignInFailed => "sign-in-failed",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::IllegalTransition => "illegal-transition",
            Self::Stale => "stale",
            Self::Conflict => "conflict",
            Self::PreconditionRequired => "precondition-required",
            Self::PeriodFrozen => "period-frozen",
            Self::PeriodRunning => "period-running",
            Self::Unacceptable => "unacceptable",
            Self::NotReady => "not-ready",
            Self::SlotTaken => "slot-taken",
            Self::NotAvailable => "not-available",
            Self::PriceFloorViolation => "price-floor-violation",
            Self::IdempotencyKeyRequired => "idempotency-key-required",
            Self::IdempotencyKeyReused => "idempotency-key-reused",
            Self::DiscountLimit => "discount-limit",
            Self::BookingsInTheWay => "bookings-in-the-way",
            Self::TooMany => "too-many",
            Self::PaymentInProgress => "payment-in-progress",
            Self::ConversationTaken => "conversation-taken",
            Self::NotInvitable => "not-invitable",
            Self::TemplateNotApproved => "template-not-approved",
            Self::NoChannelAccount => "no-channel-account",
            Self::NothingOwed => "nothing-owed",
            Self::NotAgreed => "not-agreed",
            Self::TooSoon => "too-soon",
            Self::PointlessAttempt => "pointless-attempt",
            Self::AmountNotPayable => "amount-not-payable",
            Self::NotAMobileNumber => "not-a-mobile-number",
            Self::CurrencyMismatch => "currency-mismatch",
            Self::RefundTooLarge => "refund-too-large",
            Self::RefundNotPossible => "refund-not-possible",
            Self::NotEnoughCredit => "not-enough-credit",
            Self::TillOpen => "till-open",
            Self::TillClosed => "till-closed",
            Self::FloatUnexplained => "float-unexplained",
            Self::TipShares => "tip-shares",
            Self::TeamShares => "team-shares",
            Self::MoneyInUse => "money-in-use",
            Self::ReceiptBooked => "receipt-booked",
            Self::LastOwner => "last-owner",
            Self::SecretFresh => "secret-fresh",
            Self::InvitationInvalid => "invitation-invalid",
            Self::AlreadyMember => "already-member",
            Self::MailNotSetUp => "mail-not-set-up",
            Self::UnknownFeature => "unknown-feature",
            Self::TransferTaken => "transfer-taken",
            Self::TooManyRequests => "too-many-requests",
            Self::Unavailable => "unavailable",
        }
    }

    /// A sentence that is the same for every occurrence.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Validation => "The request is not of the form that it should have",
            Self::BodyTooLarge => "The body is too large",
            Self::HeadersTooLarge => "The request's headers are too large",
            Self::TooSlow => "The request did not arrive in time",
            Self::UnsupportedMediaType => "The body must be JSON",
            Self::NotAcceptable => "It cannot be had in that form",
            Self::Unauthenticated => "Sign in, or send a valid token",
            Self::BadSignature => "The signature is missing or wrong",
            Self::TenantRequired => "Name the business that you mean",
            Self::SignInFailed => "Nobody was signed in",
            Self::Forbidden => "You may not do this",
            Self::NotFound => "There is no such thing",
            Self::MethodNotAllowed => "The method is not allowed here",
            Self::IllegalTransition => "The state does not allow this",
            Self::Stale => "It changed since it was read",
            Self::Conflict => "Somebody else changed it at the same moment",
            Self::PreconditionRequired => "Name the version that you read",
            Self::PeriodFrozen => "The figures of that time are frozen",
            Self::PeriodRunning => "The month is still running",
            Self::Unacceptable => "The values cannot be right",
            Self::NotReady => "The room is not ready",
            Self::SlotTaken => "The time is taken",
            Self::NotAvailable => "The time cannot be had",
            Self::PriceFloorViolation => "A price is missing or too low",
            Self::IdempotencyKeyRequired => "The order needs a key",
            Self::IdempotencyKeyReused => "The key was used for another order",
            Self::DiscountLimit => "This is more than the role may take off",
            Self::BookingsInTheWay => "Bookings stand in the way",
            Self::TooMany => "There are as many as there may be",
            Self::PaymentInProgress => "Money is being collected already",
            Self::ConversationTaken => "Somebody else has the conversation",
            Self::NotInvitable => "The customer does not want to be invited",
            Self::TemplateNotApproved => "The template is not approved yet",
            Self::NoChannelAccount => "The WhatsApp account is not known yet",
            Self::NothingOwed => "Nothing is owed",
            Self::NotAgreed => "The visit is not agreed",
            Self::TooSoon => "It is too soon for another try",
            Self::PointlessAttempt => "The same would fail again",
            Self::AmountNotPayable => "The amount cannot be collected",
            Self::NotAMobileNumber => "The number cannot be asked",
            Self::CurrencyMismatch => "The amount is in another currency",
            Self::RefundTooLarge => "This is more than can go back",
            Self::RefundNotPossible => "The money cannot go back like this",
            Self::NotEnoughCredit => "There is not enough credit",
            Self::TillOpen => "The drawer is open",
            Self::TillClosed => "The drawer is closed",
            Self::FloatUnexplained => "The float is not what the last close left",
            Self::TipShares => "The tip cannot be divided so",
            Self::TeamShares => "The team cannot share so",
            Self::MoneyInUse => "Something was built on the money",
            Self::ReceiptBooked => "The money is booked already",
            Self::LastOwner => "A business keeps an owner",
            Self::SecretFresh => "The secret before still counts",
            Self::InvitationInvalid => "The invitation is not valid",
            Self::AlreadyMember => "You belong to the business already",
            Self::MailNotSetUp => "No mail can be sent from here",
            Self::UnknownFeature => "No feature has that name",
            Self::TransferTaken => "The transfer proves something else",
            Self::TooManyRequests => "Too many requests",
            Self::Unavailable => "The service is unavailable for a moment",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Validation | Self::IdempotencyKeyRequired | Self::TenantRequired | Self::SignInFailed => {
                StatusCode::BAD_REQUEST
            }
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Unauthenticated | Self::BadSignature => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::DiscountLimit => StatusCode::FORBIDDEN,
            Self::NotFound | Self::InvitationInvalid | Self::UnknownFeature => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict
            | Self::IllegalTransition
            | Self::PeriodFrozen
            | Self::PeriodRunning
            | Self::NotReady
            | Self::SlotTaken
            | Self::BookingsInTheWay
            | Self::PaymentInProgress
            | Self::ConversationTaken
            | Self::NotInvitable
            | Self::TemplateNotApproved
            | Self::NoChannelAccount
            | Self::SecretFresh
            | Self::NothingOwed
            | Self::NotAgreed
            | Self::TooSoon
            | Self::PointlessAttempt
            | Self::RefundNotPossible
            | Self::TillOpen
            | Self::LastOwner
            | Self::AlreadyMember
            | Self::MailNotSetUp
            | Self::TillClosed
            | Self::MoneyInUse
            | Self::ReceiptBooked
            | Self::TransferTaken => StatusCode::CONFLICT,
            Self::Stale => StatusCode::PRECONDITION_FAILED,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::Unacceptable
            | Self::NotAvailable
            | Self::PriceFloorViolation
            | Self::IdempotencyKeyReused
            | Self::TooMany
            | Self::AmountNotPayable
            | Self::NotAMobileNumber
            | Self::CurrencyMismatch
            | Self::RefundTooLarge
            | Self::NotEnoughCredit
            | Self::FloatUnexplained
            | Self::TipShares
            | Self::TeamShares => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// A field that is wrong, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldFault {
    /// Where, as a path: `tip.amount_minor`.
    pub field: String,
    /// Why, in words.
    pub message: String,
}

/// One failure, on its way out.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<FieldFault>,
    more: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of a kind, with what is particular to this occurrence.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            more: Map::new(),
            headers: Vec::new(),
        }
    }

    /// With a header of its own.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// With a member of its own beside the usual ones, such as the alternatives to a time that is taken. What
    /// cannot be written as JSON is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.more.insert(name.to_owned(), value);
        }
        self
    }

    /// Every field that is wrong, at once.
    #[must_use]
    pub fn fields(errors: Vec<FieldFault>) -> Self {
        let detail = match errors.as_slice() {
            // What is wrong is the whole.
            [fault] if fault.field.is_empty() => format!("the body {}", fault.message),
            faults => {
                let names: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
                format!("wrong fields: {}", names.join(", "))
            }
        };
        Self {
            kind: Kind::Validation,
            detail,
            errors,
            more: Map::new(),
            headers: Vec::new(),
        }
    }

    /// Nothing there that the caller may know of.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "nothing is known under this address")
    }

    /// Something did not answer: the chain of causes goes to the log, nothing of it to the caller.
    #[must_use]
    pub fn unavailable(outage: &Outage) -> Self {
        let cause = std::error::Error::source(outage)
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(cause, "a request failed because something did not answer");
        Self::new(Kind::Unavailable, "try again in a moment")
    }

    /// Which kind it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }
}

impl From<Outage> for Problem {
    fn from(outage: Outage) -> Self {
        Self::unavailable(&outage)
    }
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldFault],
    #[serde(flatten)]
    more: &'a Map<String, Value>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.slug(), self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.kind.status());
        response.insert_header((CONTENT_TYPE, "application/problem+json"));
        match self.kind {
            Kind::Unauthenticated => {
                response.insert_header((WWW_AUTHENTICATE, "Bearer"));
            }
            Kind::Unavailable => {
                response.insert_header((RETRY_AFTER, "2"));
            }
            Kind::Validation
            | Kind::BodyTooLarge
            | Kind::HeadersTooLarge
            | Kind::TooSlow
            | Kind::UnsupportedMediaType
            | Kind::NotAcceptable
            | Kind::BadSignature
            | Kind::Forbidden
            | Kind::SignInFailed
            | Kind::TenantRequired
            | Kind::NotFound
            | Kind::MethodNotAllowed
            | Kind::IllegalTransition
            | Kind::Stale
            | Kind::Conflict
            | Kind::LastOwner
            | Kind::TooManyRequests
            | Kind::InvitationInvalid
            | Kind::AlreadyMember
            | Kind::MailNotSetUp
            | Kind::UnknownFeature
            | Kind::PreconditionRequired
            | Kind::PeriodFrozen
            | Kind::PeriodRunning
            | Kind::Unacceptable
            | Kind::NotReady
            | Kind::SlotTaken
            | Kind::NotAvailable
            | Kind::PriceFloorViolation
            | Kind::IdempotencyKeyRequired
            | Kind::IdempotencyKeyReused
            | Kind::DiscountLimit
            | Kind::BookingsInTheWay
            | Kind::TooMany
            | Kind::PaymentInProgress
            | Kind::ConversationTaken
            | Kind::NotInvitable
            | Kind::TemplateNotApproved
            | Kind::NoChannelAccount
            | Kind::SecretFresh
            | Kind::NothingOwed
            | Kind::NotAgreed
            | Kind::TooSoon
            | Kind::PointlessAttempt
            | Kind::AmountNotPayable
            | Kind::NotAMobileNumber
            | Kind::CurrencyMismatch
            | Kind::RefundTooLarge
            | Kind::RefundNotPossible
            | Kind::NotEnoughCredit
            | Kind::TillOpen
            | Kind::TillClosed
            | Kind::FloatUnexplained
            | Kind::TipShares
            | Kind::TeamShares
            | Kind::MoneyInUse
            | Kind::ReceiptBooked
            | Kind::TransferTaken => {}
        }
        for header in &self.headers {
            response.insert_header(header.clone());
        }
        response.json(Body {
            r#type: format!("/problems/{}", self.kind.slug()),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: &self.detail,
            errors: &self.errors,
            more: &self.more,
        })
    }
}
