//! A provider that answers as it is told.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use ratiba_kernel::TenantId;

use super::locked;
use crate::evidence::{CallbackReport, CallbackVerdict, Heard, PushAnswer, QueryAnswer, RawAnswer};
use crate::ports::{CallbackReader, MobileMoney, PushOrder, TokenSource, Unreadable};
use crate::reference::{CallbackToken, ProviderIds};
use crate::test_support::yield_once;

/// A provider that answers as it is told, and keeps what it was asked.
#[derive(Default)]
pub struct ScriptedMoney {
    pushes: Mutex<VecDeque<PushAnswer>>,
    queries: Mutex<VecDeque<QueryAnswer>>,
    orders: Mutex<Vec<PushOrder>>,
    asked: Mutex<Vec<ProviderIds>>,
}

impl ScriptedMoney {
    /// The answer to the next submission that has none yet. Without one, submissions are `Unknown`.
    #[must_use]
    pub fn answering_push(self, answer: PushAnswer) -> Self {
        locked(&self.pushes).push_back(answer);
        self
    }

    /// As [`ScriptedMoney::answering_push`], later.
    pub fn answer_push(&self, answer: PushAnswer) {
        locked(&self.pushes).push_back(answer);
    }

    /// The answer to the next query that has none yet. Without one, queries get `NoAnswer`.
    pub fn answer_query(&self, answer: QueryAnswer) {
        locked(&self.queries).push_back(answer);
    }

    /// What was submitted, oldest first.
    #[must_use]
    pub fn orders(&self) -> Vec<PushOrder> {
        locked(&self.orders).clone()
    }

    /// What was asked about, oldest first.
    #[must_use]
    pub fn asked(&self) -> Vec<ProviderIds> {
        locked(&self.asked).clone()
    }
}

#[async_trait]
impl MobileMoney for ScriptedMoney {
    async fn push(&self, _tenant: TenantId, order: PushOrder) -> Heard<PushAnswer> {
        yield_once().await;
        locked(&self.orders).push(order);
        let answer = locked(&self.pushes).pop_front();
        yield_once().await;
        Heard {
            answer: answer.unwrap_or(PushAnswer::Unknown),
            raw: Some(RawAnswer::new("{}")),
        }
    }

    async fn query(&self, _tenant: TenantId, ids: &ProviderIds) -> Heard<QueryAnswer> {
        yield_once().await;
        locked(&self.asked).push(ids.clone());
        let answer = locked(&self.queries).pop_front();
        yield_once().await;
        Heard {
            answer: answer.unwrap_or(QueryAnswer::NoAnswer),
            raw: None,
        }
    }
}

/// Tokens 1, 2, 3 …
#[derive(Default)]
pub struct SeededTokens {
    next: Mutex<u64>,
}

impl TokenSource for SeededTokens {
    fn callback_token(&self) -> CallbackToken {
        let mut next = locked(&self.next);
        *next += 1;
        let mut bytes = [0; 32];
        bytes[24..].copy_from_slice(&next.to_be_bytes());
        CallbackToken::from_bytes(bytes)
    }
}

/// Reads bodies that were made by [`PlainReader::body`].
#[derive(Default)]
pub struct PlainReader {
    known: Mutex<BTreeMap<Vec<u8>, CallbackReport>>,
}

impl PlainReader {
    /// A body that reads as `report`. Bodies with different `salt` differ in nothing else.
    #[must_use]
    pub fn body(&self, report: &CallbackReport, salt: u32) -> Vec<u8> {
        let verdict = match &report.verdict {
            CallbackVerdict::Paid { amount, receipt, .. } => format!("paid {amount} {}", receipt.as_str()),
            CallbackVerdict::Failed { reason, .. } => format!("failed {}", reason.as_str()),
            CallbackVerdict::Unrecognised { code } => format!("unrecognised {code}"),
        };
        let body = format!("{salt} {} {verdict}", report.ids.tracking()).into_bytes();
        locked(&self.known).insert(body.clone(), report.clone());
        body
    }
}

impl CallbackReader for PlainReader {
    fn read(&self, body: &[u8]) -> Result<CallbackReport, Unreadable> {
        locked(&self.known)
            .get(body)
            .cloned()
            .ok_or(Unreadable("not one of ours"))
    }
}
