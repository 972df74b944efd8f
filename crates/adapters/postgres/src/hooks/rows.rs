//! Rows of endpoints and deliveries, read.

use std::collections::BTreeSet;
use std::fmt::Display;

use diesel::QueryableByName;
use diesel::sql_types::{
    Array, Bytea, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_integrations::delivery::{DeadBecause, Delivery, DeliveryState, Failure, Outcome, Try};
use ratiba_integrations::endpoint::{Endpoint, Failing, Former, OffBecause, SecretOrder, Secrets, Standing};
use ratiba_integrations::event::{EventName, Message};
use ratiba_integrations::safe::KeptSecret;
use ratiba_integrations::signing::SigningSecret;
use ratiba_kernel::{Fingerprint, Id, Outage, Sealed};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::TxError;

type Read<T> = Result<T, TxError<Outage>>;

#[derive(QueryableByName)]
pub(super) struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub(super) endpoint_id: Uuid,
}

#[derive(QueryableByName)]
pub(super) struct EndpointRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    url: String,
    #[diesel(sql_type = Text)]
    description: String,
    #[diesel(sql_type = Array<Text>)]
    events: Vec<String>,
    #[diesel(sql_type = Nullable<Bytea>)]
    secret: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Text>)]
    secret_key_id: Option<String>,
    #[diesel(sql_type = Nullable<Bytea>)]
    secret_nonce: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Bytea>)]
    secret_ciphertext: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Bytea>)]
    secret_before: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Text>)]
    secret_before_key_id: Option<String>,
    #[diesel(sql_type = Nullable<Bytea>)]
    secret_before_nonce: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Bytea>)]
    secret_before_ciphertext: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    secret_before_until: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Bytea>)]
    rotated_key: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Bytea>)]
    rotated_asked: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Bytea>)]
    made_key: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Bytea>)]
    made_asked: Option<Vec<u8>>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    switched_off_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Text>)]
    switched_off_because: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    failing_since: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    failed_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Timestamptz)]
    created_at: OffsetDateTime,
    #[diesel(sql_type = Integer)]
    version: i32,
}

impl EndpointRow {
    pub(super) fn read<E>(self) -> Result<Endpoint, TxError<E>> {
        let id = self.id;
        let wrong = |what: &dyn Display| TxError::impossible("webhook_endpoints", id, what);
        let now = SecretColumns {
            plain: self.secret.as_deref(),
            key: self.secret_key_id.as_deref(),
            nonce: self.secret_nonce.as_deref(),
            ciphertext: self.secret_ciphertext.as_deref(),
        };
        let former = SecretColumns {
            plain: self.secret_before.as_deref(),
            key: self.secret_before_key_id.as_deref(),
            nonce: self.secret_before_nonce.as_deref(),
            ciphertext: self.secret_before_ciphertext.as_deref(),
        };
        let order = |key: &Option<Vec<u8>>, asked: &Option<Vec<u8>>| match (key, asked) {
            (Some(key), Some(asked)) => {
                let print = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).map(Fingerprint::from_bytes);
                let order = print(key).and_then(|key| print(asked).map(|asked| SecretOrder { key, asked }));
                order.map(Some).map_err(|_| wrong(&"order"))
            }
            (None, None) => Ok(None),
            (Some(_), None) | (None, Some(_)) => Err(wrong(&"order")),
        };
        let former = former.read().map_err(|NotOneForm| wrong(&"secret before"))?;
        let before = match (former, self.secret_before_until) {
            (Some(secret), Some(until)) => Some(Former {
                secret,
                until,
                replaced_by: order(&self.rotated_key, &self.rotated_asked)?,
            }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(wrong(&"secret before")),
        };
        let because = self.switched_off_because.as_deref().and_then(OffBecause::parse);
        let standing = match (self.state.as_str(), self.switched_off_at, because) {
            ("on", None, None) => Standing::On,
            ("off", None, None) => Standing::Off,
            ("switched_off", Some(at), Some(because)) => Standing::SwitchedOff { at, because },
            (other, _, _) => return Err(wrong(&other)),
        };
        // A program of before notes the beginning alone, and leaves what it does not know.
        let failing = self.failing_since.map(|since| Failing {
            since,
            last: self.failed_at.map_or(since, |last| last.max(since)),
        });
        // A name that only a newer program knows is nothing that this one could send.
        let events: BTreeSet<_> = self
            .events
            .iter()
            .filter_map(|name| EventName::parse(name))
            .collect();
        Ok(Endpoint {
            id: Id::from_uuid(id),
            secrets: Secrets {
                now: now.read().ok().flatten().ok_or_else(|| wrong(&"secret"))?,
                before,
            },
            made_by: order(&self.made_key, &self.made_asked)?,
            url: self.url,
            description: self.description,
            events,
            standing,
            failing,
            created_at: self.created_at,
            version: self.version,
        })
    }
}

/// A secret in its columns: in plain, as programs of before kept it, or sealed.
#[derive(Clone, Copy, Default)]
pub(super) struct SecretColumns<'a> {
    pub(super) plain: Option<&'a [u8]>,
    pub(super) key: Option<&'a str>,
    pub(super) nonce: Option<&'a [u8]>,
    pub(super) ciphertext: Option<&'a [u8]>,
}

/// The columns hold neither one form nor nothing.
struct NotOneForm;

impl<'a> SecretColumns<'a> {
    fn of(secret: &'a KeptSecret) -> Self {
        match secret {
            KeptSecret::Plain(secret) => Self {
                plain: Some(secret.as_bytes()),
                ..Self::default()
            },
            KeptSecret::Sealed(sealed) => Self {
                plain: None,
                key: Some(&sealed.key),
                nonce: Some(&sealed.nonce),
                ciphertext: Some(&sealed.ciphertext),
            },
        }
    }

    /// The secret; `None` if there is none.
    fn read(self) -> Result<Option<KeptSecret>, NotOneForm> {
        match (self.plain, self.key, self.nonce, self.ciphertext) {
            (None, None, None, None) => Ok(None),
            (Some(plain), None, None, None) => {
                let bytes: [u8; 32] = plain.try_into().map_err(|_length| NotOneForm)?;
                Ok(Some(KeptSecret::Plain(SigningSecret::from_bytes(bytes))))
            }
            (None, Some(key), Some(nonce), Some(ciphertext)) => Ok(Some(KeptSecret::Sealed(Sealed {
                key: key.to_owned(),
                nonce: nonce.try_into().map_err(|_length| NotOneForm)?,
                ciphertext: ciphertext.to_vec(),
            }))),
            _mixed => Err(NotOneForm),
        }
    }
}

/// The secrets of an endpoint for their columns: the one that counts, and the one before, if there is one.
pub(super) fn secrets(endpoint: &Endpoint) -> (SecretColumns<'_>, SecretColumns<'_>) {
    let former = endpoint.secrets.before.as_ref();
    let former = former.map(|former| SecretColumns::of(&former.secret));
    (
        SecretColumns::of(&endpoint.secrets.now),
        former.unwrap_or_default(),
    )
}

/// The names of what an endpoint hears of.
pub(super) fn names(endpoint: &Endpoint) -> Vec<&'static str> {
    endpoint.events.iter().map(|event| event.as_str()).collect()
}

/// When and why an endpoint was switched off, if it was.
pub(super) fn switched_off(endpoint: &Endpoint) -> Option<(OffsetDateTime, OffBecause)> {
    match endpoint.standing {
        Standing::SwitchedOff { at, because } => Some((at, because)),
        Standing::On | Standing::Off => None,
    }
}

/// One try as it stands in a row.
#[derive(Serialize, Deserialize)]
struct StoredTry {
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    how: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

impl StoredTry {
    fn of(one: &Try) -> Self {
        let (how, status) = match one.outcome {
            Outcome::Arrived { status } => ("arrived", Some(status)),
            Outcome::Gone => ("gone", None),
            Outcome::Failed(failure) => (failure.word(), failure.status()),
        };
        Self {
            at: one.at,
            how: how.to_owned(),
            status,
        }
    }

    fn read(&self) -> Option<Try> {
        let outcome = match (self.how.as_str(), self.status) {
            ("arrived", Some(status)) => Outcome::Arrived { status },
            ("gone", None) => Outcome::Gone,
            (word, status) => Outcome::Failed(Failure::parse(word, status)?),
        };
        Some(Try { at: self.at, outcome })
    }
}

/// Tries as they stand in a row.
pub(super) fn tries_of(tries: &[Try]) -> Read<Value> {
    let stored: Vec<_> = tries.iter().map(StoredTry::of).collect();
    serde_json::to_value(stored).map_err(|error| TxError::Impossible(error.to_string()))
}

#[derive(QueryableByName)]
pub(super) struct DeliveryRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    endpoint_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
    #[diesel(sql_type = Text)]
    event: String,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Timestamptz)]
    state_at: OffsetDateTime,
    #[diesel(sql_type = Nullable<Text>)]
    dead_because: Option<String>,
    #[diesel(sql_type = SmallInt)]
    round: i16,
    #[diesel(sql_type = Jsonb)]
    tries: Value,
    #[diesel(sql_type = Integer)]
    version: i32,
}

impl DeliveryRow {
    pub(super) fn read(self) -> Read<Delivery> {
        let id = self.id;
        let wrong = |what: &dyn Display| TxError::impossible("webhook_deliveries", id, what);
        let because = self.dead_because.as_deref().and_then(DeadBecause::parse);
        let at = self.state_at;
        let state = match (self.state.as_str(), because) {
            ("waiting", None) => DeliveryState::Waiting { next_at: at },
            ("delivered", None) => DeliveryState::Delivered { at },
            ("dead", Some(because)) => DeliveryState::Dead { at, because },
            (other, _) => return Err(wrong(&other)),
        };
        let tries: Vec<StoredTry> = serde_json::from_value(self.tries).map_err(|error| wrong(&error))?;
        let tries: Option<Vec<_>> = tries.iter().map(StoredTry::read).collect();
        Ok(Delivery {
            id: Id::from_uuid(id),
            endpoint: Id::from_uuid(self.endpoint_id),
            message: Message {
                event: Id::from_uuid(self.event_id),
                name: EventName::parse(&self.event).ok_or_else(|| wrong(&"event"))?,
                occurred_at: self.occurred_at,
                body: self.body,
            },
            state,
            round: u8::try_from(self.round).map_err(|error| wrong(&error))?,
            tries: tries.ok_or_else(|| wrong(&"tries"))?,
            version: self.version,
        })
    }
}
