//! The appointments of a case.

use std::collections::BTreeMap;

use ratiba_kernel::{BasisPoints, Currency, Money, TimeRange, Zone};
use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime, Time};

use super::facts::{Sold, category};
use super::words::{Vocabulary, unnamed};
use crate::base::{package_charges, tax_contained};
use crate::rule::Problem;
use crate::rule::json::reader::Reader;
use crate::split::{Renderers, Shares};
use crate::tips::Tip;
use crate::work::{CompletedAppointment, Outcome, Payment, Sale};
use crate::{Month, ServiceCategory, StaffId};

pub(super) const APPOINTMENT: [&str; 27] = [
    "id",
    "about",
    "service",
    "category",
    "staff",
    "split",
    "state",
    "fee_minor",
    "start",
    "end",
    "minutes",
    "actual_start",
    "actual_end",
    "list_price_minor",
    "discount_minor",
    "charged_minor",
    "package",
    "paid_minor",
    "payments",
    "tax_minor",
    "tax_basis_points",
    "product_cost_minor",
    "payment_fee_minor",
    "refunded_minor",
    "tip_minor",
    "tip",
    "name",
];

/// What appointments are read with.
pub(super) struct Ground<'a> {
    pub(super) month: Month,
    pub(super) zone: &'a Zone,
    pub(super) currency: Currency,
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) prices: BTreeMap<String, Sold>,
}

/// Puts what later steps say over what was known: members of an appointment in the place of those that it had, an
/// appointment with a new id beside the others.
pub(super) fn patch(told: &mut Vec<(String, Value)>, patches: Vec<(String, Value)>) {
    for (path, patch) in patches {
        let known = told
            .iter_mut()
            .find(|(_, known)| known.get("id") == patch.get("id"));
        match (known, patch) {
            (Some((place, Value::Object(known))), Value::Object(members)) => {
                for (name, value) in members {
                    known.insert(name, value);
                }
                *place = path;
            }
            (Some(_) | None, patch) => told.push((path, patch)),
        }
    }
}

impl Ground<'_> {
    /// The entries of a list, each at its place and with an id.
    pub(super) fn listed(
        &self,
        reader: &mut Reader,
        path: &str,
        listed: Option<&Value>,
    ) -> Vec<(String, Value)> {
        let Some(listed) = listed else { return Vec::new() };
        let Some(items) = listed.as_array() else {
            reader.fault::<()>(path, Problem::MustBe("a list"));
            return Vec::new();
        };
        let mut entries: Vec<(String, Value)> = Vec::with_capacity(items.len());
        let mut seen = std::collections::BTreeSet::new();
        for (index, item) in items.iter().enumerate() {
            let place = format!("{path}[{index}]");
            let Some(object) = item.as_object() else {
                reader.fault::<()>(place, Problem::MustBe("an object"));
                continue;
            };
            let mut object = object.clone();
            let own = object
                .entry("id")
                .or_insert_with(|| Value::String(unnamed("appointment", index)));
            match own.as_str() {
                Some(word) if !seen.insert(word.to_owned()) => {
                    reader.fault::<()>(format!("{place}.id"), Problem::IdTwice(word.to_owned()));
                }
                Some(_) => {}
                None => {
                    reader.fault::<()>(format!("{place}.id"), Problem::MustBe("a word"));
                }
            }
            entries.push((place, Value::Object(object)));
        }
        entries
    }

    pub(super) fn read(&self, reader: &mut Reader, told: &[(String, Value)]) -> Vec<CompletedAppointment> {
        let objects = told
            .iter()
            .filter_map(|(path, value)| value.as_object().map(|object| (path, object)));
        objects
            .filter_map(|(path, object)| self.appointment(reader, path, object))
            .collect()
    }

    fn appointment(
        &self,
        reader: &mut Reader,
        path: &str,
        object: &Map<String, Value>,
    ) -> Option<CompletedAppointment> {
        reader.refuse_unknown(path, object, &APPOINTMENT, &[]);
        let at = |name: &str| format!("{path}.{name}");
        let id = self.vocabulary.appointment_id(object.get("id")?.as_str()?);
        let service = self
            .vocabulary
            .service_id(reader, &at("service"), object.get("service"));
        let word = service.map(|service| self.vocabulary.service(service));
        let sold = word.as_ref().and_then(|word| self.prices.get(word)).cloned();
        let sold = sold.unwrap_or_default();
        let family = match object.get("category") {
            Some(family) => category(reader, &at("category"), family),
            None => sold
                .category
                .clone()
                .or_else(|| ServiceCategory::parse("services").ok()),
        };
        let times = self.times(reader, path, object);
        let renderers = self.renderers(reader, path, object);
        let sale = self.sale(reader, path, object, &sold);
        let fee = self.amount(reader, path, object, "fee_minor");
        let outcome = reader.word(
            &at("state"),
            object.get("state"),
            &[("completed", false), ("no_show", true)],
            "one of completed, no_show",
            Some(false),
        );
        let outcome = match (outcome?, fee) {
            (true, fee) => Outcome::NoShow {
                fee: fee.unwrap_or(Money::zero(self.currency)),
            },
            (false, None) => Outcome::Rendered,
            (false, Some(_)) => {
                return reader.fault(
                    at("fee_minor"),
                    Problem::Said("belongs to a no_show only".to_owned()),
                );
            }
        };
        let tip = self.tip(reader, path, object);
        let Times {
            planned,
            actual_start,
            actual_end,
        } = times?;
        let (sale, payments) = sale?;
        let payments = payments.unwrap_or_else(|| {
            let end = actual_end.unwrap_or(planned.end());
            vec![Payment {
                at: end,
                amount: sale.paid,
            }]
        });
        let own_name = object.get("name").and_then(Value::as_str).map(str::to_owned);
        Some(CompletedAppointment {
            id: id?,
            service: service?,
            service_name: own_name.or(sold.name).or(word)?,
            category: family?,
            planned,
            actual_start,
            actual_end,
            outcome,
            sale,
            payments,
            renderers: renderers?,
            tip,
        })
    }

    fn times(&self, reader: &mut Reader, path: &str, object: &Map<String, Value>) -> Option<Times> {
        let mut instant = |name: &str| match object.get(name) {
            None | Some(Value::Null) => Some(None),
            Some(value) => reader
                .instant(&format!("{path}.{name}"), value, self.zone)
                .map(Some),
        };
        let planned = (instant("start"), instant("end"));
        let actual = (instant("actual_start"), instant("actual_end"));
        let minutes = match object.get("minutes") {
            None => Some(60),
            Some(value) => match value.as_i64().filter(|minutes| (1..=2_880).contains(minutes)) {
                Some(minutes) => Some(minutes),
                None => {
                    let wanted = Problem::MustBe("a whole number from 1 to 2880");
                    reader.fault(format!("{path}.minutes"), wanted)
                }
            },
        };
        if let (Some(Some(start)), Some(Some(end))) = actual
            && end < start
        {
            let said = Problem::Said("is before the recorded beginning".to_owned());
            reader.fault::<()>(format!("{path}.actual_end"), said);
        }
        let (start, end) = (planned.0?, planned.1?);
        let (actual_start, actual_end) = (actual.0?, actual.1?);
        let minutes = minutes?;
        let length = Duration::minutes(minutes);
        let (start, end) = match (start, end) {
            (Some(start), Some(end)) => (start, end),
            (Some(start), None) => (start, start + length),
            (None, Some(end)) => (end - length, end),
            // Where nobody says when it was, the first day of the month at noon does as well as any.
            (None, None) => {
                let noon = self.month.first_day().with_time(Time::MIDNIGHT) + Duration::hours(12);
                let start = actual_start.unwrap_or_else(|| self.zone.instant(noon));
                (start, start + length)
            }
        };
        match TimeRange::new(start, end) {
            Ok(planned) => Some(Times {
                planned,
                actual_start,
                actual_end,
            }),
            Err(_) => reader.fault(
                format!("{path}.end"),
                Problem::Said("ends before it begins, or as it begins".to_owned()),
            ),
        }
    }

    fn renderers(&self, reader: &mut Reader, path: &str, object: &Map<String, Value>) -> Option<Renderers> {
        let place = format!("{path}.staff");
        let split = reader.word(
            &format!("{path}.split"),
            object.get("split"),
            &[("equal", Shares::Equal), ("full_to_each", Shares::FullToEach)].map(|(word, _)| (word, word)),
            "one of equal, full_to_each; shares stand with the staff",
            Some("equal"),
        )?;
        let Some(Value::Array(items)) = object.get("staff") else {
            let staff = self.vocabulary.staff_id(reader, &place, object.get("staff"))?;
            return Some(Renderers::alone(staff));
        };
        let mut people: Vec<StaffId> = Vec::with_capacity(items.len());
        let mut points: Vec<BasisPoints> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let place = format!("{place}[{index}]");
            let (staff, share) = match item.as_object() {
                None => (Some(item), None),
                Some(object) => {
                    reader.refuse_unknown(&place, object, &["staff", "share_basis_points"], &[]);
                    (object.get("staff"), object.get("share_basis_points"))
                }
            };
            let staff = self.vocabulary.staff_id(reader, &place, staff)?;
            people.push(staff);
            if let Some(share) = share {
                points.push(reader.rate(&format!("{place}.share_basis_points"), share)?);
            }
        }
        if !points.is_empty() && object.contains_key("split") {
            let said = Problem::Said("stands beside shares: give either".to_owned());
            reader.fault::<()>(format!("{path}.split"), said);
        }
        let shares = match (points.is_empty(), split) {
            (false, _) => Shares::Points(points),
            (true, "full_to_each") => Shares::FullToEach,
            (true, _equal) => Shares::Equal,
        };
        match Renderers::new(people, shares) {
            Ok(renderers) => Some(renderers),
            Err(refused) => reader.fault(place, Problem::Said(refused.to_string())),
        }
    }

    fn amount(
        &self,
        reader: &mut Reader,
        path: &str,
        object: &Map<String, Value>,
        name: &str,
    ) -> Option<Money> {
        match object.get(name) {
            None | Some(Value::Null) => None,
            Some(value) => reader
                .amount(&format!("{path}.{name}"), value)
                .map(|minor| Money::new(minor, self.currency)),
        }
    }

    /// The money of it, and when it was paid where that is told.
    fn sale(
        &self,
        reader: &mut Reader,
        path: &str,
        object: &Map<String, Value>,
        sold: &Sold,
    ) -> Option<(Sale, Option<Vec<Payment>>)> {
        let zero = Money::zero(self.currency);
        let before = reader.faults.len();
        let mut amount = |name: &str| self.amount(reader, path, object, name);
        let discount = amount("discount_minor");
        let given = (amount("list_price_minor"), amount("charged_minor"));
        let (paid, tax) = (amount("paid_minor"), amount("tax_minor"));
        let (product_cost, refunded) = (amount("product_cost_minor"), amount("refunded_minor"));
        let payment_fee = amount("payment_fee_minor");
        let fee = amount("fee_minor");
        let own_price = sold.price_minor.map(|minor| Money::new(minor, self.currency));
        let package = object
            .get("package")
            .and_then(|package| self.package(reader, &format!("{path}.package"), package));
        let payments = object
            .get("payments")
            .and_then(|listed| self.payments(reader, &format!("{path}.payments"), listed));
        let rate = object
            .get("tax_basis_points")
            .and_then(|rate| reader.rate(&format!("{path}.tax_basis_points"), rate));
        if reader.faults.len() > before {
            return None;
        }
        let too_large = |reader: &mut Reader| {
            reader.fault::<(Sale, Option<Vec<Payment>>)>(
                path,
                Problem::Said("has amounts that are too large".to_owned()),
            )
        };
        let refuse = |reader: &mut Reader, name: &str, why: &str| {
            reader.fault::<()>(format!("{path}.{name}"), Problem::Said(why.to_owned()));
        };
        let off = discount.unwrap_or(zero);
        let (list_price, charged) = match (package, given.0.or(own_price), given.1) {
            (Some((list, charged)), _, _) => {
                // The package tells both; who tells them once more tells the same.
                if given.0.is_some_and(|told| told != list) {
                    refuse(
                        reader,
                        "list_price_minor",
                        "is not the item's list price in the package",
                    );
                }
                if given.1.is_some_and(|told| told != charged) {
                    refuse(
                        reader,
                        "charged_minor",
                        "is not the item's part of the package's price",
                    );
                }
                (list, charged)
            }
            (None, Some(list), Some(charged)) => {
                if discount.is_some() && list.checked_sub(off) != Ok(charged) {
                    refuse(reader, "charged_minor", "is not the list price less the discount");
                }
                (list, charged)
            }
            (None, Some(list), None) => {
                let Some(charged) = list.checked_sub(off).ok().filter(|left| left.amount_minor() >= 0) else {
                    let said = Problem::Said("is more than the list price".to_owned());
                    return reader.fault(format!("{path}.discount_minor"), said);
                };
                (list, charged)
            }
            (None, None, Some(charged)) => match charged.checked_add(off) {
                Ok(list) => (list, charged),
                Err(_) => return too_large(reader),
            },
            (None, None, None) => return reader.fault(format!("{path}.charged_minor"), Problem::Missing),
        };
        let came = payments.iter().flatten().map(|payment| payment.amount);
        let came = match (&payments, Money::sum(self.currency, came)) {
            (None, _) => charged,
            (Some(_), Ok(came)) => came,
            (Some(_), Err(_)) => return too_large(reader),
        };
        let contained = match rate {
            None => zero,
            Some(rate) => match tax_contained(charged, rate) {
                Ok(tax) => tax,
                Err(_) => return too_large(reader),
            },
        };
        if tax.is_some() && rate.is_some() {
            refuse(
                reader,
                "tax_minor",
                "stands beside `tax_basis_points`: give either",
            );
        }
        if tax.is_some_and(|tax| tax > charged) {
            refuse(reader, "tax_minor", "is more than was charged");
        }
        if refunded.is_some_and(|refunded| refunded > charged.max(fee.unwrap_or(zero))) {
            refuse(reader, "refunded_minor", "is more than was charged");
        }
        if payments.is_some() && paid.is_some_and(|paid| paid != came) {
            refuse(reader, "paid_minor", "is not what the payments come to");
        }
        // Of list price, discount and charged amount two tell the third, where nobody redeems a package.
        let told = match package {
            Some(_) => zero,
            None => list_price.checked_sub(charged).unwrap_or(zero).max(zero),
        };
        let sale = Sale {
            list_price,
            discount: discount.unwrap_or(told),
            charged,
            paid: paid.unwrap_or(came),
            tax: tax.unwrap_or(contained),
            product_cost: product_cost.unwrap_or(zero),
            payment_fee,
            refunded: refunded.unwrap_or(zero),
        };
        Some((sale, payments))
    }

    /// The list price of a redeemed item, and its part of the package's price.
    fn package(&self, reader: &mut Reader, path: &str, value: &Value) -> Option<(Money, Money)> {
        let Some(object) = value.as_object() else {
            return reader.fault(path, Problem::MustBe("an object"));
        };
        reader.refuse_unknown(path, object, &["price_minor", "list_prices_minor", "item"], &[]);
        let Some(price) = self.amount(reader, path, object, "price_minor") else {
            return reader.fault(format!("{path}.price_minor"), Problem::Missing);
        };
        let listed = object.get("list_prices_minor").and_then(Value::as_array);
        let mut prices = Vec::new();
        for (index, item) in listed.into_iter().flatten().enumerate() {
            let minor = reader.amount(&format!("{path}.list_prices_minor[{index}]"), item)?;
            prices.push(Money::new(minor, self.currency));
        }
        let item = match object.get("item") {
            None => Some(0),
            Some(item) => item.as_u64().and_then(|item| usize::try_from(item).ok()),
        };
        let Some((item, list)) = item.and_then(|item| Some((item, *prices.get(item)?))) else {
            let said = "one of the items, from 0; list_prices_minor has a price for each";
            return reader.fault(format!("{path}.item"), Problem::MustBe(said));
        };
        match package_charges(price, &prices) {
            Ok(charges) => Some((list, charges.get(item).copied()?)),
            Err(refused) => reader.fault(path, Problem::Said(refused.to_string())),
        }
    }

    fn payments(&self, reader: &mut Reader, path: &str, listed: &Value) -> Option<Vec<Payment>> {
        reader.steps(path, listed, &["at", "amount_minor"], |reader, path, object| {
            let at = match object.get("at") {
                None => reader.fault(format!("{path}.at"), Problem::Missing),
                Some(at) => reader.instant(&format!("{path}.at"), at, self.zone),
            };
            let amount = match object.get("amount_minor") {
                None => reader.fault(format!("{path}.amount_minor"), Problem::Missing),
                Some(amount) => reader.amount(&format!("{path}.amount_minor"), amount),
            };
            Some(Payment {
                at: at?,
                amount: Money::new(amount?, self.currency),
            })
        })
    }

    fn tip(&self, reader: &mut Reader, path: &str, object: &Map<String, Value>) -> Option<Tip> {
        let place = format!("{path}.tip");
        let Some(value) = object.get("tip") else {
            return self.amount(reader, path, object, "tip_minor").map(Tip::of);
        };
        let Some(tip) = value.as_object() else {
            return reader.fault(place, Problem::MustBe("an object"));
        };
        if object.contains_key("tip_minor") {
            let said = Problem::Said("stands beside a `tip`: give either".to_owned());
            reader.fault::<()>(format!("{path}.tip_minor"), said);
        }
        reader.refuse_unknown(&place, tip, &["amount_minor", "parts", "refunded_minor"], &[]);
        let entered = match tip.get("parts") {
            None => Vec::new(),
            Some(parts) => {
                let known = ["staff", "amount_minor"];
                reader.steps(&format!("{place}.parts"), parts, &known, |reader, path, part| {
                    let staff = self
                        .vocabulary
                        .staff_id(reader, &format!("{path}.staff"), part.get("staff"));
                    let amount = match part.get("amount_minor") {
                        None => reader.fault(format!("{path}.amount_minor"), Problem::Missing),
                        Some(amount) => reader.amount(&format!("{path}.amount_minor"), amount),
                    };
                    Some((staff?, Money::new(amount?, self.currency)))
                })?
            }
        };
        let amount = self.amount(reader, &place, tip, "amount_minor");
        let sum = Money::sum(self.currency, entered.iter().map(|(_, part)| *part));
        Some(Tip {
            amount: match (amount, sum) {
                (Some(amount), _) => amount,
                (None, Ok(sum)) => sum,
                (None, Err(refused)) => return reader.fault(place, Problem::Said(refused.to_string())),
            },
            entered,
            refunded: self
                .amount(reader, &place, tip, "refunded_minor")
                .unwrap_or(Money::zero(self.currency)),
        })
    }
}

struct Times {
    planned: TimeRange,
    actual_start: Option<OffsetDateTime>,
    actual_end: Option<OffsetDateTime>,
}
