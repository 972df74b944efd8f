use std::collections::BTreeMap;
use std::sync::Arc;

use ratiba_kernel::test_support::{ManualClock, SeededIds, block_on, tenant};
use ratiba_kernel::{Currency, Id, Money, Outage};
use time::Duration;
use uuid::Uuid;

use super::{
    ConfirmSheet, ConfirmSheetError, ExportOrder, OrderExport, OrderExportError, Ordered, SendExport, Sent,
    SheetConfirmed,
};
use crate::account::Accounts;
use crate::earnings::{Earned, Mode, Totals};
use crate::employee::{EmployeeStatus, Link, Terms};
use crate::export::{Export, ExportState, LineResult, Reason, Receipt, Refused, Rejection, Way};
use crate::ports::{GatewayError, MockPayrollGateway, PayrollBook as _, PeriodState};
use crate::test_support::{FakeBook, FakePayroll, amina, brian, company, may};
use crate::{PayMonth, StaffId};

struct World {
    book: Arc<FakeBook>,
    payroll: Arc<FakePayroll>,
    clock: Arc<ManualClock>,
    order: OrderExport,
    send: SendExport,
    confirm: ConfirmSheet,
}

fn staff(number: u128) -> StaffId {
    Id::from_uuid(Uuid::from_u128(number))
}

fn earned(document: u128, amends: Option<u128>, minor: i64) -> Earned {
    Earned {
        document: Id::from_uuid(Uuid::from_u128(document)),
        amends: amends.map(|of| Id::from_uuid(Uuid::from_u128(of))),
        staff: staff(1),
        name: "Amina".to_owned(),
        commission: Money::new(minor, Currency::Kes),
        tip: Money::zero(Currency::Kes),
        services: 3,
        basis_hash: [3; 32],
    }
}

/// Of the businesses only the first is at payroll.
fn accounts() -> Accounts {
    Accounts::new([(tenant(1), company())]).unwrap()
}

/// Amina is on the payroll and May is frozen.
fn world() -> World {
    let (book, payroll) = (Arc::new(FakeBook::default()), Arc::new(FakePayroll::default()));
    let clock = Arc::new(ManualClock::default());
    payroll.employ(amina());
    book.freeze(tenant(1), may(), earned(1, None, 10_000));
    let link = Link {
        staff: staff(1),
        number: amina().number,
        external_id: None,
    };
    block_on(book.link(tenant(1), link)).unwrap();
    World {
        order: OrderExport {
            book: book.clone(),
            has_system: true,
            accounts: accounts(),
            clock: clock.clone(),
            ids: Arc::new(SeededIds::lane(1)),
        },
        send: SendExport {
            book: book.clone(),
            accounts: accounts(),
            gateway: payroll.clone(),
            clock: clock.clone(),
        },
        confirm: ConfirmSheet {
            book: book.clone(),
            clock: clock.clone(),
        },
        book,
        payroll,
        clock,
    }
}

fn by(way: Way) -> ExportOrder {
    ExportOrder {
        month: may(),
        pay_period: may(),
        way,
        mode: Mode::Real,
        by: "token:1".to_owned(),
    }
}

impl World {
    fn order(&self, order: ExportOrder) -> Ordered {
        block_on(self.order.execute(tenant(1), order)).unwrap()
    }

    fn link(&self, person: u128, number: &str) {
        let link = Link {
            staff: staff(person),
            number: crate::employee::StaffNumber::parse(number).unwrap(),
            external_id: None,
        };
        block_on(self.book.link(tenant(1), link)).unwrap();
    }

    fn ordered(&self) -> Export {
        self.order(by(Way::System)).export.unwrap()
    }

    fn send(&self, export: &Export) -> Result<Sent, Outage> {
        block_on(self.send.execute(tenant(1), export.id))
    }

    fn now(&self, export: &Export) -> Export {
        block_on(self.book.export(tenant(1), export.id)).unwrap().unwrap()
    }
}

#[test]
fn a_month_is_handed_over_once_however_often_it_is_ordered() {
    let world = world();
    let export = world.ordered();
    assert_eq!(world.send(&export), Ok(Sent::Answered(ExportState::Done)));
    assert_eq!(world.send(&export), Ok(Sent::Nothing));
    let again = world.order(by(Way::System));
    assert_eq!((again.new, again.export.unwrap().id), (false, export.id));
    assert_eq!(world.payroll.lines().len(), 1);
    assert_eq!(world.now(&export).vendor_period_id.as_deref(), Some("PP-2026-05"));
}

#[test]
fn nothing_of_a_business_that_is_not_set_up_at_payroll_goes_there() {
    let mut world = world();
    world.book.freeze(tenant(2), may(), earned(1, None, 10_000));
    let refused = block_on(world.order.execute(tenant(2), by(Way::System)));
    assert_eq!(refused, Err(OrderExportError::NoSystem));
    let sheet = block_on(world.order.execute(tenant(2), by(Way::Sheet))).unwrap();
    assert_eq!(sheet.unlinked, [staff(1)], "a sheet can be ordered all the same");
    // Neither does what was ordered before its name was taken away, or given to somebody else.
    let export = world.ordered();
    world.send.accounts = Accounts::new([(tenant(2), company())]).unwrap();
    assert_eq!(world.send(&export), Ok(Sent::NotSetUp));
    assert_eq!(world.now(&export).state, ExportState::Waiting);
    assert_eq!(world.payroll.pushes(), 0);
}

#[test]
fn after_a_lost_answer_what_became_of_the_batch_is_asked_and_nothing_is_sent_twice() {
    let world = world();
    let export = world.ordered();
    world.payroll.lose_an_answer();
    assert!(world.send(&export).is_err());
    assert_eq!(world.now(&export).state, ExportState::Waiting);
    assert_eq!(world.send(&export), Ok(Sent::Answered(ExportState::Done)));
    assert_eq!(world.payroll.pushes(), 1);
}

#[test]
fn payroll_that_wants_to_be_left_alone_is_asked_later() {
    let world = world();
    let export = world.ordered();
    let retry_after = Duration::seconds(90);
    world.payroll.trouble(GatewayError::RateLimited { retry_after });
    assert_eq!(world.send(&export), Ok(Sent::Later));
    use ratiba_kernel::Clock as _;
    assert_eq!(world.book.postponed(tenant(1)), [world.clock.now() + retry_after]);
    assert_eq!(world.now(&export).state, ExportState::Waiting);
}

#[test]
fn what_no_retry_helps_against_ends_the_export() {
    let world = world();
    let export = world.ordered();
    world.payroll.trouble(GatewayError::Unauthorized);
    let refused = ExportState::Refused(Refused::Unauthorized);
    assert_eq!(world.send(&export), Ok(Sent::Answered(refused)));
    // Somebody puts the access right and orders the month again.
    let again = world.ordered();
    assert_eq!((again.id, again.state), (export.id, ExportState::Waiting));
    assert_ne!(again.batch, export.batch);
    assert_eq!(world.send(&again), Ok(Sent::Answered(ExportState::Done)));
}

#[test]
fn what_payroll_does_not_accept_ends_the_export_with_the_reason_and_a_sheet_takes_its_place() {
    for (rejection, why) in [
        (Rejection::NotAccepted, Refused::NotAccepted),
        (Rejection::WrongAddress, Refused::WrongAddress),
    ] {
        let world = world();
        let export = world.ordered();
        world.payroll.trouble(GatewayError::Rejected(rejection));
        let refused = ExportState::Refused(why);
        assert_eq!(world.send(&export), Ok(Sent::Answered(refused)));
        let sheet = world.order(by(Way::Sheet));
        assert!(sheet.new);
        assert_eq!(world.now(&export).state, ExportState::Replaced);
    }
}

#[test]
fn what_payroll_may_have_all_the_same_is_put_on_no_sheet() {
    let world = world();
    let export = world.ordered();
    world.payroll.trouble(GatewayError::Rejected(Rejection::Conflict));
    let refused = ExportState::Refused(Refused::Conflict);
    assert_eq!(world.send(&export), Ok(Sent::Answered(refused)));
    assert!(!world.order(by(Way::Sheet)).new);
}

#[test]
fn an_earlier_try_of_which_payroll_does_not_tell_is_put_on_no_sheet() {
    let mut world = world();
    let export = world.ordered();
    let mut gateway = MockPayrollGateway::new();
    gateway
        .expect_batch_status()
        .returning(|_, _| Err(GatewayError::Rejected(Rejection::NotAccepted)));
    world.send.gateway = Arc::new(gateway);
    let refused = ExportState::Refused(Refused::OutcomeUnknown);
    assert_eq!(world.send(&export), Ok(Sent::Answered(refused)));
    assert!(!world.order(by(Way::Sheet)).new);
}

#[test]
fn a_month_that_payroll_has_closed_is_paid_in_another() {
    let world = world();
    world.payroll.set_period(may(), PeriodState::Paid);
    let export = world.ordered();
    let refused = ExportState::Refused(Refused::PeriodNotOpen);
    assert_eq!(world.send(&export), Ok(Sent::Answered(refused)));
    assert_eq!(world.payroll.pushes(), 0, "our side refuses");
    let june = ExportOrder {
        pay_period: june(),
        ..by(Way::System)
    };
    let other = world.order(june).export.unwrap();
    assert_eq!(world.now(&export).state, ExportState::Replaced);
    assert_eq!(world.send(&other), Ok(Sent::Answered(ExportState::Done)));
    let keys: Vec<String> = world
        .payroll
        .lines()
        .iter()
        .map(|line| line.key.to_string())
        .collect();
    assert_eq!(keys, ["ACME-SPA/2026-05/EMP-0042/COMMISSION/r1"]);
}

#[test]
fn two_months_that_are_paid_in_one_do_not_collide() {
    let world = world();
    world.book.freeze(tenant(1), june(), earned(2, None, 7_000));
    for month in [may(), june()] {
        let order = ExportOrder {
            month,
            pay_period: june(),
            ..by(Way::System)
        };
        let export = world.order(order).export.unwrap();
        assert_eq!(world.send(&export), Ok(Sent::Answered(ExportState::Done)));
    }
    assert_eq!(world.payroll.lines().len(), 2);
}

#[test]
fn what_payroll_turned_away_goes_out_again_all_of_it() {
    let world = world();
    let first = world.ordered();
    world.payroll.trouble(GatewayError::Unauthorized);
    world.send(&first).unwrap();
    world.book.freeze(tenant(1), may(), earned(2, Some(1), -500));
    // The month is ordered again while the first is turned away: both go out.
    let second = world.ordered();
    assert_ne!(second.id, first.id);
    world.payroll.trouble(GatewayError::Unauthorized);
    world.payroll.trouble(GatewayError::Unauthorized);
    for export in [&first, &second] {
        let refused = ExportState::Refused(Refused::Unauthorized);
        assert_eq!(world.send(export), Ok(Sent::Answered(refused)));
    }
    world.ordered();
    for export in [&first, &second] {
        assert_eq!(world.send(export), Ok(Sent::Answered(ExportState::Done)));
    }
}

#[test]
fn a_contractor_keeps_nobody_elses_line_back() {
    let world = world();
    let mut contractor = brian();
    (contractor.terms, contractor.status) = (Terms::Contractor, EmployeeStatus::Active);
    world.payroll.employ(contractor);
    let mut other = earned(9, None, 700);
    other.staff = staff(2);
    world.book.freeze(tenant(1), may(), other);
    world.link(2, "EMP-0043");
    world.link(1, "EMP-0024");
    let first = world.ordered();
    assert_eq!(world.send(&first), Ok(Sent::Answered(ExportState::Partly)));
    world.link(1, "EMP-0042");
    let second = world.ordered();
    assert_eq!(world.send(&second), Ok(Sent::Answered(ExportState::Partly)));
    let paid: Vec<i64> = world
        .payroll
        .lines()
        .iter()
        .map(|line| line.amount.amount_minor())
        .collect();
    assert_eq!(paid, [10_000]);
    // Whoever was a contractor by mistake is paid by the next order.
    let mut employee = brian();
    employee.status = EmployeeStatus::Active;
    world.payroll.employ(employee);
    let third = world.ordered();
    assert_eq!(world.send(&third), Ok(Sent::Answered(ExportState::Done)));
    assert_eq!(world.payroll.lines().len(), 2);
    assert!(!world.order(by(Way::System)).new, "nothing is left");
}

#[test]
fn a_contractors_line_does_not_come_to_payroll_by_a_sheet() {
    let world = world();
    let mut contractor = amina();
    contractor.terms = Terms::Contractor;
    world.payroll.employ(contractor);
    let export = world.ordered();
    world.send(&export).unwrap();
    assert!(!world.order(by(Way::Sheet)).new);
}

#[test]
fn a_rejected_line_is_paid_in_another_month_or_by_a_sheet_if_the_month_is_closed() {
    for order in [
        ExportOrder {
            pay_period: june(),
            ..by(Way::System)
        },
        by(Way::Sheet),
    ] {
        let world = world();
        world.link(1, "EMP-0024");
        let export = world.ordered();
        assert_eq!(world.send(&export), Ok(Sent::Answered(ExportState::Partly)));
        world.payroll.set_period(may(), PeriodState::Paid);
        world.link(1, "EMP-0042");
        let way = order.way;
        let other = world.order(order);
        assert!(other.new);
        let other = other.export.unwrap();
        match way {
            Way::System => assert_eq!(world.send(&other), Ok(Sent::Answered(ExportState::Done))),
            Way::Sheet => assert_eq!(other.lines.len(), 1),
        }
        assert_eq!(world.now(&export).open_lines(), []);
    }
}

#[test]
fn a_line_that_was_made_anew_never_goes_out_under_the_former_number() {
    let world = world();
    world.link(1, "EMP-0024");
    let wrong = world.ordered();
    world.send(&wrong).unwrap();
    world.link(1, "EMP-0042");
    let right = world.ordered();
    world.send(&right).unwrap();
    // The former number is somebody else's by now.
    let mut stranger = brian();
    stranger.number = crate::employee::StaffNumber::parse("EMP-0024").unwrap();
    stranger.status = EmployeeStatus::Active;
    world.payroll.employ(stranger);
    for _ in 0..2 {
        assert!(!world.order(by(Way::System)).new);
        assert_eq!(world.send(&wrong), Ok(Sent::Nothing));
    }
    assert_eq!(world.payroll.lines().len(), 1);
}

#[test]
fn an_export_whose_job_was_given_up_goes_on_with_the_next_order_and_by_itself() {
    let world = world();
    let export = world.ordered();
    world.book.lose_jobs(tenant(1));
    assert_eq!(world.ordered().id, export.id);
    assert_eq!(world.book.jobs(tenant(1)), [export.id]);
    world.book.lose_jobs(tenant(1));
    block_on(world.order.resume(tenant(1))).unwrap();
    assert_eq!(world.book.jobs(tenant(1)), [export.id]);
}

fn june() -> PayMonth {
    "2026-06".parse().unwrap()
}

#[test]
fn an_amendment_is_an_export_of_its_own() {
    let world = world();
    let export = world.ordered();
    world.send(&export).unwrap();
    world.book.freeze(tenant(1), may(), earned(2, Some(1), -500));
    let second = world.ordered();
    assert_ne!(second.id, export.id);
    assert_eq!(second.totals().sum_minor, -500);
    assert_eq!(world.send(&second), Ok(Sent::Answered(ExportState::Done)));
    assert_eq!(world.payroll.lines().len(), 2);
}

#[test]
fn contractors_are_never_sent() {
    let world = world();
    let mut contractor = amina();
    contractor.terms = Terms::Contractor;
    world.payroll.employ(contractor);
    let export = world.ordered();
    assert_eq!(world.send(&export), Ok(Sent::Answered(ExportState::Partly)));
    assert_eq!(world.payroll.pushes(), 0);
    let line = world.now(&export).lines.first().unwrap().result;
    assert_eq!(line, Some(LineResult::Rejected(Reason::Contractor)));
}

#[test]
fn who_has_no_staff_number_is_named_and_comes_later() {
    let world = world();
    let mut other = earned(9, None, 700);
    other.staff = staff(2);
    world.book.freeze(tenant(1), may(), other);
    let ordered = world.order(by(Way::System));
    assert_eq!(ordered.unlinked, [staff(2)]);
    assert_eq!(ordered.export.unwrap().lines.len(), 1);
}

#[test]
fn a_number_that_payroll_does_not_know_can_be_put_right() {
    let world = world();
    let link = |number: &str| Link {
        staff: staff(1),
        number: crate::employee::StaffNumber::parse(number).unwrap(),
        external_id: None,
    };
    block_on(world.book.link(tenant(1), link("EMP-0024"))).unwrap();
    let wrong = world.ordered();
    assert_eq!(world.send(&wrong), Ok(Sent::Answered(ExportState::Partly)));
    block_on(world.book.link(tenant(1), link("EMP-0042"))).unwrap();
    let right = world.ordered();
    assert_ne!(right.id, wrong.id);
    assert_eq!(world.send(&right), Ok(Sent::Answered(ExportState::Done)));
    assert_eq!(world.payroll.lines().len(), 1);
}

#[test]
fn a_dry_run_leaves_everything_to_be_handed_over() {
    let world = world();
    let dry = ExportOrder {
        mode: Mode::DryRun,
        ..by(Way::System)
    };
    let dry = world.order(dry).export.unwrap();
    assert_eq!(world.send(&dry), Ok(Sent::Answered(ExportState::Done)));
    assert_eq!(world.payroll.lines(), []);
    let real = world.order(by(Way::System));
    assert!(real.new);
}

#[test]
fn a_sheet_is_confirmed_with_its_own_file_only() {
    let world = world();
    let export = world.order(by(Way::Sheet)).export.unwrap();
    let confirm = |hash: u8| {
        let said = SheetConfirmed {
            by: "token:2".to_owned(),
            file_hash: [hash; 32],
            vendor_period_id: Some("WP-May".to_owned()),
        };
        block_on(
            world
                .confirm
                .execute(tenant(1), export.id, said, |_| vec![[5; 32]]),
        )
    };
    assert_eq!(confirm(6), Err(ConfirmSheetError::OtherFile));
    let confirmed = confirm(5).unwrap();
    assert_eq!(confirmed.state, ExportState::Done);
    assert_eq!(world.now(&export), confirmed);
    assert_eq!(confirm(5).unwrap(), confirmed, "twice is once");
    assert_eq!(confirm(6), Err(ConfirmSheetError::ConfirmedBefore));
    assert_eq!(world.payroll.pushes(), 0);
}

#[test]
fn nothing_goes_out_before_it_is_frozen() {
    let world = world();
    let order = ExportOrder {
        month: "2026-06".parse().unwrap(),
        ..by(Way::Sheet)
    };
    let refused = block_on(world.order.execute(tenant(1), order));
    assert_eq!(refused, Err(OrderExportError::NothingFrozen));
}

#[test]
fn a_line_of_which_payroll_says_nothing_is_not_taken_and_is_made_anew() {
    let mut world = world();
    let export = world.ordered();
    let mut silent = MockPayrollGateway::new();
    silent.expect_employees().returning(|_, _| Ok(Vec::new()));
    silent.expect_batch_status().returning(|_, _| Ok(None));
    silent
        .expect_period_state()
        .returning(|_, _| Ok(PeriodState::Open));
    silent.expect_push_earnings().returning(|_| {
        Ok(Receipt {
            vendor_period_id: None,
            totals: Totals::default(),
            results: BTreeMap::new(),
        })
    });
    let payroll = std::mem::replace(&mut world.send.gateway, Arc::new(silent));
    assert_eq!(world.send(&export), Ok(Sent::Answered(ExportState::Partly)));
    let line = world.now(&export).lines.first().unwrap().result;
    assert_eq!(line, Some(LineResult::Rejected(Reason::Other)));
    world.send.gateway = payroll;
    let again = world.ordered();
    assert_ne!(again.id, export.id);
    assert_eq!(world.send(&again), Ok(Sent::Answered(ExportState::Done)));
    assert_eq!(world.payroll.lines().len(), 1);
}
