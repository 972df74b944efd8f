//! What the desk asks of the api about a visit's money.

use reqwest::Method;
use serde_json::{Value, json};

use super::super::plan::{Along, Back, Payout, Tender, Way};
use super::super::stage::Stage;
use super::Wish;

/// Asks for what is owed, or takes it.
pub(super) async fn asking(
    stage: &Stage,
    visit: &str,
    way: Way,
    part: Option<u32>,
) -> anyhow::Result<Option<Wish>> {
    let part = part.map(|shillings| i64::from(shillings) * 100);
    let body = part.map_or_else(|| json!({}), |minor| json!({ "amount": kes(minor) }));
    Ok(Some(match way {
        Way::Prompt => Wish::new(format!("{visit}/prompts"), body),
        Way::Card => Wish::new(format!("{visit}/card-links"), body),
        Way::Credit => Wish::new(format!("{visit}/credit"), body),
        Way::Cash => {
            let (_, shown) = stage.order(&Method::GET, visit, "", &Value::Null).await?;
            let of = |name: &str| minor(&shown[name]);
            let waits = shown["standing"] == "waiting";
            let owed = if waits {
                of("due") - of("paid")
            } else {
                of("balance")
            };
            if owed <= 0 {
                return Ok(None);
            }
            let taken = part.unwrap_or(owed).min(owed);
            Wish {
                path: format!("{visit}/cash"),
                body: json!({ "amount": kes(taken) }),
                cash: taken,
            }
        }
    }))
}

/// The refund of something that was paid for a visit, if anything was. `number` names a transfer that nobody sees.
pub(super) async fn refund(
    stage: &Stage,
    visit: &str,
    number: &str,
    back: Back,
    percent: u32,
) -> anyhow::Result<Option<Wish>> {
    let payments = payments(stage, visit).await?;
    let paid = payments.iter().find(|payment| minor(&payment["paid"]) > 0);
    let Some(payment) = paid else { return Ok(None) };
    let by = |provider: &'static str| {
        let attempts = payment["attempts"].as_array().into_iter().flatten();
        let mut theirs =
            attempts.filter(move |attempt| attempt["state"] == "paid" && attempt["provider"] == provider);
        theirs.next().map(|attempt| minor(&attempt["amount"]))
    };
    let all = minor(&payment["paid"]);
    let part = all * i64::from(percent) / 100;
    let (way, minor) = match back {
        Back::Reversal => by("mpesa").map_or(("credit", all), |amount| ("mpesa_reversal", amount)),
        Back::Card => by("pesapal").map_or(("credit", all), |amount| {
            ("card", amount * i64::from(percent) / 100)
        }),
        Back::Credit => ("credit", part),
        Back::Cash => ("cash", part),
        Back::Outside => ("outside", part),
    };
    let id = payment["id"].as_str().unwrap_or_default();
    let mut body = json!({ "way": way, "amount": kes(minor), "reason": "the run gives it back" });
    if way == "outside" {
        body["reference"] = json!(number);
    }
    Ok(Some(Wish {
        path: format!("/api/v1/payments/{id}/refunds"),
        body,
        cash: if way == "cash" { -minor } else { 0 },
    }))
}

/// A tip for the first part of a visit.
pub(super) async fn tip(
    stage: &Stage,
    visit: &str,
    phone: &str,
    tender: Tender,
    shillings: u32,
) -> anyhow::Result<Option<Wish>> {
    let (_, shown) = stage.order(&Method::GET, visit, "", &Value::Null).await?;
    let Some(part) = shown["appointments"][0]["id"].as_str() else {
        return Ok(None);
    };
    let amount = i64::from(shillings) * 100;
    let phone = format!("+{phone}");
    let mut body = json!({ "appointment_id": part, "amount": kes(amount) });
    let cash = match tender {
        Tender::Cash => {
            body["tender"] = json!("cash");
            amount
        }
        Tender::Prompt => {
            (body["tender"], body["phone"]) = (json!("prompt"), json!(phone));
            0
        }
        Tender::Card => {
            (body["tender"], body["phone"]) = (json!("card"), json!(phone));
            0
        }
    };
    let path = format!("{visit}/tips");
    Ok(Some(Wish { path, body, cash }))
}

/// A prompt or a page for the balance of a visit and a tip for its first part.
pub(super) async fn balance_and_tip(
    stage: &Stage,
    visit: &str,
    along: Along,
    shillings: u32,
) -> anyhow::Result<Option<Wish>> {
    let (_, shown) = stage.order(&Method::GET, visit, "", &Value::Null).await?;
    let part = shown["appointments"][0]["id"].as_str();
    let tip = |part: &str| json!({ "appointment_id": part, "amount": kes(i64::from(shillings) * 100) });
    let verb = match along {
        Along::Prompt => "prompts",
        Along::Page => "card-links",
    };
    Ok(part.map(|part| Wish::new(format!("{visit}/{verb}"), json!({ "tip": tip(part) }))))
}

/// The payout of a customer's credit, if there is any. `number` names a transfer that nobody sees.
pub(super) async fn pay_out(
    stage: &Stage,
    visit: &str,
    number: &str,
    payout: Payout,
    percent: u32,
) -> anyhow::Result<Option<Wish>> {
    let (_, shown) = stage.order(&Method::GET, visit, "", &Value::Null).await?;
    let customer = shown["customer_id"].as_str().unwrap_or_default();
    let path = format!("/api/v1/customers/{customer}/credit");
    let (_, credit) = stage.order(&Method::GET, &path, "", &Value::Null).await?;
    let amount = minor(&credit["credit"]) * i64::from(percent) / 100;
    if amount <= 0 {
        return Ok(None);
    }
    let mut body = json!({ "amount": kes(amount), "reason": "the run pays it out" });
    let mut cash = 0;
    let verb = match payout {
        Payout::Cash => {
            body["way"] = json!("cash");
            cash = -amount;
            "payouts"
        }
        Payout::Outside => {
            (body["way"], body["reference"]) = (json!("outside"), json!(number));
            "payouts"
        }
        Payout::Reversal => {
            body["way"] = json!("mpesa_reversal");
            "payouts"
        }
        Payout::Withdrawn => "withdrawals",
    };
    let path = format!("{path}/{verb}");
    Ok(Some(Wish { path, body, cash }))
}

/// The withdrawal of a page that somebody may still pay on, if there is one.
pub(super) async fn withdraw_page(stage: &Stage, visit: &str) -> anyhow::Result<Option<Wish>> {
    let payments = payments(stage, visit).await?;
    let attempts = payments
        .iter()
        .flat_map(|payment| payment["attempts"].as_array().into_iter().flatten());
    let open = ["created", "sent", "awaiting_customer", "unknown"];
    let mut pages = attempts.filter(|attempt| {
        attempt["provider"] == "pesapal" && open.contains(&attempt["state"].as_str().unwrap_or_default())
    });
    let page = pages.next().and_then(|attempt| attempt["id"].as_str());
    Ok(page.map(|id| Wish::new(format!("/api/v1/attempts/{id}/withdraw"), json!({}))))
}

async fn payments(stage: &Stage, visit: &str) -> anyhow::Result<Vec<Value>> {
    let path = format!("{visit}/payments");
    let (_, list) = stage.order(&Method::GET, &path, "", &Value::Null).await?;
    Ok(list["payments"].as_array().cloned().unwrap_or_default())
}

fn kes(minor: i64) -> Value {
    json!({ "amount_minor": minor, "currency": "KES" })
}

fn minor(amount: &Value) -> i64 {
    amount["amount_minor"].as_i64().unwrap_or_default()
}
