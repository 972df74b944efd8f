//! What applying a reviewed catalogue changes.

use std::collections::BTreeSet;

use ratiba_kernel::{BasisPoints, IdSource, Money};

use super::Stocked;
use super::review::{Fault, Known, Outcome, Reviewed};
use crate::appointment::Version;
use crate::catalogue::{CatalogueError, Minutes, Offering, Recipe, Segment, Service};

/// Everything that applying a catalogue makes true: services as they should be from now on, the new ones with
/// [`Version::NEW`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogueChange {
    /// In the order of the rows.
    pub services: Vec<Stocked>,
}

/// Rows that keep an import from being applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("some rows cannot be taken over as they are")]
pub struct NotReady {
    /// The rows, and what is wrong with each.
    pub rows: Vec<(u16, BTreeSet<Fault>)>,
}

impl NotReady {
    /// Whether a price is among the reasons.
    #[must_use]
    pub fn is_about_price(&self) -> bool {
        self.rows
            .iter()
            .any(|(_, faults)| faults.iter().any(Fault::is_about_price))
    }
}

/// What applying the reviewed rows changes.
///
/// # Errors
/// [`NotReady`] with every row that has a fault: all of them or none are applied.
pub fn plan(
    reviewed: &[Reviewed],
    known: Known<'_>,
    ids: &dyn IdSource,
) -> Result<CatalogueChange, NotReady> {
    let mut change = CatalogueChange::default();
    let mut rows = Vec::new();
    for row in reviewed.iter().filter(|row| row.is_written()) {
        if !row.faults.is_empty() {
            rows.push((row.number, row.faults.clone()));
            continue;
        }
        match service_of(row, known, ids) {
            Ok(stocked) => change.services.push(stocked),
            // The review knows every fault that the catalogue does; this is the second fence.
            Err(fault) => rows.push((row.number, BTreeSet::from([fault]))),
        }
    }
    if rows.is_empty() {
        Ok(change)
    } else {
        Err(NotReady { rows })
    }
}

fn service_of(row: &Reviewed, known: Known<'_>, ids: &dyn IdSource) -> Result<Stocked, Fault> {
    let price = row.price.ok_or(Fault::PriceMissing)?;
    let category = row.category.as_ref().ok_or(Fault::Category)?.value.clone();
    let minutes = row.minutes.as_ref().ok_or(Fault::Duration)?.value;
    let before = match row.outcome {
        Outcome::Updates(id) => known.stock.iter().find(|stocked| stocked.service.id == id),
        Outcome::Creates | Outcome::MergedInto(_) | Outcome::Skipped => None,
    };
    let service = Service {
        id: before.map_or_else(|| ids.fresh(), |stocked| stocked.service.id),
        name: row.name.value.clone(),
        name_sw: row.name_sw.as_ref().map(|name| name.value.clone()),
        aliases: row.aliases.clone(),
        category,
        price,
        deposit: row.deposit.value,
        recipe: recipe(before, minutes)?,
        tax: before.map_or_else(|| usual_tax(known.stock), |stocked| stocked.service.tax),
        product_cost: before.map_or_else(
            || Money::zero(known.policy.currency),
            |stocked| stocked.service.product_cost,
        ),
        offering: Offering::Active,
        staff: row.staff.clone(),
        window: before.map(|stocked| stocked.service.window).unwrap_or_default(),
    };
    service.check(known.policy.rules.rounding).map_err(fault_of)?;
    Ok(Stocked {
        service,
        description: row.description.as_ref().map(|text| text.value.clone()),
        version: before.map_or(Version::NEW, |stocked| stocked.version),
    })
}

/// A new service is one plain stretch; one that is on sale keeps its room and its buffers.
fn recipe(before: Option<&Stocked>, minutes: Minutes) -> Result<Recipe, Fault> {
    let Some(before) = before.map(|stocked| &stocked.service.recipe) else {
        return Recipe::plain(minutes).map_err(fault_of);
    };
    if before.duration() == minutes {
        return Ok(before.clone());
    }
    let [only] = before.segments() else {
        return Err(Fault::SeveralSegments);
    };
    let segment = Segment {
        minutes,
        ..only.clone()
    };
    Recipe::new(vec![segment], before.buffers()).map_err(fault_of)
}

/// The tax that all services on sale have; none if they differ or there are none yet.
fn usual_tax(stock: &[Stocked]) -> BasisPoints {
    let mut rates = stock.iter().map(|stocked| stocked.service.tax);
    let first = rates.next().unwrap_or(BasisPoints::new(0));
    if rates.all(|rate| rate == first) {
        first
    } else {
        BasisPoints::new(0)
    }
}

const fn fault_of(error: CatalogueError) -> Fault {
    match error {
        CatalogueError::Name => Fault::Name,
        CatalogueError::Word => Fault::Category,
        CatalogueError::Price | CatalogueError::Cost => Fault::PriceTooLow,
        CatalogueError::Deposit => Fault::Deposit,
        CatalogueError::Segments | CatalogueError::Buffers => Fault::Duration,
    }
}

#[cfg(test)]
mod tests;
