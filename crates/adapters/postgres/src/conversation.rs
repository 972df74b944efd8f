//! The conversation domain's ports: threads and customers, what came in, what goes out, what the business says about
//! itself.

mod archive;
mod cohort;
mod gathered;
mod handoffs;
mod knowledge;
mod letters;
mod messages;
mod names;
mod profile;
mod recent;
mod record;
mod reports;
mod rows;
mod slates;
mod templates;
mod threads;
mod together;

use std::sync::Arc;

use gathered::Letters;
use ratiba_conversation::event::{ConversationTask, Due};
use recent::{Routes, Stored};

use crate::database::{Database, TxError};
use crate::jobs::NewJob;

/// Plays all of conversation's ports over one database. Cheap to clone.
#[derive(Clone)]
pub struct PgConversation {
    database: Database,
    letters: Letters,
    stored: Arc<Stored>,
    routes: Arc<Routes>,
    inbound: together::Inbound,
    files: together::Files,
    profiles: together::Profiles,
    changes: together::Changes,
}

impl PgConversation {
    /// Over a database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self {
            letters: gathered::letters(database.clone()),
            stored: Arc::default(),
            routes: Arc::default(),
            inbound: together::inbound(database.clone()),
            files: together::files(database.clone()),
            profiles: together::profiles(database.clone()),
            changes: together::changes(database.clone()),
            database,
        }
    }
}

/// The job of a task; one that must run in order with others has that order's key.
fn job_of<E>(due: &Due<ConversationTask>, order: Option<String>) -> Result<NewJob, TxError<E>> {
    let payload = serde_json::to_value(&due.task).map_err(|error| TxError::Impossible(error.to_string()))?;
    let job = NewJob::new(due.task.kind(), payload, due.at);
    Ok(match order {
        Some(key) => job.in_order(key),
        None => job,
    })
}
