//! Statements that a connection keeps prepared.
//!
//! Diesel takes any text given to [`sql_query`](diesel::sql_query) for one of very many, and has it parsed and planned
//! anew each time. A text that is a constant of this program is one of few.

use diesel::PgConnection;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::{QueryResult, RunQueryDsl};

/// A query whose text is one of few.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept<Q>(Q);

/// The same query, kept prepared by each connection that runs it. Only for texts that are constants: every text is kept
/// for as long as its connection lives.
pub(crate) const fn kept<Q>(query: Q) -> Kept<Q> {
    Kept(query)
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Kept<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _backend: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q> QueryId for Kept<Q> {
    type QueryId = ();

    // The text itself is the key.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Kept<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> RunQueryDsl<PgConnection> for Kept<Q> {}
