//! Where a conversation is played: a world of its own, what people do in it, and what they see.

use ratiba_kernel::Clock as _;
use ratiba_payments::reference::AccountReference;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::script::{Act, CardEnd, Mpesa, Order, Person, Step, Thing};
use crate::World;

/// How often the stage looks for more where nobody knows what to expect: what providers send comes from tasks of their
/// own.
const LOOKS: usize = 10;
/// How often it looks where all that is expected is there: what comes without being expected is found here, or in the
/// next step.
const LOOKS_LEAST: usize = 2;
/// How often it looks for what is expected and has not come yet.
const LOOKS_MOST: usize = 150;

/// The demo's people who get messages and do not write.
const SILENT: [(&str, &str); 4] = [
    ("254700000012", "Achieng"),
    ("254700000013", "Njeri"),
    ("254700000014", "Halima"),
    ("254700000015", "Otieno"),
];

/// A message on somebody's phone.
pub struct Message {
    /// Whose.
    pub to: &'static str,
    /// As it is shown: words, then `[Button] [Button]`, or `{List}` with its rows, or `[Label] <link>`.
    pub shown: String,
    /// The titles that can be tapped, in order.
    pub choices: Vec<String>,
}

/// A world, and who speaks in it.
pub struct Stage {
    /// The business, its providers, the time.
    pub world: World,
    /// Who spoke last.
    pub speaker: Person,
    /// Who spoke first: messages to this person need no address.
    first: Option<Person>,
    seen: u64,
    orders: u32,
    /// Whether M-Pesa knows where to tell of money sent by hand.
    by_hand: bool,
}

impl Stage {
    /// The demo's business at this time, or at the demo's hour. Its daily digest is off: it is about no conversation.
    pub async fn open(begins: Option<OffsetDateTime>) -> Self {
        let world = Box::pin(World::repeatable()).await;
        // A slow machine must not change what time it is.
        world.clock.stop();
        world.execute("DELETE FROM schedules WHERE name = 'digest'");
        if let Some(at) = begins {
            world.jump(at).await;
        }
        Self {
            world,
            speaker: Person::Asha,
            first: None,
            seen: 0,
            orders: 0,
            by_hand: false,
        }
    }

    /// Plays a step. Answers the messages that went out, the first speaker's before the others'. Whoever accepts what
    /// comes waits a while for it, the others for what they expect.
    ///
    /// # Errors
    /// What could not be done, in words: a choice that nobody offers, no prompt, an order that was refused.
    pub async fn play(&mut self, step: &Step, accept: bool) -> Result<Vec<String>, String> {
        if let Some(person) = step.from {
            self.speaker = person;
        }
        let first = *self.first.get_or_insert(self.speaker);
        self.act(&step.act).await?;
        let messages = self.news((!accept).then_some(step.replies.len())).await;
        let shown = |message: &Message| {
            if message.to == first.name() {
                message.shown.clone()
            } else {
                format!("to {}: {}", message.to, message.shown)
            }
        };
        let (own, others): (Vec<_>, Vec<_>) = messages.iter().partition(|message| message.to == first.name());
        Ok(own.into_iter().chain(others).map(shown).collect())
    }

    /// Does something.
    ///
    /// # Errors
    /// As [`Stage::play`].
    pub async fn act(&mut self, act: &Act) -> Result<(), String> {
        match act {
            Act::Says(text) => self.say(text).await,
            Act::SaysAtOnce(texts) => {
                for text in texts {
                    self.say(text).await;
                }
            }
            Act::Sends(thing) => self.send(*thing).await,
            Act::Taps(title) => self.tap(title, 1, true).await?,
            Act::TapsTwice(title) => self.tap(title, 2, true).await?,
            Act::TapsOld(title) => self.tap(title, 1, false).await?,
            Act::Mpesa(end) => self.end_prompt(*end).await?,
            Act::Card(end) => self.end_page(*end).await?,
            Act::ByHand(shillings) => {
                let reference = "SELECT account_reference AS text FROM payments ORDER BY created_at DESC, id DESC LIMIT 1";
                if !self.by_hand {
                    self.world.register_by_hand().await;
                    self.by_hand = true;
                }
                let body = json!({ "phone": self.speaker.number(), "amount": shillings,
                    "account_reference": self.world.text(reference) });
                self.world.tell_simulator("/sim/mpesa/pay-by-hand", body).await;
            }
            Act::Passes(span) => self.pass_until(self.world.clock.now() + *span).await,
            Act::Until(at) => self.pass_until(*at).await,
            Act::Breaks { target, kind } => {
                let fault = json!({ "target": target, "kind": kind });
                self.world.tell_simulator("/sim/faults", fault).await;
            }
            Act::Desk(order) => self.order(order).await?,
            Act::Cohort(on) => {
                let word = if *on { "invited" } else { "open" };
                self.world.execute(&format!(
                    "UPDATE tenant_settings SET conversation = conversation || '{{\"cohort\": \"{word}\"}}'"
                ));
            }
        }
        Ok(())
    }

    /// Has everything done that is due, and answers the messages that went out since this was asked last: at least so
    /// many, if so many come at all, or, where nothing is expected, those of a while.
    pub async fn news(&mut self, expected: Option<usize>) -> Vec<Message> {
        let (least, wanted) = expected.map_or((LOOKS, 0), |count| (LOOKS_LEAST, count));
        let mut messages = Vec::new();
        for look in 1..=LOOKS_MOST {
            self.world.work().await;
            messages.extend(self.new_messages().await);
            if look >= least && messages.len() >= wanted {
                break;
            }
        }
        messages
    }

    async fn new_messages(&mut self) -> Vec<Message> {
        let path = format!("/sim/messages?after={}&wait_ms=0&direction=out", self.seen);
        let answer = self.world.ask_simulator(&path).await;
        let found = answer["messages"].as_array().cloned().unwrap_or_default();
        let Some(newest) = found.iter().filter_map(|message| message["seq"].as_u64()).max() else {
            return Vec::new();
        };
        self.seen = newest;
        let secrets = self.secrets();
        let message = |of: &Value| Message {
            to: addressee(of["wa_id"].as_str().unwrap_or_default()),
            shown: masked(&shown(of), &secrets),
            choices: titles(of),
        };
        found.iter().map(message).collect()
    }

    async fn say(&self, text: &str) {
        let body =
            json!({ "text": text, "name": self.profile(), "hide_number": self.speaker.hides_number() });
        let path = format!("/sim/customers/{}/say", self.speaker.number());
        self.world.tell_simulator(&path, body).await;
    }

    /// The name that WhatsApp shows of whoever spoke last.
    pub(super) fn profile(&self) -> &'static str {
        match self.speaker {
            Person::Nameless => "Zawadi",
            Person::Owner => "Mercy",
            Person::Asha | Person::Brian | Person::Amina | Person::Wanjiru => self.speaker.name(),
        }
    }

    async fn send(&self, thing: Thing) {
        let media = |kind: &str, mime: &str| json!({ "type": kind, kind: { "id": "1013859600285441", "mime_type": mime } });
        let message = match thing {
            Thing::Photo => media("image", "image/jpeg"),
            Thing::Video => media("video", "video/mp4"),
            Thing::Document => media("document", "application/pdf"),
            Thing::Sticker => media("sticker", "image/webp"),
            Thing::Voice => {
                let mut voice = media("audio", "audio/ogg; codecs=opus");
                voice["audio"]["voice"] = json!(true);
                voice
            }
            Thing::Location => {
                json!({ "type": "location", "location": { "latitude": -1.2921, "longitude": 36.8219 } })
            }
            Thing::Contact => {
                json!({ "type": "contacts", "contacts": [{ "name": { "formatted_name": "Zawadi" },
                "phones": [{ "phone": "+254 700 000 188", "wa_id": "254700000188" }] }] })
            }
            Thing::Reaction => {
                json!({ "type": "reaction", "reaction": { "message_id": "wamid.none", "emoji": "👍" } })
            }
        };
        let body =
            json!({ "message": message, "name": self.profile(), "hide_number": self.speaker.hides_number() });
        let path = format!("/sim/customers/{}/raw", self.speaker.number());
        self.world.tell_simulator(&path, body).await;
    }

    async fn tap(&self, title: &str, times: u32, newest: bool) -> Result<(), String> {
        let number = self.speaker.number();
        let mut messages = self.world.messages(number).await;
        if newest {
            messages.reverse();
        }
        let all = || {
            messages
                .iter()
                .flat_map(|message| choices(message).into_iter().map(move |it| (message, it)))
        };
        let exact = all().find(|(_, choice)| choice["title"] == title);
        // A row of a list may be named by a part of its title.
        let found =
            exact.or_else(|| all().find(|(_, it)| it["title"].as_str().is_some_and(|it| it.contains(title))));
        let Some((message, choice)) = found else {
            let offered: Vec<String> = messages.iter().flat_map(titles).collect();
            return Err(format!("nobody offers {title:?}; there was {offered:?}"));
        };
        let body = json!({ "id": choice["id"], "title": choice["title"], "context_message_id": message["wamid"],
            "hide_number": self.speaker.hides_number() });
        for _tap in 0..times {
            self.world
                .tell_simulator(&format!("/sim/customers/{number}/tap"), body.clone())
                .await;
        }
        Ok(())
    }

    async fn end_prompt(&self, end: Mpesa) -> Result<(), String> {
        let prompts = self.world.prompts().await;
        let [prompt] = prompts.as_slice() else {
            return Err(format!("{} prompts are open, not one", prompts.len()));
        };
        let id = prompt["checkout_request_id"].as_str().unwrap_or_default();
        let (verb, body) = match end.code() {
            None => ("approve", json!({})),
            Some(_) if end == Mpesa::Silent => ("ignore", json!({})),
            Some(code) => ("refuse", json!({ "result_code": code })),
        };
        self.world
            .tell_simulator(&format!("/sim/prompts/{id}/{verb}"), body)
            .await;
        Ok(())
    }

    async fn end_page(&self, end: CardEnd) -> Result<(), String> {
        let reference = self.world.text(
            "SELECT merchant_reference AS text FROM payment_attempts WHERE provider = 'pesapal' \
             ORDER BY created_at DESC, id DESC LIMIT 1",
        );
        if reference.is_empty() {
            return Err("no page for a card was opened".to_owned());
        }
        let verb = match end {
            CardEnd::Paid => "pay",
            CardEnd::Failed => "fail",
        };
        self.world
            .tell_simulator(&format!("/sim/cards/orders/{reference}/{verb}"), json!({}))
            .await;
        Ok(())
    }

    async fn order(&mut self, order: &Order) -> Result<(), String> {
        let path = self.named(&order.path)?;
        let body = self.named(order.body.as_deref().unwrap_or("{}"))?;
        let body: Value =
            serde_json::from_str(&body).map_err(|fault| format!("the body is no JSON: {fault}"))?;
        let (status, answer) = if order.method == "PUT" {
            let (_, mut known) = self.world.call(Method::GET, &path, None).await;
            let version = self.world.version_of(&path).await;
            for (name, value) in body.as_object().into_iter().flatten() {
                merge(&mut known[name.as_str()], value);
            }
            if let Some(known) = known.as_object_mut() {
                known.retain(|name, value| {
                    !matches!(name.as_str(), "id" | "version" | "active" | "currency") && !value.is_null()
                });
            }
            self.world.call_at(&version, Method::PUT, &path, known).await
        } else {
            self.orders += 1;
            let key = format!("desk-{}", self.orders);
            self.world.order(&self.world.api, &path, &key, &body).await
        };
        if let Some(refused) = &order.refused {
            let problem = answer.to_string();
            return if !status.is_success() && problem.contains(refused.as_str()) {
                Ok(())
            } else {
                Err(format!(
                    "the order was to be refused with {refused:?}: {status} {problem}"
                ))
            };
        }
        match status {
            StatusCode::OK | StatusCode::CREATED | StatusCode::ACCEPTED | StatusCode::NO_CONTENT => Ok(()),
            refused => Err(format!("the order was answered {refused}: {answer}")),
        }
    }

    /// A text with identities in place of their names.
    fn named(&self, text: &str) -> Result<String, String> {
        let number = self.speaker.number();
        let newest = |table: &str| {
            format!("SELECT id::text AS text FROM {table} ORDER BY created_at DESC, id DESC LIMIT 1")
        };
        let mut named = text.to_owned();
        for (name, sql) in [
            ("{payment}", newest("payments")),
            ("{visit}", newest("visits")),
            (
                "{customer}",
                format!("SELECT id::text AS text FROM customers WHERE phone = '+{number}'"),
            ),
            (
                "{appointment}",
                "SELECT id::text AS text FROM appointments ORDER BY state_at DESC, id DESC LIMIT 1"
                    .to_owned(),
            ),
            (
                "{dispute}",
                "SELECT id::text AS text FROM commission_disputes ORDER BY opened_at DESC, id DESC LIMIT 1"
                    .to_owned(),
            ),
        ] {
            if named.contains(name) {
                named = named.replace(name, &self.world.text(&sql));
            }
        }
        while let Some((before, rest)) = named.split_once("{service ") {
            let Some((service, after)) = rest.split_once('}') else {
                return Err(format!("{text:?} names a service without an end"));
            };
            let id = self.world.text(&format!(
                "SELECT id::text AS text FROM services WHERE name = '{service}'"
            ));
            if id.is_empty() {
                return Err(format!("there is no service {service:?}"));
            }
            named = format!("{before}{id}{after}");
        }
        Ok(named)
    }

    /// Lets time pass from one thing that falls due to the next.
    async fn pass_until(&self, until: OffsetDateTime) {
        while self.world.clock.now() < until {
            let now = self.world.clock.now().unix_timestamp();
            let next = self.world.count(&format!(
                "SELECT coalesce(ceil(min(extract(epoch FROM at))), 0)::bigint AS count FROM \
                 (SELECT run_at AS at FROM jobs WHERE state <> 'dead' UNION ALL SELECT next_run_at FROM schedules) AS due \
                 WHERE at > to_timestamp({now})"
            ));
            let due = OffsetDateTime::from_unix_timestamp(next).unwrap_or(until);
            let to = if due > self.world.clock.now() {
                due.min(until)
            } else {
                until
            };
            self.world.jump(to).await;
        }
    }

    /// What differs from run to run, longest first.
    fn secrets(&self) -> Vec<String> {
        let all = self.world.text(
            "SELECT coalesce(string_agg(DISTINCT code, ' '), '') AS text FROM (\
             SELECT account_reference AS code FROM payments UNION SELECT receipt FROM payment_attempts \
             UNION SELECT receipt FROM payment_refunds UNION SELECT merchant_reference FROM payment_attempts \
             UNION SELECT left(encode(content_hash, 'hex'), 8) FROM commission_period) AS codes",
        );
        let mut secrets: Vec<String> = all
            .split(' ')
            .filter(|code| code.len() > 5)
            .map(str::to_owned)
            .collect();
        secrets.sort_by_key(|code| std::cmp::Reverse(code.len()));
        secrets
    }
}

/// Whose phone this is.
fn addressee(number: &str) -> &'static str {
    let speakers = Person::ALL.iter().map(|(person, name)| (person.number(), *name));
    let found = speakers.chain(SILENT).find(|(known, _)| *known == number);
    found.map_or("somebody else", |(_, name)| name)
}

/// Puts values into a document; mappings within it keep what is not named.
fn merge(into: &mut Value, value: &Value) {
    match (into, value) {
        (Value::Object(known), Value::Object(said)) => {
            for (name, value) in said {
                merge(known.entry(name).or_insert(Value::Null), value);
            }
        }
        (known, said) => *known = said.clone(),
    }
}

fn choices(message: &Value) -> Vec<Value> {
    let of = |part: &str| message[part].as_array().cloned().unwrap_or_default();
    of("buttons").into_iter().chain(of("rows")).collect()
}

fn titles(message: &Value) -> Vec<String> {
    let title = |choice: Value| choice["title"].as_str().unwrap_or_default().to_owned();
    choices(message).into_iter().map(title).collect()
}

/// A message as a person sees it.
fn shown(message: &Value) -> String {
    let text = |of: &Value| of.as_str().unwrap_or_default().trim_end().to_owned();
    let mut lines = Vec::new();
    match message["type"].as_str() {
        Some("text" | "interactive") => {}
        Some(kind) => lines.push(format!("({kind})")),
        None => lines.push("(nothing)".to_owned()),
    }
    if message["status"] == "failed" {
        lines.push(format!("(not delivered: {})", message["error_code"]));
    }
    lines.extend([
        text(&message["header"]),
        text(&message["text"]),
        text(&message["footer"]),
    ]);
    lines.retain(|line| !line.is_empty());
    let buttons = message["buttons"].as_array().cloned().unwrap_or_default();
    let buttons: Vec<String> = buttons
        .iter()
        .map(|button| format!("[{}]", text(&button["title"])))
        .collect();
    if !buttons.is_empty() {
        lines.push(buttons.join(" "));
    }
    if message["list_button"].is_string() {
        lines.push(format!("{{{}}}", text(&message["list_button"])));
    }
    for row in message["rows"].as_array().into_iter().flatten() {
        let description = text(&row["description"]);
        let more = if description.is_empty() {
            String::new()
        } else {
            format!(" ({description})")
        };
        lines.push(format!("- {}{more}", text(&row["title"])));
    }
    if message["link"].is_object() {
        lines.push(format!("[{}] <link>", text(&message["link"]["label"])));
    }
    lines.join("\n")
}

/// The text without what differs from run to run: codes and addresses.
fn masked(text: &str, secrets: &[String]) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        text = text.replace(secret.as_str(), "<code>");
    }
    // One reference in thirty has no digit; its alphabet has no vowels, so that no word is taken for one.
    let is_reference = |word: &str| AccountReference::try_from(word.to_owned()).is_ok();
    let is_code = |word: &str| {
        is_reference(word)
            || (8..=12).contains(&word.len())
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
                && word.bytes().any(|byte| byte.is_ascii_digit())
                && word.bytes().any(|byte| byte.is_ascii_uppercase())
    };
    let mut masked = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if is_code(bare) {
            masked.push_str(&word.replace(bare, "<code>"));
        } else if let Some(at) = word.find("http://") {
            let end = word.trim_end().len();
            masked.push_str(&format!("{}<link>{}", &word[..at], &word[end..]));
        } else {
            masked.push_str(word);
        }
    }
    // A block of text in a file loses what stands at the end of a line.
    masked.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_reference_is_masked_whether_or_not_it_has_a_digit_and_a_word_in_capitals_is_not() {
        for code in ["RPGBCQWZBZ", "R4GBCQWZBZ", "TJK4B7Q9XA"] {
            assert_eq!(masked(&format!("Halima · {code}."), &[]), "Halima · <code>.");
        }
        assert_eq!(masked("RECEIPT THURSDAYS", &[]), "RECEIPT THURSDAYS");
    }
}
