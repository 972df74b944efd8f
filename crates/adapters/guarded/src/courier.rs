//! The integrations domain's courier: messages to other programs, through the guard.

use async_trait::async_trait;
use ratiba_integrations::delivery::{Failure, Outcome};
use ratiba_integrations::ports::Courier;
use ratiba_integrations::signing::Signed;

use crate::client::{CallError, GuardedClient};

/// Under which name Ratiba calls.
const USER_AGENT: &str = concat!("Ratiba/", env!("CARGO_PKG_VERSION"), " (webhooks)");

#[async_trait]
impl Courier for GuardedClient {
    fn refuses(&self, url: &str) -> Option<String> {
        self.check(url).err().map(|refusal| refusal.to_string())
    }

    async fn carry(&self, url: &str, signed: &Signed, body: &str) -> Outcome {
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("user-agent", USER_AGENT.to_owned()),
            ("webhook-id", signed.id.clone()),
            ("webhook-timestamp", signed.timestamp.clone()),
            ("webhook-signature", signed.signature.clone()),
        ];
        match self.post(url, &headers, body.to_owned()).await {
            Ok(answer) => Outcome::of_status(answer.status),
            Err(error) => {
                tracing::info!(%error, "a message did not arrive");
                Outcome::Failed(match error {
                    CallError::Refused(_) => Failure::Refused,
                    CallError::NotConnected => Failure::NotConnected,
                    CallError::TooSlow => Failure::TooSlow,
                    CallError::Broken => Failure::Broken,
                })
            }
        }
    }
}
