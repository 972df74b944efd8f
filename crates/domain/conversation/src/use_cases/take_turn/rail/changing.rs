//! Commands that change something: each becomes an act and the question whether to do it, or is refused at once where it is
//! known that it cannot be done.

use ratiba_kernel::{BasisPoints, Currency, Money, Outage, PhoneNumber};
use time::{OffsetDateTime, PrimitiveDateTime};

use super::super::TakeTurn;
use super::{Anew, Answer, Asker};
use crate::desk::{DayVisit, Refusal, ServiceCard, ServiceRef, StaffRef};
use crate::rail::{Act, Command, NEW_SERVICE_CATEGORY, leading_number, leading_phone, split_amount, stretch};
use crate::texts::{Placeholder, RailText, TextKey, Tongue, Values, format_minutes, format_when, render};
use crate::understanding::{Language, When};
use crate::wording::rail::{customer, reason};

/// How many services are named where it is not clear which one is meant.
const NAMED_MAX: usize = 30;

impl Asker<'_> {
    fn when(&self, instant: OffsetDateTime) -> String {
        format_when(instant, &self.menu.zone, self.tongue)
    }

    fn currency(&self) -> Currency {
        let first = self.menu.services.first();
        first.map_or(Currency::Kes, |service| service.price.currency())
    }

    fn whole(&self, units: u32) -> Money {
        Money::new(i64::from(units) * 100, self.currency())
    }

    fn named(&self, service: &ServiceCard) -> String {
        let language = match self.tongue {
            Tongue::English => Language::English,
            Tongue::Swahili => Language::Swahili,
        };
        service.name_in(language).to_owned()
    }

    /// The service that is clearly meant; else those that may be.
    fn service_in(&self, text: &str) -> Result<&ServiceCard, Answer> {
        let read = self.read(text);
        let clear = read
            .service()
            .and_then(|id| self.menu.service(ServiceRef::from_uuid(id)));
        clear.ok_or_else(|| {
            let near: Vec<String> = read
                .services
                .iter()
                .filter_map(|found| self.menu.service(ServiceRef::from_uuid(found.id)))
                .map(|service| self.named(service))
                .collect();
            let all = || self.menu.services.iter().map(|service| self.named(service));
            let names = if near.is_empty() {
                all().take(NAMED_MAX).collect()
            } else {
                near
            };
            let values = Values::new().with(Placeholder::List, names.join(", "));
            Answer::Say(RailText::WhichService.render(self.tongue, &values))
        })
    }

    /// The visit of a number at the beginning, and what follows it.
    fn number_in<'a>(
        &self,
        rest: &'a str,
        command: Command,
    ) -> Result<(crate::desk::VisitRef, &'a str), Answer> {
        let Some((number, rest)) = leading_number(rest) else {
            return Err(self.usage(command));
        };
        let visit = self.slate.visit(number).ok_or_else(|| {
            let values = Values::new().with(Placeholder::First, number.to_string());
            Answer::Say(RailText::NoSuchNumber.render(self.tongue, &values))
        })?;
        Ok((visit, rest))
    }

    pub(super) fn refused(&self, refusal: &Refusal, what: &str) -> Answer {
        let values = Values::new()
            .with(Placeholder::Reason, reason(refusal, &self.menu.zone, self.tongue))
            .with(Placeholder::Known, what);
        Answer::Say(RailText::Refused.render(self.tongue, &values))
    }

    fn values_of(&self, visit: &DayVisit) -> Values {
        Values::new()
            .with(Placeholder::Customer, customer(visit, self.tongue))
            .with(Placeholder::Service, visit.services.as_str())
    }
}

impl TakeTurn {
    /// Asks whether to do it, unless it is known that it cannot be done.
    pub(super) async fn ask(&self, asker: &Asker<'_>, act: Act, what: String) -> Result<Answer, Outage> {
        Ok(match self.office.check(asker.tenant, &act).await? {
            Ok(()) => Answer::Ask(Box::new(act), what),
            Err(refusal) => asker.refused(&refusal, &what),
        })
    }

    pub(super) async fn ask_to_cancel(&self, asker: &Asker<'_>, rest: &str) -> Result<Answer, Outage> {
        let id = match asker.number_in(rest, Command::Cancel) {
            Ok((id, _rest)) => id,
            Err(answer) => return Ok(answer),
        };
        let Some(visit) = self.office.visit(asker.tenant, id, asker.tongue).await? else {
            return Ok(asker.usage(Command::Cancel));
        };
        let values = asker
            .values_of(&visit)
            .with(Placeholder::When, asker.when(visit.starts_at));
        let act = Act::Cancel {
            visit: id,
            starts_at: visit.starts_at,
        };
        let what = RailText::ActCancel.render(asker.tongue, &values);
        self.ask(asker, act, what).await
    }

    pub(super) async fn ask_to_move(&self, asker: &Asker<'_>, rest: &str) -> Result<Answer, Outage> {
        let (id, rest) = match asker.number_in(rest, Command::Reschedule) {
            Ok(found) => found,
            Err(answer) => return Ok(answer),
        };
        let Some(visit) = self.office.visit(asker.tenant, id, asker.tongue).await? else {
            return Ok(asker.usage(Command::Reschedule));
        };
        let zone = &asker.menu.zone;
        let was = zone.local(visit.starts_at);
        // Said of a booking, an hour without a day is one of the day that it has.
        let local = match asker.read(&format!("reschedule to {rest}")).when {
            Some(When::Instant { date, time }) => PrimitiveDateTime::new(date, time),
            Some(When::Date(date)) => PrimitiveDateTime::new(date, was.time()),
            Some(When::TimeOnly(time)) => PrimitiveDateTime::new(was.date(), time),
            Some(When::Window { .. } | When::DateRange { .. } | When::TimeWindow { .. }) | None => {
                return Ok(asker.usage(Command::Reschedule));
            }
        };
        let to = zone.instant(local);
        let values = asker
            .values_of(&visit)
            .with(Placeholder::First, asker.when(visit.starts_at))
            .with(Placeholder::When, asker.when(to));
        let act = Act::Move {
            visit: id,
            starts_at: visit.starts_at,
            to,
        };
        let what = RailText::ActMove.render(asker.tongue, &values);
        self.ask(asker, act, what).await
    }

    pub(super) async fn ask_to_book(&self, asker: &Asker<'_>, rest: &str) -> Result<Answer, Outage> {
        let Some((phone, rest)) = leading_phone(rest) else {
            return Ok(asker.usage(Command::Book));
        };
        let service = match asker.service_in(rest) {
            Ok(service) => service,
            Err(answer) => return Ok(answer),
        };
        let read = asker.read(rest);
        let Some(When::Instant { date, time }) = read.when else {
            return Ok(asker.usage(Command::Book));
        };
        let starts_at = asker.menu.zone.instant(PrimitiveDateTime::new(date, time));
        let named = read.staff.map(|found| StaffRef::from_uuid(found.id));
        let quoted = self
            .office
            .quote(asker.tenant, service.id, named, starts_at)
            .await?;
        let with = quoted.as_ref().ok().map(|(staff, _)| *staff).or(named);
        let price = quoted.as_ref().map_or(service.price, |(_, price)| *price);
        let what = self
            .booking_in_words(asker, &phone, (service.id, with, starts_at), price)
            .await?;
        Ok(match quoted {
            Ok((staff, price)) => {
                let act = Act::Book {
                    phone,
                    service: service.id,
                    staff,
                    starts_at,
                    price,
                };
                Answer::Ask(Box::new(act), what)
            }
            Err(refusal) => asker.refused(&refusal, &what),
        })
    }

    /// The question again, where what it was about costs something else by now; `None` for what has no price that was shown.
    pub(super) async fn ask_for_price(
        &self,
        asker: &Asker<'_>,
        act: &Act,
        price: Money,
    ) -> Result<Option<Answer>, Outage> {
        let Act::Book {
            phone,
            service,
            staff,
            starts_at,
            ..
        } = act
        else {
            return Ok(None);
        };
        let what = self
            .booking_in_words(asker, phone, (*service, Some(*staff), *starts_at), price)
            .await?;
        let values = Values::new().with(Placeholder::Price, price.to_string());
        let act = Act::Book {
            phone: phone.clone(),
            service: *service,
            staff: *staff,
            starts_at: *starts_at,
            price,
        };
        Ok(Some(Answer::AskAnew(Box::new(Anew {
            because: RailText::AskForPrice.render(asker.tongue, &values),
            act,
            what,
        }))))
    }

    async fn booking_in_words(
        &self,
        asker: &Asker<'_>,
        phone: &PhoneNumber,
        (service, staff, starts_at): (ServiceRef, Option<StaffRef>, OffsetDateTime),
        price: Money,
    ) -> Result<String, Outage> {
        let known = self
            .office
            .find(asker.tenant, phone.digits(), 1, asker.tongue)
            .await?;
        let name = known
            .into_iter()
            .find(|known| known.phone.as_ref() == Some(phone));
        let name = name.and_then(|known| known.name);
        let whom = name.map_or_else(|| phone.e164(), |name| format!("{name} ({})", phone.e164()));
        let service = asker.menu.service(service).map(|service| asker.named(service));
        let with = staff.and_then(|staff| asker.menu.staff_member(staff));
        let with = with.map_or_else(
            || render(TextKey::StaffToBeNamed, asker.tongue, &Values::new()),
            |member| member.name.clone(),
        );
        let values = Values::new()
            .with(Placeholder::Customer, whom)
            .with(Placeholder::Service, service.unwrap_or_else(|| "…".to_owned()))
            .with(Placeholder::When, asker.when(starts_at))
            .with(Placeholder::Staff, with)
            .with(Placeholder::Price, price.to_string());
        Ok(RailText::ActBook.render(asker.tongue, &values))
    }

    pub(super) async fn ask_to_block(&self, asker: &Asker<'_>, rest: &str) -> Result<Answer, Outage> {
        if rest.is_empty() {
            return Ok(asker.usage(Command::Block));
        }
        let member = match asker.staff_in(rest) {
            Ok(member) => member,
            Err(answer) => return Ok(answer),
        };
        let when = asker.read(rest).when;
        let Some(range) = when.and_then(|when| stretch(when, &asker.menu.zone, asker.now)) else {
            return Ok(asker.usage(Command::Block));
        };
        let values = Values::new()
            .with(Placeholder::Staff, member.name.as_str())
            .with(Placeholder::First, asker.when(range.start()))
            .with(Placeholder::Second, asker.when(range.end()));
        let act = Act::Block {
            staff: member.id,
            range,
        };
        let what = RailText::ActBlock.render(asker.tongue, &values);
        self.ask(asker, act, what).await
    }

    pub(super) async fn ask_to_add_service(&self, asker: &Asker<'_>, rest: &str) -> Result<Answer, Outage> {
        let rest = without_thousands(rest);
        let parts: Vec<&str> = rest.split(',').map(str::trim).collect();
        let [name, price, lasts, more @ ..] = parts.as_slice() else {
            return Ok(asker.usage(Command::AddService));
        };
        let Some(NewServiceWords { category, tax }) = new_service_words(more) else {
            return Ok(asker.usage(Command::AddService));
        };
        let read = asker.read(lasts).duration_minutes;
        let minutes = read.or_else(|| lasts.parse().ok()).filter(|minutes| *minutes > 0);
        let price = split_amount(price).filter(|(before, _)| before.is_empty());
        let (Some(minutes), Some((_, price)), false) = (minutes, price, name.is_empty()) else {
            return Ok(asker.usage(Command::AddService));
        };
        let names: Vec<&str> = asker
            .menu
            .staff
            .iter()
            .map(|member| member.name.as_str())
            .collect();
        let price = asker.whole(price);
        let values = Values::new()
            .with(Placeholder::Service, *name)
            .with(Placeholder::Price, price.to_string())
            .with(Placeholder::Duration, format_minutes(minutes, asker.tongue))
            .with(Placeholder::List, names.join(", "))
            .with(
                Placeholder::First,
                category.as_deref().unwrap_or(NEW_SERVICE_CATEGORY),
            )
            .with(Placeholder::Second, tax_words(tax, asker.tongue));
        let act = Act::AddService {
            name: (*name).to_owned(),
            price,
            minutes,
            staff: asker.menu.staff.iter().map(|member| member.id).collect(),
            category,
            tax,
        };
        let what = RailText::ActAddService.render(asker.tongue, &values);
        self.ask(asker, act, what).await
    }

    pub(super) async fn ask_to_update_price(&self, asker: &Asker<'_>, rest: &str) -> Result<Answer, Outage> {
        let Some((name, price)) = split_amount(rest).filter(|(name, _)| !name.is_empty()) else {
            return Ok(asker.usage(Command::UpdatePrice));
        };
        let service = match asker.service_in(name) {
            Ok(service) => service,
            Err(answer) => return Ok(answer),
        };
        let price = asker.whole(price);
        let values = Values::new()
            .with(Placeholder::Service, asker.named(service))
            .with(Placeholder::First, service.price.to_string())
            .with(Placeholder::Price, price.to_string());
        let act = Act::UpdatePrice {
            service: service.id,
            before: service.price,
            price,
        };
        let what = RailText::ActUpdatePrice.render(asker.tongue, &values);
        self.ask(asker, act, what).await
    }
}

/// What may be said of a new service beside what must be.
#[derive(Default)]
struct NewServiceWords {
    category: Option<String>,
    tax: Option<BasisPoints>,
}

/// `category massage` and `tax 16%`, in any order and each once; `None` if something else is there.
fn new_service_words(parts: &[&str]) -> Option<NewServiceWords> {
    let mut words = NewServiceWords::default();
    for part in parts {
        let (word, value) = part.split_once(char::is_whitespace)?;
        let value = value.trim().to_lowercase();
        let is = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
        if is(&["category", "aina", "kundi"]) && words.category.is_none() {
            words.category = Some(value.split_whitespace().collect::<Vec<_>>().join("-"));
        } else if is(&["tax", "vat", "kodi"]) && words.tax.is_none() {
            words.tax = Some(percent(&value)?);
        } else {
            return None;
        }
    }
    Some(words)
}

/// A rate as people write it, up to the whole: `16`, `16%`, `8.5 %`.
fn percent(text: &str) -> Option<BasisPoints> {
    let text = text.trim_end_matches('%').trim_end();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let hundredths: u32 = format!("{part:0<2}").parse().ok()?;
    let whole: u32 = whole.parse().ok()?;
    let points = BasisPoints::new(whole.checked_mul(100)?.checked_add(hundredths)?);
    (points <= BasisPoints::WHOLE).then_some(points)
}

fn tax_words(tax: Option<BasisPoints>, tongue: Tongue) -> String {
    match tax {
        Some(tax) => {
            RailText::TaxNamed.render(tongue, &Values::new().with(Placeholder::First, tax.to_string()))
        }
        None => RailText::TaxAsUsual.plain(tongue),
    }
}

/// The text without the commas inside of numbers: `4,500` is one amount and no two things.
fn without_thousands(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let digit = |at: Option<usize>| {
        at.and_then(|at| characters.get(at))
            .is_some_and(char::is_ascii_digit)
    };
    let groups = |at: usize| {
        digit(at.checked_sub(1)) && (1..=3).all(|more| digit(Some(at + more))) && !digit(Some(at + 4))
    };
    characters
        .iter()
        .enumerate()
        .filter(|(at, c)| **c != ',' || !groups(*at))
        .map(|(_, c)| *c)
        .collect()
}
