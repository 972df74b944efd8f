//! P7 and P8: WhatsApp's webhook beside the least statement that stores as much.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, ensure};
use hmac::{Hmac, Mac as _};
use serde_json::json;
use sha2::Sha256;

use super::client::Answer;
use super::crowd::{Counted, Until, Work, crowd};
use super::pgbench::{Extent, Limit};
use super::row::{Bars, Row, RowSpec, Unit};
use super::sample::Sample;
use super::turns::{row, take_turns};
use super::world::World;
use crate::machine;
use crate::stack::environment::PHONE_NUMBER_ID;

const CLIENTS: u64 = 16;
/// How far apart the numbers of two rounds of the limit are: more than one round can use up.
const NUMBERS: u64 = 10_000_000;
/// How many messages are sent again and again.
const KNOWN: u64 = 1_000;
const WARM_UP: u64 = 50;
/// How many people write.
const CUSTOMERS: u64 = 5_000;
/// How large a delivery is, in bytes.
const BODY_BYTES: usize = 700;

const P7: RowSpec = RowSpec {
    id: "P7",
    subject: "WhatsApp's messages, signed: stored and answered, 16 clients",
    beside: "ingest",
    unit: Unit::PerSecond,
    bars: Some(Bars::new(450, 650, 800)),
};
const P7_P99: RowSpec = RowSpec {
    id: "P7 p99",
    subject: "how long that takes, p99",
    beside: "ingest p99",
    unit: Unit::Micros,
    bars: None,
};
const P8: RowSpec = RowSpec {
    id: "P8",
    subject: "messages that are on record, sent again, 16 clients",
    beside: "duplicates",
    unit: Unit::PerSecond,
    bars: Some(Bars::new(200, 300, 400)),
};

/// Measures P7 and P8, and makes sure that every message that was acknowledged is on record once, with its job.
pub(crate) fn run(world: &World) -> anyhow::Result<Vec<Row>> {
    let webhooks = Webhooks {
        world,
        sent: AtomicU64::new(0),
        form: Form::new(true),
    };
    let before = webhooks.on_record()?;
    webhooks.crowd(Until::Turns(WARM_UP), &|_client, _turn| webhooks.fresh())?;
    let until = Until::Elapsed(world.options.turn);
    let ingest = take_turns(
        "webhooks",
        world.options.rounds,
        &mut |round| webhooks.limit("ingest.sql", round),
        &mut |_round| webhooks.crowd(until, &|_client, _turn| webhooks.fresh()),
    )?;
    let again = |client: u64, turn: u64| {
        // Each client walks them from another place on.
        let number = (client * KNOWN / CLIENTS + turn) % KNOWN;
        Some(webhooks.delivery(Kind::Known, number))
    };
    webhooks.crowd(Until::Turns(KNOWN / CLIENTS + 1), &again)?;
    let duplicates = take_turns(
        "webhooks that come again",
        world.options.rounds,
        &mut |round| webhooks.limit("duplicates.sql", round),
        &mut |_round| webhooks.crowd(until, &again),
    )?;
    let (sent, stored) = (
        webhooks.sent.load(Ordering::Relaxed) + KNOWN,
        webhooks.on_record()? - before,
    );
    ensure!(
        sent == stored,
        "{sent} messages were acknowledged, and {stored} are on record"
    );
    Ok(vec![
        row(P7, &ingest, Sample::per_second),
        row(P7_P99, &ingest, Sample::p99),
        row(P8, &duplicates, Sample::per_second),
    ])
}

/// Deliveries as Meta makes them.
struct Webhooks<'a> {
    world: &'a World,
    sent: AtomicU64,
    form: Form,
}

/// Which messages.
#[derive(Clone, Copy)]
enum Kind {
    /// Those that come once.
    Fresh,
    /// Those that come again and again.
    Known,
}

impl Kind {
    fn id(self, number: u64) -> String {
        let kind = match self {
            Self::Fresh => 1,
            Self::Known => 2,
        };
        format!("wamid.{kind}.{number:011}")
    }
}

impl Webhooks<'_> {
    fn crowd(
        &self,
        until: Until,
        request: &(dyn Fn(u64, u64) -> Option<Vec<u8>> + Sync),
    ) -> anyhow::Result<Sample> {
        let work = Work {
            request,
            count: &count,
            after: None,
        };
        crowd(self.world.api, CLIENTS, until, &work)
    }

    /// A message that nobody sent before.
    fn fresh(&self) -> Option<Vec<u8>> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        Some(self.delivery(Kind::Fresh, number))
    }

    /// A request that delivers one message of one of the customers.
    fn delivery(&self, kind: Kind, number: u64) -> Vec<u8> {
        self.form
            .delivery(&self.world.app_secret, number % CUSTOMERS, &kind.id(number))
    }

    fn limit(&self, script: &'static str, round: u64) -> anyhow::Result<Sample> {
        self.world.limits.run(&Limit {
            script,
            clients: CLIENTS,
            extent: Extent::Seconds(self.world.options.turn.as_secs()),
            variables: vec![
                ("tenant", self.world.tenant.clone()),
                ("body", self.form.0.clone()),
                ("base", (round * NUMBERS).to_string()),
                ("n", "0".to_owned()),
                ("clients", CLIENTS.to_string()),
            ],
            tenant: Some(&self.world.tenant),
        })
    }

    /// How many messages are on record; each has its job, for nobody does them meanwhile.
    fn on_record(&self) -> anyhow::Result<u64> {
        let told = self.world.script("count_messages.sql", &[])?;
        let counts = told.trim().split_once('|').context("the counts cannot be read")?;
        let (messages, jobs): (u64, u64) = (counts.0.parse()?, counts.1.parse()?);
        ensure!(
            messages == jobs || self.world.options.worker,
            "{messages} messages have {jobs} jobs"
        );
        Ok(messages)
    }
}

/// What stands in the form for what differs from message to message. All have one length, so that every delivery has.
const PHONE: &str = "254790000000";
const ID: &str = "wamid.0.00000000000";

/// What customers say.
const SAID: &str = "Nataka kupanga miadi kesho saa nane mchana. ";

/// One message as WhatsApp delivers it, filled up to its size. It is made once: the clients use the processors that are
/// measured.
pub(super) struct Form(String);

impl Form {
    /// A wish for an appointment tomorrow; filled up to the size of the message that is the limit's, or as it is said.
    pub(super) fn new(filled_up: bool) -> Self {
        // Written now: nobody is answered who wrote long ago.
        let written = machine::wall_clock().unix_timestamp().to_string();
        let with = |text: &str| {
            let message = json!({
                "from": PHONE,
                "id": ID,
                "timestamp": written,
                "type": "text",
                "text": { "body": text },
            });
            let value = json!({
                "messaging_product": "whatsapp",
                "metadata": { "display_phone_number": "254700000999", "phone_number_id": PHONE_NUMBER_ID },
                "contacts": [{ "profile": { "name": "Customer" }, "wa_id": PHONE }],
                "messages": [message],
            });
            json!({
                "object": "whatsapp_business_account",
                "entry": [{ "id": "100200300400500", "changes": [{ "value": value, "field": "messages" }] }],
            })
            .to_string()
        };
        let bare = with("").len();
        let filled: String = SAID
            .chars()
            .cycle()
            .take(BODY_BYTES.saturating_sub(bare))
            .collect();
        Self(with(if filled_up { &filled } else { SAID.trim_end() }))
    }

    /// The request that delivers it from the customer of this number, signed. `id` has as many characters as [`ID`].
    pub(super) fn delivery(&self, secret: &str, customer: u64, id: &str) -> Vec<u8> {
        let body = self
            .0
            .replace(PHONE, &format!("25479{customer:07}"))
            .replace(ID, id);
        let mut digits = String::new();
        // Any length is a key.
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
            mac.update(body.as_bytes());
            digits = hex::encode(mac.finalize().into_bytes());
        }
        format!(
            "POST /webhooks/whatsapp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             x-hub-signature-256: sha256={digits}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }
}

pub(super) fn count(answer: &Answer) -> Counted {
    if answer.status == 200 {
        Counted::Done
    } else {
        Counted::Wrong
    }
}
