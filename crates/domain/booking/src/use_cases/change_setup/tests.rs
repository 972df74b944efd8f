use std::collections::BTreeSet;
use std::sync::Arc;

use ratiba_kernel::test_support::{ManualClock, SeededIds, block_on};
use ratiba_kernel::{Money, TenantId};
use time::Duration;
use time::macros::date;

use super::*;
use crate::appointment::Version;
use crate::event::BookingEvent;
use crate::policy::Rules;
use crate::ports::AppointmentBook;
use crate::setup::{BlockForm, BlockSubject, HitList, RosterCard, Standing, WeeklyBlockForm, Why};
use crate::test_support::builders::{NOW, at, from_to, policy, resource, staff, tenants};
use crate::test_support::setup_contract::SetupUnderTest;
use crate::test_support::{InMemoryBook, InMemorySetup, setup_contract};

/// Everybody is paid by M-Pesa.
struct MobileMoneyToo;

#[async_trait::async_trait]
impl PaymentMeans for MobileMoneyToo {
    async fn takes_mobile_money(&self, _tenant: TenantId) -> Result<bool, Outage> {
        Ok(true)
    }
}

struct Ground {
    setup: Arc<InMemorySetup>,
    book: Arc<InMemoryBook>,
}

impl Ground {
    fn fresh() -> Self {
        let book = Arc::new(InMemoryBook::default());
        let setup = InMemorySetup::new(book.clone(), Arc::new(SeededIds::lane(3)));
        for tenant in tenants() {
            let card = |number| RosterCard {
                id: staff(number),
                name: format!("Staff {number}"),
                phone: None,
                weight: 100,
                joined: None,
                standing: Standing::Active,
                weekly: Vec::new(),
                services: BTreeSet::new(),
            };
            setup.open(tenant, policy(), (1..=3).map(card).collect());
        }
        Self {
            setup: Arc::new(setup),
            book,
        }
    }

    fn change(&self) -> ChangeSetup {
        ChangeSetup {
            shelf: self.setup.clone(),
            book: self.setup.clone(),
            means: Arc::new(MobileMoneyToo),
            clock: Arc::new(ManualClock::at(NOW)),
            ids: Arc::new(SeededIds::lane(4)),
        }
    }
}

impl SetupUnderTest for Ground {
    fn book(&self) -> &dyn SetupBook {
        self.setup.as_ref()
    }
    fn shelf(&self) -> &dyn SetupShelf {
        self.setup.as_ref()
    }
    fn list(&self) -> &dyn HitList {
        self.setup.as_ref()
    }
    fn appointments(&self) -> &dyn AppointmentBook {
        self.book.as_ref()
    }
    async fn events(&self, tenant: TenantId) -> Vec<BookingEvent> {
        self.book.events(tenant)
    }
}

#[test]
fn the_fake_keeps_the_contract() {
    block_on(setup_contract(async || Ground::fresh()));
}

fn ordered(order: SetupOrder) -> Result<SetupStep, ChangeSetupError> {
    let ground = Ground::fresh();
    block_on(ground.change().execute(tenants()[0], "token:1", order)).map(|changed| changed.step)
}

fn faults(order: SetupOrder) -> Vec<(String, Why)> {
    match ordered(order) {
        Err(ChangeSetupError::Faulty(faults)) => {
            faults.into_iter().map(|fault| (fault.path, fault.why)).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn stretch(from: (i64, i64), to: (i64, i64)) -> Stretch {
    Stretch {
        start: at(from.0, from.1),
        end: at(to.0, to.1),
    }
}

#[test]
fn a_leave_that_is_over_or_backwards_or_endless_is_refused() {
    let leave = |stretch| SetupOrder::AddLeave(staff(1), stretch, None);
    let path = || "end".to_owned();
    assert_eq!(faults(leave(stretch((-30, 0), (-20, 0)))), [(path(), Why::Past)]);
    assert_eq!(
        faults(leave(stretch((12, 0), (12, 0)))),
        [(path(), Why::Backwards)]
    );
    let endless = faults(leave(stretch((0, 0), (24 * 800, 0))));
    assert_eq!(endless, [(path(), Why::TooManyDays(731))]);
    let told = faults(SetupOrder::AddLeave(
        staff(1),
        stretch((2, 0), (1, 0)),
        Some("x".repeat(201)),
    ));
    assert_eq!(told.len(), 2, "both faults at once");
    assert!(
        ordered(leave(stretch((-30, 0), (12, 30)))).is_ok(),
        "it began already"
    );
}

#[test]
fn a_block_comes_back_at_the_same_hour_of_the_local_clock() {
    let ground = Ground::fresh();
    let mut berlin = policy();
    berlin.zone = crate::test_support::builders::zone("Europe/Berlin");
    ground.setup.open(tenants()[0], berlin.clone(), Vec::new());
    // Friday 2026-10-23, 12:00 in Berlin, summer time; the week after it is winter there.
    let noon = time::macros::datetime!(2026-10-23 10:00 UTC);
    let change = ground.change();
    let order = BlockOrder {
        subject: BlockSubject::Staff(staff(1)),
        stretch: Stretch {
            start: noon,
            end: noon + Duration::HOUR,
        },
        reason: None,
        weekly_until: Some(date!(2026 - 10 - 30)),
    };
    let SetupStep::AddBlocks(blocks) =
        block_on(change.step(tenants()[0], SetupOrder::BlockTime(order))).unwrap()
    else {
        panic!("a block becomes blocks");
    };
    let starts: Vec<_> = blocks
        .iter()
        .map(|block| berlin.zone.local(block.range.start()))
        .collect();
    assert_eq!(starts.len(), 2);
    assert!(
        starts
            .iter()
            .all(|start| start.time() == time::macros::time!(12:00))
    );
    assert_eq!(
        blocks[1].range.start() - blocks[0].range.start(),
        Duration::hours(169)
    );
}

#[test]
fn a_block_comes_back_fifty_three_times_at_most() {
    let block = |until| {
        SetupOrder::BlockTime(BlockOrder {
            subject: BlockSubject::Staff(staff(1)),
            stretch: stretch((12, 0), (13, 0)),
            reason: None,
            weekly_until: Some(until),
        })
    };
    let year = at(12, 0).date() + Duration::weeks(52);
    assert!(matches!(ordered(block(year)), Ok(SetupStep::AddBlocks(blocks)) if blocks.len() == 53));
    let too_long = faults(block(year + Duration::WEEK));
    assert_eq!(
        too_long,
        [("weekly_until".to_owned(), Why::Count { least: 1, most: 53 })]
    );
    let before = faults(block(at(12, 0).date() - Duration::DAY));
    assert_eq!(before, [("weekly_until".to_owned(), Why::Backwards)]);
}

#[test]
fn a_resource_keeps_its_kind() {
    let ground = Ground::fresh();
    let change = ground.change();
    let form = |kind: &str, capacity| ResourceForm {
        kind: kind.to_owned(),
        name: "Room 1".to_owned(),
        capacity,
    };
    let execute = |order| block_on(change.execute(tenants()[0], "token:1", order));
    let made = execute(SetupOrder::AddResource(form("room", 2))).unwrap();
    let SetupStep::PutResource { resource, .. } = made.step else {
        panic!("a resource is put");
    };
    let changed = execute(SetupOrder::ChangeResource(
        resource.id,
        form("couch", 2),
        made.recorded.version,
    ));
    let fixed = vec![Fault::at("kind", Why::Fixed)];
    assert_eq!(changed.unwrap_err(), ChangeSetupError::Faulty(fixed));
    let larger = SetupOrder::ChangeResource(resource.id, form("room", 3), made.recorded.version);
    assert_eq!(
        execute(larger).unwrap().recorded.version,
        made.recorded.version.next()
    );
    let absurd = execute(SetupOrder::AddResource(form("A room", 51)));
    let ChangeSetupError::Faulty(faults) = absurd.unwrap_err() else {
        panic!("faults");
    };
    assert_eq!(faults.len(), 2);
}

#[test]
fn unknown_zones_and_absurd_rules_are_named_together() {
    let rules = Rules {
        grid_step: crate::catalogue::Minutes::NONE,
        ..Rules::default()
    };
    let told = faults(SetupOrder::SetPolicy(
        "Africa/Atlantis".to_owned(),
        Box::new(rules),
        Version::NEW.next(),
    ));
    let paths: Vec<&str> = told.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["zone", "rules.grid_step"]);
}

#[test]
fn amounts_are_not_kept_to_the_cent_while_mpesa_is_taken() {
    let rules = Rules {
        rounding: crate::policy::Rounding::Exact,
        ..Rules::default()
    };
    let order =
        |rules| SetupOrder::SetPolicy("Africa/Nairobi".to_owned(), Box::new(rules), Version::NEW.next());
    assert_eq!(
        faults(order(rules.clone())),
        [("rules.rounding".to_owned(), Why::Cents)]
    );
    let ground = Ground::fresh();
    let cash_only = ChangeSetup {
        means: Arc::new(CashOnly),
        ..ground.change()
    };
    block_on(cash_only.execute(tenants()[0], "token:1", order(rules))).unwrap();
}

struct CashOnly;

#[async_trait::async_trait]
impl PaymentMeans for CashOnly {
    async fn takes_mobile_money(&self, _tenant: TenantId) -> Result<bool, Outage> {
        Ok(false)
    }
}

#[test]
fn years_that_the_law_does_not_reach_have_no_holidays() {
    let told = faults(SetupOrder::SetKenyanHolidays(1999));
    assert_eq!(told[0].0, "year");
    assert!(ordered(SetupOrder::SetKenyanHolidays(2027)).is_ok());
}

#[test]
fn hours_that_overlap_are_refused_before_anything_is_read() {
    let weekly = [(9 * 60, 12 * 60), (11 * 60, 13 * 60)].map(|(from_minute, to_minute)| WeeklyBlockForm {
        weekday: 1,
        block: BlockForm {
            from_minute,
            to_minute,
        },
    });
    let order = SetupOrder::SetHours(staff(1), weekly.to_vec(), Version::NEW.next());
    assert_eq!(faults(order), [("weekly[1]".to_owned(), Why::Overlap)]);
}

#[test]
fn a_block_of_a_room_of_two_for_three_days_makes_six_claims() {
    let block = crate::setup::Block {
        id: ratiba_kernel::Id::from_uuid(resource(1).as_uuid()),
        subject: BlockSubject::Resource {
            id: resource(1),
            seat: None,
        },
        range: from_to((0, 0), (72, 0)),
        reason: None,
    };
    let claims = block.claims(2, crate::policy::BufferRule::Stacked);
    assert_eq!(claims.len(), 6);
    assert!(claims.iter().all(|claim| claim.range.length() <= Duration::DAY));
}

#[test]
fn money_without_a_price_never_becomes_a_service() {
    let form = crate::setup::ServiceForm {
        name: "Facial".to_owned(),
        name_sw: None,
        aliases: Vec::new(),
        category: "face".to_owned(),
        price: Money::kes_minor(0),
        deposit: crate::catalogue::Deposit::None,
        segments: vec![crate::setup::SegmentForm {
            minutes: 45,
            staff: crate::catalogue::StaffNeed::Needed,
            resource_kind: None,
            client: crate::catalogue::ClientPresence::Present,
        }],
        buffer_before: 0,
        buffer_after: 0,
        tax: ratiba_kernel::BasisPoints::new(0),
        product_cost: None,
        staff: Vec::new(),
        notice: crate::policy::PerChannel::default(),
        horizon_days: crate::policy::PerChannel::default(),
    };
    let told = faults(SetupOrder::AddService(form));
    assert_eq!(told, [("price.amount_minor".to_owned(), Why::NoPrice)]);
}
