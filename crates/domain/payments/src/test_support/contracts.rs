//! What every implementation of the ports must keep, the fakes included. The functions belong to no
//! runtime; each asks for fresh ground, so that none sees another's rows.

mod asking;
mod books;
mod by_hand;
mod callbacks;
mod card_refunds;
mod earnings;
mod given_back;
mod journals;
mod letters;
mod nameless;
mod notices;
mod owed;
mod payouts;
pub(crate) mod refunds;
mod resolving;
mod reversals;
mod statements;
mod till;
mod tips;
mod tokens;
mod unmatched;

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::test_support::{ManualClock, SeededIds};
use ratiba_kernel::{Clock, IdSource, TenantId};

pub use earnings::{BooksGround, books_contract};
pub use owed::owing_contract;
pub use statements::{StatementGround, statement_contract};
pub use till::{TillGround, till_contract};
pub use tips::{TipGround, tip_contract};
pub use tokens::{TokenGround, token_store_contract};

use super::builders::{an_order, second};
use super::fakes::{InMemoryVisits, PlainReader, PlainResults, ScriptedBack, ScriptedMoney, SeededTokens};
use crate::event::PaymentEvent;
use crate::payment::PaymentRecord;
use crate::ports::{
    CallbackInbox, CardWatch, ConfirmationInbox, CreditBook, DeadLetters, HouseCurrency, Ledger, MoneyFinder,
    NoticeAddresses, NoticeInbox, PaymentBook, PaymentRuleBook, PayoutBook, RefundBook, ResultInbox,
};
use crate::task::Due;
use crate::use_cases::{
    ApplyCallback, ApplyResult, AskRefund, CancelRefund, CreditVisit, PayOutCredit, PaymentAsked,
    PushAttempt, RequestPayment, RequestRefund, ResendPrompt, ResolveAttempt, ResolveRefund, SendRefund,
    SpendCredit,
};
use crate::{CustomerId, VisitId};

/// What the suites stand on: the ports under test, and ways to see what they made durable.
#[async_trait]
pub trait Ground: Send + Sync {
    /// The book under test.
    fn book(&self) -> Arc<dyn PaymentBook>;

    /// The inbox under test, over the same rows.
    fn inbox(&self) -> Arc<dyn CallbackInbox>;

    /// The inbox of notices under test, over the same rows.
    fn notices(&self) -> Arc<dyn NoticeInbox>;

    /// The addresses for notices under test, over the same rows.
    fn addresses(&self) -> Arc<dyn NoticeAddresses>;

    /// The dead letters under test, over the same rows.
    fn letters(&self) -> Arc<dyn DeadLetters>;

    /// The looks at orders under test, over the same rows.
    fn watch(&self) -> Arc<dyn CardWatch>;

    /// The inbox of confirmations under test, over the same rows.
    fn confirmations(&self) -> Arc<dyn ConfirmationInbox>;

    /// What finds payments, under test, over the same rows.
    fn finder(&self) -> Arc<dyn MoneyFinder>;

    /// The ledger under test, over the same rows.
    fn ledger(&self) -> Arc<dyn Ledger>;

    /// The refunds under test, over the same rows.
    fn refunds(&self) -> Arc<dyn RefundBook>;

    /// Where credit is paid out under test, over the same rows.
    fn payouts(&self) -> Arc<dyn PayoutBook>;

    /// The messages about refunds under test, over the same rows.
    fn results(&self) -> Arc<dyn ResultInbox>;

    /// The customers' credit under test, over the same rows.
    fn credit_book(&self) -> Arc<dyn CreditBook>;

    /// The businesses' rules for their customers' money.
    fn rules(&self) -> Arc<dyn PaymentRuleBook>;

    /// The tenants' currencies. The two tenants keep their books in shillings.
    fn house(&self) -> Arc<dyn HouseCurrency>;

    /// Two tenants that exist.
    fn tenants(&self) -> (TenantId, TenantId);

    /// A visit that exists, of a customer that does.
    async fn visit(&self, tenant: TenantId) -> (VisitId, CustomerId);

    /// All events of a tenant that were made durable, oldest first.
    async fn events(&self, tenant: TenantId) -> Vec<PaymentEvent>;

    /// All tasks of a tenant that wait, in any order.
    async fn tasks(&self, tenant: TenantId) -> Vec<Due>;

    /// The reasons of the dead letters of a tenant, or of those of nobody.
    async fn dead_letters(&self, tenant: Option<TenantId>) -> Vec<String>;
}

/// Asking for money, and what a callback brings: every promise against fresh ground each.
pub async fn asking_contract<G: Ground>(fresh: impl AsyncFn() -> G) {
    asking::what_was_recorded_is_read_back_in_every_way(&fresh().await).await;
    asking::a_stale_change_leaves_no_trace(&fresh().await).await;
    asking::of_many_requests_at_once_one_attempt_is_made(&fresh().await).await;
    asking::one_key_is_one_attempt_however_often_it_comes(&fresh().await).await;
    asking::a_double_tap_sends_one_prompt(&fresh().await).await;
    asking::tenants_do_not_see_each_other(&fresh().await).await;
    asking::a_number_rings_for_one_prompt_at_a_time(&fresh().await).await;
    asking::a_number_has_a_minute_between_prompts(&fresh().await).await;
    books::a_receipt_is_booked_for_one_attempt(&fresh().await).await;
    books::a_tracking_id_belongs_to_one_attempt(&fresh().await).await;
    books::a_late_success_beside_another_becomes_credit(&fresh().await).await;
    books::a_lost_visit_is_credited_once(&fresh().await).await;
    callbacks::a_callback_is_stored_and_queued_once(&fresh().await).await;
    callbacks::callbacks_that_come_together_are_each_told_of_their_own(&fresh().await).await;
    callbacks::ten_callbacks_at_once_have_one_effect(&fresh().await).await;
    callbacks::an_unknown_token_is_a_dead_letter(&fresh().await).await;
    callbacks::an_expired_token_is_a_dead_letter_of_its_tenant(&fresh().await).await;
    callbacks::a_refused_callback_is_copied_to_the_dead_letters_once(&fresh().await).await;
    callbacks::money_beside_what_an_attempt_brought_is_a_dead_letter(&fresh().await).await;
    callbacks::letters_of_nobody_are_bounded(&fresh().await).await;
}

/// Refunds, reversals and payouts: every promise against fresh ground each.
pub async fn money_back_contract<G: Ground>(fresh: impl AsyncFn() -> G) {
    refunds::of_fifty_refunds_at_once_no_more_goes_back_than_was_paid(&fresh().await).await;
    refunds::of_twenty_spends_at_once_no_more_is_spent_than_there_is(&fresh().await).await;
    refunds::one_key_is_one_refund_and_another_order_under_it_is_refused(&fresh().await).await;
    refunds::a_refund_and_a_credit_at_once_give_nothing_back_twice(&fresh().await).await;
    refunds::ten_results_at_once_have_one_effect(&fresh().await).await;
    refunds::a_message_about_another_refund_is_a_dead_letter(&fresh().await).await;
    reversals::what_could_not_be_sent_is_sent_again(&fresh().await).await;
    reversals::a_late_success_completes_the_refund_that_counts(&fresh().await).await;
    reversals::credit_for_a_refund_that_was_done_after_all_is_taken_back(&fresh().await).await;
    reversals::a_refund_is_withdrawn_only_before_it_is_sent(&fresh().await).await;
    payouts::of_fifty_payouts_at_once_no_more_is_paid_out_than_there_is(&fresh().await).await;
    payouts::credit_goes_back_the_way_it_came_or_is_credit_again(&fresh().await).await;
    payouts::credit_that_was_paid_out_after_all_is_set_aside_again(&fresh().await).await;
    payouts::rules_are_replaced_only_as_they_were_seen(&fresh().await).await;
    payouts::credit_is_paid_out_of_money_that_became_credit(&fresh().await).await;
    payouts::one_key_is_one_payout(&fresh().await).await;
}

/// Notices, pages and refunds of cards: every promise against fresh ground each.
pub async fn cards_contract<G: Ground>(fresh: impl AsyncFn() -> G) {
    notices::equal_notices_are_each_stored_and_concluded_together(&fresh().await).await;
    notices::an_address_opens_its_own_tenants_orders_only(&fresh().await).await;
    notices::the_return_knows_orders_and_keeps_nothing_else(&fresh().await).await;
    notices::notices_of_one_order_are_bounded(&fresh().await).await;
    notices::a_notice_of_another_order_is_copied_to_the_dead_letters_once(&fresh().await).await;
    notices::the_newest_address_of_an_account_is_used(&fresh().await).await;
    notices::what_comes_by_the_return_takes_no_room_from_the_provider(&fresh().await).await;
    notices::another_tracking_id_than_the_known_one_is_refused_at_the_door(&fresh().await).await;
    notices::an_address_that_the_provider_refuses_is_named_no_more(&fresh().await).await;
    notices::that_a_page_is_not_paid_is_told_once_and_only_while_it_waits(&fresh().await).await;
    card_refunds::of_many_refunds_by_card_at_once_one_is_asked_for(&fresh().await).await;
    card_refunds::a_refund_by_card_is_done_when_the_order_is_reversed_and_not_before(&fresh().await).await;
    card_refunds::a_refund_that_nobody_approves_goes_to_a_person(&fresh().await).await;
    card_refunds::a_request_that_was_not_made_is_made_again_and_a_refusal_is_the_end(&fresh().await).await;
    card_refunds::what_nobody_asked_back_is_a_chargeback_once(&fresh().await).await;
    card_refunds::a_chargeback_that_was_won_is_in_the_providers_account_again(&fresh().await).await;
    card_refunds::a_chargeback_that_was_won_and_comes_back_is_booked_and_told_once_more(&fresh().await).await;
    card_refunds::a_chargeback_that_comes_back_is_told_although_nobody_settled_the_last(&fresh().await).await;
    card_refunds::a_chargeback_of_what_is_credit_takes_the_credit_back_and_tells_what_is_spent(
        &fresh().await,
    )
    .await;
    card_refunds::a_chargeback_after_a_refund_as_credit_takes_what_is_not_spent(&fresh().await).await;
    card_refunds::credit_that_was_taken_for_a_chargeback_is_given_again_when_it_is_won(&fresh().await).await;
}

/// Money by hand, dead letters and what a person decides: every promise against fresh ground each.
pub async fn letters_contract<G: Ground>(fresh: impl AsyncFn() -> G) {
    by_hand::money_by_hand_is_booked_once_for_its_receipt(&fresh().await).await;
    by_hand::money_of_a_prompt_is_not_booked_again_by_its_confirmation(&fresh().await).await;
    by_hand::a_confirmation_brings_what_an_attempt_waits_for(&fresh().await).await;
    by_hand::a_callback_after_the_confirmation_of_its_money_changes_nothing(&fresh().await).await;
    by_hand::money_by_hand_may_be_a_part_or_more_than_is_owed(&fresh().await).await;
    by_hand::money_under_a_paid_account_goes_to_what_the_visit_still_owes(&fresh().await).await;
    by_hand::of_two_who_pay_the_whole_rest_at_once_one_pays_it_and_the_other_is_credit(&fresh().await).await;
    by_hand::what_fits_nothing_is_a_dead_letter_of_whose_address_it_came_to(&fresh().await).await;
    letters::a_letter_is_decided_once(&fresh().await).await;
    letters::the_money_of_a_letter_is_booked_once(&fresh().await).await;
    letters::a_letter_ends_what_an_attempt_left_open(&fresh().await).await;
    letters::a_letter_for_a_payment_is_no_second_money_beside_its_prompt(&fresh().await).await;
    letters::a_callback_after_a_person_booked_its_money_changes_nothing(&fresh().await).await;
    letters::money_that_went_back_is_booked_by_no_other_message(&fresh().await).await;
    unmatched::a_wrong_match_is_taken_back_once_and_the_letter_can_be_matched_again(&fresh().await).await;
    unmatched::an_attempt_whose_match_was_wrong_is_in_review_and_books_its_own_money(&fresh().await).await;
    unmatched::a_match_that_only_named_a_number_takes_back_the_number(&fresh().await).await;
    unmatched::a_match_on_whose_money_something_was_built_stays(&fresh().await).await;
    unmatched::a_match_whose_money_became_credit_stays(&fresh().await).await;
    given_back::an_attempts_own_callback_does_not_book_money_that_went_back(&fresh().await).await;
    given_back::what_was_mistaken_is_taken_back_once(&fresh().await).await;
    given_back::a_dismissal_is_taken_back_and_the_letter_can_be_booked(&fresh().await).await;
    given_back::a_second_receipt_that_is_booked_elsewhere_is_no_letter(&fresh().await).await;
    nameless::money_that_a_query_settled_did_not_go_back(&fresh().await).await;
    nameless::a_query_books_no_money_that_a_person_decided_about(&fresh().await).await;
    nameless::what_went_back_and_what_is_booked_exclude_each_other(&fresh().await).await;
    resolving::a_dispute_is_laid_to_rest_and_the_state_stands(&fresh().await).await;
    resolving::a_person_ends_an_attempt_and_the_books_follow(&fresh().await).await;
    resolving::a_receipt_that_is_booked_is_not_booked_again_by_a_person(&fresh().await).await;
}

/// The use cases over the ground, with a provider and a clock that obey.
pub(crate) struct Stage<'g, G> {
    pub(crate) ground: &'g G,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) money: Arc<ScriptedMoney>,
    pub(crate) reader: Arc<PlainReader>,
    visits: Arc<InMemoryVisits>,
    pub(crate) back: Arc<ScriptedBack>,
    pub(crate) result_reader: Arc<PlainResults>,
    tokens: Arc<SeededTokens>,
}

impl<'g, G: Ground> Stage<'g, G> {
    pub(crate) fn on(ground: &'g G) -> Self {
        Self {
            ground,
            clock: Arc::new(ManualClock::at(second(0))),
            ids: Arc::new(SeededIds::lane(77)),
            money: Arc::default(),
            reader: Arc::default(),
            visits: Arc::default(),
            back: Arc::default(),
            result_reader: Arc::default(),
            tokens: Arc::default(),
        }
    }

    pub(crate) fn request(&self) -> RequestPayment {
        RequestPayment {
            book: self.ground.book(),
            house: self.ground.house(),
            clock: self.clock(),
            ids: Arc::clone(&self.ids),
        }
    }

    pub(crate) fn resend(&self) -> ResendPrompt {
        ResendPrompt {
            book: self.ground.book(),
            clock: self.clock(),
            ids: Arc::clone(&self.ids),
        }
    }

    pub(crate) fn push(&self) -> PushAttempt {
        PushAttempt {
            book: self.ground.book(),
            visits: self.visits.clone(),
            money: self.money.clone(),
            tokens: self.tokens.clone(),
            clock: self.clock(),
            ids: Arc::clone(&self.ids),
        }
    }

    pub(crate) fn apply(&self) -> ApplyCallback {
        ApplyCallback {
            book: self.ground.book(),
            finder: self.ground.finder(),
            inbox: self.ground.inbox(),
            reader: self.reader.clone(),
            clock: self.clock(),
            ids: Arc::clone(&self.ids),
        }
    }

    pub(crate) fn resolve(&self) -> ResolveAttempt {
        ResolveAttempt {
            book: self.ground.book(),
            clock: self.clock(),
            ids: Arc::clone(&self.ids),
        }
    }

    pub(crate) fn credit(&self) -> CreditVisit {
        CreditVisit {
            book: self.ground.book(),
            refunds: self.ground.refunds(),
            clock: self.clock(),
            ids: Arc::clone(&self.ids),
        }
    }

    /// Asks for a deposit of 1,500 shillings for a new visit.
    pub(crate) async fn asked(&self, tenant: TenantId, key: &str) -> (PaymentAsked, VisitId, CustomerId) {
        let (visit, customer) = self.ground.visit(tenant).await;
        let order = an_order(key, visit, customer);
        match self.request().execute(tenant, order).await {
            Ok(asked) => (asked, visit, customer),
            Err(error) => panic!("the request is refused: {error}"),
        }
    }

    /// The payment of an attempt.
    pub(crate) async fn record(&self, tenant: TenantId, asked: &PaymentAsked) -> PaymentRecord {
        match self.ground.book().of_attempt(tenant, asked.attempt).await {
            Ok(Some(record)) => record,
            other => panic!("the payment is not found: {other:?}"),
        }
    }

    pub(crate) fn order_refund(&self) -> RequestRefund {
        RequestRefund {
            book: self.ground.refunds(),
            back: self.back.clone(),
            cards: true,
            clock: self.clock(),
            ids: Arc::clone(&self.ids),
        }
    }

    pub(crate) fn send_refund(&self) -> SendRefund {
        SendRefund {
            book: self.ground.refunds(),
            back: self.back.clone(),
            tokens: self.tokens.clone(),
            clock: self.clock(),
            ids: Arc::clone(&self.ids),
        }
    }

    pub(crate) fn ask_refund(&self) -> AskRefund {
        AskRefund {
            book: self.ground.refunds(),
            back: self.back.clone(),
            tokens: self.tokens.clone(),
            clock: self.clock(),
            ids: Arc::clone(&self.ids),
        }
    }

    pub(crate) fn pay_out(&self) -> PayOutCredit {
        PayOutCredit {
            book: self.ground.payouts(),
            back: self.back.clone(),
            house: self.ground.house(),
            clock: self.clock(),
            ids: Arc::clone(&self.ids),
        }
    }

    pub(crate) fn cancel_refund(&self) -> CancelRefund {
        CancelRefund {
            book: self.ground.refunds(),
            clock: self.clock(),
            ids: Arc::clone(&self.ids),
        }
    }

    pub(crate) fn resolve_refund(&self) -> ResolveRefund {
        ResolveRefund {
            book: self.ground.refunds(),
            clock: self.clock(),
            ids: Arc::clone(&self.ids),
        }
    }

    pub(crate) fn apply_result(&self) -> ApplyResult {
        ApplyResult {
            book: self.ground.refunds(),
            inbox: self.ground.results(),
            reader: self.result_reader.clone(),
            clock: self.clock(),
            ids: Arc::clone(&self.ids),
        }
    }

    pub(crate) fn spend(&self) -> SpendCredit {
        SpendCredit {
            credit: self.ground.credit_book(),
            book: self.ground.book(),
            house: self.ground.house(),
            clock: self.clock(),
            ids: Arc::clone(&self.ids),
        }
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }
}
