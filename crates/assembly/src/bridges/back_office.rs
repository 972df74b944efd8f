//! The business as its own people ask it from their phones, played by booking, staff, commission, payments and the figures.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ratiba_booking::appointment::{Appointment, State};
use ratiba_booking::catalogue::Service;
use ratiba_booking::customers::{CustomerBook, Wanted as WantedCustomers};
use ratiba_booking::ports::{AppointmentBook, Catalogue, Wanted};
use ratiba_booking::setup::SetupShelf;
use ratiba_booking::use_cases::{
    AddCustomer, CancelAppointment, ChangeSetup, HoldVisit, MoveVisit, OfferMove, OfferSlot,
};
use ratiba_booking::visit::Visit;
use ratiba_commission::Month;
use ratiba_commission::explain::{Language, explain};
use ratiba_commission::use_cases::{ClosePeriod, PreviewPeriod, PreviewPeriodError, WorkDisputes};
use ratiba_conversation::cohort::Cohort;
use ratiba_conversation::desk::{
    ActOrder, DayMoney, DayState, DayVisit, Earnings, EarningsLine, FoundCustomer, Refusal, ServiceRef,
    StaffRef, StatementCard, StatementRef, StrayLetter, VisitRef, WaitingMonth,
};
use ratiba_conversation::ports::{BackOffice, KnowledgeBook};
use ratiba_conversation::rail::Act;
use ratiba_conversation::texts::Tongue;
use ratiba_conversation::use_cases::WorkCohort;
use ratiba_kernel::{Clock, Id, Money, Outage, TenantId};
use ratiba_payments::dead_letter::LetterState;
use ratiba_payments::ports::{DeadLetters, LetterQuery};
use ratiba_postgres::{Database, figures};
use ratiba_staff::ports::StaffDirectory;
use time::{Date, OffsetDateTime};

mod acts;
mod assistant;
mod statements;

/// The most appointments of a day that are looked at.
const DAY_MAX: u16 = 500;

/// Plays [`BackOffice`].
pub struct BackOfficeBridge {
    /// Booking's book.
    pub book: Arc<dyn AppointmentBook>,
    /// What is sold and by which rules.
    pub catalogue: Arc<dyn Catalogue>,
    /// Who works here.
    pub staff: Arc<dyn StaffDirectory>,
    /// Who comes.
    pub customers: Arc<dyn CustomerBook>,
    /// Puts somebody on record.
    pub add_customer: AddCustomer,
    /// Whether a time is free.
    pub offer: OfferSlot,
    /// Books.
    pub hold: HoldVisit,
    /// Cancels.
    pub cancel: CancelAppointment,
    /// Whether a visit can be moved.
    pub moves: OfferMove,
    /// Moves.
    pub move_visit: MoveVisit,
    /// What is set up.
    pub shelf: Arc<dyn SetupShelf>,
    /// Changes it.
    pub change_setup: ChangeSetup,
    /// What somebody earns.
    pub preview: PreviewPeriod,
    /// Closes a month of that.
    pub close: ClosePeriod,
    /// Opens disputes about what was closed.
    pub disputes: WorkDisputes,
    /// What nobody could place.
    pub letters: Arc<dyn DeadLetters>,
    /// What the assistant was told.
    pub knowledge: Arc<dyn KnowledgeBook>,
    /// Whom it serves while it is on trial.
    pub cohort: WorkCohort,
    /// The books' figures.
    pub database: Database,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl BackOffice for BackOfficeBridge {
    async fn day(
        &self,
        tenant: TenantId,
        day: Date,
        staff: Option<StaffRef>,
        tongue: Tongue,
    ) -> Result<Vec<DayVisit>, Outage> {
        let zone = self.catalogue.policy(tenant).await?.zone;
        let Some(range) = zone.day(day) else {
            return Ok(Vec::new());
        };
        let wanted = Wanted {
            staff: staff.map(|staff| Id::from_uuid(staff.as_uuid())),
            ..Wanted::first(DAY_MAX)
        };
        let mut visits: BTreeMap<VisitRef, Vec<Appointment>> = BTreeMap::new();
        for part in self.book.between(tenant, range, wanted).await? {
            // What began yesterday stands in yesterday's list.
            if zone.date(part.booking().client().start()) == day && is_of_the_day(part.state()) {
                let visit = Id::from_uuid(part.booking().visit.as_uuid());
                visits.entry(visit).or_default().push(part);
            }
        }
        let names = self.names(tenant, tongue).await?;
        let mut told = Vec::with_capacity(visits.len());
        for parts in visits.values() {
            told.extend(self.told(tenant, &names, parts).await?);
        }
        told.sort_by_key(|visit| (visit.starts_at, visit.id));
        Ok(told)
    }

    async fn visit(
        &self,
        tenant: TenantId,
        visit: VisitRef,
        tongue: Tongue,
    ) -> Result<Option<DayVisit>, Outage> {
        let found = self.book.visit(tenant, Id::from_uuid(visit.as_uuid())).await?;
        let Some(found) = found else { return Ok(None) };
        let names = self.names(tenant, tongue).await?;
        self.told(tenant, &names, &left_of(&found)).await
    }

    async fn find(
        &self,
        tenant: TenantId,
        words: &str,
        most: u16,
        tongue: Tongue,
    ) -> Result<Vec<FoundCustomer>, Outage> {
        let wanted = WantedCustomers {
            search: Some(words.to_owned()),
            limit: most,
            ..WantedCustomers::default()
        };
        let now = self.clock.now();
        let names = self.names(tenant, tongue).await?;
        let mut found = Vec::new();
        for customer in self.customers.page(tenant, wanted).await?.customers {
            let mut upcoming = Vec::new();
            for visit in self.book.upcoming(tenant, customer.id, now).await? {
                upcoming.extend(self.told(tenant, &names, &left_of(&visit)).await?);
            }
            found.push(FoundCustomer {
                id: Id::from_uuid(customer.id.as_uuid()),
                name: customer.name,
                phone: customer.phone,
                upcoming,
            });
        }
        Ok(found)
    }

    async fn takings(&self, tenant: TenantId, day: Date) -> Result<Vec<(DayMoney, Money)>, Outage> {
        let zone = self.catalogue.policy(tenant).await?.zone;
        let Some(range) = zone.day(day) else {
            return Ok(Vec::new());
        };
        let moved = figures::takings(&self.database, tenant, range).await?;
        Ok(moved
            .into_iter()
            .filter_map(|(word, amount)| Some((DayMoney::parse(&word)?, amount)))
            .collect())
    }

    async fn earnings(
        &self,
        tenant: TenantId,
        staff: StaffRef,
        tongue: Tongue,
    ) -> Result<Option<Earnings>, Outage> {
        let settings = self.preview.rules.settings(tenant).await?;
        let today = settings.zone.date(self.clock.now());
        let Some(month) = Month::of(today) else {
            return Ok(None);
        };
        let figures = match self.preview.execute(tenant, month).await {
            Ok(figures) => figures,
            Err(PreviewPeriodError::Unavailable(outage)) => return Err(outage),
            Err(refused @ (PreviewPeriodError::Compute(_) | PreviewPeriodError::Rules(_))) => {
                tracing::error!(error = %refused, "the commission of the month to date cannot be computed");
                return Ok(None);
            }
        };
        let nothing = Money::zero(settings.currency);
        let figure = figures
            .staff
            .iter()
            .find(|figure| figure.staff.as_uuid() == staff.as_uuid());
        let language = match tongue {
            Tongue::English => Language::English,
            Tongue::Swahili => Language::Swahili,
        };
        let lines = figure.into_iter().flat_map(|figure| {
            figure.lines.iter().map(|line| EarningsLine {
                commission: line.commission,
                why: explain(line, figure.group_of(line), &settings.zone, language),
            })
        });
        Ok(Some(Earnings {
            since: today.replace_day(1).unwrap_or(today),
            commission: figure.map_or(nothing, |figure| figure.commission),
            tips: figure.map_or(nothing, |figure| figure.tip),
            services: figure.map_or(0, |figure| figure.services_rendered),
            lines: lines.collect(),
        }))
    }

    async fn strays(&self, tenant: TenantId, most: u16) -> Result<Vec<StrayLetter>, Outage> {
        let query = LetterQuery {
            state: Some(LetterState::New),
            most,
            ..LetterQuery::default()
        };
        let letters = self.letters.list(tenant, query).await?;
        Ok(letters
            .into_iter()
            .map(|letter| StrayLetter {
                provider: letter.provider.as_str().to_owned(),
                reason: letter.reason,
                received_at: letter.received_at,
            })
            .collect())
    }

    async fn statement(
        &self,
        tenant: TenantId,
        staff: StaffRef,
        statement: StatementRef,
    ) -> Result<Option<StatementCard>, Outage> {
        self.statement_of(tenant, staff, Id::from_uuid(statement.as_uuid()))
            .await
    }

    async fn latest_statement(
        &self,
        tenant: TenantId,
        staff: StaffRef,
    ) -> Result<Option<StatementCard>, Outage> {
        self.newest_statement(tenant, staff).await
    }

    async fn waiting_month(&self, tenant: TenantId) -> Result<Option<Result<WaitingMonth, Refusal>>, Outage> {
        self.waiting(tenant).await
    }

    async fn cohort(&self, tenant: TenantId) -> Result<Cohort, Outage> {
        self.cohort.list(tenant).await
    }

    async fn quote(
        &self,
        tenant: TenantId,
        service: ServiceRef,
        staff: Option<StaffRef>,
        starts_at: OffsetDateTime,
    ) -> Result<Result<(StaffRef, Money), Refusal>, Outage> {
        self.quoted(tenant, service, staff, starts_at).await
    }

    async fn check(&self, tenant: TenantId, act: &Act) -> Result<Result<(), Refusal>, Outage> {
        self.checked(tenant, act).await
    }

    async fn act(&self, tenant: TenantId, order: ActOrder) -> Result<Result<(), Refusal>, Outage> {
        self.done(tenant, order).await
    }
}

/// What services and people are called.
struct Names {
    services: BTreeMap<uuid::Uuid, String>,
    staff: BTreeMap<uuid::Uuid, String>,
}

impl BackOfficeBridge {
    async fn names(&self, tenant: TenantId, tongue: Tongue) -> Result<Names, Outage> {
        let services = self.catalogue.services(tenant).await?;
        let staff = self.staff.active(tenant).await?;
        let called = |service: &Service| match tongue {
            Tongue::English => service.name.clone(),
            Tongue::Swahili => service.name_sw.clone().unwrap_or_else(|| service.name.clone()),
        };
        Ok(Names {
            services: services
                .iter()
                .map(|service| (service.id.as_uuid(), called(service)))
                .collect(),
            staff: staff
                .into_iter()
                .map(|member| (member.id.as_uuid(), member.name.as_str().to_owned()))
                .collect(),
        })
    }

    /// Parts of one visit as they are told; `None` for none.
    async fn told(
        &self,
        tenant: TenantId,
        names: &Names,
        parts: &[Appointment],
    ) -> Result<Option<DayVisit>, Outage> {
        let mut parts: Vec<&Appointment> = parts.iter().collect();
        parts.sort_by_key(|part| (part.booking().client().start(), part.id()));
        let Some(first) = parts.first().map(|part| part.booking()) else {
            return Ok(None);
        };
        let file = self
            .customers
            .file(tenant, first.customer, self.clock.now())
            .await?;
        let services = parts
            .iter()
            .map(|part| named(&names.services, part.booking().service.as_uuid()));
        let staff = parts.iter().flat_map(|part| part.booking().team.members());
        let staff = staff.map(|member| named(&names.staff, member.as_uuid()));
        Ok(Some(DayVisit {
            id: Id::from_uuid(first.visit.as_uuid()),
            starts_at: first.client().start(),
            services: each_once(services),
            staff: each_once(staff),
            customer: file.and_then(|file| file.customer.name),
            state: parts
                .iter()
                .map(|part| state_of(part.state()))
                .min_by_key(|state| rank(*state))
                .unwrap_or(DayState::Gone),
        }))
    }
}

/// A name; what is not sold, or who does not work here, any more has none.
fn named(names: &BTreeMap<uuid::Uuid, String>, id: uuid::Uuid) -> String {
    names.get(&id).cloned().unwrap_or_else(|| "…".to_owned())
}

fn each_once(names: impl Iterator<Item = String>) -> String {
    let mut once: Vec<String> = Vec::new();
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    once.join(" + ")
}

/// What is left of a visit; all of it where nothing is.
fn left_of(visit: &Visit) -> Vec<Appointment> {
    let left: Vec<Appointment> = visit.living().cloned().collect();
    if left.is_empty() {
        visit.appointments.clone()
    } else {
        left
    }
}

const fn state_of(state: &State) -> DayState {
    match state {
        State::Requested { .. } => DayState::Requested,
        State::Held { .. } => DayState::Held,
        State::Confirmed { .. } => DayState::Confirmed,
        State::CheckedIn { .. } => DayState::Arrived,
        State::InProgress { .. } => DayState::UnderWay,
        State::Completed { .. } => DayState::Done,
        State::NoShow { .. } => DayState::NoShow,
        State::Expired { .. }
        | State::Declined { .. }
        | State::CancelledByCustomer { .. }
        | State::CancelledByBusiness { .. } => DayState::Gone,
    }
}

/// Which part of a visit says where the whole stands.
const fn rank(state: DayState) -> u8 {
    match state {
        DayState::UnderWay => 0,
        DayState::Arrived => 1,
        DayState::Requested => 2,
        DayState::Held => 3,
        DayState::Confirmed => 4,
        DayState::Done => 5,
        DayState::NoShow => 6,
        DayState::Gone => 7,
    }
}

fn is_of_the_day(state: &State) -> bool {
    state_of(state) != DayState::Gone
}
