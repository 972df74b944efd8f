//! M-Pesa's side of the story: the token in force, the prompts on phones, and the money that moved.

use serde::Serialize;
use time::{Duration, OffsetDateTime};

/// How long a prompt stays on a phone before nobody is taken to have answered.
///
/// It is looked at when the clock is moved. While the clock merely runs, a person may take their time.
pub(crate) const PROMPT_LIFE: Duration = Duration::seconds(60);
/// The result of a prompt that nobody answered.
pub(crate) const UNANSWERED: &str = "1037";
/// How long a token is good for.
const TOKEN_LIFE: Duration = Duration::hours(1);

/// One prompt on one phone, waiting or over.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Prompt {
    pub(crate) checkout_request_id: String,
    pub(crate) merchant_request_id: String,
    pub(crate) phone: String,
    /// Whole shillings.
    pub(crate) amount: u64,
    pub(crate) account_reference: String,
    pub(crate) description: String,
    pub(crate) business_name: String,
    pub(crate) short_code: String,
    /// Where the outcome goes. It holds a secret of the product, so it is shown nowhere.
    #[serde(skip)]
    pub(crate) callback_url: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    pub(crate) state: PromptState,
    /// The result, once there is one: `0`, `1032`, …
    pub(crate) result_code: Option<String>,
    pub(crate) receipt: Option<String>,
}

/// What became of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PromptState {
    /// On the phone, unanswered.
    Pending,
    /// The PIN was right and the money moved.
    Paid,
    /// Over without money: refused, failed or run out.
    Ended,
}

/// Money that moved, as the provider knows it. Whatever the product was told, this is the truth.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Movement {
    pub(crate) receipt: String,
    pub(crate) checkout_request_id: String,
    pub(crate) phone: String,
    /// Whole shillings.
    pub(crate) amount: u64,
    pub(crate) account_reference: String,
    pub(crate) short_code: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
}

/// How the query answers about a prompt that is still on the phone; the real one does both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
pub(crate) enum PendingAnswer {
    /// Error `500.001.1001` with HTTP 500.
    #[default]
    #[serde(rename = "error")]
    Error,
    /// `ResultCode` `4999` with HTTP 200.
    #[serde(rename = "4999")]
    StillProcessing,
}

/// Everything M-Pesa keeps.
#[derive(Debug, Default)]
pub(crate) struct Mpesa {
    token: Option<(String, OffsetDateTime)>,
    prompts: Vec<Prompt>,
    book: Vec<Movement>,
    pub(crate) pending_answer: PendingAnswer,
}

/// Why a prompt could not be settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SettleRefused {
    #[error("there is no such prompt")]
    Unknown,
    #[error("the prompt is over")]
    Over,
}

impl Mpesa {
    /// Puts a new token in force; the former one is worth nothing from now on.
    pub(crate) fn issue(&mut self, token: String, now: OffsetDateTime) {
        self.token = Some((token, now + TOKEN_LIFE));
    }

    /// True if this is the token in force.
    pub(crate) fn admits(&self, token: &str, now: OffsetDateTime) -> bool {
        self.token
            .as_ref()
            .is_some_and(|(current, until)| current == token && now < *until)
    }

    pub(crate) fn add(&mut self, prompt: Prompt) {
        self.prompts.push(prompt);
    }

    pub(crate) fn prompts(&self) -> &[Prompt] {
        &self.prompts
    }

    pub(crate) fn prompt(&self, checkout_request_id: &str) -> Option<&Prompt> {
        self.prompts
            .iter()
            .find(|prompt| prompt.checkout_request_id == checkout_request_id)
    }

    pub(crate) fn book(&self) -> &[Movement] {
        &self.book
    }

    /// The customer entered the right PIN: moves `amount` (what was asked, if not said) and ends the prompt.
    pub(crate) fn pay(
        &mut self,
        checkout_request_id: &str,
        amount: Option<u64>,
        receipt: String,
        now: OffsetDateTime,
    ) -> Result<Movement, SettleRefused> {
        let prompt = self.pending(checkout_request_id)?;
        prompt.state = PromptState::Paid;
        prompt.result_code = Some("0".to_owned());
        prompt.receipt = Some(receipt.clone());
        let movement = Movement {
            receipt,
            checkout_request_id: prompt.checkout_request_id.clone(),
            phone: prompt.phone.clone(),
            amount: amount.unwrap_or(prompt.amount),
            account_reference: prompt.account_reference.clone(),
            short_code: prompt.short_code.clone(),
            at: now,
        };
        self.book.push(movement.clone());
        Ok(movement)
    }

    /// The prompt ends without money, for the reason that `result_code` names.
    pub(crate) fn end(&mut self, checkout_request_id: &str, result_code: &str) -> Result<(), SettleRefused> {
        let prompt = self.pending(checkout_request_id)?;
        prompt.state = PromptState::Ended;
        prompt.result_code = Some(result_code.to_owned());
        Ok(())
    }

    /// Prompts that have been on their phones for too long.
    pub(crate) fn stale(&self, now: OffsetDateTime) -> Vec<String> {
        let stale = self
            .prompts
            .iter()
            .filter(|prompt| prompt.state == PromptState::Pending && now - prompt.created_at >= PROMPT_LIFE);
        stale.map(|prompt| prompt.checkout_request_id.clone()).collect()
    }

    fn pending(&mut self, checkout_request_id: &str) -> Result<&mut Prompt, SettleRefused> {
        let prompt = self
            .prompts
            .iter_mut()
            .find(|it| it.checkout_request_id == checkout_request_id);
        match prompt {
            None => Err(SettleRefused::Unknown),
            Some(prompt) if prompt.state != PromptState::Pending => Err(SettleRefused::Over),
            Some(prompt) => Ok(prompt),
        }
    }
}
