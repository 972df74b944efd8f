//! The use cases by domain, as the apps call them.

use std::sync::Arc;

use ratiba_booking::customers::CustomerBook;
use ratiba_booking::import::ports::{ImportBook, ImportGround};
use ratiba_booking::ports::{AppointmentBook, Catalogue, PackageBook, PromotionBook, RelationBook};
use ratiba_booking::setup::{HitList, SetupShelf};
use ratiba_booking::use_cases as booking;
use ratiba_commission::ports::{CommissionBook, Teams};
use ratiba_commission::use_cases as commission;
use ratiba_conversation::ports::{KnowledgeBook, PersonalityBook};
use ratiba_conversation::use_cases as conversation;
use ratiba_integrations::ports::HookBook;
use ratiba_integrations::use_cases as integrations;
use ratiba_payments::ports::{
    ConfirmationInbox, HouseCurrency, JournalBook, Ledger, NoticeInbox, NoticeReader, OrderKeys, PaymentBook,
    PaymentRuleBook, RefundBook,
};
use ratiba_payments::use_cases as payments;
use ratiba_payroll::ports::{AccountingGateway, PayrollBook, PayrollGateway};
use ratiba_payroll::use_cases as payroll;

/// Booking's.
pub struct Booking {
    /// The book, for reading.
    pub book: Arc<dyn AppointmentBook>,
    /// Rules and services, for reading.
    pub catalogue: Arc<dyn Catalogue>,
    /// Which starts can be had.
    pub find: booking::FindSlots,
    /// Claims time.
    pub hold: booking::HoldVisit,
    /// Settles a hold.
    pub confirm: booking::ConfirmVisit,
    /// Ends overdue holds.
    pub expire: booking::ExpireHold,
    /// Sees to reminders.
    pub remind: booking::Remind,
    /// Lists a day.
    pub list_day: booking::ListDay,
    /// A service begins.
    pub start: booking::StartAppointment,
    /// A service ends.
    pub finish: booking::FinishAppointment,
    /// What really happened.
    pub record_actuals: booking::RecordActuals,
    /// What the engine reads, for reading.
    pub setup: Arc<dyn SetupShelf>,
    /// Changes it.
    pub change_setup: booking::ChangeSetup,
    /// The bookings that such changes met.
    pub hits: Arc<dyn HitList>,
    /// Both sides agree to a request.
    pub accept: booking::AcceptRequest,
    /// One of them does not.
    pub decline: booking::DeclineRequest,
    /// The business offers another time.
    pub counter_offer: booking::CounterOffer,
    /// Ends what has not begun.
    pub cancel: booking::CancelAppointment,
    /// Puts it at another time.
    pub moves: booking::MoveVisit,
    /// Whether the customer came.
    pub attendance: booking::Attendance,
    /// Takes something off by hand.
    pub give_discount: booking::GiveDiscount,
    /// The packages, for reading and retiring.
    pub packages: Arc<dyn PackageBook>,
    /// Keeps packages.
    pub keep_package: booking::KeepPackage,
    /// The promotions, for reading and retiring.
    pub promotions: Arc<dyn PromotionBook>,
    /// Keeps promotions.
    pub keep_promotion: booking::KeepPromotion,
    /// What goes well after what, for reading and retiring.
    pub relations: Arc<dyn RelationBook>,
    /// Keeps relations.
    pub keep_relation: booking::KeepRelation,
    /// What goes well after what was chosen.
    pub complement: booking::OfferComplement,
}

/// What booking takes over from elsewhere, and whom it knows.
pub struct Imports {
    /// The imports, for listing.
    pub book: Arc<dyn ImportBook>,
    /// What is on record already, and what was paid elsewhere.
    pub ground: Arc<dyn ImportGround>,
    /// Brings in a file or a text.
    pub bring_in: booking::import::BringIn,
    /// Shows what would become of it.
    pub review: booking::import::ReviewImport,
    /// Corrects it, or throws it away.
    pub correct: booking::import::CorrectImport,
    /// Applies it.
    pub apply: booking::import::ApplyImport,
    /// The customers, for reading and changing.
    pub customers: Arc<dyn CustomerBook>,
    /// Puts one on record.
    pub add_customer: booking::AddCustomer,
}

/// Payments'.
pub struct Payments {
    /// What is owed and was tried, for reading.
    pub book: Arc<dyn PaymentBook>,
    /// Sends a prompt that the desk orders.
    pub prompt: payments::PromptFromDesk,
    /// Ends an attempt that is in review.
    pub resolve: payments::ResolveAttempt,
    /// Submits an attempt.
    pub push: payments::PushAttempt,
    /// Asks what became of it.
    pub query: payments::QueryAttempt,
    /// Takes in a callback.
    pub apply_callback: payments::ApplyCallback,
    /// Ends what is asked for a visit that is over.
    pub close: payments::CloseVisit,
    /// How a visit's payments stand.
    pub status: payments::PaymentStatus,
    /// Cards, if the business takes them.
    pub cards: Option<Cards>,
    /// Where notices of the card provider wait.
    pub notices: Arc<dyn NoticeInbox>,
    /// Reads them.
    pub notice_reader: Arc<dyn NoticeReader>,
    /// Takes cash for a visit.
    pub cash: payments::TakeCash,
    /// Lays disputes about attempts to rest.
    pub settle_dispute: payments::SettleDispute,
    /// Works dead letters through.
    pub letters: payments::WorkLetter,
    /// Money that customers send by hand.
    pub by_hand: ByHand,
    /// Works the drawer.
    pub till: payments::WorkTill,
    /// The books as they were posted.
    pub journals: Arc<dyn JournalBook>,
    /// At which addresses the keys of orders were used.
    pub keys: Arc<dyn OrderKeys>,
    /// Says what lay in suspense.
    pub clear: payments::ClearSuspense,
    /// Puts what a visit earned into the books.
    pub earn: payments::EarnVisit,
    /// Works tips.
    pub tips: payments::WorkTips,
    /// Gives tips back that nobody is to get.
    pub return_tips: payments::ReturnTips,
    /// Works M-Pesa's statements.
    pub statements: payments::WorkStatements,
}

/// Money that customers send by hand.
pub struct ByHand {
    /// Where confirmations wait, and their addresses.
    pub inbox: Arc<dyn ConfirmationInbox>,
    /// Says whether money may come.
    pub validate: payments::ValidateByHand,
    /// Books what came.
    pub apply: payments::ApplyConfirmation,
}

/// What card payments need.
pub struct Cards {
    /// Whether no real money moves.
    pub sandbox: bool,
    /// Asks for a page.
    pub request: payments::RequestCardLink,
    /// Opens an order.
    pub open: payments::OpenCard,
    /// Looks how it stands.
    pub look: payments::LookAtCard,
    /// Asks for money back that was paid on it.
    pub send_refund: payments::SendCardRefund,
    /// Looks what became of that.
    pub look_at_refund: payments::LookAtCardRefund,
    /// Reminds of it.
    pub nudge: payments::NudgeCard,
    /// Cancels it.
    pub abandon: payments::AbandonCard,
    /// Has it cancelled because nobody is to pay it any more.
    pub withdraw: payments::WithdrawCard,
    /// Does what a notice says.
    pub apply_notice: payments::ApplyNotice,
}

/// Money that goes back, and customers' credit.
pub struct MoneyBack {
    /// Refunds, for reading.
    pub book: Arc<dyn RefundBook>,
    /// Orders a refund.
    pub order: payments::RequestRefund,
    /// Asks the provider for it.
    pub send: payments::SendRefund,
    /// Asks what became of it.
    pub ask: payments::AskRefund,
    /// Withdraws it before it is sent.
    pub cancel: payments::CancelRefund,
    /// Takes in a message about it.
    pub apply_result: payments::ApplyResult,
    /// Lets a person say what became of it.
    pub resolve: payments::ResolveRefund,
    /// Gives back what a visit does not ask for any more.
    pub give: payments::GiveBack,
    /// Spends credit.
    pub spend: payments::SpendCredit,
    /// Pays credit out, or withdraws it.
    pub pay_out: payments::PayOutCredit,
    /// The books, for reading.
    pub ledger: Arc<dyn Ledger>,
    /// The tenants' currencies.
    pub house: Arc<dyn HouseCurrency>,
    /// What a business decided about its customers' money.
    pub rules: Arc<dyn PaymentRuleBook>,
}

/// Conversation's.
pub struct Conversation {
    /// Handles one message.
    pub take_turn: conversation::TakeTurn,
    /// Gives a thread to a person after a message could not be handled.
    pub hand_over: conversation::HandOver,
    /// The beta cohort: who is invited, and inviting.
    pub work_cohort: conversation::WorkCohort,
    /// The message templates: where each stands, submitting, asking.
    pub work_templates: conversation::WorkTemplates,
    /// People who take conversations over.
    pub work_handoff: conversation::WorkHandoff,
    /// Tells a customer what happened elsewhere.
    pub tell: conversation::Tell,
    /// Tells people who are invited to a team.
    pub tell_invited: conversation::TellInvited,
    /// Sends one message.
    pub send: conversation::SendMessage,
    /// Takes in a report on one.
    pub apply_status: conversation::ApplyStatus,
    /// Ends silent threads.
    pub close_idle: conversation::CloseIdleThreads,
    /// What the business told the machine, for reading.
    pub knowledge: Arc<dyn KnowledgeBook>,
    /// How businesses want their assistant to sound.
    pub personalities: Arc<dyn PersonalityBook>,
    /// Keeps what the business told.
    pub keep_knowledge: conversation::KeepKnowledge,
    /// Puts the logs of threads aside that ended long ago, and deletes them in the end.
    pub archive: conversation::ArchiveThreads,
    /// Shows it.
    pub read_archive: conversation::ReadArchive,
}

/// Commission's.
pub struct Commission {
    /// The frozen documents, for reading.
    pub book: Arc<dyn CommissionBook>,
    /// Who renders what, and how they share it.
    pub teams: Arc<dyn Teams>,
    /// Says how a team shares.
    pub share: commission::ShareTeam,
    /// Computes a month without writing.
    pub preview: commission::PreviewPeriod,
    /// Closes a month.
    pub close: commission::ClosePeriod,
    /// Amends frozen months.
    pub amend: commission::AmendPeriod,
    /// Adds, ends and takes away rules.
    pub rules: commission::ManageRules,
    /// Opens and decides disputes about lines.
    pub disputes: commission::WorkDisputes,
}

/// Payroll's.
pub struct Payroll {
    /// Who is whom at payroll, and what was handed over.
    pub book: Arc<dyn PayrollBook>,
    /// Orders that a month is handed over.
    pub order: payroll::OrderExport,
    /// Takes it that a sheet was uploaded.
    pub confirm: payroll::ConfirmSheet,
    /// Payroll's own system, if it is set up.
    pub system: Option<PayrollSystem>,
    /// Writes journals for books of account.
    pub accounting: Arc<dyn AccountingGateway>,
}

/// Payroll's own system.
pub struct PayrollSystem {
    /// Asks it.
    pub gateway: Arc<dyn PayrollGateway>,
    /// Hands exports over to it.
    pub send: payroll::SendExport,
}

/// What other programs are told.
pub struct Integrations {
    /// Endpoints and what goes to them, for reading.
    pub book: Arc<dyn HookBook>,
    /// Adds, changes and removes endpoints.
    pub keep: integrations::KeepEndpoint,
    /// Stores what is to be told.
    pub publish: integrations::Publish,
    /// Sends it.
    pub deliver: integrations::Deliver,
    /// Seals secrets that are in plain, or under an older key.
    pub seal: integrations::SealSecrets,
}
