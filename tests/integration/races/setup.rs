//! Races about what the bookings rest on: seats of one room, a room that goes out of service, and buffers that are
//! switched while everybody books.

use super::*;

/// A service in a room of a kind of its own, and the room.
async fn a_service_in_a_room(world: &World, capacity: u16, segments: Value) -> (String, String) {
    let room = json!({ "kind": "hammam", "name": "Hammam", "capacity": capacity });
    let (status, room) = world.call(Method::POST, "/api/v1/resources", Some(room)).await;
    assert_eq!(status, StatusCode::CREATED, "{room}");
    let staff = world.text(&format!(
        "SELECT string_agg(id::text, ' ') AS text FROM staff WHERE tenant_id = '{}'",
        world.tenant.tenant
    ));
    let staff: Vec<&str> = staff.split(' ').collect();
    let service = json!({
        "name": "Hammam 60", "category": "bath", "price": { "amount_minor": 300_000, "currency": "KES" },
        "deposit": { "kind": "none" }, "segments": segments, "staff_ids": staff,
    });
    let (status, service) = world.call(Method::POST, "/api/v1/services", Some(service)).await;
    assert_eq!(status, StatusCode::CREATED, "{service}");
    let id = |of: &Value| of["id"].as_str().unwrap().to_owned();
    (id(&service), id(&room))
}

/// Orders at once through both apis; the answers in the order of the orders.
async fn all_at_once(world: &World, other: &str, name: &str, bodies: &[Value]) -> Vec<(StatusCode, Value)> {
    let orders = bodies.iter().enumerate().map(|(client, body)| {
        let api = if client % 2 == 0 {
            world.api.as_str()
        } else {
            other
        };
        async move {
            let key = format!("{name}-{client}");
            world.order(api, "/api/v1/visits", &key, body).await
        }
    });
    join_all(orders).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_of_three_seats_takes_three_at_a_time_and_each_seat_one() {
    let world = World::new().await;
    let (twin, customer) = (world.twin().await, customer(&world).await);
    // Somebody shows the client in; the rest of the hour only the seat is taken.
    let segments = json!([
        { "minutes": 5, "resource_kind": "hammam" },
        { "minutes": 55, "staff": false, "resource_kind": "hammam" },
    ]);
    let (service, room) = a_service_in_a_room(&world, 3, segments).await;
    let found = slots(&world, &service, "2026-05-13", "2026-05-13").await;
    let start = |hour: &str| json!(format!("2026-05-13T{hour}:00+03:00"));
    assert!(
        found.iter().any(|slot| slot["start"] == start("12:00")),
        "{found:?}"
    );
    let body = |hour: &str| json!({ "customer_id": customer, "start": start(hour), "parts": [{ "service_id": service }] });
    let bodies: Vec<Value> = (0..60)
        .map(|client| body(["12:00", "12:15", "12:30", "13:00"][client % 4]))
        .collect();
    let answers = all_at_once(&world, &twin.api, "seat", &bodies).await;
    for (status, answer) in &answers {
        let fine = [StatusCode::CREATED, StatusCode::CONFLICT].contains(status);
        assert!(fine, "{status} {answer}");
    }
    is_sound(&world);
    let most = world.count(&format!(
        "SELECT max(together) AS count FROM (SELECT count(*) AS together FROM engagements a JOIN engagements b
            ON b.tenant_id = a.tenant_id AND b.subject_id = a.subject_id AND b.span @> a.starts_at AND b.active
            WHERE a.subject_id = '{room}' AND a.active GROUP BY a.id) AS at_a_time"
    ));
    assert_eq!(most, 3, "every seat is used, and none twice");
    let seats = world.count(&format!(
        "SELECT count(DISTINCT seat) FROM engagements WHERE subject_id = '{room}' AND active"
    ));
    assert_eq!(seats, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_booking_slips_past_a_room_that_goes_out_of_service() {
    let (mut listed, mut refused) = (0, 0);
    let world = World::new().await;
    let (twin, customer) = (world.twin().await, customer(&world).await);
    let segments = json!([{ "minutes": 60, "resource_kind": "hammam" }]);
    let (service, room) = a_service_in_a_room(&world, 2, segments).await;
    for day in 13..=18 {
        let starts: Vec<Value> = slots(
            &world,
            &service,
            &format!("2026-05-{day}"),
            &format!("2026-05-{day}"),
        )
        .await
        .into_iter()
        .step_by(2)
        .take(12)
        .map(|slot| slot["start"].clone())
        .collect();
        let bodies: Vec<Value> = starts
            .iter()
            .map(|start| json!({ "customer_id": customer, "start": start, "parts": [{ "service_id": service }] }))
            .collect();
        let next = day + 1;
        let outage = json!({
            "start": format!("2026-05-{day}T00:00:00+03:00"), "end": format!("2026-05-{next}T00:00:00+03:00"),
        });
        let path = format!("/api/v1/resources/{room}/outages");
        let name = format!("outage-{day}");
        let (answers, (status, gone)) = tokio::join!(
            all_at_once(&world, &twin.api, &name, &bodies),
            world.call(Method::POST, &path, Some(outage)),
        );
        assert_eq!(status, StatusCode::CREATED, "{gone}");
        for (status, answer) in answers {
            if status != StatusCode::CREATED {
                assert!(status.is_client_error(), "{status} {answer}");
                refused += 1;
                continue;
            }
            let id = &answer["appointments"][0]["id"];
            let open = world.count(&format!(
                "SELECT count(*) FROM bookings_hit WHERE appointment_id = {} AND resolved_at IS NULL",
                id.to_string().replace('"', "'")
            ));
            assert_eq!(open, 1, "{id} slipped past the outage of the {day}th");
            listed += 1;
        }
        assert!(
            slots(
                &world,
                &service,
                &format!("2026-05-{day}"),
                &format!("2026-05-{day}")
            )
            .await
            .is_empty()
        );
    }
    is_sound(&world);
    assert!(listed + refused > 0, "{listed} listed, {refused} refused");
}

/// Neighbours of which the later one begins before the rule in force lets it: with stacked buffers both lie in the
/// claims, which [`OVERLAPS`] compares; with shared ones the larger must fit.
const TOO_CLOSE: &str = "SELECT count(*) FROM engagements a JOIN engagements b ON a.tenant_id = b.tenant_id
    AND a.subject_id = b.subject_id AND a.seat = b.seat AND a.id <> b.id AND a.starts_at <= b.starts_at
    WHERE a.active AND b.active AND a.buffers_shared AND b.buffers_shared
    AND a.ends_at + make_interval(mins => greatest(a.buffer_after_minutes, b.buffer_before_minutes)) > b.starts_at";

#[tokio::test(flavor = "multi_thread")]
async fn buffers_are_switched_while_everybody_books_and_every_claim_follows_the_rule_in_force() {
    let world = World::new().await;
    let (twin, customer) = (world.twin().await, customer(&world).await);
    let segments = json!([{ "minutes": 45, "resource_kind": "hammam" }]);
    let (service, _) = a_service_in_a_room(&world, 2, segments).await;
    let version = world.count(&format!(
        "SELECT version::bigint AS count FROM services WHERE id = '{service}'"
    ));
    let (_, known) = world
        .call(Method::GET, &format!("/api/v1/services/{service}"), None)
        .await;
    let mut buffered = json!({
        "name": known["name"], "category": known["category"], "price": known["price"], "segments": segments_of(&known),
        "deposit": { "kind": "none" }, "staff_ids": known["staff_ids"],
    });
    buffered["buffer_before_minutes"] = json!(10);
    buffered["buffer_after_minutes"] = json!(15);
    let path = format!("/api/v1/services/{service}");
    let (status, changed) = world.call_at(&json!(version), Method::PUT, &path, buffered).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    let settings = "/api/v1/settings/booking";
    let (mut switched, mut in_the_way) = (0, 0);
    let mut booked = 0;
    for round in 0..6 {
        let day = 13 + round;
        let starts: Vec<Value> = slots(
            &world,
            &service,
            &format!("2026-05-{day}"),
            &format!("2026-05-{day}"),
        )
        .await
        .into_iter()
        .map(|slot| slot["start"].clone())
        .collect();
        let bodies: Vec<Value> = starts
            .iter()
            .cycle()
            .take(40)
            .map(|start| json!({ "customer_id": customer, "start": start, "parts": [{ "service_id": service }] }))
            .collect();
        let rule = if round % 2 == 0 { "shared" } else { "stacked" };
        let name = format!("switch-{round}");
        let switch = async {
            let (_, known) = world.call(Method::GET, settings, None).await;
            let mut body = json!({ "zone": known["zone"], "rules": known["rules"] });
            body["rules"]["buffers"] = json!(rule);
            world
                .call_at(&known["version"], Method::PUT, settings, body)
                .await
        };
        let (answers, (status, answer)) =
            tokio::join!(all_at_once(&world, &twin.api, &name, &bodies), switch);
        match status {
            StatusCode::OK => switched += 1,
            StatusCode::CONFLICT => {
                assert_eq!(answer["type"], "/problems/bookings-in-the-way", "{answer}");
                in_the_way += 1;
            }
            _other => panic!("{status} {answer}"),
        }
        for (status, answer) in answers {
            let fine = status == StatusCode::CREATED || status.is_client_error();
            assert!(fine, "{status} {answer}");
            booked += usize::from(status == StatusCode::CREATED);
        }
        is_sound(&world);
        assert_eq!(
            world.count(TOO_CLOSE),
            0,
            "round {round}: closer than the rule allows"
        );
        let (_, now) = world.call(Method::GET, settings, None).await;
        let shared = now["rules"]["buffers"] == "shared";
        let others = world.count(&format!(
            "SELECT count(*) FROM engagements WHERE active AND purpose = 'appointment'
                AND starts_at > '2026-05-12T06:00Z' AND buffers_shared <> {shared}"
        ));
        assert_eq!(others, 0, "round {round}: claims of the rule before");
    }
    assert!(
        switched > 0 && booked > 20,
        "{switched} switched, {in_the_way} not, {booked} booked"
    );
}

/// The segments of a service as a body takes them.
fn segments_of(known: &Value) -> Value {
    let segments = known["segments"].as_array().unwrap().iter();
    segments
        .map(|segment| json!({ "minutes": segment["minutes"], "resource_kind": segment["resource_kind"] }))
        .collect()
}
