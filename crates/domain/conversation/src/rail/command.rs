//! The commands, who may give them, and how they are recognised.

use super::plain;
use crate::texts::RailText;

/// Whose commands they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Circle {
    /// Those who run the business.
    Admins,
    /// Those who render services.
    Staff,
    /// Both.
    Either,
}

/// One command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Command {
    /// The visits of today, or of another day.
    Today,
    /// The visits of tomorrow.
    Tomorrow,
    /// Customers by name or number.
    Find,
    /// Books a customer in.
    Book,
    /// Cancels a visit of the last list.
    Cancel,
    /// Moves a visit of the last list.
    Reschedule,
    /// Keeps somebody's time free of customers.
    Block,
    /// Gives a conversation back to the machine.
    HandBack,
    /// Sells a new service.
    AddService,
    /// Changes what a service costs.
    UpdatePrice,
    /// What came in on a day.
    Takings,
    /// What somebody earns this month.
    Commission,
    /// Closes the month of commission that waits.
    Close,
    /// Messages about money that nobody could place.
    Unrouted,
    /// What the assistant was told to answer.
    ListFaqs,
    /// Tells it one answer more.
    AddFaq,
    /// Takes one away.
    RemoveFaq,
    /// Who is invited to the beta.
    Cohort,
    /// Invites somebody.
    Invite,
    /// The visits of whoever asks.
    MyDay,
    /// What whoever asks earns this month.
    MyEarnings,
    /// A line of their statement is wrong.
    Dispute,
    /// The commands of whoever asks.
    Help,
}

impl Command {
    /// Every command, in the order of the help.
    pub const ALL: [Self; 23] = [
        Self::Today,
        Self::Tomorrow,
        Self::Find,
        Self::Book,
        Self::Cancel,
        Self::Reschedule,
        Self::Block,
        Self::HandBack,
        Self::AddService,
        Self::UpdatePrice,
        Self::Takings,
        Self::Commission,
        Self::Close,
        Self::Unrouted,
        Self::ListFaqs,
        Self::AddFaq,
        Self::RemoveFaq,
        Self::Cohort,
        Self::Invite,
        Self::MyDay,
        Self::MyEarnings,
        Self::Dispute,
        Self::Help,
    ];

    /// The word behind the slash.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Tomorrow => "tomorrow",
            Self::Find => "find",
            Self::Book => "book",
            Self::Cancel => "cancel",
            Self::Reschedule => "reschedule",
            Self::Block => "block",
            Self::HandBack => "handback",
            Self::AddService => "add-service",
            Self::UpdatePrice => "update-price",
            Self::Takings => "takings",
            Self::Commission => "commission",
            Self::Close => "close",
            Self::Unrouted => "unrouted",
            Self::ListFaqs => "list-faqs",
            Self::AddFaq => "add-faq",
            Self::RemoveFaq => "remove-faq",
            Self::Cohort => "cohort",
            Self::Invite => "invite",
            Self::MyDay => "my-day",
            Self::MyEarnings => "my-earnings",
            Self::Dispute => "dispute",
            Self::Help => "help",
        }
    }

    /// Whose it is.
    #[must_use]
    pub const fn circle(self) -> Circle {
        match self {
            Self::Today
            | Self::Tomorrow
            | Self::Find
            | Self::Book
            | Self::Cancel
            | Self::Reschedule
            | Self::Block
            | Self::HandBack
            | Self::AddService
            | Self::UpdatePrice
            | Self::Takings
            | Self::Commission
            | Self::Close
            | Self::Unrouted
            | Self::ListFaqs
            | Self::AddFaq
            | Self::RemoveFaq
            | Self::Cohort
            | Self::Invite => Circle::Admins,
            Self::MyDay | Self::MyEarnings | Self::Dispute => Circle::Staff,
            Self::Help => Circle::Either,
        }
    }

    /// How it is written, and what it does.
    #[must_use]
    pub const fn usage(self) -> RailText {
        match self {
            Self::Today => RailText::Today,
            Self::Tomorrow => RailText::Tomorrow,
            Self::Find => RailText::Find,
            Self::Book => RailText::Book,
            Self::Cancel => RailText::Cancel,
            Self::Reschedule => RailText::Reschedule,
            Self::Block => RailText::Block,
            Self::HandBack => RailText::HandBack,
            Self::AddService => RailText::AddService,
            Self::UpdatePrice => RailText::UpdatePrice,
            Self::Takings => RailText::Takings,
            Self::Commission => RailText::Commission,
            Self::Close => RailText::Close,
            Self::Unrouted => RailText::Unrouted,
            Self::ListFaqs => RailText::ListFaqs,
            Self::AddFaq => RailText::AddFaq,
            Self::RemoveFaq => RailText::RemoveFaq,
            Self::Cohort => RailText::Cohort,
            Self::Invite => RailText::Invite,
            Self::MyDay => RailText::MyDay,
            Self::MyEarnings => RailText::MyEarnings,
            Self::Dispute => RailText::Dispute,
            Self::Help => RailText::Help,
        }
    }

    /// Whether somebody who is an admin, or one of the staff, or both, may give it.
    #[must_use]
    pub const fn is_for(self, admin: bool, staff: bool) -> bool {
        match self.circle() {
            Circle::Admins => admin,
            Circle::Staff => staff,
            Circle::Either => admin || staff,
        }
    }
}

/// What a message is to the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// A command with a slash; what stands behind its name.
    Slash(Command, &'a str),
    /// A slash, and no command that is known.
    NoSuchCommand,
    /// Plain words that mean a command; what they say of it.
    Plain(Command, &'a str),
    /// None of these.
    Nothing,
}

/// What a message is to the rail. Whether whoever wrote it may is another question: `may` says which commands count in
/// plain words, so that what is nobody's command to give is not taken from the conversation.
pub fn hear(text: &str, may: impl Fn(Command) -> bool) -> Said<'_> {
    let text = text.trim();
    let Some(written) = text.strip_prefix('/') else {
        return match plain::command(text, may) {
            Some((command, rest)) => Said::Plain(command, rest),
            None => Said::Nothing,
        };
    };
    let end = written.find(char::is_whitespace).unwrap_or(written.len());
    let (name, rest) = written.split_at(end);
    match named(name) {
        Some(command) => Said::Slash(command, rest.trim()),
        None => Said::NoSuchCommand,
    }
}

/// The command of a name; dashes, case and the dot behind it do not matter.
fn named(name: &str) -> Option<Command> {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let wanted = letters(name);
    Command::ALL
        .into_iter()
        .find(|command| letters(command.name()) == wanted)
}
