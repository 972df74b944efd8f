//! Daraja's documented formats: what a push and a query must look like, and what a callback says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

use crate::clock::{fourteen_digits, from_fourteen_digits};
use crate::daraja::by_hand::ByHand;
use crate::faults::Variant;
use crate::mpesa::book::Movement;
use crate::mpesa::statement::starred;
use crate::mpesa::{Prompt, Registration, ResponseType};
use crate::settings::DarajaAccount;
use crate::shape::swap_scalars;

/// The most one transaction may move, in whole shillings.
const AMOUNT_MAX: u64 = 250_000;
/// Words that Daraja refuses in addresses of callbacks, in any case.
const FORBIDDEN: [&str; 7] = ["m-pesa", "mpesa", "safaricom", "exe", "cmd", "sql", "query"];
/// The longest account that a customer can type.
const BILL_REFERENCE_MAX: usize = 20;

/// An error object of Daraja.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &str, message: &str) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    pub(super) fn field(name: &str) -> Self {
        Self::new(400, "400.002.02", &format!("Bad Request - Invalid {name}"))
    }

    /// The error object as it goes out.
    pub(crate) fn body(&self, request_id: &str) -> Value {
        json!({ "requestId": request_id, "errorCode": self.code, "errorMessage": self.message })
    }
}

/// A push that may be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Push {
    pub(crate) amount: u64,
    pub(crate) phone: String,
    pub(crate) callback_url: String,
    pub(crate) account_reference: String,
    pub(crate) description: String,
}

/// What the requests of a short code are held against.
pub(crate) struct Gate<'a> {
    pub(crate) account: &'a DarajaAccount,
    pub(crate) now: OffsetDateTime,
    pub(crate) skew_max: Duration,
}

impl Gate<'_> {
    /// Reads a push.
    pub(crate) fn push(&self, body: &[u8]) -> Result<Push, Refusal> {
        let object = object(body)?;
        self.credentials(&object)?;
        let text = |name: &str| scalar(&object, name).ok_or_else(|| Refusal::field(name));
        if !matches!(
            text("TransactionType")?.as_str(),
            "CustomerPayBillOnline" | "CustomerBuyGoodsOnline"
        ) {
            return Err(Refusal::field("TransactionType"));
        }
        let amount = text("Amount")?.parse().map_err(|_| Refusal::field("Amount"))?;
        if !(1..=AMOUNT_MAX).contains(&amount) {
            return Err(Refusal::field("Amount"));
        }
        for name in ["PartyA", "PhoneNumber"] {
            if !is_phone(&text(name)?) {
                return Err(Refusal::field(name));
            }
        }
        let party_b = text("PartyB")?;
        let is_paybill = text("TransactionType")? == "CustomerPayBillOnline";
        let digits = !party_b.is_empty() && party_b.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || (is_paybill && party_b != self.account.short_code) {
            return Err(Refusal::field("PartyB"));
        }
        let callback_url = text("CallBackURL")?;
        if !is_callback_url(&callback_url) {
            return Err(Refusal::field("CallBackURL"));
        }
        let account_reference = text("AccountReference")?;
        let alphanumeric = |byte: u8| byte.is_ascii_alphanumeric();
        if !(1..=12).contains(&account_reference.len()) || !account_reference.bytes().all(alphanumeric) {
            return Err(Refusal::field("AccountReference"));
        }
        let description = scalar(&object, "TransactionDesc").unwrap_or_default();
        if description.chars().count() > 13 {
            return Err(Refusal::field("TransactionDesc"));
        }
        Ok(Push {
            amount,
            phone: text("PhoneNumber")?,
            callback_url,
            account_reference,
            description,
        })
    }

    /// Reads a query and returns the `CheckoutRequestID` it asks about.
    pub(crate) fn query(&self, body: &[u8]) -> Result<String, Refusal> {
        let object = object(body)?;
        self.credentials(&object)?;
        scalar(&object, "CheckoutRequestID")
            .filter(|id| !id.is_empty())
            .ok_or_else(|| Refusal::field("CheckoutRequestID"))
    }

    /// Reads the registration of the addresses of payments by hand.
    pub(crate) fn registration(&self, body: &[u8]) -> Result<Registration, Refusal> {
        let object = object(body)?;
        let text = |name: &str| scalar(&object, name).ok_or_else(|| Refusal::field(name));
        self.own_short_code(&text("ShortCode")?, "ShortCode")?;
        let response_type = match text("ResponseType")?.as_str() {
            "Completed" => ResponseType::Completed,
            "Cancelled" => ResponseType::Cancelled,
            _ => return Err(Refusal::field("ResponseType")),
        };
        let url = |name: &str| {
            let url = text(name)?;
            is_callback_url(&url)
                .then_some(url)
                .ok_or_else(|| Refusal::field(name))
        };
        Ok(Registration {
            response_type,
            confirmation_url: url("ConfirmationURL")?,
            validation_url: url("ValidationURL")?,
        })
    }

    /// Reads a payment by hand, as the sandbox lets developers make them.
    pub(crate) fn by_hand(&self, body: &[u8]) -> Result<ByHand, Refusal> {
        let object = object(body)?;
        let text = |name: &str| scalar(&object, name).ok_or_else(|| Refusal::field(name));
        self.own_short_code(&text("ShortCode")?, "ShortCode")?;
        if text("CommandID")? != "CustomerPayBillOnline" {
            return Err(Refusal::field("CommandID"));
        }
        let by_hand = ByHand {
            phone: text("Msisdn")?,
            amount: text("Amount")?.parse().map_err(|_| Refusal::field("Amount"))?,
            account_reference: scalar(&object, "BillRefNumber").unwrap_or_default(),
            name: None,
        };
        by_hand.check().map_err(Refusal::field)?;
        Ok(by_hand)
    }

    pub(super) fn own_short_code(&self, short_code: &str, name: &str) -> Result<(), Refusal> {
        if short_code == self.account.short_code {
            Ok(())
        } else {
            Err(Refusal::field(name))
        }
    }

    fn credentials(&self, object: &Map<String, Value>) -> Result<(), Refusal> {
        let text = |name: &str| scalar(object, name).ok_or_else(|| Refusal::field(name));
        let short_code = text("BusinessShortCode")?;
        if !(5..=7).contains(&short_code.len()) || !short_code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::field("BusinessShortCode"));
        }
        let timestamp = text("Timestamp")?;
        let at = from_fourteen_digits(&timestamp).ok_or_else(|| Refusal::field("Timestamp"))?;
        if (self.now - at).abs() > self.skew_max {
            return Err(Refusal::field("Timestamp"));
        }
        if short_code != self.account.short_code {
            return Err(Refusal::new(500, "500.001.1001", "Merchant does not exist"));
        }
        if text("Password")? != password(self.account, &timestamp) {
            return Err(Refusal::new(500, "500.001.1001", "Wrong credentials"));
        }
        Ok(())
    }
}

impl ByHand {
    /// The name of the first field that no phone would let pass.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        if !is_phone(&self.phone) {
            return Err("Msisdn");
        }
        if !(1..=AMOUNT_MAX).contains(&self.amount) {
            return Err("Amount");
        }
        if self.account_reference.chars().count() > BILL_REFERENCE_MAX {
            return Err("BillRefNumber");
        }
        Ok(())
    }
}

/// The `Password` of a request made at `timestamp`.
pub(crate) fn password(account: &DarajaAccount, timestamp: &str) -> String {
    STANDARD.encode(format!("{}{}{timestamp}", account.short_code, account.passkey))
}

/// The bytes of a callback. `movement` is there if the money moved and the code says so.
pub(crate) fn callback(
    prompt: &Prompt,
    result_code: &str,
    movement: Option<&Movement>,
    variant: Option<Variant>,
) -> Vec<u8> {
    // Written by hand: the amount is a decimal with two places, which a JSON library would not keep.
    let metadata = movement.map_or_else(String::new, |movement| {
        format!(
            r#","CallbackMetadata":{{"Item":[{}]}}"#,
            items(movement, variant).join(",")
        )
    });
    let body = format!(
        r#"{{"Body":{{"stkCallback":{{"MerchantRequestID":{},"CheckoutRequestID":{},"ResultCode":{},"ResultDesc":{}{metadata}}}}}}}"#,
        json!(prompt.merchant_request_id),
        json!(prompt.checkout_request_id),
        number_or_text(result_code),
        json!(description(result_code)),
    );
    if variant == Some(Variant::Numbers) {
        swap_scalars(&body).into_bytes()
    } else {
        body.into_bytes()
    }
}

fn items(movement: &Movement, variant: Option<Variant>) -> Vec<String> {
    let is = |wanted| variant == Some(wanted);
    let balance = if is(Variant::BalanceValue) {
        r#"{"Name":"Balance","Value":24860.50}"#
    } else if is(Variant::BalanceText) {
        r#"{"Name":"Balance","Value":"{Amount={BasicAmount=248.60, MinimumAmount=24860, CurrencyCode=KES}}"}"#
    } else {
        r#"{"Name":"Balance"}"#
    };
    let phone = if is(Variant::MaskedPhone) {
        json!(starred(&movement.phone)).to_string()
    } else {
        movement.phone.clone()
    };
    let mut items = vec![
        format!(r#"{{"Name":"Amount","Value":{}.00}}"#, movement.amount),
        format!(
            r#"{{"Name":"MpesaReceiptNumber","Value":{}}}"#,
            json!(movement.receipt)
        ),
        balance.to_owned(),
        format!(
            r#"{{"Name":"TransactionDate","Value":{}}}"#,
            fourteen_digits(movement.at)
        ),
    ];
    if !is(Variant::NoPhone) {
        items.push(format!(r#"{{"Name":"PhoneNumber","Value":{phone}}}"#));
    }
    if is(Variant::Shuffled) {
        items.reverse();
        items.insert(
            2,
            r#"{"Name":"B2CRecipientIsRegisteredCustomer","Value":null}"#.to_owned(),
        );
    }
    items
}

/// What a result code means, in the provider's words.
pub(crate) fn description(result_code: &str) -> &'static str {
    match result_code {
        "0" => "The service request is processed successfully.",
        "1" => "The balance is insufficient for the transaction.",
        "2" => "Declined due to limit rule: less than the minimum transaction amount.",
        "3" => "Declined due to limit rule: greater than the maximum transaction amount.",
        "4" => "Declined due to limit rule: would exceed daily transfer limit.",
        "8" => "Declined due to limit rule: would exceed the maximum balance.",
        "17" => "Rule limited.",
        "26" => "System busy. Try again in a few minutes.",
        "1001" => "Unable to lock subscriber, a transaction is already in process.",
        "1019" => "Transaction has expired.",
        "1025" | "9999" => "An error occurred while sending a push request.",
        "1031" | "1032" => "Request cancelled by user.",
        "1037" => "DS timeout user cannot be reached.",
        "2001" => "The initiator information is invalid.",
        "2028" => "The request is not permitted according to product assignment.",
        "4999" => "The transaction is still under processing.",
        "8006" => "The security credential is locked.",
        "11" => "The DebitParty is in an invalid state.",
        "21" => "The initiator is not allowed to initiate this request.",
        "2006" => "Declined due to account rule.",
        "2032" => "The transaction does not exist.",
        "R000001" => "The transaction has already been reversed.",
        "R000002" => "The OriginalTransactionID is invalid.",
        "SFC_IC0003" => "The operator does not exist.",
        _ => "The transaction could not be processed.",
    }
}

/// A code as JSON: a number where it is one, text where it is not.
pub(super) fn number_or_text(code: &str) -> Value {
    code.parse::<u64>()
        .map_or_else(|_| json!(code), |number| json!(number))
}

pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Refusal::new(400, "400.002.05", "Invalid Request Payload")),
    }
}

/// A field as text, whether it came as a number or as a string.
pub(super) fn scalar(object: &Map<String, Value>, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits && text.len() == 12 && (text.starts_with("2547") || text.starts_with("2541"))
}

pub(super) fn is_callback_url(text: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(text) else {
        return false;
    };
    let lower = text.to_ascii_lowercase();
    matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && !FORBIDDEN.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests;
