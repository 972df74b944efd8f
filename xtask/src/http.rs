//! A small blocking HTTP client for talking to the parts of a stack.

use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::Value;

/// A client that gives up after a while and takes every status for an answer.
pub(crate) struct Http {
    agent: ureq::Agent,
}

/// What a part answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The body, if it is JSON, else `null`.
    pub(crate) body: Value,
}

impl Answer {
    /// The body, if the status is the expected one; `what` says what was asked.
    pub(crate) fn expect(self, what: &str, status: u16) -> anyhow::Result<Value> {
        if self.status != status {
            bail!("{what}: expected {status}, got {}: {}", self.status, self.body);
        }
        Ok(self.body)
    }
}

impl Http {
    /// A client that waits this long for a whole answer.
    pub(crate) fn new(patience: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(patience))
            .http_status_as_error(false)
            // Whatever proxy the caller has is for the world, not for loopback.
            .proxy(None)
            .build();
        Self { agent: config.into() }
    }

    pub(crate) fn get(&self, url: &str, token: Option<&str>) -> anyhow::Result<Answer> {
        let mut request = self.agent.get(url);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        answer(url, request.call())
    }

    pub(crate) fn post(&self, url: &str, token: Option<&str>, body: &Value) -> anyhow::Result<Answer> {
        self.send(self.agent.post(url), url, token, body)
    }

    /// A change of the thing at `url`, on condition that it is at this version.
    pub(crate) fn patch(
        &self,
        url: &str,
        token: Option<&str>,
        version: i64,
        body: &Value,
    ) -> anyhow::Result<Answer> {
        let request = self.agent.patch(url).header("if-match", format!("\"{version}\""));
        self.send(request, url, token, body)
    }

    fn send(
        &self,
        mut request: ureq::RequestBuilder<ureq::typestate::WithBody>,
        url: &str,
        token: Option<&str>,
        body: &Value,
    ) -> anyhow::Result<Answer> {
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        answer(url, request.send_json(body))
    }
}

fn answer(
    url: &str,
    result: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> anyhow::Result<Answer> {
    let mut response = result.with_context(|| format!("no answer from {url}"))?;
    let status = response.status().as_u16();
    let text = response
        .body_mut()
        .read_to_string()
        .with_context(|| format!("half an answer from {url}"))?;
    Ok(Answer {
        status,
        body: serde_json::from_str(&text).unwrap_or(Value::Null),
    })
}
