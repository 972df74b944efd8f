//! What goes wrong: callers who are mistaken or hostile, providers who are not well, programs that do not start.

use reqwest::Method;
use serde_json::json;

use super::day::{book_at_the_desk, say};
use super::relay::Sick;
use super::search::Came;
use super::secrets::{Shape, all_settings, credential, marker};
use super::stage::{Stage, variable};
use ratiba_access::credentials::CredentialName;

/// Callers who put their secrets in the wrong place, or bring somebody else's.
pub(super) async fn mistake_tokens(stage: &Stage) {
    let token = stage.owner.clone();
    let me = "/api/v1/me";
    let longer = format!("Bearer {token}0");
    let basic = format!("Basic {token}");
    let bare = token.clone();
    let right = format!("Bearer {token}");
    for headers in [
        [("Authorization", longer.as_str())],
        [("Authorization", basic.as_str())],
        [("Authorization", bare.as_str())],
        [("X-Api-Key", bare.as_str())],
        [("Cookie", bare.as_str())],
        [("Last-Event-ID", bare.as_str())],
    ] {
        assert_eq!(
            stage
                .ask(Method::GET, me, me, &headers, None)
                .await
                .status
                .as_u16(),
            401,
            "{}",
            headers[0].0
        );
    }
    let headers = [("Authorization", right.as_str())];
    for path in [
        format!("/api/v1/me?access_token={token}"),
        format!("/api/v1/appointments?date={token}"),
        format!("/api/v1/appointments/{token}"),
        format!("/api/v1/{token}"),
        format!("/{token}"),
        format!("/auth/login?return_to={token}"),
        format!("/calendars/{token}"),
    ] {
        let answer = stage
            .ask(Method::GET, "a mistaken path", &path, &headers, None)
            .await;
        assert!(!answer.status.is_server_error(), "{}", answer.text);
    }
    let own = credential(CredentialName::WhatsappAccessToken);
    let path = "/api/v1/provider-credentials/whatsapp/access_token";
    for body in [
        json!({ "value": format!("{} x", own.text()) }),
        json!({ "value": [own.text()] }),
        json!({ "value": { "text": own.text() } }),
        json!(own.text()),
        json!([own.text()]),
        json!({ "value": 5, "note": own.text() }),
    ] {
        let answer = stage.ask(Method::PUT, path, path, &headers, Some(&body)).await;
        assert_eq!(answer.status.as_u16(), 400, "{}", answer.text);
    }
    let json = ("Content-Type", "application/json");
    for body in [format!("{{\"value\": \"{}", own.text()), own.text().to_owned()] {
        let status = stage
            .ask_text(Method::PUT, path, &[headers[0], json], &body)
            .await;
        assert_eq!(status.as_u16(), 400);
    }
    let wrong = "/api/v1/provider-credentials/whatsapp/passkey";
    let answer = stage
        .ask(
            Method::PUT,
            wrong,
            wrong,
            &headers,
            Some(&json!({ "value": own.text() })),
        )
        .await;
    assert_eq!(answer.status.as_u16(), 404, "{}", answer.text);
}

/// Messages that no provider sent, at addresses that nobody has and at those that somebody has.
pub(super) async fn forge_callbacks(stage: &Stage) {
    let told = stage.daraja.exchanges();
    let mut tokens: Vec<String> = Vec::new();
    for one in &told {
        for (at, _) in one.body.match_indices("/webhooks/") {
            let address: String = one.body[at..].chars().take_while(|c| *c != '"').collect();
            tokens.push(address);
        }
    }
    assert!(tokens.len() >= 3, "a push names one address, a reversal two");
    tokens.push(format!("/webhooks/daraja/stk/{}", "0".repeat(64)));
    tokens.push(format!("/webhooks/daraja/c2b/{}/confirmation", "0".repeat(64)));
    tokens.push(format!("/webhooks/daraja/c2b/{}/validation", "0".repeat(64)));
    tokens.push(format!("/webhooks/pesapal/{}", "0".repeat(64)));
    let forged = json!({ "Body": { "stkCallback": {
        "MerchantRequestID": "1-2-3", "CheckoutRequestID": "ws_CO_1", "ResultCode": 0, "ResultDesc": "paid",
        "CallbackMetadata": { "Item": [{ "Name": "Amount", "Value": 1 }, { "Name": "MpesaReceiptNumber", "Value": "TEC0000000" }] },
    } } });
    for address in tokens {
        for body in [forged.clone(), json!({ "what": "is this" })] {
            let answer = stage
                .ask(Method::POST, "a webhook", &address, &[], Some(&body))
                .await;
            assert!(!answer.status.is_server_error(), "{}", answer.text);
        }
    }
    let whatsapp = "/webhooks/whatsapp";
    let signed = [("X-Hub-Signature-256", "sha256=00")];
    let answer = stage
        .ask(Method::POST, whatsapp, whatsapp, &signed, Some(&json!({})))
        .await;
    assert_eq!(answer.status.as_u16(), 401);
    let verify = marker("whatsapp.verify_token", Shape::Odd);
    let escaped = verify.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    for (token, expected) in [(escaped.clone(), 200), (format!("{escaped}0"), 403)] {
        let path = format!("{whatsapp}?hub.mode=subscribe&hub.challenge=42&hub.verify_token={token}");
        let answer = stage.ask(Method::GET, whatsapp, &path, &[], None).await;
        assert_eq!(answer.status.as_u16(), expected, "{}", answer.text);
    }
}

/// The business keeps credentials of its own, which no provider knows, and takes them away again; the providers are as sick
/// as they get.
pub(super) async fn fall_ill(stage: &Stage) {
    let path =
        |name: CredentialName| format!("/api/v1/provider-credentials/{}/{}", name.provider(), name.name());
    for name in CredentialName::ALL {
        let value = json!({ "value": credential(name).text() });
        stage.done(Method::PUT, &path(name), value).await;
    }
    meet(stage, "15", None, true).await;
    meet(stage, "16", Some(Sick::Repeats), true).await;
    stage.falls(None, true);
    for name in CredentialName::ALL {
        let removed = stage.call(Method::DELETE, &path(name), None).await;
        assert_eq!(removed.status.as_u16(), 204, "{}", removed.text);
    }
    for (day, sick) in ["18", "19", "20", "21", "22"].into_iter().zip(Sick::ALL) {
        meet(stage, day, Some(sick), false).await;
    }
    stage.falls(None, true);
    stage
        .until_any(
            "a prompt that failed is noted",
            "payment_attempts WHERE state = 'failed'",
        )
        .await;
}

/// Somebody writes, a prompt goes out and a card's page is asked for, until every provider was met as it is.
async fn meet(stage: &Stage, day: &str, sick: Option<Sick>, tokens_too: bool) {
    stage.falls(sick, tokens_too);
    say(
        stage,
        &format!("2547000007{day}"),
        "Habari, bei ya massage ni ngapi?",
    )
    .await;
    let prompt = book_at_the_desk(stage, &format!("2026-05-{day}T10:00:00+03:00"), "mpesa").await;
    let card = book_at_the_desk(stage, &format!("2026-05-{day}T13:00:00+03:00"), "card").await;
    // What failed is asked for again: a process may use a credential for some seconds after it was replaced. A number that was
    // just asked is not asked again.
    let mut looks = 0;
    let all = [&stage.whatsapp, &stage.daraja, &stage.pesapal];
    stage
        .until(
            &format!("every provider is asked while it is {sick:?}"),
            async || {
                let asks = [(all[1], &prompt, "prompts"), (all[2], &card, "card-links")];
                for (relay, visit, what) in asks {
                    if relay.met() == 0 && looks % 20 == 0 {
                        let phone = json!({ "phone": format!("+2547{looks:03}008{day}") });
                        let asked = stage
                            .call(Method::POST, &format!("{visit}/{what}"), Some(phone))
                            .await;
                        assert!(!asked.status.is_server_error(), "{}", asked.text);
                    }
                }
                looks += 1;
                all.iter().all(|relay| relay.met() > 0)
            },
        )
        .await;
}

/// Programs that are told nonsense, by their environment and by a file, or whose database and Redis are not there.
pub(super) fn start_wrongly(stage: &Stage) {
    let file = stage.file(
        "broken.toml",
        &format!(
            "[database]\nurl = {}",
            planted(stage, "a broken file", Shape::Plain)
        ),
    );
    for (program, declared) in all_settings() {
        let nonsense = declared.iter().map(|one| {
            let name = format!("malformed {}", one.key);
            (one.variable(), planted(stage, &name, Shape::Odd))
        });
        let mut variables: Vec<(String, String)> = nonsense.collect();
        variables.push((
            variable("no.such_setting"),
            planted(stage, "an unknown setting", Shape::Odd),
        ));
        let verb: &[&str] = match program {
            "ratiba-admin" => &["jobs"],
            "ratiba-migrate" => &["roles"],
            _process => &[],
        };
        assert!(
            !stage.run(program, verb, variables.clone(), "").0,
            "{program} cannot start"
        );
        variables.push(("RATIBA_CONFIG".to_owned(), file.clone()));
        assert!(
            !stage.run(program, verb, variables, "").0,
            "{program} cannot start"
        );
    }
    for (key, before, after) in ALMOST_RIGHT {
        let text = format!(
            "{before}{}{after}",
            planted(stage, &format!("almost right {key}"), Shape::Plain)
        );
        let mut variables = stage.running_variables();
        variables.retain(|(name, _)| *name != variable(key));
        variables.push((variable(key), text));
        let program = if key.starts_with("redis") {
            "ratiba-api"
        } else {
            "ratiba-worker"
        };
        assert!(!stage.run(program, &[], variables, "").0, "{key} {before}");
    }
    let nowhere = planted(stage, "a password of nobody's", Shape::Plain);
    let url = |role: &str| format!("postgres://{role}:{nowhere}@127.0.0.1:1/ratiba");
    let urls = [
        (variable("database.admin_url"), url("postgres")),
        (variable("database.owner_url"), url("ratiba_owner")),
        (variable("database.url"), url("ratiba_app")),
    ];
    for verb in ["roles", "run"] {
        assert!(
            !stage.run("ratiba-migrate", &[verb], urls.to_vec(), "").0,
            "there is no database"
        );
    }
    for (program, verb) in [
        ("ratiba-api", None),
        ("ratiba-worker", None),
        ("ratiba-admin", Some("jobs")),
    ] {
        let mut variables = stage.running_variables();
        if verb.is_some() {
            variables.retain(|(name, _)| *name != variable("process.exit_with_parent"));
        }
        variables.retain(|(name, _)| !name.starts_with("RATIBA__DATABASE__"));
        variables.push(urls[2].clone());
        let verbs: Vec<&str> = verb.into_iter().collect();
        assert!(
            !stage.run(program, &verbs, variables, "").0,
            "{program}: there is no database"
        );
    }
}

/// Secrets that are all but right, which is where a fault may quote them: what stands before one, and after it.
const ALMOST_RIGHT: [(&str, &str, &str); 9] = [
    ("database.url", "mysql://ratiba_app:", "@127.0.0.1/ratiba"),
    ("database.url", "postgres://ratiba_app:", "@db.example/ratiba"),
    (
        "database.listen_url",
        "postgres://ratiba_app:",
        "@db.example/ratiba",
    ),
    ("credentials.keys", "markers=", ""),
    ("credentials.keys", "", ""),
    ("payroll.tokens", "", ""),
    ("payroll.tokens", "NOBODY=", ""),
    ("redis.url", "http://:", "@127.0.0.1"),
    ("redis.url", "redis://:", "@redis.example:6379"),
];

/// A secret of its own for a name.
fn planted(stage: &Stage, name: &str, shape: Shape) -> String {
    let text = marker(name, shape);
    stage.learn(name, &text);
    text
}

/// An api whose Redis does not answer, or does not let it in: nobody signs in there.
pub(super) async fn lose_redis(stage: &Stage) {
    let password = planted(stage, "another password of Redis's", Shape::Plain);
    for url in stage.redis_urls(&password) {
        let door = stage.spawn_api(&url).await;
        let answer = stage.follow(&format!("{door}/auth/login")).await;
        assert_eq!(answer.status.as_u16(), 503);
        stage.keep(Came::new("answer without Redis", answer.text));
    }
}
