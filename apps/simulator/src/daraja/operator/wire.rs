//! The documented formats of reversals, status questions and their results.

use serde_json::{Map, Value, json};

use crate::clock::fourteen_digits;
use crate::daraja::wire::{Gate, Refusal, description, is_callback_url, number_or_text, object, scalar};
use crate::faults::Variant;
use crate::mpesa::requests::{OperatorRequest, Outcome, Told};
use crate::shape::swap_scalars;

/// A request that may be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asking {
    pub(crate) subject: String,
    /// Whole shillings, for a reversal.
    pub(crate) amount: Option<u64>,
    pub(crate) result_url: String,
    pub(crate) timeout_url: String,
    /// The operator or the credential is wrong; the result will say so.
    pub(crate) bad_operator: bool,
}

/// The account of the business, for results.
pub(super) struct Account<'a> {
    pub(super) short_code: &'a str,
    pub(super) name: &'a str,
    pub(super) balance_cents: u64,
}

impl Gate<'_> {
    /// Reads a request for a reversal.
    pub(super) fn reversal(&self, body: &[u8]) -> Result<Asking, Refusal> {
        let object = object(body)?;
        let text = |name: &str| scalar(&object, name).ok_or_else(|| Refusal::field(name));
        if text("CommandID")? != "TransactionReversal" {
            return Err(Refusal::field("CommandID"));
        }
        let amount: u64 = text("Amount")?.parse().map_err(|_| Refusal::field("Amount"))?;
        if amount == 0 {
            return Err(Refusal::field("Amount"));
        }
        self.own_short_code(&text("ReceiverParty")?, "ReceiverParty")?;
        // Misspelt on the wire.
        if text("RecieverIdentifierType")? != "11" {
            return Err(Refusal::field("RecieverIdentifierType"));
        }
        if !(2..=100).contains(&text("Remarks")?.chars().count()) {
            return Err(Refusal::field("Remarks"));
        }
        let subject = text("TransactionID")?;
        self.asking(&object, subject, Some(amount))
    }

    /// Reads a question for the status of a transaction.
    pub(super) fn status(&self, body: &[u8]) -> Result<Asking, Refusal> {
        let object = object(body)?;
        let text = |name: &str| scalar(&object, name).ok_or_else(|| Refusal::field(name));
        if text("CommandID")? != "TransactionStatusQuery" {
            return Err(Refusal::field("CommandID"));
        }
        self.own_short_code(&text("PartyA")?, "PartyA")?;
        if text("IdentifierType")? != "4" {
            return Err(Refusal::field("IdentifierType"));
        }
        if text("Remarks")?.chars().count() > 100 {
            return Err(Refusal::field("Remarks"));
        }
        // The second name is an older page's.
        let subject = [
            "TransactionID",
            "OriginalConversationID",
            "OriginatorConversationID",
        ]
        .into_iter()
        .find_map(|name| scalar(&object, name).filter(|it| !it.is_empty()))
        .ok_or_else(|| Refusal::field("TransactionID"))?;
        self.asking(&object, subject, None)
    }

    fn asking(
        &self,
        object: &Map<String, Value>,
        subject: String,
        amount: Option<u64>,
    ) -> Result<Asking, Refusal> {
        let text = |name: &str| {
            scalar(object, name)
                .filter(|it| !it.is_empty())
                .ok_or_else(|| Refusal::field(name))
        };
        let url = |name: &str| {
            let url = text(name)?;
            is_callback_url(&url)
                .then_some(url)
                .ok_or_else(|| Refusal::field(name))
        };
        let right = text("Initiator")? == self.account.initiator
            && text("SecurityCredential")? == self.account.security_credential;
        Ok(Asking {
            subject,
            amount,
            result_url: url("ResultURL")?,
            timeout_url: url("QueueTimeOutURL")?,
            bad_operator: !right,
        })
    }
}

/// The bytes of a result. `own_id` is the receipt of a result that has none of its own.
pub(super) fn result(
    request: &OperatorRequest,
    outcome: &Outcome,
    account: &Account<'_>,
    own_id: &str,
    variant: Option<Variant>,
) -> Vec<u8> {
    let (transaction, parameters) = match outcome {
        Outcome::Reversed { reversal, original } => (
            reversal.receipt.as_str(),
            Some(vec![
                ("OriginalTransactionID", json!(reversal.original_receipt)),
                ("Amount", json!(reversal.amount)),
                ("Charge", json!(0)),
                (
                    "TransCompletedTime",
                    number_or_text(&fourteen_digits(reversal.at)),
                ),
                ("DebitAccountBalance", json!(balance(account.balance_cents))),
                (
                    "CreditPartyPublicName",
                    json!(format!("{} - {}", reversal.phone, original.name)),
                ),
                (
                    "DebitPartyPublicName",
                    json!(format!("{} - {}", account.short_code, account.name)),
                ),
            ]),
        ),
        Outcome::Told(told) => (own_id, Some(told_parameters(told, account))),
        Outcome::Refused(_) => (own_id, None),
    };
    let mut result = json!({
        "ResultType": 0,
        "ResultCode": number_or_text(outcome.code()),
        "ResultDesc": description(outcome.code()),
        "OriginatorConversationID": request.originator_conversation_id,
        "ConversationID": request.conversation_id,
        "TransactionID": transaction,
        "ReferenceData": { "ReferenceItem": { "Key": "Occasion" } },
    });
    if let Some(parameters) = parameters {
        result["ResultParameters"] = json!({ "ResultParameter": listed(&parameters, variant) });
    }
    let body = json!({ "Result": result }).to_string();
    if variant == Some(Variant::Numbers) {
        swap_scalars(&body).into_bytes()
    } else {
        body.into_bytes()
    }
}

/// The bytes that say that a request waited for too long. They are no verdict.
pub(super) fn timed_out(request: &OperatorRequest) -> Vec<u8> {
    json!({ "Result": {
        "ResultType": 1,
        "ResultCode": 1037,
        "ResultDesc": "The request timed out in the queue.",
        "OriginatorConversationID": request.originator_conversation_id,
        "ConversationID": request.conversation_id,
        "TransactionID": "",
    } })
    .to_string()
    .into_bytes()
}

fn told_parameters(told: &Told, account: &Account<'_>) -> Vec<(&'static str, Value)> {
    let customer = format!("{} - {}", told.phone, told.name);
    let business = format!("{} - {}", account.short_code, account.name);
    let (debit, credit) = if told.outwards {
        (business, customer)
    } else {
        (customer, business)
    };
    vec![
        ("ReceiptNo", json!(told.receipt)),
        ("TransactionStatus", json!(told.status)),
        ("Amount", json!(told.amount)),
        ("DebitPartyName", json!(debit)),
        ("CreditPartyName", json!(credit)),
        ("FinalisedTime", number_or_text(&fourteen_digits(told.at))),
    ]
}

/// Parameters as they go out: a list, or the one object that a list of one is written as.
fn listed(parameters: &[(&'static str, Value)], variant: Option<Variant>) -> Value {
    let entry = |(key, value): &(&'static str, Value)| json!({ "Key": key, "Value": value });
    let bare = |(key, _): &(&'static str, Value)| json!({ "Key": key });
    if variant == Some(Variant::OneObject) {
        return parameters.first().map(entry).unwrap_or_default();
    }
    if variant == Some(Variant::MissingValue) {
        let first = parameters.first().map(entry);
        return json!(
            first
                .into_iter()
                .chain(parameters.iter().skip(1).map(bare))
                .collect::<Vec<_>>()
        );
    }
    json!(parameters.iter().map(entry).collect::<Vec<_>>())
}

/// `Name|KES|…|…|…|…`: the account, its currency, and four figures that are the same here.
fn balance(cents: u64) -> String {
    let figure = format!("{}.{:02}", cents / 100, cents % 100);
    format!("Utility Account|KES|{figure}|{figure}|0.00|0.00")
}
