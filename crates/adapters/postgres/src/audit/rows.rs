//! The rows of the record.

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_access::audit::{AuditEntry, Finding, Head, Link, Look, Verified};
use ratiba_kernel::Outage;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{ShownEntry, hash_of};
use crate::database::TxError;

#[derive(QueryableByName)]
pub(super) struct EntryRow {
    #[diesel(sql_type = BigInt)]
    pub(super) seq: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) xact: i64,
    #[diesel(sql_type = Timestamptz)]
    pub(super) recorded_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    pub(super) verb: String,
    #[diesel(sql_type = Text)]
    pub(super) subject_kind: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) subject_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    pub(super) actor: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) origin: Option<String>,
    #[diesel(sql_type = Text)]
    pub(super) db_role: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) before: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) after: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    pub(super) hidden: Vec<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) customer_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Bytea>)]
    pub(super) personal: Option<Vec<u8>>,
}

impl EntryRow {
    pub(super) fn entry(self) -> AuditEntry {
        AuditEntry {
            seq: self.seq,
            transaction: self.xact,
            at: self.recorded_at,
            verb: self.verb,
            subject_kind: self.subject_kind,
            subject: self.subject_id,
            actor: self.actor,
            origin: self.origin,
            role: self.db_role,
            before: self.before,
            after: self.after,
            hidden: self.hidden,
            customer: self.customer_id,
            personal: self.personal,
        }
    }
}

#[derive(QueryableByName)]
pub(super) struct ShownRow {
    #[diesel(embed)]
    pub(super) entry: EntryRow,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub(super) shown: Option<Value>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) position: Option<i64>,
}

impl ShownRow {
    pub(super) fn shown(self) -> ShownEntry {
        ShownEntry {
            entry: self.entry.entry(),
            personal: self.shown,
            position: self.position,
        }
    }
}

#[derive(QueryableByName)]
pub(super) struct WaitingRow {
    #[diesel(sql_type = Array<SqlUuid>)]
    pub(super) waiting: Vec<Uuid>,
}

#[derive(QueryableByName)]
pub(super) struct StandingRow {
    #[diesel(sql_type = BigInt)]
    pub(super) broken: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) overdue: i64,
}

#[derive(QueryableByName)]
pub(super) struct MineRow {
    #[diesel(sql_type = Bool)]
    pub(super) mine: bool,
}

/// The end of a chain, the last look at which all was sealed that could be, and this one.
#[derive(QueryableByName)]
pub(super) struct LastRow {
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) position: Option<i64>,
    #[diesel(sql_type = Nullable<Bytea>)]
    pub(super) hash: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) horizon: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) marked: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) mark_server: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) mark_horizon: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) whole: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub(super) server: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) oldest: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) top: i64,
}

#[derive(QueryableByName)]
pub(super) struct WholeRow {
    #[diesel(sql_type = BigInt)]
    pub(super) whole: i64,
}

/// How far a chain goes, and how far it should.
#[derive(Clone, Copy, QueryableByName)]
pub(super) struct ExtentRow {
    #[diesel(sql_type = BigInt)]
    pub(super) last: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) whole: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) horizon: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) beyond: Option<i64>,
}

#[derive(QueryableByName)]
pub(super) struct NumberRow {
    #[diesel(sql_type = BigInt)]
    pub(super) seq: i64,
    #[diesel(sql_type = Bool)]
    pub(super) sealed: bool,
}

#[derive(QueryableByName)]
pub(super) struct CheckedAt {
    #[diesel(sql_type = Timestamptz)]
    pub(super) checked_at: OffsetDateTime,
}

#[derive(QueryableByName)]
pub(super) struct TailRow {
    #[diesel(sql_type = BigInt)]
    pub(super) unsealed: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub(super) since: Option<OffsetDateTime>,
    #[diesel(sql_type = Array<BigInt>)]
    pub(super) late: Vec<i64>,
}

#[derive(QueryableByName)]
pub(super) struct CheckRow {
    #[diesel(sql_type = Timestamptz)]
    checked_at: OffsetDateTime,
    #[diesel(sql_type = BigInt)]
    head_position: i64,
    #[diesel(sql_type = Bytea)]
    head_hash: Vec<u8>,
    #[diesel(sql_type = Jsonb)]
    findings: Value,
    #[diesel(sql_type = BigInt)]
    unsealed: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    since: Option<OffsetDateTime>,
}

/// A finding as its row keeps it.
#[derive(serde::Deserialize)]
struct FindingDocument {
    kind: String,
    place: i64,
}

impl CheckRow {
    pub(super) fn verified(self) -> Result<Verified, TxError<Outage>> {
        let wrong = |what: String| TxError::impossible("audit_checks", self.head_position, what);
        let findings: Vec<FindingDocument> =
            serde_json::from_value(self.findings).map_err(|error| wrong(error.to_string()))?;
        let findings = findings.into_iter().map(|found| {
            Finding::read(&found.kind, found.place).ok_or_else(|| wrong("an unknown finding".to_owned()))
        });
        Ok(Verified {
            at: self.checked_at,
            findings: findings.collect::<Result<_, _>>()?,
            head: Head {
                position: self.head_position,
                hash: hash_of(&self.head_hash, self.head_position)?,
            },
            unsealed: self.unsealed,
            unsealed_since: self.since,
        })
    }
}

/// A link and its entry, of which nothing is there if it was removed.
#[derive(QueryableByName)]
pub(super) struct LinkRow {
    #[diesel(sql_type = BigInt)]
    pub(super) position: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) entry_seq: i64,
    #[diesel(sql_type = Bytea)]
    pub(super) entry_hash: Vec<u8>,
    #[diesel(sql_type = Bytea)]
    pub(super) hash: Vec<u8>,
    #[diesel(embed)]
    pub(super) entry: MaybeEntryRow,
    #[diesel(sql_type = Bool)]
    pub(super) contradicted: bool,
    #[diesel(embed)]
    pub(super) look: MaybeLookRow,
}

#[derive(QueryableByName)]
pub(super) struct MaybeLookRow {
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) horizon: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) ahead: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) top: Option<i64>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub(super) marked_at: Option<OffsetDateTime>,
}

impl MaybeLookRow {
    fn look(&self) -> Option<Look> {
        Some(Look {
            horizon: self.horizon?,
            ahead: self.ahead?,
            top: self.top?,
            at: self.marked_at?,
        })
    }
}

#[derive(QueryableByName)]
pub(super) struct MaybeEntryRow {
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) seq: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) xact: Option<i64>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub(super) recorded_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) verb: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) subject_kind: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) subject_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) actor: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) origin: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) db_role: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) before: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) after: Option<String>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    pub(super) hidden: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) customer_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Bytea>)]
    pub(super) personal: Option<Vec<u8>>,
}

impl LinkRow {
    pub(super) fn link(self) -> Result<Link, TxError<Outage>> {
        Ok(Link {
            position: self.position,
            seq: self.entry_seq,
            entry_hash: hash_of(&self.entry_hash, self.position)?,
            hash: hash_of(&self.hash, self.position)?,
            contradicted: self.contradicted,
            look: self.look.look(),
            entry: self.entry.entry(),
        })
    }
}

impl MaybeEntryRow {
    fn entry(self) -> Option<AuditEntry> {
        Some(AuditEntry {
            seq: self.seq?,
            transaction: self.xact?,
            at: self.recorded_at?,
            verb: self.verb?,
            subject_kind: self.subject_kind?,
            subject: self.subject_id,
            actor: self.actor?,
            origin: self.origin,
            role: self.db_role?,
            before: self.before,
            after: self.after,
            hidden: self.hidden?,
            customer: self.customer_id,
            personal: self.personal,
        })
    }
}
