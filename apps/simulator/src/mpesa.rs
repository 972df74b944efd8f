//! M-Pesa's side of the story: the token in force, the prompts on phones, and the money that moved.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

use self::book::{Book, Channel, Movement};
use self::requests::OperatorRequest;

pub(crate) mod book;
pub(crate) mod requests;
pub(crate) mod statement;

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
    /// How many prompts were waiting on the phone when this one came.
    pub(crate) beside: usize,
    /// How many of them named the same account.
    pub(crate) beside_same: usize,
}

/// How often pushes named one address for their callbacks. A product that pushes once per address asks once.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Pushes {
    /// SHA-256 of the address, which is a secret, in hexadecimal.
    pub(crate) callback_sha256: String,
    /// SHA-256 of the last part of its path.
    pub(crate) token_sha256: String,
    pub(crate) phone: String,
    /// Pushes that came, whatever became of them.
    pub(crate) asked: u32,
    /// Those of them that had no token in force, and so could come to nothing.
    pub(crate) without_token: u32,
    /// Prompts that were put on the phone for them.
    pub(crate) prompts: Vec<String>,
}

/// The addresses of payments by hand, as they were registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Registration {
    pub(crate) response_type: ResponseType,
    pub(crate) confirmation_url: String,
    pub(crate) validation_url: String,
}

/// What becomes of a payment whose validation cannot be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum ResponseType {
    Completed,
    Cancelled,
}

/// What becomes of a push to a phone that has a prompt already; the real one does all of this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
pub(crate) enum SecondPrompt {
    /// A second prompt comes up.
    #[default]
    #[serde(rename = "shown")]
    Shown,
    /// Error `500.001.1001` with HTTP 500.
    #[serde(rename = "refused")]
    Refused,
    /// The push is accepted, and its callback has the result 1001.
    #[serde(rename = "1001")]
    Locked,
}

/// Whether payments by prompt are confirmed like payments by hand, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ConfirmPrompts {
    #[default]
    Never,
    /// Before the callback of the push.
    Before,
    /// After it.
    After,
}

/// When a reversal or a question for a status is worked on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Results {
    /// As soon as it was accepted.
    #[default]
    AtOnce,
    /// When the control API says so.
    Held,
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

/// How M-Pesa behaves where the real one does this or that, and where it differs by contract.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Manners {
    pub(crate) pending_answer: PendingAnswer,
    pub(crate) second_prompt: SecondPrompt,
    pub(crate) confirm_prompts: ConfirmPrompts,
    pub(crate) results: Results,
    /// Payments by hand are validated first.
    pub(crate) validation: bool,
}

/// Everything M-Pesa keeps.
#[derive(Debug, Default)]
pub(crate) struct Mpesa {
    token: Option<(String, OffsetDateTime)>,
    prompts: Vec<Prompt>,
    /// By address.
    pushes: BTreeMap<String, Pushes>,
    requests: Vec<OperatorRequest>,
    pub(crate) registration: Option<Registration>,
    pub(crate) book: Book,
    pub(crate) manners: Manners,
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

    /// Notes that a push was asked for, whatever becomes of it, and whether it had the token in force.
    pub(crate) fn asked(&mut self, callback_url: &str, phone: &str, with_token: bool) {
        let pushes = self.pushes_to(callback_url, phone);
        pushes.asked += 1;
        pushes.without_token += u32::from(!with_token);
    }

    pub(crate) fn add(&mut self, prompt: Prompt) {
        let id = prompt.checkout_request_id.clone();
        self.pushes_to(&prompt.callback_url, &prompt.phone)
            .prompts
            .push(id);
        self.prompts.push(prompt);
    }

    pub(crate) fn pushes(&self) -> impl Iterator<Item = &Pushes> {
        self.pushes.values()
    }

    /// How many prompts wait on a phone.
    pub(crate) fn waiting_on(&self, phone: &str) -> usize {
        let waits = |prompt: &&Prompt| prompt.phone == phone && prompt.state == PromptState::Pending;
        self.prompts.iter().filter(waits).count()
    }

    /// How many prompts for an account wait on a phone.
    pub(crate) fn waiting_for(&self, phone: &str, account_reference: &str) -> usize {
        let waits = |prompt: &&Prompt| {
            prompt.phone == phone
                && prompt.account_reference == account_reference
                && prompt.state == PromptState::Pending
        };
        self.prompts.iter().filter(waits).count()
    }

    fn pushes_to(&mut self, callback_url: &str, phone: &str) -> &mut Pushes {
        self.pushes.entry(callback_url.to_owned()).or_insert_with(|| {
            let path = callback_url.split('?').next().unwrap_or_default();
            let token = path.rsplit('/').next().unwrap_or_default();
            Pushes {
                callback_sha256: hex::encode(Sha256::digest(callback_url)),
                token_sha256: hex::encode(Sha256::digest(token)),
                phone: phone.to_owned(),
                asked: 0,
                without_token: 0,
                prompts: Vec::new(),
            }
        })
    }

    pub(crate) fn prompts(&self) -> &[Prompt] {
        &self.prompts
    }

    pub(crate) fn prompt(&self, checkout_request_id: &str) -> Option<&Prompt> {
        self.prompts
            .iter()
            .find(|prompt| prompt.checkout_request_id == checkout_request_id)
    }

    /// The customer entered the right PIN: moves `amount` (what was asked, if not said) and ends the prompt.
    pub(crate) fn pay(
        &mut self,
        checkout_request_id: &str,
        amount: Option<u64>,
        name: String,
        receipt: String,
        now: OffsetDateTime,
    ) -> Result<Movement, SettleRefused> {
        let prompt = self.pending(checkout_request_id)?;
        prompt.state = PromptState::Paid;
        prompt.result_code = Some("0".to_owned());
        prompt.receipt = Some(receipt.clone());
        let movement = Movement {
            receipt,
            channel: Channel::Prompt,
            checkout_request_id: Some(prompt.checkout_request_id.clone()),
            phone: prompt.phone.clone(),
            name,
            amount: amount.unwrap_or(prompt.amount),
            account_reference: prompt.account_reference.clone(),
            short_code: prompt.short_code.clone(),
            at: now,
            reversed_by: None,
        };
        self.book.receive(movement.clone());
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
