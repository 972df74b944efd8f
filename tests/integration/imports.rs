//! Taking over from elsewhere over the API: a price list, customers, promises; and customers as the desk keeps them.

use ratiba_access::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;

async fn bring(world: &World, kind: &str, body: Value) -> Value {
    let path = format!("/api/v1/imports/{kind}");
    let (status, import) = world.call(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{import}");
    import
}

fn path(kind: &str, import: &Value, rest: &str) -> String {
    format!("/api/v1/imports/{kind}/{}{rest}", import["id"].as_str().unwrap())
}

async fn apply(world: &World, kind: &str, import: &Value) -> (StatusCode, Value) {
    let path = path(kind, import, "/apply");
    world
        .call_at(&import["version"], Method::POST, &path, Value::Null)
        .await
}

fn column<'v>(import: &'v Value, field: &str) -> Vec<&'v Value> {
    import["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row[field])
        .collect()
}

fn kinds(row: &Value) -> Vec<&str> {
    let faults = row["faults"].as_array().unwrap();
    faults
        .iter()
        .map(|fault| fault["kind"].as_str().unwrap())
        .collect()
}

const PRICE_LIST: &str = "Karibu Aria Aura 🌸\n*MASSAGES*\n• Swedish massage 60min - 3,800/=\n• Hot stone massage\n• Back masage 45 dk 1500\n• Back massage KSh 1500 (45 mins)\n\nFacials:\nGolden facial ..... 5,500 (1hr)";

#[tokio::test]
async fn a_pasted_price_list_waits_for_its_prices_and_is_then_applied_once() {
    let world = World::new().await;
    let services = world.count("SELECT count(*) FROM services");
    let import = bring(
        &world,
        "catalogue",
        json!({ "format": "text", "content": PRICE_LIST }),
    )
    .await;
    assert_eq!(
        column(&import, "outcome"),
        ["updates", "creates", "creates", "merged", "creates"]
            .map(|word| json!(word))
            .iter()
            .collect::<Vec<_>>(),
        "{import}"
    );
    assert_eq!(
        (&import["ready"], kinds(&import["rows"][1])),
        (&json!(false), vec!["price_missing"])
    );
    assert_eq!(
        import["rows"][1]["duration_minutes"],
        json!({ "value": 60, "origin": "proposed" })
    );
    assert_eq!(
        import["rows"][2]["merged"],
        json!([{ "number": 4, "name": "Back massage", "edits": 1 }])
    );
    assert_eq!(import["ignored"][0]["text"], "Karibu Aria Aura 🌸");
    let (status, problem) = apply(&world, "catalogue", &import).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    assert_eq!(problem["type"], "/problems/price-floor-violation");
    assert_eq!(
        problem["rows"],
        json!([{ "row": 2, "faults": [{ "kind": "price_missing", "detail": null }] }])
    );
    let mut import = import;
    let row = path("catalogue", &import, "/rows/2");
    for price in [
        json!(null),
        json!({ "amount_minor": 0, "currency": "KES" }),
        json!({ "amount_minor": -450_000, "currency": "KES" }),
        json!({ "amount_minor": 450_050, "currency": "KES" }),
    ] {
        let body = json!({ "name": "Hot stone massage", "price": price });
        let (status, corrected) = world.call_at(&import["version"], Method::PUT, &row, body).await;
        assert_eq!(
            (status, &corrected["ready"]),
            (StatusCode::OK, &json!(false)),
            "{corrected}"
        );
        let (status, problem) = apply(&world, "catalogue", &corrected).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem["type"], "/problems/price-floor-violation", "{price}");
        import = corrected;
    }
    assert_eq!(
        world.count("SELECT count(*) FROM services"),
        services,
        "nothing was written"
    );
    let foreign =
        json!({ "name": "Hot stone massage", "price": { "amount_minor": 4_500, "currency": "USD" } });
    let (status, _) = world
        .call_at(&import["version"], Method::PUT, &row, foreign)
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let right = json!({ "name": "Hot stone massage", "price": { "amount_minor": 450_000, "currency": "KES" },
        "duration_minutes": 75, "staff": ["wanjiru"] });
    let (status, problem) = world.call_at(&json!(1), Method::PUT, &row, right.clone()).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::PRECONDITION_FAILED, &json!("/problems/stale"))
    );
    let (status, corrected) = world.call_at(&import["version"], Method::PUT, &row, right).await;
    assert_eq!(
        (status, &corrected["ready"]),
        (StatusCode::OK, &json!(true)),
        "{corrected}"
    );
    let (status, applied) = apply(&world, "catalogue", &corrected).await;
    assert_eq!(status, StatusCode::OK, "{applied}");
    assert_eq!(
        (
            &applied["state"],
            &applied["created"],
            &applied["known"],
            &applied["rows"]
        ),
        (&json!("applied"), &json!(3), &json!(1), &json!([]))
    );
    assert_eq!(world.count("SELECT count(*) FROM services"), services + 3);
    assert_eq!(
        world.count("SELECT price_minor AS count FROM services WHERE name = 'Swedish massage 60'"),
        380_000
    );
    let (status, problem) = apply(&world, "catalogue", &applied).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::CONFLICT, &json!("/problems/illegal-transition"))
    );
    let id = world.text("SELECT id::text AS text FROM services WHERE name = 'Hot stone massage'");
    let found = format!("/api/v1/availability?service_id={id}&from=2026-05-13&to=2026-05-13");
    let (_, found) = world.call(Method::GET, &found, None).await;
    assert!(
        !found["slots"].as_array().unwrap().is_empty(),
        "it can be booked at once: {found}"
    );
}

const CUSTOMERS: &str = "Phone;Name;Consent;Consent date;Wording;Marketing\n0712 000 001;Amina Ali;yes;2026-01-05;paper form;yes\n254712000001;Amina;;;;\n0712000002;Baraka;yes;;;\nnot a number;Chege;;;;";

#[tokio::test]
async fn customers_are_merged_corrected_and_found() {
    let world = World::new().await;
    let import = bring(&world, "customers", json!({ "content": CUSTOMERS })).await;
    assert_eq!(column(&import, "outcome")[1], "merged");
    assert_eq!(kinds(&import["rows"][2]), ["consent_date", "consent_wording"]);
    assert_eq!(kinds(&import["rows"][3]), ["phone"]);
    let (status, problem) = apply(&world, "customers", &import).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/problems/unacceptable"))
    );
    let row = |number: u16| path("customers", &import, &format!("/rows/{number}"));
    let unsure = json!({ "phone": "0712000002", "name": "Baraka", "consent": "unknown" });
    let (_, import) = world
        .call_at(&import["version"], Method::PUT, &row(3), unsure)
        .await;
    let skipped = json!({ "phone": "not a number", "fate": "skip" });
    let (_, import) = world
        .call_at(&import["version"], Method::PUT, &row(4), skipped)
        .await;
    let (status, applied) = apply(&world, "customers", &import).await;
    assert_eq!(
        (status, &applied["created"]),
        (StatusCode::OK, &json!(2)),
        "{applied}"
    );
    assert_eq!(
        world.count("SELECT count(*) FROM consents WHERE channel = 'import'"),
        2
    );
    let (_, found) = world
        .call(Method::GET, "/api/v1/customers?search=ami", None)
        .await;
    let amina = &found["items"][0];
    assert_eq!(
        (&amina["phone"], &amina["name"]),
        (&json!("+254712000001"), &json!("Amina Ali"))
    );
    let one = format!("/api/v1/customers/{}", amina["id"].as_str().unwrap());
    let (_, file) = world.call(Method::GET, &one, None).await;
    assert_eq!(file["visits"]["upcoming"], 0);
    assert_eq!(file["consents"][1]["purpose"], "marketing");
    let renamed = json!({ "name": "Amina A.", "language": "sw" });
    let (status, changed) = world
        .call_at(&file["version"], Method::PATCH, &one, renamed.clone())
        .await;
    assert_eq!((status, &changed["language"]), (StatusCode::OK, &json!("sw")));
    let (status, _) = world
        .call_at(&file["version"], Method::PATCH, &one, renamed)
        .await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);
}

#[tokio::test]
async fn a_number_is_put_on_record_once() {
    let world = World::new().await;
    let add = async |body| world.call(Method::POST, "/api/v1/customers", Some(body)).await;
    let (status, new) = add(json!({ "phone": "0733 000 111", "name": "Zawadi" })).await;
    assert_eq!(
        (status, &new["phone"]),
        (StatusCode::CREATED, &json!("+254733000111")),
        "{new}"
    );
    let (status, mut known) = add(json!({ "phone": "+254733000111", "name": "Other" })).await;
    assert_eq!(
        known["not_taken_over"].take(),
        json!(["name"]),
        "it is said what stays"
    );
    let mut told = new.clone();
    told["not_taken_over"].take();
    assert_eq!((status, &known), (StatusCode::OK, &told));
    let (status, problem) = add(json!({ "phone": "12", "name": "\u{200b}", "colour": 1 })).await;
    assert_eq!(
        (status, &problem["errors"][0]["field"]),
        (StatusCode::BAD_REQUEST, &json!("colour"))
    );
    let (status, problem) = add(json!({ "phone": "12", "name": "\u{200b}" })).await;
    assert_eq!(
        (status, problem["errors"].as_array().unwrap().len()),
        (StatusCode::BAD_REQUEST, 2)
    );
    let therapist = world.token(Role::Therapist).await;
    let (status, _) = world
        .call_as(&therapist, Method::GET, "/api/v1/customers", None)
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN, "numbers are for the desk");
    let nobody = "/api/v1/customers/00000000-0000-7000-8000-000000000000";
    assert_eq!(
        world.call(Method::GET, nobody, None).await.0,
        StatusCode::NOT_FOUND
    );
    let (_, first) = world.call(Method::GET, "/api/v1/customers?limit=1", None).await;
    let next = format!(
        "/api/v1/customers?limit=200&after={}",
        first["next"].as_str().unwrap()
    );
    let (_, rest) = world.call(Method::GET, &next, None).await;
    let all = world.count("SELECT count(*) FROM customers");
    assert_eq!(
        (rest["items"].as_array().unwrap().len(), &rest["next"]),
        (usize::try_from(all).unwrap() - 1, &Value::Null)
    );
}

const PROMISES: &str = "customer phone,customer,service,staff,date,time,paid\n\
    0712000001,Amina,Swedish massage 60,Wanjiru,2026-05-20,10:07,\"1,000\"\n\
    0712000002,Baraka,Swedish massage 60,Wanjiru,2026-05-20,10:30,none\n\
    0712000003,Chege,Deep tissue 90,,20/05/2026,9:00 pm,\n\
    0712000004,Dali,Moon bath,,2026-05-20,11:00,";

#[tokio::test]
async fn promises_are_honoured_and_nobody_pays_twice() {
    let world = World::new().await;
    let (visits, payments) = ("SELECT count(*) FROM visits", "SELECT count(*) FROM payments");
    let before = (world.count(visits), world.count(payments));
    let import = bring(&world, "bookings", json!({ "content": PROMISES })).await;
    let rows = &import["rows"];
    assert_eq!(
        (kinds(&rows[0]), &rows[0]["starts_at"]),
        (vec![], &json!("2026-05-20T10:07:00+03:00")),
        "{import}"
    );
    assert_eq!(kinds(&rows[1]), ["overlap"]);
    assert!(
        rows[1]["in_the_way"]
            .as_array()
            .unwrap()
            .iter()
            .any(|found| found["row"] == 1),
        "{import}"
    );
    assert_eq!(
        (kinds(&rows[2]), &rows[2]["remarks"]),
        (vec![], &json!(["new_customer", "not_at_work", "closed"]))
    );
    assert_eq!(kinds(&rows[3]), ["service_unknown"]);
    let (status, problem) = apply(&world, "bookings", &import).await;
    assert_eq!(
        (status, &problem["type"], &problem["made"]),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            &json!("/problems/unacceptable"),
            &json!(0)
        )
    );
    assert_eq!(world.count(visits), before.0, "nothing was made");
    let row = |number: u16| path("bookings", &import, &format!("/rows/{number}"));
    let later = json!({ "phone": "0712000002", "name": "Baraka", "service": "Swedish massage 60", "staff": "Wanjiru",
        "start": "2026-05-20 11:30", "paid": "none" });
    let (_, import) = world
        .call_at(&import["version"], Method::PUT, &row(2), later)
        .await;
    let skipped = json!({ "phone": "0712000004", "service": "Moon bath", "start": "", "fate": "skip" });
    let (_, import) = world
        .call_at(&import["version"], Method::PUT, &row(4), skipped)
        .await;
    assert_eq!(import["ready"], true, "{import}");
    let (status, applied) = apply(&world, "bookings", &import).await;
    assert_eq!(
        (status, &applied["created"]),
        (StatusCode::OK, &json!(3)),
        "{applied}"
    );
    let day = world.appointments("2026-05-20").await;
    assert_eq!(day.len(), 3);
    assert!(day.iter().all(
        |appointment| appointment["state"] == "confirmed" && appointment["deposit"]["amount_minor"] == 0
    ));
    let again = bring(&world, "bookings", json!({ "content": PROMISES })).await;
    assert_eq!(again["rows"][0]["outcome"], "booked");
    world.work().await;
    assert_eq!(world.count(payments), before.1, "nobody is asked for money");
    assert_eq!(
        world.messages("254712000001").await.len(),
        0,
        "nor told what they know"
    );
    assert_eq!(
        world.count("SELECT paid_minor AS count FROM visits_from_elsewhere WHERE paid_minor > 0"),
        100_000
    );
    let paid = world.text("SELECT visit_id::text AS text FROM visits_from_elsewhere WHERE paid_minor > 0");
    let (_, paid) = world
        .call(Method::GET, &format!("/api/v1/visits/{paid}"), None)
        .await;
    assert_eq!(
        (
            &paid["paid"]["amount_minor"],
            &paid["paid_elsewhere"]["amount_minor"]
        ),
        (&json!(0), &json!(100_000))
    );
    let charged = paid["appointments"][0]["charged"]["amount_minor"]
        .as_i64()
        .unwrap();
    assert_eq!(paid["balance"]["amount_minor"], charged - 100_000, "{paid}");
    assert!(
        world.count("SELECT count(*) FROM jobs WHERE kind = 'booking.remind'") >= 3,
        "reminders as for others"
    );
    let (_, found) = world
        .call(Method::GET, "/api/v1/customers?phone=0712000001", None)
        .await;
    let file = format!("/api/v1/customers/{}", found["items"][0]["id"].as_str().unwrap());
    let (_, file) = world.call(Method::GET, &file, None).await;
    assert_eq!(
        (&file["visits"]["upcoming"], &file["visits"]["next_at"]),
        (&json!(1), &json!("2026-05-20T10:07:00+03:00"))
    );
}

#[tokio::test]
async fn what_is_no_import_is_refused_with_its_reason() {
    let world = World::new().await;
    let bring = async |kind: &str, body: Value| {
        world
            .call(Method::POST, &format!("/api/v1/imports/{kind}"), Some(body))
            .await
    };
    let (status, problem) = bring("catalogue", json!({ "format": "csv", "content": "price\n100" })).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/problems/unacceptable"))
    );
    assert!(
        problem["detail"].as_str().unwrap().contains("`name`"),
        "{problem}"
    );
    let rows = "a 100\n".repeat(501);
    let (status, problem) = bring("catalogue", json!({ "format": "text", "content": rows })).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/problems/too-many"))
    );
    let (status, _) = bring("catalogue", json!({ "format": "pdf", "content": "x" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (status, _) = bring("customers", json!({ "content": "é".repeat(140_000) })).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    let (status, import) = bring("customers", json!({ "content": "phone\n0712000001" })).await;
    assert_eq!(status, StatusCode::CREATED);
    let (status, _) = world
        .call(Method::DELETE, &path("customers", &import, ""), None)
        .await;
    assert_eq!(status, StatusCode::PRECONDITION_REQUIRED);
    for other in ["catalogue", "bookings"] {
        let (status, _) = world.call(Method::GET, &path(other, &import, ""), None).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "an import of another kind is none");
    }
    for row in ["0", "2", "x", "70000"] {
        let place = path("customers", &import, &format!("/rows/{row}"));
        let (status, _) = world
            .call_at(
                &import["version"],
                Method::PUT,
                &place,
                json!({ "phone": "0712000001" }),
            )
            .await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{row}");
    }
    let receptionist = world.token(Role::Receptionist).await;
    let (status, _) = world
        .call_as(&receptionist, Method::GET, "/api/v1/imports/catalogue", None)
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (_, open) = world
        .call_as(&receptionist, Method::GET, "/api/v1/imports/customers", None)
        .await;
    assert_eq!(open["items"][0]["row_count"], 1);
    let (status, _) = world
        .call_at(
            &import["version"],
            Method::DELETE,
            &path("customers", &import, ""),
            Value::Null,
        )
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (_, gone) = world
        .call(Method::GET, &path("customers", &import, ""), None)
        .await;
    assert_eq!((&gone["state"], &gone["rows"]), (&json!("discarded"), &json!([])));
}
