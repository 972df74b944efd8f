//! The commission domain's ports.
//!
//! Work and rules are read set-based, a few statements for a month; a month is frozen in one transaction that holds
//! the month's lock, so that of several that close it at once one writes and the others are told.

mod agreed;
mod amendments;
mod book;
mod disputes;
mod lines;
mod rendered;
mod rules;
mod shares;
mod tips;
mod work;

use crate::database::Database;

/// Work, rules and book of commission on PostgreSQL. Cheap to clone.
#[derive(Clone)]
pub struct PgCommission {
    database: Database,
}

impl PgCommission {
    /// The ports in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}
