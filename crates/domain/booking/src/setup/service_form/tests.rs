use ratiba_kernel::Currency;

use super::*;
use crate::test_support::builders::{policy, service, staff};

fn form() -> ServiceForm {
    ServiceForm {
        name: "Swedish massage 60".to_owned(),
        name_sw: Some("Masaji".to_owned()),
        aliases: vec!["swedish".to_owned()],
        category: "massage".to_owned(),
        price: Money::kes_minor(350_000),
        deposit: Deposit::Percent(BasisPoints::new(5_000)),
        segments: vec![SegmentForm {
            minutes: 60,
            staff: StaffNeed::Needed,
            resource_kind: Some("couch".to_owned()),
            client: ClientPresence::Present,
        }],
        buffer_before: 0,
        buffer_after: 15,
        tax: BasisPoints::new(1_600),
        product_cost: None,
        staff: vec![staff(1)],
        notice: PerChannel::default(),
        horizon_days: PerChannel::default(),
    }
}

fn faults(change: impl FnOnce(&mut ServiceForm)) -> Vec<String> {
    let mut form = form();
    change(&mut form);
    match form.read(service(1), Offering::Active, &policy()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|fault| fault.path).collect(),
    }
}

#[test]
fn what_a_form_says_is_a_service_that_can_be_sold() {
    let read = form().read(service(1), Offering::Active, &policy()).unwrap();
    assert_eq!(read.check(Rounding::WholeUnits), Ok(()));
    assert_eq!(read.recipe.duration(), Minutes::new(60));
    assert_eq!(read.product_cost, Money::kes_minor(0));
}

#[test]
fn every_fault_is_named_at_once_with_its_path() {
    let told = faults(|form| {
        form.name = String::new();
        form.aliases = vec!["rub".to_owned(), "Rub".to_owned()];
        form.category = "Not a word".to_owned();
        form.price = Money::kes_minor(350_050);
        form.deposit = Deposit::Percent(BasisPoints::new(10_001));
        form.segments.push(SegmentForm {
            minutes: 0,
            staff: StaffNeed::Free,
            resource_kind: Some("BIG ROOM".to_owned()),
            client: ClientPresence::Absent,
        });
        form.buffer_after = 241;
        form.tax = BasisPoints::new(10_001);
        form.staff = vec![staff(1), staff(1)];
        form.notice.chat = Some(NOTICE_MOST + 1);
        form.horizon_days.desk = Some(HORIZON_MOST + 1);
    });
    assert_eq!(
        told,
        [
            "name",
            "aliases[1]",
            "price.amount_minor",
            "deposit.basis_points",
            "tax_basis_points",
            "notice_minutes.chat",
            "horizon_days.desk",
            "category",
            "segments[1].minutes",
            "segments[1].resource_kind",
            "buffer_after_minutes",
            "staff_ids[1]",
        ]
    );
}

#[test]
fn a_price_of_nothing_is_refused_and_never_guessed() {
    for minor in [0, -100] {
        assert_eq!(
            faults(|form| form.price = Money::kes_minor(minor)),
            ["price.amount_minor"]
        );
    }
}

#[test]
fn cents_are_refused_where_mpesa_is_taken_and_only_there() {
    let mut exact = policy();
    exact.rules.rounding = Rounding::Exact;
    let with_cents = || ServiceForm {
        price: Money::kes_minor(350_050),
        ..form()
    };
    assert!(with_cents().read(service(1), Offering::Active, &exact).is_ok());
    let refused = with_cents()
        .read(service(1), Offering::Active, &policy())
        .unwrap_err();
    assert_eq!(refused, [Fault::at("price.amount_minor", Why::Cents)]);
}

#[test]
fn a_deposit_is_never_above_the_price_nor_in_another_currency() {
    let whole = Deposit::Flat(Money::kes_minor(350_000));
    assert_eq!(faults(|form| form.deposit = whole), Vec::<String>::new());
    let above = Deposit::Flat(Money::kes_minor(350_100));
    assert_eq!(faults(|form| form.deposit = above), ["deposit.amount"]);
    let foreign = Deposit::Flat(Money::new(100, Currency::Usd));
    assert_eq!(faults(|form| form.deposit = foreign), ["deposit.amount.currency"]);
}

#[test]
fn somebody_must_work_and_the_client_must_be_there() {
    assert_eq!(
        faults(|form| form.segments[0].staff = StaffNeed::Free),
        ["segments"]
    );
    assert_eq!(
        faults(|form| form.segments[0].client = ClientPresence::Absent),
        ["segments"]
    );
    assert_eq!(faults(|form| form.segments.clear()), ["segments"]);
    let day_and_more = |form: &mut ServiceForm| {
        form.segments[0].minutes = 1_440;
        let more = form.segments[0].clone();
        form.segments.push(more);
    };
    assert_eq!(faults(day_and_more), ["segments"]);
}

#[test]
fn a_services_own_window_stands_in_for_the_tenants() {
    use crate::policy::Channel;
    let form = ServiceForm {
        notice: PerChannel {
            chat: Some(1_440),
            ..PerChannel::default()
        },
        horizon_days: PerChannel {
            desk: Some(7),
            ..PerChannel::default()
        },
        ..form()
    };
    let service = form.read(service(1), Offering::Active, &policy()).unwrap();
    let rules = policy().rules;
    assert_eq!(service.notice(&rules, Channel::Chat), Minutes::new(1_440));
    assert_eq!(service.notice(&rules, Channel::Web), rules.notice.web);
    assert_eq!(service.horizon_days(&rules, Channel::Desk), 7);
    assert_eq!(service.horizon_days(&rules, Channel::Chat), 60);
}

#[test]
fn the_form_of_a_service_describes_the_same_service() {
    let mut form = form();
    form.product_cost = Some(Money::kes_minor(20_000));
    form.notice.chat = Some(90);
    form.horizon_days.web = Some(30);
    let sold = form.read(service(1), Offering::Active, &policy()).unwrap();
    let again = ServiceForm::from(&sold).read(service(1), Offering::Active, &policy());
    assert_eq!(again, Ok(sold));
}
