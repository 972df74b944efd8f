//! Rows to values and back. A row that no version of this program could have written is an outage that names it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Json, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_conversation::channel::{Address, Channel, SenderKey};
use ratiba_conversation::customer::Customer;
use ratiba_conversation::handoff::{Handoff, HandoffReason, Person, Return, Takeover};
use ratiba_conversation::inbound::InboundMessage;
use ratiba_conversation::model::MicroDollars;
use ratiba_conversation::outgoing::{Delivery, OutgoingMessage, Purpose, Recipient, SendState, StatusKind};
use ratiba_conversation::thread::{Driver, Thread, ThreadState, handoff_of_before, parse_language};
use ratiba_kernel::{Id, PhoneNumber};
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::TxError;

#[derive(QueryableByName)]
pub(super) struct CustomerRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    phone: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    channel_user_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    language: Option<String>,
    #[diesel(sql_type = Bool)]
    in_cohort: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    cohort_invitation_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    opted_out_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Timestamptz)]
    created_at: OffsetDateTime,
}

impl CustomerRow {
    pub(super) fn read<E>(self) -> Result<Customer, TxError<E>> {
        let wrong = |what: &str| TxError::impossible("customers", self.id, what);
        Ok(Customer {
            id: Id::from_uuid(self.id),
            phone: phone(self.phone.as_deref()).map_err(|()| wrong("phone"))?,
            user_id: sender(self.channel_user_id.as_deref()).map_err(|()| wrong("channel_user_id"))?,
            language: match self.language.as_deref() {
                Some(code) => Some(parse_language(code).ok_or_else(|| wrong("language"))?),
                None => None,
            },
            name: self.name,
            in_cohort: self.in_cohort,
            invitation: self.cohort_invitation_id.map(Id::from_uuid),
            opted_out_at: self.opted_out_at,
            created_at: self.created_at,
        })
    }
}

fn phone(text: Option<&str>) -> Result<Option<PhoneNumber>, ()> {
    text.map(PhoneNumber::parse).transpose().map_err(|_| ())
}

fn sender(text: Option<&str>) -> Result<Option<SenderKey>, ()> {
    text.map(SenderKey::parse).transpose().map_err(|_| ())
}

#[derive(QueryableByName)]
pub(super) struct ThreadRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    customer_id: Uuid,
    #[diesel(sql_type = Text)]
    channel: String,
    #[diesel(sql_type = Text)]
    driver: String,
    #[diesel(sql_type = Jsonb)]
    state: Value,
    #[diesel(sql_type = Nullable<Text>)]
    language: Option<String>,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Timestamptz)]
    opened_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    last_activity_at: OffsetDateTime,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closed_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Integer)]
    turns: i32,
    #[diesel(sql_type = BigInt)]
    model_cost_micros: i64,
    // The latest call for a person, of a thread that had one.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    handoff_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    since: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    lines: Option<Value>,
    #[diesel(sql_type = Nullable<Text>)]
    taken_phone: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    taken_subject: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    taken_name: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    taken_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    touched_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Text>)]
    ended_how: Option<String>,
}

/// How a thread is read: with the latest call for a person, of one that had any.
pub(super) const THREADS: &str = "
    SELECT t.*, h.id AS handoff_id, h.reason, h.since, h.lines, h.taken_phone, h.taken_subject, h.taken_name, h.taken_at,
        h.touched_at, h.ended_how
    FROM conversation_threads t
    LEFT JOIN LATERAL (SELECT * FROM handoffs c WHERE c.tenant_id = t.tenant_id AND c.thread_id = t.id
        ORDER BY c.since DESC, c.id DESC LIMIT 1) h ON t.driver <> 'agent'
    WHERE t.tenant_id = $1 AND ";

impl ThreadRow {
    pub(super) fn customer(&self) -> Uuid {
        self.customer_id
    }

    /// Who drives. A call that a program of before 0060 made since has no row yet: it is read from the state, under the
    /// thread's own id.
    fn driver(&self) -> Result<Driver, &'static str> {
        match self.driver.as_str() {
            "agent" => Ok(Driver::Agent),
            "resumed" => {
                let how = self.ended_how.as_deref().and_then(Return::parse);
                how.map(Driver::Resumed).ok_or("ended_how")
            }
            "suspended" => self.handoff().map(Driver::SuspendedForHuman),
            "human" => {
                let at = self.taken_at.ok_or("taken_at")?;
                Ok(Driver::Human(Takeover {
                    handoff: self.handoff()?,
                    by: self.person()?,
                    at,
                    touched_at: self.touched_at.unwrap_or(at),
                }))
            }
            _other => Err("driver"),
        }
    }

    fn handoff(&self) -> Result<Handoff, &'static str> {
        let over = self.ended_how.is_some() && self.closed_at.is_none();
        let (Some(id), Some(reason), Some(since), Some(lines), false) =
            (self.handoff_id, &self.reason, self.since, &self.lines, over)
        else {
            let before = handoff_of_before(&self.state).ok_or("handoff")?;
            let (reason, since, lines) = before;
            return Ok(Handoff {
                lines,
                ..Handoff::new(Id::from_uuid(self.id), reason, since)
            });
        };
        Ok(Handoff {
            id: Id::from_uuid(id),
            reason: HandoffReason::parse(reason).ok_or("reason")?,
            since,
            lines: serde_json::from_value(lines.clone()).map_err(|_| "lines")?,
        })
    }

    fn person(&self) -> Result<Person, &'static str> {
        let phone = phone(self.taken_phone.as_deref()).map_err(|()| "taken_phone")?;
        let name = self.taken_name.clone();
        match (phone, self.taken_subject.clone()) {
            (Some(phone), None) => Ok(Person::Admin { phone, name }),
            (None, Some(subject)) => Ok(Person::Console { subject, name }),
            (Some(_), Some(_)) | (None, None) => Err("taken_subject"),
        }
    }

    pub(super) fn read<E>(self) -> Result<Thread, TxError<E>> {
        let id = self.id;
        let wrong = |what: &dyn std::fmt::Display| TxError::impossible("conversation_threads", id, what);
        let driver = self.driver().map_err(|what| wrong(&what))?;
        Ok(Thread {
            id: Id::from_uuid(id),
            customer: Id::from_uuid(self.customer_id),
            channel: Channel::parse(&self.channel).map_err(|error| wrong(&error))?,
            driver,
            state: ThreadState::from_json(self.state).map_err(|error| wrong(&error))?,
            language: match self.language.as_deref() {
                Some(code) => Some(parse_language(code).ok_or_else(|| wrong(&"language"))?),
                None => None,
            },
            opened_at: self.opened_at,
            last_activity_at: self.last_activity_at,
            closed_at: self.closed_at,
            turns: u32::try_from(self.turns).map_err(|error| wrong(&error))?,
            model_cost: u64::try_from(self.model_cost_micros)
                .map(MicroDollars::new)
                .map_err(|error| wrong(&error))?,
            version: self.version,
        })
    }
}

/// Also read from the archive, which has the row as one document.
#[derive(QueryableByName, Deserialize)]
pub(super) struct InboundMessageRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    channel: String,
    #[diesel(sql_type = Text)]
    provider_id: String,
    #[diesel(sql_type = Text)]
    sender_key: String,
    #[diesel(sql_type = Timestamptz)]
    #[serde(with = "time::serde::rfc3339")]
    sent_at: OffsetDateTime,
    #[diesel(sql_type = Json)]
    raw: Value,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    #[serde(with = "time::serde::rfc3339::option")]
    handled_at: Option<OffsetDateTime>,
}

impl InboundMessageRow {
    pub(super) fn sender(&self) -> &str {
        &self.sender_key
    }

    pub(super) fn read<E>(self) -> Result<InboundMessage, TxError<E>> {
        let id = self.id;
        let wrong = |what: &dyn std::fmt::Display| TxError::impossible("inbound_messages", id, what);
        Ok(InboundMessage {
            id: Id::from_uuid(id),
            channel: Channel::parse(&self.channel).map_err(|error| wrong(&error))?,
            sender: SenderKey::parse(&self.sender_key).map_err(|error| wrong(&error))?,
            provider_id: self.provider_id,
            sent_at: self.sent_at,
            raw: self.raw,
            handled_at: self.handled_at,
        })
    }
}

/// Also read from the archive, which has the row as one document.
#[derive(QueryableByName, Deserialize)]
pub(super) struct MessageRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    thread_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    channel: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    customer_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    recipient_phone: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    recipient_user_id: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    about_customer_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    purpose: String,
    #[diesel(sql_type = Jsonb)]
    content: Value,
    #[diesel(sql_type = Nullable<Jsonb>)]
    fallback: Option<Value>,
    #[diesel(sql_type = Text)]
    dedup_key: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Timestamptz)]
    #[serde(with = "time::serde::rfc3339")]
    state_at: OffsetDateTime,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Nullable<Text>)]
    provider_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    delivery: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    failure_code: Option<i64>,
    #[diesel(sql_type = Timestamptz)]
    #[serde(with = "time::serde::rfc3339")]
    queued_at: OffsetDateTime,
    #[diesel(sql_type = Integer)]
    version: i32,
}

impl MessageRow {
    pub(super) const fn id(&self) -> Uuid {
        self.id
    }

    pub(super) fn read<E>(self) -> Result<OutgoingMessage, TxError<E>> {
        let id = self.id;
        let wrong = |what: &dyn std::fmt::Display| TxError::impossible("outgoing_messages", id, what);
        let recipient = match self.customer_id {
            Some(customer) => Recipient::Customer(Id::from_uuid(customer)),
            None => {
                let phone = phone(self.recipient_phone.as_deref()).map_err(|()| wrong(&"recipient_phone"))?;
                let user_id =
                    sender(self.recipient_user_id.as_deref()).map_err(|()| wrong(&"recipient_user_id"))?;
                Recipient::Business(Address::new(phone, user_id).map_err(|error| wrong(&error))?)
            }
        };
        let attempts = u32::try_from(self.attempts).map_err(|error| wrong(&error))?;
        let at = self.state_at;
        let state = match self.state.as_str() {
            "queued" => SendState::Queued {
                not_before: at,
                attempts,
            },
            "sending" => SendState::Sending { since: at, attempts },
            "sent" => SendState::Sent {
                provider_id: self.provider_id,
                at,
            },
            "unknown" => SendState::Unknown { since: at, attempts },
            "refused" => SendState::Refused {
                reason: self.reason.unwrap_or_default(),
                at,
            },
            "abandoned" => SendState::Abandoned { at },
            other => return Err(wrong(&format!("state {other}"))),
        };
        let reached = match self.delivery.as_deref() {
            Some(code) => Some(StatusKind::parse(code).ok_or_else(|| wrong(&"delivery"))?),
            None => None,
        };
        let fallback = self.fallback.map(serde_json::from_value).transpose();
        Ok(OutgoingMessage {
            id: Id::from_uuid(id),
            thread: self.thread_id.map(Id::from_uuid),
            channel: Channel::parse(&self.channel).map_err(|error| wrong(&error))?,
            recipient,
            about: self.about_customer_id.map(Id::from_uuid),
            purpose: Purpose::parse(&self.purpose).ok_or_else(|| wrong(&"purpose"))?,
            content: serde_json::from_value(self.content).map_err(|error| wrong(&error))?,
            fallback: fallback.map_err(|error| wrong(&error))?,
            cause: self.dedup_key,
            created_at: self.queued_at,
            state,
            delivery: Delivery {
                reached,
                failed_code: self.failure_code,
            },
            version: self.version,
        })
    }
}

/// A message's state, column by column.
pub(super) struct StateColumns {
    pub(super) code: &'static str,
    pub(super) at: OffsetDateTime,
    /// `None` leaves the count as it is.
    pub(super) attempts: Option<i32>,
    /// `None` leaves what is known.
    pub(super) provider_id: Option<String>,
    pub(super) reason: Option<String>,
}

pub(super) fn state_columns(state: &SendState) -> StateColumns {
    let columns = |at: OffsetDateTime, attempts: Option<u32>| StateColumns {
        code: state.code(),
        at,
        attempts: attempts.map(|attempts| i32::try_from(attempts).unwrap_or(i32::MAX)),
        provider_id: None,
        reason: None,
    };
    match state {
        SendState::Queued { not_before, attempts } => columns(*not_before, Some(*attempts)),
        SendState::Sending { since, attempts } | SendState::Unknown { since, attempts } => {
            columns(*since, Some(*attempts))
        }
        SendState::Sent { provider_id, at } => StateColumns {
            provider_id: provider_id.clone(),
            ..columns(*at, None)
        },
        SendState::Refused { reason, at } => StateColumns {
            reason: Some(reason.clone()),
            ..columns(*at, None)
        },
        SendState::Abandoned { at } => columns(*at, None),
    }
}
