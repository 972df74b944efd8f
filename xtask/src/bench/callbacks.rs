//! P10: from M-Pesa's callback until its payment is settled and its visit confirmed, beside a whole booking as one call.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::crowd::{Counted, Until, Work, crowd};
use super::pgbench::{Extent, Limit};
use super::row::{Bars, Row, RowSpec, Unit};
use super::sample::Sample;
use super::sql::Session;
use super::turns::{row, take_turns};
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
        let watch = Watch::default();
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
        let after = |client: u64, _turn: u64| watch.wait(number(client)?.load(Ordering::Relaxed));
        let work = Work {
            request: &request,
            count: &|answer| {
                if answer.status == 200 {
                    Counted::Done
                } else {
                    Counted::Wrong
                }
            },
            after: Some(&after),
        };
        let session = self.world.session()?;
        std::thread::scope(|scope| {
            let watcher = scope.spawn(|| watch.look(session, &self.world.tenant));
            let sample = crowd(self.world.api, CLIENTS, until, &work);
            watch.over.store(true, Ordering::Release);
            watcher
                .join()
                .unwrap_or_else(|_| Err(anyhow::anyhow!("the watcher panicked")))?;
            sample
        })
    }
}

/// Looks into the database for all clients, because each of them asking for itself would be most of the work.
#[derive(Default)]
struct Watch {
    waiting: Mutex<BTreeSet<u64>>,
    seen: Condvar,
    over: AtomicBool,
}

/// What lies between two looks, and is part of what is measured.
const LOOK_EVERY: Duration = Duration::from_micros(500);
/// How long one visit is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

impl Watch {
    fn waiting(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when the visit of this number is confirmed.
    fn wait(&self, number: u64) -> anyhow::Result<()> {
        let mut waiting = self.waiting();
        waiting.insert(number);
        let (waiting, waited) = self
            .seen
            .wait_timeout_while(waiting, PATIENCE, |waiting| waiting.contains(&number))
            .unwrap_or_else(PoisonError::into_inner);
        drop(waiting);
        ensure!(
            !waited.timed_out(),
            "the visit of callback {number} is not confirmed"
        );
        Ok(())
    }

    /// Asks for those that are waited for, until it is over.
    fn look(&self, mut session: Session, tenant: &str) -> anyhow::Result<()> {
        while !self.over.load(Ordering::Acquire) {
            std::thread::sleep(LOOK_EVERY);
            let numbers: Vec<String> = self.waiting().iter().map(u64::to_string).collect();
            if numbers.is_empty() {
                continue;
            }
            let told = session.ask(&format!(
                "SELECT limits.confirmed('{tenant}', '{{{}}}')",
                numbers.join(",")
            ))?;
            let confirmed: Vec<u64> = told
                .split_whitespace()
                .map(str::parse)
                .collect::<Result<_, _>>()?;
            if !confirmed.is_empty() {
                let mut waiting = self.waiting();
                for number in confirmed {
                    waiting.remove(&number);
                }
                drop(waiting);
                self.seen.notify_all();
            }
        }
        Ok(())
    }
}

/// What Daraja says when the customer of this number paid.
fn callback(number: u64) -> Vec<u8> {
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
