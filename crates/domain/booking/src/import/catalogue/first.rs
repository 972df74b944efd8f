//! The catalogue that a business begins with: read, reviewed and planned at once, since nobody is there yet who could look.

use std::collections::BTreeSet;

use ratiba_kernel::IdSource;

use super::plan::{CatalogueChange, NotReady, plan};
use super::review::{Fault, Known, Origin, Reviewed, review};
use super::{from_csv, from_text};
use crate::import::{IgnoredBecause, Unreadable};
use crate::policy::Policy;

/// Services as somebody wrote them down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written<'t> {
    /// As a table, whose first line names the columns.
    Table(&'t str),
    /// As a price list.
    PriceList(&'t str),
}

/// Why a business cannot begin with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoBeginning {
    /// Nothing could be made of it.
    Unreadable(Unreadable),
    /// Everything that is wrong with it.
    Faulty {
        /// The rows, counted from 1, and what is wrong with each.
        rows: Vec<(u16, BTreeSet<Fault>)>,
        /// Columns that mean nothing.
        columns: Vec<String>,
    },
}

/// The services of a business that has none.
///
/// As an import, but for one thing: a category and a duration must be written down, since what an import proposes is for a
/// person to look at. People cannot be named, since nobody works there yet.
///
/// # Errors
/// [`NoBeginning`] with everything that is wrong, at once.
pub fn first(
    written: Written<'_>,
    policy: &Policy,
    ids: &dyn IdSource,
) -> Result<CatalogueChange, NoBeginning> {
    let (drafts, ignored) = match written {
        Written::Table(text) => from_csv(text, policy.currency),
        Written::PriceList(text) => from_text(text, policy.currency),
    }
    .map_err(NoBeginning::Unreadable)?;
    let known = Known {
        policy,
        stock: &[],
        staff: &[],
    };
    let mut reviewed = review(&drafts, known);
    for row in &mut reviewed {
        refuse_guesses(row);
    }
    let unknown = ignored.into_iter().filter(|ignored| match ignored.because {
        IgnoredBecause::UnknownColumn => true,
        IgnoredBecause::Remark => false,
    });
    let columns: Vec<String> = unknown.map(|ignored| ignored.source.text).collect();
    match plan(&reviewed, known, ids) {
        Ok(change) if columns.is_empty() => Ok(change),
        Ok(_otherwise_good) => Err(NoBeginning::Faulty {
            rows: Vec::new(),
            columns,
        }),
        Err(NotReady { rows }) => Err(NoBeginning::Faulty { rows, columns }),
    }
}

fn refuse_guesses(row: &mut Reviewed) {
    let guessed = |origin: Option<Origin>| match origin {
        Some(Origin::Proposed) => true,
        Some(Origin::Given | Origin::Kept) | None => false,
    };
    if guessed(row.category.as_ref().map(|category| category.origin)) {
        row.faults.insert(Fault::Category);
    }
    if guessed(row.minutes.as_ref().map(|minutes| minutes.origin)) {
        row.faults.insert(Fault::Duration);
    }
}

#[cfg(test)]
mod tests;
