//! What holds of statements however they are cut, ordered and repeated.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ratiba_kernel::Id;
use uuid::Uuid;

use super::*;
use crate::actor::Actor;
use crate::attempt::{Attempt, AttemptTerms, Provider};
use crate::ledger::Account;
use crate::payment::{Payment, Purpose};
use crate::ports::{AbsenceVerdict, Decider, Ledger, LineState, StatementBook};
use crate::reference::AccountReference;
use crate::remark::Remark;
use crate::settlement::settle;
use crate::test_support::fakes::InMemoryBook;

const HEADER: &str = "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,A/C No.";

/// One deposit in the books, and what the statement says of it.
#[derive(Clone, Copy, Debug)]
struct Deposit {
    amount: i64,
    by_query: bool,
    stated: bool,
    charged: bool,
}

fn deposits() -> impl Strategy<Value = Vec<Deposit>> {
    let one = (1_i64..4, any::<bool>(), any::<bool>(), any::<bool>());
    let one = one.prop_map(|(amount, by_query, stated, charged)| Deposit {
        amount: amount * 500,
        by_query,
        stated,
        charged,
    });
    prop::collection::vec(one, 0..5)
}

/// Lines that nobody here knows: which way, and how much.
fn foreign() -> impl Strategy<Value = Vec<(usize, i64)>> {
    prop::collection::vec((0_usize..4, 1_i64..900), 0..5)
}

/// In which of three files each line stands (at least in one), and in which order the files are brought in.
type Plan = (Vec<u8>, Vec<usize>);

fn plan() -> impl Strategy<Value = Plan> {
    let order = prop::collection::vec(0_usize..3, 0..4).prop_map(|mut order| {
        order.extend([0, 1, 2]);
        order
    });
    (prop::collection::vec(1_u8..8, 32), order)
}

struct Office {
    book: Arc<InMemoryBook>,
    work: WorkStatements,
    lines: Vec<String>,
    stated_minor: i64,
}

impl Office {
    fn with(deposits: &[Deposit], foreign: &[(usize, i64)]) -> Self {
        let book = Arc::new(InMemoryBook::default());
        let ids = Arc::new(SeededIds::lane(31));
        let mut office = Self {
            work: WorkStatements {
                statements: book.clone(),
                payments: book.clone(),
                refunds: book.clone(),
                finder: book.clone(),
                clock: Arc::new(ManualClock::at(second(9_000))),
                ids,
            },
            book,
            lines: Vec::new(),
            stated_minor: 0,
        };
        for (number, deposit) in (1_u32..).zip(deposits) {
            office.book_deposit(number, *deposit);
        }
        for (number, (kind, amount)) in (500_u32..).zip(foreign) {
            let (way, details) = [
                (1, "Pay Bill"),
                (-1, "Organization to bank"),
                (-1, "Pay Bill Reversal"),
                (-1, "Some Charge"),
            ][*kind];
            office.state(number, "12:00:00", way * amount * 100, details, "");
        }
        // They cover the whole day.
        office.state(900, "00:00:01", 100, "Pay Bill", "");
        office.state(901, "23:59:59", 100, "Pay Bill", "");
        office
    }

    fn book_deposit(&mut self, number: u32, deposit: Deposit) {
        let id = |kind: u128| Uuid::from_u128((kind << 64) | u128::from(number));
        let amount = shillings(deposit.amount);
        let payment = Payment::owe(
            Id::from_uuid(id(1)),
            Id::from_uuid(id(2)),
            Id::from_uuid(id(3)),
            Purpose::Deposit,
            amount,
            second(0),
        );
        let account = AccountReference::of(payment.id());
        let attempt = Attempt::create(AttemptTerms {
            id: Id::from_uuid(id(4)),
            payment: payment.id(),
            key: key(&format!("deposit-{number}")),
            provider: Provider::Mpesa,
            amount,
            payer: None,
            by: None,
            ordered: None,
            created_at: second(0),
        });
        let sent = attempt.send(second(1)).unwrap();
        let moved = if deposit.by_query {
            sent.hear_query_answer(&QueryAnswer::Paid, second(70))
        } else {
            let report = paid(provider_ids(number), amount, receipt(number));
            sent.hear_callback(&report, second(70)).unwrap()
        };
        let change = settle(payment, moved, second(70), &*self.work.ids).unwrap();
        block_on(self.book.record(tenant(1), change)).unwrap();
        if deposit.stated {
            let minor = amount.amount_minor();
            self.state(number, "03:01:40", minor, "Pay Bill", account.as_str());
        }
        if deposit.charged {
            self.state(number, "03:01:40", -825, "Pay Bill Charge", "");
        }
    }

    fn state(&mut self, number: u32, time: &str, minor: i64, details: &str, account: &str) {
        let (receipt, day) = (receipt(number), second(0).date());
        let text = format!("{}.{:02}", minor.abs() / 100, minor.abs() % 100);
        let (paid_in, withdrawn) = if minor > 0 {
            (text, String::new())
        } else {
            (String::new(), text)
        };
        self.lines.push(format!(
            "{},{day} {time},{details},Completed,{paid_in},{withdrawn},{account}",
            receipt.as_str()
        ));
        self.stated_minor += minor;
    }

    fn bring_in(&self, (files, order): &Plan) {
        for file in order {
            let own = self
                .lines
                .iter()
                .zip(files)
                .filter(|(_, files)| *files & (1 << file) != 0);
            let own: Vec<&str> = own.map(|(line, _)| line.as_str()).collect();
            let text = format!("{HEADER}\n{}\n", own.join("\n"));
            let brought = block_on(self.work.bring_in(tenant(1), &text, desk()));
            assert_eq!(brought.is_ok(), !own.is_empty(), "{brought:?}");
        }
    }

    /// What every line is, the balances, and what waits on the side of the books.
    fn outcome(&self) -> (BTreeMap<String, LineState>, BTreeMap<Account, Money>, Vec<Uuid>) {
        let heads = block_on(self.book.statements(tenant(1))).unwrap();
        let mut lines = BTreeMap::new();
        for head in heads {
            for line in block_on(self.book.lines(tenant(1), head.id, 0, 500)).unwrap() {
                let name = format!(
                    "{:?} {:?} {:?}",
                    line.line.receipt, line.line.kind, line.line.amount
                );
                assert!(lines.insert(name, line.state).is_none(), "a line stands once");
            }
        }
        let balances = block_on(self.book.balances(tenant(1), Currency::Kes)).unwrap();
        let waits = block_on(self.book.unmatched(tenant(1), 500)).unwrap();
        let absent = waits.absences.iter().map(|absent| absent.id.as_uuid());
        (lines, balances, absent.collect())
    }

    fn decide_on_everything(&self) {
        let because = || Decider {
            by: desk(),
            why: Remark::parse("it was looked into").unwrap(),
        };
        loop {
            let waits = block_on(self.book.unmatched(tenant(1), 500)).unwrap();
            if let Some(line) = waits.lines.first() {
                block_on(
                    self.work
                        .decide(tenant(1), line.id, LineVerdict::Other, because()),
                )
                .unwrap();
            } else if let Some(absent) = waits.absences.first() {
                let verdict = AbsenceVerdict::NeverMoved;
                block_on(self.work.decide_absence(tenant(1), absent.id, verdict, because())).unwrap();
            } else {
                return;
            }
        }
    }
}

fn desk() -> Actor {
    Actor::parse("token:desk").unwrap()
}

proptest! {
    #[test]
    fn how_statements_are_cut_ordered_and_repeated_changes_nothing(
        deposits in deposits(), foreign in foreign(), one in plan(), other in plan(),
    ) {
        let offices = [Office::with(&deposits, &foreign), Office::with(&deposits, &foreign)];
        offices[0].bring_in(&one);
        offices[1].bring_in(&other);
        prop_assert_eq!(offices[0].outcome().0, offices[1].outcome().0);
        prop_assert_eq!(offices[0].outcome().1, offices[1].outcome().1);
    }

    #[test]
    fn after_all_decisions_the_books_hold_what_the_statement_says(
        deposits in deposits(), foreign in foreign(), (mut files, order) in plan(),
    ) {
        let office = Office::with(&deposits, &foreign);
        // One file covers the whole day, whichever others there are.
        files.iter_mut().for_each(|files| *files |= 1);
        office.bring_in(&(files, order));
        office.decide_on_everything();
        let (lines, balances, absent) = office.outcome();
        prop_assert!(lines.values().all(|state| *state != LineState::Open));
        prop_assert!(absent.is_empty());
        let clearing = balances.get(&Account::MpesaClearing).map_or(0, |balance| balance.amount_minor());
        prop_assert_eq!(clearing, office.stated_minor);
        let sum: i64 = balances.values().map(|balance| balance.amount_minor()).sum();
        prop_assert_eq!(sum, 0);
    }
}
