//! A card provider that answers as it is told.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use ratiba_kernel::TenantId;

use super::locked;
use crate::card::{CancelAnswer, CardRefundAnswer, CardStatus, OpenAnswer};
use crate::evidence::Heard;
use crate::ports::{CardOrder, CardPage, CardRefundOrder};
use crate::test_support::yield_once;

/// A card provider that answers as it is told, and keeps what it was asked.
#[derive(Default)]
pub struct ScriptedCards {
    opens: Mutex<VecDeque<OpenAnswer>>,
    statuses: Mutex<VecDeque<CardStatus>>,
    cancels: Mutex<VecDeque<CancelAnswer>>,
    refunds: Mutex<VecDeque<CardRefundAnswer>>,
    asked_back: Mutex<Vec<CardRefundOrder>>,
    orders: Mutex<Vec<CardOrder>>,
    looks: Mutex<u32>,
    cancelled: Mutex<u32>,
    meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl ScriptedCards {
    /// The answer to the next order that has none yet. Without one, orders are `Unknown`.
    pub fn answer_open(&self, answer: OpenAnswer) {
        locked(&self.opens).push_back(answer);
    }

    /// The answer to the next question that has none yet. Without one, questions get `NoAnswer`.
    pub fn answer_status(&self, answer: CardStatus) {
        locked(&self.statuses).push_back(answer);
    }

    /// The answer to the next cancellation that has none yet. Without one, it is `Unknown`.
    pub fn answer_cancel(&self, answer: CancelAnswer) {
        locked(&self.cancels).push_back(answer);
    }

    /// What happens while the next order is being opened.
    pub fn before_open_answers(&self, meanwhile: impl FnOnce() + Send + 'static) {
        *locked(&self.meanwhile) = Some(Box::new(meanwhile));
    }

    /// The answer to the next request for money back that has none yet. Without one, it is `Unknown`.
    pub fn answer_refund(&self, answer: CardRefundAnswer) {
        locked(&self.refunds).push_back(answer);
    }

    /// What was asked back, oldest first.
    #[must_use]
    pub fn asked_back(&self) -> Vec<CardRefundOrder> {
        locked(&self.asked_back).clone()
    }

    /// What was ordered, oldest first.
    #[must_use]
    pub fn orders(&self) -> Vec<CardOrder> {
        locked(&self.orders).clone()
    }

    /// How many questions, and how many cancellations, were made.
    #[must_use]
    pub fn calls(&self) -> (u32, u32) {
        (*locked(&self.looks), *locked(&self.cancelled))
    }
}

fn heard<T>(answer: T) -> Heard<T> {
    Heard { answer, raw: None }
}

#[async_trait]
impl CardPage for ScriptedCards {
    async fn open(&self, _tenant: TenantId, order: CardOrder) -> Heard<OpenAnswer> {
        yield_once().await;
        locked(&self.orders).push(order);
        let answer = locked(&self.opens).pop_front();
        yield_once().await;
        let meanwhile = locked(&self.meanwhile).take();
        if let Some(meanwhile) = meanwhile {
            meanwhile();
        }
        heard(answer.unwrap_or(OpenAnswer::Unknown))
    }

    async fn status(&self, _tenant: TenantId, _tracking: &str) -> Heard<CardStatus> {
        yield_once().await;
        *locked(&self.looks) += 1;
        let answer = locked(&self.statuses).pop_front();
        yield_once().await;
        heard(answer.unwrap_or(CardStatus::NoAnswer))
    }

    async fn cancel(&self, _tenant: TenantId, _tracking: &str) -> Heard<CancelAnswer> {
        yield_once().await;
        *locked(&self.cancelled) += 1;
        let answer = locked(&self.cancels).pop_front();
        yield_once().await;
        heard(answer.unwrap_or(CancelAnswer::Unknown))
    }

    async fn refund(&self, _tenant: TenantId, order: CardRefundOrder) -> Heard<CardRefundAnswer> {
        yield_once().await;
        locked(&self.asked_back).push(order);
        let answer = locked(&self.refunds).pop_front();
        yield_once().await;
        heard(answer.unwrap_or(CardRefundAnswer::Unknown))
    }
}
