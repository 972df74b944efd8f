//! What the conversation can be asked to do, one struct per intention. All of them may run twice.

mod apply_status;
mod archive_threads;
mod close_idle_threads;
mod hand_over;
mod keep_knowledge;
mod names;
mod read_archive;
mod receive_delivery;
mod send_message;
mod sender;
mod take_turn;
mod tell;
mod tell_invited;
mod work_cohort;
mod work_handoff;
mod work_templates;

pub use apply_status::ApplyStatus;
pub use archive_threads::{ArchiveThreads, Archived};
pub use close_idle_threads::CloseIdleThreads;
pub use hand_over::HandOver;
pub use keep_knowledge::KeepKnowledge;
pub use read_archive::ReadArchive;
pub use receive_delivery::{ReceiveDelivery, Received};
pub use send_message::SendMessage;
pub use take_turn::{TakeTurn, TakeTurnError, TurnEnd};
pub use tell::{
    ByTheRules, CommissionNews, CreditStep, DigestFigures, MoneyMatter, MoneyNews, Notice, PageLink,
    RefundStep, ReminderLead, Tell, TellError, TipStep,
};
pub use tell_invited::{
    InvitedToTeam, TeamRole, TellInvited, cause_of as invitation_cause, invitation_in, with_address,
};
pub use work_cohort::{Invited, WorkCohort, WorkCohortError};
pub use work_handoff::{Conversed, WorkHandoff, WorkHandoffError};
pub use work_templates::WorkTemplates;

/// How often a use case re-reads and decides anew when what it read has moved on.
const TRIES_MAX: u32 = 5;
