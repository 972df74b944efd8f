//! P10: from M-Pesa's callback until its payment is settled and its visit confirmed, beside a whole booking as one call.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::client::Answer;
use super::crowd::{Until, Work, crowd};
use super::pgbench::{Extent, Limit};
use super::row::{Bars, Row, RowSpec, Unit};
use super::sample::Sample;
use super::turns::{row, take_turns};
use super::watch::Watch;
use super::webhooks::count;
use super::world::{World, day_text};

const CLIENTS: u64 = 16;
/// How far apart the numbers of two rounds of the limit are: more than one round can use up.
const NUMBERS: u64 = 10_000_000;
const WARM_UP: u64 = 20;
/// How many visits wait for each second of the subject, more than it can settle.
const WAITING: u64 = 6_000;
const P10: RowSpec = RowSpec {
    id: "P10",
    subject: "M-Pesa callback until settled and confirmed, 16 clients: p99",
    beside: "B1 p99",
    unit: Unit::Micros,
    bars: Some(Bars::new(6_000, 3_000, 2_000)),
};
const P10_P50: RowSpec = RowSpec {
    id: "P10 p50",
    subject: "the same: p50",
    beside: "B1 p50",
    unit: Unit::Micros,
    bars: None,
};
const P10_RATE: RowSpec = RowSpec {
    id: "P10 rate",
    subject: "the same: how many in a second",
    beside: "B1",
    unit: Unit::PerSecond,
    bars: None,
};

/// Measures P10, and makes sure that every payment that was called back is settled and its visit confirmed.
pub(crate) fn run(world: &World) -> anyhow::Result<Vec<Row>> {
    let count = WAITING * world.options.rounds * world.options.turn.as_secs();
    fill(world, count)?;
    let callbacks = Callbacks {
        world,
        count,
        taken: AtomicU64::new(0),
    };
    callbacks.crowd(Until::Turns(WARM_UP))?;
    let pairs = take_turns(
        "callbacks",
        world.options.rounds,
        &mut |round| limit(world, round),
        &mut |_round| callbacks.crowd(Until::Elapsed(world.options.turn)),
    )?;
    let told = world.script("count_settled.sql", &[("tenant", &world.tenant)])?;
    let taken = callbacks.taken.load(Ordering::Relaxed);
    ensure!(
        told.trim() == format!("{taken}|{taken}"),
        "{taken} were called back; settled and confirmed are {}",
        told.trim()
    );
    Ok(vec![
        row(P10, &pairs, Sample::p99),
        row(P10_P50, &pairs, Sample::p50),
        row(P10_RATE, &pairs, Sample::per_second),
    ])
}

/// Puts so many visits on record that wait for their deposits, each with a prompt on a telephone.
pub(super) fn fill(world: &World, count: u64) -> anyhow::Result<()> {
    let today = day_text(world.today)?;
    world.script(
        "fill_callbacks.sql",
        &[
            ("tenant", &world.tenant),
            ("today", &today),
            ("count", &count.to_string()),
        ],
    )?;
    println!("{count} visits wait for their deposits");
    Ok(())
}

fn limit(world: &World, round: u64) -> anyhow::Result<Sample> {
    world.limits.run(&Limit {
        script: "b1.sql",
        clients: CLIENTS,
        extent: Extent::Seconds(world.options.turn.as_secs()),
        variables: vec![
            ("tenant", world.tenant.clone()),
            ("base", (round * NUMBERS).to_string()),
            ("n", "0".to_owned()),
            ("clients", CLIENTS.to_string()),
        ],
        tenant: None,
    })
}

/// Callbacks of prompts that the load put on telephones.
struct Callbacks<'a> {
    world: &'a World,
    count: u64,
    taken: AtomicU64,
}

impl Callbacks<'_> {
    /// Each client says that one customer paid, and waits until the visit is confirmed.
    fn crowd(&self, until: Until) -> anyhow::Result<Sample> {
        let watch = Watch::of("confirmed");
        let numbers: Vec<AtomicU64> = (0..CLIENTS).map(|_| AtomicU64::new(0)).collect();
        let number = |client: u64| {
            let client = usize::try_from(client)
                .ok()
                .and_then(|client| numbers.get(client));
            client.context("there is no such client")
        };
        let request = |client: u64, _turn: u64| {
            let taken = self.taken.fetch_add(1, Ordering::Relaxed);
            number(client).ok()?.store(taken, Ordering::Relaxed);
            (taken < self.count).then(|| callback(taken))
        };
        let after =
            |client: u64, _turn: u64, _answer: &Answer| watch.wait(number(client)?.load(Ordering::Relaxed));
        let work = Work {
            request: &request,
            count: &count,
            after: Some(&after),
        };
        watch.during(self.world, || crowd(self.world.api, CLIENTS, until, &work))
    }
}

/// What Daraja says when the customer of this number paid.
pub(super) fn callback(number: u64) -> Vec<u8> {
    let item = |name: &str, value: Value| json!({ "Name": name, "Value": value });
    let phone = 254_710_000_000 + number;
    let body = json!({ "Body": { "stkCallback": {
        "MerchantRequestID": format!("bench-{number}"),
        "CheckoutRequestID": format!("ws_CO_bench_{number}"),
        "ResultCode": 0,
        "ResultDesc": "The service request is processed successfully.",
        "CallbackMetadata": { "Item": [
            item("Amount", json!(500)),
            item("MpesaReceiptNumber", json!(format!("BNC{number:07}"))),
            item("TransactionDate", json!(20_261_122_101_500_u64)),
            item("PhoneNumber", json!(phone)),
        ] },
    } } })
    .to_string();
    format!(
        "POST /webhooks/daraja/stk/{number:064x} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
