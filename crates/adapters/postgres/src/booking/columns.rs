//! Appointments and claims as columns, for `unnest`: any number of them is written by one statement.

use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Jsonb, Nullable, Numeric, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_booking::appointment::{Appointment, Awaits, StaffChoice, StaffNotes};
use ratiba_booking::engagement::{Claim, Subject};
use ratiba_booking::policy::BufferRule;
use rust_decimal::Decimal;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{rows, words};

/// A query to which columns are bound.
pub(super) type Bound<'f> = BoxedSqlQuery<'f, Pg, SqlQuery>;

/// The columns of `appointments` that are written, in the order in which [`AppointmentColumns`] binds them.
pub(super) const APPOINTMENT: [&str; 31] = [
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
];

/// Those that say whose an appointment is and since when; the others may change.
pub(super) const LASTING: [&str; 4] = ["id", "visit_id", "customer_id", "created_at"];

/// The columns of `engagements` that are written for a claim, in the order in which [`ClaimColumns`] binds them.
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

/// `unnest($first, …) AS alias (columns)`, with an ordinal number where `ordinal` names one.
pub(super) fn unnest(first: usize, alias: &str, columns: &[&str], ordinal: Option<&str>) -> String {
    let binds: Vec<String> = (first..)
        .take(columns.len())
        .map(|number| format!("${number}"))
        .collect();
    let (binds, columns) = (binds.join(", "), columns.join(", "));
    match ordinal {
        Some(ordinal) => format!("unnest({binds}) WITH ORDINALITY AS {alias} ({columns}, {ordinal})"),
        None => format!("unnest({binds}) AS {alias} ({columns})"),
    }
}

/// The columns as those of `alias`.
pub(super) fn of(alias: &str, columns: &[&str]) -> String {
    let named: Vec<String> = columns.iter().map(|column| format!("{alias}.{column}")).collect();
    named.join(", ")
}

/// Appointments as columns.
#[derive(Default)]
pub(super) struct AppointmentColumns {
    pub(super) ids: Vec<Uuid>,
    /// The versions that they were read at.
    pub(super) versions: Vec<i32>,
    visits: Vec<Uuid>,
    customers: Vec<Uuid>,
    services: Vec<Uuid>,
    staff: Vec<Option<Uuid>>,
    states: Vec<&'static str>,
    states_at: Vec<OffsetDateTime>,
    deadlines: Vec<Option<OffsetDateTime>>,
    fees: Vec<Option<i64>>,
    starts: Vec<OffsetDateTime>,
    ends: Vec<OffsetDateTime>,
    channels: Vec<&'static str>,
    requested: Vec<bool>,
    currencies: Vec<&'static str>,
    list_prices: Vec<i64>,
    discounts: Vec<i64>,
    reasons: Vec<Option<String>>,
    charged: Vec<i64>,
    deposits: Vec<i64>,
    taxes: Vec<i32>,
    product_costs: Vec<i64>,
    plans: Vec<Value>,
    booked_at: Vec<OffsetDateTime>,
    actual_starts: Vec<Option<OffsetDateTime>>,
    actual_ends: Vec<Option<OffsetDateTime>>,
    tips: Vec<Option<Decimal>>,
    notes: Vec<Option<String>>,
    awaits: Vec<Option<&'static str>>,
    discount_sources: Vec<Option<&'static str>>,
    discounts_by: Vec<Option<String>>,
    discount_rates: Vec<Option<i32>>,
    /// The teams: appointment, member, place in the team.
    pub(super) team_of: Vec<Uuid>,
    pub(super) team_staff: Vec<Uuid>,
    pub(super) team_position: Vec<i16>,
}

impl AppointmentColumns {
    /// # Errors
    /// What cannot be written, in words.
    pub(super) fn of<'a>(appointments: impl IntoIterator<Item = &'a Appointment>) -> Result<Self, String> {
        let mut columns = Self::default();
        for appointment in appointments {
            columns.push(appointment)?;
        }
        Ok(columns)
    }

    fn push(&mut self, appointment: &Appointment) -> Result<(), String> {
        let (booking, state, actuals) = (appointment.booking(), appointment.state(), appointment.actuals());
        let plan = rows::plan_document(&booking.recipe, &booking.claims);
        let (id, price, team) = (appointment.id().as_uuid(), &booking.price, booking.team.members());
        self.ids.push(id);
        self.versions.push(appointment.version().number());
        self.visits.push(booking.visit.as_uuid());
        self.customers.push(booking.customer.as_uuid());
        self.services.push(booking.service.as_uuid());
        self.staff.push(team.first().map(|staff| staff.as_uuid()));
        self.states.push(state.word());
        self.states_at.push(state.since());
        self.deadlines.push(state.deadline());
        self.fees.push(state.fee().map(|fee| fee.amount_minor()));
        self.starts.push(booking.time.start());
        self.ends.push(booking.time.end());
        self.channels.push(words::channel(booking.channel));
        self.requested.push(booking.choice == StaffChoice::Requested);
        self.currencies.push(price.charged().currency().code());
        self.list_prices.push(price.list().amount_minor());
        self.discounts.push(price.discount().amount_minor());
        self.reasons.push(price.discount_reason().map(str::to_owned));
        self.charged.push(price.charged().amount_minor());
        self.deposits.push(booking.deposit.amount_minor());
        self.taxes
            .push(i32::try_from(price.tax().value()).unwrap_or(i32::MAX));
        self.product_costs.push(price.product_cost().amount_minor());
        self.plans.push(plan.map_err(|error| error.to_string())?);
        self.booked_at.push(booking.booked_at);
        self.actual_starts.push(actuals.start);
        self.actual_ends.push(actuals.end);
        self.tips.push(actuals.tip.map(rows::tip_amount));
        self.notes.push(
            actuals
                .notes
                .as_ref()
                .map(|notes| StaffNotes::as_str(notes).to_owned()),
        );
        self.awaits.push(state.awaits().map(Awaits::word));
        let (source, by) = rows::discount_columns(price);
        self.discount_sources.push(source);
        self.discounts_by.push(by);
        let rate = price.discount_rate();
        self.discount_rates
            .push(rate.map(|rate| i32::try_from(rate.value()).unwrap_or(i32::MAX)));
        for (position, member) in (0..).zip(team) {
            self.team_of.push(id);
            self.team_staff.push(member.as_uuid());
            self.team_position.push(position);
        }
        Ok(())
    }

    /// Binds the columns of [`APPOINTMENT`].
    pub(super) fn bind<'f>(&'f self, query: Bound<'f>) -> Bound<'f> {
        query
            .bind::<Array<SqlUuid>, _>(&self.ids)
            .bind::<Array<SqlUuid>, _>(&self.visits)
            .bind::<Array<SqlUuid>, _>(&self.customers)
            .bind::<Array<SqlUuid>, _>(&self.services)
            .bind::<Array<Nullable<SqlUuid>>, _>(&self.staff)
            .bind::<Array<Text>, _>(&self.states)
            .bind::<Array<Timestamptz>, _>(&self.states_at)
            .bind::<Array<Nullable<Timestamptz>>, _>(&self.deadlines)
            .bind::<Array<Nullable<BigInt>>, _>(&self.fees)
            .bind::<Array<Timestamptz>, _>(&self.starts)
            .bind::<Array<Timestamptz>, _>(&self.ends)
            .bind::<Array<Text>, _>(&self.channels)
            .bind::<Array<Bool>, _>(&self.requested)
            .bind::<Array<Text>, _>(&self.currencies)
            .bind::<Array<BigInt>, _>(&self.list_prices)
            .bind::<Array<BigInt>, _>(&self.discounts)
            .bind::<Array<Nullable<Text>>, _>(&self.reasons)
            .bind::<Array<BigInt>, _>(&self.charged)
            .bind::<Array<BigInt>, _>(&self.deposits)
            .bind::<Array<Integer>, _>(&self.taxes)
            .bind::<Array<BigInt>, _>(&self.product_costs)
            .bind::<Array<Jsonb>, _>(&self.plans)
            .bind::<Array<Timestamptz>, _>(&self.booked_at)
            .bind::<Array<Nullable<Timestamptz>>, _>(&self.actual_starts)
            .bind::<Array<Nullable<Timestamptz>>, _>(&self.actual_ends)
            .bind::<Array<Nullable<Numeric>>, _>(&self.tips)
            .bind::<Array<Nullable<Text>>, _>(&self.notes)
            .bind::<Array<Nullable<Text>>, _>(&self.awaits)
            .bind::<Array<Nullable<Text>>, _>(&self.discount_sources)
            .bind::<Array<Nullable<Text>>, _>(&self.discounts_by)
            .bind::<Array<Nullable<Integer>>, _>(&self.discount_rates)
    }

    /// Binds the teams: appointment, member, place.
    pub(super) fn bind_teams<'f>(&'f self, query: Bound<'f>) -> Bound<'f> {
        query
            .bind::<Array<SqlUuid>, _>(&self.team_of)
            .bind::<Array<SqlUuid>, _>(&self.team_staff)
            .bind::<Array<SmallInt>, _>(&self.team_position)
    }
}

/// The subject as its three columns.
pub(super) fn subject_columns(subject: Subject) -> (&'static str, Uuid, i16) {
    match subject {
        // A capacity is at most 50, which the column checks.
        Subject::Resource { id, seat } => ("resource", id.as_uuid(), i16::try_from(seat).unwrap_or(i16::MAX)),
        Subject::Staff(id) => ("staff", id.as_uuid(), 0),
    }
}

/// Claims as columns, in the one order in which they are written.
#[derive(Default)]
pub(super) struct ClaimColumns {
    pub(super) ids: Vec<Uuid>,
    appointments: Vec<Uuid>,
    kinds: Vec<&'static str>,
    pub(super) subjects: Vec<Uuid>,
    pub(super) seats: Vec<i16>,
    pub(super) starts: Vec<OffsetDateTime>,
    pub(super) ends: Vec<OffsetDateTime>,
    pub(super) before: Vec<i32>,
    pub(super) after: Vec<i32>,
    pub(super) shared: Vec<bool>,
    held: Vec<Option<OffsetDateTime>>,
    loads: Vec<i32>,
}

impl ClaimColumns {
    /// All claims of some appointments, sorted.
    pub(super) fn of<'a>(
        appointments: impl IntoIterator<Item = &'a Appointment>,
        mut new_id: impl FnMut() -> Uuid,
    ) -> Self {
        let mut wanted: Vec<(&Claim, &Appointment, i32)> = Vec::new();
        for appointment in appointments {
            let booking = appointment.booking();
            let first = booking.team.members().first().copied().map(Subject::Staff);
            let mut load = minutes_of_load(appointment);
            for claim in &booking.claims {
                // The load stands on one claim of whoever renders it.
                let counts = first == Some(claim.subject);
                wanted.push((
                    claim,
                    appointment,
                    if counts { std::mem::take(&mut load) } else { 0 },
                ));
            }
        }
        wanted.sort_unstable_by(|a, b| (a.0, a.1.id()).cmp(&(b.0, b.1.id())));
        let mut columns = Self::default();
        for (claim, appointment, load) in wanted {
            let (id, until) = (appointment.id().as_uuid(), appointment.state().deadline());
            columns.push(claim, id, until, load, new_id());
        }
        columns
    }

    /// One more claim; whoever takes care of the order may leave the rest of an appointment out.
    pub(super) fn push(
        &mut self,
        claim: &Claim,
        appointment: Uuid,
        held_until: Option<OffsetDateTime>,
        load: i32,
        id: Uuid,
    ) {
        let (kind, subject, seat) = subject_columns(claim.subject);
        self.ids.push(id);
        self.appointments.push(appointment);
        self.kinds.push(kind);
        self.subjects.push(subject);
        self.seats.push(seat);
        self.starts.push(claim.range.start());
        self.ends.push(claim.range.end());
        self.before.push(minutes(claim.before.count()));
        self.after.push(minutes(claim.after.count()));
        self.shared.push(claim.buffers == BufferRule::Shared);
        self.held.push(held_until);
        self.loads.push(load);
    }

    /// Binds the columns of [`CLAIM`].
    pub(super) fn bind<'f>(&'f self, query: Bound<'f>) -> Bound<'f> {
        query
            .bind::<Array<SqlUuid>, _>(&self.ids)
            .bind::<Array<SqlUuid>, _>(&self.appointments)
            .bind::<Array<Text>, _>(&self.kinds)
            .bind::<Array<SqlUuid>, _>(&self.subjects)
            .bind::<Array<SmallInt>, _>(&self.seats)
            .bind::<Array<Timestamptz>, _>(&self.starts)
            .bind::<Array<Timestamptz>, _>(&self.ends)
            .bind::<Array<Integer>, _>(&self.before)
            .bind::<Array<Integer>, _>(&self.after)
            .bind::<Array<Bool>, _>(&self.shared)
            .bind::<Array<Nullable<Timestamptz>>, _>(&self.held)
            .bind::<Array<Integer>, _>(&self.loads)
    }
}

fn minutes(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// What an appointment counts in "whose turn is it": nothing where the customer asked for the person.
fn minutes_of_load(appointment: &Appointment) -> i32 {
    let booking = appointment.booking();
    match booking.choice {
        StaffChoice::Assigned => i32::try_from(booking.time.length().whole_minutes()).unwrap_or(i32::MAX),
        StaffChoice::Requested => 0,
    }
}
