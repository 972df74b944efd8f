use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::test_support::{EPOCH, ManualClock, PlainVault, SeededIds, block_on, tenant};
use ratiba_kernel::{Clock as _, Fingerprint, OpenError, TenantId};
use time::{Duration, OffsetDateTime};

use super::{Deliver, KeepEndpoint, KeepError, Publish, SealSecrets, Sealing, Turn};
use crate::delivery::{DeadBecause, DeliveryState, Failure, Outcome};
use crate::endpoint::{BOTH_COUNT_FOR, EndpointOrder, GIVEN_UP_AFTER, OffBecause, SecretOrder, Standing};
use crate::ports::{DeliveryQuery, HookBook, SecretSource};
use crate::safe::{KeptSecret, Safe, SafeError};
use crate::signing::{SigningSecret, sign};
use crate::task::IntegrationTask;
use crate::test_support::{
    FakeHooks, HookStage, ScriptedCourier, hook_book_contract, message, order, secret_order,
};

#[async_trait(?Send)]
impl HookStage for Arc<FakeHooks> {
    fn book(&self) -> Arc<dyn HookBook> {
        self.clone()
    }

    async fn queued(&self, tenant: TenantId) -> Vec<(String, OffsetDateTime)> {
        let mut queued = self.waiting(tenant);
        queued.sort_by_key(|(_, at)| *at);
        queued
            .iter()
            .map(|(task, at)| (task.kind().to_owned(), *at))
            .collect()
    }
}

#[test]
fn the_book_in_memory_keeps_the_contract() {
    block_on(hook_book_contract(async || Arc::new(FakeHooks::default())));
}

struct Same;

impl SecretSource for Same {
    fn secret(&self) -> [u8; 32] {
        [5; 32]
    }
}

fn safe(keys: Option<&'static [&'static str]>) -> Safe {
    Safe {
        vault: keys.map(|keys| -> Arc<dyn ratiba_kernel::Vault> { Arc::new(PlainVault(keys)) }),
    }
}

struct Stage {
    book: Arc<FakeHooks>,
    courier: Arc<ScriptedCourier>,
    clock: Arc<ManualClock>,
    keep: KeepEndpoint,
    publish: Publish,
    deliver: Deliver,
}

const US: u64 = 1;

impl Stage {
    fn new() -> Self {
        Self::keyed(Some(&["now"]))
    }

    /// With keys of these names, or without any.
    fn keyed(keys: Option<&'static [&'static str]>) -> Self {
        let safe = safe(keys);
        let book = Arc::new(FakeHooks::default());
        let courier = Arc::new(ScriptedCourier::default());
        let clock = Arc::new(ManualClock::at(EPOCH));
        let ids = Arc::new(SeededIds::lane(0xe5));
        Self {
            keep: KeepEndpoint {
                book: book.clone(),
                courier: courier.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
                secrets: Arc::new(Same),
                safe: safe.clone(),
            },
            publish: Publish {
                book: book.clone(),
                clock: clock.clone(),
                ids,
            },
            deliver: Deliver {
                book: book.clone(),
                courier: courier.clone(),
                safe,
                clock: clock.clone(),
            },
            book,
            courier,
            clock,
        }
    }

    /// An endpoint that was made by an order under this key.
    async fn added(&self, key: &str) -> crate::Endpoint {
        let made = self.keep.add(tenant(US), order(), secret_order(key)).await;
        made.unwrap().endpoint
    }

    /// Runs everything that is due now.
    async fn work(&self) {
        loop {
            let due = self.book.take_due(tenant(US), self.clock.now());
            if due.is_empty() {
                return;
            }
            for task in due {
                match task {
                    IntegrationTask::Deliver { delivery } => {
                        self.deliver.execute(tenant(US), delivery).await.unwrap();
                    }
                    IntegrationTask::Ring { delivery } => {
                        self.book
                            .ring(tenant(US), delivery, self.clock.now())
                            .await
                            .unwrap();
                    }
                    IntegrationTask::Publish { .. } => {}
                }
            }
        }
    }

    /// Lets time pass, second by second where somebody waits for one.
    async fn pass(&self, time: Duration) {
        let end = self.clock.now() + time;
        loop {
            self.work().await;
            let next = self.book.waiting(tenant(US)).iter().map(|(_, at)| *at).min();
            match next.filter(|at| *at <= end) {
                Some(at) => self.clock.set(at),
                None => break,
            }
        }
        self.clock.set(end);
    }
}

#[test]
fn a_message_is_tried_by_the_plan_and_then_kept_for_a_person() {
    block_on(async {
        let stage = Stage::new();
        let endpoint = stage.added("one").await;
        for _ in 0..8 {
            stage.courier.will(Outcome::Failed(Failure::Status(500)));
        }
        stage.publish.execute(tenant(US), message(1)).await.unwrap();
        stage.pass(Duration::days(3)).await;
        let sent = stage.courier.sent();
        let times: Vec<i64> = sent
            .iter()
            .map(|(_, signed, _)| signed.timestamp.parse().unwrap())
            .collect();
        let pauses: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(pauses, [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]);
        assert!(sent.iter().all(|(url, signed, body)| {
            *url == endpoint.url && signed.id == message(1).event.to_string() && *body == message(1).body
        }));
        let dead = DeliveryQuery {
            state: Some("dead"),
            most: 10,
            ..DeliveryQuery::default()
        };
        let dead = stage.book.deliveries(tenant(US), dead).await.unwrap();
        assert_eq!(dead.len(), 1);
        assert!(
            stage
                .book
                .replay(tenant(US), dead[0].id, stage.clock.now())
                .await
                .unwrap()
        );
        stage.work().await;
        let now = stage
            .book
            .delivery(tenant(US), dead[0].id)
            .await
            .unwrap()
            .unwrap();
        assert!(matches!(now.state, DeliveryState::Delivered { .. }), "{now:?}");
    });
}

#[test]
fn an_endpoint_that_takes_nothing_for_five_days_is_switched_off_and_the_rest_is_kept() {
    block_on(async {
        let stage = Stage::new();
        let endpoint = stage.added("one").await;
        for number in 0..200 {
            stage.courier.will(Outcome::Failed(Failure::NotConnected));
            if number % 2 == 0 {
                stage.courier.will(Outcome::Failed(Failure::TooSlow));
            }
        }
        for number in 0..10 {
            stage.publish.execute(tenant(US), message(number)).await.unwrap();
            stage.pass(Duration::hours(12)).await;
        }
        let found = stage
            .book
            .endpoint(tenant(US), endpoint.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.standing, Standing::On, "five days are not over");
        stage.publish.execute(tenant(US), message(10)).await.unwrap();
        stage.pass(Duration::hours(1)).await;
        let found = stage
            .book
            .endpoint(tenant(US), endpoint.id)
            .await
            .unwrap()
            .unwrap();
        let Standing::SwitchedOff { at, because } = found.standing else {
            panic!("{found:?}")
        };
        assert_eq!(because, OffBecause::Failing);
        assert!(at - found.failing.unwrap().since >= GIVEN_UP_AFTER);
        let sent = stage.courier.sent().len();
        assert_eq!(stage.publish.execute(tenant(US), message(11)).await.unwrap(), 0);
        stage.pass(Duration::days(3)).await;
        assert_eq!(stage.courier.sent().len(), sent, "nothing goes to it any more");
        let query = DeliveryQuery {
            most: 100,
            ..DeliveryQuery::default()
        };
        let all = stage.book.deliveries(tenant(US), query).await.unwrap();
        assert!(
            all.iter()
                .all(|one| matches!(one.state, DeliveryState::Dead { .. }))
        );
    });
}

#[test]
fn what_waits_for_an_endpoint_that_was_turned_off_is_kept_and_not_sent() {
    block_on(async {
        let stage = Stage::new();
        let endpoint = stage.added("one").await;
        stage.publish.execute(tenant(US), message(1)).await.unwrap();
        let off = |_: &_| EndpointOrder {
            is_on: false,
            ..order()
        };
        let off = stage.keep.change(tenant(US), endpoint.id, 1, off).await.unwrap();
        assert_eq!((off.standing, off.version), (Standing::Off, 2));
        let query = DeliveryQuery {
            most: 100,
            ..DeliveryQuery::default()
        };
        let one = stage.book.deliveries(tenant(US), query).await.unwrap()[0].id;
        assert_eq!(
            stage.deliver.execute(tenant(US), one).await.unwrap(),
            Turn::Parked
        );
        assert_eq!(stage.courier.sent(), []);
        let state = stage.book.delivery(tenant(US), one).await.unwrap().unwrap().state;
        assert_eq!(
            state,
            DeliveryState::Dead {
                at: EPOCH,
                because: DeadBecause::EndpointOff
            }
        );
    });
}

#[test]
fn a_job_that_runs_twice_sends_once() {
    block_on(async {
        let stage = Stage::new();
        stage.added("one").await;
        stage.publish.execute(tenant(US), message(1)).await.unwrap();
        let query = DeliveryQuery {
            most: 100,
            ..DeliveryQuery::default()
        };
        let one = stage.book.deliveries(tenant(US), query).await.unwrap()[0].id;
        assert_eq!(stage.deliver.execute(tenant(US), one).await.unwrap(), Turn::Tried);
        assert_eq!(
            stage.deliver.execute(tenant(US), one).await.unwrap(),
            Turn::Nothing
        );
        assert_eq!(stage.courier.sent().len(), 1);
    });
}

#[test]
fn a_wish_that_cannot_be_kept_is_refused() {
    block_on(async {
        let stage = Stage::new();
        let inward = EndpointOrder {
            url: "https://127.0.0.1/".to_owned(),
            ..order()
        };
        assert!(matches!(
            stage
                .keep
                .add(tenant(US), inward.clone(), secret_order("one"))
                .await,
            Err(KeepError::BadAddress(_))
        ));
        let deaf = EndpointOrder {
            events: [].into(),
            ..order()
        };
        assert_eq!(
            stage.keep.add(tenant(US), deaf, secret_order("one")).await,
            Err(KeepError::NoEvents)
        );
        let endpoint = stage.added("one").await;
        let changed = stage.keep.change(tenant(US), endpoint.id, 1, |_| inward).await;
        assert!(
            matches!(changed, Err(KeepError::BadAddress(_))),
            "a change is judged as well"
        );
    });
}

#[test]
fn the_same_order_is_told_the_same_secret_and_makes_nothing_new() {
    block_on(async {
        let stage = Stage::new();
        let add = async |by| stage.keep.add(tenant(US), order(), by).await;
        let made = add(secret_order("one")).await.unwrap();
        assert_eq!(made.secret, Some(SigningSecret::from_bytes([5; 32])));
        assert_eq!(add(secret_order("one")).await, Ok(made.clone()));
        let other = SecretOrder {
            asked: Fingerprint::of("that"),
            ..secret_order("one")
        };
        assert_eq!(add(other).await, Err(KeepError::KeyReused));
        assert_eq!(
            stage.book.endpoints(tenant(US)).await.unwrap(),
            std::slice::from_ref(&made.endpoint)
        );
        let id = made.endpoint.id;
        let rotate = async |version, by| stage.keep.rotate(tenant(US), id, version, by).await;
        assert_eq!(rotate(7, secret_order("two")).await, Err(KeepError::Stale));
        let rotated = rotate(1, secret_order("two")).await.unwrap();
        let now = &rotated.endpoint;
        assert_eq!((now.version, now.secrets_at(EPOCH).len()), (2, 2));
        assert_eq!(rotated.secret, Some(SigningSecret::from_bytes([5; 32])));
        assert_eq!(rotate(1, secret_order("two")).await, Ok(rotated.clone()));
        let other = SecretOrder {
            asked: Fingerprint::of("that"),
            ..secret_order("two")
        };
        assert_eq!(rotate(2, other).await, Err(KeepError::KeyReused));
    });
}

#[test]
fn whoever_has_the_secret_before_is_not_cut_off_by_a_third_one() {
    block_on(async {
        let stage = Stage::new();
        let made = stage.added("one").await;
        let rotate = async |version, key| {
            stage
                .keep
                .rotate(tenant(US), made.id, version, secret_order(key))
                .await
        };
        rotate(1, "two").await.unwrap();
        let until = EPOCH + BOTH_COUNT_FOR;
        stage.clock.set(until - Duration::SECOND);
        assert_eq!(rotate(2, "three").await, Err(KeepError::SecretFresh(until)));
        stage.clock.set(until);
        let rotated = rotate(2, "three").await.unwrap().endpoint;
        assert_eq!((rotated.version, rotated.secrets_at(until).len()), (3, 2));
    });
}

#[test]
fn what_is_on_record_opens_with_the_key_alone_and_signs_what_was_told() {
    block_on(async {
        let stage = Stage::new();
        let endpoint = stage.added("one").await;
        let KeptSecret::Sealed(sealed) = &endpoint.secrets.now else {
            panic!("it is sealed")
        };
        assert_eq!(sealed.key, "now");
        stage.publish.execute(tenant(US), message(1)).await.unwrap();
        stage.work().await;
        let told = SigningSecret::from_bytes([5; 32]);
        let wanted = sign(&[&told], message(1).event, EPOCH, &message(1).body);
        assert_eq!(stage.courier.sent()[0].1, wanted);
    });
}

#[test]
fn without_a_key_no_endpoint_is_made_and_no_secret_replaced() {
    block_on(async {
        let stage = Stage::keyed(None);
        let made = stage.keep.add(tenant(US), order(), secret_order("one")).await;
        assert_eq!(made, Err(KeepError::NoKeys));
        assert_eq!(stage.book.endpoints(tenant(US)).await.unwrap(), []);
        let old = crate::test_support::endpoint(1);
        stage.book.add(tenant(US), old.clone(), 20).await.unwrap();
        let rotated = stage
            .keep
            .rotate(tenant(US), old.id, 1, secret_order("two"))
            .await;
        assert_eq!(rotated, Err(KeepError::NoKeys));
        // Everything else goes on.
        let changed = stage.keep.change(tenant(US), old.id, 1, |_| order()).await;
        assert_eq!(changed.unwrap().version, 2);
        assert_eq!(stage.book.remove(tenant(US), old.id, 2).await, Ok(true));
    });
}

#[test]
fn a_secret_that_cannot_be_opened_sends_nothing_and_counts_against_nobody() {
    block_on(async {
        let stage = Stage::new();
        let endpoint = stage.added("one").await;
        stage.publish.execute(tenant(US), message(1)).await.unwrap();
        let query = DeliveryQuery {
            most: 10,
            ..DeliveryQuery::default()
        };
        let one = stage.book.deliveries(tenant(US), query).await.unwrap().remove(0);
        for keys in [None, Some(["later"].as_slice())] {
            let deliver = Deliver {
                safe: safe(keys),
                ..stage.deliver.clone()
            };
            let failed = deliver.execute(tenant(US), one.id).await.unwrap_err();
            let why = failed.0.to_string();
            let wanted = if keys.is_some() {
                "the key now"
            } else {
                "no key is set up"
            };
            assert!(why.contains(wanted), "{why}");
        }
        assert_eq!(stage.courier.sent(), []);
        let found = stage.book.delivery(tenant(US), one.id).await.unwrap();
        assert_eq!(found, Some(one.clone()), "it waits, and no try is counted");
        let still = stage.book.endpoint(tenant(US), endpoint.id).await.unwrap();
        assert_eq!(still, Some(endpoint));
        // With the key it goes out.
        assert_eq!(stage.deliver.execute(tenant(US), one.id).await, Ok(Turn::Tried));
    });
}

#[test]
fn sealing_ends_what_is_in_plain_or_under_an_older_key_and_may_be_repeated() {
    block_on(async {
        let (before, us) = (Stage::keyed(Some(&["old"])), tenant(US));
        before.added("one").await;
        let mut plain = crate::test_support::endpoint(2);
        plain.secrets.now = KeptSecret::Plain(SigningSecret::from_bytes([9; 32]));
        before.book.add(us, plain.clone(), 20).await.unwrap();
        let now = SealSecrets {
            book: before.book.clone(),
            safe: safe(Some(&["new", "old"])),
        };
        let sealed = |done| {
            Ok(Sealing {
                done,
                left: Vec::new(),
            })
        };
        assert_eq!(now.execute(us).await, sealed(2));
        assert_eq!(now.execute(us).await, sealed(0));
        for (endpoint, secret) in now.book.endpoints(us).await.unwrap().iter().zip([5, 9]) {
            let opened = safe(Some(&["new"])).open(us, endpoint.id, &endpoint.secrets.now);
            assert_eq!(opened, Ok(SigningSecret::from_bytes([secret; 32])));
            assert_eq!(endpoint.version, 2, "whoever read it before is told so");
        }
        assert_eq!(
            before.book.save(us, plain).await,
            Err(crate::ports::RecordError::Stale)
        );
        let without = SealSecrets {
            safe: safe(None),
            ..now.clone()
        };
        assert_eq!(without.execute(us).await, Err(SafeError::NoKeys));
        assert_eq!(
            without.execute(tenant(2)).await,
            sealed(0),
            "whoever has none needs no key"
        );
    });
}

#[test]
fn a_secret_that_cannot_be_opened_holds_up_no_other() {
    block_on(async {
        let (before, us) = (Stage::keyed(Some(&["lost"])), tenant(US));
        before.added("one").await;
        let mut plain = crate::test_support::endpoint(2);
        plain.secrets.now = KeptSecret::Plain(SigningSecret::from_bytes([9; 32]));
        before.book.add(us, plain.clone(), 20).await.unwrap();
        let locked = before.book.endpoints(us).await.unwrap();
        let locked = locked.iter().find(|one| one.id != plain.id).unwrap().clone();
        let seal = SealSecrets {
            book: before.book.clone(),
            safe: safe(Some(&["new"])),
        };
        let left = vec![(locked.id, OpenError::UnknownKey("lost".to_owned()))];
        let sealing = seal.execute(us).await.unwrap();
        assert_eq!((sealing.done, &sealing.left), (1, &left));
        let again = seal.execute(us).await.unwrap();
        assert_eq!((again.done, again.left), (0, left));
        let kept = seal.book.endpoint(us, locked.id).await.unwrap();
        assert_eq!(kept, Some(locked), "it stays as it was");
    });
}
