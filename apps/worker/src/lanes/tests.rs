use std::sync::atomic::{AtomicU32, Ordering};

use ratiba_payments::task::PaymentTask;
use serde_json::json;
use tokio::sync::Notify;
use uuid::Uuid;

use super::*;

/// A provider that hangs until it is let go, and others that answer at once.
#[derive(Default)]
struct Hanging {
    began: AtomicU32,
    go: Notify,
}

#[async_trait]
impl RunJob for Hanging {
    async fn run(&self, job: &Job) -> Result<(), JobError> {
        if Lane::of(&job.kind) == Some(Lane::Mpesa) {
            let going = self.go.notified();
            self.began.fetch_add(1, Ordering::SeqCst);
            going.await;
        }
        Ok(())
    }

    async fn gave_up(&self, _job: &Job) -> anyhow::Result<()> {
        Ok(())
    }
}

fn job(kind: &str) -> Job {
    Job {
        id: Uuid::from_u128(1),
        kind: kind.to_owned(),
        tenant: None,
        payload: json!({}),
        attempt: 1,
        ordering_key: None,
        first_failed_at: None,
        is_open: true,
    }
}

#[tokio::test]
async fn a_provider_that_hangs_delays_no_other_lane() {
    let provider = Arc::new(Hanging::default());
    let lanes = Arc::new(Lanes::new(provider.clone(), 8));
    let pushes: Vec<_> = (0..3)
        .map(|_| {
            let lanes = lanes.clone();
            tokio::spawn(async move { lanes.run(&job("payments.push")).await })
        })
        .collect();
    while provider.began.load(Ordering::SeqCst) < 3 {
        tokio::task::yield_now().await;
    }
    // The fourth is put off at once, whichever of the provider's kinds it is.
    for kind in ["payments.push", "payments.query", "payments.send_refund"] {
        assert!(
            matches!(lanes.run(&job(kind)).await, Err(JobError::NoRoom)),
            "{kind}"
        );
    }
    for kind in [
        "conversation.send",
        "payments.look_at_card",
        "payments.callback",
        "conversation.turn",
    ] {
        assert!(lanes.run(&job(kind)).await.is_ok(), "{kind}");
    }
    provider.go.notify_waiters();
    for push in pushes {
        assert!(push.await.unwrap().is_ok());
    }
    provider.go.notify_one();
    assert!(
        lanes.run(&job("payments.push")).await.is_ok(),
        "there is room again"
    );
}

#[test]
fn two_lanes_that_are_full_leave_room_and_every_worker_can_call_everybody() {
    for jobs_max in 1..=200 {
        let room = Lanes::room_of(jobs_max);
        assert!(room >= 1);
        assert!(jobs_max < 3 || 2 * room < jobs_max, "{jobs_max}: {room}");
    }
}

#[test]
fn every_task_that_calls_a_provider_has_a_lane() {
    let id = ratiba_kernel::Id::from_uuid(Uuid::from_u128(1));
    let refund = ratiba_kernel::Id::from_uuid(Uuid::from_u128(1));
    for (task, lane) in [
        (PaymentTask::Push { attempt: id }, Lane::Mpesa),
        (PaymentTask::Query { attempt: id, step: 0 }, Lane::Mpesa),
        (PaymentTask::SendRefund { refund, tries: 0 }, Lane::Mpesa),
        (
            PaymentTask::AskRefund {
                refund,
                step: 0,
                tries: 0,
            },
            Lane::Mpesa,
        ),
        (PaymentTask::OpenCard { attempt: id }, Lane::Cards),
        (PaymentTask::LookAtCard { attempt: id, step: 0 }, Lane::Cards),
        (PaymentTask::SendCardRefund { refund, tries: 0 }, Lane::Cards),
        (
            PaymentTask::LookAtCardRefund {
                refund,
                step: 0,
                tries: 0,
            },
            Lane::Cards,
        ),
    ] {
        assert_eq!(Lane::of(task.kind()), Some(lane), "{}", task.kind());
    }
}

/// Addresses that do not answer until they are let go.
#[derive(Default)]
struct Silent {
    began: AtomicU32,
    go: Notify,
}

#[async_trait]
impl RunJob for Silent {
    async fn run(&self, _job: &Job) -> Result<(), JobError> {
        let going = self.go.notified();
        self.began.fetch_add(1, Ordering::SeqCst);
        going.await;
        Ok(())
    }

    async fn gave_up(&self, _job: &Job) -> anyhow::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn one_business_never_has_all_the_places_of_hooks() {
    let silent = Arc::new(Silent::default());
    let lanes = Arc::new(Lanes::new(silent.clone(), 24));
    let of = |number| Job {
        tenant: Some(TenantId::from_uuid(Uuid::from_u128(number))),
        ..job("integrations.deliver")
    };
    let run = |number| {
        let (lanes, job) = (lanes.clone(), of(number));
        tokio::spawn(async move { lanes.run(&job).await })
    };
    let first = run(1);
    while silent.began.load(Ordering::SeqCst) < 1 {
        tokio::task::yield_now().await;
    }
    assert!(matches!(lanes.run(&of(1)).await, Err(JobError::NoRoom)));
    let second = run(2);
    while silent.began.load(Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
    }
    silent.go.notify_waiters();
    assert!(first.await.unwrap().is_ok() && second.await.unwrap().is_ok());
    silent.go.notify_one();
    assert!(lanes.run(&of(1)).await.is_ok(), "its place is free again");
}
