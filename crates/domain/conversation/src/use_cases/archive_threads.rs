//! Puts what was said long ago aside, and deletes it in the end.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};

use crate::ports::{BusinessProfile, ThreadBook};
use crate::rail::PENDING_FOR;

/// How many threads or messages one transaction moves or deletes.
const BATCH: u16 = 100;

/// How many batches of each kind one night takes on; what is left waits for the next.
const BATCHES_MAX: usize = 50;

/// Keeps the logs of threads for as long as the business wants them, and no longer. Part of the nightly sweep.
pub struct ArchiveThreads {
    /// The record of conversations.
    pub book: Arc<dyn ThreadBook>,
    /// The business about itself.
    pub profile: Arc<dyn BusinessProfile>,
    /// The business's time.
    pub clock: Arc<dyn Clock>,
}

/// What a night came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Archived {
    /// Threads that were put into the archive.
    pub archived: u64,
    /// Messages of no thread that were put into it.
    pub loose: u64,
    /// Threads and messages that were deleted from it.
    pub deleted: u64,
    /// Questions to admins that are over, whose words were wiped.
    pub wiped: u64,
}

impl ArchiveThreads {
    /// Puts aside and deletes what is due, in bounded batches.
    ///
    /// # Errors
    /// [`Outage`] if something that this needs did not answer; what was done by then stays done.
    #[tracing::instrument(name = "conversation.archive_threads", skip_all)]
    pub async fn execute(&self, tenant: TenantId) -> Result<Archived, Outage> {
        let retention = self.profile.profile(tenant).await?.retention;
        let now = self.clock.now();
        let mut done = Archived::default();
        for _ in 0..BATCHES_MAX {
            let count = self
                .book
                .archive(tenant, now - retention.log(), now, BATCH)
                .await?;
            done.archived += count;
            if count < u64::from(BATCH) {
                break;
            }
        }
        for _ in 0..BATCHES_MAX {
            let before = now - retention.log();
            let count = self.book.archive_loose(tenant, before, now, BATCH).await?;
            done.loose += count;
            if count < u64::from(BATCH) {
                break;
            }
        }
        done.wiped = self.book.wipe_slates(tenant, now - PENDING_FOR, now).await?;
        for _ in 0..BATCHES_MAX {
            let before = now - retention.archive();
            let count = self.book.forget_archived(tenant, before, BATCH).await?;
            done.deleted += count;
            if count < u64::from(BATCH) {
                break;
            }
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    //! The days that a business sets, by the clock that can be moved.

    use ratiba_kernel::test_support::block_on;
    use time::Duration;

    use super::*;
    use crate::retention::Retention;
    use crate::test_support::chat::Chat;

    fn night(chat: &Chat) -> Archived {
        let archive = ArchiveThreads {
            book: chat.record.clone(),
            profile: chat.profile.clone(),
            clock: chat.clock.clone(),
        };
        block_on(archive.execute(chat.tenant())).unwrap()
    }

    fn closes(chat: &Chat) {
        let now = chat.clock.now();
        assert_eq!(block_on(chat.record.close_idle(chat.tenant(), now, now)), Ok(1));
    }

    #[test]
    fn a_log_is_archived_after_ninety_days_and_deleted_a_year_later() {
        let mut chat = Chat::default();
        chat.says("Habari");
        chat.is_sent();
        chat.passes(Duration::DAY);
        closes(&chat);
        chat.passes(Duration::days(90));
        assert_eq!(night(&chat), Archived::default(), "not before the days are over");
        chat.passes(Duration::SECOND);
        let moved = Archived {
            archived: 1,
            ..Archived::default()
        };
        assert_eq!(night(&chat), moved);
        assert_eq!(night(&chat), Archived::default(), "once");
        assert_eq!(chat.record.threads(chat.tenant()), []);
        chat.passes(Duration::days(365));
        assert_eq!(night(&chat), Archived::default());
        chat.passes(Duration::SECOND);
        let deleted = Archived {
            deleted: 1,
            ..Archived::default()
        };
        assert_eq!(night(&chat), deleted);
        assert_eq!(
            chat.record.customers(chat.tenant()).len(),
            1,
            "the customer stays"
        );
    }

    #[test]
    fn a_business_may_keep_them_longer() {
        let mut chat = Chat::default();
        chat.profile
            .amend(|profile| profile.retention = Retention::new(120, 30).unwrap());
        chat.says("Habari");
        chat.is_sent();
        closes(&chat);
        chat.passes(Duration::days(120));
        assert_eq!(night(&chat).archived, 0);
        chat.passes(Duration::SECOND);
        assert_eq!(night(&chat).archived, 1);
        chat.passes(Duration::days(31));
        assert_eq!(night(&chat).deleted, 1);
    }

    #[test]
    fn a_thread_of_which_something_is_to_be_sent_stays() {
        let mut chat = Chat::default();
        chat.says("Habari");
        closes(&chat);
        chat.passes(Duration::days(91));
        assert_eq!(night(&chat).archived, 0);
        chat.is_sent();
        assert_eq!(night(&chat).archived, 1);
    }

    #[test]
    fn what_admins_write_and_are_told_is_archived_like_the_rest_and_open_questions_lose_their_words() {
        let mut chat = Chat::default();
        chat.admin_says(999, "/block Wanjiru tomorrow 2pm-4pm");
        assert_eq!(night(&chat), Archived::default(), "it waits for a yes");
        chat.passes(crate::rail::PENDING_FOR);
        let wiped = Archived {
            wiped: 1,
            ..Archived::default()
        };
        assert_eq!(night(&chat), wiped);
        let slate = chat
            .record
            .slate(chat.tenant(), crate::test_support::builders::a_phone(999));
        assert_eq!(block_on(slate).unwrap().pending, None);
        chat.passes(Duration::days(91));
        assert_eq!(night(&chat).loose, 1, "the answer was never sent, and stays");
        chat.is_sent();
        assert_eq!(night(&chat).loose, 1);
        assert_eq!(chat.record.messages(chat.tenant()), []);
        chat.passes(Duration::days(366));
        assert_eq!(night(&chat).deleted, 2);
    }
}
