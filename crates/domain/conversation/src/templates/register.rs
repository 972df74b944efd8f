//! What became of the templates that were submitted to the channel's owner.

use time::{Duration, OffsetDateTime};

use super::{TemplateText, catalogue};

/// Where a template stands with the channel's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateState {
    /// It was never submitted.
    NotSubmitted,
    /// It is looked at.
    Pending,
    /// It may be sent.
    Approved,
    /// It may not be sent as it is.
    Rejected,
    /// It may not be sent for a while: too many people complained.
    Paused,
    /// It may not be sent any more.
    Disabled,
    /// The channel's owner does not know it any more.
    Gone,
}

impl TemplateState {
    /// The name that rows use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotSubmitted => "not_submitted",
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
            Self::Gone => "gone",
        }
    }

    /// The one of a name as [`TemplateState::code`] writes it.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [
            Self::NotSubmitted,
            Self::Pending,
            Self::Approved,
            Self::Rejected,
            Self::Paused,
            Self::Disabled,
            Self::Gone,
        ]
        .into_iter()
        .find(|state| state.code() == code)
    }

    /// The one of the channel's own word, in whatever case; `None` for a word that nobody knows yet.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        match word.to_ascii_uppercase().as_str() {
            "PENDING" | "IN_APPEAL" => Some(Self::Pending),
            // One that is flagged is still sent.
            "APPROVED" | "REINSTATED" | "FLAGGED" => Some(Self::Approved),
            "REJECTED" => Some(Self::Rejected),
            "PAUSED" => Some(Self::Paused),
            "DISABLED" | "LIMIT_EXCEEDED" | "ARCHIVED" => Some(Self::Disabled),
            "DELETED" | "PENDING_DELETION" => Some(Self::Gone),
            _nobody_knows => None,
        }
    }

    /// Whether it is worth submitting.
    #[must_use]
    pub const fn wants_submitting(self) -> bool {
        match self {
            Self::NotSubmitted | Self::Rejected | Self::Gone => true,
            Self::Pending | Self::Approved | Self::Paused | Self::Disabled => false,
        }
    }
}

/// The most characters of a reason that are kept.
const REASON_CHARACTERS_MAX: usize = 300;

/// One of our templates, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredTemplate {
    /// What we submit.
    pub text: TemplateText,
    /// Where it stands.
    pub state: TemplateState,
    /// Why it was rejected, in the words of the channel's owner.
    pub reason: Option<String>,
    /// The channel's own id of it.
    pub provider_id: Option<String>,
    /// Since when it stands there; `None` for one that was never submitted.
    pub state_at: Option<OffsetDateTime>,
    /// Of when the newest word is that it stands there; an older one changes nothing.
    pub reported_at: Option<OffsetDateTime>,
}

/// How far our clock may be from that of the channel's owner: what we asked for counts as told so much earlier, so that a
/// change right after it is not taken for an older one.
const CLOCKS_APART: Duration = Duration::MINUTE;

/// Of when an answer is that we asked for at `asked_at`, by our clock.
#[must_use]
pub fn as_of(asked_at: OffsetDateTime) -> OffsetDateTime {
    asked_at - CLOCKS_APART
}

/// A template as people and events name it.
#[must_use]
pub fn label(name: &str, language: &str) -> String {
    format!("{name}/{language}")
}

impl RegisteredTemplate {
    /// One that was never submitted.
    #[must_use]
    pub const fn new(text: TemplateText) -> Self {
        Self {
            text,
            state: TemplateState::NotSubmitted,
            reason: None,
            provider_id: None,
            state_at: None,
            reported_at: None,
        }
    }

    /// As people and events name it.
    #[must_use]
    pub fn label(&self) -> String {
        label(self.text.name.code(), self.text.language_code())
    }

    /// Whether it is the one of this name and language.
    #[must_use]
    pub fn is(&self, name: &str, language: &str) -> bool {
        self.text.name.code() == name && self.text.language_code() == language
    }

    /// The template as the channel's owner told of it at `at`. A word that nobody knows changes nothing, and neither does one
    /// that is older than what is known.
    #[must_use]
    pub fn told(mut self, report: &TemplateReport, at: OffsetDateTime) -> Self {
        if self.reported_at.is_some_and(|known| at < known) {
            tracing::info!(template = report.name, "an older report on a template came late");
            return self;
        }
        let Some(state) = TemplateState::of_word(&report.word) else {
            tracing::warn!(template = report.name, "a template has a state that nobody knows");
            return self;
        };
        if self.state != state {
            self.state = state;
            self.state_at = Some(at);
        }
        self.reported_at = Some(at);
        self.reason = report.reason.as_deref().map(short);
        if report.provider_id.is_some() {
            self.provider_id.clone_from(&report.provider_id);
        }
        self
    }

    /// The template once it was refused when it was submitted.
    #[must_use]
    pub fn refused(mut self, reason: &str, at: OffsetDateTime) -> Self {
        self.state = TemplateState::Rejected;
        (self.state_at, self.reported_at) = (Some(at), Some(at));
        self.reason = Some(short(reason));
        self
    }

    /// The template once the channel's owner does not know it any more.
    #[must_use]
    pub fn gone(mut self, at: OffsetDateTime) -> Self {
        self.state = TemplateState::Gone;
        (self.state_at, self.reported_at) = (Some(at), Some(at));
        self
    }

    /// The template once the channel's owner said that it has one of this name and language: it was submitted before, and the
    /// answer to that was lost. Where it stands is asked next time.
    #[must_use]
    pub fn known_there(mut self, at: OffsetDateTime) -> Self {
        match self.state {
            TemplateState::NotSubmitted | TemplateState::Gone => {
                self.state = TemplateState::Pending;
                (self.state_at, self.reported_at) = (Some(at), Some(at));
            }
            TemplateState::Pending
            | TemplateState::Approved
            | TemplateState::Rejected
            | TemplateState::Paused
            | TemplateState::Disabled => {}
        }
        self
    }
}

fn short(reason: &str) -> String {
    reason
        .chars()
        .filter(|c| !c.is_control())
        .take(REASON_CHARACTERS_MAX)
        .collect()
}

/// The whole catalogue, each template where the rows say that it stands.
#[must_use]
pub fn register(rows: &[RegisteredTemplate]) -> Vec<RegisteredTemplate> {
    let standing = |text: TemplateText| {
        let row = rows
            .iter()
            .find(|row| row.is(text.name.code(), text.language_code()));
        row.cloned().map_or_else(
            || RegisteredTemplate::new(text),
            |row| RegisteredTemplate { text, ..row },
        )
    };
    catalogue().into_iter().map(standing).collect()
}

/// What the channel's owner tells of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateReport {
    /// Its name.
    pub name: String,
    /// Its language as the channel writes it.
    pub language: String,
    /// The channel's own id of it.
    pub provider_id: Option<String>,
    /// The channel's word for where it stands.
    pub word: String,
    /// Why.
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    //! What the channel's words mean.

    use super::*;
    use crate::templates::{TemplateName, text};
    use crate::texts::Tongue;

    fn report(word: &str) -> TemplateReport {
        TemplateReport {
            name: "booking_reminder".to_owned(),
            language: "sw".to_owned(),
            provider_id: Some("77".to_owned()),
            word: word.to_owned(),
            reason: None,
        }
    }

    #[test]
    fn a_word_that_nobody_knows_leaves_a_template_where_it_stood() {
        let at = OffsetDateTime::UNIX_EPOCH;
        let approved = RegisteredTemplate::new(text(TemplateName::BookingReminder, Tongue::Swahili))
            .told(&report("APPROVED"), at);
        assert_eq!(approved.state, TemplateState::Approved);
        assert_eq!(approved.clone().told(&report("WHATEVER"), at), approved);
        assert_eq!(approved.told(&report("paused"), at).state, TemplateState::Paused);
    }

    #[test]
    fn an_older_report_never_overwrites_a_newer_one() {
        let at = |seconds| OffsetDateTime::UNIX_EPOCH + Duration::seconds(seconds);
        let approved = RegisteredTemplate::new(text(TemplateName::BookingReminder, Tongue::Swahili))
            .told(&report("APPROVED"), at(10))
            .told(&report("APPROVED"), at(20));
        assert_eq!(approved.state_at, Some(at(10)), "since when it stands there");
        assert_eq!(approved.clone().told(&report("PAUSED"), at(15)), approved);
        assert_eq!(
            approved.told(&report("PAUSED"), at(20)).state,
            TemplateState::Paused
        );
    }

    #[test]
    fn the_register_has_the_whole_catalogue() {
        let row = RegisteredTemplate::new(text(TemplateName::OwnerAlert, Tongue::English))
            .told(&report("APPROVED"), OffsetDateTime::UNIX_EPOCH);
        let all = register(&[row]);
        assert_eq!(all.len(), catalogue().len());
        let approved = all.iter().filter(|it| it.state == TemplateState::Approved);
        assert_eq!(approved.count(), 1);
    }
}
