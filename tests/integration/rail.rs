//! What people of the business change from their phones is done once, and a question outlives the process that asked it.

use ratiba_booking::appointment::CancelledBy;
use ratiba_booking::use_cases::{CancelOrder, CancelTarget};
use ratiba_conversation::desk::{ActOrder, Canceller, Refusal, RuleFault, ServiceRef, StaffRef, VisitRef};
use ratiba_conversation::inbound::InboundId;
use ratiba_conversation::rail::Act;
use ratiba_kernel::{BasisPoints, Id, Money, PhoneNumber, TimeRange};
use system_tests::{ASHA, OWNER, World};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Friday at three in the afternoon in Nairobi.
const FRIDAY: OffsetDateTime = datetime!(2026-05-15 12:00 UTC);

fn id_of(world: &World, table: &str, name: &str) -> Uuid {
    let tenant = world.tenant.tenant;
    let text = world.text(&format!(
        "SELECT id::text AS text FROM {table} WHERE tenant_id = '{tenant}' AND name = '{name}'"
    ));
    Uuid::parse_str(&text).unwrap()
}

#[tokio::test]
async fn what_the_rules_do_not_allow_is_told_as_what_it_is_and_not_in_words_of_the_console() {
    let world = World::new().await;
    let staff = StaffRef::from_uuid(id_of(&world, "staff", "Wanjiru"));
    let sold = |name: &str, price: i64, minutes: u32, category: &str| Act::AddService {
        name: name.to_owned(),
        price: Money::kes_minor(price),
        minutes,
        staff: vec![staff],
        category: Some(category.to_owned()),
        tax: None,
    };
    let long = "x".repeat(81);
    for (key, ordered, faults) in [
        (1, sold(&long, 450_000, 75, "massage"), vec![RuleFault::Name]),
        (
            2,
            sold("Hot stone", 450_050, 75, "massage"),
            vec![RuleFault::Cents],
        ),
        (3, sold("Hot stone", 450_000, 75, "a/b"), vec![RuleFault::Word]),
    ] {
        assert_eq!(
            act(&world, key, &ordered).await,
            Err(Refusal::Faulty(faults)),
            "{ordered:?}"
        );
    }
}

/// What became of the first part of a visit, and who wanted it.
async fn history(world: &World, visit: VisitRef) -> Vec<(String, String, String)> {
    let id = world.text(&format!(
        "SELECT id::text AS text FROM appointments WHERE visit_id = '{visit}' ORDER BY start_at LIMIT 1"
    ));
    let path = format!("/api/v1/appointments/{id}/history");
    let (status, shown) = world.call(reqwest::Method::GET, &path, None).await;
    assert_eq!(status, reqwest::StatusCode::OK, "{shown}");
    let word = |entry: &serde_json::Value, name: &str| entry[name].as_str().unwrap_or("-").to_owned();
    let items = shown["items"].as_array().unwrap().iter();
    items
        .map(|entry| (word(entry, "what"), word(entry, "by"), word(entry, "name")))
        .collect()
}

async fn act(world: &World, key: u128, act: &Act) -> Result<(), Refusal> {
    let order = ActOrder {
        key: InboundId::from_uuid(Uuid::from_u128(key)),
        by: PhoneNumber::parse(&format!("+{OWNER}")).unwrap(),
        act: act.clone(),
    };
    let office = &world.parts.conversation.take_turn.office;
    office.act(world.tenant.tenant, order).await.unwrap()
}

fn visit_of_asha(world: &World) -> VisitRef {
    let text = world.text(
        "SELECT a.visit_id::text AS text FROM appointments a JOIN customers c ON c.id = a.customer_id
         WHERE c.phone = '+254700000123'",
    );
    VisitRef::from_uuid(Uuid::parse_str(&text).unwrap())
}

/// A worker may die between doing it and writing down that it was done: the turn is then run again.
#[tokio::test]
async fn what_is_ordered_twice_under_one_key_is_done_once() {
    let world = World::new().await;
    let staff = StaffRef::from_uuid(id_of(&world, "staff", "Wanjiru"));
    let massage = ServiceRef::from_uuid(id_of(&world, "services", "Swedish massage 60"));
    let price = Money::kes_minor(350_000);
    let twice = [
        (
            Act::Book {
                phone: PhoneNumber::parse(&format!("+{ASHA}")).unwrap(),
                service: massage,
                staff,
                starts_at: FRIDAY,
                price,
            },
            "SELECT count(*) FROM appointments a JOIN customers c ON c.id = a.customer_id
             WHERE c.phone = '+254700000123' AND a.state = 'confirmed'",
        ),
        (
            Act::Block {
                staff,
                range: TimeRange::starting(FRIDAY - Duration::hours(4), Duration::hours(2)).unwrap(),
            },
            "SELECT count(*) FROM blocks WHERE made_by = 'admin:+254700000001'",
        ),
        (
            Act::AddService {
                name: "Hot stone massage".to_owned(),
                price: Money::kes_minor(450_000),
                minutes: 75,
                staff: vec![staff],
                category: Some("massage".to_owned()),
                tax: Some(BasisPoints::new(800)),
            },
            "SELECT count(*) FROM services WHERE name = 'Hot stone massage' AND price_minor = 450000
                AND category = 'massage' AND tax_basis_points = 800",
        ),
        (
            Act::UpdatePrice {
                service: massage,
                before: price,
                price: Money::kes_minor(400_000),
            },
            "SELECT count(*) FROM services WHERE name = 'Swedish massage 60' AND price_minor = 400000",
        ),
    ];
    for (key, (ordered, counted)) in (1..).zip(&twice) {
        assert_eq!(act(&world, key, ordered).await, Ok(()), "{ordered:?}");
        assert_eq!(act(&world, key, ordered).await, Ok(()), "again: {ordered:?}");
        assert_eq!(world.count(counted), 1, "{ordered:?}");
    }
    let visit = visit_of_asha(&world);
    let moved = Act::Move {
        visit,
        starts_at: FRIDAY,
        to: FRIDAY + Duration::HOUR,
    };
    assert_eq!(act(&world, 11, &moved).await, Ok(()));
    assert_eq!(act(&world, 11, &moved).await, Ok(()));
    let stale = Act::Cancel {
        visit,
        starts_at: FRIDAY,
    };
    assert_eq!(
        act(&world, 12, &stale).await,
        Err(Refusal::Changed),
        "it was moved"
    );
    let cancelled = Act::Cancel {
        visit,
        starts_at: FRIDAY + Duration::HOUR,
    };
    assert_eq!(act(&world, 13, &cancelled).await, Ok(()));
    let again = act(&world, 13, &cancelled).await;
    assert!(by_the_business(&again), "{again:?}");
    let by_admin = |what: &str| {
        (
            what.to_owned(),
            "person".to_owned(),
            "admin:+254700000001".to_owned(),
        )
    };
    assert_eq!(
        history(&world, visit).await,
        [by_admin("booked"), by_admin("moved"), by_admin("became")],
        "whoever said so in the chat is named, once for each act"
    );
    let moved_again = act(&world, 14, &moved).await;
    assert!(by_the_business(&moved_again), "{moved_again:?}");
    let priced = Act::UpdatePrice {
        service: massage,
        before: price,
        price: Money::kes_minor(500_000),
    };
    assert_eq!(
        act(&world, 15, &priced).await,
        Err(Refusal::Changed),
        "it costs 4,000 by now"
    );
}

fn by_the_business(answer: &Result<(), Refusal>) -> bool {
    let by = Canceller::Business;
    matches!(answer, Err(Refusal::CancelledAlready { by: whoever, .. }) if *whoever == by)
}

#[tokio::test]
async fn a_booking_is_not_made_for_another_price_than_was_shown() {
    let world = World::new().await;
    let massage = ServiceRef::from_uuid(id_of(&world, "services", "Swedish massage 60"));
    let (shown, by_now) = (Money::kes_minor(350_000), Money::kes_minor(400_000));
    let dearer = Act::UpdatePrice {
        service: massage,
        before: shown,
        price: by_now,
    };
    assert_eq!(act(&world, 1, &dearer).await, Ok(()));
    let book = |price| Act::Book {
        phone: PhoneNumber::parse(&format!("+{ASHA}")).unwrap(),
        service: massage,
        staff: StaffRef::from_uuid(id_of(&world, "staff", "Wanjiru")),
        starts_at: FRIDAY,
        price,
    };
    let refused = Refusal::Costs { price: by_now };
    let before = world.count("SELECT count(*) FROM appointments");
    assert_eq!(act(&world, 2, &book(shown)).await, Err(refused));
    assert_eq!(world.count("SELECT count(*) FROM appointments"), before);
    assert_eq!(act(&world, 3, &book(by_now)).await, Ok(()));
    assert_eq!(act(&world, 3, &book(by_now)).await, Ok(()), "the same yes again");
}

#[tokio::test]
async fn who_cancelled_first_is_told_to_whoever_comes_second() {
    let world = World::new().await;
    let book = Act::Book {
        phone: PhoneNumber::parse(&format!("+{ASHA}")).unwrap(),
        service: ServiceRef::from_uuid(id_of(&world, "services", "Swedish massage 60")),
        staff: StaffRef::from_uuid(id_of(&world, "staff", "Wanjiru")),
        starts_at: FRIDAY,
        price: Money::kes_minor(350_000),
    };
    assert_eq!(act(&world, 1, &book).await, Ok(()));
    let visit = visit_of_asha(&world);
    let theirs = CancelOrder {
        target: CancelTarget::Visit(Id::from_uuid(visit.as_uuid())),
        by: CancelledBy::Customer,
        who: ratiba_booking::appointment::ChangedBy::Customer,
    };
    let cancel = &world.parts.booking.cancel;
    cancel.execute(world.tenant.tenant, theirs).await.unwrap();
    let ours = Act::Cancel {
        visit,
        starts_at: FRIDAY,
    };
    let told = act(&world, 2, &ours).await;
    let by = Canceller::Customer;
    assert!(
        matches!(told, Err(Refusal::CancelledAlready { by: whoever, .. }) if whoever == by),
        "{told:?}"
    );
}

/// Nobody is told what somebody else earns.
#[tokio::test]
async fn a_number_that_two_who_work_here_have_is_nobodys() {
    let world = World::new().await;
    let phone = PhoneNumber::parse("+254700000777").unwrap();
    let desk = &world.parts.conversation.take_turn.desk;
    let whose = async || {
        let menu = desk.menu(world.tenant.tenant).await.unwrap();
        menu.member(&phone).cloned()
    };
    assert_eq!(whose().await, None);
    world.execute("UPDATE staff SET phone = '+254700000777' WHERE name = 'Wanjiru'");
    assert_eq!(
        whose().await.map(|member| member.name),
        Some("Wanjiru".to_owned())
    );
    world.execute("UPDATE staff SET phone = '+254700000777' WHERE id = (SELECT id FROM staff WHERE name <> 'Wanjiru' LIMIT 1)");
    assert_eq!(
        world.count("SELECT count(*) FROM staff WHERE phone = '+254700000777'"),
        2
    );
    assert_eq!(whose().await, None);
}

/// The question is on record: another process hears the yes.
#[tokio::test]
async fn a_yes_is_heard_by_a_process_that_did_not_ask() {
    let world = World::new().await;
    let twin = world.twin().await;
    assert_eq!(world.say(OWNER, "/block Wanjiru tomorrow 2pm-4pm").await, 200);
    for _look in 0..2_000 {
        world.work().await;
        if world.last_text(OWNER).await.contains("YES / NO") {
            break;
        }
    }
    assert_eq!(world.say(OWNER, "YES").await, 200);
    for _look in 0..2_000 {
        twin.runner.drain().await.unwrap();
        if world.last_text(OWNER).await.starts_with("Done.") {
            break;
        }
    }
    assert!(world.last_text(OWNER).await.starts_with("Done. Block Wanjiru"));
    let blocks = "SELECT count(*) FROM blocks WHERE made_by = 'admin:+254700000001'";
    assert_eq!(world.count(blocks), 1);
    let open = "SELECT count(*) FROM rail_slates WHERE pending IS NOT NULL";
    assert_eq!(world.count(open), 0);
}
