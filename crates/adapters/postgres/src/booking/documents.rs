//! Appointments and claims as documents, one for each row: any number of rows is one parameter of a statement, which
//! reads them with `jsonb_populate_recordset`.

use ratiba_booking::appointment::{Appointment, Awaits, ChangedBy, HistoryEntry, StaffChoice, StaffNotes};
use ratiba_booking::engagement::{Claim, Subject};
use ratiba_booking::policy::BufferRule;
use ratiba_booking::ports::Change;
use ratiba_kernel::{Fingerprint, Id, TimeRange};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::rows::{self, PlanDocument};
use super::words;
use crate::document::instant;

/// The columns of `appointments` that are written: the fields of [`AppointmentDocument`], but for the version.
pub(super) const APPOINTMENT: [&str; 32] = [
    "id",
    "visit_id",
    "customer_id",
    "service_id",
    "staff_id",
    "state",
    "state_at",
    "hold_expires_at",
    "fee_minor",
    "start_at",
    "end_at",
    "channel",
    "staff_requested",
    "currency",
    "list_price_minor",
    "discount_minor",
    "discount_reason",
    "charged_minor",
    "deposit_minor",
    "tax_basis_points",
    "product_cost_minor",
    "plan",
    "created_at",
    "actual_start_at",
    "actual_end_at",
    "tip_amount",
    "staff_notes",
    "awaits",
    "discount_source",
    "discount_by",
    "discount_basis_points",
    "history",
];

/// Those that say whose an appointment is and since when, and its history, which grows; the others may change.
pub(super) const LASTING: [&str; 5] = ["id", "visit_id", "customer_id", "created_at", "history"];

/// The history with what the change adds to it, where `t` is the row and `a` its document.
pub(super) const GROWN_HISTORY: &str = "coalesce(t.history, '[]') || coalesce(a.history, '[]')";

/// An entry of the history of an appointment.
#[derive(Serialize, Deserialize)]
pub(super) struct HistoryDocument {
    #[serde(with = "time::serde::rfc3339")]
    pub(super) at: OffsetDateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    pub(super) state: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) starts_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) ends_at: OffsetDateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) staff: Option<Uuid>,
}

impl HistoryDocument {
    fn of(entry: HistoryEntry) -> Self {
        let by = entry.by.as_ref();
        Self {
            at: entry.at,
            by: by.map(|by| by.word().to_owned()),
            name: by.and_then(ChangedBy::name).map(|name| name.as_str().to_owned()),
            state: entry.state,
            starts_at: entry.time.start(),
            ends_at: entry.time.end(),
            staff: entry.staff.map(|staff| staff.as_uuid()),
        }
    }

    /// The entry; what is wrong with it otherwise.
    pub(super) fn read(self) -> Result<HistoryEntry, &'static str> {
        let by = match self.by.as_deref() {
            Some(word) => Some(ChangedBy::parse(word, self.name.as_deref()).ok_or("unknown by")?),
            None => None,
        };
        Ok(HistoryEntry {
            at: self.at,
            by,
            state: self.state,
            time: TimeRange::new(self.starts_at, self.ends_at).map_err(|_| "malformed time")?,
            staff: self.staff.map(Id::from_uuid),
        })
    }
}

/// The columns of `engagements` that are written for a claim: the fields of [`ClaimDocument`].
pub(super) const CLAIM: [&str; 12] = [
    "id",
    "appointment_id",
    "subject_kind",
    "subject_id",
    "seat",
    "starts_at",
    "ends_at",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "buffers_shared",
    "held_until",
    "load_minutes",
];

/// The columns as those of `alias`.
pub(super) fn of(alias: &str, columns: &[&str]) -> String {
    let named: Vec<String> = columns.iter().map(|column| format!("{alias}.{column}")).collect();
    named.join(", ")
}

/// A fingerprint as `bytea` is written.
pub(super) fn bytes(fingerprint: &Fingerprint) -> String {
    use std::fmt::Write;
    fingerprint
        .as_bytes()
        .iter()
        .fold("\\x".to_owned(), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// A row of `appointments`.
#[derive(Serialize)]
pub(super) struct AppointmentDocument<'a> {
    pub(super) id: Uuid,
    /// The version that it was read at.
    version: i32,
    visit_id: Uuid,
    customer_id: Uuid,
    service_id: Uuid,
    staff_id: Option<Uuid>,
    state: &'static str,
    #[serde(with = "instant")]
    state_at: OffsetDateTime,
    #[serde(with = "instant::option", skip_serializing_if = "Option::is_none")]
    hold_expires_at: Option<OffsetDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee_minor: Option<i64>,
    #[serde(with = "instant")]
    start_at: OffsetDateTime,
    #[serde(with = "instant")]
    end_at: OffsetDateTime,
    channel: &'static str,
    staff_requested: bool,
    currency: &'static str,
    list_price_minor: i64,
    discount_minor: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_reason: Option<&'a str>,
    charged_minor: i64,
    deposit_minor: i64,
    tax_basis_points: u32,
    product_cost_minor: i64,
    plan: PlanDocument<'a>,
    #[serde(with = "instant")]
    created_at: OffsetDateTime,
    #[serde(with = "instant::option", skip_serializing_if = "Option::is_none")]
    actual_start_at: Option<OffsetDateTime>,
    #[serde(with = "instant::option", skip_serializing_if = "Option::is_none")]
    actual_end_at: Option<OffsetDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tip_amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    staff_notes: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    awaits: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_basis_points: Option<u32>,
    /// What the change adds to it.
    history: [HistoryDocument; 1],
}

impl<'a> AppointmentDocument<'a> {
    /// The row, as a change leaves it.
    pub(super) fn of(appointment: &'a Appointment, change: &Change) -> Self {
        let entry = HistoryEntry::of(appointment, change.by.clone(), change.at);
        let (booking, state, actuals) = (appointment.booking(), appointment.state(), appointment.actuals());
        let price = &booking.price;
        let (discount_source, discount_by) = rows::discount_columns(price);
        Self {
            id: appointment.id().as_uuid(),
            version: appointment.version().number(),
            visit_id: booking.visit.as_uuid(),
            customer_id: booking.customer.as_uuid(),
            service_id: booking.service.as_uuid(),
            staff_id: booking.team.members().first().map(|staff| staff.as_uuid()),
            state: state.word(),
            state_at: state.since(),
            hold_expires_at: state.deadline(),
            fee_minor: state.fee().map(|fee| fee.amount_minor()),
            start_at: booking.time.start(),
            end_at: booking.time.end(),
            channel: words::channel(booking.channel),
            staff_requested: booking.choice == StaffChoice::Requested,
            currency: price.charged().currency().code(),
            list_price_minor: price.list().amount_minor(),
            discount_minor: price.discount().amount_minor(),
            discount_reason: price.discount_reason(),
            charged_minor: price.charged().amount_minor(),
            deposit_minor: booking.deposit.amount_minor(),
            tax_basis_points: price.tax().value(),
            product_cost_minor: price.product_cost().amount_minor(),
            plan: PlanDocument::of(&booking.recipe, &booking.claims),
            created_at: booking.booked_at,
            actual_start_at: actuals.start,
            actual_end_at: actuals.end,
            tip_amount: actuals.tip.map(|tip| rows::tip_amount(tip).to_string()),
            staff_notes: actuals.notes.as_ref().map(StaffNotes::as_str),
            awaits: state.awaits().map(Awaits::word),
            discount_source,
            discount_by,
            discount_basis_points: price.discount_rate().map(|rate| rate.value()),
            history: [HistoryDocument::of(entry)],
        }
    }
}

/// A row of `appointment_staff`: one of several who render an appointment together. Who renders alone has none.
#[derive(Serialize)]
pub(super) struct RendererDocument {
    appointment_id: Uuid,
    staff_id: Uuid,
    position: i16,
}

/// The members of all teams of more than one.
pub(super) fn teams<'a>(appointments: impl IntoIterator<Item = &'a Appointment>) -> Vec<RendererDocument> {
    let mut renderers = Vec::new();
    for appointment in appointments {
        let members = appointment.booking().team.members();
        if members.len() < 2 {
            continue;
        }
        let appointment_id = appointment.id().as_uuid();
        renderers.extend((0..).zip(members).map(|(position, member)| RendererDocument {
            appointment_id,
            staff_id: member.as_uuid(),
            position,
        }));
    }
    renderers
}

/// The subject as its three columns.
pub(super) fn subject_columns(subject: Subject) -> (&'static str, Uuid, i16) {
    match subject {
        // A capacity is at most 50, which the column checks.
        Subject::Resource { id, seat } => ("resource", id.as_uuid(), i16::try_from(seat).unwrap_or(i16::MAX)),
        Subject::Staff(id) => ("staff", id.as_uuid(), 0),
    }
}

/// A row of `engagements` that claims time for an appointment.
#[derive(Serialize)]
pub(super) struct ClaimDocument {
    id: Uuid,
    appointment_id: Uuid,
    subject_kind: &'static str,
    subject_id: Uuid,
    seat: i16,
    #[serde(with = "instant")]
    starts_at: OffsetDateTime,
    #[serde(with = "instant")]
    ends_at: OffsetDateTime,
    buffer_before_minutes: u32,
    buffer_after_minutes: u32,
    pub(super) buffers_shared: bool,
    #[serde(with = "instant::option", skip_serializing_if = "Option::is_none")]
    held_until: Option<OffsetDateTime>,
    load_minutes: i64,
}

impl ClaimDocument {
    /// A claim of an appointment.
    pub(super) fn of(
        claim: &Claim,
        appointment: Uuid,
        held_until: Option<OffsetDateTime>,
        load_minutes: i64,
        id: Uuid,
    ) -> Self {
        let (subject_kind, subject_id, seat) = subject_columns(claim.subject);
        Self {
            id,
            appointment_id: appointment,
            subject_kind,
            subject_id,
            seat,
            starts_at: claim.range.start(),
            ends_at: claim.range.end(),
            buffer_before_minutes: claim.before.count(),
            buffer_after_minutes: claim.after.count(),
            buffers_shared: claim.buffers == BufferRule::Shared,
            held_until,
            load_minutes,
        }
    }

    /// A claim that is asked about and not made.
    pub(super) fn wanted(claim: &Claim) -> Self {
        Self::of(claim, Uuid::nil(), None, 0, Uuid::nil())
    }
}

/// All claims of some appointments, each with what its appointment came with, in the one order in which they are
/// written.
pub(super) fn claims<'a, T: Copy>(
    appointments: impl IntoIterator<Item = (T, &'a Appointment)>,
    mut new_id: impl FnMut() -> Uuid,
) -> Vec<(T, ClaimDocument)> {
    let mut wanted: Vec<(T, &Claim, &Appointment, i64)> = Vec::new();
    for (of, appointment) in appointments {
        let booking = appointment.booking();
        let first = booking.team.members().first().copied().map(Subject::Staff);
        let mut load = minutes_of_load(appointment);
        for claim in &booking.claims {
            // The load stands on one claim of whoever renders it.
            let counts = first == Some(claim.subject);
            let load = if counts { std::mem::take(&mut load) } else { 0 };
            wanted.push((of, claim, appointment, load));
        }
    }
    wanted.sort_unstable_by(|a, b| (a.1, a.2.id()).cmp(&(b.1, b.2.id())));
    let document = |(of, claim, appointment, load): (T, &Claim, &Appointment, i64)| {
        let (id, until) = (appointment.id().as_uuid(), appointment.state().deadline());
        (of, ClaimDocument::of(claim, id, until, load, new_id()))
    };
    wanted.into_iter().map(document).collect()
}

/// What an appointment counts in "whose turn is it": nothing where the customer asked for the person.
fn minutes_of_load(appointment: &Appointment) -> i64 {
    let booking = appointment.booking();
    match booking.choice {
        StaffChoice::Assigned => booking.time.length().whole_minutes(),
        StaffChoice::Requested => 0,
    }
}
