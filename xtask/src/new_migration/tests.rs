use super::*;

#[test]
fn the_next_number_follows_the_highest_and_other_files_do_not_count() {
    let directory = std::env::temp_dir().join(format!("ratiba-migrations-{}", std::process::id()));
    for name in ["0001_one", "0012_m13_two", "notes_99", "README.md"] {
        std::fs::create_dir_all(directory.join(name)).unwrap();
    }
    let next = next_name(&directory, "three");
    let refused = ["", "Three", "th ree", "../three"].map(|name| next_name(&directory, name).is_err());
    std::fs::remove_dir_all(&directory).unwrap();
    assert_eq!(next.unwrap(), "0013_three");
    assert_eq!(refused, [true; 4]);
}
