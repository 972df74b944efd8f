use super::*;

#[test]
fn the_major_version_is_read_from_every_distributions_words() {
    for (told, version) in [
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", Some(15)),
        ("postgres (PostgreSQL) 17.2", Some(17)),
        ("postgres (PostgreSQL) 18beta1", Some(18)),
        ("postgres (PostgreSQL)", None),
    ] {
        assert_eq!(major_version(told), version, "{told}");
    }
}

#[test]
fn the_newest_version_is_looked_at_first() {
    let parent = std::env::temp_dir().join(format!("ratiba-versions-{}", std::process::id()));
    for name in ["postgresql@9", "postgresql@17", "postgresql@16", "other@18"] {
        std::fs::create_dir_all(parent.join(name)).unwrap();
    }
    let found = newest_first(&parent, "postgresql");
    std::fs::remove_dir_all(&parent).unwrap();
    let names: Vec<_> = found
        .iter()
        .filter_map(|path| path.file_name()?.to_str())
        .collect();
    assert_eq!(names, ["postgresql@17", "postgresql@16", "postgresql@9"]);
}
