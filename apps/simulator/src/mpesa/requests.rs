//! What an operator of the business asked for, and what became of it: reversals and questions for a status.

use serde::Serialize;
use time::OffsetDateTime;

use super::Mpesa;
use super::book::{Irreversible, Movement, Reversal};

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RequestKind {
    Reversal,
    Status,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RequestState {
    /// Accepted; nothing has happened yet.
    Waiting,
    /// Worked on. The result was sent, which does not mean that it was heard.
    Done,
    /// It waited for too long and was dropped undone, and the product was told only that.
    TimedOut,
}

/// One request.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OperatorRequest {
    pub(crate) conversation_id: String,
    pub(crate) originator_conversation_id: String,
    pub(crate) kind: RequestKind,
    /// The receipt it is about, or the conversation if a status was asked by that.
    pub(crate) subject: String,
    /// Whole shillings, for a reversal.
    pub(crate) amount: Option<u64>,
    /// Where the result goes. It holds a secret of the product, so it is shown nowhere.
    #[serde(skip)]
    pub(crate) result_url: String,
    /// Where it is told that it took too long.
    #[serde(skip)]
    pub(crate) timeout_url: String,
    /// The operator or the credential was wrong, which the provider finds out late.
    #[serde(skip)]
    pub(crate) bad_operator: bool,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
    pub(crate) state: RequestState,
    pub(crate) result_code: Option<String>,
    /// Of the reversal.
    pub(crate) receipt: Option<String>,
}

/// What a status tells of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// `Completed`, `Failed` or `Pending`.
    pub(crate) status: &'static str,
    pub(crate) receipt: String,
    /// Whole shillings.
    pub(crate) amount: u64,
    pub(crate) phone: String,
    pub(crate) name: String,
    /// True if the money went to the customer.
    pub(crate) outwards: bool,
    pub(crate) at: OffsetDateTime,
}

/// What came out of a request.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// The money went back.
    Reversed { reversal: Reversal, original: Movement },
    /// The question has an answer.
    Told(Told),
    /// Nothing was done, for the reason of this code.
    Refused(String),
}

impl Outcome {
    /// The result code.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Reversed { .. } | Self::Told(_) => "0",
            Self::Refused(code) => code,
        }
    }
}

/// Why a request could not be worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FinishRefused {
    #[error("there is no such request")]
    Unknown,
    #[error("the request is over")]
    Over,
}

/// No public document has the code of a receipt that nobody knows; this one is in no table either.
const NO_SUCH_TRANSACTION: &str = "2032";

impl Mpesa {
    pub(crate) fn ask(&mut self, request: OperatorRequest) {
        self.requests.push(request);
    }

    pub(crate) fn requests(&self) -> &[OperatorRequest] {
        &self.requests
    }

    /// Does what was asked, or refuses it with `forced`, and returns it with what came out.
    pub(crate) fn finish(
        &mut self,
        conversation_id: &str,
        forced: Option<String>,
        receipt: String,
        now: OffsetDateTime,
    ) -> Result<(OperatorRequest, Outcome), FinishRefused> {
        let request = self.waiting(conversation_id)?.clone();
        let outcome = match forced {
            Some(code) => Outcome::Refused(code),
            None if request.bad_operator => Outcome::Refused("2001".to_owned()),
            None => match request.kind {
                RequestKind::Reversal => self.reverse(&request, receipt, now),
                RequestKind::Status => self
                    .told(&request.subject)
                    .map_or_else(|| Outcome::Refused(NO_SUCH_TRANSACTION.to_owned()), Outcome::Told),
            },
        };
        let request = self.waiting(conversation_id)?;
        request.state = RequestState::Done;
        request.result_code = Some(outcome.code().to_owned());
        if let Outcome::Reversed { reversal, .. } = &outcome {
            request.receipt = Some(reversal.receipt.clone());
        }
        Ok((request.clone(), outcome))
    }

    /// Drops a request undone.
    pub(crate) fn drop_late(&mut self, conversation_id: &str) -> Result<OperatorRequest, FinishRefused> {
        let request = self.waiting(conversation_id)?;
        request.state = RequestState::TimedOut;
        Ok(request.clone())
    }

    fn reverse(&mut self, request: &OperatorRequest, receipt: String, now: OffsetDateTime) -> Outcome {
        let original = self.book.movement(&request.subject).cloned();
        let amount = request.amount.unwrap_or_default();
        let done = self.book.reverse(&request.subject, amount, receipt, now);
        match (done, original) {
            (Ok(reversal), Some(original)) => Outcome::Reversed { reversal, original },
            (Err(Irreversible::Already), _) => Outcome::Refused("R000001".to_owned()),
            (Err(Irreversible::BalanceTooLow), _) => Outcome::Refused("1".to_owned()),
            (Err(Irreversible::TooMuch), _) => Outcome::Refused("2006".to_owned()),
            (Err(Irreversible::Unknown), _) | (Ok(_), None) => Outcome::Refused("R000002".to_owned()),
        }
    }

    /// What is known of a receipt, or of an earlier request by either of its conversations.
    fn told(&self, subject: &str) -> Option<Told> {
        if let Some(movement) = self.book.movement(subject) {
            return Some(Told {
                status: "Completed",
                receipt: movement.receipt.clone(),
                amount: movement.amount,
                phone: movement.phone.clone(),
                name: movement.name.clone(),
                outwards: false,
                at: movement.at,
            });
        }
        if let Some(reversal) = self.book.reversal(subject) {
            return Some(self.told_of_reversal(reversal));
        }
        let asked = |request: &&OperatorRequest| {
            request.kind == RequestKind::Reversal
                && (request.conversation_id == subject || request.originator_conversation_id == subject)
        };
        let request = self.requests.iter().find(asked)?;
        if let Some(receipt) = &request.receipt {
            return self.book.reversal(receipt).map(|it| self.told_of_reversal(it));
        }
        let original = self.book.movement(&request.subject)?;
        Some(Told {
            status: match request.state {
                RequestState::Waiting => "Pending",
                RequestState::Done | RequestState::TimedOut => "Failed",
            },
            receipt: original.receipt.clone(),
            amount: request.amount.unwrap_or_default(),
            phone: original.phone.clone(),
            name: original.name.clone(),
            outwards: true,
            at: request.at,
        })
    }

    fn told_of_reversal(&self, reversal: &Reversal) -> Told {
        let name = self.book.movement(&reversal.original_receipt);
        Told {
            status: "Completed",
            receipt: reversal.receipt.clone(),
            amount: reversal.amount,
            phone: reversal.phone.clone(),
            name: name.map(|movement| movement.name.clone()).unwrap_or_default(),
            outwards: true,
            at: reversal.at,
        }
    }

    fn waiting(&mut self, conversation_id: &str) -> Result<&mut OperatorRequest, FinishRefused> {
        let request = self
            .requests
            .iter_mut()
            .find(|it| it.conversation_id == conversation_id);
        match request {
            None => Err(FinishRefused::Unknown),
            Some(request) if request.state != RequestState::Waiting => Err(FinishRefused::Over),
            Some(request) => Ok(request),
        }
    }
}
