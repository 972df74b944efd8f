//! Rows of payroll, read.

use std::collections::BTreeSet;
use std::fmt::Display;

use diesel::QueryableByName;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{
    BigInt, Bool, Bytea, Date as SqlDate, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_kernel::{Currency, Id, Money, Outage};
use ratiba_payroll::PayMonth;
use ratiba_payroll::earnings::{Earned, EarningCode, EarningsLine, LineKey, Mode};
use ratiba_payroll::employee::{Company, Link, StaffNumber};
use ratiba_payroll::export::{Confirmation, Export, ExportLine, ExportState, LineResult, Reason, Way};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::database::TxError;

type Read<T> = Result<T, TxError<Outage>>;

/// A row that another one has taken the place of is an answer; everything else is an error.
pub(super) fn tolerated<E>(
    written: Result<usize, DieselError>,
    taken: impl FnOnce() -> E,
) -> Result<usize, TxError<E>> {
    match written {
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            Err(TxError::Refused(taken()))
        }
        other => Ok(other?),
    }
}

#[derive(QueryableByName)]
pub(super) struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: Uuid,
}

#[derive(QueryableByName)]
pub(super) struct LinkRow {
    #[diesel(sql_type = SqlUuid)]
    staff_id: Uuid,
    #[diesel(sql_type = Text)]
    staff_no: String,
    #[diesel(sql_type = Nullable<Text>)]
    external_id: Option<String>,
}

impl LinkRow {
    pub(super) fn read(self) -> Read<Link> {
        let number = StaffNumber::parse(&self.staff_no);
        Ok(Link {
            staff: Id::from_uuid(self.staff_id),
            number: number.map_err(|error| TxError::impossible("payroll_links", self.staff_id, error))?,
            external_id: self.external_id,
        })
    }
}

#[derive(QueryableByName)]
pub(super) struct EarnedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    staff_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    amendment_of_id: Option<Uuid>,
    #[diesel(sql_type = BigInt)]
    pay_minor: i64,
    #[diesel(sql_type = BigInt)]
    tip_kes_minor: i64,
    #[diesel(sql_type = Integer)]
    services_rendered_count: i32,
    #[diesel(sql_type = Bytea)]
    content_hash: Vec<u8>,
    #[diesel(sql_type = Nullable<Text>)]
    currency: Option<String>,
    #[diesel(sql_type = Text)]
    name: String,
}

impl EarnedRow {
    pub(super) fn read(self) -> Read<Earned> {
        let wrong = |what: &dyn Display| TxError::impossible("commission_period", self.id, what);
        let currency = Currency::parse(self.currency.as_deref().unwrap_or_default());
        let currency = currency.map_err(|error| wrong(&error))?;
        Ok(Earned {
            document: Id::from_uuid(self.id),
            amends: self.amendment_of_id.map(Id::from_uuid),
            staff: Id::from_uuid(self.staff_id),
            commission: Money::new(self.pay_minor, currency),
            tip: Money::new(self.tip_kes_minor, currency),
            services: i64::from(self.services_rendered_count),
            basis_hash: hash(&self.content_hash).ok_or_else(|| wrong(&"not a SHA-256"))?,
            name: self.name,
        })
    }
}

/// By staff member, each amendment after what it amends.
pub(super) fn in_chains(mut open: Vec<Earned>) -> Vec<Earned> {
    let mut placed = BTreeSet::new();
    let mut chains = Vec::with_capacity(open.len());
    loop {
        let next = open
            .iter()
            .position(|one| one.amends.is_none_or(|amended| placed.contains(&amended)));
        let Some(next) = next else {
            break;
        };
        let one = open.remove(next);
        placed.insert(one.document);
        chains.push(one);
    }
    chains.sort_by_key(|one| one.staff);
    chains
}

fn hash(bytes: &[u8]) -> Option<[u8; 32]> {
    bytes.try_into().ok()
}

#[derive(QueryableByName)]
pub(super) struct ExportRow {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: Uuid,
    #[diesel(sql_type = SqlDate)]
    month: Date,
    #[diesel(sql_type = SqlDate)]
    pay_period: Date,
    #[diesel(sql_type = Text)]
    way: String,
    #[diesel(sql_type = Bool)]
    dry_run: bool,
    #[diesel(sql_type = Text)]
    company: String,
    #[diesel(sql_type = SqlUuid)]
    batch_id: Uuid,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Text>)]
    refused: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    vendor_period_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    confirmed_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    confirmed_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Bytea>)]
    file_hash: Option<Vec<u8>>,
    #[diesel(sql_type = Text)]
    ordered_by: String,
    #[diesel(sql_type = Timestamptz)]
    ordered_at: OffsetDateTime,
    #[diesel(sql_type = Integer)]
    version: i32,
}

impl ExportRow {
    pub(super) fn read(self, lines: &[LineRow]) -> Read<Export> {
        let wrong = |what: &dyn Display| TxError::impossible("payroll_exports", self.id, what);
        let state = ExportState::parse(&self.state, self.refused.as_deref());
        let confirmation = match (self.confirmed_by, self.confirmed_at, self.file_hash) {
            (Some(by), Some(at), Some(file)) => Some(Confirmation {
                by,
                at,
                file_hash: hash(&file).ok_or_else(|| wrong(&"not a SHA-256"))?,
            }),
            (None, None, None) => None,
            _half => return Err(wrong(&"half a confirmation")),
        };
        let own = lines.iter().filter(|line| line.export_id == self.id);
        Ok(Export {
            id: Id::from_uuid(self.id),
            month: PayMonth::of(self.month),
            pay_period: PayMonth::of(self.pay_period),
            way: Way::parse(&self.way).ok_or_else(|| wrong(&"way"))?,
            mode: if self.dry_run { Mode::DryRun } else { Mode::Real },
            company: Company::parse(&self.company).map_err(|error| wrong(&error))?,
            batch: Id::from_uuid(self.batch_id),
            state: state.ok_or_else(|| wrong(&"state"))?,
            lines: own.map(LineRow::read).collect::<Read<_>>()?,
            vendor_period_id: self.vendor_period_id,
            confirmation,
            ordered_by: self.ordered_by,
            ordered_at: self.ordered_at,
            version: self.version,
        })
    }
}

#[derive(QueryableByName)]
pub(super) struct LineRow {
    #[diesel(sql_type = SqlUuid)]
    export_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    document_id: Uuid,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Text)]
    staff_no: String,
    #[diesel(sql_type = Text)]
    payee: String,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = BigInt)]
    quantity: i64,
    #[diesel(sql_type = Bytea)]
    basis_hash: Vec<u8>,
    #[diesel(sql_type = Nullable<Text>)]
    corrects: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    result: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
}

impl LineRow {
    fn read(&self) -> Read<ExportLine> {
        let wrong = |what: &dyn Display| TxError::impossible("payroll_export_lines", &self.key, what);
        let result = match (self.result.as_deref(), self.reason.as_deref()) {
            (None, None) => None,
            (Some("accepted"), None) => Some(LineResult::Accepted),
            (Some("duplicate"), None) => Some(LineResult::Duplicate),
            (Some(word @ ("rejected" | "superseded")), Some(reason)) => {
                let reason = Reason::parse(reason).ok_or_else(|| wrong(&"reason"))?;
                Some(if word == "rejected" {
                    LineResult::Rejected(reason)
                } else {
                    LineResult::Superseded(reason)
                })
            }
            _other => return Err(wrong(&"result")),
        };
        let currency = Currency::parse(&self.currency).map_err(|error| wrong(&error))?;
        let line = EarningsLine {
            key: LineKey::restore(self.key.clone()),
            document: Id::from_uuid(self.document_id),
            employee: StaffNumber::parse(&self.staff_no).map_err(|error| wrong(&error))?,
            name: self.payee.clone(),
            code: EarningCode::parse(&self.code).ok_or_else(|| wrong(&"code"))?,
            amount: Money::new(self.amount_minor, currency),
            quantity: self.quantity,
            basis_hash: hash(&self.basis_hash).ok_or_else(|| wrong(&"not a SHA-256"))?,
            corrects: self.corrects.clone().map(LineKey::restore),
        };
        Ok(ExportLine { line, result })
    }
}
