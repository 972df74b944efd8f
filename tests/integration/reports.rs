//! Reports over whole days: who may ask, for how long, and in which form. What they count is tested on the rows themselves.

use ratiba_access::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;

use super::tips::finished;

const REPORTS: [&str; 5] = ["utilisation", "revenue", "tenders", "no-shows", "conversations"];

const MAY: &str = "from=2026-05-01&to=2026-05-31";

#[tokio::test]
async fn reports_are_for_owners_and_managers_and_for_a_year_at_most() {
    let world = World::new().await;
    let manager = world.token(Role::Manager).await;
    for report in REPORTS {
        let path = format!("/api/v1/reports/{report}?{MAY}");
        let (status, found) = world.call_as(&manager, Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{report}: {found}");
        for role in [Role::Receptionist, Role::Therapist] {
            let token = world.token(role).await;
            let (status, problem) = world.call_as(&token, Method::GET, &path, None).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{report}: {problem}");
        }
        for (wrong, field) in [
            ("from=2026-05-02&to=2026-05-01", "to"),
            ("from=2026-01-01&to=2027-01-02", "to"),
            ("from=2026-05-01", "to"),
            ("from=May&to=2026-05-31", "from"),
            ("from=2026-05-01&to=2026-05-31&format=xls", "format"),
        ] {
            let path = format!("/api/v1/reports/{report}?{wrong}");
            let (status, problem) = world.call(Method::GET, &path, None).await;
            assert_eq!(
                (status, &problem["errors"][0]["field"]),
                (StatusCode::BAD_REQUEST, &json!(field)),
                "{report} {wrong}: {problem}"
            );
        }
    }
}

#[tokio::test]
async fn a_visit_that_was_paid_and_rendered_stands_in_every_report_of_its_business_alone() {
    let world = World::new().await;
    finished(&world).await;
    let neighbour = world.neighbour().await;
    let ask = async |report: &str| {
        let path = format!("/api/v1/reports/{report}?{MAY}");
        let (status, found) = world.call(Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{found}");
        let (_, theirs) = world.call_as(&neighbour.owner, Method::GET, &path, None).await;
        (found, theirs)
    };
    let (revenue, theirs) = ask("revenue").await;
    assert_eq!(revenue["days"][0]["day"], "2026-05-13");
    assert_eq!(
        revenue["services"][0]["charged"],
        json!({ "amount_minor": 350_000, "currency": "KES" })
    );
    assert_eq!(theirs["services"], json!([]));
    let (tenders, theirs) = ask("tenders").await;
    assert_eq!(
        (
            &tenders["items"][0]["tender"],
            &tenders["items"][0]["net"]["amount_minor"]
        ),
        (&json!("mpesa"), &json!(105_000)),
        "the deposit"
    );
    assert_eq!(theirs["items"], json!([]));
    let (missed, theirs) = ask("no-shows").await;
    assert_eq!(
        (&missed["items"][0]["due"], &missed["items"][0]["no_shows"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(theirs["items"], json!([]));
    let (talk, theirs) = ask("conversations").await;
    assert_eq!(talk["items"][0]["booked"], json!(1), "{talk}");
    assert_eq!(theirs["items"], json!([]));
    let (time, _) = ask("utilisation").await;
    let rendered = |row: &Value| row["rendered_minutes"].as_i64().unwrap();
    let items = time["items"].as_array().unwrap();
    assert!(items.iter().map(rendered).sum::<i64>() > 0, "{time}");
    assert!(items.iter().any(|row| row["open_minutes"].as_i64().unwrap() > 0));
}

#[tokio::test]
async fn a_report_is_a_table_where_that_is_asked_for_and_a_name_is_no_formula_in_it() {
    let world = World::new().await;
    let (_, part) = finished(&world).await;
    world.execute(&format!(
        "UPDATE services SET name = '=1+1' WHERE id = (SELECT service_id FROM appointments WHERE id = '{part}')"
    ));
    let bearer = format!("Bearer {}", world.owner);
    for (query, accept) in [("&format=csv", "application/json"), ("", "text/csv")] {
        let path = format!("/api/v1/reports/revenue?{MAY}{query}");
        let headers = [("Authorization", bearer.as_str()), ("Accept", accept)];
        let (status, table) = world.raw(Method::GET, &path, &headers, Vec::new()).await;
        let table = table.as_str().unwrap_or_default();
        assert_eq!(status, StatusCode::OK, "{table}");
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines[..2],
            [
                "by,which,appointments,currency,charged,discounts",
                "service,'=1+1,1,KES,3500.00,0.00"
            ]
        );
    }
    let headers = [("Authorization", bearer.as_str()), ("Accept", "image/png")];
    let path = format!("/api/v1/reports/revenue?{MAY}");
    let (status, _) = world.raw(Method::GET, &path, &headers, Vec::new()).await;
    assert_eq!(status, StatusCode::NOT_ACCEPTABLE);
}
