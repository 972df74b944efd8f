//! A provider that takes money back as it is told.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};

use super::locked;
use crate::evidence::{Heard, RawAnswer};
use crate::ports::{Brings, MoneyBack, ResultReader, ReversalOrder, Unreadable};
use crate::reference::CallbackToken;
use crate::refund::{OriginatorId, ReversalAnswer, ReversalReport, ReversalVerdict};
use crate::test_support::yield_once;

/// A provider that takes money back as it is told, and keeps what it was asked.
#[derive(Default)]
pub struct ScriptedBack {
    answers: Mutex<VecDeque<ReversalAnswer>>,
    orders: Mutex<Vec<ReversalOrder>>,
    asked: Mutex<Vec<(OriginatorId, CallbackToken)>>,
    not_set_up: Mutex<bool>,
}

impl ScriptedBack {
    /// The answer to the next request that has none yet. Without one, requests are `Unknown`.
    pub fn answer(&self, answer: ReversalAnswer) {
        locked(&self.answers).push_back(answer);
    }

    /// From now on the tenant has no operator.
    pub fn take_operator(&self) {
        *locked(&self.not_set_up) = true;
    }

    /// What was requested, oldest first.
    #[must_use]
    pub fn orders(&self) -> Vec<ReversalOrder> {
        locked(&self.orders).clone()
    }

    /// What was asked about, and along which path the answer may come.
    #[must_use]
    pub fn asked(&self) -> Vec<(OriginatorId, CallbackToken)> {
        locked(&self.asked).clone()
    }
}

#[async_trait]
impl MoneyBack for ScriptedBack {
    async fn offers_reversal(&self, _tenant: TenantId) -> Result<bool, Outage> {
        yield_once().await;
        Ok(!*locked(&self.not_set_up))
    }

    async fn reverse(&self, _tenant: TenantId, order: ReversalOrder) -> Heard<ReversalAnswer> {
        yield_once().await;
        locked(&self.orders).push(order);
        let answer = locked(&self.answers).pop_front();
        yield_once().await;
        Heard {
            answer: answer.unwrap_or(ReversalAnswer::Unknown),
            raw: Some(RawAnswer::new("{}")),
        }
    }

    async fn ask_status(
        &self,
        _tenant: TenantId,
        request: &OriginatorId,
        token: &CallbackToken,
    ) -> Heard<bool> {
        yield_once().await;
        locked(&self.asked).push((request.clone(), token.clone()));
        Heard {
            answer: true,
            raw: None,
        }
    }
}

/// Reads bodies that were made by [`PlainResults::body`].
#[derive(Default)]
pub struct PlainResults {
    known: Mutex<BTreeMap<Vec<u8>, ReversalReport>>,
}

impl PlainResults {
    /// A body that reads as `report`. Bodies with different `salt` differ in nothing else.
    #[must_use]
    pub fn body(&self, report: &ReversalReport, salt: u32) -> Vec<u8> {
        let verdict = match &report.verdict {
            ReversalVerdict::Done { .. } => "done",
            ReversalVerdict::DoneBefore => "done before",
            ReversalVerdict::Refused { .. } => "refused",
            ReversalVerdict::Unclear => "unclear",
        };
        let body = format!("{salt} {} {verdict}", report.originator.as_str()).into_bytes();
        locked(&self.known).insert(body.clone(), report.clone());
        body
    }
}

impl ResultReader for PlainResults {
    fn read_result(&self, body: &[u8], _brings: Brings) -> Result<ReversalReport, Unreadable> {
        let known = locked(&self.known);
        known.get(body).cloned().ok_or(Unreadable("not one of ours"))
    }
}
