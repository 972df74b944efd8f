//! Two businesses on one instance: whatever one of them has, the other asks for in vain, by every route of the
//! register and in every body that names it. It is told the same as about something that never was.

use std::collections::BTreeMap;

use actix_web::http::Method as Verb;
use ratiba_access::Role;
use ratiba_access::use_cases::InvitationOrder;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{Neighbour, World};

/// A request with everything that a changing route may want besides its body.
async fn ask(world: &World, token: &str, method: &Verb, path: &str, body: &Value) -> (StatusCode, Value) {
    let bearer = format!("Bearer {token}");
    let key = world.parts.ids.next().to_string();
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Idempotency-Key", key.as_str()),
        ("If-Match", "\"1\""),
        ("Content-Type", "application/json"),
    ];
    let method = Method::from_bytes(method.as_str().as_bytes()).unwrap();
    let (headers, body) = if body.is_null() {
        (&headers[..3], Vec::new())
    } else {
        (&headers[..], body.to_string().into_bytes())
    };
    world.raw(method, path, headers, body).await
}

/// M-Pesa's word for money that nobody expects.
const STATEMENT: &str = "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,A/C No.\n\
    TEC0STRANGE,2026-05-12 07:30:00,Pay Bill from 2547******001,Completed,500.00,,JINA\n";

/// What the demo tenant has, one of each kind, by the beginning of its path.
async fn belongings(world: &World) -> BTreeMap<&'static str, String> {
    world.book_and_pay().await;
    let tenant = world.tenant.tenant;
    let one = |table: &str, condition: &str| {
        let sql = format!(
            "SELECT id::text AS text FROM {table} WHERE tenant_id = '{tenant}' AND {condition} ORDER BY id LIMIT 1"
        );
        let id = world.text(&sql);
        assert!(!id.is_empty(), "nothing in {table} where {condition}");
        id
    };
    world.execute(
        "INSERT INTO archived_threads (tenant_id, id, customer_id, opened_at, closed_at, archived_at, log)
         SELECT tenant_id, id, customer_id, opened_at, opened_at, opened_at, '{}' FROM conversation_threads",
    );
    let confirmed = "state = 'confirmed'";
    let booked = one("appointments", confirmed);
    let staff = world.text(&format!(
        "SELECT staff_id::text AS text FROM appointments WHERE id = '{booked}'"
    ));
    let (customer, resource) = (one("customers", "true"), one("resources", "true"));
    let massage = one("services", "name = 'Swedish massage 60'");
    let facial = one("services", "name = 'Facial 60'");
    let part = json!({ "service_id": massage });
    let stretch = json!({ "start": "2026-05-13T06:00:00+03:00", "end": "2026-05-13T22:00:00+03:00" });
    let later = json!({ "start": "2026-05-20T06:00:00+03:00", "end": "2026-05-20T22:00:00+03:00" });
    let price = json!({ "amount_minor": 600_000, "currency": "KES" });
    let (leave, outage) = (
        format!("/api/v1/staff/{staff}/leave"),
        format!("/api/v1/resources/{resource}/outages"),
    );
    let mut block = later.clone();
    block["staff_id"] = json!(staff);
    for (path, body) in [
        (leave.as_str(), stretch),
        (outage.as_str(), later),
        ("/api/v1/blocks", block),
        (
            "/api/v1/data-requests",
            json!({ "customer_id": customer, "wish": "export" }),
        ),
        ("/api/v1/walk-ins", json!({ "name": "Amina", "parts": [part] })),
        (
            "/api/v1/waitlist",
            json!({
                "customer_id": customer, "parts": [part], "first_day": "2026-05-18", "last_day": "2026-05-19",
            }),
        ),
        ("/api/v1/calendar-feeds", json!({ "name": "Desk" })),
        (
            "/api/v1/knowledge",
            json!({ "category": "facility", "language": "en", "title": "Parking", "body": "Behind the house." }),
        ),
        (
            "/api/v1/packages",
            json!({ "name": "Both", "price": price, "service_ids": [massage, facial] }),
        ),
        (
            "/api/v1/promotions",
            json!({
                "name": "May", "off": { "percent_basis_points": 1000 },
                "first_day": "2026-05-01", "last_day": "2026-05-31",
            }),
        ),
        (
            "/api/v1/cross-sell-relations",
            json!({
                "primary_service_id": massage, "complement_service_id": facial, "confidence_basis_points": 5000,
            }),
        ),
        (
            "/api/v1/imports/customers",
            json!({ "content": "phone,name\n0712000001,Wambui\n" }),
        ),
        (
            "/api/v1/imports/catalogue",
            json!({ "format": "text", "content": "Hot stone 60 min 4,500/=" }),
        ),
        (
            "/api/v1/imports/bookings",
            json!({ "content": "phone,service,start\n0712000001,Manicure,2026-05-21 10:00\n" }),
        ),
        ("/api/v1/cohort", json!({ "phone": "0712000077" })),
        ("/api/v1/commission/closes", json!({ "month": "2026-04" })),
        (
            "/api/v1/commission/rules",
            json!({
                "service_category": "waxing", "rule_type": "pct", "value": { "rate_basis_points": 1000 },
                "valid_from": "2026-06-01",
            }),
        ),
        (
            "/api/v1/till/sessions",
            json!({ "float": { "amount_minor": 200_000, "currency": "KES" } }),
        ),
        ("/api/v1/till/statements", json!({ "csv": STATEMENT })),
        (
            "/api/v1/webhook-endpoints",
            json!({ "url": "https://127.0.0.1:9/", "events": ["appointment.booked"] }),
        ),
    ] {
        let (status, answer) = ask(world, &world.owner, &Verb::POST, path, &body).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
    }
    let invited = InvitationOrder {
        phone: "+254712000078".parse().unwrap(),
        name: "Achieng".to_owned(),
        role: Role::Receptionist,
        staff: None,
    };
    let invitations = &world.parts.access.invitations;
    invitations.by_operator(tenant, invited).await.unwrap();
    let hook = one("webhook_endpoints", "true");
    let path = format!("/api/v1/webhook-endpoints/{hook}/test");
    let (status, answer) = ask(world, &world.owner, &Verb::POST, &path, &Value::Null).await;
    assert!(status.is_success(), "{path}: {status} {answer}");
    let path = format!("/api/v1/staff/{staff}/payroll-link");
    let number = json!({ "staff_no": "EMP-1" });
    let (status, answer) = ask(world, &world.owner, &Verb::PUT, &path, &number).await;
    assert!(status.is_success(), "{path}: {status} {answer}");
    let april = json!({ "month": "2026-04" });
    let (status, answer) = ask(
        world,
        &world.owner,
        &Verb::POST,
        "/api/v1/payroll/exports",
        &april,
    )
    .await;
    assert!(status.is_success(), "{status} {answer}");
    // Nothing was rendered in April; a line of it is planted, so that there is one to dispute.
    world.count(&format!(
        "WITH period AS (SELECT id, staff_id FROM commission_period WHERE tenant_id = '{tenant}' ORDER BY id DESC LIMIT 1),
         line AS (INSERT INTO commission_line (tenant_id, period_id, position, appointment_id, base_minor, amount_minor,
                 minutes, reason) SELECT '{tenant}', id, 0, '{booked}', 0, 0, 0, '{{}}' FROM period ON CONFLICT DO NOTHING RETURNING 1),
         made AS (INSERT INTO commission_disputes (tenant_id, id, period_id, position, staff_id, reason, opened_by,
                 opened_at, state) SELECT '{tenant}', gen_random_uuid(), id, 0, staff_id, 'x', 'token:x', '2026-05-12Z',
                 'open' FROM period RETURNING 1)
         SELECT (SELECT count(*) FROM line) + (SELECT count(*) FROM made) AS count"
    ));
    let paid = one("payments", "paid_minor > 0");
    let back = json!({ "way": "credit", "amount": { "amount_minor": 100, "currency": "KES" }, "reason": "kindness" });
    let path = format!("/api/v1/payments/{paid}/refunds");
    let (status, answer) = ask(world, &world.owner, &Verb::POST, &path, &back).await;
    assert!(status.is_success(), "{path}: {status} {answer}");
    let lies = one("ledger_journals", "cause LIKE 'till-float:%'");
    let part =
        json!({ "to": "owner", "amount": { "amount_minor": 100, "currency": "KES" }, "reason": "the float" });
    let path = format!("/api/v1/ledger/suspense/{lies}/clearings");
    let (status, answer) = ask(world, &world.owner, &Verb::POST, &path, &part).await;
    assert!(status.is_success(), "{path}: {status} {answer}");
    world.work().await;
    world.count(&format!(
        "WITH made AS (INSERT INTO payment_callbacks_unrouted (id, tenant_id, provider, reason, body, received_at)
            VALUES (gen_random_uuid(), '{tenant}', 'mpesa', 'expired_token', 'x', '2026-05-12Z') RETURNING 1)
         SELECT count(*) FROM made"
    ));
    let import = |kind: &str| one("imports", &format!("kind = '{kind}'"));
    BTreeMap::from([
        ("/api/v1/appointments/", booked.clone()),
        (
            "/api/v1/visits/",
            world.text(&format!(
                "SELECT visit_id::text AS text FROM appointments WHERE id = '{booked}'"
            )),
        ),
        ("/api/v1/payments/", one("payments", "true")),
        ("/api/v1/attempts/", one("payment_attempts", "true")),
        (
            "/api/v1/dead-letters/",
            one("payment_callbacks_unrouted", "state = 'new'"),
        ),
        ("/api/v1/refunds/", one("payment_refunds", "true")),
        ("/api/v1/till/sessions/", one("till_sessions", "true")),
        (
            "/api/v1/ledger/suspense/",
            one("ledger_journals", "cause LIKE 'till-float:%'"),
        ),
        ("/api/v1/ledger/clearings/", one("suspense_clearings", "true")),
        ("/api/v1/till/statements/", one("mpesa_statements", "true")),
        (
            "/api/v1/till/statements/lines/",
            one("mpesa_statement_lines", "true"),
        ),
        (
            "/api/v1/till/statements/absences/",
            one("payment_attempts", "state = 'paid' AND provider = 'mpesa'"),
        ),
        ("/api/v1/conversations/", one("conversation_threads", "true")),
        ("/api/v1/archived-conversations/", one("archived_threads", "true")),
        ("/api/v1/cohort/", one("cohort_invitations", "true")),
        ("/api/v1/customers/", customer),
        ("/api/v1/services/", massage),
        ("/api/v1/staff/", staff),
        ("/api/v1/resources/", resource),
        ("/api/v1/blocks/", one("blocks", "true")),
        ("/api/v1/bookings-hit/", one("bookings_hit", "true")),
        ("/api/v1/walk-ins/", one("walk_ins", "true")),
        ("/api/v1/waitlist/", one("waitlist_entries", "true")),
        ("/api/v1/calendar-feeds/", one("calendar_feeds", "true")),
        ("/api/v1/knowledge/", one("knowledge_snippets", "true")),
        ("/api/v1/packages/", one("packages", "true")),
        ("/api/v1/promotions/", one("promotions", "true")),
        (
            "/api/v1/cross-sell-relations/",
            one("cross_sell_relations", "true"),
        ),
        ("/api/v1/imports/customers/", import("customers")),
        ("/api/v1/imports/catalogue/", import("catalogue")),
        ("/api/v1/imports/bookings/", import("bookings")),
        ("/api/v1/commission/periods/", one("commission_period", "true")),
        ("/api/v1/commission/rules/", one("commission_rules", "true")),
        ("/api/v1/commission/disputes/", one("commission_disputes", "true")),
        ("/api/v1/payroll/exports/", one("payroll_exports", "true")),
        (
            "/api/v1/members/",
            world.text(&format!(
                "SELECT person_id::text AS text FROM memberships WHERE tenant_id = '{tenant}' AND role = 'manager'"
            )),
        ),
        ("/api/v1/tokens/", one("personal_access_tokens", "true")),
        ("/api/v1/invitations/", one("invitations", "true")),
        ("/api/v1/data-requests/", one("data_requests", "true")),
        ("/api/v1/webhook-endpoints/", one("webhook_endpoints", "true")),
        ("/api/v1/webhook-deliveries/", one("webhook_deliveries", "true")),
        ("{leave_id}", one("staff_leave", "true")),
        ("{outage_id}", one("resource_outages", "true")),
    ])
}

/// A body that the route takes, so that nothing but the identity is wrong with the request.
fn body_for(method: &Verb, path: &str, own_service: &str) -> Value {
    let start = "2026-05-20T10:00:00+03:00";
    let stretch = json!({ "start": start, "end": "2026-05-20T12:00:00+03:00" });
    let price = json!({ "amount_minor": 450_000, "currency": "KES" });
    match (method.as_str(), path.rsplit('/').next().unwrap()) {
        ("POST", "cancel") if path.contains("refunds") => json!({ "reason": "x" }),
        ("POST", "cancel") => json!({ "by": "business" }),
        ("POST", "move") => json!({ "start": start, "by": "business" }),
        ("POST", "resolve") if path.contains("refunds") => json!({ "outcome": "done", "reason": "x" }),
        ("POST", "resolve") => json!({ "outcome": "cancelled", "reason": "x" }),
        ("POST", "refunds") => json!({ "way": "credit", "amount": price, "reason": "x" }),
        ("POST", "settle-dispute" | "dismiss") => json!({ "reason": "x" }),
        ("POST", "take-back" | "undo") => json!({ "reason": "x" }),
        ("POST", "refund") => json!({ "receipt": "TEC00BACK1", "reason": "x" }),
        ("POST", "match") => json!({
            "payment_id": "00000000-0000-7000-8000-000000000001", "receipt": "TEC00EXMPL", "amount": price, "reason": "x",
        }),
        ("POST", "payouts") => {
            json!({ "way": "outside", "amount": price, "reason": "x", "reference": "7" })
        }
        ("POST", "decide") if path.contains("absences") => json!({ "verdict": "never_moved", "reason": "x" }),
        ("POST", "decide") => json!({ "verdict": "ignore", "reason": "x" }),
        ("POST", "tips") => json!({
            "appointment_id": "00000000-0000-7000-8000-000000000001", "amount": price, "tender": "cash",
        }),
        ("POST", "tip-payouts") => json!({
            "staff_id": "00000000-0000-7000-8000-000000000001", "amount": price, "reason": "x",
        }),
        ("POST", "messages") => json!({ "text": "x" }),
        ("POST", "end") if path.contains("commission") => json!({ "on": "2026-07-01" }),
        ("POST", "clearings") => json!({ "to": "owner", "reason": "x" }),
        ("POST", "withdrawals") => json!({ "amount": price, "reason": "x" }),
        ("POST", "cash") => json!({ "amount": price }),
        ("POST", "movements") => json!({ "kind": "pay_in", "amount": price, "reason": "x" }),
        ("POST", "close") => json!({ "counted": price }),
        ("POST", "counter-offer") => json!({ "start": start }),
        ("POST", "outages" | "leave") if !path.contains("walk-ins") => stretch,
        ("POST", "confirm") if path.contains("payroll") => json!({ "file_sha256": "0".repeat(64) }),
        ("POST", "disputes") => json!({ "line": 1, "reason": "x" }),
        ("POST", "reject") => json!({ "answer": "x" }),
        ("POST", "refuse") if path.contains("data-requests") => json!({ "reason": "x" }),
        ("PUT", "payroll-link") => json!({ "staff_no": "EMP-2" }),
        ("PUT", "shares") => json!({ "shares": null }),
        ("PATCH", "actuals") => json!({ "staff_notes": "x" }),
        ("PATCH", "{id}") if path.contains("webhook") => json!({ "on": false }),
        ("PATCH", "{id}") => json!({ "name": "X" }),
        ("PUT", "hours") => json!({ "weekly": [] }),
        ("PUT", "{day}") => json!({ "blocks": [] }),
        ("PUT", "services") => json!({ "service_ids": [] }),
        ("PUT", "{number}") if path.contains("bookings") => {
            json!({ "phone": "0712000001", "service": "Manicure", "start": "2026-05-21 10:00" })
        }
        ("PUT", "{number}") if path.contains("catalogue") => json!({ "name": "X" }),
        ("PUT", "{number}") => json!({ "phone": "0712000001" }),
        ("PUT", "{id}") if path.contains("services") => {
            json!({ "name": "X", "category": "massage", "price": price, "segments": [{ "minutes": 45 }] })
        }
        ("PUT", "{id}") if path.contains("knowledge") => {
            json!({ "category": "general", "language": "sw", "title": "X", "body": "X" })
        }
        ("PUT", "{id}") if path.contains("members") => json!({ "role": "therapist" }),
        ("PUT", "{id}") if path.contains("resources") => json!({ "kind": "treatment-room", "name": "X" }),
        ("PUT", "{id}") if path.contains("packages") => {
            json!({ "name": "X", "price": price, "service_ids": [own_service, own_service] })
        }
        ("PUT", "{id}") if path.contains("promotions") => json!({
            "name": "X", "off": { "percent_basis_points": 1000 },
            "first_day": "2026-05-01", "last_day": "2026-05-31",
        }),
        ("PUT", "{id}") if path.contains("relations") => json!({
            "primary_service_id": own_service, "complement_service_id": own_service,
            "confidence_basis_points": 5000,
        }),
        ("PATCH", "price") => json!({ "discount": null }),
        _no_field_is_needed => json!({}),
    }
}

#[tokio::test]
async fn another_tenants_ids_are_unknown_on_every_route_of_the_register() {
    let world = World::new().await;
    let theirs = belongings(&world).await;
    let neighbour: Neighbour = world.neighbour().await;
    let own_service = service_of(&world, &neighbour, "Manicure");
    let before = world.count(ROWS);
    let mut asked = 0;
    for endpoint in ratiba_api::routes::endpoints() {
        let Some(rest) = endpoint.path.strip_prefix("/api/v1/") else {
            continue;
        };
        let Some((start, _)) = rest.split_once("{id}") else {
            assert!(
                !rest.contains('{')
                    || rest.starts_with("holidays/")
                    || rest.starts_with("calendars/")
                    || rest.starts_with("features/")
                    || rest.starts_with("provider-credentials/"),
                "{}: whose is it?",
                endpoint.path
            );
            continue;
        };
        let start = format!("/api/v1/{start}");
        let id = theirs.get(start.as_str());
        let id = id.unwrap_or_else(|| panic!("{}: one of ours is wanted", endpoint.path));
        let path = endpoint
            .path
            .replace("{id}", id)
            .replace("{leave_id}", &theirs["{leave_id}"])
            .replace("{outage_id}", &theirs["{outage_id}"])
            .replace("{day}", "2026-05-20")
            .replace("{number}", "1");
        assert!(!path.contains('{'), "{path}: what goes there?");
        let body = match endpoint.body {
            Some(_) => body_for(&endpoint.method, endpoint.path, &own_service),
            None => Value::Null,
        };
        let (status, problem) = ask(&world, &neighbour.owner, &endpoint.method, &path, &body).await;
        assert_eq!(
            (status, &problem["type"]),
            (StatusCode::NOT_FOUND, &json!("/problems/not-found")),
            "{} {}: {problem}",
            endpoint.method,
            endpoint.path
        );
        if endpoint.method == Verb::GET {
            let (status, answer) = ask(&world, &world.owner, &endpoint.method, &path, &body).await;
            assert_eq!(status, StatusCode::OK, "the owner has it: {path} {answer}");
        }
        asked += 1;
    }
    assert!(asked > 60, "{asked} routes were asked");
    assert_eq!(world.count(ROWS), before, "nothing was changed by asking");
}

/// Everything that the routes above could have changed, as one number.
const ROWS: &str = "SELECT (SELECT sum(version) FROM appointments) + (SELECT sum(version) FROM services)
    + (SELECT sum(version) FROM conversation_threads) + (SELECT count(*) FROM handoffs)
    + (SELECT count(*) FROM engagements WHERE active) + (SELECT count(*) FROM staff_leave)
    + (SELECT count(*) FROM resource_outages) + (SELECT count(*) FROM payment_refunds)
    + (SELECT sum(version) FROM payroll_exports) + (SELECT sum(version) FROM commission_disputes)
    + (SELECT sum(version) FROM memberships) + (SELECT count(*) FROM personal_access_tokens WHERE revoked_at IS NULL)
    + (SELECT count(*) FROM data_requests WHERE state = 'open')
    + (SELECT count(*) FROM payroll_links) + (SELECT sum(version) FROM webhook_endpoints)
    + (SELECT sum(version) FROM webhook_deliveries) + (SELECT count(*) FROM ledger_journals) + (SELECT count(*) FROM till_sessions WHERE closed_at IS NULL) + (SELECT count(*) FROM bookings_hit WHERE resolved_at IS NULL) AS count";

fn service_of(world: &World, neighbour: &Neighbour, name: &str) -> String {
    let tenant = neighbour.tenant;
    world.text(&format!(
        "SELECT id::text AS text FROM services WHERE tenant_id = '{tenant}' AND name = '{name}'"
    ))
}

#[tokio::test]
async fn another_tenants_ids_in_a_body_are_unknown_and_nothing_is_booked() {
    let world = World::new().await;
    let theirs = belongings(&world).await;
    let neighbour = world.neighbour().await;
    let own_service = service_of(&world, &neighbour, "Manicure");
    let own_customer = world.text(&format!(
        "SELECT id::text AS text FROM customers WHERE tenant_id = '{}' LIMIT 1",
        neighbour.tenant
    ));
    let before = world.count("SELECT count(*) FROM visits");
    let start = "2026-05-20T10:00:00+03:00";
    let visit =
        |customer: &str, part: Value| json!({ "customer_id": customer, "start": start, "parts": [part] });
    let own_part = json!({ "service_id": own_service });
    let (service, staff) = (&theirs["/api/v1/services/"], &theirs["/api/v1/staff/"]);
    let (customer, package) = (&theirs["/api/v1/customers/"], &theirs["/api/v1/packages/"]);
    let mut packaged = visit(&own_customer, own_part.clone());
    packaged["package_id"] = json!(package);
    let mut complemented = visit(&own_customer, own_part.clone());
    complemented["complement"] = json!({ "service_id": service, "staff_id": staff, "start": start });
    let days = json!({ "first_day": "2026-05-18", "last_day": "2026-05-19" });
    let waits = |customer: &str, part: &Value| {
        json!({
            "customer_id": customer, "parts": [part], "first_day": days["first_day"], "last_day": days["last_day"],
        })
    };
    for (path, body) in [
        ("visits", visit(customer, own_part.clone())),
        ("visits", visit(&own_customer, json!({ "service_id": service }))),
        (
            "visits",
            visit(
                &own_customer,
                json!({ "service_id": own_service, "staff_id": staff }),
            ),
        ),
        ("visits", packaged),
        ("visits", complemented),
        ("waitlist", waits(customer, &own_part)),
        (
            "waitlist",
            waits(&own_customer, &json!({ "service_id": service })),
        ),
        (
            "walk-ins",
            json!({ "customer_id": customer, "parts": [own_part] }),
        ),
        (
            "walk-ins",
            json!({ "name": "A", "parts": [{ "service_id": service }] }),
        ),
        (
            "availability/search",
            json!({ "parts": [{ "service_id": service }] }),
        ),
        (
            "availability/search",
            json!({ "parts": [{ "service_id": own_service, "staff_id": staff }] }),
        ),
        (
            "availability/search",
            json!({ "parts": [own_part], "customer_id": customer }),
        ),
        (
            "availability/cross-sell",
            json!({ "parts": [{ "service_id": service }], "start": start }),
        ),
    ] {
        let path = format!("/api/v1/{path}");
        let (status, problem) = ask(&world, &neighbour.owner, &Verb::POST, &path, &body).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path} {body}: {problem}");
    }
    for query in [
        format!("service_id={service}"),
        format!("service_id={own_service}&staff_id={staff}"),
        format!("service_id={own_service}&customer_id={customer}"),
    ] {
        let path = format!("/api/v1/availability?{query}");
        let (status, problem) = ask(&world, &neighbour.owner, &Verb::GET, &path, &Value::Null).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {problem}");
    }
    assert_eq!(world.count("SELECT count(*) FROM visits"), before);
}
