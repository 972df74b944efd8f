//! The words that stand for booking's enums in rows.

use ratiba_booking::appointment::CancelledBy;
use ratiba_booking::policy::{Channel, Reminder};

pub(super) const fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Chat => "chat",
        Channel::Web => "web",
        Channel::Desk => "desk",
    }
}

pub(super) fn parse_channel(word: &str) -> Option<Channel> {
    [Channel::Chat, Channel::Web, Channel::Desk]
        .into_iter()
        .find(|known| channel(*known) == word)
}

pub(super) const fn party(party: CancelledBy) -> &'static str {
    match party {
        CancelledBy::Customer => "customer",
        CancelledBy::Business => "business",
    }
}

pub(super) fn parse_party(word: &str) -> Option<CancelledBy> {
    [CancelledBy::Customer, CancelledBy::Business]
        .into_iter()
        .find(|known| party(*known) == word)
}

pub(super) const fn reminder(reminder: Reminder) -> &'static str {
    match reminder {
        Reminder::DayAhead => "day_ahead",
        Reminder::HoursAhead => "hours_ahead",
    }
}

pub(super) fn parse_reminder(word: &str) -> Option<Reminder> {
    Reminder::ALL.into_iter().find(|known| reminder(*known) == word)
}
