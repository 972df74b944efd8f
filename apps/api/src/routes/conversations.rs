//! Customers' conversations that people have or are called to: who waits, what was said, taking over, speaking, giving
//! back.

use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Scope};
use ratiba_conversation::handoff::{BriefLine, NotTheirs, Person};
use ratiba_conversation::outgoing::{TEXT_CHARACTERS_MAX, TextBody};
use ratiba_conversation::ports::CustomerFile;
use ratiba_conversation::redact::without_secrets;
use ratiba_conversation::thread::{Thread, ThreadId, language_code};
use ratiba_conversation::use_cases::WorkHandoffError;
use ratiba_conversation::wording::brief::{Speaker, Utterance};
use ratiba_kernel::{Id, Money, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use super::payments::request_key;
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IdempotencyKey};
use crate::dto::{Amount, Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// How many one answer has if nothing else is asked for.
const PAGE: u16 = 50;

/// The endpoints of conversations.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/conversations", "Conversations with people", || {
            web::get().to(list)
        })
        .describe(
            "Those that wait for a person (`suspended`) and those that somebody has (`human`), in the order in which they began. \
             What the assistant leads alone is not among them.",
        )
        .group("conversations")
        .needs(Scope::ConversationsRead)
        .query::<PageQuery>()
        .answers::<ConversationPage>(200, "a page of conversations"),
        Endpoint::get("/api/v1/conversations/{id}", "One conversation with what was said", || {
            web::get().to(show)
        })
        .describe(
            "The last 200 turns, oldest first. Numbers of cards and identity documents are masked. `lines` is what happened \
             while a person had it, such as a payment that was settled.",
        )
        .group("conversations")
        .needs(Scope::ConversationsRead)
        .answers::<ConversedAnswer>(200, "the conversation"),
        Endpoint::post("/api/v1/conversations/{id}/take-over", "Take a conversation over", || {
            web::post().to(take_over)
        })
        .describe(
            "Whoever asks first has it until it is given back; the admins hear who. Twice is once. Four hours without a word \
             of theirs give it back to the assistant.",
        )
        .group("conversations")
        .needs(Scope::ConversationsAnswer)
        .body::<TakeOverBody>()
        .answers::<ConversationAnswer>(200, "the conversation")
        .problems(&[Kind::NotFound, Kind::ConversationTaken, Kind::IllegalTransition]),
        Endpoint::post("/api/v1/conversations/{id}/messages", "Say something to the customer", || {
            web::post().to(say)
        })
        .describe(
            "The customer gets it word for word. Only who has the conversation may speak in it. Safe to repeat with the same \
             key. Where the customer has not written for a day nothing but templates is carried, and the admins hear that it \
             was not sent.",
        )
        .group("conversations")
        .needs(Scope::ConversationsAnswer)
        .header(RequestHeader::IdempotencyKey)
        .body::<WordsBody>()
        .answers::<SaidAnswer>(201, "it will be sent")
        .problems(&[Kind::NotFound, Kind::ConversationTaken, Kind::IllegalTransition]),
        Endpoint::post("/api/v1/conversations/{id}/hand-back", "Give a conversation back", || {
            web::post().to(hand_back)
        })
        .describe(
            "The assistant goes on where the dialogue stood, and the customer hears so. Whoever had it is told. Twice is once.",
        )
        .group("conversations")
        .needs(Scope::ConversationsAnswer)
        .answers::<ConversationAnswer>(200, "the conversation")
        .problems(&[Kind::NotFound, Kind::IllegalTransition]),
    ]
}

/// Which page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// What comes after this one in the list.
    after: Option<Uuid>,
    /// At most so many; 50 if left out.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u16>,
}

/// Who takes over.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeOverBody {
    /// As colleagues and the conversation's record name you; "console" if left out.
    #[schemars(length(min = 1, max = 80))]
    name: Option<String>,
}

/// What the customer is to hear.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WordsBody {
    /// Word for word.
    #[schemars(length(min = 1, max = 4096))]
    text: String,
}

/// That something will be sent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ConversationMessage")]
pub struct SaidAnswer {
    message_id: Uuid,
}

/// Whose conversation it is.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ConversationCustomer")]
pub(super) struct CustomerAnswer {
    pub(super) id: Uuid,
    pub(super) name: Option<String>,
    /// Missing for somebody who hides it.
    pub(super) phone: Option<String>,
}

/// Why a person was called, and who came.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ConversationHandoff")]
struct HandoffAnswer {
    /// `asked`, `not_understood`, `outside_cohort`, `money`, `beyond_machine`, `machine_failed`, `angry`, `secret_pasted`,
    /// `emergency`, `turn_count` or `cost_ceiling`.
    reason: &'static str,
    since: Moment,
    /// Who has it, if somebody has.
    by: Option<String>,
    taken_at: Option<Moment>,
    /// What happened meanwhile, oldest first.
    lines: Vec<LineAnswer>,
}

/// A payment that was settled while a person had the conversation.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ConversationLine")]
struct LineAnswer {
    /// `paid`.
    what: &'static str,
    at: Moment,
    visit_id: Uuid,
    payment_id: Uuid,
    #[schemars(with = "Amount")]
    amount: Money,
}

/// A conversation.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Conversation")]
pub struct ConversationAnswer {
    id: Uuid,
    customer: CustomerAnswer,
    /// Who answers: `agent` (the assistant), `suspended` (a person is called), `human`, or `resumed` (the assistant again).
    driver: &'static str,
    /// The language of the customer: `en`, `sw`, `mixed` or `sheng`.
    language: Option<&'static str>,
    /// Where the assistant's dialogue stands.
    stage: &'static str,
    /// The call for a person, while one is wanted or answers.
    handoff: Option<HandoffAnswer>,
    opened_at: Moment,
    last_activity_at: Moment,
    closed_at: Option<Moment>,
}

/// Something that was said.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ConversationTurn")]
pub(super) struct TurnAnswer {
    at: Moment,
    /// `customer`, `assistant` or `person`.
    by: &'static str,
    /// Who it was, if a person.
    name: Option<String>,
    /// What has no words is named in brackets.
    text: String,
}

/// A conversation with what was said in it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ConversationWithTurns")]
pub struct ConversedAnswer {
    conversation: ConversationAnswer,
    turns: Vec<TurnAnswer>,
}

/// Conversations with people.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ConversationPage")]
pub struct ConversationPage {
    items: Vec<ConversationAnswer>,
    /// For `after`, if there may be more.
    next: Option<Uuid>,
}

impl ConversationAnswer {
    /// `None` for a file without a thread, which nobody asks for here.
    fn of(file: &CustomerFile, zone: &Zone) -> Option<Self> {
        let thread = file.thread.as_ref()?;
        let customer = &file.customer;
        Some(Self {
            id: thread.id.as_uuid(),
            customer: CustomerAnswer {
                id: customer.id.as_uuid(),
                name: customer.name.clone(),
                phone: customer.phone.as_ref().map(ratiba_kernel::PhoneNumber::e164),
            },
            driver: thread.driver.code(),
            language: thread.language.map(language_code),
            stage: thread.state.stage.name(),
            handoff: HandoffAnswer::of(thread, zone),
            opened_at: Moment::of(zone, thread.opened_at),
            last_activity_at: Moment::of(zone, thread.last_activity_at),
            closed_at: thread.closed_at.map(|at| Moment::of(zone, at)),
        })
    }
}

impl HandoffAnswer {
    fn of(thread: &Thread, zone: &Zone) -> Option<Self> {
        let handoff = thread.driver.handoff()?;
        let takeover = thread.driver.takeover();
        let lines = handoff.lines.iter().map(|line| match line {
            BriefLine::Paid {
                at,
                visit,
                payment,
                amount,
            } => LineAnswer {
                what: "paid",
                at: Moment::of(zone, *at),
                visit_id: visit.as_uuid(),
                payment_id: payment.as_uuid(),
                amount: *amount,
            },
        });
        Some(Self {
            reason: handoff.reason.code(),
            since: Moment::of(zone, handoff.since),
            by: takeover.map(|takeover| takeover.by.shown()),
            taken_at: takeover.map(|takeover| Moment::of(zone, takeover.at)),
            lines: lines.collect(),
        })
    }
}

impl TurnAnswer {
    pub(super) fn of(said: &Utterance, zone: &Zone) -> Self {
        let (by, name) = match &said.by {
            Speaker::Customer => ("customer", None),
            Speaker::Machine => ("assistant", None),
            Speaker::Person(name) => ("person", Some(name.clone())),
        };
        Self {
            at: Moment::of(zone, said.at),
            by,
            name,
            text: without_secrets(&said.words),
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
    let work = &state.parts.conversation.work_handoff;
    let found = work.list(tenant, query.after.map(Id::from_uuid), most).await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let full = found.len() >= usize::from(most);
    let items: Vec<_> = found
        .iter()
        .filter_map(|file| ConversationAnswer::of(file, &zone))
        .collect();
    let next = items.last().filter(|_| full).map(|last| last.id);
    Ok(HttpResponse::Ok().json(ConversationPage { items, next }))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let work = &state.parts.conversation.work_handoff;
    let found = work.read(tenant, id_of(&id)?).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(HttpResponse::Ok().json(ConversedAnswer {
        conversation: ConversationAnswer::of(&found.file, &zone).ok_or_else(Problem::not_found)?,
        turns: found
            .said
            .iter()
            .map(|said| TurnAnswer::of(said, &zone))
            .collect(),
    }))
}

async fn take_over(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<TakeOverBody>,
) -> Result<HttpResponse, Problem> {
    let name = body.name.map(|name| name.trim().to_owned());
    if name
        .as_deref()
        .is_some_and(|name| name.is_empty() || name.chars().any(char::is_control))
    {
        return Err(wrong("name", "must be a name on one line"));
    }
    let (principal, thread) = (&caller.0, id_of(&id)?);
    let work = &state.parts.conversation.work_handoff;
    let done = work
        .take_over(principal.tenant, thread, &person(principal, name))
        .await;
    done.map_err(refused)?;
    answer(&state, principal, thread).await
}

async fn say(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<WordsBody>,
) -> Result<HttpResponse, Problem> {
    let (principal, thread) = (&caller.0, id_of(&id)?);
    let text = TextBody::new(body.text.clone()).map_err(|_too_much| {
        wrong(
            "text",
            &format!("must have 1 to {TEXT_CHARACTERS_MAX} characters that are not all blanks"),
        )
    })?;
    let key = request_key(&state, principal, &key).await?;
    let work = &state.parts.conversation.work_handoff;
    let said = work
        .say(
            principal.tenant,
            thread,
            &person(principal, None),
            text,
            key.as_str(),
        )
        .await;
    let message_id = said.map_err(refused)?.as_uuid();
    Ok(HttpResponse::Created().json(SaidAnswer { message_id }))
}

async fn hand_back(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (principal, thread) = (&caller.0, id_of(&id)?);
    let work = &state.parts.conversation.work_handoff;
    work.hand_back(principal.tenant, thread).await.map_err(refused)?;
    answer(&state, principal, thread).await
}

/// The caller, as somebody who answers customers.
fn person(principal: &Principal, name: Option<String>) -> Person {
    Person::Console {
        subject: principal.name.clone(),
        name,
    }
}

async fn answer(state: &State, principal: &Principal, thread: ThreadId) -> Result<HttpResponse, Problem> {
    let work = &state.parts.conversation.work_handoff;
    let file = work.find_file(principal.tenant, thread).await?;
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let found = file.and_then(|file| ConversationAnswer::of(&file, &zone));
    Ok(HttpResponse::Ok().json(found.ok_or_else(Problem::not_found)?))
}

fn refused(error: WorkHandoffError) -> Problem {
    let why = match error {
        WorkHandoffError::Refused(why) => why,
        WorkHandoffError::KeyUsed => {
            return Problem::new(
                Kind::IdempotencyKeyReused,
                "this key was used for other words or in another conversation; use a new one",
            );
        }
        WorkHandoffError::Unavailable(outage) => return Problem::unavailable(&outage),
    };
    let detail = why.to_string();
    match why {
        NotTheirs::Unknown => Problem::not_found(),
        NotTheirs::TakenBy(by) => Problem::new(Kind::ConversationTaken, detail).with("by", by.shown()),
        NotTheirs::Closed | NotTheirs::WithMachine | NotTheirs::NotTaken => {
            Problem::new(Kind::IllegalTransition, detail)
        }
    }
}
