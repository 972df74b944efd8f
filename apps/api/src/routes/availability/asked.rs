//! What is asked of availability: words, queries and bodies.

use ratiba_booking::availability::{Arrangement, PartOrder, PartRequest, StaffWish};
use ratiba_booking::policy::Channel;
use ratiba_kernel::Id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Through which channel it would be booked: notice and horizon depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ChannelWord {
    /// The front desk.
    #[default]
    Desk,
    /// A page on the web.
    Web,
    /// A conversation.
    Chat,
}

impl From<ChannelWord> for Channel {
    fn from(word: ChannelWord) -> Self {
        match word {
            ChannelWord::Desk => Self::Desk,
            ChannelWord::Web => Self::Web,
            ChannelWord::Chat => Self::Chat,
        }
    }
}

/// Whether the named staff member is a condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum WishWord {
    /// This one or nobody.
    #[default]
    Only,
    /// This one if possible.
    Rather,
}

/// One service, from when to when.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OneQuery {
    /// What.
    pub(super) service_id: Uuid,
    /// By whom; whoever can, if left out.
    pub(super) staff_id: Option<Uuid>,
    /// Whether the staff member is a condition; `only` if left out.
    pub(super) wish: Option<WishWord>,
    /// An instant with an offset, or a local day; now if left out.
    #[schemars(length(max = 40))]
    pub(super) from: Option<String>,
    /// An instant with an offset, or a local day, which is then included; a week after `from` if left out.
    #[schemars(length(max = 40))]
    pub(super) to: Option<String>,
    /// `desk` if left out.
    pub(super) channel: Option<ChannelWord>,
    /// Who would come, if that is known: the deposit may grow with the visits that they did not come to.
    pub(super) customer_id: Option<Uuid>,
    /// How many slots or refused starts at most; 200 if left out.
    #[schemars(range(min = 1, max = 1000))]
    pub(super) limit: Option<u16>,
}

/// One service of a visit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartBody {
    /// What.
    pub service_id: Uuid,
    /// By whom; whoever can, if left out.
    pub staff_id: Option<Uuid>,
    /// Whether the staff member is a condition; `only` if left out.
    pub wish: Option<WishWord>,
    /// For whom: 0 is the customer, every other number somebody who comes along.
    #[serde(default)]
    #[schemars(range(max = 7))]
    pub guest: u8,
}

impl From<&PartBody> for PartRequest {
    fn from(part: &PartBody) -> Self {
        let staff = part
            .staff_id
            .map_or(StaffWish::Any, |staff| match part.wish.unwrap_or_default() {
                WishWord::Only => StaffWish::Only(Id::from_uuid(staff)),
                WishWord::Rather => StaffWish::Rather(Id::from_uuid(staff)),
            });
        Self::new(Id::from_uuid(part.service_id), staff).for_guest(part.guest)
    }
}

/// In which order the services of a guest may be rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum OrderWord {
    /// As asked if possible, else the one with the least waiting.
    #[default]
    Any,
    /// Only as asked.
    AsAsked,
}

impl From<OrderWord> for PartOrder {
    fn from(word: OrderWord) -> Self {
        match word {
            OrderWord::Any => Self::Any,
            OrderWord::AsAsked => Self::AsAsked,
        }
    }
}

/// How several guests come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ArrangementWord {
    /// All begin at once.
    #[default]
    Together,
    /// One after another.
    InTurn,
}

impl From<ArrangementWord> for Arrangement {
    fn from(word: ArrangementWord) -> Self {
        match word {
            ArrangementWord::Together => Self::Together,
            ArrangementWord::InTurn => Self::InTurn,
        }
    }
}

/// A visit, from when to when.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitSearch {
    /// The services.
    #[schemars(length(min = 1, max = 8))]
    pub(super) parts: Vec<PartBody>,
    /// `any` if left out.
    #[serde(default)]
    pub(super) order: OrderWord,
    /// `together` if left out.
    #[serde(default)]
    pub(super) arrangement: ArrangementWord,
    /// An instant with an offset, or a local day; now if left out.
    #[schemars(length(max = 40))]
    pub(super) from: Option<String>,
    /// An instant with an offset, or a local day, which is then included; a week after `from` if left out.
    #[schemars(length(max = 40))]
    pub(super) to: Option<String>,
    /// `desk` if left out.
    #[serde(default)]
    pub(super) channel: ChannelWord,
    /// Who would come, if that is known: the deposit may grow with the visits that they did not come to.
    pub(super) customer_id: Option<Uuid>,
    /// How many slots or refused starts at most; 200 if left out.
    #[schemars(range(min = 1, max = 1000))]
    pub(super) limit: Option<u16>,
}
