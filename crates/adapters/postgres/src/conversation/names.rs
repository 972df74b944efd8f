//! Which words are names of people whom a business knows.

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use ratiba_conversation::ports::NameBook;
use ratiba_conversation::redact::NameWords;
use ratiba_kernel::{Outage, TenantId};

use super::PgConversation;
use crate::kept::sql_query;

/// One look into the index for each word: plain equality, which the index serves under row-level security, and no more than one
/// row of it, however many people have the name. Of those who work or worked here there are few.
const AMONG: &str = "
    WITH asked AS MATERIALIZED (
        SELECT a.word, k.key FROM unnest($2) AS a (word), unnest(ratiba_search_words(a.word)) AS k (key)),
    team AS MATERIALIZED (
        SELECT DISTINCT k.key FROM staff s, unnest(ratiba_search_words(s.name)) AS k (key) WHERE s.tenant_id = $1)
    SELECT DISTINCT asked.word FROM asked CROSS JOIN LATERAL (
        (SELECT 1 AS known FROM customer_words w WHERE w.tenant_id = $1 AND w.word = asked.key LIMIT 1)
        UNION ALL
        (SELECT 1 AS known FROM team WHERE team.key = asked.key LIMIT 1)) found";

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Text)]
    word: String,
}

#[async_trait]
impl NameBook for PgConversation {
    async fn names_among(&self, tenant: TenantId, words: &NameWords) -> Result<BTreeSet<String>, Outage> {
        let asked: Vec<String> = words.iter().map(str::to_owned).collect();
        self.database
            .tenant(tenant, move |tx| {
                let rows = sql_query(AMONG)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Array<Text>, _>(&asked)
                    .load::<Known>(tx.conn())?;
                Ok(rows.into_iter().map(|row| row.word).collect())
            })
            .await
    }
}
