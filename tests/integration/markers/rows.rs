//! Everything that the database keeps.

use diesel::prelude::*;
use ratiba_test_database::TestDatabase;
use serde_json::{Map, Value};

use super::search::Came;

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

/// Every value of every column of every table, as text: what is bytes in digits. Read as an administrator, whom no fence
/// of a business hides anything from.
pub(super) fn all(database: &TestDatabase) -> Vec<Came> {
    let mut administrator = database.connect_as_administrator();
    let mut read = |sql: &str| -> Vec<String> {
        let rows: Vec<Text> = diesel::sql_query(sql).load(&mut administrator).unwrap();
        rows.into_iter().map(|row| row.text).collect()
    };
    let tables = read(
        "SELECT format('%I.%I', schemaname, tablename) AS text FROM pg_catalog.pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
    );
    let mut all = Vec::new();
    for table in tables {
        let name = table.strip_prefix("public.").unwrap_or(&table);
        for row in read(&format!(
            "SELECT to_jsonb(found)::text AS text FROM {table} AS found"
        )) {
            let row: Map<String, Value> = serde_json::from_str(&row).unwrap();
            for (column, value) in row {
                let text = match value {
                    Value::Null | Value::Bool(_) | Value::Number(_) => continue,
                    Value::String(text) => text,
                    Value::Array(_) | Value::Object(_) => value.to_string(),
                };
                all.push(Came::new(format!("row of {name}, {column}"), text));
            }
        }
    }
    all
}
