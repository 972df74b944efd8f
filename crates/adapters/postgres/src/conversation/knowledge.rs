//! What the business told the machine: full-text search over one business's rows, and the likeness of words where
//! nothing else is found.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text, Uuid as SqlUuid};
use ratiba_conversation::knowledge::{
    Asked, Category, Content, Hit, SNIPPETS_MOST, Snippet, SnippetId, Term,
};
use ratiba_conversation::ports::{KnowledgeBook, KnowledgeRefused, KnowledgeStep};
use ratiba_conversation::texts::Tongue;
use ratiba_kernel::{Id, Outage, TenantId};
use uuid::Uuid;

use super::PgConversation;
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

const SELECT: &str =
    "SELECT id, category, language, title, body, version, 0::bigint AS in_title, 0::bigint AS in_all
     FROM knowledge_snippets WHERE tenant_id = $1";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    category: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = BigInt)]
    in_title: i64,
    #[diesel(sql_type = BigInt)]
    in_all: i64,
}

impl Row {
    fn read(self) -> Result<Hit, TxError<Outage>> {
        let wrong = |what: &dyn std::fmt::Display| TxError::impossible("knowledge_snippets", self.id, what);
        let category = Category::parse(&self.category).ok_or_else(|| wrong(&"category"))?;
        let tongue = match self.language.as_str() {
            "en" => Tongue::English,
            "sw" => Tongue::Swahili,
            _other => return Err(wrong(&"language")),
        };
        let content =
            Content::new(category, tongue, &self.title, &self.body).map_err(|fault| wrong(&fault))?;
        Ok(Hit {
            snippet: Snippet {
                id: Id::from_uuid(self.id),
                content,
                version: self.version,
            },
            in_title: usize::try_from(self.in_title).unwrap_or(0),
            in_all: usize::try_from(self.in_all).unwrap_or(0),
        })
    }
}

const fn language(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::English => "en",
        Tongue::Swahili => "sw",
    }
}

/// A term as a text search query. Its spellings are letters and digits only, so nothing in them is an operator.
fn query(term: &Term) -> String {
    let spellings = term.spellings().iter().map(|spelling| {
        let open = if spelling.is_open() { ":*" } else { "" };
        format!("{}{open}", spelling.letters())
    });
    spellings.collect::<Vec<_>>().join(" | ")
}

#[async_trait]
impl KnowledgeBook for PgConversation {
    async fn snippets(&self, tenant: TenantId) -> Result<Vec<Snippet>, Outage> {
        self.database
            .tenant(tenant, |tx| {
                let tenant = tx.tenant_uuid();
                let rows = sql_query(format!("{SELECT} ORDER BY id"))
                    .bind::<SqlUuid, _>(tenant)
                    .load::<Row>(tx.conn())?;
                rows.into_iter().map(|row| Ok(row.read()?.snippet)).collect()
            })
            .await
    }

    async fn snippet(&self, tenant: TenantId, id: SnippetId) -> Result<Option<Snippet>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let row = sql_query(format!("{SELECT} AND id = $2"))
                    .bind::<SqlUuid, _>(tenant)
                    .bind::<SqlUuid, _>(id.as_uuid())
                    .get_result::<Row>(tx.conn())
                    .optional()?;
                row.map(|row| Ok(row.read()?.snippet)).transpose()
            })
            .await
    }

    async fn about(&self, tenant: TenantId, asked: &Asked) -> Result<Vec<Hit>, Outage> {
        let queries: Vec<String> = asked.terms().iter().map(query).collect();
        let words: Vec<String> = asked.terms().iter().map(|term| term.word().to_owned()).collect();
        let find = move |tx: &mut TenantTx<'_>| {
            let tenant = tx.tenant_uuid();
            let mut rows = sql_query(
                "WITH asked AS MATERIALIZED (
                     SELECT to_tsquery('english', term) AS en, to_tsquery('simple', term) AS sw FROM unnest($2) AS term)
                 SELECT s.id, s.category, s.language, s.title, s.body, s.version, f.in_title, f.in_all
                 FROM knowledge_snippets s, LATERAL (
                     SELECT count(*) FILTER (WHERE s.title_words @@ CASE s.language WHEN 'en' THEN a.en ELSE a.sw END)
                             AS in_title,
                         count(*) FILTER (WHERE s.all_words @@ CASE s.language WHEN 'en' THEN a.en ELSE a.sw END) AS in_all
                     FROM asked a) f
                 WHERE s.tenant_id = $1 AND f.in_all > 0
                 ORDER BY f.in_title DESC, f.in_all DESC, s.id LIMIT 20",
            )
            .bind::<SqlUuid, _>(tenant)
            .bind::<Array<Text>, _>(&queries)
            .load::<Row>(tx.conn())?;
            if rows.is_empty() {
                rows = sql_query(
                    "SELECT s.id, s.category, s.language, s.title, s.body, s.version, f.near AS in_title, f.near AS in_all
                     FROM knowledge_snippets s, LATERAL (
                         SELECT count(*) AS near FROM unnest($2) AS word
                         WHERE strict_word_similarity(word, translate(s.title, '-''’', '')) >= 0.48) f
                     WHERE s.tenant_id = $1 AND f.near > 0
                     ORDER BY f.near DESC, s.id LIMIT 20",
                )
                .bind::<SqlUuid, _>(tenant)
                .bind::<Array<Text>, _>(&words)
                .load::<Row>(tx.conn())?;
            }
            rows.into_iter().map(Row::read).collect()
        };
        self.database.tenant(tenant, find).await
    }

    async fn keep(&self, tenant: TenantId, step: KnowledgeStep) -> Result<i32, KnowledgeRefused> {
        let keep = move |tx: &mut TenantTx<'_>| match &step {
            KnowledgeStep::Add(snippet) => add(tx, snippet),
            KnowledgeStep::Replace(snippet) => replace(tx, snippet),
            KnowledgeStep::Remove { id, version } => remove(tx, *id, *version),
        };
        self.database.tenant(tenant, keep).await
    }
}

type Refused = TxError<KnowledgeRefused>;

fn add(tx: &mut TenantTx<'_>, snippet: &Snippet) -> Result<i32, Refused> {
    let tenant = tx.tenant_uuid();
    // One at a time, so that the count holds.
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended('knowledge:' || $1, 0))")
        .bind::<Text, _>(tenant.to_string())
        .execute(tx.conn())?;
    let listed = sql_query(SELECT)
        .bind::<SqlUuid, _>(tenant)
        .load::<Row>(tx.conn())?;
    if listed.iter().any(|row| row.id == snippet.id.as_uuid()) {
        return Err(TxError::Refused(KnowledgeRefused::Stale));
    }
    if listed.len() >= SNIPPETS_MOST {
        return Err(TxError::Refused(KnowledgeRefused::TooMany));
    }
    sql_query(
        "INSERT INTO knowledge_snippets (tenant_id, id, category, language, title, body)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(snippet.id.as_uuid())
    .bind::<Text, _>(snippet.content.category().code())
    .bind::<Text, _>(language(snippet.content.tongue()))
    .bind::<Text, _>(snippet.content.title())
    .bind::<Text, _>(snippet.content.body())
    .execute(tx.conn())?;
    Ok(1)
}

fn replace(tx: &mut TenantTx<'_>, snippet: &Snippet) -> Result<i32, Refused> {
    let tenant = tx.tenant_uuid();
    let changed = sql_query(
        "UPDATE knowledge_snippets SET category = $4, language = $5, title = $6, body = $7, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(snippet.id.as_uuid())
    .bind::<Integer, _>(snippet.version)
    .bind::<Text, _>(snippet.content.category().code())
    .bind::<Text, _>(language(snippet.content.tongue()))
    .bind::<Text, _>(snippet.content.title())
    .bind::<Text, _>(snippet.content.body())
    .execute(tx.conn())?;
    met(tx, changed, snippet.id, snippet.version)
}

fn remove(tx: &mut TenantTx<'_>, id: SnippetId, version: i32) -> Result<i32, Refused> {
    let tenant = tx.tenant_uuid();
    let removed =
        sql_query("DELETE FROM knowledge_snippets WHERE tenant_id = $1 AND id = $2 AND version = $3")
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(id.as_uuid())
            .bind::<Integer, _>(version)
            .execute(tx.conn())?;
    met(tx, removed, id, version)
}

/// The next version, or why no row was met.
fn met(tx: &mut TenantTx<'_>, rows: usize, id: SnippetId, version: i32) -> Result<i32, Refused> {
    if rows == 1 {
        return Ok(version.saturating_add(1));
    }
    let tenant = tx.tenant_uuid();
    let known = sql_query(format!("{SELECT} AND id = $2"))
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id.as_uuid())
        .get_result::<Row>(tx.conn())
        .optional()?;
    Err(TxError::Refused(match known {
        Some(_other_version) => KnowledgeRefused::Stale,
        None => KnowledgeRefused::Unknown,
    }))
}
