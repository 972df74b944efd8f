//! Messages that are nobody's, and the operator of the house, who finds out whose they are.

use anyhow::Context as _;
use ratiba_admin::unrouted::Unrouted;
use serde_json::{Value, json};

use super::super::plan::Stranger;
use super::super::stage::Stage;
use super::People;

/// How often something is tried until the database is back.
const TRIES: u32 = 40;

impl People {
    /// Sends a message to an address that is nobody's.
    pub(in super::super) async fn estrange(
        &mut self,
        stage: &Stage,
        stranger: Stranger,
    ) -> anyhow::Result<()> {
        let book = stage.books().await?;
        let moved = book["mpesa"]["movements"].as_array().into_iter().flatten().last();
        let number = self.dice.roll();
        let forged = (format!("TEX{:07}", number % 10_000_000), 1_500);
        let known =
            moved.and_then(|moved| Some((moved["receipt"].as_str()?.to_owned(), moved["amount"].as_i64()?)));
        let (receipt, amount) = match stranger {
            Stranger::Forger | Stranger::Result => forged,
            Stranger::Astray => known.unwrap_or(forged),
        };
        let marker = format!("stray-{number:016x}");
        let (kind, body) = match stranger {
            Stranger::Forger | Stranger::Astray => ("stk", prompt_paid(&marker, &receipt, amount)),
            Stranger::Result => ("result", reversal_done(&marker, &receipt)),
        };
        let token = format!("{number:064x}");
        let status = stage
            .knock(&format!("/webhooks/daraja/{kind}/{token}"), &body)
            .await?;
        self.count(&format!("stranger, {stranger:?}"), status.as_str());
        if status.is_success() {
            stage.note_stranger(marker);
        }
        Ok(())
    }

    /// The operator looks at every message of nobody: money that the provider's own book knows of came to the house's only
    /// business, and whatever else is said means nothing. True if anything was decided.
    pub(in super::super) async fn operate(&mut self, stage: &Stage) -> anyhow::Result<bool> {
        let book = stage.books().await?;
        let listed = operator(stage, &[]).await?;
        let mut any = false;
        for letter in listed["unrouted"].as_array().into_iter().flatten() {
            if letter["state"] != "new" {
                continue;
            }
            let id = letter["id"].as_str().unwrap_or_default();
            let shown = operator(stage, &["show", id]).await?;
            let said = shown["body"].as_str().unwrap_or_default();
            let mut movements = book["mpesa"]["movements"].as_array().into_iter().flatten();
            let ours = movements.any(|moved| {
                moved["receipt"]
                    .as_str()
                    .is_some_and(|receipt| said.contains(receipt))
            });
            let house = stage.house.tenant.to_string();
            if ours {
                operator(stage, &["assign", id, &house, "asha", "their", "money"]).await?;
                self.count("operator, assign", "done");
            } else {
                operator(stage, &["dismiss", id, "asha", "nobody's", "money"]).await?;
                self.count("operator, dismiss", "done");
            }
            any = true;
        }
        Ok(any)
    }
}

/// What the operator's program does with these words; tried again while the database is away.
async fn operator(stage: &Stage, words: &[&str]) -> anyhow::Result<Value> {
    let mut ticks = tokio::time::interval(std::time::Duration::from_millis(250));
    let mut last = None;
    for _try in 0..TRIES {
        ticks.tick().await;
        let order = Unrouted::parse(words).with_context(|| format!("{words:?} is no order"))?;
        match order.run(&stage.house.parts).await {
            Ok(answer) => return Ok(answer),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| anyhow::anyhow!("nothing was tried"))).with_context(|| format!("{words:?}"))
}

fn prompt_paid(marker: &str, receipt: &str, amount: i64) -> Value {
    json!({ "Body": { "stkCallback": {
        "MerchantRequestID": marker, "CheckoutRequestID": format!("ws_CO_{marker}"),
        "ResultCode": 0, "ResultDesc": "The service request is processed successfully.",
        "CallbackMetadata": { "Item": [
            { "Name": "Amount", "Value": amount },
            { "Name": "MpesaReceiptNumber", "Value": receipt },
            { "Name": "TransactionDate", "Value": 20_260_512_090_000_i64 },
            { "Name": "PhoneNumber", "Value": 254_700_000_999_i64 },
        ] },
    } } })
}

fn reversal_done(marker: &str, receipt: &str) -> Value {
    json!({ "Result": {
        "ResultType": 0, "ResultCode": 0, "ResultDesc": "The service request is processed successfully.",
        "OriginatorConversationID": marker, "ConversationID": format!("AG_{marker}"), "TransactionID": receipt,
    } })
}
