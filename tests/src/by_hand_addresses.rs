//! The addresses at which M-Pesa tells of money that was sent by hand.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::World;

impl World {
    /// Opens the demo tenant's addresses and registers them with M-Pesa, as an operator does. Answers the address that
    /// validates and the one that is told.
    pub async fn register_by_hand(&self) -> (String, String) {
        let daraja = &self.settings.daraja;
        let opened = self.parts.open_by_hand(self.tenant.tenant, daraja).await.unwrap();
        let base = self.simulator.base_url();
        let account = &daraja.account;
        let token: Value = self
            .http
            .get(format!("{base}/oauth/v1/generate?grant_type=client_credentials"))
            .basic_auth(
                account.consumer_key().reveal(),
                Some(account.consumer_secret().reveal()),
            )
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let answer = self
            .http
            .post(format!("{base}/mpesa/c2b/v2/registerurl"))
            .bearer_auth(token["access_token"].as_str().unwrap())
            .json(&json!({
                "ShortCode": account.short_code(), "ResponseType": "Completed",
                "ConfirmationURL": opened.confirmation, "ValidationURL": opened.validation,
            }))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        (opened.validation, opened.confirmation)
    }
}
