use super::*;

#[test]
fn links_are_found_in_prose_and_not_in_code() {
    let text = "See [a](one.md#part) and [b](<two.md> \"title\").\n\
                `[no](code.md)` [c](https://example.org/x)\n```text\n[no](fence.md)\n```\n![picture](three.svg)";
    assert_eq!(
        links(text),
        ["one.md#part", "two.md", "https://example.org/x", "three.svg"]
    );
}

#[test]
fn only_links_to_missing_files_are_broken() {
    let directory = std::env::temp_dir().join(format!("ratiba-tidy-{}", std::process::id()));
    std::fs::create_dir_all(directory.join("sub")).unwrap();
    std::fs::write(directory.join("there.md"), "").unwrap();
    let document = directory.join("sub/page.md");
    let text = "[a](../there.md#x) [b](../gone.md) [c](#here) [d](mailto:a@example.org) [e](..)";
    let broken: Vec<String> = broken_links(&document, text).collect();
    std::fs::remove_dir_all(&directory).unwrap();
    assert_eq!(broken, ["../gone.md"]);
}

#[test]
fn a_module_without_introduction_is_untidy_and_its_unit_tests_are_not() {
    assert!(code("crates/kernel/src/money.rs", "use std::fmt;\n//! Too late.").is_some());
    assert!(code("crates/kernel/src/money.rs", "\n//! Amounts.\n").is_none());
    assert!(code("crates/kernel/src/money/tests.rs", "use super::*;").is_none());
}

#[test]
fn a_merge_that_nobody_finished_is_found_at_its_line() {
    let (ours, theirs) = ("<".repeat(7), ">".repeat(7));
    let text = format!("one\n{ours} HEAD\ntwo\n=======\nthree\n{theirs} main\n");
    assert_eq!(merge_mark(&text), Some(2));
    assert_eq!(merge_mark("a heading\n=======\n<<< no mark\n"), None);
}
