//! The fences that stand whatever the code does: row-level security, roles, migrations, printed schema.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel::{QueryableByName, sql_query};
use diesel_migrations::MigrationHarness;
use ratiba_postgres::booking::SETUP_TABLES;
use ratiba_postgres::database::GLOBAL_TABLES;
use ratiba_postgres::migrations::MIGRATIONS;
use ratiba_test_database::TestDatabase;
use uuid::Uuid;

#[derive(QueryableByName, Debug)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

#[derive(QueryableByName, Debug)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    enabled: bool,
    #[diesel(sql_type = Bool)]
    forced: bool,
    #[diesel(sql_type = Nullable<Text>)]
    tenant_type: Option<String>,
    #[diesel(sql_type = Bool)]
    has_policy: bool,
    #[diesel(sql_type = Bool)]
    has_backup_policy: bool,
}

fn lines(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    sql_query(sql)
        .load::<Line>(conn)
        .unwrap()
        .into_iter()
        .map(|line| line.text)
        .collect()
}

const TABLES: &str = "
SELECT c.relname::text AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
    (SELECT t.typname::text FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
     WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') AS tenant_type,
    EXISTS (SELECT FROM pg_policies p WHERE p.tablename = c.relname AND p.policyname = 'tenant_rows'
        AND p.cmd = 'ALL' AND p.roles = '{ratiba_app}' AND p.qual = p.with_check
        AND p.qual = '(tenant_id = ( SELECT ratiba_current_tenant() AS ratiba_current_tenant))') AS has_policy,
    EXISTS (SELECT FROM pg_policies p WHERE p.tablename = c.relname AND p.policyname = 'backup_rows'
        AND p.cmd = 'SELECT' AND p.roles = '{ratiba_backup}') AS has_backup_policy
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY 1";

#[test]
fn every_table_outside_the_reviewed_list_is_fenced() {
    let database = TestDatabase::create();
    let tables = sql_query(TABLES)
        .load::<Table>(&mut database.connect_as_owner())
        .unwrap();
    assert!(tables.len() > 30, "the catalogue was read");
    let open: Vec<_> = tables
        .iter()
        .filter(|table| !GLOBAL_TABLES.contains(&table.name.as_str()))
        .filter(|table| {
            let fenced = table.enabled && table.forced && table.has_policy && table.has_backup_policy;
            !fenced || table.tenant_type.as_deref() != Some("uuid")
        })
        .collect();
    assert!(open.is_empty(), "not fenced: {open:#?}");
}

#[test]
fn unique_and_exclusion_constraints_lead_with_the_tenant() {
    let database = TestDatabase::create();
    let loose = lines(
        &mut database.connect_as_owner(),
        "SELECT c.relname || '.' || x.relname AS text FROM pg_index i
         JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
         WHERE n.nspname = 'public' AND (i.indisunique OR i.indisexclusion) AND c.relrowsecurity
             AND a.attname <> 'tenant_id'
             AND c.relname NOT IN ('inbound_quarantine', 'payment_callbacks_unrouted')",
    );
    assert_eq!(loose, Vec::<String>::new());
}

#[test]
fn foreign_keys_between_tenant_tables_carry_the_tenant() {
    let database = TestDatabase::create();
    let loose = lines(
        &mut database.connect_as_owner(),
        "SELECT k.conrelid::regclass || '.' || k.conname AS text FROM pg_constraint k
         JOIN pg_class target ON target.oid = k.confrelid
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
         WHERE k.contype = 'f' AND target.relrowsecurity AND a.attname <> 'tenant_id'",
    );
    assert_eq!(loose, Vec::<String>::new());
}

#[test]
fn the_running_roles_are_neither_superuser_nor_past_the_fences() {
    let database = TestDatabase::create();
    for mut conn in [database.connect_as_app(), database.connect_as_owner()] {
        let privileged = lines(
            &mut conn,
            "SELECT rolname::text AS text FROM pg_roles
             WHERE rolname = current_user AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)",
        );
        assert_eq!(privileged, Vec::<String>::new());
    }
}

fn plant_two_tenants(database: &TestDatabase) -> (Uuid, Uuid) {
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut conn = database.connect_as_app();
    for tenant in [one, two] {
        conn.batch_execute(&format!(
            "BEGIN; SELECT set_config('ratiba.current_tenant', '{tenant}', true);
             INSERT INTO tenants (id, created_at) VALUES ('{tenant}', '2026-05-12Z');
             INSERT INTO tenant_settings (tenant_id, business_name, zone, currency)
                 VALUES ('{tenant}', 'Spa', 'Africa/Nairobi', 'KES');
             INSERT INTO customers (tenant_id, id, phone, created_at)
                 VALUES ('{tenant}', '{tenant}', '+254700000123', '2026-05-12Z');
             INSERT INTO consents (tenant_id, id, customer_id, purpose, action, wording, wording_version, channel, at)
                 VALUES ('{tenant}', '{tenant}', '{tenant}', 'service', 'given', 'w', '1', 'whatsapp', '2026-05-12Z');
             INSERT INTO outbox (tenant_id, id, topic, payload, occurred_at)
                 VALUES ('{tenant}', '{tenant}', 'test', '{{}}', '2026-05-12Z');
             COMMIT"
        ))
        .unwrap();
    }
    (one, two)
}

#[test]
fn no_verb_reaches_another_tenants_rows() {
    let database = TestDatabase::create();
    let (_, two) = plant_two_tenants(&database);
    let mut conn = database.connect_as_app();
    let fenced: Vec<Table> = sql_query(TABLES)
        .load::<Table>(&mut conn)
        .unwrap()
        .into_iter()
        .filter(|table| !GLOBAL_TABLES.contains(&table.name.as_str()))
        .collect();
    // Nobody, somebody unknown, nonsense, and the tenant's neighbour: none sees or changes a row of two.
    for setting in [
        "",
        "00000000-0000-0000-0000-000000000009",
        "x' OR true",
        "00000000-0000-0000-0000-000000000001",
    ] {
        for table in &fenced {
            for verb in ["SELECT count(*)::text AS text FROM", "UPDATE", "DELETE FROM"] {
                let name = &table.name;
                let statement = match verb {
                    "UPDATE" => format!(
                        "WITH w AS (UPDATE {name} SET tenant_id = tenant_id WHERE tenant_id = '{two}' RETURNING 1) SELECT count(*)::text AS text FROM w"
                    ),
                    "DELETE FROM" => format!(
                        "WITH w AS (DELETE FROM {name} WHERE tenant_id = '{two}' RETURNING 1) SELECT count(*)::text AS text FROM w"
                    ),
                    _ => format!("{verb} {name} WHERE tenant_id = '{two}'"),
                };
                let answer = conn.transaction(|conn| {
                    sql_query("SELECT set_config('ratiba.current_tenant', $1, true)")
                        .bind::<Text, _>(setting)
                        .execute(conn)?;
                    sql_query(&statement).load::<Line>(conn)
                });
                match answer {
                    Ok(found) => assert_eq!(found[0].text, "0", "{verb} {name} as {setting:?}"),
                    Err(error) => assert!(
                        error.to_string().contains("permission denied"),
                        "{verb} {name}: {error}"
                    ),
                }
            }
        }
    }
    let mut owner = database.connect_as_owner();
    assert_eq!(
        lines(&mut owner, "SELECT count(*)::text AS text FROM customers"),
        ["0"],
        "FORCE binds the owner"
    );
}

#[test]
fn a_row_cannot_be_written_into_another_tenant() {
    let database = TestDatabase::create();
    let (one, two) = plant_two_tenants(&database);
    let mut conn = database.connect_as_app();
    let refused = conn
        .batch_execute(&format!(
            "BEGIN; SELECT set_config('ratiba.current_tenant', '{one}', true);
             INSERT INTO customers (tenant_id, id, phone, created_at) VALUES ('{two}', gen_random_uuid(), '+254700000999', '2026-05-12Z')"
        ))
        .unwrap_err();
    assert!(refused.to_string().contains("row-level security"), "{refused}");
    conn.batch_execute("ROLLBACK").unwrap();
    let refused = conn
        .batch_execute(&format!(
            "BEGIN; SELECT set_config('ratiba.current_tenant', '{one}', true);
             INSERT INTO consents (tenant_id, id, customer_id, purpose, action, wording, wording_version, channel, at)
                 VALUES ('{one}', gen_random_uuid(), '{two}', 'service', 'given', 'w', '1', 'whatsapp', '2026-05-12Z')"
        ))
        .unwrap_err();
    assert!(
        refused.to_string().contains("foreign key"),
        "no row points into another tenant: {refused}"
    );
}

#[test]
fn the_tenant_dies_with_its_transaction() {
    let database = TestDatabase::create();
    let (one, _) = plant_two_tenants(&database);
    let mut conn = database.connect_as_app();
    conn.batch_execute(&format!(
        "BEGIN; SELECT set_config('ratiba.current_tenant', '{one}', true); COMMIT"
    ))
    .unwrap();
    assert_eq!(
        lines(&mut conn, "SELECT count(*)::text AS text FROM customers"),
        ["0"]
    );
}

#[test]
fn the_tenants_policy_is_asked_once_per_statement() {
    let database = TestDatabase::create();
    let plan = plan(&mut database.connect_as_app(), "SELECT * FROM customers");
    assert!(plan.contains("InitPlan"), "{plan}");
}

#[test]
fn every_change_of_the_setup_counts_once_and_for_its_tenant_alone() {
    let database = TestDatabase::create();
    let watched = lines(
        &mut database.connect_as_owner(),
        "SELECT tgrelid::regclass::text AS text FROM pg_trigger WHERE tgname LIKE 'setup\\_%' AND tgenabled <> 'D'
         GROUP BY tgrelid HAVING count(*) = 3 ORDER BY 1",
    );
    assert_eq!(watched, SETUP_TABLES);
    let (one, two) = plant_two_tenants(&database);
    let mut conn = database.connect_as_app();
    let mut version_after = |script: &str| {
        conn.batch_execute(&format!(
            "BEGIN; SET LOCAL ratiba.current_tenant = '{one}'; {script}"
        ))
        .unwrap();
        let version = lines(
            &mut conn,
            "SELECT string_agg(tenant_id || ' ' || version, ' ') AS text FROM setup_versions",
        );
        conn.batch_execute("COMMIT").unwrap();
        version[0].rsplit(' ').next().unwrap().parse::<i64>().unwrap()
    };
    let first = version_after("");
    let days = |verb: &str| {
        format!(
            "INSERT INTO opening_hours (tenant_id, id, weekday, from_minute, to_minute)
        SELECT '{one}', gen_random_uuid(), day, 540, 1020 FROM generate_series(1, 7) AS day; {verb}"
        )
    };
    assert_eq!(
        version_after(&days("")),
        first + 1,
        "a statement counts once, however many rows it writes"
    );
    assert_eq!(
        version_after("UPDATE opening_hours SET from_minute = 600"),
        first + 2
    );
    assert_eq!(
        version_after("DELETE FROM opening_hours WHERE false"),
        first + 2,
        "nothing was changed"
    );
    assert_eq!(version_after("DELETE FROM opening_hours"), first + 3);
    assert_eq!(
        version_after(&days(
            "ROLLBACK; BEGIN; SET LOCAL ratiba.current_tenant = '00000000-0000-0000-0000-000000000001'"
        )),
        first + 3
    );
    let mut neighbour = database.connect_as_app();
    neighbour
        .batch_execute(&format!("BEGIN; SET LOCAL ratiba.current_tenant = '{two}'"))
        .unwrap();
    let of_two = lines(&mut neighbour, "SELECT version::text AS text FROM setup_versions");
    assert_eq!(of_two, [first.to_string()]);
}

#[test]
fn a_change_of_the_setup_waits_for_the_bookings_made_under_the_old_one() {
    let database = TestDatabase::create();
    let (one, _) = plant_two_tenants(&database);
    let (mut booking, mut change) = (database.connect_as_app(), database.connect_as_app());
    booking
        .batch_execute(&format!("BEGIN; SELECT ratiba_enter_to_book('{one}')"))
        .unwrap();
    let update = "UPDATE tenant_settings SET business_name = 'Spa 2'";
    let impatient = format!(
        "BEGIN; SET LOCAL ratiba.current_tenant = '{one}'; SET LOCAL lock_timeout = '50ms'; {update}"
    );
    let refused = change.batch_execute(&impatient).unwrap_err();
    assert!(refused.to_string().contains("lock timeout"), "{refused}");
    change.batch_execute("ROLLBACK").unwrap();
    let mut other = database.connect_as_app();
    other
        .batch_execute(&format!(
            "BEGIN; SET LOCAL lock_timeout = '50ms'; SELECT ratiba_enter_to_book('{one}'); COMMIT"
        ))
        .unwrap();
    booking.batch_execute("COMMIT").unwrap();
    change.batch_execute(&impatient).unwrap();
}

/// Every line of a plan.
fn plan(conn: &mut PgConnection, statement: &str) -> String {
    #[derive(QueryableByName)]
    struct Plan {
        #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
        line: String,
    }
    let rows = sql_query(format!("EXPLAIN {statement}"))
        .load::<Plan>(conn)
        .unwrap();
    rows.into_iter()
        .map(|row| row.line)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn what_is_engaged_is_found_in_the_index_alone_with_the_tenant_asked_once() {
    let database = TestDatabase::create();
    let (one, _) = plant_two_tenants(&database);
    let mut owner = database.connect_as_administrator();
    // Enough that reading all of it would be dearer, and looked over so that the planner knows.
    owner
        .batch_execute(&format!(
            "INSERT INTO engagements (tenant_id, id, subject_kind, subject_id, starts_at, ends_at, purpose)
                SELECT '{one}', gen_random_uuid(), 'staff', ('00000000-0000-0000-0000-00000000010' || n % 5)::uuid,
                    timestamptz '2026-05-12Z' + n * interval '1 hour',
                    timestamptz '2026-05-12Z' + n * interval '1 hour' + interval '1 hour', 'block'
                FROM generate_series(1, 4000) AS n"
        ))
        .unwrap();
    owner.batch_execute("VACUUM ANALYZE engagements").unwrap();
    let mut conn = database.connect_as_app();
    conn.batch_execute(&format!("SET ratiba.current_tenant = '{one}'"))
        .unwrap();
    let body = lines(
        &mut conn,
        "SELECT prosrc AS text FROM pg_proc WHERE proname = 'ratiba_busy'",
    )
    .concat();
    let from = body.find("FROM unnest(subjects)").unwrap();
    let end = from + body[from..].find(';').unwrap();
    let select =
        "SELECT s.place, e.seat, e.starts_at, e.ends_at, e.buffer_before_minutes, e.buffer_after_minutes,
        e.buffers_shared, e.purpose, e.held_until, e.load_minutes ";
    let statement = format!("{select}{}", &body[from..end])
        .replace("= tenant", &format!("= '{one}'"))
        .replace(
            "(subjects)",
            "(ARRAY['00000000-0000-0000-0000-000000000101', '00000000-0000-0000-0000-000000000102']::uuid[])",
        )
        .replace("from_at", "timestamptz '2026-06-01Z'")
        .replace("to_at", "timestamptz '2026-06-08Z'");
    // How much the last vacuum could mark decides between two ways through the same index; this one shows that the
    // index holds all that is asked for.
    conn.batch_execute("SET enable_bitmapscan = off").unwrap();
    let plan = plan(&mut conn, &statement);
    assert!(plan.contains("Index Only Scan using engagements_busy"), "{plan}");
    assert!(plan.contains("InitPlan") || plan.contains("Result"), "{plan}");
    assert!(
        !plan.contains("ratiba_current_tenant"),
        "one expression of the statement: {plan}"
    );
}

#[test]
fn dead_letters_of_no_tenant_are_seen_through_their_function_only() {
    let database = TestDatabase::create();
    let mut conn = database.connect_as_app();
    for table in ["inbound_quarantine", "payment_callbacks_unrouted"] {
        let (store, list) = match table {
            "inbound_quarantine" => ("ratiba_quarantine", "ratiba_quarantined"),
            _ => ("ratiba_store_unrouted", "ratiba_unrouted"),
        };
        let stored = lines(
            &mut conn,
            &format!(
                "SELECT {store}(gen_random_uuid(), 'whatsapp', 'unknown number', 'body'::bytea, '2026-05-12Z')::text AS text"
            ),
        );
        assert_eq!(stored, ["true"]);
        assert_eq!(
            lines(&mut conn, &format!("SELECT count(*)::text AS text FROM {table}")),
            ["0"]
        );
        assert_eq!(
            lines(&mut conn, &format!("SELECT reason AS text FROM {list}(10)")),
            ["unknown number"]
        );
        let refused = conn.batch_execute(&format!(
            "INSERT INTO {table} SELECT gen_random_uuid(), NULL, 'x', 'y', 'z'::bytea, '2026-05-12Z'"
        ));
        assert!(refused.unwrap_err().to_string().contains("row-level security"));
    }
}

#[test]
fn dead_letters_of_no_tenant_are_bounded_to_a_thousand_an_hour() {
    let database = TestDatabase::create();
    let mut conn = database.connect_as_app();
    let stored = lines(
        &mut conn,
        "SELECT count(*) FILTER (WHERE kept)::text AS text FROM (
             SELECT ratiba_store_unrouted(gen_random_uuid(), 'mpesa', 'unknown token', 'b'::bytea, '2026-05-12Z') AS kept
             FROM generate_series(1, 1005)) AS tries",
    );
    assert_eq!(stored, ["1000"]);
    let later = "SELECT ratiba_store_unrouted(gen_random_uuid(), 'mpesa', 'unknown token', 'b'::bytea, '2026-05-12 01:00:01Z')::text AS text";
    assert_eq!(
        lines(&mut conn, later),
        ["true"],
        "the next hour has a bound of its own"
    );
}

const DUMP: &str = "
SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS text
    FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'policy ' || tablename || ' ' || policyname || ' ' || cmd || roles::text || coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies
UNION ALL SELECT 'table ' || relname || relrowsecurity || relforcerowsecurity || coalesce(relacl::text, '') FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
UNION ALL SELECT 'function ' || p.oid::regprocedure || md5(prosrc) || prosecdef || coalesce(proacl::text, '') FROM pg_proc p
    LEFT JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e' WHERE pronamespace = 'public'::regnamespace AND d.objid IS NULL
UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'grant ' || table_name || '.' || column_name || grantee || privilege_type FROM information_schema.column_privileges
    WHERE table_schema = 'public'
ORDER BY 1";

#[test]
fn migrations_lead_up_down_and_up_again_to_the_same_schema() {
    let database = TestDatabase::create_unmigrated();
    let mut conn = database.connect_as_owner();
    conn.run_pending_migrations(MIGRATIONS).unwrap();
    let first = lines(&mut conn, DUMP);
    assert!(first.len() > 300, "the schema was read");
    conn.revert_all_migrations(MIGRATIONS).unwrap();
    let left = lines(&mut conn, DUMP);
    assert!(
        left.iter()
            .all(|line| line.contains("__diesel_schema_migrations")),
        "left behind: {left:#?}"
    );
    conn.run_pending_migrations(MIGRATIONS).unwrap();
    let second = lines(&mut conn, DUMP);
    let gone: Vec<_> = first.iter().filter(|line| !second.contains(line)).collect();
    let come: Vec<_> = second.iter().filter(|line| !first.contains(line)).collect();
    assert!(
        gone.is_empty() && come.is_empty(),
        "gone {gone:#?} come {come:#?}"
    );
    assert_eq!(
        conn.run_pending_migrations(MIGRATIONS).unwrap().len(),
        0,
        "a second run does nothing"
    );
}

#[test]
fn a_new_foreign_key_does_not_validate_over_orphans_unseen() {
    let database = TestDatabase::create();
    let (one, _) = plant_two_tenants(&database);
    let mut app = database.connect_as_app();
    app.batch_execute(&format!(
        "BEGIN; SELECT set_config('ratiba.current_tenant', '{one}', true);
         INSERT INTO holidays (tenant_id, day, name) VALUES ('{one}', '2026-06-01', 'Madaraka Day'); COMMIT"
    ))
    .unwrap();
    let mut owner = database.connect_as_owner();
    let add =
        "ALTER TABLE holidays ADD COLUMN customer_id uuid DEFAULT '00000000-0000-0000-0000-00000000dead',
               ADD CONSTRAINT orphans FOREIGN KEY (tenant_id, customer_id) REFERENCES customers";
    let refused = owner.batch_execute(&format!(
        "BEGIN; ALTER TABLE holidays NO FORCE ROW LEVEL SECURITY; ALTER TABLE customers NO FORCE ROW LEVEL SECURITY; {add}; COMMIT"
    ));
    assert!(refused.unwrap_err().to_string().contains("violates foreign key"));
}

#[test]
fn schema_rs_equals_what_the_database_prints() {
    let path =
        std::path::PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("src/schema.rs");
    let database = TestDatabase::create();
    let printed = lines(
        &mut database.connect_as_owner(),
        include_str!("../src/schema.sql"),
    )
    .concat();
    let wanted = format!(
        "// Printed from the database by the test `schema_rs_equals_what_the_database_prints`; do not edit.\n\n{printed}"
    );
    #[expect(clippy::disallowed_methods, reason = "the switch that rewrites the file")]
    let accept = std::env::var("RATIBA_ACCEPT").is_ok();
    if accept {
        std::fs::write(&path, &wanted).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap().trim_end(),
        wanted.trim_end()
    );
}

#[test]
fn a_frozen_commission_figure_cannot_be_changed() {
    let database = TestDatabase::create();
    let (one, _) = plant_two_tenants(&database);
    let mut conn = database.connect_as_app();
    conn.batch_execute(&format!(
        "BEGIN; SELECT set_config('ratiba.current_tenant', '{one}', true);
         INSERT INTO staff (tenant_id, id, name) VALUES ('{one}', '{one}', 'Wanjiru');
         INSERT INTO commission_period (tenant_id, id, staff_id, period_start, period_end, type, commission_kes_minor,
             tip_kes_minor, hours_worked, services_rendered_count, frozen_at, frozen_by, content_hash, engine_version, rules)
         VALUES ('{one}', '{one}', '{one}', '2026-05-01', '2026-06-01', 'close', 100, 0, 1, 1, '2026-06-01Z', 'system',
             sha256('x'), '1', '[]');
         COMMIT"
    ))
    .unwrap();
    let as_one = |statement: &str| {
        format!("BEGIN; SELECT set_config('ratiba.current_tenant', '{one}', true); {statement}; COMMIT")
    };
    for (statement, refusal) in [
        ("UPDATE commission_period SET commission_kes_minor = 200", "permission denied"),
        ("DELETE FROM commission_period", "permission denied"),
        ("INSERT INTO commission_period (tenant_id, id, staff_id, period_start, period_end, type, commission_kes_minor,
             tip_kes_minor, hours_worked, services_rendered_count, frozen_at, frozen_by, content_hash, engine_version, rules)
          SELECT tenant_id, gen_random_uuid(), staff_id, '2026-05-15', '2026-06-15', type, 1, 0, 1, 1, frozen_at, frozen_by,
             content_hash, engine_version, rules FROM commission_period", "commission_period_no_overlap"),
    ] {
        let refused = conn.batch_execute(&as_one(statement)).unwrap_err().to_string();
        assert!(refused.contains(refusal), "{statement}: {refused}");
        conn.batch_execute("ROLLBACK").unwrap();
    }
    let fill = "UPDATE commission_period SET vendor_period_id = 'WP-1'";
    conn.batch_execute(&as_one(fill)).unwrap();
    let again = conn
        .batch_execute(&as_one("UPDATE commission_period SET vendor_period_id = 'WP-2'"))
        .unwrap_err();
    assert!(again.to_string().contains("frozen"), "filled once: {again}");
}

#[test]
fn a_setting_that_is_no_tenants_id_opens_no_tenant() {
    let database = TestDatabase::create();
    let mut conn = database.connect_as_app();
    let tenant = "01a20166-1e25-7068-96a2-b74febfbebdc";
    let mut opens = |setting: &str| {
        let set = format!("SELECT set_config('ratiba.current_tenant', '{setting}', false) AS text");
        lines(&mut conn, &set);
        lines(
            &mut conn,
            "SELECT coalesce(ratiba_current_tenant()::text, 'none') AS text",
        )
        .concat()
    };
    assert_eq!(opens(tenant), tenant);
    assert_eq!(opens(&tenant.to_uppercase()), tenant);
    for garbage in [
        "",
        "x",
        "null",
        &tenant.replace('-', ""),
        &format!("{{{tenant}}}"),
        &format!(" {tenant}"),
        &format!("{tenant}0"),
        &tenant.replace('a', "g"),
        &tenant.replace('a', "-"),
        &tenant.replace('a', "é"),
        &"-".repeat(36),
    ] {
        assert_eq!(opens(garbage), "none", "{garbage}");
    }
}

#[test]
fn a_visit_in_one_call_has_every_column_of_its_rows() {
    let database = TestDatabase::create();
    let mut conn = database.connect_as_app();
    let body = lines(
        &mut conn,
        "SELECT prosrc AS text FROM pg_proc WHERE proname = 'ratiba_book'",
    )
    .concat();
    // Set by the call itself, or never on a new visit.
    let others = [
        "tenant_id",
        "version",
        "purpose",
        "active",
        "block_id",
        "period",
        "reminded",
        "lost_at",
        "accepted_by",
    ];
    for (table, alias) in [("engagements", "c"), ("appointments", "a"), ("visits", "v")] {
        let columns = format!(
            "SELECT attname::text AS text FROM pg_attribute
             WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
        );
        for column in lines(&mut conn, &columns) {
            let named =
                body.contains(&format!("{alias}.{column},")) || body.contains(&format!("{alias}.{column}\n"));
            assert!(
                named || others.contains(&column.as_str()),
                "{table}.{column} of a new visit is not written by ratiba_book"
            );
        }
    }
}

#[test]
fn what_is_changed_in_one_call_has_every_column_that_may_change() {
    let database = TestDatabase::create();
    let mut conn = database.connect_as_app();
    let cases = [
        (
            "ratiba_change_appointments",
            "appointments",
            vec!["tenant_id", "id", "visit_id", "customer_id", "created_at"],
        ),
        (
            "ratiba_settle",
            "payments",
            vec![
                "tenant_id",
                "id",
                "visit_id",
                "customer_id",
                "purpose",
                "account_reference",
                "currency",
                "created_at",
            ],
        ),
        (
            "ratiba_settle",
            "payment_attempts",
            vec![
                "tenant_id",
                "id",
                "payment_id",
                "provider",
                "merchant_reference",
                "request_key",
                "payer_phone",
                "currency",
                "created_at",
                "made_by",
                "fingerprint",
                // What the provider answered to us, which a callback is not.
                "answers",
                // Written when the customer is reminded.
                "nudged_at",
                // A person alone takes a match back.
                "taken_back",
                // A look at a card's order tells it, and no callback.
                "reversed",
                // An erasure alone says it.
                "payer_forgotten",
            ],
        ),
    ];
    for (function, table, lasting) in cases {
        let body = format!("SELECT prosrc AS text FROM pg_proc WHERE proname = '{function}'");
        let body = lines(&mut conn, &body).concat();
        let columns = format!(
            "SELECT attname::text AS text FROM pg_attribute
             WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
        );
        for column in lines(&mut conn, &columns) {
            assert!(
                body.contains(&format!(" {column} = ")) || lasting.contains(&column.as_str()),
                "{table}.{column} is not written by {function}"
            );
        }
    }
}

#[test]
fn a_line_that_was_opened_again_is_not_decided_on_without_a_booking_of_its_own() {
    let server = TestDatabase::create();
    let mut administrator = server.connect_as_administrator();
    let (own, line) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let arranged = format!(
        "INSERT INTO tenants (id, created_at) VALUES ('{own}', '2026-05-12Z');
         INSERT INTO mpesa_statements (tenant_id, id, file_hash, brought_in_by, brought_in_at)
         VALUES ('{own}', '{line}', sha256('file'), 'token:1', '2026-05-12Z');
         INSERT INTO mpesa_statement_lines (tenant_id, id, statement_id, line_no, receipt, completed_at, kind, currency,
             amount_minor)
         VALUES ('{own}', '{line}', '{line}', 1, 'TEC0000001', '2026-05-12Z', 'received', 'KES', 70000)"
    );
    administrator.batch_execute(&arranged).unwrap();
    let mut decided = |state: &str, cause: Option<&str>| {
        let booked = cause.map_or_else(String::new, |cause| {
            let journal = Uuid::from_u128(u128::try_from(cause.len()).unwrap());
            format!(
                "INSERT INTO ledger_journals (tenant_id, id, cause, occurred_at) VALUES ('{own}', '{journal}', '{cause}', '2026-05-12Z');
                 INSERT INTO ledger_entries (tenant_id, journal_id, position, account, currency, amount_minor)
                 VALUES ('{own}', '{journal}', 0, 'mpesa_clearing', 'KES', 70000),
                     ('{own}', '{journal}', 1, 'suspense', 'KES', -70000);"
            )
        });
        let sql = format!(
            "BEGIN; UPDATE mpesa_statement_lines SET state = '{state}', decided_by = 'token:1', decided_reason = 'seen',
                 decided_at = '2026-05-12Z' WHERE id = '{line}'; {booked} COMMIT"
        );
        let done = administrator
            .batch_execute(&sql)
            .map_err(|error| error.to_string());
        // What failed in the middle is open until somebody ends it.
        administrator.batch_execute("ROLLBACK").unwrap();
        done
    };
    let stated = format!("stated:{line}");
    assert_eq!(
        decided("other", Some(&stated)),
        Ok(()),
        "the first time is as ever"
    );
    let opened = format!(
        "INSERT INTO mpesa_statement_lines_taken_back (tenant_id, id, line_id, request_key, fingerprint, state, said_by,
             said_reason, said_at, taken_back_by, taken_back_reason, taken_back_at)
         VALUES ('{own}', '{line}', '{line}', 'key', sha256('order'), 'other', 'token:1', 'seen', '2026-05-12Z', 'token:1',
             'a slip', '2026-05-12Z');
         UPDATE mpesa_statement_lines SET state = 'open', decided_by = NULL, decided_reason = NULL, decided_at = NULL"
    );
    server.connect_as_administrator().batch_execute(&opened).unwrap();
    // As a program of before says it, whose posting is in the books already.
    let refused = decided("other", None);
    assert!(
        refused.as_ref().is_err_and(|why| why.contains("is not booked")),
        "{refused:?}"
    );
    let again = format!("stated-again:{line}:1");
    assert_eq!(decided("other", Some(&again)), Ok(()));
}
