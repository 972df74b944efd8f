//! What holds whatever the provider, the workers and the customer do, in any order.

use proptest::prelude::*;

use super::*;
use crate::attempt::Provider;
use crate::ledger::Account;
use crate::payment::PaymentState;
use crate::ports::{Ledger, Taken};

/// Something that happens.
#[derive(Clone, Copy, Debug)]
enum Act {
    Tap,
    PushLast(Answer),
    /// The worker is stopped between the record and the submission, and the job runs again.
    PushLastTwice,
    Callback {
        attempt: usize,
        says: Says,
        salt: u32,
    },
    Query {
        attempt: usize,
        step: u8,
        says: Says,
    },
    Wait(i64),
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    Accepted,
    Rejected,
    Lost,
}

#[derive(Clone, Copy, Debug)]
enum Says {
    Paid,
    OtherAmount,
    Failed,
    Nothing,
}

fn says() -> impl Strategy<Value = Says> {
    prop::sample::select(vec![Says::Paid, Says::OtherAmount, Says::Failed, Says::Nothing])
}

fn act() -> impl Strategy<Value = Act> {
    let answer = prop::sample::select(vec![Answer::Accepted, Answer::Rejected, Answer::Lost]);
    prop_oneof![
        2 => Just(Act::Tap),
        3 => answer.prop_map(Act::PushLast),
        1 => Just(Act::PushLastTwice),
        3 => (0usize..3, says(), 0u32..2).prop_map(|(attempt, says, salt)| Act::Callback { attempt, says, salt }),
        3 => (0usize..3, 0u8..6, says()).prop_map(|(attempt, step, says)| Act::Query { attempt, step, says }),
        2 => (1i64..150).prop_map(Act::Wait),
    ]
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap() + 1
}

/// One visit whose customer taps, and everything that comes of it.
struct Story {
    bench: Bench,
    visit: crate::VisitId,
    customer: crate::CustomerId,
    now: i64,
    taps: u32,
}

impl Story {
    fn begin() -> Self {
        let bench = Bench::new();
        let (visit, customer) = bench.visit();
        Self {
            bench,
            visit,
            customer,
            now: 0,
            taps: 0,
        }
    }

    fn attempts(&self) -> Vec<AttemptId> {
        let bench = &self.bench;
        let records = block_on(crate::ports::PaymentBook::of_visit(
            &*bench.book,
            bench.tenant,
            self.visit,
        ));
        let records = records.unwrap();
        records
            .iter()
            .flat_map(|record| record.attempts.iter().map(crate::attempt::Attempt::id))
            .collect()
    }

    fn play(&mut self, act: Act) {
        let attempts = self.attempts();
        let bench = &self.bench;
        match act {
            Act::Wait(seconds) => {
                self.now += seconds;
                bench.clock.set(second(self.now));
            }
            Act::Tap => {
                self.taps += 1;
                let order = an_order(&format!("tap-{}", self.taps), self.visit, self.customer);
                let _ = block_on(bench.request().execute(bench.tenant, order));
            }
            Act::PushLast(answer) => {
                let Some(last) = attempts.last() else { return };
                // Only what is still to be submitted takes an answer off the script.
                if bench.state(*last) == AttemptState::Created {
                    bench.money.answer_push(match answer {
                        Answer::Accepted => {
                            PushAnswer::Accepted(provider_ids(number(bench.money.orders().len())))
                        }
                        Answer::Rejected => PushAnswer::Rejected {
                            reason: FailureReason::ProviderUnavailable,
                            code: None,
                        },
                        Answer::Lost => PushAnswer::Unknown,
                    });
                }
                block_on(bench.push().execute(bench.tenant, *last)).unwrap();
            }
            Act::PushLastTwice => {
                let Some(last) = attempts.last() else { return };
                if bench.state(*last) == AttemptState::Created {
                    bench.mark_sent(*last);
                }
                block_on(bench.push().execute(bench.tenant, *last)).unwrap();
            }
            Act::Callback { attempt, says, salt } => self.callback(attempt, says, salt),
            Act::Query { attempt, step, says } => {
                let Some(id) = attempts.get(attempt) else { return };
                bench.money.answer_query(match says {
                    Says::Paid => QueryAnswer::Paid,
                    Says::OtherAmount => QueryAnswer::Pending,
                    Says::Failed => QueryAnswer::Failed {
                        reason: FailureReason::Unreachable,
                        code: ProviderCode::new("1037"),
                    },
                    Says::Nothing => QueryAnswer::NoAnswer,
                });
                block_on(bench.query().execute(bench.tenant, *id, step)).unwrap();
            }
        }
    }

    fn callback(&self, attempt: usize, says: Says, salt: u32) {
        let bench = &self.bench;
        let orders = bench.money.orders();
        let Some(order) = orders.get(attempt) else { return };
        let ids = provider_ids(number(attempt));
        let due = shillings(1_500);
        let body = match says {
            Says::Paid => bench.reader.body(&paid(ids, due, receipt(number(attempt))), salt),
            Says::OtherAmount => bench.reader.body(&paid(ids, shillings(7), receipt(99)), salt),
            Says::Failed => bench.reader.body(&failed(ids, FailureReason::WrongPin), salt),
            Says::Nothing => vec![b'?'],
        };
        let arrival = Arrival {
            id: bench.ids.fresh(),
            provider: Provider::Mpesa,
            token: order.token.hash(),
            body,
            source: None,
            at: second(self.now),
        };
        let (Taken::Stored { callback, .. } | Taken::Repeated { callback, .. }) =
            block_on(bench.book.take(arrival)).unwrap()
        else {
            panic!("a known token was not routed");
        };
        // The job may run twice.
        for _ in 0..2 {
            block_on(bench.apply().execute(bench.tenant, callback)).unwrap();
        }
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let bench = &self.bench;
        let records = block_on(crate::ports::PaymentBook::of_visit(
            &*bench.book,
            bench.tenant,
            self.visit,
        ));
        let records = records.unwrap();
        prop_assert!(records.len() <= 1, "a visit owes its deposit once");
        let Some(record) = records.first() else {
            return Ok(());
        };
        let live = record.attempts.iter().filter(|attempt| attempt.is_live()).count();
        prop_assert!(live <= 1, "one live attempt");
        prop_assert!(
            bench.money.orders().len() <= record.attempts.len(),
            "no prompt is sent twice"
        );

        let successes = record
            .attempts
            .iter()
            .filter(|a| a.state().name() == StateName::Paid)
            .count();
        let received = shillings(1_500 * i64::try_from(successes).unwrap());
        let balances = block_on(bench.book.balances(bench.tenant, Currency::Kes)).unwrap();
        let balance = |account| balances.get(&account).copied().unwrap_or(shillings(0));
        prop_assert_eq!(
            balance(Account::MpesaClearing),
            received,
            "what was received is booked"
        );
        let total = Money::sum(Currency::Kes, balances.values().copied());
        prop_assert_eq!(total, Ok(shillings(0)), "the books balance");
        let credit = block_on(bench.book.credit(bench.tenant, self.customer, Currency::Kes)).unwrap();
        let kept = record.payment.paid().checked_add(credit);
        prop_assert_eq!(
            kept,
            Ok(received),
            "every shilling is towards the visit or the customer's credit"
        );

        let events = bench.book.events(bench.tenant);
        let settled = events
            .iter()
            .filter(|e| matches!(e, PaymentEvent::PaymentSettled { .. }))
            .count();
        let is_settled = record.payment.state() == PaymentState::Settled;
        prop_assert_eq!(settled, usize::from(is_settled), "told of once");
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_story_loses_or_doubles_a_payment(acts in prop::collection::vec(act(), 1..40)) {
        let mut story = Story::begin();
        story.play(Act::Tap);
        for act in acts {
            story.play(act);
            story.check()?;
        }
    }

    #[test]
    fn every_attempt_that_was_sent_ends_or_is_in_a_persons_hands(acts in prop::collection::vec(act(), 1..20)) {
        let mut story = Story::begin();
        story.play(Act::Tap);
        for act in acts {
            story.play(act);
        }
        for id in story.attempts() {
            for step in 0u8..6 {
                story.now += 3_600;
                story.bench.clock.set(second(story.now));
                block_on(story.bench.push().execute(story.bench.tenant, id)).unwrap();
                block_on(story.bench.query().execute(story.bench.tenant, id, step)).unwrap();
            }
            let state = story.bench.state(id).name();
            let ended = matches!(
                state,
                StateName::Paid | StateName::Failed | StateName::Cancelled | StateName::InReview
            );
            prop_assert!(ended, "{:?}", state);
        }
    }
}
