use super::*;

#[test]
fn an_owner_survives_being_written_down() {
    let owner = Owner::ourselves();
    assert_eq!(Owner::from_text(&owner.to_text()), Some(owner));
    for malformed in ["", "1|2", "x|2|3", "1|2|3|4"] {
        assert_eq!(Owner::from_text(malformed), None, "{malformed}");
    }
}

#[test]
fn the_living_and_the_unknown_are_not_gone() {
    assert!(!Owner::ourselves().is_gone());
    let elsewhere = Owner {
        machine: "another machine".into(),
        start: "0".into(),
        ..Owner::ourselves()
    };
    assert!(!elsewhere.is_gone());
    let unknown = Owner {
        start: String::new(),
        ..Owner::ourselves()
    };
    assert!(!unknown.is_gone());
}

#[test]
fn a_later_process_with_the_same_number_is_not_the_owner() {
    let owner = Owner {
        start: "another moment".into(),
        ..Owner::ourselves()
    };
    assert!(owner.is_gone());
}

#[test]
fn a_directory_is_abandoned_only_with_a_marker_of_a_dead_owner() {
    // Under another name than the real ones, so that no other run sweeps it meanwhile.
    let path = std::env::temp_dir().join(format!("ratiba-abandoned-{}", std::process::id()));
    std::fs::create_dir(&path).unwrap();
    let found = [
        Owner::ourselves().to_text(),
        Owner {
            start: "another moment".into(),
            ..Owner::ourselves()
        }
        .to_text(),
        "somebody's own words".into(),
    ]
    .map(|marker| {
        std::fs::write(path.join(MARKER), marker).unwrap();
        is_abandoned(&path)
    });
    std::fs::remove_file(path.join(MARKER)).unwrap();
    let unmarked = is_abandoned(&path);
    std::fs::remove_dir(&path).unwrap();
    assert_eq!(found, [false, true, false]);
    assert!(!unmarked);
}
