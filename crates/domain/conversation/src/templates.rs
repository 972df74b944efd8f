//! The templates that we call where the channel takes nothing else. Their words are registered with the channel;
//! here are their names and the order of their parameters.

use crate::outgoing::{TemplateCall, TooMuch, cut};
use crate::texts::Tongue;

/// The longest parameter that is sent.
const PARAMETER_CHARACTERS: usize = 200;

/// A template of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateName {
    /// A visit is confirmed: service, when, staff, reference.
    BookingConfirmed,
    /// A visit is near: service, when, staff; quick replies to come, move and cancel.
    BookingReminder,
    /// Something about a payment or a hold needs the customer's attention: what it is.
    BookingNotice,
    /// The business's daily figures: the day, yesterday's visits, those missed, takings, payments to look at,
    /// handoffs, what is stuck (callbacks, jobs and schedules), commission of the month to date, today's visits.
    OwnerDigest,
    /// A person of the business is needed: why, who and about what, what to do next.
    OwnerAlert,
}

impl TemplateName {
    /// The name under which it is registered.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::BookingConfirmed => "booking_confirmed",
            Self::BookingReminder => "booking_reminder",
            Self::BookingNotice => "booking_notice",
            Self::OwnerDigest => "owner_digest",
            Self::OwnerAlert => "owner_alert",
        }
    }
}

/// A call of a template; parameters are put on one line and cut.
///
/// # Errors
/// [`TooMuch`] for a parameter without words.
pub fn call(
    name: TemplateName,
    tongue: Tongue,
    parameters: &[&str],
    payloads: Vec<String>,
) -> Result<TemplateCall, TooMuch> {
    let language = match tongue {
        Tongue::English => "en",
        Tongue::Swahili => "sw",
    };
    let flat = parameters.iter().map(|text| {
        let words: Vec<&str> = text.split_whitespace().collect();
        cut(&words.join(" "), PARAMETER_CHARACTERS)
    });
    TemplateCall::new(name.code(), language, flat.collect(), payloads)
}
