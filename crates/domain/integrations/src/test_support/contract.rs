//! What every book of endpoints promises.

#![expect(clippy::unwrap_used, reason = "a broken promise ends the test")]

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::TenantId;
use ratiba_kernel::test_support::{EPOCH, tenant};
use time::{Duration, OffsetDateTime};

use super::{endpoint, kept, message, order, secret_order};
use crate::delivery::{DeadBecause, DeliveryState, Failure, Outcome, PAUSES};
use crate::endpoint::{EndpointOrder, Failing, OffBecause, Standing};
use crate::event::EventName;
use crate::ports::{DeliveryQuery, HookBook, RecordError, Tried};
use crate::safe::KeptSecret;
use crate::signing::SigningSecret;

/// A book, and a look at its queue.
#[async_trait(?Send)]
pub trait HookStage {
    /// The book.
    fn book(&self) -> Arc<dyn HookBook>;

    /// The kinds of this tenant's jobs and when each is due, in order of their time.
    async fn queued(&self, tenant: TenantId) -> Vec<(String, OffsetDateTime)>;
}

const ALL: DeliveryQuery = DeliveryQuery {
    endpoint: None,
    state: None,
    before: None,
    most: 100,
};

/// Runs the whole contract, each part on a stage of its own.
///
/// # Panics
/// When a promise is broken.
pub async fn hook_book_contract<S: HookStage>(stage: impl AsyncFn() -> S) {
    endpoints_are_kept_as_they_were_given(&stage().await).await;
    secrets_are_kept_in_the_form_in_which_they_were_given(&stage().await).await;
    a_version_is_changed_once(&stage().await).await;
    an_order_makes_one_endpoint(&stage().await).await;
    no_more_than_the_most(&stage().await).await;
    an_event_is_told_to_whoever_hears_of_it_and_once(&stage().await).await;
    a_try_is_recorded_with_its_endpoint_and_the_next_one(&stage().await).await;
    tries_go_on_until_none_is_left(&stage().await).await;
    what_is_switched_off_is_put_on_by_nobody_who_did_not_see_it(&stage().await).await;
    what_ended_is_sent_again(&stage().await).await;
    pages_are_the_newest_first(&stage().await).await;
    what_was_missed_is_queued_again_and_the_old_forgotten(&stage().await).await;
    nobody_sees_anothers(&stage().await).await;
}

async fn endpoints_are_kept_as_they_were_given(stage: &impl HookStage) {
    let (book, us) = (stage.book(), tenant(1));
    let mut wanted = endpoint(1).rotated(kept(8), secret_order("rotate"), EPOCH);
    wanted.failing = Some(Failing {
        since: EPOCH + Duration::HOUR,
        last: EPOCH + Duration::hours(2),
    });
    wanted.standing = Standing::SwitchedOff {
        at: EPOCH + Duration::DAY,
        because: OffBecause::Failing,
    };
    book.add(us, wanted.clone(), 20).await.unwrap();
    book.add(us, endpoint(2), 20).await.unwrap();
    assert_eq!(book.endpoint(us, wanted.id).await.unwrap(), Some(wanted.clone()));
    assert_eq!(book.endpoints(us).await.unwrap(), [wanted.clone(), endpoint(2)]);
    assert_eq!(book.remove(us, wanted.id, 2).await, Err(RecordError::Stale));
    assert_eq!(book.remove(us, wanted.id, 1).await, Ok(true));
    assert_eq!(book.remove(us, wanted.id, 1).await, Ok(false), "twice is once");
    assert_eq!(book.endpoint(us, wanted.id).await.unwrap(), None);
}

async fn secrets_are_kept_in_the_form_in_which_they_were_given(stage: &impl HookStage) {
    let (book, us) = (stage.book(), tenant(1));
    let plain = |byte| KeptSecret::Plain(SigningSecret::from_bytes([byte; 32]));
    let mut wanted = endpoint(1);
    wanted.secrets.now = plain(1);
    book.add(us, wanted.clone(), 20).await.unwrap();
    assert_eq!(book.endpoint(us, wanted.id).await.unwrap(), Some(wanted.clone()));
    for secret in [plain(2), kept(3), kept(4), plain(5)] {
        wanted = wanted.rotated(secret, secret_order("rotate"), EPOCH);
        book.save(us, wanted.clone()).await.unwrap();
        wanted.version += 1;
        let found = book.endpoint(us, wanted.id).await.unwrap();
        assert_eq!(found, Some(wanted.clone()));
    }
}

async fn a_version_is_changed_once(stage: &impl HookStage) {
    let (book, us) = (stage.book(), tenant(1));
    book.add(us, endpoint(1), 20).await.unwrap();
    let changed = endpoint(1).changed(EndpointOrder {
        description: "Others".to_owned(),
        is_on: false,
        ..order()
    });
    book.save(us, changed.clone()).await.unwrap();
    assert_eq!(book.save(us, changed.clone()).await, Err(RecordError::Stale));
    let found = book.endpoint(us, changed.id).await.unwrap().unwrap();
    assert_eq!(
        (found.version, found.standing, found.description.as_str()),
        (2, Standing::Off, "Others")
    );
    assert_eq!(
        book.save(us, endpoint(3)).await,
        Err(RecordError::Stale),
        "there is none"
    );
}

async fn an_order_makes_one_endpoint(stage: &impl HookStage) {
    let (book, us) = (stage.book(), tenant(1));
    assert_eq!(book.add(us, endpoint(1), 1).await, Ok(None));
    let again = crate::Endpoint {
        made_by: endpoint(1).made_by,
        ..endpoint(2)
    };
    let before = book.add(us, again.clone(), 1).await;
    assert_eq!(
        before,
        Ok(Some(endpoint(1))),
        "also where there is room for no other"
    );
    assert_eq!(book.endpoints(us).await.unwrap(), [endpoint(1)]);
    assert_eq!(
        book.add(tenant(2), again, 1).await,
        Ok(None),
        "orders are each tenant's own"
    );
}

async fn no_more_than_the_most(stage: &impl HookStage) {
    let (book, us) = (stage.book(), tenant(1));
    book.add(us, endpoint(1), 2).await.unwrap();
    book.add(us, endpoint(2), 2).await.unwrap();
    assert_eq!(book.add(us, endpoint(3), 2).await, Err(RecordError::TooMany));
    book.add(tenant(2), endpoint(3), 2).await.unwrap();
}

async fn an_event_is_told_to_whoever_hears_of_it_and_once(stage: &impl HookStage) {
    let (book, us) = (stage.book(), tenant(1));
    let deaf = endpoint(2).changed(EndpointOrder {
        events: [EventName::PaymentSettled].into(),
        ..order()
    });
    let off = endpoint(3).changed(EndpointOrder {
        is_on: false,
        ..order()
    });
    for one in [endpoint(1), deaf.clone(), off, endpoint(4)] {
        book.add(us, one, 20).await.unwrap();
    }
    let at = EPOCH + Duration::MINUTE;
    assert_eq!(book.publish(us, message(1), at).await.unwrap(), 2);
    assert_eq!(
        book.publish(us, message(1), at).await.unwrap(),
        0,
        "twice is once"
    );
    assert_eq!(
        stage.queued(us).await,
        vec![("integrations.deliver".to_owned(), at); 2]
    );
    let found = book.deliveries(us, ALL).await.unwrap();
    let mut to: Vec<_> = found.iter().map(|one| one.endpoint).collect();
    to.sort();
    assert_eq!(to, [endpoint(1).id, endpoint(4).id]);
    assert!(
        found.iter().all(|one| one.message == message(1)),
        "what is sent is what was stored"
    );
    assert!(
        found
            .iter()
            .all(|one| one.state == DeliveryState::Waiting { next_at: at })
    );
    let tested = crate::Message {
        name: EventName::EndpointTested,
        ..message(2)
    };
    let made = book
        .publish_to(us, deaf.id, tested.clone(), at)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(book.delivery(us, made).await.unwrap().unwrap().message, tested);
    assert_eq!(
        book.publish_to(us, endpoint(9).id, tested, at).await.unwrap(),
        None
    );
}

async fn a_try_is_recorded_with_its_endpoint_and_the_next_one(stage: &impl HookStage) {
    let (book, us) = (stage.book(), tenant(1));
    book.add(us, endpoint(1), 20).await.unwrap();
    book.publish(us, message(1), EPOCH).await.unwrap();
    let first = book.deliveries(us, ALL).await.unwrap().remove(0);
    let failed = Outcome::Failed(Failure::Status(503));
    let after = book
        .settle(us, tried(&first, first.version, failed), EPOCH)
        .await
        .unwrap()
        .unwrap();
    let failing = Failing {
        since: EPOCH,
        last: EPOCH,
    };
    assert_eq!(after.failing, Some(failing));
    let again = book.delivery(us, first.id).await.unwrap().unwrap();
    assert_eq!(
        again,
        crate::Delivery {
            version: 2,
            ..first.clone().after(failed, EPOCH)
        }
    );
    let due = EPOCH + PAUSES[0];
    assert!(
        stage
            .queued(us)
            .await
            .contains(&("integrations.ring".to_owned(), due))
    );
    // A try that was recorded already, or overtaken, changes nothing.
    book.settle(us, tried(&first, first.version, Outcome::Gone), due)
        .await
        .unwrap();
    assert_eq!(book.delivery(us, first.id).await.unwrap().unwrap(), again);
    let taken = Outcome::Arrived { status: 200 };
    let after = book
        .settle(us, tried(&first, again.version, taken), due)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(after.failing, None);
    let done = book.delivery(us, first.id).await.unwrap().unwrap();
    assert_eq!(done.state, DeliveryState::Delivered { at: due });
    assert_eq!(done.tries.len(), 2);
}

/// A try to the address that the first endpoint has.
fn tried(of: &crate::Delivery, version: i32, outcome: Outcome) -> Tried {
    Tried {
        delivery: of.id,
        version,
        url: endpoint(1).url,
        outcome,
    }
}

async fn what_is_switched_off_is_put_on_by_nobody_who_did_not_see_it(stage: &impl HookStage) {
    let (book, us) = (stage.book(), tenant(1));
    book.add(us, endpoint(1), 20).await.unwrap();
    book.publish(us, message(1), EPOCH).await.unwrap();
    book.publish(us, message(2), EPOCH).await.unwrap();
    let both = book.deliveries(us, ALL).await.unwrap();
    let read = book.endpoint(us, endpoint(1).id).await.unwrap().unwrap();
    // What the former address says is nothing that the present one did.
    let mut elsewhere = tried(&both[0], both[0].version, Outcome::Gone);
    elsewhere.url = "https://former.example.com/".to_owned();
    let after = book.settle(us, elsewhere, EPOCH).await.unwrap().unwrap();
    assert_eq!((after.standing, after.version), (Standing::On, read.version));
    let gone = tried(&both[1], both[1].version, Outcome::Gone);
    let off = book.settle(us, gone, EPOCH).await.unwrap().unwrap();
    assert!(matches!(off.standing, Standing::SwitchedOff { .. }));
    assert_eq!(book.save(us, read).await, Err(RecordError::Stale));
    let found = book.endpoint(us, endpoint(1).id).await.unwrap().unwrap();
    assert_eq!((found.standing, found.version), (off.standing, off.version));
}

async fn tries_go_on_until_none_is_left(stage: &impl HookStage) {
    let (book, us) = (stage.book(), tenant(1));
    book.add(us, endpoint(1), 20).await.unwrap();
    book.publish(us, message(1), EPOCH).await.unwrap();
    let id = book.deliveries(us, ALL).await.unwrap()[0].id;
    let mut now = EPOCH;
    for pause in PAUSES.into_iter().chain([Duration::ZERO]) {
        let found = book.delivery(us, id).await.unwrap().unwrap();
        let failed = Outcome::Failed(Failure::TooSlow);
        let tried = tried(&found, found.version, failed);
        book.settle(us, tried, now).await.unwrap();
        now += pause;
    }
    let dead = book.delivery(us, id).await.unwrap().unwrap();
    let because = DeadBecause::Exhausted;
    assert_eq!(dead.state, DeliveryState::Dead { at: now, because });
}

async fn what_ended_is_sent_again(stage: &impl HookStage) {
    let (book, us) = (stage.book(), tenant(1));
    book.add(us, endpoint(1), 20).await.unwrap();
    book.publish(us, message(1), EPOCH).await.unwrap();
    let id = book.deliveries(us, ALL).await.unwrap()[0].id;
    assert!(!book.replay(us, id, EPOCH).await.unwrap(), "it is on its way");
    book.park(us, id, EPOCH).await.unwrap();
    let parked = book.delivery(us, id).await.unwrap().unwrap();
    let because = DeadBecause::EndpointOff;
    assert_eq!(parked.state, DeliveryState::Dead { at: EPOCH, because });
    let later = EPOCH + Duration::DAY;
    assert!(book.replay(us, id, later).await.unwrap());
    let again = book.delivery(us, id).await.unwrap().unwrap();
    assert_eq!(
        (again.state, again.round),
        (DeliveryState::Waiting { next_at: later }, 0)
    );
    assert!(
        !book.replay(us, endpoint_as_delivery(), later).await.unwrap(),
        "there is none"
    );
}

fn endpoint_as_delivery() -> crate::DeliveryId {
    ratiba_kernel::Id::from_uuid(endpoint(9).id.as_uuid())
}

async fn pages_are_the_newest_first(stage: &impl HookStage) {
    let (book, us) = (stage.book(), tenant(1));
    book.add(us, endpoint(1), 20).await.unwrap();
    for number in 1..=5 {
        book.publish(us, message(number), EPOCH).await.unwrap();
    }
    let all = book.deliveries(us, ALL).await.unwrap();
    assert_eq!(all.len(), 5);
    assert_eq!(all[0].message.event, message(5).event);
    let mut query = DeliveryQuery { most: 2, ..ALL };
    let mut seen = Vec::new();
    loop {
        let page = book.deliveries(us, query.clone()).await.unwrap();
        let Some(last) = page.last() else { break };
        query.before = Some(last.id);
        seen.extend(page);
    }
    assert_eq!(seen, all);
    book.park(us, all[1].id, EPOCH).await.unwrap();
    let dead = DeliveryQuery {
        state: Some("dead"),
        ..ALL
    };
    let dead = book.deliveries(us, dead).await.unwrap();
    assert_eq!(dead.iter().map(|one| one.id).collect::<Vec<_>>(), [all[1].id]);
    let elsewhere = DeliveryQuery {
        endpoint: Some(endpoint(2).id),
        ..ALL
    };
    assert_eq!(book.deliveries(us, elsewhere).await.unwrap(), []);
    book.remove(us, endpoint(1).id, 1).await.unwrap();
    assert_eq!(
        book.deliveries(us, ALL).await.unwrap(),
        [],
        "they go with their endpoint"
    );
}

async fn what_was_missed_is_queued_again_and_the_old_forgotten(stage: &impl HookStage) {
    let (book, us) = (stage.book(), tenant(1));
    book.add(us, endpoint(1), 20).await.unwrap();
    for number in 1..=2 {
        book.publish(us, message(number), EPOCH).await.unwrap();
    }
    let all = book.deliveries(us, ALL).await.unwrap();
    book.park(us, all[0].id, EPOCH).await.unwrap();
    let (now, late) = (EPOCH + Duration::DAY, EPOCH + Duration::HOUR);
    assert_eq!(
        book.sweep(us, Some(EPOCH), EPOCH, now, 10).await.unwrap(),
        0,
        "nothing is late, nothing old"
    );
    assert_eq!(
        book.sweep(us, None, EPOCH, now, 10).await.unwrap(),
        0,
        "nothing goes out"
    );
    assert_eq!(book.sweep(us, Some(late), late, now, 10).await.unwrap(), 1);
    let left = book.deliveries(us, ALL).await.unwrap();
    assert_eq!(left.iter().map(|one| one.id).collect::<Vec<_>>(), [all[1].id]);
}

async fn nobody_sees_anothers(stage: &impl HookStage) {
    let (book, us, them) = (stage.book(), tenant(1), tenant(2));
    book.add(us, endpoint(1), 20).await.unwrap();
    book.publish(us, message(1), EPOCH).await.unwrap();
    let id = book.deliveries(us, ALL).await.unwrap()[0].id;
    assert_eq!(book.endpoints(them).await.unwrap(), []);
    assert_eq!(book.endpoint(them, endpoint(1).id).await.unwrap(), None);
    assert_eq!(book.delivery(them, id).await.unwrap(), None);
    assert_eq!(book.deliveries(them, ALL).await.unwrap(), []);
    assert_eq!(book.save(them, endpoint(1)).await, Err(RecordError::Stale));
    assert_eq!(book.remove(them, endpoint(1).id, 1).await, Ok(false));
    assert!(!book.replay(them, id, EPOCH).await.unwrap());
    book.park(them, id, EPOCH).await.unwrap();
    let ours = book.delivery(us, id).await.unwrap().unwrap();
    let gone = tried(&ours, 1, Outcome::Gone);
    assert_eq!(book.settle(them, gone, EPOCH).await.unwrap(), None);
    assert_eq!(book.publish(them, message(2), EPOCH).await.unwrap(), 0);
    let ours = book.delivery(us, id).await.unwrap().unwrap();
    assert_eq!(ours.version, 1);
}
