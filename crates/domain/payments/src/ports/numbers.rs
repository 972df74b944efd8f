//! What rings on a number: M-Pesa locks a customer's line while one prompt is out, whatever it is for.

use time::OffsetDateTime;

use crate::attempt::AttemptId;
use crate::payment::NotNow;
use crate::schedule::{PROMPT_LIFE, RESEND_AFTER};

/// What a number was prompted for lately, by any payment of the tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rings {
    /// The attempt that is live, and since when: its submission, or its order as long as it was not submitted.
    pub live: Option<(AttemptId, OffsetDateTime)>,
    /// When the last prompt was submitted.
    pub sent_at: Option<OffsetDateTime>,
}

impl Rings {
    /// Whether another prompt may be sent to the number now.
    ///
    /// # Errors
    /// [`NotNow::NumberBusy`] while one is out, [`NotNow::TooSoon`] right after the last one.
    pub fn may_ring(&self, now: OffsetDateTime) -> Result<(), NotNow> {
        if let Some((attempt, since)) = self.live {
            let from = (since + PROMPT_LIFE).max(now);
            return Err(NotNow::NumberBusy { attempt, from });
        }
        match self.sent_at.map(|sent| sent + RESEND_AFTER) {
            Some(from) if from > now => Err(NotNow::TooSoon { from }),
            Some(_) | None => Ok(()),
        }
    }
}
