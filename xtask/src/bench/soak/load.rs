//! The load of a soak: messages, searches, bookings, callbacks, listeners who come and go, and what makes no sense.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use serde_json::json;

use super::super::availability::{self, Search, Searches};
use super::super::booking::Bookings;
use super::super::callbacks;
use super::super::client::{self, Answer};
use super::super::crowd::{Counted, Until, Work, crowd};
use super::super::turns::describe;
use super::super::webhooks::{self, Form};
use super::super::world::World;
use super::LOOK_EVERY;
use crate::interrupt;
use crate::machine;

/// How often in a second customers write for the first time, people search and book, M-Pesa calls back, and somebody knocks
/// with what makes no sense.
const MESSAGES: u32 = 20;
const SEARCHES: u32 = 40;
const BOOKINGS: u32 = 20;
const CALLBACKS: u32 = 10;
const NONSENSE: u32 = 20;
/// How many of each kind may be waited for at once.
const CLIENTS: u64 = 16;
/// How many listen to events at once, by one token; for how long, and how long until they come back.
const LISTENERS: usize = 6;
const STAY: Duration = Duration::from_secs(5);
/// How often somebody sends a large body.
const LARGE_EVERY: Duration = Duration::from_secs(1);
/// How large it is: more than is taken, and most of what Meta's webhook takes.
const TOO_LARGE: usize = 1_000_000;
const LARGE: usize = 2_900_000;
/// How those are answered who come while too many wait.
const TURNED_AWAY: u16 = 503;

/// What the kinds of load know of each other.
struct Soak<'a> {
    world: &'a World,
    until: Instant,
    failure: Mutex<Option<anyhow::Error>>,
    told: Mutex<Vec<String>>,
}

/// Puts the whole load on for as long as was asked for, and looks every second.
pub(super) fn put_on(world: &World, look: &mut dyn FnMut() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let called_back = u64::from(CALLBACKS) * world.options.soak.as_secs() + CLIENTS;
    callbacks::fill(world, called_back)?;
    let soak = Soak {
        world,
        until: machine::now() + world.options.soak,
        failure: Mutex::default(),
        told: Mutex::default(),
    };
    println!("a soak of {} minutes", world.options.soak.as_secs() / 60);
    std::thread::scope(|scope| {
        scope.spawn(|| soak.run("messages", &|| soak.messages()));
        scope.spawn(|| soak.run("searches", &|| soak.searches()));
        scope.spawn(|| soak.run("bookings", &|| soak.bookings()));
        scope.spawn(|| soak.run("callbacks", &|| soak.callbacks()));
        scope.spawn(|| soak.run("nonsense", &|| soak.nonsense()));
        scope.spawn(|| soak.run("large bodies", &|| soak.large_bodies()));
        for _ in 0..LISTENERS {
            scope.spawn(|| soak.run("listeners", &|| soak.listener()));
        }
        while !soak.is_over() {
            if let Err(gone) = look() {
                soak.fail(gone);
            }
            std::thread::sleep(LOOK_EVERY);
        }
    });
    interrupt::check()?;
    for line in locked(&soak.told).iter() {
        println!("    {line}");
    }
    let failure = locked(&soak.failure).take();
    failure.map_or(Ok(()), Err)
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Soak<'_> {
    /// Whether the load ends: after its time, and early when something went wrong.
    fn is_over(&self) -> bool {
        machine::now() >= self.until || interrupt::is_raised() || self.has_failed()
    }

    fn has_failed(&self) -> bool {
        locked(&self.failure).is_some()
    }

    fn left(&self) -> Duration {
        self.until.saturating_duration_since(machine::now())
    }

    /// Keeps the first failure: those after it come of it.
    fn fail(&self, error: anyhow::Error) {
        locked(&self.failure).get_or_insert(error);
    }

    fn run(&self, what: &str, load: &dyn Fn() -> anyhow::Result<String>) {
        match load() {
            Ok(told) => locked(&self.told).push(format!("{what}: {told}")),
            Err(error) => self.fail(error.context(what.to_owned())),
        }
    }

    /// Asks evenly, on kept connections.
    fn paced(
        &self,
        per_second: u32,
        request: &(dyn Fn() -> Option<Vec<u8>> + Sync),
        count: &(dyn Fn(&Answer) -> Counted + Sync),
    ) -> anyhow::Result<String> {
        // When something else went wrong there is nothing left to ask.
        let request = |_client: u64, _turn: u64| (!self.has_failed()).then(request)?;
        // Where the machine is too slow for the load some are turned away, which is told and is no fault.
        let count = |answer: &Answer| match (answer.status, answer.retry_after) {
            (TURNED_AWAY, Some(_)) => Counted::Refused,
            _ => count(answer),
        };
        let work = Work {
            request: &request,
            count: &count,
            after: None,
        };
        let until = Until::Paced(self.left(), per_second);
        let sample = crowd(self.world.api, CLIENTS, until, &work)?;
        Ok(describe(&sample))
    }

    fn messages(&self) -> anyhow::Result<String> {
        let (form, written) = (Form::new(false), AtomicU64::new(0));
        let message = || {
            let number = written.fetch_add(1, Ordering::Relaxed);
            let id = format!("wamid.8.{number:011}");
            Some(form.delivery(&self.world.app_secret, number, &id))
        };
        self.paced(MESSAGES, &message, &webhooks::count)
    }

    fn searches(&self) -> anyhow::Result<String> {
        let searches = Searches::new(self.world)?;
        self.paced(SEARCHES, &|| searches.request(Search::One), &availability::count)
    }

    fn bookings(&self) -> anyhow::Result<String> {
        let bookings = Bookings::new(self.world, "soak");
        let booking = || self.world.next_free_turn().map(|free| bookings.request(free));
        self.paced(BOOKINGS, &booking, &super::super::booking::count)
    }

    fn callbacks(&self) -> anyhow::Result<String> {
        let called = AtomicU64::new(0);
        let callback = || Some(callbacks::callback(called.fetch_add(1, Ordering::Relaxed)));
        self.paced(CALLBACKS, &callback, &webhooks::count)
    }

    /// What is refused, each with a connection of its own.
    fn nonsense(&self) -> anyhow::Result<String> {
        let all = nonsense(&self.world.token);
        let pause = Duration::from_secs(1) / NONSENSE;
        let mut knocked = 0_u64;
        for (request, expected) in all.iter().cycle() {
            if self.is_over() {
                break;
            }
            let status = client::knock(self.world.api, request)?;
            let about = || {
                String::from_utf8_lossy(request)
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            };
            ensure!(
                status == Some(*expected) || status == Some(TURNED_AWAY),
                "{} was answered {status:?}, not {expected}",
                about()
            );
            knocked += 1;
            std::thread::sleep(pause.min(self.left()));
        }
        Ok(format!("{knocked} refused"))
    }

    /// Bodies that are too large, and large ones that are read to the end and signed by nobody.
    fn large_bodies(&self) -> anyhow::Result<String> {
        let refused = client::post(
            "/api/v1/visits",
            &self.world.token,
            "soak-large",
            &json!({ "customer_id": "x".repeat(TOO_LARGE) }).to_string(),
        );
        let unsigned = client::post("/webhooks/whatsapp", "", "", &"x".repeat(LARGE));
        let mut sent = 0_u64;
        while !self.is_over() {
            for request in [&refused, &unsigned] {
                match client::knock(self.world.api, request)? {
                    None | Some(400..=499 | TURNED_AWAY) => sent += 1,
                    Some(status) => bail!("a large body was answered {status}"),
                }
            }
            std::thread::sleep(LARGE_EVERY.min(self.left()));
        }
        Ok(format!("{sent} sent"))
    }

    /// One who listens for a while, goes away and comes back.
    fn listener(&self) -> anyhow::Result<String> {
        let request = client::get("/api/v1/events", &self.world.token);
        let (mut heard, mut no_place) = (0_u64, 0_u64);
        while !self.is_over() {
            match client::listen(self.world.api, &request, STAY.min(self.left()))? {
                200 => heard += 1,
                // The place of one who went away is free when the api has noticed.
                422 | TURNED_AWAY => no_place += 1,
                status => bail!("a listener was answered {status}"),
            }
            std::thread::sleep((STAY / 5).min(self.left()));
        }
        ensure!(heard > 0, "nobody could listen");
        Ok(format!("listened {heard} times, found no place {no_place} times"))
    }
}

/// Requests that make no sense, and how each of them is refused.
fn nonsense(token: &str) -> Vec<(Vec<u8>, u16)> {
    let post = |path, token, body: &str| client::post(path, token, "soak-nonsense", body);
    vec![
        (client::get("/api/v1/nowhere", token), 404),
        (client::get("/wp-login.php", ""), 404),
        (client::get("/api/v1/me", "rtb_nobody"), 401),
        (client::get("/api/v1/availability?from=yesterday", token), 400),
        (client::get("/api/v1/visits/7", token), 400),
        (post("/api/v1/visits", token, "{{{"), 400),
        (post("/api/v1/visits", token, "{\"customer_id\": 7}"), 400),
        (post("/api/v1/visits", "rtb_nobody", "{}"), 401),
        (post("/api/v1/availability", token, "{}"), 405),
        (
            post("/webhooks/whatsapp", "", "{\"object\": \"nobody signed this\"}"),
            401,
        ),
    ]
}
