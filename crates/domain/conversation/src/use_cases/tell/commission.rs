//! What people are told of commission: closed months, corrections, and what becomes of disputes.

use ratiba_kernel::{Outage, TenantId};
use uuid::Uuid;

use super::owners::Known;
use super::{Notice, Scene, Tell};
use crate::channel::{Address, Channel};
use crate::desk::{DisputedLine, StatementCard};
use crate::outgoing::{
    Content, Draft, OutgoingMessage, Purpose, Recipient, TEXT_CHARACTERS_MAX, TemplateCall, TextBody, cut,
};
use crate::ports::Change;
use crate::templates::{self, TemplateName};
use crate::texts::{Placeholder, RailText, Tongue, Values};
use crate::use_cases::sender;
use crate::wording::statement;

/// Something happened to somebody's commission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommissionNews {
    /// To whoever earned it: a month was closed, or corrected.
    Statement {
        /// What it says.
        card: StatementCard,
        /// Where they are reached.
        address: Address,
    },
    /// To the owners: somebody disputes a line.
    DisputeOpened {
        /// Which.
        about: DisputedLine,
    },
    /// To whoever disputed a line: what was decided.
    DisputeDecided {
        /// Which.
        about: DisputedLine,
        /// Whether the line is wrong.
        accepted: bool,
        /// Why, in the words of whoever decided.
        answer: Option<String>,
        /// Where they are reached.
        address: Address,
    },
}

impl CommissionNews {
    /// A word for logs.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Statement { .. } => "commission_statement",
            Self::DisputeOpened { .. } => "dispute_opened",
            Self::DisputeDecided { .. } => "dispute_decided",
        }
    }

    /// What names each message of it: a document is told of once, and so is each step of a dispute.
    pub(super) fn cause(&self, place: usize) -> String {
        let name = self.name();
        match self {
            Self::Statement { card, .. } => format!("{name}:{}:{place}", card.id),
            Self::DisputeOpened { about } | Self::DisputeDecided { about, .. } => {
                format!("{name}:{}:{place}", about.dispute)
            }
        }
    }

    /// Why the owners are needed, what is known, and what to do next; `None` for what only its owner is told.
    pub(super) fn to_owners(&self, tongue: Tongue) -> Option<[String; 3]> {
        match self {
            Self::Statement { .. } | Self::DisputeDecided { .. } => None,
            Self::DisputeOpened { about } => Some([
                RailText::OwnerDispute.plain(tongue),
                format!(
                    "{}, {}: \"{}\"",
                    about.name,
                    statement::line_of(about, tongue),
                    about.reason
                ),
                RailText::OwnerDisputeNext.plain(tongue),
            ]),
        }
    }
}

impl Tell {
    /// Tells it: people their own commission in the language in which they last wrote, else in the business's.
    pub(super) async fn of_commission(
        &self,
        tenant: TenantId,
        scene: &Scene,
        (occasion, notice): (Uuid, &Notice),
        news: &CommissionNews,
    ) -> Result<Option<Change>, Outage> {
        let address = match news {
            CommissionNews::Statement { address, .. } | CommissionNews::DisputeDecided { address, .. } => {
                address
            }
            CommissionNews::DisputeOpened { .. } => {
                return Ok(Some(self.to_owners(scene, occasion, notice, &Known::default())));
            }
        };
        let language = match address.phone() {
            Some(phone) => sender::language_of(self.book.as_ref(), tenant, phone).await?,
            None => None,
        };
        let tongue = Tongue::from(language.unwrap_or(scene.profile.owners_language));
        let Some((content, fallback)) = said(news, &scene.profile.business_name, tongue) else {
            return Ok(None);
        };
        let draft = Draft {
            thread: None,
            channel: Channel::Whatsapp,
            recipient: Recipient::Business(address.clone()),
            about: None,
            purpose: Purpose::News,
            content,
            fallback,
            cause: notice.cause(occasion, 0),
        };
        let mut change = Change::at(scene.now);
        change
            .messages
            .push(OutgoingMessage::queued(self.ids.fresh(), draft, scene.now));
        Ok(Some(change))
    }
}

/// What the owner of a statement is told, and the same where only templates go.
fn said(news: &CommissionNews, business: &str, tongue: Tongue) -> Option<(Content, Option<TemplateCall>)> {
    match news {
        CommissionNews::Statement { card, .. } => Some((
            statement::content(card, business, tongue)?,
            statement::in_template(card, tongue),
        )),
        CommissionNews::DisputeOpened { .. } => None,
        CommissionNews::DisputeDecided {
            about,
            accepted,
            answer,
            ..
        } => decided(about, *accepted, answer.as_deref(), tongue),
    }
}

fn decided(
    about: &DisputedLine,
    accepted: bool,
    answer: Option<&str>,
    tongue: Tongue,
) -> Option<(Content, Option<TemplateCall>)> {
    let line = statement::line_of(about, tongue);
    let (text, outcome) = if accepted {
        (RailText::DisputeAccepted, RailText::OutcomeAccepted)
    } else {
        (RailText::DisputeRejected, RailText::OutcomeRejected)
    };
    let mut words = text.render(tongue, &Values::new().with(Placeholder::Known, line.as_str()));
    if let Some(answer) = answer {
        let reason = Values::new().with(Placeholder::Reason, answer);
        words = format!("{words}\n{}", RailText::DecisionReason.render(tongue, &reason));
    }
    let body = TextBody::new(cut(&words, TEXT_CHARACTERS_MAX)).ok()?;
    let outcome = outcome.plain(tongue);
    let call = templates::call(
        TemplateName::DisputeDecided,
        tongue,
        &[&line, &outcome, answer.unwrap_or("–")],
        Vec::new(),
    );
    Some((Content::Text(body), call.ok()))
}
