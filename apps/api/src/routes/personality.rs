//! How the business wants its assistant to sound.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::appointment::Version;
use ratiba_conversation::personality::Personality;
use ratiba_conversation::ports::PersonalityRefused;
use ratiba_kernel::Outage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatch, etag};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of the personality.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let path = "/api/v1/settings/personality";
    vec![
        Endpoint::get(path, "How the assistant sounds", || web::get().to(show))
            .group("settings")
            .needs(Scope::SettingsRead)
            .answers::<PersonalityAnswer>(200, "the dials"),
        Endpoint::put(path, "Set how the assistant sounds", || web::put().to(replace))
            .describe(
                "Whole. The dials choose among texts that say the same; what the assistant understands, asks and does stays as \
                 it is, but that with `cross_sell` at `never` it offers nothing beside what is booked.",
            )
            .group("settings")
            .needs(Scope::SettingsWrite)
            .header(RequestHeader::IfMatch)
            .body::<PersonalityBody>()
            .answers::<PersonalityAnswer>(200, "the dials"),
    ]
}

/// How it talks.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum ToneWord {
    /// The usual one.
    Friendly,
    /// Without exclamations.
    Formal,
    /// As few words as possible.
    Brief,
}

/// How it greets somebody it knows.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum GreetingWord {
    /// The usual one: it asks what it can do.
    Asking,
    /// It says what it can do, too.
    Explaining,
}

/// How it offers what goes well with a booking.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum UpsellWord {
    /// The usual one: a question.
    Plain,
    /// A recommendation.
    Recommending,
}

/// How it talks of giving a booking up.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum CancellationWord {
    /// The usual one.
    Plain,
    /// With regret.
    Regretful,
}

/// How it addresses a customer where it greets or thanks.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum HonorificWord {
    /// The usual one: not at all.
    None,
    /// As a dear guest.
    Guest,
}

/// Whether it offers what goes well with a booking.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum CrossSellWord {
    /// Once in a conversation, if the rules of booking say so as well.
    Once,
    /// Never.
    Never,
}

/// All dials.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonalityBody {
    tone: ToneWord,
    greeting: GreetingWord,
    upsell: UpsellWord,
    cancellation: CancellationWord,
    honorific: HonorificWord,
    cross_sell: CrossSellWord,
}

impl PersonalityBody {
    /// The dials; the document is the same, field by field.
    fn read(&self) -> Result<Personality, Problem> {
        let document = serde_json::to_value(self).map_err(|error| Problem::from(Outage::new(error)))?;
        serde_json::from_value(document)
            .map_err(|error| Problem::new(Kind::Validation, format!("personality: {error}")))
    }

    fn of(personality: Personality) -> Result<Self, Problem> {
        let document =
            serde_json::to_value(personality).map_err(|error| Problem::from(Outage::new(error)))?;
        serde_json::from_value(document).map_err(|error| Problem::from(Outage::new(error)))
    }
}

/// All dials, with their version.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Personality")]
pub struct PersonalityAnswer {
    #[serde(flatten)]
    dials: PersonalityBody,
    /// For `If-Match`.
    version: i32,
}

fn answer((personality, version): (Personality, i32)) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(Version::read(version))))
        .json(PersonalityAnswer {
            dials: PersonalityBody::of(personality)?,
            version,
        }))
}

async fn show(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let book = &state.parts.conversation.personalities;
    answer(book.personality(caller.0.tenant).await?)
}

async fn replace(
    state: web::Data<State>,
    caller: Caller,
    IfMatch(version): IfMatch,
    Checked(body): Checked<PersonalityBody>,
) -> Result<HttpResponse, Problem> {
    let personality = body.read()?;
    let book = &state.parts.conversation.personalities;
    let set = book
        .set_personality(caller.0.tenant, personality, version.number())
        .await;
    let next = set.map_err(|error| match error {
        PersonalityRefused::Stale => Problem::new(Kind::Stale, error.to_string()),
        PersonalityRefused::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    answer((personality, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dial that the form does not know could not be set, and one that the assistant does not know would be refused.
    #[test]
    fn the_form_of_the_dials_is_theirs() {
        for personality in Personality::every() {
            let form = PersonalityBody::of(personality).unwrap();
            assert_eq!(form.read().unwrap(), personality);
        }
    }
}
