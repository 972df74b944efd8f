//! What was said in conversations that ended long ago, for as long as it is kept.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_conversation::retention::ArchivedThread;
use ratiba_kernel::{Id, PhoneNumber, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::conversations::{CustomerAnswer, TurnAnswer};
use crate::State;
use crate::caller::Caller;
use crate::checked::CheckedQuery;
use crate::dto::{Moment, id_of};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// How many one answer has if nothing else is asked for.
const PAGE: u16 = 50;

/// The endpoints of the archive of conversations.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/archived-conversations",
            "Conversations that ended long ago",
            || web::get().to(list),
        )
        .describe(
            "In the order in which they began. A conversation comes here 90 days after its end and is deleted a year later, or \
             when the business's settings say.",
        )
        .group("conversations")
        .needs(Scope::ConversationsArchive)
        .query::<PageQuery>()
        .answers::<ArchivePage>(200, "a page of conversations"),
        Endpoint::get(
            "/api/v1/archived-conversations/{id}",
            "One conversation that ended long ago, with what was said",
            || web::get().to(show),
        )
        .describe("Oldest first. Numbers of cards and identity documents are masked.")
        .group("conversations")
        .needs(Scope::ConversationsArchive)
        .answers::<ArchivedWithTurns>(200, "the conversation")
        .problems(&[Kind::NotFound]),
    ]
}

/// Which page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Only those of this customer.
    customer_id: Option<Uuid>,
    /// What comes after this one in the list.
    after: Option<Uuid>,
    /// At most so many; 50 if left out.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u16>,
}

/// A conversation in the archive.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ArchivedConversation")]
pub struct ArchivedAnswer {
    id: Uuid,
    customer: CustomerAnswer,
    opened_at: Moment,
    closed_at: Moment,
    archived_at: Moment,
}

/// A conversation in the archive with what was said in it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ArchivedConversationWithTurns")]
pub struct ArchivedWithTurns {
    conversation: ArchivedAnswer,
    turns: Vec<TurnAnswer>,
}

/// Conversations in the archive.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ArchivedConversationPage")]
pub struct ArchivePage {
    items: Vec<ArchivedAnswer>,
    /// For `after`, if there may be more.
    next: Option<Uuid>,
}

impl ArchivedAnswer {
    fn of(thread: &ArchivedThread, zone: &Zone) -> Self {
        let customer = &thread.customer;
        Self {
            id: thread.thread.as_uuid(),
            customer: CustomerAnswer {
                id: customer.id.as_uuid(),
                name: customer.name.clone(),
                phone: customer.phone.as_ref().map(PhoneNumber::e164),
            },
            opened_at: Moment::of(zone, thread.opened_at),
            closed_at: Moment::of(zone, thread.closed_at),
            archived_at: Moment::of(zone, thread.archived_at),
        }
    }
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let most = query.limit.unwrap_or(PAGE);
    let archive = &state.parts.conversation.read_archive;
    let (customer, after) = (
        query.customer_id.map(Id::from_uuid),
        query.after.map(Id::from_uuid),
    );
    let found = archive.list(tenant, customer, after, most).await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let full = found.len() >= usize::from(most);
    let items: Vec<_> = found
        .iter()
        .map(|thread| ArchivedAnswer::of(thread, &zone))
        .collect();
    let next = items.last().filter(|_| full).map(|last| last.id);
    Ok(HttpResponse::Ok().json(ArchivePage { items, next }))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let archive = &state.parts.conversation.read_archive;
    let found = archive.read(tenant, id_of(&id)?).await?;
    let (thread, said) = found.ok_or_else(Problem::not_found)?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(HttpResponse::Ok().json(ArchivedWithTurns {
        conversation: ArchivedAnswer::of(&thread, &zone),
        turns: said.iter().map(|said| TurnAnswer::of(said, &zone)).collect(),
    }))
}
