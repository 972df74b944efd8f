//! Statements that a connection keeps prepared.
//!
//! Diesel takes any text given to its own `sql_query` for one of very many, and has it parsed and planned anew each time.
//! The texts of this crate are constants, or put together of constants: few, and each worth keeping.

use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error as DieselError;
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};
use diesel::{PgConnection, QueryResult, RunQueryDsl};

/// A statement in SQL that each connection which runs it keeps prepared, for as long as the connection lives. So the text
/// must be one of few: what varies is bound and never written into it.
pub(crate) fn sql_query<'v>(text: impl Into<String>) -> Kept<'v> {
    Kept {
        text: text.into(),
        values: Vec::new(),
    }
}

/// A statement that is kept prepared, with the values that were bound to it so far.
#[must_use = "a statement does nothing until it is executed or loaded"]
pub(crate) struct Kept<'v> {
    text: String,
    values: Vec<Box<dyn QueryFragment<Pg> + Send + 'v>>,
}

impl<'v> Kept<'v> {
    /// Binds the value of the next placeholder, `$1` first.
    pub(crate) fn bind<ST, V>(mut self, value: V) -> Self
    where
        Pg: HasSqlType<ST>,
        V: ToSql<ST, Pg> + Send + 'v,
        ST: Send + 'v,
    {
        self.values.push(Box::new(Bound(value, PhantomData::<ST>)));
        self
    }
}

/// One value, of the SQL type `ST`.
struct Bound<ST, V>(V, PhantomData<ST>);

impl<ST, V> QueryFragment<Pg> for Bound<ST, V>
where
    Pg: HasSqlType<ST>,
    V: ToSql<ST, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<ST, V>(&self.0)
    }
}

impl QueryFragment<Pg> for Kept<'_> {
    /// The placeholders stand in the text already, where they are wanted. Diesel writes each value's once more, and does so
    /// into a comment at the end; the only other way to hand it a value makes it forget the statement.
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&self.text);
        if !self.values.is_empty() {
            out.push_sql("\n--");
        }
        for value in &self.values {
            out.push_sql(" ");
            value.walk_ast(out.reborrow())?;
        }
        Ok(())
    }
}

impl QueryId for Kept<'_> {
    type QueryId = ();

    // The text itself is the key.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Kept<'_> {
    type SqlType = Untyped;
}

impl RunQueryDsl<PgConnection> for Kept<'_> {}

/// Whether a statement failed because a migration gave its result other columns since the connection prepared it. Nothing
/// was done then, and only another connection can run it.
///
/// Diesel does not tell the code (0A000), and others share it: the server's words decide, which are English
/// ([`Inspection::faults`](crate::database::Inspection::faults)).
pub(crate) fn is_outdated(error: &DieselError) -> bool {
    let DieselError::DatabaseError(_, information) = error else {
        return false;
    };
    information
        .message()
        .contains("cached plan must not change result type")
}

#[cfg(test)]
mod tests {
    use diesel::pg::Pg;
    use diesel::query_builder::QueryFragment;
    use diesel::sql_types::Integer;

    use super::*;

    #[test]
    fn a_statement_is_kept_also_where_only_its_count_is_asked_for() {
        let query = sql_query("UPDATE t SET a = $2 WHERE b = $1 OR c = $1")
            .bind::<Integer, _>(1)
            .bind::<Integer, _>(2);
        // Diesel hands on a reference where it executes.
        let executed = &query;
        assert!(QueryFragment::<Pg>::is_safe_to_cache_prepared(&executed, &Pg).unwrap());
        let text = diesel::debug_query::<Pg, _>(&query).to_string();
        assert_eq!(
            text,
            "UPDATE t SET a = $2 WHERE b = $1 OR c = $1\n-- $1 $2 -- binds: [1, 2]"
        );
    }
}
