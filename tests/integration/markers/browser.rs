//! People at their browsers: signing in by the issuer, and what they do with the session.

use reqwest::Method;
use reqwest::header::{LOCATION, SET_COOKIE};
use serde_json::{Value, json};

use super::relay::Sick;
use super::stage::{Answer, Stage};

/// Somebody's cookies.
pub(super) struct Browser<'s> {
    stage: &'s Stage,
    cookies: Vec<(String, String)>,
}

fn location(answer: &Answer) -> String {
    let to = answer
        .headers
        .get(LOCATION)
        .unwrap_or_else(|| panic!("{} {}", answer.status, answer.text));
    to.to_str().unwrap().to_owned()
}

impl<'s> Browser<'s> {
    pub(super) fn new(stage: &'s Stage) -> Self {
        Self {
            stage,
            cookies: Vec::new(),
        }
    }

    /// Goes to a path of the api's and keeps the cookies, which are secrets from then on.
    async fn go(&mut self, route: &str, path: &str) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookies = cookies.join("; ");
        let answer = self
            .stage
            .ask(Method::GET, route, path, &[("Cookie", &cookies)], None)
            .await;
        for line in answer.headers.get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(kept, _)| kept != name);
            if value.is_empty() {
                continue;
            }
            self.cookies.push((name.to_owned(), value.to_owned()));
            // What is sealed is a secret, the time, and a code over both.
            let of = if route == "/auth/login" {
                "sign-in"
            } else {
                "session"
            };
            for part in value.split('.').filter(|part| part.len() == 64) {
                self.stage.learn(of, part);
            }
        }
        answer
    }

    /// Up to the path, with its query, to which the issuer sends the browser back.
    pub(super) async fn choose(&mut self, person: &str) -> String {
        let login = self.go("/auth/login", "/auth/login?return_to=/").await;
        let issuer = location(&login).replacen("/authorize?", "/choose?", 1);
        let back = location(&self.stage.follow(&format!("{issuer}&person={person}")).await);
        let (_, query) = back.split_once('?').unwrap();
        let code = query.split('&').find_map(|pair| pair.strip_prefix("code="));
        self.stage.learn("code of the issuer's", code.unwrap());
        back.strip_prefix(&self.stage.api).unwrap().to_owned()
    }

    pub(super) async fn come_back(&mut self, path: &str) -> Answer {
        self.go("/auth/callback", path).await
    }

    /// Somebody who has signed in.
    pub(super) async fn of(stage: &'s Stage, person: &str) -> Self {
        let mut browser = Self::new(stage);
        let back = browser.choose(person).await;
        let answer = browser.come_back(&back).await;
        assert_eq!(answer.status.as_u16(), 303, "{}", answer.text);
        browser
    }

    pub(super) async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookies = cookies.join("; ");
        let headers = [
            ("Cookie", cookies.as_str()),
            ("Sec-Fetch-Site", "same-origin"),
            ("Idempotency-Key", key),
        ];
        self.stage
            .ask(Method::POST, path, path, &headers, Some(body))
            .await
    }
}

/// People sign in, and mint and invite.
pub(super) async fn sign_in(stage: &Stage) {
    let owner = Browser::of(stage, "owner").await;
    let order =
        json!({ "name": "books", "role": "manager", "scopes": ["appointments:read", "payments:read"] });
    let minted = owner.post("/api/v1/tokens", "mint", &order).await;
    assert_eq!(minted.status.as_u16(), 201, "{}", minted.text);
    stage.learn("token", minted.json["secret"].as_str().unwrap());
    let again = owner.post("/api/v1/tokens", "mint", &order).await;
    assert_eq!(again.json["secret"], Value::Null, "{}", again.text);
    let phone = "254711000900";
    let order = json!({ "phone": format!("+{phone}"), "name": "Achieng Otieno", "role": "receptionist" });
    let invited = owner.post("/api/v1/invitations", "invite", &order).await;
    assert_eq!(invited.status.as_u16(), 201, "{}", invited.text);
    let mut address = String::new();
    stage
        .until("the invitation is told", async || {
            let chat = stage
                .look(&format!(
                    "/sim/customers/{phone}/messages?after=0&wait_ms=0&direction=out"
                ))
                .await
                .to_string();
            let Some((_, rest)) = chat.split_once("/auth/join#") else {
                return false;
            };
            address = rest.chars().take_while(char::is_ascii_hexdigit).collect();
            true
        })
        .await;
    stage.learn("invitation", &address);
    stage.execute("DELETE FROM memberships WHERE role = 'receptionist'");
    let newcomer = Browser::of(stage, "receptionist").await;
    for (token, expected) in [(format!("{address}0"), 404), (address.clone(), 200)] {
        let answer = newcomer
            .post(
                "/api/v1/me/memberships",
                &format!("join-{expected}"),
                &json!({ "token": token }),
            )
            .await;
        assert_eq!(answer.status.as_u16(), expected, "{}", answer.text);
    }
}

/// Sign-ins that come to nothing: made up, mixed up, and by an issuer that is not well.
pub(super) async fn fail_to_sign_in(stage: &Stage) {
    let mut nobody = Browser::new(stage);
    let back = nobody.choose("owner").await;
    let stranger = Browser::new(stage).come_back(&back).await;
    assert_eq!(stranger.status.as_u16(), 400, "{}", stranger.text);
    let made_up = format!("/auth/callback?code={}&state=none", "0".repeat(32));
    assert_eq!(nobody.come_back(&made_up).await.status.as_u16(), 400);
    // The issuer does not know the code.
    let mut careless = Browser::new(stage);
    let back = careless.choose("owner").await;
    let (before, rest) = back.split_once("code=").unwrap();
    let other = format!("{before}code={}{}", "1".repeat(32), &rest[32..]);
    assert_eq!(careless.come_back(&other).await.status.as_u16(), 400);
    for sick in Sick::ALL {
        let mut unlucky = Browser::new(stage);
        let back = unlucky.choose("manager").await;
        stage.oidc.falls(Some(sick), true);
        let answer = unlucky.come_back(&back).await;
        stage.oidc.falls(None, true);
        assert!(
            !answer.status.is_redirection() && !answer.status.is_success(),
            "{sick:?}: {}",
            answer.status
        );
    }
}
