//! The promises of the ports, as a suite that every implementation passes.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::test_support::{ManualClock, SeededIds, tenant};
use ratiba_kernel::{BasisPoints, Id, IdSource, TenantId};
use serde_json::json;
use time::macros::{date, datetime};

use super::builders::{
    a_tier, category, kes, money, month, nairobi, percent, rule, service, some_work, staff, tiered,
};
use crate::Month;
use crate::amend::DeltaCause;
use crate::base::tax_contained;
use crate::engine::{StaffFigure, compute};
use crate::event::CommissionEvent;
use crate::fees::{FeeStep, FeeTariff};
use crate::guarantee::{Guarantee, Stretch};
use crate::hash::InputsMark;
use crate::period::{FrozenBy, FrozenDocument, PeriodKind};
use crate::ports::{
    AddRuleError, Agreed, Amend, AmendError, CommissionBook, CommissionRules, CompletedWork, Dismissal,
    Draft, EarlierWork, EndRule, EndRuleError, Freeze, FreezeError, PutSettingsError, Teams,
};
use crate::resolve::RuleTable;
use crate::rule::{Rule, RuleScope, RuleType, RuleValue, Validity};
use crate::settings::{CloseMode, CommissionSettings, NoShowBase, Precedence};
use crate::split::{Shares, Sharing};
use crate::terms::{Names, Terms};
use crate::tiers::TierMethod;
use crate::tips::Tip;
use crate::use_cases::{ShareTeam, ShareTeamError, TeamOrder};
use crate::work::{CompletedAppointment, Sale};

/// An implementation under test and what it takes to prepare it.
#[async_trait(?Send)]
pub trait Ground {
    /// The port for work.
    fn work(&self) -> Arc<dyn CompletedWork>;
    /// The port for teams.
    fn teams(&self) -> Arc<dyn Teams>;
    /// The port for rules.
    fn rules(&self) -> Arc<dyn CommissionRules>;
    /// The port for frozen months.
    fn book(&self) -> Arc<dyn CommissionBook>;
    /// Makes the tenant exist, with these switches. The first thing that is asked for a tenant.
    async fn open(&self, tenant: TenantId, settings: CommissionSettings);
    /// Puts somebody on the roster, once.
    async fn hire(&self, tenant: TenantId, staff: crate::StaffId);
    /// Calls somebody on the roster something else.
    async fn rename(&self, tenant: TenantId, staff: crate::StaffId, name: &str);
    /// Records completed work of people on the roster.
    async fn record(&self, tenant: TenantId, work: &CompletedAppointment);
    /// Every event recorded so far, oldest first.
    async fn events(&self, tenant: TenantId) -> Vec<CommissionEvent>;
    /// The month that a draft waits for and its fingerprint, for every draft.
    async fn drafts(&self, tenant: TenantId) -> Vec<(Month, crate::hash::ContentHash)>;
}

/// Every promise of [`CompletedWork`], [`Teams`], [`CommissionRules`] and [`CommissionBook`]. `fresh` gives an empty
/// implementation each time.
///
/// # Panics
/// If a promise is broken.
pub async fn commission_contract<G: Ground>(fresh: impl AsyncFn() -> G) {
    settings_read_back(&fresh().await).await;
    names_are_those_of_now(&fresh().await).await;
    what_is_carried_is_taken_in_once(&fresh().await).await;
    an_amendment_is_frozen_once_and_carries(&fresh().await).await;
    a_dismissal_is_read_back(&fresh().await).await;
    settings_are_put_once_for_each_version(&fresh().await).await;
    a_rule_ends_as_the_next_begins(&fresh().await).await;
    no_rule_begins_or_ends_in_a_frozen_month(&fresh().await).await;
    rules_of_every_type_read_back(&fresh().await).await;
    rules_of_one_key_never_share_a_day(&fresh().await).await;
    the_end_of_the_work_decides_its_period(&fresh().await).await;
    work_reads_back_as_recorded(&fresh().await).await;
    what_a_month_is_made_from_is_marked(&fresh().await).await;
    a_month_that_agrees_is_noted_anew(&fresh().await).await;
    shares_are_put_at_the_version_that_was_seen(&fresh().await).await;
    a_frozen_month_reads_back_line_by_line(&fresh().await).await;
    a_second_freeze_is_refused_and_leaves_no_trace(&fresh().await).await;
    a_draft_may_be_replaced_until_the_month_is_frozen(&fresh().await).await;
    one_tenant_never_sees_anothers_rows(&fresh().await).await;
}

fn of_staff(number: u64) -> RuleScope {
    RuleScope::Staff(staff(number))
}

fn of(name: &str) -> RuleScope {
    RuleScope::Category(category(name))
}

fn standard() -> CommissionSettings {
    super::builders::settings()
}

async fn settings_read_back<G: Ground>(ground: &G) {
    let special = CommissionSettings {
        zone: nairobi(),
        currency: ratiba_kernel::Currency::Kes,
        precedence: Precedence::StaffBeforeCategory,
        no_show_base: NoShowBase::Fee,
        close_mode: CloseMode::Review,
        payment_fees: FeeTariff::new(vec![FeeStep {
            from_minor: 0,
            flat_minor: 500,
            basis_points: 0,
        }])
        .unwrap_or_else(|error| panic!("{error}")),
        guarantees: BTreeMap::from([(
            staff(1),
            Guarantee {
                per: Stretch::Day,
                amount_minor: 100_000,
            },
        )]),
        clawback_floor: Some(kes(0)),
    };
    ground.open(tenant(1), standard()).await;
    ground.open(tenant(2), special.clone()).await;
    assert_eq!(ground.rules().settings(tenant(1)).await, Ok(standard()));
    assert_eq!(ground.rules().settings(tenant(2)).await, Ok(special));
}

async fn what_a_month_is_made_from_is_marked<G: Ground>(ground: &G) {
    ground.open(tenant(1), standard()).await;
    ground.hire(tenant(1), staff(1)).await;
    let Some(may) = month("2026-05").range(&nairobi()) else {
        panic!("May has no range");
    };
    let mark = async || ground.work().inputs(tenant(1), may).await;
    let empty = mark().await;
    assert!(empty.is_ok(), "{empty:?}");
    ground.record(tenant(1), &some_work(1).build()).await;
    let one = mark().await;
    assert_ne!(one, empty);
    assert_eq!(mark().await, one, "nothing changed");
    let rule = rule(1, of("massage"), percent(1_000));
    assert_eq!(ground.rules().add(tenant(1), rule).await, Ok(()));
    let ruled = mark().await;
    assert_ne!(ruled, one);
    ground.hire(tenant(1), staff(2)).await;
    assert_ne!(mark().await, ruled);
}

async fn a_month_that_agrees_is_noted_anew<G: Ground>(ground: &G) {
    ground.open(tenant(1), standard()).await;
    ground.open(tenant(2), standard()).await;
    let may = month("2026-05");
    assert_eq!(ground.book().agreed(tenant(1), may).await, Ok(None));
    for (byte, documents) in [(1, 2), (2, 3)] {
        let agreed = Agreed {
            inputs: InputsMark::from_bytes([byte; 32]),
            documents,
        };
        assert_eq!(ground.book().note_agreed(tenant(1), may, agreed).await, Ok(()));
        assert_eq!(ground.book().agreed(tenant(1), may).await, Ok(Some(agreed)));
    }
    assert_eq!(ground.book().agreed(tenant(1), month("2026-04")).await, Ok(None));
    assert_eq!(ground.book().agreed(tenant(2), may).await, Ok(None));
}

async fn rules_of_every_type_read_back<G: Ground>(ground: &G) {
    ground.open(tenant(1), standard()).await;
    ground.hire(tenant(1), staff(1)).await;
    let parse = |kind, scope: &RuleScope, value| {
        RuleValue::parse(kind, scope, &value, ratiba_kernel::Currency::Kes).unwrap_or_else(|e| panic!("{e}"))
    };
    let overrides = json!({
        "services": {service(3).to_string(): 4_000},
        "categories": {"nails": 3_500}
    });
    let own = json!({"rate_basis_points": 3_000, "overrides": overrides, "base": {"start": "list_price",
        "subtract": ["payment_fee", "discount"]}});
    let ladder = json!({"method": "retroactive", "measure": "count", "measure_scope": "all",
        "tiers": [{"floor": 0, "rate_basis_points": 4_000}, {"floor": 20, "rate_basis_points": 4_500}]});
    let rules = vec![
        rule(1, of_staff(1), parse(RuleType::Pct, &of_staff(1), own)),
        rule(
            2,
            of("nails"),
            parse(RuleType::Fixed, &of("nails"), json!({"amount_minor": 50_000})),
        ),
        rule(3, of("massage"), parse(RuleType::Tiered, &of("massage"), ladder)),
    ];
    for rule in &rules {
        assert_eq!(ground.rules().add(tenant(1), rule.clone()).await, Ok(()));
    }
    assert_eq!(
        ground.rules().add(tenant(1), rules[0].clone()).await,
        Ok(()),
        "twice is once"
    );
    assert_eq!(ground.rules().all(tenant(1)).await, Ok(rules));
}

fn valid(rule: Rule, from: time::Date, to: Option<time::Date>) -> Rule {
    let validity = Validity::new(from, to).unwrap_or_else(|error| panic!("{error}"));
    Rule { validity, ..rule }
}

async fn rules_of_one_key_never_share_a_day<G: Ground>(ground: &G) {
    ground.open(tenant(1), standard()).await;
    ground.hire(tenant(1), staff(1)).await;
    let rules = ground.rules();
    let june = date!(2026 - 06 - 01);
    let until_june = valid(
        rule(1, of("massage"), percent(4_000)),
        date!(2026 - 01 - 01),
        Some(june),
    );
    assert_eq!(rules.add(tenant(1), until_june).await, Ok(()));
    let last_of_may = valid(
        rule(2, of("massage"), percent(4_500)),
        date!(2026 - 05 - 31),
        None,
    );
    assert_eq!(
        rules.add(tenant(1), last_of_may).await,
        Err(AddRuleError::Overlaps)
    );
    let touching = valid(rule(3, of("massage"), percent(4_500)), june, None);
    assert_eq!(rules.add(tenant(1), touching).await, Ok(()));
    assert_eq!(
        rules.add(tenant(1), rule(4, of("nails"), percent(4_500))).await,
        Ok(())
    );
    assert_eq!(
        rules.add(tenant(1), rule(5, of_staff(1), percent(100))).await,
        Ok(())
    );
    let again = rules.add(tenant(1), rule(6, of_staff(1), percent(200))).await;
    assert_eq!(again, Err(AddRuleError::Overlaps));
    let stranger = rules.add(tenant(1), rule(7, of_staff(99), percent(100))).await;
    assert_eq!(stranger, Err(AddRuleError::UnknownStaff));
    let kept = rules.all(tenant(1)).await.unwrap_or_default();
    assert_eq!(kept.len(), 4, "what was refused left no trace");
}

async fn the_end_of_the_work_decides_its_period<G: Ground>(ground: &G) {
    ground.open(tenant(1), standard()).await;
    ground.hire(tenant(1), staff(1)).await;
    let (last, first) = (datetime!(2026-05-31 20:59 UTC), datetime!(2026-05-31 21:00 UTC));
    let in_may = some_work(1).ending(last).build();
    let in_june = some_work(2).ending(first).build();
    let planned_for_june = some_work(3).ending(first).without_actuals().build();
    // Planned for May and recorded as ended in June: the record counts.
    let mut over_midnight = some_work(4).ending(last).build();
    over_midnight.actual_end = Some(datetime!(2026-05-31 21:10 UTC));
    for work in [&in_may, &in_june, &planned_for_june, &over_midnight] {
        ground.record(tenant(1), work).await;
    }
    for (text, expected) in [
        ("2026-05", vec![in_may.id]),
        ("2026-06", vec![in_june.id, planned_for_june.id, over_midnight.id]),
    ] {
        let range = month(text).range(&nairobi()).unwrap_or_else(|| panic!("{text}"));
        let found = ground
            .work()
            .in_period(tenant(1), range, EarlierWork::AsRulesSay)
            .await
            .unwrap_or_else(|e| panic!("{e}"));
        let mut found: Vec<_> = found.into_iter().map(|work| work.id).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }
}

fn taxed(list: i64, discount: i64) -> Sale {
    let charged = money(list - discount);
    Sale {
        list_price: money(list),
        discount: money(discount),
        charged,
        tax: tax_contained(charged, ratiba_kernel::BasisPoints::new(1_600)).unwrap_or(charged),
        product_cost: money(5_000),
        ..Sale::at(charged)
    }
}

async fn work_reads_back_as_recorded<G: Ground>(ground: &G) {
    ground.open(tenant(1), standard()).await;
    // Not in the order of their ids, so that the order entered is seen to be kept.
    let team = [staff(3), staff(1), staff(2)];
    for person in team {
        ground.hire(tenant(1), person).await;
    }
    let points = [5_000, 3_000, 2_000]
        .map(ratiba_kernel::BasisPoints::new)
        .to_vec();
    let plain = some_work(1)
        .sold(taxed(350_000, 25_000))
        .tipped(Tip::of(money(15_050)))
        .build();
    let shared = some_work(2)
        .of(service(2), category("nails"))
        .shared(&team, Shares::Equal)
        .build();
    let parted = some_work(3)
        .shared(&team, Shares::Points(points))
        .without_actuals()
        .build();
    let missed = some_work(4).no_show(20_000).build();
    let recorded = vec![plain, shared, parted, missed];
    for work in &recorded {
        ground.record(tenant(1), work).await;
    }
    let range = month("2026-05")
        .range(&nairobi())
        .unwrap_or_else(|| panic!("no month"));
    let mut found = ground
        .work()
        .in_period(tenant(1), range, EarlierWork::AsRulesSay)
        .await
        .unwrap_or_else(|e| panic!("{e}"));
    found.sort_unstable_by_key(|work| work.id);
    assert_eq!(found, recorded);
    for work in recorded {
        let team = ground.teams().team(tenant(1), work.id).await;
        assert_eq!(team, Ok(Some(work.renderers)));
        assert_eq!(ground.teams().team(tenant(2), work.id).await, Ok(None));
    }
    let roster = ground.work().roster(tenant(1)).await;
    assert_eq!(roster, Ok(vec![staff(1), staff(2), staff(3)]));
}

fn by_manager() -> crate::PersonId {
    Id::from_uuid(uuid::Uuid::from_u128(9))
}

async fn shares_are_put_at_the_version_that_was_seen<G: Ground>(ground: &G) {
    let ids = SeededIds::lane(7);
    // Its month is frozen below; of the month before nothing is.
    let freeze = a_month_of_two(ground, tenant(1), &ids).await;
    let early = datetime!(2026-04-13 10:00 UTC);
    let team = [staff(1), staff(2)];
    let open = some_work(61).shared(&team, Shares::Equal).ending(early).build();
    let closed = some_work(62).shared(&team, Shares::Equal).build();
    for work in [&open, &closed] {
        ground.record(tenant(1), work).await;
    }
    let share = ShareTeam {
        teams: ground.teams(),
        clock: Arc::new(ManualClock::at(datetime!(2026-05-20 10:00 UTC))),
    };
    let points = |first: u32, second: u32| {
        let shares = [
            (staff(2), BasisPoints::new(second)),
            (staff(1), BasisPoints::new(first)),
        ];
        Sharing::Points(shares.to_vec())
    };
    let order = |work: &CompletedAppointment, seen, sharing| TeamOrder {
        appointment: work.id,
        seen,
        sharing,
        by: by_manager(),
    };
    let before = ground.events(tenant(1)).await.len();
    let put = share
        .execute(tenant(1), order(&open, 1, points(7_000, 3_000)))
        .await;
    let version = put.map(|shared| shared.version);
    assert_eq!(version, Ok(2));
    let told = ground.events(tenant(1)).await.split_off(before);
    let said = CommissionEvent::SharesSet {
        appointment: open.id,
        shares: vec![(staff(1), Some(7_000)), (staff(2), Some(3_000))],
        by: by_manager(),
    };
    assert_eq!(told, [said]);
    let known = ground.teams().team(tenant(1), open.id).await;
    let shares = known.ok().flatten().map(|team| team.shares().clone());
    let seven_to_three = [7_000, 3_000].map(BasisPoints::new).to_vec();
    assert_eq!(shares, Some(Shares::Points(seven_to_three)));
    let stale = share
        .execute(tenant(1), order(&open, 1, points(6_000, 4_000)))
        .await;
    assert_eq!(stale, Err(ShareTeamError::Stale));
    let foreign = share.execute(tenant(2), order(&open, 2, Sharing::Alike)).await;
    assert_eq!(foreign, Err(ShareTeamError::Unknown));
    for (seen, sharing, shares) in [
        (2, Sharing::FullToEach, Shares::FullToEach),
        (3, Sharing::Alike, Shares::Equal),
    ] {
        let put = share.execute(tenant(1), order(&open, seen, sharing)).await;
        assert_eq!(put.map(|shared| shared.version), Ok(seen + 1));
        let known = ground.teams().team(tenant(1), open.id).await;
        let known = known.ok().flatten().map(|team| team.shares().clone());
        assert_eq!(known, Some(shares));
    }
    assert_eq!(ground.book().freeze(tenant(1), freeze).await, Ok(()));
    let frozen = share
        .execute(tenant(1), order(&closed, 1, points(7_000, 3_000)))
        .await;
    assert_eq!(frozen, Err(ShareTeamError::MonthFrozen));
    let unfrozen = ground.teams().team(tenant(1), closed.id).await;
    assert_eq!(unfrozen, Ok(Some(closed.renderers)));
}

/// A month with a ladder, a fixed sum, a gap, a shared visit and tips.
async fn a_month_of_two<G: Ground>(ground: &G, tenant: TenantId, ids: &SeededIds) -> Freeze {
    ground.open(tenant, standard()).await;
    ground.hire(tenant, staff(1)).await;
    ground.hire(tenant, staff(2)).await;
    let ladder = tiered(TierMethod::Marginal, &[a_tier(0, 1_000), a_tier(100_000, 2_000)]);
    let fixed = RuleValue::Fixed {
        amounts: crate::rule::Overridable::general(kes(250)),
        base: crate::base::BaseRecipe::default(),
    };
    let rules = [
        rule(1, of("massage"), ladder),
        rule(2, of("nails"), fixed),
        rule(3, of_staff(2), percent(3_000)),
    ];
    let work = vec![
        some_work(1).sold(taxed(350_000, 25_000)).build(),
        some_work(2)
            .shared(&[staff(1), staff(2)], Shares::Equal)
            .tipped(Tip::of(kes(101)))
            .build(),
        some_work(3)
            .of(service(2), category("nails"))
            .without_actuals()
            .build(),
        some_work(4).of(service(3), category("hair")).build(),
    ];
    for work in &work {
        ground.record(tenant, work).await;
    }
    let table = RuleTable::new(rules).unwrap_or_else(|error| panic!("{error}"));
    let roster = [staff(1), staff(2)];
    let figures = compute(month("2026-05"), &work, &table, &standard(), &roster)
        .unwrap_or_else(|error| panic!("{error}"));
    let person = FrozenBy::Person(ids.next_id());
    let documents: Vec<FrozenDocument> = figures
        .staff
        .into_iter()
        .zip([FrozenBy::System, person])
        .map(|(figure, by)| {
            let at = datetime!(2026-06-01 02:00 UTC);
            let terms = terms(&figure);
            FrozenDocument::close(ids.next_id(), month("2026-05"), figure, kes(0), terms, at, by)
        })
        .collect();
    let periods = documents.iter().map(|document| document.period().id).collect();
    Freeze {
        month: month("2026-05"),
        documents,
        events: vec![CommissionEvent::MonthFrozen {
            month: month("2026-05"),
            periods,
        }],
    }
}

/// Terms of their own, so that a test sees whether they were kept.
fn terms(figure: &StaffFigure) -> Terms {
    Terms {
        business: "As it was called".to_owned(),
        name: format!("As {} was called", figure.staff),
        zone: nairobi(),
        guarantee: standard().guarantees.get(&figure.staff).copied(),
    }
}

async fn names_are_those_of_now<G: Ground>(ground: &G) {
    ground.open(tenant(1), standard()).await;
    for number in [1, 2] {
        ground.hire(tenant(1), staff(number)).await;
    }
    let named = |business: &str, first: &str| Names {
        business: business.to_owned(),
        staff: BTreeMap::from([(staff(1), first.to_owned()), (staff(2), "Amina".to_owned())]),
    };
    let now = ground.work().names(tenant(1)).await;
    assert_eq!(now, Ok(named("Aria Aura Spa", "Amina")));
    ground.rename(tenant(1), staff(1), "Zawadi").await;
    let now = ground.work().names(tenant(1)).await;
    assert_eq!(now, Ok(named("Aria Aura Spa", "Zawadi")));
}

async fn what_is_carried_is_taken_in_once<G: Ground>(ground: &G) {
    let may = a_month_of_two(ground, tenant(1), &SeededIds::lane(0xf1)).await;
    let book = ground.book();
    let ids = SeededIds::lane(0xf2);
    let of = |text: &str, carried: i64| {
        let documents = may.documents.iter().take(1).map(|document| {
            let period = crate::period::PeriodRecord {
                id: ids.next_id(),
                month: month(text),
                carried: kes(carried),
                ..(**document.period()).clone()
            };
            FrozenDocument::restore(crate::period::FrozenPeriod::restore(period), Vec::new())
        });
        Freeze {
            month: month(text),
            documents: documents.collect(),
            events: Vec::new(),
        }
    };
    assert_eq!(book.freeze(tenant(1), of("2026-05", 40)).await, Ok(()));
    let refused = book.freeze(tenant(1), of("2026-06", -41)).await;
    assert_eq!(refused, Err(FreezeError::CarriedTaken));
    assert_eq!(book.periods(tenant(1), month("2026-06")).await, Ok(Vec::new()));
    assert_eq!(book.freeze(tenant(1), of("2026-06", -30)).await, Ok(()));
    let refused = book.freeze(tenant(1), of("2026-07", -30)).await;
    assert_eq!(refused, Err(FreezeError::CarriedTaken));
    assert_eq!(book.freeze(tenant(1), of("2026-07", -10)).await, Ok(()));
    assert_eq!(book.carried(tenant(1)).await, Ok(BTreeMap::new()));
}

async fn a_frozen_month_reads_back_line_by_line<G: Ground>(ground: &G) {
    let freeze = a_month_of_two(ground, tenant(1), &SeededIds::lane(0xf1)).await;
    let book = ground.book();
    assert_eq!(book.freeze(tenant(1), freeze.clone()).await, Ok(()));
    assert_eq!(ground.events(tenant(1)).await, freeze.events);
    let periods: Vec<_> = freeze.documents.iter().map(|d| d.period().clone()).collect();
    assert_eq!(book.periods(tenant(1), month("2026-05")).await, Ok(periods));
    assert_eq!(book.periods(tenant(1), month("2026-04")).await, Ok(Vec::new()));
    for document in &freeze.documents {
        let period = document.period();
        assert_eq!(period.kind, PeriodKind::Close);
        assert_eq!(
            book.period(tenant(1), period.id).await,
            Ok(Some(document.clone()))
        );
        let found = book.find_close(tenant(1), period.staff, month("2026-05")).await;
        assert_eq!(found, Ok(Some(period.clone())));
        let other = book.find_close(tenant(1), period.staff, month("2026-06")).await;
        assert_eq!(other, Ok(None));
    }
}

async fn a_second_freeze_is_refused_and_leaves_no_trace<G: Ground>(ground: &G) {
    let first = a_month_of_two(ground, tenant(1), &SeededIds::lane(0xf1)).await;
    let book = ground.book();
    assert_eq!(book.freeze(tenant(1), first.clone()).await, Ok(()));
    let ids = SeededIds::lane(0xf2);
    let again = Freeze {
        documents: first
            .documents
            .iter()
            .map(|document| {
                let record = (**document.period()).clone();
                let period = crate::period::PeriodRecord {
                    id: ids.next_id(),
                    ..record
                };
                let period = crate::period::FrozenPeriod::restore(period);
                FrozenDocument::restore(period, document.lines().to_vec())
            })
            .collect(),
        ..first.clone()
    };
    // Also where only somebody else's figure would be new.
    for documents in [again.documents.clone(), again.documents[1..].to_vec()] {
        let change = Freeze {
            documents,
            ..again.clone()
        };
        let Err(FreezeError::AlreadyFrozen(frozen)) = book.freeze(tenant(1), change).await else {
            panic!("a month was frozen twice");
        };
        let expected: Vec<_> = first
            .documents
            .iter()
            .map(|d| (d.period().staff, d.period().id))
            .collect();
        let found: Vec<_> = frozen
            .iter()
            .map(|frozen| (frozen.staff, frozen.period))
            .collect();
        assert_eq!(found, expected);
        assert_eq!(frozen[0].content_hash, first.documents[0].period().content_hash);
    }
    assert_eq!(ground.events(tenant(1)).await, first.events);
    assert_eq!(
        book.periods(tenant(1), month("2026-05"))
            .await
            .map(|periods| periods.len()),
        Ok(2)
    );
    assert_eq!(
        book.period(tenant(1), again.documents[0].period().id).await,
        Ok(None)
    );
}

async fn an_amendment_is_frozen_once_and_carries<G: Ground>(ground: &G) {
    let freeze = a_month_of_two(ground, tenant(1), &SeededIds::lane(0xf1)).await;
    let book = ground.book();
    assert_eq!(book.last_frozen(tenant(1)).await, Ok(None));
    assert_eq!(book.freeze(tenant(1), freeze.clone()).await, Ok(()));
    assert_eq!(book.last_frozen(tenant(1)).await, Ok(Some(month("2026-05"))));
    let close = &freeze.documents[0];
    let amendment = |number: u64, of: crate::PeriodId| {
        let period = crate::period::PeriodRecord {
            id: SeededIds::lane(number).next_id(),
            kind: PeriodKind::Amendment { of },
            commission: kes(-100),
            top_up: kes(30),
            carried: kes(40),
            services_rendered: -1,
            ..(**close.period()).clone()
        };
        let lines = close.lines().iter().take(1).cloned();
        let lines = lines.map(|line| {
            let reason = crate::engine::Reason {
                rendered_seconds: -3_600,
                change: Some(DeltaCause::Corrected),
                ..line.reason
            };
            crate::engine::Line { reason, ..line }
        });
        let period = crate::period::FrozenPeriod::restore(period);
        let document = FrozenDocument::restore(period, lines.collect());
        Amend {
            opening: None,
            event: CommissionEvent::PeriodAmended {
                month: month("2026-05"),
                staff: document.period().staff,
                period: document.period().id,
                of,
            },
            document,
        }
    };
    let first = amendment(0xa1, close.period().id);
    assert_eq!(book.amend(tenant(1), first.clone()).await, Ok(()));
    let id = first.document.period().id;
    assert_eq!(book.period(tenant(1), id).await, Ok(Some(first.document.clone())));
    let carried = BTreeMap::from([(close.period().staff, kes(40))]);
    assert_eq!(book.carried(tenant(1)).await, Ok(carried));
    // Neither the same document again, nor one that is not there.
    for of in [close.period().id, amendment(0xa2, id).document.period().id] {
        let refused = book.amend(tenant(1), amendment(0xa3, of)).await;
        assert_eq!(refused, Err(AmendError::Stale));
    }
    assert_eq!(book.amend(tenant(1), amendment(0xa4, id)).await, Ok(()));
    // Of somebody for whom nothing was frozen the close comes with it, once.
    ground.hire(tenant(1), staff(33)).await;
    let opened = |number: u64| {
        let of_them = |document: &FrozenDocument, id, kind| {
            let record = crate::period::PeriodRecord {
                id,
                kind,
                staff: staff(33),
                carried: kes(0),
                ..(**document.period()).clone()
            };
            let period = crate::period::FrozenPeriod::restore(record);
            FrozenDocument::restore(period, document.lines().to_vec())
        };
        let of = SeededIds::lane(number + 1).next_id();
        let opening = of_them(close, of, PeriodKind::Close);
        let opening = FrozenDocument::restore(opening.period().clone(), Vec::new());
        let change = amendment(number, of);
        let id = change.document.period().id;
        Amend {
            opening: Some(opening),
            document: of_them(&change.document, id, PeriodKind::Amendment { of }),
            ..change
        }
    };
    let first = opened(0xb1);
    assert_eq!(book.amend(tenant(1), first.clone()).await, Ok(()));
    for document in [first.opening.clone(), Some(first.document.clone())]
        .into_iter()
        .flatten()
    {
        let found = book.period(tenant(1), document.period().id).await;
        assert_eq!(found, Ok(Some(document)));
    }
    assert_eq!(book.amend(tenant(1), opened(0xc1)).await, Err(AmendError::Stale));
    let expected = freeze.events.len() + 3;
    assert_eq!(ground.events(tenant(1)).await.len(), expected);
}

async fn settings_are_put_once_for_each_version<G: Ground>(ground: &G) {
    ground.open(tenant(1), standard()).await;
    let rules = ground.rules();
    let Ok((before, version)) = rules.settings_at(tenant(1)).await else {
        panic!("no settings");
    };
    assert_eq!(before, standard());
    let changed = CommissionSettings {
        close_mode: CloseMode::Review,
        clawback_floor: Some(kes(40)),
        ..before
    };
    let put = rules.put_settings(tenant(1), changed.clone(), version).await;
    assert_eq!(put, Ok(version + 1));
    let again = rules.put_settings(tenant(1), standard(), version).await;
    assert_eq!(again, Err(PutSettingsError::Stale));
    assert_eq!(rules.settings_at(tenant(1)).await, Ok((changed, version + 1)));
}

async fn a_dismissal_is_read_back<G: Ground>(ground: &G) {
    let freeze = a_month_of_two(ground, tenant(1), &SeededIds::lane(0xf1)).await;
    let period = freeze.documents[0].period();
    let dismissal = Dismissal {
        month: month("2026-05"),
        staff: period.staff,
        content_hash: period.content_hash,
        reason: "agreed with her".to_owned(),
        by: crate::PersonId::from_uuid(staff(9).as_uuid()),
        at: datetime!(2026-06-05 09:00 UTC),
    };
    let book = ground.book();
    assert_eq!(book.dismiss(tenant(1), dismissal.clone()).await, Ok(()));
    assert_eq!(
        book.dismissed(tenant(1), month("2026-05")).await,
        Ok(vec![dismissal])
    );
    assert_eq!(book.dismissed(tenant(1), month("2026-04")).await, Ok(Vec::new()));
}

/// Also for whoever looked before the month was frozen: the port itself refuses.
async fn no_rule_begins_or_ends_in_a_frozen_month<G: Ground>(ground: &G) {
    let freeze = a_month_of_two(ground, tenant(1), &SeededIds::lane(0xf1)).await;
    let rules = ground.rules();
    let since = |number, from| Rule {
        validity: Validity::since(from),
        ..rule(number, of("a-family-of-its-own"), percent(1_000))
    };
    let old = since(91, date!(2020 - 01 - 01));
    assert_eq!(rules.add(tenant(1), old.clone()).await, Ok(()));
    let before = rules.all(tenant(1)).await;
    assert_eq!(ground.book().freeze(tenant(1), freeze).await, Ok(()));
    let inside = Rule {
        scope: of("another-family"),
        ..since(92, date!(2026 - 05 - 31))
    };
    let refused = rules.add(tenant(1), inside.clone()).await;
    assert_eq!(refused, Err(AddRuleError::Overlaps));
    let ending = |next| EndRule {
        rule: old.id,
        on: date!(2026 - 05 - 31),
        next,
    };
    for next in [None, Some(since(93, date!(2026 - 05 - 31)))] {
        let refused = rules.end(tenant(1), ending(next)).await;
        assert_eq!(refused, Err(EndRuleError::Unknown));
    }
    assert_eq!(rules.all(tenant(1)).await, before);
    let after = Rule {
        validity: Validity::since(date!(2026 - 06 - 01)),
        ..inside
    };
    assert_eq!(rules.add(tenant(1), after).await, Ok(()));
}

async fn a_rule_ends_as_the_next_begins<G: Ground>(ground: &G) {
    ground.open(tenant(1), standard()).await;
    let rules = ground.rules();
    let family = || RuleScope::Category(category("massage"));
    let old = rule(1, family(), percent(1_000));
    let next = Rule {
        validity: Validity::since(date!(2026 - 06 - 01)),
        ..rule(2, family(), percent(1_200))
    };
    rules
        .add(tenant(1), old.clone())
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let ending = |on, next| EndRule {
        rule: old.id,
        on,
        next,
    };
    let unknown = ending(date!(2019 - 01 - 01), None);
    assert_eq!(rules.end(tenant(1), unknown).await, Err(EndRuleError::Unknown));
    let stranger = Rule {
        scope: RuleScope::Staff(staff(77)),
        ..next.clone()
    };
    let refused = rules
        .end(tenant(1), ending(date!(2026 - 06 - 01), Some(stranger)))
        .await;
    assert_eq!(refused, Err(EndRuleError::Next(AddRuleError::UnknownStaff)));
    assert_eq!(rules.all(tenant(1)).await, Ok(vec![old.clone()]));
    let both = ending(date!(2026 - 06 - 01), Some(next.clone()));
    assert_eq!(rules.end(tenant(1), both).await, Ok(()));
    let ended = Rule {
        validity: Validity::new(old.validity.from(), Some(date!(2026 - 06 - 01)))
            .unwrap_or_else(|error| panic!("{error}")),
        ..old.clone()
    };
    assert_eq!(rules.all(tenant(1)).await, Ok(vec![ended.clone(), next.clone()]));
    assert_eq!(rules.remove(tenant(1), next.id).await, Ok(()));
    assert_eq!(rules.all(tenant(1)).await, Ok(vec![ended]));
}

async fn a_draft_may_be_replaced_until_the_month_is_frozen<G: Ground>(ground: &G) {
    let freeze = a_month_of_two(ground, tenant(1), &SeededIds::lane(0xf1)).await;
    let book = ground.book();
    let draft = |byte: u8| Draft {
        month: month("2026-05"),
        staff: Vec::new(),
        content_hash: crate::hash::ContentHash::from_bytes([byte; 32]),
        drafted_at: datetime!(2026-06-01 02:00 UTC),
    };
    for byte in [1, 2] {
        assert_eq!(book.leave_draft(tenant(1), draft(byte)).await, Ok(()));
        let waiting = vec![(month("2026-05"), draft(byte).content_hash)];
        assert_eq!(ground.drafts(tenant(1)).await, waiting);
    }
    assert_eq!(book.freeze(tenant(1), freeze).await, Ok(()));
    assert_eq!(ground.drafts(tenant(1)).await, Vec::new());
    let late = book.leave_draft(tenant(1), draft(3)).await;
    assert!(matches!(late, Err(FreezeError::AlreadyFrozen(_))), "{late:?}");
    assert_eq!(ground.drafts(tenant(1)).await, Vec::new());
}

async fn one_tenant_never_sees_anothers_rows<G: Ground>(ground: &G) {
    let freeze = a_month_of_two(ground, tenant(1), &SeededIds::lane(0xf1)).await;
    assert_eq!(
        ground
            .rules()
            .add(tenant(1), rule(1, of("massage"), percent(1)))
            .await,
        Ok(())
    );
    assert_eq!(ground.book().freeze(tenant(1), freeze.clone()).await, Ok(()));
    ground.open(tenant(2), standard()).await;
    let range = month("2026-05")
        .range(&nairobi())
        .unwrap_or_else(|| panic!("no month"));
    assert_eq!(
        ground
            .work()
            .in_period(tenant(2), range, EarlierWork::AsRulesSay)
            .await,
        Ok(Vec::new())
    );
    assert_eq!(ground.work().roster(tenant(2)).await, Ok(Vec::new()));
    assert_eq!(ground.rules().all(tenant(2)).await, Ok(Vec::new()));
    assert_eq!(
        ground.book().periods(tenant(2), month("2026-05")).await,
        Ok(Vec::new())
    );
    let close = freeze.documents[0].period();
    assert_eq!(ground.book().period(tenant(2), close.id).await, Ok(None));
    assert_eq!(
        ground
            .book()
            .find_close(tenant(2), close.staff, close.month)
            .await,
        Ok(None)
    );
    assert_eq!(ground.events(tenant(2)).await, Vec::new());
    let theirs = ground
        .rules()
        .add(tenant(2), rule(9, of_staff(1), percent(1)))
        .await;
    assert_eq!(theirs, Err(AddRuleError::UnknownStaff));
}
