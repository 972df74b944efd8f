//! Changes of conversations: a few statements for any number of them.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{BigInt, Bool, Text, Uuid as SqlUuid};
use ratiba_conversation::customer::Customer;
use ratiba_conversation::event::TOPIC;
use ratiba_conversation::outgoing::{Content, OutgoingMessage, Recipient, TemplateCall};
use ratiba_conversation::ports::{Change, RecordError};
use ratiba_conversation::thread::{Thread, language_code};
use ratiba_kernel::PhoneNumber;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::rows::state_columns;
use super::threads::{Refused, job_of_sending, refuse_unless, write_consent};
use super::{cohort, handoffs, job_of, slates};
use crate::database::{TenantTx, TxError};
use crate::document::{self, instant};
use crate::kept::sql_query;
use crate::outbox::{enqueue_all, write_event};

/// Whether changes may be recorded together: none touches what another one does.
pub(super) fn are_apart<'a>(changes: impl IntoIterator<Item = &'a Change>) -> bool {
    let mut touched = BTreeSet::new();
    changes.into_iter().all(|change| {
        let Change {
            handled,
            customer,
            threads,
            slate,
            messages,
            // What these write is new, or another's matter only by what is looked at here.
            consents: _,
            cohort: _,
            said: _,
            events: _,
            tasks: _,
            at: _,
        } = change;
        let handled = handled.map(|id| id.as_uuid().to_string());
        let customer = customer
            .as_ref()
            .map(|customer| customer.id.as_uuid().to_string());
        // One of a customer on a channel is open at a time.
        let whose = threads
            .last()
            .map(|thread| format!("{} on {}", thread.customer, thread.channel.code()));
        let threads = threads
            .iter()
            .map(|thread| thread.id.as_uuid().to_string())
            .chain(whose);
        let slate = slate.as_ref().map(|slate| slate.phone.e164().to_owned());
        let causes = messages.iter().map(|message| message.cause.clone());
        let mut all = threads.chain(handled).chain(customer).chain(slate).chain(causes);
        all.all(|one| touched.insert(one))
    })
}

/// Writes changes in the running transaction, all of them or none.
pub(super) fn write<'a>(
    tx: &mut TenantTx<'_>,
    changes: impl Iterator<Item = &'a Change> + Clone,
) -> Result<(), Refused> {
    let rows = Rows::of(changes.clone())?;
    for change in changes.clone() {
        if let Some(slate) = &change.slate {
            slates::write(tx, slate, change.at)?;
        }
    }
    // One thread ends before the next begins.
    if !rows.going_on.is_empty() {
        let written = sql_query(GO_ON)
            .bind::<SqlUuid, _>(tx.tenant_uuid())
            .bind::<Text, _>(document::text(&rows.going_on)?)
            .execute(tx.conn())?;
        if written != rows.going_on.len() {
            let before = any_is_handled(tx, &rows)?;
            return Err(TxError::Refused(if before {
                RecordError::AlreadyHandled
            } else {
                RecordError::Stale
            }));
        }
    }
    if !rows.is_empty() {
        let written = sql_query(WRITE.as_str())
            .bind::<SqlUuid, _>(tx.tenant_uuid())
            .bind::<Text, _>(document::text(&rows)?)
            .get_result::<Written>(tx.conn())
            .map_err(|error| {
                if rows.begun.is_empty() {
                    somebody_else(error)
                } else {
                    began_elsewhere(error)
                }
            })?;
        refuse_unless_all(written.handled, rows.handled.len(), RecordError::AlreadyHandled)?;
        refuse_unless_all(written.begun, rows.begun.len(), RecordError::Stale)?;
        refuse_unless_all(written.queued, rows.messages.len(), RecordError::AlreadyHandled)?;
    }
    let mut jobs = Vec::new();
    for change in changes {
        if let (Some(customer), Some(step)) = (&change.customer, change.cohort) {
            cohort::answer(tx, customer.id, step, change.at)?;
        }
        for thread in &change.threads {
            handoffs::write(tx, thread, change.at)?;
        }
        for consent in &change.consents {
            write_consent(tx, consent)?;
        }
        for message in &change.messages {
            jobs.push(job_of_sending(tx.tenant(), message)?);
        }
        for words in &change.said {
            handoffs::note_words(tx, words)?;
        }
        for due in &change.tasks {
            jobs.push(job_of(due, None)?);
        }
        for event in &change.events {
            jobs.push(write_event(tx, TOPIC, event, change.at)?);
        }
    }
    enqueue_all(tx, jobs)
}

/// Writes one customer whom nobody knew. Somebody else with the number, the id or the identity is [`RecordError::Stale`].
pub(super) fn insert_customer(tx: &mut TenantTx<'_>, customer: &Customer) -> Result<(), Refused> {
    let written = sql_query(format!("{GIVEN} {CUSTOMERS} ON CONFLICT DO NOTHING"))
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Text, _>(document::text(&Rows {
            customers: vec![CustomerDocument::of(customer)],
            ..Rows::default()
        })?)
        .execute(tx.conn())
        .map_err(somebody_else)?;
    refuse_unless(written, RecordError::Stale)
}

/// Writes one message that is to be sent; its job is the caller's to queue.
pub(super) fn insert_message(tx: &mut TenantTx<'_>, message: &OutgoingMessage) -> Result<(), Refused> {
    let written = sql_query(format!("{GIVEN} {MESSAGES} ON CONFLICT DO NOTHING"))
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Text, _>(document::text(&Rows {
            messages: vec![MessageDocument::of(message)],
            ..Rows::default()
        })?)
        .execute(tx.conn())?;
    refuse_unless(written, RecordError::AlreadyHandled)
}

/// Somebody else with the number or the id means that two messages met: the caller reads again.
fn somebody_else(error: DieselError) -> Refused {
    if let DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) = error {
        TxError::Refused(RecordError::Stale)
    } else {
        TxError::Database(error)
    }
}

/// As [`somebody_else`], also where a thread that was to begin is not there to be referred to: the customer has an open one.
fn began_elsewhere(error: DieselError) -> Refused {
    if let DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) = error {
        TxError::Refused(RecordError::Stale)
    } else {
        somebody_else(error)
    }
}

fn refuse_unless_all(written: i64, wanted: usize, refusal: RecordError) -> Result<(), Refused> {
    if usize::try_from(written) == Ok(wanted) {
        Ok(())
    } else {
        Err(TxError::Refused(refusal))
    }
}

fn any_is_handled(tx: &mut TenantTx<'_>, rows: &Rows<'_>) -> Result<bool, Refused> {
    #[derive(QueryableByName)]
    struct Before {
        #[diesel(sql_type = Bool)]
        before: bool,
    }
    let row = sql_query(
        "SELECT EXISTS (SELECT FROM inbound_messages
            WHERE tenant_id = $1 AND id = ANY($2) AND handled_at IS NOT NULL) AS before",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<diesel::sql_types::Array<SqlUuid>, _>(rows.handled.iter().map(|one| one.id).collect::<Vec<_>>())
    .get_result::<Before>(tx.conn())?;
    Ok(row.before)
}

#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = BigInt)]
    handled: i64,
    #[diesel(sql_type = BigInt)]
    begun: i64,
    #[diesel(sql_type = BigInt)]
    queued: i64,
}

const GIVEN: &str = "WITH given AS MATERIALIZED (SELECT $2::jsonb AS rows)";

/// Of threads that are on record, each at the version it was read at.
const GO_ON: &str = "
    UPDATE conversation_threads t
    SET driver = n.driver, state = n.state, language = n.language, last_activity_at = n.last_activity_at,
        closed_at = n.closed_at, turns = n.turns, model_cost_micros = n.model_cost_micros, version = t.version + 1
    FROM jsonb_to_recordset($2::jsonb) AS n (id uuid, version integer, driver text, state jsonb, language text,
        last_activity_at timestamptz, closed_at timestamptz, turns integer, model_cost_micros bigint)
    WHERE t.tenant_id = $1 AND t.id = n.id AND t.version = n.version";

const CUSTOMERS: &str = "
    INSERT INTO customers (tenant_id, id, phone, channel_user_id, name, language, opted_out_at, in_cohort, created_at)
    SELECT $1, n.* FROM given, jsonb_to_recordset(given.rows -> 'customers') AS n (id uuid, phone text,
        channel_user_id text, name text, language text, opted_out_at timestamptz, in_cohort boolean,
        created_at timestamptz)
    ORDER BY n.id";

const MESSAGES: &str = "
    INSERT INTO outgoing_messages (tenant_id, id, thread_id, channel, customer_id, recipient_phone, recipient_user_id,
        about_customer_id, purpose, content, fallback, dedup_key, state, state_at, attempts, queued_at)
    SELECT $1, n.* FROM given, jsonb_to_recordset(given.rows -> 'messages') AS n (id uuid, thread_id uuid,
        channel text, customer_id uuid, recipient_phone text, recipient_user_id text, about_customer_id uuid, purpose text, content jsonb,
        fallback jsonb, dedup_key text, state text, state_at timestamptz, attempts integer, queued_at timestamptz)";

/// A new customer is inserted, a known one updated who changed. Whether they are in the cohort is written with
/// their invitation only, and stays as it is here. References are looked at when all is written.
static WRITE: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
    format!(
        "{GIVEN}, handled AS (
            UPDATE inbound_messages i SET handled_at = n.at, thread_id = coalesce(n.thread, i.thread_id)
            FROM given, jsonb_to_recordset(given.rows -> 'handled') AS n (id uuid, at timestamptz, thread uuid)
            WHERE i.tenant_id = $1 AND i.id = n.id AND i.handled_at IS NULL
            RETURNING 1
        ), known AS (
            {CUSTOMERS}
            ON CONFLICT (tenant_id, id) DO UPDATE SET phone = excluded.phone,
                channel_user_id = excluded.channel_user_id, name = excluded.name, language = excluded.language,
                opted_out_at = excluded.opted_out_at
            WHERE (customers.phone, customers.channel_user_id, customers.name, customers.language,
                    customers.opted_out_at)
                IS DISTINCT FROM (excluded.phone, excluded.channel_user_id, excluded.name, excluded.language,
                    excluded.opted_out_at)
        ), begun AS (
            INSERT INTO conversation_threads (tenant_id, id, driver, state, language, last_activity_at, closed_at,
                turns, model_cost_micros, customer_id, channel, opened_at)
            SELECT $1, n.* FROM given, jsonb_to_recordset(given.rows -> 'begun') AS n (id uuid, driver text,
                state jsonb, language text, last_activity_at timestamptz, closed_at timestamptz, turns integer,
                model_cost_micros bigint, customer_id uuid, channel text, opened_at timestamptz)
            ON CONFLICT DO NOTHING RETURNING 1
        ), queued AS (
            {MESSAGES}
            ON CONFLICT DO NOTHING RETURNING 1
        )
        SELECT (SELECT count(*) FROM handled) AS handled, (SELECT count(*) FROM begun) AS begun,
            (SELECT count(*) FROM queued) AS queued"
    )
});

/// What changes write, table by table. The keys are those that the statements read.
#[derive(Default, Serialize)]
struct Rows<'a> {
    handled: Vec<HandledDocument>,
    customers: Vec<CustomerDocument<'a>>,
    begun: Vec<ThreadDocument>,
    messages: Vec<MessageDocument<'a>>,
    #[serde(skip)]
    going_on: Vec<ThreadDocument>,
}

impl<'a> Rows<'a> {
    fn of(changes: impl Iterator<Item = &'a Change>) -> Result<Self, Refused> {
        let mut rows = Self::default();
        for change in changes {
            rows.handled.extend(change.handled.map(|id| HandledDocument {
                id: id.as_uuid(),
                at: change.at,
                thread: change.threads.last().map(|thread| thread.id.as_uuid()),
            }));
            rows.customers
                .extend(change.customer.as_ref().map(CustomerDocument::of));
            for thread in &change.threads {
                let rows = if thread.version == 0 {
                    &mut rows.begun
                } else {
                    &mut rows.going_on
                };
                rows.push(ThreadDocument::of(thread)?);
            }
            rows.messages
                .extend(change.messages.iter().map(MessageDocument::of));
        }
        Ok(rows)
    }

    /// Whether nothing is written but threads that go on.
    const fn is_empty(&self) -> bool {
        self.handled.is_empty()
            && self.customers.is_empty()
            && self.begun.is_empty()
            && self.messages.is_empty()
    }
}

#[derive(Serialize)]
struct HandledDocument {
    id: Uuid,
    #[serde(with = "instant")]
    at: OffsetDateTime,
    thread: Option<Uuid>,
}

#[derive(Serialize)]
struct CustomerDocument<'a> {
    id: Uuid,
    phone: Option<String>,
    channel_user_id: Option<&'a str>,
    name: Option<&'a str>,
    language: Option<&'static str>,
    #[serde(with = "instant::option")]
    opted_out_at: Option<OffsetDateTime>,
    in_cohort: bool,
    #[serde(with = "instant")]
    created_at: OffsetDateTime,
}

impl<'a> CustomerDocument<'a> {
    fn of(customer: &'a Customer) -> Self {
        Self {
            id: customer.id.as_uuid(),
            phone: customer.phone.as_ref().map(PhoneNumber::e164),
            channel_user_id: customer.user_id.as_ref().map(|id| id.as_str()),
            name: customer.name.as_deref(),
            language: customer.language.map(language_code),
            opted_out_at: customer.opted_out_at,
            in_cohort: customer.in_cohort,
            created_at: customer.created_at,
        }
    }
}

#[derive(Serialize)]
struct ThreadDocument {
    id: Uuid,
    version: i32,
    driver: &'static str,
    state: Value,
    language: Option<&'static str>,
    #[serde(with = "instant")]
    last_activity_at: OffsetDateTime,
    #[serde(with = "instant::option")]
    closed_at: Option<OffsetDateTime>,
    turns: i32,
    model_cost_micros: i64,
    customer_id: Uuid,
    channel: &'static str,
    #[serde(with = "instant")]
    opened_at: OffsetDateTime,
}

impl ThreadDocument {
    fn of(thread: &Thread) -> Result<Self, Refused> {
        let state = thread.state.to_json();
        Ok(Self {
            id: thread.id.as_uuid(),
            version: thread.version,
            driver: thread.driver.code(),
            state: state.map_err(|error| TxError::Impossible(error.to_string()))?,
            language: thread.language.map(language_code),
            last_activity_at: thread.last_activity_at,
            closed_at: thread.closed_at,
            turns: i32::try_from(thread.turns).unwrap_or(i32::MAX),
            model_cost_micros: i64::try_from(thread.model_cost.millionths()).unwrap_or(i64::MAX),
            customer_id: thread.customer.as_uuid(),
            channel: thread.channel.code(),
            opened_at: thread.opened_at,
        })
    }
}

#[derive(Serialize)]
struct MessageDocument<'a> {
    id: Uuid,
    thread_id: Option<Uuid>,
    channel: &'static str,
    customer_id: Option<Uuid>,
    recipient_phone: Option<String>,
    recipient_user_id: Option<&'a str>,
    about_customer_id: Option<Uuid>,
    purpose: &'static str,
    content: &'a Content,
    // A column that is null, and not the JSON of nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<&'a TemplateCall>,
    dedup_key: &'a str,
    state: &'static str,
    #[serde(with = "instant")]
    state_at: OffsetDateTime,
    attempts: i32,
    #[serde(with = "instant")]
    queued_at: OffsetDateTime,
}

impl<'a> MessageDocument<'a> {
    fn of(message: &'a OutgoingMessage) -> Self {
        let (customer, address) = match &message.recipient {
            Recipient::Customer(customer) => (Some(customer.as_uuid()), None),
            Recipient::Business(address) => (None, Some(address)),
        };
        let columns = state_columns(&message.state);
        Self {
            id: message.id.as_uuid(),
            thread_id: message.thread.map(|thread| thread.as_uuid()),
            channel: message.channel.code(),
            customer_id: customer,
            recipient_phone: address.and_then(|address| address.phone()).map(PhoneNumber::e164),
            recipient_user_id: address
                .and_then(|address| address.user_id())
                .map(|id| id.as_str()),
            about_customer_id: message.about.map(|about| about.as_uuid()),
            purpose: message.purpose.code(),
            content: &message.content,
            fallback: message.fallback.as_ref(),
            dedup_key: &message.cause,
            state: columns.code,
            state_at: columns.at,
            attempts: columns.attempts.unwrap_or(0),
            queued_at: message.created_at,
        }
    }
}
