//! Payroll's directory beside our own team: where the two do not say the same. Payroll is the authority, so every
//! difference is either taken over here or put right there by a person.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use crate::StaffId;
use crate::employee::{Employee, EmployeeStatus, StaffNumber, Terms};

/// On which terms somebody works, as it is kept here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermsHere {
    /// Without an end.
    Permanent,
    /// By the day.
    Casual,
    /// Without base pay.
    CommissionOnly,
    /// In training.
    Apprentice,
}

/// Whether somebody works here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtWork {
    /// They do.
    Yes,
    /// They left.
    Left,
}

/// Somebody of the team as they are known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamMember {
    /// Who.
    pub staff: StaffId,
    /// What they are called.
    pub name: String,
    /// Whether they work here.
    pub at_work: AtWork,
    /// Who they are at payroll, if somebody said so.
    pub number: Option<StaffNumber>,
    /// Since when they work here.
    pub hire_date: Option<Date>,
    /// On which terms.
    pub terms: Option<TermsHere>,
}

/// What is not the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// They work here and have no staff number.
    NoNumber,
    /// Payroll does not know the number.
    UnknownThere,
    /// Payroll pays somebody whom nobody here has the number of.
    UnknownHere,
    /// They work here, and left at payroll.
    LeftThere,
    /// They left here, and payroll still pays them.
    LeftHere,
    /// Payroll has another name.
    Name,
    /// Payroll has another first day.
    HireDate,
    /// Payroll has other terms.
    Terms,
}

impl What {
    /// The word in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoNumber => "no_number",
            Self::UnknownThere => "unknown_there",
            Self::UnknownHere => "unknown_here",
            Self::LeftThere => "left_there",
            Self::LeftHere => "left_here",
            Self::Name => "name",
            Self::HireDate => "hire_date",
            Self::Terms => "terms",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Who here, if anybody.
    pub staff: Option<StaffId>,
    /// Who there, if anybody.
    pub number: Option<StaffNumber>,
    /// What.
    pub what: What,
}

/// The terms that payroll's terms are here; `None` for those that have no word here.
#[must_use]
pub const fn terms_here(terms: Terms) -> Option<TermsHere> {
    match terms {
        Terms::Permanent => Some(TermsHere::Permanent),
        Terms::Casual => Some(TermsHere::Casual),
        Terms::Intern => Some(TermsHere::Apprentice),
        Terms::FixedTerm | Terms::Contractor => None,
    }
}

/// Every difference: by member of the team, then those whom only payroll knows, by number.
#[must_use]
pub fn differences(team: &[TeamMember], directory: &[Employee]) -> Vec<Difference> {
    let there: BTreeMap<&StaffNumber, &Employee> =
        directory.iter().map(|person| (&person.number, person)).collect();
    let mut found = Vec::new();
    for member in team {
        let whats = match &member.number {
            None if member.at_work == AtWork::Yes => vec![What::NoNumber],
            None => Vec::new(),
            Some(number) => match there.get(number) {
                None => vec![What::UnknownThere],
                Some(person) => between(member, person),
            },
        };
        found.extend(whats.into_iter().map(|what| Difference {
            staff: Some(member.staff),
            number: member.number.clone(),
            what,
        }));
    }
    let linked: BTreeSet<&StaffNumber> = team.iter().filter_map(|member| member.number.as_ref()).collect();
    let strangers = there
        .iter()
        .filter(|(number, person)| person.status != EmployeeStatus::Exited && !linked.contains(*number));
    found.extend(strangers.map(|(number, _)| Difference {
        staff: None,
        number: Some((*number).clone()),
        what: What::UnknownHere,
    }));
    found
}

fn between(member: &TeamMember, person: &Employee) -> Vec<What> {
    let standing = match (member.at_work, person.status) {
        (AtWork::Yes, EmployeeStatus::Exited) => Some(What::LeftThere),
        (AtWork::Left, EmployeeStatus::Active | EmployeeStatus::OnLeave) => Some(What::LeftHere),
        (AtWork::Yes, EmployeeStatus::Active | EmployeeStatus::OnLeave)
        | (AtWork::Left, EmployeeStatus::Exited) => None,
    };
    let name = (!is_called(&person.full_name, &member.name)).then_some(What::Name);
    let hired =
        (person.start_date.is_some() && person.start_date != member.hire_date).then_some(What::HireDate);
    let terms = terms_here(person.terms);
    // Who lives on commission alone has terms of ours that payroll has no word for.
    let other_terms =
        terms.is_some() && member.terms != terms && member.terms != Some(TermsHere::CommissionOnly);
    let terms = other_terms.then_some(What::Terms);
    [standing, name, hired, terms].into_iter().flatten().collect()
}

/// Whether the name here is part of the one on the identity card, word for word.
fn is_called(full: &str, name: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> { text.split_whitespace().map(str::to_lowercase).collect() };
    words(name).is_subset(&words(full))
}

#[cfg(test)]
mod tests;
