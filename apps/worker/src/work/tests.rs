//! What goes on while a business is closed or has a feature switched off.

use ratiba_booking::policy::Reminder;
use ratiba_kernel::Id;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

const SOME: Uuid = Uuid::from_u128(7);

fn job(kind: &str, payload: Value) -> Job {
    Job {
        id: Uuid::from_u128(1),
        kind: kind.to_owned(),
        tenant: None,
        payload,
        attempt: 1,
        ordering_key: None,
        first_failed_at: None,
        is_open: true,
    }
}

fn need(kind: &str, payload: Value) -> Need {
    Work::of(&job(kind, payload)).unwrap().need()
}

fn of_payment(task: PaymentTask) -> Need {
    need(task.kind(), serde_json::to_value(task).unwrap())
}

#[test]
fn money_that_is_under_way_is_settled_whatever_became_of_the_business() {
    let id = Uuid::from_u128(7);
    let attempt = || ratiba_kernel::Id::from_uuid(id);
    assert_eq!(
        of_payment(PaymentTask::Query {
            attempt: attempt(),
            step: 0
        }),
        Need::Nothing
    );
    assert_eq!(
        of_payment(PaymentTask::ApplyCallback {
            callback: ratiba_kernel::Id::from_uuid(id)
        }),
        Need::Nothing
    );
    assert_eq!(
        of_payment(PaymentTask::SendRefund {
            refund: ratiba_kernel::Id::from_uuid(id),
            tries: 0
        }),
        Need::Nothing
    );
    for kind in ["schedule.reaper", SWEEP_JOB, RETENTION_JOB, "outbox.BookingEvent"] {
        assert_eq!(need(kind, json!({})), Need::Nothing, "{kind}");
    }
    // But nobody is asked for more of it.
    assert_eq!(of_payment(PaymentTask::Push { attempt: attempt() }), Need::Open);
}

#[test]
fn nobody_is_written_to_by_a_business_that_is_closed() {
    let visit = ratiba_kernel::Id::from_uuid(Uuid::from_u128(7));
    let reminder = BookingTask::Remind {
        visit,
        reminder: Reminder::DayAhead,
    };
    let reminder = need(reminder.kind(), serde_json::to_value(reminder).unwrap());
    assert_eq!(reminder, Need::Open);
    let message = ratiba_kernel::Id::from_uuid(Uuid::from_u128(7));
    let send = ConversationTask::Send { message };
    assert_eq!(need(send.kind(), serde_json::to_value(send).unwrap()), Need::Open);
    assert_eq!(need("schedule.digest", json!({})), Need::OpenToday);
}

#[test]
fn what_belongs_to_a_feature_asks_for_it() {
    for (task, needed) in [
        (
            IntegrationTask::Publish {
                event: Id::from_uuid(SOME),
            },
            Need::Wants(Feature::Webhooks),
        ),
        (
            IntegrationTask::Ring {
                delivery: Id::from_uuid(SOME),
            },
            Need::Has(Feature::Webhooks),
        ),
        (
            IntegrationTask::Deliver {
                delivery: Id::from_uuid(SOME),
            },
            Need::Has(Feature::Webhooks),
        ),
    ] {
        assert_eq!(need(task.kind(), serde_json::to_value(task).unwrap()), needed);
    }
    let send = PayrollTask::Send {
        export: Id::from_uuid(SOME),
    };
    let send = need("payroll.send", serde_json::to_value(send).unwrap());
    assert_eq!(send, Need::Has(Feature::Payroll));
}

#[test]
fn what_nobody_runs_is_given_up() {
    for kind in [
        "nobody",
        "nobody.knows",
        "schedule.never",
        "sweep.other",
        "payments.push",
    ] {
        assert!(
            matches!(Work::of(&job(kind, json!({}))), Err(JobError::Hopeless(_))),
            "{kind}"
        );
    }
}
