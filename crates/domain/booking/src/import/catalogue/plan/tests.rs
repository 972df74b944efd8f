use ratiba_kernel::test_support::SeededIds;
use ratiba_kernel::{BasisPoints, Currency, Money};

use super::plan;
use crate::appointment::Version;
use crate::catalogue::{Deposit, Minutes, ResourceKind, Segment, Service};
use crate::import::catalogue::review::{Known, review};
use crate::import::catalogue::{Stocked, from_csv};
use crate::policy::Policy;
use crate::test_support::builders::{a_service, policy, recipe, service};

fn known<'k>(policy: &'k Policy, stock: &'k [Stocked]) -> Known<'k> {
    Known {
        policy,
        stock,
        staff: &[],
    }
}

#[test]
fn one_row_without_a_price_refuses_all_of_them() {
    let policy = policy();
    let (drafts, _) = from_csv(
        "name,price,duration\nA massage,1000,60\nB facial,,60\nC wax,0,30\nD scrub,500,x",
        Currency::Kes,
    )
    .unwrap();
    let known = known(&policy, &[]);
    let refused = plan(&review(&drafts, known), known, &SeededIds::lane(1)).unwrap_err();
    assert_eq!(
        refused.rows.iter().map(|(row, _)| *row).collect::<Vec<_>>(),
        [2, 3, 4]
    );
    assert!(refused.is_about_price());
}

#[test]
fn what_is_applied_is_what_the_review_showed() {
    let policy = policy();
    let mut room = a_service(1, 60);
    "Swedish massage".clone_into(&mut room.name);
    room.recipe = recipe(
        vec![Segment {
            minutes: Minutes::new(60),
            resource_kind: ResourceKind::parse("couch").ok(),
            ..a_service(1, 60).recipe.segments()[0].clone()
        }],
        5,
        10,
    );
    let stock = [Stocked {
        service: room.clone(),
        description: Some("Long and slow".to_owned()),
        version: Version::read(3),
    }];
    let known = known(&policy, &stock);
    let (drafts, _) = from_csv(
        "name,price,duration,deposit\nSwedish massage,4000,75,\nFacial,2000,45,500\nFacail,2000,,",
        Currency::Kes,
    )
    .unwrap();
    let change = plan(&review(&drafts, known), known, &SeededIds::lane(1)).unwrap();
    let [update, new] = change.services.as_slice() else {
        panic!("an update and a new service: {change:?}")
    };
    assert_eq!(
        (update.version, update.service.id),
        (Version::read(3), service(1))
    );
    assert_eq!(update.description.as_deref(), Some("Long and slow"));
    let segments = update.service.recipe.segments();
    assert_eq!(
        (segments[0].minutes, &segments[0].resource_kind),
        (Minutes::new(75), &ResourceKind::parse("couch").ok())
    );
    assert_eq!(update.service.recipe.buffers(), room.recipe.buffers());
    assert_eq!(
        update.service,
        Service {
            price: Money::kes_minor(400_000),
            recipe: update.service.recipe.clone(),
            name_sw: Some("Masaji ya Kiswidi".to_owned()),
            ..room
        }
    );
    assert_eq!(
        (new.version, new.service.deposit),
        (Version::NEW, Deposit::Flat(Money::kes_minor(50_000)))
    );
    assert_eq!(
        new.service.tax,
        BasisPoints::new(1_600),
        "as everything else on sale"
    );
    new.service.check(policy.rules.rounding).unwrap();
}

#[test]
fn a_service_of_several_segments_keeps_its_length() {
    let policy = policy();
    let mut colour = a_service(1, 60);
    "Colour".clone_into(&mut colour.name);
    let half = Segment {
        minutes: Minutes::new(30),
        ..colour.recipe.segments()[0].clone()
    };
    colour.recipe = recipe(vec![half.clone(), half], 0, 0);
    let stock = [Stocked {
        service: colour,
        description: None,
        version: Version::read(1),
    }];
    let known = known(&policy, &stock);
    let apply = |csv: &str| {
        let (drafts, _) = from_csv(csv, Currency::Kes).unwrap();
        plan(&review(&drafts, known), known, &SeededIds::lane(1))
    };
    assert!(
        !apply("name,price,duration\nColour,100,90")
            .unwrap_err()
            .is_about_price()
    );
    assert_eq!(
        apply("name,price,duration\nColour,100,60").unwrap().services[0]
            .service
            .recipe
            .segments()
            .len(),
        2
    );
}
