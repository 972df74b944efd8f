//! What comes after the close: refunds in any parts and any order, and where they end.

use proptest::prelude::*;
use proptest::sample::select;

use super::generated::{months, worlds};
use super::reference::{self, Exact, World};
use super::*;
use crate::amend::{Basis, Chain, propose};
use crate::period::{FrozenBy, FrozenDocument};
use crate::terms::{Names, Terms};
use crate::{PeriodId, test_support::appointment};

/// How many thousandths of each appointment and of its tip are given back by a look, and by what the look reckons.
type Look = (Vec<i64>, Basis);

fn looks(bases: Vec<Basis>) -> impl Strategy<Value = Vec<Look>> {
    let parts = prop_oneof![2 => Just(0i64), 2 => 0i64..400, 1 => Just(1_000i64)];
    prop::collection::vec((prop::collection::vec(parts, 12), select(bases)), 1..5)
}

fn all_of(work: &CompletedAppointment) -> Money {
    match work.outcome {
        Outcome::Rendered => work.sale.charged.max(work.sale.paid),
        Outcome::NoShow { fee } => fee,
    }
}

/// Without what was free or never paid: that cannot go back. Nothing went back so far.
fn before_refunds(mut world: World) -> World {
    world.work.retain_mut(|work| {
        work.sale.refunded = kes(0);
        if let Some(tip) = &mut work.tip {
            tip.refunded = kes(0);
        }
        let paid = !matches!(work.outcome, Outcome::Rendered) || work.sale.paid.is_positive();
        paid && all_of(work).is_positive()
    });
    world
}

/// Gives back so many thousandths more of each appointment, in whole cents, at most all.
fn give_back(world: &mut World, parts: &[i64]) {
    for (work, thousandths) in world.work.iter_mut().zip(parts) {
        let more = |of: Money, so_far: Money| {
            let minor = so_far.amount_minor() + of.amount_minor() * thousandths / 1_000;
            money(minor.min(of.amount_minor()))
        };
        work.sale.refunded = more(all_of(work), work.sale.refunded);
        if let Some(tip) = &mut work.tip {
            tip.refunded = more(tip.amount, tip.refunded);
        }
    }
}

fn figure_of(world: &World, person: StaffId, month: Month) -> StaffFigure {
    let rules = table(world.rules.clone());
    let figures = compute(month, &world.work, &rules, &world.settings, &[person]).unwrap();
    figures
        .staff
        .into_iter()
        .find(|figure| figure.staff == person)
        .unwrap()
}

fn id(number: usize) -> PeriodId {
    PeriodId::from_uuid(appointment(u64::try_from(number).unwrap()).as_uuid())
}

fn closed(world: &World, person: StaffId, month: Month) -> FrozenDocument {
    let terms = Terms::of(person, &Names::default(), &world.settings);
    let figure = figure_of(world, person, month);
    let at = datetime!(2026-07-01 02:00 UTC);
    FrozenDocument::close(id(0), month, figure, kes(0), terms, at, FrozenBy::System)
}

/// Looks at the month again, and approves what is proposed.
fn look(documents: &mut Vec<FrozenDocument>, world: &World, person: StaffId, month: Month, basis: Basis) {
    let chain = Chain::of(documents.clone()).unwrap();
    let now = figure_of(world, person, month);
    if let Some(proposal) = propose(&chain, &now, basis, &world.settings).unwrap() {
        let at = datetime!(2026-07-02 02:00 UTC);
        let number = id(documents.len());
        documents.push(FrozenDocument::amendment(
            number,
            month,
            proposal,
            at,
            FrozenBy::System,
        ));
    }
    // What is amended is not proposed again.
    let chain = Chain::of(documents.clone()).unwrap();
    assert_eq!(propose(&chain, &now, basis, &world.settings).unwrap(), None);
}

/// What all documents of a month say together of each appointment: base, commission, tip.
fn standing(documents: &[FrozenDocument]) -> BTreeMap<AppointmentId, (i64, i64, i64)> {
    let mut standing = BTreeMap::new();
    for line in documents.iter().flat_map(FrozenDocument::lines) {
        let (base, commission, tip) = standing.entry(line.appointment).or_insert((0, 0, 0));
        *base += line.base.amount_minor();
        *commission += line.commission.amount_minor();
        *tip += line.tip.amount_minor();
    }
    standing
}

fn total(documents: &[FrozenDocument], part: fn(&FrozenDocument) -> Money) -> i64 {
    documents
        .iter()
        .map(|document| part(document).amount_minor())
        .sum()
}

proptest! {
    /// Under any sequence of refunds, of looks, of looks that compute the month anew, and of work that comes to light late.
    #[test]
    fn the_close_and_its_amendments_come_to_exactly_nothing_once_everything_is_given_back(
        world in worlds(), late in prop::collection::vec(any::<bool>(), 12),
        looks in looks(vec![Basis::RecordedRate, Basis::RecordedRate, Basis::Anew]),
    ) {
        let world = before_refunds(world);
        for month in months() {
            let mut now = world.clone();
            let mut known = late.iter();
            now.work.retain(|_| !known.next().unwrap());
            let person = staff(1);
            let mut documents = vec![closed(&now, person, month)];
            now = world.clone();
            for (parts, basis) in &looks {
                give_back(&mut now, parts);
                look(&mut documents, &now, person, month, *basis);
            }
            give_back(&mut now, &[1_000; 12]);
            look(&mut documents, &now, person, month, Basis::RecordedRate);
            for (appointment, left) in standing(&documents) {
                prop_assert_eq!(left, (0, 0, 0), "{:?}", appointment);
            }
            prop_assert_eq!(total(&documents, |document| document.period().commission), 0);
            prop_assert_eq!(total(&documents, |document| document.period().tip), 0);
            // What was guaranteed is guaranteed still, and all of it is top-up now.
            let guaranteed = reference::of_person(&now, person, month).top_up;
            prop_assert_eq!(total(&documents, |document| document.period().top_up), guaranteed);
        }
    }

    /// The delta is minus the frozen amount by the refunded base of the frozen base, all refunds so far together. What has no base has
    /// no rate: it is computed anew, until there is a base that records one. A base is told in whole cents, and so is off by what its
    /// steps are rounded by; nothing is nothing, and what nobody touched stays as it was frozen.
    #[test]
    fn each_refund_takes_back_what_the_recorded_rate_says_of_all_refunds_so_far(
        world in worlds(), looks in looks(vec![Basis::RecordedRate]),
    ) {
        let world = before_refunds(world);
        let person = staff(1);
        for month in months() {
            let frozen = reference::of_person(&world, person, month);
            let mut recorded: Vec<(i64, i64)> = frozen.lines.iter().map(|line| (line.2, line.1)).collect();
            let mut documents = vec![closed(&world, person, month)];
            let mut now = world.clone();
            for (parts, basis) in &looks {
                give_back(&mut now, parts);
                look(&mut documents, &now, person, month, *basis);
                let current = reference::of_person(&now, person, month);
                let told = standing(&documents);
                for (place, (amount, base)) in recorded.iter_mut().enumerate() {
                    let (appointment, _, _, tip, _) = current.lines[place];
                    let (stands, paid, tipped) = told[&appointment];
                    prop_assert_eq!(tipped, tip);
                    let exact = current.bases[place];
                    prop_assert!(exact.minus(Exact::whole(stands)).size() < Exact::whole(3));
                    if exact == Exact::NOTHING {
                        prop_assert_eq!(stands, 0);
                    }
                    if exact == frozen.bases[place] && *base == frozen.lines[place].1 {
                        prop_assert_eq!(stands, *base);
                    }
                    if *base == 0 {
                        (*amount, *base) = (paid, stands);
                        continue;
                    }
                    let back = Exact::whole(*amount).times(Exact::part(*base - stands, *base)).rounded();
                    prop_assert_eq!(paid, *amount - back);
                    prop_assert!(stands > *base || (0 <= back && back <= *amount));
                }
                let commission: i64 = told.values().map(|(_, commission, _)| commission).sum();
                prop_assert_eq!(total(&documents, |document| document.period().commission), commission);
            }
        }
    }

    /// However the refunds were parted: whoever looked after each of them and whoever looked once have the same, where there is a
    /// rate that was frozen.
    #[test]
    fn many_looks_come_to_what_one_look_comes_to(world in worlds(), looks in looks(vec![Basis::RecordedRate])) {
        let world = before_refunds(world);
        let person = staff(1);
        for month in months() {
            let close = closed(&world, person, month);
            let has_base = |line: &&Line| line.base.is_positive();
            let with_rate: Vec<_> = close.lines().iter().filter(has_base).map(|line| line.appointment).collect();
            let (mut often, mut once) = (vec![close.clone()], vec![close]);
            let mut now = world.clone();
            for (parts, basis) in &looks {
                give_back(&mut now, parts);
                look(&mut often, &now, person, month, *basis);
            }
            look(&mut once, &now, person, month, Basis::RecordedRate);
            let (often, once) = (standing(&often), standing(&once));
            for appointment in with_rate {
                prop_assert_eq!(often[&appointment], once[&appointment]);
            }
        }
    }
}
