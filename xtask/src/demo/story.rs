//! The story itself, told through the doors that everybody has: the simulator's control and the api.

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::{PATIENCE, Telling};
use crate::http::Http;
use crate::interrupt;
use crate::machine;
use crate::stack::{Addresses, Stack};

/// Business time when the story begins: Tuesday, eight in the morning in Nairobi.
pub(super) const BEGINS_AT: &str = "2026-05-12T08:00:00+03:00";

const CUSTOMER: &str = "254700000123";
const NAME: &str = "Asha";
const MESSAGE: &str = "Niaje, nataka massage kesho saa nane mchana";
/// The time she asked for, in both forms of the clock.
const BOTH_CLOCKS: &str = "saa nane mchana (2:00 pm)";
const VISIT_DAY: &str = "2026-05-13";
const JUST_BEFORE_THE_VISIT: &str = "2026-05-13T13:55:00+03:00";
const MONTH: &str = "2026-05";
const MONTH_CLOSES_AT: &str = "2026-06-01T02:00:00+03:00";
const TIP_MINOR: i64 = 20_000;

/// Plays all of it; fails at the first thing that does not happen.
pub(super) fn play(stack: &mut Stack, telling: &Telling) -> anyhow::Result<()> {
    let mut story = Story::new(stack)?;
    telling.step("Somebody without the key knocks: a webhook without a signature");
    story.unsigned_is_refused(telling)?;
    telling.step("1. A message: it is stored, answered 200, and handled by the worker");
    story.message(telling)?;
    telling.step("2. The slot in both forms of the clock, and Ndiyo");
    story.slot(telling)?;
    telling.step("3. The M-Pesa prompt, the callback, the confirmation and the receipt");
    story.payment(telling)?;
    telling.step("4. The visit: start, end, a tip and a note");
    story.visit(telling)?;
    telling.step("5. The month closes by itself; closing again changes nothing");
    story.month(telling)
}

struct Story<'a> {
    stack: &'a mut Stack,
    at: Addresses,
    http: Http,
    owner: String,
    staff: String,
    /// The last message on the customer's phone that the story has read.
    read_up_to: i64,
    /// The offer whose button is tapped.
    offer: Value,
}

impl<'a> Story<'a> {
    fn new(stack: &'a mut Stack) -> anyhow::Result<Self> {
        let tokens = stack.tenant["tokens"].clone();
        let owner = text(&tokens, "/owner")?;
        let staff = text(&tokens, "/receptionist").unwrap_or_else(|_| owner.clone());
        let at = stack.addresses;
        Ok(Self {
            stack,
            at,
            http: Http::new(PATIENCE),
            owner,
            staff,
            read_up_to: 0,
            offer: Value::Null,
        })
    }

    fn unsigned_is_refused(&mut self, telling: &Telling) -> anyhow::Result<()> {
        let url = self.at.api("/webhooks/whatsapp");
        let body = json!({ "object": "whatsapp_business_account", "entry": [] });
        self.http
            .post(&url, None, &body)?
            .expect("a webhook without a signature", 401)?;
        telling.seen("401");
        Ok(())
    }

    fn message(&mut self, telling: &Telling) -> anyhow::Result<()> {
        let answer = self.tell_simulator(
            &format!("/sim/customers/{CUSTOMER}/say"),
            &json!({ "text": MESSAGE, "name": NAME }),
        )?;
        let status = number(&answer, "/delivered_status")?;
        ensure!(status == 200, "the webhook was answered {status}");
        telling.seen(&format!("{NAME}: {MESSAGE}"));
        Ok(())
    }

    fn slot(&mut self, telling: &Telling) -> anyhow::Result<()> {
        let offer = self.next_message(telling, "an offer with a button Ndiyo", |message| {
            has_text(message, BOTH_CLOCKS) && button(message, "Ndiyo").is_some()
        })?;
        self.offer = offer;
        let yes = button(&self.offer, "Ndiyo").context("the offer has no button Ndiyo")?;
        let tap = json!({
            "id": yes["id"],
            "title": yes["title"],
            "context_message_id": self.offer["wamid"],
        });
        self.tell_simulator(&format!("/sim/customers/{CUSTOMER}/tap"), &tap)?;
        telling.seen(&format!("{NAME} taps Ndiyo"));
        Ok(())
    }

    fn payment(&mut self, telling: &Telling) -> anyhow::Result<()> {
        let prompt = self.eventually("an M-Pesa prompt on the phone", |story| {
            let url = story.at.simulator("/sim/prompts?state=pending&wait_ms=1000");
            let prompts = story.http.get(&url, None)?.expect("the prompts", 200)?;
            Ok(prompts["prompts"].get(0).cloned())
        })?;
        telling.seen(&format!(
            "the prompt: KES {} for {}",
            shown(&prompt, "/amount"),
            shown(&prompt, "/account_reference")
        ));
        let held = self.appointment()?;
        let state = text(&held, "/state")?;
        ensure!(
            state == "held",
            "the appointment is {state}, not held, while the prompt is out"
        );
        telling.seen("the slot is held; the database lets nobody else have it");
        let id = text(&prompt, "/checkout_request_id")?;
        let paid = self.tell_simulator(&format!("/sim/prompts/{id}/approve"), &json!({}))?;
        let receipt = text(&paid, "/receipt")?;
        let status = number(&paid, "/callback_status")?;
        ensure!(status == 200, "the callback was answered {status}");
        telling.seen(&format!("{NAME} enters her PIN; the callback is answered 200"));
        self.next_message(telling, "the confirmation", |message| {
            has_text(message, "imethibitishwa")
        })?;
        self.next_message(telling, "the receipt", |message| {
            has_text(message, "RISITI") && has_text(message, &receipt)
        })?;
        let appointment = self.appointment()?;
        let state = text(&appointment, "/state")?;
        ensure!(state == "confirmed", "the appointment is {state}, not confirmed");
        telling.seen(&format!("the appointment is confirmed, receipt {receipt}"));
        Ok(())
    }

    fn visit(&mut self, telling: &Telling) -> anyhow::Result<()> {
        let id = text(&self.appointment()?, "/id")?;
        self.move_clock(telling, &json!({ "set": JUST_BEFORE_THE_VISIT }))?;
        let of = |verb: &str| format!("/api/v1/appointments/{id}/{verb}");
        self.staff_posts(&of("start"), &json!({}))?;
        telling.seen("started");
        self.move_clock(telling, &json!({ "advance_seconds": 70 * 60 }))?;
        let finished = self.staff_posts(&of("finish"), &json!({}))?;
        telling.seen("finished");
        let actuals = json!({
            "tip": { "amount_minor": TIP_MINOR, "currency": "KES" },
            "staff_notes": "Prefers a firm hand on the shoulders",
        });
        let answer = self.http.patch(
            &self.at.api(&of("actuals")),
            Some(&self.staff),
            number(&finished, "/version")?,
            &actuals,
        )?;
        ensure!(
            (200..300).contains(&answer.status),
            "the tip was answered {}: {}",
            answer.status,
            answer.body
        );
        telling.seen("tip KES 200.00 and a note");
        Ok(())
    }

    fn month(&mut self, telling: &Telling) -> anyhow::Result<()> {
        self.move_clock(telling, &json!({ "set": MONTH_CLOSES_AT }))?;
        let closed = self.eventually("the close of May by the schedule", |story| {
            let periods = story.periods()?;
            Ok(Some(periods).filter(|periods| !periods.is_empty()))
        })?;
        let mut tips = 0;
        for period in &closed {
            tips += number(period, "/tip/amount_minor").unwrap_or_default();
            self.show_period(telling, period)?;
        }
        ensure!(tips >= TIP_MINOR, "the tip is in no period");
        let again = self.at.api("/api/v1/commission/closes");
        let answer = self
            .http
            .post(&again, Some(&self.owner), &json!({ "month": MONTH }))?;
        ensure!(
            (200..300).contains(&answer.status),
            "closing again: {} {}",
            answer.status,
            answer.body
        );
        ensure!(
            hashes(&closed)? == hashes(&self.periods()?)?,
            "closing again changed the month"
        );
        telling.seen("closed again: the same documents with the same hashes");
        Ok(())
    }

    fn show_period(&self, telling: &Telling, period: &Value) -> anyhow::Result<()> {
        let id = text(period, "/id")?;
        let url = self.at.api(&format!("/api/v1/commission/periods/{id}"));
        let whole = self.http.get(&url, Some(&self.owner))?.expect("a period", 200)?;
        telling.seen(&format!(
            "{}: commission {}, tips {}, {} hours, {} rendered",
            shown(&whole, "/staff_name"),
            money(&whole, "/commission"),
            money(&whole, "/tip"),
            shown(&whole, "/hours_worked"),
            shown(&whole, "/services_rendered_count"),
        ));
        let lines = whole["lines"].as_array().context("the period has no lines")?;
        let mut sum = 0;
        for line in lines {
            sum += number(line, "/commission/amount_minor")?;
            telling.seen(&format!(
                "  {}: {}",
                money(line, "/commission"),
                text(line, "/reason")?
            ));
        }
        let whole = number(&whole, "/commission/amount_minor")?;
        ensure!(sum == whole, "the lines add up to {sum}, the period says {whole}");
        Ok(())
    }

    fn appointment(&self) -> anyhow::Result<Value> {
        let url = self.at.api(&format!("/api/v1/appointments?date={VISIT_DAY}"));
        let found = self
            .http
            .get(&url, Some(&self.staff))?
            .expect("the appointments of the day", 200)?;
        let all = found["appointments"]
            .as_array()
            .context("the api lists no appointments")?;
        match all.as_slice() {
            [one] => Ok(one.clone()),
            _ => bail!("expected one appointment on {VISIT_DAY}, found {}", all.len()),
        }
    }

    fn periods(&self) -> anyhow::Result<Vec<Value>> {
        let url = self.at.api(&format!("/api/v1/commission/periods?month={MONTH}"));
        let found = self
            .http
            .get(&url, Some(&self.owner))?
            .expect("the periods", 200)?;
        found["periods"]
            .as_array()
            .cloned()
            .context("the api lists no periods")
    }

    fn staff_posts(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let answer = self.http.post(&self.at.api(path), Some(&self.staff), body)?;
        ensure!(
            (200..300).contains(&answer.status),
            "{path} was answered {}: {}",
            answer.status,
            answer.body
        );
        Ok(answer.body)
    }

    fn move_clock(&self, telling: &Telling, order: &Value) -> anyhow::Result<()> {
        let answer = self.tell_simulator("/sim/clock", order)?;
        telling.seen(&format!("it is {}", shown(&answer, "/nairobi")));
        Ok(())
    }

    fn tell_simulator(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.http
            .post(&self.at.simulator(path), None, body)?
            .expect(path, 200)
    }

    /// The next message to the customer that fits; others are shown and passed by.
    fn next_message(
        &mut self,
        telling: &Telling,
        what: &str,
        fits: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        self.eventually(what, |story| {
            let path = format!(
                "/sim/customers/{CUSTOMER}/messages?after={}&wait_ms=1000",
                story.read_up_to
            );
            let found = story
                .http
                .get(&story.at.simulator(&path), None)?
                .expect("the messages", 200)?;
            for message in found["messages"].as_array().into_iter().flatten() {
                story.read_up_to = story.read_up_to.max(number(message, "/seq")?);
                if message["direction"] != "out" {
                    continue;
                }
                telling.seen(&format!("Ratiba: {}", shown(message, "/text")));
                if fits(message) {
                    return Ok(Some(message.clone()));
                }
            }
            Ok(None)
        })
    }

    /// Asks until there is an answer, all parts still live, and patience lasts.
    fn eventually<T>(
        &mut self,
        what: &str,
        mut ask: impl FnMut(&mut Self) -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<T> {
        let began = machine::now();
        loop {
            if let Some(found) = ask(self)? {
                return Ok(found);
            }
            self.stack.check()?;
            if began.elapsed() > PATIENCE {
                bail!("{what} did not come within {} s", PATIENCE.as_secs());
            }
            interrupt::rest()?;
        }
    }
}

fn text(value: &Value, pointer: &str) -> anyhow::Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .with_context(|| format!("no text at {pointer} in {value}"))
}

fn number(value: &Value, pointer: &str) -> anyhow::Result<i64> {
    let found = value.pointer(pointer).and_then(Value::as_i64);
    found.with_context(|| format!("no number at {pointer} in {value}"))
}

/// What a person sees of a value.
fn shown(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "?".into(),
    }
}

/// An amount as people write it.
fn money(value: &Value, pointer: &str) -> String {
    let minor = number(value, &format!("{pointer}/amount_minor"));
    let currency = text(value, &format!("{pointer}/currency"));
    match (minor, currency) {
        (Ok(minor), Ok(currency)) => format!("{currency} {}.{:02}", minor / 100, minor.abs() % 100),
        _ => "?".into(),
    }
}

fn has_text(message: &Value, text: &str) -> bool {
    message["text"].as_str().is_some_and(|found| found.contains(text))
}

fn button<'a>(message: &'a Value, title: &str) -> Option<&'a Value> {
    message["buttons"]
        .as_array()?
        .iter()
        .find(|button| button["title"].as_str().is_some_and(|t| t.contains(title)))
}

/// What identifies the content of every document, in an order that does not depend on the answer's.
fn hashes(periods: &[Value]) -> anyhow::Result<Vec<String>> {
    let mut hashes = periods
        .iter()
        .map(|period| text(period, "/content_hash"))
        .collect::<Result<Vec<_>, _>>()?;
    hashes.sort();
    Ok(hashes)
}
