//! Rows of visits and appointments, and what they mean. An impossible row names itself.

use diesel::QueryableByName;
use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Integer, Jsonb, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_booking::appointment::{
    Actuals, Appointment, Awaits, Booking, Discount, DiscountAmount, DiscountSource, Price, StaffChoice,
    StaffNotes, State, Team, Tip, Version,
};
use ratiba_booking::catalogue::Recipe;
use ratiba_booking::engagement::Claim;
use ratiba_booking::visit::{HoldKey, VisitHead};
use ratiba_kernel::{BasisPoints, Currency, Fingerprint, Id, Money, TimeRange};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::words;
use crate::database::TxError;

/// All of an appointment; to be followed by a condition on `a`.
pub(super) const SELECT_APPOINTMENTS: &str = "
SELECT a.id, a.visit_id, a.customer_id, a.service_id,
    coalesce((SELECT array_agg(s.staff_id ORDER BY s.position) FROM appointment_staff s
        WHERE s.tenant_id = a.tenant_id AND s.appointment_id = a.id), ARRAY[a.staff_id]) AS team,
    a.state, a.state_at, a.hold_expires_at, a.fee_minor, a.start_at, a.end_at, a.channel, a.staff_requested,
    a.currency, a.list_price_minor, a.discount_minor, a.discount_reason, a.charged_minor, a.deposit_minor,
    a.tax_basis_points, a.product_cost_minor, a.plan, a.version, a.created_at,
    a.actual_start_at, a.actual_end_at, a.tip_amount, a.staff_notes, a.awaits,
    a.discount_source, a.discount_by, a.discount_basis_points
FROM appointments a ";

#[derive(QueryableByName)]
pub(super) struct AppointmentRow {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    customer_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    service_id: Uuid,
    #[diesel(sql_type = Array<SqlUuid>)]
    team: Vec<Uuid>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Timestamptz)]
    state_at: OffsetDateTime,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    hold_expires_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<BigInt>)]
    fee_minor: Option<i64>,
    #[diesel(sql_type = Timestamptz)]
    start_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    end_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    channel: String,
    #[diesel(sql_type = Bool)]
    staff_requested: bool,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    list_price_minor: i64,
    #[diesel(sql_type = BigInt)]
    discount_minor: i64,
    #[diesel(sql_type = Nullable<Text>)]
    discount_reason: Option<String>,
    #[diesel(sql_type = BigInt)]
    charged_minor: i64,
    #[diesel(sql_type = BigInt)]
    deposit_minor: i64,
    #[diesel(sql_type = Integer)]
    tax_basis_points: i32,
    #[diesel(sql_type = BigInt)]
    product_cost_minor: i64,
    #[diesel(sql_type = Jsonb)]
    plan: Value,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: OffsetDateTime,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    actual_start_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    actual_end_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Numeric>)]
    tip_amount: Option<Decimal>,
    #[diesel(sql_type = Nullable<Text>)]
    staff_notes: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    awaits: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    discount_source: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    discount_by: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    discount_basis_points: Option<i32>,
}

/// What `appointments.plan` holds, as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    recipe: Recipe,
    claims: Vec<Claim>,
}

/// The document of `appointments.plan`, as it is written: the recipe as it was when it was booked, and the claims it
/// made (none for a visit of the past that is only entered).
#[derive(Serialize)]
pub(super) struct PlanDocument<'a> {
    recipe: &'a Recipe,
    claims: &'a [Claim],
}

impl<'a> PlanDocument<'a> {
    /// Of an appointment's recipe and claims.
    pub(super) const fn of(recipe: &'a Recipe, claims: &'a [Claim]) -> Self {
        Self { recipe, claims }
    }
}

/// The document of a plan as a value.
///
/// # Errors
/// An instant that cannot be written.
pub fn plan_document(recipe: &Recipe, claims: &[Claim]) -> Result<Value, serde_json::Error> {
    serde_json::to_value(PlanDocument::of(recipe, claims))
}

impl AppointmentRow {
    pub(super) fn read<E>(self) -> Result<Appointment, TxError<E>> {
        let id = self.id;
        self.parse()
            .map_err(|what| TxError::impossible("appointments", id, what))
    }

    fn parse(self) -> Result<Appointment, String> {
        let words = |error: &dyn std::fmt::Display| error.to_string();
        let currency = Currency::parse(&self.currency).map_err(|error| words(&error))?;
        let money = |minor| Money::new(minor, currency);
        let plan: Plan = serde_json::from_value(self.plan.clone()).map_err(|error| words(&error))?;
        let team = self.team.iter().map(|staff| Id::from_uuid(*staff)).collect();
        let booking = Booking {
            visit: Id::from_uuid(self.visit_id),
            customer: Id::from_uuid(self.customer_id),
            service: Id::from_uuid(self.service_id),
            team: Team::of_several(team).ok_or("nobody renders it")?,
            choice: if self.staff_requested {
                StaffChoice::Requested
            } else {
                StaffChoice::Assigned
            },
            channel: words::parse_channel(&self.channel).ok_or("unknown channel")?,
            time: TimeRange::new(self.start_at, self.end_at).map_err(|error| words(&error))?,
            recipe: plan.recipe,
            claims: plan.claims,
            price: self.price(currency)?,
            deposit: money(self.deposit_minor),
            booked_at: self.created_at,
        };
        let actuals = Actuals {
            start: self.actual_start_at,
            end: self.actual_end_at,
            tip: self
                .tip_amount
                .map(|amount| tip_of(amount, currency))
                .transpose()?,
            notes: self
                .staff_notes
                .as_deref()
                .map(StaffNotes::new)
                .transpose()
                .map_err(|error| words(&error))?,
        };
        let state = self.state(self.fee_minor.map(money))?;
        Appointment::recorded(
            Id::from_uuid(self.id),
            booking,
            state,
            actuals,
            Version::read(self.version),
        )
        .map_err(|error| words(&error))
    }

    fn price(&self, currency: Currency) -> Result<Price, String> {
        let money = |minor| Money::new(minor, currency);
        let amount = DiscountAmount::Flat(money(self.discount_minor));
        let rate = self.discount_basis_points.map(u32::try_from).transpose();
        let rate = rate.map_err(|_| "a negative share")?.map(BasisPoints::new);
        let discount = match (&self.discount_reason, self.discount_source()?) {
            (Some(reason), Some(source)) => Some(Discount {
                amount,
                rate,
                reason: reason.clone(),
                source,
            }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err("a discount from nowhere".to_owned()),
        };
        let tax = u32::try_from(self.tax_basis_points).map_err(|_| "a negative tax")?;
        let list = money(self.list_price_minor);
        let price = Price::agree(
            list,
            discount,
            BasisPoints::new(tax),
            money(self.product_cost_minor),
        )
        .map_err(|error| error.to_string())?;
        if price.charged().amount_minor() == self.charged_minor {
            Ok(price)
        } else {
            Err("what is charged is not the list price less the discount".to_owned())
        }
    }

    fn discount_source(&self) -> Result<Option<DiscountSource>, String> {
        let (Some(source), Some(by)) = (&self.discount_source, &self.discount_by) else {
            return Ok(None);
        };
        let id = || by.parse::<Uuid>().map_err(|error| error.to_string());
        Ok(Some(match source.as_str() {
            "hand" => DiscountSource::Hand { by: by.clone() },
            "promotion" => DiscountSource::Promotion(Id::from_uuid(id()?)),
            "package" => DiscountSource::Package(Id::from_uuid(id()?)),
            _other => return Err("unknown source of a discount".to_owned()),
        }))
    }

    fn state(&self, fee: Option<Money>) -> Result<State, String> {
        let at = self.state_at;
        let until = || self.hold_expires_at.ok_or_else(|| "no deadline".to_owned());
        let fee = || fee.ok_or_else(|| "no fee".to_owned());
        Ok(match self.state.as_str() {
            "requested" => State::Requested {
                at,
                until: until()?,
                awaits: match self.awaits.as_deref() {
                    None => Awaits::Business,
                    Some(word) => Awaits::parse(word).ok_or("nobody's answer")?,
                },
            },
            "held" => State::Held { at, until: until()? },
            "confirmed" => State::Confirmed { at },
            "checked_in" => State::CheckedIn { at },
            "in_progress" => State::InProgress { at },
            "completed" => State::Completed { at },
            "expired" => State::Expired { at },
            "declined" => State::Declined { at },
            "cancelled_by_customer" => State::CancelledByCustomer { at, fee: fee()? },
            "cancelled_by_business" => State::CancelledByBusiness { at },
            "no_show" => State::NoShow { at, fee: fee()? },
            _other => return Err("unknown state".to_owned()),
        })
    }
}

fn tip_of(amount: Decimal, currency: Currency) -> Result<Tip, String> {
    let mut cents = amount;
    cents.rescale(2);
    let minor = i64::try_from(cents.mantissa()).map_err(|_| "a tip beyond measure")?;
    if cents != amount {
        return Err("a tip with parts of a cent".to_owned());
    }
    Tip::new(Money::new(minor, currency)).map_err(|error| error.to_string())
}

/// Where a discount comes from, as its two columns hold it.
pub(super) fn discount_columns(price: &Price) -> (Option<&'static str>, Option<String>) {
    match price.discount_source() {
        None => (None, None),
        Some(DiscountSource::Hand { by }) => (Some("hand"), Some(by.clone())),
        Some(DiscountSource::Promotion(id)) => (Some("promotion"), Some(id.to_string())),
        Some(DiscountSource::Package(id)) => (Some("package"), Some(id.to_string())),
    }
}

/// A tip as its column holds it.
pub(super) fn tip_amount(tip: Tip) -> Decimal {
    Decimal::new(tip.amount().amount_minor(), 2)
}

#[derive(QueryableByName)]
pub(super) struct VisitRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    customer_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    hold_key: Option<String>,
    #[diesel(sql_type = Nullable<Binary>)]
    order_fingerprint: Option<Vec<u8>>,
    #[diesel(sql_type = Array<Text>)]
    reminded: Vec<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    lost_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Text>)]
    accepted_by: Option<String>,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: OffsetDateTime,
}

impl VisitRow {
    pub(super) fn read<E>(self) -> Result<VisitHead, TxError<E>> {
        let impossible = |what: &str| TxError::impossible("visits", self.id, what);
        let reminded = self.reminded.iter().map(|word| words::parse_reminder(word));
        Ok(VisitHead {
            id: Id::from_uuid(self.id),
            customer: Id::from_uuid(self.customer_id),
            hold_key: self
                .hold_key
                .as_deref()
                .map(HoldKey::parse)
                .transpose()
                .map_err(|_| impossible("bad hold key"))?,
            ordered: match self.order_fingerprint.as_deref() {
                None => None,
                Some(bytes) => {
                    let bytes = bytes.try_into().map_err(|_| impossible("bad fingerprint"))?;
                    Some(Fingerprint::from_bytes(bytes))
                }
            },
            created_at: self.created_at,
            reminded: reminded
                .collect::<Option<_>>()
                .ok_or_else(|| impossible("unknown reminder"))?,
            lost_at: self.lost_at,
            accepted_by: match self.accepted_by.as_deref() {
                None => None,
                Some(word) => Some(words::parse_party(word).ok_or_else(|| impossible("unknown party"))?),
            },
            version: Version::read(self.version),
        })
    }
}
