//! The customer service window, decided in this one place: may we write freely, or only by template?

use time::{Duration, OffsetDateTime};

use crate::channel::Capabilities;

/// Clocks differ and messages travel, so the window counts as closed this long before it is.
pub const SAFETY_MARGIN: Duration = Duration::minutes(5);

/// What form a message may take now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Anything that the channel can carry.
    Free,
    /// Only a template that the channel's owner approved.
    TemplateOnly,
}

/// What form a message may take, by when the recipient last wrote.
///
/// A channel without a window takes anything; a recipient who never wrote is outside of every window. A
/// last message that seems to lie in the future (clocks differ) opens the window like one from now.
#[must_use]
pub fn form_now(
    capabilities: Capabilities,
    last_inbound: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Form {
    let Some(window) = capabilities.session_window else {
        return Form::Free;
    };
    match last_inbound {
        Some(at) if now - at < window - SAFETY_MARGIN => Form::Free,
        Some(_) | None => Form::TemplateOnly,
    }
}

#[cfg(test)]
mod tests;
