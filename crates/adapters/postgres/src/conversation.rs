//! The conversation domain's ports: threads and customers, what came in, what goes out, what the business says about
//! itself.

mod gathered;
mod handoffs;
mod letters;
mod messages;
mod profile;
mod recent;
mod rows;
mod threads;

use std::sync::Arc;

use gathered::Letters;
use ratiba_conversation::event::{ConversationTask, Due};
use recent::{Routes, Stored};

use crate::database::{Database, TenantTx, TxError};
use crate::jobs::NewJob;
use crate::outbox::enqueue;

/// Plays all of conversation's ports over one database. Cheap to clone.
#[derive(Clone)]
pub struct PgConversation {
    database: Database,
    letters: Letters,
    stored: Arc<Stored>,
    routes: Arc<Routes>,
}

impl PgConversation {
    /// Over a database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self {
            letters: gathered::letters(database.clone()),
            stored: Arc::default(),
            routes: Arc::default(),
            database,
        }
    }
}

/// Queues a task; one that must run in order with others has that order's key.
fn enqueue_task<E>(
    tx: &mut TenantTx<'_>,
    due: &Due<ConversationTask>,
    order: Option<String>,
) -> Result<(), TxError<E>> {
    let payload = serde_json::to_value(&due.task).map_err(|error| TxError::Impossible(error.to_string()))?;
    let job = NewJob::new(due.task.kind(), payload, due.at);
    enqueue(
        tx,
        match order {
            Some(key) => job.in_order(key),
            None => job,
        },
    )
}
