//! The shapes of reports, and their rows in a spreadsheet.

use ratiba_assembly::reports::Cell;
use ratiba_booking::reports::{Missed, Revenue, Sold, StaffTime};
use ratiba_conversation::ports::ConversationDay;
use ratiba_kernel::{Money, Outage};
use ratiba_payments::ports::TenderDay;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{StepWord, Tabled};
use crate::dto::{Amount, Day, SignedAmount};
use crate::problem::Problem;

fn text(words: &str) -> Cell {
    Cell::Text(words.to_owned())
}

fn date(day: Day) -> Cell {
    Cell::Text(day.0.to_string())
}

const fn amount(money: Money) -> Cell {
    Cell::Amount(money.amount_minor())
}

/// Somebody's time in a day or a week.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UtilisationRow {
    /// The day, or the Monday of the week.
    day: Day,
    staff_id: Uuid,
    staff: String,
    /// In which they could be booked.
    open_minutes: i64,
    /// Which agreed appointments take, without buffers; also outside of the schedule.
    booked_minutes: i64,
    /// Those of them that were rendered.
    rendered_minutes: i64,
    /// Booked of open, in hundredths of a percent; nothing where nothing was open, above 10000 for work beyond the schedule.
    share_basis_points: Option<u32>,
}

impl UtilisationRow {
    pub(super) fn of(time: StaffTime) -> Self {
        Self {
            day: Day(time.day),
            staff_id: time.staff.as_uuid(),
            open_minutes: time.open_minutes,
            booked_minutes: time.booked_minutes,
            rendered_minutes: time.rendered_minutes,
            share_basis_points: time.share().map(ratiba_kernel::BasisPoints::value),
            staff: time.name,
        }
    }
}

/// How full the team was.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UtilisationReport {
    pub(super) from: Day,
    pub(super) to: Day,
    pub(super) by: StepWord,
    /// By day, and by name within one.
    pub(super) items: Vec<UtilisationRow>,
}

impl Tabled for UtilisationReport {
    const NAME: &'static str = "utilisation";
    const HEAD: &'static [&'static str] = &[
        "day",
        "staff",
        "open_minutes",
        "booked_minutes",
        "rendered_minutes",
        "share_basis_points",
    ];

    fn table(&self) -> Vec<Vec<Cell>> {
        let row = |row: &UtilisationRow| {
            vec![
                date(row.day),
                text(&row.staff),
                Cell::Count(row.open_minutes),
                Cell::Count(row.booked_minutes),
                Cell::Count(row.rendered_minutes),
                row.share_basis_points
                    .map_or_else(|| text(""), |share| Cell::Count(i64::from(share))),
            ]
        };
        self.items.iter().map(row).collect()
    }
}

/// What was sold of a service.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RevenueOfService {
    service_id: Uuid,
    service: String,
    /// Completed.
    appointments: i64,
    #[schemars(with = "Amount")]
    charged: Money,
    /// Taken off the list prices.
    #[schemars(with = "Amount")]
    discounts: Money,
}

/// What somebody rendered.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RevenueOfStaff {
    staff_id: Uuid,
    staff: String,
    /// Completed; one of a team counts for each of them.
    appointments: i64,
    #[schemars(with = "Amount")]
    charged: Money,
    /// Taken off the list prices.
    #[schemars(with = "Amount")]
    discounts: Money,
}

/// What was sold on a day.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RevenueOfDay {
    day: Day,
    /// Completed.
    appointments: i64,
    #[schemars(with = "Amount")]
    charged: Money,
    /// Taken off the list prices.
    #[schemars(with = "Amount")]
    discounts: Money,
}

/// What was sold, seen three ways.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RevenueReport {
    from: Day,
    to: Day,
    /// The most money first.
    services: Vec<RevenueOfService>,
    /// The most money first.
    staff: Vec<RevenueOfStaff>,
    /// In order; days without are left out.
    days: Vec<RevenueOfDay>,
}

impl RevenueReport {
    pub(super) fn of(from: Day, to: Day, revenue: Revenue) -> Self {
        let services = revenue.services.into_iter().map(|one| {
            let Sold {
                appointments,
                charged,
                discounts,
            } = one.sold;
            RevenueOfService {
                service_id: one.service.as_uuid(),
                service: one.name,
                appointments,
                charged,
                discounts,
            }
        });
        let staff = revenue.staff.into_iter().map(|one| {
            let Sold {
                appointments,
                charged,
                discounts,
            } = one.sold;
            RevenueOfStaff {
                staff_id: one.staff.as_uuid(),
                staff: one.name,
                appointments,
                charged,
                discounts,
            }
        });
        let days = revenue.days.into_iter().map(|one| {
            let Sold {
                appointments,
                charged,
                discounts,
            } = one.sold;
            RevenueOfDay {
                day: Day(one.day),
                appointments,
                charged,
                discounts,
            }
        });
        Self {
            from,
            to,
            services: services.collect(),
            staff: staff.collect(),
            days: days.collect(),
        }
    }
}

impl Tabled for RevenueReport {
    const NAME: &'static str = "revenue";
    const HEAD: &'static [&'static str] =
        &["by", "which", "appointments", "currency", "charged", "discounts"];

    fn table(&self) -> Vec<Vec<Cell>> {
        let row = |by: &str, which: Cell, appointments: i64, charged: Money, discounts: Money| {
            vec![
                text(by),
                which,
                Cell::Count(appointments),
                text(charged.currency().code()),
                amount(charged),
                amount(discounts),
            ]
        };
        let services = self.services.iter().map(|one| {
            row(
                "service",
                text(&one.service),
                one.appointments,
                one.charged,
                one.discounts,
            )
        });
        let staff = self.staff.iter().map(|one| {
            row(
                "staff",
                text(&one.staff),
                one.appointments,
                one.charged,
                one.discounts,
            )
        });
        let days = self
            .days
            .iter()
            .map(|one| row("day", date(one.day), one.appointments, one.charged, one.discounts));
        services.chain(staff).chain(days).collect()
    }
}

/// What moved by one tender on one day.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TenderRow {
    day: Day,
    /// `mpesa`, `card`, `cash`, `credit`, or `other` for what lies in suspense.
    tender: String,
    /// What came for visits, without tips.
    #[schemars(with = "SignedAmount")]
    taken: Money,
    #[schemars(with = "SignedAmount")]
    tips: Money,
    /// What went back to customers on this day, whenever it had come.
    #[schemars(with = "SignedAmount")]
    given_back: Money,
    /// Taken and tips, less what went back.
    #[schemars(with = "SignedAmount")]
    net: Money,
}

/// What moved by which tender.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TendersReport {
    from: Day,
    to: Day,
    /// By day; tenders by which nothing moved are left out.
    items: Vec<TenderRow>,
}

impl TendersReport {
    pub(super) fn of(from: Day, to: Day, days: Vec<TenderDay>) -> Result<Self, Problem> {
        let row = |one: TenderDay| {
            let net = one
                .net()
                .map_err(|error| Problem::unavailable(&Outage::new(error.to_string())))?;
            Ok(TenderRow {
                day: Day(one.day),
                tender: one.tender,
                taken: one.taken,
                tips: one.tips,
                given_back: one.given_back,
                net,
            })
        };
        let items = days.into_iter().map(row).collect::<Result<_, Problem>>()?;
        Ok(Self { from, to, items })
    }
}

impl Tabled for TendersReport {
    const NAME: &'static str = "tenders";
    const HEAD: &'static [&'static str] =
        &["day", "tender", "currency", "taken", "tips", "given_back", "net"];

    fn table(&self) -> Vec<Vec<Cell>> {
        let row = |row: &TenderRow| {
            vec![
                date(row.day),
                text(&row.tender),
                text(row.taken.currency().code()),
                amount(row.taken),
                amount(row.tips),
                amount(row.given_back),
                amount(row.net),
            ]
        };
        self.items.iter().map(row).collect()
    }
}

/// Who did not come to one staff member's appointments of one service.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NoShowRow")]
pub(crate) struct MissedRow {
    staff_id: Uuid,
    staff: String,
    service_id: Uuid,
    service: String,
    /// Agreed appointments whose time has come, with those below.
    due: i64,
    no_shows: i64,
    /// Cancelled by the customer so late that the rules ask a fee.
    late_cancellations: i64,
    /// What the rules ask.
    #[schemars(with = "Amount")]
    fees: Money,
    /// What of that the business has, by its books.
    #[schemars(with = "Amount")]
    fees_kept: Money,
}

/// Who did not come.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NoShowsReport")]
pub(crate) struct MissedReport {
    from: Day,
    to: Day,
    /// By the names of staff and services.
    items: Vec<MissedRow>,
}

impl MissedReport {
    pub(super) fn of(from: Day, to: Day, found: Vec<Missed>) -> Self {
        let row = |one: Missed| MissedRow {
            staff_id: one.staff.as_uuid(),
            staff: one.staff_name,
            service_id: one.service.as_uuid(),
            service: one.service_name,
            due: one.due,
            no_shows: one.no_shows,
            late_cancellations: one.late_cancellations,
            fees: one.fees,
            fees_kept: one.fees_kept,
        };
        Self {
            from,
            to,
            items: found.into_iter().map(row).collect(),
        }
    }
}

impl Tabled for MissedReport {
    const NAME: &'static str = "no-shows";
    const HEAD: &'static [&'static str] = &[
        "staff",
        "service",
        "due",
        "no_shows",
        "late_cancellations",
        "currency",
        "fees",
        "fees_kept",
    ];

    fn table(&self) -> Vec<Vec<Cell>> {
        let row = |row: &MissedRow| {
            vec![
                text(&row.staff),
                text(&row.service),
                Cell::Count(row.due),
                Cell::Count(row.no_shows),
                Cell::Count(row.late_cancellations),
                text(row.fees.currency().code()),
                amount(row.fees),
                amount(row.fees_kept),
            ]
        };
        self.items.iter().map(row).collect()
    }
}

/// What became of the threads that were opened on a day.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ConversationsRow {
    day: Day,
    opened: i64,
    /// In which the customer booked by chat what still stands or took place.
    booked: i64,
    /// To which a person was called.
    handed_over: i64,
    /// In which the customer withdrew their consent.
    opted_out: i64,
    /// That ended without any of it.
    given_up: i64,
    going_on: i64,
}

/// What became of conversations.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ConversationsReport {
    from: Day,
    to: Day,
    /// In order; days without are left out.
    items: Vec<ConversationsRow>,
}

impl ConversationsReport {
    pub(super) fn of(from: Day, to: Day, found: Vec<ConversationDay>) -> Self {
        let row = |one: ConversationDay| ConversationsRow {
            day: Day(one.day),
            opened: one.opened,
            booked: one.booked,
            handed_over: one.handed_over,
            opted_out: one.opted_out,
            given_up: one.given_up,
            going_on: one.going_on,
        };
        Self {
            from,
            to,
            items: found.into_iter().map(row).collect(),
        }
    }
}

impl Tabled for ConversationsReport {
    const NAME: &'static str = "conversations";
    const HEAD: &'static [&'static str] = &[
        "day",
        "opened",
        "booked",
        "handed_over",
        "opted_out",
        "given_up",
        "going_on",
    ];

    fn table(&self) -> Vec<Vec<Cell>> {
        let row = |row: &ConversationsRow| {
            vec![
                date(row.day),
                Cell::Count(row.opened),
                Cell::Count(row.booked),
                Cell::Count(row.handed_over),
                Cell::Count(row.opted_out),
                Cell::Count(row.given_up),
                Cell::Count(row.going_on),
            ]
        };
        self.items.iter().map(row).collect()
    }
}
