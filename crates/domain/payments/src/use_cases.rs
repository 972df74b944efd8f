//! One struct per intention. Each reads, decides with plain values, and records; a decision that was
//! overtaken is made again, a bounded number of times.

mod abandon_card;
mod apply_callback;
mod apply_notice;
mod apply_result;
mod ask_at_desk;
mod asking;
mod cancel_refund;
mod card_refunds;
mod clear_suspense;
mod close_visit;
mod confirm_by_hand;
mod credit_visit;
mod earn_visit;
mod give_back;
mod look_at_card;
mod nudge_card;
mod open_card;
mod pay_out_credit;
mod payment_status;
mod prompt_from_desk;
mod push_attempt;
mod query_attempt;
mod refunds;
mod reopen_line;
mod request_card_link;
mod request_payment;
mod request_refund;
mod resolve_attempt;
mod resolve_refund;
mod return_tips;
mod send_refund;
mod settle_dispute;
mod share_token;
mod spend_credit;
mod take_cash;
mod take_tip;
mod work_letter;
mod work_statements;
mod work_till;

pub use abandon_card::{AbandonCard, PageWithdrawn, WithdrawCard};
pub use apply_callback::{ApplyCallback, ApplyCallbackError, CallbackApplied};
pub use apply_notice::ApplyNotice;
pub use apply_result::{ApplyResult, ApplyResultError, ResultApplied};
pub use cancel_refund::CancelRefund;
pub use card_refunds::{LookAtCardRefund, Reversals, SendCardRefund};
pub use clear_suspense::ClearSuspense;
pub use close_visit::{CloseVisit, CloseVisitError};
pub use confirm_by_hand::{
    ApplyConfirmation, ApplyConfirmationError, ConfirmationApplied, ValidateByHand, Validation,
};
pub use credit_visit::{CreditVisit, CreditVisitError};
pub use earn_visit::EarnVisit;
pub use give_back::{GiveBack, Prospect};
pub use look_at_card::{CardError, CardLook, LookAtCard};
pub use nudge_card::NudgeCard;
pub use open_card::OpenCard;
pub use pay_out_credit::{PayOutCredit, PayoutBy, PayoutOrder};
pub use payment_status::{Outlook, PaymentStatus, StatusReport};
pub use prompt_from_desk::{DeskPrompt, PromptFromDesk, TipAlong};
pub use push_attempt::{PushAttempt, PushAttemptError, Pushed};
pub use query_attempt::{Queried, QueryAttempt, QueryAttemptError};
pub use reopen_line::ReopenOrder;
pub use request_card_link::{CardLinkOrder, RequestCardLink};
pub use request_payment::{
    PaymentAsked, PaymentOrder, RequestPayment, RequestPaymentError, ResendOrder, ResendPrompt,
};
pub use request_refund::{RefundOrder, RequestRefund};
pub use resolve_attempt::{ResolveAttempt, ResolveAttemptError, ResolveOrder};
pub use resolve_refund::{RefundDecision, ResolveRefund};
pub use return_tips::{ReturnTips, TipReturned};
pub use send_refund::{AskRefund, SendRefund};
pub use settle_dispute::{DisputeOrder, SettleDispute, SettleDisputeError};
pub use share_token::{LOOK_EVERY, LOOKS_MOST, NoToken, ShareToken, TokenIssuer, TokenOf};
pub use spend_credit::{CreditOrder, SpendCredit};
pub use take_cash::{CashOrder, CashTaken, TakeCash, TakeCashError};
pub use take_tip::{TipOrder, TipTaken, TipTender, WorkTips};
pub use work_letter::{LetterError, LetterOrder, MatchOrder, MatchTo, TakeBackOrder, WorkLetter};
pub use work_statements::{LineVerdict, StatementError, StatementTaken, WorkStatements};
pub use work_till::{TillSheet, TillSheetError, WorkTill};

/// How often a decision is made again after it was overtaken.
const DECISIONS_MAX: usize = 8;

#[cfg(test)]
mod tests;
