//! Customers as the front desk keeps them. Their numbers are shown in full: who sees them runs the desk.

use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::catalogue::CustomerId;
use ratiba_booking::customers::{
    Added, AmendError, Amendment, Customer, CustomerFile, CustomerName, Language, Wanted,
};
use ratiba_booking::use_cases::Introduction;
use ratiba_kernel::{Id, PhoneNumber, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IfMatch, etag};
use crate::dto::{Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{FieldFault, Kind, Problem};

/// The endpoints of customers.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/customers", "Find customers", || web::get().to(list))
            .describe(
                "By beginnings of words of the name or of the number (`wanj kam`, `0712`), or by one whole number. By id; \
                 `next` goes into `after` of the next request.",
            )
            .group("customers")
            .needs(Scope::CustomersRead)
            .query::<CustomerQuery>()
            .answers::<CustomerPage>(200, "those who fit"),
        Endpoint::post("/api/v1/customers", "Put a customer on record", || web::post().to(add))
            .describe("Safe to repeat: a number that is on record already is answered with 200 and left unchanged; `not_taken_over` \
                 says what was sent and is other than what is kept.")
            .group("customers")
            .needs(Scope::CustomersWrite)
            .body::<NewCustomerBody>()
            .answers::<CustomerAnswer>(201, "the new customer")
            .answers::<CustomerAnswer>(200, "the customer who has that number already"),
        Endpoint::get("/api/v1/customers/{id}", "One customer with visits and consent", || {
            web::get().to(show)
        })
        .group("customers")
        .needs(Scope::CustomersRead)
        .answers::<CustomerFileAnswer>(200, "the customer"),
        Endpoint::patch("/api/v1/customers/{id}", "Change name or language", || {
            web::patch().to(amend)
        })
        .describe("What is left out stays. The number is who somebody is, and stays as well.")
        .group("customers")
        .needs(Scope::CustomersWrite)
        .header(RequestHeader::IfMatch)
        .body::<AmendBody>()
        .answers::<CustomerAnswer>(200, "the customer"),
    ]
}

/// The language that somebody is written to in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum LanguageWord {
    /// English.
    En,
    /// Swahili.
    Sw,
    /// Both in one sentence.
    Mixed,
    /// Nairobi's street language.
    Sheng,
}

impl From<LanguageWord> for Language {
    fn from(word: LanguageWord) -> Self {
        match word {
            LanguageWord::En => Self::English,
            LanguageWord::Sw => Self::Swahili,
            LanguageWord::Mixed => Self::Mixed,
            LanguageWord::Sheng => Self::Sheng,
        }
    }
}

impl From<Language> for LanguageWord {
    fn from(language: Language) -> Self {
        match language {
            Language::English => Self::En,
            Language::Swahili => Self::Sw,
            Language::Mixed => Self::Mixed,
            Language::Sheng => Self::Sheng,
        }
    }
}

/// Whom to find; everybody, if nothing is given.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerQuery {
    /// Beginnings of words, all of which must fit; case and accents make no difference.
    #[schemars(length(min = 1, max = 100))]
    search: Option<String>,
    /// One whole number, as `+254712345678` or `0712345678`.
    #[schemars(length(min = 1, max = 40))]
    phone: Option<String>,
    /// How many; 50 if left out.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u16>,
    /// The `next` of the page before.
    after: Option<Uuid>,
}

/// Somebody to be put on record.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomerBody {
    /// As `+254712345678` or `0712345678`.
    #[schemars(length(min = 1, max = 40))]
    phone: String,
    /// What they are called.
    #[schemars(length(min = 1, max = 80))]
    name: Option<String>,
    /// The language to write in; Swahili while there is none, until the customer writes in another.
    language: Option<LanguageWord>,
}

/// What to change; at least one of them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendBody {
    /// Another name.
    #[schemars(length(min = 1, max = 80))]
    name: Option<String>,
    /// Another language.
    language: Option<LanguageWord>,
}

/// A customer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Customer")]
pub struct CustomerAnswer {
    id: Uuid,
    /// Missing for somebody whose channel hides it.
    phone: Option<String>,
    name: Option<String>,
    /// None while nobody has said which: then they are written to in Swahili.
    language: Option<LanguageWord>,
    /// Since when nothing but the strictly needed is sent to them.
    opted_out_at: Option<Moment>,
    created_at: Moment,
    /// For `If-Match`.
    version: i32,
    /// Where somebody who is known was to be put on record: which of `name` and `language` was sent and is not what is
    /// kept. Nothing was changed; `PATCH` changes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    not_taken_over: Vec<&'static str>,
}

/// Some customers.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Customers")]
pub struct CustomerPage {
    /// By id.
    items: Vec<CustomerAnswer>,
    /// For `after`; nothing once there are no more.
    next: Option<Uuid>,
}

/// A customer with visits and consent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CustomerFile")]
pub struct CustomerFileAnswer {
    #[serde(flatten)]
    customer: CustomerAnswer,
    visits: HistoryAnswer,
    /// What they said last, by purpose; nothing for what they never spoke of.
    consents: Vec<ConsentAnswer>,
}

/// What is known of somebody's visits, appointment by appointment.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CustomerVisits")]
pub struct HistoryAnswer {
    /// Those that stand and are not over.
    upcoming: u32,
    /// Those that were rendered.
    rendered: u32,
    /// Those that they did not come to.
    no_shows: u32,
    next_at: Option<Moment>,
    last_at: Option<Moment>,
}

/// What somebody said last.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CustomerConsent")]
pub struct ConsentAnswer {
    /// `service`, `marketing` or `evaluation`.
    purpose: &'static str,
    /// `given` or `withdrawn`.
    stand: &'static str,
    at: Moment,
}

impl CustomerAnswer {
    fn of(customer: Customer, zone: &Zone) -> Self {
        Self {
            id: customer.id.as_uuid(),
            phone: customer.phone.map(|phone| phone.e164()),
            name: customer.name,
            language: customer.language.map(LanguageWord::from),
            opted_out_at: customer.opted_out_at.map(|at| Moment::of(zone, at)),
            created_at: Moment::of(zone, customer.created_at),
            version: customer.version.number(),
            not_taken_over: Vec::new(),
        }
    }
}

impl CustomerFileAnswer {
    fn of(file: CustomerFile, zone: &Zone) -> Self {
        let history = file.history;
        Self {
            customer: CustomerAnswer::of(file.customer, zone),
            visits: HistoryAnswer {
                upcoming: history.upcoming,
                rendered: history.rendered,
                no_shows: history.no_shows,
                next_at: history.next_at.map(|at| Moment::of(zone, at)),
                last_at: history.last_at.map(|at| Moment::of(zone, at)),
            },
            consents: file
                .consents
                .iter()
                .map(|consent| ConsentAnswer {
                    purpose: consent.purpose.word(),
                    stand: consent.stand.word(),
                    at: Moment::of(zone, consent.at),
                })
                .collect(),
        }
    }
}

fn fault(field: &str, message: impl ToString) -> FieldFault {
    FieldFault {
        field: field.to_owned(),
        message: message.to_string(),
    }
}

fn phone_of(text: &str) -> Result<PhoneNumber, FieldFault> {
    PhoneNumber::parse(text).map_err(|error| fault("phone", error))
}

fn name_of(text: Option<&str>) -> Result<Option<CustomerName>, FieldFault> {
    text.map(CustomerName::parse)
        .transpose()
        .map_err(|error| fault("name", error))
}

async fn zone(state: &State, caller: &Caller) -> Result<Zone, Problem> {
    Ok(state.parts.booking.catalogue.policy(caller.0.tenant).await?.zone)
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<CustomerQuery>,
) -> Result<HttpResponse, Problem> {
    let phone = query.phone.as_deref().map(phone_of).transpose();
    let wanted = Wanted {
        search: query.search,
        phone: phone.map_err(|fault| Problem::fields(vec![fault]))?,
        after: query.after.map(Id::from_uuid),
        limit: query.limit.unwrap_or(50),
    };
    let page = state
        .parts
        .imports
        .customers
        .page(caller.0.tenant, wanted)
        .await?;
    let zone = zone(&state, &caller).await?;
    let items = page
        .customers
        .into_iter()
        .map(|customer| CustomerAnswer::of(customer, &zone));
    Ok(HttpResponse::Ok().json(CustomerPage {
        items: items.collect(),
        next: page.next.map(|next| next.as_uuid()),
    }))
}

async fn add(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<NewCustomerBody>,
) -> Result<HttpResponse, Problem> {
    let (phone, name) = match (phone_of(&body.phone), name_of(body.name.as_deref())) {
        (Ok(phone), Ok(name)) => (phone, name),
        (phone, name) => {
            let faults = phone.err().into_iter().chain(name.err());
            return Err(Problem::fields(faults.collect()));
        }
    };
    let (sent_name, sent_language) = (name.clone(), body.language.map(Language::from));
    let somebody = Introduction {
        phone,
        name,
        language: sent_language,
    };
    let added = state
        .parts
        .imports
        .add_customer
        .execute(caller.0.tenant, somebody)
        .await?;
    let (status, customer) = match added {
        Added::New(customer) => (StatusCode::CREATED, customer),
        Added::Known(customer) => (StatusCode::OK, customer),
    };
    let sent_name = sent_name.as_ref().map(CustomerName::as_str);
    let name_stays = sent_name.is_some() && sent_name != customer.name.as_deref();
    let language_stays = sent_language.is_some() && sent_language != customer.language;
    let stays = [(name_stays, "name"), (language_stays, "language")];
    let zone = zone(&state, &caller).await?;
    Ok(HttpResponse::build(status)
        .insert_header((ETAG, etag(customer.version)))
        .insert_header((LOCATION, format!("/api/v1/customers/{}", customer.id)))
        .json(CustomerAnswer {
            not_taken_over: stays
                .into_iter()
                .filter_map(|(stays, what)| stays.then_some(what))
                .collect(),
            ..CustomerAnswer::of(customer, &zone)
        }))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: CustomerId = id_of(&id)?;
    let now = state.parts.clock.now();
    let file = state
        .parts
        .imports
        .customers
        .file(caller.0.tenant, id, now)
        .await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let zone = zone(&state, &caller).await?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(file.customer.version)))
        .json(CustomerFileAnswer::of(file, &zone)))
}

async fn amend(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Checked(body): Checked<AmendBody>,
) -> Result<HttpResponse, Problem> {
    let id: CustomerId = id_of(&id)?;
    let name = name_of(body.name.as_deref()).map_err(|fault| Problem::fields(vec![fault]))?;
    let amendment = Amendment {
        name,
        language: body.language.map(Language::from),
    };
    if amendment == Amendment::default() {
        return Err(Problem::new(
            Kind::Validation,
            "give at least one of name, language",
        ));
    }
    let customers = &state.parts.imports.customers;
    let customer = customers
        .amend(caller.0.tenant, id, version, amendment)
        .await
        .map_err(|error| match error {
            AmendError::Unknown => Problem::not_found(),
            AmendError::Stale => Problem::new(
                Kind::Stale,
                "the customer is not at the version that If-Match names",
            ),
            AmendError::Unavailable(outage) => Problem::unavailable(&outage),
        })?;
    let zone = zone(&state, &caller).await?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(customer.version)))
        .json(CustomerAnswer::of(customer, &zone)))
}
