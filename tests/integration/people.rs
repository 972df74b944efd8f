//! People: signing in by an issuer, in which business they act, and who belongs to one.

use ratiba_access::Role;
use ratiba_access::members::NewMember;
use ratiba_access::session::{IDLE, LASTS};
use ratiba_access::sign_in::TAKES_AT_MOST;
use ratiba_access::token::LIVE_TOKENS_MAX;
use ratiba_access::use_cases::TokenOrder;
use ratiba_access::{Identity, PersonId, Profile, Scope};
use ratiba_api::endpoint::Access;
use ratiba_kernel::{Clock as _, TenantId};
use reqwest::header::{LOCATION, SET_COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;
use time::Duration;

const SOMEBODY: &str = "00000000-0000-7000-8000-000000000000";

/// A browser that keeps one cookie of each name, and goes where a test sends it.
pub(crate) struct Browser<'w> {
    world: &'w World,
    http: reqwest::Client,
    cookies: Vec<(String, String)>,
}

impl<'w> Browser<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            world,
            http,
            cookies: Vec::new(),
        }
    }

    /// Somebody who has signed in.
    pub(crate) async fn of(world: &'w World, person: &str) -> Self {
        let mut browser = Self::new(world);
        let (status, to) = browser.sign_in(person, "/").await;
        assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/"));
        browser
    }

    fn cookie(&self) -> String {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Goes to an address and keeps what it sets; answers with the status and where it leads.
    pub(crate) async fn go(&mut self, url: &str) -> (StatusCode, String, Value) {
        let request = self.http.get(url).header("Cookie", self.cookie());
        let answer = request.send().await.unwrap();
        for line in answer.headers().get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            assert!(line.contains("; HttpOnly; SameSite=Lax"), "{line}");
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(kept, _)| kept != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let to = answer.headers().get(LOCATION);
        let to = to.map_or_else(String::new, |to| to.to_str().unwrap().to_owned());
        let status = answer.status();
        let body = answer.text().await.unwrap();
        (status, to, serde_json::from_str(&body).unwrap_or_default())
    }

    /// Up to the address at which the issuer sends the browser back.
    async fn choose(&mut self, person: &str, return_to: &str) -> String {
        let login = format!("{}/auth/login?return_to={return_to}", self.world.api);
        let (status, issuer, _) = self.go(&login).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let choose = issuer.replacen("/authorize?", "/choose?", 1);
        let (status, back, _) = self.go(&format!("{choose}&person={person}")).await;
        assert_eq!(status, StatusCode::FOUND);
        back
    }

    pub(crate) async fn sign_in(&mut self, person: &str, return_to: &str) -> (StatusCode, String) {
        let back = self.choose(person, return_to).await;
        let (status, to, _) = self.go(&back).await;
        (status, to)
    }

    /// A call with the cookie, and these headers.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let cookie = self.cookie();
        let mut all = vec![("Cookie", cookie.as_str())];
        all.extend_from_slice(headers);
        let body = body.map_or_else(Vec::new, |body| {
            all.push(("Content-Type", "application/json"));
            body.to_string().into_bytes()
        });
        self.world.raw(method, path, &all, body).await
    }

    /// A change by a page of the instance's own, on condition of a version.
    pub(crate) async fn change(
        &self,
        method: Method,
        path: &str,
        version: &Value,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let tag = format!("\"{version}\"");
        let headers = [("Sec-Fetch-Site", "same-origin"), ("If-Match", tag.as_str())];
        self.call(method, path, &headers, body).await
    }

    pub(crate) async fn me(&self) -> (StatusCode, Value) {
        self.call(Method::GET, "/api/v1/me", &[], None).await
    }

    pub(crate) async fn member(&self, name: &str) -> Value {
        let (status, members) = self.call(Method::GET, "/api/v1/members", &[], None).await;
        assert_eq!(status, StatusCode::OK, "{members}");
        let mut members = members["items"].as_array().unwrap().iter();
        members.find(|one| one["name"] == name).unwrap().clone()
    }
}

pub(crate) fn kind(problem: &Value) -> &str {
    problem["type"].as_str().unwrap_or_default()
}

/// Makes somebody whom the issuer knows a member of another business.
async fn join(world: &World, tenant: TenantId, subject: &str, role: Role) -> PersonId {
    let access = &world.parts.access;
    let identity = Identity::new(access.issuer.as_ref().unwrap(), subject).unwrap();
    let person = access
        .people
        .know(identity, world.parts.ids.fresh())
        .await
        .unwrap();
    let newcomer = NewMember {
        person,
        role,
        staff: None,
        profile: Profile::of(Some("Somebody"), None),
        joined_at: world.clock.now(),
    };
    access.members.admit(tenant, newcomer).await.unwrap();
    person
}

#[tokio::test]
async fn somebody_signs_in_and_is_who_they_are() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let (status, to) = browser.sign_in("therapist", "/calendar?day=2026-05-12").await;
    assert_eq!(
        (status, to.as_str()),
        (StatusCode::SEE_OTHER, "/calendar?day=2026-05-12")
    );
    assert_eq!(browser.cookies.len(), 1, "the sign-in's cookie is gone");
    let (status, me) = browser.me().await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(me["person"]["name"], "Wanjiru Njoroge");
    assert_eq!(me["person"]["email"], "therapist@demo.example");
    let wanjiru = &world
        .tenant
        .staff
        .iter()
        .find(|(name, _)| name == "Wanjiru")
        .unwrap()
        .1;
    assert_eq!(
        me["memberships"],
        json!([{
            "tenant_id": world.tenant.tenant, "business_name": "Aria Aura Spa", "role": "therapist", "staff_id": wanjiru,
        }])
    );
    assert_eq!(me["tenant_id"], json!(world.tenant.tenant));
    assert!(
        me["scopes"]
            .as_array()
            .unwrap()
            .contains(&json!("appointments:read"))
    );
    assert!(
        !me["scopes"]
            .as_array()
            .unwrap()
            .contains(&json!("settings:write"))
    );
    // Only hashes are kept.
    let secret = &browser.cookies[0].1;
    let kept = format!("SELECT count(*) AS count FROM sessions WHERE encode(token_hash, 'hex') = '{secret}'");
    assert_eq!(world.count(&kept), 0);
    // A token is itself and nobody.
    let (_, of_token) = world.call(Method::GET, "/api/v1/me", None).await;
    assert_eq!(of_token["person"], Value::Null);
    assert_eq!(
        of_token["memberships"],
        json!([{
            "tenant_id": world.tenant.tenant, "business_name": "Aria Aura Spa", "role": "owner", "staff_id": null,
        }])
    );
    assert_eq!(of_token["tenant_id"], json!(world.tenant.tenant));
}

#[tokio::test]
async fn a_therapist_sees_the_own_day_alone() {
    let world = World::new().await;
    world.book_and_pay().await;
    let path = "/api/v1/appointments?date=2026-05-13";
    let therapist = Browser::of(&world, "therapist").await;
    let (_, own) = therapist.call(Method::GET, path, &[], None).await;
    let wanjiru = &world
        .tenant
        .staff
        .iter()
        .find(|(name, _)| name == "Wanjiru")
        .unwrap()
        .1;
    let all = world.appointments("2026-05-13").await;
    let of_wanjiru = all
        .iter()
        .filter(|one| one.to_string().contains(&wanjiru.to_string()));
    assert_eq!(own["appointments"].as_array().unwrap().len(), of_wanjiru.count());
}

#[tokio::test]
async fn what_does_not_belong_to_this_sign_in_signs_nobody_in() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    // Another browser brings the answer.
    let back = browser.choose("owner", "/").await;
    let (status, _, problem) = Browser::new(&world).go(&back).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::BAD_REQUEST, "/problems/sign-in-failed")
    );
    // A newer sign-in of this browser makes the older answer worthless, and a failure ends the sign-in.
    let older = browser.choose("owner", "/").await;
    let newer = browser.choose("owner", "/").await;
    for back in [older, newer] {
        let (status, _, problem) = browser.go(&back).await;
        assert_eq!(
            (status, kind(&problem)),
            (StatusCode::BAD_REQUEST, "/problems/sign-in-failed")
        );
    }
    assert!(browser.cookies.is_empty());
    // A code counts once.
    let back = browser.choose("owner", "/").await;
    let kept = browser.cookies.clone();
    assert_eq!(browser.go(&back).await.0, StatusCode::SEE_OTHER);
    browser.cookies = kept;
    let (status, _, problem) = browser.go(&back).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::BAD_REQUEST, "/problems/sign-in-failed")
    );
    // The issuer says no, or another one speaks.
    for (from, to) in [("code=", "error=access_denied&x="), ("iss=http", "iss=https")] {
        let back = browser.choose("owner", "/").await.replacen(from, to, 1);
        let (status, _, problem) = browser.go(&back).await;
        assert_eq!(
            (status, kind(&problem)),
            (StatusCode::BAD_REQUEST, "/problems/sign-in-failed")
        );
    }
    assert_eq!(world.count("SELECT count(*) AS count FROM sessions"), 1);
}

#[tokio::test]
async fn the_issuer_is_asked_nothing_for_a_sign_in_that_did_not_begin_here() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let back = browser.choose("owner", "/").await;
    let (name, kept) = browser.cookies[0].clone();
    // The secret is the browser's own, so that the answer is for it; only the rest is made up.
    let forged = [
        format!("{kept}elsewhere"),
        format!("{}./", kept.split('.').next().unwrap()),
        kept.replacen('.', ".1", 1),
    ];
    for forged in forged {
        browser.cookies = vec![(name.clone(), forged.clone())];
        let (status, _, problem) = browser.go(&back).await;
        assert_eq!(
            (status, kind(&problem)),
            (StatusCode::BAD_REQUEST, "/problems/sign-in-failed"),
            "{forged}"
        );
    }
    // A code counts once: nobody has shown it to the issuer yet.
    browser.cookies = vec![(name, kept)];
    assert_eq!(browser.go(&back).await.0, StatusCode::SEE_OTHER);
    // What took too long is over, whatever the browser keeps.
    let mut slow = Browser::new(&world);
    let back = slow.choose("owner", "/").await;
    world.clock.advance(TAKES_AT_MOST);
    let (status, _, problem) = slow.go(&back).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::BAD_REQUEST, "/problems/sign-in-failed")
    );
    assert!(
        problem["detail"].as_str().unwrap().contains("took too long"),
        "{problem}"
    );
}

#[tokio::test]
async fn nobody_is_sent_to_another_host() {
    let world = World::new().await;
    for to in [
        "//evil.example",
        "https://evil.example",
        "%2F%5Cevil.example",
        "calendar",
    ] {
        let login = format!("{}/auth/login?return_to={to}", world.api);
        let (status, _, problem) = Browser::new(&world).go(&login).await;
        assert_eq!(
            (status, kind(&problem)),
            (StatusCode::BAD_REQUEST, "/problems/validation"),
            "{to}"
        );
    }
}

#[tokio::test]
async fn a_session_ends_by_signing_out_by_idleness_and_by_age() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, "owner").await;
    let (status, problem) = browser.call(Method::POST, "/auth/logout", &[], None).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::FORBIDDEN, "/problems/forbidden")
    );
    let own = [("Origin", world.api.as_str())];
    for _twice in 0..2 {
        let (status, _) = browser.call(Method::POST, "/auth/logout", &own, None).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
    }
    assert_eq!(browser.me().await.0, StatusCode::UNAUTHORIZED);
    browser.sign_in("owner", "/").await;
    let idle = Browser::of(&world, "manager").await;
    let mut age = Duration::ZERO;
    let step = IDLE - Duration::HOUR;
    while age + step < LASTS {
        age += step;
        world.clock.advance(step);
        assert_eq!(browser.me().await.0, StatusCode::OK, "{age}");
    }
    assert_eq!(idle.me().await.0, StatusCode::UNAUTHORIZED, "unused");
    world.clock.advance(LASTS - age);
    assert_eq!(browser.me().await.0, StatusCode::UNAUTHORIZED, "too old");
}

#[tokio::test]
async fn a_browser_has_one_session_and_sessions_that_are_over_are_forgotten() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, "owner").await;
    let before = browser.cookies.clone();
    browser.sign_in("manager", "/").await;
    assert_eq!(browser.me().await.0, StatusCode::OK);
    browser.cookies = before;
    assert_eq!(
        browser.me().await.0,
        StatusCode::UNAUTHORIZED,
        "it ended with the next one"
    );
    let sessions = || world.count("SELECT count(*) AS count FROM sessions");
    assert_eq!(sessions(), 2);
    world.jump(world.clock.now() + Duration::days(2)).await;
    assert_eq!(sessions(), 0, "the nightly sweep, a day after their last use");
}

#[tokio::test]
async fn use_is_noted_once_a_minute() {
    let world = World::new().await;
    let browser = Browser::of(&world, "owner").await;
    let seen = || world.text("SELECT seen_at::text AS text FROM sessions");
    let first = seen();
    world.clock.advance(Duration::seconds(59));
    browser.me().await;
    assert_eq!(seen(), first);
    world.clock.advance(Duration::SECOND);
    browser.me().await;
    assert_ne!(seen(), first);
}

#[tokio::test]
async fn who_belongs_to_several_businesses_names_one() {
    let world = World::new().await;
    let neighbour = world.neighbour().await;
    join(&world, neighbour.tenant, "manager", Role::Therapist).await;
    let browser = Browser::of(&world, "manager").await;
    let (status, me) = browser.me().await;
    assert_eq!(
        (status, &me["tenant_id"], &me["scopes"]),
        (StatusCode::OK, &Value::Null, &json!([]))
    );
    assert_eq!(me["memberships"].as_array().unwrap().len(), 2);
    let path = "/api/v1/settings/booking";
    let (status, problem) = browser.call(Method::GET, path, &[], None).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::BAD_REQUEST, "/problems/tenant-required")
    );
    let named = |tenant: &TenantId| tenant.to_string();
    let (own, other) = (named(&world.tenant.tenant), named(&neighbour.tenant));
    let status_of = async |tenant: &str| {
        let headers = [("Ratiba-Tenant", tenant)];
        browser.call(Method::GET, path, &headers, None).await.0
    };
    assert_eq!(status_of(&own).await, StatusCode::OK);
    assert_eq!(
        status_of(&other).await,
        StatusCode::FORBIDDEN,
        "a therapist there"
    );
    for nobodys in [SOMEBODY, "nonsense", ""] {
        assert_eq!(status_of(nobodys).await, StatusCode::NOT_FOUND, "{nobodys}");
    }
    // Only event streams name it in the query.
    let query = format!("{path}?tenant={own}");
    assert_eq!(
        browser.call(Method::GET, &query, &[], None).await.0,
        StatusCode::BAD_REQUEST
    );
    // A token names its own or none.
    let bearer = format!("Bearer {}", world.owner);
    for (tenant, status) in [(&own, StatusCode::OK), (&other, StatusCode::NOT_FOUND)] {
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Ratiba-Tenant", tenant.as_str()),
        ];
        assert_eq!(world.raw(Method::GET, path, &headers, Vec::new()).await.0, status);
    }
    // A business that is closed is nobody's, and then one is left.
    world.execute(&format!(
        "UPDATE tenants SET state = 'suspended' WHERE id = '{other}'"
    ));
    assert_eq!(status_of(&other).await, StatusCode::NOT_FOUND);
    assert_eq!(browser.call(Method::GET, path, &[], None).await.0, StatusCode::OK);
}

#[tokio::test]
async fn somebody_without_a_business_may_do_nothing() {
    let world = World::new().await;
    world.execute("DELETE FROM memberships WHERE role = 'receptionist'");
    let browser = Browser::of(&world, "receptionist").await;
    let (status, me) = browser.me().await;
    assert_eq!((status, &me["memberships"]), (StatusCode::OK, &json!([])));
    let (status, problem) = browser
        .call(Method::GET, "/api/v1/settings/booking", &[], None)
        .await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::FORBIDDEN, "/problems/forbidden")
    );
}

#[tokio::test]
async fn with_a_cookie_only_pages_that_are_trusted_change_anything() {
    let world = World::new().await;
    let browser = Browser::of(&world, "owner").await;
    let path = "/api/v1/customers";
    let body = json!({ "phone": "0712000001", "name": "Asha" });
    let status_of = async |headers: &[(&str, &str)]| {
        let mut all = vec![("Idempotency-Key", "one")];
        all.extend_from_slice(headers);
        browser.call(Method::POST, path, &all, Some(body.clone())).await.0
    };
    for strange in [
        &[][..],
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
        &[("Sec-Fetch-Site", "cross-site")],
    ] {
        assert_eq!(status_of(strange).await, StatusCode::FORBIDDEN, "{strange:?}");
    }
    assert!(status_of(&[("Origin", &world.api)]).await.is_success());
    assert!(status_of(&[("Sec-Fetch-Site", "same-origin")]).await.is_success());
}

#[tokio::test]
async fn a_page_that_is_trusted_reads_every_answer_also_a_refusal() {
    let world = World::new().await;
    let browser = Browser::of(&world, "owner").await;
    let ask = async |origin: &str, cookie: &str| {
        let request = browser.http.get(format!("{}/api/v1/me", world.api));
        let request = request.header("Origin", origin).header("Cookie", cookie);
        let answer = request.send().await.unwrap();
        let name = "Access-Control-Allow-Origin";
        let told = answer
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(answer.headers()["X-Content-Type-Options"], "nosniff");
        (answer.status(), told)
    };
    let desk = "https://desk.example";
    let told = Some(desk.to_owned());
    assert_eq!(ask(desk, &browser.cookie()).await, (StatusCode::OK, told.clone()));
    assert_eq!(ask(desk, "").await, (StatusCode::UNAUTHORIZED, told));
    assert_eq!(
        ask("https://evil.example", &browser.cookie()).await,
        (StatusCode::OK, None)
    );
    let (status, _) = world
        .raw(
            Method::OPTIONS,
            "/api/v1/members",
            &[("Origin", desk), ("Access-Control-Request-Method", "POST")],
            Vec::new(),
        )
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_suspension_and_a_removal_work_at_once() {
    let world = World::new().await;
    let owner = Browser::of(&world, "owner").await;
    let manager = Browser::of(&world, "manager").await;
    let path = "/api/v1/settings/booking";
    let status_of = async |browser: &Browser<'_>| browser.call(Method::GET, path, &[], None).await.0;
    assert_eq!(status_of(&manager).await, StatusCode::OK);
    // What they minted falls with them. A token that was just seen is remembered for three seconds, so each is used once.
    let mut minted = Vec::new();
    for key in ["one", "two", "three", "four"] {
        let headers = [("Sec-Fetch-Site", "same-origin"), ("Idempotency-Key", key)];
        let order = json!({ "name": key, "role": "manager", "scopes": ["settings:read"] });
        let (status, made) = manager
            .call(Method::POST, "/api/v1/tokens", &headers, Some(order))
            .await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        minted.push(made["secret"].as_str().unwrap().to_owned());
    }
    let by_token = async |place: usize| world.call_as(&minted[place], Method::GET, path, None).await.0;
    let member = owner.member("Brian Ouma").await;
    let member_path = format!("/api/v1/members/{}", member["id"].as_str().unwrap());
    let suspend = format!("{member_path}/suspend");
    let (status, suspended) = owner
        .change(Method::POST, &suspend, &member["version"], None)
        .await;
    assert_eq!(status, StatusCode::OK, "{suspended}");
    assert!(suspended["suspended_at"].is_string());
    assert_eq!(status_of(&manager).await, StatusCode::UNAUTHORIZED);
    assert_eq!(by_token(0).await, StatusCode::UNAUTHORIZED);
    let (status, problem) = owner
        .change(Method::POST, &suspend, &member["version"], None)
        .await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::PRECONDITION_FAILED, "/problems/stale")
    );
    let resume = format!("{member_path}/resume");
    let (_, resumed) = owner
        .change(Method::POST, &resume, &suspended["version"], None)
        .await;
    assert_eq!(resumed["suspended_at"], Value::Null);
    assert_eq!(
        status_of(&manager).await,
        StatusCode::UNAUTHORIZED,
        "that session is over"
    );
    let manager = Browser::of(&world, "manager").await;
    assert_eq!(status_of(&manager).await, StatusCode::OK);
    assert_eq!(by_token(1).await, StatusCode::OK);
    let lower = json!({ "role": "receptionist", "staff_id": null });
    let (_, lowered) = owner
        .change(Method::PUT, &member_path, &resumed["version"], Some(lower))
        .await;
    assert_eq!(lowered["role"], "receptionist");
    assert_eq!(
        by_token(2).await,
        StatusCode::UNAUTHORIZED,
        "more than they are by now"
    );
    let read_team = manager.call(Method::GET, "/api/v1/members", &[], None).await.0;
    assert_eq!(read_team, StatusCode::FORBIDDEN);
    let (status, _) = owner
        .change(Method::DELETE, &member_path, &lowered["version"], None)
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(status_of(&manager).await, StatusCode::UNAUTHORIZED);
    assert_eq!(by_token(3).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn who_changed_what_somebody_may_do_is_on_record() {
    let world = World::new().await;
    let owner = Browser::of(&world, "owner").await;
    let (_, me) = owner.me().await;
    let who = format!("person:{}", me["person"]["id"].as_str().unwrap());
    let member = owner.member("Brian Ouma").await;
    let id = member["id"].as_str().unwrap();
    let path = format!("/api/v1/members/{id}");
    let (_, suspended) = owner
        .change(Method::POST, &format!("{path}/suspend"), &member["version"], None)
        .await;
    let lower = json!({ "role": "receptionist", "staff_id": null });
    let (_, lowered) = owner
        .change(Method::PUT, &path, &suspended["version"], Some(lower))
        .await;
    let (status, _) = owner
        .change(Method::DELETE, &path, &lowered["version"], None)
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, record) = owner
        .call(Method::GET, &format!("/api/v1/audit?subject={id}"), &[], None)
        .await;
    assert_eq!(status, StatusCode::OK, "{record}");
    let told: Vec<_> = record["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["actor"] == json!(who))
        .map(|entry| (entry["verb"].as_str().unwrap(), entry["origin"].as_str().unwrap()))
        .collect();
    let changed = "ratiba.access.membership_changed";
    assert_eq!(
        told,
        [
            (
                "ratiba.access.membership_removed",
                "api DELETE /api/v1/members/{id}"
            ),
            (changed, "api PUT /api/v1/members/{id}"),
            (changed, "api POST /api/v1/members/{id}/suspend"),
        ],
        "{record}"
    );
}

#[tokio::test]
async fn nobody_reaches_above_their_role_and_the_last_owner_stays() {
    let world = World::new().await;
    let owner = Browser::of(&world, "owner").await;
    let manager = Browser::of(&world, "manager").await;
    let of = async |name: &str| {
        let member = owner.member(name).await;
        let path = format!("/api/v1/members/{}", member["id"].as_str().unwrap());
        (path, member["version"].clone())
    };
    let (owners, version) = of("Wairimu Kamau").await;
    let (own, own_version) = of("Brian Ouma").await;
    let promote = Some(json!({ "role": "owner", "staff_id": null }));
    for (path, version) in [(&owners, &version), (&own, &own_version)] {
        let (status, problem) = manager.change(Method::PUT, path, version, promote.clone()).await;
        assert_eq!(
            (status, kind(&problem)),
            (StatusCode::FORBIDDEN, "/problems/forbidden")
        );
    }
    let demote = Some(json!({ "role": "manager", "staff_id": null }));
    for (method, path, body) in [
        (Method::PUT, owners.clone(), demote.clone()),
        (Method::POST, format!("{owners}/suspend"), None),
        (Method::DELETE, owners.clone(), None),
    ] {
        let (status, problem) = owner.change(method, &path, &version, body).await;
        assert_eq!(
            (status, kind(&problem)),
            (StatusCode::CONFLICT, "/problems/last-owner")
        );
    }
    let (status, _) = owner.change(Method::PUT, &own, &own_version, promote).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = owner.change(Method::PUT, &owners, &version, demote).await;
    assert_eq!(status, StatusCode::OK, "there is another owner now");
    let strange = Some(json!({ "role": "therapist", "staff_id": SOMEBODY }));
    let (path, version) = of("Zawadi Mutua").await;
    let (status, problem) = manager.change(Method::PUT, &path, &version, strange).await;
    assert_eq!(
        (status, &problem["errors"][0]["field"]),
        (StatusCode::BAD_REQUEST, &json!("staff_id"))
    );
    let nobody = format!("/api/v1/members/{SOMEBODY}");
    let (status, _) = manager.change(Method::DELETE, &nobody, &json!(1), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn people_mint_tokens_that_are_never_more_than_they_are() {
    let world = World::new().await;
    let manager = Browser::of(&world, "manager").await;
    let mint = async |key: &str, body: &Value| {
        let headers = [("Sec-Fetch-Site", "same-origin"), ("Idempotency-Key", key)];
        manager
            .call(Method::POST, "/api/v1/tokens", &headers, Some(body.clone()))
            .await
    };
    let desk =
        json!({ "name": "Desk", "role": "receptionist", "scopes": ["appointments:read", "payments:take"] });
    let (status, made) = mint("one", &desk).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let secret = made["secret"].as_str().unwrap().to_owned();
    let (status, again) = mint("one", &desk).await;
    assert_eq!(
        (status, &again["secret"]),
        (StatusCode::CREATED, &Value::Null),
        "shown once"
    );
    assert_eq!(again["token"]["id"], made["token"]["id"]);
    let path = "/api/v1/appointments?date=2026-05-13";
    let (status, _) = world.call_as(&secret, Method::GET, path, None).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = world
        .call_as(&secret, Method::GET, "/api/v1/customers", None)
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN, "without the scope");
    let (_, tokens) = manager.call(Method::GET, "/api/v1/tokens", &[], None).await;
    let listed = &tokens["items"][0];
    assert_eq!(
        (&listed["id"], &listed["name"]),
        (&made["token"]["id"], &json!("Desk"))
    );
    assert!(
        listed["last_used_at"].is_string() && listed["minted_by"].as_str().unwrap().starts_with("person:")
    );
    assert!(!tokens.to_string().contains(&secret));
    for (body, status, about) in [
        (
            json!({ "name": "Desk", "role": "owner", "scopes": ["appointments:read"] }),
            403,
            "",
        ),
        (
            json!({ "name": "Desk", "role": "therapist", "scopes": ["settings:write"] }),
            400,
            "scopes",
        ),
        (
            json!({ "name": "Desk", "role": "manager", "scopes": ["everything"] }),
            400,
            "scopes",
        ),
        (
            json!({ "name": "D", "role": "manager", "scopes": ["team:read"], "expires_at": "2026-05-12T07:00:00+03:00" }),
            400,
            "expires_at",
        ),
        (
            json!({ "name": "D", "role": "therapist", "scopes": ["schedule:read"], "staff_id": SOMEBODY }),
            400,
            "staff_id",
        ),
    ] {
        let (answered, problem) = mint("other", &body).await;
        assert_eq!(answered.as_u16(), status, "{body}: {problem}");
        let field = problem["errors"][0]["field"].as_str().unwrap_or_default();
        assert_eq!(field, about, "{problem}");
    }
    let other = json!({ "name": "Another", "role": "receptionist", "scopes": ["appointments:read"] });
    let (status, problem) = mint("one", &other).await;
    assert_eq!(
        (status.as_u16(), kind(&problem)),
        (422, "/problems/idempotency-key-reused")
    );
    // An owner's token has the scope, and mints nothing.
    let bearer = format!("Bearer {}", world.owner);
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Idempotency-Key", "two"),
        ("Content-Type", "application/json"),
    ];
    let (status, problem) = world
        .raw(
            Method::POST,
            "/api/v1/tokens",
            &headers,
            desk.to_string().into_bytes(),
        )
        .await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::FORBIDDEN, "/problems/forbidden")
    );
    let revoke = format!("/api/v1/tokens/{}", made["token"]["id"].as_str().unwrap());
    for _twice in 0..2 {
        let own = [("Sec-Fetch-Site", "same-origin")];
        let (status, _) = manager.call(Method::DELETE, &revoke, &own, None).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
    }
    let (status, _) = world.call_as(&secret, Method::GET, path, None).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn tokens_are_listed_by_the_page_and_are_so_many_at_most() {
    let world = World::new().await;
    let manager = Browser::of(&world, "manager").await;
    let own = ("Sec-Fetch-Site", "same-origin");
    let mint = async |key: &str| {
        let order = json!({ "name": key, "role": "receptionist", "scopes": ["appointments:read"] });
        let headers = [own, ("Idempotency-Key", key)];
        manager
            .call(Method::POST, "/api/v1/tokens", &headers, Some(order))
            .await
    };
    for number in 0..LIVE_TOKENS_MAX {
        let (status, made) = mint(&format!("key-{number}")).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
    }
    let (status, problem) = mint("one-too-many").await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::UNPROCESSABLE_ENTITY, "/problems/too-many")
    );
    assert_eq!(mint("key-0").await.0, StatusCode::CREATED, "it was minted before");
    let page = async |query: &str| {
        let path = format!("/api/v1/tokens?{query}");
        let (status, page) = manager.call(Method::GET, &path, &[], None).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        page
    };
    let (mut seen, mut query) = (Vec::new(), "limit=20".to_owned());
    loop {
        let found = page(&query).await;
        let items = found["items"].as_array().unwrap();
        assert!(items.len() <= 20);
        seen.extend(items.iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        match found["next"].as_str() {
            Some(next) => query = format!("limit=20&after={next}"),
            None => break,
        }
    }
    let all: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!(all.len(), seen.len(), "each is on one page");
    assert!(seen.len() >= LIVE_TOKENS_MAX);
    // An owner's token is not a manager's to end.
    let order = TokenOrder {
        name: "owner's".to_owned(),
        role: Role::Owner,
        staff: None,
        scopes: Scope::ALL.into_iter().collect(),
        expires_at: None,
    };
    let minted = world.parts.mint_token.execute(world.tenant.tenant, order).await;
    let path = format!("/api/v1/tokens/{}", minted.unwrap().0);
    let (status, problem) = manager.call(Method::DELETE, &path, &[own], None).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::FORBIDDEN, "/problems/forbidden")
    );
    let owner = Browser::of(&world, "owner").await;
    let (status, _) = owner.call(Method::DELETE, &path, &[own], None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn people_listen_with_their_cookie_until_they_are_out() {
    let world = World::new().await;
    let neighbour = world.neighbour().await;
    join(&world, neighbour.tenant, "receptionist", Role::Receptionist).await;
    let desk = Browser::of(&world, "receptionist").await;
    let (status, problem) = desk.call(Method::GET, "/api/v1/events", &[], None).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::BAD_REQUEST, "/problems/tenant-required")
    );
    let (status, _) = desk
        .call(
            Method::GET,
            &format!("/api/v1/events?tenant={SOMEBODY}"),
            &[],
            None,
        )
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let url = format!("{}/api/v1/events?tenant={}", world.api, world.tenant.tenant);
    let request = desk.http.get(url).header("Cookie", desk.cookie());
    let mut stream = request.send().await.unwrap();
    assert_eq!(stream.status(), StatusCode::OK);
    assert!(stream.chunk().await.unwrap().unwrap().starts_with(b"retry:"));
    let owner = Browser::of(&world, "owner").await;
    let member = owner.member("Zawadi Mutua").await;
    let suspend = format!("/api/v1/members/{}/suspend", member["id"].as_str().unwrap());
    let (status, _) = owner
        .change(Method::POST, &suspend, &member["version"], None)
        .await;
    assert_eq!(status, StatusCode::OK);
    while stream.chunk().await.unwrap().is_some() {}
}

/// Every route, as everybody: what a role allows is let through to the handler, whatever becomes of it there, and
/// nothing else is; nobody comes in without a session, into somebody else's business, by a token without the scope or by
/// one that has ended.
#[tokio::test]
async fn every_route_is_open_to_the_roles_that_its_scope_names() {
    let world = World::new().await;
    let stranger = world.neighbour().await.tenant.to_string();
    let mut browsers = Vec::new();
    for role in Role::ALL {
        browsers.push((role, Browser::of(&world, role.name()).await));
    }
    let end = world.clock.now() + Duration::MINUTE;
    let token = async |scopes: &[Scope], expires_at| {
        let order = TokenOrder {
            name: "test".to_owned(),
            role: Role::Owner,
            staff: None,
            scopes: scopes.iter().copied().collect(),
            expires_at,
        };
        let minted = world.parts.mint_token.execute(world.tenant.tenant, order).await;
        minted.unwrap().1.reveal().to_owned()
    };
    let (blank, expired) = (token(&[], None).await, token(&Scope::ALL, Some(end)).await);
    world.clock.advance(Duration::MINUTE);
    for endpoint in ratiba_api::endpoint::ENDPOINTS.iter() {
        let Access::Scope(scope) = endpoint.access else {
            continue;
        };
        let method: Method = endpoint.method.as_str().parse().unwrap();
        let path = endpoint.path.split('/');
        let path: Vec<&str> = path
            .map(|part| if part.starts_with('{') { SOMEBODY } else { part })
            .collect();
        let path = path.join("/");
        let what = format!("{method} {path}");
        for (role, browser) in &browsers {
            let own = ("Sec-Fetch-Site", "same-origin");
            // A place that nobody knows: a stream of events would not end.
            let nowhere = ("Last-Event-ID", "nowhere");
            let (status, problem) = browser.call(method.clone(), &path, &[own, nowhere], None).await;
            let refused = kind(&problem) == "/problems/forbidden"
                && problem["detail"].as_str().unwrap().contains(scope.name());
            assert_eq!(
                !refused,
                role.allows(scope),
                "{what} as {}: {problem}",
                role.name()
            );
            assert!(!status.is_server_error(), "{what} as {}: {problem}", role.name());
            let foreign = [own, ("Ratiba-Tenant", stranger.as_str())];
            let (status, problem) = browser.call(method.clone(), &path, &foreign, None).await;
            assert_eq!(
                (status, kind(&problem)),
                (StatusCode::NOT_FOUND, "/problems/not-found"),
                "{what}"
            );
            if !matches!(method, Method::GET) {
                let (status, _) = browser.call(method.clone(), &path, &[], None).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{what} from nowhere");
            }
        }
        for (token, wanted) in [
            (&blank, StatusCode::FORBIDDEN),
            (&expired, StatusCode::UNAUTHORIZED),
        ] {
            let (status, _) = world.call_as(token, method.clone(), &path, None).await;
            assert_eq!(status, wanted, "{what} by a token");
        }
        let (status, _) = world.raw(method, &path, &[], Vec::new()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{what} as nobody");
    }
}
