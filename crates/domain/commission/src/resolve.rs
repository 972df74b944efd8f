//! Which rule wins: a total order, most specific first.
//!
//! "No commission", an explicit zero, is a rule that wins; where no rule says anything there is a gap,
//! which earns nothing and is reported.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::Date;

use crate::rule::{Rule, RuleScope, Term};
use crate::settings::Precedence;
use crate::{RuleId, ServiceCategory, ServiceId, StaffId};

/// Where in the order a rule spoke. Which of the last two goes first is the tenant's [`Precedence`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The person's own rule has an exception for the service.
    StaffForService,
    /// The person's own rule has an exception for the family of services.
    StaffForCategory,
    /// The category's rule has an exception for the service; it stands where the category's rule does.
    CategoryForService,
    /// The category's rule.
    Category,
    /// The person's own rule says something about everything.
    StaffGeneral,
}

/// A rule that has something to say about a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// From which place it speaks.
    pub place: Place,
    /// What it says.
    pub term: Term,
    /// The rule.
    pub rule: Arc<Rule>,
}

/// A candidate that lost, as it is recorded on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beaten {
    /// From which place it spoke.
    pub place: Place,
    /// What it said.
    pub term: Term,
    /// The rule.
    pub rule: RuleId,
}

/// The rules of a tenant, found by whose they are.
#[derive(Clone, Debug, Default)]
pub struct RuleTable {
    staff: BTreeMap<StaffId, Vec<Arc<Rule>>>,
    categories: BTreeMap<ServiceCategory, Vec<Arc<Rule>>>,
}

/// Two rules for one person or category hold on one day: the order would not be total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rules {one} and {other} hold on the same day for the same key")]
pub struct RulesOverlap {
    /// One of them.
    pub one: RuleId,
    /// The other.
    pub other: RuleId,
}

impl RuleTable {
    /// Sorts rules by whose they are.
    ///
    /// # Errors
    /// [`RulesOverlap`] if two rules of one key hold on one day.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Result<Self, RulesOverlap> {
        let mut table = Self::default();
        for rule in rules {
            let rule = Arc::new(rule);
            let row = match &rule.scope {
                RuleScope::Staff(staff) => table.staff.entry(*staff).or_default(),
                RuleScope::Category(category) => table.categories.entry(category.clone()).or_default(),
            };
            if let Some(other) = row.iter().find(|other| other.validity.overlaps(&rule.validity)) {
                return Err(RulesOverlap {
                    one: other.id,
                    other: rule.id,
                });
            }
            row.push(rule);
        }
        Ok(table)
    }

    /// Every rule that says something about what a person rendered on a local day, the winner first.
    /// Empty where there is a gap.
    #[must_use]
    pub fn candidates(
        &self,
        staff: StaffId,
        service: ServiceId,
        category: &ServiceCategory,
        day: Date,
        precedence: Precedence,
    ) -> Vec<Candidate> {
        let own = in_force(self.staff.get(&staff), day);
        let family = in_force(self.categories.get(category), day);
        let of_own = |place, term: Option<Term>| candidate(place, term, own);
        let of_family = family.and_then(|rule| {
            let exception = candidate(Place::CategoryForService, rule.value.for_service(service), family);
            exception.or_else(|| candidate(Place::Category, rule.value.general(), family))
        });
        let general = of_own(Place::StaffGeneral, own.and_then(|rule| rule.value.general()));
        let (third, fourth) = match precedence {
            Precedence::CategoryBeforeStaff => (of_family, general),
            Precedence::StaffBeforeCategory => (general, of_family),
        };
        [
            of_own(
                Place::StaffForService,
                own.and_then(|rule| rule.value.for_service(service)),
            ),
            of_own(
                Place::StaffForCategory,
                own.and_then(|rule| rule.value.for_category(category)),
            ),
            third,
            fourth,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn in_force(rules: Option<&Vec<Arc<Rule>>>, day: Date) -> Option<&Arc<Rule>> {
    rules?.iter().find(|rule| rule.validity.holds(day))
}

fn candidate(place: Place, term: Option<Term>, rule: Option<&Arc<Rule>>) -> Option<Candidate> {
    Some(Candidate {
        place,
        term: term?,
        rule: Arc::clone(rule?),
    })
}

#[cfg(test)]
mod tests;
