//! Commands that only tell.

use ratiba_kernel::{Money, Outage};
use time::{Date, Duration};

use super::super::TakeTurn;
use super::{Answer, Asker};
use crate::desk::{DayMoney, DayVisit, StaffCard, StaffRef};
use crate::rail::{Command, LISTED_MAX};
use crate::texts::{Placeholder, RailText, Values, format_date, format_when};
use crate::wording::rail::{listing, of_any_day, of_day};

/// How many customers are shown of those who fit.
const FOUND_MAX: u16 = 8;
/// How many messages about money are looked at.
const STRAYS_MAX: u16 = 50;

impl Asker<'_> {
    fn today(&self) -> Date {
        self.menu.zone.date(self.now)
    }

    /// The day that is named, or the one that is meant where none is; `None` if words are there that name none.
    fn day_in(&self, rest: &str, otherwise: Date) -> Option<Date> {
        if rest.is_empty() {
            return Some(otherwise);
        }
        self.read(rest).when.and_then(|when| when.date())
    }

    /// Who is named; else who could be.
    pub(super) fn staff_in(&self, rest: &str) -> Result<StaffCard, Answer> {
        let named = self.read(rest).staff;
        let found = named.and_then(|found| self.menu.staff_member(StaffRef::from_uuid(found.id)));
        found.cloned().ok_or_else(|| {
            let names: Vec<&str> = self
                .menu
                .staff
                .iter()
                .map(|member| member.name.as_str())
                .collect();
            let values = Values::new().with(Placeholder::List, names.join(", "));
            Answer::Say(RailText::NoSuchStaff.render(self.tongue, &values))
        })
    }
}

impl TakeTurn {
    pub(super) async fn list_of_day(
        &self,
        asker: &Asker<'_>,
        rest: &str,
        days_ahead: i64,
    ) -> Result<Answer, Outage> {
        let meant = asker.today().saturating_add(Duration::days(days_ahead));
        let Some(day) = asker.day_in(rest, meant) else {
            return Ok(asker.usage(Command::Today));
        };
        let visits = self.office.day(asker.tenant, day, None, asker.tongue).await?;
        Ok(numbered(asker, day, &visits))
    }

    pub(super) async fn own_day(&self, asker: &Asker<'_>, rest: &str) -> Result<Answer, Outage> {
        let Some(member) = &asker.member else {
            return Ok(asker.say(RailText::UnknownCommand));
        };
        // Words such as "my day" name none.
        let day = asker.day_in(rest, asker.today()).unwrap_or_else(|| asker.today());
        let visits = self
            .office
            .day(asker.tenant, day, Some(member.id), asker.tongue)
            .await?;
        let lines: Vec<String> = visits
            .iter()
            .map(|visit| of_day(visit, &asker.menu.zone, asker.tongue))
            .collect();
        let head = head_of_day(asker, day, &visits);
        Ok(Answer::Say(listing(&head, &lines, LISTED_MAX, asker.tongue).0))
    }

    pub(super) async fn find(&self, asker: &Asker<'_>, rest: &str) -> Result<Answer, Outage> {
        let wanted = rest.trim_matches(['.', '?', '!', '"']).trim();
        if wanted.is_empty() {
            return Ok(asker.usage(Command::Find));
        }
        let found = self
            .office
            .find(asker.tenant, wanted, FOUND_MAX, asker.tongue)
            .await?;
        if found.is_empty() {
            let values = Values::new().with(Placeholder::First, wanted);
            return Ok(Answer::Say(RailText::FoundNobody.render(asker.tongue, &values)));
        }
        let (mut lines, mut visits) = (Vec::new(), Vec::new());
        for customer in &found {
            let name = customer.name.clone();
            let name = name.unwrap_or_else(|| RailText::NoName.plain(asker.tongue));
            let phone = customer.phone.as_ref().map(|phone| format!(", {}", phone.e164()));
            lines.push(format!("{name}{}", phone.unwrap_or_default()));
            for visit in customer
                .upcoming
                .iter()
                .take(LISTED_MAX - visits.len().min(LISTED_MAX))
            {
                visits.push(visit.id);
                let shown = of_any_day(visit, &asker.menu.zone, asker.tongue);
                lines.push(format!("{}. {shown}", visits.len()));
            }
        }
        let (text, _shown) = listing("", &lines, lines.len(), asker.tongue);
        Ok(Answer::Listed(text.trim_start().to_owned(), visits))
    }

    pub(super) async fn takings(&self, asker: &Asker<'_>, rest: &str) -> Result<Answer, Outage> {
        let day = asker.day_in(rest, asker.today()).unwrap_or_else(|| asker.today());
        let moved = self.office.takings(asker.tenant, day).await?;
        let currency = asker
            .menu
            .services
            .first()
            .map_or(ratiba_kernel::Currency::Kes, |service| service.price.currency());
        let came = moved
            .iter()
            .filter(|(money, amount)| money.is_takings() && amount.currency() == currency)
            .map(|(_, amount)| *amount);
        let values = Values::new()
            .with(Placeholder::Date, format_date(day, asker.tongue))
            .with(
                Placeholder::Amount,
                Money::sum(currency, came).map_err(Outage::new)?.to_string(),
            );
        if moved.is_empty() {
            return Ok(Answer::Say(
                RailText::TakingsNothing.render(asker.tongue, &values),
            ));
        }
        let lines: Vec<String> = DayMoney::ALL
            .into_iter()
            .flat_map(|kind| moved.iter().filter(move |(money, _)| *money == kind))
            .map(|(money, amount)| format!("{}: {amount}", money.said(asker.tongue)))
            .collect();
        let head = RailText::TakingsHead.render(asker.tongue, &values);
        Ok(Answer::Say(listing(&head, &lines, lines.len(), asker.tongue).0))
    }

    pub(super) async fn commission(&self, asker: &Asker<'_>, rest: &str) -> Result<Answer, Outage> {
        match asker.staff_in(rest) {
            Ok(member) => self.earnings_of(asker, &member).await,
            Err(whom) => Ok(whom),
        }
    }

    pub(super) async fn own_earnings(&self, asker: &Asker<'_>) -> Result<Answer, Outage> {
        match &asker.member {
            Some(member) => self.earnings_of(asker, member).await,
            None => Ok(asker.say(RailText::UnknownCommand)),
        }
    }

    async fn earnings_of(&self, asker: &Asker<'_>, member: &StaffCard) -> Result<Answer, Outage> {
        let earned = self
            .office
            .earnings(asker.tenant, member.id, asker.tongue)
            .await?;
        let Some(earned) = earned else {
            return Ok(asker.say(RailText::EarningsUnknown));
        };
        let values = Values::new()
            .with(Placeholder::Staff, member.name.as_str())
            .with(Placeholder::Date, format_date(earned.since, asker.tongue))
            .with(Placeholder::Amount, earned.commission.to_string())
            .with(Placeholder::Least, earned.tips.to_string())
            .with(Placeholder::Bookings, earned.services.to_string());
        let head = RailText::EarningsHead.render(asker.tongue, &values);
        let mut lines: Vec<String> = earned
            .lines
            .iter()
            .map(|line| format!("• {} – {}", line.commission, line.why.join(" ")))
            .collect();
        if lines.is_empty() {
            lines.push(RailText::EarningsNothing.plain(asker.tongue));
        }
        Ok(Answer::Say(listing(&head, &lines, lines.len(), asker.tongue).0))
    }

    pub(super) async fn unrouted(&self, asker: &Asker<'_>) -> Result<Answer, Outage> {
        let strays = self.office.strays(asker.tenant, STRAYS_MAX).await?;
        if strays.is_empty() {
            return Ok(asker.say(RailText::UnroutedNothing));
        }
        let lines: Vec<String> = strays
            .iter()
            .map(|letter| {
                let when = format_when(letter.received_at, &asker.menu.zone, asker.tongue);
                format!("{when}: {} ({})", letter.provider, letter.reason)
            })
            .collect();
        let values = Values::new().with(Placeholder::Bookings, strays.len().to_string());
        let head = RailText::UnroutedHead.render(asker.tongue, &values);
        let (text, _shown) = listing(&head, &lines, 15, asker.tongue);
        Ok(Answer::Say(format!(
            "{text}\n{}",
            RailText::UnroutedFoot.plain(asker.tongue)
        )))
    }
}

fn head_of_day(asker: &Asker<'_>, day: Date, visits: &[DayVisit]) -> String {
    let values = Values::new()
        .with(Placeholder::Date, format_date(day, asker.tongue))
        .with(Placeholder::Bookings, visits.len().to_string());
    let head = if visits.is_empty() {
        RailText::DayEmpty
    } else {
        RailText::DayHead
    };
    head.render(asker.tongue, &values)
}

/// The visits of a day with their numbers, which count until the next list.
fn numbered(asker: &Asker<'_>, day: Date, visits: &[DayVisit]) -> Answer {
    let lines: Vec<String> = visits
        .iter()
        .enumerate()
        .map(|(place, visit)| format!("{}. {}", place + 1, of_day(visit, &asker.menu.zone, asker.tongue)))
        .collect();
    let head = head_of_day(asker, day, visits);
    let (text, shown) = listing(&head, &lines, LISTED_MAX, asker.tongue);
    Answer::Listed(text, visits.iter().take(shown).map(|visit| visit.id).collect())
}
