use super::*;

fn told(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_wrong_arrow_is_refused() {
    let fixture = workspace::root().join("tests/fixtures/wrong-arrow");
    let faults = packages_of(&fixture).unwrap();
    let direct = Fault::new(
        "fixture-booking",
        "domain must not depend on fixture-payments, which is domain",
    );
    assert!(faults.contains(&direct), "{}", told(&faults));
}

#[test]
fn every_other_fault_of_the_fixture_is_found_too() {
    let fixture = workspace::root().join("tests/fixtures/wrong-arrow");
    let told = told(&packages_of(&fixture).unwrap());
    for expected in [
        "fixture-booking: domain must not reach fixture-payments",
        "fixture-adapter: adapter must not reach actix-stand-in",
        "fixture-adapter: turns on test-support of fixture-payments outside of its tests",
        "fixture-adapter: its feature default turns on test-support",
        "fixture-homeless: declares no layer",
        "fixture-homeless: does not inherit the lints",
    ] {
        assert!(told.contains(expected), "{expected:?} is not in:\n{told}");
    }
    assert!(!told.contains("fixture-payments:"), "{told}");
    assert!(!told.contains("fixture-sound:"), "{told}");
}

#[test]
fn the_workspace_itself_is_sound() {
    let faults = packages_of(&workspace::root()).unwrap();
    assert!(faults.is_empty(), "{}", told(&faults));
}

#[test]
fn a_stranger_at_the_top_level_is_refused() {
    let root = std::env::temp_dir().join(format!("ratiba-layout-{}", std::process::id()));
    std::fs::create_dir_all(root.join("notes")).unwrap();
    std::fs::create_dir_all(root.join("target")).unwrap();
    std::fs::create_dir_all(root.join(".ci")).unwrap();
    let faults = told(&layout::faults(&root).unwrap());
    std::fs::remove_dir_all(&root).unwrap();
    assert!(
        faults.contains("notes: has no place at the top level"),
        "{faults}"
    );
    assert!(
        faults.contains("Cargo.toml: is missing at the top level"),
        "{faults}"
    );
    assert!(
        !faults.contains("target:") && !faults.contains(".ci:"),
        "{faults}"
    );
}

#[test]
fn the_databases_clock_is_found_where_it_is_asked() {
    for line in [
        "UPDATE jobs SET run_at = now()",
        "created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,",
        ".set(at.eq(diesel::dsl::now))",
        "WHERE day = current_date",
        "SELECT NOW()",
    ] {
        assert!(sql_clock::asks_the_database(line), "{line}");
    }
    for line in [
        "let at = self.clock.now();",
        "// now() is not used here",
        "-- not even CURRENT_TIMESTAMP",
        "created_at timestamptz DEFAULT now() -- bookkeeping",
        "\"UPDATE x SET seen_at = now()\" // bookkeeping: not read by any rule",
        "let asked = Instant::now();",
        "let current_dates = 1;",
        "fn is_known() -> bool {",
    ] {
        assert!(!sql_clock::asks_the_database(line), "{line}");
    }
}
